#include "commit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/map.h"
#include "triaged/base/mem.h"

/* The order and the widths are those of triaged1.lua. */
enum section {
	PUT_OF_SCHEMA_1,
	DEL,
	RESPONDER_ADD,
	RESPONDER_DEL,
	DISPATCH_ADD,
	DISPATCH_DEL,
	PERSON_ADD,
	PERSON_DEL,
	LIVE,
	ENDED,
	WAIT,
	UNWAIT,
	REF_OF_SCHEMA_1,
	LEDGER_OF_SCHEMA_1,
	MESSAGE,
	OUTPUT,
	GONE,
	SET,
	ENTRIES,
	ANSWERS,
	TEAM_ADD,
	TEAM_DEL,
	N_SECTIONS
};

static const size_t width[N_SECTIONS] = {
	[PUT_OF_SCHEMA_1] = 2,
	[DEL] = 1,
	[RESPONDER_ADD] = 1,
	[RESPONDER_DEL] = 1,
	[DISPATCH_ADD] = 1,
	[DISPATCH_DEL] = 1,
	[PERSON_ADD] = 1,
	[PERSON_DEL] = 1,
	[LIVE] = 1,
	[ENDED] = 1,
	[WAIT] = 2,
	[UNWAIT] = 1,
	[REF_OF_SCHEMA_1] = 3,
	[LEDGER_OF_SCHEMA_1] = 3,
	[MESSAGE] = 2,
	[OUTPUT] = 2,
	[GONE] = 1,
	[SET] = 2,
	[ENTRIES] = 1,
	[ANSWERS] = 1,
	[TEAM_ADD] = 1,
	[TEAM_DEL] = 1,
};

/* Ledger entries and answers travel many in one piece, so that the server has one thing to do for
 * all of them. A piece is closed when it is this long: what is read at once stays bounded. */
#define PACK_BYTES 32768

/* Scores are doubles: whole numbers are exact up to here. */
#define SCORE_MAX 9007199254740992.0

/* The place of a contact. Written again in one batch, the last one counts. */
struct place {
	char *id;
	bool live, waiting;
	double score;
};

/* Outputs of one node: what one stream entry carries together. */
struct node_outputs {
	char *node;
	struct args outputs;
};

struct commit {
	struct args sections[N_SECTIONS];
	struct map deleted; /* "k:id": the server deletes behind everything it sets */
	struct map places;  /* id -> struct place */
	struct map outputs; /* node -> struct node_outputs */
	struct buf pack_of_entries, pack_of_answers; /* the open ones */
	struct buf key;
	char *position;
	struct buf counters;
};

struct commit *commit_new(void)
{
	struct commit *c = mem_zalloc(sizeof *c);
	map_init(&c->deleted, 0, 0);
	map_init(&c->places, 0, 0);
	map_init(&c->outputs, 0, 0);
	c->position = mem_strdup("");
	return c;
}

static void free_places(struct map *m)
{
	struct place *place;
	size_t i = 0;
	while ((place = map_walk(m, &i, NULL))) {
		free(place->id);
		free(place);
	}
	map_fini(m);
}

static void free_outputs(struct map *m)
{
	struct node_outputs *o;
	size_t i = 0;
	while ((o = map_walk(m, &i, NULL))) {
		free(o->node);
		args_free(&o->outputs);
		free(o);
	}
	map_fini(m);
}

void commit_free(struct commit **slot)
{
	struct commit *c = *slot;
	*slot = NULL;
	if (!c)
		return;
	map_fini(&c->deleted);
	free_places(&c->places);
	free_outputs(&c->outputs);
	buf_free(&c->pack_of_entries);
	buf_free(&c->pack_of_answers);
	buf_free(&c->key);
	for (size_t i = 0; i < N_SECTIONS; i++)
		args_free(&c->sections[i]);
	buf_free(&c->counters);
	free(c->position);
	free(c);
}

static const struct buf *key_of(struct commit *c, char kind, const char *id)
{
	CHECK(strchr("crtdp", kind) && *id);
	buf_clear(&c->key);
	buf_add(&c->key, (const char[]){ kind, ':' }, 2);
	buf_adds(&c->key, id);
	return &c->key;
}

void commit_entity_again(struct commit *c, char kind, const char *id, struct slice bytes)
{
	const struct buf *key = key_of(c, kind, id);
	CHECK(bytes.len);
	args_add(&c->sections[SET], key->data, key->len);
	args_add(&c->sections[SET], bytes.data, bytes.len);
	if (c->deleted.count)
		map_removen(&c->deleted, key->data, key->len);
}

void commit_entity(struct commit *c, char kind, const char *id, struct slice bytes)
{
	static const enum section index[128] = {
		['r'] = RESPONDER_ADD,
		['d'] = DISPATCH_ADD,
		['t'] = TEAM_ADD,
		['p'] = PERSON_ADD,
	};
	if (kind == 's') {
		buf_clear(&c->counters);
		buf_add(&c->counters, bytes.data, bytes.len);
		return;
	}
	if (bytes.len) {
		commit_entity_again(c, kind, id, bytes);
	} else {
		const struct buf *key = key_of(c, kind, id);
		map_putn(&c->deleted, key->data, key->len, c);
	}
	if (index[(int)kind] && bytes.len)
		args_adds(&c->sections[index[(int)kind]], id);
}

