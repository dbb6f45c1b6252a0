/* interrupt: SIGINT and SIGTERM end the command at once, with its own exit status; once they are
 * watched for, they ask it to end, and a second one ends it at once. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

void interrupt_ends(void);
void interrupt_watch(void);
bool interrupt_came(void);

#endif
