/* A responder's record, its end, and how it is shown to its session. */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "state.h"

/* clang-format off */
#define TEXT(n)  { #n, FIELD_TEXT, offsetof(struct responder, n), NULL }
#define INT(n)   { #n, FIELD_INT, offsetof(struct responder, n), NULL }

static const struct field fields[] = {
	{ "presence", FIELD_WORD, offsetof(struct responder, presence), presence_name },
	TEXT(name), TEXT(reason), TEXT(session), TEXT(skills), TEXT(langs), TEXT(lines),
	TEXT(channels), TEXT(own_channels), INT(configured_capacity), INT(own_capacity),
	INT(own_wrap_ms), INT(test), INT(min_age), INT(max_age), INT(connected), INT(missed), INT(lost_due_ms),
	INT(idle_since_ms), INT(heavy), INT(served), INT(served_day),
	TEXT(after_contact), INT(after_units), INT(after_due_ms),
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

void responder_encode(const struct responder *r, struct buf *out)
{
	codec_encode(fields, N_FIELDS, r, true, out);
}

int responder_decode(struct responder *r, struct slice bytes, struct err *e)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int more;
	while ((more = record_next(&in, &name, &value)) == 1)
		if (codec_take(fields, N_FIELDS, r, name, value) < 0)
			return err_set(e, "responder %s: bad value of %.*s", r->id, (int)name.len,
				name.data);
	r->stored = true;
	return more == 0 ? 0 : err_set(e, "responder %s: broken record", r->id);
}

void responder_free(void *responder)
{
	struct responder *r = responder;
	codec_free(fields, N_FIELDS, r);
	free(r->id);
	free(r);
}

static void put_words(struct buf *out, const char *name, struct buf *words)
{
	if (words->len)
		record_put(out, name, words->data, words->len - 1);
	buf_free(words);
}

void responder_answer(struct core *core, const struct responder *r)
{
	struct buf *b = &core->answer.fields, contacts = { 0 }, offers = { 0 };
	record_puts(b, "responder", r->id);
	record_puts(b, "presence", presence_name(r->presence));
	record_puts(b, "reason", r->reason);
	record_puti(b, "capacity", r->capacity);
	record_puti(b, "load", r->load);
	record_puts(b, "channels", r->own_channels ? r->own_channels : r->channels);
	record_puts(b, "skills", r->skills);
	record_puts(b, "langs", r->langs);
	if (r->own_wrap_ms)
		record_puti(b, "wrap_ms", r->own_wrap_ms - 1);
	for (const struct contact *c = r->contacts; c; c = c->responder_next) {
		buf_adds(&contacts, c->id);
		buf_add(&contacts, " ", 1);
	}
	for (const struct offer *o = r->offers; o; o = o->next) {
		buf_adds(&offers, o->id);
		buf_add(&offers, " ", 1);
	}
	put_words(b, "contacts", &contacts);
	put_words(b, "offers", &offers);
}
