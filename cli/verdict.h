/* verdict: the exit status that a report or an error asks for. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include <mailcheck.h>

#include "status.h"

/* FOUND with a finding of `fail_on` (enum mailcheck_severity) or above, else UNDETERMINED when the
 * report is inconclusive, else OK. */
enum status verdict_status(const mailcheck_report *report, int32_t fail_on);
/* UNDETERMINED when this machine is to blame, else USAGE: a value, a name, a file given. */
enum status verdict_error(int32_t code);

#endif
