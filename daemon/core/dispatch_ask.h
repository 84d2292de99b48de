/* Whom a dispatch is asked of: teams and agencies one after the other until one accepts, and what
 * is sent to them. A target is "team:<id>" or "agency:<id>". */
#ifndef CORE_DISPATCH_ASK_H
#define CORE_DISPATCH_ASK_H

#include "dispatch.h"

#define TARGET_SIZE 80

/* Ask the next target, unless one is being asked, one has it, or the dispatch is held. When no target is
 * left it waits for the next round, or is DECLINED if all have declined. */
void dispatch_ask(struct core *core, struct dispatch *d);
/* The target that would be asked after the present one; "": none. */
void dispatch_next_target(const struct core *core, const struct dispatch *d, char out[TARGET_SIZE]);
/* The one being asked did not answer in time. */
void dispatch_unanswered(struct core *core, struct dispatch *d);
/* The target, asked or having accepted, declines; the next one is asked. */
void dispatch_declined(struct core *core, struct dispatch *d, const char *target);
/* The target takes it. */
void dispatch_accepted(struct core *core, struct dispatch *d, const char *target);
/* Ask nobody any more, because somebody arranged the rescue in another way. */
void dispatch_stop_asking(struct core *core, struct dispatch *d);
/* Take it back from whoever is asked or has it, and tell them why. */
void dispatch_let_go(struct core *core, struct dispatch *d, const char *why);
/* The dispatch has changed: tell whoever is asked or has it. */
void dispatch_changed(struct core *core, struct dispatch *d);

/* The unit that has it has reported. */
void unit_heard(struct core *core, struct dispatch *d);

/* The target that this identity speaks for: one that is asked now or has it, or, while nobody has it,
 * one that was asked before. false: there is none. */
bool dispatch_concerns(const struct core *core, const struct dispatch *d, const char *identity,
	char target[TARGET_SIZE]);

/* dispatch.new to a partner that has connected, for everything that is asked of it. */
void dispatch_announce_to(struct core *core, const char *identity);

/* ---- webhooks: dispatch_send.c ---- */
const char *send_what_name(int what);
const char *send_result_name(int result);
void dispatch_queue_send(struct core *core, struct dispatch *d, const char *agency, int what);
/* Have messages that are due sent again. Nothing is decided by that, and its times are not stored:
 * another leader or a replay may do it at other times, so it is not in the ledger. */
void dispatch_emit(struct core *core, void *dispatch);
void dispatch_arm_emission(struct core *core, struct dispatch *d);
/* Give up messages that have been tried for too long, and tell people; and when the next one will be
 * (NEVER: no message waits). */
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
