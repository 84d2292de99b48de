/* What words weigh: each once in a few sentences, and nothing that is added takes from it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../daemon/triage/model.h"

static struct points points;
static struct points_scratch scratch;
static struct fold fold;
static struct vocab vocab;
static struct text honest, decoded;

static int set_up(void **state)
{
	(void)state;
	vocab_init(&vocab);
	points_init(&points);
	assert_true(points_add(&points, POINTS_DANGER, "rope", 4, 20));
	assert_true(points_add(&points, POINTS_DANGER, "tonight", 7, 8));
	assert_true(points_add(&points, POINTS_DANGER, "wont", 4, 6));
	assert_true(points_add(&points, POINTS_DANGER, "#", 1, 3));
	assert_true(points_add(&points, POINTS_DANGER, "picnic", 6, -15));
	assert_true(points_add(&points, POINTS_DANGER, "jump", 4, -5));
	assert_true(points_add(&points, POINTS_DANGER, "say goodbye", 11, 9));
	assert_true(points_add(&points, POINTS_DANGER, "# picnic", 8, 4));
	assert_true(points_add(&points, POINTS_NOW, "tonight", 7, 12));
	assert_true(points_add(&points, POINTS_NOW, "already", 7, 5));
	assert_false(points_add(&points, POINTS_DANGER, "rope", 4, 7));
	assert_false(points_add(&points, POINTS_DANGER, "say goodbye", 11, 7));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	points_fini(&points);
	points_scratch_fini(&scratch);
	text_fini(&honest);
	text_fini(&decoded);
	vocab_fini(&vocab);
	fold_fini(&fold);
	return 0;
}

/* As the signal stage numbers them: a sentence ends at a hard stop. */
static void read_text(const char *p)
{
	uint32_t sentence = 0;

	text_read(&honest, &fold, &vocab, p, strlen(p));
	for (uint32_t i = 0; i < honest.n_tokens; i++) {
		sentence += i > 0 && (honest.tokens[i].marks & TOKEN_HARD);
		honest.tokens[i].sentence = sentence;
	}
}

static int weigh_both(const struct text *other)
{
	points_weigh(&points, &honest, other, &scratch);
	return scratch.sums[POINTS_DANGER].sum;
}

static int weigh(const char *p)
{
	read_text(p);
	return weigh_both(NULL);
}

static int weigh_now(const char *p)
{
	weigh(p);
	return scratch.sums[POINTS_NOW].sum;
}

static void words_count_once(void **state)
{
	(void)state;
	assert_int_equal(weigh(""), 0);
	assert_int_equal(weigh("nothing of the table"), 0);
	assert_int_equal(weigh("A rope."), 20);
	assert_int_equal(weigh("Rope, rope and rope. Rope."), 20);
	assert_int_equal(weigh("I won't. The rope, tonight, at 7 or 8"), 37);
	assert_int_equal(weigh("jump rope at the picnic"), 0);
}

static void two_words_count_where_one_follows_the_other(void **state)
{
	(void)state;
	assert_int_equal(weigh("to say goodbye"), 9);
	assert_int_equal(weigh("Say goodbye, say... say goodbye"), 9);
	assert_int_equal(weigh("say a goodbye; goodbye say"), 0);
	assert_int_equal(weigh("What did he say? Goodbye."), 0); /* of two sentences */
	assert_int_equal(weigh("2 picnics"), 3);
	assert_int_equal(weigh("2 picnic"), 3 - 15 + 4);
}

/* The same letters are another word in the table where they stand in a longer one. */
static void only_whole_words_count(void **state)
{
	(void)state;
	assert_int_equal(weigh("roped ropes wonton"), 0);
}

static void a_sentence_beside_takes_nothing_away(void **state)
{
	static const char *const parts[] = { "The rope is ready.", "I won't.", "Tonight!",
		"We have a picnic.", "Jump.", "Nothing here.", "Room 12.", "A picnic, a jump." };
	const size_t n = sizeof(parts) / sizeof(parts[0]);
	char text[400];

	(void)state;
	for (unsigned seed = 1; seed <= 3000; seed++) {
		int before = 0;

		srand(seed);
		text[0] = '\0';
		for (int i = 0; i < 8; i++) {
			const char *part = parts[(size_t)rand() % n];
			char longer[400];

			if (rand() % 2)
				snprintf(longer, sizeof(longer), "%s %s", text, part);
			else
				snprintf(longer, sizeof(longer), "%s %s", part, text);
			memcpy(text, longer, sizeof(text));
			int now = weigh(text);

			if (i > 0 && now < before)
				fail_msg("%d below %d: %s", now, before, text);
			before = now;
		}
	}
}

