/* A place as far as the core may know it: coarse, with where it comes from and how good it is. The
 * exact words and numbers are sealed and only passed on. */
#ifndef CORE_SPOT_H
#define CORE_SPOT_H

#include "triaged/core/core.h"
#include "triaged/core/place.h"

struct spot {
	char *source;       /* caller device carrier civic older_contact staff; NULL: no place */
	char *area;         /* civic area words */
	int64_t lat, lon;   /* coarse, as in struct command: see spot_point() */
	int64_t located_ms; /* when the person was there; 0 unknown */
	int64_t radius_m, confidence; /* + 1; 0 unknown */
};

bool spot_is_known(const struct spot *s);
bool spot_has_point(const struct spot *s);
struct place_point spot_point(const struct spot *s); /* {0, 0} without one */

/* Take the location from a command's fields. One that a person gave without a time counts as of now. */
void spot_take(struct spot *s, const struct command *c, int64_t now_ms);
void spot_copy(struct spot *to, const struct spot *from);
void spot_free(struct spot *s);

/* Why a person must confirm it first, as words: stale (older than the options allow, or of unknown
 * age from a machine), weak (radius or confidence), older_contact. "" when it may be used. */
#define SPOT_DOUBTS 48
void spot_doubts(
	const struct spot *s, const struct core_options *o, int64_t now_ms, char out[SPOT_DOUBTS]);

#endif
