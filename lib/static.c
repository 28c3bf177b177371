/*
 * Only in programs that have everything linked in (make static), which call
 * these in place of glibc's. There they would load libraries of the host's,
 * and so work on some hosts, fail on others and crash on a few. Nothing of
 * ours needs them, but our libraries name them: they say no everywhere.
 */
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

void *__wrap_dlopen(const char *file, int mode);
int __wrap_getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **found);
struct hostent *__wrap_gethostbyname(const char *name);
struct passwd *__wrap_getpwuid(uid_t uid);

/* libcrypto's modules. */
void *
__wrap_dlopen(const char *file, int mode)
{
	(void)file, (void)mode;
	return NULL;
}

/* libcrypto's network input and output. */
int
__wrap_getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **found)
{
	(void)node, (void)service, (void)hints;
	*found = NULL;
	return EAI_FAIL;
}

/* libfcgi, which can open sockets by itself. */
struct hostent *
__wrap_gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}

/* Ours, for the name in a message. */
struct passwd *
__wrap_getpwuid(uid_t uid)
{
	(void)uid;
	return NULL;
}
