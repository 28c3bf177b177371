# What was refused lately, why, and what helps: `latchkey why`, and the same in
# the log.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice --email alice@example.org
	add_user bob --group family
	add_client photos --group family
	add_client app --name 'Photo Album' --trusted
	latchkey user invite carol >/dev/null
	save_store
}

setup() {
	fresh_store
	export ADDRESS=192.0.2.7
}

why() {	# [ARGUMENT...]: sets $said
	said=$(latchkey why "$@")
}

assert_said() {	# TEXT...
	local text
	for text; do
		[[ $(tr -s ' \n' '  ' <<<"$said") = *"$text"* ]] || fail "not said: $text" "$said"
	done
}

# refusals [ARGUMENT...] FILTER: of `why --json`.
refusals() {
	latchkey why "${@:1:$#-1}" --json | jq -r ".refusals | ${!#}"
}

type_password() {	# NAME PASSWORD
	open_page "b-$1" "$(authorize_url app)"
	submit "b-$1" step=login username="$1" password="$2"
}

# --- the promise

@test "why: an unregistered redirect URI is told with the command that registers it" {
	request alice GET "$(authorize_url photos redirect_uri=https://photos.example.org/cb/)"
	assert_status 400
	assert_page '<code dir="ltr">https://photos.example.org/cb/</code>'
	why photos
	assert_said 'redirect_uri_unregistered' 'photos, from 192.0.2.7' \
	    'redirect_uri "https://photos.example.org/cb/"' \
	    'latchkey client set photos --add-redirect-uri https://photos.example.org/cb/' \
	    "redirect URIs: $CALLBACK"
	why https://photos.example.org
	assert_said redirect_uri_unregistered 'is no redirect URI of any app'
	why "$CALLBACK"
	assert_said 'is a redirect URI of photos' 'is a redirect URI of app'
}

@test "why: an address that a stranger made up is one quoted word, in the log as well" {
	request alice GET "$(authorize_url photos "redirect_uri=https://a.example/'\$(id)\`x\` y")"
	refute_page '\$\(id\)`x` y[^<]'
	why photos
	assert_said "--add-redirect-uri 'https://a.example/'\\''\$(id)\`x\` y'"
	assert_logged "redirect_uri=\"https://a.example/'.\(id\)\`x\` y\" address=192.0.2.7\$"
}

@test "why: a long redirect URI is cut, and the log line goes on behind it" {
	request alice GET "$(authorize_url photos "redirect_uri=https://a.example/$(printf 'x%.0s' {1..900})")"
	assert_logged 'redirect_uri="https://a.example/x{200,250}\.\.\." address='
	assert_equal "$(refusals photos '.[0].redirect_uri | length')" 255
}

@test "why: a failed sign-in says which of the causes it was, and names who exists and no one else" {
	local cause name
	latchkey user lock bob >/dev/null
	type_password alice wrong-one
	type_password bob "$PASSWORD"
	type_password 'hunter2 my secret' x
	type_password carol x
	while read -r cause name; do
		assert_logged "access_denied reason=sign_in client_id=app${name:+ user=$name} cause=$cause address="
		assert_equal "$(refusals ".[] | select(.cause == \"$cause\") | .user")" "$name"
	done <<-'END'
		wrong_password alice
		locked bob
		unknown_user
		no_password carol
	END
	refute_logged hunter2
	! grep -r hunter2 "$DATA" || fail 'what was typed is kept'
	why alice
	assert_said 'The password was wrong.' 'latchkey user reset alice, and send them the link' \
	    'failed to sign in once since the last sign-in' 'may not use photos, which is for: family'
	why bob
	assert_said 'is locked, and cannot sign in' 'latchkey user unlock bob'
	why carol
	assert_said 'has no password and no passkey, and cannot sign in'
}

@test "why: who has to wait is told so, and unlocking ends it" {
	local i
	open_page alice "$(authorize_url app)"
	for i in 1 2 3 4 5 6 7 8 9 10 11; do
		submit alice step=login username=alice password=wrong-one
	done
	assert_status 429
	assert_logged 'too_many_requests reason=sign_in client_id=app user=alice cause=throttled'
	why alice
	assert_said throttled 'has to wait' 'at 192.0.2.7: too many wrong passwords'
	assert_equal "$(refusals alice '.[] | select(.cause == "wrong_password") | .times')" 10
	latchkey user unlock alice >/dev/null
	why alice
	[[ $said != *'has to wait'* ]]
}

