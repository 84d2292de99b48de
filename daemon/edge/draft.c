#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/json_text.h"
#include "verbs_internal.h"

const char *param_text(const struct edge_request *r, const char *name)
{
	return json_string_value(json_object_get(r->params, name));
}

int64_t param_int(const struct edge_request *r, const char *name, int64_t absent)
{
	const json_t *v = json_object_get(r->params, name);
	return json_is_integer(v) ? (int64_t)json_integer_value(v) : absent;
}

struct buf *draft_buf(struct draft *d)
{
	CHECK(d->n_store < sizeof d->verbs->store / sizeof *d->verbs->store);
	return &d->verbs->store[d->n_store++];
}

/* A hash of a value in which the order of an object's members does not matter: the same request
 * serialised by another client library is still the same request. The keys are fixed so that every
 * node computes the same. */
static uint64_t fingerprint(const json_t *v)
{
	uint64_t sum = 0;
	const char *key;
	json_t *member;
	size_t i;
	double real;
	json_int_t integer;
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		json_object_foreach((json_t *)(uintptr_t)v, key, member)
		{
			uint64_t pair[2] = { map_siphash(key, strlen(key), 1, 2),
				fingerprint(member) };
			sum += map_siphash(pair, sizeof pair, 3, 4);
		}
		return sum;
	case JSON_ARRAY:
		json_array_foreach(v, i, member)
		{
			uint64_t pair[2] = { sum, fingerprint(member) };
			sum = map_siphash(pair, sizeof pair, 5, 6);
		}
		return sum;
	case JSON_STRING:
		return map_siphash(json_string_value(v), json_string_length(v), 7, 8);
	case JSON_INTEGER:
		integer = json_integer_value(v);
		return map_siphash(&integer, sizeof integer, 9, 10);
	case JSON_REAL:
		real = json_real_value(v);
		return map_siphash(&real, sizeof real, 11, 12);
	default:
		return (uint64_t)json_typeof(v);
	}
}

/* Parameters that are words of the command as they stand; sorted for bsearch. */
static const struct word {
	const char *param;
	size_t offset;
} word_params[] = {
	{ "agency", offsetof(struct command, agency) },
	{ "by", offsetof(struct command, by) },
	{ "caller_role", offsetof(struct command, caller_role) },
	{ "channel", offsetof(struct command, channel) },
	{ "consent", offsetof(struct command, consent) },
	{ "contact", offsetof(struct command, contact) },
	{ "corrects", offsetof(struct command, corrects) },
	{ "dispatch", offsetof(struct command, dispatch) },
	{ "disposition", offsetof(struct command, disposition) },
	{ "instrument", offsetof(struct command, instrument) },
	{ "kind", offsetof(struct command, kind) },
	{ "lang", offsetof(struct command, lang) },
	{ "line", offsetof(struct command, line) },
	{ "offer", offsetof(struct command, offer) },
	{ "presence", offsetof(struct command, presence) },
	{ "reason", offsetof(struct command, reason) },
	{ "ref", offsetof(struct command, ref) },
	{ "responder", offsetof(struct command, responder) },
	{ "status", offsetof(struct command, status) },
	{ "team", offsetof(struct command, team) },
	{ "transfer", offsetof(struct command, transfer) },
};

static int by_param(const void *key, const void *member)
{
	const struct word *w = member;
	return strcmp(key, w->param);
}

static void take_words(struct command *c, const json_t *params)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)params, key, value)
	{
		const struct word *w = bsearch(key, word_params,
			sizeof word_params / sizeof *word_params, sizeof *word_params, by_param);
		if (w && json_is_string(value))
			*(const char **)(void *)((char *)c + w->offset) = json_string_value(value);
	}
}

