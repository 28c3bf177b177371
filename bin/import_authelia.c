/* Authelia's users_database.yml:
 *
 *	users:
 *	  alice:
 *	    displayname: Alice Adams
 *	    password: $argon2id$...
 *	    email: alice@example.org
 *	    groups: [family, admins]
 *
 * libyaml, which knows all that YAML is, is loaded for this alone. Aliases are
 * refused: no such file needs them, and they can make a short one long. */
#include "base/library.h"
#include "base/str.h"
#include "import_source.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { TEXT_CAP = 512, GROUPS_TEXT_CAP = 4096 };

static struct {
	__typeof__(yaml_parser_initialize) *initialize;
	__typeof__(yaml_parser_set_input_string) *set_input;
	__typeof__(yaml_parser_parse) *parse;
	__typeof__(yaml_event_delete) *event_delete;
	__typeof__(yaml_parser_delete) *parser_delete;
} calls;

static bool
load_yaml(void)
{
	void *library = library_open("libyaml-0.so.2");

	return library != NULL &&
	       library_find(
		   library, "yaml_parser_initialize", &calls.initialize) &&
	       library_find(
		   library, "yaml_parser_set_input_string", &calls.set_input) &&
	       library_find(library, "yaml_parser_parse", &calls.parse) &&
	       library_find(
		   library, "yaml_event_delete", &calls.event_delete) &&
	       library_find(
		   library, "yaml_parser_delete", &calls.parser_delete);
}

/* --- events ----------------------------------------------------------------*/

struct reading {
	yaml_parser_t parser;
	yaml_event_t event; /* the last one, to be deleted */
	import_take *take;
	void *arg;
	bool full; /* `take` wants no more */
	char *message;
};

/* What the fields of a person are copied to. */
struct copied {
	char name[TEXT_CAP], hash[TEXT_CAP], display[TEXT_CAP];
	char given_name[TEXT_CAP], family_name[TEXT_CAP], email[TEXT_CAP];
	char language[TEXT_CAP], zoneinfo[TEXT_CAP], locked[TEXT_CAP];
	char groups[GROUPS_TEXT_CAP];
	bool too_long;
};

/* One more; YAML_NO_EVENT, with the message: the file ends here. */
static yaml_event_type_t
next_event(struct reading *r)
{
	const char *fault = NULL;
	size_t line = r->parser.mark.line;

	calls.event_delete(&r->event);
	if (r->message[0] != '\0')
		return YAML_NO_EVENT;
	if (calls.parse(&r->parser, &r->event) == 0) {
		fault = r->parser.problem != NULL ? r->parser.problem
						  : "it is no YAML";
		line = r->parser.problem_mark.line;
	} else if (r->event.type == YAML_ALIAS_EVENT) {
		fault = "aliases are not taken";
		line = r->event.start_mark.line;
	}
	if (fault == NULL)
		return r->event.type;
	snprintf(
	    r->message, IMPORT_MESSAGE_CAP, "line %zu: %s", line + 1, fault);
	return YAML_NO_EVENT;
}

static bool
expect(struct reading *r, yaml_event_type_t type, const char *what)
{
	if (next_event(r) == type)
		return true;
	if (r->message[0] == '\0')
		snprintf(r->message, IMPORT_MESSAGE_CAP, "line %zu: %s",
		    r->event.start_mark.line + 1, what);
	return false;
}

/* Past the node whose first event is the present one. */
static void
skip_node(struct reading *r)
{
	size_t depth = 0;
	yaml_event_type_t type = r->event.type;

	for (;; type = next_event(r)) {
		if (type == YAML_MAPPING_START_EVENT ||
		    type == YAML_SEQUENCE_START_EVENT)
			depth++;
		if (type == YAML_MAPPING_END_EVENT ||
		    type == YAML_SEQUENCE_END_EVENT)
			depth--;
		if (depth == 0 || type == YAML_NO_EVENT)
			return;
	}
}

/* --- a person --------------------------------------------------------------*/

/* What a scalar says: "" for YAML's null. */
static const char *
scalar_text(const yaml_event_t *event, struct copied *p)
{
	const char *text = (const char *)event->data.scalar.value;

	if (strlen(text) != event->data.scalar.length)
		p->too_long = true;
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (str_equal(text, "~") || str_equal_nocase(text, "null")))
		return "";
	return text;
}

static void
add_group(struct copied *p, const char *name)
{
	size_t len = strlen(p->groups);

	if (len + strlen(name) + 2 > sizeof p->groups) {
		p->too_long = true;
		return;
	}
	snprintf(p->groups + len, sizeof p->groups - len, "%s%s",
	    len > 0 ? "\n" : "", name);
}

static void
take_group_list(struct reading *r, struct copied *p)
{
	yaml_event_type_t type;

	if (r->event.type == YAML_SCALAR_EVENT)
		add_group(p, scalar_text(&r->event, p));
	if (r->event.type != YAML_SEQUENCE_START_EVENT) {
		skip_node(r);
		return;
	}
	while ((type = next_event(r)) != YAML_SEQUENCE_END_EVENT &&
	       type != YAML_NO_EVENT) {
		if (type == YAML_SCALAR_EVENT)
			add_group(p, scalar_text(&r->event, p));
		else
			skip_node(r);
	}
}

