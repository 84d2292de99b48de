/* A contact's record, its making from one and its end. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "codec.h"
#include "contact.h"
#include "state.h"

static const char *level_word(int level)
{
	return (unsigned)level < LEVEL_COUNT ? level_name((enum level)level) : NULL;
}

/* clang-format off */
#define TEXT(n)  { #n, FIELD_TEXT, offsetof(struct contact, n), NULL }
#define INT(n)   { #n, FIELD_INT, offsetof(struct contact, n), NULL }
#define BYTES(n) { #n, FIELD_BYTES, offsetof(struct contact, n), NULL }
#define SEALED(n) { #n, FIELD_SEALED, offsetof(struct contact, n), NULL }

#define SPOT_TEXT(n) { #n, FIELD_TEXT, offsetof(struct contact, spot.n), NULL }
#define SPOT_INT(n)  { #n, FIELD_INT, offsetof(struct contact, spot.n), NULL }

#define FAR_TEXT(n) { "far_" #n, FIELD_TEXT, offsetof(struct contact, far.n), NULL }
#define FAR_INT(n)  { "far_" #n, FIELD_INT, offsetof(struct contact, far.n), NULL }
#define TRANSFER(n, type, word) { "transfer_" #n, type, offsetof(struct contact, transfer.n), word }

static const struct field fields[] = {
	{ "state", FIELD_WORD, offsetof(struct contact, state), contact_state_name },
	{ "level", FIELD_WORD, offsetof(struct contact, level), level_word },
	{ "level_auto", FIELD_WORD, offsetof(struct contact, level_auto), level_word },
	TEXT(identity), TEXT(session), TEXT(channel), TEXT(lang), TEXT(line), TEXT(needs),
	TEXT(caller_role), TEXT(person), INT(age), INT(safe), INT(connected),
	INT(session_ms),
	SEALED(address), SEALED(location), SEALED(meta),
	SPOT_TEXT(source), SPOT_TEXT(area), SPOT_INT(lat), SPOT_INT(lon), SPOT_INT(located_ms),
	SPOT_INT(radius_m), SPOT_INT(confidence), INT(proposed),
	INT(lowered), INT(pending_level), TEXT(pending_by), INT(unscored),
	TEXT(ruleset), TEXT(flags), TEXT(domains),
	BYTES(reasons), INT(reasons_seq), BYTES(explain), BYTES(facts), BYTES(history), BYTES(match),
	INT(arrived_ms), INT(accepted_ms), INT(closed_ms), INT(waited_tier), INT(widened), INT(late),
	INT(missed), INT(told_unservable), INT(reconnect), INT(returning), INT(contacts_30d),
	INT(test), INT(reconnects), INT(contacts_24h), INT(prior_level),
	TEXT(previous), INT(grace_due_ms), INT(wrap_due_ms), INT(seq),
	TEXT(disposition), TEXT(closed_by), BYTES(outcome),
	TEXT(twin), TEXT(alert), TEXT(alert_by), INT(alert_since_ms), INT(alert_due_ms),
	TRANSFER(state, FIELD_WORD, transfer_state_name), TRANSFER(id, FIELD_TEXT, NULL),
	TRANSFER(by, FIELD_TEXT, NULL), TRANSFER(responder, FIELD_TEXT, NULL),
	TRANSFER(line, FIELD_TEXT, NULL), TRANSFER(skill, FIELD_TEXT, NULL),
	TRANSFER(warm, FIELD_INT, NULL), TRANSFER(due_ms, FIELD_INT, NULL),
	TRANSFER(center, FIELD_TEXT, NULL),
	FAR_INT(role), FAR_TEXT(center), FAR_TEXT(contact), FAR_TEXT(transfer), FAR_INT(due_ms),
	TRANSFER(summary, FIELD_SEALED, NULL),
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

static void put_offer(const struct offer *o, struct buf *out)
{
	struct buf b = { 0 };
	record_puts(&b, "id", o->id);
	record_puts(&b, "responder", o->responder->id);
	record_puti(&b, "made_ms", o->made_ms);
	record_puti(&b, "expires_ms", o->expires_ms);
	record_puti(&b, "tier", o->tier);
	record_put(out, "offer", b.data, b.len);
	buf_free(&b);
}

static void put_exclusion(const struct exclusion *x, struct buf *out)
{
	struct buf b = { 0 };
	record_puts(&b, "responder", x->responder->id);
	record_puti(&b, "until_ms", x->until_ms);
	record_put(out, "excluded", b.data, b.len);
	buf_free(&b);
}

void contact_encode(const struct contact *c, bool sealed, struct buf *out)
{
	codec_encode(fields, N_FIELDS, c, sealed, out);
	if (c->responder)
		record_puts(out, "responder", c->responder->id);
	if (c->guest)
		record_puts(out, "guest", c->guest->id);
	for (int i = 0; i < c->n_offers; i++)
		put_offer(c->offers[i], out);
	for (int i = 0; i < c->n_excluded; i++)
		put_exclusion(&c->excluded[i], out);
}

static struct responder *named_responder(struct core *core, struct slice id)
{
	char *text = mem_dup(id.data, id.len);
	struct responder *r = *text ? responder_get(core, text) : NULL;
	free(text);
	return r;
}

static int take_offer(struct core *core, struct contact *c, struct slice bytes)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	struct offer o = { .contact = c };
	int64_t tier = 0;
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "id") && value.len > 0 && value.len < sizeof o.id)
			memcpy(o.id, value.data, value.len);
		else if (slice_is(name, "responder"))
			o.responder = named_responder(core, value);
		else if (slice_is(name, "made_ms"))
			bad |= codec_int(value, &o.made_ms);
		else if (slice_is(name, "expires_ms"))
			bad |= codec_int(value, &o.expires_ms);
		else if (slice_is(name, "tier"))
			bad |= codec_int(value, &tier);
	}
	if (more != 0 || bad != 0 || !o.responder || !o.id[0] || tier < 0 ||
		tier > CORE_TIERS_MAX || c->n_offers == CONTACT_OFFERS_MAX ||
		map_get(&core->offers, o.id))
		return -1;
	o.tier = (int)tier;
	offer_link(core, mem_dup(&o, sizeof o));
	return 0;
}

