#include "option_agencies.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "conf_text.h"
#include "hours.h"
#include "zone_file.h"

#define SECRETS_MAX 2 /* the one in use and the one before, while it is changed */
#define WORD_CHARS  "abcdefghijklmnopqrstuvwxyz0123456789_.-"
/* No dot: an id stands in addresses and in the ids of webhooks. */
#define ID_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_-"

/* One agency while its group is read. */
struct reading {
	struct agency *agency;
	struct config_channel *channel;
	const struct conf_node *group;
	struct conf_errors *errors;
};

static void complain(const struct reading *r, const struct conf_node *at, const char *what)
{
	conf_error(r->errors, at->file, at->line, "agencies: %s %s", at->name, what);
}

static bool is_text(const struct conf_node *node)
{
	return node->type == CONF_STRING && *node->text;
}

static void take_text(struct reading *r, const struct conf_node *node, char **slot)
{
	if (!is_text(node) || strlen(node->text) > 128)
		complain(r, node, "must be a string of 1 to 128 bytes");
	else
		mem_set_str(slot, node->text);
}

static void take_id(struct reading *r, const struct conf_node *node, char **slot)
{
	if (!is_text(node) || strlen(node->text) > 64 ||
		strspn(node->text, ID_CHARS) != strlen(node->text))
		complain(r, node,
			"must have 1 to 64 lower-case letters, digits, dashes and underscores");
	else
		mem_set_str(slot, node->text);
}

static bool is_listed(const struct conf_node *word, const char *allowed)
{
	if (!is_text(word) || strlen(word->text) > 64)
		return false;
	return allowed ? conf_is_word(word->text, allowed)
		       : strspn(word->text, WORD_CHARS) == strlen(word->text);
}

/* A list of different words, joined by spaces; allowed NULL: any. */
static void take_words(
	struct reading *r, const struct conf_node *node, const char *allowed, char **slot)
{
	struct buf joined = { 0 };
	bool good = (node->type == CONF_ARRAY || node->type == CONF_LIST) && node->n_children > 0;
	for (size_t i = 0; good && i < node->n_children; i++) {
		good = is_listed(&node->children[i], allowed) &&
		       !conf_is_word(node->children[i].text, buf_str(&joined));
		if (good)
			buf_addf(&joined, "%s%s", i ? " " : "", node->children[i].text);
	}
	if (good)
		mem_set_str(slot, buf_str(&joined));
	else
		conf_error(r->errors, node->file, node->line,
			"agencies: %s must be a list of different %s%s", node->name,
			allowed ? "words out of: " : "words of lower-case letters, digits and _.-",
			allowed ? allowed : "");
	buf_free(&joined);
}

static bool take_number(const struct conf_node *node, int64_t *units)
{
	if (node->type != CONF_REAL && node->type != CONF_INT)
		return false;
	double degrees = node->type == CONF_REAL ? node->real : (double)node->integer;
	if (!(degrees >= -180 && degrees <= 180))
		return false;
	*units = (int64_t)(degrees * PLACE_DEGREE + (degrees < 0 ? -0.5 : 0.5));
	return true;
}

static bool take_corner(struct agency *a, const struct conf_node *node)
{
	int64_t lat, lon;
	if ((node->type != CONF_LIST && node->type != CONF_ARRAY) || node->n_children != 2 ||
		!take_number(&node->children[0], &lat) || !take_number(&node->children[1], &lon) ||
		!place_is_point(lat, lon))
		return false;
	a->polygon = mem_resize(a->polygon, a->n_polygon + 1, sizeof *a->polygon);
	a->polygon[a->n_polygon++] = (struct place_point){ (int32_t)lat, (int32_t)lon };
	return true;
}

static void take_polygon(struct reading *r, const struct conf_node *node)
{
	bool good = node->type == CONF_LIST && node->n_children >= 3 && node->n_children <= 256;
	for (size_t i = 0; good && i < node->n_children; i++)
		good = take_corner(r->agency, &node->children[i]);
	if (!good)
		complain(r, node, "must be a list of 3 to 256 points [ lat, lon ] in degrees");
}

static void take_hours(struct reading *r, const struct conf_node *node)
{
	struct err e;
	if (node->type != CONF_STRING)
		complain(r, node, "must be a string");
	else if (hours_parse(node->text, &r->agency->hours, &r->agency->n_hours, &e) < 0)
		complain(r, node, e.text);
	else
		mem_set_str(&r->channel->hours, node->text);
}

static void take_secrets(struct reading *r, const struct conf_node *node)
{
	struct config_strings *s = &r->channel->secret_files;
	bool good = (node->type == CONF_LIST || node->type == CONF_ARRAY) && node->n_children > 0 &&
		    node->n_children <= SECRETS_MAX;
	for (size_t i = 0; good && i < node->n_children; i++) {
		good = is_text(&node->children[i]);
		if (!good)
			break;
		s->at = mem_resize(s->at, s->n + 1, sizeof *s->at);
		s->at[s->n++] = conf_absolute(&node->children[i]);
	}
	if (!good)
		complain(r, node, "must be a list of one or two file names");
}