@test "why: whether a person needs a second factor is told" {
	latchkey user set bob --require-factor >/dev/null
	why bob
	assert_said 'needs a second factor, has none, and is asked to set one up'
}

@test "why: an app's wrong secret, and a person who may not use it, are told with the app" {
	SECRET=not-it CLIENT=photos as_client token grant_type=authorization_code code=x
	assert_status 401
	why photos
	assert_said client_secret_wrong 'latchkey client secret photos makes a new secret'
	open_page alice "$(authorize_url photos)"
	log_in alice
	assert_status 403
	why alice
	assert_said user_not_in_group 'alice at photos' 'latchkey user set alice --add-group GROUP'
}

@test "why: without an argument it is about all, the newest first, and --last is how many" {
	request alice GET "$(authorize_url nothing)"
	travel 60
	type_password alice wrong-one
	travel 60
	CLIENT=nothing as_client token grant_type=authorization_code
	assert_equal "$(refusals '[.[].reason] | join(" ")')" \
	    'client_unknown sign_in client_id_unknown'
	assert_equal "$(refusals '[.[].program] | join(" ")')" 'token authorize authorize'
	assert_equal "$(refusals --last 1 length)" 1
	run -2 latchkey why --last 0
	run -2 latchkey why --last many
}

@test "why: what is unknown is answered with what is called nearly so" {
	run -1 latchkey why alise
	assert_equal "$output" 'latchkey: no person and no app is called alise: did you mean alice?'
	run -1 latchkey why photo
	assert_equal "$output" 'latchkey: no person and no app is called photo: did you mean photos?'
	run -1 latchkey why somethingelse
	[[ $output = *'latchkey user list'* ]]
	# An app that was never registered is known by what was refused.
	request alice GET "$(authorize_url nextcloud)"
	why nextcloud
	assert_said client_id_unknown
}

@test "why: an app that redeems codes and uses nothing is named with the usual causes; one that does is not" {
	local i before
	for i in 1 2; do
		redeem "$(get_code alice app)" >/dev/null
		travel 20
	done
	refute_logged codes_unused
	redeem "$(get_code alice app)" >/dev/null
	assert_logged 'latchkey token: codes_unused client_id=app address='
	why app
	assert_said codes_unused 'it does not take our tokens' '--alg RS256' 'issuer' 'clock'
	# Userinfo, and a refresh, are what a token is for.
	travel 600
	: >"$SERVER_LOG"
	for i in 1 2 3; do
		tokens=$(redeem "$(get_code alice app)")
		request - GET "$ISSUER/userinfo" -H "Authorization: Bearer $(field access_token <<<"$tokens")"
	done
	travel 600
	for i in 1 2 3; do
		tokens=$(redeem "$(get_code alice app)")
		as_client token grant_type=refresh_token refresh_token="$(field refresh_token <<<"$tokens")"
	done
	travel 600
	for i in 1 2 3; do
		redeem "$(get_code alice app)" >/dev/null
		travel 61
	done
	refute_logged codes_unused
}

@test "why: pages that are not there, and what was never refused, are not in it" {
	run_cgi account GET /wp-login.php
	sign_in alice app >/dev/null
	why
	assert_equal "$said" 'Nothing was refused lately.'
	[[ ! -e $DATA/refusals ]]
}

@test "why: a refusal writes nothing to the store, and works where its file cannot be made" {
	local before
	before=$(stored_state)
	request alice GET "$(authorize_url nothing)"
	assert_equal "$(stored_state)" "$before"
	rm -rf "$DATA/refusals"
	echo 'not a directory' >"$DATA/refusals"
	request alice GET "$(authorize_url nothing)"
	assert_status 400
	assert_logged 'refusals not kept file=.*/refusals/authorize why='
}

@test "why: check looks at who may write there" {
	request alice GET "$(authorize_url nothing)"
	run -0 latchkey check --offline
	[[ $output = *'owner and permissions'* ]]
	chmod 777 "$DATA/refusals"
	run -1 latchkey check --offline
	[[ $output = *'/refusals has mode 0777'* ]]
}
