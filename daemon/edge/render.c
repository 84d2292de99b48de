#include "render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/json_text.h"
#include "triaged/core/place.h"

/* What most answers need, so that their memory does not grow piece by piece. */
#define RENDERED_BYTES 900

enum shape {
	SHAPE_STRING,
	SHAPE_INTEGER,
	SHAPE_FLAG,    /* 0 or 1 as false or true */
	SHAPE_SECONDS, /* milliseconds as seconds */
	SHAPE_INSTANT, /* milliseconds as RFC 3339 */
	SHAPE_JSON,    /* already JSON */
	SHAPE_WORDS,   /* space-separated set as an array */
	SHAPE_RULESET, /* id@version:digest as an object */
	SHAPE_SEALED,
	SHAPE_SEALED_JSON,
	SHAPE_LAT, /* coordinates moved up, see place.h, as degrees */
	SHAPE_LON,
	SHAPE_HIDDEN, /* for the node, not for the peer */
};

/* Sorted by record name for bsearch. */
static const struct field {
	const char *record, *json;
	enum shape shape;
} fields[] = {
	{ "at_ms", "at", SHAPE_INSTANT },
	{ "capacity", "capacity", SHAPE_INTEGER },
	{ "channels", "channels", SHAPE_WORDS },
	{ "checkin_by_ms", "checkin_by", SHAPE_INSTANT },
	{ "code", "code", SHAPE_INTEGER },
	{ "contacts", "contacts", SHAPE_WORDS },
	{ "contacts_30d", "contacts_30d", SHAPE_INTEGER },
	{ "count", "count", SHAPE_INTEGER },
	{ "criteria", "criteria", SHAPE_WORDS },
	{ "domains", "domains", SHAPE_WORDS },
	{ "doubts", "doubts", SHAPE_WORDS },
	{ "due_ms", "due", SHAPE_INSTANT },
	{ "eta_ms", "eta_s", SHAPE_SECONDS },
	{ "eta_s", "eta_s", SHAPE_INTEGER },
	{ "expires_in_ms", "expires_ms", SHAPE_INTEGER },
	{ "facts", NULL, SHAPE_HIDDEN },
	{ "flags", "flags", SHAPE_WORDS },
	{ "langs", "langs", SHAPE_WORDS },
	{ "lat", "lat", SHAPE_LAT },
	{ "lines", "lines", SHAPE_WORDS },
	{ "load", "load", SHAPE_INTEGER },
	{ "location", "location", SHAPE_SEALED_JSON },
	{ "lon", "lon", SHAPE_LON },
	{ "members", "members", SHAPE_WORDS },
	{ "needs", "needs", SHAPE_WORDS },
	{ "offers", "offers", SHAPE_WORDS },
	{ "position", "position", SHAPE_INTEGER },
	{ "position_age_ms", "position_age_s", SHAPE_SECONDS },
	{ "prior_contacts_24h", NULL, SHAPE_HIDDEN },
	{ "prior_level", NULL, SHAPE_HIDDEN },
	{ "reasons", "reasons", SHAPE_JSON },
	{ "reconnects", NULL, SHAPE_HIDDEN },
	{ "rest_until_ms", "rest_until", SHAPE_INSTANT },
	{ "returning", "returning", SHAPE_FLAG },
	{ "ruleset", "ruleset", SHAPE_RULESET },
	{ "seal", NULL, SHAPE_HIDDEN },
	{ "seq", "seq", SHAPE_INTEGER },
	{ "silence", "silence", SHAPE_FLAG },
	{ "since", NULL, SHAPE_HIDDEN },
	{ "skills", "skills", SHAPE_WORDS },
	{ "summary", "summary", SHAPE_SEALED },
	{ "target_ms", "target_s", SHAPE_SECONDS },
	{ "test", "test", SHAPE_FLAG },
	{ "text", "text", SHAPE_SEALED },
	{ "tier", "tier", SHAPE_INTEGER },
	{ "tried", "tried", SHAPE_WORDS },
	{ "version", "version", SHAPE_INTEGER },
	{ "waited_ms", "waited_s", SHAPE_SECONDS },
	{ "warm", "warm", SHAPE_FLAG },
	{ "wrap_ms", "wrap_s", SHAPE_SECONDS },
};

