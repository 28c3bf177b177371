# For tests of the programs in doc/developers.md: a provider over TLS, with the
# clients of that document, and the programs, word for word, at $APP.

begin_provider() {
	share_programs
	APP_PORT=$(free_port)
	APP=http://localhost:$APP_PORT
	CURL_CA_BUNDLE=$BATS_FILE_TMPDIR/certificate.pem
	export APP_PORT APP CURL_CA_BUNDLE
	/usr/bin/python3 "$root/tests/certificate.py" \
	    "$BATS_FILE_TMPDIR/certificate" -1 2 127.0.0.1
	chmod a+r "$BATS_FILE_TMPDIR"/certificate.*
	new_store /idp
	ISSUER=${ISSUER/http:/https:}
	set_conf issuer "$ISSUER"
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_client hello --redirect-uri "$APP/callback"
	add_client caller --grant client_credentials --scope api:read \
	    --scope api:other --audience https://api.example.org
	add_client stranger --grant client_credentials --scope api:read
	serve_store nginx -c "$BATS_FILE_TMPDIR/certificate.pem" \
	    -k "$BATS_FILE_TMPDIR/certificate.key" -r "$(free_port)"
	export SERVER_PID
}

# program INFO NAME: the program with these words after its fence, as that file.
program() {
	mkdir -p "$BATS_TEST_TMPDIR/app"
	only_block doc/developers.md "$1" >"$BATS_TEST_TMPDIR/app/$2"
	[[ -s $BATS_TEST_TMPDIR/app/$2 ]]
}

# app_by COMMAND...: the app, in its folder, with the environment that the document
# names; requests still go to the provider.
app_by() {
	local provider=$SERVER_PID
	in_background env -C "$BATS_TEST_TMPDIR/app" \
	    ISSUER="$ISSUER" CLIENT_ID=hello CLIENT_SECRET="$SECRET" \
	    APP_URL="$APP" AUDIENCE=https://api.example.org \
	    SSL_CERT_FILE="$CURL_CA_BUNDLE" REQUESTS_CA_BUNDLE="$CURL_CA_BUNDLE" \
	    NODE_EXTRA_CA_CERTS="$CURL_CA_BUNDLE" NODE_NO_WARNINGS=1 \
	    PYTHONDONTWRITEBYTECODE=1 "$@"
	APP_PID=$SERVER_PID
	SERVER_PID=$provider
	wait_for port_is_taken "$APP_PORT" || fail "$(<"$SERVER_LOG")"
}

end_app() {
	SERVER_PID=${APP_PID:-} stop_server
}

# signs_people_in: the app sends them to the provider, knows who came back, and
# refuses an answer that it did not ask for.
signs_people_in() {
	local to
	request alice GET "$APP/sign-in"
	[[ $(http_status) = 30? ]] || fail "$(http_status) $(http_body)"
	to=$(http_header Location)
	[[ $to = "$ISSUER/authorize?"* && $to = *code_challenge=* && $to = *state=* ]]
	open_page alice "$to"
	! page_asks_password || log_in alice
	! page_asks_consent || allow alice
	to=$(http_header Location)
	[[ $to = "$APP/callback?"* ]] || fail "$to"
	request eve GET "$to"
	[[ $(http_body) != *Alice* && $(http_header Location) != / ]]
	request alice GET "$APP/sign-in"
	open_page alice "$(http_header Location)"
	request alice GET "$(http_header Location)"
	if [[ $(http_status) = 30? ]]; then
		request alice GET "$APP/"
	fi
	assert_equal "$(http_body)" 'Hello Alice Adams'
}

# access_token CLIENT [NAME=VALUE...]
access_token() {
	curl -sS -u "$1:$SECRET" -d grant_type=client_credentials \
	    "${@:2}" "$ISSUER/token" | field access_token
}

# checks_tokens: the API answers a good token for it, and no other.
checks_tokens() {
	local token
	request - GET "$APP/photos"
	assert_status 401
	request - GET "$APP/photos" -H 'Authorization: Bearer a.b.c'
	assert_status 401
	assert_header WWW-Authenticate 'invalid_token'
	token=$(access_token caller -d scope=api:read)
	request - GET "$APP/photos" -H "Authorization: Bearer $token"
	assert_status 200
	[[ -n $(http_body | field photos_of) ]]
	request - GET "$APP/photos" -H "Authorization: Bearer ${token%?????}AAAAA"
	assert_status 401
	request - GET "$APP/photos" \
	    -H "Authorization: Bearer $(access_token caller -d scope=api:other)"
	assert_status 403
	request - GET "$APP/photos" -H "Authorization: Bearer $(access_token stranger)"
	assert_status 401
}
