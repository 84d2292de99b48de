/* Answers that end with a transcript: its messages are appended as the store delivers them. */
#include <stdlib.h>

#include "triaged/base/json_text.h"
#include "triaged/base/mem.h"
#include "verbs_internal.h"

char *record_contact(struct slice record)
{
	struct slice id = render_find(record, "contact");
	return mem_dup(id.data, id.len);
}

/* Answers that show a conversation: the rest of it is in the store. */
void transcript_begin(struct verbs *v, struct pending *p, const struct output *o)
{
	struct slice record = { buf_str(&o->fields), o->fields.len };
	struct slice facts = render_find(record, "facts");
	int64_t since;
	free(p->contact);
	p->contact = record_contact(record);
	p->since_seq = slice_int(render_find(record, "since"), &since) == 0 ? since - 1 : 0;
	if (slice_int(render_find(record, "seq"), &p->until_seq) < 0)
		p->until_seq = INT64_MAX;
	memory_add(&v->memory, p->contact, p->session, facts);
	memory_add_course(&v->memory, p->contact, p->session, record);
	if (p->verb == VERB_OFFER_ACCEPT || p->role == ROLE_RESPONDER)
		memory_engage(&v->memory, p->contact, p->session);
	jtext_open(&p->result, '{');
	render_output(&v->render, o, &p->result);
	jtext_name(&p->result, p->verb == VERB_OFFER_ACCEPT ? "transcript" : "missed");
	jtext_open(&p->result, '[');
	v->ops.transcript(v->ops.arg, p->contact, p->number);
}

/* The explanation, an object, is continued by what the person wrote. */
void transcript_begin_text(struct verbs *v, struct pending *p, struct slice json)
{
	buf_add(&p->result, json.data, json.len - 1);
	jtext_name(&p->result, "transcript");
	jtext_open(&p->result, '[');
	v->ops.transcript(v->ops.arg, p->contact, p->number);
}

static bool is_of_person(struct slice record)
{
	return slice_is(render_find(record, "from"), "person") &&
	       slice_is(render_find(record, "kind"), "text");
}

void verbs_transcript_message(struct verbs *v, int64_t request, struct slice record)
{
	struct pending *p = pending_get(&v->pending, request);
	int64_t seq;
	if (!p || slice_int(render_find(record, "seq"), &seq) < 0)
		return;
	bool shown = p->verb == VERB_CONTACT_RESUME || p->verb == VERB_OFFER_ACCEPT;
	if (shown && (seq <= p->since_seq || seq > p->until_seq))
		return; /* known already; comes as a notification */
	/* Notes are the staff's; a person who comes back sees the conversation only. */
	if (p->role == ROLE_FRONTEND && slice_is(render_find(record, "kind"), "note"))
		return;
	if (p->verb == VERB_CONTACT_EXPLAIN && !is_of_person(record))
		return;
	render_message(&v->render, p->contact, record, &p->result);
}

void verbs_transcript_done(struct verbs *v, int64_t request, bool complete)
{
	struct pending *p = pending_get(&v->pending, request);
	if (!p)
		return;
	jtext_close(&p->result, ']');
	if (!complete) { /* the contact is theirs all the same; say that text is missing */
		jtext_put_bool(&p->result, "transcript_incomplete", true);
	}
	jtext_close(&p->result, '}');
	struct slice json = { buf_str(&p->result), p->result.len };
	edge_result(v->edge, p->session, p->token, json);
	pending_free(pending_take(&v->pending, request));
}
