/*
 * Agencies: where a dispatch goes. Configured, in the order in which they are asked; an immutable
 * set that travels inside core_options as a record, so that the ledger knows it too.
 */
#ifndef TRIAGED_CORE_AGENCY_H
#define TRIAGED_CORE_AGENCY_H

#include "triaged/base/err.h"
#include "triaged/base/record.h"
#include "triaged/core/place.h"

/* Kinds of dispatch, as the protocol names them. */
#define DISPATCH_KINDS "ems police fire mobile_team poison_control"

/* Local minutes since Monday 0:00; to is up to a day beyond the week when a night ends it. */
struct agency_hours {
	int64_t from_min, to_min;
};

struct agency {
	char *id, *name; /* id: a word, unique */
	char *kinds;     /* words of DISPATCH_KINDS */
	char *areas;     /* civic area words, lower case; with no polygon either: anywhere */
	struct place_point *polygon;
	size_t n_polygon;
	struct agency_hours *hours; /* none: always */
	size_t n_hours;
	char *zone;    /* of hours, see below */
	char *session; /* identity of the partner who speaks for it, "" none */
	bool webhook;  /* the daemon sends to it over HTTPS */
	bool test;     /* mode "test": test dispatches reach only these, and these get no others */
};

/* A time zone as the times at which its clocks were or will be moved. */
struct agency_shift {
	int64_t at_s;     /* UTC; ascending */
	int64_t offset_s; /* east of UTC, from then on */
};

struct agency_zone {
	char *name;
	struct agency_shift *shifts; /* the first holds before its time too; none: UTC */
	size_t n;
};

struct agencies {
	struct agency *at;
	size_t n;
	struct agency_zone *zones;
	size_t n_zones;
};

void agencies_encode(const struct agencies *set, struct buf *out);
/* Owns what it reads; -1 leaves an empty set. Unknown fields are skipped. */
int agencies_decode(struct slice record, struct agencies *set, struct err *e) MUST_CHECK;
void agencies_free(struct agencies *set);

const struct agency *agencies_find(const struct agencies *set, const char *id); /* NULL: none */
bool agency_is_open(const struct agencies *set, const struct agency *a, int64_t now_ms);

struct agency_query {
	const char *kind;
	const char *asked; /* the agency the requester named: first if it may be asked; "" none */
	const char *area;  /* civic area words of the place, "" unknown */
	bool has_point;
	struct place_point point;
	bool test;
	int64_t now_ms;
};

/*
 * Who may be asked, in this order: the agency that was named, those that serve the place, and, where
 * the place is not known well enough to tell, the others; each group in the order of the
 * configuration. Left out are those of another kind or mode, closed now, without a channel, or
 * certainly of another area. Returns how many there are; at most max are written.
 */
size_t agency_choose(const struct agencies *set, const struct agency_query *q,
	const struct agency **out, size_t max);

#endif
