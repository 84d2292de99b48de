#include "ref.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "codec.h"
#include "state.h"

#define EXPIRE_AT_ONCE 16 /* at most so many in one step: no step becomes long */

static void make_key(struct buf *key, const char *identity, const char *ref)
{
	buf_clear(key);
	buf_adds(key, identity);
	buf_add(key, "\n", 1);
	buf_adds(key, ref);
}

static struct ref *find(struct core *core, const char *identity, const char *ref)
{
	struct buf *key = &core->scratch;
	make_key(key, identity, ref);
	return map_getn(&core->refs, key->data, key->len);
}

struct ref *ref_find(struct core *core, const struct command *c)
{
	return *c->ref ? find(core, c->identity, c->ref) : NULL;
}

bool ref_is_of(const struct ref *r, const struct command *c)
{
	return r->command == (int)c->command && r->fingerprint == c->fingerprint;
}

static void link_newest(struct core *core, struct ref *r)
{
	r->older = core->newest_ref;
	r->newer = NULL;
	*(core->newest_ref ? &core->newest_ref->newer : &core->oldest_ref) = r;
	core->newest_ref = r;
}

static struct ref *ref_new(struct core *core, const char *identity, const char *ref)
{
	struct ref *r = mem_zalloc(sizeof *r);
	struct buf key = { 0 };
	make_key(&key, identity, ref);
	r->key = key.data;
	r->identity_len = strlen(identity);
	map_putn(&core->refs, key.data, key.len, r);
	link_newest(core, r);
	return r;
}

void ref_keep(struct core *core, const struct command *c, struct slice fields)
{
	struct ref *r = ref_new(core, c->identity, c->ref);
	r->at_ms = core->now_ms;
	r->fingerprint = c->fingerprint;
	r->command = (int)c->command;
	buf_add(&r->fields, fields.data, fields.len);
	core_dirty(core, ENTITY_REF, r, &r->dirty);
}

void ref_expire(struct core *core)
{
	int64_t oldest = core->now_ms - core->options.refs_retain_ms;
	for (int i = 0; i < EXPIRE_AT_ONCE; i++) {
		struct ref *r = core->oldest_ref;
		if (!r || r->at_ms > oldest || r->dirty)
			return;
		core->oldest_ref = r->newer;
		*(r->newer ? &r->newer->older : &core->newest_ref) = NULL;
		map_remove(&core->refs, r->key);
		r->key[r->identity_len] = '\0';
		core_delete(core, ENTITY_REF, r->key, r->key + r->identity_len + 1);
		ref_free(r);
	}
}

void ref_free(void *ref)
{
	struct ref *r = ref;
	free(r->key);
	buf_free(&r->fields);
	free(r);
}

void ref_encode(const struct ref *r, struct buf *out)
{
	record_puts(out, "command", command_name((enum command_kind)r->command));
	record_puti(out, "at_ms", r->at_ms);
	record_puti(out, "fingerprint", r->fingerprint);
	record_put(out, "fields", r->fields.data, r->fields.len);
}

static int take(struct ref *r, struct slice name, struct slice value)
{
	if (slice_is(name, "at_ms"))
		return codec_int(value, &r->at_ms);
	if (slice_is(name, "fingerprint"))
		return slice_int(value, &r->fingerprint);
	if (slice_is(name, "fields"))
		buf_add(&r->fields, value.data, value.len);
	else if (slice_is(name, "command"))
		while (!slice_is(value, command_name((enum command_kind)r->command)) &&
			r->command < COMMAND_KIND_COUNT)
			r->command++;
	return 0;
}

/* A server that had lost something was given all answers again, those too that it still had. */
static bool is_the_same(const struct ref *r, struct slice bytes)
{
	struct buf known = { 0 };
	ref_encode(r, &known);
	bool same = known.len == bytes.len && memcmp(known.data, bytes.data, bytes.len) == 0;
	buf_free(&known);
	return same;
}

int ref_decode(
	struct core *core, const char *identity, const char *ref, struct slice bytes, struct err *e)
{
	struct ref *r = find(core, identity, ref);
	if (r && is_the_same(r, bytes))
		return 0;
	if (r)
		return err_set(e, "reference of %s: stored twice, with two answers", identity);
	r = ref_new(core, identity, ref);
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int more;
	while ((more = record_next(&in, &name, &value)) == 1)
		if (take(r, name, value) != 0)
			return err_set(e, "reference of %s: bad value", identity);
	return more == 0 ? 0 : err_set(e, "reference of %s: broken record", identity);
}

static int compare_age(const void *a, const void *b)
{
	const struct ref *x = *(struct ref *const *)a, *y = *(struct ref *const *)b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return strcmp(x->key, y->key);
}

void ref_load_done(struct core *core)
{
	size_t n = 0;
	struct ref **all = mem_resize(NULL, core->refs.count, sizeof(struct ref *));
	struct ref *r;
	for (size_t i = 0; (r = map_walk(&core->refs, &i, NULL));)
		all[n++] = r;
	qsort(all, n, sizeof(struct ref *), compare_age);
	core->oldest_ref = core->newest_ref = NULL;
	for (size_t i = 0; i < n; i++)
		link_newest(core, all[i]);
	free(all);
}
