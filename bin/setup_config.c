#include "setup_config.h"

#include "admin.h"
#include "base/buf.h"
#include "base/str.h"
#include "setup_modules.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_DIR "/var/lib/latchkey"
#define DROP_IN "/etc/systemd/system/latchkey.service.d/data-directory.conf"
#define HOOK "/etc/letsencrypt/renewal-hooks/deploy/latchkey"

enum { ARGV_MAX = 40, TEXT_CAP = 1024, LISTEN_CAP = 32 };

struct words {
	const char *argv[ARGV_MAX];
	size_t count;
};

static void
add_word(struct words *w, const char *word)
{
	if (w->count + 1 < ARGV_MAX)
		w->argv[w->count++] = word;
	w->argv[w->count] = NULL;
}

static void
add_pair(struct words *w, const char *option, const char *value)
{
	add_word(w, option);
	add_word(w, value);
}

/* Another port than the usual one, of every address. */
static const char *
put_listen(const struct setup_files *f, char listen[static LISTEN_CAP])
{
	snprintf(listen, LISTEN_CAP, "%s%d",
	    str_equal(f->server->name, "apache")     ? "*:"
	    : str_equal(f->server->name, "lighttpd") ? ":"
						     : "",
	    f->place->port);
	return listen;
}

static void
add_place(struct words *w, const struct setup_files *f,
    char listen[static LISTEN_CAP])
{
	const struct setup_place *p = f->place;
	const int usual = p->https ? 443 : 80;

	if (p->listen != NULL)
		add_pair(w, "-l", p->listen);
	else if (p->port != usual && !p->is_inside)
		add_pair(w, "-l", put_listen(f, listen));
	if (p->listen_port != 443 && p->listen_port != 80)
		add_word(w, "-o");
	if (p->listen != NULL && f->proxy != NULL)
		add_pair(w, "-f", f->proxy);
	if (p->is_inside)
		add_word(w, "-x");
	else if (p->shares_socket)
		add_word(w, "-n");
	if (f->certificate != NULL) {
		add_pair(w, "-c", f->certificate->file);
		add_pair(w, "-k", f->certificate->key);
		if (f->certificate->webroot[0] != '\0')
			add_pair(w, "-w", f->certificate->webroot);
	}
}

/* What conf/webserver.sh prints, as it does when it is run by hand. */
static bool
plan_site(const struct setup_files *f, struct plan *plan)
{
	char script[SETUP_PATH_CAP], listen[LISTEN_CAP], said[RUN_SAID_CAP];
	struct words w = {.count = 0};
	struct run_output out;
	bool done;

	snprintf(script, sizeof script, "%s/conf/webserver.sh", f->share);
	add_word(&w, script);
	add_pair(&w, "-s", f->server->name);
	add_pair(&w, "-i", f->place->issuer);
	add_pair(&w, "-d", f->dir);
	add_place(&w, f, listen);
	run_quietly(w.argv, false, &out);
	done = out.status == 0 && out.len > 0;
	if (done)
		done = plan_file(plan,
		    f->place->is_inside ? f->server->inside_file
					: f->server->site_file,
		    out.text, out.len, 0644);
	else
		admin_fail("%s: %s", script, run_complaint(&out, said));
	run_output_free(&out);
	return done;
}

static bool
plan_text(
    struct plan *plan, const char *path, unsigned mode, const struct buf *b)
{
	return buf_ok(b) && plan_file(plan, path, b->text, b->len, mode);
}

/* Certbot renews a certificate by itself; the web server has to be told. */
static bool
plan_hook(const struct setup_files *f, struct plan *plan)
{
	char text[TEXT_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_puts(&b, "#!/bin/sh\n"
		     "# Run by certbot when it has renewed a certificate: the "
		     "web server\n# reads it only when it is told.\n");
	if (f->has_systemd)
		buf_printf(&b, "exec systemctl %s %s\n", f->server->reload,
		    f->server->service);
	else
		buf_printf(&b, "exec service %s restart\n", f->server->service);
	return plan_text(plan, HOOK, 0755, &b);
}

/* Where the programs' unit does not look by itself. */
static bool
plan_drop_in(const struct setup_files *f, struct plan *plan)
{
	char text[TEXT_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	buf_printf(&b,
	    "[Service]\nEnvironment=LATCHKEY_DATA=%s\nReadWritePaths=%s\n",
	    f->dir, f->dir);
	return plan_text(plan, DROP_IN, 0644, &b);
}

/* Where a proxy has the certificate, it may have the port of TLS, too, which
 * Debian opens with mod_ssl. */
static bool
plan_apache(const struct setup_files *f, struct plan *plan)
{
	static const char *const behind[] = {
	    "proxy_fcgi", "reqtimeout", "remoteip", NULL};

	return plan_apache_modules(
	    plan, f->place->listen != NULL ? behind : f->server->modules);
}

bool
config_plan(const struct setup_files *f, struct plan *plan)
{
	const struct setup_server *s = f->server;
	const struct setup_place *p = f->place;

	if (s->modules != NULL && !plan_apache(f, plan))
		return false;
	if (!plan_site(f, plan))
		return false;
	if (p->inside != NULL &&
	    !plan_edit(plan, p->inside->file, p->inside->at, s->inside_line))
		return false;
	if (!p->is_inside && s->link != NULL &&
	    !plan_link(plan, s->link, s->link_target))
		return false;
	if (f->certificate != NULL && f->certificate->needs_hook &&
	    !plan_hook(f, plan))
		return false;
	return str_equal(f->dir, DEFAULT_DIR) || !f->has_systemd ||
	       plan_drop_in(f, plan);
}
