/* A spool as others see it. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool_file.h"
#include "spool_record.h"
#include "triaged/base/mem.h"

static int by_number(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void read_records(struct buf *content, uint64_t *last, spool_each_fn each, void *arg)
{
	struct spool_scan scan = { .data = content->data, .len = content->len, .last = *last };
	struct spool_record r;
	while (spool_scan_next(&scan, &r))
		each(arg, content->data + (r.payload.data - content->data), r.payload.len);
	*last = scan.last;
}

int spool_look(const char *dir, spool_each_fn each, void *arg, struct err *e)
{
	DIR *listing = opendir(dir);
	struct segment *all = NULL, found;
	struct buf content = { 0 };
	size_t n = 0;
	uint64_t last = 0;
	int result = 0;
	if (!listing)
		return err_set(e, "%s: %s", dir, strerror(errno));
	for (struct dirent *d; (d = readdir(listing));) {
		if (segment_open(dir, d->d_name, &found) < 0)
			continue;
		all = mem_resize(all, n + 1, sizeof *all);
		all[n++] = found;
	}
	closedir(listing);
	if (n)
		qsort(all, n, sizeof *all, by_number);
	for (size_t i = 0; i < n; i++) {
		if (segment_read(&all[i], &content, e) == 0)
			read_records(&content, &last, each, arg);
		else
			result = -1;
		close(all[i].fd);
	}
	buf_wipe(&content);
	free(all);
	return result;
}
