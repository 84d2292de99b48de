/* Help, suggestions and the bash completion: everything the command table says about itself. */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "triaged/base/nearest.h"

#define COLUMN 35 /* where the explanation of a command or an option begins, behind two spaces */
#define INDENT "                                     "

const struct command *command_find(const char *first, const char *second)
{
	char both[64];

	snprintf(both, sizeof(both), "%s %s", first, second ? second : "");
	for (const struct command *c = commands; c->name; c++) {
		if (strcmp(c->name, first) == 0 || (second && strcmp(c->name, both) == 0))
			return c;
	}
	return NULL;
}

const char *help_nearest(const char *name)
{
	struct nearest near = { .word = name };

	for (const struct command *c = commands; c->name; c++)
		nearest_consider(&near, c->name);
	return near.best;
}

static void command_line(struct screen *to, const struct command *c)
{
	char both[80];

	snprintf(both, sizeof(both), "%s%s%s", c->name, *c->args ? " " : "", c->args);
	buf_addf(&to->out, "  %-*s%s%s\n", COLUMN, both, strlen(both) < COLUMN ? "" : "\n" INDENT,
		c->help);
}

static void options(struct screen *to, const struct option_def *o)
{
	for (; o && o->name; o++) {
		char both[64];

		snprintf(both, sizeof(both), "--%s%s%s", o->name, o->arg ? " " : "",
			o->arg ? o->arg : "");
		buf_addf(&to->out, "  %-*s%s\n", COLUMN, both, o->help);
		if (o->words)
			buf_addf(&to->out, INDENT "one of: %s\n", o->words);
	}
}

void help_all(struct screen *to)
{
	buf_adds(&to->out, "triagectl: look at a running triaged and act on it\n\n"
			   "  triagectl status --data-dir DIR    how is the daemon in DIR?\n"
			   "  triagectl contact list --level emergency\n"
			   "  triagectl COMMAND --help\n\n");
	screen_styled(to, STYLE_BOLD, "Commands");
	buf_adds(&to->out, "\n");
	for (const struct command *c = commands; c->name; c++)
		command_line(to, c);
	buf_adds(&to->out, "\n");
	screen_styled(to, STYLE_BOLD, "Options");
	buf_adds(&to->out, "\n");
	options(to, settings_options);
	buf_adds(&to->out, "\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no daemon "
			   "answered. Manual: triagectl(1)\n");
}

void help_group(struct screen *to, const char *group)
{
	size_t n = strlen(group);

	for (const struct command *c = commands; c->name; c++) {
		if (strncmp(c->name, group, n) == 0 && c->name[n] == ' ')
			command_line(to, c);
	}
}

void help_command(struct screen *to, const struct command *c)
{
	buf_addf(&to->out, "triagectl %s%s%s%s\n\n%s.\n", c->name, *c->args ? " " : "", c->args,
		c->options ? " [OPTION]..." : "", c->help);
	if (c->detail)
		buf_addf(&to->out, "\n%s\n", c->detail);
	if (c->options) {
		buf_adds(&to->out, "\n");
		options(to, c->options);
	}
	if (!c->offline)
		buf_adds(&to->out, "\nOptions for the connection: triagectl --help\n");
	if (c->method)
		buf_addf(&to->out, "Method: %s, see triaged-protocol(7)\n", c->method);
}

/* Option names of a table as completion words; those that take a file end up in `files` too. */
static void completion_words(struct buf *out, const struct option_def *o, const char *between)
{
	for (; o && o->name; o++) {
		buf_addf(out, "%s--%s", between, o->name);
		between = " ";
	}
}

static void completion_second_words(struct buf *out, const char *first, size_t n)
{
	const char *between = "";

	for (const struct command *c = commands; c->name; c++) {
		if (strncmp(c->name, first, n) == 0 && c->name[n] == ' ') {
			buf_addf(out, "%s%s", between, c->name + n + 1);
			between = " ";
		}
	}
}

static void completion_commands(struct buf *out)
{
	const char *before = "";
	size_t before_n = 0;

	buf_adds(out, "\tcase $cmd in\n\t'') words='");
	for (const struct command *c = commands; c->name; c++) {
		size_t n = strcspn(c->name, " ");

		if (n == before_n && memcmp(before, c->name, n) == 0)
			continue;
		buf_addf(out, "%s%.*s", before_n ? " " : "", (int)n, c->name);
		before = c->name;
		before_n = n;
	}
	buf_adds(out, "' ;;\n");
	before_n = 0;
	for (const struct command *c = commands; c->name; c++) {
		size_t n = strcspn(c->name, " ");

		if (!c->name[n] || (n == before_n && memcmp(before, c->name, n) == 0))
			continue;
		before = c->name;
		before_n = n;
		buf_addf(out, "\t'%.*s') words='", (int)n, c->name);
		completion_second_words(out, c->name, n);
		buf_adds(out, "' ;;\n");
	}
	for (const struct command *c = commands; c->name; c++) {
		if (!c->options)
			continue;
		buf_addf(out, "\t'%s') words='", c->name);
		completion_words(out, c->options, "");
		buf_adds(out, "' ;;\n");
	}
	buf_adds(out, "\tesac\n");
}

static void completion_values(struct buf *out, const struct option_def *o)
{
	for (; o && o->name; o++) {
		if (o->words)
			buf_addf(out,
				"\t--%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n",
				o->name, o->words);
		else if (o->arg && strcmp(o->arg, "FILE") == 0)
			buf_addf(out, "\t--%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
				o->name);
		else if (o->arg && strcmp(o->arg, "DIR") == 0)
			buf_addf(out, "\t--%s) COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n",
				o->name);
	}
}

/* Options whose next word is their value, as the head of a case pattern. */
static void completion_takers(struct buf *out, const struct option_def *o)
{
	for (; o && o->name; o++) {
		if (o->arg)
			buf_addf(out, "--%s|", o->name);
	}
}

void help_completion(struct screen *to)
{
	struct buf *out = &to->out;

	buf_adds(out, "# bash completion for triagectl; printed by `triagectl completion`\n"
		      "_triagectl()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		      "\tlocal cmd='' words='' word i\n\n"
		      "\tcase $prev in\n");
	completion_values(out, settings_options);
	for (const struct command *c = commands; c->name; c++)
		completion_values(out, c->options);
	buf_adds(out, "\tesac\n\n"
		      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		      "\t\tword=${COMP_WORDS[i]}\n"
		      "\t\tcase $word in\n"
		      "\t\t");
	completion_takers(out, settings_options);
	for (const struct command *c = commands; c->name; c++)
		completion_takers(out, c->options);
	buf_adds(out, "--) ((i++)) ;;\n"
		      "\t\t-*) ;;\n"
		      "\t\t*) [[ $cmd == *' '* ]] || cmd=${cmd:+$cmd }$word ;;\n"
		      "\t\tesac\n"
		      "\tdone\n\n");
	completion_commands(out);
	buf_adds(out, "\tif [[ $cur == -* ]]; then\n\t\twords=\"$words ");
	completion_words(out, settings_options, "");
	buf_adds(out, "\"\n\tfi\n"
		      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		      "}\n"
		      "complete -o default -F _triagectl triagectl\n");
}
