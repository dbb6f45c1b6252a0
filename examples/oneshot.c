/*
 * oneshot: what is wrong with the mail of one domain or host?
 *
 *	oneshot TARGET [NAME=VALUE...]
 *	oneshot example.com deadline=30 resolver=192.0.2.53
 *	oneshot smtp://mx.example.com:25
 *
 * The names are those of mailcheck_set(); <mailcheck/option.h> has the list.
 */
#include <mailcheck.h>
#include <stdio.h>
#include <string.h>

static int32_t
set(mailcheck *mc, const char *assignment)
{
	size_t length = strcspn(assignment, "=");
	char name[64];

	if (assignment[length] != '=' || length >= sizeof(name))
		return MAILCHECK_BAD_OPTION;
	memcpy(name, assignment, length);
	name[length] = '\0';
	return mailcheck_set(mc, name, assignment + length + 1);
}

static void
print_finding(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	int32_t severity = mailcheck_report_finding_severity(report, i, j);
	const char *evidence = mailcheck_report_finding_evidence(report, i, j, 0);

	printf("    %s: %s: %s%s%s%s\n", mailcheck_severity_text(severity),
		mailcheck_report_finding_subject(report, i, j),
		mailcheck_report_finding_title(report, i, j), evidence != NULL ? " (" : "",
		evidence != NULL ? evidence : "", evidence != NULL ? ")" : "");
	if (severity >= MAILCHECK_WARNING)
		printf("      %s\n", mailcheck_report_finding_fix(report, i, j));
}

static void
print(const mailcheck_report *report)
{
	const char *cause = mailcheck_report_root_cause(report);

	printf("%s: %s\n", mailcheck_report_target(report),
		mailcheck_verdict_text(mailcheck_report_verdict(report)));
	if (cause[0] != '\0')
		printf("begin with: %s\n", cause);
	for (uint32_t i = 0; i < mailcheck_report_checks(report); i++) {
		const char *reason = mailcheck_report_check_reason(report, i);

		printf("  %s: %s%s%s\n", mailcheck_report_check_name(report, i),
			mailcheck_verdict_text(mailcheck_report_check_verdict(report, i)),
			reason != NULL ? ", " : "", reason != NULL ? reason : "");
		for (uint32_t j = 0; j < mailcheck_report_findings(report, i); j++)
			print_finding(report, i, j);
	}
}

int
main(int argc, char **argv)
{
	mailcheck *mc = NULL;
	mailcheck_report *report = NULL;
	int32_t code;

	if (argc < 2) {
		fputs("usage: oneshot TARGET [NAME=VALUE...]\n", stderr);
		return 2;
	}
	code = mailcheck_new(&mc);
	for (int i = 2; code == MAILCHECK_OK && i < argc; i++)
		code = set(mc, argv[i]);
	if (code == MAILCHECK_OK)
		code = mailcheck_run(mc, argv[1], NULL, &report);
	if (code == MAILCHECK_OK)
		print(report);
	else
		fprintf(stderr, "oneshot: %s: %s\n", mailcheck_strerror(code), mailcheck_error(mc));
	mailcheck_report_free(report);
	mailcheck_free(mc);
	return code == MAILCHECK_OK ? 0 : 1;
}
