#include "alarm.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "state.h"

static const char *key_of(struct core *core, const char *node, const char *kind)
{
	buf_clear(&core->scratch);
	buf_addf(&core->scratch, "%s %s", node, kind);
	return buf_str(&core->scratch);
}

static void tell(struct core *core, const struct alarm *a, const char *notice)
{
	DECIDE(core->step, "notice", notice, a->node, a->kind);
	for (size_t i = 0; i < core->n_alerted; i++) {
		struct buf *b = step_notify(core->step, OUTPUT_NOTICE, core->alerted[i]->id);
		record_puts(b, "kind", notice);
		record_puts(b, "alarm", a->kind);
		record_puts(b, "node", a->node);
		record_puts(b, "detail", text_of(a->detail));
	}
}

static void remind(struct core *core, void *owner)
{
	struct alarm *a = owner;
	tell(core, a, "alarm");
	timer_set(&core->timers, &a->timer, core->now_ms + core->options.alert_reminder_ms);
}

void alarm_raise(struct core *core, const char *node, const char *kind, const char *detail)
{
	const char *key = key_of(core, node, kind);
	struct alarm *a = map_get(&core->alarms, key);
	if (a) {
		text_set(&a->detail, detail);
		return;
	}
	a = mem_zalloc(sizeof *a);
	a->key = mem_strdup(key);
	text_set(&a->node, node);
	text_set(&a->kind, kind);
	text_set(&a->detail, detail);
	a->since_ms = core->now_ms;
	a->timer = (struct timer){ .id = a->key, .owner = a, .fire = remind };
	map_put(&core->alarms, a->key, a);
	remind(core, a);
}

static void end(struct core *core, struct alarm *a)
{
	tell(core, a, "alarm_over");
	timer_set(&core->timers, &a->timer, NEVER);
	map_remove(&core->alarms, a->key);
	alarm_free(a);
}

void alarm_clear(struct core *core, const char *node, const char *kind)
{
	struct alarm *a = map_get(&core->alarms, key_of(core, node, kind));
	if (a)
		end(core, a);
}

static int compare_alarms(const void *a, const void *b)
{
	return strcmp((*(struct alarm *const *)a)->key, (*(struct alarm *const *)b)->key);
}

void alarm_clear_node(struct core *core, const char *node)
{
	struct alarm *a, **gone = mem_resize(NULL, core->alarms.count + 1, sizeof(struct alarm *));
	size_t n = 0;
	for (size_t i = 0; (a = map_walk(&core->alarms, &i, NULL));)
		if (text_is(a->node, node))
			gone[n++] = a;
	/* In an order that does not depend on when they came: replay must do the same. */
	qsort(gone, n, sizeof(struct alarm *), compare_alarms);
	for (size_t i = 0; i < n; i++)
		end(core, gone[i]);
	free(gone);
}

void alarm_free(void *alarm)
{
	struct alarm *a = alarm;
	free(a->key);
	free(a->node);
	free(a->kind);
	free(a->detail);
	free(a);
}