static int take_exclusion(struct core *core, struct contact *c, struct slice bytes)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	struct exclusion x = { 0 };
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "responder"))
			x.responder = named_responder(core, value);
		else if (slice_is(name, "until_ms"))
			bad |= codec_int(value, &x.until_ms);
	}
	if (more != 0 || bad != 0 || !x.responder)
		return -1;
	c->n_excluded++;
	c->excluded = mem_resize(c->excluded, (size_t)c->n_excluded, sizeof *c->excluded);
	c->excluded[c->n_excluded - 1] = x;
	return 0;
}

static int take(struct core *core, struct contact *c, struct slice name, struct slice value)
{
	if (slice_is(name, "offer"))
		return take_offer(core, c, value);
	if (slice_is(name, "excluded"))
		return take_exclusion(core, c, value);
	if (slice_is(name, "responder")) {
		c->responder = named_responder(core, value);
		return c->responder ? 0 : -1;
	}
	if (slice_is(name, "guest")) {
		c->guest = named_responder(core, value);
		return c->guest ? 0 : -1;
	}
	return codec_take(fields, N_FIELDS, c, name, value) < 0 ? -1 : 0;
}

int contact_decode(struct core *core, struct contact *c, struct slice bytes, struct err *e)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int more;
	while ((more = record_next(&in, &name, &value)) == 1)
		if (take(core, c, name, value) != 0)
			return err_set(e, "contact %s: bad value of %.*s", c->id, (int)name.len,
				name.data);
	return more == 0 ? 0 : err_set(e, "contact %s: broken record", c->id);
}

void contact_free(struct core *core, struct contact *c)
{
	heap_remove(&core->timers, &c->timer);
	heap_remove(&core->marked_contacts, c);
	codec_free(fields, N_FIELDS, c);
	free(c->excluded);
	map_remove(&core->contacts, c->id);
	free(c);
}
