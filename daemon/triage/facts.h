/*
 * The contact's memory as lines, one fact a line:
 *
 *     a cssrs.q4 yes                        an answer (field, value)
 *     l high                                the highest floor reached, before raises
 *     r urgent                              a one-step raise is in force, up to this level
 *     o high, p urgent                      l and r of messages that a topic accounted for, were it
 *                                           not for the topic: they count once the contact tells of
 *                                           danger that no topic covers
 *     d si_active              a phrase of the family was said, and negated
 *     m si_active si.act.01 self literal now 29403177   the same as s, with the minute (0 unknown);
 *                              only of families that a window of minutes asks for
 *     s si_active si.act.01 self literal now   a signal: family, id, subject, framing, time
 *
 * Union of two sets is the union of their lines. Levels and raises are facts themselves, so the
 * level of a union is never lower than that of either part.
 */
#ifndef TRIAGE_FACTS_H
#define TRIAGE_FACTS_H

#include "model.h"

/*
 * Read facts into w (facts, values, fact_level, fact_raise, open_level, open_raise). Lines not
 * understood are skipped.
 */
void facts_read(struct triage_scratch *w, const char *p, size_t n);

/* Append to w->lines what this message showed. */
void facts_note_signals(const struct ruleset *rules, struct triage_scratch *w);
void facts_note_answer(struct triage_scratch *w, int field, const char *text, size_t n);
void facts_note_level(struct triage_scratch *w, char kind, enum level level);

/* out = the union of lines of a and b, by a list that is reused. */
void facts_union(
	struct slice_list *list, const struct slice a, const struct slice b, struct buf *out);

#endif
