/*
 * A TLS connection on the loop. What is sent in one turn of the loop leaves together when the turn
 * ends, in as few records and calls as that takes; the loop is asked to wait for the socket only when
 * the kernel takes no more. What the peer sends is read with one call when it is there whole.
 */
#ifndef TRIAGED_EDGE_STREAM_H
#define TRIAGED_EDGE_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event_struct.h>
#include <openssl/ssl.h>

struct evbuffer;

/* What happened, to arg of stream_open(). Any of them may stop or close the stream. */
struct stream_events {
	void (*secured)(void *arg);           /* the handshake is done */
	void (*came)(void *arg);              /* there is something new in stream_in() */
	void (*left)(void *arg);              /* all that was sent is with the kernel */
	void (*lost)(void *arg, bool closed); /* closed: by the peer, in order */
};

enum stream_state { STREAM_HANDSHAKE, STREAM_OPEN, STREAM_STOPPED };

/* Embedded in its owner; the fields are stream.c's. */
struct stream {
	struct streams *all;
	SSL *ssl;
	struct evbuffer *in, *out;
	struct event readable, writable;
	LIST_ENTRY(stream) to_write, to_read; /* le_prev NULL: not listed */
	void *arg;
	uint8_t state;
	bool paused;
};

LIST_HEAD(stream_list, stream);

/* What the streams of one owner share. */
struct streams {
	struct event_base *base;
	const struct stream_events *events; /* outlives them */
	struct stream_list to_write, to_read;
	struct event *turn_end;  /* writes to_write */
	struct event *next_turn; /* reads to_read */
	unsigned char *record;   /* where one is read to */
};

void streams_init(struct streams *all, struct event_base *base, const struct stream_events *events);
void streams_fini(struct streams *all);

/* Begin the handshake on a connected socket; both are the stream's from now on. */
void stream_open(struct stream *s, struct streams *all, SSL *ssl, int fd, void *arg);
void stream_priority(struct stream *s, int priority); /* of its events in the loop */

const SSL *stream_tls(const struct stream *s); /* for what it tells of the peer */
/* What has come and was not taken; the owner drains it. */
struct evbuffer *stream_in(const struct stream *s);
void stream_pause(struct stream *s);
void stream_resume(struct stream *s); /* what came meanwhile is told in the next turn */

void stream_send(struct stream *s, const void *bytes, size_t n);
size_t stream_unsent(const struct stream *s);

/* Nothing more is sent; what the peer sends is still read. */
void stream_end(struct stream *s);
/* Nothing happens any more. */
void stream_stop(struct stream *s);
void stream_close(struct stream *s);

#endif
