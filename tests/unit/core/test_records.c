/*
 * Every stored record of a center in which a lot is going on, with each of its fields broken in
 * turn: the reader refuses it, names the field, and the core it was meant for can be used. As a
 * whole all of them load again, and what is loaded is what was stored.
 */
#include "agencies.h"

#include "triaged/base/mem.h"
#include "triaged/core/fact.h"

static struct world w;

struct kept {
	enum entity_kind kind;
	const char *id, *ref;
	struct buf bytes;
};

static struct kept kept[64];
static size_t n_kept;

static void keep(void *arg, const struct entity_write *one)
{
	(void)arg;
	if (one->kind == ENTITY_MESSAGE)
		return;
	assert_true(n_kept < sizeof kept / sizeof kept[0]);
	struct kept *k = &kept[n_kept++];
	*k = (struct kept){ one->kind, mem_strdup(one->id), one->ref ? mem_strdup(one->ref) : NULL,
		{ 0 } };
	buf_add(&k->bytes, one->bytes.data, one->bytes.len);
}

static struct command of_ann(enum command_kind kind)
{
	struct command c;
	command_init(&c, kind);
	c.request = 1;
	c.identity = "ann";
	c.role = "responder";
	c.session = R1;
	return c;
}

static const char *rescue(const char *id, const char *kind, const char *consent)
{
	struct command c = of_ann(COMMAND_CONTACT_ESCALATE);
	c.contact = id;
	c.kind = kind;
	c.consent = consent;
	c.located = 1;
	c.location = (struct slice){ "sealed", 6 };
	c.lat = PLACE_LAT_ZERO + 100;
	c.lon = PLACE_LON_ZERO + 100;
	c.place_confirmed = 1;
	return field(&w, apply(&w, c), "dispatch");
}

/* Somebody served, handed over with both present, offered, declined, waiting; rescues asked and
 * done, a team, letters, facts, references, persons. */
static void live(void)
{
	char first[32], second[32];
	apply(&w, CMD(SESSION_UP, c->identity = "red", c->role = "partner", c->session = D1));
	apply(&w, CMD(TEAM_SET, c->identity = "red", c->role = "partner", c->session = D1,
			  c->team = "red", c->presence = "ready", c->members = "Kim",
			  c->skills = "child", c->lat = PLACE_LAT_ZERO + 5,
			  c->lon = PLACE_LON_ZERO + 5));
	responder(&w, "ann", R1);
	apply(&w, CMD(RESPONDER_SET, c->identity = "ann", c->capacity = 64));
	responder(&w, "bob", R2);
	apply(&w, CMD(RESPONDER_SET, c->identity = "bob", c->role = "responder",
			  c->presence = "away", c->reason = "lunch", c->channels = "chat"));
	const struct output *o = apply(
		&w, CMD(CONTACT_OPEN, c->identity = "web", c->role = "frontend", c->session = F1,
			    c->ref = "r1", c->fingerprint = 7, c->channel = "chat", c->lang = "en",
			    c->person = "p1", c->level = LEVEL_HIGH + 1, c->line = "youth",
			    c->reasons = ((struct slice){ "[]", 2 }),
			    c->explain = ((struct slice){ "{}", 2 })));
	strcpy(first, field(&w, o, "contact"));
	accept(&w, "ann", R1, offer_to(&w, R1));
	rescue(first, "ems", "yes");
	char *gone = mem_strdup(rescue(first, "ems", "no"));
	apply(&w, CMD(DISPATCH_OUTCOME, c->identity = "dan", c->role = "dispatcher",
			  c->dispatch = gone, c->outcome = ((struct slice){ "{}", 2 })));
	free(gone);
	strcpy(second, contact(&w, F2, LEVEL_LOW));
	accept(&w, "ann", R1, offer_to(&w, R1));
	rescue(second, "mobile_team", "yes");
	contact(&w, F2, LEVEL_LOW);
	struct command no = of_ann(COMMAND_OFFER_DECLINE);
	no.offer = offer_to(&w, R1);
	apply(&w, no);
	struct command over = of_ann(COMMAND_CONTACT_TRANSFER);
	over.contact = contact(&w, F2, LEVEL_LOW);
	accept(&w, "ann", R1, offer_to(&w, R1));
	over.center = "south";
	over.peer = "0a";
	over.text = (struct slice){ "sealed", 6 };
	apply(&w, over);
	apply(&w, CMD(RESPONDER_SET, c->identity = "bob", c->role = "responder",
			  c->presence = "ready"));
	contact(&w, F2, LEVEL_LOW);
	struct command fact = of_ann(COMMAND_CONTACT_NOTE);
	fact.contact = first;
	fact.island = "n2/i1";
	fact.fact = 3;
	apply(&w, fact);
	contact(&w, F2, LEVEL_EMERGENCY);
}

