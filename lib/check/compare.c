/*
 * compare: the domain's mail records as several servers tell them, beside each other: resolvers
 * that the user names (--compare), and the server of a migration (--ns) beside what is delegated
 * now. Each answer with the time it will still be kept (TTL).
 */
#include <string.h>

#include "base/escape.h"
#include "check/dnssec.h"
#include "check/registry.h"
#include "check/rrset.h"

#define QUESTIONS 16 /* most records compared */
#define SELECTORS 6  /* most DKIM selectors among them */
#define SHOWN 400    /* most octets of one answer that a finding shows */

struct question {
	const char *name;
	uint16_t type;
	bool spf; /* of the TXT records only those of SPF count */
};

struct column {
	const char *label;
	const char *server; /* NULL: as every check asks; "": the resolver, whatever --ns says */
};

struct cell {
	const struct mc_dns *dns;
	const char *content; /* NULL: no answer */
};

struct table {
	struct question questions[QUESTIONS];
	size_t question_count;
	struct column columns[MC_COMPARE_LIMIT + 2];
	size_t column_count;
	struct cell cells[QUESTIONS][MC_COMPARE_LIMIT + 2];
};

/* --- what is asked, and whom --- */

static void
add_question(struct mc_run *run, struct table *table, const char *prefix, uint16_t type)
{
	struct question *question = &table->questions[table->question_count];
	char name[MC_NAME_TEXT_SIZE];

	if (table->question_count == QUESTIONS)
		return;
	if (prefix[0] == '\0')
		question->name = run->domain;
	else if (mc_name_join(prefix, run->domain, name))
		question->name = mc_arena_strdup(run->arena, name);
	else
		return;
	question->type = type;
	question->spf = type == MC_RR_TXT && prefix[0] == '\0';
	table->question_count++;
}

static void
choose_questions(struct mc_run *run, struct table *table)
{
	const struct mc_settings *settings = run->settings;

	add_question(run, table, "", MC_RR_MX);
	add_question(run, table, "", MC_RR_TXT);
	add_question(run, table, "_dmarc", MC_RR_TXT);
	for (size_t i = 0; i < settings->dkim_selector_count && i < SELECTORS; i++)
		add_question(run, table,
			mc_arena_printf(run->arena, "%s._domainkey", settings->dkim_selectors[i]),
			MC_RR_TXT);
	add_question(run, table, "_mta-sts", MC_RR_TXT);
	add_question(run, table, "_smtp._tls", MC_RR_TXT);
	add_question(run, table, "", MC_RR_NS);
}

static void
choose_columns(const struct mc_settings *settings, struct table *table)
{
	struct column *columns = table->columns;
	size_t count = 0;

	if (settings->ns != NULL) {
		columns[count++] = (struct column){settings->ns, NULL};
		columns[count++] = (struct column){"delegated now", ""};
	} else {
		columns[count++] = (struct column){"resolver", NULL};
	}
	for (size_t i = 0; i < settings->compare_count && i < MC_COMPARE_LIMIT; i++) {
		const char *server = settings->compare[i];
		columns[count++] = (struct column){server + strlen(MC_SERVER_RECURSIVE), server};
	}
	table->column_count = count;
}

static const char *
content(struct mc_run *run, const struct question *question, const struct mc_dns *dns)
{
	const char *all = mc_rrset_text(run, dns, question->spf);

	return all[0] != '\0' ? all : "no record";
}

static enum mc_step
ask_all(struct mc_run *run, struct table *table)
{
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < table->question_count; i++)
		for (size_t j = 0; j < table->column_count; j++) {
			const struct question *question = &table->questions[i];
			const char *server = table->columns[j].server;
			struct cell *cell = &table->cells[i][j];
			cell->dns = server == NULL
					    ? mc_ask_dns(run, NULL, question->name, question->type)
					    : mc_ask_dns_at(run, question->name, question->type,
						      server[0] != '\0' ? server : NULL);
			if (cell->dns == NULL)
				step = MC_WAIT;
			else if (cell->dns->fact.status == MC_FACT_OK)
				cell->content = content(run, question, cell->dns);
		}
	return step;
}

/* --- what was answered --- */

