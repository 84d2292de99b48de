/* Rules and their conditions, compiled. */
#ifndef TRIAGE_RULE_H
#define TRIAGE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "triaged/triage/ruleset_source.h"

#include "field.h"

enum window { WINDOW_MESSAGE, WINDOW_CONTACT, WINDOW_MINUTES };

enum op {
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_IN,
	OP_BETWEEN,
	OP_KNOWN,
	OP_UNKNOWN,
	OP_REFUSED,
	OP_COUNT
};

struct cond {
	enum source_cond_kind kind;
	struct cond *children;
	uint32_t n_children;
	bool timed;     /* it or a leaf below it has a window of minutes */
	bool here;      /* likewise the message as its window */
	bool pairs;     /* ALL with leaves below it, or a leaf, that must meet in one place */
	uint64_t meets; /* FAMILY_BIT of those leaves */
	/*
	 * FAMILY_BIT and FIELD_BIT of all its leaves: without any of them it is not true, nor is any
	 * part of it. Both 0: it may be true in silence.
	 */
	uint64_t reads, asks;
	/* SIGNAL */
	uint64_t families, subjects, whens, framings; /* whens 0: by family, see signal_fits() */
	enum window window;
	int64_t minutes; /* WINDOW_MINUTES */
	uint32_t min_count, min_families;
	bool same_clause, near;
	/* FIELD */
	int field;
	enum op op;
	struct value *values;
	uint32_t n_values;
};

struct rule {
	const char *id, *domain, *explain;
	int level;     /* enum level, or -1 */
	int raise_max; /* enum level when the rule raises by a step, or -1 */
	const char **flags, **actions;
	size_t n_flags, n_actions;
	struct cond when;
};

/* What of a rule's condition decides whether it is worth a look; few are, so these stand together. */
struct rule_gate {
	uint64_t reads, asks; /* as in its cond */
};

#endif
