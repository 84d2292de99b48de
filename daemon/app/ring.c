#include "ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/digest.h"

#define FIELD_SIZE (KEY_NAME_SIZE + WRAP_HOLDER_SIZE)

void ring_init(struct ring *ring)
{
	map_init(&ring->fields, 0, 0); /* names of our own keys */
}

void ring_clear(struct ring *ring)
{
	const char *name;
	struct buf *value;
	for (size_t i = 0; (value = map_walk(&ring->fields, &i, &name));) {
		map_remove(&ring->fields, name);
		buf_free(value);
		free(value);
	}
}

void ring_fini(struct ring *ring)
{
	ring_clear(ring);
	map_fini(&ring->fields);
}

void ring_put(struct ring *ring, const char *field, struct slice value)
{
	struct buf *copy = mem_zalloc(sizeof *copy);
	buf_add(copy, value.data, value.len);
	struct buf *old = map_put(&ring->fields, field, copy);
	if (old)
		buf_free(old);
	free(old);
}

static struct slice value_of(const struct ring *ring, const char *field)
{
	const struct buf *value = map_get(&ring->fields, field);
	return value ? (struct slice){ buf_str(value), value->len } : (struct slice){ NULL, 0 };
}

static struct slice wrapped_for(const struct ring *ring, const struct wrapper *w, const char *name)
{
	char field[FIELD_SIZE];
	snprintf(field, sizeof field, "%s:%s", name, w->holder);
	return value_of(ring, field);
}

static bool has_check(const unsigned char key[KEY_BYTES], struct slice check)
{
	char mine[WRAP_CHECK_SIZE];
	wrap_check(key, mine);
	return slice_is(check, mine);
}

/* -1 also when what comes out is not the key that the check value speaks of. */
static int unwrap(const struct ring *ring, const struct wrapper *w, const char *name,
	unsigned char key[KEY_BYTES], struct err *e)
{
	struct slice wrapped = wrapped_for(ring, w, name);
	if (!wrapped.data)
		return err_set(e, "no node with this tls.key has shared %s", name);
	if (wrap_open(w, name, wrapped, key, e) < 0)
		return -1;
	if (has_check(key, value_of(ring, name)))
		return 0;
	explicit_bzero(key, KEY_BYTES);
	return err_set(e, "%s does not fit its check value", name);
}

static int keep(struct keys *keys, const char *dir, const char *name,
	const unsigned char key[KEY_BYTES], struct err *e)
{
	if (keys_adopt(keys, dir, name, key, e) < 0)
		return -1;
	LOG(NOTICE, "keys.adopted", LOG_S("name", name));
	return 0;
}

static enum ring_result adopt_one(const struct ring *ring, const struct wrapper *w,
	const char *name, struct keys *keys, const char *dir, struct err *e)
{
	unsigned char key[KEY_BYTES];
	struct key_view here;
	bool known = keys_find(keys, name, &here);
	bool same = known && has_check(here.bytes, value_of(ring, name));
	if (same && !here.fresh)
		return RING_SAME;
	if (known && !same && !here.fresh) {
		err_set(e, "%s of this node is another key than the center's", name);
		return RING_FOREIGN;
	}
	if (same)
		memcpy(key, here.bytes, KEY_BYTES);
	else if (unwrap(ring, w, name, key, e) < 0)
		return RING_FOREIGN;
	int rc = keep(keys, dir, name, key, e);
	explicit_bzero(key, sizeof key);
	return rc < 0 ? RING_FAILED : RING_SAME;
}

enum ring_result ring_adopt(const struct ring *ring, const struct wrapper *w, struct keys *keys,
	const char *dir, struct err *e)
{
	const char *name;
	bool seals = false;
	for (size_t i = 0; map_walk(&ring->fields, &i, &name);) {
		if (!keys_is_name(name))
			continue;
		enum ring_result result = adopt_one(ring, w, name, keys, dir, e);
		if (result != RING_SAME)
			return result;
		seals |= strncmp(name, "seal-", 5) == 0;
	}
	return seals && dir && keys_drop_fresh_seals(keys, dir, e) < 0 ? RING_FAILED : RING_SAME;
}

static bool is_shared(const struct ring *ring, const struct wrapper *w, const struct key_view *key)
{
	unsigned char there[KEY_BYTES];
	struct slice wrapped = wrapped_for(ring, w, key->name);
	bool good = wrapped.data && has_check(key->bytes, value_of(ring, key->name)) &&
		    wrap_open(w, key->name, wrapped, there, NULL) == 0;
	good = good && digest_equal(there, key->bytes, KEY_BYTES);
	explicit_bzero(there, sizeof there);
	return good;
}

bool ring_lacks(const struct ring *ring, const struct wrapper *w, const struct keys *keys)
{
	struct key_view key;
	for (size_t i = 0; keys_at(keys, i, &key); i++)
		if (!is_shared(ring, w, &key))
			return true;
	return false;
}