static json_t *
cell_json(struct mc_run *run, const struct question *question, const struct column *column,
	const struct cell *cell)
{
	const struct mc_dns *dns = cell->dns;
	json_t *records = json_array();

	for (size_t i = 0; cell->content != NULL && i < dns->count; i++)
		if (mc_rrset_counts(run, &dns->rrs[i], question->spf))
			json_array_append_new(
				records, json_string(mc_rr_rdata_text(run->arena, &dns->rrs[i])));
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "server", column->label, "answer",
		cell->content == NULL          ? "none"
		: json_array_size(records) > 0 ? "records"
		: dns->nxdomain                ? "nxdomain"
					       : "empty",
		"records", records, "ttl",
		cell->content != NULL ? json_integer(dns->ttl) : json_null(), "reason",
		cell->content == NULL
			? json_string(mc_escape(run->arena, dns->fact.text, strlen(dns->fact.text)))
			: json_null());
}

static void
put_values(struct mc_run *run, const struct table *table)
{
	json_t *records = json_array();
	char type[10];

	for (size_t i = 0; i < table->question_count; i++) {
		const struct question *question = &table->questions[i];
		json_t *answers = json_array();
		for (size_t j = 0; j < table->column_count; j++)
			json_array_append_new(answers,
				cell_json(run, question, &table->columns[j], &table->cells[i][j]));
		json_array_append_new(records,
			json_pack("{s:s, s:s, s:o}", "name", question->name, "type",
				mc_rr_type_name(question->type, type), "answers", answers));
	}
	json_object_set_new(run->values, "records", records);
}

/* --- what it means --- */

/* A server that answers nothing at all is told once. */
static void
judge_silence(struct mc_run *run, const struct table *table)
{
	for (size_t j = 0; j < table->column_count; j++) {
		const struct mc_fact *first = NULL;
		size_t failed = 0;
		for (size_t i = 0; i < table->question_count; i++) {
			const struct cell *cell = &table->cells[i][j];
			first = cell->content == NULL && first == NULL ? &cell->dns->fact : first;
			failed += cell->content == NULL;
		}
		if (first == NULL)
			continue;
		/* as the reason ends, by which the report knows what it is about */
		mc_find(run, "compare.unanswered", "%s", first->text);
		mc_evidence(
			run, "not answered: %zu of %zu questions", failed, table->question_count);
		mc_about(run, table->columns[j].label);
		mc_inconclusive(run, "%s: %s", table->columns[j].label, first->text);
	}
}

static void
tell(struct mc_run *run, const struct table *table, size_t i, size_t column)
{
	const struct cell *cell = &table->cells[i][column];

	mc_evidence(run, "%s, TTL %u s: %.*s", table->columns[column].label, cell->dns->ttl, SHOWN,
		cell->content);
}

/* The columns of what is published now, from `from` on. Two that differ come first: a report may
 * leave out what is behind them. */
static void
judge_published(struct mc_run *run, const struct table *table, size_t i, size_t from)
{
	const size_t none = table->column_count;
	const struct question *question = &table->questions[i];
	const struct cell *cells = table->cells[i];
	size_t first = none, other = none;
	uint32_t longest = 0;
	char type[10];

	for (size_t j = from; j < table->column_count; j++) {
		if (cells[j].content == NULL)
			continue;
		longest = cells[j].dns->ttl > longest ? cells[j].dns->ttl : longest;
		if (first == none)
			first = j;
		else if (other == none && strcmp(cells[first].content, cells[j].content) != 0)
			other = j;
	}
	if (other == none)
		return;
	mc_find(run, "compare.differs", "%s %s, kept for %u s at most: %s, TTL %u s: %.*s",
		question->name, mc_rr_type_name(question->type, type), longest,
		table->columns[first].label, cells[first].dns->ttl, SHOWN, cells[first].content);
	tell(run, table, i, other);
	for (size_t j = from; j < table->column_count; j++)
		if (cells[j].content != NULL && j != first && j != other)
			tell(run, table, i, j);
	mc_about(run, question->name);
}

/* The server of --ns in column 0, what is delegated now in column 1: nothing is lost where the
 * domain is new. */
