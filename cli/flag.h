/* flag: one view of the command's own options and of those in the library's table. */
#ifndef CLI_FLAG_H
#define CLI_FLAG_H

#include <mailcheck.h>
#include <stdbool.h>
#include <stddef.h>

/* What stands together in help, and is allowed or not for a command. */
enum flag_group {
	FLAGS_NONE = 0, /* of the library, where the command has its own of that name */
	FLAGS_GENERAL = 1,
	FLAGS_OUTPUT = 2,
	FLAGS_VERDICT = 4,
	FLAGS_ANY = 8,   /* of the library: every target */
	FLAGS_HOST = 16, /* of the library: one host */
	FLAGS_SPF = 32,  /* of the library: a client judged by SPF */
	FLAGS_MESSAGE = 64,
	FLAGS_REPLY = 128,
};

enum own_flag {
	OWN_CHECK,
	OWN_MESSAGE,
	OWN_RULES,
	OWN_REPLY_CHECK, /* --check of reply, which has no value */
	OWN_FAIL_ON,
	OWN_FORMAT,
	OWN_COLOR,
	OWN_QUIET,
	OWN_VERBOSE,
	OWN_HELP,
	OWN_VERSION,
	OWN_NONE, /* the library's */
};

struct flag {
	enum own_flag own;
	const mailcheck_option *library;
};

/* The i-th of all flags, the command's own first; false behind the last. */
bool flag_at(size_t i, struct flag *ret_flag);
bool flag_find(const char *name, size_t length, struct flag *ret_flag);
bool flag_find_letter(char letter, struct flag *ret_flag);

const char *flag_name(const struct flag *flag);
char flag_letter(const struct flag *flag); /* 0: none */
bool flag_has_value(const struct flag *flag);
const char *flag_argument(const struct flag *flag); /* "" when it has no value */
const char *flag_help(const struct flag *flag);
enum flag_group flag_group(const struct flag *flag);

#endif
