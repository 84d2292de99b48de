/*
 * Any line as a phrase of the lexicon, and the rest as a text for it: refused, or it matches inside
 * the text. No search engine is compiled here; fuzz_rules does.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"

#include "../../daemon/triage/phrase.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_phrase(const char *source, const char *text)
{
	static const struct fold fold;
	struct vocab vocab;
	struct phrase ph;
	struct text t = { .n_tokens = 0 };
	struct err e;

	vocab_init(&vocab);
	if (phrase_compile(&ph, source, &fold, &vocab, WORD_KEY, &e) == 0) {
		text_read(&t, &fold, &vocab, text, strlen(text));
		for (uint32_t i = 0; i < t.n_tokens; i++) {
			uint32_t end = phrase_match_at(&ph, &t, &vocab, i);

			CHECK(end >= i && end <= t.n_tokens && end - i <= ph.longest);
		}
		phrase_fini(&ph);
	}
	text_fini(&t);
	vocab_fini(&vocab);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *phrase = malloc(n + 1);

	CHECK(phrase);
	memcpy(phrase, data, n);
	phrase[n] = '\0';
	char *text = strchr(phrase, '\n');
	if (text)
		*text++ = '\0';
	try_phrase(phrase, text ? text : "");
	free(phrase);
	return 0;
}
