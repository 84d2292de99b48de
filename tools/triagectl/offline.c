#include "offline.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "history.h"
#include "triaged/base/clock.h"
#include "triaged/core/core.h"
#include "triaged/edge/query.h"
#include "triaged/store/managed.h"
#include "triaged/store/spool.h"

#define SERVER     "redis-server"
#define TIMEOUT_MS 5000

/* The first trouble is the one told: what follows comes of it. */
static void note(struct offline *o, const char *what, const struct err *e)
{
	if (!*o->trouble)
		snprintf(o->trouble, sizeof o->trouble, "%s: %s", what, e->text);
}

/* ---- the store ---- */

static void take_record(void *arg, char kind, const char *id, struct slice bytes)
{
	static const char letters[] = "crdts";
	static const enum entity_kind kinds[] = { ENTITY_CONTACT, ENTITY_RESPONDER, ENTITY_DISPATCH,
		ENTITY_TEAM, ENTITY_COUNTERS };
	struct offline *o = arg;
	const char *at = strchr(letters, kind);
	struct err e;
	if (at && core_load(o->core, kinds[at - letters], id, "", bytes, &e) < 0)
		note(o, id, &e);
}

static struct core *fresh_core(void)
{
	struct core_options options;
	core_options_default(&options);
	options.id_base = 1; /* no name of it leaves this program */
	return core_new(&options);
}

static int read_store(struct offline *o, const struct ledger_options *options, struct err *e)
{
	struct ledger_options named = *options;
	struct ledger *l;
	if (!*o->center && ledger_only_center(options, o->center, e) < 0)
		return -1;
	named.center = o->center;
	if (ledger_open(&named, &l, e) < 0)
		return -1;
	core_free(&o->core);
	o->core = fresh_core();
	int result = ledger_state(l, take_record, o, e);
	ledger_close(&l);
	struct err inconsistent;
	if (core_load_done(o->core, &inconsistent) < 0)
		note(o, "state", &inconsistent);
	o->stored_ms = result == 0 ? core_now(o->core) : 0;
	return result;
}

static int read_server(
	struct offline *o, const struct args *args, const char *data_dir, struct err *e)
{
	const char *file = args_get(args, "store-password-file"), *url = args_get(args, "store");
	char password[512] = "", own[4096];
	if (file && history_password(file, password, sizeof password, e) != 0)
		return -1;
	snprintf(own, sizeof own, "unix:%s/redis/redis.sock", data_dir ? data_dir : "");
	int result = read_store(o,
		&(struct ledger_options){ .center = "",
			.url = url ? url : own,
			.username = args_get(args, "store-user"),
			.password = password,
			.timeout_ms = TIMEOUT_MS },
		e);
	explicit_bzero(password, sizeof password);
	return result;
}

static int read_files(struct offline *o, const char *data_dir, struct err *e)
{
	char dir[4096];
	snprintf(dir, sizeof dir, "%s/redis", data_dir);
	struct managed_copy *copy = managed_copy_open(&(struct managed_options){ dir, SERVER }, e);
	if (!copy)
		return -1;
	int result = read_store(o,
		&(struct ledger_options){
			.center = "", .url = managed_copy_url(copy), .timeout_ms = TIMEOUT_MS },
		e);
	managed_copy_close(&copy);
	return result;
}

static bool has_files(const char *data_dir)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/redis/appendonlydir", data_dir ? data_dir : "");
	return data_dir && access(path, R_OK) == 0;
}

/* ---- the spool ---- */

static void take_fact(void *arg, char *bytes, size_t n)
{
	struct offline *o = arg;
	struct command fact;
	struct step step = { 0 };
	struct err e;
	if (command_decode(bytes, n, &fact, &e) < 0) {
		note(o, "spool", &e);
		return;
	}
	o->spooled++;
	if (fact.decided_ms > o->spooled_ms)
		o->spooled_ms = fact.decided_ms;
	core_apply(o->core, &fact, fact.decided_ms, &step);
	step_free(&step);
}

static int read_spool(struct offline *o, const char *data_dir, struct err *e)
{
	char dir[4096];
	snprintf(dir, sizeof dir, "%s/spool", data_dir);
	if (!o->core)
		o->core = fresh_core();
	return spool_look(dir, take_fact, o, e);
}

/* Waits are counted up to now. */
static void let_time_pass(struct offline *o)
{
	struct command question;
	struct step step = { 0 };
	command_init(&question, COMMAND_QUERY);
	core_apply(o->core, &question, wall_now_ms(), &step);
	step_free(&step);
}

int offline_read(struct offline *o, const struct args *args, const char *data_dir, struct err *e)
{
	const char *center = args_get(args, "center");
	*o = (struct offline){ .kind = "store" };
	snprintf(o->center, sizeof o->center, "%s", center ? center : "");
	bool read = (data_dir || args_get(args, "store")) && read_server(o, args, data_dir, e) == 0;
	if (!read && !args_get(args, "store") && has_files(data_dir)) {
		o->kind = "files";
		read = read_files(o, data_dir, e) == 0;
	}
	if (!read)
		note(o, "store", e);
	bool spool = data_dir && read_spool(o, data_dir, e) == 0;
	if (!read && !spool)
		return -1;
	if (!read)
		o->kind = "spool";
	let_time_pass(o);
	return 0;
}

json_t *offline_ask(const struct offline *o, const char *method, const char *params)
{
	struct core_options options;
	struct buf out = { 0 };
	core_options_default(&options);
	const struct query_context q = { .core = o->core,
		.center = o->center,
		.mode = "island",
		.target_ms = options.target_ms };
	(void)query_answer(&q, method, (struct slice){ params, strlen(params) }, &out);
	json_t *answer = json_parse(buf_str(&out), out.len, 16, NULL);
	buf_free(&out);
	return answer;
}

void offline_free(struct offline *o)
{
	core_free(&o->core);
}
