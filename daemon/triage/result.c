#include "result.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "model.h"

void result_clear(struct triage_result *r)
{
	r->level = LEVEL_LOW;
	r->unscored = false;
	r->points = r->points_now = 0;
	r->n_reasons = r->n_spans = r->n_fields = r->n_domains = r->n_flags = r->n_actions = 0;
	r->n_suppressed = r->n_near = 0;
	buf_clear(&r->facts);
}

static void add_once(const char ***list, size_t *n, size_t *cap, const char *word)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp((*list)[i], word) == 0)
			return;
	GROW(*list, *n, *cap);
	(*list)[(*n)++] = word;
}

void result_add_flag(struct triage_result *r, const char *flag)
{
	add_once(&r->flags, &r->n_flags, &r->cap_flags, flag);
}

void result_add_domain(struct triage_result *r, const char *domain)
{
	add_once(&r->domains, &r->n_domains, &r->cap_domains, domain);
}

void result_add_action(struct triage_result *r, const char *action)
{
	add_once(&r->actions, &r->n_actions, &r->cap_actions, action);
}

void result_add_reason(struct triage_result *r, const char *rule, const char *text, int level)
{
	GROW(r->reasons, r->n_reasons, r->cap_reasons);
	r->reasons[r->n_reasons++] = (struct triage_reason){ .rule = rule,
		.text = text,
		.level = level < 0 ? LEVEL_LOW : (enum level)level,
		.first_span = r->n_spans,
		.first_field = r->n_fields };
}

void result_add_field(struct triage_result *r, const char *name)
{
	GROW(r->fields, r->n_fields, r->cap_fields);
	r->fields[r->n_fields++] = name;
	r->reasons[r->n_reasons - 1].n_fields++;
}

/* Few reasons, and equal ones must keep their order: insertion. */
void result_sort_reasons(struct triage_result *r)
{
	for (size_t i = 1; i < r->n_reasons; i++) {
		struct triage_reason reason = r->reasons[i];
		size_t k = i;

		for (; k > 0 && r->reasons[k - 1].level < reason.level; k--)
			r->reasons[k] = r->reasons[k - 1];
		r->reasons[k] = reason;
	}
}

void triage_result_free(struct triage_result *r)
{
	free(r->reasons);
	free(r->spans);
	free(r->fields);
	free(r->domains);
	free(r->flags);
	free(r->actions);
	free(r->suppressed);
	free(r->near);
	buf_free(&r->facts);
	memset(r, 0, sizeof(*r));
}
