#include "key_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "triaged/privacy/digest.h"
#include "triaged/privacy/random.h"
#include "triaged/privacy/secret_file.h"

#define HEX_CHARS (2 * KEY_BYTES)
#define PATH_SIZE 4096

void key_file_seal_name(uint32_t id, char out[KEY_NAME_SIZE])
{
	snprintf(out, KEY_NAME_SIZE, "seal-%04u", (unsigned)id);
}

uint32_t key_file_seal_number(const char *name)
{
	unsigned id = 0;
	int used = 0;
	if (strlen(name) != strlen("seal-0001") || sscanf(name, "seal-%4u%n", &id, &used) != 1 ||
		name[used] || strspn(name + 5, "0123456789") != 4)
		return 0;
	return id;
}

static int path_in(
	char out[PATH_SIZE], const char *dir, const char *name, const char *form, struct err *e)
{
	int n = snprintf(out, PATH_SIZE, "%s/%s.%s", dir, name, form);
	return n > 0 && n < PATH_SIZE ? 0 : err_set(e, "%s: the name is too long", dir);
}

/* The number of a sealing key by the name of its file, 0 when it is something else. */
static uint32_t number_of_file(const char *file)
{
	const char *dot = strrchr(file, '.');
	char name[KEY_NAME_SIZE];
	if (!dot || (strcmp(dot, ".key") != 0 && strcmp(dot, ".new") != 0) ||
		(size_t)(dot - file) >= sizeof name)
		return 0;
	snprintf(name, sizeof name, "%.*s", (int)(dot - file), file);
	return key_file_seal_number(name);
}

int key_file_list(const char *dir, uint32_t ids[KEYS_SEAL_MAX], struct err *e)
{
	struct dirent **names;
	int total = scandir(dir, &names, NULL, alphasort);
	if (total < 0)
		return err_set(e, "%s: %s", dir, strerror(errno));
	int n = 0;
	for (int i = 0; i < total; i++) {
		uint32_t id = number_of_file(names[i]->d_name);
		free(names[i]);
		if (!id || n > KEYS_SEAL_MAX || (n > 0 && ids[n - 1] == id))
			continue;
		if (n < KEYS_SEAL_MAX)
			ids[n] = id;
		n++;
	}
	free(names);
	if (n > KEYS_SEAL_MAX)
		return err_set(e, "%s: more than %d sealing keys", dir, KEYS_SEAL_MAX);
	return n;
}

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

static bool has_form(const char *dir, const char *name, const char *form)
{
	char path[PATH_SIZE];
	return path_in(path, dir, name, form, NULL) == 0 && access(path, F_OK) == 0;
}

bool key_file_exists(const char *dir, const char *name)
{
	return has_form(dir, name, "key") || has_form(dir, name, "new");
}

int key_file_read(
	const char *dir, const char *name, unsigned char out[KEY_BYTES], bool *fresh, struct err *e)
{
	char path[PATH_SIZE], text[HEX_CHARS + 2];
	*fresh = !has_form(dir, name, "key") && has_form(dir, name, "new");
	if (path_in(path, dir, name, *fresh ? "new" : "key", e) < 0)
		return -1;
	int n = secret_file_read(path, text, sizeof text, e);
	int rc = n < 0 ? -1 : parse_key(text, n, out, e);
	OPENSSL_cleanse(text, sizeof text);
	return n >= 0 && rc < 0 ? err_wrap(e, "%s", path) : rc;
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

static int write_form(const char *dir, const char *name, const char *form,
	const unsigned char key[KEY_BYTES], struct err *e)
{
	char path[PATH_SIZE], text[HEX_CHARS + 2];
	if (path_in(path, dir, name, form, e) < 0)
		return -1;
	digest_hex(key, KEY_BYTES, text);
	text[HEX_CHARS] = '\n';
	int rc = secret_file_create(path, text, HEX_CHARS + 1, e);
	OPENSSL_cleanse(text, sizeof text);
	return rc;
}

static int rename_form(
	const char *dir, const char *name, const char *from, const char *to, struct err *e)
{
	char old[PATH_SIZE], new[PATH_SIZE];
	if (path_in(old, dir, name, from, e) < 0 || path_in(new, dir, name, to, e) < 0)
		return -1;
	if (rename(old, new) < 0)
		return err_set(e, "%s: %s", new, strerror(errno));
	return sync_dir(dir, e);
}

static int remove_form(const char *dir, const char *name, const char *form, struct err *e)
{
	char path[PATH_SIZE];
	if (path_in(path, dir, name, form, e) < 0)
		return -1;
	if (unlink(path) < 0 && errno != ENOENT)
		return err_set(e, "%s: %s", path, strerror(errno));
	return 0;
}

int key_file_create(const char *dir, const char *name, bool fresh, struct err *e)
{
	unsigned char raw[KEY_BYTES];
	random_bytes(raw, sizeof raw);
	int rc = write_form(dir, name, fresh ? "new" : "key", raw, e);
	OPENSSL_cleanse(raw, sizeof raw);
	return rc < 0 ? -1 : sync_dir(dir, e);
}

int key_file_write(
	const char *dir, const char *name, const unsigned char key[KEY_BYTES], struct err *e)
{
	/* A half-written file of an earlier attempt may lie there. */
	if (remove_form(dir, name, "tmp", e) < 0 || write_form(dir, name, "tmp", key, e) < 0 ||
		rename_form(dir, name, "tmp", "key", e) < 0)
		return -1;
	return remove_form(dir, name, "new", e);
}

int key_file_settle(const char *dir, const char *name, struct err *e)
{
	return rename_form(dir, name, "new", "key", e);
}

int key_file_drop(const char *dir, const char *name, struct err *e)
{
	return remove_form(dir, name, "new", e);
}
