/* command: the table of commands, and what their help says. */
#include "command.h"

#include <string.h>

#include "message.h"
#include "suggest.h"

#define FLAGS_DIAGNOSE (FLAGS_GENERAL | FLAGS_OUTPUT | FLAGS_VERDICT | FLAGS_ANY)

static const char *const domain_examples[] = {
	"mailcheck domain example.com",
	"mailcheck domain --format json example.com example.net",
	"mailcheck domain --resolver 192.0.2.53 --fail-on warning example.com",
	"mailcheck domain - < domains.txt > reports.ndjson",
	NULL,
};

static const char *const dns_examples[] = {
	"mailcheck dns example.com",
	"mailcheck dns --check mx example.com",
	NULL,
};

static const char *const smtp_examples[] = {
	"mailcheck smtp mx.example.com",
	"mailcheck smtp -v --tls none mx.example.com:25",
	"mailcheck smtp --from me@example.org --to you@example.com mx.example.com",
	"mailcheck smtp '[2001:db8::25]:2525'",
	NULL,
};

static const char *const record_examples[] = {
	"mailcheck record dmarc 'v=DMARC1; p=reject; rua=mailto:dmarc@example.com'",
	"mailcheck record spf 'v=spf1 mx -all'",
	"mailcheck record dkim < selector.txt",
	"mailcheck record tlsa '3 1 1 0123456789abcdef...'",
	"mailcheck record mta-sts-policy --format json < mta-sts.txt",
	NULL,
};

static const char *const spf_examples[] = {
	"mailcheck spf example.com --ip 192.0.2.1",
	"mailcheck spf example.com --ip 2001:db8::25 --sender someone@example.com --helo "
	"mx1.example.com",
	"mailcheck spf mx1.example.com --ip 192.0.2.1 --sender ''",
	"mailcheck spf example.com --ip 192.0.2.1 --assume 'example.com TXT \"v=spf1 mx -all\"'",
	NULL,
};

static const char *const dnsbl_examples[] = {
	"mailcheck dnsbl 192.0.2.25",
	"mailcheck dnsbl 2001:db8::25 example.com",
	"mailcheck dnsbl --list zen.spamhaus.org 192.0.2.0/24",
	"mailcheck dnsbl --resolver recursive --dnsbl-keys keys.txt 192.0.2.25",
	NULL,
};

static const char *const reply_examples[] = {
	"mailcheck reply '550 5.1.1 <x@example.com>: Recipient address rejected: User unknown'",
	"mailcheck reply < replies.txt > verdicts.ndjson",
	"mailcheck reply --message bounce.eml",
	"mailcheck reply --rules mine.txt '554 Not today'",
	"mailcheck reply --check '554 5.7.1 [192.0.2.25] blocked using zen.spamhaus.org'",
	NULL,
};

static const char *const explain_examples[] = {
	"mailcheck explain",
	"mailcheck explain smtp.no-starttls",
	"mailcheck explain mx",
	"mailcheck explain --format json",
	NULL,
};

static const char *const help_examples[] = {
	"mailcheck help domain",
	NULL,
};

