/* A file to import is refused with a message, or is one: then each record of it
 * is written again as it was read. */
#include "domain/portable_check.h"

#include "fuzz.h"

#include <string.h>

static struct keyring keys;

struct again {
	struct portable_text *p;
	size_t count;
};

static enum err
read_again(void *arg, const json_t *object)
{
	static union {
		uint8_t bytes[PORTABLE_RECORD_MAX];
		max_align_t align;
	} record, same;
	struct again *a = arg;
	const struct portable_kind *kind = &portable_kinds[a->p->section];
	const struct keyring *k = a->p->head.secrets ? &keys : NULL;
	struct portable_fault fault;
	json_t *first, *second;

	a->count++;
	PROMISE(portable_read(kind, &record, object, k, &fault) == OK);
	first = portable_show(kind, &record, k);
	PROMISE(first != NULL);
	PROMISE(portable_read(kind, &same, first, k, &fault) == OK);
	second = portable_show(kind, &same, k);
	PROMISE(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct portable_text p;
	struct portable_check c = {
	    .keyring = &keys, .host = {true}, .rp_id = "id.example.org"};
	struct again again = {&p, 0};
	char *text = malloc(len + 1);
	enum err e;

	if (text == NULL)
		return 0;
	if (len > 0)
		memcpy(text, bytes, len);
	e = secret_init();
	if (e == OK)
		e = portable_text_begin(&p, text, len);
	if (e == OK)
		e = portable_check(&c, &p);
	PROMISE(e == OK || e == ERR_NO_MEMORY || p.message[0] != '\0');
	if (e == OK) {
		PROMISE(portable_text_each(&p, read_again, &again) == OK);
		for (size_t i = 0; i < PORTABLE_SECTIONS; i++)
			again.count -= c.count[i];
		PROMISE(again.count == 0);
	}
	portable_check_free(&c);
	free(text);
	return 0;
}
