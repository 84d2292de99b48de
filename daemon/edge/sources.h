/*
 * Where strangers come from. One address (of IPv6 one network of 64 bits) may have so many unfinished
 * handshakes; its further connections wait here, in order, for a descriptor each. So a flood from one
 * address keeps nobody else out, and nobody who is being served is concerned.
 */
#ifndef TRIAGED_EDGE_SOURCES_H
#define TRIAGED_EDGE_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/map.h"

struct source;

struct source_limits {
	int handshakes; /* of an address at once; 0: no limit */
	int waiting;    /* connections of all addresses */
	int64_t wait_ms;
};

struct sources {
	struct map by_address;
	int waiting;
};

enum source_entry { SOURCE_BEGIN, SOURCE_WAIT, SOURCE_REFUSE };

void sources_init(struct sources *t);
void sources_fini(struct sources *t); /* all handshakes have ended */

/* A connection came. BEGIN: its handshake may, and is counted to *source. WAIT: fd is kept here and
 * *source is its address. REFUSE: too many wait; fd is the caller's. */
enum source_entry sources_enter(struct sources *t, int fd, const struct source_limits *l,
	int64_t now_ms, struct source **source);

/* A handshake of the source ended. The connection that may begin in its place, counted already, or
 * -1: then source may be gone. */
int sources_leave(
	struct sources *t, struct source *source, const struct source_limits *l, int64_t now_ms);

bool sources_any_waits(const struct source *source);

/* Nobody is taken any more: close all that wait. */
void sources_send_away(struct sources *t);

#endif