static int start(void **state)
{
	(void)state;
	world_start(&w);
	give_agencies(&w.options);
	strcpy(w.options.centers, "south");
	core_set_options(w.core, &w.options);
	supervisor(&w, "sue", S1);
	live();
	core_write_all(w.core);
	n_kept = 0;
	core_take_dirty(w.core, keep, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_kept; i++) {
		free((char *)(uintptr_t)kept[i].id);
		free((char *)(uintptr_t)kept[i].ref);
		buf_free(&kept[i].bytes);
	}
	world_end(&w);
	return 0;
}

static int load(struct core *core, const struct kept *k, struct slice bytes, struct err *e)
{
	return core_load(core, k->kind, k->id, k->ref, bytes, e);
}

static struct slice whole(const struct kept *k)
{
	return (struct slice){ k->bytes.data, k->bytes.len };
}

static void all_of_it_comes_back(void **state)
{
	(void)state;
	static bool seen[ENTITY_COUNTERS + 1];
	struct core *core = core_new(&w.options);
	struct err e;
	for (size_t i = 0; i < n_kept; i++) {
		seen[kept[i].kind] = true;
		if (load(core, &kept[i], whole(&kept[i]), &e) != 0)
			fail_msg("%s", e.text);
	}
	for (int kind = 0; kind <= ENTITY_COUNTERS; kind++)
		assert_true(seen[kind] || kind == ENTITY_MESSAGE);
	if (core_load_done(core, &e) != 0)
		fail_msg("%s", e.text);
	assert_true(core_digest(core) == core_digest(w.core));
	assert_int_equal(core_taken(core, "n2/i1"), 3); /* what was told is not taken again */
	assert_true(core_letter(core) > 0);
	assert_int_equal(core_letter(core), core_letter(w.core));
	assert_int_equal(core_tally_since(core), core_tally_since(w.core));
	core_free(&core);
}

/* None could be lost, and the digest be the same. */
static void every_record_counts(void **state)
{
	(void)state;
	struct err e;
	for (size_t missing = 0; missing < n_kept; missing++) {
		struct core *core = core_new(&w.options);
		for (size_t i = 0; i < n_kept; i++)
			if (i != missing)
				assert_int_equal(load(core, &kept[i], whole(&kept[i]), &e), 0);
		(void)!core_load_done(core, &e);
		if (core_digest(core) == core_digest(w.core))
			fail_msg("without %d %s it is the same", kept[missing].kind,
				kept[missing].id);
		core_free(&core);
	}
}

/* ---- each field broken ---- */

static bool is_number(struct slice v)
{
	int64_t n;
	return slice_int(v, &n) == 0;
}

/* The record with one field's value replaced. */
static void with(struct slice record, size_t wanted, struct slice instead, struct buf *out)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	for (size_t i = 0; record_next(&in, &name, &value) == 1; i++)
		record_putn(out, name, i == wanted ? instead.data : value.data,
			i == wanted ? instead.len : value.len);
}

static int try_it(const struct kept *k, struct slice bytes, struct err *e)
{
	struct err ignored;
	struct core *core = core_new(&w.options);
	struct command tick = CMD(TICK, c->request = 0);
	int result = load(core, k, bytes, e);
	(void)!core_load_done(core, &ignored);
	core_apply(core, &tick, w.now, &w.step);
	core_free(&core);
	return result;
}

