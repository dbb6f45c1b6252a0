/* grammar: the words of the scenario files, as tables. */
#include "grammar.h"

#include "record/message.h"
#include "scenario.h"

/* clang-format off */
static const struct choice keys[] = {
	{"ecdsa", KEY_ECDSA},     {"ecdsa384", KEY_ECDSA384}, {"rsa1024", KEY_RSA1024},
	{"rsa2048", KEY_RSA2048}, {"rsa3072", KEY_RSA3072},   {"ed25519", KEY_ED25519}, {0},
};

static const struct choice digests[] = {
	{"sha256", DIGEST_SHA256}, {"sha384", DIGEST_SHA384}, {"sha512", DIGEST_SHA512},
	{"sha1", DIGEST_SHA1},     {"md5", DIGEST_MD5},       {0},
};

static const struct choice chains[] = {
	{"full", CHAIN_FULL},           {"missing", CHAIN_MISSING},
	{"with-root", CHAIN_WITH_ROOT}, {"reversed", CHAIN_REVERSED}, {0},
};

const struct choice grammar_step[] = {
	{"banner", STEP_BANNER},     {"ehlo", STEP_EHLO}, {"helo", STEP_HELO},
	{"starttls", STEP_STARTTLS}, {"tls", STEP_TLS},   {"mail", STEP_MAIL},
	{"rcpt", STEP_RCPT},         {"data", STEP_DATA}, {"message", STEP_MESSAGE},
	{"rset", STEP_RSET},         {"noop", STEP_NOOP}, {"vrfy", STEP_VRFY},
	{"auth", STEP_AUTH},         {"quit", STEP_QUIT}, {"other", STEP_OTHER},
	{"all", STEP_ALL},           {0},
};

static const struct choice outcomes[] = {
	{"close", OUTCOME_CLOSE}, {"reset", OUTCOME_RESET}, {"hang", OUTCOME_HANG}, {0},
};

static const struct choice line_ends[] = {{"crlf", 0}, {"lf", '\n'}, {"cr", '\r'}, {0}};

static const struct choice alerts[] = { /* RFC 8446, 6.2 */
	{"unexpected_message", 10}, {"handshake_failure", 40},  {"bad_certificate", 42},
	{"illegal_parameter", 47},  {"access_denied", 49},      {"protocol_version", 70},
	{"internal_error", 80},     {"unrecognized_name", 112}, {"certificate_required", 116}, {0},
};

static const struct choice rcodes[] = {
	{"formerr", MC_RCODE_FORMERR}, {"servfail", MC_RCODE_SERVFAIL},
	{"nxdomain", MC_RCODE_NXDOMAIN}, {"notimp", MC_RCODE_NOTIMP},
	{"refused", MC_RCODE_REFUSED}, {0},
};

static const struct choice transports[] = {
	{"udp", TRANSPORT_UDP}, {"tcp", TRANSPORT_TCP}, {0},
};

const struct keyword grammar_ca[] = {
	{"issuer",    KEYWORD_TEXT,   offsetof(struct ca, issuer)},
	{"untrusted", KEYWORD_FLAG,   offsetof(struct ca, untrusted)},
	{"key",       KEYWORD_CHOICE, offsetof(struct ca, key), 0, keys},
	{"days",      KEYWORD_SIGNED, offsetof(struct ca, days)},
	{"age",       KEYWORD_SIGNED, offsetof(struct ca, age)},
	{0},
};
const struct keyword grammar_certificate[] = {
	{"names",       KEYWORD_TEXTS,  offsetof(struct certificate, names)},
	{"common-name", KEYWORD_TEXT,   offsetof(struct certificate, common_name)},
	{"no-names",    KEYWORD_FLAG,   offsetof(struct certificate, no_names)},
	{"issuer",      KEYWORD_TEXT,   offsetof(struct certificate, issuer)},
	{"self-signed", KEYWORD_FLAG,   offsetof(struct certificate, self_signed)},
	{"days",        KEYWORD_SIGNED, offsetof(struct certificate, days)},
	{"age",         KEYWORD_SIGNED, offsetof(struct certificate, age)},
	{"key",         KEYWORD_CHOICE, offsetof(struct certificate, key), 0, keys},
	{"signature",   KEYWORD_CHOICE, offsetof(struct certificate, digest), 0, digests},
	{"chain",       KEYWORD_CHOICE, offsetof(struct certificate, chain), 0, chains},
	{0},
};

const struct keyword grammar_tls[] = {
	{"none",     KEYWORD_VALUE, offsetof(struct tls_settings, mode), TLS_NONE},
	{"starttls", KEYWORD_VALUE, offsetof(struct tls_settings, mode), TLS_STARTTLS},
	{"implicit", KEYWORD_VALUE, offsetof(struct tls_settings, mode), TLS_IMPLICIT},
	{"versions", KEYWORD_TEXTS, offsetof(struct tls_settings, versions)},
	{"priority", KEYWORD_TEXT,  offsetof(struct tls_settings, priority)},
	{0},
};

