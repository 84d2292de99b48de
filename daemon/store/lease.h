/*
 * Which node leads, and which nodes are alive: one lease for the center's leader and one for each node,
 * both in the server's time and checked inside the Redis functions. A leader trusts its lease only for
 * 5/6 of its length after it asked for it, by its own monotonic clock, so that it stops leading before
 * another node can begin. Whether this node leads is decided here alone.
 */
#ifndef TRIAGED_STORE_LEASE_H
#define TRIAGED_STORE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "triaged/base/clock.h"
#include "triaged/base/map.h"

struct event;

/* What the store knows of the data, for the server to compare. */
struct lease_knowledge {
	const char *instance;                      /* id of the data set, "" not known */
	const char *fresh;                         /* id for one that has none */
	const char *out_position, *inbox_position; /* read so far; "": nothing */
	int64_t acknowledged;                      /* the last batch of the epoch held */
	bool anew;                                 /* go on though the data lack all that */
};

struct lease_events {
	void *arg;
	void (*knowledge)(void *arg, struct lease_knowledge *k);
	void (*instance)(void *arg, const char *id); /* as the server says it; may be "" */
	/* This node leads (on); last: see lead_answer.batch. May reset the link. */
	void (*renewed)(void *arg, int64_t last);
	void (*lost_data)(
		void *arg); /* nobody leads: the data are gone, and knowledge.anew is not set */
	void (*registered)(void *arg, const char *out_end); /* each time the link is vetted */
	void (*lead)(void *arg, int64_t epoch);             /* 0: no more, or another leads now */
	void (*node_lost)(void *arg, const char *node, const char *incarnation);
	void (*reassert)(void *arg); /* others may have counted this node as gone */
	void (*time)(void *arg, int64_t server_ms);
};

struct lease {
	struct link *link;
	struct lease_events events;
	const char *prefix, *node, *incarnation, *previous; /* the store's, not owned */
	int64_t term_ms;
	int64_t epoch;    /* 0: not leading */
	bool ready;       /* leads, and has loaded the state */
	int64_t highest;  /* highest epoch ever seen: a wiped server must go on above it */
	int64_t lapsed;   /* epoch this node led until an answer was missing; perhaps still does */
	int64_t followed; /* epoch of the other node that leads, 0: none known */
	char *leader;     /* node name, "" unknown */
	bool running;     /* the link is vetted */
	bool competing;   /* false after lease_yield() */
	bool was_registered, asked_lead, asked_node;
	char *out_end; /* for registered(), which waits until it is known who leads; NULL: done */
	struct mono lead_asked_at;
	int64_t lead_asked_in;    /* the epoch held then */
	struct event *lead_timer; /* next renewal or attempt */
	struct event *lead_end;   /* our trust in the lease ends */
	struct event *node_timer;
	struct map told; /* "node incarnation" for which node_lost() was called */
};

void lease_init(struct lease *l, struct event_base *base);
void lease_fini(struct lease *l);
void lease_resume(struct lease *l);  /* the link is vetted: register, then compete */
void lease_compete(struct lease *l); /* the store is ready */
void lease_suspend(struct lease *l); /* the link went down */
void lease_ready(struct lease *l);   /* the state is loaded: hear of lost nodes */
void lease_lose(struct lease *l);    /* this node must not lead on: another epoch does */
void lease_yield(struct lease *l);
void lease_rejoin(struct lease *l); /* after lease_yield(): compete again */
void lease_leave(struct lease *l);  /* send: this node goes, and its lease with it */

#endif
