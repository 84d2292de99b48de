#include "client_entry.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "triaged/base/mem.h"
#include "triaged/privacy/secret_file.h"

#include "conf_text.h"

/* The entry as written; strings are NULL where the name is absent. */
struct written {
	char *name, *center, *alias;
	char *cert, *token_sha256, *user, *password, *totp;
	char *roles, *skills, *langs, *lines, *channels; /* sets, joined by spaces */
	int64_t capacity, min_age, max_age;
	bool test;
};

enum field_kind { FIELD_TEXT, FIELD_SET, FIELD_INT, FIELD_BOOL };

static const struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	int64_t max;
	const char *words; /* FIELD_SET: the members allowed, NULL: any word */
} fields[] = {
#define AT(f) offsetof(struct written, f)
	{ "name", FIELD_TEXT, AT(name), 64, NULL },
	{ "center", FIELD_TEXT, AT(center), 64, NULL },
	{ "alias", FIELD_TEXT, AT(alias), 64, NULL },
	{ "cert", FIELD_TEXT, AT(cert), 256, NULL },
	{ "token_sha256", FIELD_TEXT, AT(token_sha256), 64, NULL },
	{ "user", FIELD_TEXT, AT(user), 64, NULL },
	{ "password", FIELD_TEXT, AT(password), PASSWORD_TEXT_SIZE - 1, NULL },
	{ "totp", FIELD_TEXT, AT(totp), 160, NULL },
	{ "roles", FIELD_SET, AT(roles), 8,
		"frontend responder supervisor dispatcher partner clinical admin auditor" },
	{ "skills", FIELD_SET, AT(skills), 64, NULL },
	{ "langs", FIELD_SET, AT(langs), 64, NULL },
	{ "lines", FIELD_SET, AT(lines), 64, NULL },
	{ "channels", FIELD_SET, AT(channels), 8, "sms chat voice email walk_in transfer" },
	{ "capacity", FIELD_INT, AT(capacity), 64, NULL },
	{ "min_age", FIELD_INT, AT(min_age), 150, NULL },
	{ "max_age", FIELD_INT, AT(max_age), 150, NULL },
	{ "test", FIELD_BOOL, AT(test), 0, NULL },
#undef AT
};
#define N_FIELDS (sizeof fields / sizeof *fields)

static bool is_printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

/* A member of a set: no spaces, as sets are joined by them. */
static bool is_member(const struct conf_node *node, const struct field *f)
{
	if (node->type != CONF_STRING || !*node->text || strlen(node->text) > 64)
		return false;
	if (f->words)
		return conf_is_word(node->text, f->words);
	return is_printable(node->text) && !strchr(node->text, ' ');
}

static bool read_set(const struct conf_node *node, const struct field *f, char **slot)
{
	struct buf joined = { 0 };
	bool good = (node->type == CONF_ARRAY || node->type == CONF_LIST) &&
		    node->n_children <= (size_t)f->max;
	for (size_t i = 0; good && i < node->n_children; i++) {
		good = is_member(&node->children[i], f) &&
		       !conf_is_word(node->children[i].text, buf_str(&joined));
		if (good)
			buf_addf(&joined, "%s%s", i ? " " : "", node->children[i].text);
	}
	if (good)
		mem_set_str(slot, buf_str(&joined));
	buf_free(&joined);
	return good;
}

static bool read_value(const struct conf_node *node, const struct field *f, void *at)
{
	switch (f->kind) {
	case FIELD_TEXT:
		if (node->type != CONF_STRING || !*node->text ||
			strlen(node->text) > (size_t)f->max || !is_printable(node->text))
			return false;
		mem_set_str(at, node->text);
		return true;
	case FIELD_SET:
		return read_set(node, f, at);
	case FIELD_INT:
		if (node->type != CONF_INT || node->integer < 0 || node->integer > f->max)
			return false;
		*(int64_t *)at = node->integer;
		return true;
	case FIELD_BOOL:
		*(bool *)at = node->truth;
		return node->type == CONF_BOOL;
	}
	return false;
}

static void complain(
	const struct conf_node *node, const struct field *f, struct conf_errors *errors)
{
	struct buf b = { 0 };
	if (f->kind == FIELD_BOOL)
		buf_adds(&b, "true or false");
	else if (f->kind == FIELD_TEXT)
		buf_addf(&b, "a string of 1 to %lld bytes without control characters",
			(long long)f->max);
	else if (f->kind == FIELD_INT)
		buf_addf(&b, "a whole number from 0 to %lld", (long long)f->max);
	else if (f->words)
		buf_addf(&b, "a list of different words out of: %s", f->words);
	else
		buf_addf(&b, "a list of at most %lld different words without spaces",
			(long long)f->max);
	conf_error(errors, node->file, node->line, "client: %s must be %s", f->name, buf_str(&b));
	buf_free(&b);
}

