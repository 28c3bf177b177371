#include "base/permit.h"

#include <stddef.h>

static _Thread_local struct {
	void (*given_up)(void *arg);
	void *arg;
} holder;

void
permit_holder(void (*given_up)(void *arg), void *arg)
{
	holder.given_up = given_up;
	holder.arg = arg;
}

void
permit_give_up(void)
{
	if (holder.given_up != NULL)
		holder.given_up(holder.arg);
}
