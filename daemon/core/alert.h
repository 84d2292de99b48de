/*
 * Alerts to people: a notice to every supervisor that repeats until somebody takes it by name and
 * then reminds as long as its cause lasts. A flood of repeats is summed up ("more_alerts").
 */
#ifndef CORE_ALERT_H
#define CORE_ALERT_H

#include "contact.h"
#include "dispatch.h"
#include "team.h"

void alert_raise(struct core *core, struct contact *c, const char *kind);
void alert_repeat(struct core *core, struct contact *c);
void alert_ack(struct core *core, struct contact *c, const char *by);
void alert_clear(struct contact *c); /* its cause is over */

/* Time between two notices of an alert, which depends on whether it is acknowledged. */
int64_t alert_gap(const struct core *core, bool acknowledged);

void alert_team(struct core *core, struct team *t); /* its crew has not checked in */

/* Single notices: neither repeated nor to be acknowledged. */
void notice_contact(struct core *core, struct contact *c, const char *kind);
void notice_responder(struct core *core, const struct responder *r, const char *kind);
/* To dispatchers and supervisors. */
void notice_dispatch(struct core *core, const struct dispatch *d, const char *kind);
void notice_send(struct core *core, const struct dispatch *d, const struct dispatch_send *s);
void notice_lane(struct core *core, const struct lane *lane);

#endif
