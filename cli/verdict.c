/* verdict: from findings to an exit status. */
#include "verdict.h"

#include <stdbool.h>

static bool
has_finding(const mailcheck_report *report, uint32_t check, int32_t severity)
{
	for (uint32_t j = 0; j < mailcheck_report_findings(report, check); j++)
		if (mailcheck_report_finding_severity(report, check, j) >= severity)
			return true;
	return false;
}

enum status
verdict_status(const mailcheck_report *report, int32_t fail_on)
{
	for (uint32_t i = 0; i < mailcheck_report_checks(report); i++)
		if (has_finding(report, i, fail_on))
			return STATUS_FOUND;
	if (mailcheck_report_verdict(report) == MAILCHECK_VERDICT_INCONCLUSIVE)
		return STATUS_UNDETERMINED;
	return STATUS_OK;
}

enum status
verdict_error(int32_t code)
{
	switch (code) {
	case MAILCHECK_OK:
		return STATUS_OK;
	case MAILCHECK_NO_MEMORY:
	case MAILCHECK_SYSTEM:
	case MAILCHECK_BUSY:
	case MAILCHECK_FORKED:
		return STATUS_UNDETERMINED;
	default:
		return STATUS_USAGE;
	}
}
