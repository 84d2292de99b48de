#include "option_keys.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "conf_text.h"

void keys_free_list(struct config_keys *k)
{
	for (size_t i = 0; i < k->n; i++) {
		free(k->at[i].name);
		free(k->files[i]);
	}
	free(k->at);
	free(k->files);
	*k = (struct config_keys){ .n = 0 };
}

static bool is_text(const struct conf_node *node)
{
	return node && node->type == CONF_STRING && *node->text;
}

static void parse_one(
	const struct conf_node *node, struct config_keys *k, struct conf_errors *errors)
{
	const struct conf_node *name = conf_get(node, "name"), *key = conf_get(node, "key");
	for (size_t i = 0; i < node->n_children; i++)
		if (&node->children[i] != name && &node->children[i] != key)
			conf_error(errors, node->children[i].file, node->children[i].line,
				"clinical_keys: unknown name %s", node->children[i].name);
	if (!is_text(name) || !is_text(key) || strlen(name->text) > SIGNATURE_FIELD_MAX) {
		conf_error(errors, node->file, node->line,
			"clinical_keys: each needs a name of at most %d bytes and a key, a file "
			"name",
			SIGNATURE_FIELD_MAX);
		return;
	}
	k->at = mem_resize(k->at, k->n + 1, sizeof *k->at);
	k->files = mem_resize(k->files, k->n + 1, sizeof *k->files);
	k->at[k->n] = (struct signature_key){ .name = mem_strdup(name->text) };
	k->files[k->n++] = conf_absolute(key);
}

void keys_parse(const struct conf_node *list, struct config_keys *k, struct conf_errors *errors)
{
	keys_free_list(k);
	if (list->type != CONF_LIST) {
		conf_error(errors, list->file, list->line,
			"clinical_keys must be a list of groups { name; key }");
		return;
	}
	for (size_t i = 0; i < list->n_children; i++) {
		if (list->children[i].type == CONF_GROUP)
			parse_one(&list->children[i], k, errors);
		else
			conf_error(errors, list->file, list->children[i].line,
				"clinical_keys must hold groups { … }");
	}
}

void keys_print(const struct config_keys *k, const char *indent, struct buf *out)
{
	buf_adds(out, "(");
	for (size_t i = 0; i < k->n; i++) {
		buf_addf(out, "\n%s\t{ name = ", indent);
		conf_print_string(out, k->at[i].name);
		buf_adds(out, "; key = ");
		conf_print_string(out, k->files[i]);
		buf_addf(out, "; }%s", i + 1 < k->n ? "," : "\n");
	}
	buf_addf(out, "%s)", k->n ? indent : " ");
}

bool keys_equal(const struct config_keys *a, const struct config_keys *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->at[i].name, b->at[i].name) != 0 ||
			strcmp(a->files[i], b->files[i]) != 0)
			return false;
	return true;
}
