#include "base/nearest.h"

#include "base/err.h"
#include "base/str.h"

#include <string.h>

enum { SLIPS_MAX = 2 };

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The slips between A and the first J letters of B, from those of fewer
 * letters; ROWS are those of the last three prefixes of A. */
static unsigned
cell_slips(unsigned (*rows)[NEAREST_CAP], const char *a, const char *b,
    size_t i, size_t j)
{
	const unsigned *before = rows[(i + 2) % 3], *row = rows[i % 3];
	unsigned slips;

	slips = least(row[j - 1], before[j]) + 1;
	slips = least(slips, before[j - 1] + (a[i - 1] != b[j - 1]));
	if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
		slips = least(slips, rows[(i + 1) % 3][j - 2] + 1);
	return slips;
}

/* How many slips make A of B (optimal string alignment). */
static unsigned
count_slips(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][NEAREST_CAP];
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned)j;
	for (i = 1; i <= a_len; i++) {
		rows[i % 3][0] = (unsigned)i;
		for (j = 1; j <= b_len; j++)
			rows[i % 3][j] = cell_slips(rows, a, b, i, j);
	}
	return rows[a_len % 3][b_len];
}

void
nearest_begin(struct nearest *n, const char *typed)
{
	*n = (struct nearest){.typed = typed, .slips = SLIPS_MAX + 1};
}

void
nearest_try(struct nearest *n, const char *word)
{
	const size_t typed_len = strlen(n->typed), len = strlen(word);
	const size_t longer = typed_len > len ? typed_len : len;
	const size_t shorter = typed_len > len ? len : typed_len;
	unsigned slips;

	if (longer >= NEAREST_CAP || longer - shorter > SLIPS_MAX)
		return;
	slips = count_slips(n->typed, typed_len, word, len);
	/* Of a short word more than half would be slips: it is another. */
	if (slips < n->slips && 2 * slips < longer &&
	    str_copy(n->word, sizeof n->word, word) == OK)
		n->slips = slips;
}

const char *
nearest_word(const struct nearest *n)
{
	return n->slips <= SLIPS_MAX ? n->word : NULL;
}