static int by_name(const void *key, const void *member)
{
	const struct slice *name = key;
	const struct field *f = member;
	int order = strncmp(name->data, f->record, name->len);
	return order ? order : -(f->record[name->len] != '\0');
}

static void ruleset_object(struct buf *out, struct slice v)
{
	const char *end = v.data + v.len;
	const char *at = memchr(v.data, '@', v.len);
	const char *colon = at ? memchr(at, ':', (size_t)(end - at)) : NULL;
	jtext_open(out, '{');
	jtext_name(out, "id");
	jtext_strn(out, v.data, (size_t)((at ? at : end) - v.data));
	if (colon) {
		jtext_name(out, "version");
		jtext_strn(out, at + 1, (size_t)(colon - at - 1));
		jtext_name(out, "digest");
		jtext_strn(out, colon + 1, (size_t)(end - colon - 1));
	}
	jtext_close(out, '}');
}

static void sealed_text(
	const struct render *r, const char *contact, struct slice v, struct buf *out)
{
	struct buf plain = { 0 };
	if (r->open(r->arg, contact, v, &plain) == 0)
		jtext_strn(out, buf_str(&plain), plain.len);
	else
		jtext_null(out);
	buf_wipe(&plain);
}

static void sealed_json(
	const struct render *r, const char *contact, struct slice v, struct buf *out)
{
	struct buf plain = { 0 };
	if (r->open(r->arg, contact, v, &plain) == 0 && plain.len)
		jtext_raw(out, buf_str(&plain), plain.len);
	else
		jtext_null(out);
	buf_wipe(&plain);
}

static void degrees(struct slice v, int64_t zero, struct buf *out)
{
	char text[32];
	int64_t n;
	if (slice_int(v, &n) < 0) {
		jtext_null(out);
		return;
	}
	int len = snprintf(text, sizeof text, "%.5f", (double)(n - zero) / PLACE_DEGREE);
	jtext_raw(out, text, (size_t)len);
}

static void number(enum shape shape, struct slice v, struct buf *out)
{
	int64_t n;
	if (slice_int(v, &n) < 0)
		jtext_null(out);
	else if (shape == SHAPE_INTEGER)
		jtext_int(out, n);
	else if (shape == SHAPE_FLAG)
		jtext_bool(out, n != 0);
	else if (shape == SHAPE_SECONDS)
		jtext_seconds(out, n);
	else
		jtext_time(out, n);
}

static void value(const struct render *r, enum shape shape, const char *contact, struct slice v,
	struct buf *out)
{
	switch (shape) {
	case SHAPE_INTEGER:
	case SHAPE_FLAG:
	case SHAPE_SECONDS:
	case SHAPE_INSTANT:
		number(shape, v, out);
		break;
	case SHAPE_JSON:
		jtext_raw(out, v.data, v.len);
		break;
	case SHAPE_WORDS:
		jtext_words(out, v.data, v.len);
		break;
	case SHAPE_RULESET:
		ruleset_object(out, v);
		break;
	case SHAPE_SEALED:
		sealed_text(r, contact, v, out);
		break;
	case SHAPE_SEALED_JSON:
		sealed_json(r, contact, v, out);
		break;
	case SHAPE_LAT:
		degrees(v, PLACE_LAT_ZERO, out);
		break;
	case SHAPE_LON:
		degrees(v, PLACE_LON_ZERO, out);
		break;
	default:
		jtext_strn(out, v.data, v.len);
	}
}

struct slice render_find(struct slice record, const char *wanted)
{
	struct record_reader reader = { record.data, record.data + record.len };
	struct slice name, v;
	while (record_next(&reader, &name, &v) == 1)
		if (slice_is(name, wanted))
			return v;
	return (struct slice){ "", 0 };
}

