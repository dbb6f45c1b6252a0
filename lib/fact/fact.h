/*
 * fact: an immutable observation, keyed by its question. A failure is a value.
 */
#ifndef MC_FACT_FACT_H
#define MC_FACT_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "dialogue/http_response.h"
#include "dialogue/session.h"
#include "record/rr.h"

#define MC_SERVER_RECURSIVE "recursive:" /* before the address of a server that is a resolver */
#define MC_KEY_LABEL "_key-"             /* before the key's name */

enum mc_fact_kind { MC_FACT_DNS, MC_FACT_SESSION, MC_FACT_HTTPS };

enum mc_fact_status { MC_FACT_PENDING, MC_FACT_OK, MC_FACT_FAILED };

/* Why there is no observation. Whose fault it is differs; see mc_failure_ours(). */
enum mc_failure {
	MC_FAIL_NONE,
	MC_FAIL_TIMEOUT,         /* DNS: no answer in the time we wait */
	MC_FAIL_SERVFAIL,        /* DNS: the resolver or server could not answer */
	MC_FAIL_QUERY_REFUSED,   /* DNS: rcode REFUSED */
	MC_FAIL_RCODE,           /* DNS: another rcode */
	MC_FAIL_MALFORMED,       /* DNS: an answer that makes no sense */
	MC_FAIL_NO_RESOLVER,     /* DNS: the resolver cannot be reached */
	MC_FAIL_CONNECT_REFUSED, /* session, https: RST to our SYN; so the next five */
	MC_FAIL_CONNECT_TIMEOUT,
	MC_FAIL_CONNECT_RESET,
	MC_FAIL_NO_ROUTE,       /* an ICMP unreachable from the way */
	MC_FAIL_NO_LOCAL_ROUTE, /* this machine has no route to that family */
	MC_FAIL_NOT_CONTACTED,  /* a special-purpose address, left alone */
	MC_FAIL_DENIED,         /* this machine's own rules forbid it */
	MC_FAIL_DEADLINE,       /* the target's time was up */
	MC_FAIL_LIMIT,          /* our bound on what one target may cause */
	MC_FAIL_LOCAL,          /* out of memory, descriptors, ... */
	MC_FAIL_NOT_RECORDED,   /* replay: the file does not hold it */
};

struct mc_fact {
	enum mc_fact_kind kind;
	enum mc_fact_status status;
	enum mc_failure failure;
	const char *text; /* of the failure, one clause, "" when OK */
	int64_t began;    /* ms since 1970; both 0 for what was never begun */
	int64_t ended;
};

enum mc_dnssec {
	MC_DNSSEC_UNKNOWN, /* not validated: the resolver strips signatures, or was asked directly
			    */
	MC_DNSSEC_INSECURE,
	MC_DNSSEC_SECURE,
	MC_DNSSEC_BOGUS,
};

/* An answer. NXDOMAIN and an empty answer are OK facts; SERVFAIL is a FAILED one. */
struct mc_dns {
	struct mc_fact fact;
	const char *name; /* asked for */
	uint16_t type;
	const char *server; /* "192.0.2.1@53" when asked directly (see MC_SERVER_RECURSIVE), else
			       NULL */
	bool nxdomain;
	bool authoritative;
	enum mc_dnssec dnssec;
	const char *why_bogus; /* "" when not bogus */
	const char *canonical; /* the end of the CNAME chain; `name` without one */
	struct mc_rr *aliases; /* CNAMEs (DNAMEs) followed, in order */
	size_t alias_count;
	struct mc_rr *rrs; /* of `type` at `canonical`, sorted */
	size_t count;
	struct mc_rr *signatures; /* RRSIGs of the answer that cover `rrs`, sorted */
	size_t signature_count;
	bool referral;      /* NS only, asked directly: `rrs` are those of a delegation */
	struct mc_rr *glue; /* with it: the A and AAAA records that came along */
	size_t glue_count;
	uint32_t ttl; /* the lowest of the answer, or of the SOA when negative */
};

struct mc_session_fact {
	struct mc_fact fact;
	struct mc_session session; /* valid when OK: the connection was made */
};

struct mc_https {
	struct mc_fact fact;
	struct mc_http http; /* valid when OK: the connection was made */
};

struct mc_question {
	enum mc_fact_kind kind;
	/* dns */
	const char *name; /* canonical */
	uint16_t type;
	const char *server; /* NULL: the resolver */
	bool keyed; /* a label MC_KEY_LABEL of the name stands for a key, which the provider puts in
		     */
	/* session, https */
	struct mc_address address;
	uint16_t port;
	struct mc_address via; /* where to connect really; family 0: `address` */
	uint16_t via_port;
	const char *host;   /* SNI and name to verify; "" none */
	bool allow_special; /* contact special-purpose addresses too */
	/* session */
	struct mc_plan plan;
	/* https: a GET of https://HOST:PORT/PATH */
	const char *path; /* with its query */
};

bool mc_server_is_resolver(const char *server);

/* The canonical text of a question: equal questions, equal keys. "" when out of memory. */
const char *mc_question_key(struct mc_arena *arena, const struct mc_question *question);
/* The same without a text: for what asks again with every pass. */
bool mc_question_same(const struct mc_question *a, const struct mc_question *b);
unsigned mc_question_hash(const struct mc_question *question);
/* A deep copy; false when out of memory. */
bool mc_question_copy(
	struct mc_arena *arena, struct mc_question *ret_copy, const struct mc_question *question);

/* True when the failure tells of this machine or of our own limits, not of the target. */
bool mc_failure_ours(enum mc_failure failure);
const char *mc_failure_name(enum mc_failure failure); /* "timeout", as in record files */
bool mc_failure_parse(const char *name, enum mc_failure *ret_failure);

/* What stands in for a fact there is no memory for; static. */
const struct mc_fact *mc_fact_no_memory(enum mc_fact_kind kind);
/* A failed fact for that question, in `arena`; NULL when out of memory. */
struct mc_fact *mc_fact_failed(struct mc_arena *arena, const struct mc_question *question,
	enum mc_failure failure, const char *text, int64_t began, int64_t ended);

/*
 * The answer to a dns question out of a parsed message: follows the CNAME chain within it,
 * keeps only records that belong, sorts them. NOERROR and NXDOMAIN give an OK fact, every
 * other rcode a FAILED one. NULL when out of memory.
 */
struct mc_message;
struct mc_dns *mc_dns_from_message(struct mc_arena *arena, const struct mc_question *question,
	const struct mc_message *message, int64_t began, int64_t ended);
/* Gives how many are left: the same record twice is one (RFC 2181, 5). */
size_t mc_dns_sort(struct mc_rr *rrs, size_t count);

#endif
