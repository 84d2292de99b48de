#include "conf_image.h"

#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "triaged/base/record.h"

#include "conf_scan.h"

static const struct {
	int libconfig;
	enum conf_type type;
} types[] = {
	{ CONFIG_TYPE_GROUP, CONF_GROUP },
	{ CONFIG_TYPE_LIST, CONF_LIST },
	{ CONFIG_TYPE_ARRAY, CONF_ARRAY },
	{ CONFIG_TYPE_INT, CONF_INT },
	{ CONFIG_TYPE_INT64, CONF_INT },
	{ CONFIG_TYPE_FLOAT, CONF_REAL },
	{ CONFIG_TYPE_BOOL, CONF_BOOL },
	{ CONFIG_TYPE_STRING, CONF_STRING },
};

static enum conf_type type_of(const config_setting_t *s)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].libconfig == config_setting_type(s))
			return types[i].type;
	return CONF_GROUP;
}

static void write_value(struct buf *b, const config_setting_t *s, enum conf_type type)
{
	double real;
	switch (type) {
	case CONF_INT:
		record_puti(b, "int",
			config_setting_type(s) == CONFIG_TYPE_INT ? config_setting_get_int(s)
								  : config_setting_get_int64(s));
		break;
	case CONF_REAL:
		real = config_setting_get_float(s);
		record_put(b, "real", &real, sizeof real);
		break;
	case CONF_BOOL:
		record_puti(b, "bool", config_setting_get_bool(s));
		break;
	case CONF_STRING:
		record_puts(b, "text", config_setting_get_string(s));
		break;
	case CONF_GROUP:
	case CONF_LIST:
	case CONF_ARRAY:
		record_puti(b, "n", config_setting_length(s));
		break;
	}
}

struct source {
	const char *path; /* of the file being loaded */
	const char *dir;  /* where its includes are */
};

/* libconfig 1.5 names an included file as it is written, not where it was found. */
static const char *place(const struct source *source, const char *file, struct buf *full)
{
	size_t n = strlen(source->dir);
	if (!file || strcmp(file, source->path) == 0)
		return source->path;
	if (*file == '/' || (strncmp(file, source->dir, n) == 0 && file[n] == '/'))
		return file;
	buf_addf(full, "%s/%s", source->dir, file);
	return buf_str(full);
}

/* Nesting is bounded: conf_scan refused the file otherwise. */
static void write_node(struct buf *image, const struct source *source, const config_setting_t *s)
{
	struct buf b = { 0 }, full = { 0 };
	enum conf_type type = type_of(s);
	record_puti(&b, "type", (int64_t)type);
	record_puts(&b, "name", config_setting_name(s));
	record_puts(&b, "file", place(source, config_setting_source_file(s), &full));
	record_puti(&b, "line", config_setting_source_line(s));
	write_value(&b, s, type);
	record_put(image, "node", buf_str(&b), b.len);
	buf_free(&b);
	buf_free(&full);
	if (type == CONF_GROUP || type == CONF_LIST || type == CONF_ARRAY)
		for (int i = 0; i < config_setting_length(s); i++)
			write_node(image, source, config_setting_get_elem(s, (unsigned)i));
}

static void parse(const struct source *source, struct buf *image)
{
	config_t config;
	config_init(&config);
	config_set_include_dir(&config, source->dir);
	if (config_read_file(&config, source->path) == CONFIG_TRUE) {
		write_node(image, source, config_root_setting(&config));
	} else {
		struct conf_errors errors = { 0 };
		struct buf full = { 0 };
		conf_error(&errors, place(source, config_error_file(&config), &full),
			config_error_line(&config), "%s", config_error_text(&config));
		record_put(image, "error", buf_str(&errors.text), errors.text.len);
		buf_free(&errors.text);
		buf_free(&full);
	}
	config_destroy(&config);
}

void conf_image_write(const char *path, struct buf *image)
{
	const char *slash = strrchr(path, '/');
	struct buf dir = { 0 };
	if (slash)
		buf_add(&dir, path, slash == path ? 1 : (size_t)(slash - path));
	else
		buf_adds(&dir, ".");
	struct conf_errors errors = { 0 };
	conf_scan_file(path, buf_str(&dir), &errors);
	if (errors.count)
		record_put(image, "error", buf_str(&errors.text), errors.text.len);
	else
		parse(&(struct source){ path, buf_str(&dir) }, image);
	record_put(image, "end", "", 0);
	buf_free(&errors.text);
	buf_free(&dir);
}
