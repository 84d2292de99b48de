#include "keyring.h"

#include <stdlib.h>

#include "reply.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

struct reading {
	store_field_fn each;
	store_done_fn done;
	void *arg;
};

struct publishing {
	store_publish_fn done;
	void *arg;
};

static bool refused(const redisReply *r)
{
	struct err e;
	if (!r)
		return true; /* the link went down, which is told elsewhere */
	if (reply_check(r, &e) == 0)
		return false;
	LOG(ERROR, "store.keyring", LOG_S("why", e.text));
	return true;
}

static void on_fields(void *arg, const redisReply *r)
{
	struct reading reading = *(struct reading *)arg;
	free(arg);
	bool ok = !refused(r) && r->type == REDIS_REPLY_ARRAY;
	for (size_t i = 0; ok && i + 1 < reply_count(r); i += 2)
		reading.each(
			reading.arg, reply_str(reply_at(r, i)), reply_slice(reply_at(r, i + 1)));
	reading.done(reading.arg, ok ? STORE_OK : STORE_UNAVAILABLE);
}

static void begin(struct args *a, const char *call, const char *function, const char *prefix)
{
	args_adds(a, call);
	args_adds(a, function);
	args_addi(a, 1);
	args_adds(a, prefix);
}

void keyring_fetch(
	struct link *link, const char *prefix, store_field_fn each, store_done_fn done, void *arg)
{
	struct reading *reading = mem_zalloc(sizeof *reading);
	*reading = (struct reading){ each, done, arg };
	struct args a = { 0 };
	begin(&a, "FCALL_RO", "t1_keys_get", prefix);
	link_send(link, &a, on_fields, reading);
	args_free(&a);
}

static void on_put(void *arg, const redisReply *r)
{
	struct publishing publishing = *(struct publishing *)arg;
	free(arg);
	enum publish_result result = PUBLISH_OK;
	if (reply_is_error(r, "CONFLICT"))
		result = PUBLISH_CONFLICT;
	else if (refused(r))
		result = PUBLISH_UNAVAILABLE;
	publishing.done(publishing.arg, result);
}

void keyring_put(struct link *link, const char *prefix, const struct store_key *keys, size_t n,
	store_publish_fn done, void *arg)
{
	struct publishing *publishing = mem_zalloc(sizeof *publishing);
	*publishing = (struct publishing){ done, arg };
	struct args a = { 0 };
	begin(&a, "FCALL", "t1_keys_put", prefix);
	for (size_t i = 0; i < n; i++) {
		args_adds(&a, keys[i].name);
		args_adds(&a, keys[i].check);
		args_adds(&a, keys[i].holder);
		args_add(&a, keys[i].wrapped.data, keys[i].wrapped.len);
	}
	link_send(link, &a, on_put, publishing);
	args_free(&a);
}
