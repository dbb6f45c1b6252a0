/* Unit tests of lib/context/fact_json.c and shape.c. */
#include "unit.h"

#include "base/alloc.h"
#include "context_facts.h"

static void
same_text(const char *what, const char *a, const char *b)
{
	ck_assert_msg(a == NULL ? b == NULL : b != NULL && strcmp(a, b) == 0, "%s: \"%s\", \"%s\"",
		what, a != NULL ? a : "(null)", b != NULL ? b : "(null)");
}

static void
same_octets(const char *what, const char *a, size_t a_length, const char *b, size_t b_length)
{
	ck_assert_msg((a == NULL) == (b == NULL), "%s: NULL and not NULL", what);
	ck_assert_msg(a_length == b_length, "%s: %zu and %zu octets", what, a_length, b_length);
	ck_assert_msg(a == NULL || memcmp(a, b, a_length) == 0, "%s: other octets", what);
}

static void
same_head(const struct mc_fact *a, const struct mc_fact *b)
{
	ck_assert_int_eq(a->kind, b->kind);
	ck_assert_int_eq(a->status, b->status);
	ck_assert_int_eq(a->failure, b->failure);
	same_text("text", a->text, b->text);
	ck_assert_int_eq(a->began, b->began);
	ck_assert_int_eq(a->ended, b->ended);
}

static void
same_rrs(const char *what, const struct mc_rr *a, size_t a_count, const struct mc_rr *b,
	size_t b_count)
{
	ck_assert_msg(a_count == b_count, "%s: %zu and %zu records", what, a_count, b_count);
	for (size_t i = 0; i < a_count; i++) {
		same_text("owner", a[i].owner, b[i].owner);
		ck_assert_uint_eq(a[i].type, b[i].type);
		ck_assert_uint_eq(a[i].ttl, b[i].ttl);
		same_octets(what, (const char *)a[i].rdata, a[i].rdlength, (const char *)b[i].rdata,
			b[i].rdlength);
	}
}

static void
same_dns(const struct mc_dns *a, const struct mc_dns *b)
{
	same_head(&a->fact, &b->fact);
	same_text("name", a->name, b->name);
	ck_assert_uint_eq(a->type, b->type);
	same_text("server", a->server, b->server);
	ck_assert_int_eq(a->nxdomain, b->nxdomain);
	ck_assert_int_eq(a->authoritative, b->authoritative);
	ck_assert_int_eq(a->dnssec, b->dnssec);
	same_text("why_bogus", a->why_bogus, b->why_bogus);
	same_text("canonical", a->canonical, b->canonical);
	same_rrs("aliases", a->aliases, a->alias_count, b->aliases, b->alias_count);
	same_rrs("rrs", a->rrs, a->count, b->rrs, b->count);
	same_rrs(
		"signatures", a->signatures, a->signature_count, b->signatures, b->signature_count);
	same_rrs("glue", a->glue, a->glue_count, b->glue, b->glue_count);
	ck_assert_int_eq(a->referral, b->referral);
	ck_assert_uint_eq(a->ttl, b->ttl);
}

