#include "level.h"

#include <string.h>

#include "state.h"

static void put_history(
	struct core *core, struct contact *c, int from, const char *by, const char *cause)
{
	struct buf *b = &core->scratch;
	buf_clear(b);
	record_puti(b, "at_ms", core->now_ms);
	record_puts(b, "from", from >= 0 ? level_name((enum level)from) : "");
	record_puts(b, "to", level_name((enum level)c->level));
	record_puts(b, "by", by);
	record_puts(b, "cause", cause);
	record_put(&c->history, "change", b->data, b->len);
	DECIDE(core->step, "level", c->id, level_name((enum level)c->level), cause);
}

/* Responders it is offered to: does it still fit, and must they hurry? */
static void reoffer(struct core *core, struct contact *c)
{
	struct responder *asked[CONTACT_OFFERS_MAX];
	int64_t latest = core->now_ms + core->options.offer_ms[c->level];
	while (c->n_offers > 1 && c->level != LEVEL_EMERGENCY)
		offer_end(core, c->offers[c->n_offers - 1], OFFER_WITHDRAWN);
	int n = c->n_offers;
	for (int i = 0; i < n; i++) {
		asked[i] = c->offers[i]->responder;
		if (c->offers[i]->expires_ms > latest)
			c->offers[i]->expires_ms = latest;
	}
	for (int i = 0; i < n; i++)
		responder_trim(core, asked[i]);
}

static void tell_one(struct core *core, const struct contact *c, const struct responder *r)
{
	if (!r->connected)
		return;
	struct buf *b = step_notify(core->step, OUTPUT_CONTACT_RAISED, r->session);
	record_puts(b, "contact", c->id);
	record_puts(b, "level", level_name((enum level)c->level));
	record_put(b, "reasons", c->reasons.data, c->reasons.len);
}

/* Who serves it, and who is just deciding whether to take it. */
static void tell_raised(struct core *core, struct contact *c)
{
	contact_tell_update(core, c);
	if (c->responder)
		tell_one(core, c, c->responder);
	if (c->guest)
		tell_one(core, c, c->guest);
	for (int i = 0; i < c->n_offers; i++)
		tell_one(core, c, c->offers[i]->responder);
}

void level_set(
	struct core *core, struct contact *c, enum level level, const char *by, const char *cause)
{
	int from = c->level;
	if (c->offered.size != 0) /* leaves that order under its old key */
		tree_remove(&core->emergencies, c);
	c->level = (int)level;
	put_history(core, c, from, by, cause);
	if (contact_is_queued(c) || contact_is_reserved(c))
		queue_move(core, c);
	if (contact_is_sought_for(c))
		match_mark_contact(core, c);
	reoffer(core, c);
	if (c->responder)
		responder_trim(core, c->responder);
	if (c->guest)
		responder_trim(core, c->guest);
	if (c->level > from)
		tell_raised(core, c);
	contact_touch(core, c);
}

/* Facts are a set of lines in ascending order; both sides are. */
static void unite_lines(struct buf *into, struct slice add)
{
	struct buf out = { 0 };
	const char *a = buf_str(into), *a_end = a + into->len;
	const char *b = add.data, *b_end = b + add.len;
	while (a < a_end || b < b_end) {
		const char *a_line = a < a_end ? memchr(a, '\n', (size_t)(a_end - a)) : NULL;
		const char *b_line = b < b_end ? memchr(b, '\n', (size_t)(b_end - b)) : NULL;
		size_t a_len = (size_t)((a_line ? a_line : a_end) - a);
		size_t b_len = (size_t)((b_line ? b_line : b_end) - b);
		size_t both = a_len < b_len ? a_len : b_len;
		int order = a == a_end ? 1 : b == b_end ? -1 : memcmp(a, b, both);
		if (order == 0)
			order = (a_len > b_len) - (a_len < b_len);
		buf_add(&out, order <= 0 ? a : b, order <= 0 ? a_len : b_len);
		buf_add(&out, "\n", 1);
		if (order <= 0)
			a = a_line ? a_line + 1 : a_end;
		if (order >= 0)
			b = b_line ? b_line + 1 : b_end;
	}
	buf_free(into);
	*into = out;
}

