/*
 * Letters between centers that share a Redis: what the core wants another center to know goes into
 * that center's inbox, and what comes from there is opened for this one.
 *
 *     core ─▶ LETTER, committed ─▶ sealed under the centers' common key ─▶ XADD t:{other}:in
 *                                        there or not yet known ─▶ LETTER_SENT ─▶ core
 *     inbox ─▶ a letter's command ─▶ opened, sealed under our own key ─▶ core
 *
 * Only the leading node sends, and only what is committed in the store.
 */
#ifndef TRIAGED_APP_PEERS_H
#define TRIAGED_APP_PEERS_H

#include "triaged/core/core.h"

struct node;
struct peers;

/* Sets node->peers; stays NULL without transfer.centers. */
int peers_start(struct node *n, const char *url, struct err *e) MUST_CHECK;
void peers_stop(struct peers **peers);

/* OUTPUT_LETTER, committed. p may be NULL. */
void peers_send(struct peers *p, const struct output *output);

bool peers_is_letter(const struct command *c);
/* Text of a letter from the inbox as ours; its memory, in `sealed`, outlives the command. What does
 * not open is left out and logged. p may be NULL. */
void peers_take(struct peers *p, struct command *c, struct buf *sealed);

#endif
