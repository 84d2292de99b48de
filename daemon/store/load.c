#include "load.h"

#include <stdlib.h>
#include <string.h>

#include "reply.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* Two walks at once: while this side reads a page of the one, Redis makes a page of the other. In
 * kinds, a: answers to references in packs; i: the same as schema 1 wrote them. */
static const char *const walks[] = { "sc", "rtdpia" };

#define N_WALKS (sizeof walks / sizeof *walks)

struct walk {
	struct loader *loader;
	const char *kind; /* at the current one of its kinds */
	char *cursor;
	struct map seen; /* ids of this kind: a scan may name one twice */
};

struct loader {
	struct loader_options o;
	struct walk walks[N_WALKS];
	size_t going; /* walks whose reply is on its way */
	bool failed;
	char *position;
	bool cancelled;
};

static void ask(struct walk *w);

/* The walk has nothing on its way any more; the last one tells. */
static void end_walk(struct walk *w)
{
	struct loader *l = w->loader;
	map_fini(&w->seen);
	free(w->cursor);
	if (--l->going > 0)
		return;
	l->o.done(l->o.arg, l->failed || l->cancelled ? STORE_UNAVAILABLE : STORE_OK, l->position);
	free(l->position);
	free(l);
}

static void give(struct walk *w, const char *id, const char *ref, const redisReply *bytes)
{
	if (!reply_is_text(bytes)) {
		LOG(ERROR, "store.record_missing", LOG_S("kinds_left", w->kind), LOG_S("id", id));
		return;
	}
	const struct loader_options *o = &w->loader->o;
	o->each(o->each_arg, *w->kind, id, ref, reply_slice(bytes));
}

static void take_state(struct walk *w, const redisReply *items)
{
	mem_set_str(&w->loader->position, reply_str(reply_at(items, 0)));
	if (reply_is_text(reply_at(items, 1)))
		give(w, "", "", reply_at(items, 1));
}

static void take_records(struct walk *w, const redisReply *items)
{
	for (size_t i = 0; i + 1 < reply_count(items); i += 2) {
		struct slice id = reply_slice(reply_at(items, i));
		if (map_getn(&w->seen, id.data, id.len))
			continue;
		map_putn(&w->seen, id.data, id.len, w);
		give(w, id.data, "", reply_at(items, i + 1));
	}
}

static void take_refs(struct walk *w, const redisReply *items)
{
	/* A reference may stand in the index more than once or be trimmed already: not an error. */
	for (size_t i = 0; i + 2 < reply_count(items); i += 3) {
		if (reply_is_text(reply_at(items, i + 2)))
			give(w, reply_str(reply_at(items, i)), reply_str(reply_at(items, i + 1)),
				reply_at(items, i + 2));
	}
}

/* The byte behind a field's value is a line feed; it has been read and is ours to overwrite. */
static const char *word_in(redisReply *pack, struct slice value)
{
	pack->str[value.data - pack->str + (ptrdiff_t)value.len] = '\0';
	return value.data;
}

static void take_pack(struct walk *w, redisReply *pack)
{
	struct slice bytes = reply_slice(pack), name, value;
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	const struct loader_options *o = &w->loader->o;
	const char *identity = "", *ref = "";
	int more;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "identity"))
			identity = word_in(pack, value);
		else if (slice_is(name, "ref"))
			ref = word_in(pack, value);
		else if (slice_is(name, "answer"))
			o->each(o->each_arg, 'i', identity, ref, value);
	}
	if (more < 0)
		LOG(ERROR, "store.answers_broken");
}

static void take_packs(struct walk *w, const redisReply *items)
{
	for (size_t i = 0; i < reply_count(items); i++)
		if (reply_is_text(reply_at(items, i)))
			take_pack(w, items->element[i]);
}

static void take_page(struct walk *w, const redisReply *items)
{
	if (*w->kind == 's')
		take_state(w, items);
	else if (*w->kind == 'i')
		take_refs(w, items);
	else if (*w->kind == 'a')
		take_packs(w, items);
	else
		take_records(w, items);
}

static void on_page(void *arg, const redisReply *r)
{
	struct walk *w = arg;
	struct loader *l = w->loader;
	struct err e = { .text = "t1_load: unexpected answer" };
	if (!r || l->cancelled || l->failed || reply_is_error(r, "FENCED")) {
		l->failed = true;
		end_walk(w);
		return;
	}
	const redisReply *cursor = reply_at(r, 0), *items = reply_at(r, 1);
	if (reply_check(r, &e) < 0 || !reply_is_text(cursor) || !items ||
		items->type != REDIS_REPLY_ARRAY) {
		struct link *link = l->o.link;
		l->failed = true;
		end_walk(w);
		link_reset(link, e.text);
		return;
	}
	take_page(w, items);
	mem_set_str(&w->cursor, reply_str(cursor));
	if (strcmp(w->cursor, "0") == 0) {
		w->kind++;
		map_fini(&w->seen);
		map_init(&w->seen, 0, 0);
	}
	if (*w->kind)
		ask(w);
	else
		end_walk(w);
}

static void ask(struct walk *w)
{
	const struct loader_options *o = &w->loader->o;
	struct args a = { 0 };
	args_adds(&a, "FCALL");
	args_adds(&a, "t1_load");
	args_addi(&a, 1);
	args_adds(&a, o->prefix);
	args_addi(&a, o->epoch);
	args_add(&a, w->kind, 1);
	args_adds(&a, w->cursor);
	link_send(o->link, &a, on_page, w);
	args_free(&a);
}

struct loader *loader_start(const struct loader_options *options)
{
	struct loader *l = mem_zalloc(sizeof *l);
	l->o = *options;
	l->position = mem_strdup("");
	l->going = N_WALKS;
	for (size_t i = 0; i < N_WALKS; i++) {
		l->walks[i] =
			(struct walk){ .loader = l, .kind = walks[i], .cursor = mem_strdup("0") };
		ask(&l->walks[i]);
	}
	return l;
}

void loader_cancel(struct loader *l)
{
	l->cancelled = true;
}
