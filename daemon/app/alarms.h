/*
 * Troubles of this node itself that people must know of: each second every condition is looked at;
 * one that begins is logged, shown in node.status and brought to whoever leads, who tells the
 * supervisors and shows it on the board; one that is over is taken back the same way.
 *
 * An alarm may get lost on its way (nobody leads just now), so what is true is said again now and
 * then, which is harmless.
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
	int still_to_say; /* times that its end is said again */
	struct mono since, said;
	char detail[ALARM_DETAIL_MAX];
};

struct alarms {
	struct alarm_state states[ALARMS_MAX]; /* by condition */
	struct cert_ends ends;                 /* of what is in use */
};

void alarms_look(struct node *n);    /* once a second */
void alarms_say_all(struct node *n); /* somebody else leads */
/* The certificates in use were read from their files now. */
void alarms_note_certificate(struct node *n);
/* The open ones, as a member of node.status. */
void alarms_show(const struct node *n, struct buf *out);

#endif
