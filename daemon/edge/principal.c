#include "triaged/edge/principal.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"

static const struct {
	enum role role;
	const char *name;
} names[] = {
	{ ROLE_FRONTEND, "frontend" },
	{ ROLE_RESPONDER, "responder" },
	{ ROLE_SUPERVISOR, "supervisor" },
	{ ROLE_DISPATCHER, "dispatcher" },
	{ ROLE_PARTNER, "partner" },
	{ ROLE_CLINICAL, "clinical" },
	{ ROLE_ADMIN, "admin" },
	{ ROLE_AUDITOR, "auditor" },
};

unsigned role_parse(const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].role;
	return 0;
}

const char *role_name(unsigned role)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].role == role)
			return names[i].name;
	return "";
}

void role_names(unsigned roles, struct buf *out)
{
	const char *between = "";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(roles & names[i].role))
			continue;
		buf_addf(out, "%s%s", between, names[i].name);
		between = " ";
	}
}

struct principal *principal_ref(struct principal *p)
{
	p->refs++;
	return p;
}

void principal_unref(struct principal **p)
{
	struct principal *gone = *p;
	*p = NULL;
	if (!gone)
		return;
	CHECK(gone->refs > 0);
	if (--gone->refs > 0)
		return;
	free(gone->name);
	free(gone->center);
	free(gone->alias);
	free(gone->skills);
	free(gone->langs);
	free(gone->lines);
	free(gone->channels);
	free(gone);
}
