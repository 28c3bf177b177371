/* Device cookies: whose they are, how long, and what ends them. */
#include "domain/device.h"

#include "check.h"
#include "fixture.h"

#include <string.h>

static struct keyring keyring;
static struct user alice = {.user_id = {1}}, bob = {.user_id = {2}};

static bool
knows(const struct devices *d, const struct user *u, int64_t now)
{
	return device_find(d, &keyring, u, now) != NULL;
}

static void
entries(void)
{
	struct devices d = {0}, e;
	char text[DEVICES_TEXT_CAP];

	CHECK(
	    !knows(&d, &alice, noon), "device: a new browser knows no person");
	device_add(&d, NULL, &keyring, &alice, noon);
	CHECK(knows(&d, &alice, noon) && !knows(&d, &bob, noon),
	    "device: then the person who signed in, and no other");
	devices_encode(text, &d);
	CHECK(devices_decode(&e, text) == OK && knows(&e, &alice, noon),
	    "device: a cookie is read as it was written");
	CHECK(devices_decode(&e, "AAAA") == ERR_SYNTAX && e.count == 0 &&
		  devices_decode(&e, "\"x") == ERR_SYNTAX && e.count == 0,
	    "device: what is none has no entries");
	for (size_t i = 0; i < DEVICE_LEN; i++) {
		e = d;
		e.entry[0][i] ^= 1;
		if (knows(&e, &alice, noon))
			break;
		if (i == DEVICE_LEN - 1)
			e.count = 0;
	}
	CHECK(e.count == 0, "device: one bit changed, it is worth nothing");
	CHECK(knows(&d, &alice, noon + 365 * 86400 - 1) &&
		  !knows(&d, &alice, noon + 365 * 86400),
	    "device: it is good for a year");
}

static void
ends(void)
{
	struct devices d = {0};

	device_add(&d, NULL, &keyring, &alice, noon);
	device_add(&d, NULL, &keyring, &bob, noon);
	user_end_devices(&alice);
	CHECK(!knows(&d, &alice, noon) && knows(&d, &bob, noon),
	    "device: all of one person can be ended, and of no other");
}

static void
many_people(void)
{
	struct user u = {.user_id = {9}};
	struct devices d = {0};

	for (uint8_t i = 0; i < DEVICES_MAX; i++) {
		u.user_id[1] = i;
		device_add(&d, NULL, &keyring, &u, noon);
	}
	u.user_id[1] = 0;
	device_add(&d, device_find(&d, &keyring, &u, noon), &keyring, &u, noon);
	CHECK(d.count == DEVICES_MAX && knows(&d, &u, noon),
	    "device: a person who signs in again takes no second place");
	for (uint8_t i = 1; i < DEVICES_MAX; i++) {
		u.user_id[1] = i;
		if (!knows(&d, &u, noon))
			d.count = 0;
	}
	CHECK(d.count == DEVICES_MAX, "device: a browser knows eight people");
	device_add(&d, NULL, &keyring, &bob, noon);
	u.user_id[1] = 1;
	CHECK(d.count == DEVICES_MAX && knows(&d, &bob, noon) &&
		  !knows(&d, &u, noon),
	    "device: a ninth takes the place of the one who was away longest");
}

int
main(void)
{
	fixture_open();
	random_bytes(&keyring, sizeof keyring);
	entries();
	ends();
	many_people();
	return check_done();
}
