# Clients that are not ours, unchanged: Apache's mod_auth_openidc, a Flask app
# with Authlib, openid-client of npm, and Chromium through the sample app on each
# web server. The provider is served over TLS where the client can be told whom
# to trust.

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	share_programs
	APP_PORT=$(free_port)
	export APP_PORT
	CURL_CA_BUNDLE=$BATS_FILE_TMPDIR/certificate.pem
	export CURL_CA_BUNDLE
	/usr/bin/python3 "$root/tests/certificate.py" \
	    "$BATS_FILE_TMPDIR/certificate" -1 2 127.0.0.1
	chmod a+r "$BATS_FILE_TMPDIR"/certificate.*
	new_store /idp
	ISSUER=${ISSUER/http:/https:}
	set_conf issuer "$ISSUER"
	add_user alice --name 'Alice Adams' --email alice@example.org \
	    --group family
	add_user bob --name 'Bob Brown' --email bob@example.org
	add_client apache --alg RS256 --trusted \
	    --redirect-uri "http://127.0.0.1:$APP_PORT/oidc-redirect" \
	    --post-logout-redirect-uri "http://127.0.0.1:$APP_PORT/bye" \
	    --backchannel-logout-uri "http://127.0.0.1:$APP_PORT/oidc-redirect?logout=backchannel"
	add_client flask --redirect-uri "http://127.0.0.1:$APP_PORT/callback"
	add_client node --redirect-uri "$CALLBACK" \
	    --post-logout-redirect-uri https://app.example/bye
	serve_store nginx -c "$BATS_FILE_TMPDIR/certificate.pem" \
	    -k "$BATS_FILE_TMPDIR/certificate.key" -r "$(free_port)"
	export SERVER_PID
}

teardown_file() {
	stop_all
}

teardown() {
	SERVER_PID=${APP_PID:-} stop_server
}

# app_by COMMAND...: the app at $APP_PORT; requests still go to the provider.
app_by() {
	local provider=$SERVER_PID
	in_background "$@"
	APP_PID=$SERVER_PID
	SERVER_PID=$provider
	wait_for port_is_taken "$APP_PORT" || fail "$(<"$SERVER_LOG")"
}

# --- mod_auth_openidc ----------------------------------------------------------

# An Apache with a page for everybody who is signed in, and one for a group.
start_apache() {
	local modules=/usr/lib/apache2/modules dir=$BATS_TEST_TMPDIR/site
	mkdir -p "$dir/pages/family"
	echo 'for members' >"$dir/pages/index.html"
	echo 'for the family' >"$dir/pages/family/index.html"
	echo 'good bye' >"$dir/pages/bye"
	cat >"$dir/apache.conf" <<-END
		ServerRoot "$dir"
		DefaultRuntimeDir "$dir"
		PidFile "$dir/pid"
		ErrorLog "|\$/bin/cat >&2"
		ServerName 127.0.0.1
		Listen 127.0.0.1:$APP_PORT
		LoadModule mpm_event_module $modules/mod_mpm_event.so
		LoadModule authn_core_module $modules/mod_authn_core.so
		LoadModule authz_core_module $modules/mod_authz_core.so
		LoadModule authz_user_module $modules/mod_authz_user.so
		LoadModule dir_module $modules/mod_dir.so
		LoadModule headers_module $modules/mod_headers.so
		LoadModule auth_openidc_module $modules/mod_auth_openidc.so
		DocumentRoot "$dir/pages"

		OIDCProviderMetadataURL $ISSUER/.well-known/openid-configuration
		OIDCClientID apache
		OIDCClientSecret $SECRET
		OIDCRedirectURI http://127.0.0.1:$APP_PORT/oidc-redirect
		OIDCScope "openid profile email groups"
		OIDCPKCEMethod S256
		OIDCIDTokenSignedResponseAlg RS256
		OIDCRemoteUserClaim preferred_username
		OIDCCryptoPassphrase of-this-test-alone
		OIDCCABundlePath "$CURL_CA_BUNDLE"

		<Location "/">
			AuthType openid-connect
			Require valid-user
			Header set X-User "expr=%{REMOTE_USER}"
			Header set X-Email "%{OIDC_CLAIM_email}e"
		</Location>
		<Location "/family/">
			Require claim groups:family
		</Location>
		<Location "/bye">
			AuthType None
			Require all granted
		</Location>
	END
	chmod -R a+rX "$dir"
	chmod a+x "$BATS_TEST_TMPDIR"
	if [[ $(id -u) = 0 ]]; then
		chown -R 65534:65534 "$dir"
		set -- setpriv --reuid 65534 --regid 65534 --clear-groups
	fi
	PATH=$PATH:/usr/sbin app_by "$@" apache2 -DFOREGROUND \
	    -f "$dir/apache.conf"
}

