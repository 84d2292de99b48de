/*
 * The one table of options: what parses the file, guards a reload, prints `--dump-config` and is
 * the source of triaged.conf(5) (`triaged --list-options`). No option holds a secret: what is
 * secret is in a file of its own which an option names, so everything here may be printed.
 */
#ifndef TRIAGED_APP_OPTIONS_H
#define TRIAGED_APP_OPTIONS_H

#include "config.h"

enum option_type {
	OPTION_STRING,   /* char * */
	OPTION_PATH,     /* char *, made absolute by the directory of the file it stands in */
	OPTION_ADDRESS,  /* char *, "host:port" or "[v6]:port" */
	OPTION_WORD,     /* char *, one of `words` */
	OPTION_INT,      /* int64_t, min to max */
	OPTION_BOOL,     /* bool */
	OPTION_PATHS,    /* struct config_strings */
	OPTION_TIERS,    /* struct config_tiers */
	OPTION_KEYS,     /* struct config_keys */
	OPTION_AGENCIES, /* struct config_agencies */
};

enum option_flag {
	OPTION_RESTART = 1 << 0,  /* counts at start only; the others change with a reload */
	OPTION_REQUIRED = 1 << 1, /* has no default */
	OPTION_EMPTY = 1 << 2,    /* "" is allowed: not set */
};

struct option {
	const char *name; /* with dots between groups; options of one group stand together */
	enum option_type type;
	unsigned flags;
	size_t offset; /* in struct config */
	const char *fallback;
	int64_t min, max;  /* OPTION_INT */
	const char *words; /* OPTION_WORD, separated by spaces */
	const char *doc;   /* one line */
};

extern const struct option options[];
extern const size_t n_options;

/* Where each option was set, indexed as options[]; line 0: it has its default. */
struct option_origin {
	char *file;
	int line;
};

/* A config with every default, one reference. */
struct config *options_defaults(void);
/* Frees what the fields hold, by the table. */
void options_free_fields(struct config *c);

/* Set the fields from the tree; adds an error for each unknown name, wrong type or value out of
 * range and for each required option that is missing. */
void options_parse(const struct conf_node *root, struct config *c, struct option_origin *origins,
	struct conf_errors *errors);

/* Print every option as a configuration file. */
void options_print(const struct config *c, const struct option_origin *origins, struct buf *out);

/* Print the table for the manual: name, type and range, default, when it counts, doc, by tabs. */
void options_list(struct buf *out);

bool option_equal(const struct option *o, const struct config *a, const struct config *b);

#endif
