/*
 * A contact that two centers know: the one it was handed over from and the one it goes to. Until
 * the other center's responder has accepted and this center has confirmed, the origin has custody;
 * from then on the origin only passes on what is said.
 *
 *   origin                                              receiver
 *   ASKED ──── transfer.open ─────────────────────────▶ OPENED, in line there
 *     │   ◀─── transfer.answer accepted ─────────────── a responder accepts: ACTIVE there
 *     ▼
 *   THERE ──── transfer.settle confirmed ─────────────▶ HERE
 *     │   ◀──▶ transfer.said ◀──▶
 *   ended ◀─── transfer.over ──────────────────────────  closed
 *
 * The origin decides: an acceptance that crosses a cancellation is answered `cancelled`.
 */
#ifndef CORE_FAR_H
#define CORE_FAR_H

#include <stdbool.h>
#include <stdint.h>

struct core;
struct command;
struct contact;

enum far_role {
	FAR_NONE,
	FAR_ASKED,  /* origin: the other center was asked to take the contact */
	FAR_THERE,  /* origin: the other center has custody */
	FAR_OPENED, /* receiver: in line or accepted here, not confirmed by the origin yet */
	FAR_HERE,   /* receiver: this center has custody */
};

struct far {
	int64_t role;  /* enum far_role */
	char *center;  /* the other center */
	char *contact; /* the contact's id there */
	char *transfer;
	int64_t due_ms; /* THERE: when people are told that nothing came from there for a day */
};

bool far_is_origin(const struct contact *c);
bool far_is_receiver(const struct contact *c);

/* Origin: ask the other center, with what this one knows of the contact. c: the contact.transfer. */
void far_ask(struct core *core, struct contact *n, const struct command *c);
/* Origin: take the request back. */
void far_cancel(struct core *core, struct contact *n);
/* Receiver: a responder here has accepted it. */
void far_accepted(struct core *core, struct contact *n);
/* Pass on to the other center what was said on this side. */
void far_said(struct core *core, struct contact *n, const struct command *c);
/* Tell the other center that it is over on this side; how: closed, left or gone. */
void far_over(struct core *core, struct contact *n, const char *how);
/* Origin: the contact has ended in the other center and so ends here, unless a rescue that was asked for
 * here is still open. */
void far_end(struct core *core, struct contact *n);
void far_clear(struct far *f);

#endif
