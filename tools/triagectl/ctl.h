/*
 * triagectl: what its files share. Commands write results to standard output, everything else to
 * standard error, and return an exit code of the enum below.
 */
#ifndef TRIAGECTL_CTL_H
#define TRIAGECTL_CTL_H

enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,      /* refused by the daemon, or the work itself failed */
	CTL_USAGE = 2,       /* wrong arguments */
	CTL_UNREACHABLE = 3, /* no daemon answered */
};

/*
 * Commands that need no daemon read their own arguments: argv[0] is the command's name ("classify",
 * "check"), the rest is what stood behind it, options included. --help is answered by the caller
 * from the command table. An argument that is not understood is named on standard error and gives
 * CTL_USAGE.
 */

/* --jsonl [--rules FILE]...: one JSON object a line from standard input, one result a line, in order. */
int cmd_classify(int argc, char **argv);
/* [--json] FILE...: compile rules and lexicon files as one ruleset, run their tests, print every error. */
int cmd_rules_check(int argc, char **argv);

#endif
