/* One contact of a file of samples, as classify and rules diff read it: a JSON object a line. */
#ifndef TRIAGECTL_SAMPLE_H
#define TRIAGECTL_SAMPLE_H

#include "triaged/base/json.h"
#include "triaged/triage/triage.h"

/* All zero is a sample of nothing. */
struct sample {
	struct triage_request request; /* borrows from the rest */
	json_t *line;
	struct triage_answer *answers; /* values owned */
	size_t n_answers;
	struct buf before;
};

/* Replaces what s held. -1 with e when the line is no sample; its id may be known all the same. */
int sample_read(struct sample *s, const char *p, size_t n, struct err *e) MUST_CHECK;
const json_t *sample_id(const struct sample *s); /* NULL when it has none */
void sample_free(struct sample *s);

#endif
