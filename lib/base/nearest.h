/*
 * Which word was meant by a mistyped one: the nearest of those tried, if it is
 * at most two slips away. A slip is a letter too many, one too few, another
 * one, or two that are swapped.
 */
#ifndef LK_BASE_NEAREST_H
#define LK_BASE_NEAREST_H

enum { NEAREST_CAP = 129 }; /* longer words are not compared */

struct nearest {
	const char *typed; /* borrowed */
	unsigned slips;
	char word[NEAREST_CAP];
};

void nearest_begin(struct nearest *n, const char *typed);

/* Keeps WORD if it is nearer than what was tried before. */
void nearest_try(struct nearest *n, const char *word);

/* The nearest word, or NULL if none is near. */
const char *nearest_word(const struct nearest *n);

#endif
