#include "rules_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "rules_file.h"
#include "text_file.h"

#define FILE_MAX   ((size_t)16 << 20) /* bytes of a rules file */
#define ACTIVE_MAX 4096
#define WHY_MAX    4096
#define RAN_MAX    4096

static char *path_of(const char *data_dir, const char *name, const char *below)
{
	struct buf b = { 0 };
	buf_addf(&b, "%s/rulesets%s%s%s%s", data_dir, *name ? "/" : "", name, *below ? "/" : "",
		below);
	return b.data;
}

/* ---- files, durable ---- */

static int sync_dir(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) < 0 ? err_set(e, "%s: %s", path, strerror(errno)) : 0;
	if (fd >= 0)
		close(fd);
	return rc;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return fsync(fd);
}

/* Whole or not at all: written beside it, then put in its place. */
static int write_file(const char *path, struct slice bytes, struct err *e)
{
	struct buf fresh = { 0 };
	buf_addf(&fresh, "%s.new", path);
	int fd = open(fresh.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), rc = -1;
	if (fd >= 0) {
		rc = write_all(fd, bytes.data, bytes.len);
		close(fd);
	}
	if (rc == 0)
		rc = rename(fresh.data, path);
	if (rc < 0)
		err_set(e, "%s: %s", path, strerror(errno));
	buf_free(&fresh);
	return rc;
}

static void remove_dir(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	if (!d)
		return;
	while ((entry = readdir(d)))
		unlinkat(dirfd(d), entry->d_name, 0); /* flat: . and .. refuse */
	closedir(d);
	rmdir(path);
}

/* ---- which one is in force ---- */

static bool is_digest(const char *s)
{
	return strlen(s) == DIGEST_HEX_SIZE - 1 && strspn(s, "0123456789abcdef") == strlen(s);
}

static bool is_name(const char *s)
{
	return is_digest(s) || strcmp(s, RULES_CONFIGURED) == 0;
}

static void write_active(const struct rules_active *a, struct buf *out)
{
	char at[TIME_TEXT_SIZE];
	buf_addf(out, "active %s\nprevious %s\nat %s\nby %s\n", a->digest,
		*a->previous ? a->previous : "none", time_text(a->at_ms, at), a->by);
}

/* Only what write_active() writes, to the byte. */
static int parse_active(const char *text, struct rules_active *out)
{
	char at[TIME_TEXT_SIZE];
	struct buf again = { 0 };
	if (sscanf(text, "active %64s\nprevious %64s\nat %31s\nby %128[^\n]", out->digest,
		    out->previous, at, out->by) != 4 ||
		time_parse(at, &out->at_ms) < 0)
		return -1;
	if (strcmp(out->previous, "none") == 0)
		*out->previous = '\0';
	write_active(out, &again);
	bool same = strcmp(again.data, text) == 0;
	buf_free(&again);
	return same && is_digest(out->digest) && (!*out->previous || is_name(out->previous)) ? 0
											     : -1;
}

int rules_dir_active(const char *data_dir, struct rules_active *out, struct err *e)
{
	char *path = path_of(data_dir, "active", "");
	struct buf text = { 0 };
	int rc = 0;
	*out = (struct rules_active){ .digest = RULES_CONFIGURED };
	if (access(path, F_OK) < 0 && errno == ENOENT)
		goto out;
	rc = text_file_read(path, ACTIVE_MAX, &text, e);
	if (rc == 0 && parse_active(buf_str(&text), out) < 0)
		rc = err_set(e, "it is broken");
	if (rc < 0)
		err_wrap(e, "%s (remove it to run the configured rules)", path);
out:
	buf_free(&text);
	free(path);
	return rc;
}

int rules_dir_set_active(const char *data_dir, const struct rules_active *active, struct err *e)
{
	char *path = path_of(data_dir, "active", ""), *dir = path_of(data_dir, "", "");
	struct buf text = { 0 };
	int rc;
	if (strcmp(active->digest, RULES_CONFIGURED) == 0) {
		rc = unlink(path);
		if (rc < 0)
			err_set(e, "%s: %s", path, strerror(errno));
	} else {
		write_active(active, &text);
		rc = write_file(path, (struct slice){ text.data, text.len }, e);
	}
	if (rc == 0)
		rc = sync_dir(dir, e);
	buf_free(&text);
	free(path);
	free(dir);
	return rc;
}

char *rules_dir_rolled_back(const char *data_dir)
{
	char *path = path_of(data_dir, "rolled_back", "");
	struct buf text = { 0 };
	struct err e;
	if (access(path, F_OK) == 0 && text_file_read(path, WHY_MAX, &text, &e) < 0)
		buf_addf(&text, "it cannot be read why: %s", e.text);
	char *why = mem_dup(buf_str(&text), strcspn(buf_str(&text), "\n"));
	buf_free(&text);
	free(path);
	return why;
}

