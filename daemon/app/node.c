/* The phases of a node's life. */
#include "node.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/random.h"
#include "config_rules.h"
#include "listen_file.h"
#include "notify.h"

const char *node_mode(const struct node *n)
{
	if (n->draining)
		return "draining";
	return n->center && center_is_island(n->center) ? "island" : "normal";
}

/* With port 0 nobody finds this node without it. */
static void list_addresses(struct node *n)
{
	struct err e = { .text = "" };
	(void)!listen_file_write(
		n->config->data_dir, edge_address(n->edge), outreach_address(n->outreach), &e);
	mem_set_str(&n->unlisted, e.text);
}

void node_announce_ready(struct node *n)
{
	if (n->ready || !n->edge)
		return;
	n->ready = true;
	list_addresses(n);
	LOG(NOTICE, "node.ready", LOG_S("node", n->name), LOG_S("line", edge_address(n->edge)),
		LOG_S("https", outreach_address(n->outreach)));
	notify_ready("Serving");
}

/* ---- starting ---- */

static int make_directory(const char *path, struct err *e)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	return err_set(e, "%s: %s", path, strerror(errno));
}

static void on_ready_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	/* Without a store too: intake is answered, if only with `unavailable`. */
	node_announce_ready(arg);
}

/* A turn of this loop is what feeds the watchdog; a loop that hangs does not. */
static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	sd_notify(0, "WATCHDOG=1");
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct node *n = arg;
	(void)fd;
	(void)what;
	center_sweep(n->center);
	alarms_look(n);
	if (n->unlisted && *n->unlisted)
		list_addresses(n);
}

static void start_timers(struct node *n)
{
	static const struct timeval ready_within = { 3, 0 }, second = { 1, 0 };
	uint64_t watchdog_us;
	alarms_note_certificate(n);
	n->ready_event = evtimer_new(n->base, on_ready_deadline, n);
	CHECK(n->ready_event && evtimer_add(n->ready_event, &ready_within) == 0);
	n->second_event = event_new(n->base, -1, EV_PERSIST, on_second, n);
	CHECK(n->second_event && event_add(n->second_event, &second) == 0);
	if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
		struct timeval third = { (time_t)(watchdog_us / 3000000),
			(suseconds_t)(watchdog_us / 3 % 1000000) };
		n->watchdog_event = event_new(n->base, -1, EV_PERSIST, on_watchdog, n);
		CHECK(n->watchdog_event && event_add(n->watchdog_event, &third) == 0);
	}
}

/* Rules that cannot be used keep nobody from being served. */
static void start_rules(struct node *n)
{
	struct conf_errors errors = { .count = 0 };
	node_begin_ran(n);
	n->set = config_rules_at_start(n->config, wall_now_ms(), &errors);
	if (n->set)
		return;
	const char *why = buf_str(&errors.text);
	LOG(ERROR, "rules.missing", LOG_S("why", why));
	n->set = rules_set_none((struct slice){ why, strcspn(why, "\n") });
	buf_free(&errors.text);
}

static int start_layers(struct node *n, struct err *e)
{
	const struct config *c = n->config;
	if (make_directory(c->data_dir, e) < 0)
		return err_wrap(e, "data_dir");
	n->lock_fd = data_lock_take(c->data_dir, n->incarnation, n->incarnation_before, e);
	if (n->lock_fd < 0)
		return err_wrap(e, "data_dir");
	start_rules(n);
	n->worker = worker_new(n->base, e);
	n->login_worker = n->worker ? worker_new(n->base, e) : NULL;
	if (!n->login_worker)
		return -1;
	rules_cycle_start(n);
	node_wire_verbs(n);
	node_wire_center(n);
	if (node_wire_spool(n, e) < 0 || node_wire_keyring(n, e) < 0 || node_wire_store(n, e) < 0 ||
		node_wire_edge(n, e) < 0 || outreach_start(n, e) < 0)
		return -1;
	start_timers(n);
	node_start_rules(n);
	return 0;
}

int node_start(struct node *n, struct event_base *base, struct config *config, struct err *e)
{
	uint64_t random;
	n->base = base;
	n->config = config_ref(config);
	n->started = mono_now();
	random_bytes(&random, sizeof random);
	random_bytes(n->hash_seed, sizeof n->hash_seed);
	map_init(&n->totp_steps, n->hash_seed[0], n->hash_seed[1]);
	snprintf(n->incarnation, sizeof n->incarnation, "%012llx",
		(unsigned long long)random & 0xffffffffffffULL);
	snprintf(n->name, sizeof n->name, "%s", config->node);
	if (start_layers(n, e) == 0)
		return 0;
	node_stop(n);
	return -1;
}

/* ---- draining and stopping ---- */

static void stop_loop(struct node *n)
{
	event_base_loopexit(n->base, NULL);
}

static void on_drain_check(evutil_socket_t fd, short what, void *arg)
{
	struct node *n = arg;
	struct edge_counts counts;
	(void)fd;
	(void)what;
	edge_counts(n->edge, &counts);
	if (counts.sessions == 0 || !verbs_has_conversations(n->verbs) ||
		mono_since_ms(n->drain_since) >= n->config->drain_s * 1000)
		stop_loop(n);
}

void node_drain(struct node *n)
{
	static const struct timeval often = { 0, 200000 };
	if (n->draining) {
		stop_loop(n);
		return;
	}
	n->draining = true;
	n->drain_since = mono_now();
	LOG(NOTICE, "node.draining", LOG_I("drain_s", n->config->drain_s));
	notify_stopping("Draining");
	edge_stop_accepting(n->edge);
	outreach_stop_accepting(n->outreach);
	verbs_notice_all(n->verbs, "draining");
	n->drain_event = event_new(n->base, -1, EV_PERSIST, on_drain_check, n);
	CHECK(n->drain_event && event_add(n->drain_event, &often) == 0);
}

void node_stop(struct node *n)
{
	if (n->ready)
		listen_file_remove(n->config->data_dir);
	struct event *timers[] = { n->ready_event, n->drain_event, n->watchdog_event,
		n->second_event, n->approval_event };
	for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
		if (timers[i])
			event_free(timers[i]);
	worker_free(&n->worker);
	worker_free(&n->login_worker);
	worker_free(&n->spool_worker);
	outreach_stop(&n->outreach);
	peers_stop(&n->peers);
	store_close(&n->store); /* answers what is open, so before those who asked */
	center_free(&n->center);
	spool_close(&n->spool);
	edge_close(&n->edge);
	keyring_free(&n->keyring);
	managed_stop(&n->managed);
	verbs_free(&n->verbs);
	rules_cycle_stop(n);
	rules_set_free(&n->set);
	config_unref(&n->config);
	map_fini(&n->totp_steps);
	free(n->store_why);
	free(n->unlisted);
	free(n->store_warning);
	if (n->lock_fd >= 0)
		close(n->lock_fd);
}
