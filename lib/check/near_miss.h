/*
 * near_miss: names that are nearly those of well-known mail services.
 */
#ifndef MC_CHECK_NEAR_MISS_H
#define MC_CHECK_NEAR_MISS_H

/* The service a domain (canonical) was probably mistyped for; NULL: none, or it is a service's own
 * name. */
const char *mc_near_miss(const char *domain);

#endif
