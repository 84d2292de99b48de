/*
 * The spool: where this node keeps commands that it has acknowledged and Redis has not taken. A
 * directory of segments (spool_record.h), written in groups, each synced before anybody is told.
 *
 *     spool_add() … spool_add() ─▶ spool_sync(): write, fdatasync ─▶ done     off the loop
 *     spool_read() … ─▶ spool_release(): a segment of which nothing is needed is removed
 *
 * Room is allocated beforehand. Of what is allocated a part is kept for contacts taken in already:
 * a beginning needs room for itself and for what follows from it, an ending only for itself.
 *
 * After a failed write or sync the segment is never written again, since what the kernel then has
 * of it is unknown: what was not confirmed goes into another one. Nothing is confirmed by trying
 * the same sync again.
 */
#ifndef TRIAGED_STORE_SPOOL_H
#define TRIAGED_STORE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "triaged/base/err.h"
#include "triaged/base/record.h"

struct spool;

/* The system calls that may fail in a way that matters. */
struct spool_calls {
	ssize_t (*write)(int fd, const void *p, size_t n, off_t at); /* like pwrite(2) */
	int (*sync)(int fd);                                         /* like fdatasync(2) */
	int (*allocate)(int fd, off_t size);                         /* 0 or errno */
};

struct spool_options {
	const char *dir;       /* made if it is missing */
	int64_t segment_bytes; /* 64 KiB to 64 MiB */
	int segments;          /* allocated ahead, at least 2 */
	/* Run a job elsewhere and then done on the loop; -1: it cannot. NULL: here and now. */
	int (*submit)(void *arg, void (*run)(void *job), void (*done)(void *job), void *job);
	void *submit_arg;
	const struct spool_calls *calls; /* NULL: the system's */
};

/* Reads what is there and allocates segments ahead. */
struct spool *spool_open(const struct spool_options *options, struct err *e) MUST_CHECK;
void spool_close(struct spool **spool); /* not while a job runs; its done may be missing */

enum spool_use {
	SPOOL_BEGIN, /* a contact that is new */
	SPOOL_GO_ON, /* something about one that is known */
	SPOOL_END    /* the end of one */
};

/* Whether an entry would be taken now; n bytes: its own and those of others that come before it. */
bool spool_has_room(const struct spool *s, enum spool_use use, size_t n);

/* The last attempt to allocate got what it wanted: what there is no room for now will find some. */
bool spool_grows(const struct spool *s);

/* The next group gets this entry; its sequence. 0: no room. */
uint64_t spool_add(struct spool *s, enum spool_use use, struct slice entry) MUST_CHECK;

/* ok: everything added before spool_sync() is on disk; false: none of it, and it was dropped. */
typedef void (*spool_done_fn)(void *arg, bool ok);
/* One at a time. done never runs from inside this call when options.submit is set. */
void spool_sync(struct spool *s, spool_done_fn done, void *arg);

/* Allocate ahead again after what was used: does nothing when enough is there. Off the loop too. */
void spool_maintain(struct spool *s);

struct spool_entry {
	uint64_t sequence;
	struct slice bytes; /* valid until the next call; may be changed in place */
	char *data;         /* the same */
};
/* The first entry on disk behind that sequence. 1: read, 0: none, -1: its segment cannot be read. */
int spool_read(
	struct spool *s, uint64_t behind, struct spool_entry *entry, struct err *e) MUST_CHECK;
/* Entries up to this sequence are not needed any more. Never fails: what stays is read again. */
void spool_release(struct spool *s, uint64_t through);

/* Every entry that a directory holds, in order, read by somebody else than its owner: nothing is
 * changed. Those the store has taken since may be among them. bytes may be changed in place. -1: the
 * directory or a segment cannot be read; the rest was. */
typedef void (*spool_each_fn)(void *arg, char *bytes, size_t n);
int spool_look(const char *dir, spool_each_fn each, void *arg, struct err *e) MUST_CHECK;

struct spool_counts {
	uint64_t entries;  /* on disk and not released */
	uint64_t last;     /* sequence of the last one confirmed, or read at the start */
	uint64_t released; /* through this sequence */
	uint64_t damaged;  /* records that could not be read, since the start */
	uint64_t torn;     /* segments with an end cut off */
	uint64_t failures; /* of writes and syncs */
	uint64_t syncs;
	int64_t free_bytes;    /* allocated and not written */
	int64_t sync_max_us;   /* longest sync, writing included */
	int64_t sync_total_us; /* of all of them */
	bool failed;           /* the last group could not be kept anywhere */
};
void spool_count(const struct spool *s, struct spool_counts *counts);

#endif
