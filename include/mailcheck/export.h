/* export: what every public declaration carries. */
#ifndef MAILCHECK_EXPORT_H
#define MAILCHECK_EXPORT_H

#include <stdint.h>

#ifdef __cplusplus
#define MAILCHECK_BEGIN extern "C" {
#define MAILCHECK_END }
#else
#define MAILCHECK_BEGIN
#define MAILCHECK_END
#endif

#if defined(__GNUC__)
#define MAILCHECK_API __attribute__((visibility("default")))
#else
#define MAILCHECK_API
#endif

#endif
