/*
 * triagectl panic-list: what people go on with on paper. From the daemon, also on an island; when it
 * does not answer, from its store and spool.
 */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "offline.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"
#include "views.h"

#define PAGE     1000
#define ATTEMPTS 5

const struct option_def panic_options[] = {
	{ "csv", NULL, "contacts as comma separated values", NULL },
	{ "store", "URL", "when the daemon does not answer: its Redis, unix:PATH or tcp:HOST:PORT",
		NULL },
	{ "store-user", "NAME", "log in there by this name", NULL },
	{ "store-password-file", "FILE", "file holding the password there", NULL },
	{ 0 },
};

static json_t *instant(int64_t ms)
{
	char text[TIME_TEXT_SIZE];
	return ms ? json_string(time_text(ms, text)) : json_null();
}

/* ---- from the daemon ---- */

/* What `all` has not got yet of a page. last: the contact that ends the page. */
static size_t add_page(json_t *all, json_t *seen, const json_t *page, char last[64])
{
	size_t i;
	json_t *c, *contacts = json_object_get(page, "contacts");
	json_array_foreach(contacts, i, c)
	{
		snprintf(last, 64, "%s", json_string_value(json_object_get(c, "contact")));
		if (json_object_get(seen, last))
			continue;
		json_object_set_new(seen, last, json_true());
		json_array_append(all, c);
	}
	return json_array_size(contacts);
}

/* One page after the other. false in *complete: the list changed meanwhile, and some may be missing. */
static enum client_result ask_pages(
	struct ctl *ctl, json_t *all, json_t *seen, bool *complete, struct err *e)
{
	char last[64] = "";
	size_t on_page, matching;
	do {
		json_t *page, *params = json_pack(
				      "{s:i, s:s*}", "limit", PAGE, "after", *last ? last : NULL);
		enum client_result r = client_call(ctl->client, "contact.list", params, &page, e);
		*complete = false;
		if (r != CLIENT_OK)
			return *last && r == CLIENT_REFUSED ? CLIENT_OK : r; /* last has ended */
		on_page = add_page(all, seen, page, last);
		matching = (size_t)json_integer_value(json_object_get(page, "matching"));
		json_decref(page);
	} while (on_page == PAGE);
	*complete = json_array_size(all) >= matching;
	return CLIENT_OK;
}

/* Everybody in one array. Those already read stay when the list has to be begun again: better one
 * who has just ended than one too few. */
static int ask_contacts(struct ctl *ctl, json_t *all)
{
	int code = ctl_connect(ctl);
	if (code != CTL_OK)
		return code;
	json_t *seen = json_object();
	struct err e;
	bool complete = false;
	enum client_result r = CLIENT_OK;
	for (int i = 0; i < ATTEMPTS && !complete && r == CLIENT_OK; i++)
		r = ask_pages(ctl, all, seen, &complete, &e);
	json_decref(seen);
	if (r != CLIENT_OK)
		return ctl_fail(ctl, r == CLIENT_REFUSED ? CTL_FAILED : CTL_UNREACHABLE,
			"contact.list: %s", e.text);
	if (!complete)
		fprintf(stderr,
			"triagectl: the list changed while it was read: some may be missing, "
			"print it again\n");
	return CTL_OK;
}

static int from_daemon(struct ctl *ctl, json_t *list)
{
	json_t *contacts = json_array(), *rescues = NULL, *node = NULL;
	struct err e;
	int code = ask_contacts(ctl, contacts);
	if (code == CTL_OK)
		code = ctl_call(ctl, "dispatch.list", json_object(), &rescues);
	if (code == CTL_OK &&
		client_call(ctl->client, "node.status", json_object(), &node, &e) != CLIENT_OK)
		node = NULL; /* not for everybody */
	json_object_set(list, "contacts", contacts);
	json_object_set(list, "dispatches", json_object_get(rescues, "dispatches"));
	json_object_set_new(list, "source",
		json_pack("{s:s, s:s, s:O?, s:O?, s:o}", "kind", "daemon", "address",
			ctl->settings.address, "node", json_object_get(node, "node"), "mode",
			json_object_get(node, "mode"), "as_of", instant(wall_now_ms())));
	json_decref(contacts);
	json_decref(rescues);
	json_decref(node);
	return code;
}

/* ---- without it ---- */

static int without_daemon(struct ctl *ctl, const char *why, json_t *list)
{
	struct offline o;
	struct err e = { .text = "give --data-dir DIR, or --store URL" };
	if (offline_read(&o, &ctl->args, ctl->settings.data_dir, &e) < 0) {
		offline_free(&o);
		return ctl_fail(
			ctl, CTL_UNREACHABLE, "no daemon (%s), and no store: %s", why, e.text);
	}
	json_t *contacts = offline_ask(&o, "contact.list", "{\"limit\":10000000}");
	json_t *rescues =
		offline_ask(&o, "dispatch.list", "{\"asking\":\"\",\"asking_as\":\"dispatcher\"}");
	json_object_set(list, "contacts", json_object_get(contacts, "contacts"));
	json_object_set(list, "dispatches", json_object_get(rescues, "dispatches"));
	json_object_set_new(list, "source",
		json_pack("{s:s, s:s, s:o, s:o, s:I, s:o, s:s, s:s}", "kind", o.kind, "center",
			o.center, "as_of",
			instant(o.stored_ms > o.spooled_ms ? o.stored_ms : o.spooled_ms), "stored",
			instant(o.stored_ms), "spool_entries", (json_int_t)o.spooled, "spooled",
			instant(o.spooled_ms), "no_daemon", why, "trouble", o.trouble));
	json_decref(contacts);
	json_decref(rescues);
	offline_free(&o);
	return CTL_OK;
}

/* ---- */

/* Whoever has ended is no one to call back. */
static void leave_open(json_t *list)
{
	json_t *all = json_object_get(list, "contacts"), *open = json_array(), *c;
	size_t i;
	json_array_foreach(all, i, c)
	{
		const char *state = field_str(c, "state", "");
		if (strcmp(state, "ended") != 0)
			json_array_append(open, c);
	}
	json_object_set_new(list, "contacts", open);
}

/* A refusal by the daemon is its answer; anything else means that it does not answer. */
static int gather(struct ctl *ctl, json_t *list)
{
	struct err e;
	if (!ctl->settings.role && args_get(&ctl->args, "center"))
		ctl->settings.role = mem_strdup("supervisor");
	if (settings_load(&ctl->settings, &ctl->args, &e) == 0) {
		struct client_options o = settings_client(&ctl->settings);
		enum client_result r = client_open(&o, &ctl->client, &e);
		if (r == CLIENT_REFUSED)
			return ctl_fail(ctl, CTL_FAILED, "%s: %s", ctl->settings.address, e.text);
		if (r == CLIENT_OK)
			return from_daemon(ctl, list);
	}
	return without_daemon(ctl, e.text, list);
}

int cmd_panic_list(struct ctl *ctl)
{
	json_t *list = json_object();
	json_object_set_new(list, "printed", instant(wall_now_ms()));
	int code = gather(ctl, list);
	if (code == CTL_OK) {
		leave_open(list);
		if (ctl->json)
			ctl_put_json(ctl, list, false);
		else if (args_get(&ctl->args, "csv"))
			view_panic_csv(list, &ctl->screen);
		else
			view_panic(list, &ctl->screen);
	}
	json_decref(list);
	return code;
}
