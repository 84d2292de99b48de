/* Frames that hold only while they account for all danger: what a sentence is about. */
#ifndef TRIAGE_TOPIC_H
#define TRIAGE_TOPIC_H

#include "model.h"

/*
 * Topics account for all signals of a message that speak of danger, or for none: one that no topic
 * covers, in it or earlier in the contact, leaves the contact open, and so do words that say it is
 * meant in earnest. In whatever order things are said, the same counts in the end: what a topic set
 * aside counts from then on, and so does the level the message would have had.
 */

/* Date signals, see whether the contact is left open, and what of earlier messages counts then. */
void topic_begin(const struct ruleset *rules, struct triage_scratch *w);
/* Are there topics, and do they account for what this message tells? */
bool topic_accounts(const struct ruleset *rules, const struct triage_scratch *w);
/* Set aside what they account for. */
void topic_set_aside(const struct ruleset *rules, struct triage_scratch *w);

#endif
