/*
 * One function for each command. Each first decides whether the command may be done (everything
 * that can refuse comes before anything that changes), then does it and fills core->answer.
 * 0: done; -1: refused by core_refuse(), nothing changed.
 */
#ifndef CORE_APPLY_H
#define CORE_APPLY_H

#include "state.h"

typedef int (*apply_fn)(struct core *core, const struct command *c);

int apply_command(struct core *core, const struct command *c);

int apply_contact_open(struct core *core, const struct command *c);
int apply_contact_say(struct core *core, const struct command *c);
int apply_contact_answer(struct core *core, const struct command *c);
int apply_contact_assess(struct core *core, const struct command *c);
int apply_contact_leave(struct core *core, const struct command *c);
int apply_contact_resume(struct core *core, const struct command *c);
int apply_contact_retriage(struct core *core, const struct command *c);
int apply_contact_level(struct core *core, const struct command *c);
int apply_contact_note(struct core *core, const struct command *c);
int apply_contact_escalate(struct core *core, const struct command *c);
int apply_contact_close(struct core *core, const struct command *c);
int apply_contact_transfer(struct core *core, const struct command *c);
int apply_transfer_cancel(struct core *core, const struct command *c);
int apply_transfer_done(struct core *core, const struct command *c);
int apply_transfer_open(struct core *core, const struct command *c);
int apply_transfer_answer(struct core *core, const struct command *c);
int apply_transfer_settle(struct core *core, const struct command *c);
int apply_transfer_said(struct core *core, const struct command *c);
int apply_transfer_over(struct core *core, const struct command *c);
int apply_letter_sent(struct core *core, const struct command *c);
int apply_contact_next(struct core *core, const struct command *c);
int apply_offer_accept(struct core *core, const struct command *c);
int apply_offer_decline(struct core *core, const struct command *c);
int apply_responder_set(struct core *core, const struct command *c);
int apply_responder_force(struct core *core, const struct command *c);
int apply_responder_done(struct core *core, const struct command *c);
int apply_dispatch_ack(struct core *core, const struct command *c);
int apply_dispatch_outcome(struct core *core, const struct command *c);
int apply_dispatch_decline(struct core *core, const struct command *c);
int apply_dispatch_status(struct core *core, const struct command *c);
int apply_dispatch_confirm(struct core *core, const struct command *c);
int apply_dispatch_get(struct core *core, const struct command *c);
int apply_team_set(struct core *core, const struct command *c);
int apply_team_checkin(struct core *core, const struct command *c);
int apply_dispatch_drill(struct core *core, const struct command *c);
int apply_dispatch_sent(struct core *core, const struct command *c);
int apply_alert_ack(struct core *core, const struct command *c);
int apply_board_watch(struct core *core, const struct command *c);
int apply_session_up(struct core *core, const struct command *c);
int apply_session_down(struct core *core, const struct command *c);
int apply_node_up(struct core *core, const struct command *c);
int apply_node_island(struct core *core, const struct command *c);
int apply_node_lost(struct core *core, const struct command *c);
int apply_node_alarm(struct core *core, const struct command *c);
int apply_tick(struct core *core, const struct command *c);

/* Who may touch what. Each finds a contact that has not ended or refuses (NULL). */
struct contact *find_contact(struct core *core, const struct command *c); /* any */
/* A front end finds only its own contacts. */
struct contact *find_own_contact(struct core *core, const struct command *c);
/* The responder who carries it, or a supervisor. */
struct contact *find_served_contact(struct core *core, const struct command *c);

/* Likewise, or the guest who is present in the conversation. */
struct contact *find_heard_contact(struct core *core, const struct command *c);

/* The answer to offer.accept. */
void put_taken(struct core *core, const struct contact *n);
/* Append to the contact's transcript; counts its seq. kind: text, note or answers. */
void put_message(
	struct core *core, struct contact *c, const struct command *command, const char *kind);
/* Add the text of c, the contact's newest message, to the fields b of a contact.said that
 * contact_tell() began; b NULL: nobody is there to be told. */
void pass_on(
	const struct core *core, const struct contact *n, const struct command *c, struct buf *b);
/* Make a contact in state NEW from the command's fields. */
struct contact *contact_take(struct core *core, const struct command *c);
/* Responder r now serves n, which is OFFERED and whose offers have all ended. */
void responder_takes(struct core *core, struct responder *r, struct contact *n);
/* A command with a fact number: what an island decided, see apply_fact.c. */
int apply_fact(struct core *core, const struct command *c);
/* Answer a fact that was taken before; it has no second effect. */
void fact_again(struct core *core, const struct command *c);
/* Whether c is what a responder said, assessed or asked for while serving the contact; such a fact
 * counts even when somebody else serves it by now. */
bool fact_is_heard(const struct command *c);
bool is_supervisor(const struct command *c);
bool is_responder(const struct command *c);

#endif
