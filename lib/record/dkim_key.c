/* dkim_key: base64 of a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) or an RSAPublicKey (RFC 8017,
 * A.1.1) for rsa; of 32 octets for ed25519 (RFC 8463, 4.2). */
#include "record/dkim_key.h"

#include <string.h>

#include "base/base64.h"
#include "record/der.h"
#include "record/tag_list.h"

#define KEY_LIMIT 65536
#define ED25519_SIZE 32

static const uint8_t oid_rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
static const uint8_t oid_ed25519[] = {0x2b, 0x65, 0x70};

/* What octets turned out to be. */
enum shape {
	SHAPE_UNKNOWN,
	SHAPE_CUT,
	SHAPE_SPKI_RSA,
	SHAPE_BARE_RSA,
	SHAPE_SPKI_ED25519,
	SHAPE_SPKI_OTHER,
	SHAPE_PRIVATE,
};

struct material {
	struct mc_der octets;
	enum shape shape;
	size_t bits;
	const char *unsound; /* why no signature can rest on these RSA numbers; NULL: none */
	struct mc_der raw;   /* of SHAPE_SPKI_ED25519 */
};

static bool
is_oid(const struct mc_der *oid, const uint8_t *bytes, size_t length)
{
	return oid->length == length && memcmp(oid->bytes, bytes, length) == 0;
}

static bool
is_odd(const struct mc_der *integer)
{
	return (integer->bytes[integer->length - 1] & 1) != 0;
}

/* RFC 8017, 3.1: n is a product of odd primes; e is odd, from 3 to n - 1. NULL: so it is. */
static const char *
unsound_numbers(const struct mc_der *modulus, const struct mc_der *exponent)
{
	size_t bits = mc_der_integer_bits(exponent), most = mc_der_integer_bits(modulus);

	if (!is_odd(modulus))
		return "the modulus of the RSA key is even";
	if (bits == 1)
		return "the exponent of the RSA key is 1: every signature would pass";
	if (!is_odd(exponent))
		return "the exponent of the RSA key is even";
	if (bits > most ||
		(bits == most && memcmp(exponent->bytes, modulus->bytes, modulus->length) >= 0))
		return "the exponent of the RSA key is not below its modulus";
	return NULL;
}

/* INTEGER n, INTEGER e, and nothing behind: the content of an RSAPublicKey. */
static enum mc_der_step
read_rsa(struct mc_der content, struct material *material)
{
	struct mc_der modulus, exponent;
	enum mc_der_step step = mc_der_next(&content, MC_DER_INTEGER, &modulus);

	if (step == MC_DER_GOOD)
		step = mc_der_next(&content, MC_DER_INTEGER, &exponent);
	if (step != MC_DER_GOOD)
		return step;
	material->bits = mc_der_integer_bits(&modulus);
	if (content.length > 0 || material->bits == 0 || mc_der_integer_bits(&exponent) == 0)
		return MC_DER_BAD;
	material->unsound = unsound_numbers(&modulus, &exponent);
	return MC_DER_GOOD;
}

static enum shape
read_spki_key(struct material *material, const struct mc_der *oid, struct mc_der bits)
{
	struct mc_der sequence;

	if (bits.length < 1 || bits.bytes[0] != 0)
		return SHAPE_UNKNOWN;
	bits.bytes++;
	bits.length--;
	if (is_oid(oid, oid_ed25519, sizeof(oid_ed25519))) {
		material->raw = bits;
		return SHAPE_SPKI_ED25519;
	}
	if (!is_oid(oid, oid_rsa, sizeof(oid_rsa)))
		return SHAPE_SPKI_OTHER;
	if (mc_der_next(&bits, MC_DER_SEQUENCE, &sequence) != MC_DER_GOOD || bits.length > 0 ||
		read_rsa(sequence, material) != MC_DER_GOOD)
		return SHAPE_UNKNOWN;
	return SHAPE_SPKI_RSA;
}

/* PKCS#1 and PKCS#8 private keys begin with a version. */
static bool
is_private(struct mc_der content)
{
	struct mc_der version, next;

	if (mc_der_next(&content, MC_DER_INTEGER, &version) != MC_DER_GOOD || version.length != 1 ||
		version.bytes[0] > 1 || content.length == 0)
		return false;
	if (content.bytes[0] == MC_DER_SEQUENCE || content.bytes[0] == MC_DER_OCTET_STRING)
		return true;
	return mc_der_next(&content, MC_DER_INTEGER, &next) == MC_DER_GOOD && next.length > 32;
}

