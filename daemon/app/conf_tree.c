#include "conf_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/base/record.h"

#include "conf_image.h"
#include "conf_scan.h"

/* The root with what only it owns. The root is first, so conf_free() finds the rest by its address. */
struct tree {
	struct conf_node root;
	char **files; /* each name once */
	size_t n_files;
};

void conf_error(struct conf_errors *errors, const char *file, int line, const char *fmt, ...)
{
	char message[1024];
	va_list ap;
	if (errors->count++ >= CONF_ERRORS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	if (file && line > 0)
		buf_addf(&errors->text, "%s:%d: %s\n", file, line, message);
	else if (file)
		buf_addf(&errors->text, "%s: %s\n", file, message);
	else
		buf_addf(&errors->text, "%s\n", message);
	if (errors->count == CONF_ERRORS_MAX)
		buf_adds(&errors->text, "further errors are not listed\n");
}

void conf_errors_rename(struct conf_errors *errors, size_t from, const char *file, const char *name)
{
	struct buf text = { 0 };
	const char *at = buf_str(&errors->text), *found;
	buf_add(&text, at, from);
	for (at += from; (found = strstr(at, file)); at = found + strlen(file)) {
		buf_add(&text, at, (size_t)(found - at));
		buf_adds(&text, name);
	}
	buf_adds(&text, at);
	buf_free(&errors->text);
	errors->text = text;
}

const char *conf_type_name(enum conf_type type)
{
	static const char *const names[] = {
		[CONF_GROUP] = "group",
		[CONF_LIST] = "list",
		[CONF_ARRAY] = "array",
		[CONF_INT] = "whole number",
		[CONF_REAL] = "number",
		[CONF_BOOL] = "true or false",
		[CONF_STRING] = "string",
	};
	return names[type];
}

const struct conf_node *conf_get(const struct conf_node *group, const char *name)
{
	for (size_t i = 0; i < group->n_children; i++)
		if (strcmp(group->children[i].name, name) == 0)
			return &group->children[i];
	return NULL;
}

static void free_below(struct conf_node *n)
{
	for (size_t i = 0; i < n->n_children; i++)
		free_below(&n->children[i]);
	free(n->children);
	free(n->name);
	free(n->text);
}

void conf_free(struct conf_node **root)
{
	if (!*root)
		return;
	struct tree *tree = (struct tree *)*root;
	free_below(&tree->root);
	for (size_t i = 0; i < tree->n_files; i++)
		free(tree->files[i]);
	free(tree->files);
	free(tree);
	*root = NULL;
}

static const char *file_name(struct tree *tree, struct slice s)
{
	for (size_t i = tree->n_files; i-- > 0;)
		if (slice_is(s, tree->files[i]))
			return tree->files[i];
	tree->files = mem_resize(tree->files, tree->n_files + 1, sizeof *tree->files);
	return tree->files[tree->n_files++] = mem_dup(s.data, s.len);
}

static int read_field(struct tree *tree, struct conf_node *node, struct slice name, struct slice v)
{
	int64_t number = 0;
	if (slice_is(name, "name") || slice_is(name, "text")) {
		char **slot = slice_is(name, "name") ? &node->name : &node->text;
		free(*slot);
		*slot = mem_dup(v.data, v.len);
		return 0;
	}
	if (slice_is(name, "file")) {
		node->file = file_name(tree, v);
		return 0;
	}
	if (slice_is(name, "real")) {
		if (v.len != sizeof node->real)
			return -1;
		memcpy(&node->real, v.data, v.len);
		return 0;
	}
	if (slice_int(v, &number) < 0)
		return -1;
	if (slice_is(name, "type") && number >= 0 && number <= CONF_STRING)
		node->type = (enum conf_type)number;
	else if (slice_is(name, "line") && number >= 0 && number <= INT32_MAX)
		node->line = (int)number;
	else if (slice_is(name, "int"))
		node->integer = number;
	else if (slice_is(name, "bool"))
		node->truth = number != 0;
	else if (slice_is(name, "n") && number >= 0)
		node->n_children = (size_t)number;
	else
		return -1;
	return 0;
}

/* Read one node and what is below it. On -1 the node can still be freed. */
static int read_node(struct tree *tree, struct record_reader *r, struct conf_node *node, int depth)
{
	struct slice name, value;
	if (depth > CONF_DEPTH_MAX || record_next(r, &name, &value) != 1 || !slice_is(name, "node"))
		return -1;
	struct record_reader fields = { value.data, value.data + value.len };
	int more;
	while ((more = record_next(&fields, &name, &value)) == 1)
		if (read_field(tree, node, name, value) < 0)
			more = -1, fields.at = fields.end;
	size_t n = node->n_children;
	node->n_children = 0;
	if (more < 0 || n > (size_t)(r->end - r->at)) /* a node takes more than a byte */
		return -1;
	if (!node->name)
		node->name = mem_strdup("");
	if (!node->text && node->type == CONF_STRING)
		node->text = mem_strdup("");
	if (n > 0)
		node->children = mem_zalloc(n * sizeof *node->children);
	while (node->n_children < n)
		if (read_node(tree, r, &node->children[node->n_children++], depth + 1) < 0)
			return -1;
	return 0;
}

static bool read_end(struct record_reader *r)
{
	struct slice name, value;
	return record_next(r, &name, &value) == 1 && slice_is(name, "end") && r->at == r->end;
}

static size_t count_lines(struct slice s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.data[i] == '\n';
	return n;
}

struct conf_node *conf_image_read(
	const char *path, const struct buf *image, struct conf_errors *errors)
{
	struct record_reader r = { buf_str(image), buf_str(image) + image->len };
	struct slice name, value;
	if (record_next(&r, &name, &value) == 1 && slice_is(name, "error")) {
		buf_add(&errors->text, value.data, value.len);
		errors->count += count_lines(value);
		return NULL;
	}
	r.at = buf_str(image);
	struct tree *tree = mem_zalloc(sizeof *tree);
	struct conf_node *root = &tree->root;
	if (read_node(tree, &r, root, 0) < 0 || root->type != CONF_GROUP || !read_end(&r)) {
		conf_error(errors, path, 0, "the process that reads it gave no whole answer");
		conf_free(&root);
		return NULL;
	}
	if (!root->file)
		root->file = file_name(tree, (struct slice){ path, strlen(path) });
	return root;
}

struct conf_node *conf_parse_file(const char *path, struct conf_errors *errors)
{
	struct buf image = { 0 };
	struct err e;
	struct conf_node *root = NULL;
	if (conf_image_load(path, CONF_PARSE_TIMEOUT_MS, &image, &e) < 0)
		conf_error(errors, path, 0, "cannot be read: %s", e.text);
	else
		root = conf_image_read(path, &image, errors);
	buf_wipe(&image);
	return root;
}
