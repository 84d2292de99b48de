/*
 * A segment as a failing disk may have left it: whatever the bytes, the reader gives whole records
 * with rising sequences, stays inside, and finds again what was put behind damage.
 */
#include <stdint.h>
#include <string.h>

#include "triaged/base/check.h"

#include "../../daemon/store/spool_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Records before byte `old` that end behind it count in *across: a torn one cannot know the checksum
 * of what is written behind it later, but a fuzzer can. */
static size_t read_all(const char *p, size_t n, size_t old, uint64_t *last, size_t *across)
{
	struct spool_scan scan = { .data = p, .len = n };
	struct spool_record r;
	size_t count = 0;
	while (spool_scan_next(&scan, &r)) {
		CHECK(r.payload.data >= p && r.payload.data + r.payload.len <= p + n);
		CHECK(r.sequence > *last);
		*last = r.sequence;
		*across += r.payload.data < p + old && r.payload.data + r.payload.len > p + old;
		count++;
	}
	CHECK(scan.at <= n && scan.torn <= n - scan.at);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = { 0 };
	uint64_t last = 0, again = 0;
	buf_add(&b, data, size);
	size_t across = 0, count = read_all(buf_str(&b), b.len, size, &last, &across), both;
	if (last < UINT64_MAX) {
		spool_record_put(&b, last + 1, (struct slice){ "behind", 6 });
		both = read_all(buf_str(&b), b.len, size, &again, &across);
		CHECK(across > 0 || (both == count + 1 && again == last + 1));
	}
	buf_free(&b);
	return 0;
}
