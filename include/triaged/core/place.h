/*
 * Places on the ground, in whole hundred-thousandths of a degree (about a metre) WGS 84, so that
 * every machine comes to the same distance. What the core keeps and the ledger shows of a person's
 * place is coarse (about 1 km); the exact place travels sealed.
 */
#ifndef TRIAGED_CORE_PLACE_H
#define TRIAGED_CORE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_DEGREE 100000
#define PLACE_COARSE (PLACE_DEGREE / 100) /* a hundredth of a degree: 1.1 km north to south */

/* Where 0 means absent, coordinates are moved up by these. */
#define PLACE_LAT_ZERO (90 * PLACE_DEGREE + 1)
#define PLACE_LON_ZERO (180 * PLACE_DEGREE + 1)

struct place_point {
	int32_t lat, lon; /* at most 90 and 180 degrees either way */
};

bool place_is_point(int64_t lat, int64_t lon);

/* Metres over the ground, within half a percent of the great circle up to 500 km; the order of
 * farther places is right, their distance is not. */
int64_t place_distance_m(struct place_point a, struct place_point b);

/* Inside the polygon, whose last corner joins the first; a point on its edge may be either. */
bool place_inside(struct place_point p, const struct place_point *corners, size_t n);

#endif
