#include "http/template.h"

#include "base/file.h"
#include "base/str.h"
#include "check.h"
#include "scratch.h"

#include <string.h>
#include <sys/stat.h>

const struct template_builtin template_builtins[] = {
    {"value", "<a title=\"{{v}}\">{{v}}</a>"},
    {"raw", "{{{v}}}"},
    {"section", "[{{#s}}yes{{/s}}{{^s}}no{{/s}}]"},
    {"object", "{{#o}}{{v}}{{#o}}!{{/o}}{{/o}}"},
    {"list", "{{#l}}{{n}}/{{v}} {{/l}}"},
    {"words", "{{#l}}{{.}},{{/l}}"},
    {"nested", "{{#s}}a{{#s}}b{{/s}}c{{^s}}d{{/s}}{{/s}}e"},
    {"page", "<{{>value}}>"},
    {"lonely", "a { b } }} c"},
    {"loop", "{{>loop}}"},
    {"missing-partial", "{{>none}}"},
    {"unclosed-tag", "a {{v"},
    {"unclosed-raw", "a {{{v}} b"},
    {"unclosed-section", "{{#s}}a"},
    {"crossed", "{{#s}}{{#v}}{{/s}}{{/v}}"},
    {"unopened", "a{{/s}}"},
    {"spaced", "{{ v }}"},
    {"empty", "{{}}"},
    {"comment", "{{! v }}"},
    {"sentence", "<p>{{t:greet}}</p>"},
    {"plain-sentence", "{{#v}}{{t:plain}}{{/v}}"},
    {"no-sentence", "{{t:none}}"},
    {"if-sentence", "{{#t:plain}}a{{/t:plain}}"},
    {"raw-sentence", "{{{t:plain}}}"},
    {NULL, NULL},
};

static const char keys_text[] = "greet\0last\0minutes[few]\0minutes[many]\0"
				"minutes[one]\0minutes[other]\0open\0plain";
static const uint32_t keys_at[] = {0, 6, 11, 24, 38, 51, 66, 71};
static const struct message_keys keys = {8, keys_at, keys_text};
static const char texts[] = "<Hi> {v} & {n}!\0by {v}\0{n} few\0{n} many\0"
			    "{n} minute\0{n} minutes\0{v\0Hello";
static const uint32_t texts_at[] = {0, 16, 23, 31, 40, 51, 63, 66};
static const struct catalogue catalogue = {
    "en", "English", false, &keys, texts_at, texts};
static const struct catalogue polish = {
    "pl", "polski", false, &keys, texts_at, texts};

static struct templates *templates;
static char text[256];

static enum err
render(const char *name, const char *json)
{
	json_t *data = json_loads(json, 0, NULL);
	struct buf out;
	enum err e;

	buf_init(&out, text, sizeof text);
	e = template_render(&out, templates, &catalogue, name, data);
	json_decref(data);
	return e;
}

static bool
gives(const char *name, const char *json, const char *want)
{
	if (render(name, json) == OK && str_equal(text, want))
		return true;
	printf("# %s\n", text);
	return false;
}

static bool
refused(const char *name, const char *json)
{
	return render(name, json) == ERR_SYNTAX;
}

static void
plain_values(void)
{
	CHECK(gives("value", "{\"v\": \"<i>\\\"&'\"}",
		  "<a title=\"&lt;i&gt;&quot;&amp;&#39;\">"
		  "&lt;i&gt;&quot;&amp;&#39;</a>"),
	    "template: a value is escaped, in text and in attributes");
	CHECK(gives("raw", "{\"v\": \"<i>&\"}", "<i>&"),
	    "template: three braces leave it as it is");
	CHECK(gives("raw", "{\"v\": 42}", "42") &&
		  gives("raw", "{\"v\": null}", ""),
	    "template: a number is written, null is nothing");
	CHECK(gives("value", "{\"v\": \"{{v}}\"}",
		  "<a title=\"{{v}}\">{{v}}</a>"),
	    "template: a value is never taken for a template");
	CHECK(refused("value", "{}"),
	    "template: a name that the data does not have is an error");
	CHECK(refused("value", "{\"v\": true}") &&
		  refused("value", "{\"v\": []}") &&
		  refused("value", "{\"v\": {}}"),
	    "template: what is no text cannot be written");
	CHECK(gives("lonely", "{}", "a { b } }} c"),
	    "template: single braces mean nothing");
}

