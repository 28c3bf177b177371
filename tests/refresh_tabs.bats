# Tabs of one browser app that share a refresh cookie, in Chromium.

load helper
USE_TEST_CLOCK=1

setup_file() {
	new_store
	APP_PORT=$(free_port)
	export APP_PORT
	add_user alice
	add_client app --public --cookie-refresh \
	    --redirect-uri "http://127.0.0.1:$APP_PORT/"
	save_store
}

setup() {
	fresh_store
	start_server
}

teardown() {
	stop_server
}

tabs() {
	PYTHONDONTWRITEBYTECODE=1 timeout 120 /usr/bin/python3 \
	    "$root/tests/refresh_tabs.py" "$ISSUER" "$APP_PORT" "$PASSWORD" \
	    "$1" >&2
}

no_theft() {
	run -0 latchkey audit
	[[ $output != *refresh_token_re* ]] || fail "$output"
	latchkey grant list --json | jq -r '.grants[].generation'
}

@test "refresh: ten tabs over a slow line that take turns, as refresh(8) shows, refresh at once, and again 15 minutes later, and later again" {
	tabs turns
	# Each got a successor of its own, one after the other.
	assert_equal "$(no_theft)" 31
}

@test "refresh: ten tabs over a slow line that take no turns each get an answer, and the family lives" {
	tabs none
	(($(no_theft) > 1))
}
