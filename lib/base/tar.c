#include "base/tar.h"

#include "base/str.h"

#include <string.h>

/* Where the fields are, and how long. */
enum {
	NAME_LEN = TAR_NAME_CAP - 1,
	MODE_AT = 100,
	UID_AT = 108,
	GID_AT = 116,
	ID_LEN = 8,
	SIZE_AT = 124,
	TIME_AT = 136,
	NUMBER_LEN = 12,
	SUM_AT = 148,
	SUM_LEN = 8,
	KIND_AT = 156,
	MAGIC_AT = 257
};

static const char magic[] = "ustar\0"
			    "00"; /* with its NUL, and the version */

/* Octal digits and a NUL. */
static enum err
put_octal(uint8_t *field, size_t len, uint64_t n)
{
	for (size_t i = len - 1; i-- > 0; n >>= 3)
		field[i] = (uint8_t)('0' + (n & 7));
	field[len - 1] = '\0';
	return n == 0 ? OK : ERR_NO_SPACE;
}

/* The size of a large file: a bit that says so, and the number itself. */
static enum err
put_size(uint8_t *field, uint64_t size)
{
	if (put_octal(field, NUMBER_LEN, size) == OK)
		return OK;
	memset(field, 0, NUMBER_LEN);
	field[0] = 0x80;
	for (size_t i = 0; i < 8; i++)
		field[NUMBER_LEN - 1 - i] = (uint8_t)(size >> (8 * i));
	return OK;
}

/* The sum of all bytes, with spaces where it is put itself. */
static void
put_sum(uint8_t block[static TAR_BLOCK])
{
	uint64_t sum = 0;

	memset(block + SUM_AT, ' ', SUM_LEN);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += block[i];
	(void)!put_octal(block + SUM_AT, SUM_LEN - 1, sum);
}

enum err
tar_put(uint8_t block[static TAR_BLOCK], const struct tar_file *f)
{
	enum err e;

	memset(block, 0, TAR_BLOCK);
	memcpy(block, f->name, strnlen(f->name, NAME_LEN));
	e = put_octal(block + MODE_AT, ID_LEN, f->mode);
	if (e == OK)
		e = put_octal(block + UID_AT, ID_LEN, 0);
	if (e == OK)
		e = put_octal(block + GID_AT, ID_LEN, 0);
	if (e == OK)
		e = put_size(block + SIZE_AT, f->size);
	if (e == OK)
		e = f->modified >= 0 ? put_octal(block + TIME_AT, NUMBER_LEN,
					   (uint64_t)f->modified)
				     : ERR_NO_SPACE;
	block[KIND_AT] = '0';
	memcpy(block + MAGIC_AT, magic, sizeof magic - 1);
	put_sum(block);
	return e;
}

static enum err
get_octal(uint64_t *n, const uint8_t *field, size_t len)
{
	*n = 0;
	for (size_t i = 0; i < len - 1; i++) {
		if (field[i] < '0' || field[i] > '7')
			return ERR_CORRUPT;
		*n = *n << 3 | (uint64_t)(field[i] - '0');
	}
	return OK;
}

static enum err
get_size(uint64_t *size, const uint8_t *field)
{
	if (field[0] != 0x80)
		return get_octal(size, field, NUMBER_LEN);
	*size = 0;
	for (size_t i = NUMBER_LEN - 8; i < NUMBER_LEN; i++)
		*size = *size << 8 | field[i];
	return OK;
}

enum err
tar_get(struct tar_file *f, const uint8_t block[static TAR_BLOCK])
{
	uint8_t again[TAR_BLOCK];
	uint64_t mode, modified;
	enum err e;

	*f = (struct tar_file){.size = 0};
	e = str_copy_n(f->name, sizeof f->name, (const char *)block,
	    strnlen((const char *)block, NAME_LEN));
	if (e != OK || memcmp(block + MAGIC_AT, magic, sizeof magic - 1) != 0)
		return ERR_CORRUPT;
	if (block[KIND_AT] != '0')
		return ERR_UNSUPPORTED;
	e = get_octal(&mode, block + MODE_AT, ID_LEN);
	if (e == OK)
		e = get_size(&f->size, block + SIZE_AT);
	if (e == OK)
		e = get_octal(&modified, block + TIME_AT, NUMBER_LEN);
	if (e != OK)
		return e;
	f->mode = (unsigned)mode;
	f->modified = (int64_t)modified;
	if (tar_put(again, f) != OK || memcmp(again, block, TAR_BLOCK) != 0)
		return ERR_CORRUPT;
	return OK;
}

bool
tar_is_end(const uint8_t block[static TAR_BLOCK])
{
	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (block[i] != 0)
			return false;
	return true;
}

size_t
tar_padding(uint64_t size)
{
	return (TAR_BLOCK - (size_t)(size % TAR_BLOCK)) % TAR_BLOCK;
}
