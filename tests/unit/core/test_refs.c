/* A repeated request has no second effect: after a reload, under its own name, for its time. */
#include "world.h"

#include "triaged/base/buf.h"

WORLD(w)

static struct command open_with(const char *ref, int64_t fingerprint)
{
	return CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->session = F1,
		c->channel = "chat", c->level = 2, c->ref = ref, c->fingerprint = fingerprint);
}

static void the_first_answer_comes_again(void **state)
{
	(void)state;
	const struct output *o = apply(&w, open_with("a", 7));
	const char *id = field(&w, o, "contact");
	struct buf first = { 0 };
	buf_add(&first, o->fields.data, o->fields.len);
	responder(&w, "ann", R1); /* the state is another one by now, the answer is not */
	o = apply(&w, open_with("a", 7));
	assert_false(w.step.changed);
	assert_int_equal(o->fields.len, first.len);
	assert_memory_equal(o->fields.data, first.data, first.len);
	assert_string_not_equal(field(&w, apply(&w, open_with("b", 7)), "contact"), id);
	buf_free(&first);
}

static void another_request_under_the_same_name_conflicts(void **state)
{
	(void)state;
	apply(&w, open_with("a", 7));
	const struct output *o = apply(&w, open_with("a", 8));
	assert_string_equal(field(&w, o, "code"), "9");
	assert_false(w.step.changed);
	struct command other = open_with("a", 7);
	other.identity = "sms"; /* each identity has its own names */
	assert_int_equal(apply(&w, other)->kind, OUTPUT_REPLY);
	assert_true(w.step.changed);
}

static void a_refusal_is_not_kept(void **state)
{
	(void)state;
	const char *id = contact(&w, F1, LEVEL_LOW);
	struct command close = CMD(CONTACT_CLOSE, c->identity = "sue", c->role = "supervisor",
		c->contact = id, c->ref = "c", c->disposition = "spam");
	assert_string_equal(field(&w, apply(&w, close), "field"), "reason");
	close.reason = "test";
	assert_string_equal(field(&w, apply(&w, close), "state"), "ended");
	written(&w);
	assert_string_equal(field(&w, apply(&w, close), "state"), "ended");
}

static void names_are_forgotten_after_their_time(void **state)
{
	(void)state;
	apply(&w, open_with("a", 7));
	written(&w);
	w.now += w.options.refs_retain_ms - 1;
	apply(&w, open_with("a", 7));
	assert_false(w.step.changed);
	w.now += 1;
	apply(&w, open_with("a", 7));
	assert_true(w.step.changed);
}

static void load(void *arg, const struct entity_write *write)
{
	struct err e;
	if (write->kind != ENTITY_MESSAGE)
		assert_int_equal(
			core_load(arg, write->kind, write->id, write->ref, write->bytes, &e), 0);
}

static void they_survive_the_leader(void **state)
{
	(void)state;
	struct err e;
	apply(&w, open_with("a", 7));
	struct core *loaded = core_new(&w.options);
	core_take_dirty(w.core, load, loaded);
	assert_int_equal(core_load_done(loaded, &e), 0);
	core_free(&w.core);
	w.core = loaded;
	apply(&w, open_with("a", 7));
	assert_false(w.step.changed);
	assert_string_equal(field(&w, apply(&w, open_with("a", 9)), "code"), "9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_answer_comes_again),
		TEST(another_request_under_the_same_name_conflicts),
		TEST(a_refusal_is_not_kept),
		TEST(names_are_forgotten_after_their_time),
		TEST(they_survive_the_leader),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
