/*
 * What an agency is told of one rescue, and the forms in which it is told. Pure: facts in, bytes
 * out. Texts may be anything; what comes out is valid all the same.
 *
 *     report_event   CloudEvents 1.0, structured JSON: thin, for the webhook; names no person and
 *                    no place, only where to fetch the report
 *     report_eido    NENA EIDO (STA-021, version 1.0) JSON: the whole report
 *     report_cap     CAP 1.2 XML, scope Private: the whole report
 */
#ifndef TRIAGED_OUTREACH_REPORT_H
#define TRIAGED_OUTREACH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "triaged/base/buf.h"
#include "triaged/base/level.h"

enum report_what { REPORT_NEW, REPORT_UPDATE, REPORT_CANCEL };

#define REPORT_CIVIC_MAX 32

/* Strings are never NULL; "" is not known. */
struct report_place {
	const char *text;
	bool has_point;
	double lat, lon;  /* WGS 84, degrees */
	double radius_m;  /* 0: a point */
	int64_t given_ms; /* when it was told; 0: not known */
	/* Parts of a civic address by their names in RFC 5139; others are shown as text. */
	struct report_civic {
		const char *name, *value;
	} civic[REPORT_CIVIC_MAX];
	size_t n_civic;
};

struct report {
	enum report_what what;
	bool test; /* nobody may be sent */
	const char *center, *dispatch, *contact, *agency;
	const char *kind;    /* ems police fire mobile_team poison_control */
	const char *consent; /* yes no unable */
	const char *tried;   /* words separated by spaces */
	const char *reason, *requested_by;
	const char *channel, *lang, *caller_role;
	const char *callback; /* the person's address, where the center's policy keeps it */
	enum level level;
	int version;                                 /* counts up with each change */
	int first_version;                           /* under which this agency heard of it */
	int age;                                     /* years; -1: not known */
	int64_t requested_ms, updated_ms, opened_ms; /* wall */
	struct report_place place;
};

/* The idempotency key of one version for one agency: "<dispatch>:<agency>:<version>". */
#define REPORT_KEY_SIZE 160
void report_key(const struct report *r, char out[REPORT_KEY_SIZE]);

/* url: where the report can be fetched until expires_ms; "" when it cannot. */
void report_event(const struct report *r, const char *url, int64_t expires_ms, struct buf *out);
void report_eido(const struct report *r, struct buf *out);
void report_cap(const struct report *r, struct buf *out);

/* One paragraph for people: what is asked for, why, with what consent; test stands first. */
void report_summary(const struct report *r, struct buf *out);

#endif
