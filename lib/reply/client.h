/*
 * client: does a reply speak of the client that reads it, rather than of the server?
 */
#ifndef MC_REPLY_CLIENT_H
#define MC_REPLY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True when a refusal is about the address or name we came from: block lists, reputation, missing
 * reverse DNS, rate limits, greylisting, local policy. Such a reply says nothing about whether
 * the server takes mail from others. `envelope`: the reply is to MAIL or a later command, which may
 * be about the sender or a recipient as well.
 */
bool mc_reply_about_client(const char *text, size_t length, bool envelope);

#endif
