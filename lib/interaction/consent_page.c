#include "interaction/consent_page.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/message_list.h"
#include "base/str.h"
#include "domain/client_scope.h"
#include "domain/own_claim.h"
#include "domain/scope.h"
#include "domain/uri.h"
#include "protocol/consent.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

/* What of the person a scope shows, in the sentence. */
static const struct {
	const char *scope, *key;
} shown[] = {
    {"profile", "see.profile"},
    {"email", "see.email"},
    {"phone", "see.phone"},
    {"address", "see.address"},
    {"groups", "see.groups"},
};

enum { SHOWN = sizeof shown / sizeof shown[0] };

/* What the app gets unless the person chooses something else. */
struct asked {
	const struct client *client;
	const char *scope;
	const struct consent *remembered;
	bool own;      /* it gets a scope of its own */
	bool left_out; /* one is declined */
};

static bool
is_given(const struct asked *a, const char *scope)
{
	return words_has(a->scope, scope) &&
	       !words_has(a->remembered->declined, scope);
}

static void
put_text(struct json_build *b, const char *name, const struct buf *text)
{
	json_put_str(b, name, text->text);
	if (!buf_ok(text))
		b->failed = true;
}

/* The scopes that it gets. */
static void
list_given(char given[static SCOPE_CAP], const struct asked *a)
{
	const char *cursor = a->scope;
	char word[SCOPE_WORD_CAP];
	struct buf b;

	buf_init(&b, given, SCOPE_CAP);
	while (words_next(&cursor, word, sizeof word))
		if (is_given(a, word))
			buf_printf(&b, "%s%s", b.len > 0 ? " " : "", word);
}

static void
put_seen(struct json_build *b, const struct catalogue *c, const struct asked *a)
{
	const char *items[SHOWN];
	char text[MESSAGE_LIST_CAP], set[OWN_CLAIMS_CAP], given[SCOPE_CAP];
	struct buf list;
	unsigned sources;
	size_t n = 0;

	list_given(given, a);
	sources = own_claims_told(set, a->client->claims, given);
	for (size_t i = 0; i < SHOWN; i++)
		if (words_has(given, shown[i].scope) ||
		    own_claims_tell(sources, shown[i].scope))
			items[n++] = message_text(c, shown[i].key);
	buf_init(&list, text, sizeof text);
	message_put_list(&list, c, items, n);
	put_text(b, "list", &list);
	json_put_str(b, "set_claims", set);
	json_put_bool(b, "sees_nothing",
	    n == 0 && set[0] == '\0' && is_given(a, "openid"));
}

/* For how long the app has what it gets. */
static void
put_how_long(struct json_build *b, const struct catalogue *c,
    const struct conf *conf, const struct asked *a)
{
	const int64_t most_s = conf->refresh_absolute_s;
	char text[256];
	struct buf m;

	buf_init(&m, text, sizeof text);
	if (!is_given(a, "offline_access"))
		buf_puts(&m, message_text(c, "consent.while_signed_in"));
	else if (most_s < 2 * DAY_S && most_s % DAY_S != 0)
		message_put_count(&m, c, "consent.away_hours", most_s / HOUR_S);
	else
		message_put_count(&m, c, "consent.away_days", most_s / DAY_S);
	put_text(b, "how_long", &m);
}

void
consent_page_put_meaning(struct buf *b, const struct catalogue *c,
    const char *scope_texts, const char *scope)
{
	char text[SCOPE_TEXT_CAP];

	if (scope_is_known(scope))
		buf_puts(b, message_part(c, "scope", scope, NULL));
	else if (client_scope_text(text, scope_texts, scope, c->language))
		buf_puts(b, text);
	else
		message_put(b, c, "unknown_scope", "scope", scope);
}

static json_t *
describe_scope(
    const struct catalogue *c, const struct asked *a, const char *scope)
{
	const struct consent *remembered = a->remembered;
	const bool known = scope_is_known(scope);
	char meaning[MEANING_CAP];
	struct json_build b;
	struct buf m;

	buf_init(&m, meaning, sizeof meaning);
	consent_page_put_meaning(&m, c, a->client->scope_texts, scope);
	json_begin(&b);
	json_put_str(&b, "name", scope);
	json_put_str(&b, "meaning", meaning);
	if (!buf_ok(&m))
		b.failed = true;
	json_put_bool(&b, "own", !known);
	json_put_bool(&b, "optional", !consent_is_required(scope));
	json_put_bool(&b, "checked", !words_has(remembered->declined, scope));
	return json_finish(&b);
}

/* Each scope for its box. */
static json_t *
describe_scopes(const struct catalogue *c, struct asked *a)
{
	const char *cursor = a->scope;
	char word[SCOPE_WORD_CAP];
	json_t *scopes = json_array();

	while (words_next(&cursor, word, sizeof word)) {
		a->own |= !scope_is_known(word) && is_given(a, word);
		a->left_out |= !is_given(a, word);
		if (json_array_append_new(scopes, describe_scope(c, a, word)) ==
		    0)
			continue;
		json_decref(scopes);
		return NULL;
	}
	return scopes;
}

static json_t *
describe_api(const struct api_title *title)
{
	char host[ORIGIN_CAP];
	struct json_build b;

	if (uri_place(host, title->resource) != OK)
		host[0] = '\0';
	json_begin(&b);
	json_put_str(&b, "api_name",
	    title->name[0] != '\0' ? title->name : title->resource);
	json_put_str(&b, "api_host", host);
	return json_finish(&b);
}

static json_t *
describe_apis(const struct api_titles *titles)
{
	json_t *apis = json_array();

	for (size_t i = 0; i < titles->count; i++)
		if (json_array_append_new(apis, describe_api(&titles->of[i])) !=
		    0) {
			json_decref(apis);
			return NULL;
		}
	return apis;
}

void
consent_page_put_apis(struct json_build *b, const struct api_titles *titles)
{
	json_put_bool(b, "acts", titles->count > 0);
	json_put(b, "apis", describe_apis(titles));
}

void
consent_page_put(struct json_build *b, const struct catalogue *c,
    const struct conf *conf, const struct client *client, const char *scope,
    const struct consent *remembered)
{
	struct asked a = {
	    .client = client, .scope = scope, .remembered = remembered};

	put_seen(b, c, &a);
	put_how_long(b, c, conf, &a);
	json_put(b, "scopes", describe_scopes(c, &a));
	json_put_bool(b, "own_scopes", a.own);
	json_put_bool(b, "choice", !str_equal(scope, "openid"));
	/* They chose before, which is seen at once. */
	json_put_bool(b, "chosen", a.left_out);
}

enum err
consent_page_read(char ticked[static SCOPE_CAP], const struct form *posted)
{
	enum err e = OK;

	ticked[0] = '\0';
	for (size_t n = 0; e == OK && n < posted->count; n++)
		if (str_starts(posted->field[n].name, "scope_"))
			e = words_add(
			    ticked, SCOPE_CAP, posted->field[n].name + 6);
	return e;
}
