# Forms of other sites, on every page: without a valid token of its own a form
# changes no cookie and no record; it goes on as a GET.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	gate_store
	add_client asks
	add_client closed --group admins
	save_store
}

setup() {
	fresh_store
}

teardown_file() {
	stop_all
}

# Steps of all pages, and one of none.
STEPS="$(grep -ohE 'name="step" value="[a-z_]+"' \
    "$BATS_TEST_DIRNAME"/../templates/*.html | cut -d '"' -f 4 | sort -u |
    xargs) anything"

# The app's request, as a page of ours carries it along.
request_of() {
	local url
	url=$(authorize_url "$@")
	echo "${url#*\?}"
}

records() {
	stored_state
}

# nothing_changed RECORDS: nor did the answer set a cookie.
nothing_changed() {
	refute_header Set-Cookie
	assert_equal "$(records)" "$1"
}

# The token of the last page: good for its own form, in its own browser.
page_token() {
	form_fields | sed -n 's/^csrf=//p'
}

# asks_again: by the page to sign in on, or back to the app's request with GET.
asks_again() {
	case $(http_status) in
	303) assert_header Location "^$ISSUER/authorize\?" ;;
	*) assert_status 403 && page_asks_password ;;
	esac
}

assert_signed_in() {
	request "$1" GET "$(authorize_url app prompt=none)"
	[[ $(http_header Location) = *code=* ]] || fail "$(http_headers)"
}

@test "forms: another site's, which comes without the cookies, changes no cookie and no record, on any page of the provider" {
	local step request token before
	open_page eve "$(authorize_url asks)"
	token=$(page_token)
	before=$(records)
	for step in $STEPS; do
		for request in "$(request_of asks)" "$(request_of app)" \
		    "$(request_of closed)"; do
			request - POST "$ISSUER/authorize" \
			    -H 'Sec-Fetch-Site: cross-site' \
			    -H 'Origin: https://evil.example' step="$step" \
			    request="$request" csrf="$token" username=alice \
			    password="$PASSWORD" scope_email=on
			assert_status 303
			[[ $(http_header Location) = \
			    "$ISSUER/authorize?"*client_id=* ]] ||
			    fail "$(http_headers)"
			nothing_changed "$before"
		done
		request - POST "$ISSUER/logout" -H 'Origin: https://evil.example' \
		    step="$step" csrf="$token" request=client_id=app
		assert_status 303
		assert_header Location "^$ISSUER/logout\?client_id=app$"
		assert_logged 'forbidden reason=form_token client_id=app'
		: >"$SERVER_LOG"
		nothing_changed "$before"
	done
}

@test "forms: a sister host's, which comes with the cookies, ends and begins no sign-in and gives no code" {
	local step page token before
	sign_in alice app >/dev/null
	open_page eve "$(authorize_url asks)"
	token=$(page_token)
	before=$(records)
	for step in $STEPS; do
		for page in asks closed app; do
			request alice POST "$ISSUER/authorize" \
			    -H 'Sec-Fetch-Site: same-site' \
			    -H 'Origin: https://sister.example.org' \
			    step="$step" request="$(request_of $page)" \
			    csrf="$token" username=bob password="$PASSWORD" \
			    scope_email=on
			asks_again
			nothing_changed "$before"
		done
		request alice POST "$ISSUER/logout" \
		    -H 'Sec-Fetch-Site: same-site' step="$step" csrf="$token"
		nothing_changed "$before"
	done
	assert_signed_in alice
}

@test "forms: each page has a purpose of its own, which its token is for" {
	local steps purposes
	steps=$(grep -ohE '^\s*\.purpose = ".*' "$root"/lib/interaction/*.c | sort)
	purposes=$(uniq <<<"$steps")
	assert_equal "$steps" "$purposes"
	(($(wc -l <<<"$purposes") >= 5))
}

@test "forms: a good token of one page is none of another's" {
	local token step before
	open_page alice "$(authorize_url asks)"
	token=$(page_token)
	log_in alice
	page_asks_consent || fail "$(http_body)"
	before=$(records)
	for step in allow deny continue; do
		request alice POST "$ISSUER/authorize" -H "Origin: $ISSUER" \
		    step=$step request="$(request_of asks)" csrf="$token"
		asks_again
		nothing_changed "$before"
	done
	open_page alice "$(authorize_url asks)"
	token=$(page_token)
	before=$(records)
	request alice POST "$ISSUER/logout" -H "Origin: $ISSUER" step=logout \
	    csrf="$token"
	assert_status 303
	nothing_changed "$before"
	assert_signed_in alice
}

@test "forms: without its request field a form's own fields are never taken for the app's request" {
	local token step before
	local -a all
	mapfile -t all < <(request_of asks | tr '&' '\n' | url_decode_lines)
	[[ " ${all[*]} " = *' client_id=asks '* ]] || fail "${all[*]}"
	open_page alice "$(authorize_url asks)"
	token=$(page_token)
	before=$(records)
	for step in login cancel anything; do
		request alice POST "$ISSUER/authorize" -H "Origin: $ISSUER" \
		    step=$step csrf="$token" username=alice \
		    password="$PASSWORD" "${all[@]}"
		assert_error_page request_lost
		nothing_changed "$before"
	done
	latchkey client set app \
	    --post-logout-redirect-uri https://app.example/bye >/dev/null
	sign_in alice app >/dev/null
	open_page alice "$ISSUER/logout"
	submit alice step=logout request client_id=app \
	    post_logout_redirect_uri=https://app.example/bye
	assert_status 200
	refute_header Location
}

url_decode_lines() {
	local line
	while read -r line; do
		url_decode "$line"
		echo
	done
}

# foreign_post TARGET [NAME=VALUE...]: another site's form, sent to the site.
foreign_post() {
	cgi gate POST "$1" '' '' \
	    FCGI_ROLE=AUTHORIZER "LATCHKEY_SITE=$SITE" \
	    HTTP_ACCEPT=text/html "${@:2}" >/dev/null
}

@test "forms: another site's, sent to a site behind the gate, goes on as a GET and changes no cookie" {
	local before said
	before=$(records)
	for said in HTTP_SEC_FETCH_SITE=cross-site \
	    HTTP_ORIGIN=https://evil.example HTTP_ORIGIN=null; do
		foreign_post '/form?a=b' "$said" HTTP_SEC_FETCH_MODE=navigate
		assert_status 303
		assert_equal "$(http_header Location)" "$SITE/form?a=b"
		nothing_changed "$before"
		foreign_post '/.latchkey/callback?code=x&state=y' "$said" \
		    HTTP_SEC_FETCH_MODE=navigate
		nothing_changed "$before"
		foreign_post /.latchkey/sign-out "$said" \
		    HTTP_SEC_FETCH_MODE=navigate
		nothing_changed "$before"
	done
	# Of any length.
	foreign_post "/form?$(printf 'a%.0s' {1..20000})" \
	    HTTP_SEC_FETCH_SITE=cross-site
	assert_status 303
	assert_equal "$(http_header Location)" "$SITE/"
	# The site's own form, after the sign-in has expired.
	foreign_post /form HTTP_SEC_FETCH_SITE=same-origin \
	    HTTP_SEC_FETCH_MODE=navigate "HTTP_ORIGIN=$SITE"
	assert_status 303
	assert_header Location "^$ISSUER/authorize\?"
	assert_header Set-Cookie latchkey-sign-in
}
