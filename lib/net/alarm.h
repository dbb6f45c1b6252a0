/*
 * alarm: one timer on an event base, for a context that lives in somebody else's loop.
 */
#ifndef MC_NET_ALARM_H
#define MC_NET_ALARM_H

#include <stdint.h>

struct event_base;
struct mc_alarm;

/* `ring` is called from the loop. NULL when out of memory. */
struct mc_alarm *mc_alarm_new(
	struct event_base *base, void (*ring)(void *argument), void *argument);
void mc_alarm_free(struct mc_alarm *alarm);
/* In so many ms (0: as soon as the loop runs), once; a new time replaces the old. */
void mc_alarm_set(struct mc_alarm *alarm, int64_t ms);

#endif
