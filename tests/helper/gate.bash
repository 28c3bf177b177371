# The gate, and what it protects.

# gate_store [/PATH]: a store with people and two sites, $SITE and $OTHER, the
# first of which has all sorts of rules.
gate_store() {
	new_store "$@"
	add_user alice --name 'Älice Adams' --email alice@example.org \
	    --group family --group admins
	add_user bob
	add_client app --trusted
	# Cookies know no ports: addresses of their own, so that they are the
	# sites'.
	export SITE=http://127.0.0.2:$PORT OTHER=http://127.0.0.3:$PORT
	latchkey site add "$SITE" --name Photos --rule '/ signed-in' \
	    --rule '/open anyone' --rule '/family group:family' \
	    --rule '/closed group:nobody' --rule 'GET,POST /form signed-in' \
	    --rule '/dav signed-in app-password' >/dev/null
	latchkey site add "$OTHER" --rule '/ signed-in' \
	    --rule '/open signed-in' >/dev/null
}

# visit PERSON URL: as a browser does, through all redirects, until something
# is shown.
visit() {
	local -; set +T
	local person=$1
	request "$person" GET "$2" -H 'Accept: text/html'
	follow "$person"
}

follow() {
	local -; set +T
	local hops text
	for hops in 1 2 3 4 5 6; do
		find_status
		[[ $text = 30[123] ]] || return 0
		find_header Location || :
		request "$1" GET "$text" -H 'Accept: text/html'
	done
	fail "redirected $hops times"
}

# sign_in_at PERSON URL: and the page it was about is there.
sign_in_at() {
	visit "$1" "$2"
	page_asks_password
	log_in "$1"
	follow "$1"
	assert_status 200
}

# ask_gate PATH [VAR=VALUE...]: an authorizer's question, by plain CGI.
ask_gate() {
	cgi gate GET "$1" '' '' FCGI_ROLE=AUTHORIZER "LATCHKEY_SITE=$SITE" \
	    "${@:2}" >/dev/null
}

# gate_cookie PERSON: someone has signed in at the site, without a server.
# (Programs by plain CGI: authorize, then the gate's callback.)
gate_cookie() {
	local -; set +T
	local to visit code
	ask_gate /page.txt HTTP_ACCEPT=text/html
	visit=$(http_header Set-Cookie)
	visit=${visit%%;*}
	to=$(http_header Location)
	open_page "$1" "$to"
	! page_asks_password || log_in "$1"
	to=$(http_header Location)
	[[ $to = "$SITE"/.latchkey/callback\?* ]] || fail "not sent back: $to"
	cgi gate GET /.latchkey/callback "${to#*\?}" '' FCGI_ROLE=AUTHORIZER \
	    "LATCHKEY_SITE=$SITE" "HTTP_COOKIE=$visit" >/dev/null
	assert_status 303
	to=$(http_header Set-Cookie)
	echo "${to%%;*}"
}

# from_npm APP PACKAGE...: sets $app to where they are, in the build directory,
# without their scripts.
from_npm() {
	app=$LATCHKEY_BUILD/test/apps/$1
	[[ $(cat "$app/installed" 2>/dev/null) != "${*:2}" ]] || return 0
	mkdir -p "$app"
	echo '{"private":true,"type":"module"}' >"$app/package.json"
	npm --prefix "$app" install --ignore-scripts --no-audit --no-fund \
	    --legacy-peer-deps "${@:2}" >"$BATS_TEST_TMPDIR/npm" 2>&1 ||
	    fail "npm cannot install ${*:2} (is its registry reachable?)" \
		"$(<"$BATS_TEST_TMPDIR/npm")" || return
	echo "${*:2}" >"$app/installed"
}
