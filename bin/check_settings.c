/* latchkey.conf: what it says, and what of it makes sign-ins less safe. */
#include "check.h"

#include "base/file.h"
#include "base/str.h"
#include "base/zone.h"
#include "domain/icon.h"
#include "domain/slots.h"

#include <inttypes.h>
#include <unistd.h>

enum {
	OPSLIMIT_MIN = 2, /* OWASP's figures for Argon2id, 2024 */
	MEMLIMIT_MIN = 19 /* MiB */
};

#define MIB ((uint64_t)1024 * 1024)

static bool
check_conf(struct check_run *c)
{
	static const struct check_advice bad = {
	    "the programs do not start with it",
	    "correct the file as the line says; latchkey.conf(5) lists the "
	    "settings"};
	char message[CONF_MESSAGE_CAP] = "";
	enum err e = conf_load(&c->a->conf, c->a->dir, message, sizeof message);

	if (e != OK) {
		/* One that is missing is told with the files. */
		if (e != ERR_NOT_FOUND)
			check_found(c, CHECK_ERROR, &bad, "%s", message);
		return false;
	}
	check_found(
	    c, CHECK_OK, NULL, "latchkey.conf: issuer %s", c->a->conf.issuer);
	return true;
}

/* Browsers keep origins apart, and never paths (RFC 6454 3.2). */
static void
check_issuer(struct check_run *c)
{
	static const struct check_advice shared = {
	    "all that is served at that host has the provider's origin: its "
	    "scripts can allow apps and sign out for the person who is signed "
	    "in, and it can set the provider's cookies",
	    "give the provider a host of its own, such as "
	    "https://id.example.org; a new issuer signs every app out, so do "
	    "it early"};
	const char *path = conf_issuer_path(&c->a->conf);

	if (*path != '\0')
		check_found(c, CHECK_WARNING, &shared,
		    "the issuer has a path (%s): it shares its host with other "
		    "apps",
		    path);
}

static void
check_timezone(struct check_run *c)
{
	static const struct check_advice unknown = {
	    "the dates on pages and in mails are in UTC",
	    "set timezone to a name below /usr/share/zoneinfo, such as "
	    "Europe/Berlin; the package tzdata has them"};
	struct zone_cache zones = {0};
	const char *name = c->a->conf.timezone;

	if (!str_equal(name, "UTC") && zone_of_name(&zones, name) == NULL)
		check_found(c, CHECK_WARNING, &unknown,
		    "no time zone is called %s", name);
}

static void
check_logo(struct check_run *c)
{
	static const struct check_advice unusable = {
	    "pages have no picture in the place of the logo",
	    "put a PNG or SVG of at most 64 KiB there, or remove the line "
	    "`logo =`"};
	const struct conf *conf = &c->a->conf;
	char path[CONF_PATH_CAP + LOGO_CAP];
	struct icon icon;
	const char *why;

	if (conf->logo[0] == '\0' ||
	    file_path(path, sizeof path, conf->dir, conf->logo) != OK)
		return;
	why = icon_read(&icon, path);
	if (why != NULL)
		check_found(
		    c, CHECK_WARNING, &unusable, "logo: %s %s", path, why);
}

static void
check_argon2(struct check_run *c)
{
	static const struct check_advice weak = {
	    "guessing passwords from a stolen store becomes cheap",
	    "raise argon2_opslimit to 2 and argon2_memlimit to 19 or more"};
	static const struct check_advice greedy = {
	    "many sign-ins at once could exhaust the machine",
	    "lower argon2_memlimit or argon2_slots"};
	const struct conf *conf = &c->a->conf;
	const uint64_t wanted =
	    (uint64_t)conf->argon2_memlimit_mib * slots_count(conf);
	const long pages = sysconf(_SC_PHYS_PAGES);
	const long page = sysconf(_SC_PAGESIZE);

	if (conf->argon2_opslimit < OPSLIMIT_MIN ||
	    conf->argon2_memlimit_mib < MEMLIMIT_MIN)
		check_found(c, CHECK_WARNING, &weak,
		    "password hashes: %" PRIu32 " passes over %" PRIu32 " MiB",
		    conf->argon2_opslimit, conf->argon2_memlimit_mib);
	if (pages > 0 && page > 0 &&
	    wanted * MIB > (uint64_t)pages * (uint64_t)page / 2)
		check_found(c, CHECK_WARNING, &greedy,
		    "password hashes may take %" PRIu64
		    " MiB at once, more than half of the memory",
		    wanted);
}

bool
check_settings(struct check_run *c)
{
	if (!check_conf(c))
		return false;
	check_issuer(c);
	check_timezone(c);
	check_logo(c);
	check_argon2(c);
	return true;
}