static void
same_reply(const struct mc_smtp_reply *a, const struct mc_smtp_reply *b)
{
	ck_assert_int_eq(a->code, b->code);
	ck_assert_uint_eq(a->oddities, b->oddities);
	ck_assert_uint_eq(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		same_octets("line", a->lines[i].text, a->lines[i].length, b->lines[i].text,
			b->lines[i].length);
	same_octets("garbage", a->garbage, a->garbage_length, b->garbage, b->garbage_length);
}

static void
same_capabilities(const struct mc_capabilities *a, const struct mc_capabilities *b)
{
	ck_assert_uint_eq(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		same_text("keyword", a->items[i].keyword, b->items[i].keyword);
		same_text("parameters", a->items[i].parameters, b->items[i].parameters);
	}
}

static void
same_tls(const struct mc_tls *a, const struct mc_tls *b)
{
	ck_assert_int_eq(a->result, b->result);
	same_text("failure", a->failure, b->failure);
	ck_assert_int_eq(a->alert, b->alert);
	same_octets(
		"plaintext", a->plaintext, a->plaintext_length, b->plaintext, b->plaintext_length);
	ck_assert_int_eq(a->ms, b->ms);
	same_text("sni", a->sni, b->sni);
	same_text("version", a->version, b->version);
	same_text("cipher", a->cipher, b->cipher);
	same_text("group", a->group, b->group);
	ck_assert_uint_eq(a->chain_count, b->chain_count);
	for (size_t i = 0; i < a->chain_count; i++) {
		same_octets("der", (const char *)a->chain[i].der, a->chain[i].der_length,
			(const char *)b->chain[i].der, b->chain[i].der_length);
		same_text("sha256", a->chain[i].sha256, b->chain[i].sha256);
		same_text("subject", a->chain[i].subject, b->chain[i].subject);
	}
	ck_assert_int_eq(a->trust, b->trust);
	same_text("trust_problem", a->trust_problem, b->trust_problem);
	ck_assert_int_eq(a->name_match, b->name_match);
	ck_assert_int_eq(a->cn_match, b->cn_match);
}

static void
same_dialogue(const struct mc_session *a, const struct mc_session *b)
{
	ck_assert_uint_eq(a->stage_count, b->stage_count);
	for (size_t i = 0; i < a->stage_count; i++) {
		ck_assert_int_eq(a->stages[i].step, b->stages[i].step);
		ck_assert_int_eq(a->stages[i].encrypted, b->stages[i].encrypted);
		ck_assert_int_eq(a->stages[i].answered, b->stages[i].answered);
		ck_assert_int_eq(a->stages[i].began, b->stages[i].began);
		ck_assert_int_eq(a->stages[i].ended, b->stages[i].ended);
		same_reply(&a->stages[i].reply, &b->stages[i].reply);
	}
	ck_assert_uint_eq(a->transcript_count, b->transcript_count);
	for (size_t i = 0; i < a->transcript_count; i++) {
		ck_assert_int_eq(a->transcript[i].at, b->transcript[i].at);
		ck_assert_int_eq(a->transcript[i].direction, b->transcript[i].direction);
		ck_assert_int_eq(a->transcript[i].encrypted, b->transcript[i].encrypted);
		same_octets("exchange", a->transcript[i].bytes, a->transcript[i].length,
			b->transcript[i].bytes, b->transcript[i].length);
	}
	same_capabilities(&a->plain, &b->plain);
	same_capabilities(&a->encrypted, &b->encrypted);
}

static void
same_session(const struct mc_session *a, const struct mc_session *b)
{
	same_text("source", a->source, b->source);
	ck_assert_int_eq(a->connect_ms, b->connect_ms);
	same_text("helo", a->helo, b->helo);
	same_dialogue(a, b);
	ck_assert_int_eq(a->starttls, b->starttls);
	ck_assert_int_eq(a->starttls_mangled, b->starttls_mangled);
	ck_assert_int_eq(a->starttls_unadvertised, b->starttls_unadvertised);
	ck_assert_int_eq(a->unclean_close, b->unclean_close);
	same_octets("injected", a->injected, a->injected_length, b->injected, b->injected_length);
	ck_assert_int_eq(a->end, b->end);
	ck_assert_int_eq(a->last, b->last);
	same_text("failure", a->failure, b->failure);
	same_octets("partial", a->partial, a->partial_length, b->partial, b->partial_length);
	ck_assert_msg((a->tls == NULL) == (b->tls == NULL), "tls is lost");
	if (a->tls != NULL)
		same_tls(a->tls, b->tls);
}

/* Through text and back, as a record file does. */
static struct mc_fact *
round_trip(struct mc_arena *arena, const char *key, const struct mc_fact *fact)
{
	json_t *object = mc_fact_to_json(key, fact);
	const char *read_key = "";
	struct mc_fact *read;
	char *text;

	ck_assert_msg(object != NULL, "%s: cannot be written", key);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(object != NULL, "%s: no JSON: %s", key, text);
	read = mc_fact_from_json(arena, object, &read_key);
	ck_assert_msg(read != NULL, "%s: not read back: %s", key, text);
	ck_assert_str_eq(key, read_key);
	json_decref(object);
	free(text);
	return read;
}

START_TEST(dns_facts_round_trip)
{
	struct mc_arena arena;
	struct mc_dns *dns, *failed;
	struct mc_fact *read;

	mc_arena_init(&arena, 0);
	dns = facts_dns(&arena);
	failed = facts_failed_dns(&arena);
	read = round_trip(&arena, FACTS_DNS_KEY, &dns->fact);
	same_dns(dns, (const struct mc_dns *)(void *)read);
	read = round_trip(&arena, FACTS_FAILED_DNS_KEY, &failed->fact);
	same_dns(failed, (const struct mc_dns *)(void *)read);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(sessions_round_trip)
{
	struct mc_session_fact *session, *failed;
	struct mc_arena arena;
	struct mc_fact *read;

	mc_arena_init(&arena, 0);
	session = facts_session(&arena);
	failed = facts_failed_session(&arena);
	read = round_trip(&arena, FACTS_SESSION_KEY, &session->fact);
	same_head(&session->fact, read);
	same_session(&session->session, &((struct mc_session_fact *)(void *)read)->session);
	session->session.tls = NULL;
	session->session.injected = NULL;
	session->session.injected_length = 0;
	read = round_trip(&arena, FACTS_SESSION_KEY, &session->fact);
	same_session(&session->session, &((struct mc_session_fact *)(void *)read)->session);
	read = round_trip(&arena, FACTS_FAILED_SESSION_KEY, &failed->fact);
	same_head(&failed->fact, read);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(every_word_round_trips)
{
	struct mc_session_fact *session;
	struct mc_arena arena;
	struct mc_dns *dns;
	struct mc_tls tls;

	mc_arena_init(&arena, 0);
	dns = facts_dns(&arena);
	session = facts_session(&arena);
	tls = *session->session.tls;
	session->session.tls = &tls;
	for (int i = 0; i <= MC_DNSSEC_BOGUS; i++) {
		dns->dnssec = (enum mc_dnssec)i;
		same_dns(dns,
			(struct mc_dns *)(void *)round_trip(&arena, FACTS_DNS_KEY, &dns->fact));
	}
	for (int i = 0; i <= MC_END_LOCAL; i++) {
		struct mc_fact *read;
		session->session.end = (enum mc_session_end)i;
		session->session.last = (enum mc_step_name)(i % MC_STEP_COUNT);
		session->session.starttls = (enum mc_starttls)(i % (MC_STARTTLS_FAILED + 1));
		tls.result = (enum mc_tls_result)(i % (MC_TLS_LOCAL + 1));
		tls.trust = (enum mc_trust)(i % (MC_TRUST_OTHER + 1));
		read = round_trip(&arena, FACTS_SESSION_KEY, &session->fact);
		same_session(&session->session, &((struct mc_session_fact *)(void *)read)->session);
	}
	dns->fact.status = MC_FACT_FAILED;
	for (int i = 1; i <= MC_FAIL_NOT_RECORDED; i++) {
		dns->fact.failure = (enum mc_failure)i;
		same_head(&dns->fact, round_trip(&arena, FACTS_DNS_KEY, &dns->fact));
	}
	mc_arena_reset(&arena);
}
END_TEST

/* Records as hostile as a message may hold, in and out. */
START_TEST(odd_records_round_trip)
{
	static const struct {
		uint16_t type;
		const char *rdata;
		uint16_t length;
	} odd[] = {
		{MC_RR_A, "\x00\xff\x00\xff", 4},
		{MC_RR_MX, "\x00\x00\x00", 3},
		{MC_RR_MX, "\x00\x01\x04\x00.\\\xff\x00", 8},
		{MC_RR_TXT, "\x00", 1},
		{MC_RR_TXT, "\x03\"\\\x00\x02\xff;", 7},
		{MC_RR_CNAME, "\x03;@(\x01$\x00", 7},
		{MC_RR_TLSA, "\x03\x01\x01\xab", 4},
		{MC_RR_CAA, "\x80\x05issue\x00\xff;", 10},
		{1234, "", 0},
		{65535, "\x03\x01", 2},
	};
	struct mc_arena arena;
	struct mc_dns *dns;

	mc_arena_init(&arena, 0);
	dns = facts_dns(&arena);
	dns->count = 1;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		dns->rrs[0].type = odd[i].type;
		dns->rrs[0].rdata = (const uint8_t *)odd[i].rdata;
		dns->rrs[0].rdlength = odd[i].length;
		same_dns(dns,
			(struct mc_dns *)(void *)round_trip(&arena, FACTS_DNS_KEY, &dns->fact));
	}
	mc_arena_reset(&arena);
}
END_TEST

static bool
is_fact(const json_t *object)
{
	struct mc_arena arena;
	const char *key = NULL;
	bool fact;

	mc_arena_init(&arena, 0);
	fact = mc_fact_from_json(&arena, object, &key) != NULL;
	ck_assert_msg(fact == (key != NULL), "the key is told of a fact only");
	mc_arena_reset(&arena);
	return fact;
}

/* Every member of every object: taken away, or of another type. */
static unsigned
spoil(const json_t *root, json_t *at, const char *path)
{
	json_t *copy = json_copy(at), *value;
	unsigned spoilt = 0;
	const char *key;
	char below[256];

	json_object_foreach (copy, key, value) {
		snprintf(below, sizeof(below), "%s.%s", path, key);
		json_object_del(at, key);
		ck_assert_msg(!is_fact(root), "%s: missing, yet read", below);
		json_object_set_new(at, key, json_real(1.5));
		ck_assert_msg(!is_fact(root), "%s: a real, yet read", below);
		json_object_set_new(at, key, json_string("\\x4"));
		ck_assert_msg(!is_fact(root), "%s: a wrong string, yet read", below);
		json_object_set_new(at, key, json_integer(INT64_MIN));
		ck_assert_msg(!is_fact(root), "%s: a number too low, yet read", below);
		json_object_set_new(at, key, json_integer(INT64_MAX));
		ck_assert_msg(!is_fact(root), "%s: a number too high, yet read", below);
		json_object_set(at, key, value);
		spoilt += 1 + spoil(root, value, below);
	}
	json_decref(copy);
	for (size_t i = 0; i < json_array_size(at); i++) {
		snprintf(below, sizeof(below), "%s.%zu", path, i);
		value = json_incref(json_array_get(at, i));
		json_array_set_new(at, i, json_null());
		ck_assert_msg(!is_fact(root), "%s: null, yet read", below);
		json_array_set(at, i, value);
		spoilt += 1 + spoil(root, value, below);
		json_decref(value);
	}
	return spoilt;
}

START_TEST(reading_is_strict)
{
	struct mc_arena arena;
	json_t *object;

	mc_arena_init(&arena, 0);
	object = mc_fact_to_json(FACTS_DNS_KEY, &facts_dns(&arena)->fact);
	ck_assert(is_fact(object));
	ck_assert_uint_gt(spoil(object, object, "dns"), 20);
	ck_assert(is_fact(object));
	json_decref(object);
	object = mc_fact_to_json(FACTS_SESSION_KEY, &facts_session(&arena)->fact);
	ck_assert(is_fact(object));
	ck_assert_uint_gt(spoil(object, object, "session"), 100);
	ck_assert(is_fact(object));
	json_decref(object);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(what_contradicts_itself_is_no_fact)
{
	static const struct {
		const char *name, *path, *key, *value; /* value: JSON */
	} rows[] = {
		{"a key of another name", NULL, "key", "\"dns example.org MX @192.0.2.1@53\""},
		{"a key of another type", NULL, "key", "\"dns example.com A @192.0.2.1@53\""},
		{"a key without server", NULL, "key", "\"dns example.com MX\""},
		{"a session's key", NULL, "key", "\"session 192.0.2.7@25\""},
		{"a session's kind", NULL, "kind", "\"session\""},
		{"pending", NULL, "status", "\"pending\""},
		{"ok and failed", NULL, "failure", "\"timeout\""},
		{"failed and not", NULL, "status", "\"failed\""},
		{"another server", "dns", "server", "\"192.0.2.2@53\""},
		{"no server", "dns", "server", "null"},
		{"a NUL", "dns", "why_bogus", "\"\\\\x00\""},
		{"not escaped as we do", "dns", "why_bogus", "\"\\\\x41\""},
		{"a control character", "dns", "why_bogus", "\"\\u001b\""},
		{"a bidirectional override", "dns", "canonical", "\"\\u202e\""},
	};
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *object = mc_fact_to_json(FACTS_DNS_KEY, &facts_dns(&arena)->fact);
		json_t *at = rows[i].path != NULL ? json_object_get(object, rows[i].path) : object;
		json_object_set_new(
			at, rows[i].key, json_loads(rows[i].value, JSON_DECODE_ANY, NULL));
		ck_assert_msg(!is_fact(object), "%s: yet read", rows[i].name);
		json_decref(object);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(arrays_are_bounded)
{
	static const struct {
		const char *key;
		size_t most;
	} rows[] = {{"stages", 64}, {"transcript", 4096}, {"plain", MC_SMTP_REPLY_LINES}};
	struct mc_arena arena;
	json_t *object;

	mc_arena_init(&arena, 0);
	object = mc_fact_to_json(FACTS_SESSION_KEY, &facts_session(&arena)->fact);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *array = json_object_get(json_object_get(object, "session"), rows[i].key);
		while (json_array_size(array) < rows[i].most)
			json_array_append(array, json_array_get(array, 0));
		ck_assert_msg(is_fact(object), "%s: %zu are refused", rows[i].key, rows[i].most);
		json_array_append(array, json_array_get(array, 0));
		ck_assert_msg(!is_fact(object), "%s: one more is read", rows[i].key);
		json_array_remove(array, 0);
	}
	json_decref(object);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(what_cannot_be_read_is_not_written)
{
	struct mc_arena arena;
	struct mc_session_fact *session;
	struct mc_capability capability = {"SI\xffZE", ""};
	struct mc_dns *dns;

	mc_arena_init(&arena, 0);
	dns = facts_dns(&arena);
	dns->fact.status = MC_FACT_PENDING;
	ck_assert_ptr_null(mc_fact_to_json(FACTS_DNS_KEY, &dns->fact));
	session = facts_session(&arena);
	session->session.plain = (struct mc_capabilities){&capability, 1};
	ck_assert_ptr_null(mc_fact_to_json(FACTS_SESSION_KEY, &session->fact));
	mc_arena_reset(&arena);
}
END_TEST

static void
same_https(const struct mc_https *a, const struct mc_https *b)
{
	same_head(&a->fact, &b->fact);
	same_text("source", a->http.source, b->http.source);
	ck_assert_int_eq(a->http.connect_ms, b->http.connect_ms);
	ck_assert_int_eq(a->http.response_ms, b->http.response_ms);
	ck_assert_int_eq(a->http.end, b->http.end);
	same_text("failure", a->http.failure, b->http.failure);
	ck_assert_int_eq(a->http.status, b->http.status);
	same_text("reason", a->http.reason, b->http.reason);
	same_text("content_type", a->http.content_type, b->http.content_type);
	same_text("content_encoding", a->http.content_encoding, b->http.content_encoding);
	same_text("location", a->http.location, b->http.location);
	same_octets("body", a->http.body, a->http.body_length, b->http.body, b->http.body_length);
	ck_assert_uint_eq(a->http.tls->chain_count, b->http.tls->chain_count);
}

START_TEST(gets_round_trip)
{
	static const char failed_key[] = "https 192.0.2.8@443 host=<a.example> path=</>";
	const struct mc_question question = {.kind = MC_FACT_HTTPS};
	const struct mc_fact *failed, *read;
	const struct mc_https *https;
	struct mc_arena arena;
	const char *key;
	json_t *object;

	mc_arena_init(&arena, 0);
	https = facts_https(&arena);
	for (int end = MC_HTTP_COMPLETE; end <= MC_HTTP_LOCAL; end++) {
		struct mc_https changed = *https;
		changed.http.end = (enum mc_http_end)end;
		object = mc_fact_to_json(FACTS_HTTPS_KEY, &changed.fact);
		read = mc_fact_from_json(&arena, object, &key);
		ck_assert_msg(read != NULL, "end %s", mc_http_end_text(changed.http.end));
		same_https(&changed, (const struct mc_https *)(const void *)read);
		same_text("key", key, FACTS_HTTPS_KEY);
		json_object_set_new(object, "key", json_string(FACTS_SESSION_KEY));
		ck_assert_ptr_null(mc_fact_from_json(&arena, object, &key));
		json_decref(object);
	}
	failed = mc_fact_failed(
		&arena, &question, MC_FAIL_CONNECT_REFUSED, "nobody", FACTS_NOW, FACTS_NOW + 3);
	object = mc_fact_to_json(failed_key, failed);
	read = mc_fact_from_json(&arena, object, &key);
	ck_assert_ptr_nonnull(read);
	same_head(failed, read);
	json_decref(object);
	mc_arena_reset(&arena);
}
END_TEST

/* The N-th allocation fails, for all N: no crash, no leak, no half fact. */
START_TEST(memory_may_run_out)
{
	struct mc_session_fact *session;
	struct mc_arena facts, arena;
	json_t *object = NULL;
	unsigned long n, count;

	mc_arena_init(&facts, 0);
	session = facts_session(&facts);
	for (n = 1; object == NULL; n++) {
		mc_alloc_fail_at(n);
		object = mc_fact_to_json(FACTS_SESSION_KEY, &session->fact);
	}
	mc_alloc_fail_at(0);
	mc_arena_init(&arena, 0);
	for (n = 1, count = n; n <= count; n++) {
		const char *key = NULL;
		struct mc_fact *fact;
		mc_alloc_fail_at(n);
		fact = mc_fact_from_json(&arena, object, &key);
		count = mc_alloc_count();
		mc_alloc_fail_at(0);
		ck_assert_msg(fact != NULL || key == NULL, "allocation %lu: half a fact", n);
		ck_assert_msg(fact == NULL || n > count || !arena.failed,
			"allocation %lu: a fact without memory", n);
		mc_arena_reset(&arena);
	}
	json_decref(object);
	mc_arena_reset(&facts);
}
END_TEST

UNIT_MAIN("context_fact_json", dns_facts_round_trip, sessions_round_trip, gets_round_trip,
	every_word_round_trips, odd_records_round_trip, reading_is_strict,
	what_contradicts_itself_is_no_fact, arrays_are_bounded, what_cannot_be_read_is_not_written,
	memory_may_run_out)