/* Only the outermost length tells a key that was cut: what is inside is short too then. */
static bool
is_cut_private(struct mc_der octets)
{
	size_t header = octets.length > 4 && octets.bytes[1] == 0x82 ? 4 : 3;
	struct mc_der inside;

	if (octets.length < header + 3)
		return false;
	inside = (struct mc_der){octets.bytes + header, octets.length - header};
	return memcmp(inside.bytes, "\x02\x01\x00", 3) == 0;
}

static enum shape
read_shape(struct material *material)
{
	struct mc_der rest = material->octets, content, algorithm, oid, bits;
	enum mc_der_step step = mc_der_next(&rest, MC_DER_SEQUENCE, &content);

	if (step == MC_DER_CUT)
		return is_cut_private(material->octets) ? SHAPE_PRIVATE : SHAPE_CUT;
	if (step != MC_DER_GOOD || rest.length > 0)
		return SHAPE_UNKNOWN;
	if (is_private(content))
		return SHAPE_PRIVATE;
	if (read_rsa(content, material) == MC_DER_GOOD)
		return SHAPE_BARE_RSA;
	if (mc_der_next(&content, MC_DER_SEQUENCE, &algorithm) != MC_DER_GOOD ||
		mc_der_next(&algorithm, MC_DER_OID, &oid) != MC_DER_GOOD ||
		mc_der_next(&content, MC_DER_BIT_STRING, &bits) != MC_DER_GOOD ||
		content.length > 0)
		return SHAPE_UNKNOWN;
	return read_spki_key(material, &oid, bits);
}

static bool
judge_rsa(struct mc_dkim *dkim, const struct material *material, size_t position,
	struct mc_problems *problems)
{
	dkim->bits = material->bits;
	if (material->unsound != NULL) {
		mc_problem(problems, "dkim.key-malformed", position, "%s", material->unsound);
		return false;
	}
	if (material->bits < 1024) {
		mc_problem(
			problems, "dkim.key-too-short", position, "RSA, %zu bits", material->bits);
		return false;
	}
	if (material->shape == SHAPE_BARE_RSA)
		mc_problem(problems, "dkim.bare-key", position,
			"an RSAPublicKey without SubjectPublicKeyInfo around it");
	if (material->bits < 2048)
		mc_problem(problems, "dkim.key-short", position, "RSA, %zu bits", material->bits);
	if (material->bits > 4096)
		mc_problem(problems, "dkim.key-long", position, "RSA, %zu bits", material->bits);
	return true;
}

static bool
judge_ed25519(struct mc_dkim *dkim, const struct material *material, size_t position,
	struct mc_problems *problems)
{
	if (material->octets.length == ED25519_SIZE) {
		dkim->bits = 256;
		return true;
	}
	if (material->shape != SHAPE_SPKI_ED25519 || material->raw.length != ED25519_SIZE) {
		mc_problem(problems, "dkim.key-malformed", position,
			"an Ed25519 key has 32 octets, this one %zu", material->octets.length);
		return false;
	}
	mc_problem(problems, "dkim.ed25519-wrapped", position, "%zu octets instead of 32",
		material->octets.length);
	return false;
}

static bool
judge_mismatch(struct mc_dkim *dkim, const struct material *material, size_t position,
	struct mc_problems *problems)
{
	bool ed25519 = material->shape == SHAPE_SPKI_ED25519;

	if (dkim->key == MC_DKIM_ED25519 && material->shape != SHAPE_SPKI_RSA &&
		material->shape != SHAPE_BARE_RSA)
		return judge_ed25519(dkim, material, position, problems);
	mc_problem(problems, "dkim.key-type-mismatch", position, "k=%s, but the key is %s",
		dkim->key_name,
		dkim->key == MC_DKIM_ED25519 ? "RSA"
		: ed25519                    ? "Ed25519"
					     : "of another type");
	return false;
}

