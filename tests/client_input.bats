# Bad input at the endpoints that apps call, beyond what bad_input.bats has:
# credentials, and whole requests over a socket.

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

setup_file() {
	new_store
	add_user alice
	add_client app --trusted
	add_client spa --public --trusted
	sign_in alice app
	save_store
}

setup() {
	fresh_store
	AUTH=none
	get_tokens alice spa >/dev/null
	refresh_token=$(http_body | field refresh_token)
	access=$(http_body | field access_token)
	AUTH=basic
	[[ -n $refresh_token ]]
}

# After each test the token still works, and no program has logged
# or told a secret.
teardown() {
	AUTH=none CLIENT=spa refresh "$refresh_token" >/dev/null
	assert_status 200
	refute_logged "$refresh_token"
	refute_logged "$SECRET"
	refute_logged server_error
	stop_server
}

teardown_file() {
	stop_all
}

# post PROGRAM BODY [VAR=VALUE...]: the body as it is.
post() {
	cgi "$1" POST "/$1" '' "$2" "${@:3}" >/dev/null
}

no_echo() {
	[[ $(http_headers)$(http_body) != *"$refresh_token"* ]] ||
	    fail 'the token is in the answer'
	[[ $(http_headers)$(http_body) != *"$SECRET"* ]] ||
	    fail 'the secret is in the answer'
}

refused() {
	assert_refused "$@"
	no_echo
}

@test "bad input: Basic with anything in it is 401 or 400, never a 5xx" {
	for plain in '' ':' 'a' ':b' 'app:' "app:$SECRET:x" $'app:\xff' \
	    $'app:\x01' $'app\x00x:y' "$(printf 'a%.0s' {1..3000}):x" \
	    "app:$(printf 'a%.0s' {1..3000})" '%00:x' 'app:%00' 'app:%ff'; do
		post token 'grant_type=client_credentials' \
		    HTTP_AUTHORIZATION="Basic $(printf '%s' "$plain" |
		    base64 -w 0)"
		refused 401 invalid_client
	done
	# A NUL after the right secret does not end it.
	post token 'grant_type=client_credentials' \
	    HTTP_AUTHORIZATION="Basic $(printf 'app:%s\0x' "$SECRET" |
	    base64 -w 0)"
	refused 401 invalid_client
	post token 'grant_type=client_credentials' \
	    HTTP_AUTHORIZATION="Basic $(printf 'app:%s%%00x' "$SECRET" |
	    base64 -w 0)"
	refused 401 invalid_client
}

@test "bad input: through lighttpd and FastCGI: never a 5xx, a closed connection or a lost token" {
	start_server
	sign_in alice app
	"$root/tests/bad_requests.py" "$ISSUER" "$refresh_token"
	kill -0 "$SERVER_PID"
	refute_logged 'died|signal|segfault|AddressSanitizer|runtime error'
}