static void refused(const struct kept *k, struct slice name, struct slice bytes)
{
	struct err e = { "" };
	char text[40];
	snprintf(text, sizeof text, "%.*s", (int)name.len, name.data);
	if (try_it(k, bytes, &e) == 0)
		fail_msg("%d %s: %s broken, and taken:\n%.*s", k->kind, k->id, text, (int)bytes.len,
			bytes.data);
	bool named = k->kind == ENTITY_CONTACT || k->kind == ENTITY_RESPONDER ||
		     k->kind == ENTITY_DISPATCH || k->kind == ENTITY_TEAM;
	if (named && (!strstr(e.text, text) || !strstr(e.text, k->id)))
		fail_msg("%s: %s is not named in: %s", k->id, text, e.text);
}

static bool has_word(const char *const *words, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(name, words[i]))
			return true;
	return false;
}

#define HAS(name, ...)                                                                             \
	has_word((const char *const[]){ __VA_ARGS__ },                                             \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), name)

static bool is_text_that_looks_like_a_number(struct slice name)
{
	return HAS(name, "facts", "history", "id", "contact");
}

static bool is_record(struct slice name)
{
	return HAS(name, "offer", "excluded", "send", "origin", "letter", "rescues");
}

static void break_inside(const struct kept *k, size_t i, struct slice name, struct slice inner)
{
	struct record_reader in = { inner.data, inner.data + inner.len };
	struct slice part, value;
	struct buf b = { 0 }, whole_record = { 0 };
	for (size_t n = 0; record_next(&in, &part, &value) == 1; n++) {
		bool needed = HAS(part, "responder", "agency", "name", "center", "bytes");
		if (!needed && (!is_number(value) || HAS(part, "id")) && !HAS(part, "what"))
			continue;
		buf_clear(&b);
		buf_clear(&whole_record);
		if (needed) { /* left out */
			buf_add(&b, inner.data, (size_t)(part.data - inner.data));
			size_t behind = (size_t)(value.data + value.len + 1 - inner.data);
			buf_add(&b, inner.data + behind, inner.len - behind);
		} else {
			with(inner, n, (struct slice){ "?", 1 }, &b);
		}
		with(whole(k), i, (struct slice){ b.data, b.len }, &whole_record);
		refused(k, name, (struct slice){ whole_record.data, whole_record.len });
	}
	buf_clear(&whole_record);
	with(whole(k), i, (struct slice){ inner.data, inner.len - 1 }, &whole_record);
	refused(k, name, (struct slice){ whole_record.data, whole_record.len });
	buf_free(&whole_record);
	buf_free(&b);
}

static void break_field(const struct kept *k, size_t i, struct slice name, struct slice value)
{
	struct buf b = { 0 };
	bool word =
		HAS(name, "state", "level", "level_auto", "presence") && k->kind != ENTITY_PERSON;
	if (is_record(name))
		break_inside(k, i, name, value);
	if (!word && (!is_number(value) || is_text_that_looks_like_a_number(name)))
		return;
	with(whole(k), i, (struct slice){ "?", 1 }, &b);
	refused(k, name, (struct slice){ b.data, b.len });
	if (!word && !HAS(name, "fingerprint", "next_id")) {
		static const char *const beyond[] = { "9007199254740993", "-9007199254740993" };
		for (size_t n = 0; n < 2; n++) {
			buf_clear(&b);
			with(whole(k), i, (struct slice){ beyond[n], strlen(beyond[n]) }, &b);
			refused(k, name, (struct slice){ b.data, b.len });
		}
	}
	buf_free(&b);
}

static void every_broken_field_is_refused_by_name(void **state)
{
	(void)state;
	for (size_t n = 0; n < n_kept; n++) {
		struct slice record = whole(&kept[n]), name, value;
		struct record_reader in = { record.data, record.data + record.len };
		for (size_t i = 0; record_next(&in, &name, &value) == 1; i++)
			break_field(&kept[n], i, name, value);
	}
}

