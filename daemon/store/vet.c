#include "vet.h"

#include <string.h>

#include "library.h"
#include "reply.h"
#include "triaged/base/log.h"

#define OLDEST_REDIS 7 /* functions came with 7.0 */

/* What the answer to a step means. */
enum verdict { VERDICT_NEXT, VERDICT_SKIP_ONE, VERDICT_REFUSED };

struct step {
	void (*ask)(struct args *a); /* NULL: how many replicas follow */
	enum verdict (*answer)(struct vet *v, const redisReply *r, struct err *e);
};

static enum verdict refuse(int minus_one)
{
	(void)minus_one;
	return VERDICT_REFUSED;
}

static void ask_role(struct args *a)
{
	args_adds(a, "ROLE");
}

static enum verdict answer_role(struct vet *v, const redisReply *r, struct err *e)
{
	(void)v;
	const char *role = reply_str(reply_at(r, 0));
	if (strcmp(role, "master") != 0)
		return refuse(err_set(e, "the server's role is \"%.20s\", not master", role));
	return VERDICT_NEXT;
}

static void ask_info(struct args *a)
{
	args_adds(a, "INFO");
	args_adds(a, "server");
}

static enum verdict answer_info(struct vet *v, const redisReply *r, struct err *e)
{
	struct slice version = reply_info(r, "redis_version");
	struct slice run_id = reply_info(r, "run_id");
	int64_t major;
	struct slice first = { version.data, 0 };
	while (first.len < version.len && version.data[first.len] != '.')
		first.len++;
	if (slice_int(first, &major) < 0 || run_id.len != RUN_ID_SIZE - 1)
		return refuse(err_set(e, "INFO names no version and run id"));
	if (major < OLDEST_REDIS)
		return refuse(err_set(e, "Redis %.*s is older than %d.0", (int)version.len,
			version.data, OLDEST_REDIS));
	memcpy(v->run_id, run_id.data, run_id.len);
	v->run_id[run_id.len] = '\0';
	return VERDICT_NEXT;
}

static void ask_settings(struct args *a)
{
	args_adds(a, "CONFIG");
	args_adds(a, "GET");
	args_adds(a, "appendonly");
	args_adds(a, "appendfsync");
	args_adds(a, "aof-load-truncated");
	args_adds(a, "maxmemory");
	args_adds(a, "maxmemory-policy");
	args_adds(a, "min-replicas-to-write");
}

static const char *setting(const redisReply *r, const char *name)
{
	for (size_t i = 0; i + 1 < reply_count(r); i += 2) {
		if (strcmp(reply_str(reply_at(r, i)), name) == 0)
			return reply_str(reply_at(r, i + 1));
	}
	return "unknown";
}

/* A master without its replicas must refuse writes: cut off from them it may be replaced. */
static int check_replication(const struct vet *v, const redisReply *r, struct err *e)
{
	const char *least = setting(r, "min-replicas-to-write");
	int64_t n;
	if (slice_int((struct slice){ least, strlen(least) }, &n) < 0 || n < v->replicas->needed)
		return err_set(e,
			"min-replicas-to-write is %.10s; needed is %d, as many as must "
			"have a write",
			least, v->replicas->needed);
	return 0;
}

/* With replicas that have each write, the disk of one server may lag by a second. */
static int check_sync(const struct vet *v, const redisReply *r, struct err *e)
{
	const char *aof = setting(r, "appendonly"), *fsync = setting(r, "appendfsync");
	bool synced = strcmp(fsync, "always") == 0 ||
		      (v->replicas->needed > 0 && strcmp(fsync, "everysec") == 0);
	if (strcmp(aof, "yes") == 0 && synced)
		return 0;
	return err_set(e, "not durable: appendonly %.10s, appendfsync %.10s; needed are yes and %s",
		aof, fsync, v->replicas->needed > 0 ? "always or everysec" : "always");
}

/* Of each server once. */
static void warn(struct vet *v, const char *why)
{
	if (strcmp(v->warned, v->run_id) == 0)
		return;
	memcpy(v->warned, v->run_id, sizeof v->warned);
	LOG(WARNING, "store.weak", LOG_S("why", why));
}

