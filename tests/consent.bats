# Consent: what a person lets an app have, and what is remembered of it.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --name 'Alice Adams'
	add_user bob
	add_client app --name 'Photo Album'
	add_client home --trusted
	sign_in alice home >/dev/null	# so that the next page is the consent
	sign_in bob home >/dev/null
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

# ask PERSON CLIENT [NAME=VALUE...]
ask() {
	request "$1" GET "$(authorize_url "${@:2}")"
}

assert_code() {
	assert_status 303
	url_param code "$(http_header Location)" >/dev/null ||
	    fail 'no code' "$(http_header Location)"
}

assert_asks() {
	assert_status 200
	page_asks_consent || fail 'not the consent page' "$(http_body)"
}

# The scopes shown with a box, those ticked with +.
boxes() {
	local tag mark
	while read -r tag; do
		[[ $tag = *type=\"checkbox\"* ]] || continue
		mark=-
		[[ $tag != *checked* ]] || mark=+
		echo "$mark$(attribute name <<<"$tag" | sed 's/^scope_//')"
	done < <(tags input) | tr '\n' ' '
}

# granted: the scope of the code that just came.
granted() {
	CLIENT=${1:-app} redeem "$(url_param code "$(http_header Location)")" |
	    field scope
}

@test "consent: the page says in plain words who asks, for whom, and what for" {
	ask alice app
	assert_asks
	assert_page 'Photo Album'
	assert_page 'Alice Adams'
	assert_page 'on <bdi>127.0.0.1:9</bdi>'
	assert_page 'will see your <bdi>name, e-mail address and groups</bdi>\.'
	assert_page 'stays connected while you are away, for up to 180 days\.'
	assert_page 'You can take this back at any time in your account\.'
	assert_page 'confirmation of who you are'
	assert_page 'your name'
	assert_page 'your e-mail address'
	assert_page 'the groups you belong to'
	assert_page 'staying connected while you are away'
	refute_page '<script| on[a-z]+=|javascript:'
	assert_equal "$(boxes)" '+profile +email +groups +offline_access '
}

@test "consent: one sentence says what the app will see, and another for how long" {
	local scope words
	while IFS='|' read -r scope words; do
		ask alice app scope="$scope" prompt=consent
		assert_page "$words"
	done <<-'END'
		openid profile|will see your <bdi>name</bdi>\.
		openid groups profile|will see your <bdi>name and groups</bdi>\.
		openid|will see that it is you, and nothing else\.
		openid profile|connected only while you are signed in here\.
	END
	set_conf refresh_idle_lifetime 1h
	set_conf refresh_absolute_lifetime 1h
	ask alice app
	assert_page 'while you are away, for up to 1 hour\.'
	set_conf refresh_absolute_lifetime 47h
	ask alice app
	assert_page 'while you are away, for up to 47 hours\.'
	set_conf refresh_absolute_lifetime 24h
	ask alice app
	assert_page 'while you are away, for up to 1 day\.'
	set_conf refresh_absolute_lifetime 2d
	ask alice app
	assert_page 'while you are away, for up to 2 days\.'
}

@test "consent: what was left out before is in no sentence, and its boxes are seen at once" {
	ask alice app scope='openid profile email'
	refute_page '<details open>'
	allow alice scope_email
	ask alice app
	assert_page 'will see your <bdi>name and groups</bdi>\.'
	assert_page '<details open>'
}

@test "consent: Allow gives the app all that was asked for" {
	ask alice app
	allow alice
	assert_code
	assert_equal "$(granted)" 'openid profile email groups offline_access'
}

@test "consent: an unticked scope is not given, and what goes with it is absent" {
	latchkey user set alice --email alice@example.org >/dev/null
	ask alice app
	allow alice scope_email scope_offline_access
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_field scope 'openid profile groups'
	jwt_claims "$(http_body | field id_token)" |
	    jq -e 'has("email") | not'
	userinfo "$(http_body | field access_token)"
	refute_field email
	assert_field name 'Alice Adams'
}

@test "consent: openid has no box, and leaving everything else out still signs in" {
	ask alice app
	allow alice scope_profile scope_email scope_groups scope_offline_access \
	    scope_openid
	assert_code
	assert_equal "$(granted)" openid
}

@test "consent: a box ticked for what was not asked gives nothing" {
	ask alice app scope='openid profile'
	allow alice scope_email=1 scope_admin=1 scope_offline_access=1
	assert_code
	assert_equal "$(granted)" 'openid profile'
}

@test "consent: without openid, nothing left ticked is access_denied" {
	ask alice app scope=profile
	allow alice scope_profile
	assert_error_redirect access_denied
	ask alice app scope=profile
	assert_asks
}

@test "consent: a registered scope of an app's own is asked for by its name" {
	add_client api --scope openid --scope photos:read
	ask alice api scope='openid photos:read'
	assert_page 'It asks for'
	assert_equal "$(http_body | grep -c 'the permission “photos:read”')" 2
	allow alice
	assert_code
	assert_equal "$(granted api)" 'openid photos:read'
}

@test "consent: a scope of an app's own is asked for in the administrator's words" {
	add_client api --scope openid --scope photos:read --scope mail \
	    --scope-text 'photos:read=to see your <photos>' \
	    --scope-text 'photos:read[de]=Ihre Fotos ansehen' \
	    --scope-text 'mail[de]=Ihre Post lesen'
	ask alice api scope='openid photos:read mail'
	assert_page 'to see your &lt;photos&gt;'
	assert_page 'the permission “mail”'
	ask alice api scope='openid photos:read mail' ui_locales=de
	assert_page 'Ihre Fotos ansehen'
	assert_page 'Ihre Post lesen'
	run -0 latchkey client show api
	[[ $output = *'mail[de]=Ihre Post lesen'* ]]
	latchkey client set api --scope-text '' >/dev/null
	ask alice api scope='openid photos:read mail'
	assert_page 'the permission “photos:read”'
	local row
	for row in photos 'a b=c' =x mail= 'mail[tlh]=x' email=x 'mail[]=x' \
	    "mail=$(printf 'x%.0s' {1..161})" $'mail=a\tb' $'mail=\xff'; do
		run -1 latchkey client set api --scope-text "$row"
		[[ $output = *--scope-text* ]] || fail "$row" "$output"
	done
}

@test "consent: Don't allow goes back with access_denied, and is not remembered" {
	ask alice app
	deny alice
	assert_error_redirect access_denied
	assert_logged reason=person_declined
	ask alice app
	assert_asks
}

@test "consent: remembered; fewer scopes are not asked for again, in any order" {
	ask alice app scope='openid profile email'
	allow alice
	ask alice app scope='email openid'
	assert_code
	assert_equal "$(granted)" 'email openid'
	ask alice app scope='openid profile email' prompt=none
	assert_code
}

@test "consent: remembered for long" {
	ask alice app
	allow alice
	travel $((300 * 86400))
	sign_in alice home >/dev/null
	ask alice app
	assert_code
}

@test "consent: more scopes are asked for again, and only then" {
	ask alice app scope='openid profile'
	allow alice
	ask alice app scope='openid profile email' prompt=none
	assert_error_redirect consent_required
	ask alice app scope='openid profile email'
	assert_asks
	assert_equal "$(boxes)" '+profile +email '
	allow alice
	ask alice app scope='openid profile email'
	assert_code
	assert_equal "$(granted)" 'openid profile email'
}

@test "consent: what was unticked stays declined, and is shown unticked when the app asks for more" {
	ask alice app scope='openid profile email'
	allow alice scope_email
	ask alice app scope='openid profile email'
	assert_code
	assert_equal "$(granted)" 'openid profile'
	ask alice app scope='openid profile email groups'
	assert_asks
	assert_equal "$(boxes)" '+profile -email +groups '
	allow alice
	assert_equal "$(granted)" 'openid profile groups'
	ask alice app scope='openid profile email groups' prompt=consent
	assert_equal "$(boxes)" '+profile -email +groups '
	allow alice scope_email=1 scope_profile
	assert_equal "$(granted)" 'openid email groups'
	ask alice app scope='openid profile email groups'
	assert_equal "$(granted)" 'openid email groups'
}

@test "consent: one person's is not another's, one app's not another's" {
	add_client other
	ask alice app
	allow alice
	ask bob app
	assert_asks
	ask alice other
	assert_asks
}

@test "consent: an administrator who ends a grant makes the app ask again" {
	ask alice app
	allow alice
	latchkey grant end --user alice --client app >/dev/null
	ask alice app
	assert_asks
	assert_equal "$(boxes)" '+profile +email +groups +offline_access '
}

@test "consent: an app that was removed and registered again asks again" {
	ask alice app
	allow alice
	latchkey client del app >/dev/null
	add_client app
	ask alice app
	assert_asks
}

@test "consent: a --trusted app gets all it asks for without a page, unless it wants one" {
	ask alice home
	assert_code
	assert_equal "$(granted home)" \
	    'openid profile email groups offline_access'
	ask alice home prompt=consent
	assert_asks
}

@test "consent: trust that is taken back makes the app ask" {
	ask alice home
	assert_code
	latchkey client set home --no-trusted >/dev/null
	ask alice home
	assert_asks
}

@test "consent: a public app at a loopback address or a scheme of its own always asks (OAuth 2.1 7.3.1)" {
	local uri
	add_client native --public --redirect-uri http://127.0.0.1/cb \
	    --redirect-uri com.example.app:/cb
	for uri in http://127.0.0.1:5000/cb com.example.app:/cb; do
		ask alice native redirect_uri=$uri
		allow alice
		assert_code
		ask alice native redirect_uri=$uri
		assert_asks
		ask alice native redirect_uri=$uri prompt=none
		assert_error_redirect consent_required $uri
	done
}

@test "consent: --trusted changes nothing for a public app that any program can pose as" {
	local uri
	add_client native --public --trusted --redirect-uri http://127.0.0.1/cb \
	    --redirect-uri http://localhost/cb --redirect-uri com.example.app:/cb
	for uri in http://127.0.0.1:5000/cb http://localhost:5000/cb \
	    com.example.app:/cb; do
		ask alice native redirect_uri=$uri
		assert_asks
		ask alice native redirect_uri=$uri prompt=none
		assert_error_redirect consent_required $uri
		ask alice native redirect_uri=$uri
		allow alice
		assert_code
		ask alice native redirect_uri=$uri prompt=none
		assert_error_redirect consent_required $uri
	done
}

@test "consent: a --trusted public app on https, and a confidential one on loopback, are not asked about" {
	add_client spa --public --trusted --redirect-uri https://spa.example/cb
	ask alice spa redirect_uri=https://spa.example/cb prompt=none
	assert_code
	ask alice home redirect_uri="$CALLBACK" prompt=none
	assert_code
}

@test "consent: an app that no administrator answers for is called unverified, and asked about each time" {
	estrange app
	latchkey client show app --json | jq -e '.registered_by == "registration"'
	ask alice app
	assert_asks
	assert_page 'unverified.*program on this device'
	allow alice
	assert_code
	ask alice app
	assert_asks
	ask alice app prompt=none
	assert_error consent_required
	run -1 latchkey client set app --trusted
	[[ $output = *--vouch* ]]
	run -0 latchkey client set app --vouch --trusted
	latchkey audit --json | jq -e '.[-1].event == "client_vouched_for"'
	ask alice app
	assert_code
	run -0 latchkey client set app --no-trusted
	ask alice home
	ask alice app scope='openid groups'
	refute_page unverified
}

@test "consent: what was unticked for such an app is shown unticked the next time" {
	add_client native --public --redirect-uri com.example.app:/cb
	ask alice native redirect_uri=com.example.app:/cb
	allow alice scope_groups
	ask alice native redirect_uri=com.example.app:/cb
	assert_equal "$(boxes)" '+profile +email -groups +offline_access '
}

@test "consent: a public app on https is remembered like any other" {
	add_client spa --public --redirect-uri https://spa.example/cb
	ask alice spa redirect_uri=https://spa.example/cb
	allow alice
	ask alice spa redirect_uri=https://spa.example/cb prompt=none
	assert_code
}

@test "consent: 'Not you?' leads to the sign-in page, and the answer is the other person's" {
	ask alice app
	submit alice step=switch
	page_asks_password
	submit alice step=login username=bob password="$PASSWORD"
	assert_asks
	assert_page '<bdi>bob</bdi>'
	allow alice
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	userinfo "$(http_body | field access_token)"
	assert_field preferred_username bob
}

@test "consent: no other site can press Allow (CSRF): no token, another's, an older session's" {
	local token
	ask bob app
	token=$(form_fields | sed -n 's/^csrf=//p')
	ask alice app
	submit alice step=allow csrf
	assert_asks
	submit alice step=allow csrf="$token"
	assert_asks
	assert_logged reason=form_token
	# a page that alice left open, pressed after bob signed in
	ask alice app
	token=$(form_fields | sed -n 's/^csrf=//p')
	submit alice step=switch
	submit alice step=login username=bob password="$PASSWORD"
	assert_asks
	submit alice step=allow csrf="$token"
	assert_asks
	ask alice app prompt=none
	assert_error_redirect consent_required
	ask bob app prompt=none
	assert_error_redirect consent_required
}

@test "consent: Don't allow needs the form's token as well" {
	ask alice app
	submit alice step=deny csrf=x
	assert_asks
}

@test "consent: pressed twice, or by Back and again, each answer is a code that works" {
	local first
	ask alice app
	keep_page asked
	allow alice
	assert_code
	first=$(redeem "$(url_param code "$(http_header Location)")")
	in_page asked
	allow alice
	assert_code
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_status 200
	# What the app got before is as good as it was.
	userinfo "$(field access_token <<<"$first")"
	assert_status 200
	refresh "$(field refresh_token <<<"$first")"
	assert_status 200
	# Said no at first, and yes after Back; and the other way round.
	latchkey grant end --user alice >/dev/null
	in_page asked
	deny alice
	assert_error access_denied
	in_page asked
	deny alice
	assert_error access_denied
	in_page asked
	allow alice
	assert_code
}

@test "consent: with form_post, the page with the answer can be loaded again" {
	local page first
	ask alice app response_mode=form_post
	keep_page asked
	for page in first again; do
		in_page asked
		allow alice
		assert_status 200
		keep_page $page
	done
	for page in again first; do
		in_page $page
		redeem "$(form_fields | sed -n 's/^code=//p')" >/dev/null
		assert_status 200
	done
}

@test "consent: in several tabs at once, each tab gets its answer" {
	local tab
	add_client other
	ask alice app
	keep_page one
	ask alice app
	keep_page two
	ask alice other
	keep_page three
	for tab in three two one; do
		in_page $tab
		allow alice
		assert_code
		CLIENT=$([[ $tab = three ]] && echo other || echo app) \
		    redeem "$(url_param code "$(http_header Location)")" >/dev/null
		assert_status 200
	done
}

@test "consent: a page left open is good after the same person's next sign-in, and asks again after another's" {
	ask alice app
	keep_page open
	open_page alice "$(authorize_url app prompt=login)"
	log_in alice
	in_page open
	allow alice
	assert_code
	latchkey grant end --user alice >/dev/null
	ask alice app prompt=consent
	keep_page open
	submit alice step=switch
	submit alice step=login username=bob password="$PASSWORD"
	in_page open
	STAY=1 allow alice
	assert_status 303
	[[ $(http_header Location) = "$ISSUER/authorize?"* ]]
	refute_header Set-Cookie
	request alice GET "$(http_header Location)"
	assert_asks
	assert_page '<bdi>bob</bdi>'
	allow alice
	assert_code
}

@test "consent: pressed after signing out elsewhere, it asks for the password first" {
	ask alice app
	latchkey session end --user alice >/dev/null
	allow alice
	assert_status 200
	page_asks_password
	log_in alice
	assert_asks
	allow alice
	assert_code
}

@test "consent: pressed after the app was removed, it is a page" {
	ask alice app
	latchkey client del app >/dev/null
	allow alice
	assert_error_page client_id_unknown
}

@test "consent: form-action lets the browser on to the app's origins and to ourselves, and nowhere else" {
	local csp
	add_client many --public --redirect-uri https://a.example/cb \
	    --redirect-uri https://a.example/other \
	    --redirect-uri https://b.example:8443/x/cb \
	    --redirect-uri com.example.app:/cb
	ask alice many redirect_uri=https://a.example/cb
	csp=$(http_header Content-Security-Policy | tr ';' '\n' |
	    sed -n 's/^ *form-action //p')
	assert_equal "$csp" \
	    "'self' https://a.example https://b.example:8443 com.example.app:"
}

@test "consent: form-action lets the browser on to any port of a loopback address that has any" {
	add_client native --public --redirect-uri http://127.0.0.1/cb
	ask alice native redirect_uri=http://127.0.0.1:5000/cb
	assert_header Content-Security-Policy \
	    "form-action 'self' http://127\\.0\\.0\\.1:\\*(;|$)"
}

@test "consent: an app with more origins than a header holds still gets its answer" {
	local i csp
	local -a uris=()
	for ((i = 0; i < 60; i++)); do
		uris+=(--redirect-uri "https://a-host-of-many-$i.example.org:$((8000 + i))/cb")
	done
	add_client many "${uris[@]}"
	ask alice many redirect_uri=https://a-host-of-many-59.example.org:8059/cb
	assert_asks
	csp=$(http_header Content-Security-Policy)
	[[ $csp = *"style-src 'sha256-"* ]]
	[[ $csp != *form-action* || $csp = *many-59.example.org:8059* ]]
	allow alice
	assert_code
}

@test "consent: the flow works through lighttpd and FastCGI" {
	start_server
	open_page alice "$(authorize_url app)"
	log_in alice
	assert_asks
	allow alice scope_email
	assert_code
	assert_equal "$(granted)" 'openid profile groups offline_access'
	ask alice app
	assert_code
	ask alice app prompt=consent
	deny alice
	assert_error_redirect access_denied
	stop_server
}
