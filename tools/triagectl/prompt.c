#include "prompt.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "triaged/base/mem.h"

static void interrupted(int sig)
{
	(void)sig; /* its only effect is that reading ends, so that the echo comes back */
}

int prompt_secret(const char *question, char **secret, struct err *e)
{
	struct sigaction stop = { .sa_handler = interrupted }, old;
	struct termios before, quiet;
	char text[1024] = "";
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0, got;

	if (terminal) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		fputs(question, stderr);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	sigaction(SIGINT, &stop, &old);
	got = fgets(text, sizeof(text), stdin) != NULL;
	sigaction(SIGINT, &old, NULL);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputs("\n", stderr);
	}
	text[strcspn(text, "\r\n")] = '\0';
	*secret = mem_strdup(text);
	explicit_bzero(text, sizeof(text));
	if (got && **secret)
		return 0;
	free(*secret);
	*secret = NULL;
	return err_set(e, "nothing was given");
}
