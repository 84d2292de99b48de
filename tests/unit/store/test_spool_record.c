/* Records of the spool in a file that lost or changed some of its bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../../daemon/store/spool_record.h"
#include "spool_entry.h"

#define SAMPLE 6

static size_t sample(struct buf *b, size_t at[SAMPLE + 1])
{
	for (int i = 0; i < SAMPLE; i++) {
		char text[2048];
		at[i] = b->len;
		size_t n = entry_text(i % 3, text);
		spool_record_put(b, (uint64_t)i + 1, (struct slice){ text, n });
	}
	at[SAMPLE] = b->len;
	memset(buf_room(b, 100), 0, 100);
	b->len += 100;
	return b->len;
}

/* Reads all; fails when anything is not what was written. The bits of those found. */
static unsigned found(const char *data, size_t len, struct spool_scan *scan)
{
	struct spool_record r;
	char text[2048];
	unsigned set = 0;
	*scan = (struct spool_scan){ .data = data, .len = len };
	while (spool_scan_next(scan, &r)) {
		assert_true(r.sequence >= 1 && r.sequence <= SAMPLE);
		size_t n = entry_text((int)(r.sequence - 1) % 3, text);
		assert_int_equal(r.payload.len, n);
		assert_memory_equal(r.payload.data, text, n);
		set |= 1u << (r.sequence - 1);
	}
	return set;
}

static void any_bit_may_flip(void **state)
{
	(void)state;
	struct buf b = { 0 };
	size_t at[SAMPLE + 1];
	struct spool_scan scan;
	sample(&b, at);
	for (int i = 0; i < SAMPLE; i++) {
		for (size_t bit = at[i] * 8; bit < at[i + 1] * 8; bit++) {
			b.data[bit / 8] = (char)(b.data[bit / 8] ^ (1 << bit % 8));
			unsigned all = (1u << SAMPLE) - 1;
			assert_int_equal(found(b.data, b.len, &scan), all & ~(1u << i));
			assert_int_equal(scan.damaged, i < SAMPLE - 1 ? 1 : 0);
			assert_int_equal(scan.torn > 0, i == SAMPLE - 1);
			b.data[bit / 8] = (char)(b.data[bit / 8] ^ (1 << bit % 8));
		}
	}
	buf_free(&b);
}

static void the_file_may_end_at_any_byte(void **state)
{
	(void)state;
	struct buf b = { 0 };
	size_t at[SAMPLE + 1];
	struct spool_scan scan;
	sample(&b, at);
	for (size_t cut = 0; cut <= at[SAMPLE]; cut++) {
		unsigned whole = 0;
		while (whole < SAMPLE && at[whole + 1] <= cut)
			whole++;
		assert_int_equal(found(b.data, cut, &scan), (1u << whole) - 1);
		assert_int_equal(scan.damaged, 0);
		assert_int_equal(scan.torn > 0, cut > at[whole]);
		assert_true(scan.torn <= cut - at[whole]);
	}
	buf_free(&b);
}

static void several_records_may_be_lost_together(void **state)
{
	(void)state;
	struct buf b = { 0 };
	size_t at[SAMPLE + 1];
	struct spool_scan scan;
	sample(&b, at);
	memset(b.data + at[1], 0, at[4] - at[1]);
	assert_int_equal(found(b.data, b.len, &scan), 1 | 1 << 4 | 1 << 5);
	assert_int_equal(scan.damaged, 3);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bit_may_flip),
		cmocka_unit_test(the_file_may_end_at_any_byte),
		cmocka_unit_test(several_records_may_be_lost_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
