#include "interaction/password_words.h"

const char *
password_words(char text[static PASSWORD_WORDS_CAP],
    const struct interaction *i, enum password_flaw flaw)
{
	static const char *const keys[] = {
	    [PASSWORD_LONG] = "password.long",
	    [PASSWORD_UNREADABLE] = "password.unreadable",
	    [PASSWORD_SIMPLE] = "password.simple",
	    [PASSWORD_COMMON] = "password.common",
	    [PASSWORD_PERSONAL] = "password.personal",
	    [PASSWORD_UNCOMPOSED] = "password.unreadable",
	};
	const struct catalogue *c = i->call->page.catalogue;
	struct buf b;

	buf_init(&b, text, PASSWORD_WORDS_CAP);
	if (flaw == PASSWORD_SHORT)
		message_put_count(
		    &b, c, "password.short", i->conf->password_min);
	else if (flaw != PASSWORD_FINE)
		buf_puts(&b, message_text(c, keys[flaw]));
	return text;
}

void
password_words_put_hint(struct interaction *i, struct json_build *b)
{
	char text[PASSWORD_WORDS_CAP];
	struct buf u;

	buf_init(&u, text, sizeof text);
	message_put_count(&u, i->call->page.catalogue, "password.hint",
	    i->conf->password_min);
	json_put_str(b, "password_hint", text);
}

const char *
password_words_busy(struct interaction *i, enum err e)
{
	const char *key;

	if (e == ERR_BUSY)
		key = "login.crowded";
	else if (e == ERR_TEMPORARILY_UNAVAILABLE)
		key = "error.temporarily_unavailable";
	else
		return NULL;
	i->call->response.status = err_status(e);
	return message_text(i->call->page.catalogue, key);
}
