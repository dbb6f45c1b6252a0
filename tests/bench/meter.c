/* meter: clock, CPU and memory of this process. */
#include "meter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double
wall_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
cpu_now(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Resident octets. */
static double
memory_now(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long whole = 0, resident = 0;

	if (file != NULL) {
		if (fscanf(file, "%ld %ld", &whole, &resident) != 2)
			resident = 0;
		(void)fclose(file);
	}
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

void
meter_start(struct meter *meter)
{
	meter->memory = memory_now();
	meter->cpu = cpu_now();
	meter->wall = wall_now();
}

void
meter_print(const struct meter *meter, size_t count, size_t failed)
{
	double wall = wall_now() - meter->wall, cpu = cpu_now() - meter->cpu;

	(void)printf("rate=%.1f seconds=%.3f cpu=%.2f failed=%zu\n", (double)count / wall, wall,
		cpu * 1e6 / (double)count, failed);
}

void
meter_print_memory(const struct meter *meter, size_t count)
{
	(void)printf("memory=%.0f\n", (memory_now() - meter->memory) / (double)count);
}

size_t
meter_number(const char *text)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || number == 0 || number > 100000000) {
		(void)fprintf(stderr, "\"%s\" is no number over 0\n", text);
		exit(2);
	}
	return number;
}

uint32_t
meter_loopback(size_t i)
{
	return 0x7f010001u + (uint32_t)(i % 256 << 8) + (uint32_t)(i / 256 % 250) +
	       (uint32_t)(i / 64000 % 250 << 16);
}
