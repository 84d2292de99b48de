/* The decoded reading: what becomes a known word, and what ordinary words must not become. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "../../../daemon/triage/decode.h"

struct decoding {
	struct fold fold;
	struct vocab vocab;
	struct decoder decoder;
	struct text honest, out;
};

static int set_up(void **state)
{
	static const char *const words[] = { "kill", "myself", "suicide", "die", "end", "life",
		"pills", "tonight", "rapist", "the", "to", "my", "all", "get", "her", "uni", "ver",
		"si", "ty", "tos", "tys", "train", "tracks", "kicked", "yells", "overdosed",
		"raped", "scissors", "a", "at", "tot", "tonighta", "monday", "mondays", "um",
		"rope" };
	static struct decoding d;

	memset(&d, 0, sizeof(d));
	vocab_init(&d.vocab);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		uint32_t w = vocab_add(&d.vocab, words[i], strlen(words[i]));

		d.vocab.words[w].marks |= WORD_KEY;
		if (strcmp(words[i], "my") == 0)
			d.vocab.words[w].marks |= WORD_FIRST_PERSON;
		if (strcmp(words[i], "to") == 0)
			d.vocab.words[w].marks |= WORD_LIGHT;
		if (strcmp(words[i], "um") == 0)
			d.vocab.words[w].marks = WORD_FILLER;
	}
	vocab_spell(&d.vocab, "da", vocab_find(&d.vocab, "the", 3));
	vocab_spell(&d.vocab, "tot", vocab_find(&d.vocab, "to", 2)); /* a word of its own as well */
	decoder_init(&d.decoder, &d.vocab);
	*state = &d;
	return 0;
}

static int tear_down(void **state)
{
	struct decoding *d = *state;

	text_fini(&d->honest);
	text_fini(&d->out);
	decoder_fini(&d->decoder);
	vocab_fini(&d->vocab);
	fold_fini(&d->fold);
	return 0;
}

/* The decoded reading, or NULL when there is none. */
static const char *decode(struct decoding *d, const char *p)
{
	const struct decode_input in = { &d->decoder, &d->vocab, p, &d->honest };

	text_read(&d->honest, &d->fold, &d->vocab, p, strlen(p));
	if (decode_text(&in, &d->out) != DECODE_CHANGED)
		return NULL;
	return d->out.padded.data;
}

static void test_decoded(void **state)
{
	static const struct {
		const char *written, *read;
	} cases[] = {
		{ "k1ll", " kill " },
		{ "ki11", " kill " },
		{ "k!ll", " kill " },
		{ "su1c1d3", " suicide " },
		{ "$uicide.", " suicide " },
		{ "su*c*de", " suicide " },
		{ "*suicide* *die*", NULL },
		{ "d*e", " die " },
		{ "suuuuicide", " suicide " },
		{ "killlll", " kill " },
		{ "suicde", " suicide " },
		{ "sucide", " suicide " },
		{ "trane", " train " },
		{ "trax", " tracks " },
		{ "kikd", " kicked " },
		{ "yelz", " yells " },
		{ "ovrdosd", " overdosed " },
		{ "sizorz", " scissors " },
		{ "rapid", NULL }, /* a vowel too many */
		{ "turn", NULL },
		{ "yawls", NULL },
		{ "suicidee", " suicide " },
		{ "siucdie", NULL }, /* two mistakes */
		{ "mysefl", " myself " },
		{ "k i l l m y s e l f", " kill myself " },
		{ "to s u i c i d e", " to suicide " }, /* not "tos", as in "don t" */
		{ "ty s u i c i d e", " ty suicide " },
		{ "to s.u.i.c.i.d.e", " to suicide " },
		{ "to s_u_i_c_i_d_e", " to suicide " },
		{ "a t.o.n.i.g.h.t", " a tonight " },           /* "at" is a word */
		{ "t.o.n.i.g.h.t a", " tonight a " },           /* not "tonighta" */
		{ "to t*night", " to tonight " },               /* not "tot" */
		{ "monday s u i c i d e", " monday suicide " }, /* not "mondays" */
		{ "monday. s.u.i.c.i.d.e", " monday suicide " },
		{ "\xd0\xb0 k1ll", " a kill " },
		{ "d.i.e", " die " },
		{ "k 1 l l m y 5 e l f", " kill myself " },
		{ "k i 1 1", " kill " },
		{ "mylife", " my life " },
		{ "sui cide", " suicide " },
		{ "killmyself", " kill myself " },
		{ "endmylife", NULL }, /* nine letters in three words: too little to go by */
		{ "toendmylife", " to end my life " },
		{ "ireallythinktheonlywayouttonightistokillmyself",
			" all the tonight to kill myself " },
		{ "rpoe", " rope " },
		{ "rop", NULL }, /* of four letters only a swap: "rap", "rose" are words */
		{ "roep", " rope " },
		{ "rose", NULL },
		{ "all da life", " all the life " },
		{ "tot all", " to all " },
		{ "my my life", " my life " },
		{ "um my um life", " my life " },
		{ "kill my kill my life", " kill my life " },
		{ "end my life end my life", " end my life " },
		{ "the. the life", NULL }, /* two sentences */
		{ "20 20 pills", NULL },
		{ "\xd1\x95uicid\xd0\xb5", " suicide " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = decode(*state, cases[i].written);

		if (!cases[i].read != !got || (got && strcmp(got, cases[i].read) != 0))
			fail_msg("\"%s\" is read as \"%s\"", cases[i].written,
				got ? got : "(nothing)");
	}
}

static void test_left_alone(void **state)
{
	static const char *const ordinary[] = { "therapist", "together", "skill", "mill", "kiln",
		"dye", "lie", "fills", "pulls", "bills", "a b", "i a", "20", "c3po", "dine", "tie",
		"no. 1", "die", "kill, myself!", "all the life", "university" };

	for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++) {
		const char *got = decode(*state, ordinary[i]);

		if (got)
			fail_msg("\"%s\" is read as \"%s\"", ordinary[i], got);
	}
}

static void test_places(void **state)
{
	struct decoding *d = *state;

	decode(d, "to k1ll m\xd1\x83self");
	assert_int_equal(d->out.n_tokens, 3);
	assert_false(d->out.tokens[0].marks & TOKEN_CHANGED);
	assert_true(d->out.tokens[1].marks & TOKEN_CHANGED);
	assert_int_equal(d->out.tokens[1].start, 3);
	assert_int_equal(d->out.tokens[1].end, 7);
	assert_int_equal(d->out.tokens[2].start, 8);
	assert_int_equal(d->out.tokens[2].end, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_decoded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
