/*
 * public_resolver: resolvers that serve the world, and that block lists therefore refuse.
 */
#ifndef MC_CONTEXT_PUBLIC_RESOLVER_H
#define MC_CONTEXT_PUBLIC_RESOLVER_H

#include "base/address.h"

/* Whose it is: "Google Public DNS"; NULL: none that is known. */
const char *mc_public_resolver(const struct mc_address *address);

#endif
