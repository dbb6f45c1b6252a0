/* finding_api: the public door to the registry. */
#include <mailcheck/finding.h>

#include "report/finding.h"

static const struct mc_finding_info *
inside(const mailcheck_finding_info *info)
{
	return (const void *)info;
}

static const mailcheck_finding_info *
outside(const struct mc_finding_info *info)
{
	return (const void *)info;
}

const char *
mailcheck_severity_text(int32_t severity)
{
	return severity < 0 ? "" : mc_severity_text((enum mc_severity)severity);
}

const mailcheck_finding_info *
mailcheck_finding_at(uint32_t i)
{
	return i < mc_findings_count ? outside(&mc_findings[i]) : NULL;
}

const mailcheck_finding_info *
mailcheck_finding_find(const char *id)
{
	return id != NULL ? outside(mc_finding_find(id)) : NULL;
}

const char *
mailcheck_finding_info_id(const mailcheck_finding_info *info)
{
	return inside(info)->id;
}

int32_t
mailcheck_finding_info_severity(const mailcheck_finding_info *info)
{
	return (int32_t)inside(info)->severity;
}

const char *
mailcheck_finding_info_title(const mailcheck_finding_info *info)
{
	return inside(info)->title;
}

const char *
mailcheck_finding_info_why(const mailcheck_finding_info *info)
{
	return inside(info)->why;
}

const char *
mailcheck_finding_info_fix(const mailcheck_finding_info *info)
{
	return inside(info)->fix;
}

const char *
mailcheck_finding_info_reference(const mailcheck_finding_info *info)
{
	return inside(info)->reference;
}

const char *
mailcheck_finding_info_since(const mailcheck_finding_info *info)
{
	return inside(info)->since;
}