int rules_dir_set_rolled_back(const char *data_dir, const char *why, struct err *e)
{
	char *path = path_of(data_dir, "rolled_back", ""), *dir = path_of(data_dir, "", "");
	struct buf text = { 0 };
	int rc = 0;
	buf_addf(&text, "%s\n", why);
	if (*why)
		rc = write_file(path, (struct slice){ text.data, text.len }, e);
	else if (unlink(path) < 0 && errno != ENOENT)
		rc = err_set(e, "%s: %s", path, strerror(errno));
	if (rc == 0)
		rc = sync_dir(dir, e);
	buf_free(&text);
	free(path);
	free(dir);
	return rc;
}

/* ---- which one was last in force ---- */

/* The lock is older than this file: where only the lock is, an earlier version ran. */
static const char *ran_unwritten(const char *data_dir)
{
	struct buf lock = { 0 };
	struct stat st;
	buf_addf(&lock, "%s/lock", data_dir);
	bool used = stat(lock.data, &st) == 0 && st.st_size > 0;
	buf_free(&lock);
	return used ? RULES_ANY : "";
}

int rules_dir_ran(const char *data_dir, char out[DIGEST_HEX_SIZE], struct err *e)
{
	char *path = path_of(data_dir, "ran", "");
	struct buf text = { 0 };
	int rc = 0;
	*out = '\0';
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		strcpy(out, ran_unwritten(data_dir));
		goto out;
	}
	rc = text_file_read(path, RAN_MAX, &text, e);
	if (rc == 0)
		snprintf(out, DIGEST_HEX_SIZE, "%.*s", (int)strcspn(buf_str(&text), "\n"),
			buf_str(&text));
	if (rc == 0 && strcmp(out, "none") == 0)
		*out = '\0';
	else if (rc == 0 && !is_digest(out))
		rc = err_set(e, "%s: it is broken", path);
out:
	buf_free(&text);
	free(path);
	return rc;
}

int rules_dir_set_ran(const char *data_dir, const char *digest, struct err *e)
{
	char *path = path_of(data_dir, "ran", ""), *dir = path_of(data_dir, "", "");
	struct buf text = { 0 };
	int rc = 0;
	buf_addf(&text, "%s\n", *digest ? digest : "none");
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		rc = err_set(e, "%s: %s", dir, strerror(errno));
	if (rc == 0)
		rc = write_file(path, (struct slice){ text.data, text.len }, e);
	if (rc == 0)
		rc = sync_dir(dir, e);
	buf_free(&text);
	free(path);
	free(dir);
	return rc;
}

/* ---- the copies ---- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_rules_file(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);
	return n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

static struct ruleset *compile_dir(const char *dir, bool lenient, struct conf_errors *errors)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_rules_file, by_name);
	struct config_strings files = { .n = 0 };
	if (n < 0) {
		conf_error(errors, dir, 0, "%s", strerror(errno));
		return NULL;
	}
	for (int i = 0; i < n; i++) {
		struct buf path = { 0 };
		buf_addf(&path, "%s/%s", dir, entries[i]->d_name);
		files.at = mem_resize(files.at, files.n + 1, sizeof *files.at);
		files.at[files.n++] = path.data;
		free(entries[i]);
	}
	free(entries);
	struct rules_load load = { (const char *const *)files.at, files.n, lenient };
	struct ruleset *rules = rules_load(&load, NULL, errors);
	for (size_t i = 0; i < files.n; i++)
		free(files.at[i]);
	free(files.at);
	return rules;
}

static void name_copy(struct buf *out, const char *from, const char *dir, size_t number)
{
	const char *slash = strrchr(from, '/'), *base = slash ? slash + 1 : from;
	size_t n = strlen(base);
	if (n > 5 && strcmp(base + n - 5, ".conf") == 0)
		n -= 5;
	buf_addf(out, "%s/%03zu-%.*s.conf", dir, number, (int)n, base);
}

static int copy_file(const char *from, const char *dir, size_t number, struct err *e)
{
	struct buf to = { 0 }, bytes = { 0 };
	name_copy(&to, from, dir, number);
	int rc = text_file_read(from, FILE_MAX, &bytes, e);
	if (rc == 0)
		rc = write_file(to.data, (struct slice){ buf_str(&bytes), bytes.len }, e);
	buf_free(&to);
	buf_free(&bytes);
	return rc;
}

static int copy_all(const char *dir, const struct config_strings *files, struct conf_errors *errors)
{
	struct err e;
	size_t before = errors->count;
	for (size_t i = 0; i < files->n; i++)
		if (copy_file(files->at[i], dir, i, &e) < 0)
			conf_error(errors, files->at[i], 0, "%s", e.text);
	if (errors->count == before && sync_dir(dir, &e) < 0)
		conf_error(errors, dir, 0, "%s", e.text);
	return errors->count == before ? 0 : -1;
}

/* Its errors name the files that were given: nobody knows the copies, and they are gone by then. */
static struct ruleset *compile_copies(
	const char *dir, const struct config_strings *files, struct conf_errors *errors)
{
	size_t from = errors->text.len;
	struct ruleset *rules = compile_dir(dir, false, errors);
	for (size_t i = 0; i < files->n && !rules; i++) {
		struct buf copy = { 0 };
		name_copy(&copy, files->at[i], dir, i);
		conf_errors_rename(errors, from, copy.data, files->at[i]);
		buf_free(&copy);
	}
	return rules;
}

