#include "base/language.h"

#include "base/str.h"
#include "check.h"

#include <string.h>

static const uint32_t none_at[] = {0};
static const struct message_keys none = {0, none_at, ""};

#define LANGUAGE(tag)                                                          \
	{                                                                      \
		tag, tag, false, &none, none_at, ""                            \
	}

const struct catalogue catalogues[] = {
    LANGUAGE("en"), LANGUAGE("de"), LANGUAGE("pt"), LANGUAGE("zh-Hans"), {0}};

static bool
is(const struct catalogue *c, const char *want)
{
	return want == NULL ? c == NULL
			    : c != NULL && str_equal(c->language, want);
}

static const struct {
	const char *tag, *want;
} tags[] = {
    {"de", "de"},
    {"DE-at", "de"},
    {"de_CH.UTF-8", "de"},
    {"de-Latn-DE-1996", "de"},
    {"pt-BR", "pt"},
    {"zh", "zh-Hans"},
    {"zh-CN", "zh-Hans"},
    {"zh-hans-SG", "zh-Hans"},
    {"d", NULL},
    {"deu", NULL},
    {"", NULL},
    {"-", NULL},
    {"de-", "de"},
    {"*", NULL},
    {"x-de", NULL},
    {"de-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	NULL},
};

static const struct {
	const char *header, *want;
} headers[] = {
    {"de", "de"},
    {"pt-BR,pt;q=0.9,en;q=0.8", "pt"},
    {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"},
    {"en;q=0.5, de;q=0.8", "de"},
    {"en;q=0.501,de;q=0.502", "de"},
    {"de;q=0.5;q=0.8, pt;q=0.6", "pt"},
    {"de;q=0, pt;q=0.1", "pt"},
    {"de ; q = 0.3 , pt ; q=0.2", "de"},
    {"de;q=, pt;q=0.9", "de"},
    {"de;q=x.y", "de"},
    {"de;level=1, en", "de"},
    {",,;q=1,, ,de", "de"},
    {"de;q=99999999999999999999999", "de"},
    {"ja, ko;q=0.9", NULL},
    {"*", NULL},
    {"", NULL},
    {";;;===", NULL},
};

static const struct {
	const char *language, *forms;
} plurals[] = {
    /* of 0 1 2 3 4 5 11 12 14 21 22 25 100 101 102 103 111 112 122 1001 */
    {"en", "o1oooooooooooooooooo"},
    {"de", "o1oooooooooooooooooo"},
    {"es", "o1oooooooooooooooooo"},
    {"it", "o1oooooooooooooooooo"},
    {"nl", "o1oooooooooooooooooo"},
    {"tr", "o1oooooooooooooooooo"},
    {"fr", "11oooooooooooooooooo"},
    {"pt", "11oooooooooooooooooo"},
    {"pl", "m1fffmmmmmfmmmffmmfm"},
    {"ar", "012fffmmmmmmooofmmmo"},
    {"ja", "oooooooooooooooooooo"},
    {"zh-Hans", "oooooooooooooooooooo"},
};

static char
form_letter(const char *form)
{
	static const struct {
		const char *form;
		char letter;
	} letters[] = {{"zero", '0'}, {"one", '1'}, {"two", '2'}, {"few", 'f'},
	    {"many", 'm'}, {"other", 'o'}};

	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (str_equal(letters[i].form, form))
			return letters[i].letter;
	return '?';
}

static void
check_plurals(const char *language, const char *forms)
{
	static const int64_t numbers[] = {0, 1, 2, 3, 4, 5, 11, 12, 14, 21, 22,
	    25, 100, 101, 102, 103, 111, 112, 122, 1001};
	char got[sizeof numbers / sizeof *numbers + 1] = "", promise[64];
	struct buf b;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		got[i] = form_letter(message_plural(language, numbers[i]));
	buf_init(&b, promise, sizeof promise);
	buf_printf(&b, "language: the plurals of %s are CLDR's", language);
	CHECK(str_equal(got, forms), promise);
}

int
main(void)
{
	char all[64];
	struct buf b;
	bool found = true, accepted = true;

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (!is(language_find(tags[i].tag), tags[i].want)) {
			printf("# %s\n", tags[i].tag);
			found = false;
		}
	CHECK(found, "language: a tag is found by its first parts");
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		if (!is(language_accepted(headers[i].header),
			headers[i].want)) {
			printf("# %s\n", headers[i].header);
			accepted = false;
		}
	CHECK(accepted, "language: Accept-Language, however it is written");
	CHECK(is(language_first("fr de pt"), "de") &&
		  is(language_first("  pt-BR  de "), "pt") &&
		  is(language_first("fr ja"), NULL) &&
		  is(language_first(""), NULL),
	    "language: the first of a list that there is");
	buf_init(&b, all, sizeof all);
	language_put_all(&b);
	CHECK(buf_ok(&b) && str_equal(all, "en de pt zh-Hans"),
	    "language: those there are");
	for (size_t i = 0; i < sizeof plurals / sizeof *plurals; i++)
		check_plurals(plurals[i].language, plurals[i].forms);
	return check_done();
}