/* The place of the field NAME; NULL: not one that is taken. */
static char *
field_place(struct copied *p, const char *name)
{
	const struct {
		const char *name;
		char *text;
	} fields[] = {
	    {"password", p->hash},
	    {"displayname", p->display},
	    {"given_name", p->given_name},
	    {"family_name", p->family_name},
	    {"email", p->email},
	    {"locale", p->language},
	    {"zoneinfo", p->zoneinfo},
	    {"disabled", p->locked},
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (str_equal(fields[i].name, name))
			return fields[i].text;
	return NULL;
}

/* The value of the field whose name is the present event. */
static void
take_field(struct reading *r, struct copied *p)
{
	const char *name = scalar_text(&r->event, p);
	bool is_groups = str_equal(name, "groups");
	char *place = field_place(p, name);

	if (next_event(r) == YAML_NO_EVENT)
		return;
	if (is_groups)
		take_group_list(r, p);
	else if (place == NULL || r->event.type != YAML_SCALAR_EVENT)
		skip_node(r);
	else if (str_copy(place, TEXT_CAP, scalar_text(&r->event, p)) != OK)
		p->too_long = true;
}

static void
hand_over(struct reading *r, const struct copied *c, unsigned line,
    const char *unreadable)
{
	const struct import_person p = {.line = line,
	    .name = c->name,
	    .hash = str_starts(c->hash, "{CRYPT}") ? c->hash + 7 : c->hash,
	    .display = c->display,
	    .given_name = c->given_name,
	    .family_name = c->family_name,
	    .email = c->email,
	    .language = c->language,
	    .zoneinfo = c->zoneinfo,
	    .groups = c->groups,
	    .group_ends = "\n",
	    .locked = str_equal_nocase(c->locked, "true") ||
		      str_equal_nocase(c->locked, "yes") ||
		      str_equal_nocase(c->locked, "on"),
	    .unreadable =
		c->too_long ? "a text is too long, or has a NUL" : unreadable};

	if (!r->take(r->arg, &p))
		r->full = true;
}

/* The person whose name is the present event. */
static void
take_person(struct reading *r)
{
	struct copied p = {0};
	const unsigned line = (unsigned)r->event.start_mark.line + 1;
	yaml_event_type_t type;

	if (str_copy(p.name, sizeof p.name, scalar_text(&r->event, &p)) != OK)
		p.too_long = true;
	type = next_event(r);
	if (type != YAML_MAPPING_START_EVENT) {
		skip_node(r);
		if (type != YAML_NO_EVENT)
			hand_over(r, &p, line, "no fields are below the name");
		return;
	}
	while ((type = next_event(r)) != YAML_MAPPING_END_EVENT &&
	       type != YAML_NO_EVENT) {
		if (type == YAML_SCALAR_EVENT) {
			take_field(r, &p);
			continue;
		}
		skip_node(r);
		next_event(r);
		skip_node(r);
	}
	if (type == YAML_MAPPING_END_EVENT)
		hand_over(r, &p, line, NULL);
}

static void
take_people(struct reading *r)
{
	yaml_event_type_t type;

	if (!expect(r, YAML_MAPPING_START_EVENT,
		"`users:` must have a name for each person below it"))
		return;
	while (!r->full && (type = next_event(r)) != YAML_MAPPING_END_EVENT &&
	       type != YAML_NO_EVENT) {
		if (type == YAML_SCALAR_EVENT) {
			take_person(r);
			continue;
		}
		skip_node(r);
		next_event(r);
		skip_node(r);
	}
}

static void
take_file(struct reading *r)
{
	static const char wanted[] = "the file must begin with `users:`";
	bool found = false;
	yaml_event_type_t type;

	if (!expect(r, YAML_STREAM_START_EVENT, wanted) ||
	    !expect(r, YAML_DOCUMENT_START_EVENT, wanted) ||
	    !expect(r, YAML_MAPPING_START_EVENT, wanted))
		return;
	while (!r->full && (type = next_event(r)) != YAML_MAPPING_END_EVENT &&
	       type != YAML_NO_EVENT) {
		if (type == YAML_SCALAR_EVENT &&
		    str_equal(
			(const char *)r->event.data.scalar.value, "users")) {
			found = true;
			take_people(r);
			continue;
		}
		skip_node(r);
		next_event(r);
		skip_node(r);
	}
	if (!found && r->message[0] == '\0')
		snprintf(r->message, IMPORT_MESSAGE_CAP, "%s", wanted);
}

bool
import_authelia(char *text, size_t len, import_take *take, void *arg,
    char message[static IMPORT_MESSAGE_CAP])
{
	struct reading r = {.take = take, .arg = arg, .message = message};

	message[0] = '\0';
	if (!load_yaml() || calls.initialize(&r.parser) == 0) {
		snprintf(message, IMPORT_MESSAGE_CAP,
		    "libyaml (libyaml-0.so.2), which reads it, cannot be "
		    "loaded");
		return false;
	}
	calls.set_input(&r.parser, (const unsigned char *)text, len);
	take_file(&r);
	calls.event_delete(&r.event);
	calls.parser_delete(&r.parser);
	return message[0] == '\0' && !r.full;
}
