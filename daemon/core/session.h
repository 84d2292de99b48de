/* The sessions that the core knows: whom it can notify, and what follows from the end of a session. Not
 * stored: nodes announce their live sessions to each new leader. */
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

/* Link a contact to the front end's session that has it; or unlink it, when none has. */
void session_attach(struct core *core, struct session *s, struct contact *c);
void session_detach(struct contact *c);

#endif
