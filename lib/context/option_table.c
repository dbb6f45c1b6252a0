/* option_table: the one table of options, and how each is set. */
#include "context/option_table.h"

#include <string.h>

#include "context/option_value.h"
#include "fact/fact.h"
#include "record/domain.h"

#define SAID_LIMIT 1000
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void *
place(struct mc_options *options, const struct mailcheck_option *row)
{
	return (char *)options + row->offset;
}

/* --- how each is set --- */

static const char *
apply_flag(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	return mc_value_flag(value, place(options, row));
}

static const char *
apply_family(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	const char *problem = apply_flag(options, row, value);

	if (problem != NULL)
		return problem;
	if (settings->ipv4_only && settings->ipv6_only)
		return "excludes the other address family, which alone is allowed already";
	options->net.ipv4_only = settings->ipv4_only;
	options->net.ipv6_only = settings->ipv6_only;
	return NULL;
}

static const char *
apply_file(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	return mc_value_readable(&options->frozen_arena, value, place(options, row));
}

static const char *
apply_records(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	return mc_value_records(&options->frozen_arena, value, place(options, row));
}

static const char *
apply_path(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	const char **path = place(options, row);

	if (value[0] == '\0')
		return "must be the name of a file";
	if (*path != NULL)
		return "is one too many: one file";
	*path = mc_arena_strdup(&options->frozen_arena, value);
	return NULL;
}

static const char *
apply_resolver(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_net_options *net = &options->net;
	struct mc_net_server server, *servers;
	const char *problem;

	(void)row;
	if (value[0] == '\0') {
		net->resolvers = NULL;
		net->resolver_count = 0;
		net->recursive = false;
		return NULL;
	}
	if (net->recursive || (net->resolver_count > 0 && strcmp(value, "recursive") == 0))
		return "cannot stand beside another: \"recursive\" asks no resolver";
	if (strcmp(value, "recursive") == 0) {
		net->recursive = true;
		return NULL;
	}
	problem = mc_value_server(value, &server.address, &server.port);
	if (problem != NULL)
		return problem;
	if (net->resolver_count >= MC_OPTION_RESOLVERS)
		return "is one too many: at most 16 resolvers";
	servers = mc_option_room(&options->frozen_arena, (void *)(uintptr_t)net->resolvers,
		net->resolver_count, sizeof(server));
	if (servers == NULL)
		return NULL;
	servers[net->resolver_count++] = server;
	net->resolvers = servers;
	return mc_option_note_public(options, &server.address);
}

static const char *
apply_timeout(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	int64_t ms;
	const char *problem = mc_value_seconds(value, &ms);

	(void)row;
	if (problem != NULL)
		return problem;
	settings->dns_timeout = options->net.dns_timeout = ms;
	settings->connect_timeout = options->net.connect_timeout = ms;
	settings->reply_timeout = options->net.reply_timeout = ms;
	settings->tls_timeout = options->net.tls_timeout = ms;
	return NULL;
}

static const char *
apply_deadline(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	return mc_value_seconds(value, &options->settings.deadline);
}

static const char *
apply_source(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_net_options *net = &options->net;
	struct mc_address address, *source;
	const char *problem;

	(void)row;
	if (value[0] == '\0') {
		net->source4 = net->source6 = (struct mc_address){.family = 0};
		return NULL;
	}
	problem = mc_value_address(value, &address);
	if (problem != NULL)
		return problem;
	source = address.family == 4 ? &net->source4 : &net->source6;
	if (source->family != 0)
		return "is one too many: one source address a family";
	*source = address;
	return NULL;
}

static const char *
apply_connect_to(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	struct mc_connect_to item, *items;
	const char *problem;

	(void)row;
	if (value[0] == '\0') {
		settings->connect_to = NULL;
		settings->connect_to_count = 0;
		return NULL;
	}
	problem = mc_value_connect_to(&options->arena, value, &item);
	if (problem != NULL)
		return problem;
	if (settings->connect_to_count >= MC_OPTION_CONNECT_TO)
		return "is one too many: at most 1000";
	items = mc_option_room(
		&options->arena, settings->connect_to, settings->connect_to_count, sizeof(item));
	if (items == NULL)
		return NULL;
	items[settings->connect_to_count++] = item;
	settings->connect_to = items;
	return NULL;
}

static const char *
apply_helo(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	return mc_value_helo(&options->arena, value, &options->settings.helo);
}

