#include "requirement.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "state.h"

/* Requirements without contacts are kept for the next arrival, up to so many. */
#define IDLE_REQUIREMENTS 1024

static void join_key(struct buf *b, const char *const *parts, size_t n)
{
	buf_clear(b);
	for (size_t i = 0; i < n; i++) {
		buf_adds(b, text_of(parts[i]));
		buf_add(b, "\n", 1);
	}
}

static size_t new_index(struct core *core)
{
	if (core->n_free_indices > 0)
		return core->free_indices[--core->n_free_indices];
	return core->next_index++;
}

static void give_index_back(struct core *core, size_t index)
{
	if (core->n_free_indices == core->cap_free_indices) {
		core->cap_free_indices = core->cap_free_indices ? core->cap_free_indices * 2 : 16;
		core->free_indices = mem_resize(
			core->free_indices, core->cap_free_indices, sizeof *core->free_indices);
	}
	core->free_indices[core->n_free_indices++] = index;
	struct profile *p;
	for (size_t i = 0; (p = map_walk(&core->profiles, &i, NULL));)
		if (index < p->n_fits)
			p->fits[index] = (struct fit){ 0 };
}

/* A transfer may ask for another line and for a skill, until somebody has taken it. */
static const char *line_of(const struct contact *c)
{
	return transfer_is_pending(&c->transfer) && c->transfer.line ? c->transfer.line : c->line;
}

static const char *must_of(const struct contact *c)
{
	return transfer_is_pending(&c->transfer) ? c->transfer.skill : NULL;
}

static struct requirement *requirement_new(struct core *core, const struct contact *c)
{
	struct requirement *need = mem_zalloc(sizeof *need);
	text_set(&need->channel, c->channel);
	text_set(&need->lang, c->lang);
	text_set(&need->line, line_of(c));
	text_set(&need->needs, c->needs);
	text_set(&need->must, must_of(c));
	need->age = c->age;
	need->test = c->test;
	need->index = new_index(core);
	for (int tier = 0; tier < CORE_TIERS_MAX; tier++) {
		struct lane *lane = &need->lanes[tier];
		lane->need = need;
		lane->tier = tier;
		tree_init(&lane->contacts, contact_cmp, offsetof(struct contact, by_lane));
	}
	return need;
}

struct requirement *requirement_get(struct core *core, const struct contact *c)
{
	struct buf *key = &core->scratch;
	join_key(key,
		(const char *const[]){ c->channel, c->lang, line_of(c), c->needs, must_of(c) }, 5);
	record_puti(key, "age", c->age);
	record_puti(key, "test", c->test);
	struct requirement *need = map_get(&core->requirements, buf_str(key));
	if (!need) {
		need = requirement_new(core, c);
		need->key = mem_strdup(buf_str(key));
		map_put(&core->requirements, need->key, need);
	}
	need->users++;
	return need;
}

void requirement_release(struct core *core, struct requirement **slot)
{
	struct requirement *need = *slot;
	*slot = NULL;
	if (--need->users > 0 || core->requirements.count <= IDLE_REQUIREMENTS)
		return;
	map_remove(&core->requirements, need->key);
	give_index_back(core, need->index);
	requirement_free(need);
}

void requirement_free(void *object)
{
	struct requirement *need = object;
	free(need->key);
	free(need->channel);
	free(need->lang);
	free(need->line);
	free(need->needs);
	free(need->must);
	free(need);
}

static int compare_available(const void *a, const void *b)
{
	enum rank_step step;
	const struct responder *x = a, *y = b;
	return rank_cmp(&x->key, &y->key, &step);
}

static int compare_kept(const void *a, const void *b)
{
	const struct responder *x = a, *y = b;
	int order = contact_cmp(y->kept_for, x->kept_for);
	return order != 0 ? order : strcmp(x->id, y->id);
}

static struct profile *profile_new(const struct responder *r)
{
	struct profile *p = mem_zalloc(sizeof *p);
	text_set(&p->channels, r->channels);
	text_set(&p->own_channels, r->own_channels);
	text_set(&p->lines, r->lines);
	text_set(&p->langs, r->langs);
	text_set(&p->skills, r->skills);
	p->test = r->test;
	p->min_age = r->min_age;
	p->max_age = r->max_age;
	p->flexible = (int)(words_count(r->skills) + words_count(r->langs));
	tree_init(&p->available, compare_available, offsetof(struct responder, by_rank));
	tree_init(&p->kept, compare_kept, offsetof(struct responder, by_rank));
	return p;
}