static void
judge_migration(struct mc_run *run, const struct table *table, size_t i)
{
	const struct cell *next = &table->cells[i][0], *now = &table->cells[i][1];
	const struct question *question = &table->questions[i];
	bool lacks;
	char type[10];

	if (next->content == NULL || now->content == NULL || table->cells[0][1].dns->nxdomain ||
		strcmp(next->content, now->content) == 0)
		return;
	lacks = strcmp(next->content, "no record") == 0;
	if (question->type == MC_RR_NS && !lacks)
		return; /* that they change is what a migration is */
	mc_find(run, lacks ? "compare.missing" : "compare.changes", "%s %s: %s: %.*s",
		question->name, mc_rr_type_name(question->type, type), table->columns[0].label,
		SHOWN, next->content);
	mc_evidence(run, "delegated now, TTL %u s: %.*s", now->dns->ttl, SHOWN, now->content);
	mc_about(run, question->name);
	if (lacks && question->type != MC_RR_NS)
		mc_fix(run, "Publish on the new server too, before the delegation changes: %s",
			mc_rrset_lines(run, now->dns, question->spf));
}

/* RFC 8461, 5.1: senders keep a policy for its max_age, whatever becomes of the records. */
static void
judge_kept_policy(struct mc_run *run, const struct table *table)
{
	const struct cell *sts = NULL, *mx = table->cells[0];

	for (size_t i = 0; i < table->question_count; i++)
		if (strncmp(table->questions[i].name, "_mta-sts.", 9) == 0)
			sts = table->cells[i];
	if (sts == NULL || sts[1].content == NULL || strcmp(sts[1].content, "no record") == 0 ||
		mx[0].content == NULL || mx[1].content == NULL ||
		strcmp(mx[0].content, mx[1].content) == 0)
		return;
	mc_find(run, "compare.mta-sts-kept", "%s: MX %.*s", table->columns[0].label, SHOWN,
		mx[0].content);
	mc_evidence(run, "delegated now: MX %.*s; _mta-sts %.*s", SHOWN, mx[1].content, SHOWN,
		sts[1].content);
}

/* The DS record stays where it is when the delegation changes: it has to fit the new server's keys.
 */
static enum mc_step
judge_signing(struct mc_run *run)
{
	struct mc_chain chain = {.apex = run->domain,
		.ds = mc_ask_dns_at(run, run->domain, MC_RR_DS, NULL),
		.keys = mc_ask_dns(run, NULL, run->domain, MC_RR_DNSKEY)};
	struct mc_ds ds;

	if (chain.ds == NULL || chain.keys == NULL)
		return MC_WAIT;
	if (chain.ds->fact.status != MC_FACT_OK || chain.ds->count == 0 ||
		chain.keys->fact.status != MC_FACT_OK)
		return MC_DONE;
	for (size_t i = 0; i < chain.ds->count; i++)
		if (mc_rr_ds(&chain.ds->rrs[i], &ds) && mc_ds_matched(&chain, &ds))
			return MC_DONE;
	mc_find(run, "compare.ds-mismatch", "%s DS %s", run->domain,
		mc_rr_rdata_text(run->arena, &chain.ds->rrs[0]));
	mc_evidence(run, "%s: %s", run->settings->ns,
		chain.keys->count == 0 ? "no DNSKEY, the zone is not signed there"
				       : "none of the DNSKEY records fits");
	return MC_DONE;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	bool migration = run->settings->ns != NULL;
	enum mc_step signing;
	struct table *table;

	if (!migration && run->settings->compare_count == 0)
		return mc_skipped(run, "no server to compare with was given (compare, ns)");
	table = mc_arena_alloc(run->arena, sizeof(*table));
	if (table == NULL)
		return MC_DONE;
	memset(table, 0, sizeof(*table));
	choose_questions(run, table);
	choose_columns(run->settings, table);
	signing = migration ? judge_signing(run) : MC_DONE;
	if (ask_all(run, table) == MC_WAIT || signing == MC_WAIT)
		return MC_WAIT;
	put_values(run, table);
	judge_silence(run, table);
	for (size_t i = 0; i < table->question_count; i++) {
		judge_published(run, table, i, migration ? 1 : 0);
		if (migration)
			judge_migration(run, table, i);
	}
	if (migration)
		judge_kept_policy(run, table);
	return MC_DONE;
}

static bool
wanted(const struct mc_settings *settings)
{
	return settings->ns != NULL || settings->compare_count > 0;
}

const struct mc_check mc_check_compare = {
	.name = "compare",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.wanted = wanted,
	.target = check_domain,
};