static const char *
apply_from(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	if (value[0] == '\0' || strcmp(value, "<>") == 0) {
		options->settings.from = "";
		return NULL;
	}
	return mc_value_mailbox(&options->arena, value, &options->settings.from);
}

static const char *
apply_to(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	const char *mailbox, *problem, **to;

	(void)row;
	if (value[0] == '\0') {
		settings->to = NULL;
		settings->to_count = 0;
		return NULL;
	}
	problem = mc_value_mailbox(&options->arena, value, &mailbox);
	if (problem != NULL)
		return problem;
	if (settings->to_count >= MC_PLAN_RECIPIENTS)
		return "is one too many: at most 5 recipients";
	to = mc_option_room(&options->arena, (void *)settings->to, settings->to_count, sizeof(*to));
	if (to == NULL)
		return NULL;
	to[settings->to_count++] = mailbox;
	settings->to = to;
	return NULL;
}

static const char *
one_of(struct mc_options *options, const struct mailcheck_option *row)
{
	return mc_arena_printf(&options->arena, "must be one of %s", row->argument);
}

static const char *
apply_tls(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	return mc_tls_mode_parse(value, &options->settings.tls) ? NULL : one_of(options, row);
}

static const char *
apply_quit_after(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	enum mc_step_name step;

	if (!mc_step_name_parse(value, &step) || step == MC_STEP_CONNECT)
		return one_of(options, row);
	options->settings.quit_after = step;
	return NULL;
}

static const char *
apply_ns(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	char text[MC_ADDRESS_SIZE];
	struct mc_address address;
	uint16_t port;
	const char *problem = mc_value_server(value, &address, &port);

	(void)row;
	if (problem != NULL)
		return problem;
	mc_address_format(text, &address);
	options->settings.ns = mc_arena_printf(&options->arena, "%s@%u", text, port);
	return NULL;
}

static const char *
apply_compare(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	char text[MC_ADDRESS_SIZE];
	struct mc_address address;
	const char **servers, *problem;
	uint16_t port;

	(void)row;
	if (value[0] == '\0') {
		settings->compare = NULL;
		settings->compare_count = 0;
		return NULL;
	}
	problem = mc_value_server(value, &address, &port);
	if (problem != NULL)
		return problem;
	if (settings->compare_count >= MC_COMPARE_LIMIT)
		return "is one too many: at most 8 servers to compare with";
	servers = mc_option_room(&options->arena, (void *)settings->compare,
		settings->compare_count, sizeof(*servers));
	if (servers == NULL)
		return NULL;
	mc_address_format(text, &address);
	servers[settings->compare_count++] =
		mc_arena_printf(&options->arena, MC_SERVER_RECURSIVE "%s@%u", text, port);
	settings->compare = servers;
	return NULL;
}

static const char *
apply_control(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	return mc_value_host_port(&options->arena, value, 25, &options->settings.control);
}

static const char *
apply_client(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	return mc_address_parse(value, &options->settings.client) ? NULL
								  : "is no IPv4 or IPv6 address";
}

/* Anything a client may say: it is evaluated, never sent to a mail host. */
static const char *
apply_said(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	const char **said = place(options, row);

	if (strlen(value) > SAID_LIMIT)
		return "is longer than 1000 octets";
	*said = mc_arena_strdup(&options->arena, value);
	return NULL;
}

static const char *
apply_assume(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	struct mc_rr rr, *rrs;
	const char *problem;

	(void)row;
	if (value[0] == '\0') {
		settings->assume = NULL;
		settings->assume_count = 0;
		return NULL;
	}
	problem = mc_value_record(&options->arena, value, &rr);
	if (problem != NULL)
		return problem;
	if (settings->assume_count >= MC_OPTION_ASSUME)
		return "is one too many: at most 1000 records";
	rrs = mc_option_room(&options->arena, settings->assume, settings->assume_count, sizeof(rr));
	if (rrs == NULL)
		return NULL;
	rrs[settings->assume_count++] = rr;
	settings->assume = rrs;
	return NULL;
}

