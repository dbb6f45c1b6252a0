/*
 * dnsbl: what the files of this check share: one list asked about one address or domain.
 */
#ifndef MC_CHECK_DNSBL_H
#define MC_CHECK_DNSBL_H

#include "dnsbl/table.h"
#include "fact/run.h"

#define MC_DNSBL_ITEMS 24 /* most addresses and names asked about for one target */

enum mc_dnsbl_verdict {
	MC_DNSBL_LISTED,
	MC_DNSBL_CLEAN,
	MC_DNSBL_REFUSED,
	MC_DNSBL_BROKEN,
	MC_DNSBL_UNVERIFIABLE,
	MC_DNSBL_VERDICTS
};

/* What is asked about. */
struct mc_dnsbl_item {
	const char *subject;       /* the address or the name as text */
	struct mc_address address; /* family 0: a name */
	bool receives;             /* an MX host of a domain: it need not send */
	const char *role;          /* "MX host", "SPF", ...; NULL: the target itself */
};

struct mc_dnsbl_row {
	const struct mc_list *list;
	const struct mc_dnsbl_item *item;
	enum mc_dnsbl_verdict verdict;
	enum mc_list_kind kind;      /* of the listing; the list's own without one */
	const struct mc_dns *answer; /* NULL: it was not asked */
	const char *meaning;         /* of the codes; NULL: none */
	const char *reason; /* its text when listed, else why there is no verdict; or NULL */
	const char *fix;    /* what is to be done where it could not be asked; or NULL */
	bool outside;       /* broken by an answer that is no list's */
	bool within;        /* what it has counts at another list already */
};

struct mc_dnsbl_rows {
	struct mc_dnsbl_row *rows;
	size_t count, room;
	size_t counts[MC_DNSBL_VERDICTS], total; /* of those that count */
};

/* dnsbl_items.c: what is asked about; what is known already until MC_DONE. `ret_items` has room for
 * MC_DNSBL_ITEMS. */
enum mc_step mc_dnsbl_items(struct mc_run *run, struct mc_dnsbl_item *ret_items, size_t *ret_count);

/* dnsbl_ask.c: asks the list, with its test entries; MC_WAIT until all have come. */
enum mc_step mc_dnsbl_ask(struct mc_run *run, const struct mc_dnsbl_item *item,
	const struct mc_list *list, struct mc_dnsbl_row *ret_row);

/* dnsbl_say.c: values and findings. */
void mc_dnsbl_values(struct mc_run *run, struct mc_dnsbl_rows *rows); /* and sorts, worst first */
void mc_dnsbl_find(struct mc_run *run, const struct mc_dnsbl_rows *rows);
/* "clean on 31 of 34, 3 refused this resolver"; "nothing known from 3 lists, 3 broken" */
const char *mc_dnsbl_coverage(struct mc_run *run, const struct mc_dnsbl_rows *rows);

#endif
