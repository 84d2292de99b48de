#include "model.h"

bool ruleset_wording_at(const struct ruleset *rules, size_t i, struct ruleset_wording *wording)
{
	if (i < rules->n_wording)
		*wording = rules->wording[i];
	return i < rules->n_wording;
}

bool ruleset_rule_at(const struct ruleset *rules, size_t i, struct ruleset_rule *rule)
{
	if (i >= rules->n_rules)
		return false;
	const struct rule *r = &rules->rules[i];
	*rule = (struct ruleset_rule){
		.id = r->id,
		.level = r->level >= 0 ? level_name((enum level)r->level) : "",
		.domain = r->domain ? r->domain : "",
		.explain = r->explain ? r->explain : "",
		.raises = r->raise_max >= 0,
	};
	return true;
}
