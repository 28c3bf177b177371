/* latchkey audit: what happened. */
#include "domain/audit.h"
#include "list.h"

static const struct option list_options[] = {OPTION_JSON, OPTION_END};

static const struct column columns[] = {
    {"at", "AT", true},
    {"event", "EVENT", false},
    {"user", "USER", false},
    {"client_id", "CLIENT", false},
    {"detail", "DETAIL", false},
    {"address", "FROM", false},
    {"by", "BY", false},
    COLUMN_END,
};

static const struct list_noun audit_list = {
    .kind = "audit", .type = &audit_record, .columns = columns};

static int
list_audit(struct admin *a, const struct args *args)
{
	return list_run(a, &audit_list, NULL, NULL, args_has(args, "--json"));
}

const struct verb audit_verbs[] = {
    {"audit", NULL, NULL, false, false, list_options,
	"Lists what happened, oldest first.", list_audit},
    VERB_END,
};
