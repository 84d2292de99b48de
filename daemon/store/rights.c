#include "rights.h"

#include <stdio.h>
#include <string.h>

#include "reply.h"

#define WORDS_MAX 6
#define KEY       "key" /* stands for a key of the center */

/* Each command of ours and of the functions in triaged1.lua, with arguments that it would take.
 * conf/redis.conf lists the same; a test compares the three. */
static const char *const needed[][WORDS_MAX] = {
	{ "FCALL", "t1_ver", "1", KEY },
	{ "FCALL_RO", "t1_ver", "0" },
	{ "GET", KEY },
	{ "HDEL", KEY, "field" },
	{ "HEXISTS", KEY, "field" },
	{ "HGET", KEY, "field" },
	{ "HGETALL", KEY },
	{ "HMGET", KEY, "field" },
	{ "HSET", KEY, "field", "value" },
	{ "INFO" },
	{ "MGET", KEY },
	{ "MSET", KEY, "value" },
	{ "PING" },
	{ "ROLE" },
	{ "SADD", KEY, "member" },
	{ "SCARD", KEY },
	{ "SREM", KEY, "member" },
	{ "SSCAN", KEY, "0" },
	{ "TIME" },
	{ "UNLINK", KEY },
	{ "WAIT", "1", "1" },
	{ "XADD", KEY, "*", "field", "value" },
	{ "XDEL", KEY, "0-1" },
	{ "XLEN", KEY },
	{ "XRANGE", KEY, "-", "+" },
	{ "XREAD", "STREAMS", KEY, "0" },
	{ "XREVRANGE", KEY, "+", "-" },
	{ "XTRIM", KEY, "MINID", "0" },
	{ "ZADD", KEY, "1", "member" },
	{ "ZCARD", KEY },
	{ "ZRANGEBYSCORE", KEY, "0", "1" },
	{ "ZREM", KEY, "member" },
	{ "ZSCAN", KEY, "0" },
	{ "ZSCORE", KEY, "member" },
};
#define N_NEEDED (sizeof needed / sizeof *needed)

static void refuse(struct rights *r, const char *command, const char *why)
{
	struct err e;
	err_set(&e, "the server's user %.100s may not use %s: %.200s", r->user, command, why);
	link_reset(r->link, e.text);
}

/* OK, or the reason as a text that is no error. */
static void on_answer(void *arg, const redisReply *reply)
{
	struct rights *r = arg;
	if (!reply)
		return;
	const char *command = needed[r->answered++][0];
	if (reply->type == REDIS_REPLY_ERROR)
		refuse(r, command, reply->str);
	else if (strcmp(reply_str(reply), "OK") != 0)
		refuse(r, command, reply_str(reply));
	else if (r->answered == N_NEEDED)
		r->passed(r->arg);
}

static void try_one(struct rights *r, const char *const *words)
{
	struct args a = { 0 };
	struct buf key = { 0 };
	buf_addf(&key, "%sx", r->prefix);
	args_adds(&a, "ACL");
	args_adds(&a, "DRYRUN");
	args_adds(&a, r->user);
	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		args_adds(&a, strcmp(words[i], KEY) == 0 ? buf_str(&key) : words[i]);
	link_send(r->link, &a, on_answer, r);
	args_free(&a);
	buf_free(&key);
}

static void on_user(void *arg, const redisReply *reply)
{
	struct rights *r = arg;
	struct err e = { .text = "unexpected answer" };
	if (!reply)
		return;
	if (reply_check(reply, &e) < 0 || !reply_is_text(reply)) {
		refuse(r, "ACL WHOAMI", e.text);
		return;
	}
	snprintf(r->user, sizeof r->user, "%s", reply_str(reply));
	for (size_t i = 0; i < N_NEEDED; i++)
		try_one(r, needed[i]);
}

void rights_check(struct rights *r)
{
	struct args a = { 0 };
	r->answered = 0;
	strcpy(r->user, "of this connection");
	args_adds(&a, "ACL");
	args_adds(&a, "WHOAMI");
	link_send(r->link, &a, on_user, r);
	args_free(&a);
}
