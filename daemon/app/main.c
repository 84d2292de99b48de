#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/json.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "cli.h"
#include "node.h"
#include "config_rules.h"

static void on_terminate(evutil_socket_t sig, short what, void *arg)
{
	struct node *n = arg;
	(void)what;
	LOG(NOTICE, "node.signal", LOG_I("signal", sig));
	node_drain(n);
}

static void on_hangup(evutil_socket_t sig, short what, void *arg)
{
	(void)sig;
	(void)what;
	node_reload(arg, 0);
}

/* Each session is a descriptor; the default of 1024 would be the real limit. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/*
 * Strangers go last: handshakes (a quarter of a millisecond of arithmetic each) and new connections
 * have a lower priority than everything else, and after every few of them what is more important
 * is looked for again. A thousand reconnecting clients then delay nobody who is in a conversation.
 */
static struct event_base *make_base(void)
{
	struct event_config *config = event_config_new();
	CHECK(config && event_config_set_max_dispatch_interval(
				config, NULL, 4, EDGE_STRANGER_PRIORITY) == 0);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	CHECK(base && event_base_priority_init(base, EDGE_STRANGER_PRIORITY + 1) == 0);
	return base;
}

static int run(struct config *config)
{
	struct node node = { .lock_fd = -1, .listen_fd = -1 };
	struct err e;
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	log_set_level(node_log_level(config));
	struct event_base *base = make_base();
	if (sd_listen_fds(1) == 1)
		node.listen_fd = SD_LISTEN_FDS_START;
	if (node_start(&node, base, config, &e) < 0) {
		LOG(ERROR, "node.start_failed", LOG_S("why", e.text));
		event_base_free(base);
		return 1;
	}
	struct event *signals[] = {
		evsignal_new(base, SIGTERM, on_terminate, &node),
		evsignal_new(base, SIGINT, on_terminate, &node),
		evsignal_new(base, SIGHUP, on_hangup, &node),
	};
	for (size_t i = 0; i < 3; i++)
		CHECK(signals[i] && event_add(signals[i], NULL) == 0);
	event_base_dispatch(base);
	for (size_t i = 0; i < 3; i++)
		event_free(signals[i]);
	node_stop(&node);
	event_base_free(base);
	LOG(NOTICE, "node.stopped", LOG_S("version", TRIAGED_VERSION));
	return 0;
}

static void check_rules(const struct config *config, struct conf_errors *errors)
{
	struct rules_set *set = config_rules_at_start(config, wall_now_ms(), errors);
	struct buf line = { 0 };
	if (set) {
		rules_set_describe(set, wall_now_ms(), &line);
		printf("rules: %s\n", buf_str(&line));
	}
	buf_free(&line);
	rules_set_free(&set);
}

int main(int argc, char **argv)
{
	struct cli cli;
	struct err e;
	json_begin();
	event_set_mem_functions(mem_library_alloc, mem_library_resize, free);
	if (cli_parse(argc, argv, &cli, &e) < 0) {
		fprintf(stderr, "triaged: %s\n", e.text);
		return CLI_USAGE;
	}
	if (cli.mode != CLI_RUN)
		return cli_run(&cli, check_rules);
	struct config *config = cli_load(cli.config);
	if (!config)
		return 1;
	int status = run(config);
	config_unref(&config);
	return status;
}
