/* fact_json: the members of a fact, and what needs more than a table row. */
#include "context/fact_json.h"

#include <string.h>

#include "base/base64.h"
#include "base/escape.h"
#include "context/shape.h"
#include "tls/tls.h"

#define TIME_LIMIT INT64_C(253402300799999) /* the end of year 9999, ms */
#define SPAN_LIMIT INT64_C(1000000000000)   /* within a session, ms either way */
#define STAGE_LIMIT 64
#define EXCHANGE_LIMIT 4096
#define RR_LIMIT 4096
#define DER_LIMIT ((size_t)1 << 20)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(sizeof(enum mc_failure) == sizeof(int), "words are kept as int");

/* --- words --- */

#define WORDS(noun, type, function, number)                                                        \
	static const char *noun##_text(int value)                                                  \
	{                                                                                          \
		return function((type)value);                                                      \
	}                                                                                          \
	static const struct mc_words noun##_words = {noun##_text, number}

static const char *
kind_name(enum mc_fact_kind kind)
{
	static const char *const names[] = {"dns", "session", "https"};

	return names[kind];
}

static const char *
status_name(enum mc_fact_status status)
{
	static const char *const names[] = {NULL, "ok", "failed"};

	return names[status];
}

static const char *
dnssec_name(enum mc_dnssec dnssec)
{
	static const char *const names[] = {"unknown", "insecure", "secure", "bogus"};

	return names[dnssec];
}

static const char *
direction_name(enum mc_direction direction)
{
	static const char *const names[] = {"server", "client", "note"};

	return names[direction];
}

WORDS(kind, enum mc_fact_kind, kind_name, MC_FACT_HTTPS + 1);
WORDS(status, enum mc_fact_status, status_name, MC_FACT_FAILED + 1);
WORDS(failure, enum mc_failure, mc_failure_name, MC_FAIL_NOT_RECORDED + 1);
WORDS(dnssec, enum mc_dnssec, dnssec_name, MC_DNSSEC_BOGUS + 1);
WORDS(direction, enum mc_direction, direction_name, MC_NOTE + 1);
WORDS(step, enum mc_step_name, mc_step_name_text, MC_STEP_COUNT);
WORDS(starttls, enum mc_starttls, mc_starttls_text, MC_STARTTLS_FAILED + 1);
WORDS(end, enum mc_session_end, mc_session_end_text, MC_END_LOCAL + 1);
WORDS(http_end, enum mc_http_end, mc_http_end_text, MC_HTTP_LOCAL + 1);
WORDS(result, enum mc_tls_result, mc_tls_result_text, MC_TLS_LOCAL + 1);
WORDS(trust, enum mc_trust, mc_trust_text, MC_TRUST_OTHER + 1);

static const char *
oddity_text(int bit)
{
	static const char *const names[] = {"bare-lf", "bare-cr", "mixed-codes", "garbage-line",
		"separator", "long-line", "cut-line", "control", "eight-bit", "invalid-code",
		"endless", "early"};

	return names[bit];
}

static const struct mc_words oddity_words = {oddity_text, 12};

_Static_assert(MC_ODD_EARLY == 1 << 11, "every oddity has a word");

/* --- codecs: what is not one plain member --- */

static json_t *
write_type(const struct mc_member *member, const void *base)
{
	const struct mc_dns *dns = base;
	char text[10];

	(void)member;
	return json_string(mc_rr_type_name(dns->type, text));
}

static bool
read_type(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	struct mc_dns *dns = base;

	(void)member;
	(void)arena;
	return json_is_string(value) && mc_rr_type_parse(json_string_value(value), &dns->type);
}

static const struct mc_codec type_codec = {write_type, read_type};

static json_t *
write_rrs(const struct mc_rr *rrs, size_t count)
{
	json_t *array = json_array();
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; array != NULL && i < count; i++) {
		const char *text = mc_rr_text(&arena, &rrs[i]);
		if (arena.failed || json_array_append_new(array, json_string(text)) != 0) {
			json_decref(array);
			array = NULL;
		}
		mc_arena_reset(&arena);
	}
	return array;
}

