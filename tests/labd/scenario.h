/* scenario: what the scenario files ask for, as plain data. README.md has their grammar. */
#ifndef LABD_SCENARIO_H
#define LABD_SCENARIO_H

#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "keyword.h"
#include "source.h"
#include "zone.h"

struct endpoint {
	struct endpoint *next;
	struct mc_address address;
	uint16_t port; /* 0: any; the one taken once it listens */
	bool left_out; /* this machine has no IPv6 */
};

enum key { KEY_ECDSA, KEY_ECDSA384, KEY_RSA1024, KEY_RSA2048, KEY_RSA3072, KEY_ED25519 };
enum digest { DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_SHA1, DIGEST_MD5 };
enum chain { CHAIN_FULL, CHAIN_MISSING, CHAIN_WITH_ROOT, CHAIN_REVERSED };

struct ca {
	struct ca *next;
	struct place place;
	const char *name;
	struct text issuer; /* none: a root */
	bool untrusted;     /* not in the file of CA certificates */
	int key, days, age;
};

struct certificate {
	struct certificate *next;
	struct place place;
	struct texts names;
	struct text common_name;
	bool no_names; /* no subjectAltName at all */
	struct text issuer;
	bool self_signed;
	int days; /* from now to its end */
	int age;  /* days since its beginning */
	int key, digest, chain;
};

enum tls_mode { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };

struct tls_settings {
	int mode;
	struct texts versions;
	struct text priority;
	const char *priorities; /* GnuTLS's words for the above */
};

enum step {
	STEP_BANNER,
	STEP_EHLO,
	STEP_HELO,
	STEP_STARTTLS,
	STEP_TLS,
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_MESSAGE,
	STEP_RSET,
	STEP_NOOP,
	STEP_VRFY,
	STEP_AUTH,
	STEP_QUIT,
	STEP_OTHER,
	STEP_ALL,
};

enum outcome { OUTCOME_GO_ON, OUTCOME_CLOSE, OUTCOME_RESET, OUTCOME_HANG };

/* How octets leave. Milliseconds. */
struct pace {
	unsigned delay; /* before the first */
	unsigned chunk; /* octets at a time; 0: all */
	bool by_line;   /* a line at a time */
	unsigned gap;   /* between them */
};

/* One deviation from good conduct: when, and what. */
struct behaviour {
	struct behaviour *next;
	struct place place;
	int step;
	bool in_clear, inside_tls; /* only there */
	unsigned first, every;     /* connections, counted from 1; 0: all */
	struct text match;         /* part of the command */

	struct texts reply; /* lines, without their ends */
	struct text raw, inject;
	struct texts replace; /* pairs */
	unsigned pad;
	int line_end; /* an octet; 0: CRLF */
	struct pace pace;
	unsigned segments;
	bool endless;
	int instead, then; /* outcomes: of the reply's place, and behind it */
	bool no_close_notify;
	int alert, late_alert; /* numbers of TLS (RFC 8446, 6); -1: none */
};

struct page {
	struct page *next;
	struct place place;
	struct text path, host; /* no host: any */
	unsigned status;
	struct text type, body, location, raw;
	struct texts headers;
	unsigned pad;
	struct text length; /* what Content-Length says */
	bool chunked, endless;
	struct pace pace;
	int instead, then;
	bool no_close_notify;
};

enum transport { TRANSPORT_ANY, TRANSPORT_UDP, TRANSPORT_TCP };

/* One deviation of the DNS server. */
struct answer {
	struct answer *next;
	struct place place;
	const char *name; /* canonical; NULL: any */
	uint16_t type;    /* 0: any */
	int transport;
	unsigned first; /* of the questions that match; 0: all */
	unsigned seen;  /* of them so far */

	unsigned delay;
	int rcode; /* -1: as it is */
	bool drop, tcp_only, truncated, empty, garbage;
	bool wrong_id, wrong_question, no_edns, not_authoritative;
};

enum protocol { PROTOCOL_DNS, PROTOCOL_SMTP, PROTOCOL_HTTPS };

struct server {
	struct server *next;
	struct place place;
	enum protocol protocol;
	const char *name;
	struct endpoint *endpoints;
	unsigned idle; /* ms */

	struct certificate *certificates;
	struct tls_settings tls;

	const char *hostname;
	struct texts capabilities;
	bool lmtp, enforce_sync;
	struct behaviour *behaviours;

	struct page *pages;
	struct answer *answers;
};

struct variable {
	struct variable *next;
	const char *name, *value;
	bool fixed; /* from the command line */
};

struct scenario {
	struct mc_arena arena;
	struct source source;
	struct variable *variables;
	struct ca *cas;
	struct server *servers;
	struct zones zones;
};

void scenario_init(struct scenario *scenario);
void scenario_free(struct scenario *scenario);

/* These return false with scenario->source.error set. */
bool scenario_set(struct scenario *scenario, const char *assignment); /* "NAME=VALUE" */
bool scenario_read(struct scenario *scenario, const char *path);
/* After the last file: what only the whole can tell. */
bool scenario_finish(struct scenario *scenario);

struct ca *scenario_ca(const struct scenario *scenario, const char *name);

#endif
