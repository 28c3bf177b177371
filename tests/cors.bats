# Which scripts of other origins may read our answers (Fetch, CORS protocol).

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

APP=https://app.example.org

setup_file() {
	new_store
	add_user alice
	add_client app --public --trusted --redirect-uri "$APP/cb" \
	    --redirect-uri "$CALLBACK"
	add_client phone --public --redirect-uri app.immich:///oauth-callback
	save_store
}

setup() {
	fresh_store
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

preflight() {	# ENDPOINT ORIGIN METHOD
	request - OPTIONS "$ISSUER/$1" -H "Origin: $2" \
	    -H "Access-Control-Request-Method: $3" \
	    -H "Access-Control-Request-Headers: ${HEADERS-authorization}"
}

# lets_pass HEADER...: the preflight's answer names each, as browsers compare.
lets_pass() {
	local name allowed
	allowed=$(http_header Access-Control-Allow-Headers | tr -d ' ')
	for name; do
		[[ ,${allowed,,}, = *,"${name,,}",* ]] || fail "$name: $allowed"
	done
}

@test "CORS: anybody's script may read discovery and JWKS, without credentials" {
	for path in .well-known/openid-configuration \
	    .well-known/oauth-authorization-server jwks.json; do
		request - GET "$ISSUER/$path" -H 'Origin: https://any.example'
		assert_status 200
		assert_header Access-Control-Allow-Origin '^\*$'
		refute_header Access-Control-Allow-Credentials
		preflight "$path" https://any.example GET
		assert_status 204
		assert_header Access-Control-Allow-Origin '^\*$'
		assert_header Access-Control-Allow-Methods GET
		refute_header Access-Control-Allow-Credentials
	done
}

@test "CORS: token, refresh, userinfo and revoke are for origins of registered redirect URIs, errors too" {
	for path in token refresh userinfo revoke; do
		request - POST "$ISSUER/$path" -H "Origin: $APP" a=b
		assert_header Access-Control-Allow-Origin "^$APP\$"
		assert_header Vary '^Origin$'
		request - POST "$ISSUER/$path" \
		    -H 'Origin: http://127.0.0.1:9' a=b
		assert_header Access-Control-Allow-Origin '^http://127.0.0.1:9$'
	done
}

@test "CORS: no other origin is let in, however alike" {
	for path in token refresh userinfo revoke; do
		for origin in https://evil.example http://app.example.org \
		    "$APP:444" "$APP.evil.example" "https://x.app.example.org" \
		    null "$APP/" '*' app.immich:// ''; do
			request - POST "$ISSUER/$path" -H "Origin: $origin" a=b
			refute_header Access-Control-Allow-Origin
			refute_header Access-Control-Allow-Credentials
			assert_header Vary '^Origin$'
		done
	done
}

@test "CORS: a preflight of a known origin is answered, with the header that carries tokens" {
	for path in token refresh revoke userinfo; do
		preflight "$path" "$APP" POST
		assert_status 204
		assert_header Access-Control-Allow-Origin "^$APP\$"
		assert_header Access-Control-Allow-Methods '(^|, )POST(,|$)'
		assert_header Access-Control-Allow-Headers \
		    '^authorization$'
		preflight "$path" https://evil.example POST
		assert_status 204
		refute_header Access-Control-Allow-Origin
	done
}

@test "CORS: tracing and vendor headers pass the preflight, for known origins and public documents" {
	local -a names=(authorization content-type baggage sentry-trace
	    traceparent tracestate x-b3-traceid x-requested-with
	    x-datadog-trace-id newrelic dpop)
	HEADERS=$(IFS=,; echo "${names[*]}")
	for path in token refresh revoke userinfo; do
		preflight "$path" "$APP" POST
		assert_status 204
		lets_pass "${names[@]}"
		preflight "$path" https://evil.example POST
		refute_header Access-Control-Allow-Origin
	done
	for path in .well-known/openid-configuration jwks.json; do
		preflight "$path" https://any.example GET
		assert_header Access-Control-Allow-Origin '^\*$'
		lets_pass "${names[@]}"
	done
}

@test "CORS: what is no list of header names is not said back, and is no error" {
	for HEADERS in '' 'a b: c' '"x"' '<script>' $'x\xff' \
	    "$(printf 'x%.0s' {1..5000})"; do
		preflight token "$APP" POST
		assert_status 204
		assert_header Access-Control-Allow-Origin "^$APP\$"
		assert_header Access-Control-Allow-Headers \
		    '^Authorization, Content-Type$'
	done
}

@test "CORS: pages and introspection are for no script" {
	for path in authorize introspect logout; do
		for origin in "$APP" https://evil.example; do
			request - GET "$ISSUER/$path" -H "Origin: $origin"
			refute_header Access-Control-Allow-Origin
			preflight "$path" "$origin" POST
			refute_header Access-Control-Allow-Origin
			refute_header Access-Control-Allow-Credentials
		done
	done
}

@test "CORS: a client that comes or goes changes who is let in at once" {
	start_server
	request - POST "$ISSUER/token" -H 'Origin: https://new.example' a=b
	refute_header Access-Control-Allow-Origin
	add_client new --public --redirect-uri https://new.example/cb
	request - POST "$ISSUER/token" -H 'Origin: https://new.example' a=b
	assert_header Access-Control-Allow-Origin '^https://new.example$'
	preflight token https://new.example POST
	assert_status 204
	assert_header Access-Control-Allow-Origin '^https://new.example$'
	latchkey client set new --redirect-uri https://newer.example/cb
	request - POST "$ISSUER/token" -H 'Origin: https://new.example' a=b
	refute_header Access-Control-Allow-Origin
	latchkey client del new
	preflight token https://newer.example POST
	refute_header Access-Control-Allow-Origin
}
