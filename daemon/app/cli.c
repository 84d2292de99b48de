#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "triaged/base/clock.h"

#include "clients.h"
#include "options.h"

#define DEFAULT_CONFIG "/etc/triaged/triaged.conf"

static const char usage[] =
	"usage: triaged [-c FILE]               run\n"
	"       triaged -t [-c FILE]            check configuration, rules, keys, certificates\n"
	"       triaged --dump-config [-c FILE] print what would run and where each value is set\n"
	"       triaged --list-options          print every option, separated by tabs\n"
	"       triaged --version | --help\n"
	"FILE is " DEFAULT_CONFIG " unless given.\n";

static const struct {
	const char *word;
	enum cli_mode mode;
} modes[] = {
	{ "-t", CLI_TEST },
	{ "--test", CLI_TEST },
	{ "--dump-config", CLI_DUMP },
	{ "--list-options", CLI_LIST_OPTIONS },
	{ "--version", CLI_VERSION },
	{ "-V", CLI_VERSION },
	{ "--help", CLI_HELP },
	{ "-h", CLI_HELP },
};
#define N_MODES (sizeof modes / sizeof *modes)

static int parse_mode(const char *arg, struct cli *cli, struct err *e)
{
	size_t i = 0;
	while (i < N_MODES && strcmp(modes[i].word, arg) != 0)
		i++;
	if (i == N_MODES)
		return err_set(e, "unknown argument %s; try triaged --help", arg);
	if (cli->mode != CLI_RUN && cli->mode != modes[i].mode)
		return err_set(e, "%s does not go with what stands before it", arg);
	cli->mode = modes[i].mode;
	return 0;
}

int cli_parse(int argc, char **argv, struct cli *cli, struct err *e)
{
	*cli = (struct cli){ CLI_RUN, NULL };
	for (int i = 1; i < argc; i++) {
		bool file = strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0;
		if (!file) {
			if (parse_mode(argv[i], cli, e) < 0)
				return -1;
			continue;
		}
		if (cli->config)
			return err_set(e, "%s is given twice", argv[i]);
		if (++i == argc)
			return err_set(e, "%s needs a file", argv[i - 1]);
		cli->config = argv[i];
	}
	if (!cli->config)
		cli->config = DEFAULT_CONFIG;
	return 0;
}

static void print_warnings(struct conf_errors *warnings)
{
	for (char *line = warnings->text.data; line && *line;) {
		char *end = strchr(line, '\n');
		fprintf(stderr, "warning: %.*s\n", (int)(end - line), line);
		line = end + 1;
	}
	buf_free(&warnings->text);
}

static struct config *load(const char *path, struct conf_errors *errors)
{
	struct conf_errors warnings = { 0 };
	struct config *c = config_load(path, wall_now_ms(), errors, &warnings);
	print_warnings(&warnings);
	return c;
}

struct config *cli_load(const char *path)
{
	struct conf_errors errors = { 0 };
	struct config *c = load(path, &errors);
	fputs(buf_str(&errors.text), stderr);
	buf_free(&errors.text);
	return c;
}

static int test(const char *path, cli_rules_fn check_rules)
{
	struct conf_errors errors = { 0 };
	struct config *c = load(path, &errors);
	if (c)
		check_rules(c, &errors);
	fputs(buf_str(&errors.text), stderr);
	if (errors.count)
		fprintf(stderr, "%s: %zu error%s\n", path, errors.count,
			errors.count == 1 ? "" : "s");
	else
		printf("%s: good; %zu clients, %zu rule files\n", path, clients_count(c->clients),
			c->rules.n);
	int status = errors.count ? 1 : 0;
	buf_free(&errors.text);
	config_unref(&c);
	return status;
}

static int dump(const char *path)
{
	struct conf_errors errors = { 0 };
	struct buf out = { 0 };
	int status = config_dump(path, &out, &errors) < 0 ? 1 : 0;
	fputs(buf_str(&errors.text), stderr);
	fputs(buf_str(&out), stdout);
	buf_free(&errors.text);
	buf_free(&out);
	return status;
}

static int list(void)
{
	struct buf out = { 0 };
	options_list(&out);
	fputs(buf_str(&out), stdout);
	buf_free(&out);
	return 0;
}

int cli_run(const struct cli *cli, cli_rules_fn check_rules)
{
	int status = 0;
	switch (cli->mode) {
	case CLI_TEST:
		status = test(cli->config, check_rules);
		break;
	case CLI_DUMP:
		status = dump(cli->config);
		break;
	case CLI_LIST_OPTIONS:
		status = list();
		break;
	case CLI_VERSION:
		puts("triaged " TRIAGED_VERSION);
		break;
	case CLI_HELP:
	case CLI_RUN:
		fputs(usage, stdout);
		break;
	}
	/* A full disk behind > must not look like a good answer. */
	return fflush(stdout) == 0 && !ferror(stdout) ? status : 1;
}