static void take_path(char **slot, const struct conf_node *node)
{
	free(*slot);
	*slot = conf_absolute(node);
}

static void take_webhook(struct reading *r, const struct conf_node *node)
{
	if (node->type != CONF_GROUP) {
		complain(r, node, "must be a group { url; secret_files }");
		return;
	}
	for (size_t i = 0; i < node->n_children; i++) {
		const struct conf_node *c = &node->children[i];
		if (strcmp(c->name, "url") == 0 && is_text(c) && strlen(c->text) < 1024 &&
			(strncmp(c->text, "https://", 8) == 0 ||
				strncmp(c->text, "http://", 7) == 0)) /* the latter where demo */
			mem_set_str(&r->channel->url, c->text);
		else if (strcmp(c->name, "url") == 0)
			complain(r, c, "must begin with https://");
		else if (strcmp(c->name, "secret_files") == 0)
			take_secrets(r, c);
		else if (strcmp(c->name, "ca") == 0 && is_text(c))
			take_path(&r->channel->ca, c);
		else
			conf_error(r->errors, c->file, c->line,
				"agencies: webhook: unknown name %s", c->name);
	}
	if (!conf_get(node, "url") || !conf_get(node, "secret_files"))
		complain(r, node, "needs url and secret_files");
	r->agency->webhook = true;
}

static void take_mode(struct reading *r, const struct conf_node *node)
{
	if (node->type != CONF_STRING || !conf_is_word(node->text, "live test"))
		complain(r, node, "must be one of: live test");
	else
		r->agency->test = strcmp(node->text, "test") == 0;
}

static void take_member(struct reading *r, const struct conf_node *node)
{
	struct agency *a = r->agency;
	if (strcmp(node->name, "id") == 0)
		take_id(r, node, &a->id);
	else if (strcmp(node->name, "name") == 0)
		take_text(r, node, &a->name);
	else if (strcmp(node->name, "kinds") == 0)
		take_words(r, node, DISPATCH_KINDS, &a->kinds);
	else if (strcmp(node->name, "areas") == 0)
		take_words(r, node, NULL, &a->areas);
	else if (strcmp(node->name, "polygon") == 0)
		take_polygon(r, node);
	else if (strcmp(node->name, "hours") == 0)
		take_hours(r, node);
	else if (strcmp(node->name, "zone") == 0)
		take_text(r, node, &a->zone);
	else if (strcmp(node->name, "mode") == 0)
		take_mode(r, node);
	else if (strcmp(node->name, "session") == 0)
		take_text(r, node, &a->session);
	else if (strcmp(node->name, "webhook") == 0)
		take_webhook(r, node);
	else
		conf_error(
			r->errors, node->file, node->line, "agencies: unknown name %s", node->name);
}

static void take_zone(const struct reading *r, struct agencies *set)
{
	const char *name = r->agency->zone;
	struct err e;
	if (!*name) /* UTC */
		return;
	for (size_t i = 0; i < set->n_zones; i++)
		if (strcmp(set->zones[i].name, name) == 0)
			return;
	set->zones = mem_resize(set->zones, set->n_zones + 1, sizeof *set->zones);
	if (zone_read(name, &set->zones[set->n_zones++], &e) < 0)
		complain(r, conf_get(r->group, "zone"), e.text);
}

static void check_whole(const struct reading *r, const struct config_agencies *all)
{
	static const char *const needed[] = { "id", "kinds" };
	const struct conf_node *g = r->group;
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (!conf_get(g, needed[i]))
			conf_error(
				r->errors, g->file, g->line, "agencies: %s is missing", needed[i]);
	if (!conf_get(g, "session") && !conf_get(g, "webhook"))
		conf_error(r->errors, g->file, g->line,
			"agencies: a channel is missing: session, webhook or both");
	if (conf_get(g, "zone") && r->agency->n_hours == 0)
		complain(r, conf_get(g, "zone"), "is of no use without hours");
	for (size_t i = 0; i + 1 < all->set.n; i++)
		if (*r->agency->id && strcmp(all->set.at[i].id, r->agency->id) == 0)
			conf_error(r->errors, g->file, g->line, "agencies: %s is there twice",
				r->agency->id);
}

static void parse_one(
	const struct conf_node *group, struct config_agencies *all, struct conf_errors *errors)
{
	all->set.at = mem_resize(all->set.at, all->set.n + 1, sizeof *all->set.at);
	all->channels = mem_resize(all->channels, all->set.n + 1, sizeof *all->channels);
	struct reading r = { &all->set.at[all->set.n], &all->channels[all->set.n], group, errors };
	all->set.n++;
	*r.agency = (struct agency){ .id = mem_strdup(""),
		.name = mem_strdup(""),
		.kinds = mem_strdup(""),
		.areas = mem_strdup(""),
		.zone = mem_strdup(""),
		.session = mem_strdup("") };
	*r.channel = (struct config_channel){
		.url = mem_strdup(""), .ca = mem_strdup(""), .hours = mem_strdup("")
	};
	for (size_t i = 0; i < group->n_children; i++)
		take_member(&r, &group->children[i]);
	if (!*r.agency->name)
		mem_set_str(&r.agency->name, r.agency->id);
	check_whole(&r, all);
	take_zone(&r, &all->set);
}

