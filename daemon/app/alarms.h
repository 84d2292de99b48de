/*
 * Alarms: trouble of this node itself that people must know of. Every second all conditions are checked.
 * One that begins is logged, shown in node.status and submitted to the leading node, which tells the
 * supervisors and shows it on the board; one that is over is cleared in the same way.
 *
 * A report may be lost on its way, as when nobody leads, so the present state is submitted again from
 * time to time; that has no second effect.
 */
#ifndef TRIAGED_APP_ALARMS_H
#define TRIAGED_APP_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/clock.h"
#include "triaged/privacy/cert.h"

#define ALARMS_MAX       16
#define ALARM_DETAIL_MAX 160

struct node;

struct alarm_state {
	bool on;
	int still_to_say; /* how many times more its end is submitted */
	struct mono since, said;
	char detail[ALARM_DETAIL_MAX];
};

struct alarms {
	struct alarm_state states[ALARMS_MAX]; /* by condition */
	struct cert_ends ends;                 /* of the certificates in use */
};

void alarms_look(struct node *n);    /* once a second */
void alarms_say_all(struct node *n); /* submit all of them to a new leader */
/* To be called when the certificates in use have been read from their files. */
void alarms_note_certificate(struct node *n);
/* The open ones, as a member of node.status. */
void alarms_show(const struct node *n, struct buf *out);

#endif
