/*
 * How a spool lies on disk. A segment is a file of records, preallocated with zeros:
 *
 *     "tSpL"  length u32  sequence u64  CRC32C u32  payload  "\nEND"
 *
 * in little-endian; the CRC covers length, sequence and payload. Sequences rise, inside a segment by
 * one from record to record, so a reader also notices a record of which nothing is left. Pure.
 */
#ifndef TRIAGED_STORE_SPOOL_RECORD_H
#define TRIAGED_STORE_SPOOL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/base/record.h"

#define SPOOL_OVERHEAD    24           /* of a record, in bytes */
#define SPOOL_PAYLOAD_MAX (256 * 1024) /* a command with the longest line a peer may send fits */

struct spool_record {
	uint64_t sequence;
	struct slice payload;
};

/* payload.len at most SPOOL_PAYLOAD_MAX */
void spool_record_put(struct buf *b, uint64_t sequence, struct slice payload);

/* The size of the record that begins at data, 0 when there is no whole and undamaged one. */
size_t spool_record_at(const char *data, size_t len, struct spool_record *r);

struct spool_scan {
	const char *data;
	size_t len, at;
	uint64_t last;    /* sequence of the record before, here or in an earlier segment */
	bool begun;       /* a record was read here */
	uint64_t damaged; /* records that cannot be read, with readable ones behind them */
	size_t torn;      /* bytes behind the last whole record that are not zero */
};

/* The next whole record whose sequence is above scan->last. false: no more. What is damaged is
 * stepped over and counted; what lies behind the last whole record is torn. */
bool spool_scan_next(struct spool_scan *scan, struct spool_record *r);

#endif
