#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "apply.h"
#include "state.h"

static int compare_responders(const void *a, const void *b)
{
	return strcmp(((const struct responder *)a)->id, ((const struct responder *)b)->id);
}

struct core *core_new(const struct core_options *options)
{
	struct core *core = mem_zalloc(sizeof *core);
	core->options = *options;
	core_take_agencies(core);
	struct map *maps[] = { &core->contacts, &core->offers, &core->responders, &core->persons,
		&core->refs, &core->dispatches, &core->teams, &core->requirements, &core->profiles,
		&core->sessions, &core->alarms };
	for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
		map_init(maps[i], options->hash_seed[0], options->hash_seed[1]);
	queue_init(&core->queue);
	tree_init(&core->emergencies, contact_cmp, offsetof(struct contact, offered));
	heap_init(&core->timers, timer_cmp, offsetof(struct timer, index));
	heap_init(&core->emissions, timer_cmp, offsetof(struct timer, index));
	core->post = (struct timer){ .id = "letters", .owner = core, .fire = letters_emit };
	heap_init(&core->marked_contacts, contact_cmp, offsetof(struct contact, mark));
	heap_init(&core->marked_responders, compare_responders, offsetof(struct responder, mark));
	return core;
}

static void free_all(struct map *m, void (*free_one)(void *))
{
	void *v;
	for (size_t i = 0; (v = map_walk(m, &i, NULL));)
		free_one(v);
	map_fini(m);
}

static void free_contacts(struct core *core)
{
	struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));)
		contact_free(core, c);
	map_fini(&core->contacts);
}

static void free_dirty(struct dirty *d)
{
	free(d->id);
	free(d->ref);
	buf_free(&d->bytes);
}

void core_free(struct core **slot)
{
	struct core *core = *slot;
	if (!core)
		return;
	*slot = NULL;
	free_all(&core->offers, free);
	free_contacts(core);
	free_all(&core->responders, responder_free);
	free_all(&core->persons, person_free);
	free_all(&core->refs, ref_free);
	free_all(&core->dispatches, dispatch_free);
	free_all(&core->teams, team_free);
	free_all(&core->requirements, requirement_free);
	free_all(&core->profiles, profile_free);
	free_all(&core->sessions, session_free);
	free_all(&core->alarms, alarm_free);
	queue_fini(&core->queue);
	heap_fini(&core->timers);
	heap_fini(&core->emissions);
	heap_fini(&core->marked_contacts);
	heap_fini(&core->marked_responders);
	for (size_t i = 0; i < core->n_dirty; i++)
		free_dirty(&core->dirty[i]);
	origins_free(core);
	letters_free(core);
	text_set(&core->island, NULL);
	free(core->dirty);
	free(core->alerted);
	free(core->partners);
	tallies_free(core);
	free(core->free_indices);
	buf_free(&core->answer.fields);
	buf_free(&core->scratch);
	agencies_free(&core->agencies);
	free(core);
}

void core_take_agencies(struct core *core)
{
	struct slice record = { core->options.agencies, core->options.agencies_len };
	agencies_free(&core->agencies);
	if (agencies_decode(record, &core->agencies, NULL) != 0)
		core->options.agencies_len = 0; /* none rather than half of them */
}

uint64_t core_new_id(struct core *core)
{
	core->counters_dirty = true;
	core->step->changed = true;
	if (core->next_id < (uint64_t)core->options.id_base)
		core->next_id = (uint64_t)core->options.id_base;
	return ++core->next_id;
}

void core_free_id(struct core *core, const struct map *taken, char letter, char *out)
{
	do
		id_text(letter, core_new_id(core), out);
	while (map_get(taken, out));
}

int64_t core_now(const struct core *core)
{
	return core->now_ms;
}

void core_keep_time(struct core *core)
{
	core->counters_dirty = true;
}

int64_t core_next_due(const struct core *core)
{
	const struct timer *t = heap_top(&core->timers), *e = heap_top(&core->emissions);
	if (core->rematch)
		return core->now_ms;
	int64_t due = t ? t->due_ms : INT64_MAX;
	return e && e->due_ms < due ? e->due_ms : due;
}

int core_refuse(struct core *core, enum output_error code, const char *reason, const char *field)
{
	struct buf *b = &core->answer.fields;
	buf_clear(b);
	core->answer.kind = OUTPUT_ERROR;
	record_puti(b, "code", (int64_t)code);
	record_puts(b, "reason", reason);
	record_puts(b, "field", field);
	return -1;
}

static struct dirty *add_dirty(struct core *core, enum entity_kind kind)
{
	if (core->n_dirty == core->cap_dirty) {
		core->cap_dirty = core->cap_dirty ? core->cap_dirty * 2 : 64;
		core->dirty = mem_resize(core->dirty, core->cap_dirty, sizeof *core->dirty);
	}
	core->step->changed = true;
	core->dirty[core->n_dirty] = (struct dirty){ .kind = kind };
	return &core->dirty[core->n_dirty++];
}

void core_dirty(struct core *core, enum entity_kind kind, void *entity, bool *bit)
{
	core->step->changed = true;
	if (*bit)
		return;
	*bit = true;
	add_dirty(core, kind)->entity = entity;
}

