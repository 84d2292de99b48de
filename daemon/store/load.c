#include "load.h"

#include <stdlib.h>
#include <string.h>

#include "reply.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* a: answers to references in packs; i: the same as schema 1 wrote them. */
#define KINDS "scrdpia"

struct loader {
	struct loader_options o;
	const char *kind; /* at the current one of KINDS */
	char *cursor;
	char *position;
	struct map seen; /* ids of this kind: a scan may name one twice */
	bool cancelled;  /* a reply is still on its way */
};

static void ask(struct loader *l);

static void finish(struct loader *l, enum store_result result)
{
	l->o.done(l->o.arg, result, l->position);
	map_fini(&l->seen);
	free(l->cursor);
	free(l->position);
	free(l);
}

static void give(struct loader *l, const char *id, const char *ref, const redisReply *bytes)
{
	if (!reply_is_text(bytes)) {
		LOG(ERROR, "store.record_missing", LOG_S("kinds_left", l->kind), LOG_S("id", id));
		return;
	}
	l->o.each(l->o.each_arg, *l->kind, id, ref, reply_slice(bytes));
}

static void take_state(struct loader *l, const redisReply *items)
{
	mem_set_str(&l->position, reply_str(reply_at(items, 0)));
	if (reply_is_text(reply_at(items, 1)))
		give(l, "", "", reply_at(items, 1));
}

static void take_records(struct loader *l, const redisReply *items)
{
	for (size_t i = 0; i + 1 < reply_count(items); i += 2) {
		struct slice id = reply_slice(reply_at(items, i));
		if (map_getn(&l->seen, id.data, id.len))
			continue;
		map_putn(&l->seen, id.data, id.len, l);
		give(l, id.data, "", reply_at(items, i + 1));
	}
}

static void take_refs(struct loader *l, const redisReply *items)
{
	/* A reference may stand in the index more than once or be trimmed already: not an error. */
	for (size_t i = 0; i + 2 < reply_count(items); i += 3) {
		if (reply_is_text(reply_at(items, i + 2)))
			give(l, reply_str(reply_at(items, i)), reply_str(reply_at(items, i + 1)),
				reply_at(items, i + 2));
	}
}

/* The byte behind a field's value is a line feed; it has been read and is ours to overwrite. */
static const char *word_in(redisReply *pack, struct slice value)
{
	pack->str[value.data - pack->str + (ptrdiff_t)value.len] = '\0';
	return value.data;
}

static void take_pack(struct loader *l, redisReply *pack)
{
	struct slice bytes = reply_slice(pack), name, value;
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	const char *identity = "", *ref = "";
	int more;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "identity"))
			identity = word_in(pack, value);
		else if (slice_is(name, "ref"))
			ref = word_in(pack, value);
		else if (slice_is(name, "answer"))
			l->o.each(l->o.each_arg, 'i', identity, ref, value);
	}
	if (more < 0)
		LOG(ERROR, "store.answers_broken");
}

static void take_packs(struct loader *l, const redisReply *items)
{
	for (size_t i = 0; i < reply_count(items); i++)
		if (reply_is_text(reply_at(items, i)))
			take_pack(l, items->element[i]);
}

static void take_page(struct loader *l, const redisReply *items)
{
	if (*l->kind == 's')
		take_state(l, items);
	else if (*l->kind == 'i')
		take_refs(l, items);
	else if (*l->kind == 'a')
		take_packs(l, items);
	else
		take_records(l, items);
}

static void on_page(void *arg, const redisReply *r)
{
	struct loader *l = arg;
	struct err e = { .text = "t1_load: unexpected answer" };
	if (!r || l->cancelled || reply_is_error(r, "FENCED")) {
		finish(l, STORE_UNAVAILABLE);
		return;
	}
	const redisReply *cursor = reply_at(r, 0), *items = reply_at(r, 1);
	if (reply_check(r, &e) < 0 || !reply_is_text(cursor) || !items ||
		items->type != REDIS_REPLY_ARRAY) {
		struct link *link = l->o.link;
		finish(l, STORE_UNAVAILABLE);
		link_reset(link, e.text);
		return;
	}
	take_page(l, items);
	mem_set_str(&l->cursor, reply_str(cursor));
	if (strcmp(l->cursor, "0") == 0) {
		l->kind++;
		map_fini(&l->seen);
		map_init(&l->seen, 0, 0);
	}
	if (*l->kind)
		ask(l);
	else
		finish(l, STORE_OK);
}

static void ask(struct loader *l)
{
	struct args a = { 0 };
	args_adds(&a, "FCALL");
	args_adds(&a, "t1_load");
	args_addi(&a, 1);
	args_adds(&a, l->o.prefix);
	args_addi(&a, l->o.epoch);
	args_add(&a, l->kind, 1);
	args_adds(&a, l->cursor);
	link_send(l->o.link, &a, on_page, l);
	args_free(&a);
}

struct loader *loader_start(const struct loader_options *options)
{
	struct loader *l = mem_zalloc(sizeof *l);
	l->o = *options;
	l->kind = KINDS;
	l->cursor = mem_strdup("0");
	l->position = mem_strdup("");
	map_init(&l->seen, 0, 0);
	ask(l);
	return l;
}

void loader_cancel(struct loader *l)
{
	l->cancelled = true;
}