static void
sections(void)
{
	CHECK(gives("section", "{\"s\": true}", "[yes]") &&
		  gives("section", "{\"s\": \"x\"}", "[yes]") &&
		  gives("section", "{\"s\": 1}", "[yes]") &&
		  gives("section", "{\"s\": {\"a\": 1}}", "[yes]"),
	    "template: a true section is rendered once");
	CHECK(gives("section", "{\"s\": false}", "[no]") &&
		  gives("section", "{\"s\": null}", "[no]") &&
		  gives("section", "{\"s\": \"\"}", "[no]") &&
		  gives("section", "{\"s\": 0}", "[no]") &&
		  gives("section", "{\"s\": []}", "[no]") &&
		  gives("section", "{\"s\": {}}", "[no]"),
	    "template: false, null and empty ones give the inverse");
	CHECK(refused("section", "{}"),
	    "template: a section needs its name in the data");
	CHECK(gives("list",
		  "{\"v\": \"out\", \"l\": [{\"n\": 1, \"v\": \"in\"},"
		  " {\"n\": 2}]}",
		  "1/in 2/out "),
	    "template: in a list the element's members come first");
	CHECK(gives("words", "{\"l\": [\"a\", \"<\"]}", "a,&lt;,"),
	    "template: a dot is the element itself, escaped");
	CHECK(gives("object", "{\"o\": {\"v\": \"x\", \"o\": false}}", "x"),
	    "template: an object is looked into");
	CHECK(gives("nested", "{\"s\": true}", "abce") &&
		  gives("nested", "{\"s\": false}", "e"),
	    "template: sections of one name may be nested");
}

static void
partials(void)
{
	CHECK(gives("page", "{\"v\": \"x\"}", "<<a title=\"x\">x</a>>"),
	    "template: another template takes its place");
	CHECK(refused("missing-partial", "{}"),
	    "template: a missing one is an error");
	CHECK(refused("loop", "{}"),
	    "template: one that includes itself ends in an error");
	CHECK(render("none", "{}") == ERR_NOT_FOUND,
	    "template: an unknown template is not found");
}

static void
malformed(void)
{
	CHECK(refused("unclosed-tag", "{\"v\": 1}") &&
		  refused("unclosed-raw", "{\"v\": 1}"),
	    "template: an unclosed tag is an error");
	CHECK(refused("unclosed-section", "{\"s\": false}"),
	    "template: an unclosed section is one, rendered or not");
	CHECK(refused("crossed", "{\"s\": true, \"v\": true}") &&
		  refused("crossed", "{\"s\": false, \"v\": true}"),
	    "template: crossed sections are an error");
	CHECK(refused("unopened", "{\"s\": true}"),
	    "template: an end without a beginning is an error");
	CHECK(refused("spaced", "{\"v\": 1}") && refused("empty", "{}") &&
		  refused("comment", "{\"v\": 1}"),
	    "template: what is no tag of ours is an error");
}

static bool
puts_text(
    const char *key, const char *place, const char *value, const char *want)
{
	struct buf out;

	buf_init(&out, text, sizeof text);
	message_put(&out, &catalogue, key, place, value);
	return buf_ok(&out) && str_equal(text, want);
}

static bool
counts(const struct catalogue *c, int64_t n, const char *want)
{
	struct buf out;

	buf_init(&out, text, sizeof text);
	message_put_count(&out, c, "minutes", n);
	return buf_ok(&out) && str_equal(text, want);
}