static const char *
apply_dkim_selector(
	struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	const char **selectors;
	char name[MC_NAME_TEXT_SIZE];

	(void)row;
	if (value[0] == '\0') {
		settings->dkim_selectors = NULL;
		settings->dkim_selector_count = 0;
		return NULL;
	}
	if (mc_domain_parse_selector(value, name) != NULL)
		return "is no selector: labels of letters, digits and hyphens with dots between";
	if (settings->dkim_selector_count >= MC_OPTION_DKIM_SELECTORS)
		return "is one too many: at most 50 selectors";
	selectors = mc_option_room(&options->arena, (void *)settings->dkim_selectors,
		settings->dkim_selector_count, sizeof(*selectors));
	if (selectors == NULL)
		return NULL;
	selectors[settings->dkim_selector_count++] = mc_arena_strdup(&options->arena, name);
	settings->dkim_selectors = selectors;
	return NULL;
}

static const char *
apply_concurrency(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	return mc_value_number(value, 1, MC_OPTION_CONCURRENCY_MAX, &options->concurrency) == NULL
		       ? NULL
		       : "must be a whole number from 1 to 1000";
}

/* --- the table --- */

#define TEXT MAILCHECK_OPTION_TEXT
#define FLAG MAILCHECK_OPTION_FLAG
#define SECONDS MAILCHECK_OPTION_SECONDS
#define NUMBER MAILCHECK_OPTION_NUMBER
#define CHOICE MAILCHECK_OPTION_CHOICE
#define HOST .scope = MAILCHECK_SCOPE_HOST
#define SPF .scope = MAILCHECK_SCOPE_SPF
#define LIST .repeatable = true
#define FREEZES .freezes = true
#define NETWORK .network = true
#define UNRECORDED .unrecorded = true
#define HIDDEN .hidden = true
#define AT(member) .offset = offsetof(struct mc_options, member)