const struct command commands[] = {
	{
		.name = "domain",
		.arguments = "DOMAIN...",
		.argument = "DOMAIN",
		.summary = "everything about a domain: its records and every mail host",
		.description = "Looks up the mail records of each DOMAIN, connects to every mail "
			       "host and address, and says what is wrong, whose fault it is and "
			       "what has to change, root causes first. It greets each host, starts "
			       "TLS where that is offered, and sends no mail. DOMAIN may be - for "
			       "one domain a line on standard input.",
		.examples = domain_examples,
		.flags = FLAGS_DIAGNOSE | FLAGS_MESSAGE,
		.run = diagnose_run,
	},
	{
		.name = "dns",
		.arguments = "DOMAIN...",
		.argument = "DOMAIN",
		.summary = "the records of a domain only",
		.description = "Looks up and judges the mail records of each DOMAIN, and connects "
			       "to no mail host. DOMAIN may be - for one domain a line on standard "
			       "input.",
		.examples = dns_examples,
		.flags = FLAGS_DIAGNOSE | FLAGS_MESSAGE,
		.kind = {.checks = "records"},
		.run = diagnose_run,
	},
	{
		.name = "smtp",
		.arguments = "HOST[:PORT]...",
		.argument = "HOST",
		.summary = "one SMTP dialogue with a host",
		.description = "Connects to each address of HOST (a name or an address; port 25 "
			       "unless given), and judges the SMTP dialogue and its TLS; with -v "
			       "the transcript is shown. It stops after EHLO unless --from and "
			       "--to are given, and never sends a message. HOST may be - for one "
			       "host a line on standard input.",
		.examples = smtp_examples,
		.flags = FLAGS_DIAGNOSE | FLAGS_HOST,
		.kind = {.scheme = targets_host},
		.run = diagnose_run,
	},
	{
		.name = "dnsbl",
		.arguments = "IP|DOMAIN|CIDR...",
		.argument = "IP or DOMAIN",
		.summary = "block lists and allow lists about an address or a domain",
		.description = "Asks the block lists and allow lists there are about each IP or "
			       "DOMAIN, all at once. A list is believed only after its test "
			       "entries were answered rightly through this resolver. A CIDR is "
			       "asked about address by address; one of more than 16 addresses "
			       "needs --list or --dnsbl-keys, since it is much to ask. - stands "
			       "for one target a line on standard input.",
		.examples = dnsbl_examples,
		.flags = FLAGS_DIAGNOSE,
		.kind = {.scheme = targets_listing},
		.run = diagnose_run,
	},
	{
		.name = "record",
		.arguments = "TYPE [TEXT]",
		.summary = "check a record before it is published",
		.description =
			"Judges the TEXT (or standard input) of a record of TYPE (spf, dkim, "
			"dmarc, mta-sts, mta-sts-policy, tls-rpt, tlsa or bimi), offline: "
			"whether a receiver would use it, and what is unwise. TEXT is the "
			"bare text or the quoted strings of a zone file. Where it can be told "
			"what a record was meant to say, a corrected one is printed. The exit "
			"status is 1 when no receiver would use the record.",
		.examples = record_examples,
		.flags = FLAGS_GENERAL | FLAGS_OUTPUT,
		.run = record_run,
	},
	{
		.name = "spf",
		.arguments = "DOMAIN... --ip IP",
		.argument = "DOMAIN",
		.summary = "whether a client may send for a domain, by SPF, with a trace",
		.description =
			"Evaluates the SPF record of each DOMAIN for a client of address IP, "
			"as a receiver does (check_host() of RFC 7208), and shows every term "
			"with its cost and its result. With --sender '' DOMAIN is the name of "
			"the client's EHLO. The exit status is 0 when there is a result, "
			"whatever it is. DOMAIN may be - for one domain a line on standard "
			"input.",
		.examples = spf_examples,
		.flags = FLAGS_GENERAL | FLAGS_OUTPUT | FLAGS_ANY | FLAGS_SPF,
		.kind = {.scheme = targets_spf},
		.run = diagnose_run,
	},
	{
		.name = "reply",
		.arguments = "[TEXT]",
		.argument = "TEXT",
		.summary = "what an SMTP reply or a bounce means, whose fault, and what to do",
		.description =
			"Classifies the TEXT of a reply, bare or as it stands in a bounce or a "
			"log; without TEXT, one reply a line of standard input, and a line of JSON "
			"for each. It works offline, but for --check. 'mailcheck explain "
			"reply.CLASS' tells what a class means. The exit status is 0 when all was "
			"read.",
		.examples = reply_examples,
		.flags = FLAGS_GENERAL | FLAGS_OUTPUT | FLAGS_MESSAGE | FLAGS_REPLY | FLAGS_ANY,
		.run = reply_run,
	},
	{
		.name = "explain",
		.arguments = "[ID|CHECK]...",
		.summary = "what a finding means and how to fix it",
		.description = "Explains each finding ID, or all of a CHECK. Without any, lists "
			       "the findings there are.",
		.examples = explain_examples,
		.flags = FLAGS_GENERAL | FLAGS_OUTPUT,
		.run = explain_run,
	},
	{
		.name = "help",
		.arguments = "[COMMAND]",
		.summary = "how to use a command",
		.description = "The same as mailcheck COMMAND --help.",
		.examples = help_examples,
		.flags = FLAGS_GENERAL | FLAGS_OUTPUT,
		.run = help_run,
	},
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);

static void
unknown(const char *name)
{
	struct suggestion suggestion;

	suggest_begin(&suggestion, name, strlen(name));
	for (size_t i = 0; i < command_count; i++)
		suggest_consider(&suggestion, commands[i].name);
	if (suggestion.best != NULL)
		message("unknown command '%s'; did you mean '%s'?", SHOWN(name), suggestion.best);
	else if (strchr(name, '.') != NULL)
		message("unknown command '%s'; did you mean 'mailcheck %s %s'?", SHOWN(name),
			commands[0].name, SHOWN(name));
	else
		message("unknown command '%s'; 'mailcheck help' lists them", SHOWN(name));
}

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	unknown(name);
	return NULL;
}
