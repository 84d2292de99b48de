#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "codec.h"
#include "dispatch_ask.h"
#include "state.h"

/* clang-format off */
#define INT(n)   { #n, FIELD_INT, offsetof(struct tally, n), NULL }

static const struct field fields[] = {
	{ "line", FIELD_TEXT, offsetof(struct tally, line), NULL },
	INT(ended), INT(cancelled), INT(voluntary), INT(involuntary), INT(unable),
	INT(second_person), INT(silence), INT(exempt),
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

static struct tally *get(struct core *core, const char *line)
{
	for (size_t i = 0; i < core->n_tallies; i++)
		if (text_is(core->tallies[i].line, line))
			return &core->tallies[i];
	core->tallies = mem_resize(core->tallies, core->n_tallies + 1, sizeof *core->tallies);
	struct tally *t = &core->tallies[core->n_tallies++];
	*t = (struct tally){ 0 };
	text_set(&t->line, line);
	return t;
}

static void count_consent(struct tally *t, const struct dispatch *d)
{
	if (text_is(d->consent, "yes")) {
		t->voluntary++;
	} else if (text_is(d->consent, "no")) {
		t->involuntary++;
		t->second_person += d->second_by != NULL;
		t->silence += !d->second_by && d->silence;
		t->exempt += !d->second_by && !d->silence && d->exempt;
	} else {
		t->unable++;
	}
}

void tally_add(struct core *core, const struct dispatch *d)
{
	if (d->test)
		return;
	struct tally *t = get(core, text_of(d->line));
	core->counters_dirty = true;
	if (!core->tally_since_ms)
		core->tally_since_ms = core->now_ms;
	if (d->state == DISPATCH_CANCELLED) {
		t->cancelled++;
		return;
	}
	t->ended++;
	count_consent(t, d);
}

void tallies_free(struct core *core)
{
	for (size_t i = 0; i < core->n_tallies; i++)
		free(core->tallies[i].line);
	free(core->tallies);
}

void tallies_encode(const struct core *core, struct buf *out)
{
	record_puti(out, "tally_since_ms", core->tally_since_ms);
	for (size_t i = 0; i < core->n_tallies; i++) {
		struct buf b = { 0 };
		codec_encode(fields, N_FIELDS, &core->tallies[i], true, &b);
		record_put(out, "rescues", b.data, b.len);
		buf_free(&b);
	}
}

int tally_decode(struct core *core, struct slice record)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	struct tally t = { 0 };
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1)
		bad |= codec_take(fields, N_FIELDS, &t, name, value) < 0;
	if (more == 0 && !bad) {
		struct tally *to = get(core, text_of(t.line));
		free(to->line);
		*to = t;
		return 0;
	}
	free(t.line);
	return -1;
}