static enum verdict answer_settings(struct vet *v, const redisReply *r, struct err *e)
{
	const char *policy = setting(r, "maxmemory-policy");
	if (strcmp(policy, "noeviction") != 0)
		return refuse(err_set(
			e, "maxmemory-policy is %.40s; only noeviction keeps contacts", policy));
	if (v->replicas->needed > 0 && check_replication(v, r, e) < 0)
		return VERDICT_REFUSED;
	bool synced = check_sync(v, r, e) == 0;
	if (!synced && !v->accept_weak_durability)
		return VERDICT_REFUSED;
	if (!synced)
		warn(v, e->text);
	else if (v->replicas->needed == 0 && strcmp(setting(r, "aof-load-truncated"), "no") != 0)
		warn(v, "aof-load-truncated is not no: Redis may cut a torn file inside a "
			"transaction, and what is written behind it is lost at its next start");
	return VERDICT_NEXT;
}

static void ask_version(struct args *a)
{
	args_adds(a, "FCALL_RO");
	args_adds(a, "t1_ver");
	args_addi(a, 0);
}

static enum verdict answer_version(struct vet *v, const redisReply *r, struct err *e)
{
	(void)v;
	int64_t build;
	if (reply_is_error(r, "ERR Function not found"))
		return VERDICT_NEXT;
	if (reply_check(r, e) < 0 || reply_int(r, &build) < 0)
		return refuse(err_wrap(e, "t1_ver"));
	return build < library_build() ? VERDICT_NEXT : VERDICT_SKIP_ONE;
}

static void ask_load(struct args *a)
{
	struct slice text = library_text();
	args_adds(a, "FUNCTION");
	args_adds(a, "LOAD");
	args_adds(a, "REPLACE");
	args_add(a, text.data, text.len);
}

static enum verdict answer_load(struct vet *v, const redisReply *r, struct err *e)
{
	(void)v;
	if (!reply_is_text(r))
		return refuse(err_set(e, "loading the function library"));
	LOG(NOTICE, "store.library", LOG_S("name", reply_str(r)), LOG_I("build", library_build()));
	return VERDICT_NEXT;
}

static enum verdict answer_replicas(struct vet *v, const redisReply *r, struct err *e)
{
	return replicas_check(v->replicas, r, e) < 0 ? VERDICT_REFUSED : VERDICT_NEXT;
}

static const struct step steps[] = {
	{ ask_role, answer_role }, { ask_info, answer_info }, { ask_settings, answer_settings },
	{ ask_version, answer_version }, { ask_load, answer_load },
	{ NULL, answer_replicas }, /* of all that the server has written, by the step before */
};
#define N_STEPS (sizeof steps / sizeof *steps)

static void on_answer(void *arg, const redisReply *r);

static void ask(struct vet *v)
{
	if (v->step >= N_STEPS || (!steps[v->step].ask && !v->replicas->needed)) {
		v->passed(v->arg);
		return;
	}
	if (!steps[v->step].ask) {
		replicas_ask(v->replicas, v->link, on_answer, v);
		return;
	}
	struct args a = { 0 };
	steps[v->step].ask(&a);
	link_send(v->link, &a, on_answer, v);
	args_free(&a);
}

static void on_answer(void *arg, const redisReply *r)
{
	struct vet *v = arg;
	struct err e = { .text = "unexpected answer" };
	if (!r)
		return; /* the link went down and starts again */
	bool missing = reply_is_error(r, "ERR Function not found");
	enum verdict verdict = VERDICT_REFUSED;
	if (missing || reply_check(r, &e) == 0)
		verdict = steps[v->step].answer(v, r, &e);
	else if (steps[v->step].ask == ask_load)
		err_wrap(&e,
			"the function library (triaged1.lua) is missing or old, and loading it");
	if (verdict == VERDICT_REFUSED) {
		link_reset(v->link, e.text);
		return;
	}
	v->step += verdict == VERDICT_SKIP_ONE ? 2 : 1;
	ask(v);
}

void vet_start(struct vet *v)
{
	v->step = 0;
	ask(v);
}
