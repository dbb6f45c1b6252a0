/* bimi_document: the logo (SVG Tiny PS) and the evidence document that a BIMI record names. */
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "check/bimi.h"
#include "check/fetch.h"
#include "dialogue/http.h"
#include "record/domain.h"
#include "record/svg.h"

#define ADDRESSES 2 /* of a host: one of each family */
#define HTTPS "https://"

struct place {
	char host[MC_NAME_TEXT_SIZE];
	const char *path;
};

/* "https://HOST[:443]/PATH"; false for what is not fetched: another port, an address, user
 * information. */
static bool
split(struct mc_run *run, const char *uri, struct place *ret_place)
{
	size_t length, scheme = sizeof(HTTPS) - 1;
	const char *host, *path, *end;

	if (strncasecmp(uri, HTTPS, scheme) != 0)
		return false;
	host = uri + scheme;
	length = strcspn(host, "/?#");
	path = host + length;
	if (length > 4 && strncmp(host + length - 4, ":443", 4) == 0)
		length -= 4;
	end = path + strcspn(path, "#");
	ret_place->path = mc_arena_printf(
		run->arena, "%s%.*s", *path == '/' ? "" : "/", (int)(end - path), path);
	return mc_domain_parse_host(mc_arena_strndup(run->arena, host, length), ret_place->host) ==
		       NULL &&
	       mc_http_path_good(ret_place->path);
}

/* True when the document is there. Else that is told. */
static bool
is_there(struct mc_run *run, const char *uri, const struct mc_fetch *fetch, const char *missing)
{
	const struct mc_fetched *bad = fetch->bad;

	if (fetch->good != NULL)
		return true;
	if (bad != NULL && bad->state == MC_FETCH_REDIRECT) {
		mc_find(run, "bimi.redirect", "%s", bad->text);
	} else if (bad != NULL) {
		mc_find(run, missing, "%s", bad->text);
	} else if (fetch->count == 0 && fetch->host.failed == NULL && !fetch->host.other_family) {
		mc_find(run, missing, "%s %s", fetch->name,
			fetch->host.bogus != NULL ? "fails DNSSEC validation"
			: fetch->host.nxdomain    ? "does not exist"
						  : "has no address");
	} else {
		const char *why = fetch->count > 0             ? fetch->items[0].text
				  : fetch->host.failed != NULL ? fetch->host.failed->text
							       : "no address of that family";
		mc_find(run, "bimi.document-unknown", "%s", why);
		mc_inconclusive(run, "a document could not be fetched: %s", why);
	}
	mc_about(run, uri);
	return false;
}

/* --- the logo --- */

static void
judge_size(struct mc_run *run, const char *uri, const struct mc_http *http)
{
	if (http->body_length <= MC_SVG_SIZE)
		return;
	mc_find(run, "bimi.logo-size", "%zu octets", http->body_length);
	mc_about(run, uri);
}

static void
judge_media_type(struct mc_run *run, const char *uri, const struct mc_http *http)
{
	size_t length = strcspn(http->content_type, "; \t");

	if (length == 13 && strncasecmp(http->content_type, "image/svg+xml", length) == 0)
		return;
	mc_find(run, "bimi.logo-type", "Content-Type: %s",
		http->content_type[0] != '\0'
			? mc_escape(run->arena, http->content_type, strlen(http->content_type))
			: "(none)");
	mc_about(run, uri);
	if (mc_found(run, "bimi.logo-xml"))
		mc_fix(run,
			"Once it is SVG: have the web server send Content-Type: image/svg+xml.");
}

static void
judge_svg(struct mc_run *run, const char *uri, const struct mc_svg *svg)
{
	if (svg->malformed != NULL || !svg->is_svg) {
		mc_find(run, "bimi.logo-xml", "%s",
			svg->malformed != NULL ? svg->malformed
					       : "the root is no svg of the SVG namespace");
		mc_about(run, uri);
		return;
	}
	if (svg->fault_count > 0) {
		mc_find(run, "bimi.logo-profile", "%s", svg->faults[0]);
		for (size_t i = 1; i < svg->fault_count; i++)
			mc_evidence(run, "%s", svg->faults[i]);
		mc_about(run, uri);
	}
	if (svg->oblong != NULL) {
		mc_find(run, "bimi.logo-shape", "viewBox: %s", svg->oblong);
		mc_about(run, uri);
	}
}

static bool
is_gzip(const struct mc_http *http)
{
	return http->body_length > 2 && memcmp(http->body, "\x1f\x8b", 2) == 0;
}

static void
judge_logo(struct mc_run *run, const char *uri, const struct mc_fetch *fetch, json_t *values)
{
	const struct mc_http *http = &fetch->good->https->http;
	struct mc_svg svg;

	json_object_set_new(values, "octets", json_integer((json_int_t)http->body_length));
	json_object_set_new(values, "compressed", json_boolean(is_gzip(http)));
	judge_size(run, uri, http);
	if (!is_gzip(http)) {
		mc_svg_parse(run->arena, http->body, http->body_length, &svg);
		json_object_set_new(values, "tiny_ps",
			json_boolean(svg.malformed == NULL && svg.is_svg && svg.fault_count == 0));
		judge_svg(run, uri, &svg);
	}
	judge_media_type(run, uri, http);
}

/* --- both --- */

static bool
is_pem(const struct mc_http *http)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";

	return memmem(http->body, http->body_length, begin, sizeof(begin) - 1) != NULL;
}

static enum mc_step
judge_document(struct mc_run *run, const char *key, const char *uri, const char *missing)
{
	struct mc_fetch *fetch = mc_arena_alloc(run->arena, sizeof(*fetch));
	struct place place;
	json_t *values;

	if (uri[0] == '\0' || fetch == NULL)
		return MC_DONE;
	if (!split(run, uri, &place)) {
		mc_find(run, "bimi.not-fetched", "%s", uri);
		return MC_DONE;
	}
	if (mc_fetch(run, mc_arena_strdup(run->arena, place.host), place.path, ADDRESSES, fetch) ==
		MC_WAIT)
		return MC_WAIT;
	values = mc_fetch_json(run, fetch);
	json_object_set_new(run->values, key, values);
	if (!is_there(run, uri, fetch, missing))
		return MC_DONE;
	if (strcmp(key, "logo") == 0) {
		judge_logo(run, uri, fetch, values);
	} else if (!is_pem(&fetch->good->https->http)) {
		mc_find(run, missing, "what is there holds no certificate in PEM form");
		mc_about(run, uri);
	}
	return MC_DONE;
}

enum mc_step
mc_bimi_judge_documents(struct mc_run *run, const struct mc_bimi *bimi)
{
	enum mc_step logo = judge_document(run, "logo", bimi->location, "bimi.logo-missing");
	enum mc_step evidence =
		judge_document(run, "evidence", bimi->authority, "bimi.evidence-missing");

	return logo == MC_WAIT || evidence == MC_WAIT ? MC_WAIT : MC_DONE;
}
