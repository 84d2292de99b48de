/* A dispatch's record, its making from one and its end. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "codec.h"
#include "dispatch_ask.h"
#include "text.h"

static const char *what_word(int what)
{
	static const char *const names[] = { "new", "update", "cancel" };
	return (unsigned)what <= SEND_CANCEL ? names[what] : NULL;
}

static const char *result_word(int result)
{
	static const char *const names[] = { "pending", "accepted", "refused", "given_up" };
	return (unsigned)result <= SEND_GIVEN_UP ? names[result] : NULL;
}

const char *send_what_name(int what)
{
	return what_word(what);
}

const char *send_result_name(int result)
{
	return result_word(result);
}

/* clang-format off */
#define TEXT(n)  { #n, FIELD_TEXT, offsetof(struct dispatch, n), NULL }
#define INT(n)   { #n, FIELD_INT, offsetof(struct dispatch, n), NULL }
#define BYTES(n) { #n, FIELD_BYTES, offsetof(struct dispatch, n), NULL }
#define SEALED(n) { #n, FIELD_SEALED, offsetof(struct dispatch, n), NULL }
#define SPOT_TEXT(n) { #n, FIELD_TEXT, offsetof(struct dispatch, spot.n), NULL }
#define SPOT_INT(n)  { #n, FIELD_INT, offsetof(struct dispatch, spot.n), NULL }

static const struct field fields[] = {
	{ "state", FIELD_WORD, offsetof(struct dispatch, state), dispatch_state_name },
	TEXT(contact), TEXT(line), TEXT(kind), TEXT(consent), TEXT(tried), TEXT(criteria),
	TEXT(agency), TEXT(reason), TEXT(requested_by), INT(test),
	SPOT_TEXT(source), SPOT_TEXT(area), SPOT_INT(lat), SPOT_INT(lon), SPOT_INT(located_ms),
	SPOT_INT(radius_m), SPOT_INT(confidence), SEALED(location),
	INT(second_due_ms), TEXT(second_by), INT(silence), INT(exempt),
	INT(place_open), INT(place_opened), TEXT(place_by),
	TEXT(by), TEXT(unit), TEXT(target), TEXT(asked), TEXT(told), TEXT(declined),
	INT(target_due_ms), INT(rounds), INT(version),
	INT(requested_ms), INT(state_ms), INT(step_due_ms), INT(overdue), INT(seen),
	INT(alert_due_ms), INT(alerts), BYTES(outcome), TEXT(result),
	TEXT(tokens), INT(drill_due_ms),
};

#undef TEXT
#undef INT
#define TEXT(n)  { #n, FIELD_TEXT, offsetof(struct dispatch_send, n), NULL }
#define INT(n)   { #n, FIELD_INT, offsetof(struct dispatch_send, n), NULL }

static const struct field send_fields[] = {
	TEXT(agency), TEXT(detail),
	{ "what", FIELD_WORD, offsetof(struct dispatch_send, what), what_word },
	{ "result", FIELD_WORD, offsetof(struct dispatch_send, result), result_word },
	INT(version), INT(queued_ms), INT(unknowns), INT(first),
};
/* clang-format on */

#define N_FIELDS      (sizeof fields / sizeof fields[0])
#define N_SEND_FIELDS (sizeof send_fields / sizeof send_fields[0])

void dispatch_free(void *dispatch)
{
	struct dispatch *d = dispatch;
	codec_free(fields, N_FIELDS, d);
	for (int i = 0; i < d->n_sends; i++)
		codec_free(send_fields, N_SEND_FIELDS, &d->sends[i]);
	free(d->sends);
	free(d);
}

void dispatch_encode(const struct dispatch *d, bool sealed, struct buf *out)
{
	codec_encode(fields, N_FIELDS, d, sealed, out);
	for (int i = 0; i < d->n_sends; i++) {
		struct buf b = { 0 };
		codec_encode(send_fields, N_SEND_FIELDS, &d->sends[i], sealed, &b);
		record_put(out, "send", b.data, b.len);
		buf_free(&b);
	}
}

static int take_send(struct dispatch *d, struct slice record)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	int more, bad = 0;
	d->sends = mem_resize(d->sends, (size_t)d->n_sends + 1, sizeof *d->sends);
	struct dispatch_send *s = &d->sends[d->n_sends++];
	*s = (struct dispatch_send){ 0 };
	while ((more = record_next(&in, &name, &value)) == 1)
		bad |= codec_take(send_fields, N_SEND_FIELDS, s, name, value) < 0;
	return more == 0 && !bad && s->agency ? 0 : -1;
}

int dispatch_decode(struct dispatch *d, struct slice bytes, struct err *e)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int more;
	while ((more = record_next(&in, &name, &value)) == 1) {
		int bad = slice_is(name, "send") ? take_send(d, value)
						 : codec_take(fields, N_FIELDS, d, name, value) < 0;
		if (bad)
			return err_set(e, "dispatch %s: bad value of %.*s", d->id, (int)name.len,
				name.data);
	}
	return more == 0 ? 0 : err_set(e, "dispatch %s: broken record", d->id);
}
