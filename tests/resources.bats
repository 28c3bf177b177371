# Resource indicators: which API a token is for (RFC 8707).

load helper
USE_TEST_CLOCK=1
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

notes=https://notes.example.org/mcp
photos=https://photos.example.org

setup_file() {
	new_store
	add_user alice --group family
	add_client app --name 'Assistant' --audience https://own.example.org \
	    --audience https://second.example.org --grant authorization_code \
	    --grant refresh_token --grant client_credentials \
	    --redirect-uri "$CALLBACK" --scope openid --scope profile \
	    --scope email --scope groups --scope offline_access
	add_client bare --trusted
	latchkey client add notes --name 'Notes' --grant client_credentials \
	    --resource https://notes.example.org/mcp --secret-stdin <<<"$SECRET"
	latchkey client add photos --name 'Photos' --grant client_credentials \
	    --resource https://photos.example.org --group family \
	    --secret-stdin <<<"$SECRET"
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

# aud: of the token in the last answer.
aud() {
	jwt_claims "$(http_body | field access_token)" | jq -c .aud
}

# tokens_for RESOURCES [NAME=VALUE...]: RESOURCES as they are written into the
# address, since a name given twice needs that.
tokens_for() {
	open_page alice "$(authorize_url app "${@:2}")$1"
	! page_asks_password || log_in alice
	! page_asks_consent || allow alice
	redeem "$(url_param code "$(http_header Location)")" >/dev/null
	assert_status 200
	refresh_token=$(http_body | field refresh_token)
}

# refused_at_authorize QUERY
refused_at_authorize() {
	request - GET "$(authorize_url app)$1"
	assert_error_redirect invalid_target
	assert_logged 'invalid_target reason=resource_unknown'
}

@test "resource: an API that is registered is what the token is for, as it is written there; https://h and https://h/ are one (RFC 8707 2)" {
	tokens_for "&resource=$notes"
	assert_equal "$(aud)" "\"$notes\""
	tokens_for "&resource=$photos/"
	assert_equal "$(aud)" "\"$photos\""
	tokens_for ''
	assert_equal "$(aud)" '"https://own.example.org"'
	tokens_for '&resource=https://second.example.org'
	assert_equal "$(aud)" '"https://second.example.org"'
	tokens_for '&resource='
	assert_equal "$(aud)" '"https://own.example.org"'
}

@test "resource: at /authorize, one that is not registered is invalid_target" {
	for bad in https://notes.example.org/mcp/ https://notes.example.org/mc \
	    https://notes.example.org/MCP https://Notes.example.org/mcp \
	    https://notes.example.org https://photos.example.org// \
	    https://photos.example.org/? notes / x '%20' 'a%20b' "$ISSUER" \
	    'https://photos.example.org%23x' "https://$(printf 'h%.0s' {1..300})"; do
		refused_at_authorize "&resource=$bad"
	done
	refused_at_authorize "&resource=$notes&resource=https://evil.example"
	refused_at_authorize "&resource=https://evil.example&resource=$notes"
}

@test "resource: at most four, each once; no other parameter may be repeated" {
	tokens_for "&resource=$notes&resource=$photos&resource=$notes"
	assert_equal "$(aud)" "[\"$notes\",\"$photos\"]"
	tokens_for "&resource=$notes&resource=$photos&resource=https://own.example.org&resource=https://second.example.org"
	latchkey client set app --audience https://a.example --audience https://b.example \
	    --audience https://c.example
	refused_at_authorize "&resource=$notes&resource=$photos&resource=https://a.example&resource=https://b.example&resource=https://c.example"
	request - GET "$(authorize_url app)&resource=$notes&resource=$photos&scope=openid"
	assert_error_redirect invalid_request
}

@test "resource: the consent page names the API, and the answer is for it alone" {
	open_page alice "$(authorize_url app)&resource=$notes"
	log_in alice
	assert_page 'Notes.*notes\.example\.org'
	refute_page 'Photos'
	allow alice
	assert_status 303
	request alice GET "$(authorize_url app)&resource=$notes"
	assert_status 303
	request alice GET "$(authorize_url app)&resource=$photos"
	page_asks_consent
	request alice GET "$(authorize_url app prompt=none)&resource=$photos"
	assert_error_redirect consent_required
	request alice GET "$(authorize_url app)&resource=https://own.example.org"
	assert_status 303
}

@test "resource: a person is asked for another's API even by a trusted app" {
	sign_in alice bare >/dev/null
	request alice GET "$(authorize_url bare)"
	assert_status 303
	request alice GET "$(authorize_url bare)&resource=$notes"
	page_asks_consent
	latchkey client set bare --audience "$notes"
	request alice GET "$(authorize_url bare)&resource=$notes"
	assert_status 303
}

@test "resource: an API of a group is for its people alone, at first and at each use" {
	tokens_for "&resource=$photos"
	latchkey user set alice --group other
	refresh "$refresh_token"
	assert_refused 400 invalid_grant
	assert_logged 'reason=user_not_in_group'
	request alice GET "$(authorize_url app)&resource=$photos"
	assert_status 403
	request alice GET "$(authorize_url app)&resource=$notes"
	page_asks_consent
}

@test "resource: a code is for what was allowed, or less; a refusal leaves it good (RFC 8707 2.2)" {
	local code
	open_page alice "$(authorize_url app)&resource=$notes&resource=$photos"
	log_in alice
	allow alice
	code=$(url_param code "$(http_header Location)")
	for bad in https://evil.example https://own.example.org x \
	    "https://$(printf 'h%.0s' {1..300})" ' '; do
		redeem "$code" resource="$bad"
		assert_refused 400 invalid_target
	done
	redeem "$code" resource="$photos/"
	assert_equal "$(aud)" "\"$photos\""
	refresh "$(http_body | field refresh_token)"
	assert_equal "$(aud)" "[\"$notes\",\"$photos\"]"
}

@test "resource: a refresh narrows and never widens, and a refusal uses nothing up" {
	tokens_for "&resource=$notes&resource=$photos"
	refresh "$refresh_token" resource="$notes"
	assert_equal "$(aud)" "\"$notes\""
	refresh_token=$(http_body | field refresh_token)
	for bad in https://own.example.org https://evil.example; do
		refresh "$refresh_token" resource="$bad"
		assert_refused 400 invalid_target
		assert_logged 'reason=resource_not_granted'
	done
	refresh "$refresh_token" resource="$photos"
	assert_equal "$(aud)" "\"$photos\""
	refresh "$(http_body | field refresh_token)"
	assert_equal "$(aud)" "[\"$notes\",\"$photos\"]"
}

@test "resource: named at /token alone, it is one of the app's own audiences" {
	tokens_for ''
	refresh "$refresh_token" resource=https://second.example.org/
	assert_equal "$(aud)" '"https://second.example.org"'
	refresh "$(http_body | field refresh_token)" resource="$notes"
	assert_refused 400 invalid_target
}

@test "resource: without a person only the app's own audiences are to be had" {
	client_credentials resource=https://second.example.org
	assert_equal "$(aud)" '"https://second.example.org"'
	client_credentials
	assert_equal "$(aud)" '"https://own.example.org"'
	client_credentials resource="$notes"
	assert_refused 400 invalid_target
	CLIENT=notes client_credentials resource="$notes"
	assert_refused 400 invalid_target
}

@test "resource: an API that is no longer registered ends what was for it" {
	tokens_for "&resource=$notes"
	access=$(http_body | field access_token)
	latchkey client set notes --resource https://elsewhere.example
	refresh "$refresh_token"
	assert_refused 400 invalid_grant
	assert_logged 'reason=resource_unknown'
	introspect "$access"
	assert_field active false
	refused_at_authorize "&resource=$notes"
	latchkey client set notes --resource "$notes"
	refresh "$refresh_token"
	assert_equal "$(aud)" "\"$notes\""
	latchkey client del notes --yes
	refused_at_authorize "&resource=$notes"
}

@test "resource: introspection tells each API that a token is for, and no other" {
	tokens_for "&resource=$notes&resource=$photos"
	access=$(http_body | field access_token)
	for api in notes photos app; do
		CLIENT=$api introspect "$access"
		assert_field active true
		assert_equal "$(http_body | jq -c .aud)" "[\"$notes\",\"$photos\"]"
	done
	CLIENT=bare introspect "$access"
	assert_field active false
	refresh "$refresh_token" resource="$notes" >/dev/null
	access=$(http_body | field access_token)
	CLIENT=notes introspect "$access"
	assert_field aud "$notes"
	CLIENT=photos introspect "$access"
	assert_field active false
	userinfo "$access"
	assert_status 200
}

@test "resource: the gate takes a token that is for a rule's audience among others" {
	SITE=http://127.0.0.2:$PORT
	latchkey site add "$SITE" --rule "/ bearer:$photos" >/dev/null
	tokens_for "&resource=$notes&resource=$photos"
	access=$(http_body | field access_token)
	ask_gate /x HTTP_AUTHORIZATION="Bearer $access"
	assert_status 200
	refresh "$refresh_token" resource="$notes" >/dev/null
	access=$(http_body | field access_token)
	ask_gate /x HTTP_AUTHORIZATION="Bearer $access"
	assert_status 401
	assert_logged 'reason=audience'
}

@test "resource: lists say what an app may have tokens for, and what it has" {
	tokens_for "&resource=$notes"
	run -0 latchkey client show app --json
	assert_equal "$(jq -c .audience <<<"$output")" \
	    '["https://own.example.org","https://second.example.org"]'
	run -0 latchkey grant list --json
	assert_equal "$(jq -c '.grants[0].resources' <<<"$output")" "[\"$notes\"]"
	run -1 latchkey client set app --audience 'a b'
	run -1 latchkey client set app --resource "$(printf 'h%.0s' {1..257})"
}

@test "resource: the account page says at which API an app acts, and takes it back" {
	tokens_for "&resource=$notes"
	open_page alice "$ISSUER/account/apps"
	assert_page 'Acts for you at .*https://notes\.example\.org/mcp'
	open_page alice "$ISSUER/account/apps/take-back?app=app"
	submit alice step=take_back
	request alice GET "$(authorize_url app)&resource=$notes"
	page_asks_consent
	refresh "$refresh_token"
	assert_refused 400 invalid_grant
}
