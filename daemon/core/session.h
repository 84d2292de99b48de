/* Sessions the core knows: who can be told what, and what their end means. Not stored: nodes say
 * again which sessions live. */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "contact.h"

struct session {
	char *id; /* "<node>/<incarnation>/<number>" */
	char *identity;
	char *role;
	bool watch;
	struct contact *contacts; /* of a front end */
};

struct session *session_get(struct core *core, const char *id); /* NULL: unknown */
struct session *session_open(
	struct core *core, const char *id, const char *identity, const char *role);
void session_close(struct core *core, const char *id); /* and what follows from it */
void session_free(void *session);

/* The front end's session takes the contact; or it has none any more. */
void session_attach(struct core *core, struct session *s, struct contact *c);
void session_detach(struct contact *c);

#endif
