/* alarm: a libevent timer behind three calls. */
#include "net/alarm.h"

#include <event2/event.h>

#include "base/alloc.h"

struct mc_alarm {
	struct event *event;
	void (*ring)(void *argument);
	void *argument;
};

static void
rings(evutil_socket_t unused, short what, void *argument)
{
	struct mc_alarm *alarm = argument;

	(void)unused;
	(void)what;
	alarm->ring(alarm->argument);
}

struct mc_alarm *
mc_alarm_new(struct event_base *base, void (*ring)(void *argument), void *argument)
{
	struct mc_alarm *alarm = mc_calloc(1, sizeof(*alarm));

	if (alarm == NULL)
		return NULL;
	alarm->ring = ring;
	alarm->argument = argument;
	alarm->event = evtimer_new(base, rings, alarm);
	if (alarm->event == NULL) {
		mc_free(alarm);
		return NULL;
	}
	return alarm;
}

void
mc_alarm_free(struct mc_alarm *alarm)
{
	if (alarm == NULL)
		return;
	event_free(alarm->event);
	mc_free(alarm);
}

void
mc_alarm_set(struct mc_alarm *alarm, int64_t ms)
{
	struct timeval when = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)evtimer_add(alarm->event, &when);
}
