
#include "triaged/privacy/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/check.h"
#include "triaged/privacy/random.h"

#include "triaged/privacy/secret_file.h"

#define HEX_CHARS (2 * KEY_BYTES)

struct seal_key {
	uint32_t id; /* from the file's name, 1..9999 */
	unsigned char bytes[KEY_BYTES];
};

struct keys {
	struct seal_key seal[KEYS_SEAL_MAX]; /* by rising id */
	size_t n_seal;
	unsigned char pseudonym[KEY_BYTES];
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int parse_key(const char *text, int n, unsigned char out[KEY_BYTES], struct err *e)
{
	if (n != HEX_CHARS && !(n == HEX_CHARS + 1 && text[HEX_CHARS] == '\n'))
		return err_set(e, "not a key: %d hex digits expected", HEX_CHARS);
	for (int i = 0; i < KEY_BYTES; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return err_set(e, "not a key: lower-case hex digits expected");
		out[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}

static int read_key(const char *path, unsigned char out[KEY_BYTES], struct err *e)
{
	char text[HEX_CHARS + 2];
	int n = secret_file_read(path, text, sizeof text, e);
	int rc = n < 0 ? -1 : parse_key(text, n, out, e);
	OPENSSL_cleanse(text, sizeof text);
	return n >= 0 && rc < 0 ? err_wrap(e, "%s", path) : rc;
}

static int create_key(const char *path, struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char raw[KEY_BYTES];
	char text[HEX_CHARS + 1];
	random_bytes(raw, sizeof raw);
	for (size_t i = 0; i < KEY_BYTES; i++) {
		text[2 * i] = hex[raw[i] >> 4];
		text[2 * i + 1] = hex[raw[i] & 15];
	}
	text[HEX_CHARS] = '\n';
	int rc = secret_file_create(path, text, sizeof text, e);
	OPENSSL_cleanse(raw, sizeof raw);
	OPENSSL_cleanse(text, sizeof text);
	return rc;
}

static int path_in(char out[4096], const char *dir, const char *name, struct err *e)
{
	int n = snprintf(out, 4096, "%s/%s", dir, name);
	return n > 0 && n < 4096 ? 0 : err_set(e, "%s: the name is too long", dir);
}

/* The number in seal-NNNN.key, 0 when name is something else. */
static uint32_t seal_number(const char *name)
{
	unsigned id = 0;
	int used = 0;
	if (strlen(name) != strlen("seal-0001.key") ||
		sscanf(name, "seal-%4u.key%n", &id, &used) != 1 || name[used])
		return 0;
	return id;
}

/* Fill ids (room for KEYS_SEAL_MAX) with the numbers in dir, rising. The count, or -1. */
static int list_seal(const char *dir, uint32_t ids[KEYS_SEAL_MAX], struct err *e)
{
	struct dirent **names;
	int total = scandir(dir, &names, NULL, alphasort);
	if (total < 0)
		return err_set(e, "%s: %s", dir, strerror(errno));
	int n = 0;
	for (int i = 0; i < total; i++) {
		uint32_t id = seal_number(names[i]->d_name);
		if (id && n < KEYS_SEAL_MAX)
			ids[n++] = id;
		else if (id)
			n = KEYS_SEAL_MAX + 1;
		free(names[i]);
	}
	free(names);
	if (n > KEYS_SEAL_MAX)
		return err_set(e, "%s: more than %d sealing keys", dir, KEYS_SEAL_MAX);
	return n;
}

/* The directory's entries must survive a power cut before anything is sealed with a key in it. */
static int sync_dir(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);
	int why = errno;
	if (fd >= 0)
		close(fd);
	return rc < 0 ? err_set(e, "%s: %s", dir, strerror(why)) : 0;
}

static int create_seal(const char *dir, uint32_t id, struct err *e)
{
	char name[32], path[4096];
	snprintf(name, sizeof name, "seal-%04u.key", (unsigned)id);
	if (path_in(path, dir, name, e) < 0 || create_key(path, e) < 0)
		return -1;
	return sync_dir(dir, e);
}

static int create_missing(const char *dir, struct err *e)
{
	uint32_t ids[KEYS_SEAL_MAX];
	char path[4096];
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_set(e, "%s: %s", dir, strerror(errno));
	int n = list_seal(dir, ids, e);
	if (n < 0 || (n == 0 && create_seal(dir, 1, e) < 0) ||
		path_in(path, dir, "pseudonym.key", e) < 0)
		return -1;
	if (access(path, F_OK) == 0)
		return 0;
	return create_key(path, e) < 0 ? -1 : sync_dir(dir, e);
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
	char path[4096], name[32];
	int n = list_seal(dir, ids, e);
	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(e, "%s: holds no sealing key (seal-0001.key)", dir);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof name, "seal-%04u.key", (unsigned)ids[i]);
		struct seal_key *key = &keys->seal[keys->n_seal++];
		key->id = ids[i];
		if (path_in(path, dir, name, e) < 0 || read_key(path, key->bytes, e) < 0)
			return -1;
	}
	if (path_in(path, dir, "pseudonym.key", e) < 0)
		return -1;
	return read_key(path, keys->pseudonym, e);
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
	int n = list_seal(dir, ids, e);
	if (n < 0)
		return err_wrap(e, "keys");
	*id = n == 0 ? 1 : ids[n - 1] + 1;
	if (n == KEYS_SEAL_MAX || *id > 9999)
		return err_set(e, "keys: %s: no room for another sealing key", dir);
	return create_seal(dir, *id, e) < 0 ? err_wrap(e, "keys") : 0;
}

uint32_t keys_newest_seal(const struct keys *keys)
{
	return keys->seal[keys->n_seal - 1].id;
}

const unsigned char *keys_seal(const struct keys *keys, uint32_t id)
{
	for (size_t i = keys->n_seal; i-- > 0;)
		if (keys->seal[i].id == id)
			return keys->seal[i].bytes;
	return NULL;
}

const unsigned char *keys_pseudonym(const struct keys *keys)
{
	return keys->pseudonym;
}
