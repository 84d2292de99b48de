#include "ended.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/json.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

struct look_up {
	struct core_options options;
	struct buf bytes; /* the question, decoded in place */
	char *contact;
	ended_fn done;
	void *arg;
};

static void on_record(void *arg, enum store_result result, struct slice bytes)
{
	struct look_up *l = arg;
	struct command question;
	struct core *core = NULL;
	struct err e;
	if (result == STORE_OK && bytes.len) {
		core = core_new(&l->options);
		if (core_load(core, ENTITY_CONTACT, l->contact, "", bytes, &e) < 0) {
			LOG(ERROR, "contact.unreadable", LOG_S("contact", l->contact),
				LOG_S("why", e.text));
			core_free(&core);
		}
	}
	if (command_decode(l->bytes.data, l->bytes.len, &question, NULL) == 0)
		l->done(l->arg, &question, core);
	core_free(&core);
	buf_wipe(&l->bytes);
	free(l->contact);
	free(l);
}

static char *contact_in(struct slice params)
{
	json_t *p = json_parse(params.data, params.len, 16, NULL);
	char *contact = mem_strdup(json_string_value(json_object_get(p, "contact")));
	json_decref(p);
	return contact;
}

void ended_look_up(struct store *store, const struct core_options *options,
	const struct command *question, ended_fn done, void *arg)
{
	struct look_up *l = mem_zalloc(sizeof *l);
	l->options = *options;
	l->contact = contact_in(question->meta);
	l->done = done;
	l->arg = arg;
	command_encode(question, true, &l->bytes);
	store_contact(store, l->contact, on_record, l);
}
