/* The Redis function library, embedded in the program. */
#ifndef TRIAGED_STORE_LIBRARY_H
#define TRIAGED_STORE_LIBRARY_H

#include <stdint.h>

#include "triaged/base/record.h"

/* The layout of a center's data that this program writes; one it cannot know is refused. */
#define STORE_SCHEMA 2

struct slice library_text(void);
int64_t library_build(void); /* the number in the text; t1_ver answers it */

#endif
