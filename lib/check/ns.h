/*
 * ns: the name servers of the domain's zone and what each of them says. Shared by the files of
 * the ns check.
 */
#ifndef MC_CHECK_NS_H
#define MC_CHECK_NS_H

#include "check/host.h"
#include "check/zone.h"

#define MC_NS_NAMES 13     /* most name servers looked at */
#define MC_NS_ENDPOINTS 13 /* most addresses asked: one of each server before a second of any */
#define MC_NS_SELECTORS 4  /* most DKIM selectors asked for */

struct mc_name_server {
	const char *name;
	bool child, parent;  /* who names it: the zone itself, its delegation */
	bool resolved, glue; /* glue: its addresses are known from the delegation only */
	struct mc_host host;
};

/* What each server is asked; the first decides whether it serves the zone. */
enum mc_ns_question {
	MC_NS_SOA,
	MC_NS_NS,
	MC_NS_MX,
	MC_NS_SPF,
	MC_NS_DMARC,
	MC_NS_CNAME,
	MC_NS_DMARC_CNAME,
	MC_NS_MTA_STS,
	MC_NS_TLS_RPT,
	MC_NS_DKIM, /* keys under selectors the user gave */
	MC_NS_DKIM_CNAME = MC_NS_DKIM + MC_NS_SELECTORS,
	MC_NS_QUESTIONS = MC_NS_DKIM_CNAME + MC_NS_SELECTORS,
};

enum mc_ns_state {
	MC_NS_AUTHORITATIVE,
	MC_NS_LAME,    /* answers, but not for this zone */
	MC_NS_SILENT,  /* does not answer, while another of its family does */
	MC_NS_UNKNOWN, /* this machine may be the reason, or the address was left alone */
};

struct mc_ns_endpoint {
	const struct mc_name_server *server;
	struct mc_address address;
	const char *label; /* "ns1.example.com [192.0.2.1]" */
	enum mc_ns_state state;
	const char *reason;                            /* "" when authoritative */
	const struct mc_dns *answers[MC_NS_QUESTIONS]; /* NULL: not asked */
};

struct mc_ns {
	struct mc_zone zone;
	struct mc_name_server servers[MC_NS_NAMES];
	size_t count, left_out;
	const struct mc_dns *child;      /* NS at the apex, from the resolver */
	const struct mc_dns *delegation; /* the referral of a parent's server; NULL: not known */
	uint8_t delegation_family;
	struct mc_ns_endpoint endpoints[MC_NS_ENDPOINTS];
	size_t endpoint_count;
	bool heard;       /* any server answered directly */
	bool intercepted; /* what answers is no name server of the zone, but a resolver on the way
			   */
};

/* ns_ask.c: the delegation of the apex as one server of the parent zone tells it; unknown is no
 * failure. */
enum mc_step mc_ns_ask_parent(struct mc_run *run, struct mc_ns *ns);
/* MC_WAIT until everything has arrived. Not called without an apex. */
enum mc_step mc_ns_gather(struct mc_run *run, struct mc_ns *ns);
/* ns_compare.c: the servers' answers beside each other. */
void mc_ns_compare(struct mc_run *run, const struct mc_ns *ns);

#endif
