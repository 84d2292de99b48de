/* Frames that reach beyond their own words: what a whole sentence or short message is about. */
#ifndef TRIAGE_TOPIC_H
#define TRIAGE_TOPIC_H

#include "model.h"

/*
 * Set aside what the topics of the message account for: all of its signals that speak of danger,
 * or none. One that no topic covers, in it or earlier in the contact, or words that say it is
 * meant in earnest, and every topic lets go.
 */
void topic_settle(const struct ruleset *rules, struct triage_scratch *w);

#endif
