#include "domain/advice.h"

#include "base/str.h"

#include <string.h>

/* What a failed sign-in gives beside its reason (protocol/authenticate.h). */
static const struct word_advice {
	const char *word;
	struct advice advice;
} causes[] = {
    {"wrong_password",
	{ADVICE_WRONG_PASSWORD, "The password was wrong.", NULL}},
    {"unknown_user", {ADVICE_UNKNOWN_USER,
			 "No one has the name that was typed. It is not kept, "
			 "because it may "
			 "be a password.",
			 NULL}},
    {"no_password",
	{ADVICE_NO_PASSWORD,
	    "The person has no password: they did not open their link yet, or "
	    "sign in with a passkey.",
	    NULL}},
    {"locked", {ADVICE_LOCKED, "The person is locked.", NULL}},
    {"throttled",
	{ADVICE_THROTTLED,
	    "There were so many wrong passwords that this one was not looked "
	    "at.",
	    NULL}},
};

/* What is no refusal, and is told all the same. */
static const struct word_advice events[] = {
    {"codes_unused",
	{ADVICE_UNUSED,
	    "The app redeemed three codes in two minutes and used nothing that "
	    "it got: it does not take our tokens.",
	    NULL}},
};

/* Where there is no reason. */
static const struct word_advice errors[] = {
    {"server_error", {ADVICE_FAULT, "A fault of ours.", NULL}},
    {"temporarily_unavailable",
	{ADVICE_BUSY, "There was no memory for one more password.", NULL}},
    {"content_too_large", {ADVICE_REQUEST, "The request was too large.", NULL}},
    {"unsupported_media_type",
	{ADVICE_REQUEST, "The body of the request is no form.", NULL}},
    {"login_required", {ADVICE_DECLINED, "No one was signed in.", NULL}},
};

static const struct advice any = {
    ADVICE_REQUEST, "The request was refused.", NULL};

static const char *const kind_words[] = {
#define X(name, word, remedy) word,
    ADVICE_KINDS(X)
#undef X
};

static const char *const kind_remedies[] = {
#define X(name, word, remedy) remedy,
    ADVICE_KINDS(X)
#undef X
};

const char *
advice_kind_word(enum advice_kind kind)
{
	return kind < ADVICE_KIND_COUNT ? kind_words[kind] : "";
}

#define FIND(table, word) find_word(table, sizeof table / sizeof *table, word)

static const struct advice *
find_word(const struct word_advice *rows, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(rows[i].word, word))
			return &rows[i].advice;
	return NULL;
}

static const struct advice *
find_reason(const char *word)
{
	for (int r = REASON_NONE + 1; r < REASON_COUNT; r++)
		if (str_equal(reason_word((enum reason)r), word))
			return &advice_reasons[r];
	return NULL;
}

struct advice
advice_of(const struct refusal_note *n)
{
	const struct advice *found = FIND(causes, n->cause);
	struct advice a;

	if (found == NULL)
		found = FIND(events, n->error);
	if (found == NULL)
		found = find_reason(n->reason);
	if (found == NULL)
		found = FIND(errors, n->error);
	a = found != NULL ? *found : any;
	if (a.remedy == NULL)
		a.remedy = kind_remedies[a.kind];
	return a;
}

/* As one word for a shell: what came from outside must not run there. */
static void
put_word(struct buf *b, const char *s, const char *otherwise)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789._~:/@%+-";

	if (s[0] == '\0')
		buf_puts(b, otherwise);
	else if (s[0] != '-' && s[strspn(s, plain)] == '\0')
		buf_puts(b, s);
	else {
		buf_putc(b, '\'');
		for (; *s != '\0'; s++)
			if (*s == '\'')
				buf_puts(b, "'\\''");
			else
				buf_putc(b, *s);
		buf_putc(b, '\'');
	}
}

void
advice_put(struct buf *b, const char *remedy, const struct refusal_note *n)
{
	const struct {
		const char *place, *value, *otherwise;
	} places[] = {{"{user}", n->user, "NAME"},
	    {"{client}", n->client_id, ""}, {"{uri}", n->redirect_uri, "URI"}};

	if (n->client_id[0] == '\0' && strstr(remedy, "{client}") != NULL)
		remedy = "the request named no app that is known: the web "
			 "server's log has who asked at that time; latchkey "
			 "client list shows the apps";
	while (*remedy != '\0') {
		const char *at = remedy;

		for (size_t i = 0; i < sizeof places / sizeof *places; i++)
			if (str_starts(remedy, places[i].place)) {
				put_word(
				    b, places[i].value, places[i].otherwise);
				remedy += strlen(places[i].place);
				break;
			}
		if (remedy == at)
			buf_putc(b, *remedy++);
	}
}
