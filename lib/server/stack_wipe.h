/*
 * What a request leaves on the stack may be secret.
 */
#ifndef LK_SERVER_STACK_WIPE_H
#define LK_SERVER_STACK_WIPE_H

enum { STACK_BYTES = 2 << 20 };

/* Wipes what calls that have returned left on the stack. The calling thread
 * was started with a stack of STACK_BYTES. */
void stack_wipe(void);

#endif