static bool
judge_octets(struct mc_dkim *dkim, struct material *material, size_t position,
	struct mc_problems *problems)
{
	if (dkim->key == MC_DKIM_ED25519 && material->octets.length == ED25519_SIZE)
		return judge_ed25519(dkim, material, position, problems);
	material->shape = read_shape(material);
	switch (material->shape) {
	case SHAPE_PRIVATE:
		mc_problem(problems, "dkim.private-key", position, "p= holds a private key");
		return false;
	case SHAPE_CUT:
		mc_problem(problems, "dkim.key-cut", position,
			"the key says that it is longer than the %zu octets that are there",
			material->octets.length);
		return false;
	case SHAPE_SPKI_RSA:
	case SHAPE_BARE_RSA:
		return dkim->key == MC_DKIM_RSA
			       ? judge_rsa(dkim, material, position, problems)
			       : judge_mismatch(dkim, material, position, problems);
	case SHAPE_SPKI_ED25519:
	case SHAPE_SPKI_OTHER:
		return judge_mismatch(dkim, material, position, problems);
	case SHAPE_UNKNOWN:
		break;
	}
	if (dkim->key == MC_DKIM_ED25519)
		return judge_ed25519(dkim, material, position, problems);
	if (material->octets.length == ED25519_SIZE)
		mc_problem(problems, "dkim.key-type-mismatch", position,
			"32 octets, as an Ed25519 key has, but k=%s", dkim->key_name);
	else
		mc_problem(problems, "dkim.key-malformed", position,
			"%zu octets that are no RSA public key", material->octets.length);
	return false;
}

static bool
is_base64_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/';
}

/* Base64 without the white space that may stand in it, padded; NULL: not base64. */
static const char *
gather(struct mc_arena *arena, const char *p, size_t *ret_wrong_at)
{
	char *text = mc_arena_calloc(arena, strlen(p) + 4, 1);
	size_t n = 0, i = 0, padding = 0;

	if (text == NULL)
		return NULL;
	for (; p[i] != '\0' && p[i] != '='; i++) {
		if (mc_is_fws(p[i]))
			continue;
		*ret_wrong_at = i;
		if (!is_base64_character(p[i]))
			return NULL;
		text[n++] = p[i];
	}
	for (; p[i] != '\0'; i++) {
		*ret_wrong_at = i;
		padding += p[i] == '=';
		if ((p[i] != '=' && !mc_is_fws(p[i])) || padding > 2)
			return NULL;
	}
	while (n % 4 != 0 && n % 4 != 1)
		text[n++] = '=';
	return text;
}

static bool
judge_base64(struct mc_dkim *dkim, const char *p, size_t position, struct mc_problems *problems)
{
	struct material material = {.shape = SHAPE_UNKNOWN};
	size_t wrong_at = 0;
	const char *text = gather(problems->arena, p, &wrong_at);
	struct mc_buf octets;
	bool good = false;

	if (text == NULL) {
		mc_problem(problems, "dkim.key-not-base64", position + wrong_at,
			"a character that is not base64");
		return false;
	}
	mc_buf_init(&octets, KEY_LIMIT);
	if (strlen(text) % 4 != 0) {
		mc_problem(problems, "dkim.key-cut", position,
			"%zu characters of base64 are one too many or three too few", strlen(text));
	} else if (!mc_base64_decode(&octets, text, strlen(text)) || octets.length == 0) {
		if (octets.failed && strlen(text) / 4 * 3 <= KEY_LIMIT)
			problems->arena->failed = true;
		mc_problem(problems, "dkim.key-not-base64", position,
			"the last characters are no base64");
	} else {
		material.octets = (struct mc_der){octets.data, octets.length};
		good = judge_octets(dkim, &material, position, problems);
	}
	mc_buf_free(&octets);
	return good;
}

bool
mc_dkim_key_judge(struct mc_dkim *dkim, const char *p, size_t position, const char *record,
	struct mc_problems *problems)
{
	if (strstr(record, "PRIVATE KEY") != NULL) {
		mc_problem(problems, "dkim.private-key", MC_NOWHERE, "PRIVATE KEY");
		return false;
	}
	if (strstr(p, "-----") != NULL) {
		mc_problem(problems, "dkim.key-pem", position,
			"p= holds PEM lines (\"-----BEGIN ...\")");
		return false;
	}
	if (dkim->key == MC_DKIM_OTHER)
		return false;
	return judge_base64(dkim, p, position, problems);
}
