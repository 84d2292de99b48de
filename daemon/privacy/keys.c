#include "triaged/privacy/keys.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "key_file.h"
#include "triaged/base/check.h"
#include "triaged/privacy/secret_file.h"

#define PSEUDONYM "pseudonym"

struct key {
	unsigned char bytes[KEY_BYTES];
	bool fresh;
};

struct seal_key {
	uint32_t id; /* from the file's name, 1..9999 */
	struct key key;
};

struct keys {
	struct seal_key seal[KEYS_SEAL_MAX]; /* by rising id */
	size_t n_seal;
	struct key pseudonym;
};

static int create_seal(const char *dir, uint32_t id, bool fresh, struct err *e)
{
	char name[KEY_NAME_SIZE];
	key_file_seal_name(id, name);
	return key_file_create(dir, name, fresh, e);
}

static int create_missing(const char *dir, struct err *e)
{
	uint32_t ids[KEYS_SEAL_MAX];
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_set(e, "%s: %s", dir, strerror(errno));
	int n = key_file_list(dir, ids, e);
	if (n < 0 || (n == 0 && create_seal(dir, 1, true, e) < 0))
		return -1;
	return key_file_exists(dir, PSEUDONYM) ? 0 : key_file_create(dir, PSEUDONYM, true, e);
}

