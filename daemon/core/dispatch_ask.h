/* Whom a dispatch is asked of: teams and agencies one after the other until one accepts, and what
 * is sent to them. A target is "team:<id>" or "agency:<id>". */
#ifndef CORE_DISPATCH_ASK_H
#define CORE_DISPATCH_ASK_H

#include "dispatch.h"

#define TARGET_SIZE 80

/* Ask the next one unless somebody is being asked, has it, or it is held. Nobody left: wait for the
 * next round, or declined when all have said no. */
void dispatch_ask(struct core *core, struct dispatch *d);
/* Who would be asked behind the one who is; "" nobody. */
void dispatch_next_target(const struct core *core, const struct dispatch *d, char out[TARGET_SIZE]);
/* The one being asked did not answer in time. */
void dispatch_unanswered(struct core *core, struct dispatch *d);
/* The target (asked or having it) says no; the next one is asked. */
void dispatch_declined(struct core *core, struct dispatch *d, const char *target);
/* The target takes it. */
void dispatch_accepted(struct core *core, struct dispatch *d, const char *target);
/* Nobody is asked any more: somebody has seen to it otherwise. */
void dispatch_stop_asking(struct core *core, struct dispatch *d);
/* Nobody is asked any more and nobody has it: told why. */
void dispatch_let_go(struct core *core, struct dispatch *d, const char *why);
/* What it says has changed: whoever is asked or has it is told. */
void dispatch_changed(struct core *core, struct dispatch *d);

/* Whoever has it was heard of. */
void unit_heard(struct core *core, struct dispatch *d);

/* The target that this identity speaks for, among those asked now or having it, or else among those
 * told before while nobody has it. false: none of its business. */
bool dispatch_concerns(const struct core *core, const struct dispatch *d, const char *identity,
	char target[TARGET_SIZE]);

/* dispatch.new to a partner that has connected, for everything that is asked of it. */
void dispatch_announce_to(struct core *core, const char *identity);

/* ---- webhooks: dispatch_send.c ---- */
const char *send_what_name(int what);
const char *send_result_name(int result);
void dispatch_queue_send(struct core *core, struct dispatch *d, const char *agency, int what);
/* Ask for what is due once more. It decides nothing and its times are not stored, so that a replay
 * or another leader may do it at other times: the ledger does not know of it. */
void dispatch_emit(struct core *core, void *dispatch);
void dispatch_arm_emission(struct core *core, struct dispatch *d);
/* What was asked for too long is given up, and people are told. When next: NEVER, nothing waits. */
void dispatch_give_up(struct core *core, struct dispatch *d);
int64_t dispatch_give_up_due(const struct core *core, const struct dispatch *d);
struct dispatch_send *dispatch_find_send(struct dispatch *d, const char *agency);
void dispatch_take_result(
	struct core *core, struct dispatch *d, struct dispatch_send *s, const struct command *c);

/* ---- what is due: dispatch_due.c ---- */
void dispatch_plan(struct core *core, struct dispatch *d); /* deadlines of the state it is in */
void dispatch_alarm(struct core *core, struct dispatch *d);

/* ---- dispatches by line and consent ---- */
void tally_add(struct core *core, const struct dispatch *d);

#endif
