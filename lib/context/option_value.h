/*
 * option_value: the values that options take, as text. Each gives NULL on success, else what is
 * wrong with the text: "is ..." or "must ...", static or in the arena.
 */
#ifndef MC_CONTEXT_OPTION_VALUE_H
#define MC_CONTEXT_OPTION_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "fact/settings.h"

/* "yes" or "no". */
const char *mc_value_flag(const char *text, bool *ret_flag);
/* A decimal number over 0, at most 86400. */
const char *mc_value_seconds(const char *text, int64_t *ret_ms);
/* A whole number in this range. */
const char *mc_value_number(const char *text, uint32_t low, uint32_t high, uint32_t *ret_number);
const char *mc_value_address(const char *text, struct mc_address *ret_address);
/* ADDR[@PORT], the port by default 53. */
const char *mc_value_server(const char *text, struct mc_address *ret_address, uint16_t *ret_port);
/* HOST[:PORT], an IPv6 address in brackets; in canonical form, with port. */
const char *mc_value_host_port(
	struct mc_arena *arena, const char *text, uint16_t port, const char **ret_host_port);
/* HOST:PORT:ADDR:PORT2, each perhaps empty. */
const char *mc_value_connect_to(
	struct mc_arena *arena, const char *text, struct mc_connect_to *ret_connect_to);
/* The argument of EHLO: a host name, or an address literal (RFC 5321, 4.1.3). */
const char *mc_value_helo(struct mc_arena *arena, const char *text, const char **ret_helo);
/* A mailbox of RFC 5321, 4.1.2, without or with angle brackets; "postmaster" alone too. */
const char *mc_value_mailbox(struct mc_arena *arena, const char *text, const char **ret_mailbox);
/* A record of zone-file text; relative names are complete, a missing TTL is 300. */
const char *mc_value_record(struct mc_arena *arena, const char *text, struct mc_rr *ret_rr);
/* The name of a file that can be read. */
const char *mc_value_readable(struct mc_arena *arena, const char *text, const char **ret_path);

/* The text in a file, at most so many octets; a NUL in it is an error. */
const char *mc_value_content(
	struct mc_arena *arena, const char *path, size_t limit, const char **ret_text);
/* The name of a file with records in zone-file syntax: at least one, whatever it is. */
const char *mc_value_records(struct mc_arena *arena, const char *path, const char **ret_path);
/* The next line of a file of keys, *text moves on: NAME KEY; both NULL for a comment. A key is one
 * label of a domain name. */
const char *mc_value_key_line(
	struct mc_arena *arena, const char **text, const char **ret_name, const char **ret_key);

#endif
