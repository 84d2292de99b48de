#include "triaged/store/spool.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool_file.h"
#include "spool_record.h"
#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

/* What is kept free for a contact taken in: what is still said, and its end. A close with what is
 * usual in it has under 2 KiB; a message under 4 KiB, and there are some of them. */
#define KEEP_TO_END   4096
#define KEEP_TO_GO_ON 16384

struct spool {
	struct spool_options options;
	char *dir;
	struct segment *old; /* read only, before those in use */
	size_t n_old;
	struct segment *segments; /* the group's while one is under way */
	size_t n;
	struct segment *confirmed; /* the same when it began: what is read meanwhile */
	size_t n_confirmed;
	struct group group;
	bool syncing;
	bool grows;         /* nothing failed when segments were allocated last */
	spool_done_fn done; /* of the group under way; NULL: nobody waits for it */
	void *done_arg;
	spool_done_fn next_done; /* of the group that waits for it */
	void *next_arg;
	struct buf records; /* of the next group */
	uint64_t sequence;
	uint64_t added, adding; /* entries of the next group and of the one under way */
	int64_t begun;          /* contacts whose end is still to come */
	struct buf content;     /* of the segment read last */
	uint64_t content_of, content_last;
	struct spool_scan scan;
	struct spool_counts counts;
};

/* ---- what is there ---- */

static int compare_segments(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int list_segments(struct spool *s, struct err *e)
{
	DIR *dir = opendir(s->dir);
	struct segment found;
	if (!dir)
		return err_set(e, "%s: %s", s->dir, strerror(errno));
	for (struct dirent *d; (d = readdir(dir));) {
		if (segment_open(s->dir, d->d_name, &found) < 0)
			continue;
		s->old = mem_resize(s->old, s->n_old + 1, sizeof *s->old);
		s->old[s->n_old++] = found;
	}
	closedir(dir);
	if (s->n_old)
		qsort(s->old, s->n_old, sizeof *s->old, compare_segments);
	return 0;
}

/* What a segment left by an earlier life holds. One that cannot be read at all is left where it
 * is, for people. */
static bool survey(struct spool *s, struct segment *seg)
{
	struct spool_record r;
	struct err e;
	if (segment_read(seg, &s->content, &e) < 0) {
		s->counts.damaged++;
		LOG(ERROR, "spool.unreadable", LOG_S("why", e.text));
		close(seg->fd);
		return false;
	}
	struct spool_scan scan = {
		.data = s->content.data, .len = s->content.len, .last = s->sequence
	};
	while (spool_scan_next(&scan, &r)) {
		seg->last = r.sequence;
		s->counts.entries++;
	}
	if (seg->last && segment_secure(seg, s->group.calls, &s->content) < 0)
		LOG(ERROR, "spool.failed", LOG_S("why", strerror(errno)));
	s->sequence = scan.last;
	s->counts.damaged += scan.damaged;
	s->counts.torn += scan.torn > 0;
	if (scan.damaged)
		LOG(ERROR, "spool.damaged", LOG_I("segment", seg->number),
			LOG_I("records", scan.damaged));
	if (scan.torn)
		LOG(WARNING, "spool.torn", LOG_I("segment", seg->number),
			LOG_I("bytes", scan.torn));
	return true;
}

/* Segments that hold nothing go: fresh ones take their place. */
static void survey_all(struct spool *s)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->n_old; i++) {
		struct segment *seg = &s->old[i];
		s->group.next_number = seg->number;
		if (!survey(s, seg))
			continue;
		if (seg->last)
			s->old[kept++] = *seg;
		else
			segment_remove(s->dir, seg);
	}
	s->n_old = kept;
	s->group.next_number++;
	s->counts.last = s->sequence;
	buf_wipe(&s->content);
}

/* ---- room ---- */

static int64_t allocated(const struct spool *s)
{
	int64_t bytes = 0;
	for (size_t i = 0; i < s->n; i++)
		if (!s->segments[i].dead)
			bytes += s->segments[i].size - s->segments[i].written;
	return bytes;
}

/* Segments to have ahead: what is kept for contacts taken in grows with their number. */
static size_t wanted(const struct spool *s)
{
	int64_t kept = (s->begun + 1) * (KEEP_TO_END + KEEP_TO_GO_ON);
	return (size_t)(s->options.segments + kept / s->options.segment_bytes);
}

bool spool_has_room(const struct spool *s, enum spool_use use, size_t n)
{
	int64_t keep = use == SPOOL_END     ? 0
		       : use == SPOOL_GO_ON ? s->begun * KEEP_TO_END
					    : (s->begun + 1) * (KEEP_TO_END + KEEP_TO_GO_ON);
	int64_t wanted = (int64_t)(n + SPOOL_OVERHEAD + s->records.len) + keep;
	return wanted <= s->counts.free_bytes - (int64_t)(s->syncing ? s->group.records.len : 0);
}

