/* A contact, and commands about it as an island tells them: for the tests of facts and islands. */
#ifndef TESTS_CORE_FACTS_H
#define TESTS_CORE_FACTS_H

#include "world.h"

WORLD(w)

#define ISLAND "n1/i1"

static inline struct command as_fact(struct command c, int64_t number, int64_t at_ms)
{
	c.island = ISLAND;
	c.fact = number;
	c.decided_ms = at_ms;
	c.request = 0;
	return c;
}

static const char known[] = "0123456789abcdef0000";

static inline struct command opening(void)
{
	return CMD(CONTACT_OPEN, c->contact = known, c->identity = "web", c->role = "frontend",
		c->session = ISLAND "/7", c->ref = "r1", c->fingerprint = 5, c->channel = "chat",
		c->lang = "en", c->level = LEVEL_HIGH + 1, c->level_alone = LEVEL_HIGH + 1,
		c->text = (struct slice){ "sealed", 6 });
}

static inline struct contact_view view(void)
{
	struct contact_view v;
	if (!core_contact(w.core, known, &v))
		fail_msg("the contact is gone");
	return v;
}

#endif
