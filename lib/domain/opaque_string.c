#include "domain/opaque_string.h"

#include "base/buf.h"
#include "base/library.h"
#include "base/secret.h"
#include "base/str.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/*
 * Its tables are 1.6 MB, and only programs that see a password or a name with
 * letters beyond ASCII need them: it is not linked but loaded then.
 */
static struct {
	bool complete;
	__typeof__(u8_normalize) *u8_normalize;
	__typeof__(u8_tolower) *u8_tolower;
	__typeof__(u8_strmbtouc) *u8_strmbtouc;
	__typeof__(uc_is_general_category_withtable) *has_category;
	uninorm_t nfc;
} unicode;

static pthread_once_t once = PTHREAD_ONCE_INIT;

#ifdef LK_STATIC

static void
load_unistring(void)
{
	unicode.u8_normalize = u8_normalize;
	unicode.u8_tolower = u8_tolower;
	unicode.u8_strmbtouc = u8_strmbtouc;
	unicode.has_category = uc_is_general_category_withtable;
	unicode.nfc = UNINORM_NFC;
	unicode.complete = true;
}

#else

static void
load_unistring(void)
{
	/* What we use of it is the same in both. */
	void *library = library_open("libunistring.so.2");

	if (library == NULL)
		library = library_open("libunistring.so.5");
	unicode.complete =
	    library != NULL &&
	    library_find(library, "u8_normalize", &unicode.u8_normalize) &&
	    library_find(library, "u8_tolower", &unicode.u8_tolower) &&
	    library_find(library, "u8_strmbtouc", &unicode.u8_strmbtouc) &&
	    library_find(library, "uc_is_general_category_withtable",
		&unicode.has_category) &&
	    library_find(library, "uninorm_nfc", &unicode.nfc);
}

#endif

static bool
is_ascii(const char *s)
{
	while ((unsigned char)*s - 1U < 0x7f)
		s++;
	return *s == '\0';
}

/* TEXT into B, each space that is not ASCII as U+0020. */
static void
map_spaces(struct buf *b, const char *text)
{
	const uint8_t *at = (const uint8_t *)text;
	ucs4_t c;
	int len;

	for (; (len = unicode.u8_strmbtouc(&c, at)) > 0; at += len) {
		if (unicode.has_category(c, UC_CATEGORY_MASK_Zs))
			buf_putc(b, ' ');
		else
			buf_put(b, (const char *)at, (size_t)len);
	}
}

/* Ends what libunistring has put: RESULT, which is OUT unless that was too
 * small. */
static enum err
finish_symbols(char *out, uint8_t *result, size_t len)
{
	if (result == NULL)
		return ERR_NO_MEMORY;
	if (result != (uint8_t *)out) {
		secret_wipe(result, len);
		free(result);
		return ERR_NO_SPACE;
	}
	out[len] = '\0';
	return OK;
}

static enum err
compose(char *out, size_t cap, const char *text, size_t len)
{
	size_t out_len = cap - 1;
	uint8_t *result = unicode.u8_normalize(
	    unicode.nfc, (const uint8_t *)text, len, (uint8_t *)out, &out_len);

	return finish_symbols(out, result, out_len);
}

static bool
is_loaded(void)
{
	return pthread_once(&once, load_unistring) == 0 && unicode.complete;
}

enum err
opaque_string(char *out, size_t cap, const char *text)
{
	struct buf b;
	enum err e;

	if (is_ascii(text) || !str_is_utf8(text, strlen(text)))
		return str_copy(out, cap, text);
	if (!is_loaded())
		return ERR_UNSUPPORTED;
	char *mapped = malloc(strlen(text) + 1);
	if (mapped == NULL)
		return ERR_NO_MEMORY;
	buf_init(&b, mapped, strlen(text) + 1);
	map_spaces(&b, text);
	e = buf_ok(&b) ? compose(out, cap, mapped, b.len) : ERR_NO_SPACE;
	secret_wipe(mapped, strlen(text) + 1);
	free(mapped);
	return e;
}

enum err
lower_string(char *out, size_t cap, const char *text)
{
	size_t len = strlen(text), out_len = cap - 1;
	uint8_t *result;
	enum err e;

	if (is_ascii(text) || !str_is_utf8(text, len)) {
		e = str_copy(out, cap, text);
		str_lower(out);
		return e;
	}
	if (!is_loaded())
		return ERR_UNSUPPORTED;
	result = unicode.u8_tolower((const uint8_t *)text, len, NULL,
	    unicode.nfc, (uint8_t *)out, &out_len);
	return finish_symbols(out, result, out_len);
}