bool spool_grows(const struct spool *s)
{
	return s->grows;
}

uint64_t spool_add(struct spool *s, enum spool_use use, struct slice entry)
{
	if (entry.len > SPOOL_PAYLOAD_MAX || !spool_has_room(s, use, entry.len))
		return 0;
	s->begun += use == SPOOL_BEGIN ? 1 : use == SPOOL_END && s->begun > 0 ? -1 : 0;
	spool_record_put(&s->records, ++s->sequence, entry);
	s->added++;
	return s->sequence;
}

/* ---- groups ---- */

/* A segment that failed before anything was kept in it is of no use to anybody. */
static void take_segments(struct spool *s, struct group *g)
{
	s->segments = g->segments;
	s->n = 0;
	for (size_t i = 0; i < g->n; i++) {
		if (g->segments[i].dead && !g->segments[i].last)
			segment_remove(s->dir, &g->segments[i]);
		else
			s->segments[s->n++] = g->segments[i];
	}
	s->counts.free_bytes = allocated(s);
}

static void count_group(struct spool *s, const struct group *g)
{
	struct spool_counts *c = &s->counts;
	c->failures += g->failures;
	if (g->failures)
		LOG(ERROR, "spool.failed", LOG_S("why", g->why), LOG_I("kept", g->ok),
			LOG_I("failures", c->failures));
	if (g->records.len == 0)
		return;
	c->failed = !g->ok;
	c->syncs++;
	c->sync_total_us += g->took_us;
	c->sync_max_us = g->took_us > c->sync_max_us ? g->took_us : c->sync_max_us;
}

static void run(void *job)
{
	group_run(job);
}

static void note_kept(struct spool *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->segments[i].last > s->counts.last)
			s->counts.last = s->segments[i].last;
	s->counts.entries += s->adding;
}

static void drop_released(struct spool *s);
static void start_next(struct spool *s);

/* Who waits for a group hears of it while segments are allocated for what comes behind it. */
static void finish(void *job)
{
	struct group *g = job;
	struct spool *s = (struct spool *)((char *)g - offsetof(struct spool, group));
	spool_done_fn done = s->done;
	void *arg = s->done_arg;
	bool ok = g->ok, allocated = g->wanted > 0;
	s->syncing = false;
	s->done = NULL;
	take_segments(s, g);
	count_group(s, g);
	if (ok && g->records.len)
		note_kept(s);
	buf_wipe(&g->records);
	drop_released(s);
	if (allocated)
		s->grows = g->failures == 0;
	else
		spool_maintain(s);
	if (!s->syncing)
		start_next(s);
	if (done)
		done(arg, ok);
}

static void start(struct spool *s, spool_done_fn done, void *arg)
{
	struct group *g = &s->group;
	s->n_confirmed = s->n;
	if (s->n) {
		s->confirmed = mem_resize(s->confirmed, s->n, sizeof *s->confirmed);
		memcpy(s->confirmed, s->segments, s->n * sizeof *s->confirmed);
	}
	g->segments = s->segments;
	g->n = s->n;
	g->failures = 0;
	s->syncing = true;
	s->done = done;
	s->done_arg = arg;
	if (!s->options.submit) {
		run(g);
		finish(g);
	} else if (s->options.submit(s->options.submit_arg, run, finish, g) < 0) {
		g->ok = false;
		finish(g);
	}
}

static void start_group(struct spool *s, spool_done_fn done, void *arg)
{
	s->group.records = s->records;
	s->records = (struct buf){ 0 };
	s->group.wanted = 0;
	s->adding = s->added;
	s->added = 0;
	start(s, done, arg);
}

static void start_next(struct spool *s)
{
	spool_done_fn next = s->next_done;
	s->next_done = NULL;
	if (next)
		start_group(s, next, s->next_arg);
}

void spool_sync(struct spool *s, spool_done_fn done, void *arg)
{
	CHECK(!s->done && !s->next_done);
	if (!s->syncing) {
		start_group(s, done, arg);
		return;
	}
	s->next_done = done; /* segments are being allocated */
	s->next_arg = arg;
}

void spool_maintain(struct spool *s)
{
	size_t ahead = 0;
	if (s->syncing)
		return;
	for (size_t i = 0; i < s->n; i++)
		ahead += !s->segments[i].dead && s->segments[i].written == 0;
	if (ahead >= wanted(s))
		return;
	s->group.wanted = wanted(s);
	start(s, NULL, NULL);
}

/* ---- reading and releasing ---- */