struct profile *profile_get(struct core *core, const struct responder *r)
{
	struct buf *key = &core->scratch;
	join_key(key,
		(const char *const[]){
			r->channels, r->own_channels, r->lines, r->langs, r->skills },
		5);
	record_puti(key, "test", r->test);
	record_puti(key, "min", r->min_age);
	record_puti(key, "max", r->max_age);
	struct profile *p = map_get(&core->profiles, buf_str(key));
	if (!p) {
		p = profile_new(r);
		p->key = mem_strdup(buf_str(key));
		map_put(&core->profiles, p->key, p);
	}
	p->users++;
	return p;
}

void profile_release(struct core *core, struct profile **slot)
{
	struct profile *p = *slot;
	*slot = NULL;
	if (!p || --p->users > 0)
		return;
	map_remove(&core->profiles, p->key);
	profile_free(p);
}

void profile_free(void *object)
{
	struct profile *p = object;
	free(p->key);
	free(p->channels);
	free(p->own_channels);
	free(p->lines);
	free(p->langs);
	free(p->skills);
	free(p->fits);
	free(p);
}

/* An empty set was not restricted by anybody: it covers everything. */
static bool covers(const char *set, const char *word)
{
	return !set || !word || words_have(set, word, strlen(word));
}

static bool age_fits(const struct profile *p, int64_t age)
{
	return age == 0 ||
	       ((p->min_age == 0 || age >= p->min_age) && (p->max_age == 0 || age <= p->max_age));
}

static bool language_fits(const struct profile *p, const char *lang, enum tier_demand demand)
{
	if (demand == TIER_ANY || !lang || !p->langs || words_speak(p->langs, lang))
		return true;
	return demand == TIER_INTERPRETER && words_have(p->skills, "interpreter", 11);
}

static bool skills_fit(const struct profile *p, const char *needs, enum tier_demand demand)
{
	return demand == TIER_ANY || words_within(needs, p->skills);
}

static enum fit_reason hard_reason(const struct profile *p, const struct requirement *need)
{
	if ((p->test != 0) != (need->test != 0))
		return FIT_TEST;
	if (!covers(p->channels, need->channel) || !covers(p->own_channels, need->channel))
		return FIT_NO_CHANNEL;
	if (!covers(p->lines, need->line))
		return FIT_NO_LINE;
	if (!words_within(need->must, p->skills))
		return FIT_NO_SKILL;
	return age_fits(p, need->age) ? FIT_OK : FIT_NO_AGE;
}

struct fit fit_of(
	const struct core_options *o, const struct profile *p, const struct requirement *need)
{
	struct fit fit = { .known = 1, .tier = FIT_NEVER };
	fit.why = (uint8_t)hard_reason(p, need);
	if (fit.why != FIT_OK)
		return fit;
	for (int tier = o->n_tiers - 1; tier >= 0; tier--) {
		bool language = language_fits(p, need->lang, o->tiers[tier].language);
		if (language && skills_fit(p, need->needs, o->tiers[tier].needs))
			fit.tier = (uint8_t)tier;
		else if (tier == 0)
			fit.why = language ? FIT_NO_SKILL : FIT_NO_LANGUAGE;
	}
	return fit;
}

struct fit profile_fit(const struct core *core, struct profile *p, const struct requirement *need)
{
	if (need->index >= p->n_fits) {
		size_t n = need->index + 1 + p->n_fits;
		p->fits = mem_resize(p->fits, n, sizeof *p->fits);
		memset(p->fits + p->n_fits, 0, (n - p->n_fits) * sizeof *p->fits);
		p->n_fits = n;
	}
	struct fit *fit = &p->fits[need->index];
	if (!fit->known)
		*fit = fit_of(&core->options, p, need);
	return *fit;
}

bool lane_is_servable(const struct core *core, const struct lane *lane)
{
	struct profile *p;
	for (size_t i = 0; (p = map_walk(&core->profiles, &i, NULL));)
		if (p->ready > 0 && profile_fit(core, p, lane->need).tier <= lane->tier)
			return true;
	return false;
}