/* Fields of a reply to offer.accept that the protocol shows together as "person". */
static bool about_person(struct slice name)
{
	return slice_is(name, "returning") || slice_is(name, "contacts_30d") ||
	       slice_is(name, "last_responder");
}

/* Names of records are plain words: nothing to escape. */
static void name_as_it_is(struct buf *out, struct slice name)
{
	char plain[40];
	size_t n = name.len < sizeof plain ? name.len : sizeof plain - 1;
	memcpy(plain, name.data, n);
	plain[n] = '\0';
	jtext_name(out, plain);
}

enum which { ALL_FIELDS, BUT_PERSON, PERSON_ONLY };

static void members(const struct render *r, const char *contact, struct slice record,
	enum which which, struct buf *out)
{
	struct record_reader reader = { record.data, record.data + record.len };
	struct slice name, v;
	while (record_next(&reader, &name, &v) == 1) {
		const struct field *f = bsearch(
			&name, fields, sizeof fields / sizeof *fields, sizeof *fields, by_name);
		bool nothing =
			f && (f->shape == SHAPE_HIDDEN || (f->shape == SHAPE_JSON && v.len == 0));
		if (nothing ||
			(which != ALL_FIELDS && about_person(name) != (which == PERSON_ONLY)))
			continue;
		if (f)
			jtext_name(out, f->json);
		else
			name_as_it_is(out, name);
		value(r, f ? f->shape : SHAPE_STRING, contact, v, out);
	}
}

/* The contact whose seal a record's text carries. */
static void contact_of(struct slice record, char contact[64])
{
	struct slice id = render_find(record, "contact");
	if (!id.len) /* they may read what is sealed under it, and not know it */
		id = render_find(record, "seal");
	size_t n = id.len < 63 ? id.len : 63;
	memcpy(contact, id.data, n);
	contact[n] = '\0';
}

static void person(const struct render *r, struct slice record, struct buf *out)
{
	jtext_name(out, "person");
	jtext_open(out, '{');
	members(r, "", record, PERSON_ONLY, out);
	if (!render_find(record, "returning").len) {
		jtext_put_bool(out, "returning", false);
	}
	jtext_close(out, '}');
}

void render_message(
	const struct render *r, const char *contact, struct slice record, struct buf *out)
{
	jtext_open(out, '{');
	members(r, contact, record, ALL_FIELDS, out);
	jtext_close(out, '}');
}

/* What a client may rely on being there even when it is empty. */
static void add_missing(struct slice record, const char *name, const char *json, struct buf *out)
{
	if (render_find(record, name).len)
		return;
	jtext_name(out, name);
	jtext_raw(out, json, strlen(json));
}

/* offer.new's one line for a small screen: the level and the first reason, which stands as "text"
 * in our own serialisation and is copied as it is escaped there. */
static void summary(struct slice record, struct buf *out)
{
	static const char key[] = "\"text\":\"";
	struct slice level = render_find(record, "level"), reasons = render_find(record, "reasons");
	const char *end = reasons.data + reasons.len;
	const char *text = memmem(reasons.data, reasons.len, key, sizeof key - 1);
	jtext_name(out, "summary");
	buf_add(out, "\"", 1);
	buf_add(out, level.data, level.len);
	if (text) {
		text += sizeof key - 1;
		const char *stop = text;
		while (stop < end && *stop != '"')
			stop += *stop == '\\' ? 2 : 1;
		if (stop < end) {
			buf_add(out, ": ", 2);
			buf_add(out, text, (size_t)(stop - text));
		}
	}
	buf_adds(out, "\"");
}