static void read_fields(
	const struct conf_node *group, struct written *w, struct conf_errors *errors)
{
	for (size_t i = 0; i < group->n_children; i++) {
		const struct conf_node *node = &group->children[i];
		const struct field *f = fields;
		while (f < fields + N_FIELDS && strcmp(f->name, node->name) != 0)
			f++;
		if (f == fields + N_FIELDS)
			conf_error(errors, node->file, node->line, "client: unknown name %s",
				node->name);
		else if (!read_value(node, f, (char *)w + f->offset))
			complain(node, f, errors);
	}
}

/* A time code's secret is the one thing in the file that opens doors by itself. */
static void check_private(const struct conf_node *group, struct conf_errors *errors)
{
	struct stat st;
	struct err e;
	if (stat(group->file, &st) == 0 && secret_file_check_mode(&st, &e) < 0)
		conf_error(errors, group->file, group->line,
			"client: a file that holds totp secrets must be private: %s", e.text);
}

static bool is_digest(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static void check_proofs(const struct conf_node *group, const struct written *w, struct client *c,
	struct conf_errors *errors)
{
	struct err e;
	if (!w->cert && !w->token_sha256 && !w->user)
		conf_error(errors, group->file, group->line,
			"client: one of cert, token_sha256 or user with password is needed");
	if (w->token_sha256 && !is_digest(w->token_sha256))
		conf_error(errors, group->file, group->line,
			"client: token_sha256 must be 64 lower-case hex digits");
	if ((w->user == NULL) != (w->password == NULL))
		conf_error(errors, group->file, group->line,
			"client: user and password belong together");
	if (w->password && password_check_form(w->password, &e) < 0)
		conf_error(errors, group->file, group->line, "client: password: %s", e.text);
	if (!w->totp)
		return;
	if (!w->user)
		conf_error(errors, group->file, group->line, "client: totp needs a user");
	c->totp_len = totp_secret(w->totp, c->totp, &e);
	if (c->totp_len < 0)
		conf_error(errors, group->file, group->line, "client: totp: %s", e.text);
	check_private(group, errors);
}

static void check_rest(
	const struct conf_node *group, const struct written *w, struct conf_errors *errors)
{
	if (!w->name)
		conf_error(errors, group->file, group->line, "client: name is missing");
	if (w->name && strncmp(w->name, "agency:", 7) == 0) /* whoever calls back for an agency */
		conf_error(errors, group->file, group->line,
			"client: a name must not begin with agency:");
	if (!w->roles || !*w->roles)
		conf_error(errors, group->file, group->line, "client: roles are missing");
	if (w->min_age >= 0 && w->max_age >= 0 && w->min_age > w->max_age)
		conf_error(errors, group->file, group->line, "client: min_age is above max_age");
}

static unsigned role_bits(const char *roles)
{
	unsigned bits = 0;
	char name[16];
	for (size_t n; *roles; roles += n + (roles[n] == ' ')) {
		n = strcspn(roles, " ");
		memcpy(name, roles, n); /* members are known words, all shorter than name */
		name[n] = '\0';
		bits |= role_parse(name);
	}
	return bits;
}

static char *take(char **slot)
{
	char *s = *slot ? *slot : mem_strdup("");
	*slot = NULL;
	return s;
}

static void build(struct written *w, const char *center, struct client *c)
{
	struct principal *p = mem_zalloc(sizeof *p);
	p->refs = 1;
	p->roles = role_bits(w->roles);
	p->name = take(&w->name);
	p->center = w->center ? take(&w->center) : mem_strdup(center);
	p->alias = take(&w->alias);
	p->skills = take(&w->skills);
	p->langs = take(&w->langs);
	p->lines = take(&w->lines);
	p->channels = take(&w->channels);
	p->capacity = (int)w->capacity;
	p->min_age = (int)w->min_age;
	p->max_age = (int)w->max_age;
	p->test = w->test;
	c->who = p;
	c->cert = take(&w->cert);
	c->token_sha256 = take(&w->token_sha256);
	c->user = take(&w->user);
	c->password = take(&w->password);
}

static void free_written(struct written *w)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].kind == FIELD_TEXT || fields[i].kind == FIELD_SET)
			free(*(char **)((char *)w + fields[i].offset));
}

struct client *client_parse(
	const struct conf_node *group, const char *center, struct conf_errors *errors)
{
	struct written w = { .min_age = -1, .max_age = -1 };
	struct client *c = mem_zalloc(sizeof *c);
	size_t before = errors->count;
	if (group->type != CONF_GROUP) {
		conf_error(errors, group->file, group->line, "client: must be a group { … }");
	} else {
		read_fields(group, &w, errors);
		check_proofs(group, &w, c, errors);
		check_rest(group, &w, errors);
	}
	if (errors->count == before)
		build(&w, center, c);
	else
		client_free(&c);
	if (w.totp)
		explicit_bzero(w.totp, strlen(w.totp));
	free_written(&w);
	return c;
}

void client_free(struct client **c)
{
	if (!*c)
		return;
	principal_unref(&(*c)->who);
	free((*c)->cert);
	free((*c)->token_sha256);
	free((*c)->user);
	free((*c)->password);
	explicit_bzero((*c)->totp, sizeof(*c)->totp);
	free(*c);
	*c = NULL;
}
