#include "reply.h"

#include <stdlib.h>
#include <string.h>

/* hiredis 1.0 changed the type of the number of elements. */
#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

static redisReplyObjectFunctions capped_functions;
static void *(*create_array)(const redisReadTask *, element_count);

static void *create_capped_array(const redisReadTask *task, element_count n)
{
	return n <= REPLY_ELEMENTS_MAX ? create_array(task, n) : NULL;
}

redisReader *reply_reader_new(void)
{
	redisReader *r = redisReaderCreate();
	if (!r)
		return NULL;
	if (!create_array) {
		capped_functions = *r->fn;
		create_array = capped_functions.createArray;
		capped_functions.createArray = create_capped_array;
	}
	r->fn = &capped_functions;
	return r;
}

bool reply_is_error(const redisReply *r, const char *word)
{
	size_t n = strlen(word);
	return r && r->type == REDIS_REPLY_ERROR && r->len >= n && memcmp(r->str, word, n) == 0;
}

bool reply_is_elsewhere(const redisReply *r)
{
	static const char *const words[] = { "MOVED ", "ASK ", "TRYAGAIN", "CLUSTERDOWN",
		"READONLY", "MASTERDOWN", "LOADING" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (reply_is_error(r, words[i]))
			return true;
	return false;
}

int reply_check(const redisReply *r, struct err *e)
{
	if (!r)
		return err_set(e, "no answer");
	if (r->type == REDIS_REPLY_ERROR)
		return err_set(e, "%.200s", r->str);
	return 0;
}

size_t reply_count(const redisReply *r)
{
	return r && r->type == REDIS_REPLY_ARRAY ? r->elements : 0;
}

const redisReply *reply_at(const redisReply *r, size_t i)
{
	return i < reply_count(r) ? r->element[i] : NULL;
}

bool reply_is_text(const redisReply *r)
{
	return r && (r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS);
}

struct slice reply_slice(const redisReply *r)
{
	return reply_is_text(r) ? (struct slice){ r->str, r->len } : (struct slice){ "", 0 };
}

const char *reply_str(const redisReply *r)
{
	return reply_is_text(r) ? r->str : "";
}

int reply_int(const redisReply *r, int64_t *v)
{
	if (r && r->type == REDIS_REPLY_INTEGER) {
		*v = r->integer;
		return 0;
	}
	return reply_is_text(r) ? slice_int(reply_slice(r), v) : -1;
}

static bool entry_ok(const redisReply *entry)
{
	const redisReply *fields = reply_at(entry, 1);
	if (!reply_is_text(reply_at(entry, 0)) || !fields || fields->type != REDIS_REPLY_ARRAY ||
		fields->elements % 2 != 0)
		return false;
	for (size_t i = 0; i < fields->elements; i++) {
		if (!reply_is_text(fields->element[i]))
			return false;
	}
	return true;
}

int reply_entries(const redisReply *entries, reply_entry_fn each, void *arg)
{
	if (!entries || entries->type != REDIS_REPLY_ARRAY)
		return -1;
	for (size_t i = 0; i < entries->elements; i++) {
		if (!entry_ok(entries->element[i]))
			return -1;
	}
	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *entry = entries->element[i];
		each(arg, reply_str(reply_at(entry, 0)), reply_at(entry, 1));
	}
	return 0;
}

const redisReply *reply_xread(const redisReply *r)
{
	return reply_at(reply_at(r, 0), 1);
}

struct slice reply_info(const redisReply *r, const char *name)
{
	struct slice text = reply_slice(r);
	size_t n = strlen(name);
	const char *line = text.data, *end = text.data + text.len;
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		size_t len = (size_t)(stop - line);
		if (len > n && memcmp(line, name, n) == 0 && line[n] == ':') {
			if (line[len - 1] == '\r')
				len--;
			return (struct slice){ line + n + 1, len > n ? len - n - 1 : 0 };
		}
		line = stop + 1;
	}
	return (struct slice){ 0 };
}

int reply_lead(const redisReply *r, struct lead_answer *a)
{
	int64_t mine;
	if (reply_int(reply_at(r, 0), &a->epoch) < 0 || reply_int(reply_at(r, 1), &mine) < 0 ||
		!reply_is_text(reply_at(r, 2)) || reply_int(reply_at(r, 3), &a->remaining_ms) < 0 ||
		reply_int(reply_at(r, 4), &a->now_ms) < 0 ||
		reply_int(reply_at(r, 5), &a->batch) < 0 || !reply_is_text(reply_at(r, 6)) ||
		mine < 0 || a->epoch < mine || a->now_ms < 0)
		return -1;
	a->instance = reply_str(reply_at(r, 6));
	a->mine = mine == 1;
	a->holder = reply_str(reply_at(r, 2));
	return 0;
}

int reply_node(const redisReply *r, struct node_answer *a)
{
	int64_t known;
	if (reply_int(reply_at(r, 0), &a->now_ms) < 0 || reply_int(reply_at(r, 1), &known) < 0 ||
		!reply_is_text(reply_at(r, 2)) || a->now_ms < 0)
		return -1;
	a->known = known == 1;
	a->out_end = reply_str(reply_at(r, 2));
	a->expired = reply_at(r, 3);
	a->instance = reply_str(reply_at(r, 4));
	if (!a->expired || a->expired->type != REDIS_REPLY_ARRAY || !reply_is_text(reply_at(r, 4)))
		return -1;
	return 0;
}
