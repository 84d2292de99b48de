/* What the center remembers of a person (a pseudonym): when they came and who talked with them. */
#ifndef CORE_PERSON_H
#define CORE_PERSON_H

#include "contact.h"

#define PERSON_VISITS_MAX 64 /* more are not counted: the field shows "64" */

struct person {
	char *id;
	char *responder; /* of the last contact that was accepted */
	char *contact;   /* the last one */
	int64_t visits_ms[PERSON_VISITS_MAX];
	int64_t n_visits;
	int64_t last_ms;
	int64_t level; /* enum level + 1 of the last contact that ended; 0: none has */
	struct person *older, *newer; /* by last_ms */
	bool dirty;
	bool written; /* handed over since the last visit */
};

struct person *person_get(struct core *core, const char *id); /* NULL: unknown */
void person_visit(struct core *core, struct contact *c);
void person_served(struct core *core, struct contact *c);
void person_left(struct core *core, const struct contact *c); /* the contact has ended */
void person_expire(struct core *core);
void person_free(void *person);
void person_encode(const struct person *p, struct buf *out);
int person_decode(struct core *core, const char *id, struct slice bytes, struct err *e) MUST_CHECK;
void person_load_done(struct core *core); /* order by last_ms */

#endif