static void
sentences(void)
{
	CHECK(gives("sentence", "{\"v\": \"<i>{n}\", \"n\": 2}",
		  "<p>&lt;Hi&gt; <bdi>&lt;i&gt;{n}</bdi> &amp; "
		  "<bdi>2</bdi>!</p>"),
	    "template: a sentence is escaped, and what is in its places too");
	CHECK(gives("plain-sentence", "{\"v\": \"x\"}", "Hello") &&
		  gives("plain-sentence", "{\"v\": \"\"}", ""),
	    "template: a sentence in a section");
	CHECK(refused("if-sentence", "{}") && refused("raw-sentence", "{}"),
	    "template: a sentence has no other braces");
	CHECK(refused("no-sentence", "{}"),
	    "template: a key that the catalogue does not have is an error");
	CHECK(refused("sentence", "{\"v\": 1}") &&
		  refused("sentence", "{\"v\": 1, \"n\": []}"),
	    "template: a place needs its name in the data, with text");
	CHECK(puts_text("last", "v", "<i>", "by <i>") &&
		  puts_text("plain", "v", "x", "Hello") &&
		  puts_text("open", "v", "x", "") &&
		  !puts_text("none", "v", "x", ""),
	    "message: text with something in its place");
	CHECK(counts(&catalogue, 1, "1 minute") &&
		  counts(&catalogue, 2, "2 minutes") &&
		  counts(&catalogue, 0, "0 minutes") &&
		  counts(&polish, 2, "2 few") && counts(&polish, 5, "5 many"),
	    "message: a number has the form of the plural that it needs");
	CHECK(str_equal(message_text(&catalogue, "greet"), texts) &&
		  str_equal(message_text(&catalogue, "plain"), "Hello") &&
		  message_text(&catalogue, "") == NULL &&
		  message_text(&catalogue, "z") == NULL &&
		  message_part(&catalogue, "a", "b", "c") == NULL,
	    "message: each key is found, and no other");
}

static void
bounds(void)
{
	char small[8];
	json_t *data = json_object();
	struct buf out;

	buf_init(&out, small, sizeof small);
	CHECK(template_render(&out, templates, &catalogue, "lonely", data) ==
		  ERR_NO_SPACE,
	    "template: a page that does not fit is an error");
	json_decref(data);
}

static enum err
reload(void)
{
	templates_free(&templates);
	return templates_load(&templates, scratch);
}

static void
overrides(void)
{
	char folder[512], file[512];

	if (file_path(folder, sizeof folder, scratch, "templates") != OK ||
	    file_path(file, sizeof file, folder, "value") != OK ||
	    mkdir(folder, 0755) != 0)
		return;
	CHECK(file_write(file, 0644, "own {{v}}", 9, 0) == OK &&
		  reload() == OK && gives("value", "{\"v\": 1}", "own 1") &&
		  gives("page", "{\"v\": 1}", "<own 1>"),
	    "template: a file of that name replaces the builtin one");
	CHECK(str_equal(templates_text(templates, "raw"), "{{{v}}}"),
	    "template: the others stay");
	CHECK(chmod(file, 0666) == 0 && reload() == ERR_PERMISSION &&
		  templates == NULL,
	    "template: a file that others can write is refused");
	CHECK(file_write(file, 0644, "\xFF", 1, 0) == OK &&
		  reload() == ERR_SYNTAX,
	    "template: a file that is not UTF-8 is refused");
	CHECK(file_write(file, 0644, "a\0b", 3, 0) == OK &&
		  reload() == ERR_SYNTAX,
	    "template: a file with a NUL is refused");
}

int
main(void)
{
	CHECK(templates_load(&templates, scratch_dir()) == OK,
	    "template: without a directory of overrides the builtin ones load");
	if (templates == NULL)
		return check_done();
	plain_values();
	sections();
	partials();
	malformed();
	sentences();
	bounds();
	overrides();
	templates_free(&templates);
	return check_done();
}