void draft_init(
	struct draft *d, struct verbs *v, const struct edge_request *r, enum command_kind kind)
{
	*d = (struct draft){ .verbs = v, .request = r };
	struct command *c = &d->command;
	command_init(c, kind);
	snprintf(d->session, sizeof d->session, "%s/%s/%llu", v->node, v->incarnation,
		(unsigned long long)r->session);
	c->identity = r->who->name;
	c->test = r->who->test;
	c->role = role_name(r->role);
	c->node = v->node;
	c->session = d->session;
	c->incarnation = v->incarnation;
	take_words(c, r->params);
	if (*c->ref)
		c->fingerprint = (int64_t)(fingerprint(r->params) >> 1);
}

int draft_seal(
	struct draft *d, const char *contact, const char *text, size_t n, struct slice *field)
{
	struct buf *sealed = draft_buf(d);
	if (d->verbs->ops.seal(d->verbs->ops.arg, contact, (struct slice){ text, n }, sealed) < 0) {
		edge_error(d->verbs->edge, d->request->session, d->request->token,
			&(struct rpc_error){ .code = RPC_UNAVAILABLE, .reason = "sealing_failed" });
		return -1;
	}
	*field = (struct slice){ buf_str(sealed), sealed->len };
	return 0;
}

const char *draft_words(struct draft *d, const char *param)
{
	const json_t *array = json_object_get(d->request->params, param);
	size_t n = json_array_size(array);
	if (n == 0)
		return "";
	struct buf *words = draft_buf(d);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_adds(words, " ");
		buf_adds(words, json_string_value(json_array_get(array, i)));
	}
	return buf_str(words);
}

struct slice draft_json(struct draft *d, const char *param)
{
	const json_t *object = json_object_get(d->request->params, param);
	if (!object)
		return (struct slice){ "", 0 };
	struct buf *text = draft_buf(d);
	json_write(text, object);
	return (struct slice){ buf_str(text), text->len };
}

int draft_seal_json(struct draft *d, const char *param, const char *contact, struct slice *field)
{
	struct slice json = draft_json(d, param);
	return json.len ? draft_seal(d, contact, json.data, json.len, field) : 0;
}

/* ---- triage ---- */

#define ANSWERS_MAX 64

struct answer_list {
	struct triage_answer items[ANSWERS_MAX];
	char numbers[ANSWERS_MAX][24];
	size_t n;
};

static void add_answer(
	struct answer_list *list, const char *instrument, const char *item, const json_t *value)
{
	if (list->n == ANSWERS_MAX)
		return;
	struct triage_answer *a = &list->items[list->n];
	*a = (struct triage_answer){ instrument, item, NULL };
	if (json_is_boolean(value)) {
		a->value = json_is_true(value) ? "yes" : "no";
	} else if (json_is_integer(value)) {
		snprintf(list->numbers[list->n], sizeof list->numbers[0], "%lld",
			(long long)json_integer_value(value));
		a->value = list->numbers[list->n];
	} else if (json_is_string(value)) {
		a->value = json_string_value(value);
	}
	list->n++; /* anything else, null first of all, stays unknown */
}

static void add_instrument(struct answer_list *list, const char *instrument, const json_t *answers)
{
	const char *item;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)answers, item, value)
		add_answer(list, instrument, item, value);
}

/* contact.open gives {instrument: {item: value}}; the other methods one instrument at a time. */
static void collect_answers(const struct edge_request *r, struct answer_list *list)
{
	const json_t *answers = json_object_get(r->params, "answers");
	const char *one = param_text(r, "instrument"), *key;
	json_t *value;
	if (one) {
		add_instrument(list, one, answers);
	} else {
		json_object_foreach((json_t *)(uintptr_t)answers, key, value)
		{
			if (json_is_object(value))
				add_instrument(list, key, value);
			else
				add_answer(list, "answers", key, value);
		}
	}
	const json_t *safe = json_object_get(r->params, "safe_to_contact");
	if (safe)
		add_answer(list, NULL, "safe_to_contact", safe);
	if (json_object_get(r->params, "location"))
		add_answer(list, NULL, "location_known", json_true());
}

