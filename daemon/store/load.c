#include "load.h"

#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "reply.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* Two walks at once: while this side reads a page of the one, Redis makes a page of the other. In
 * kinds, a: answers to references in packs; i: the same as schema 1 wrote them. */
static const char *const walks[] = { "sc", "rtdpia" };

#define N_WALKS (sizeof walks / sizeof *walks)

/* The kinds of which there are as many as people. Their records are asked for by name: to hand them
 * through the function doubles what they cost the server. */
static const struct crowd {
	char kind;
	const char *scan, *index;
	size_t step; /* a scan gives the id and what goes with it */
} crowds[] = { { 'c', "SSCAN", "live", 1 }, { 'p', "ZSCAN", "persons", 2 } };

#define SCANNED_AT_ONCE "512"

struct walk {
	struct loader *loader;
	const char *kind; /* at the current one of its kinds */
	char *cursor;
	size_t waiting;  /* for so many replies */
	struct map seen; /* ids of this kind: a scan may name one twice */
};

struct loader {
	struct loader_options o;
	struct walk walks[N_WALKS];
	size_t waiting; /* all of them */
	bool fenced;    /* asked once more, at the end, whether this lead is still ours */
	bool failed;
	char *position;
	bool cancelled;
};

/* Ids of one step of a scan, whose records are on their way. */
struct page {
	struct walk *walk;
	char *cursor;   /* of this step */
	struct buf ids; /* each with its NUL */
	size_t n;
};

static void ask(struct walk *w);

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

static void take_record(struct walk *w, struct slice id, const redisReply *bytes)
{
	if (map_getn(&w->seen, id.data, id.len))
		return;
	map_putn(&w->seen, id.data, id.len, w);
	give(w, id.data, "", bytes);
}

