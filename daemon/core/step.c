#include "step.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "text.h"

void step_clear(struct step *s)
{
	for (size_t i = 0; i < s->n_outputs; i++) {
		free((char *)s->outputs[i].node);
		free((char *)s->outputs[i].session);
		buf_clear(&s->outputs[i].fields);
	}
	s->n_outputs = 0;
	buf_clear(&s->decisions);
	s->changed = false;
}

void step_free(struct step *s)
{
	step_clear(s);
	for (size_t i = 0; i < s->cap_outputs; i++)
		buf_free(&s->outputs[i].fields);
	free(s->outputs);
	buf_free(&s->decisions);
	*s = (struct step){ 0 };
}

/* Slots behind n_outputs keep their buffers, so a running daemon stops allocating. */
static struct output *add_output(struct step *s)
{
	if (s->n_outputs == s->cap_outputs) {
		size_t cap = s->cap_outputs ? s->cap_outputs * 2 : 16;
		s->outputs = mem_resize(s->outputs, cap, sizeof *s->outputs);
		memset(s->outputs + s->cap_outputs, 0, (cap - s->cap_outputs) * sizeof *s->outputs);
		s->cap_outputs = cap;
	}
	struct output *o = &s->outputs[s->n_outputs++];
	struct buf fields = o->fields;
	*o = (struct output){ .fields = fields };
	return o;
}

struct buf *step_notify(struct step *s, enum output_kind kind, const char *session)
{
	struct output *o = add_output(s);
	o->kind = kind;
	o->node = mem_dup(session, strcspn(session, "/"));
	o->session = mem_strdup(session);
	return &o->fields;
}

struct buf *step_reply(struct step *s, enum output_kind kind, const struct command *c)
{
	struct output *o = add_output(s);
	o->kind = kind;
	o->command = c->command;
	o->node = mem_strdup(c->node);
	o->session = mem_strdup("");
	o->request = c->request;
	return &o->fields;
}

void step_answer(struct step *s, size_t at, const struct command *c, const struct output *answer)
{
	struct output o = *add_output(s);
	memmove(s->outputs + at + 1, s->outputs + at, (s->n_outputs - 1 - at) * sizeof o);
	o.kind = answer->kind;
	o.command = c->command;
	o.node = mem_strdup(c->node);
	o.session = mem_strdup("");
	o.request = c->request;
	buf_add(&o.fields, answer->fields.data, answer->fields.len);
	s->outputs[at] = o;
}

static bool heard_there(enum output_kind kind)
{
	return kind == OUTPUT_CONTACT_SAID || kind == OUTPUT_CONTACT_CONNECTED ||
	       kind == OUTPUT_CONTACT_CLOSED || kind == OUTPUT_CONTACT_RAISED;
}

void step_hush(struct step *s, size_t from, const char *origin)
{
	size_t kept = from;
	for (size_t i = from; i < s->n_outputs; i++) {
		struct output o = s->outputs[i];
		if (heard_there(o.kind) && text_is_below(o.session, origin)) {
			free((char *)o.node);
			free((char *)o.session);
			buf_clear(&s->outputs[i].fields);
			continue;
		}
		s->outputs[i] = s->outputs[kept]; /* its buffer is used again */
		s->outputs[kept++] = o;
	}
	s->n_outputs = kept;
}

void step_take(struct step *to, struct output *output)
{
	struct output *o = add_output(to);
	buf_free(&o->fields);
	*o = *output;
	*output = (struct output){ 0 };
}

void step_move(struct step *to, struct step *from)
{
	for (size_t i = 0; i < from->n_outputs; i++)
		step_take(to, &from->outputs[i]);
	from->n_outputs = 0;
}

void step_decide(struct step *s, const char *name, const char *const words[4])
{
	char value[256];
	size_t n = 0;
	for (int i = 0; i < 4 && words[i]; i++) {
		size_t len = strlen(words[i]);
		if (n + len + 1 >= sizeof value)
			break;
		if (i > 0)
			value[n++] = ' ';
		memcpy(value + n, words[i], len);
		n += len;
	}
	record_put(&s->decisions, name, value, n);
}
