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
	FAR_ASKED,  /* origin: the other center is asked */
	FAR_THERE,  /* origin: it has it */
	FAR_OPENED, /* receiver: in line or accepted, and not confirmed */
	FAR_HERE,   /* receiver: it is ours */
};

struct far {
	int64_t role;  /* enum far_role */
	char *center;  /* the other one */
	char *contact; /* its name there */
	char *transfer;
	int64_t due_ms; /* THERE: nothing was heard from there for a day; people are told then */
};

bool far_is_origin(const struct contact *c);
bool far_is_receiver(const struct contact *c);

/* The other center is asked, with what this one knows. c: what was asked for. */
void far_ask(struct core *core, struct contact *n, const struct command *c);
/* It is asked no more. */
void far_cancel(struct core *core, struct contact *n);
/* A responder here has accepted it. */
void far_accepted(struct core *core, struct contact *n);
/* What the person said there is told here, and the reverse. */
void far_said(struct core *core, struct contact *n, const struct command *c);
/* Over on this side: closed, left or gone. */
void far_over(struct core *core, struct contact *n, const char *how);
/* What was handed over ends here as well; not over a rescue that was asked for meanwhile. */
void far_end(struct core *core, struct contact *n);
void far_clear(struct far *f);

#endif
