/*
 * spf_tree: a record with all it includes, as far as it can be known without a client.
 */
#ifndef MC_CHECK_SPF_TREE_H
#define MC_CHECK_SPF_TREE_H

#include "check/spf_host.h"

enum mc_spf_state {
	MC_SPF_HAS_RECORD,
	MC_SPF_HAS_NONE,
	MC_SPF_HAS_SEVERAL,
	MC_SPF_HAS_ERROR, /* syntax */
	MC_SPF_FAILED,    /* the lookup did */
	MC_SPF_PENDING,
	MC_SPF_NO_NAME,
	MC_SPF_MACRO, /* depends on the client */
	MC_SPF_LOOP,
	MC_SPF_LEFT_OUT, /* beyond our own bound */
};

/* A term that causes lookups: what it costs with all below. */
struct mc_spf_cost {
	const struct mc_spf_term *term;
	unsigned lookups, voids4, voids6;
	struct mc_spf_cost *next;
};

struct mc_spf_node {
	const char *domain; /* canonical; as written when it is none */
	const char *term;   /* that led here; "" at the root */
	enum mc_spf_state state;
	bool nxdomain;                /* HAS_NONE: not even the name */
	const struct mc_fact *failed; /* FAILED; NULL: DNSSEC */
	struct mc_spf spf;
	/* of this record and all below, when nothing matches */
	unsigned lookups, voids4, voids6;
	struct mc_spf_cost *costs;
	struct mc_spf_node *parent, *child, *next;
};

/* A term without an answer, without a usable one, or with one that holds too much. */
struct mc_spf_void {
	const struct mc_spf_node *node;
	const struct mc_spf_term *source;
	const char *term, *name;
	bool four, six;      /* void for a client of that family */
	bool below_mx;       /* there are MX records: their hosts have no address */
	size_t exchanges;    /* MX records, when there are too many */
	const char *problem; /* why a lookup failed; NULL: none did */
	struct mc_spf_void *next;
};

struct mc_spf_tree {
	struct mc_spf_node *root;
	struct mc_spf_void *voids, *last, **tail;
	size_t nodes, terms;
	bool waiting;
};

/* `text` is the domain's record. False while something is missing. */
bool mc_spf_tree_grow(struct mc_run *run, const char *domain, const char *text, size_t length,
	struct mc_spf_tree *ret_tree);
/* What the macros of a term stand for, for an example of a client; NULL: it has none. */
const char *mc_spf_sample(
	struct mc_run *run, const struct mc_spf_node *node, const struct mc_spf_term *term);
/* As JSON, for the values. */
json_t *mc_spf_tree_json(struct mc_run *run, const struct mc_spf_node *node);
const char *mc_spf_state_text(enum mc_spf_state state);

#endif
