/* fetch: all addresses asked at once, each answer judged as a strict client would. */
#include "check/fetch.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "base/timestamp.h"
#include "check/pkix.h"

/* --- one answer --- */

static enum mc_fetch_state
judge_failure(const struct mc_fact *fact)
{
	switch (fact->failure) {
	case MC_FAIL_CONNECT_REFUSED:
	case MC_FAIL_CONNECT_RESET:
	case MC_FAIL_NO_ROUTE:
		return MC_FETCH_UNREACHED;
	case MC_FAIL_NOT_CONTACTED:
		return MC_FETCH_SPECIAL;
	default:
		return MC_FETCH_UNKNOWN;
	}
}

static enum mc_fetch_state
judge_handshake(struct mc_run *run, const struct mc_tls *tls, const char **ret_text)
{
	*ret_text = mc_arena_printf(run->arena, "TLS: %s",
		tls->failure[0] != '\0' ? mc_escape(run->arena, tls->failure, strlen(tls->failure))
					: mc_tls_result_text(tls->result));
	if (tls->result == MC_TLS_PLAINTEXT)
		*ret_text = mc_arena_printf(run->arena, "no TLS: the server began with \"%s\"",
			mc_escape(run->arena, tls->plaintext, tls->plaintext_length));
	return tls->result == MC_TLS_TIMEOUT || tls->result == MC_TLS_LOCAL ? MC_FETCH_UNKNOWN
									    : MC_FETCH_TLS;
}

static enum mc_fetch_state
judge_status(struct mc_run *run, const struct mc_http *http, const char **ret_text)
{
	const char *reason = mc_escape(run->arena, http->reason, strlen(http->reason));

	*ret_text = mc_arena_printf(
		run->arena, "HTTP %d%s%s", http->status, reason[0] != '\0' ? " " : "", reason);
	if (http->status >= 300 && http->status < 400 && http->location[0] != '\0') {
		*ret_text = mc_arena_printf(run->arena, "HTTP %d, to %s", http->status,
			mc_escape(run->arena, http->location, strlen(http->location)));
		return MC_FETCH_REDIRECT;
	}
	/* RFC 6585, 4: it is about us. */
	return http->status == 429 ? MC_FETCH_UNKNOWN : MC_FETCH_STATUS;
}

static enum mc_fetch_state
judge_response(struct mc_run *run, const struct mc_http *http, const char **ret_text)
{
	*ret_text = mc_escape(run->arena, http->failure, strlen(http->failure));
	if (http->end == MC_HTTP_TIMEOUT || http->end == MC_HTTP_LOCAL)
		return MC_FETCH_UNKNOWN;
	if (http->end == MC_HTTP_TOO_LARGE)
		return MC_FETCH_LARGE;
	if (http->end != MC_HTTP_COMPLETE)
		return MC_FETCH_PROTOCOL;
	if (http->status != 200)
		return judge_status(run, http, ret_text);
	if (http->content_encoding[0] != '\0' &&
		strcasecmp(http->content_encoding, "identity") != 0) {
		*ret_text = mc_arena_printf(run->arena, "compressed (%s) though not asked for",
			mc_escape(run->arena, http->content_encoding,
				strlen(http->content_encoding)));
		return MC_FETCH_PROTOCOL;
	}
	return MC_FETCH_GOOD;
}

static void
judge(struct mc_run *run, struct mc_fetched *item)
{
	const struct mc_http *http = &item->https->http;
	const char *text = item->https->fact.text, *problem;
	bool unknown;

	if (item->https->fact.status != MC_FACT_OK)
		item->state = judge_failure(&item->https->fact);
	else if (http->tls == NULL)
		item->state = judge_response(run, http, &text);
	else if (http->tls->result != MC_TLS_UP)
		item->state = judge_handshake(run, http->tls, &text);
	else if ((problem = mc_pkix_problem(run, http->tls, &unknown)) != NULL) {
		item->state = unknown ? MC_FETCH_UNKNOWN : MC_FETCH_CERTIFICATE;
		text = problem;
	} else
		item->state = judge_response(run, http, &text);
	item->text = text;
}

/* --- all of them --- */