static const char *notice_text(struct slice kind)
{
	static const struct {
		const char *kind, *text;
	} texts[] = {
		{ "deadline", "A contact has waited longer than its level promises." },
		{ "offers_missed", "A contact's offers were not taken." },
		{ "unservable", "No responder on duty can serve a waiting contact." },
		{ "missed_offers", "A responder missed several offers and was set away." },
		{ "twin", "A person has two contacts for one request." },
		{ "review", "A person is gone before being served; someone must follow up." },
		{ "responder_lost", "A responder with open contacts lost the connection." },
		{ "dispatch_requested", "A rescue was requested and waits for a named person." },
		{ "dispatch_second",
			"A rescue against somebody's will waits for a second person." },
		{ "dispatch_place", "A rescue waits until somebody confirms the location." },
		{ "dispatch_declined", "Everybody who was asked for a rescue has declined." },
		{ "dispatch_failed", "Whoever had a rescue cannot do it." },
		{ "dispatch_overdue", "The next step of a rescue is overdue." },
		{ "dispatch_open", "A rescue is still open." },
		{ "dispatch_not_reached", "A rescue did not reach the person; act again." },
		{ "dispatch_unsent", "An agency could not be told about a rescue." },
		{ "dispatch_proposed", "The rules propose a rescue; a person decides." },
		{ "team_overdue", "A team was not heard of in time." },
		{ "transfer_pending", "Another center has not yet taken a contact over." },
		{ "transfer_silent", "Nothing was heard of a contact that another center has." },
		{ "unscored", "A contact could not be assessed." },
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (slice_is(kind, texts[i].kind))
			return texts[i].text;
	return "See the board.";
}

static const char *person_text(const struct render *r, struct slice kind)
{
	if (slice_is(kind, "responder_lost"))
		return r->texts.responder_lost;
	if (slice_is(kind, "review"))
		return r->texts.review;
	return r->texts.waiting;
}

static void reply_defaults(enum command_kind command, struct slice record, struct buf *out)
{
	switch (command) {
	case COMMAND_CONTACT_OPEN:
		add_missing(record, "position", "null", out);
		add_missing(record, "eta_s", "null", out);
		add_missing(record, "flags", "[]", out);
		add_missing(record, "reasons", "[]", out);
		break;
	case COMMAND_CONTACT_ANSWER:
	case COMMAND_CONTACT_ASSESS:
	case COMMAND_OFFER_ACCEPT:
		add_missing(record, "reasons", "[]", out);
		break;
	case COMMAND_RESPONDER_SET:
	case COMMAND_RESPONDER_FORCE:
	case COMMAND_RESPONDER_DONE:
		add_missing(record, "load", "0", out);
		add_missing(record, "contacts", "[]", out);
		add_missing(record, "offers", "[]", out);
		break;
	default:
		break;
	}
}

void render_output(const struct render *r, const struct output *o, struct buf *out)
{
	struct slice record = { buf_str(&o->fields), o->fields.len };
	(void)buf_room(out, RENDERED_BYTES);
	bool accepted = o->kind == OUTPUT_REPLY && o->command == COMMAND_OFFER_ACCEPT;
	char contact[64];
	contact_of(record, contact);
	members(r, contact, record, accepted ? BUT_PERSON : ALL_FIELDS, out);
	if (accepted)
		person(r, record, out);
	switch (o->kind) {
	case OUTPUT_OFFER_NEW:
		add_missing(record, "reasons", "[]", out);
		add_missing(record, "returning", "false", out);
		if (render_find(record, "transfer").len)
			add_missing(record, "warm", "false", out);
		if (!render_find(record, "summary").len)
			summary(record, out);
		break;
	case OUTPUT_CONTACT_RAISED:
		add_missing(record, "reasons", "[]", out);
		break;
	case OUTPUT_CONTACT_NOTICE:
		jtext_put_str(out, "text", person_text(r, render_find(record, "kind")));
		break;
	case OUTPUT_NOTICE:
		jtext_put_str(out, "text", notice_text(render_find(record, "kind")));
		break;
	case OUTPUT_REPLY:
		reply_defaults(o->command, record, out);
		break;
	default:
		break;
	}
}
