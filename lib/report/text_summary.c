/* text_summary: one clause on what a check saw. */
#include <string.h>

#include "report/text.h"
#include "report/values.h"

#define SELECTORS_SHOWN 3
#define NO_RECORD "no record"
#define SIGNED "signed, and the signatures verify"

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static bool
is_null(const json_t *values, const char *key)
{
	return json_is_null(json_object_get(values, key));
}

static const char *
summarise_ns(struct mc_arena *arena, const json_t *values)
{
	size_t count = json_array_size(json_object_get(values, "servers"));

	if (count == 0)
		return "";
	return mc_arena_printf(arena, "%zu name server%s", count, plural(count));
}

static const char *
summarise_dnssec(struct mc_arena *arena, const json_t *values)
{
	const char *status = mc_values_text(values, "status");
	size_t traces = json_array_size(json_object_get(values, "keys")) +
			json_array_size(json_object_get(values, "ds"));

	(void)arena;
	if (strcmp(status, "secure") == 0)
		return SIGNED;
	if (strcmp(status, "insecure") != 0)
		return "";
	return traces > 0 ? "signed, but taken for not signed" : "not signed";
}

/* The selectors of the keys that verifiers can use. */
static const char *
summarise_dkim(struct mc_arena *arena, const json_t *values)
{
	const json_t *keys = json_object_get(values, "keys"), *key;
	const char *text = "";
	size_t i, count = 0;

	json_array_foreach (keys, i, key) {
		if (!json_is_true(json_object_get(key, "valid")) ||
			json_is_true(json_object_get(key, "revoked")))
			continue;
		if (count++ < SELECTORS_SHOWN)
			text = mc_arena_printf(arena, "%s%s%s", text, text[0] != '\0' ? ", " : "",
				mc_values_text(key, "selector"));
	}
	if (count == 0)
		return "no usable key found";
	if (count > SELECTORS_SHOWN)
		text = mc_arena_printf(arena, "%s and %zu more", text, count - SELECTORS_SHOWN);
	return mc_arena_printf(arena, "key%s: %s", plural(count), text);
}

static const char *
summarise_dmarc(struct mc_arena *arena, const json_t *values)
{
	const char *policy = mc_values_text(values, "effective_policy");

	if (is_null(values, "record"))
		return NO_RECORD;
	if (policy[0] == '\0')
		return "";
	return mc_arena_printf(
		arena, "policy: %s (%s)", policy, mc_values_text(values, "record_domain"));
}

static const char *
summarise_tls_rpt(struct mc_arena *arena, const json_t *values)
{
	const json_t *rua = json_object_get(values, "rua");
	size_t count = json_array_size(rua);

	if (is_null(values, "record"))
		return NO_RECORD;
	if (count == 0)
		return "";
	if (count > 1)
		return mc_arena_printf(arena, "reports to %zu destinations", count);
	return mc_arena_printf(arena, "reports to %s", json_string_value(json_array_get(rua, 0)));
}

static const char *
summarise_dane(struct mc_arena *arena, const json_t *values)
{
	const json_t *hosts = json_object_get(values, "hosts"), *host;
	size_t i, usable = 0, none = 0, count = json_array_size(hosts);

	json_array_foreach (hosts, i, host) {
		usable += strcmp(mc_values_text(host, "state"), "usable") == 0;
		none += strcmp(mc_values_text(host, "state"), "none") == 0;
	}
	if (count == 0)
		return "";
	if (none == count)
		return "no TLSA records";
	return mc_arena_printf(
		arena, "usable TLSA records on %zu of %zu host%s", usable, count, plural(count));
}

/* Where the records of all names stand, when that is one place. */
static const char *
summarise_caa(struct mc_arena *arena, const json_t *values)
{
	const json_t *names = json_object_get(values, "names"), *name;
	const char *place = "";
	size_t i;

	json_array_foreach (names, i, name) {
		const char *found_at = mc_values_text(name, "found_at");
		if (found_at[0] != '\0' && place[0] != '\0' && strcmp(found_at, place) != 0)
			return "";
		if (found_at[0] != '\0')
			place = found_at;
	}
	if (json_array_size(names) == 0)
		return "";
	if (place[0] == '\0')
		return NO_RECORD ": every authority may issue";
	return mc_arena_printf(arena, "records at %s", place);
}

