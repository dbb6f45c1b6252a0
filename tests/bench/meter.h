/*
 * meter: what every program of the bench measures of itself, and how it says it: one line of
 * "name=number" words.
 */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <stddef.h>
#include <stdint.h>

struct meter {
	double wall, cpu; /* seconds */
	double memory;    /* octets */
};

void meter_start(struct meter *meter);
/* rate, seconds, CPU microseconds each, and how many of them failed. */
void meter_print(const struct meter *meter, size_t count, size_t failed);
/* Octets that `count` of something cost: the growth of this process since meter_start(). */
void meter_print_memory(const struct meter *meter, size_t count);

/* A whole number of the command line; ends the program when it is none, or 0. */
size_t meter_number(const char *text);

/* The i-th of many loopback addresses, neighbours in different networks (host byte order). */
uint32_t meter_loopback(size_t i);

#endif
