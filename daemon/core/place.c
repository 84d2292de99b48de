#include "triaged/core/place.h"

#include <stdlib.h>

/* Cosine of whole degrees, in millionths. */
static const int32_t cosines[91] = { 1000000, 999848, 999391, 998630, 997564, 996195, 994522,
	992546, 990268, 987688, 984808, 981627, 978148, 974370, 970296, 965926, 961262, 956305,
	951057, 945519, 939693, 933580, 927184, 920505, 913545, 906308, 898794, 891007, 882948,
	874620, 866025, 857167, 848048, 838671, 829038, 819152, 809017, 798636, 788011, 777146,
	766044, 754710, 743145, 731354, 719340, 707107, 694658, 681998, 669131, 656059, 642788,
	629320, 615661, 601815, 587785, 573576, 559193, 544639, 529919, 515038, 500000, 484810,
	469472, 453990, 438371, 422618, 406737, 390731, 374607, 358368, 342020, 325568, 309017,
	292372, 275637, 258819, 241922, 224951, 207912, 190809, 173648, 156434, 139173, 121869,
	104528, 87156, 69756, 52336, 34899, 17452, 0 };

/* Micrometres in a unit, on a sphere of 6371.0088 km (mean radius, IUGG). */
#define UM_PER_UNIT 1111951

static int64_t cosine(int64_t lat)
{
	int64_t v = llabs(lat), degree = v / PLACE_DEGREE;
	if (degree >= 90)
		return 0;
	int64_t low = cosines[degree], high = cosines[degree + 1];
	return low + (high - low) * (v % PLACE_DEGREE) / PLACE_DEGREE;
}

static int64_t root(int64_t v)
{
	int64_t r = 0;
	for (int64_t bit = (int64_t)1 << 31; bit; bit >>= 1)
		if ((r + bit) * (r + bit) <= v)
			r += bit;
	return r;
}

bool place_is_point(int64_t lat, int64_t lon)
{
	return llabs(lat) <= 90 * PLACE_DEGREE && llabs(lon) <= 180 * PLACE_DEGREE;
}

int64_t place_distance_m(struct place_point a, struct place_point b)
{
	int64_t north = llabs((int64_t)a.lat - b.lat), east = llabs((int64_t)a.lon - b.lon);
	if (east > 180 * PLACE_DEGREE)
		east = 360 * PLACE_DEGREE - east;
	east = east * cosine(((int64_t)a.lat + b.lat) / 2) / 1000000;
	return root(north * north + east * east) * UM_PER_UNIT / 1000000;
}

/* A ray to the east crosses the border an odd number of times. */
bool place_inside(struct place_point p, const struct place_point *corners, size_t n)
{
	bool inside = false;
	for (size_t i = 0, k = n - 1; i < n; k = i++) {
		const struct place_point *a = &corners[i], *b = &corners[k];
		if ((a->lat > p.lat) == (b->lat > p.lat))
			continue;
		int64_t run = (int64_t)(b->lon - a->lon) * (p.lat - a->lat) / (b->lat - a->lat);
		if (p.lon < a->lon + run)
			inside = !inside;
	}
	return inside;
}
