/*
 * Stored records as somebody else may have left them: whatever the bytes, the core loads what it
 * can, does not crash, and can be used. Input: lines of kind letter, id, then record bytes up to a
 * line of "--".
 */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"
#include "triaged/core/core.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load_one(struct core *core, const char *p, size_t n)
{
	static const char letters[] = "crdpis";
	struct err e;
	const char *letter = n > 2 ? strchr(letters, p[0]) : NULL;
	const char *end = n > 2 ? memchr(p, '\n', n) : NULL;
	if (!letter || !*letter || !end || end - p > 40)
		return;
	char *id = mem_dup(p + 1, (size_t)(end - p - 1));
	struct slice bytes = { end + 1, n - (size_t)(end + 1 - p) };
	if (core_load(core, (enum entity_kind)(letter - letters), id, "ref", bytes, &e) != 0)
		e.text[0] = '\0';
	free(id);
}

static void use(struct core *core)
{
	struct step step = { 0 };
	struct command c;
	command_init(&c, COMMAND_SESSION_UP);
	c.role = "responder";
	c.identity = "ann";
	c.session = "n/i/1";
	core_apply(core, &c, core_now(core), &step);
	command_init(&c, COMMAND_RESPONDER_SET);
	c.identity = "ann";
	c.presence = "ready";
	core_apply(core, &c, core_now(core), &step);
	command_init(&c, COMMAND_TICK);
	for (int i = 0; i < 20 && core_next_due(core) != INT64_MAX; i++)
		core_apply(core, &c, core_next_due(core), &step);
	step_free(&step);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct core_options options; /* the same for every run, and large */
	struct err e;
	if (options.capacity_default == 0)
		core_options_default(&options);
	struct core *core = core_new(&options);
	char *text = mem_dup(data, size), *at = text, *end = text + size;
	while (at < end) {
		char *next = memmem(at, (size_t)(end - at), "\n--\n", 4);
		load_one(core, at, (size_t)((next ? next + 1 : end) - at));
		at = next ? next + 4 : end;
	}
	if (core_load_done(core, &e) != 0)
		e.text[0] = '\0';
	use(core);
	core_free(&core);
	free(text);
	return 0;
}
