/* status: how the command ends. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

enum status {
	STATUS_OK = 0,    /* nothing at or above --fail-on */
	STATUS_FOUND = 1, /* a finding at or above it */
	STATUS_USAGE = 2, /* wrong usage, or a file that cannot be read or written */
	STATUS_UNDETERMINED = 3,
	STATUS_INTERRUPTED = 130,
};

/* What two outcomes come to: wrong usage, then a finding, then what is undetermined. */
static inline enum status
status_worse(enum status a, enum status b)
{
	static const enum status order[] = {
		STATUS_INTERRUPTED, STATUS_USAGE, STATUS_FOUND, STATUS_UNDETERMINED};

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_OK;
}

#endif
