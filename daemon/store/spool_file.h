/* The files of a spool and what is done to them off the loop. */
#ifndef TRIAGED_STORE_SPOOL_FILE_H
#define TRIAGED_STORE_SPOOL_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/store/spool.h"

struct segment {
	uint64_t number; /* its file's name, rising */
	int fd;
	int64_t size, written;
	uint64_t last; /* sequence of the last record, 0: none */
	bool dead;     /* a write or sync failed: it is only read */
};

/* A group of records on its way to the disk. Whoever runs it has the segments to itself. */
struct group {
	const struct spool_calls *calls;
	const char *dir;
	int64_t segment_bytes;
	struct segment *segments; /* the first is written to; grows */
	size_t n;
	uint64_t next_number;
	size_t wanted; /* segments to have ahead when this is over */
	struct buf records;
	bool ok;
	unsigned failures;
	int64_t took_us;
	char why[128]; /* of the last failure */
};

extern const struct spool_calls spool_system_calls;

/* Write and sync the records, through as many segments as that takes, then allocate ahead. */
void group_run(struct group *g);

/* The content of a segment's file. */
int segment_read(const struct segment *s, struct buf *out, struct err *e) MUST_CHECK;
/* Written by a life that was killed, its content may be known to the kernel alone: sync it. -1: it could not be. */
int segment_secure(const struct segment *s, const struct spool_calls *calls,
	const struct buf *content) MUST_CHECK;
/* A segment file that exists; -1: not one. */
int segment_open(const char *dir, const char *name, struct segment *s) MUST_CHECK;
void segment_remove(const char *dir, struct segment *s);

#endif
