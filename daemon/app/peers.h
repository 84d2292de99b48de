/*
 * Letters between centers that share a Redis: letters of this core go into the other center's inbox, and
 * letters from there are opened here.
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
/* Seal the texts of a letter from the inbox anew under this center's keys. They lie in `sealed`, which
 * must outlive the command. A text that cannot be opened is left out and logged. p may be NULL. */
void peers_take(struct peers *p, struct command *c, struct buf *sealed);

#endif
