/*
 * mta_sts: the TXT record and the policy file of MTA-STS (RFC 8461, 3.1 and 3.2).
 */
#ifndef MC_RECORD_MTA_STS_H
#define MC_RECORD_MTA_STS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/problem.h"

#define MC_MTA_STS_POLICY_LIMIT 65536 /* octets of a policy file (3.3) */
#define MC_MTA_STS_AGE_LIMIT 31557600 /* s */

struct mc_mta_sts {
	bool valid;
	const char *id; /* "" none */
};

enum mc_mta_sts_mode {
	MC_MTA_STS_NO_MODE,
	MC_MTA_STS_ENFORCE,
	MC_MTA_STS_TESTING,
	MC_MTA_STS_NONE
};

struct mc_mta_sts_policy {
	bool valid;
	enum mc_mta_sts_mode mode;
	int64_t max_age;  /* s; -1 none */
	const char **mxs; /* patterns, lower case */
	size_t mx_count;
};

bool mc_mta_sts_is_record(const char *text, size_t length);
/* Whether it counts when there is no other record beside it. */
bool mc_mta_sts_is_record_alone(const char *text, size_t length);
bool mc_mta_sts_is_attempt(const char *text, size_t length);
void mc_mta_sts_parse(const char *text, size_t length, struct mc_mta_sts *ret_mta_sts,
	struct mc_problems *problems);
void mc_mta_sts_policy_parse(const char *text, size_t length, struct mc_mta_sts_policy *ret_policy,
	struct mc_problems *problems);
/* The same, without a correction. */
void mc_mta_sts_policy_judge(const char *text, size_t length, struct mc_mta_sts_policy *ret_policy,
	struct mc_problems *problems);
/* What a record or a policy that is not valid was most probably to say, valid; NULL: that cannot be
 * told. */
const char *mc_mta_sts_mend(struct mc_arena *arena, const char *text, size_t length);
const char *mc_mta_sts_policy_mend(struct mc_arena *arena, const char *text, size_t length);
const char *mc_mta_sts_mode_name(enum mc_mta_sts_mode mode); /* NULL for NO_MODE */
/* Whether a host (canonical) may be used: "*." stands for just one label (4.1). */
bool mc_mta_sts_matches(const struct mc_mta_sts_policy *policy, const char *host);

#endif
