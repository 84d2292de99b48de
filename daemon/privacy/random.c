#include "triaged/privacy/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "triaged/base/check.h"

void random_bytes(void *out, size_t n)
{
	CHECK(n <= INT_MAX && RAND_bytes(out, (int)n) == 1);
}
