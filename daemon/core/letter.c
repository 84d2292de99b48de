#include "letter.h"

#include <stdio.h>
#include <stdlib.h>

#include "triaged/base/mem.h"

#include "codec.h"
#include "state.h"

static struct letter *first_for(const struct core *core, const char *center)
{
	struct letter *l = core->letters;
	while (l && !text_is(l->center, center))
		l = l->next;
	return l;
}

static void emit(struct core *core, struct letter *l)
{
	struct buf *b = step_notify(core->step, OUTPUT_LETTER, "");
	l->due_ms = core->now_ms + core->options.send_silence_ms;
	record_puti(b, "number", l->number);
	record_puts(b, "center", l->center);
	record_put(b, "letter", l->bytes.data, l->bytes.len);
}

static void arm(struct core *core)
{
	int64_t due = NEVER;
	for (const struct letter *l = core->letters; l; l = l->next)
		if (l == first_for(core, l->center) && l->due_ms < due)
			due = l->due_ms;
	timer_set(&core->emissions, &core->post, due);
}

static void add(struct core *core, struct letter *l)
{
	struct letter **at = &core->letters;
	while (*at)
		at = &(*at)->next;
	*at = l;
}

void letter_send(struct core *core, const char *center, struct command *c)
{
	struct letter *l = mem_zalloc(sizeof *l);
	char ref[32];
	l->number = (int64_t)core_new_id(core);
	text_set(&l->center, center);
	snprintf(ref, sizeof ref, "letter-%lld", (long long)l->number);
	c->ref = ref;
	command_encode(c, true, &l->bytes);
	bool first = first_for(core, center) == NULL;
	add(core, l);
	DECIDE(core->step, "letter", center, command_name(c->command), c->contact, c->result);
	if (first)
		emit(core, l);
	arm(core);
}

static void letter_free(struct letter *l)
{
	text_set(&l->center, NULL);
	buf_free(&l->bytes);
	free(l);
}

void letter_sent(struct core *core, int64_t number)
{
	struct letter **at = &core->letters;
	while (*at && (*at)->number != number)
		at = &(*at)->next;
	struct letter *gone = *at;
	if (!gone)
		return;
	*at = gone->next;
	core->counters_dirty = true;
	core->step->changed = true;
	struct letter *next = first_for(core, gone->center);
	if (next)
		emit(core, next);
	letter_free(gone);
	arm(core);
}

void letters_emit(struct core *core, void *unused)
{
	(void)unused;
	for (struct letter *l = core->letters; l; l = l->next)
		if (l == first_for(core, l->center) && l->due_ms <= core->now_ms)
			emit(core, l);
	arm(core);
}

void letters_free(struct core *core)
{
	for (struct letter *next, *l = core->letters; l; l = next) {
		next = l->next;
		letter_free(l);
	}
	core->letters = NULL;
}

void letters_encode(const struct core *core, struct buf *out)
{
	struct buf one = { 0 };
	for (const struct letter *l = core->letters; l; l = l->next) {
		buf_clear(&one);
		record_puti(&one, "number", l->number);
		record_puts(&one, "center", l->center);
		record_put(&one, "bytes", l->bytes.data, l->bytes.len);
		record_put(out, "letter", one.data, one.len);
	}
	buf_free(&one);
}

int letter_decode(struct core *core, struct slice record)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	struct letter *l = mem_zalloc(sizeof *l);
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "number")) {
			bad |= slice_int(value, &l->number);
		} else if (slice_is(name, "center") && !l->center) {
			l->center = mem_dup(value.data, value.len);
		} else if (slice_is(name, "bytes")) {
			buf_clear(&l->bytes);
			buf_add(&l->bytes, value.data, value.len);
		}
	}
	if (more != 0 || bad != 0 || l->number <= 0 || !l->center || !l->bytes.len) {
		letter_free(l);
		return -1;
	}
	add(core, l);
	arm(core); /* whoever led before may have died before it was sent */
	return 0;
}

/* Their words are not part of it: the ledger has none. */
uint64_t letters_digest(const struct core *core)
{
	uint64_t sum = 0;
	for (const struct letter *l = core->letters; l; l = l->next)
		sum += (uint64_t)l->number;
	return sum;
}
