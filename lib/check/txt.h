/*
 * txt: the TXT records of a name, for the checks that look for one record among them; and hosts
 * that reports are sent to.
 */
#ifndef MC_CHECK_TXT_H
#define MC_CHECK_TXT_H

#include "fact/run.h"

#define MC_TXT_LIMIT 64 /* most records that are kept, of either kind */

struct mc_txt {
	const char *text;
	size_t length;
};

struct mc_txts {
	const struct mc_dns *dns;
	struct mc_txt *records; /* those that count */
	size_t count;
	struct mc_txt *others;
	size_t other_count;
};

/* Sorts the records of an answer that is OK by whether they count. */
void mc_txt_sort(struct mc_run *run, const struct mc_dns *dns,
	bool (*counts)(const char *text, size_t length), struct mc_txts *ret_txts);
/* Of a name with one record, which does not count: it does if it is one alone. */
void mc_txt_take_alone(struct mc_txts *txts, bool (*counts)(const char *text, size_t length));
const char *mc_txt_escaped(struct mc_run *run, const struct mc_txt *txt);
/* The finding that an answer is an alias without a TXT record at its end, if it is one. */
bool mc_txt_find_dangling(struct mc_run *run, const struct mc_dns *dns, const char *id);

/* A record, and where below the domain it belongs. */
struct mc_txt_place {
	const char *label; /* "_dmarc" */
	bool (*counts)(const char *text, size_t length);
	const char *id; /* of the finding that it is elsewhere */
};

/* The finding that the record stands at "prefix.DOMAIN" (NULL: at the domain itself) where nobody
 * looks for it. MC_WAIT while that is not known. */
enum mc_step mc_txt_find_at(
	struct mc_run *run, const struct mc_txt_place *place, const char *prefix);
/* The same wherever mistakes usually put it: at the domain itself, or below it written twice. */
enum mc_step mc_txt_find_misplaced(struct mc_run *run, const struct mc_txt_place *place);

enum mc_taking { MC_TAKING_WAIT, MC_TAKING_MAIL, MC_TAKING_NONE, MC_TAKING_UNKNOWN };

/* Whether a domain takes mail: an MX that is not null, or an address. *ret_failed is set with
 * MC_TAKING_UNKNOWN, *ret_why (static) with MC_TAKING_NONE. */
enum mc_taking mc_txt_takes_mail(struct mc_run *run, const char *domain,
	const struct mc_fact **ret_failed, const char **ret_why);

#endif
