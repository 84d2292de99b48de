/* triagectl: look at a running triaged, act on it, and work on rules without one. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "triaged/base/json.h"

#include "ctl.h"

int ctl_fail(const struct ctl *ctl, int code, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "triagectl%s%s: ", ctl->command ? " " : "",
		ctl->command ? ctl->command->name : "");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\n", stderr);
	return code;
}

int ctl_exit_of(enum client_result r)
{
	return r == CLIENT_OK ? CTL_OK : r == CLIENT_REFUSED ? CTL_FAILED : CTL_UNREACHABLE;
}

int ctl_connect(struct ctl *ctl)
{
	struct err e;

	if (ctl->client)
		return CTL_OK;
	if (!ctl->settings.address && settings_load(&ctl->settings, &ctl->args, &e) != 0)
		return ctl_fail(ctl, CTL_USAGE, "%s", e.text);
	struct client_options o = settings_client(&ctl->settings);
	enum client_result r = client_open(&o, &ctl->client, &e);
	if (r == CLIENT_OK)
		return CTL_OK;
	return ctl_fail(ctl, r == CLIENT_REFUSED ? CTL_FAILED : CTL_UNREACHABLE, "%s: %s",
		ctl->settings.address, e.text);
}

int ctl_call(struct ctl *ctl, const char *method, json_t *params, json_t **result)
{
	int code = ctl_connect(ctl);
	struct err e;

	*result = NULL;
	if (code != CTL_OK) {
		json_decref(params);
		return code;
	}
	enum client_result r = client_call(ctl->client, method, params, result, &e);
	if (r == CLIENT_OK)
		return CTL_OK;
	return ctl_fail(
		ctl, r == CLIENT_REFUSED ? CTL_FAILED : CTL_UNREACHABLE, "%s: %s", method, e.text);
}

void ctl_flush(struct ctl *ctl)
{
	fwrite(buf_str(&ctl->screen.out), 1, ctl->screen.out.len, stdout);
	fflush(stdout);
	buf_clear(&ctl->screen.out);
}

void ctl_put_json(struct ctl *ctl, const json_t *v, bool compact)
{
	/* Digits enough for every number of the daemon, and 2.1 stays 2.1. */
	size_t flags = (compact ? JSON_COMPACT : JSON_INDENT(2)) | JSON_REAL_PRECISION(15);

	/* A terminal obeys control characters above ASCII too. */
	if (isatty(STDOUT_FILENO))
		flags |= JSON_ENSURE_ASCII;
	char *text = json_dumps(v, flags | JSON_ENCODE_ANY);
	buf_adds(&ctl->screen.out, text);
	buf_adds(&ctl->screen.out, "\n");
	free(text);
}

static void look(struct ctl *ctl)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return;
	ctl->screen.colour = !args_get(&ctl->args, "no-color") && !(no_color && *no_color) &&
			     !(term && strcmp(term, "dumb") == 0);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		ctl->screen.width = size.ws_col;
}

static int run(struct ctl *ctl, int argc, char **argv)
{
	const struct command *c = ctl->command;
	struct err e;

	ctl->args.tables[1] = c->options;
	if (args_parse(&ctl->args, argc, argv, 0, &e) < 0)
		return ctl_fail(ctl, CTL_USAGE, "%s", e.text);
	look(ctl);
	if (args_get(&ctl->args, "help")) {
		help_command(&ctl->screen, c);
		return CTL_OK;
	}
	if (args_check_words(&ctl->args, c->args, &e) != 0)
		return ctl_fail(ctl, CTL_USAGE, "%s; try: triagectl %s --help", e.text, c->name);
	ctl->json = args_get(&ctl->args, "json") != NULL;
	return c->run ? c->run(ctl) : ctl_request(ctl);
}

static int run_raw(struct ctl *ctl, int argc, char **argv)
{
	if (args_get(&ctl->args, "help")) {
		help_command(&ctl->screen, ctl->command);
		return CTL_OK;
	}
	if (ctl->args.n_given > 0)
		return ctl_fail(ctl, CTL_USAGE, "options of this command stand behind it");
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			help_command(&ctl->screen, ctl->command);
			return CTL_OK;
		}
	}
	return ctl->command->raw(argc, argv);
}

static int unknown(struct ctl *ctl, const char *first, const char *second)
{
	char name[64];

	if (second && *second == '-')
		second = NULL;
	help_group(&ctl->screen, first);
	if (ctl->screen.out.len > 0) { /* a family of commands */
		if (second)
			ctl_fail(ctl, CTL_USAGE, "no command '%s %s'; there are:", first, second);
		else
			ctl_fail(ctl, CTL_USAGE, "'%s' alone is no command; there are:", first);
		fputs(buf_str(&ctl->screen.out), stderr);
		buf_clear(&ctl->screen.out);
		return CTL_USAGE;
	}
	snprintf(name, sizeof(name), "%s%s%s", first, second ? " " : "", second ? second : "");
	const char *near = help_nearest(name);
	if (!near)
		near = help_nearest(first);
	if (near)
		return ctl_fail(ctl, CTL_USAGE, "no command '%s': did you mean '%s'?", first, near);
	return ctl_fail(ctl, CTL_USAGE, "no command '%s'; 'triagectl --help' lists them", first);
}

static int dispatch(struct ctl *ctl, int argc, char **argv)
{
	struct err e;
	int at;

	ctl->args.tables[0] = settings_options;
	at = args_parse(&ctl->args, argc, argv, 1, &e);
	if (at < 0)
		return ctl_fail(ctl, CTL_USAGE, "%s", e.text);
	if (at == argc) {
		bool asked = args_get(&ctl->args, "help") != NULL;

		look(ctl);
		help_all(&ctl->screen);
		return asked ? CTL_OK : CTL_USAGE;
	}
	const char *second = at + 1 < argc ? argv[at + 1] : NULL;
	ctl->command = command_find(argv[at], second);
	if (!ctl->command)
		return unknown(ctl, argv[at], second);
	at += strchr(ctl->command->name, ' ') ? 1 : 0;
	if (ctl->command->raw)
		return run_raw(ctl, argc - at, argv + at);
	return run(ctl, argc - at - 1, argv + at + 1);
}

int main(int argc, char **argv)
{
	struct ctl ctl = { 0 };
	int code;

	json_begin();
	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("triagectl " TRIAGED_VERSION);
		return CTL_OK;
	}
	code = dispatch(&ctl, argc - 1, argv + 1);
	ctl_flush(&ctl);
	client_close(&ctl.client);
	settings_free(&ctl.settings);
	buf_free(&ctl.screen.out);
	return code;
}
