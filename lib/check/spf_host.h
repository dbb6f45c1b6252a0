/*
 * spf_host: check_host() of RFC 7208, 4, as a function that is called again from the top when a
 * fact it asked for has arrived. Where it has to wait it goes on as if the term did not match, and
 * so asks for everything it may need at once; what it then says does not count.
 */
#ifndef MC_CHECK_SPF_HOST_H
#define MC_CHECK_SPF_HOST_H

#include "fact/run.h"
#include "record/spf.h"
#include "record/spf_macro.h"
#include "report/spf.h"

#define MC_SPF_LOOKUPS MC_SPF_LOOKUP_LIMIT
#define MC_SPF_VOIDS 2  /* of them, without an answer */
#define MC_SPF_NAMES 10 /* MX or PTR names of one term */

struct mc_spf_query {
	const char *domain; /* octets as given, without final dot */
	const char *sender; /* "local@domain", "@domain", "domain", or "" for the null path */
	const char *helo;   /* "" none */
	struct mc_address address;
};

struct mc_spf_evaluation {
	struct mc_run *run;
	struct mc_spf_identity identity; /* of the domain in work */
	struct mc_spf_step *first, **tail;
	struct mc_spf_step untold; /* one for which the trace has no room */
	size_t step_count;
	unsigned depth;
	bool waiting; /* a fact is missing */
	/* the answer */
	enum mc_spf_result result;
	const char *explanation; /* NULL: none */
	const char *reason;      /* of none and the errors; "" for the rest */
	unsigned lookups, voids;
};

/* MC_WAIT until every fact it took is there. */
enum mc_step mc_spf_check_host(struct mc_run *run, const struct mc_spf_query *query,
	struct mc_spf_evaluation *ret_evaluation);

/* The one SPF record among the TXT records: how many there are, and the text of the first. */
size_t mc_spf_select(struct mc_arena *arena, const struct mc_dns *txt, const char **ret_text,
	size_t *ret_length);

/* --- between spf_host.c and spf_term.c --- */

enum mc_spf_match { MC_SPF_NO_MATCH, MC_SPF_MATCH, MC_SPF_ERROR, MC_SPF_LATER };

/* a, mx, ptr, ip4, ip6, exists and all; on ERROR, evaluation->result says which. */
enum mc_spf_match mc_spf_match(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term,
	struct mc_spf_step *step);
/* The target-name of a term, as octets; NULL while %{p} is looked up. */
const char *mc_spf_target(struct mc_spf_evaluation *evaluation, const char *domain, size_t length);
/* Counts a term whose lookup had no answer; false when that is one too many. */
bool mc_spf_count_void(struct mc_spf_evaluation *evaluation, struct mc_spf_step *step);
/* The result is this error, for this reason; gives MC_SPF_ERROR. */
__attribute__((format(printf, 3, 4))) enum mc_spf_match mc_spf_fail(
	struct mc_spf_evaluation *evaluation, enum mc_spf_result result, const char *reason, ...);
/* NULL: not there yet, and the evaluation waits. */
const struct mc_dns *mc_spf_ask(
	struct mc_spf_evaluation *evaluation, const char *name, uint16_t type);
/* Why an answer cannot be used; NULL when it can. */
const char *mc_spf_unusable(const struct mc_dns *dns);

#endif
