/* Which browser and system a User-Agent header means. */
#include "domain/user_agent.h"

#include "base/str.h"
#include "check.h"

#include <stddef.h>

#define MOZILLA "Mozilla/5.0 "
#define WEBKIT "AppleWebKit/537.36 (KHTML, like Gecko) "
#define CHROME WEBKIT "Chrome/126.0.0.0 "

static const struct row {
	const char *agent, *browser, *system;
} rows[] = {
    {MOZILLA "(X11; Linux x86_64) " CHROME "Safari/537.36", "Chrome", "Linux"},
    {MOZILLA "(Windows NT 10.0; Win64; x64) " CHROME
	     "Safari/537.36 Edg/126.0.0.0",
	"Edge", "Windows"},
    {MOZILLA "(Windows NT 10.0; Win64; x64) " CHROME
	     "Safari/537.36 OPR/111.0.0.0",
	"Opera", "Windows"},
    {MOZILLA "(Linux; Android 14; SM-S918B) " WEBKIT
	     "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
	"Samsung Internet", "Android"},
    {MOZILLA "(Linux; Android 10; K) " CHROME "Mobile Safari/537.36", "Chrome",
	"Android"},
    {MOZILLA "(Linux; Android 10; K) " CHROME
	     "Mobile Safari/537.36 EdgA/126.0.0.0",
	"Edge", "Android"},
    {MOZILLA "(iPhone; CPU iPhone OS 17_5 like Mac OS X) "
	     "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
	     "Mobile/15E148 Safari/604.1",
	"Safari", "iPhone"},
    {MOZILLA "(iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
	     "like Gecko) CriOS/126.0.0.0 Mobile/15E148 Safari/604.1",
	"Chrome", "iPad"},
    {MOZILLA "(Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 "
	     "Firefox/127.0",
	"Firefox", "macOS"},
    {MOZILLA "(Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
	"Firefox", "Android"},
    {MOZILLA "(X11; CrOS x86_64 14541.0.0) " CHROME "Safari/537.36", "Chrome",
	"ChromeOS"},
    {"curl/8.8.0", NULL, NULL},
    {"", NULL, NULL},
};

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : str_equal(a, b);
}

int
main(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];

		good &= same(user_agent_browser(r->agent), r->browser) &&
			same(user_agent_system(r->agent), r->system);
	}
	CHECK(good, "user agent: browser and system, where each names others");
	return check_done();
}
