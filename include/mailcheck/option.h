/*
 * option: the table of options, the same for mailcheck_set(), the command line, its help and its
 * completion.
 */
#ifndef MAILCHECK_OPTION_H
#define MAILCHECK_OPTION_H

#include <mailcheck/export.h>

MAILCHECK_BEGIN

typedef struct mailcheck_option mailcheck_option;

enum mailcheck_option_kind {
	MAILCHECK_OPTION_TEXT = 0,
	MAILCHECK_OPTION_FLAG = 1,    /* takes "yes" or "no"; on a command line no argument */
	MAILCHECK_OPTION_SECONDS = 2, /* a decimal number of seconds over 0, at most 86400 */
	MAILCHECK_OPTION_NUMBER = 3,
	MAILCHECK_OPTION_CHOICE = 4,
};

enum mailcheck_option_scope {
	MAILCHECK_SCOPE_ANY = 0,  /* every target */
	MAILCHECK_SCOPE_HOST = 1, /* the dialogue with one host ("smtp://...") */
	MAILCHECK_SCOPE_SPF = 2,  /* a client judged by SPF ("spf:...") */
};

/* The i-th option, static; NULL behind the last. */
MAILCHECK_API const mailcheck_option *mailcheck_option_at(uint32_t i);
/* The name for mailcheck_set(), which with "--" before it is the long flag: "allow-private". */
MAILCHECK_API const char *mailcheck_option_name(const mailcheck_option *option);
/* The one-letter flag, or 0. */
MAILCHECK_API char mailcheck_option_letter(const mailcheck_option *option);
/* enum mailcheck_option_kind. */
MAILCHECK_API int32_t mailcheck_option_kind(const mailcheck_option *option);
/* How help calls the value: "SECONDS"; for a choice "auto|none|..."; "" for a flag. */
MAILCHECK_API const char *mailcheck_option_argument(const mailcheck_option *option);
/* One line of help. */
MAILCHECK_API const char *mailcheck_option_help(const mailcheck_option *option);
/* 1 when it may be set repeatedly and each value counts, else 0. */
MAILCHECK_API int32_t mailcheck_option_repeatable(const mailcheck_option *option);
/* Where it has a meaning: enum mailcheck_option_scope. */
MAILCHECK_API int32_t mailcheck_option_scope(const mailcheck_option *option);

MAILCHECK_END

#endif
