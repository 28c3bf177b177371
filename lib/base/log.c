#include "base/log.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

enum {
	PREFIX_CAP = 64,
	LINE_CAP = 2048,
	VALUE_CAP = 256, /* escaped; so that no value crowds out the next */
};

static const char cut[] = "...";

/* Set once, by log_open, before any thread. */
static char prefix[PREFIX_CAP] = "latchkey";
static char ident[PREFIX_CAP] = "latchkey"; /* journald wants one word */
static atomic_bool use_syslog;

void
log_open(const char *program)
{
	struct buf b;

	buf_init(&b, prefix, sizeof prefix);
	buf_printf(&b, "latchkey %s", program);
	buf_init(&b, ident, sizeof ident);
	buf_printf(&b, "latchkey-%s", program);
	openlog(ident, 0, LOG_AUTHPRIV);
}

void
log_to_syslog(bool to_syslog)
{
	use_syslog = to_syslog;
}

/* An address that came from outside is quoted always. */
static bool
is_quoted(const char *name, const char *value)
{
	return value[0] == '\0' || strpbrk(value, " =\"\\") != NULL ||
	       strcmp(name, "redirect_uri") == 0;
}

static void
put_log_value(struct buf *line, const char *name, const char *value)
{
	char text[VALUE_CAP];
	struct buf b;
	const char *quote = is_quoted(name, value) ? "\"" : "";

	buf_init(&b, text, sizeof text);
	buf_put_log(&b, value);
	buf_puts(line, quote);
	buf_puts(line, text);
	if (!buf_ok(&b))
		buf_puts(line, cut);
	buf_puts(line, quote);
}

static void
put_pairs(struct buf *line, va_list pairs)
{
	const char *name, *value;

	while ((name = va_arg(pairs, const char *)) != NULL) {
		if ((value = va_arg(pairs, const char *)) == NULL)
			continue;
		buf_printf(line, " %s=", name);
		put_log_value(line, name, value);
	}
}

static void
write_line(int priority, const char *what, va_list pairs)
{
	char text[LINE_CAP + sizeof cut + 1];
	struct buf line;
	bool to_syslog = use_syslog;

	buf_init(&line, text, LINE_CAP);
	if (!to_syslog)
		buf_printf(&line, "%s: ", prefix);
	buf_put_log(&line, what);
	put_pairs(&line, pairs);
	if (!buf_ok(&line)) {
		memcpy(text + line.len, cut, sizeof cut);
		line.len += sizeof cut - 1;
	}
	if (to_syslog) {
		syslog(LOG_AUTHPRIV | priority, "%s", text);
		return;
	}
	text[line.len++] = '\n';
	/* One write: lines of several processes must not mix. If it fails
	 * there is nowhere to say so. */
	if (write(STDERR_FILENO, text, line.len) < 0)
		return;
}

void
log_note(const char *what, ...)
{
	va_list pairs;

	va_start(pairs, what);
	write_line(LOG_NOTICE, what, pairs);
	va_end(pairs);
}

void
log_fault(const char *what, ...)
{
	va_list pairs;

	va_start(pairs, what);
	write_line(LOG_ERR, what, pairs);
	va_end(pairs);
}

void
log_last_words(const char *what, const char *more)
{
	const char *const parts[] = {prefix, ": ", what, more, "\n"};
	struct iovec line[sizeof parts / sizeof *parts];

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		line[i] = (struct iovec){
		    (void *)(uintptr_t)parts[i], strlen(parts[i])};
	if (writev(STDERR_FILENO, line, sizeof parts / sizeof *parts) < 0)
		return;
}
