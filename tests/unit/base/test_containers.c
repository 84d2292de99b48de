#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/heap.h"
#include "triaged/base/map.h"

/* A small generator of our own: a failing run is the same run again. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* 200,000 random puts, removals and look-ups over 500 keys against a plain array. */
static void map_agrees_with_an_array(void **state)
{
	(void)state;
	static int values[500];
	bool present[500] = { false };
	size_t count = 0;
	uint32_t seed = 7;
	struct map m;
	map_init(&m, 1, 2);
	for (int i = 0; i < 200000; i++) {
		uint32_t k = next_random(&seed) % 500;
		char key[16];
		snprintf(key, sizeof key, "key-%u", k);
		if (next_random(&seed) % 2) {
			assert_ptr_equal(
				map_put(&m, key, &values[k]), present[k] ? &values[k] : NULL);
			count += present[k] ? 0 : 1;
			present[k] = true;
		} else {
			assert_ptr_equal(map_remove(&m, key), present[k] ? &values[k] : NULL);
			count -= present[k] ? 1 : 0;
			present[k] = false;
		}
		assert_int_equal(m.count, count);
		uint32_t other = next_random(&seed) % 500;
		snprintf(key, sizeof key, "key-%u", other);
		assert_ptr_equal(map_get(&m, key), present[other] ? &values[other] : NULL);
	}
	size_t walked = 0;
	for (size_t i = 0; map_walk(&m, &i, NULL);)
		walked++;
	assert_int_equal(walked, count);
	map_fini(&m);
}

static void map_walks_in_order_of_insertion(void **state)
{
	(void)state;
	struct map m;
	char key[16];
	const char *seen;
	map_init(&m, 3, 4);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof key, "%d", i);
		map_put(&m, key, &m);
	}
	for (int i = 0; i < 1000; i += 2) {
		snprintf(key, sizeof key, "%d", i);
		map_remove(&m, key);
	}
	int expected = 1;
	for (size_t i = 0; map_walk(&m, &i, &seen); expected += 2)
		assert_int_equal(atoi(seen), expected);
	assert_int_equal(expected, 1001);
	map_fini(&m);
}

struct item {
	int key;
	size_t index;
};

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x < y ? -1 : x > y);
}

static void heap_gives_the_smallest_whatever_happened(void **state)
{
	(void)state;
	static struct item items[300];
	uint32_t seed = 11;
	struct heap h;
	heap_init(&h, by_key, offsetof(struct item, index));
	for (int round = 0; round < 20000; round++) {
		struct item *it = &items[next_random(&seed) % 300];
		uint32_t what = next_random(&seed) % 3;
		if (it->index && what == 0) {
			heap_remove(&h, it);
		} else if (it->index && what == 1) {
			it->key = (int)(next_random(&seed) % 1000);
			heap_fix(&h, it);
		} else if (!it->index) {
			it->key = (int)(next_random(&seed) % 1000);
			heap_push(&h, it);
		}
		struct item *least = NULL;
		for (int i = 0; i < 300; i++)
			if (items[i].index && (!least || by_key(&items[i], least) < 0))
				least = &items[i];
		assert_ptr_equal(heap_top(&h), least);
	}
	heap_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_agrees_with_an_array),
		cmocka_unit_test(map_walks_in_order_of_insertion),
		cmocka_unit_test(heap_gives_the_smallest_whatever_happened),
	};
	return cmocka_run_group_tests_name("containers", tests, NULL, NULL);
}