/* Cut anywhere, it is no whole record unless a field ends there; whichever it is, no crash. */
static void a_record_that_is_cut_is_refused(void **state)
{
	(void)state;
	struct err e;
	for (size_t n = 0; n < n_kept; n++) {
		struct slice record = whole(&kept[n]);
		for (size_t cut = 1; cut < record.len; cut += 1 + cut / 16) {
			bool ends = record.data[cut - 1] == '\n';
			int result = try_it(&kept[n], (struct slice){ record.data, cut }, &e);
			assert_true(ends || result == -1);
		}
	}
}

static void nothing_is_stored_twice_or_under_a_bad_id(void **state)
{
	(void)state;
	struct core *core = core_new(&w.options);
	struct err e;
	char long_id[64];
	memset(long_id, 'a', 63);
	long_id[63] = '\0';
	for (size_t n = 0; n < n_kept; n++) {
		struct kept *k = &kept[n], other = *k;
		bool once = k->kind == ENTITY_CONTACT || k->kind == ENTITY_DISPATCH ||
			    k->kind == ENTITY_PERSON;
		assert_int_equal(load(core, k, whole(k), &e), 0);
		assert_int_equal(once ? load(core, k, whole(k), &e) : -1, -1);
		assert_true(!once || strstr(e.text, "twice"));
		other.id = "";
		if (k->kind != ENTITY_COUNTERS) {
			assert_int_equal(load(core, &other, whole(k), &e), -1);
			assert_string_equal(e.text, "a record without an id");
		}
		other.id = long_id;
		if (k->kind == ENTITY_CONTACT || k->kind == ENTITY_DISPATCH)
			assert_int_equal(load(core, &other, whole(k), &e), -1);
	}
	core_free(&core);
}

/* After a server had lost something, all are written, also those it still has. */
static void an_answer_stored_again_is_the_same_answer(void **state)
{
	(void)state;
	struct core *core = core_new(&w.options);
	struct err e;
	size_t answers = 0;
	for (size_t n = 0; n < n_kept; n++) {
		struct kept *k = &kept[n];
		struct buf b = { 0 };
		if (k->kind != ENTITY_REF)
			continue;
		answers++;
		assert_int_equal(load(core, k, whole(k), &e), 0);
		assert_int_equal(load(core, k, whole(k), &e), 0);
		with(whole(k), 1, (struct slice){ "5", 1 }, &b);
		assert_int_equal(load(core, k, (struct slice){ b.data, b.len }, &e), -1);
		assert_non_null(strstr(e.text, "stored twice"));
		buf_free(&b);
	}
	assert_true(answers > 0);
	core_free(&core);
}

#define BYTES(s) ((struct slice){ s, sizeof(s) - 1 })

static const struct {
	enum entity_kind kind;
	struct slice bytes;
} broken[] = {
	{ ENTITY_CONTACT, BYTES("responder 0:\n") },
	{ ENTITY_CONTACT, BYTES("guest 0:\n") },
	{ ENTITY_CONTACT, BYTES("excluded 12:until_ms 1:5\n\n") },
	{ ENTITY_CONTACT, BYTES("excluded 26:responder 1:a\nuntil_ms 1:x\n\n") },
	{ ENTITY_CONTACT, BYTES("excluded 13:responder 1:a\n") },
	{ ENTITY_CONTACT, BYTES("offer 45:id 24:oooooooooooooooooooooooo\nresponder 1:a\n\n") },
	{ ENTITY_CONTACT, BYTES("offer 20:id 0:\nresponder 1:a\n\n") },
	{ ENTITY_CONTACT, BYTES("offer 31:id 2:o1\nresponder 1:a\ntier 1:9\n\n") },
	{ ENTITY_CONTACT, BYTES("offer 32:id 2:o1\nresponder 1:a\ntier 2:-1\n\n") },
	{ ENTITY_CONTACT,
		BYTES("offer 22:id 2:o1\nresponder 1:a\n\noffer 22:id 2:o1\nresponder 1:a\n\n") },
	{ ENTITY_COUNTERS, BYTES("letter 36:number 1:0\ncenter 5:south\nbytes 1:x\n\n") },
	{ ENTITY_COUNTERS, BYTES("rescues 7:ended 1\n") },
	{ ENTITY_PERSON, BYTES("level 1:6\n") },
	{ ENTITY_PERSON, BYTES("level 2:-1\n") },
	{ ENTITY_PERSON, BYTES("visit_ms 1:x\n") },
};

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	struct err e;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct kept k = { .kind = broken[i].kind, .id = "0a", .ref = "r" };
		if (try_it(&k, broken[i].bytes, &e) == 0)
			fail_msg("taken: %.*s", (int)broken[i].bytes.len, broken[i].bytes.data);
	}
}

