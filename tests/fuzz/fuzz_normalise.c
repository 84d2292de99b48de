/*
 * Any bytes as a message: reading, decoding and searching must stay inside the input, and what they
 * report must be places in it. The first byte of the input chooses channel and language, whether the same comes
 * again, whether the bytes are facts, too, and whether they come in two pieces: each is a whole run of triage.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/triage/triage.h"

#include "fuzz_ruleset.h"

static struct ruleset *rules;
static struct triage_scratch *scratch;
static struct triage_result result;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_result(size_t n)
{
	CHECK(result.level < LEVEL_COUNT);
	for (size_t i = 0; i < result.n_spans; i++)
		CHECK(result.spans[i].start < result.spans[i].end && result.spans[i].end <= n);
	for (size_t i = 0; i < result.n_suppressed; i++)
		CHECK(result.suppressed[i].span.end <= n);
}

/* With what it remembers of the same text: never lower. */
static void run_again(struct triage_request *q, enum level first)
{
	char *facts = strdup(buf_str(&result.facts));

	q->facts = facts;
	q->facts_len = strlen(facts);
	triage_run(rules, scratch, q, &result);
	CHECK(result.level >= first);
	q->facts = NULL;
	q->facts_len = 0;
	free(facts);
}

/* The second half as one more message, by itself and with the first: never lower. */
static void run_in_pieces(struct triage_request *q)
{
	struct buf before = { .data = NULL };
	size_t half = q->text_len / 2;
	enum level alone;

	triage_say_before(&before, q->text, half);
	q->text += half;
	q->text_len -= half;
	triage_run(rules, scratch, q, &result);
	alone = result.level;
	q->before = before.data;
	q->before_len = before.len;
	triage_run(rules, scratch, q, &result);
	CHECK(result.level >= alone);
	check_result(q->text_len);
	buf_free(&before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const channels[] = { NULL, "chat", "call-notes", "voice" };
	static const char *const langs[] = { NULL, "en", "es-MX", "xx" };
	struct triage_request q = { .age = -1 };
	struct triage_result *r = &result;

	if (n == 0)
		return 0;
	if (!rules) {
		rules = fuzz_ruleset();
		scratch = triage_scratch_new();
	}
	q.text = (const char *)data + 1;
	q.text_len = n - 1;
	q.channel = channels[data[0] & 3];
	q.lang = langs[data[0] >> 2 & 3];
	triage_run(rules, scratch, &q, r);
	check_result(n - 1);
	if (data[0] & 0x10)
		run_again(&q, r->level);
	if (data[0] & 0x20) {
		q.facts = q.text;
		q.facts_len = q.text_len;
		triage_run(rules, scratch, &q, r);
		check_result(n - 1);
	}
	if (data[0] & 0x40)
		run_in_pieces(&q);
	return 0;
}
