#include "protocol/factor_rule.h"

#include "base/names.h"

bool
factor_rule_for(const struct conf *conf, const struct user *u)
{
	return u->require_factor ||
	       names_overlap(conf->require_factor_groups, u->groups);
}
