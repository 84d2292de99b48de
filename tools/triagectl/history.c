#include "history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "triaged/base/json.h"
#include "triaged/base/mem.h"

#define TIMEOUT_MS 10000
#define DEPTH_MAX  4

/* "2026-01-31", "2026-01-31T23:59", "…:59Z": UTC, in milliseconds. */
static int read_time(const char *text, int64_t *ms, struct err *e)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M",
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d" };
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);
		if (end && (*end == '\0' || strcmp(end, "Z") == 0)) {
			*ms = (int64_t)timegm(&tm) * 1000;
			return 0;
		}
	}
	return err_set(e, "'%.40s' is no time such as 2026-01-31 or 2026-01-31T23:59 (UTC)", text);
}

/* ---- Redis ---- */

int history_password(const char *file, char *out, size_t size, struct err *e)
{
	FILE *f = fopen(file, "re");
	if (!f)
		return err_set(e, "%s: %s", file, strerror(errno));
	size_t n = fread(out, 1, size - 1, f);
	fclose(f);
	out[n] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return 0;
}

int history_open_store(const struct args *args, struct ledger **out, struct err *e)
{
	const char *center = args_get(args, "center"), *store = args_get(args, "store");
	const char *data_dir = args_get(args, "data-dir");
	const char *file = args_get(args, "store-password-file");
	char password[512] = "";
	struct buf url = { 0 };
	*out = NULL;
	if (!center)
		return err_set(e, "whose ledger? give --center NAME");
	if (!store && !data_dir)
		return err_set(e, "where is the ledger? give --store URL, or --data-dir DIR of a "
				  "daemon that manages its store, or --ledger FILE");
	if (file && history_password(file, password, sizeof password, e) != 0)
		return -1;
	if (store)
		buf_adds(&url, store);
	else
		buf_addf(&url, "unix:%s/redis/redis.sock", data_dir);
	int result = ledger_open(&(struct ledger_options){ .center = center,
					 .url = buf_str(&url),
					 .username = args_get(args, "store-user"),
					 .password = password,
					 .timeout_ms = TIMEOUT_MS },
		out, e);
	explicit_bzero(password, sizeof password);
	buf_free(&url);
	return result;
}

int history_open(struct history *h, const struct args *args, struct err *e)
{
	const char *from = args_get(args, "from"), *to = args_get(args, "to");
	*h = (struct history){ .name = args_get(args, "ledger"), .to_ms = INT64_MAX };
	if (from && read_time(from, &h->from_ms, e) != 0)
		return err_wrap(e, "--from");
	if (to && read_time(to, &h->to_ms, e) != 0)
		return err_wrap(e, "--to");
	if (h->from_ms >= h->to_ms)
		return err_set(e, "--to is not behind --from");
	if (!h->name)
		return history_open_store(args, &h->ledger, e);
	h->file = strcmp(h->name, "-") == 0 ? stdin : fopen(h->name, "re");
	return h->file ? 0 : err_set(e, "%s: %s", h->name, strerror(errno));
}

void history_close(struct history *h)
{
	ledger_close(&h->ledger);
	if (h->file && h->file != stdin)
		fclose(h->file);
	free(h->line);
	buf_free(&h->command);
	buf_free(&h->decisions);
}

/* ---- a file ---- */

static struct slice take(struct buf *into, const json_t *text)
{
	buf_clear(into);
	buf_add(into, json_string_value(text), json_string_length(text));
	return (struct slice){ buf_str(into), into->len };
}

static int read_line(struct history *h, const json_t *line, struct ledger_entry *entry)
{
	const json_t *id = json_object_get(line, "id"), *at = json_object_get(line, "at");
	const json_t *c = json_object_get(line, "c"), *d = json_object_get(line, "d");
	if (!json_is_string(id) || !json_is_integer(at) || !json_is_string(c) || !json_is_string(d))
		return -1;
	snprintf(h->id, sizeof h->id, "%s", json_string_value(id));
	*entry = (struct ledger_entry){ .id = h->id,
		.at_ms = json_integer_value(at),
		.command = take(&h->command, c),
		.decisions = take(&h->decisions, d) };
	return 1;
}

static int next_of_file(struct history *h, struct ledger_entry *entry, struct err *e)
{
	ssize_t n = getline(&h->line, &h->line_size, h->file);
	h->line_number++;
	if (n < 0)
		return ferror(h->file) ? err_set(e, "%s: %s", h->name, strerror(errno)) : 0;
	if (n > 0 && h->line[n - 1] == '\n')
		n--;
	json_t *line = json_parse(h->line, (size_t)n, DEPTH_MAX, e);
	int result = line ? read_line(h, line, entry) : -1;
	if (line && result < 0)
		err_set(e, "not an entry of a ledger");
	json_decref(line);
	return result < 0 ? err_wrap(e, "%s:%zu", h->name, h->line_number) : result;
}

int history_next(struct history *h, struct ledger_entry *entry, struct err *e)
{
	int more = h->file ? next_of_file(h, entry, e) : ledger_next(h->ledger, entry, e);
	return more == 1 && entry->at_ms >= h->to_ms ? 0 : more;
}
