/*
 * values: reading the values of a report's checks; whatever is missing is empty.
 */
#ifndef MC_REPORT_VALUES_H
#define MC_REPORT_VALUES_H

#include "report/report.h"

/* An array among the values of a check; NULL (which has no elements) when there is none. */
json_t *mc_values_array(const struct mailcheck_report *report, const char *check, const char *key);
/* "" when it is missing or no string. */
const char *mc_values_text(const json_t *object, const char *key);
/* -1 when it is missing or no integer. */
json_int_t mc_values_integer(const json_t *object, const char *key);
/* The element with the same host, address and port; NULL when there is none. */
const json_t *mc_values_endpoint(const json_t *endpoints, const json_t *like);

#endif
