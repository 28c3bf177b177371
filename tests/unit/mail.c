/* Mails: no value breaks out of a header, and the headers say what was meant.
 * tests/mail.bats reads them with another parser. */
#include "base/mail.h"

#include "base/secret.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

static struct mail_head head = {.from_name = "The Millers",
    .from = "id@example.org",
    .to = "-a@example.org",
    .subject = "Hello",
    .language = "en",
    .host = "id.example.org",
    .now = 1795964645};

static char text[4096];

static const char *
head_of(const char *subject)
{
	struct buf b;

	head.subject = subject;
	buf_init(&b, text, sizeof text);
	mail_put_head(&b, &head);
	return buf_ok(&b) ? text : "";
}

static bool
lines_are_short(const char *s)
{
	size_t len = 0;

	for (; *s != '\0'; s++) {
		len = *s == '\n' ? 0 : len + 1;
		if (len > 76 || (*s < ' ' && *s != '\n') || *s > '~')
			return false;
	}
	return true;
}

static size_t
lines(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

int
main(void)
{
	static const char *const evil[] = {"a\nBcc: b@example.org",
	    "a\r\n\r\nbody", "x =?UTF-8?Q?evil?= y", "\xff\xfe broken",
	    "\x01\x7f", ""};
	char longest[601] = "";
	bool kept = true;

	if (secret_init() != OK)
		return 1;
	CHECK(strstr(head_of("Your invitation"),
		  "From: The Millers <id@example.org>\n"
		  "To: -a@example.org\n"
		  "Subject: Your invitation\n"
		  "Date: Sun, 29 Nov 2026 15:04:05 +0000\n") == text,
	    "mail: plain values stay plain");
	CHECK(strstr(text, "\nAuto-Submitted: auto-generated\n") != NULL &&
		  strcmp(text + strlen(text) - 2, "\n\n") == 0,
	    "mail: it says that no person sent it, and the headers end");
	CHECK(strstr(head_of("Gr\xc3\xbc\xc3\x9f"
			     "e"),
		  "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\n") != NULL,
	    "mail: others are encoded words (RFC 2047)");
	for (size_t i = 0; i < sizeof evil / sizeof *evil; i++)
		kept &= lines(head_of(evil[i])) == 11 && lines_are_short(text);
	CHECK(kept, "mail: no value adds a line");
	for (int i = 0; i < 150; i++)
		memcpy(longest + 4 * i, "\xf0\x9f\x90\x8c", 4);
	CHECK(lines_are_short(head_of(longest)) && lines(text) > 20,
	    "mail: a long one is folded, each line short enough");
	longest[0] = 'a'; /* so that words end in the middle of a character */
	memmove(longest + 1, longest + 4, 400);
	longest[401] = '\0';
	(void)head_of(longest);
	kept = true;
	for (const char *s = strstr(text, "\n =?"); s != NULL;
	     s = strstr(s + 1, "\n =?"))
		kept &= strncmp(s, "\n =?UTF-8?B?8J+QjP", 18) == 0 ||
			strncmp(s, "\n =?UTF-8?B?8J+QjA", 18) == 0;
	CHECK(kept, "mail: and no character is cut in two");
	return check_done();
}
