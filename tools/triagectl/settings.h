/*
 * Where the daemon is and who we are: from triagectl.conf, then the environment, then options, the
 * later winning. Secrets come from files or a prompt only.
 */
#ifndef TRIAGECTL_SETTINGS_H
#define TRIAGECTL_SETTINGS_H

#include "args.h"
#include "client.h"

struct settings {
	char *address;
	char *certificate, *key, *ca;
	char *token_file;
	char *user, *password_file;
	char *role, *center;
	char *data_dir; /* its listen.json and dev/ fill in what nothing else gave */
	char *timeout_s;
	char *token, *password; /* read from their files, or prompted */
};

/* Options every command that talks to a daemon takes. */
extern const struct option_def settings_options[];

int settings_load(struct settings *s, const struct args *args, struct err *e) MUST_CHECK;
void settings_free(struct settings *s); /* wipes the secrets */

/* Options for client_open(); valid while s is. */
struct client_options settings_client(const struct settings *s);

#endif
