#include "base/turn.h"

#include <stddef.h>

static _Thread_local struct {
	void (*passed)(void *arg);
	void *arg;
} holder;

void
turn_holder(void (*passed)(void *arg), void *arg)
{
	holder.passed = passed;
	holder.arg = arg;
}

void
turn_pass(void)
{
	if (holder.passed != NULL)
		holder.passed(holder.arg);
}