/* How long nothing came before this, as far as it came through here. */
static void add_silence(struct answer_list *list, int64_t seconds)
{
	if (seconds < 0 || list->n == ANSWERS_MAX)
		return;
	snprintf(list->numbers[list->n], sizeof list->numbers[0], "%lld", (long long)seconds);
	list->items[list->n] = (struct triage_answer){ NULL, "silent_s", list->numbers[list->n] };
	list->n++;
}

static void write_span(const struct triage_span *span, struct buf *out)
{
	jtext_open(out, '[');
	jtext_int(out, span->start);
	jtext_int(out, span->end);
	jtext_close(out, ']');
}

static void write_reason(
	const struct triage_result *t, const struct triage_reason *reason, struct buf *out)
{
	jtext_open(out, '{');
	jtext_put_str(out, "rule", reason->rule);
	jtext_put_str(out, "text", reason->text);
	jtext_name(out, "spans");
	jtext_open(out, '[');
	for (size_t i = 0; i < reason->n_spans; i++)
		write_span(&t->spans[reason->first_span + i], out);
	jtext_close(out, ']');
	if (reason->before)
		jtext_put_bool(out, "before", true);
	if (reason->n_fields) {
		jtext_name(out, "fields");
		jtext_open(out, '[');
		for (size_t i = 0; i < reason->n_fields; i++)
			jtext_str(out, t->fields[reason->first_field + i]);
		jtext_close(out, ']');
	}
	jtext_close(out, '}');
}

static void write_reasons(const struct triage_result *t, struct buf *out)
{
	jtext_open(out, '[');
	for (size_t i = 0; i < t->n_reasons; i++)
		write_reason(t, &t->reasons[i], out);
	jtext_close(out, ']');
}

/* What nearly fired and what was set aside, as far as it fits: names and places, no text. */
#define EXPLAIN_ITEM_MAX                                                                           \
	300 /* two names of 64 bytes, each escaped at worst to double, and a span */

static bool has_room(const struct buf *out)
{
	return out->len + EXPLAIN_ITEM_MAX < COMMAND_EXPLAIN_MAX;
}

static void write_explain(const struct triage_result *t, struct buf *out)
{
	jtext_open(out, '{');
	jtext_name(out, "near");
	jtext_open(out, '[');
	for (size_t i = 0; i < t->n_near && has_room(out); i++)
		jtext_str(out, t->near[i]);
	jtext_close(out, ']');
	jtext_name(out, "suppressed");
	jtext_open(out, '[');
	for (size_t i = 0; i < t->n_suppressed && has_room(out); i++) {
		jtext_open(out, '{');
		jtext_put_str(out, "signal", t->suppressed[i].entry);
		jtext_put_str(out, "by", t->suppressed[i].by);
		jtext_name(out, "span");
		write_span(&t->suppressed[i].span, out);
		jtext_close(out, '}');
	}
	jtext_close(out, ']');
	jtext_close(out, '}');
}

static const char *join(struct draft *d, const char *const *words, size_t n)
{
	if (n == 0)
		return "";
	struct buf *out = draft_buf(d);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s", i ? " " : "", words[i]);
	return buf_str(out);
}

static void put_result(struct draft *d, const char *contact)
{
	struct verbs *v = d->verbs;
	struct command *c = &d->command;
	const struct triage_result *t = &v->result;
	c->level = (int64_t)t->level + 1;
	c->unscored = t->unscored;
	struct buf *reasons = draft_buf(d), *ruleset = draft_buf(d), *facts = draft_buf(d);
	write_reasons(t, reasons);
	c->reasons = (struct slice){ buf_str(reasons), reasons->len };
	if (t->n_near || t->n_suppressed) {
		struct buf *explain = draft_buf(d);
		write_explain(t, explain);
		c->explain = (struct slice){ buf_str(explain), explain->len };
	}
	buf_addf(ruleset, "%s@%s:%s", ruleset_id(v->rules), ruleset_version(v->rules),
		ruleset_digest(v->rules));
	c->ruleset = buf_str(ruleset);
	c->flags = join(d, t->flags, t->n_flags);
	c->domains = join(d, t->domains, t->n_domains);
	buf_add(facts, t->facts.data, t->facts.len);
	c->facts = (struct slice){ buf_str(facts), facts->len };
	memory_add(&v->memory, contact, d->request->session, c->facts);
}

