#include "server/opened.h"

#include "base/file.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/host.h"

enum { NOTE_EVERY_MS = HOST_NOTE_S * 1000 };

static void
stamp_file(struct stat *st, const char *dir, const char *name)
{
	char path[CONF_PATH_CAP + 16];

	*st = (struct stat){0};
	if (file_path(path, sizeof path, dir, name) != OK ||
	    stat(path, st) != 0)
		st->st_ino = 0;
}

static struct file_stamps
take_stamps(const struct opened *o, const struct provider *p, const char *dir)
{
	struct file_stamps stamps = {.generation = store_generation(p->store)};

	stamp_file(&stamps.conf, dir, "latchkey.conf");
	if (o->has_pages)
		stamp_file(&stamps.templates, dir, "templates");
	return stamps;
}

static bool
opened_is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool
are_same_stamps(const struct file_stamps *a, const struct file_stamps *b)
{
	return a->generation == b->generation &&
	       opened_is_same_file(&a->conf, &b->conf) &&
	       opened_is_same_file(&a->templates, &b->templates);
}

enum err
opened_init(struct opened *o, unsigned uses, bool has_pages)
{
	*o = (struct opened){.uses = uses, .has_pages = has_pages};
	o->note_due_ms = monotonic_ms() + NOTE_EVERY_MS;
	return pthread_mutex_init(&o->lock, NULL) == 0 ? OK : ERR_NO_MEMORY;
}

static void
close_provider(struct opened *o)
{
	templates_free(&o->templates);
	provider_close(&o->provider);
	o->open = false;
}

void
opened_close(struct opened *o)
{
	close_provider(o);
	pthread_mutex_destroy(&o->lock);
}

/* Each request tries again: what it fails with is told once, until it works. */
static void
tell_fault(struct opened *o, enum err e, const char *message)
{
	if (str_equal(message, o->told))
		return;
	(void)!str_copy(o->told, sizeof o->told, message);
	log_fault("cannot start", "reason", err_name(e), "why", message, NULL);
}

static void
open_provider(struct opened *o)
{
	char message[CONF_MESSAGE_CAP] = "templates cannot be read";
	struct provider *p = &o->provider;
	enum err e =
	    provider_open(p, conf_dir(NULL), o->uses, message, sizeof message);

	if (e == OK && o->has_pages)
		e = templates_load(&o->templates, p->conf.dir);
	o->open = e == OK;
	if (o->open) {
		log_to_syslog(p->conf.log_syslog);
		o->told[0] = '\0';
		return;
	}
	tell_fault(o, e, message);
	close_provider(o);
}

/* The files of the store were replaced: opens those that are there now. That
 * its server is away the engine has told. */
static void
open_store_again(struct opened *o)
{
	char message[CONF_MESSAGE_CAP] = "";
	enum err e =
	    provider_renew(&o->provider, o->uses, message, sizeof message);

	o->lost = e != OK;
	if (o->lost && e != ERR_UNAVAILABLE)
		tell_fault(o, e, message);
	else
		o->told[0] = '\0';
}

/* The old store is used no more if the settings name another: what were written
 * there would be lost. */
static void
reload_settings(struct opened *o)
{
	char message[CONF_MESSAGE_CAP] = "";
	struct provider *p = &o->provider;
	struct conf conf;

	if (conf_load(&conf, p->conf.dir, message, sizeof message) != OK) {
		log_fault("settings not read again", "why", message, NULL);
		return;
	}
	o->elsewhere = !str_equal(conf.store, p->conf.store);
	if (o->elsewhere) {
		tell_fault(o, ERR_REPLACED,
		    "the setting `store` names another store now: restart the "
		    "programs (with the web server, if it starts them)");
		return;
	}
	p->conf = conf;
	log_to_syslog(conf.log_syslog);
}

static void
reload_templates(struct opened *o)
{
	struct templates *templates;

	if (!o->has_pages ||
	    templates_load(&templates, o->provider.conf.dir) != OK)
		return;
	templates_free(&o->templates);
	o->templates = templates;
}

/* Opens all, or reads again what has changed; false if there is nothing to
 * serve with. O is locked. */
static bool
is_up_to_date(struct opened *o)
{
	const char *dir = o->open ? o->provider.conf.dir : conf_dir(NULL);
	struct file_stamps stamps = take_stamps(o, &o->provider, dir);

	if (!o->open) {
		o->stamps = stamps;
		open_provider(o);
		return o->open;
	}
	if (!opened_is_same_file(&stamps.conf, &o->stamps.conf)) {
		reload_settings(o);
		o->stamps.conf = stamps.conf;
	}
	if (o->elsewhere)
		return false;
	if (o->lost || stamps.generation != o->stamps.generation)
		open_store_again(o);
	if (o->lost)
		return false;
	if (!are_same_stamps(&stamps, &o->stamps))
		reload_templates(o);
	o->stamps = stamps;
	return true;
}

/* O is locked. */
static void
drop_locked(struct opened_copy *c)
{
	templates_free(&c->templates);
	secret_wipe(&c->provider.keyring, sizeof c->provider.keyring);
	c->valid = false;
}

/* By one of the workers, where several hosts share the store. */
static void
note_now_and_then(struct opened *o, const struct provider *p)
{
	int64_t due, now;

	if (p->conf.store[0] == '\0')
		return;
	due = o->note_due_ms;
	now = monotonic_ms();
	if (now >= due && atomic_compare_exchange_strong(
			      &o->note_due_ms, &due, now + NOTE_EVERY_MS))
		provider_note_host(p, o->uses);
}

bool
opened_copy_update(struct opened *o, struct opened_copy *c)
{
	if (c->valid) {
		struct file_stamps stamps =
		    take_stamps(o, &c->provider, c->provider.conf.dir);

		note_now_and_then(o, &c->provider);
		if (are_same_stamps(&stamps, &c->stamps))
			return true;
	}
	pthread_mutex_lock(&o->lock);
	drop_locked(c);
	if (is_up_to_date(o)) {
		c->provider = o->provider;
		c->templates = templates_share(o->templates);
		c->stamps = o->stamps;
		c->valid = true;
	}
	pthread_mutex_unlock(&o->lock);
	return c->valid;
}

void
opened_copy_drop(struct opened *o, struct opened_copy *c)
{
	pthread_mutex_lock(&o->lock);
	drop_locked(c);
	pthread_mutex_unlock(&o->lock);
}

bool
opened_may_hang(struct opened *o)
{
	struct store *store = o->provider.store;

	(void)store_generation(store);
	return store != NULL && store_is_lost(store);
}
