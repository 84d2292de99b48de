/*
 * Unfinished handshakes by source address. One address (of IPv6 one /64 network) may have only so many
 * at a time; its further connections wait here in order, each costing a descriptor. So a flood from one
 * address keeps nobody else out, and open sessions are not affected.
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

/* A new connection. BEGIN: its handshake may begin and is counted in *source. WAIT: fd is kept here, and
 * *source is its address. REFUSE: too many wait; the caller closes fd. */
enum source_entry sources_enter(struct sources *t, int fd, const struct source_limits *l,
	int64_t now_ms, struct source **source);

/* A handshake of the source has ended. Returns the waiting connection that may begin in its place,
 * counted already, or -1; then source may have been freed. */
int sources_leave(
	struct sources *t, struct source *source, const struct source_limits *l, int64_t now_ms);

bool sources_any_waits(const struct source *source);

/* Close all connections that wait. */
void sources_send_away(struct sources *t);

#endif
