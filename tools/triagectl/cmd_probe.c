/* A test contact through the front door: opened, offered, taken, both sides heard, closed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "triaged/base/clock.h"

const struct option_def probe_options[] = {
	{ "every", "SECONDS", "go on for ever, so often; failures are printed, and go on", NULL },
	{ 0 },
};

enum { STEPS_MAX = 10, REF_SIZE = 64, ID_MAX_SIZE = 80 };

struct probe {
	struct client *person, *responder;
	char contact[ID_MAX_SIZE];
	int timeout_ms;
	json_t *steps;
	struct mono since;
};

static void step_done(struct probe *p, const char *name)
{
	json_t *step = json_object();
	json_object_set_new(step, "step", json_string(name));
	json_object_set_new(step, "ms", json_integer((json_int_t)mono_since_ms(p->since)));
	json_array_append_new(p->steps, step);
	p->since = mono_now();
}

static int connect_as(
	struct ctl *ctl, struct probe *p, const char *role, struct client **client, struct err *e)
{
	struct client_options o = settings_client(&ctl->settings);
	o.role = role;
	p->timeout_ms = o.stream.timeout_ms;
	return client_open(&o, client, e) == CLIENT_OK ? 0 : err_wrap(e, "connect as %s", role);
}

/* One request whose answer nobody looks at. */
static int tell(struct client *c, const char *method, json_t *params, struct err *e)
{
	json_t *result = NULL;
	if (client_call(c, method, params, &result, e) != CLIENT_OK)
		return err_wrap(e, "%s", method);
	json_decref(result);
	return 0;
}

/* References may never repeat, and a probe remembers nothing. */
static json_t *new_ref(const char *what)
{
	static unsigned n;
	char ref[REF_SIZE];
	snprintf(ref, sizeof ref, "probe-%s-%lld-%d-%u", what, (long long)wall_now_ms(),
		(int)getpid(), n++);
	return json_string(ref);
}

static int open_contact(struct probe *p, struct err *e)
{
	json_t *params = json_object(), *answer = NULL;
	json_object_set_new(params, "ref", new_ref("open"));
	json_object_set_new(params, "channel", json_string("chat"));
	json_object_set_new(params, "lang", json_string("en"));
	json_object_set_new(params, "text",
		json_string("This is a test of the line. Nobody is asking for help."));
	if (client_call(p->person, "contact.open", params, &answer, e) != CLIENT_OK)
		return err_wrap(e, "contact.open");
	snprintf(p->contact, sizeof p->contact, "%s", field_str(answer, "contact", ""));
	json_decref(answer);
	return 0;
}

/* The next notification of that method, the caller's; NULL with the reason when none came. */
static json_t *await(struct probe *p, struct client *c, const char *method, struct err *e)
{
	struct mono since = mono_now();
	int64_t left_ms;
	while ((left_ms = p->timeout_ms - mono_since_ms(since)) > 0) {
		json_t *note = NULL;
		if (client_next(c, (int)left_ms, &note, e) != CLIENT_OK) {
			(void)err_wrap(e, "%s", method);
			return NULL;
		}
		if (note && strcmp(field_str(note, "method", ""), method) == 0)
			return note;
		json_decref(note);
	}
	(void)err_set(e, "%s: nothing within %d ms", method, p->timeout_ms);
	return NULL;
}

static json_t *about(const char *contact)
{
	json_t *params = json_object();
	json_object_set_new(params, "contact", json_string(contact));
	return params;
}

static int close_contact(struct probe *p, const char *contact, struct err *e)
{
	json_t *params = about(contact);
	json_object_set_new(params, "disposition", json_string("test"));
	return tell(p->responder, "contact.close", params, e) ||
	       tell(p->responder, "responder.done", about(contact), e);
}