static const char *
summarise_autoconfig(struct mc_arena *arena, const json_t *values)
{
	const char *one = mc_values_text(json_object_get(values, "autoconfig"), "state");
	const char *other = mc_values_text(json_object_get(values, "autodiscover"), "state");
	bool first = strcmp(one, "there") == 0, second = strcmp(other, "there") == 0;

	(void)arena;
	if (first || second)
		return !second ? "autoconfig" : first ? "autoconfig, autodiscover" : "autodiscover";
	if (strcmp(one, "absent") == 0 && strcmp(other, "absent") == 0 &&
		json_array_size(json_object_get(values, "srv")) == 0)
		return NO_RECORD;
	return "";
}

static const char *
summarise_mx(struct mc_arena *arena, const json_t *values)
{
	const json_t *hosts = json_object_get(values, "hosts"), *host;
	size_t i, count = json_array_size(hosts), addresses = 0;

	if (json_is_true(json_object_get(values, "null_mx")))
		return "null MX: the domain accepts no mail";
	json_array_foreach (hosts, i, host)
		addresses += json_array_size(json_object_get(host, "addresses"));
	if (count == 0)
		return "no mail host";
	return mc_arena_printf(arena, "%zu host%s, %zu address%s", count, plural(count), addresses,
		addresses == 1 ? "" : "es");
}

static const char *
summarise_ptr(struct mc_arena *arena, const json_t *values)
{
	const json_t *addresses = json_object_get(values, "addresses"), *address;
	size_t i, confirmed = 0, count = json_array_size(addresses);

	json_array_foreach (addresses, i, address)
		confirmed += json_is_true(json_object_get(address, "confirmed"));
	if (count == 0)
		return "";
	return mc_arena_printf(arena, "%zu of %zu address%s with a reverse name that leads back",
		confirmed, count, count == 1 ? "" : "es");
}

static size_t
count_starttls(const json_t *endpoints, const char *word)
{
	const json_t *endpoint;
	size_t i, count = 0;

	json_array_foreach (endpoints, i, endpoint)
		count += strcmp(mc_values_text(endpoint, "starttls"), word) == 0;
	return count;
}

/* Nothing is said of STARTTLS where it did not come up, as in TLS from the first octet. */
static const char *
summarise_starttls(struct mc_arena *arena, const json_t *endpoints)
{
	size_t works = count_starttls(endpoints, "works");
	size_t offered = count_starttls(endpoints, "offered");

	if (works > 0)
		return mc_arena_printf(arena, ", STARTTLS works on %zu", works);
	if (offered > 0)
		return mc_arena_printf(arena, ", STARTTLS is offered by %zu, not tried", offered);
	if (count_starttls(endpoints, "unknown") < json_array_size(endpoints))
		return ", STARTTLS works on none";
	return "";
}

static const char *
summarise_smtp(struct mc_arena *arena, const json_t *values)
{
	const json_t *endpoints = json_object_get(values, "endpoints"), *endpoint;
	size_t i, greeted = 0, count = json_array_size(endpoints);

	json_array_foreach (endpoints, i, endpoint)
		greeted += json_is_string(json_object_get(endpoint, "banner"));
	if (count == 0)
		return "";
	return mc_arena_printf(arena, "SMTP on %zu of %zu address%s%s", greeted, count,
		count == 1 ? "" : "es", summarise_starttls(arena, endpoints));
}

static const char *
days_left(struct mc_arena *arena, const json_t *endpoints)
{
	const json_t *endpoint;
	json_int_t least = 0;
	bool any = false;
	size_t i;

	json_array_foreach (endpoints, i, endpoint) {
		const json_t *days =
			json_object_get(json_object_get(endpoint, "certificate"), "days_left");
		if (!json_is_integer(days) || (any && json_integer_value(days) >= least))
			continue;
		least = json_integer_value(days);
		any = true;
	}
	if (!any)
		return "";
	if (least < 0)
		return ", a certificate has expired";
	return mc_arena_printf(
		arena, ", certificate: %lld day%s left", (long long)least, plural((size_t)least));
}

static const char *
summarise_tls(struct mc_arena *arena, const json_t *values)
{
	const json_t *endpoints = json_object_get(values, "endpoints"), *endpoint;
	const char *oldest = "";
	size_t i, up = 0, count = json_array_size(endpoints);
	bool several = false;

	json_array_foreach (endpoints, i, endpoint) {
		const char *version =
			mc_values_text(json_object_get(endpoint, "negotiated"), "version");
		if (version[0] == '\0')
			continue;
		up++;
		several = several || (oldest[0] != '\0' && strcmp(oldest, version) != 0);
		if (oldest[0] == '\0' || strcmp(version, oldest) < 0)
			oldest = version;
	}
	if (up == 0)
		return "";
	return mc_arena_printf(arena, "TLS %s%s on %zu of %zu address%s%s", oldest,
		several ? " or later" : "", up, count, count == 1 ? "" : "es",
		days_left(arena, endpoints));
}

