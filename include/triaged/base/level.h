/*
 * Priority levels, the words everybody uses. A level orders a queue; it does not predict anything.
 * Numbers never leave the process: names are used on every interface, because other scales number
 * the other way round.
 */
#ifndef TRIAGED_BASE_LEVEL_H
#define TRIAGED_BASE_LEVEL_H

#include <stddef.h>

enum level { LEVEL_LOW, LEVEL_MODERATE, LEVEL_HIGH, LEVEL_URGENT, LEVEL_EMERGENCY, LEVEL_COUNT };

const char *level_name(enum level level);
/* -1 when name is none of the five. */
int level_parse(const char *name, size_t n, enum level *level);

#endif