/* Both families get their share. */
static void
pick(struct mc_fetch *fetch, size_t limit)
{
	const struct mc_host *host = &fetch->host;
	size_t six = 0, fours, sixes;

	while (six < host->count && host->addresses[six].family == 4)
		six++;
	fours = six < limit / 2 ? six : limit / 2;
	sixes = host->count - six < limit - fours ? host->count - six : limit - fours;
	fours = six < limit - sixes ? six : limit - sixes;
	for (size_t i = 0; i < fours; i++)
		fetch->items[fetch->count++].address = host->addresses[i];
	for (size_t i = 0; i < sixes; i++)
		fetch->items[fetch->count++].address = host->addresses[six + i];
}

enum mc_step
mc_fetch(struct mc_run *run, const char *host, const char *path, size_t limit,
	struct mc_fetch *ret_fetch)
{
	enum mc_step step = MC_DONE;

	*ret_fetch = (struct mc_fetch){.name = host};
	if (mc_host_resolve(run, host, &ret_fetch->host) == MC_WAIT)
		return MC_WAIT;
	pick(ret_fetch, limit);
	for (size_t i = 0; i < ret_fetch->count; i++) {
		struct mc_fetched *item = &ret_fetch->items[i];
		item->https = mc_ask_https(run, host, &item->address, path);
		if (item->https == NULL)
			step = MC_WAIT;
	}
	for (size_t i = 0; step == MC_DONE && i < ret_fetch->count; i++) {
		struct mc_fetched *item = &ret_fetch->items[i];
		judge(run, item);
		if (item->state == MC_FETCH_GOOD && ret_fetch->good == NULL)
			ret_fetch->good = item;
		if (item->state > MC_FETCH_UNKNOWN && ret_fetch->bad == NULL)
			ret_fetch->bad = item;
	}
	return step;
}

/* --- told --- */

static json_t *
certificate_json(struct mc_run *run, const struct mc_tls *tls)
{
	const struct mc_certificate *leaf;
	char not_after[MC_TIMESTAMP_SIZE];
	json_t *names;

	if (tls == NULL || tls->result != MC_TLS_UP || tls->chain_count == 0)
		return json_null();
	leaf = &tls->chain[0];
	mc_timestamp_format(not_after, leaf->not_after);
	names = json_array();
	for (size_t i = 0; i < leaf->name_count; i++)
		json_array_append_new(names, json_string(leaf->names[i]));
	return json_pack("{s:s, s:o, s:s, s:I, s:b, s:b}", "subject", leaf->subject, "names", names,
		"not_after", not_after, "days_left", (json_int_t)mc_pkix_days_left(run, leaf),
		"trusted", tls->trust == MC_TRUST_YES, "name_match", tls->name_match);
}

static json_t *
item_json(struct mc_run *run, const struct mc_fetched *item)
{
	static const char *const states[MC_FETCH_STATES] = {"good", "unknown", "not-contacted",
		"unreached", "tls-failed", "certificate", "redirect", "status", "too-large",
		"protocol"};
	const struct mc_fact *fact = &item->https->fact;
	bool up = fact->status == MC_FACT_OK;
	char address[MC_ADDRESS_SIZE];

	mc_address_format(address, &item->address);
	return json_pack("{s:s, s:s, s:o, s:I, s:s, s:o}", "address", address, "result",
		states[item->state], "status",
		up && item->https->http.status > 0 ? json_integer(item->https->http.status)
						   : json_null(),
		"ms", (json_int_t)(fact->ended - fact->began), "failure", item->text, "certificate",
		up ? certificate_json(run, item->https->http.tls) : json_null());
}

json_t *
mc_fetch_json(struct mc_run *run, const struct mc_fetch *fetch)
{
	json_t *array = json_array();

	for (size_t i = 0; i < fetch->count; i++)
		json_array_append_new(array, item_json(run, &fetch->items[i]));
	return json_pack("{s:s, s:o, s:o}", "name", fetch->name, "addresses",
		mc_host_json(&fetch->host), "fetched", array);
}

void
mc_fetch_evidence(struct mc_run *run, const struct mc_fetch *fetch, enum mc_fetch_state state)
{
	char address[MC_ADDRESS_SIZE];

	for (size_t i = 0; i < fetch->count; i++) {
		if (fetch->items[i].state != state)
			continue;
		mc_address_format(address, &fetch->items[i].address);
		mc_evidence(run, "%s: %s", address, fetch->items[i].text);
	}
}
