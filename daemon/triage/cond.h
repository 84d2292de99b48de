/*
 * Stage three: conditions with three values. A rule fires only on true; what is unknown makes a
 * condition unknown, and `none` is true only when every child is false.
 */
#ifndef TRIAGE_COND_H
#define TRIAGE_COND_H

#include "model.h"

enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

struct verdict {
	enum truth truth;
	uint32_t missing; /* leaves that would have to become true, 0 when it is */
	bool some;        /* a leaf is true already */
};

/* Leaves in w where a window of minutes ends, for cond_explain() right after. */
struct verdict cond_eval(const struct cond *c, struct triage_scratch *w);

/* Is the comparison of the leaf true of v, a known value of its field? */
bool cond_compares(const struct cond *c, const struct value *v);

/* Called for each leaf that makes a true condition true. */
struct cond_evidence {
	void (*signal)(void *ctx, const struct signal *s); /* of this message */
	void (*field)(void *ctx, int field);
	void *ctx;
};

void cond_explain(
	const struct cond *c, const struct triage_scratch *w, const struct cond_evidence *out);

#endif