# Back at the app, and on to the page that was asked for.
return_to_app() {
	local site=http://127.0.0.1:$APP_PORT
	while [[ $(http_header Location) = "$site"/* ]]; do
		request "$1" GET "$(http_header Location)"
	done
}

@test "mod-auth-openidc: signs in, knows who it is, keeps others out, signs out" {
	local site=http://127.0.0.1:$APP_PORT
	start_apache
	open_page alice "$site/family/"
	page_asks_password
	log_in alice
	return_to_app alice
	assert_status 200
	assert_equal "$(http_body)" 'for the family'
	assert_header X-User '^alice$'
	assert_header X-Email '^alice@example.org$'

	open_page bob "$site/"
	log_in bob
	return_to_app bob
	assert_equal "$(http_body)" 'for members'
	request bob GET "$site/family/"
	[[ $(http_status) = 40[13] ]] || fail "$(http_status)"

	open_page alice "$site/oidc-redirect?logout=$site/bye"
	return_to_app alice
	assert_equal "$(http_body)" 'good bye'
	open_page alice "$site/family/"
	page_asks_password
}

# is_out PERSON: the app sends them to sign in.
is_out() {
	request "$1" GET "http://127.0.0.1:$APP_PORT/"
	[[ $(http_status) = 302 ]]
}

@test "mod-auth-openidc: is told that a session has ended, by the command and by another app's logout, and of no other" {
	local site=http://127.0.0.1:$APP_PORT person
	start_apache
	for person in alice bob; do
		open_page "$person" "$site/"
		! page_asks_password || log_in "$person"
		return_to_app "$person"
		assert_equal "$(http_body)" 'for members'
	done
	latchkey session end --user alice
	wait_for is_out alice
	request bob GET "$site/"
	assert_equal "$(http_body)" 'for members'
	open_page bob "$ISSUER/logout"
	submit bob step=logout
	wait_for is_out bob
}

# --- Flask with Authlib ----------------------------------------------------------

@test "Flask with Authlib: signs in, verifies the ID token, asks userinfo, refreshes" {
	local site=http://127.0.0.1:$APP_PORT
	PYTHONDONTWRITEBYTECODE=1 REQUESTS_CA_BUNDLE=$CURL_CA_BUNDLE \
	    app_by /usr/bin/python3 "$root/tests/clients/flask_app.py" \
	    "$APP_PORT" "$ISSUER" flask "$SECRET"
	request alice GET "$site/login"
	assert_header Location "^$ISSUER/authorize\?"
	open_page alice "$(http_header Location)"
	log_in alice
	page_asks_consent
	allow alice
	assert_header Location "^$site/callback\?"
	request alice GET "$(http_header Location)"
	assert_status 302
	request alice GET "$site/"
	assert_field name 'Alice Adams'
	assert_field iss "$ISSUER"
	assert_field groups '["family"]'
	request alice GET "$site/userinfo"
	assert_field email alice@example.org
	request alice GET "$site/refresh"
	assert_field rotated true
	request alice GET "$site/refresh"
	assert_field rotated true
	request alice GET "$site/userinfo"
	assert_field preferred_username alice
	latchkey user lock alice
	request alice GET "$site/refresh"
	latchkey user unlock alice
	assert_refused 400 invalid_grant
}

# --- openid-client ---------------------------------------------------------------

# With npm, into the build directory, at the versions of the lock file.
install_openid_client() {
	local dir=$LATCHKEY_BUILD/test/clients
	mkdir -p "$dir"
	if ! cmp -s "$root/tests/clients/package-lock.json" "$dir/installed"; then
		cp "$root"/tests/clients/package{,-lock}.json "$dir"
		npm --prefix "$dir" ci --ignore-scripts --no-audit --no-fund \
		    >"$BATS_TEST_TMPDIR/npm" 2>&1 ||
		    fail 'npm cannot install openid-client (is its registry reachable?)' \
			"$(<"$BATS_TEST_TMPDIR/npm")" || return
		cp "$dir/package-lock.json" "$dir/installed"
	fi
	cp "$root/tests/clients/openid_client.mjs" "$dir"
}

openid_client() {	# HALF [URL]
	NODE_EXTRA_CA_CERTS=$CURL_CA_BUNDLE NODE_NO_WARNINGS=1 \
	    node "$LATCHKEY_BUILD/test/clients/openid_client.mjs" "$1" \
	    "$ISSUER" node "$SECRET" "$CALLBACK" "$BATS_TEST_TMPDIR/kept" \
	    "${@:2}"
}

@test "openid-client: discovery, code with PKCE, userinfo, refresh, introspection, revocation, end of session" {
	local told
	install_openid_client
	open_page alice "$(openid_client start)"
	log_in alice
	page_asks_consent
	allow alice
	told=$(openid_client finish "$(http_header Location)")
	assert_equal "$(jq -c 'del(.end_session)' <<<"$told")" \
	    '{"email":"alice@example.org","groups":["family"],"rotated":true,"before":true,"after":false,"refused":"invalid_grant"}'
	request alice GET "$(field end_session <<<"$told")"
	assert_header Location '^https://app.example/bye'
	request alice GET "$(authorize_url node prompt=none)"
	assert_error login_required
}

@test "openid-client: refuses an answer to another question, as we would have it" {
	install_openid_client
	open_page alice "$(openid_client start)"
	page_asks_password && log_in alice
	page_asks_consent && allow alice
	openid_client start >/dev/null
	run -1 openid_client finish "$(http_header Location)"
	[[ $output = *state* ]]
}

# --- Chromium ----------------------------------------------------------------------

# The sample app of `make demo`, on a host of its own, for a store of the test's.
start_sample_app() {
	local dir=$BATS_TEST_TMPDIR/app app=http://127.0.0.1:$APP_PORT/app/
	mkdir -p "$dir/sessions"
	add_user alice --name 'Alice Adams' --email alice@example.org \
	    --group family
	add_client sample-app --name 'Sample app' --audience "${app}api" \
	    --redirect-uri "${app}callback" --post-logout-redirect-uri "$app" \
	    --scope openid --scope profile --scope email --scope groups \
	    --scope offline_access --scope api:hello
	jq -n '{issuer: $ARGS.positional[0], client_id: "sample-app",
	    client_secret: $ARGS.positional[1], app_url: $ARGS.positional[2],
	    audience: ($ARGS.positional[2] + "api")}' \
	    --args "$ISSUER" "$SECRET" "$app" >"$dir/config.json"
	cat >"$dir/lighttpd.conf" <<-END
		server.bind = "127.0.0.1"
		server.port = $APP_PORT
		server.document-root = "$dir"
		server.modules = ( "mod_alias", "mod_cgi", "mod_setenv" )
		alias.url = ( "/app/api" => "$root/data/demo/api.py",
		    "/app/" => "$root/data/demo/app.py/" )
		cgi.assign = ( ".py" => "/usr/bin/python3" )
		setenv.set-environment = ( "SAMPLE_APP" => "$dir",
		    "PYTHONDONTWRITEBYTECODE" => "1" )
	END
	PATH=$PATH:/usr/sbin app_by lighttpd -D -f "$dir/lighttpd.conf"
}

# chromium_signs_in SERVER
chromium_signs_in() {
	APP_PORT=$(free_port)
	new_store
	start_sample_app
	serve_store "$1"
	DEMO_CONF=$DATA/latchkey.conf \
	    timeout 60 /usr/bin/python3 "$root/tests/browser.py" \
	    "http://127.0.0.1:$APP_PORT/app/" "$PASSWORD" >&2
	stop_server
}

@test "Chromium through the sample app: nginx" { chromium_signs_in nginx; }
@test "Chromium through the sample app: Apache" { chromium_signs_in apache; }
@test "Chromium through the sample app: Apache with mod_fcgid" { chromium_signs_in apache-fcgid; }
@test "Chromium through the sample app: lighttpd, as CGI" { chromium_signs_in lighttpd-cgi; }
