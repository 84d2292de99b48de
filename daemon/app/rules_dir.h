/*
 * Rulesets this node keeps, so that what was staged and activated does not change under it and
 * survives a restart:
 *
 *     <data_dir>/rulesets/<digest>/000-name.conf …   exact copies, in their order
 *                                 /rules.sig         its approval, when it has one
 *     <data_dir>/rulesets/active                     which one is in force; absent: the configured
 *                        /rolled_back                why the guard took the last one back
 *                        /ran                        the approved one that was last in force
 *
 * Runs in any thread; one at a time.
 */
#ifndef TRIAGED_APP_RULES_DIR_H
#define TRIAGED_APP_RULES_DIR_H

#include "triaged/base/record.h"
#include "triaged/privacy/signature.h"
#include "triaged/triage/ruleset.h"
#include "config.h"

#define RULES_CONFIGURED "configured" /* in place of a digest: the files the configuration names */

/* What the file `active` says. */
struct rules_active {
	char digest[DIGEST_HEX_SIZE];   /* or RULES_CONFIGURED */
	char previous[DIGEST_HEX_SIZE]; /* or RULES_CONFIGURED; "": none */
	char by[SIGNATURE_FIELD_MAX + 1];
	int64_t at_ms; /* wall */
};

/* An absent file says RULES_CONFIGURED. -1: it cannot be read, and nobody may guess. */
int rules_dir_active(const char *data_dir, struct rules_active *out, struct err *e) MUST_CHECK;
/* Durable when it returns. */
int rules_dir_set_active(
	const char *data_dir, const struct rules_active *active, struct err *e) MUST_CHECK;

/* Why the guard rolled back, which the caller frees; "": it did not, or rules were activated since.
 * To be written with "" it goes. */
char *rules_dir_rolled_back(const char *data_dir);
int rules_dir_set_rolled_back(const char *data_dir, const char *why, struct err *e) MUST_CHECK;

/*
 * The digest of the approved ruleset that was last in force here: it alone may go on when its approval
 * has expired. "" when there was none. A data_dir of a version that did not write it says
 * RULES_ANY, so that an upgrade stops nobody: whatever it is started with first.
 */
#define RULES_ANY "any"
int rules_dir_ran(const char *data_dir, char out[DIGEST_HEX_SIZE], struct err *e) MUST_CHECK;
/* digest "": of a new data_dir, none. Makes <data_dir>/rulesets. Durable when it returns. */
int rules_dir_set_ran(const char *data_dir, const char *digest, struct err *e) MUST_CHECK;

/* Copy the files, compile the copies and keep them under their digest. NULL with errors added, which
 * name the files given. */
struct ruleset *rules_dir_keep(const char *data_dir, const struct config_strings *files,
	struct conf_errors *errors) MUST_CHECK;

/* A text as a file for a while, where nothing else looks: its name, or NULL with e. Taking it away
 * frees the name. */
char *rules_dir_put_text(const char *data_dir, const char *text, struct err *e) MUST_CHECK;
void rules_dir_take_text(char **file);

/* Compile a kept ruleset again. NULL with errors added, also when it is not what it is called. */
struct ruleset *rules_dir_load(
	const char *data_dir, const char *digest, struct conf_errors *errors) MUST_CHECK;

/* Its approval: the file's name, which the caller frees; and written, durable. */
char *rules_dir_approval(const char *data_dir, const char *digest);
int rules_dir_set_approval(
	const char *data_dir, const char *digest, struct slice text, struct err *e) MUST_CHECK;

/* Remove every kept ruleset but these (each may be "" or RULES_CONFIGURED). */
void rules_dir_prune(const char *data_dir, const char *const *keep, size_t n_keep);

#endif
