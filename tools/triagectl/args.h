/*
 * Arguments of a command: options named in its table, and words counted against its synopsis.
 * The same tables print the help, the completion and what the manual is checked against.
 */
#ifndef TRIAGECTL_ARGS_H
#define TRIAGECTL_ARGS_H

#include "triaged/base/err.h"

#define ARGS_MAX 64

struct option_def {
	const char *name;  /* without the dashes */
	const char *arg;   /* its value's name in capitals; NULL: a switch */
	const char *help;  /* one line */
	const char *words; /* allowed values, space-separated; NULL: any */
};

struct args {
	const struct option_def *tables[2]; /* each ends with name NULL; either may be NULL */
	struct {
		const struct option_def *option;
		const char *value; /* "" for a switch */
	} given[ARGS_MAX];
	int n_given;
	const char *words[ARGS_MAX];
	int n_words;
};

/*
 * Read argv[0..argc). stop_at_word leaves the first word and everything behind it alone. Returns
 * how many arguments were read, or -1 with e naming the argument and, where one is near, what was
 * probably meant.
 */
int args_parse(struct args *a, int argc, char **argv, int stop_at_word, struct err *e) MUST_CHECK;

/* Whether the words fit a synopsis such as "CONTACT [KIND]": one word a name, [] optional,
 * a name with ... as many as are left. */
int args_check_words(const struct args *a, const char *synopsis, struct err *e) MUST_CHECK;

/* The value given last, "" for a switch, NULL when the option was not given. */
const char *args_get(const struct args *a, const char *name);

#endif
