#include "world.h"

#include "../../../daemon/core/text.h"
#include "../../../daemon/core/tree.h"

struct item {
	int key;
	struct tree_node node;
};

static int compare(const void *a, const void *b)
{
	return ((const struct item *)a)->key - ((const struct item *)b)->key;
}

#define ITEMS 500

static void it_agrees_with_a_sorted_list(void **state)
{
	(void)state;
	static struct item items[ITEMS];
	struct tree t;
	uint64_t seed = 7;
	tree_init(&t, compare, offsetof(struct item, node));
	for (int i = 0; i < ITEMS; i++)
		items[i].key = i;
	for (int round = 0; round < 20000; round++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		struct item *x = &items[(seed >> 33) % ITEMS];
		if (x->node.size)
			tree_remove(&t, x);
		else
			tree_insert(&t, x, seed);
		if (round % 100)
			continue;
		size_t rank = 0;
		struct item *at = tree_first(&t);
		for (int i = 0; i < ITEMS; i++) {
			if (!items[i].node.size)
				continue;
			assert_ptr_equal(at, &items[i]);
			assert_int_equal(tree_rank(&t, at), rank++);
			at = tree_next(&t, at);
		}
		assert_null(at);
		assert_int_equal(tree_size(&t), rank);
	}
}

static void words_are_sets(void **state)
{
	(void)state;
	char *set = NULL;
	text_set(&set, "  b a  b c ");
	words_sort(&set);
	assert_string_equal(set, "a b c");
	assert_true(words_within("c a", set));
	assert_true(words_within(NULL, set));
	assert_true(words_within("", NULL));
	assert_false(words_within("a d", set));
	assert_false(words_within("ab", set));
	text_set(&set, "  ");
	words_sort(&set);
	assert_null(set);
}

static void languages_cover_their_regions(void **state)
{
	(void)state;
	assert_true(words_speak("en es", "es"));
	assert_true(words_speak("es", "es-MX"));
	assert_true(words_speak("es-MX", "es"));
	assert_false(words_speak("es-MX", "es-ES"));
	assert_false(words_speak("e", "es"));
	assert_false(words_speak("en", "es"));
	assert_false(words_speak(NULL, "es"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_agrees_with_a_sorted_list),
		cmocka_unit_test(words_are_sets),
		cmocka_unit_test(languages_cover_their_regions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
