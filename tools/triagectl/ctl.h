/*
 * triagectl: what its files share. Commands write results to standard output, everything else to
 * standard error, and return an exit code of the enum below.
 */
#ifndef TRIAGECTL_CTL_H
#define TRIAGECTL_CTL_H

#include "args.h"
#include "client.h"
#include "settings.h"
#include "text.h"

enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,      /* refused by the daemon, or the work itself failed */
	CTL_USAGE = 2,       /* wrong arguments */
	CTL_UNREACHABLE = 3, /* no daemon answered */
};

struct command;

/* One run of the program. */
struct ctl {
	const struct command *command;
	struct args args;
	struct settings settings;
	struct client *client; /* NULL until ctl_connect() */
	bool json;
	struct screen screen; /* standard output; ctl_flush() writes it */
};

/*
 * A command. Exactly one of method, run and raw is set: one request whose answer is shown; a
 * function of its own; or a function that reads its own arguments.
 */
struct command {
	const char *name; /* one word, or two: "contact list" */
	const char *args; /* synopsis of its words: "CONTACT [KIND]"; "" none */
	const char *help; /* one line */
	const char *detail;
	const struct option_def *options; /* its own, ends with name NULL; or NULL */
	/* Words become the parameters of the same name in lower case, own options likewise. */
	const char *method;
	void (*show)(const json_t *result, struct screen *to);
	bool (*failed)(const json_t *result); /* the answer means exit code 1; NULL: never */
	int (*run)(struct ctl *ctl);
	int (*raw)(int argc, char **argv);
	bool offline; /* needs no daemon */
};

extern const struct command commands[]; /* ends with name NULL */

/* Connect unless connected already; otherwise says why not and returns the exit code to end with. */
int ctl_connect(struct ctl *ctl) MUST_CHECK;
/* One request; on anything but CTL_OK the reason has been printed. Takes over params. */
int ctl_call(struct ctl *ctl, const char *method, json_t *params, json_t **result) MUST_CHECK;
/* One request, its answer shown by view, or as JSON. Takes over params. */
int ctl_show(struct ctl *ctl, const char *method, json_t *params,
	void (*view)(const json_t *result, struct screen *to)) MUST_CHECK;
/* Say on standard error what went wrong. Returns code. */
int ctl_fail(const struct ctl *ctl, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
void ctl_flush(struct ctl *ctl);
/* Append v to the screen as JSON: indented, or with compact one line. */
void ctl_put_json(struct ctl *ctl, const json_t *v, bool compact);
int ctl_exit_of(enum client_result r);

/* Commands with a method: send it, show the answer. */
int ctl_request(struct ctl *ctl);

/* Help and completion, from the table. */
const struct command *command_find(const char *first, const char *second);
void help_all(struct screen *to);
void help_group(struct screen *to, const char *group); /* every command whose first word it is */
void help_command(struct screen *to, const struct command *c);
const char *help_nearest(const char *name); /* NULL: nothing near */
void help_completion(struct screen *to);

int cmd_status(struct ctl *ctl);
int cmd_top(struct ctl *ctl);
int cmd_watch(struct ctl *ctl);
int cmd_schema(struct ctl *ctl);
int cmd_panic_list(struct ctl *ctl);
extern const struct option_def panic_options[];
int cmd_probe(struct ctl *ctl);
extern const struct option_def probe_options[];
int cmd_replay(struct ctl *ctl);
int cmd_ledger_export(struct ctl *ctl);
int cmd_rules_report(struct ctl *ctl);
int cmd_password(struct ctl *ctl);
int cmd_token(struct ctl *ctl);
int cmd_keys_add(struct ctl *ctl);
int cmd_completion(struct ctl *ctl);
int cmd_rules_keygen(struct ctl *ctl);
int cmd_rules_stage(struct ctl *ctl);
int cmd_rules_activate(struct ctl *ctl);
int cmd_dispatch_nearest(struct ctl *ctl);
extern const struct option_def nearest_options[];
int cmd_dispatch_refuse(struct ctl *ctl);
int cmd_contact_transfer(struct ctl *ctl);
extern const struct option_def transfer_options[];
int cmd_drill_dispatch(struct ctl *ctl);
extern const struct option_def drill_options[];
extern const struct option_def rules_activate_options[];

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
/* Its options and FILE...: print the approval of these files. */
int cmd_rules_sign(int argc, char **argv);
extern const struct option_def rules_sign_options[];
/* OLD... -- NEW... and its options: contacts of the corpus whose level changes. */
int cmd_rules_diff(int argc, char **argv);
extern const struct option_def rules_diff_options[];

#endif
