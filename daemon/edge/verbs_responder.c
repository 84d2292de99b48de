/* What people on duty do: responders, supervisors, dispatchers, partners. */
#include <string.h>

#include "verbs_internal.h"

static int seal_text(struct draft *d)
{
	const json_t *text = json_object_get(d->request->params, "text");
	return draft_seal(d, d->command.contact, json_string_value(text), json_string_length(text),
		&d->command.text);
}

static int64_t level_param(const struct edge_request *r)
{
	const char *name = param_text(r, "level");
	enum level level;
	return name && level_parse(name, strlen(name), &level) == 0 ? (int64_t)level + 1 : 0;
}

static void responder_set(struct draft *d)
{
	struct command *c = &d->command;
	const json_t *wrap = json_object_get(d->request->params, "wrap_s");
	c->capacity = param_int(d->request, "capacity", 0);
	c->channels = draft_words(d, "channels");
	if (json_is_number(wrap))
		c->wrap_ms = (int64_t)(json_number_value(wrap) * 1000) + 1;
}

/* Whom it is for is one of several members of an object. */
static int transfer(struct draft *d)
{
	const json_t *params = d->request->params, *to = json_object_get(params, "to");
	const json_t *summary = json_object_get(params, "summary");
	const struct {
		const char *member;
		const char **field;
	} targets[] = {
		{ "responder", &d->command.responder },
		{ "line", &d->command.line },
		{ "skill", &d->command.skills },
		{ "center", &d->command.center },
	};
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		const char *word = json_string_value(json_object_get(to, targets[i].member));
		*targets[i].field = word ? word : "";
	}
	if (*d->command.center) { /* its id there: a letter is sealed under it */
		struct buf *id = draft_buf(d);
		char made[24];
		new_contact_id(made);
		buf_adds(id, made);
		d->command.peer = buf_str(id);
	}
	d->command.warm = json_is_true(json_object_get(params, "warm"));
	return draft_seal(d, d->command.contact, json_string_value(summary),
		json_string_length(summary), &d->command.text);
}

/* Method -> command; what needs more than the named parameters is filled in behind it. */
static enum command_kind command_of(enum verb_id verb)
{
	switch (verb) {
	case VERB_RESPONDER_SET:
		return COMMAND_RESPONDER_SET;
	case VERB_RESPONDER_FORCE:
		return COMMAND_RESPONDER_FORCE;
	case VERB_RESPONDER_DONE:
		return COMMAND_RESPONDER_DONE;
	case VERB_OFFER_ACCEPT:
		return COMMAND_OFFER_ACCEPT;
	case VERB_OFFER_DECLINE:
		return COMMAND_OFFER_DECLINE;
	case VERB_CONTACT_NEXT:
		return COMMAND_CONTACT_NEXT;
	case VERB_CONTACT_SAY:
		return COMMAND_CONTACT_SAY;
	case VERB_CONTACT_RESUME:
		return COMMAND_CONTACT_RESUME;
	case VERB_CONTACT_ASSESS:
		return COMMAND_CONTACT_ASSESS;
	case VERB_CONTACT_LEVEL:
		return COMMAND_CONTACT_LEVEL;
	case VERB_CONTACT_NOTE:
		return COMMAND_CONTACT_NOTE;
	case VERB_CONTACT_TRANSFER:
		return COMMAND_CONTACT_TRANSFER;
	case VERB_TRANSFER_CANCEL:
		return COMMAND_TRANSFER_CANCEL;
	case VERB_TRANSFER_DONE:
		return COMMAND_TRANSFER_DONE;
	case VERB_CONTACT_CLOSE:
		return COMMAND_CONTACT_CLOSE;
	case VERB_ALERT_ACK:
		return COMMAND_ALERT_ACK;
	default:
		return rescue_command(verb);
	}
}

void verbs_responder(struct verbs *v, const struct edge_request *r)
{
	struct draft d;
	int ok = 0;
	draft_init(&d, v, r, command_of(r->verb->id));
	switch (r->verb->id) {
	case VERB_RESPONDER_SET:
		responder_set(&d);
		break;
	case VERB_CONTACT_SAY: /* a responder's own words are not triaged */
	case VERB_CONTACT_NOTE:
		ok = seal_text(&d);
		break;
	case VERB_CONTACT_TRANSFER:
		ok = transfer(&d);
		break;
	case VERB_CONTACT_RESUME:
		d.command.since = param_int(r, "since_seq", -1) + 1;
		break;
	case VERB_CONTACT_ASSESS:
		ok = draft_seal_json(&d, "answers", d.command.contact, &d.command.answers);
		if (ok == 0)
			draft_triage(&d, d.command.contact);
		break;
	case VERB_CONTACT_LEVEL:
		d.command.human_level = level_param(r);
		d.command.confirm = json_is_true(json_object_get(r->params, "confirm"));
		break;
	case VERB_ALERT_ACK:
		if (!*d.command.by)
			d.command.by = r->who->name;
		break;
	case VERB_CONTACT_CLOSE:
		d.command.outcome = draft_json(&d, "outcome");
		break;
	default:
		ok = rescue_fill(&d);
		break;
	}
	if (ok == 0)
		draft_submit(&d);
	else
		draft_drop(&d);
}