void agencies_parse(
	const struct conf_node *list, struct config_agencies *a, struct conf_errors *errors)
{
	agencies_free_list(a);
	if (list->type != CONF_LIST) {
		conf_error(errors, list->file, list->line,
			"agencies must be a list of groups { id; kinds; … }");
		return;
	}
	for (size_t i = 0; i < list->n_children; i++) {
		if (list->children[i].type == CONF_GROUP)
			parse_one(&list->children[i], a, errors);
		else
			conf_error(errors, list->file, list->children[i].line,
				"agencies must hold groups { … }");
	}
	agencies_encode(&a->set, &a->record);
	if (a->record.len > CORE_AGENCIES_MAX)
		conf_error(errors, list->file, list->line,
			"agencies: %zu bytes when packed, %d are the limit", a->record.len,
			CORE_AGENCIES_MAX);
}

/* ---- the way back ---- */

static void print_words(const char *words, struct buf *out)
{
	buf_adds(out, "[ ");
	for (size_t n; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		buf_addf(out, "\"%.*s\"%s", (int)n, words, words[n] ? ", " : " ");
	}
	buf_adds(out, "]");
}

static void print_text(const char *name, const char *value, struct buf *out)
{
	if (!*value)
		return;
	buf_addf(out, " %s = ", name);
	conf_print_string(out, value);
	buf_adds(out, ";");
}

static void print_polygon(const struct agency *a, struct buf *out)
{
	buf_adds(out, " polygon = (");
	for (size_t i = 0; i < a->n_polygon; i++)
		buf_addf(out, "%s [ %.5f, %.5f ]", i ? "," : "",
			(double)a->polygon[i].lat / PLACE_DEGREE,
			(double)a->polygon[i].lon / PLACE_DEGREE);
	buf_adds(out, " );");
}

static void print_webhook(const struct config_channel *c, struct buf *out)
{
	buf_adds(out, " webhook = { url = ");
	conf_print_string(out, c->url);
	if (*c->ca) {
		buf_adds(out, "; ca = ");
		conf_print_string(out, c->ca);
	}
	buf_adds(out, "; secret_files = [ ");
	for (size_t i = 0; i < c->secret_files.n; i++) {
		conf_print_string(out, c->secret_files.at[i]);
		buf_adds(out, i + 1 < c->secret_files.n ? ", " : " ");
	}
	buf_adds(out, "]; };");
}

static void print_one(const struct agency *a, const struct config_channel *c, struct buf *out)
{
	buf_adds(out, "{");
	print_text("id", a->id, out);
	print_text("name", a->name, out);
	buf_adds(out, " kinds = ");
	print_words(a->kinds, out);
	buf_adds(out, ";");
	if (*a->areas) {
		buf_adds(out, " areas = ");
		print_words(a->areas, out);
		buf_adds(out, ";");
	}
	if (a->n_polygon)
		print_polygon(a, out);
	print_text("hours", c->hours, out);
	print_text("zone", a->zone, out);
	buf_addf(out, " mode = \"%s\";", a->test ? "test" : "live");
	print_text("session", a->session, out);
	if (a->webhook)
		print_webhook(c, out);
	buf_adds(out, " }");
}

void agencies_print(const struct config_agencies *a, const char *indent, struct buf *out)
{
	buf_adds(out, "(");
	for (size_t i = 0; i < a->set.n; i++) {
		buf_addf(out, "\n%s\t", indent);
		print_one(&a->set.at[i], &a->channels[i], out);
		buf_adds(out, i + 1 < a->set.n ? "," : "\n");
	}
	buf_addf(out, "%s)", a->set.n ? indent : " ");
}

bool agencies_equal(const struct config_agencies *a, const struct config_agencies *b)
{
	struct buf x = { 0 }, y = { 0 };
	agencies_print(a, "", &x);
	agencies_print(b, "", &y);
	bool equal = strcmp(buf_str(&x), buf_str(&y)) == 0;
	buf_free(&x);
	buf_free(&y);
	return equal;
}

void agencies_free_list(struct config_agencies *a)
{
	for (size_t i = 0; i < a->set.n; i++) {
		struct config_channel *c = &a->channels[i];
		free(c->url);
		free(c->ca);
		free(c->hours);
		for (size_t k = 0; k < c->secret_files.n; k++)
			free(c->secret_files.at[k]);
		free(c->secret_files.at);
	}
	free(a->channels);
	agencies_free(&a->set);
	buf_free(&a->record);
	*a = (struct config_agencies){ 0 };
}