static int check_dir(const char *dir, struct err *e)
{
	struct stat st;
	if (stat(dir, &st) < 0)
		return err_set(e, "%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(e, "%s: not a directory", dir);
	/* Searching (x) by others harms nobody: the files have modes of their own. */
	st.st_mode &= ~(mode_t)011;
	return secret_file_check_mode(&st, e) < 0 ? err_wrap(e, "%s", dir) : 0;
}

static int read_all(struct keys *keys, const char *dir, struct err *e)
{
	uint32_t ids[KEYS_SEAL_MAX];
	char name[KEY_NAME_SIZE];
	int n = key_file_list(dir, ids, e);
	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(e, "%s: holds no sealing key (seal-0001.key)", dir);
	for (int i = 0; i < n; i++) {
		struct seal_key *seal = &keys->seal[keys->n_seal++];
		seal->id = ids[i];
		key_file_seal_name(ids[i], name);
		if (key_file_read(dir, name, seal->key.bytes, &seal->key.fresh, e) < 0)
			return -1;
	}
	return key_file_read(dir, PSEUDONYM, keys->pseudonym.bytes, &keys->pseudonym.fresh, e);
}

/* Pages of their own: not in core files, zero in a child (the configuration's reader, Redis). */
static struct keys *keys_alloc(void)
{
	void *p = mmap(NULL, sizeof(struct keys), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(p != MAP_FAILED);
	(void)madvise(p, sizeof(struct keys), MADV_DONTDUMP);
	(void)madvise(p, sizeof(struct keys), MADV_WIPEONFORK);
	return p;
}

int keys_open(const char *dir, bool create, struct keys **out, struct err *e)
{
	if (create && create_missing(dir, e) < 0)
		return err_wrap(e, "keys");
	struct keys *keys = keys_alloc();
	if (check_dir(dir, e) < 0 || read_all(keys, dir, e) < 0) {
		keys_free(&keys);
		return err_wrap(e, "keys");
	}
	*out = keys;
	return 0;
}

void keys_free(struct keys **keys)
{
	if (!*keys)
		return;
	OPENSSL_cleanse(*keys, sizeof **keys);
	munmap(*keys, sizeof **keys);
	*keys = NULL;
}

int keys_add_seal(const char *dir, uint32_t *id, struct err *e)
{
	uint32_t ids[KEYS_SEAL_MAX];
	int n = key_file_list(dir, ids, e);
	if (n < 0)
		return err_wrap(e, "keys");
	*id = n == 0 ? 1 : ids[n - 1] + 1;
	if (n == KEYS_SEAL_MAX || *id > 9999)
		return err_set(e, "keys: %s: no room for another sealing key", dir);
	return create_seal(dir, *id, false, e) < 0 ? err_wrap(e, "keys") : 0;
}

uint32_t keys_newest_seal(const struct keys *keys)
{
	return keys->seal[keys->n_seal - 1].id;
}

const unsigned char *keys_seal(const struct keys *keys, uint32_t id)
{
	for (size_t i = keys->n_seal; i-- > 0;)
		if (keys->seal[i].id == id)
			return keys->seal[i].key.bytes;
	return NULL;
}

const unsigned char *keys_pseudonym(const struct keys *keys)
{
	return keys->pseudonym.bytes;
}

/* ---- the keyring ---- */

bool keys_at(const struct keys *keys, size_t i, struct key_view *view)
{
	const struct key *key = &keys->pseudonym;
	if (i > keys->n_seal)
		return false;
	if (i < keys->n_seal) {
		key = &keys->seal[i].key;
		key_file_seal_name(keys->seal[i].id, view->name);
	} else {
		strcpy(view->name, PSEUDONYM);
	}
	view->bytes = key->bytes;
	view->fresh = key->fresh;
	return true;
}

bool keys_find(const struct keys *keys, const char *name, struct key_view *view)
{
	for (size_t i = 0; keys_at(keys, i, view); i++)
		if (strcmp(view->name, name) == 0)
			return true;
	return false;
}

bool keys_is_name(const char *name)
{
	return strcmp(name, PSEUDONYM) == 0 || key_file_seal_number(name);
}

bool keys_any_fresh(const struct keys *keys)
{
	struct key_view view;
	for (size_t i = 0; keys_at(keys, i, &view); i++)
		if (view.fresh)
			return true;
	return false;
}

/* The place of a sealing key, made in order when it is new here. */
static struct key *place_seal(struct keys *keys, uint32_t id)
{
	size_t at = 0;
	while (at < keys->n_seal && keys->seal[at].id < id)
		at++;
	if (at == keys->n_seal || keys->seal[at].id != id) {
		memmove(&keys->seal[at + 1], &keys->seal[at],
			(keys->n_seal - at) * sizeof *keys->seal);
		keys->n_seal++;
		keys->seal[at].id = id;
	}
	return &keys->seal[at].key;
}

int keys_adopt(struct keys *keys, const char *dir, const char *name,
	const unsigned char bytes[KEY_BYTES], struct err *e)
{
	uint32_t id = key_file_seal_number(name);
	CHECK(keys_is_name(name));
	if (id && !keys_seal(keys, id) && keys->n_seal == KEYS_SEAL_MAX)
		return err_set(e, "keys: more than %d sealing keys", KEYS_SEAL_MAX);
	if (dir && key_file_write(dir, name, bytes, e) < 0)
		return err_wrap(e, "keys");
	struct key *key = id ? place_seal(keys, id) : &keys->pseudonym;
	memcpy(key->bytes, bytes, KEY_BYTES);
	key->fresh = false;
	return 0;
}

int keys_drop_fresh_seals(struct keys *keys, const char *dir, struct err *e)
{
	char name[KEY_NAME_SIZE];
	for (size_t i = keys->n_seal; i-- > 0;) {
		if (!keys->seal[i].key.fresh)
			continue;
		key_file_seal_name(keys->seal[i].id, name);
		if (key_file_drop(dir, name, e) < 0)
			return err_wrap(e, "keys");
		memmove(&keys->seal[i], &keys->seal[i + 1],
			(keys->n_seal - i - 1) * sizeof *keys->seal);
		keys->n_seal--;
	}
	CHECK(keys->n_seal > 0);
	return 0;
}

static int settle(struct key *key, const char *dir, const char *name, struct err *e)
{
	if (key->fresh && key_file_settle(dir, name, e) < 0)
		return err_wrap(e, "keys");
	key->fresh = false;
	return 0;
}

int keys_settle(struct keys *keys, const char *dir, struct err *e)
{
	char name[KEY_NAME_SIZE];
	for (size_t i = 0; i < keys->n_seal; i++) {
		key_file_seal_name(keys->seal[i].id, name);
		if (settle(&keys->seal[i].key, dir, name, e) < 0)
			return -1;
	}
	return settle(&keys->pseudonym, dir, PSEUDONYM, e);
}
