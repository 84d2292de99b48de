#include "zone_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#define FILE_MAX   65536
#define HEADER     44
#define SINCE_S    1577836800 /* 1 January 2020 */
#define FAR_ENOUGH 2082758400 /* 1 January 2036 */

/* The second block of a TZif file (RFC 9636), whose times have 64 bits. */
struct tzif {
	const unsigned char *times, *types, *infos; /* n_times, n_times, n_types x 6 bytes */
	size_t n_times, n_types;
	const char *footer;
	size_t footer_len;
};

static int64_t big_endian(const unsigned char *p, size_t n)
{
	uint64_t v = n == 4 && (p[0] & 0x80) ? ~(uint64_t)0 : 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* Bytes of the data behind a header; its counts are in the order of the RFC. */
static size_t block_size(const unsigned char *header, size_t time_size, size_t count[6])
{
	for (size_t i = 0; i < 6; i++)
		count[i] = (size_t)big_endian(header + 20 + 4 * i, 4) & 0xffff;
	return count[3] * (time_size + 1) + count[4] * 6 + count[5] + count[2] * (time_size + 4) +
	       count[1] + count[0];
}

static bool is_header(const unsigned char *p, const unsigned char *end)
{
	return end - p >= HEADER && memcmp(p, "TZif", 4) == 0 && p[4] >= '2';
}

static int open_tzif(const unsigned char *bytes, size_t n, struct tzif *t)
{
	const unsigned char *end = bytes + n, *p = bytes;
	size_t count[6];
	if (!is_header(p, end))
		return -1;
	size_t first = HEADER + block_size(p, 4, count);
	if (first > n || !is_header(p += first, end))
		return -1;
	size_t second = HEADER + block_size(p, 8, count);
	if (second > (size_t)(end - p) || count[4] == 0)
		return -1;
	t->n_times = count[3];
	t->n_types = count[4];
	t->times = p + HEADER;
	t->types = t->times + 8 * t->n_times;
	t->infos = t->types + t->n_times;
	t->footer = (const char *)p + second;
	t->footer_len = (size_t)(end - p) - second;
	return 0;
}

static int add_shift(const struct tzif *t, size_t type, int64_t at_s, struct agency_zone *z)
{
	if (type >= t->n_types)
		return -1;
	z->shifts = mem_resize(z->shifts, z->n + 1, sizeof *z->shifts);
	z->shifts[z->n++] = (struct agency_shift){ at_s, big_endian(t->infos + 6 * type, 4) };
	return 0;
}

/* What held in 2020, and every change since. */
static int take_shifts(const struct tzif *t, struct agency_zone *z)
{
	size_t i = 0, type = 0;
	for (; i < t->n_times && big_endian(t->times + 8 * i, 8) <= SINCE_S; i++)
		type = t->types[i];
	if (add_shift(t, type, SINCE_S, z) != 0)
		return -1;
	int64_t last = SINCE_S;
	for (; i < t->n_times; i++) {
		last = big_endian(t->times + 8 * i, 8);
		if (add_shift(t, t->types[i], last, z) != 0)
			return -1;
	}
	bool goes_on = memchr(t->footer, ',', t->footer_len) != NULL;
	return goes_on && last < FAR_ENOUGH ? -1 : 0;
}

static bool is_name(const char *name)
{
	return *name != '/' && *name != '.' && strlen(name) < 64 && !strstr(name, "..") &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") ==
		       strlen(name);
}

int zone_read(const char *name, struct agency_zone *z, struct err *e)
{
	char path[128];
	struct tzif t;
	*z = (struct agency_zone){ .name = mem_strdup(name) };
	if (!*name || strcmp(name, "UTC") == 0)
		return 0;
	snprintf(path, sizeof path, ZONE_DIR "/%s", name);
	FILE *f = is_name(name) ? fopen(path, "rbe") : NULL;
	if (!f)
		return err_set(e, "no time zone %s in " ZONE_DIR " (package tzdata)", name);
	unsigned char *bytes = mem_zalloc(FILE_MAX);
	size_t n = fread(bytes, 1, FILE_MAX, f);
	fclose(f);
	int result = open_tzif(bytes, n, &t) != 0 || take_shifts(&t, z) != 0
			     ? err_set(e, "%s: not a zone file that reaches 2036", path)
			     : 0;
	free(bytes);
	return result;
}