static bool is_kept(const char *data_dir, const char *digest)
{
	struct conf_errors ignored = { .count = 0 };
	struct ruleset *rules = rules_dir_load(data_dir, digest, &ignored);
	bool kept = rules != NULL;
	ruleset_unref(&rules);
	buf_free(&ignored.text);
	return kept;
}

/* From its temporary name to its digest. An older copy that is whole stays, with its approval; a
 * broken one changes places, for there must be no moment without the one in force. */
static int settle(const char *data_dir, const char *fresh, const char *digest, struct err *e)
{
	char *to = path_of(data_dir, digest, ""), *dir = path_of(data_dir, "", "");
	int rc = 0;
	if (access(to, F_OK) < 0)
		rc = rename(fresh, to);
	else if (!is_kept(data_dir, digest))
		rc = renameat2(AT_FDCWD, fresh, AT_FDCWD, to, RENAME_EXCHANGE);
	rc = rc < 0 ? err_set(e, "%s: %s", to, strerror(errno)) : sync_dir(dir, e);
	free(to);
	free(dir);
	return rc;
}

struct ruleset *rules_dir_keep(
	const char *data_dir, const struct config_strings *files, struct conf_errors *errors)
{
	char *dir = path_of(data_dir, "", ""), *fresh = path_of(data_dir, "new", "");
	struct ruleset *rules = NULL;
	struct err e;
	remove_dir(fresh);
	if ((mkdir(dir, 0700) < 0 && errno != EEXIST) || mkdir(fresh, 0700) < 0)
		conf_error(errors, fresh, 0, "%s", strerror(errno));
	else if (copy_all(fresh, files, errors) == 0)
		rules = compile_copies(fresh, files, errors);
	if (rules && settle(data_dir, fresh, ruleset_digest(rules), &e) < 0) {
		conf_error(errors, fresh, 0, "%s", e.text);
		ruleset_unref(&rules);
	}
	remove_dir(fresh);
	free(dir);
	free(fresh);
	return rules;
}

char *rules_dir_put_text(const char *data_dir, const char *text, struct err *e)
{
	char *dir = path_of(data_dir, "", ""), *file = path_of(data_dir, "text", "");
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		err_set(e, "%s: %s", dir, strerror(errno));
	else if (write_file(file, (struct slice){ text, strlen(text) }, e) == 0)
		goto out;
	free(file);
	file = NULL;
out:
	free(dir);
	return file;
}

void rules_dir_take_text(char **file)
{
	unlink(*file);
	free(*file);
	*file = NULL;
}

struct ruleset *rules_dir_load(const char *data_dir, const char *digest, struct conf_errors *errors)
{
	char *dir = path_of(data_dir, digest, "");
	struct ruleset *rules = compile_dir(dir, true, errors);
	if (rules && strcmp(ruleset_digest(rules), digest) != 0) {
		conf_error(errors, dir, 0, "the files were changed: they have digest %s",
			ruleset_digest(rules));
		ruleset_unref(&rules);
	}
	free(dir);
	return rules;
}

char *rules_dir_approval(const char *data_dir, const char *digest)
{
	return path_of(data_dir, digest, "rules.sig");
}

int rules_dir_set_approval(
	const char *data_dir, const char *digest, struct slice text, struct err *e)
{
	char *path = rules_dir_approval(data_dir, digest), *dir = path_of(data_dir, digest, "");
	int rc = write_file(path, text, e);
	if (rc == 0)
		rc = sync_dir(dir, e);
	free(path);
	free(dir);
	return rc;
}

void rules_dir_prune(const char *data_dir, const char *const *keep, size_t n_keep)
{
	char *dir = path_of(data_dir, "", "");
	DIR *d = opendir(dir);
	const struct dirent *entry;
	while (d && (entry = readdir(d))) {
		bool wanted = !is_digest(entry->d_name);
		for (size_t i = 0; i < n_keep; i++)
			wanted = wanted || strcmp(entry->d_name, keep[i]) == 0;
		if (wanted)
			continue;
		char *old = path_of(data_dir, entry->d_name, "");
		remove_dir(old);
		free(old);
	}
	if (d)
		closedir(d);
	free(dir);
}
