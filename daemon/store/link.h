/*
 * One connection to Redis over a bufferevent, kept up for ever: connect, authenticate, pipeline
 * commands, match replies in order, reconnect. It knows no keys and no functions.
 *
 *            timer                 connected              authenticated
 *   WAITING ───────▶ CONNECTING ───────────▶ GREETING ─────────────────▶ UP
 *      ▲                 │                      │                         │
 *      └─────────────────┴──── error, deadline, link_reset() ─────────────┘
 *
 * Every command completes exactly once, with its reply or with NULL: outcome unknown. A command
 * without an answer for command_ms resets the link, which completes all of them with NULL.
 * Callbacks run from the event loop, or from inside link_reset() and link_close(); never from
 * link_send().
 */
#ifndef TRIAGED_STORE_LINK_H
#define TRIAGED_STORE_LINK_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdint.h>

#include "args.h"
#include "triaged/base/err.h"

struct event_base;
struct link;
struct tls;
struct url;

/* Where to connect to, when it may change. */
struct link_place {
	const struct url *(*now)(void *arg, const char **why); /* NULL: not known, and why */
	void (*doubt)(void *arg, const char *why);             /* there it failed; may be NULL */
	void *arg;
};

struct link_options {
	const char *url;         /* fixed; not used with a place */
	struct link_place place; /* asked at each attempt; now NULL: none */
	struct tls *tls;         /* for tls: addresses, outlives the link; NULL: none are used */
	const char *username, *password; /* "": none */
	int64_t connect_ms;              /* from the attempt until UP */
	int64_t command_ms;
};

struct link_events {
	void *arg;
	void (*up)(void *arg);                    /* may be NULL */
	void (*down)(void *arg, const char *why); /* also when an attempt fails; may be NULL */
	/* What comes unasked behind SUBSCRIBE; NULL: nothing may. */
	void (*message)(void *arg, const char *channel, const char *text);
};

/* reply is freed when the callback returns. */
typedef void (*link_reply_fn)(void *arg, const redisReply *reply);

struct link *link_open(struct event_base *base, const struct link_options *options,
	const struct link_events *events, struct err *e) MUST_CHECK;
/* Completes everything pending with NULL before it returns. Allowed from inside callbacks. */
void link_close(struct link **l);

/* Inside a link_reply_fn: the reply is the caller's now, to be freed with freeReplyObject(). */
redisReply *link_take_reply(struct link *l);

bool link_is_up(const struct link *l);
/* Of the last loss: since when nothing had come back. */
struct mono link_lost_since(const struct link *l);
/* While the link is not up, done gets NULL on the next loop turn. */
void link_send(struct link *l, const struct args *args, link_reply_fn done, void *arg);
/* The same with a formatted command, which must live until done has run. */
void link_send_wire(struct link *l, struct slice wire, link_reply_fn done, void *arg);
/* The same, copied. */
void link_send_copy(struct link *l, struct slice wire, link_reply_fn done, void *arg);
/* Complete with NULL on the next loop turn without sending. */
void link_refuse(struct link *l, link_reply_fn done, void *arg);
/* Drop the connection, complete what is pending and try again later. */
void link_reset(struct link *l, const char *why);
/* The place may have changed: when it has, leave the old one, with everything pending unknown, and
 * go there at once. */
void link_move(struct link *l, const char *why);
/* The peer proved good: the next attempt after a loss is immediate again. */
void link_settled(struct link *l);
/* Before closing: send what is queued and let the server take it, for at most ms. Blocks. */
void link_flush(struct link *l, int ms);

#endif
