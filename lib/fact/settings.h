/*
 * settings: the options of one run, a snapshot. Filled by context/option.c.
 */
#ifndef MC_FACT_SETTINGS_H
#define MC_FACT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "dialogue/plan.h"
#include "record/dkim_signature.h"
#include "record/rr.h"

/* --connect-to: an empty host or port 0 matches any, an absent address or port changes none. */
struct mc_connect_to {
	const char *host;
	uint16_t port;
	struct mc_address address; /* family 0: unchanged */
	uint16_t to_port;          /* 0: unchanged */
};

#define MC_COMPARE_LIMIT 8 /* servers to compare with */

struct mc_lists; /* dnsbl/table.h */

struct mc_settings {
	const char *helo; /* NULL: chosen for the source address */
	const char *from;
	const char **to;
	size_t to_count;
	enum mc_tls_mode tls;
	bool lmtp;
	enum mc_step_name quit_after;
	bool ipv4_only, ipv6_only;
	bool allow_private;
	int64_t dns_timeout, connect_timeout, reply_timeout, tls_timeout, deadline; /* ms */
	struct mc_connect_to *connect_to;
	size_t connect_to_count;
	struct mc_rr *assume; /* records laid over the facts */
	size_t assume_count;
	const char **dkim_selectors; /* canonical */
	size_t dkim_selector_count;
	struct mc_dkim_signatures *signatures; /* of a message; NULL: none was given */
	const char **compare; /* MC_SERVER_RECURSIVE "ADDRESS@PORT": their answers stand beside */
	size_t compare_count;
	const char *ns; /* "ADDRESS@PORT": asked for all names at or below the target; or NULL */
	/* SPF: the client and what it said; an address of no family: none was given */
	struct mc_address client;
	const char *sender;           /* NULL: postmaster at the domain; "" the null path */
	const char *client_helo;      /* NULL: the domain */
	const struct mc_lists *lists; /* block lists there are; filled when a run begins */
	const char **list_zones;      /* asked alone, in the place of all that apply */
	size_t list_zone_count;
	const char **list_keys; /* names of the keys there are; the keys are the network's */
	size_t list_key_count;
	uint32_t list_budget;        /* questions to one list of a context; 0: by the list */
	const char *public_resolver; /* asks through one that lists refuse; or NULL */
	const char *control; /* "HOST:PORT" that shows whether port 25 is open from here; or NULL */
};

#endif
