#include "match_explain.h"

#include "state.h"

void match_refusals(const struct core *core, const struct contact *c, struct buf *out)
{
	static const char *const names[] = { NULL, "no_channel", "no_line", "no_age", "no_language",
		"no_skill", "test" };
	int64_t counts[sizeof names / sizeof names[0]] = { 0 }, away = 0, full = 0;
	int tier = contact_tier(core, c);
	struct profile *p;
	for (size_t i = 0; (p = map_walk(&core->profiles, &i, NULL));) {
		struct fit fit = profile_fit(core, p, c->need);
		if (fit.tier > tier) {
			counts[fit.why] += (int64_t)p->users;
			continue;
		}
		away += (int64_t)(p->users - p->ready);
		/* Who is kept free for somebody in front has room; who is depends on the way here. */
		full += (int64_t)(p->ready - tree_size(&p->available) - tree_size(&p->kept));
	}
	for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
		record_puti(out, names[i], counts[i]);
	record_puti(out, "not_ready", away);
	record_puti(out, "full", full);
	record_puti(out, "excluded", c->n_excluded);
}

void match_record(
	struct core *core, struct contact *c, const struct pick *pick, enum rank_step step)
{
	struct buf *b = &c->match;
	buf_clear(b);
	record_puti(b, "at_ms", core->now_ms);
	record_puts(b, "responder", pick->best->id);
	record_puts(b, "step", rank_step_name(step));
	if (pick->second)
		record_puts(b, "before", pick->second->id);
	record_puti(b, "tier", contact_tier(core, c));
	record_puti(b, "fit", pick->best_key.tier);
	record_puti(b, "candidates", pick->candidates);
	match_refusals(core, c, b);
}