const struct keyword grammar_behaviour[] = {
	{"in-clear",   KEYWORD_FLAG,   offsetof(struct behaviour, in_clear)},
	{"inside-tls", KEYWORD_FLAG,   offsetof(struct behaviour, inside_tls)},
	{"first",      KEYWORD_NUMBER, offsetof(struct behaviour, first)},
	{"every",      KEYWORD_NUMBER, offsetof(struct behaviour, every)},
	{"match",      KEYWORD_TEXT,   offsetof(struct behaviour, match)},

	{"reply",    KEYWORD_TEXTS,    offsetof(struct behaviour, reply)},
	{"raw",      KEYWORD_TEXT,     offsetof(struct behaviour, raw)},
	{"inject",   KEYWORD_TEXT,     offsetof(struct behaviour, inject)},
	{"replace",  KEYWORD_TEXTS,    offsetof(struct behaviour, replace)},
	{"pad",      KEYWORD_NUMBER,   offsetof(struct behaviour, pad)},
	{"line-end", KEYWORD_CHOICE,   offsetof(struct behaviour, line_end), 0, line_ends},
	{"delay",    KEYWORD_DURATION, offsetof(struct behaviour, pace.delay)},
	{"bytes",    KEYWORD_NUMBER,   offsetof(struct behaviour, pace.chunk)},
	{"by-line",  KEYWORD_FLAG,     offsetof(struct behaviour, pace.by_line)},
	{"segments", KEYWORD_NUMBER,   offsetof(struct behaviour, segments)},
	{"per",      KEYWORD_DURATION, offsetof(struct behaviour, pace.gap)},
	{"gap",      KEYWORD_DURATION, offsetof(struct behaviour, pace.gap)},
	{"endless",  KEYWORD_FLAG,     offsetof(struct behaviour, endless)},

	{"close",      KEYWORD_VALUE,  offsetof(struct behaviour, instead), OUTCOME_CLOSE},
	{"reset",      KEYWORD_VALUE,  offsetof(struct behaviour, instead), OUTCOME_RESET},
	{"hang",       KEYWORD_VALUE,  offsetof(struct behaviour, instead), OUTCOME_HANG},
	{"alert",      KEYWORD_CHOICE, offsetof(struct behaviour, alert), 0, alerts},
	{"late-alert", KEYWORD_CHOICE, offsetof(struct behaviour, late_alert), 0, alerts},
	{"then",       KEYWORD_CHOICE, offsetof(struct behaviour, then), 0, outcomes},
	{"no-close-notify", KEYWORD_FLAG, offsetof(struct behaviour, no_close_notify)},
	{0},
};

const struct keyword grammar_page[] = {
	{"host",     KEYWORD_TEXT,     offsetof(struct page, host)},
	{"status",   KEYWORD_NUMBER,   offsetof(struct page, status)},
	{"type",     KEYWORD_TEXT,     offsetof(struct page, type)},
	{"body",     KEYWORD_TEXT,     offsetof(struct page, body)},
	{"pad",      KEYWORD_NUMBER,   offsetof(struct page, pad)},
	{"header",   KEYWORD_TEXTS,    offsetof(struct page, headers)},
	{"redirect", KEYWORD_TEXT,     offsetof(struct page, location)},
	{"length",   KEYWORD_TEXT,     offsetof(struct page, length)},
	{"chunked",  KEYWORD_FLAG,     offsetof(struct page, chunked)},
	{"raw",      KEYWORD_TEXT,     offsetof(struct page, raw)},
	{"endless",  KEYWORD_FLAG,     offsetof(struct page, endless)},
	{"delay",    KEYWORD_DURATION, offsetof(struct page, pace.delay)},
	{"bytes",    KEYWORD_NUMBER,   offsetof(struct page, pace.chunk)},
	{"per",      KEYWORD_DURATION, offsetof(struct page, pace.gap)},
	{"close",    KEYWORD_VALUE,    offsetof(struct page, instead), OUTCOME_CLOSE},
	{"reset",    KEYWORD_VALUE,    offsetof(struct page, instead), OUTCOME_RESET},
	{"hang",     KEYWORD_VALUE,    offsetof(struct page, instead), OUTCOME_HANG},
	{"then",     KEYWORD_CHOICE,   offsetof(struct page, then), 0, outcomes},
	{"no-close-notify", KEYWORD_FLAG, offsetof(struct page, no_close_notify)},
	{0},
};

const struct keyword grammar_answer[] = {
	{"over",           KEYWORD_CHOICE,   offsetof(struct answer, transport), 0, transports},
	{"first",          KEYWORD_NUMBER,   offsetof(struct answer, first)},
	{"delay",          KEYWORD_DURATION, offsetof(struct answer, delay)},
	{"rcode",          KEYWORD_CHOICE,   offsetof(struct answer, rcode), 0, rcodes},
	{"drop",           KEYWORD_FLAG,     offsetof(struct answer, drop)},
	{"tcp-only",       KEYWORD_FLAG,     offsetof(struct answer, tcp_only)},
	{"truncated",      KEYWORD_FLAG,     offsetof(struct answer, truncated)},
	{"empty",          KEYWORD_FLAG,     offsetof(struct answer, empty)},
	{"garbage",        KEYWORD_FLAG,     offsetof(struct answer, garbage)},
	{"wrong-id",       KEYWORD_FLAG,     offsetof(struct answer, wrong_id)},
	{"wrong-question", KEYWORD_FLAG,     offsetof(struct answer, wrong_question)},
	{"no-edns",        KEYWORD_FLAG,     offsetof(struct answer, no_edns)},
	{"not-authoritative", KEYWORD_FLAG,  offsetof(struct answer, not_authoritative)},
	{0},
};
/* clang-format on */
