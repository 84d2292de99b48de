#include "dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "codec.h"
#include "state.h"

const char *dispatch_state_name(int state)
{
	static const char *const names[] = { "requested", "acknowledged", "ended" };
	return state >= 0 && state <= DISPATCH_ENDED ? names[state] : NULL;
}

/* clang-format off */
#define TEXT(n)  { #n, FIELD_TEXT, offsetof(struct dispatch, n), NULL }
#define INT(n)   { #n, FIELD_INT, offsetof(struct dispatch, n), NULL }
#define BYTES(n) { #n, FIELD_BYTES, offsetof(struct dispatch, n), NULL }
#define SEALED(n) { #n, FIELD_SEALED, offsetof(struct dispatch, n), NULL }

static const struct field fields[] = {
	{ "state", FIELD_WORD, offsetof(struct dispatch, state), dispatch_state_name },
	TEXT(contact), TEXT(kind), TEXT(consent), TEXT(tried), TEXT(agency), TEXT(reason),
	TEXT(requested_by), TEXT(by), SEALED(location), BYTES(outcome),
	INT(requested_ms), INT(alert_due_ms),
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

struct dispatch *dispatch_new(struct core *core, const char *id)
{
	struct dispatch *d = mem_zalloc(sizeof *d);
	CHECK(strlen(id) < sizeof d->id);
	memcpy(d->id, id, strlen(id));
	d->timer = (struct timer){ .id = d->id, .owner = d, .fire = dispatch_fire };
	map_put(&core->dispatches, d->id, d);
	return d;
}

void dispatch_free(void *dispatch)
{
	codec_free(fields, N_FIELDS, dispatch);
	free(dispatch);
}

void dispatch_touch(struct core *core, struct dispatch *d)
{
	core_dirty(core, ENTITY_DISPATCH, d, &d->dirty);
	timer_set(&core->timers, &d->timer, d->state == DISPATCH_ENDED ? NEVER : d->alert_due_ms);
}

void dispatch_fire(struct core *core, void *dispatch)
{
	alert_dispatch(core, dispatch);
	dispatch_touch(core, dispatch);
}

void dispatch_tell(struct core *core, struct dispatch *d)
{
	struct contact *c = map_get(&core->contacts, d->contact);
	struct buf *b = c ? contact_tell_responder(core, c, OUTPUT_DISPATCH_UPDATE) : NULL;
	if (!b)
		return;
	record_puts(b, "dispatch", d->id);
	record_puts(b, "kind", d->kind);
	record_puts(b, "state", dispatch_state_name(d->state));
	record_puts(b, "by", d->by);
}

void dispatch_encode(const struct dispatch *d, bool sealed, struct buf *out)
{
	codec_encode(fields, N_FIELDS, d, sealed, out);
}

int dispatch_decode(struct dispatch *d, struct slice bytes, struct err *e)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int more;
	while ((more = record_next(&in, &name, &value)) == 1)
		if (codec_take(fields, N_FIELDS, d, name, value) < 0)
			return err_set(e, "dispatch %s: bad value of %.*s", d->id, (int)name.len,
				name.data);
	return more == 0 ? 0 : err_set(e, "dispatch %s: broken record", d->id);
}
