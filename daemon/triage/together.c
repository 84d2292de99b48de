/*
 * A message by itself, and together with what was said right before: whoever writes "the pills", then "all of them",
 * has told both at once. The higher reading counts, so the words before take nothing away either.
 */
#include <string.h>

#include "triaged/triage/triage.h"

#include "model.h"
#include "result.h"
#include "run.h"

/* Pieces are clauses of one sentence, unless they end like sentences. */
void triage_say_before(struct buf *before, const char *text, size_t n)
{
	static const char pause[] = ", ";
	bool ends = n > 0 && strchr(".,;:!?\n", text[n - 1]);

	buf_add(before, text, n);
	buf_adds(before, ends ? " " : pause);
}

static void add_words(struct triage_result *r, const struct triage_result *other)
{
	for (size_t i = 0; i < other->n_flags; i++)
		result_add_flag(r, other->flags[i]);
	for (size_t i = 0; i < other->n_domains; i++)
		result_add_domain(r, other->domains[i]);
	for (size_t i = 0; i < other->n_actions; i++)
		result_add_action(r, other->actions[i]);
}

/* As far as the whole can be assessed: what cannot be is known from the message itself. */
static void read_together(struct ruleset *rules, struct triage_scratch *w,
	const struct triage_request *request, struct triage_result *result)
{
	struct triage_request both = *request;
	struct triage_result *other = &w->together;

	buf_clear(&w->joined);
	buf_add(&w->joined, request->before, request->before_len);
	buf_add(&w->joined, request->text, request->text_len);
	both.text = w->joined.data;
	both.text_len = w->joined.len;
	both.facts = result->facts.data;
	both.facts_len = result->facts.len;
	run_read(rules, w, &both, (uint32_t)request->before_len, other);
	if (other->unscored)
		return;
	if (other->level > result->level) {
		struct triage_result alone = *result;

		*result = *other;
		result->unscored = alone.unscored;
		*other = alone;
	} else {
		struct buf facts = result->facts;

		result->facts = other->facts; /* it was given those of the message */
		other->facts = facts;
	}
	add_words(result, other);
}

void triage_run(struct ruleset *rules, struct triage_scratch *w,
	const struct triage_request *request, struct triage_result *result)
{
	run_read(rules, w, request, 0, result);
	if (request->text_len && request->before_len &&
		request->before_len + request->text_len <= TRIAGE_TEXT_MAX)
		read_together(rules, w, request, result);
}