static void unite_words(char **slot, const char *add)
{
	if (!*add || words_within(add, *slot))
		return;
	struct buf b = { 0 };
	buf_adds(&b, text_of(*slot));
	buf_add(&b, " ", 1);
	buf_adds(&b, add);
	text_set(slot, buf_str(&b));
	words_sort(slot);
	buf_free(&b);
}

static int asked_level(int64_t level)
{
	return level > LEVEL_COUNT ? LEVEL_EMERGENCY : (int)level - 1;
}

/* The reasons kept are those of the level the contact has: a harmless message after an alarming
 * one must not take them away. */
static bool explains_level(const struct contact *c, const struct command *command)
{
	const size_t none = strlen("[]");
	if (command->reasons.len == 0 || c->reasons.len <= none)
		return command->reasons.len > 0;
	return command->reasons.len > none &&
	       (asked_level(command->level) > c->level_auto ||
		       asked_level(command->level_alone) >= c->level_auto);
}

/* The message that the command says; that of an opening is still to be written. */
static int64_t message_of(const struct contact *c, const struct command *command)
{
	if (!command->text.len && !command->said)
		return 0;
	return c->state == CONTACT_NEW ? c->seq + 1 : c->seq;
}

static void take_findings(struct contact *c, const struct command *command)
{
	if (explains_level(c, command)) {
		buf_clear(&c->reasons);
		buf_add(&c->reasons, command->reasons.data, command->reasons.len);
		c->reasons_seq = message_of(c, command);
		buf_clear(&c->explain); /* of the same text as the reasons, or of none */
		if (command->explain.len)
			buf_add(&c->explain, command->explain.data, command->explain.len);
	}
	if (command->facts.len)
		unite_lines(&c->facts, command->facts);
	unite_words(&c->flags, command->flags);
	unite_words(&c->domains, command->domains);
	if (*command->ruleset)
		text_set(&c->ruleset, command->ruleset);
	if (command->unscored)
		c->unscored = 1;
}

/* What was not triaged is not low: somebody looks soon. */
static int arrival_level(struct contact *c, const struct command *command)
{
	if (command->level > 0)
		return asked_level(command->level);
	c->unscored = 1;
	return LEVEL_HIGH;
}

/* Rules only propose a rescue: people are told, once. */
static void propose(struct core *core, struct contact *c)
{
	static const char *const words[] = { "ems_review", "police_review",
		"rescue_without_consent" };
	bool due = false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		due = due || words_have(c->flags, words[i], strlen(words[i]));
	if (!due || c->proposed || c->dispatches_open)
		return;
	c->proposed = 1;
	notice_contact(core, c, "dispatch_proposed");
	struct buf *b = contact_tell_responder(core, c, OUTPUT_NOTICE);
	if (b)
		record_puts(b, "kind", "dispatch_proposed");
}

static void arrive(struct core *core, struct contact *c, const struct command *command)
{
	c->level = c->level_auto = arrival_level(c, command);
	put_history(core, c, -1, "", "arrival");
}

static void rise(struct core *core, struct contact *c, const struct command *command)
{
	contact_touch(core, c);
	if (command->level <= 0)
		return;
	int level = asked_level(command->level), alone = asked_level(command->level_alone);
	if (level > c->level_auto)
		c->level_auto = level;
	if (alone == LEVEL_EMERGENCY)
		c->pending_level = 0; /* a new sign: the lowering asked for is off */
	if (level <= c->level || (c->lowered && alone <= c->level))
		return;
	c->lowered = level < c->level_auto; /* still below what an earlier sign asked for */
	level_set(core, c, (enum level)level, "", command_name(command->command));
}

void level_triage(struct core *core, struct contact *c, const struct command *command)
{
	bool assessed = !c->unscored;
	take_findings(c, command);
	if (c->state == CONTACT_NEW)
		arrive(core, c, command);
	else
		rise(core, c, command);
	if (assessed && c->unscored) /* a machine could not read it: a person should, once told */
		notice_contact(core, c, "unscored");
	propose(core, c);
}