void commit_contact(struct commit *c, const char *id, bool live, bool waiting, double queue_score)
{
	CHECK(*id && (!waiting || live));
	CHECK(!waiting || (isfinite(queue_score) && fabs(queue_score) <= SCORE_MAX));
	struct place *place = map_get(&c->places, id);
	if (!place) {
		place = mem_zalloc(sizeof *place);
		place->id = mem_strdup(id);
		map_put(&c->places, id, place);
	}
	place->live = live;
	place->waiting = waiting;
	place->score = queue_score;
}

static void close_pack(struct buf *pack, struct args *packs)
{
	if (pack->len)
		args_add(packs, pack->data, pack->len);
	buf_clear(pack);
}

static void close_long_pack(struct buf *pack, struct args *packs)
{
	if (pack->len >= PACK_BYTES)
		close_pack(pack, packs);
}

void commit_ref(struct commit *c, const char *identity, const char *ref, struct slice bytes)
{
	struct buf *pack = &c->pack_of_answers;
	record_puts(pack, "identity", identity);
	record_puts(pack, "ref", ref);
	record_put(pack, "answer", bytes.data, bytes.len);
	close_long_pack(pack, &c->sections[ANSWERS]);
}

void commit_ledger(struct commit *c, int64_t at_ms, struct slice command, struct slice decisions)
{
	struct buf *pack = &c->pack_of_entries;
	record_puti(pack, "at", at_ms);
	record_put(pack, "c", command.data, command.len);
	record_put(pack, "d", decisions.data, decisions.len);
	close_long_pack(pack, &c->sections[ENTRIES]);
}

void commit_message(struct commit *c, const char *contact, struct slice record)
{
	args_adds(&c->sections[MESSAGE], contact);
	args_add(&c->sections[MESSAGE], record.data, record.len);
}

void commit_output(struct commit *c, const char *node, struct slice output)
{
	struct node_outputs *o = map_get(&c->outputs, node);
	if (!o) {
		o = mem_zalloc(sizeof *o);
		o->node = mem_strdup(node);
		map_put(&c->outputs, node, o);
	}
	args_adds(&o->outputs, node);
	args_add(&o->outputs, output.data, output.len);
}

void commit_node_gone(struct commit *c, const char *node, const char *incarnation)
{
	struct buf member = { 0 };
	buf_addf(&member, "%s %s", node, incarnation);
	args_add(&c->sections[GONE], member.data, member.len);
	buf_free(&member);
}

void commit_inbox_position(struct commit *c, const char *position)
{
	mem_set_str(&c->position, position);
}

bool commit_is_empty(const struct commit *c)
{
	for (size_t i = 0; i < N_SECTIONS; i++)
		if (c->sections[i].n > 0)
			return false;
	return c->deleted.count == 0 && c->places.count == 0 && c->outputs.count == 0 &&
	       c->pack_of_answers.len == 0 && c->pack_of_entries.len == 0 && !*c->position &&
	       c->counters.len == 0;
}

const char *commit_position(const struct commit *c)
{
	return c->position;
}

/* The section that removes from an index follows the one that adds. */
static void add_deleted(const struct commit *c, struct args *s)
{
	static const enum section index[128] = {
		['r'] = RESPONDER_DEL,
		['d'] = DISPATCH_DEL,
		['t'] = TEAM_DEL,
		['p'] = PERSON_DEL,
	};
	const char *key;
	size_t i = 0;
	while (map_walk(&c->deleted, &i, &key)) {
		args_adds(&s[DEL], key);
		if (index[(int)*key])
			args_adds(&s[index[(int)*key]], key + 2);
	}
}

static void add_places(const struct commit *c, struct args *s)
{
	struct place *place;
	size_t i = 0;
	while ((place = map_walk(&c->places, &i, NULL))) {
		args_adds(&s[place->live ? LIVE : ENDED], place->id);
		if (!place->waiting) {
			args_adds(&s[UNWAIT], place->id);
			continue;
		}
		char score[32];
		int n = snprintf(score, sizeof score, "%.17g", place->score);
		args_add(&s[WAIT], score, (size_t)n);
		args_adds(&s[WAIT], place->id);
	}
}

static void add_outputs(const struct commit *c, struct args *s)
{
	struct node_outputs *o;
	size_t i = 0;
	while ((o = map_walk(&c->outputs, &i, NULL)))
		args_add_all(&s[OUTPUT], &o->outputs);
}

void commit_add_args(struct commit *c, struct args *a)
{
	struct args *s = c->sections;
	close_pack(&c->pack_of_entries, &s[ENTRIES]);
	close_pack(&c->pack_of_answers, &s[ANSWERS]);
	add_deleted(c, s);
	add_places(c, s);
	add_outputs(c, s);
	args_adds(a, c->position);
	args_add(a, buf_str(&c->counters), c->counters.len);
	for (size_t i = 0; i < N_SECTIONS; i++) {
		if (s[i].n > 0) {
			args_addi(a, (int64_t)i + 1);
			args_addi(a, (int64_t)(s[i].n / width[i]));
			args_add_all(a, &s[i]);
		}
	}
}
