/* The command line of triaged, and the modes of it that do not run the daemon. */
#ifndef TRIAGED_APP_CLI_H
#define TRIAGED_APP_CLI_H

#include "config.h"

enum cli_mode { CLI_RUN, CLI_TEST, CLI_DUMP, CLI_LIST_OPTIONS, CLI_VERSION, CLI_HELP };

struct cli {
	enum cli_mode mode;
	const char *config; /* -c; the default is /etc/triaged/triaged.conf */
};

/* Exit codes; 1 is any other failure. */
#define CLI_USAGE 2

/* -1 with e set on arguments that are not understood. Points into argv. */
int cli_parse(int argc, char **argv, struct cli *cli, struct err *e) MUST_CHECK;

/* Compile and check the rules of a configuration; adds an error for each fault. */
typedef void (*cli_rules_fn)(const struct config *c, struct conf_errors *errors);

/*
 * Do what a mode other than CLI_RUN asks for, on standard output and standard error; the exit
 * status: 0, or 1 when the configuration (with its rules, for -t) has errors.
 */
int cli_run(const struct cli *cli, cli_rules_fn check_rules);

/* For CLI_RUN: the configuration, or NULL with every error and warning on standard error. */
struct config *cli_load(const char *path) MUST_CHECK;

#endif