/* clang-format off */
static const struct mailcheck_option rows[] = {
	{"resolver", 0, TEXT, "ADDR[@PORT]", "Ask this DNS resolver (repeatable: the next one when it fails), or \"recursive\"",
		LIST, FREEZES, NETWORK, .apply = apply_resolver},
	{"ns", 0, TEXT, "ADDR[@PORT]", "Ask this name server for names at or below the target",
		.apply = apply_ns},
	{"compare", 0, TEXT, "ADDR[@PORT]", "Show the answers of this resolver beside the others, with their TTL (repeatable)",
		LIST, .apply = apply_compare},
	{"assume", 0, TEXT, "RR", "Take this record (zone-file syntax) for published (repeatable)",
		LIST, .apply = apply_assume},
	{"dkim-selector", 0, TEXT, "NAME", "Look for a DKIM key under this selector (repeatable; default: well-known ones)",
		LIST, .apply = apply_dkim_selector},
	{"message", 0, TEXT, "FILE", "Look for the DKIM keys that the signatures of this message need",
		UNRECORDED, .file = true, .apply = mc_option_message},
	{"trust-anchor", 0, TEXT, "FILE", "DNSSEC trust anchors in place of the built-in root ones",
		FREEZES, NETWORK, .file = true, .apply = apply_records, AT(net.trust_anchor)},
	{"root-hints", 0, TEXT, "FILE", "Root name servers in place of the built-in ones (without --resolver: \"recursive\")",
		FREEZES, NETWORK, .file = true, .apply = apply_records, AT(net.root_hints)},
	{"ca-file", 0, TEXT, "FILE", "Trusted certificates (PEM) in place of the system's",
		FREEZES, NETWORK, .file = true, .apply = apply_file, AT(net.ca_file)},
	{"timeout", 0, SECONDS, "SECONDS", "How long to wait for one answer (default: DNS 5, connect and reply 30, TLS 15)",
		FREEZES, .apply = apply_timeout},
	{"deadline", 0, SECONDS, "SECONDS", "How long one target may take (default: 120)",
		.apply = apply_deadline},
	{"ipv4", '4', FLAG, "", "Connect to IPv4 addresses only",
		.apply = apply_family, AT(settings.ipv4_only)},
	{"ipv6", '6', FLAG, "", "Connect to IPv6 addresses only",
		.apply = apply_family, AT(settings.ipv6_only)},
	{"source", 0, TEXT, "ADDR", "Connect from this address (repeatable: one of each family)",
		LIST, FREEZES, NETWORK, .apply = apply_source},
	{"allow-private", 0, FLAG, "", "Contact private and other special-purpose addresses too",
		.apply = apply_flag, AT(settings.allow_private)},
	{"connect-to", 0, TEXT, "HOST:PORT:ADDR:PORT2", "For HOST:PORT, connect to ADDR:PORT2 (repeatable; empty: any, or unchanged)",
		LIST, .apply = apply_connect_to},
	{"control", 0, TEXT, "HOST[:PORT]", "A host known to answer, to tell whether port 25 is open from here",
		.apply = apply_control},
	{"helo", 0, TEXT, "NAME", "The name to give with EHLO (default: the reverse name of our address)",
		.apply = apply_helo},
	{"from", 0, TEXT, "ADDR", "Say MAIL FROM with this address (\"\" or \"<>\": the null one)",
		HOST, .apply = apply_from},
	{"to", 0, TEXT, "ADDR", "Say RCPT TO with this address (repeatable, at most 5)",
		LIST, HOST, .apply = apply_to},
	{"tls", 0, CHOICE, "auto|none|starttls|implicit", "How to begin TLS (auto: implicit on 465, 993, 995, else STARTTLS if offered)",
		HOST, .apply = apply_tls},
	{"lmtp", 0, FLAG, "", "Speak LMTP instead of SMTP",
		HOST, .apply = apply_flag, AT(settings.lmtp)},
	{"quit-after", 0, CHOICE, "tls|banner|ehlo|helo|starttls|mail|rcpt|quit", "Say QUIT once this step is answered",
		HOST, .apply = apply_quit_after},
	{"ip", 0, TEXT, "IP", "The address of the client that sends (needed)",
		SPF, .apply = apply_client},
	{"sender", 0, TEXT, "ADDR", "The envelope sender (default: postmaster at DOMAIN; \"\" or \"<>\": the null one)",
		SPF, .apply = apply_said, AT(settings.sender)},
	{"client-helo", 0, TEXT, "NAME", "The name the client gives with EHLO (default: DOMAIN); --helo does the same here",
		SPF, .apply = apply_said, AT(settings.client_helo)},
	{"list", 0, TEXT, "ZONE", "Ask this block list only (repeatable)",
		LIST, FREEZES, .apply = mc_option_list},
	{"lists", 0, TEXT, "FILE", "The table of block lists, in place of the built-in one",
		FREEZES, UNRECORDED, .file = true, .apply = mc_option_lists},
	{"dnsbl-keys", 0, TEXT, "FILE", "Keys of block lists that want one: a line each, NAME KEY",
		FREEZES, UNRECORDED, .file = true, .apply = mc_option_list_keys},
	{"dnsbl-budget", 0, NUMBER, "N", "Questions to one block list at most (default: 100; none with --list or a key)",
		FREEZES, .apply = mc_option_list_budget},
	{"concurrency", 0, NUMBER, "N", "Targets in work at once, 1 to 1000 (default: 100)",
		UNRECORDED, .apply = apply_concurrency},
	{"record", 0, TEXT, "FILE", "Write every fact to this file",
		FREEZES, UNRECORDED, .apply = apply_path, AT(record)},
	{"replay", 0, TEXT, "FILE", "Take every fact from this file instead of the network",
		FREEZES, UNRECORDED, .apply = apply_path, AT(replay)},
	{"dkim-signature", 0, TEXT, "TEXT", "", HIDDEN, LIST, .apply = mc_option_signature},
	{"lists-text", 0, TEXT, "TEXT", "", HIDDEN, FREEZES, .apply = mc_option_lists_text},
	{"dnsbl-key", 0, TEXT, "NAME", "", HIDDEN, LIST, FREEZES, .apply = mc_option_list_key},
	{"public-resolver", 0, TEXT, "TEXT", "", HIDDEN, FREEZES, .apply = mc_option_public_resolver},
};
/* clang-format on */

const mailcheck_option *
mailcheck_option_at(uint32_t i)
{
	return i < COUNT(rows) && !rows[i].hidden ? &rows[i] : NULL;
}

const char *
mailcheck_option_name(const mailcheck_option *option)
{
	return option->name;
}

char
mailcheck_option_letter(const mailcheck_option *option)
{
	return option->letter;
}

int32_t
mailcheck_option_kind(const mailcheck_option *option)
{
	return (int32_t)option->kind;
}

const char *
mailcheck_option_argument(const mailcheck_option *option)
{
	return option->argument;
}

const char *
mailcheck_option_help(const mailcheck_option *option)
{
	return option->help;
}

int32_t
mailcheck_option_repeatable(const mailcheck_option *option)
{
	return option->repeatable ? 1 : 0;
}

int32_t
mailcheck_option_scope(const mailcheck_option *option)
{
	return (int32_t)option->scope;
}

const struct mailcheck_option *
mc_option_find(const char *name)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}