static void take_records(struct walk *w, const redisReply *items)
{
	for (size_t i = 0; i + 1 < reply_count(items); i += 2)
		take_record(w, reply_slice(reply_at(items, i)), reply_at(items, i + 1));
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

static void take_packs(struct walk *w, const redisReply *items)
{
	const struct loader_options *o = &w->loader->o;
	for (size_t i = 0; i < reply_count(items); i++)
		pack_read(items->element[i], o->each, o->each_arg);
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

/* ---- requests ---- */

static void send_for(struct walk *w, struct args *a, link_reply_fn done, void *arg)
{
	w->waiting++;
	w->loader->waiting++;
	link_send(w->loader->o.link, a, done, arg);
	args_free(a);
}

static void ask_function(
	struct walk *w, char kind, const char *cursor, link_reply_fn done, void *arg)
{
	const struct loader_options *o = &w->loader->o;
	struct args a = { 0 };
	args_adds(&a, "FCALL");
	args_adds(&a, "t1_load");
	args_addi(&a, 1);
	args_adds(&a, o->prefix);
	args_addi(&a, o->epoch);
	args_add(&a, &kind, 1);
	args_adds(&a, cursor);
	send_for(w, &a, done, arg);
}

static void end(struct loader *l)
{
	bool ok = !l->failed && !l->cancelled;
	for (size_t i = 0; i < N_WALKS; i++) {
		map_fini(&l->walks[i].seen);
		free(l->walks[i].cursor);
	}
	l->o.done(l->o.arg, ok ? STORE_OK : STORE_UNAVAILABLE, l->position);
	free(l->position);
	free(l);
}

static void on_fence(void *arg, const redisReply *r);

/* The next kind when nothing of this one is on its way any more. The last reply of all tells. */
static void go_on(struct walk *w)
{
	struct loader *l = w->loader;
	if (w->waiting == 0 && !l->failed && *w->kind) {
		w->kind++;
		mem_set_str(&w->cursor, "0");
		map_fini(&w->seen);
		map_init(&w->seen, 0, 0);
		if (*w->kind)
			ask(w);
	}
	if (l->waiting > 0)
		return;
	if (l->failed || l->fenced) {
		end(l);
		return;
	}
	l->fenced = true;
	ask_function(w, 's', "0", on_fence, w);
}

/* A reply that can be used; else the loader fails, and ends with the last of its requests. */
static bool arrived(struct walk *w, const redisReply *r, bool well_formed, const char *what)
{
	struct loader *l = w->loader;
	struct err e;
	bool good = r && !l->cancelled && !l->failed && !reply_is_error(r, "FENCED");
	err_set(&e, "%s: unexpected answer", what);
	if (good && (reply_check(r, &e) < 0 || !well_formed)) {
		good = false;
		l->failed = true;
		link_reset(l->o.link, e.text); /* the others come to nothing in here */
	}
	l->failed |= !good;
	w->waiting--;
	l->waiting--;
	if (!good)
		go_on(w);
	return good;
}

static bool is_page(const redisReply *r)
{
	return reply_is_text(reply_at(r, 0)) && reply_at(r, 1) &&
	       reply_at(r, 1)->type == REDIS_REPLY_ARRAY;
}

static void on_fence(void *arg, const redisReply *r)
{
	if (arrived(arg, r, is_page(r), "t1_load"))
		go_on(arg);
}

/* ---- pages of the function ---- */

static void on_page(void *arg, const redisReply *r)
{
	struct walk *w = arg;
	if (!arrived(w, r, is_page(r), "t1_load"))
		return;
	take_page(w, reply_at(r, 1));
	mem_set_str(&w->cursor, reply_str(reply_at(r, 0)));
	if (strcmp(w->cursor, "0") != 0)
		ask(w);
	go_on(w);
}

/* ---- scans ---- */

static void free_page(struct page *p)
{
	buf_free(&p->ids);
	free(p->cursor);
	free(p);
}

static void on_page_again(void *arg, const redisReply *r)
{
	struct walk *w = arg;
	if (!arrived(w, r, is_page(r), "t1_load"))
		return;
	take_records(w, reply_at(r, 1));
	go_on(w);
}

static bool all_there(const redisReply *r)
{
	for (size_t i = 0; i < reply_count(r); i++)
		if (!reply_is_text(reply_at(r, i)))
			return false;
	return true;
}

static void take_page_of(const struct page *p, const redisReply *records)
{
	const char *id = p->ids.data;
	for (size_t i = 0; i < p->n; i++, id += strlen(id) + 1)
		take_record(p->walk, (struct slice){ id, strlen(id) }, reply_at(records, i));
}

static void on_records(void *arg, const redisReply *r)
{
	struct page *p = arg;
	struct walk *w = p->walk;
	if (arrived(w, r, reply_count(r) == p->n, "MGET")) {
		if (all_there(r))
			take_page_of(p, r);
		else /* written by schema 1, or missing: the function knows */
			ask_function(w, *w->kind, p->cursor, on_page_again, w);
		go_on(w);
	}
	free_page(p);
}

static void ask_records(struct walk *w, const struct crowd *crowd, const redisReply *ids)
{
	struct args a = { 0 };
	struct buf key = { 0 };
	struct page *p = mem_zalloc(sizeof *p);
	p->walk = w;
	p->cursor = mem_strdup(w->cursor);
	args_adds(&a, "MGET");
	for (size_t i = 0; i < reply_count(ids); i += crowd->step, p->n++) {
		struct slice id = reply_slice(reply_at(ids, i));
		buf_clear(&key);
		buf_addf(&key, "%s%c:", w->loader->o.prefix, crowd->kind);
		buf_add(&key, id.data, id.len);
		args_add(&a, key.data, key.len);
		buf_add(&p->ids, id.data, id.len);
		buf_add(&p->ids, "", 1);
	}
	buf_free(&key);
	send_for(w, &a, on_records, p);
}

static const struct crowd *crowd_of(char kind)
{
	for (size_t i = 0; i < sizeof crowds / sizeof *crowds; i++)
		if (crowds[i].kind == kind)
			return &crowds[i];
	return NULL;
}

static void on_ids(void *arg, const redisReply *r)
{
	struct walk *w = arg;
	if (!arrived(w, r, is_page(r), "scan"))
		return;
	if (reply_count(reply_at(r, 1)) > 0)
		ask_records(w, crowd_of(*w->kind), reply_at(r, 1));
	mem_set_str(&w->cursor, reply_str(reply_at(r, 0)));
	if (strcmp(w->cursor, "0") != 0)
		ask(w);
	go_on(w);
}

static void ask(struct walk *w)
{
	const struct crowd *crowd = crowd_of(*w->kind);
	struct args a = { 0 };
	struct buf key = { 0 };
	if (!crowd) {
		ask_function(w, *w->kind, w->cursor, on_page, w);
		return;
	}
	buf_addf(&key, "%s%s", w->loader->o.prefix, crowd->index);
	args_adds(&a, crowd->scan);
	args_adds(&a, buf_str(&key));
	args_adds(&a, w->cursor);
	args_adds(&a, "COUNT");
	args_adds(&a, SCANNED_AT_ONCE);
	buf_free(&key);
	send_for(w, &a, on_ids, w);
}

struct loader *loader_start(const struct loader_options *options)
{
	struct loader *l = mem_zalloc(sizeof *l);
	l->o = *options;
	l->position = mem_strdup("");
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