void draft_retriage(struct draft *d, const char *contact, struct slice facts)
{
	struct verbs *v = d->verbs;
	memory_add(&v->memory, contact, d->request->session, facts);
	struct slice known = memory_facts(&v->memory, contact);
	struct triage_request q = { .age = -1,
		.facts = known.data,
		.facts_len = known.len,
		.now_min = wall_now_ms() / 60000 };
	triage_run(v->rules, v->scratch, &q, &v->result);
	d->command.contact = contact;
	d->command.level_alone = LEVEL_LOW + 1; /* it brings nothing of its own */
	put_result(d, contact);
}

/* The person's own words, and what they go on from. */
static void join_before(struct draft *d, const char *contact, struct triage_request *q)
{
	struct verbs *v = d->verbs;
	uint64_t session = d->request->session;
	int64_t now_ms = wall_now_ms();
	struct buf *before = draft_buf(d);
	if (d->request->role != ROLE_FRONTEND || q->text_len == 0)
		return;
	d->command.joined = memory_before(&v->memory, contact, session, now_ms, before);
	q->before = before->data;
	q->before_len = before->len;
	memory_said(&v->memory, contact, session, d->command.ref,
		(struct slice){ q->text, q->text_len }, now_ms);
}

void draft_triage(struct draft *d, const char *contact)
{
	struct verbs *v = d->verbs;
	struct command *c = &d->command;
	struct answer_list answers = { .n = 0 };
	collect_answers(d->request, &answers);
	if (d->request->role == ROLE_FRONTEND)
		c->silent_s =
			1 + memory_heard(&v->memory, contact, d->request->session, wall_now_ms());
	add_silence(&answers, c->silent_s - 1);
	const json_t *text = json_object_get(d->request->params, "text");
	struct slice known = memory_facts(&v->memory, contact);
	struct triage_request q = {
		.text = json_string_value(text),
		.text_len = json_string_length(text),
		.channel = *c->channel ? c->channel : NULL,
		.lang = *c->lang ? c->lang : NULL,
		.age = (int)c->age - 1,
		.caller_role = *c->caller_role ? c->caller_role : NULL,
		.answers = answers.items,
		.n_answers = answers.n,
		.now_min = wall_now_ms() / 60000,
	};
	struct triage_result *t = &v->result;
	triage_run(v->rules, v->scratch, &q, t);
	c->level_alone = (int64_t)t->level + 1;
	v->ops.triaged(v->ops.arg, &(struct verbs_triage){ .contact = contact,
					   .opens = c->command == COMMAND_CONTACT_OPEN,
					   .request = &q,
					   .level = t->level,
					   .unscored = t->unscored });
	join_before(d, contact, &q);
	if (known.len || q.before_len) {
		q.facts = known.data;
		q.facts_len = known.len;
		triage_run(v->rules, v->scratch, &q, t);
	}
	put_result(d, contact);
}

void draft_submit(struct draft *d)
{
	d->command.request = pending_add(&d->verbs->pending, d->request)->number;
	draft_submit_unasked(d);
}

void draft_submit_unasked(struct draft *d)
{
	d->verbs->ops.submit(d->verbs->ops.arg, &d->command);
	draft_drop(d);
}

void draft_drop(struct draft *d)
{
	for (size_t i = 0; i < d->n_store; i++) {
		struct buf *b = &d->verbs->store[i];
		if (b->data)
			explicit_bzero(b->data, b->len);
		buf_clear(b);
	}
	d->n_store = 0;
}
