/*
 * Commands that arrived while nobody was known to lead (start, take-over, a short outage), in
 * order, bounded. Each is dropped when it is too old for anybody to wait for its answer.
 */
#ifndef TRIAGED_APP_BACKLOG_H
#define TRIAGED_APP_BACKLOG_H

#include <stdbool.h>

#include "triaged/base/buf.h"
#include "triaged/base/clock.h"

#define BACKLOG_MAX 20000

struct backlog_item {
	struct mono at;
	char *bytes;
	size_t n;
};

struct backlog {
	struct backlog_item *items;
	size_t first, count, cap;
};

/* Takes the bytes over (b becomes empty). false: full. */
bool backlog_add(struct backlog *backlog, struct buf *b);
/* The oldest one not older than max_age_ms, now the caller's to free; NULL when there is none, and
 * then the list's own memory is freed. */
char *backlog_take(struct backlog *backlog, int64_t max_age_ms, size_t *n);
void backlog_free(struct backlog *backlog);

#endif
