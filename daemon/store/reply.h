/*
 * Reading Redis replies. The server may be wrong, hostile or newer: every accessor accepts any
 * reply and says when it is not what was asked for. Nothing here keeps a reply; slices and
 * strings point into it.
 */
#ifndef TRIAGED_STORE_REPLY_H
#define TRIAGED_STORE_REPLY_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/err.h"
#include "triaged/base/record.h"

/* Our own largest replies: a page of 500 transcript records of some kB, COUNT 256 of the inbox. */
#define REPLY_BYTES_MAX    (64u << 20)
#define REPLY_ELEMENTS_MAX 65536

/* A reader that refuses arrays over REPLY_ELEMENTS_MAX instead of allocating for them. NULL when
 * memory is gone. Release with redisReaderFree(). */
redisReader *reply_reader_new(void);

bool reply_is_error(const redisReply *r, const char *word); /* an error beginning with word */
/* The server is not, or not now, the one to ask: everything is asked again elsewhere or later. ASK
 * is not followed: a center whose keys lie on two servers has no state to decide on, and waits
 * until they have moved. */
bool reply_is_elsewhere(const redisReply *r);
/* -1 with the server's message when r is an error. */
int reply_check(const redisReply *r, struct err *e) MUST_CHECK;
/* Element i of an array, else NULL. Every accessor takes NULL. */
const redisReply *reply_at(const redisReply *r, size_t i);
size_t reply_count(const redisReply *r);
bool reply_is_text(const redisReply *r);                   /* a string or a status */
struct slice reply_slice(const redisReply *r);             /* { "", 0 } unless text */
const char *reply_str(const redisReply *r);                /* "" unless text */
int reply_int(const redisReply *r, int64_t *v) MUST_CHECK; /* an integer, or a string of one */

/* Entries of a stream, as XRANGE answers: [[id, [field, value, …]], …]. -1 when it is not that;
 * nothing was handed over then. fields has an even number of elements, all text. */
typedef void (*reply_entry_fn)(void *arg, const char *id, const redisReply *fields);
int reply_entries(const redisReply *entries, reply_entry_fn each, void *arg) MUST_CHECK;
/* XREAD of one stream: its entries; NULL for nil or anything else. */
const redisReply *reply_xread(const redisReply *r);

/* A line "name:value" of INFO; {NULL, 0} when absent. */
struct slice reply_info(const redisReply *r, const char *name);

#define LEAD_LOST   (-1)
#define LEAD_BEHIND (-2)

struct lead_answer {
	int64_t epoch, remaining_ms, now_ms;
	int64_t batch; /* the last one here of the epoch held; LEAD_LOST, LEAD_BEHIND: see t1_lead */
	bool mine;
	const char *holder;
	const char *instance; /* id of the data set, "" when there is none */
};
int reply_lead(const redisReply *r, struct lead_answer *a) MUST_CHECK;

struct node_answer {
	int64_t now_ms;
	bool known;
	const char *out_end;
	const redisReply *expired; /* array of text */
	const char *instance;
};
int reply_node(const redisReply *r, struct node_answer *a) MUST_CHECK;

#endif