/* Take what is offered until it is ours; what an earlier probe left behind is closed on the way. */
static int take_contact(struct probe *p, struct err *e)
{
	for (;;) {
		json_t *note = await(p, p->responder, "offer.new", e);
		if (!note)
			return -1;
		const json_t *offer = json_object_get(note, "params");
		char contact[ID_MAX_SIZE];
		json_t *params = json_object();
		snprintf(contact, sizeof contact, "%s", field_str(offer, "contact", ""));
		json_object_set(params, "offer", json_object_get(offer, "offer"));
		json_decref(note);
		if (tell(p->responder, "offer.accept", params, e) != 0)
			return -1;
		if (strcmp(contact, p->contact) == 0)
			return 0;
		if (close_contact(p, contact, e) != 0)
			return -1;
	}
}

static int speak(struct probe *p, struct client *from, struct client *to, struct err *e)
{
	json_t *params = about(p->contact);
	json_object_set_new(params, "ref", new_ref("say"));
	json_object_set_new(params, "text", json_string("test"));
	if (tell(from, "contact.say", params, e) != 0)
		return -1;
	json_t *note = await(p, to, "contact.said", e);
	json_decref(note);
	return note ? 0 : -1;
}

static int come_on_duty(struct probe *p, struct err *e)
{
	json_t *params = json_object();
	json_object_set_new(params, "presence", json_string("ready"));
	return tell(p->responder, "responder.set", params, e);
}

static int run_steps(struct ctl *ctl, struct probe *p, struct err *e)
{
	p->since = mono_now();
	if (connect_as(ctl, p, "frontend", &p->person, e) != 0 ||
		connect_as(ctl, p, "responder", &p->responder, e) != 0 || come_on_duty(p, e) != 0)
		return -1;
	step_done(p, "connect");
	if (open_contact(p, e) != 0)
		return -1;
	step_done(p, "open");
	if (take_contact(p, e) != 0)
		return -1;
	step_done(p, "take");
	if (speak(p, p->person, p->responder, e) != 0 || speak(p, p->responder, p->person, e) != 0)
		return -1;
	step_done(p, "speak");
	if (close_contact(p, p->contact, e) != 0)
		return -1;
	step_done(p, "close");
	return 0;
}

static void show(struct ctl *ctl, const struct probe *p, const struct err *e)
{
	const json_t *step;
	size_t i;
	if (ctl->json) {
		json_t *all = json_object();
		json_object_set_new(all, "ok", json_boolean(!e));
		json_object_set_new(all, "contact", json_string(p->contact));
		json_object_set(all, "steps", p->steps);
		if (e)
			json_object_set_new(all, "error", json_string(e->text));
		ctl_put_json(ctl, all, true);
		json_decref(all);
	} else {
		json_array_foreach(p->steps, i, step) buf_addf(&ctl->screen.out, "%s %.0f ms  ",
			field_str(step, "step", ""), field_number(step, "ms"));
		buf_adds(&ctl->screen.out, e ? "failed\n" : "ok\n");
	}
	ctl_flush(ctl);
}

static int probe_once(struct ctl *ctl)
{
	struct probe p = { .steps = json_array() };
	struct err e;
	int result = run_steps(ctl, &p, &e);
	show(ctl, &p, result == 0 ? NULL : &e);
	client_close(&p.person);
	client_close(&p.responder);
	json_decref(p.steps);
	return result == 0 ? CTL_OK : ctl_fail(ctl, CTL_FAILED, "%s", e.text);
}

int cmd_probe(struct ctl *ctl)
{
	const char *every = args_get(&ctl->args, "every");
	struct err e;
	char *end = NULL;
	long seconds = every ? strtol(every, &end, 10) : 0;
	if (every && (*end || seconds < 1 || seconds > 86400))
		return ctl_fail(ctl, CTL_USAGE, "--every: '%s' is not 1 to 86400 seconds", every);
	if (settings_load(&ctl->settings, &ctl->args, &e) != 0)
		return ctl_fail(ctl, CTL_USAGE, "%s", e.text);
	int code = probe_once(ctl);
	while (every) {
		(void)sleep((unsigned)seconds);
		code = probe_once(ctl);
	}
	return code;
}