static bool
read_rrs(struct mc_arena *arena, const json_t *value, struct mc_rr **ret_rrs, size_t *ret_count)
{
	size_t count = json_array_size(value);
	struct mc_rr *rrs;

	if (!json_is_array(value) || count > RR_LIMIT)
		return false;
	rrs = mc_arena_calloc(arena, count + 1, sizeof(*rrs));
	if (rrs == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(value, i));
		struct mc_rr_error error;
		if (text == NULL || !mc_rr_parse(arena, text, NULL, 0, &rrs[i], &error))
			return false;
	}
	*ret_rrs = rrs;
	*ret_count = count;
	return true;
}

static json_t *
write_dns_rrs(const struct mc_member *member, const void *base)
{
	const struct mc_dns *dns = base;

	if (member->offset == offsetof(struct mc_dns, aliases))
		return write_rrs(dns->aliases, dns->alias_count);
	if (member->offset == offsetof(struct mc_dns, signatures))
		return write_rrs(dns->signatures, dns->signature_count);
	if (member->offset == offsetof(struct mc_dns, glue))
		return write_rrs(dns->glue, dns->glue_count);
	return write_rrs(dns->rrs, dns->count);
}

static bool
read_dns_rrs(
	const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	struct mc_dns *dns = base;

	if (member->offset == offsetof(struct mc_dns, aliases))
		return read_rrs(arena, value, &dns->aliases, &dns->alias_count);
	if (member->offset == offsetof(struct mc_dns, signatures))
		return read_rrs(arena, value, &dns->signatures, &dns->signature_count);
	if (member->offset == offsetof(struct mc_dns, glue))
		return read_rrs(arena, value, &dns->glue, &dns->glue_count);
	return read_rrs(arena, value, &dns->rrs, &dns->count);
}

static const struct mc_codec rrs_codec = {write_dns_rrs, read_dns_rrs};

