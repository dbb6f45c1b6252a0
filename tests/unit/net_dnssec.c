/* DNSSEC: a zone signed on the spot, its key in a trust anchor file. */
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/base64.h"
#include "net_harness.h"

#define ZONE "signed.test"
#define DAY 86400u

static gnutls_privkey_t key;
static uint8_t dnskey[68];
static struct mc_arena arena;
static const char *zone[16];
static size_t zone_count;
static char anchor[] = "/tmp/anchor-XXXXXX";

static void
pad(const gnutls_datum_t *number, uint8_t *to)
{
	size_t skip = number->size > 32 ? number->size - 32 : 0;

	memset(to, 0, 32);
	memcpy(to + 32 - (number->size - skip), number->data + skip, number->size - skip);
}

static void
make_key(void)
{
	gnutls_pubkey_t public;
	gnutls_ecc_curve_t curve;
	gnutls_datum_t x, y;

	ck_assert_int_eq(gnutls_privkey_init(&key), 0);
	ck_assert_int_eq(gnutls_privkey_generate(key, GNUTLS_PK_ECDSA,
				 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	gnutls_pubkey_init(&public);
	gnutls_pubkey_import_privkey(public, key, 0, 0);
	ck_assert_int_eq(gnutls_pubkey_export_ecc_raw(public, &curve, &x, &y), 0);
	memcpy(dnskey, "\x01\x01\x03\x0d", 4); /* 257, 3, ECDSAP256SHA256 */
	pad(&x, dnskey + 4);
	pad(&y, dnskey + 36);
	gnutls_free(x.data);
	gnutls_free(y.data);
	gnutls_pubkey_deinit(public);
}

/* RFC 4034, appendix B. */
static uint16_t
key_tag(void)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(dnskey); i++)
		sum += (i & 1) != 0 ? dnskey[i] : (uint32_t)dnskey[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

static void
add(const char *text)
{
	zone[zone_count++] = text;
	zone[zone_count] = NULL;
}

static const char *
hex(const uint8_t *bytes, size_t length)
{
	char text[1024];

	ck_assert_uint_lt(2 * length, sizeof(text));
	for (size_t i = 0; i < length; i++)
		(void)snprintf(text + 2 * i, 3, "%02X", bytes[i]);
	return mc_arena_strdup(&arena, text);
}

static void
append_signature(struct mc_buf *rdata, const struct mc_buf *data)
{
	gnutls_datum_t octets = {data->data, (unsigned)data->length}, signature, r, s;
	uint8_t raw[64];

	ck_assert_int_eq(
		gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &octets, &signature), 0);
	ck_assert_int_eq(gnutls_decode_rs_value(&signature, &r, &s), 0);
	pad(&r, raw);
	pad(&s, raw + 32);
	mc_buf_append(rdata, raw, sizeof(raw));
	gnutls_free(signature.data);
	gnutls_free(r.data);
	gnutls_free(s.data);
}

/* One record and the signature over it (RFC 4034, 3.1); `spoil` breaks it. */
static void
add_signed(const char *owner, const char *rdata_text, bool spoil)
{
	const char *text = mc_arena_printf(&arena, "%s. 300 %s", owner, rdata_text);
	uint32_t now = (uint32_t)time(NULL);
	struct mc_buf rdata, data;
	struct mc_rr_error error;
	struct mc_rr rr;

	ck_assert_msg(mc_rr_parse(&arena, text, NULL, 300, &rr, &error), "%s", text);
	mc_buf_init(&rdata, 1024);
	mc_buf_init(&data, 2048);
	mc_buf_u16(&rdata, rr.type);
	mc_buf_putc(&rdata, 13);
	mc_buf_putc(&rdata, (char)mc_name_labels(owner));
	mc_buf_u32(&rdata, 300);
	mc_buf_u32(&rdata, now + DAY);
	mc_buf_u32(&rdata, now - DAY);
	mc_buf_u16(&rdata, key_tag());
	mc_name_to_wire(ZONE, &rdata);
	mc_buf_append(&data, rdata.data, rdata.length);
	mc_name_to_wire(owner, &data);
	mc_buf_u16(&data, rr.type);
	mc_buf_u16(&data, 1);
	mc_buf_u32(&data, 300);
	mc_buf_u16(&data, rr.rdlength);
	mc_buf_append(&data, rr.rdata, rr.rdlength);
	append_signature(&rdata, &data);
	if (spoil)
		rdata.data[rdata.length - 1] ^= 1;
	add(text);
	add(mc_arena_printf(&arena, "%s. 300 TYPE46 \\# %zu %s", owner, rdata.length,
		hex(rdata.data, rdata.length)));
	mc_buf_free(&rdata);
	mc_buf_free(&data);
}

static void
write_anchor(void)
{
	struct mc_buf text;
	int fd = mkstemp(anchor);

	mc_buf_init(&text, 1024);
	mc_buf_puts(&text, ZONE ". 300 IN DNSKEY 257 3 13 ");
	mc_base64_encode(&text, dnskey + 4, 64);
	mc_buf_putc(&text, '\n');
	ck_assert_int_eq((int)write(fd, text.data, text.length), (int)text.length);
	close(fd);
	mc_buf_free(&text);
}

static void
make_zone(void)
{
	mc_arena_init(&arena, 0);
	zone_count = 0;
	make_key();
	write_anchor();
	add_signed(ZONE, mc_arena_printf(&arena, "TYPE48 \\# 68 %s", hex(dnskey, 68)), false);
	add_signed("good." ZONE, "A 192.0.2.1", false);
	add_signed("forged." ZONE, "A 192.0.2.1", true);
	add("bare." ZONE ". 300 A 192.0.2.1");
	add("elsewhere.example. 300 A 192.0.2.1");
}

struct row {
	const char *name;
	enum mc_dnssec dnssec;
};

static const struct row rows[] = {
	{"good." ZONE, MC_DNSSEC_SECURE},
	{"good." ZONE, MC_DNSSEC_SECURE}, /* from libunbound's cache */
	{"forged." ZONE, MC_DNSSEC_BOGUS},
	{"forged." ZONE, MC_DNSSEC_BOGUS},
	{"bare." ZONE, MC_DNSSEC_BOGUS},
	{"elsewhere.example", MC_DNSSEC_INSECURE},
};

START_TEST(verdicts)
{
	struct mc_net_server resolver = {.address = address_of("127.0.0.1")};
	struct mc_net_options options = {
		.resolvers = &resolver, .resolver_count = 1, .trust_anchor = anchor};
	struct dns_server server;
	struct client client;

	make_zone();
	dns_start(&server, DNS_NORMAL);
	server.zone = zone;
	resolver.port = server.port;
	client_open(&client, &options);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mc_question question = {
			.kind = MC_FACT_DNS, .name = rows[i].name, .type = MC_RR_A};
		struct mc_entry *entry;
		const struct mc_dns *dns;
		mc_store_free(client.store);
		client.store = mc_store_new(client.provider);
		entry = client_ask(&client, &question);
		dns = (const struct mc_dns *)client_await(&client, entry, 5000);
		ck_assert_msg(
			dns->fact.status == MC_FACT_OK, "%s: %s", rows[i].name, dns->fact.text);
		ck_assert_msg(dns->count == 1, "%s: the data is lost", rows[i].name);
		ck_assert_msg(dns->dnssec == rows[i].dnssec, "%s: dnssec %d (%s)", rows[i].name,
			dns->dnssec, dns->why_bogus);
		ck_assert_msg((dns->dnssec == MC_DNSSEC_BOGUS) == (dns->why_bogus[0] != '\0'),
			"%s: \"%s\"", rows[i].name, dns->why_bogus);
		mc_store_unpin(entry, NULL);
	}
	client_close(&client);
	dns_stop(&server);
	gnutls_privkey_deinit(key);
	mc_arena_reset(&arena);
	unlink(anchor);
}
END_TEST

UNIT_MAIN("net_dnssec", verdicts)
