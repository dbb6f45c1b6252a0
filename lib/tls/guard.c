/*
 * guard: looks at the keys a server sends before GnuTLS computes with them. A modulus may have
 * half a million bits within the bounds of a handshake message; nobody checks but us.
 */
#include "tls/guard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/key.h"
#include "tls/x509.h"

#define DH_BYTES (8192 / 8)

struct span {
	const uint8_t *bytes;
	size_t length;
};

/* Takes a length of `width` octets and that many octets behind it. */
static bool
take(struct span *from, size_t width, struct span *ret_part)
{
	size_t length = 0;

	if (from->length < width)
		return false;
	for (size_t i = 0; i < width; i++)
		length = length << 8 | from->bytes[i];
	if (from->length - width < length)
		return false;
	*ret_part = (struct span){from->bytes + width, length};
	from->bytes += width + length;
	from->length -= width + length;
	return true;
}

/* The first certificate of a Certificate message (RFC 5246, 7.4.2; RFC 8446, 4.4.2). */
static bool
leaf(struct span message, bool has_context, struct span *ret_der)
{
	struct span context, list;

	if (has_context && !take(&message, 1, &context))
		return false;
	return take(&message, 3, &list) && take(&list, 3, ret_der);
}

static bool
bearable_certificate(struct span message, bool has_context)
{
	struct span der;
	gnutls_x509_crt_t crt;
	bool bearable;

	if (!leaf(message, has_context, &der))
		return true; /* GnuTLS will say what is wrong with it */
	crt = mc_x509_import(der.bytes, der.length);
	if (crt == NULL)
		return true;
	bearable = mc_key_bearable(crt);
	gnutls_x509_crt_deinit(crt);
	return bearable;
}

static bool
bearable_exchange(struct span message)
{
	struct span prime;

	return !take(&message, 2, &prime) || prime.length <= DH_BYTES;
}

static int
look(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
	const gnutls_datum_t *message)
{
	struct span span = {message->data, message->size};
	bool bearable = true;

	(void)when;
	if (incoming == 0)
		return 0;
	if (type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT)
		bearable = bearable_certificate(
			span, gnutls_protocol_get_version(session) == GNUTLS_TLS1_3);
	else if (type == GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE &&
		 gnutls_kx_get(session) == GNUTLS_KX_DHE_RSA)
		bearable = bearable_exchange(span);
	return bearable ? 0 : MC_GUARD_ERROR;
}

void
mc_guard_install(gnutls_session_t session)
{
	gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, look);
}