static const char *
summarise_spf(struct mc_arena *arena, const json_t *values)
{
	const char *all = mc_values_text(values, "all");
	json_int_t lookups = json_integer_value(json_object_get(values, "lookups"));

	if (mc_values_text(values, "record")[0] == '\0')
		return is_null(values, "record") ? NO_RECORD : "";
	if (all[0] == '\0')
		all = mc_values_text(values, "effective_all");
	return mc_arena_printf(arena, "%s%s%lld%s%s", all, all[0] != '\0' ? ", " : "",
		(long long)lookups, lookups <= 10 ? " of 10 lookups" : " lookups, 10 at most",
		mc_text_spf_voids(arena, values));
}

static const char *
summarise_mta_sts(struct mc_arena *arena, const json_t *values)
{
	const json_t *policy = json_object_get(values, "policy");
	const char *mode = mc_values_text(policy, "mode");
	size_t listed = json_array_size(json_object_get(values, "mx_listed"));
	size_t all = listed + json_array_size(json_object_get(values, "mx_not_listed"));

	if (is_null(values, "record") && is_null(values, "policy"))
		return NO_RECORD;
	if (mode[0] == '\0')
		return "";
	if (all == 0)
		return mc_arena_printf(arena, "mode: %s", mode);
	return mc_arena_printf(
		arena, "mode: %s, %zu of %zu MX host%s listed", mode, listed, all, plural(all));
}

/* "_imaps" of "_imaps._tcp.example.com", for each service that is offered. */
static const char *
summarise_srv(struct mc_arena *arena, const json_t *values)
{
	const json_t *services = json_object_get(values, "services"), *service;
	const char *text = "";
	size_t i;

	json_array_foreach (services, i, service) {
		const char *name = mc_values_text(service, "name");
		if (strcmp(mc_values_text(service, "state"), "offered") == 0)
			text = mc_arena_printf(arena, "%s%s%.*s", text, text[0] != '\0' ? ", " : "",
				(int)strcspn(name, "."), name);
	}
	return text[0] == '\0' && json_array_size(services) > 0 ? "no service" : text;
}

static const char *
summarise_bimi(struct mc_arena *arena, const json_t *values)
{
	const json_t *tiny = json_object_get(json_object_get(values, "logo"), "tiny_ps");

	(void)arena;
	if (is_null(values, "record"))
		return NO_RECORD;
	return json_is_true(tiny) ? "logo: SVG Tiny PS" : "";
}

static const char *
summarise_dnsbl(struct mc_arena *arena, const json_t *values)
{
	(void)arena;
	return mc_values_text(values, "summary");
}

/* A record that is not there, or is said to be good, beside findings that say other things of it.
 */
static bool
misleads(const struct mc_check_report *check, const char *text)
{
	if (strncmp(text, SIGNED, sizeof(SIGNED) - 1) == 0)
		return check->verdict == MC_VERDICT_ERROR;
	if (strncmp(text, NO_RECORD, sizeof(NO_RECORD) - 1) != 0)
		return false;
	for (const struct mc_finding *finding = check->findings; finding != NULL;
		finding = finding->next) {
		const char *fault = strchr(finding->info->id, '.');
		if (fault != NULL && strcmp(fault, ".none") == 0)
			return false;
	}
	return check->verdict != MC_OK;
}

const char *
mc_text_summary(struct mc_arena *arena, const struct mc_check_report *check)
{
	static const struct {
		const char *check;
		const char *(*summarise)(struct mc_arena *arena, const json_t *values);
	} rows[] = {
		{"ns", summarise_ns},
		{"dnssec", summarise_dnssec},
		{"mx", summarise_mx},
		{"spf", summarise_spf},
		{"dkim", summarise_dkim},
		{"dmarc", summarise_dmarc},
		{"mta-sts", summarise_mta_sts},
		{"tls-rpt", summarise_tls_rpt},
		{"dane", summarise_dane},
		{"bimi", summarise_bimi},
		{"caa", summarise_caa},
		{"srv", summarise_srv},
		{"autoconfig", summarise_autoconfig},
		{"ptr", summarise_ptr},
		{"smtp", summarise_smtp},
		{"tls", summarise_tls},
		{"dnsbl", summarise_dnsbl},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *text;
		if (strcmp(rows[i].check, check->name) != 0)
			continue;
		text = rows[i].summarise(arena, check->values);
		return misleads(check, text) ? "" : text;
	}
	return "";
}
