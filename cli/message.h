/*
 * message: one line on standard error. What the user typed is shown with SHOWN(), so that no
 * control character of it reaches the terminal.
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stddef.h>
#include <string.h>

#define MESSAGE_SHOWN_SIZE 512

/* "mailcheck: ..." and a line end. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

/* What the library says of an option: its text may begin with the option's name. */
void message_option(const char *name, const char *text);

/* `text` escaped, its tail left out when it is long. Gives `buffer`. */
const char *message_shown(const char *text, size_t length, char buffer[MESSAGE_SHOWN_SIZE]);
#define SHOWN(text) message_shown((text), strlen(text), (char[MESSAGE_SHOWN_SIZE]){0})

/* The whole text escaped, to be freed; NULL when out of memory. */
char *message_escaped(const char *text, size_t length);

/* Where standard input is a terminal: that `what` is waited for. */
void message_reading(const char *what);

#endif