/* Far apart they are no sum: a long post is not dangerous for being long. */
static void only_what_is_close_adds_up(void **state)
{
	char text[2000] = "the rope.";

	(void)state;
	for (int i = 0; i < 30; i++)
		strcat(text, " quiet words here.");
	strcat(text, " tonight");
	assert_int_equal(weigh(text), 20);
	strcpy(text, "rope");
	for (int i = 0; i < 30; i++)
		strcat(text, " and so on");
	strcat(text, " tonight");
	assert_int_equal(weigh(text), 20); /* one sentence without an end */
}

/* What is around a word: of all runs that it stands in, the greatest. */
static void what_is_around_a_word(void **state)
{
	(void)state;
	assert_int_equal(weigh("The picnic. A jump! The rope tonight."), 28);
	assert_int_equal(points_around(&scratch, 1, 2), 8);
	assert_int_equal(points_around(&scratch, 3, 4), 23);
	assert_int_equal(points_around(&scratch, 5, 6), 28);
	assert_int_equal(points_around(&scratch, 1, 6), 28);
	weigh("nothing of the table");
	assert_int_equal(points_around(&scratch, 0, 1), 0);
}

static void the_heaviest_are_shown(void **state)
{
	static const char text[] = "Picnic. I won't, tonight: rope 9";

	(void)state;
	assert_int_equal(weigh(text), 37);
	assert_int_equal(scratch.sums[POINTS_DANGER].n_shown, 4);
	assert_int_equal(scratch.sums[POINTS_DANGER].shown[0].start, strstr(text, "rope") - text);
	assert_int_equal(
		scratch.sums[POINTS_DANGER].shown[1].start, strstr(text, "tonight") - text);
	assert_int_equal(scratch.sums[POINTS_DANGER].shown[3].end, strlen(text));
}

/* Another reading only adds. */
static void a_decoded_word_counts_for_danger_alone(void **state)
{
	struct token like;

	(void)state;
	read_text("the r0pe p1cnic");
	text_clear(&decoded);
	like = honest.tokens[1];
	like.honest = 1;
	like.marks = TOKEN_CHANGED;
	text_append(&decoded, "rope", 4, &like);
	like.honest = 2;
	text_append(&decoded, "picnic", 6, &like);
	assert_int_equal(weigh_both(&decoded), 20);
	read_text("we say g00dbye");
	text_clear(&decoded);
	text_append_run(&decoded, &honest, 0, 2);
	like.honest = 2;
	text_append(&decoded, "goodbye", 7, &like);
	assert_int_equal(weigh_both(&decoded), 9);
}

static void kinds_do_not_mix(void **state)
{
	const char *text = "the picnic. already tonight, the rope";
	const struct points_sum *now = &scratch.sums[POINTS_NOW];

	(void)state;
	assert_int_equal(weigh(text), 28);
	assert_int_equal(weigh_now(text), 17);
	assert_int_equal(now->n_shown, 2);
	assert_int_equal(now->shown[0].start, strstr(text, "tonight") - text);
	assert_int_equal(now->shown[1].start, strstr(text, "already") - text);
	assert_int_equal(weigh_now("the rope"), 0);
	assert_int_equal(weigh_now("picnic"), 0);
	assert_int_equal(now->n_shown, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_count_once),
		cmocka_unit_test(two_words_count_where_one_follows_the_other),
		cmocka_unit_test(only_whole_words_count),
		cmocka_unit_test(a_sentence_beside_takes_nothing_away),
		cmocka_unit_test(only_what_is_close_adds_up),
		cmocka_unit_test(what_is_around_a_word),
		cmocka_unit_test(the_heaviest_are_shown),
		cmocka_unit_test(a_decoded_word_counts_for_danger_alone),
		cmocka_unit_test(kinds_do_not_mix),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
