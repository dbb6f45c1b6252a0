/* reply: what the replies in a file or on standard input mean, one a line, through one reader. */
#include <mailcheck.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	FILE *input = argc > 1 ? fopen(argv[1], "r") : stdin;
	mailcheck_reply *reply = NULL;
	char line[4096];
	int32_t code;

	if (input == NULL) {
		perror(argv[1]);
		return 2;
	}
	code = mailcheck_reply_new(NULL, &reply);
	while (code == MAILCHECK_OK && fgets(line, sizeof(line), input) != NULL) {
		code = mailcheck_reply_read(reply, line, strcspn(line, "\r\n"));
		if (code == MAILCHECK_OK)
			printf("%s, %s, fault of the %s: %s\n", mailcheck_reply_class(reply),
				mailcheck_reply_persistence(reply), mailcheck_reply_fault(reply),
				mailcheck_reply_action(reply));
	}
	if (code != MAILCHECK_OK)
		fprintf(stderr, "reply: %s\n", mailcheck_strerror(code));
	mailcheck_reply_free(reply);
	if (input != stdin)
		fclose(input);
	return code == MAILCHECK_OK ? 0 : 3;
}