static json_t *
write_oddities(const struct mc_member *member, const void *base)
{
	const struct mc_smtp_reply *reply = base;
	json_t *array = json_array();

	(void)member;
	for (int bit = 0; array != NULL && bit < oddity_words.count; bit++)
		if ((reply->oddities & (UINT32_C(1) << bit)) != 0 &&
			json_array_append_new(array, json_string(oddity_text(bit))) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

static bool
read_oddities(
	const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	struct mc_smtp_reply *reply = base;

	(void)member;
	(void)arena;
	if (!json_is_array(value) || json_array_size(value) > (size_t)oddity_words.count)
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *word = json_string_value(json_array_get(value, i));
		int bit;
		if (word == NULL || !mc_shape_find_word(&oddity_words, word, &bit))
			return false;
		reply->oddities |= UINT32_C(1) << bit;
	}
	return true;
}

static const struct mc_codec oddities_codec = {write_oddities, read_oddities};

static json_t *
write_lines(const struct mc_member *member, const void *base)
{
	const struct mc_smtp_reply *reply = base;
	json_t *array = json_array();

	(void)member;
	for (size_t i = 0; array != NULL && i < reply->count; i++) {
		const struct mc_smtp_line *line = &reply->lines[i];
		if (json_array_append_new(array, mc_shape_octets(line->text, line->length)) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static bool
read_lines(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	struct mc_smtp_reply *reply = base;
	size_t count = json_array_size(value);

	(void)member;
	if (!json_is_array(value) || count > MC_SMTP_REPLY_LINES)
		return false;
	reply->lines = mc_arena_calloc(arena, count + 1, sizeof(*reply->lines));
	if (reply->lines == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!mc_shape_read_octets(arena, json_array_get(value, i), &reply->lines[i].text,
			    &reply->lines[i].length))
			return false;
	reply->count = count;
	return true;
}

static const struct mc_codec lines_codec = {write_lines, read_lines};

static json_t *
write_der(const struct mc_member *member, const void *base)
{
	const struct mc_certificate *certificate = base;
	json_t *string = NULL;
	struct mc_buf text;

	(void)member;
	mc_buf_init(&text, 2 * DER_LIMIT);
	if (mc_base64_encode(&text, certificate->der, certificate->der_length))
		string = json_stringn(text.length > 0 ? (const char *)text.data : "", text.length);
	mc_buf_free(&text);
	return string;
}

static bool
read_der(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	struct mc_certificate *certificate = base;
	struct mc_buf der;

	(void)member;
	if (!json_is_string(value) || json_string_length(value) / 4 * 3 > DER_LIMIT)
		return false;
	mc_buf_init(&der, DER_LIMIT);
	if (mc_base64_decode(&der, json_string_value(value), json_string_length(value)))
		certificate->der = mc_arena_memdup(arena, der.data, der.length);
	certificate->der_length = der.length;
	arena->failed |= der.failed;
	mc_buf_free(&der);
	return certificate->der != NULL;
}

static const struct mc_codec der_codec = {write_der, read_der};

static json_t *
write_names(const struct mc_member *member, const void *base)
{
	const struct mc_certificate *certificate = base;
	json_t *array = json_array();

	(void)member;
	for (size_t i = 0; array != NULL && i < certificate->name_count; i++)
		if (json_array_append_new(array, json_string(certificate->names[i])) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

static bool
read_names(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	struct mc_certificate *certificate = base;
	size_t count = json_array_size(value);

	(void)member;
	if (!json_is_array(value) || count > MC_CERTIFICATE_NAMES)
		return false;
	certificate->names = mc_arena_calloc(arena, count + 1, sizeof(*certificate->names));
	if (certificate->names == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const json_t *name = json_array_get(value, i);
		if (!json_is_string(name) ||
			!mc_escape_clean(json_string_value(name), json_string_length(name)))
			return false;
		certificate->names[i] = mc_arena_strdup(arena, json_string_value(name));
	}
	certificate->name_count = count;
	return true;
}

static const struct mc_codec names_codec = {write_names, read_names};

/* --- members --- */

/* clang-format off */
#define AT(type, member) .offset = offsetof(struct type, member)
#define COUNTED(type, member, number) AT(type, member), .count_offset = offsetof(struct type, number)
#define TIME .low = 0, .high = TIME_LIMIT
#define DATE .low = -TIME_LIMIT, .high = TIME_LIMIT /* X.509: years 0000 to 9999 */
#define SPAN .low = -SPAN_LIMIT, .high = SPAN_LIMIT
#define SHAPE(type, noun) \
	static const struct mc_shape noun##_shape = {sizeof(struct type), noun##_members, COUNT(noun##_members)}

static const struct mc_member fact_members[] = {
	{"kind", MC_MEMBER_WORD, AT(mc_fact, kind), .words = &kind_words},
	{"status", MC_MEMBER_WORD, AT(mc_fact, status), .words = &status_words},
	{"failure", MC_MEMBER_WORD, AT(mc_fact, failure), .words = &failure_words},
	{"text", MC_MEMBER_TEXT, AT(mc_fact, text)},
	{"began", MC_MEMBER_INT64, AT(mc_fact, began), TIME},
	{"ended", MC_MEMBER_INT64, AT(mc_fact, ended), TIME},
};
SHAPE(mc_fact, fact);

static const struct mc_member dns_members[] = {
	{"name", MC_MEMBER_TEXT, AT(mc_dns, name)},
	{"type", MC_MEMBER_CODEC, AT(mc_dns, type), .codec = &type_codec},
	{"server", MC_MEMBER_TEXT, AT(mc_dns, server), .nullable = true},
	{"nxdomain", MC_MEMBER_BOOL, AT(mc_dns, nxdomain)},
	{"authoritative", MC_MEMBER_BOOL, AT(mc_dns, authoritative)},
	{"dnssec", MC_MEMBER_WORD, AT(mc_dns, dnssec), .words = &dnssec_words},
	{"why_bogus", MC_MEMBER_TEXT, AT(mc_dns, why_bogus)},
	{"canonical", MC_MEMBER_TEXT, AT(mc_dns, canonical)},
	{"aliases", MC_MEMBER_CODEC, AT(mc_dns, aliases), .codec = &rrs_codec},
	{"rrs", MC_MEMBER_CODEC, AT(mc_dns, rrs), .codec = &rrs_codec},
	{"signatures", MC_MEMBER_CODEC, AT(mc_dns, signatures), .codec = &rrs_codec},
	{"referral", MC_MEMBER_BOOL, AT(mc_dns, referral)},
	{"glue", MC_MEMBER_CODEC, AT(mc_dns, glue), .codec = &rrs_codec},
	{"ttl", MC_MEMBER_UINT32, AT(mc_dns, ttl), .low = 0, .high = UINT32_MAX},
};
SHAPE(mc_dns, dns);

static const struct mc_member reply_members[] = {
	{"code", MC_MEMBER_INT, AT(mc_smtp_reply, code), .low = 0, .high = 999},
	{"oddities", MC_MEMBER_CODEC, AT(mc_smtp_reply, oddities), .codec = &oddities_codec},
	{"lines", MC_MEMBER_CODEC, AT(mc_smtp_reply, lines), .codec = &lines_codec},
	{"garbage", MC_MEMBER_RAW, COUNTED(mc_smtp_reply, garbage, garbage_length)},
};
SHAPE(mc_smtp_reply, reply);

static const struct mc_member stage_members[] = {
	{"step", MC_MEMBER_WORD, AT(mc_stage, step), .words = &step_words},
	{"encrypted", MC_MEMBER_BOOL, AT(mc_stage, encrypted)},
	{"answered", MC_MEMBER_BOOL, AT(mc_stage, answered)},
	{"began", MC_MEMBER_INT64, AT(mc_stage, began), SPAN},
	{"ended", MC_MEMBER_INT64, AT(mc_stage, ended), SPAN},
	{"reply", MC_MEMBER_OBJECT, AT(mc_stage, reply), .shape = &reply_shape},
};
SHAPE(mc_stage, stage);

static const struct mc_member exchange_members[] = {
	{"at", MC_MEMBER_INT64, AT(mc_exchange, at), SPAN},
	{"from", MC_MEMBER_WORD, AT(mc_exchange, direction), .words = &direction_words},
	{"encrypted", MC_MEMBER_BOOL, AT(mc_exchange, encrypted)},
	{"line", MC_MEMBER_RAW, COUNTED(mc_exchange, bytes, length)},
};
SHAPE(mc_exchange, exchange);

static const struct mc_member capability_members[] = {
	{"keyword", MC_MEMBER_ESCAPED, AT(mc_capability, keyword)},
	{"parameters", MC_MEMBER_ESCAPED, AT(mc_capability, parameters)},
};
SHAPE(mc_capability, capability);

static const struct mc_member certificate_members[] = {
	{"subject", MC_MEMBER_ESCAPED, AT(mc_certificate, subject)},
	{"issuer", MC_MEMBER_ESCAPED, AT(mc_certificate, issuer)},
	{"common_name", MC_MEMBER_ESCAPED, AT(mc_certificate, common_name)},
	{"names", MC_MEMBER_CODEC, AT(mc_certificate, names), .codec = &names_codec},
	{"not_before", MC_MEMBER_INT64, AT(mc_certificate, not_before), DATE},
	{"not_after", MC_MEMBER_INT64, AT(mc_certificate, not_after), DATE},
	{"key", MC_MEMBER_ESCAPED, AT(mc_certificate, key)},
	{"key_bits", MC_MEMBER_UINT32, AT(mc_certificate, key_bits), .low = 0, .high = UINT32_MAX},
	{"signature", MC_MEMBER_ESCAPED, AT(mc_certificate, signature)},
	{"signature_weak", MC_MEMBER_BOOL, AT(mc_certificate, signature_weak)},
	{"self_signed", MC_MEMBER_BOOL, AT(mc_certificate, self_signed)},
	{"authority", MC_MEMBER_BOOL, AT(mc_certificate, authority)},
	{"sha256", MC_MEMBER_ESCAPED, AT(mc_certificate, sha256)},
	{"der", MC_MEMBER_CODEC, AT(mc_certificate, der), .codec = &der_codec},
};
SHAPE(mc_certificate, certificate);

static const struct mc_member tls_members[] = {
	{"result", MC_MEMBER_WORD, AT(mc_tls, result), .words = &result_words},
	{"failure", MC_MEMBER_TEXT, AT(mc_tls, failure)},
	{"alert", MC_MEMBER_INT, AT(mc_tls, alert), .low = -1, .high = 255},
	{"plaintext", MC_MEMBER_RAW, COUNTED(mc_tls, plaintext, plaintext_length)},
	{"ms", MC_MEMBER_INT64, AT(mc_tls, ms), SPAN},
	{"sni", MC_MEMBER_TEXT, AT(mc_tls, sni)},
	{"version", MC_MEMBER_TEXT, AT(mc_tls, version)},
	{"cipher", MC_MEMBER_TEXT, AT(mc_tls, cipher)},
	{"group", MC_MEMBER_TEXT, AT(mc_tls, group)},
	{"chain", MC_MEMBER_LIST, COUNTED(mc_tls, chain, chain_count),
		.high = MC_CERTIFICATE_CHAIN, .shape = &certificate_shape},
	{"trust", MC_MEMBER_WORD, AT(mc_tls, trust), .words = &trust_words},
	{"trust_problem", MC_MEMBER_TEXT, AT(mc_tls, trust_problem)},
	{"name_match", MC_MEMBER_BOOL, AT(mc_tls, name_match)},
	{"cn_match", MC_MEMBER_BOOL, AT(mc_tls, cn_match)},
};
SHAPE(mc_tls, tls);

static const struct mc_member session_members[] = {
	{"source", MC_MEMBER_TEXT, AT(mc_session, source)},
	{"connect_ms", MC_MEMBER_INT64, AT(mc_session, connect_ms), SPAN},
	{"helo", MC_MEMBER_TEXT, AT(mc_session, helo)},
	{"stages", MC_MEMBER_LIST, COUNTED(mc_session, stages, stage_count),
		.high = STAGE_LIMIT, .shape = &stage_shape},
	{"transcript", MC_MEMBER_LIST, COUNTED(mc_session, transcript, transcript_count),
		.high = EXCHANGE_LIMIT, .shape = &exchange_shape},
	{"plain", MC_MEMBER_LIST, COUNTED(mc_session, plain.items, plain.count),
		.high = MC_SMTP_REPLY_LINES, .shape = &capability_shape},
	{"encrypted", MC_MEMBER_LIST, COUNTED(mc_session, encrypted.items, encrypted.count),
		.high = MC_SMTP_REPLY_LINES, .shape = &capability_shape},
	{"starttls", MC_MEMBER_WORD, AT(mc_session, starttls), .words = &starttls_words},
	{"starttls_mangled", MC_MEMBER_BOOL, AT(mc_session, starttls_mangled)},
	{"starttls_unadvertised", MC_MEMBER_BOOL, AT(mc_session, starttls_unadvertised)},
	{"unclean_close", MC_MEMBER_BOOL, AT(mc_session, unclean_close)},
	{"injected", MC_MEMBER_RAW, COUNTED(mc_session, injected, injected_length)},
	{"end", MC_MEMBER_WORD, AT(mc_session, end), .words = &end_words},
	{"last", MC_MEMBER_WORD, AT(mc_session, last), .words = &step_words},
	{"failure", MC_MEMBER_TEXT, AT(mc_session, failure)},
	{"partial", MC_MEMBER_RAW, COUNTED(mc_session, partial, partial_length)},
	{"tls", MC_MEMBER_POINTER, AT(mc_session, tls), .shape = &tls_shape},
};
SHAPE(mc_session, session);

static const struct mc_member http_members[] = {
	{"source", MC_MEMBER_TEXT, AT(mc_http, source)},
	{"connect_ms", MC_MEMBER_INT64, AT(mc_http, connect_ms), SPAN},
	{"response_ms", MC_MEMBER_INT64, AT(mc_http, response_ms), SPAN},
	{"end", MC_MEMBER_WORD, AT(mc_http, end), .words = &http_end_words},
	{"failure", MC_MEMBER_TEXT, AT(mc_http, failure)},
	{"status", MC_MEMBER_INT, AT(mc_http, status), .low = 0, .high = 599},
	{"reason", MC_MEMBER_TEXT, AT(mc_http, reason)},
	{"content_type", MC_MEMBER_TEXT, AT(mc_http, content_type)},
	{"content_encoding", MC_MEMBER_TEXT, AT(mc_http, content_encoding)},
	{"location", MC_MEMBER_TEXT, AT(mc_http, location)},
	{"body", MC_MEMBER_RAW, COUNTED(mc_http, body, body_length)},
	{"tls", MC_MEMBER_POINTER, AT(mc_http, tls), .shape = &tls_shape},
};
SHAPE(mc_http, http);
/* clang-format on */

/* --- facts --- */

static json_t *
write_observation(const struct mc_fact *fact)
{
	if (fact->kind == MC_FACT_DNS)
		return mc_shape_write(&dns_shape, fact);
	if (fact->status != MC_FACT_OK)
		return json_null();
	if (fact->kind == MC_FACT_HTTPS)
		return mc_shape_write(
			&http_shape, &((const struct mc_https *)(const void *)fact)->http);
	return mc_shape_write(
		&session_shape, &((const struct mc_session_fact *)(const void *)fact)->session);
}

json_t *
mc_fact_to_json(const char *key, const struct mc_fact *fact)
{
	json_t *object = json_object();

	if (object == NULL || json_object_set_new(object, "key", json_string(key)) != 0 ||
		json_object_update_new(object, mc_shape_write(&fact_shape, fact)) != 0 ||
		json_object_set_new(object, kind_name(fact->kind), write_observation(fact)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static struct mc_fact *
read_dns(struct mc_arena *arena, const json_t *object, const char *key)
{
	struct mc_dns *dns = mc_arena_alloc(arena, sizeof(*dns));
	struct mc_question question = {.kind = MC_FACT_DNS};

	if (dns == NULL || !mc_shape_read(&dns_shape, arena, json_object_get(object, "dns"), dns))
		return NULL;
	question.name = dns->name;
	question.type = dns->type;
	question.server = dns->server;
	return strcmp(mc_question_key(arena, &question), key) == 0 ? &dns->fact : NULL;
}

static struct mc_fact *
read_session(
	struct mc_arena *arena, const json_t *object, const char *key, enum mc_fact_status status)
{
	struct mc_session_fact *session = mc_arena_alloc(arena, sizeof(*session));
	const json_t *value = json_object_get(object, "session");

	if (session == NULL || strncmp(key, "session ", 8) != 0)
		return NULL;
	if (status == MC_FACT_OK ? !mc_shape_read(&session_shape, arena, value, &session->session)
				 : !json_is_null(value))
		return NULL;
	return &session->fact;
}

static struct mc_fact *
read_https(
	struct mc_arena *arena, const json_t *object, const char *key, enum mc_fact_status status)
{
	struct mc_https *https = mc_arena_alloc(arena, sizeof(*https));
	const json_t *value = json_object_get(object, "https");

	if (https == NULL || strncmp(key, "https ", 6) != 0)
		return NULL;
	if (status == MC_FACT_OK ? !mc_shape_read(&http_shape, arena, value, &https->http)
				 : !json_is_null(value))
		return NULL;
	return &https->fact;
}

struct mc_fact *
mc_fact_from_json(struct mc_arena *arena, const json_t *object, const char **ret_key)
{
	const char *key = json_string_value(json_object_get(object, "key"));
	struct mc_fact *fact, head;

	if (key == NULL || !mc_shape_read(&fact_shape, arena, object, &head) ||
		(head.status == MC_FACT_OK) != (head.failure == MC_FAIL_NONE))
		return NULL;
	if (head.kind == MC_FACT_DNS)
		fact = read_dns(arena, object, key);
	else if (head.kind == MC_FACT_HTTPS)
		fact = read_https(arena, object, key, head.status);
	else
		fact = read_session(arena, object, key, head.status);
	if (fact == NULL)
		return NULL;
	*fact = head;
	key = mc_arena_strdup(arena, key);
	if (arena->failed)
		return NULL;
	*ret_key = key;
	return fact;
}
