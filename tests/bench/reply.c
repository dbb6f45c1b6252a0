/*
 * reply: replies a second through the library, beside a bare pass over the same octets:
 *
 *	reply FILE [ROUNDS]
 *
 * FILE has a reply a line (what is behind a TAB does not count). Rounds of the two take turns; the
 * medians are printed, and the octets allocated while reading.
 */
#include <mailcheck.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINES 20000
#define ROUNDS 101

struct line {
	const char *text;
	size_t length;
};

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t
read_lines(const char *path, struct line *lines)
{
	FILE *file = fopen(path, "r");
	size_t count = 0, size = 0;
	char *text = NULL;

	while (file != NULL && count < LINES && getline(&text, &size, file) > 0) {
		text[strcspn(text, "\t\n")] = '\0';
		if (text[0] != '#' && text[0] != '\0')
			lines[count++] = (struct line){strdup(text), strlen(text)};
	}
	free(text);
	if (file != NULL)
		fclose(file);
	return count;
}

static double
read_replies(mailcheck_reply *reply, const struct line *lines, size_t count, uint64_t *sum)
{
	double start = now();

	for (size_t i = 0; i < count; i++) {
		mailcheck_reply_read(reply, lines[i].text, lines[i].length);
		*sum += mailcheck_reply_span_end(reply);
	}
	return now() - start;
}

static double
read_octets(const struct line *lines, size_t count, uint64_t *sum)
{
	double start = now();

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < lines[i].length; j++)
			*sum = *sum * 31 + (uint8_t)lines[i].text[j];
	return now() - start;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	static struct line lines[LINES];
	double replies[ROUNDS], octets[ROUNDS];
	size_t count = argc > 1 ? read_lines(argv[1], lines) : 0, length = 0;
	mailcheck_reply *reply = NULL;
	struct mallinfo2 before;
	uint64_t sum = 0;

	if (count == 0 || mailcheck_reply_new(NULL, &reply) != MAILCHECK_OK) {
		fputs("usage: reply FILE\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < count; i++)
		length += lines[i].length;
	read_replies(reply, lines, count, &sum);
	before = mallinfo2();
	for (size_t i = 0; i < ROUNDS; i++) {
		replies[i] = read_replies(reply, lines, count, &sum);
		octets[i] = read_octets(lines, count, &sum);
	}
	qsort(replies, ROUNDS, sizeof(*replies), compare);
	qsort(octets, ROUNDS, sizeof(*octets), compare);
	printf("%zu replies of %zu octets: %.0f replies/s, %.1f times a bare pass, %zu octets "
	       "allocated (%llu)\n",
		count, length, (double)count / replies[ROUNDS / 2],
		replies[ROUNDS / 2] / octets[ROUNDS / 2], mallinfo2().uordblks - before.uordblks,
		(unsigned long long)sum % 10);
	mailcheck_reply_free(reply);
	return 0;
}
