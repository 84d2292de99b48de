/* Which words a phrase cannot do without; private to the phrase compiler. */
#ifndef TRIAGE_PHRASE_NEED_H
#define TRIAGE_PHRASE_NEED_H

#include "phrase_parse.h"

/* Set ph->ways and ph->back. No ways when every word may be left out. */
void phrase_collect_needs(struct phrase *ph, const struct sequence *s, const struct vocab *vocab);
void phrase_free_needs(struct phrase *ph);

#endif
