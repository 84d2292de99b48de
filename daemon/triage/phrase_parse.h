/* The syntax tree of one phrase; private to the phrase compiler. */
#ifndef TRIAGE_PHRASE_PARSE_H
#define TRIAGE_PHRASE_PARSE_H

#include "phrase.h"

enum node_kind { NODE_WORD, NODE_PREFIX, NODE_NUMBER, NODE_GAP, NODE_GROUP };

struct node;

struct sequence {
	struct node *nodes;
	size_t n_nodes;
};

struct node {
	enum node_kind kind;
	uint32_t word;         /* WORD, PREFIX */
	int gap;               /* GAP: how many words at most */
	struct sequence *alts; /* GROUP */
	size_t n_alts;
	bool optional;
};

int phrase_parse(struct sequence *out, const char *source, const struct fold *fold,
	struct vocab *vocab, uint16_t marks, struct err *e) MUST_CHECK;
void phrase_tree_free(struct sequence *s);

#endif
