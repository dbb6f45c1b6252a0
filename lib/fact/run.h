/*
 * run: the checks of one target, restarted until every fact they ask for has arrived.
 *
 * A check is a pure function of facts, settings and `now`. It is called once for each subject it
 * is registered for; it asks for everything it can use, returns MC_WAIT when anything is still
 * missing, and is called again from the top. What it writes (values, findings, subjects) counts
 * only in the pass that returns MC_DONE.
 */
#ifndef MC_FACT_RUN_H
#define MC_FACT_RUN_H

#include <jansson.h>

#include "fact/fact.h"
#include "fact/settings.h"
#include "report/finding.h"
#include "report/spf.h"

enum mc_step { MC_WAIT, MC_DONE };

enum mc_target_kind {
	MC_TARGET_DOMAIN = 1,
	MC_TARGET_HOST = 2,
	MC_TARGET_SPF = 4,     /* a client judged by a domain's SPF record */
	MC_TARGET_LISTING = 8, /* an address or a domain that may be on block lists */
};

enum mc_subject_kind { MC_SUBJECT_TARGET, MC_SUBJECT_HOST, MC_SUBJECT_ADDRESS };

struct mc_subject {
	enum mc_subject_kind kind;
	const char *label; /* "example.com", "mx.example.com", "mx.example.com [192.0.2.1]:25" */
	const char *host;  /* canonical name or address text; "" for the target */
	uint16_t preference;
	bool literal; /* the user gave the host as an address */
	struct mc_address address;
	uint16_t port;
	size_t order; /* among its siblings */
	const struct mc_subject *parent;
};

struct mc_run_state;

struct mc_run {
	/* for the check to read */
	enum mc_target_kind kind;
	const char *domain; /* the target's canonical name; of SPF as given, in lower case */
	uint16_t port;      /* a host target's; 25 for a domain */
	const struct mc_settings *settings;
	int64_t now; /* ms since 1970, frozen */
	const struct mc_subject *subject;
	struct mc_arena *arena; /* of this pass */
	json_t *values;         /* object: what was read; of this pass */
	struct mc_run_state *state;
};

/* --- what a check calls --- */

/* NULL: not there yet. `prefix` (labels before the name) may be NULL. The settings' assumed
 * records are laid over the answer, and a resolver that strips DNSSEC is seen through. A name
 * longer than names can be does not exist, and that is the answer. */
const struct mc_dns *mc_ask_dns(
	struct mc_run *run, const char *prefix, const char *name, uint16_t type);
/* The same of one server: "ADDRESS@PORT", perhaps behind MC_SERVER_RECURSIVE; NULL: the resolver,
 * whatever --ns says. Nothing is laid over it. */
const struct mc_dns *mc_ask_dns_at(
	struct mc_run *run, const char *name, uint16_t type, const char *server);
/* The same of a name server of the domain, at port 53 (--connect-to may lead elsewhere). One at
 * a special-purpose address is left alone unless the user allows it. */
const struct mc_dns *mc_ask_name_server(struct mc_run *run, const char *host,
	const struct mc_address *address, const char *name, uint16_t type);
/* A question to a block list: nothing is laid over the answer, and a budget holds: no more than
 * `budget` questions (0: no limit) of the context go to `zone`. `keyed`: see struct mc_question. */
const struct mc_dns *mc_ask_listing(struct mc_run *run, const char *name, uint16_t type,
	const char *zone, unsigned budget, bool keyed);
/* A GET of https://HOST/PATH from one of the host's addresses, at port 443 (--connect-to may lead
 * elsewhere). One at a special-purpose address is left alone unless the user allows it. */
const struct mc_https *mc_ask_https(
	struct mc_run *run, const char *host, const struct mc_address *address, const char *path);
/* A session that only reads the greeting of some other host: shows whether a port can be
 * reached from here at all. */
const struct mc_session_fact *mc_ask_greeting(
	struct mc_run *run, const char *host, const struct mc_address *address, uint16_t port);
/* The session of the subject (an address) by the settings' plan: every check that asks gets
 * the same one. */
const struct mc_session_fact *mc_ask_session(struct mc_run *run);
/* Where --connect-to leads from the host and the run's port; NULL: to no address of its own. */
const struct mc_address *mc_connect_to_address(const struct mc_run *run, const char *host);
/* The one of an MX host, for a check of the domain; FAILED when nothing else connects there. */
const struct mc_session_fact *mc_ask_session_of(
	struct mc_run *run, const char *host, const struct mc_address *address);

