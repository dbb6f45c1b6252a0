/* classify: of the rules whose terms were met, the one that weighs most. */
#include "reply/classify.h"

#include <string.h>

#include "reply/scan.h"

#define AGREES 6u /* more weight where the enhanced code says the same */
#define OUTER 15u /* less weight for what stands around the inner reply */

struct choice {
	const struct mc_rule *rule;
	uint32_t weight;
	size_t start, end;
};

static bool
fits_codes(const struct mc_scan *scan, const struct mc_rule *rule)
{
	bool fits = rule->status_count == 0;
	uint32_t code = scan->code;

	if (code == 0 && scan->status != 0 && rule->code_from % 100 == 0 &&
		rule->code_to == rule->code_from + 99)
		code = (scan->status >> 24) * 100;
	if (rule->code_from != 0 && (code < rule->code_from || code > rule->code_to))
		return false;
	for (uint32_t i = 0; !fits && i < rule->status_count && scan->status != 0; i++) {
		uint32_t wanted = rule->status[i], has = scan->status;

		fits = (wanted >> 24 == 0 || wanted >> 24 == has >> 24) &&
		       (wanted >> 12 & 0xfff) == (has >> 12 & 0xfff) &&
		       ((wanted & 0xfff) == 0xfff || (wanted & 0xfff) == (has & 0xfff));
	}
	return fits;
}

static bool
fits(const struct mc_scan *scan, const struct mc_scan_part *part, const struct mc_rule *rule)
{
	if (rule->speaker != 0 && (scan->speakers >> (rule->speaker - 1) & 1) == 0)
		return false;
	if (rule->stage != 0 && (scan->stages >> (rule->stage - 1) & 1) == 0)
		return false;
	if (rule->bare != 0 && scan->said > 0)
		return false;
	for (uint32_t i = 0; i < rule->all_count; i++)
		if (!mc_scan_met(part, rule->all[i]))
			return false;
	for (uint32_t i = 0; i < rule->none_count; i++)
		if (mc_scan_met(part, rule->none[i]))
			return false;
	return fits_codes(scan, rule);
}

static void
consider(struct choice *choice, const struct mc_rule *rule, uint32_t weight, size_t start,
	size_t end)
{
	if (choice->rule != NULL &&
		(choice->weight > weight ||
			(choice->weight == weight && choice->end - choice->start > end - start)))
		return;
	*choice = (struct choice){rule, weight, start, end};
}

static void
consider_bucket(const struct mc_scan *scan, uint32_t bucket, struct choice *choice)
{
	const struct mc_rules *rules = scan->rules;
	const struct mc_scan_part *part = scan->inner;

	for (uint32_t i = rules->buckets[bucket]; i < rules->buckets[bucket + 1]; i++) {
		const struct mc_rule *rule = &rules->rules[rules->bare[i]];

		if (!fits(scan, part, rule))
			continue;
		if (rule->status_count > 0)
			consider(choice, rule, rule->weight, scan->status_start, scan->status_end);
		else
			consider(choice, rule, rule->weight, scan->code_start, scan->code_end);
	}
}

static void
consider_codes(const struct mc_scan *scan, struct choice *choice)
{
	if (scan->status != 0) {
		uint32_t subject = scan->status >> 12 & 0xfff;

		consider_bucket(scan, mc_rules_bucket(subject, scan->status & 0xfff), choice);
		consider_bucket(scan, mc_rules_bucket(subject, 0xfff), choice);
	}
	if (scan->code != 0) {
		consider_bucket(scan, mc_rules_code_bucket(scan->code), choice);
		consider_bucket(scan, mc_rules_code_bucket(scan->code / 100), choice);
	}
}

static void
consider_terms(const struct mc_scan *scan, const struct mc_scan_part *part, enum mc_class coded,
	uint32_t less, struct choice *choice)
{
	const struct mc_rules *rules = scan->rules;

	for (size_t i = 0; i < part->count; i++) {
		const struct mc_term *term = &rules->terms[part->hits[i].term];

		for (uint32_t j = term->rules; j < term->rules_end; j++) {
			const struct mc_rule *rule = &rules->rules[rules->keyed[j]];
			uint32_t weight = rule->weight > less ? rule->weight - less : 1;

			if (!fits(scan, part, rule))
				continue;
			if (rule->class == coded)
				weight += AGREES;
			consider(choice, rule, weight, part->hits[i].start, part->hits[i].end);
		}
	}
}

static enum mc_persistence
persistence_of(const struct mc_scan *scan, const struct mc_rule *rule)
{
	uint32_t digit = scan->code != 0 ? scan->code / 100 : scan->status >> 24;

	if (rule != NULL && rule->persistence != 0)
		return (enum mc_persistence)(rule->persistence - 1);
	if (digit == 4)
		return MC_PERSISTENCE_TEMPORARY;
	if (digit == 5)
		return MC_PERSISTENCE_PERMANENT;
	return mc_class_rows[rule == NULL ? MC_CLASS_UNKNOWN : rule->class].persistence;
}

static void
conclude(const struct mc_scan *scan, const struct choice *choice, struct mc_reply_verdict *verdict)
{
	const struct mc_rule *rule = choice->rule;
	const struct mc_class_row *row;

	verdict->class = rule == NULL ? MC_CLASS_UNKNOWN : (enum mc_class)rule->class;
	row = &mc_class_rows[verdict->class];
	verdict->fault = row->fault;
	verdict->action = row->action;
	verdict->persistence = persistence_of(scan, rule);
	verdict->rule = rule == NULL ? "" : scan->rules->text + rule->name;
	verdict->start = choice->start;
	verdict->end = choice->end;
	verdict->confidence = choice->weight > 99 ? 99 : choice->weight;
	if (rule != NULL && rule->fault != 0)
		verdict->fault = (enum mc_fault)(rule->fault - 1);
	if (rule != NULL && rule->action != 0)
		verdict->action = (enum mc_action)(rule->action - 1);
}

static void
choose(const struct mc_scan *scan, struct choice *choice)
{
	enum mc_class coded;

	consider_codes(scan, choice);
	coded = choice->rule == NULL ? MC_CLASS_UNKNOWN : (enum mc_class)choice->rule->class;
	consider_terms(scan, scan->inner, coded, 0, choice);
	if (scan->wrapped && choice->weight < 40)
		consider_terms(scan, scan->outer, MC_CLASS_UNKNOWN, OUTER, choice);
}

/* Nothing was refused: what a success (RFC 5321, 4.2.3; RFC 4954) says is no cause of anything. */
static bool
is_success(const struct mc_scan *scan)
{
	static const uint16_t codes[] = {211, 214, 220, 221, 235, 250, 251, 252, 354};
	bool agrees = scan->status == 0 || scan->status >> 24 == 2;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (scan->code == codes[i])
			return agrees;
	return agrees && scan->code == 0 && scan->status != 0;
}

void
mc_reply_classify(const struct mc_rules *rules, const char *text, size_t length,
	struct mc_reply_verdict *ret_verdict)
{
	struct choice choice = {NULL, 0, 0, 0};
	struct mc_reply_verdict verdict;
	struct mc_scan scan;

	if (length > MC_REPLY_LIMIT)
		length = MC_REPLY_LIMIT;
	mc_scan_read(&scan, rules, text, length);
	if (!is_success(&scan))
		choose(&scan, &choice);
	verdict = (struct mc_reply_verdict){.code = scan.code,
		.status = scan.status,
		.inner = scan.inner_start,
		.list = scan.list,
		.list_start = scan.list_start,
		.list_end = scan.list_end};
	conclude(&scan, &choice, &verdict);
	*ret_verdict = verdict;
}
