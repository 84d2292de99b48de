#include "guest.h"

#include <string.h>

#include "state.h"

void guest_attach(struct core *core, struct responder *r, struct contact *c)
{
	struct contact **at = &r->visited;
	while (*at && strcmp((*at)->id, c->id) < 0)
		at = &(*at)->visited_next;
	c->guest = r;
	c->visited_next = *at;
	*at = c;
	responder_update(core, r);
}

void guest_detach(struct core *core, struct contact *c)
{
	struct responder *r = c->guest;
	struct contact **at = &r->visited;
	while (*at != c)
		at = &(*at)->visited_next;
	*at = c->visited_next;
	c->visited_next = NULL;
	c->guest = NULL;
	responder_update(core, r);
}

void guest_lost(struct core *core, struct responder *r)
{
	while (r->visited)
		transfer_end(core, r->visited, "lost");
}