static void a_contact_has_room_for_so_many_offers(void **state)
{
	(void)state;
	struct err e;
	struct buf b = { 0 };
	struct kept k = { .kind = ENTITY_CONTACT, .id = "0a", .ref = "" };
	buf_adds(&b, "state 7:offered\nlevel 9:emergency\n");
	for (int i = 1; i <= 9; i++) {
		if (i == 9)
			assert_int_equal(try_it(&k, (struct slice){ b.data, b.len }, &e), 0);
		buf_addf(&b, "offer 24:id 2:o%d\nresponder 3:r%02d\n\n", i, i);
	}
	assert_int_equal(try_it(&k, (struct slice){ b.data, b.len }, &e), -1);
	buf_free(&b);
}

/* What a newer node wrote is skipped wherever it stands; empty texts are none. */
static void what_is_not_known_here_is_skipped(void **state)
{
	(void)state;
	static const struct {
		enum entity_kind kind;
		struct slice bytes;
	} newer[] = {
		{ ENTITY_CONTACT, BYTES("state 7:waiting\nlang 0:\nmood 1:x\n"
					"excluded 23:responder 1:a\nmood 1:x\n\n") },
		{ ENTITY_CONTACT,
			BYTES("state 7:offered\noffer 31:id 2:o1\nresponder 1:a\nmood 1:x\n\n") },
		{ ENTITY_COUNTERS,
			BYTES("mood 1:x\nletter 45:number 1:1\ncenter 5:south\nbytes 1:x\n"
			      "mood 1:x\n\norigin 18:name 1:n\nmood 1:x\n\n") },
		{ ENTITY_COUNTERS, BYTES("accept_gap_ms 2:-5\n") },
		{ ENTITY_COUNTERS, BYTES("accept_gap_ms 10:2147483648\n") },
		{ ENTITY_DISPATCH, BYTES("drill_due_ms 1:9\nsend 20:agency 1:a\nmood 1:x\n\n") },
		{ ENTITY_PERSON, BYTES("mood 1:x\n") },
		{ ENTITY_REF, BYTES("mood 1:x\ncommand 8:tea.make\n") },
		{ ENTITY_TEAM, BYTES("mood 1:x\n") },
		{ ENTITY_RESPONDER, BYTES("mood 1:x\n") },
	};
	struct err e;
	for (size_t i = 0; i < sizeof newer / sizeof newer[0]; i++) {
		struct kept k = { .kind = newer[i].kind, .id = "0a", .ref = "r" };
		if (try_it(&k, newer[i].bytes, &e) != 0)
			fail_msg("%s", e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_of_it_comes_back),
		TEST(every_record_counts),
		TEST(every_broken_field_is_refused_by_name),
		TEST(a_record_that_is_cut_is_refused),
		TEST(nothing_is_stored_twice_or_under_a_bad_id),
		TEST(an_answer_stored_again_is_the_same_answer),
		TEST(what_cannot_be_is_refused),
		TEST(a_contact_has_room_for_so_many_offers),
		TEST(what_is_not_known_here_is_skipped),
	};
	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