/* JSON made of that fact alone, for all runs that see it: not to be changed. A reference of the
 * caller's own; NULL when out of memory. */
json_t *mc_told(struct mc_run *run, const struct mc_fact *fact,
	json_t *(*tell)(const struct mc_fact *fact));

/* A finding about the subject; the text is its first evidence ("" none), escaped here. */
__attribute__((format(printf, 3, 4))) void mc_find(
	struct mc_run *run, const char *id, const char *evidence, ...);
/* Whether it was found in this pass, about this subject. */
bool mc_found(const struct mc_run *run, const char *id);
/* Further evidence, another severity, another subject, a fix in so many words: of the finding
 * just made. */
__attribute__((format(printf, 2, 3))) void mc_evidence(
	struct mc_run *run, const char *evidence, ...);
void mc_severity(struct mc_run *run, enum mc_severity severity);
void mc_about(struct mc_run *run, const char *subject);
__attribute__((format(printf, 2, 3))) void mc_fix(struct mc_run *run, const char *fix, ...);

/* Ends a check: could not be determined, because that fact failed (the finding says so). */
enum mc_step mc_undetermined(struct mc_run *run, const char *id, const struct mc_fact *fact);
/* The subject's verdict is inconclusive for this reason; findings may stand beside it. */
__attribute__((format(printf, 2, 3))) void mc_inconclusive(
	struct mc_run *run, const char *reason, ...);
/* An inconclusive subject does not count where another one of the check could be judged: this
 * machine's lack of IPv6 says nothing of a host that answers over IPv4. */
void mc_set_aside(struct mc_run *run);
/* Ends a check: it depends on something that failed; the reason names the cause. */
__attribute__((format(printf, 2, 3))) enum mc_step mc_skipped(
	struct mc_run *run, const char *reason, ...);
/* Whether the report will hold what that check says. */
bool mc_in_report(const struct mc_run *run, const char *check);
/* Ends a check that has nothing to say about this subject. */
enum mc_step mc_no_verdict(struct mc_run *run);
/* A word for the check's own conclusion to see (mc_instance.outcome). */
void mc_outcome(struct mc_run *run, int outcome);
/* What the report of an SPF target says; in the arena of this pass. */
void mc_spf_judged(struct mc_run *run, const struct mc_spf_judgement *judgement);

/* New subjects, for the checks registered for them. Made twice, they are one. */
void mc_spawn_host(struct mc_run *run, const char *host, uint16_t preference, size_t order);
void mc_spawn_address(
	struct mc_run *run, const struct mc_address *address, uint16_t port, size_t order);
/* Why there are no hosts or addresses to look at: the reason of those checks that are skipped. */
__attribute__((format(printf, 2, 3))) void mc_nothing_below(
	struct mc_run *run, const char *reason, ...);

/* --- what the registry holds --- */

/* One check on one subject, when it is done. */
struct mc_instance {
	const struct mc_subject *subject;
	enum mc_verdict verdict;
	const char *reason;
	bool aside; /* inconclusive, but the subjects that could be judged decide */
	int outcome;
	json_t *values;
	struct mc_finding *findings;
	const struct mc_spf_judgement *spf;
};

struct mc_check {
	const char *name;
	unsigned targets;  /* enum mc_target_kind, or-ed */
	bool records_only; /* connects to no mail host */
	/* `address` is called only where another check that was asked for connects, and gives
	 * findings alone, no values. */
	bool joins;
	/* Whether the settings make it worth while, where checks are not named; NULL: always. */
	bool (*wanted)(const struct mc_settings *settings);
	bool spawns; /* finds what others look at: called even when not asked for */
	enum mc_step (*target)(struct mc_run *run);
	enum mc_step (*host)(struct mc_run *run);
	enum mc_step (*address)(struct mc_run *run);
	const char *array; /* key of the array of host or address values; NULL: none */
	/* Pure too: sees all instances in order of subjects and may change their findings'
	 * severity, their reason and whether they are set aside before they are merged; may
	 * mc_find() and mc_inconclusive() about the target. NULL: none. */
	void (*conclude)(struct mc_run *run, struct mc_instance **instances, size_t count);
};

#endif
