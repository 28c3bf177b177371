#include "interaction/account_home.h"

#include "interaction/app_list.h"
#include "interaction/own_parts.h"
#include "interaction/reset_notice.h"
#include "protocol/desk.h"
#include "web/page.h"

/* --- home ------------------------------------------------------------------*/

static void
put_home(struct interaction *i, struct json_build *b)
{
	reset_notice_put(i, b);
	app_list_put(b, own_state(i)->data, i->conf);
	own_page_put_sign_out(i, b);
}

static const struct step home_step = {
    .purpose = "home",
    .template = "home.html",
    .page = put_home,
    .buttons = {{"seen", reset_notice_seen}},
};

const struct own_page home_page = {
    .path = "/",
    .steps = {&home_step},
    .data_size = sizeof(struct app_list),
    .look = app_list_look,
    .free_data = app_list_free,
};

/* --- the account -----------------------------------------------------------*/

/* Below a path, where the front page is a site's, it is home as well. */
static enum err
look_at_overview(struct store_txn *t, struct account *a, void *arg)
{
	return conf_issuer_path(a->conf)[0] != '\0' ? app_list_look(t, a, arg)
						    : OK;
}

static json_t *
list_links(const struct interaction *i)
{
	const struct own_pages *set = own_state(i)->set;
	json_t *links = json_array();
	struct json_build one;

	for (const struct own_page *const *p = set->pages; *p != NULL; p++) {
		if ((*p)->link == NULL ||
		    ((*p)->is_linked != NULL && !(*p)->is_linked(i)))
			continue;
		json_begin(&one);
		own_put_link(i, &one, "url", (*p)->path);
		json_put_str(&one, "text",
		    message_text(i->call->page.catalogue, (*p)->link));
		json_array_append_new(links, json_finish(&one));
	}
	/* The desk is a flow of its own. */
	if (desk_admits(&own_state(i)->account.user)) {
		json_begin(&one);
		own_put_link(i, &one, "url", "/admin");
		json_put_str(&one, "text", own_text(i, "desk.title"));
		json_array_append_new(links, json_finish(&one));
	}
	return links;
}

static void
put_overview(struct interaction *i, struct json_build *b)
{
	bool has_home = conf_issuer_path(i->conf)[0] == '\0';

	app_list_put(b, own_state(i)->data, i->conf);
	json_put(b, "links", list_links(i));
	json_put_str(b, "home_url", has_home ? "/" : "");
	reset_notice_put(i, b);
	own_page_put_sign_out(i, b);
}

static const struct step overview_step = {
    .purpose = "account",
    .template = "account.html",
    .page = put_overview,
    .buttons = {{"seen", reset_notice_seen}},
};

const struct own_page overview_page = {
    .path = "/account",
    .steps = {&overview_step},
    .data_size = sizeof(struct app_list),
    .look = look_at_overview,
    .free_data = app_list_free,
};
