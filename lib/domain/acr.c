#include "domain/acr.h"

#include "base/str.h"

static const char *const words[ACR_COUNT] = {
    [ACR_NONE] = "", [ACR_ONE] = "1", [ACR_TWO] = "2", [ACR_PHR] = "phr"};

enum acr
acr_of(const char *amr)
{
	if (!words_has(amr, "mfa"))
		return ACR_ONE;
	return words_has(amr, "pop") ? ACR_PHR : ACR_TWO;
}

const char *
acr_word(unsigned acr)
{
	return acr < ACR_COUNT ? words[acr] : "";
}

enum acr
acr_find(const char *word)
{
	for (unsigned n = ACR_ONE; n < ACR_COUNT; n++)
		if (str_equal(word, words[n]))
			return (enum acr)n;
	return ACR_NONE;
}