void core_delete(struct core *core, enum entity_kind kind, const char *id, const char *ref)
{
	struct dirty *d = add_dirty(core, kind);
	d->id = mem_strdup(id);
	d->ref = ref ? mem_strdup(ref) : NULL;
}

struct buf *core_message(struct core *core, const char *contact)
{
	struct dirty *d = add_dirty(core, ENTITY_MESSAGE);
	d->id = mem_strdup(contact);
	return &d->bytes;
}

/* A reference seen before: its first answer again, or a conflict when it asks for something else. */
static int repeat_answer(struct core *core, const struct command *c, const struct ref *r)
{
	if (!ref_is_of(r, c))
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "ref_reused", "ref");
	buf_clear(&core->answer.fields);
	buf_add(&core->answer.fields, r->fields.data, r->fields.len);
	return 0;
}

static void apply_fresh(struct core *core, const struct command *c)
{
	if ((c->fact ? apply_fact(core, c) : apply_command(core, c)) != 0) {
		if (c->fact) { /* its contact may have changed hands all the same */
			DECIDE(core->step, "fact_refused", command_name(c->command), c->contact);
			match_run(core);
		}
		return;
	}
	if (core->rematch)
		match_everything(core);
	match_run(core);
	if (*c->ref && !ref_find(core, c))
		ref_keep(core, c,
			(struct slice){ core->answer.fields.data, core->answer.fields.len });
}

/* A fact under a reference that was used for something else here happened all the same: for another
 * request, or for a contact that was acknowledged elsewhere as well. */
static bool is_repeat(const struct ref *r, const struct command *c)
{
	struct record_reader in = { r->fields.data, r->fields.data + r->fields.len };
	struct slice name, value;
	if (!c->fact || !ref_is_of(r, c) || c->command != COMMAND_CONTACT_OPEN)
		return !c->fact || ref_is_of(r, c);
	while (record_next(&in, &name, &value) == 1)
		if (slice_is(name, "contact"))
			return slice_is(value, c->contact);
	return true;
}

static void apply_or_repeat(struct core *core, const struct command *c)
{
	const struct ref *r = ref_find(core, c);
	if (!r || !is_repeat(r, c)) {
		apply_fresh(core, c);
		return;
	}
	(void)repeat_answer(core, c, r);
	if (c->fact)
		fact_again(core, c);
}

/* 1. was it taken before? 2. it happened earlier; 3. those who were there have heard of it. */
static void apply_told(struct core *core, const struct command *c, struct step *s, size_t outputs)
{
	if (c->fact <= core_taken(core, c->island))
		return;
	if (c->decided_ms > 0 && c->decided_ms < core->now_ms)
		core->at_ms = c->decided_ms;
	apply_or_repeat(core, c);
	step_hush(s, outputs, c->island);
	core_took(core, c->island, c->fact);
	s->changed = true;
}

/* The same for what is said about a contact that is handed over. */
static void show_summary(struct core *core, const struct command *c)
{
	struct buf *b = &core->answer.fields;
	struct record_reader in = { buf_str(b), buf_str(b) + b->len };
	struct slice name, value;
	const struct offer *o = NULL;
	while (c->command == COMMAND_CONTACT_NEXT && !o && record_next(&in, &name, &value) == 1)
		if (slice_is(name, "offer"))
			o = map_getn(&core->offers, value.data, value.len);
	if (o)
		offer_put_summary(o, b);
}

/* Shown, and not kept with the answer under the client's reference: what people say is kept once. */
static void show_place(struct core *core, const struct command *c)
{
	bool shows = c->command == COMMAND_CONTACT_ESCALATE || c->command == COMMAND_DISPATCH_GET;
	struct buf *b = &core->answer.fields;
	struct record_reader in = { buf_str(b), buf_str(b) + b->len };
	struct slice name, value;
	const struct dispatch *d = NULL;
	while (shows && !d && record_next(&in, &name, &value) == 1)
		if (slice_is(name, "dispatch"))
			d = map_getn(&core->dispatches, value.data, value.len);
	if (d && d->location.len)
		record_put(b, "location", d->location.data, d->location.len);
}

void core_apply(struct core *core, const struct command *c, int64_t now_ms, struct step *s)
{
	CHECK((unsigned)c->command < COMMAND_KIND_COUNT);
	if (now_ms > core->now_ms)
		core->now_ms = now_ms;
	core->at_ms = core->now_ms;
	core->step = s;
	s->changed = false;
	buf_clear(&s->decisions);
	size_t answer_at = s->n_outputs;
	core->answer.kind = OUTPUT_REPLY;
	buf_clear(&core->answer.fields);
	ref_expire(core);
	person_expire(core);
	if (c->fact)
		apply_told(core, c, s, answer_at);
	else
		apply_or_repeat(core, c);
	if (core->answer.kind == OUTPUT_REPLY)
		show_place(core, c);
	if (core->answer.kind == OUTPUT_REPLY)
		show_summary(core, c);
	if (c->request != 0)
		step_answer(s, answer_at, c, &core->answer);
	core->step = NULL;
}
