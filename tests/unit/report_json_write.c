/* Unit tests of lib/report/json_write.c: it writes what jansson would. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "report/json_write.h"

static const char *const texts[] = {"{}", "[]", "[[],{}]", "{\"a\":1,\"b\":[true,false,null]}",
	"{\"b\":1,\"a\":2,\"c\":-9223372036854775808}", "[0,9223372036854775807,1.5,-1e300,0.1]",
	"[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001F\\u007F/\",\"\xC3\xA9\xE2\x80\xA8\"]",
	"[\"sixteen octets..\",\"sixteen octets..\\n\",\"fifteen octets\\t\"]",
	"[\"\\\\ and then much more than that\"]", "[\"nul \\u0000 within\",\"\",\"\\u0000\"]",
	"{\"a key \\\" \\u0007\":\"x\",\"\":[{\"\":{}}]}",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"deep\"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"};

static json_t *
load(const char *text)
{
	json_t *value = json_loads(text, JSON_ALLOW_NUL, NULL);

	ck_assert_msg(value != NULL, "the test's own JSON is wrong: %s", text);
	return value;
}

START_TEST(as_jansson_writes_it)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *value = load(texts[i]);
		char *expected = json_dumps(value, JSON_COMPACT);
		struct mc_buf buf;

		mc_buf_init(&buf, 4096);
		ck_assert_msg(mc_json_write(&buf, value), "%s", texts[i]);
		ck_assert_str_eq(mc_buf_text(&buf), expected);
		mc_buf_free(&buf);
		free(expected);
		json_decref(value);
	}
}
END_TEST

START_TEST(what_does_not_fit)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		json_t *value = load(texts[i]);
		char *expected = json_dumps(value, JSON_COMPACT);
		struct mc_buf buf;

		mc_buf_init(&buf, strlen(expected) - 1);
		ck_assert_msg(!mc_json_write(&buf, value), "%s", texts[i]);
		mc_buf_free(&buf);
		free(expected);
		json_decref(value);
	}
}
END_TEST

START_TEST(octets_that_are_no_text)
{
	struct mc_buf buf;

	mc_buf_init(&buf, 200);
	mc_buf_putc(&buf, '{');
	mc_json_put_text(&buf, "a", "\xC3\xA9\xC3 \xFF\xED\xA0\x80");
	mc_json_put_text(&buf, "none", NULL);
	mc_json_put_bool(&buf, "b", false);
	mc_json_put_octets(&buf, "nul", "\0{", 2);
	mc_json_put_integer(&buf, "least", INT64_MIN);
	mc_buf_putc(&buf, '}');
	ck_assert_str_eq(mc_buf_text(&buf),
		"{\"a\":\"\xC3\xA9\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
		"\"none\":null,\"b\":false,\"nul\":\"\\u0000{\",\"least\":-9223372036854775808}");
	mc_buf_free(&buf);
}
END_TEST

START_TEST(too_deep)
{
	json_t *value = json_array();
	struct mc_buf buf;

	mc_buf_init(&buf, 4096);
	for (unsigned depth = 1; depth < 256; depth++) {
		json_t *outer = json_array();
		json_array_append_new(outer, value);
		value = outer;
	}
	ck_assert(mc_json_write(&buf, value));
	value = json_pack("[o]", value);
	ck_assert(!mc_json_write(&buf, value));
	ck_assert(!mc_json_write(&buf, NULL));
	mc_buf_free(&buf);
	json_decref(value);
}
END_TEST

UNIT_MAIN("report json_write", as_jansson_writes_it, what_does_not_fit, too_deep,
	octets_that_are_no_text)