static const struct segment *segment_with(const struct spool *s, uint64_t behind)
{
	for (size_t i = 0; i < s->n_old; i++)
		if (s->old[i].last > behind)
			return &s->old[i];
	const struct segment *in_use = s->syncing ? s->confirmed : s->segments;
	size_t n = s->syncing ? s->n_confirmed : s->n;
	for (size_t i = 0; i < n; i++)
		if (in_use[i].last > behind)
			return &in_use[i];
	return NULL;
}

/* Whoever reads one entry reads the next one soon: the segment's content stays at hand. */
static int open_content(struct spool *s, const struct segment *seg, uint64_t behind, struct err *e)
{
	if (s->content_of == seg->number && s->content_last == seg->last && s->scan.last == behind)
		return 0;
	s->content_of = 0;
	if (segment_read(seg, &s->content, e) < 0)
		return -1;
	s->content_of = seg->number;
	s->content_last = seg->last;
	s->scan = (struct spool_scan){
		.data = s->content.data, .len = s->content.len, .last = behind
	};
	return 0;
}

int spool_read(struct spool *s, uint64_t behind, struct spool_entry *entry, struct err *e)
{
	struct spool_record r;
	const struct segment *seg = segment_with(s, behind);
	if (!seg)
		return 0;
	if (open_content(s, seg, behind, e) < 0)
		return -1;
	if (!spool_scan_next(&s->scan, &r) || r.sequence > seg->last)
		return err_set(e, "segment %llu has changed", (unsigned long long)seg->number);
	entry->sequence = r.sequence;
	entry->bytes = r.payload;
	entry->data = s->content.data + (r.payload.data - s->content.data);
	return 1;
}

static size_t drop_from(struct spool *s, struct segment *list, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (list[i].last && list[i].last <= s->counts.released)
			segment_remove(s->dir, &list[i]);
		else
			list[kept++] = list[i];
	}
	return kept;
}

static void drop_released(struct spool *s)
{
	s->n_old = drop_from(s, s->old, s->n_old);
	s->n = drop_from(s, s->segments, s->n);
	s->counts.free_bytes = allocated(s);
	if (s->counts.released < s->counts.last)
		return;
	s->begun = 0;
	s->counts.entries = 0;
	s->content_of = 0;
	buf_wipe(&s->content);
}

void spool_release(struct spool *s, uint64_t through)
{
	if (through <= s->counts.released)
		return;
	uint64_t n = through - s->counts.released;
	s->counts.released = through;
	s->counts.entries -= n < s->counts.entries ? n : s->counts.entries;
	if (s->syncing)
		return; /* finish() comes back to it */
	drop_released(s);
	spool_maintain(s);
}

/* ---- life ---- */

static int check_options(const struct spool_options *o, struct err *e)
{
	if (o->segment_bytes < 64 * 1024 || o->segment_bytes > 64 * 1024 * 1024 || o->segments < 2)
		return err_set(e, "spool: segments of 64 KiB to 64 MiB, two at least");
	return 0;
}

struct spool *spool_open(const struct spool_options *options, struct err *e)
{
	if (check_options(options, e) < 0)
		return NULL;
	if (mkdir(options->dir, 0700) < 0 && errno != EEXIST) {
		err_set(e, "%s: %s", options->dir, strerror(errno));
		return NULL;
	}
	struct spool *s = mem_zalloc(sizeof *s);
	s->options = *options;
	s->dir = mem_strdup(options->dir);
	s->group = (struct group){ .calls = options->calls ? options->calls : &spool_system_calls,
		.dir = s->dir,
		.segment_bytes = options->segment_bytes,
		.wanted = (size_t)options->segments };
	if (list_segments(s, e) < 0) {
		spool_close(&s);
		return NULL;
	}
	survey_all(s);
	group_run(&s->group); /* nobody waits yet */
	take_segments(s, &s->group);
	count_group(s, &s->group);
	s->grows = s->group.failures == 0;
	return s;
}

void spool_close(struct spool **slot)
{
	struct spool *s = *slot;
	*slot = NULL;
	if (!s)
		return;
	if (s->syncing) { /* it was run, and nobody came to tell */
		s->segments = s->group.segments;
		s->n = s->group.n;
		buf_wipe(&s->group.records);
	}
	for (size_t i = 0; i < s->n_old; i++)
		close(s->old[i].fd);
	for (size_t i = 0; i < s->n; i++)
		close(s->segments[i].fd);
	free(s->old);
	free(s->segments);
	free(s->confirmed);
	buf_wipe(&s->content);
	buf_wipe(&s->records);
	free(s->dir);
	free(s);
}

void spool_count(const struct spool *s, struct spool_counts *counts)
{
	*counts = s->counts;
}
