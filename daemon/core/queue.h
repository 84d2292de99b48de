/*
 * The line: every WAITING contact, once in the whole order and once in the lane of its needs and
 * tier. Order: band (emergency first), deadline, arrival, id.
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "contact.h"
#include "requirement.h"

struct queue {
	struct tree order;
	struct lane **lanes; /* the ones that are not empty, in no order that matters */
	size_t n_lanes, cap_lanes;
};

void queue_init(struct queue *q);
void queue_fini(struct queue *q);
void queue_place(struct core *core, struct contact *c); /* insert, marking nothing: loading */
void queue_insert(struct core *core, struct contact *c);
void queue_remove(struct core *core, struct contact *c);
/* To be called when its level or tier has changed: moves it to its new place. */
void queue_move(struct core *core, struct contact *c);

/* The first waiting contact that this responder may serve now, whether they have room or not; NULL:
 * none. excluded_too: also those from which they are excluded for a while. */
struct contact *queue_best_for(
	const struct core *core, const struct responder *r, bool excluded_too);

#endif
