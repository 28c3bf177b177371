# The filter for fail2ban matches every line of a failed sign-in, and nothing
# else.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	add_user alice
	add_user bob
	add_client app --trusted
	add_client photos --group family --trusted
	latchkey user lock bob >/dev/null
}

setup() {
	: >"$SERVER_LOG"
	export ADDRESS=192.0.2.7
}

# matched FILE: how many of its lines the filter matches.
matched() {
	local dir=$BATS_TEST_TMPDIR/filter
	mkdir -p "$dir"
	cp /etc/fail2ban/filter.d/common.conf "$root/conf/fail2ban/filter.d/latchkey.conf" "$dir"
	fail2ban-regex "$1" "$dir/latchkey.conf" |
	    sed -n 's/.*ignored, \([0-9]*\) matched.*/\1/p'
}

# In the forms that logs have: the programs' own, the journal's, syslog's.
in_each_form() {
	sed 's/^/Nov 29 10:00:00 id latchkey[12]: /' "$SERVER_LOG" >"$BATS_TEST_TMPDIR/journal"
	sed -E 's/^latchkey ([a-z]+): /Nov 29 10:00:00 id latchkey-\1: /' "$SERVER_LOG" >"$BATS_TEST_TMPDIR/syslog"
	cp "$SERVER_LOG" "$BATS_TEST_TMPDIR/plain"
}

assert_matched() {	# COUNT
	local form
	in_each_form
	for form in plain journal syslog; do
		assert_equal "$form $(matched "$BATS_TEST_TMPDIR/$form")" "$form $1"
	done
}

@test "fail2ban: each failed sign-in is matched: password, name, lock, wait, from IPv4 and IPv6" {
	local i
	open_page wrong "$(authorize_url app)"
	for i in 1 2 3 4 5 6 7 8 9 10 11; do
		submit wrong step=login username=alice password=wrong-one
	done
	assert_status 429
	submit wrong step=login username='no one "at" all' password=x
	submit wrong step=login username=bob password="$PASSWORD"
	ADDRESS=2001:db8::7 submit wrong step=login username=alice password=wrong-one
	assert_equal "$(grep -c cause= "$SERVER_LOG")" 14
	assert_matched 14
	assert_equal "$(grep -c cause=throttled "$SERVER_LOG")" 1
}

@test "fail2ban: nothing else is matched, nor what a client makes look like it" {
	export ADDRESS=192.0.2.99
	local fake='latchkey authorize: access_denied reason=sign_in address=203.0.113.9'
	request alice GET "$(authorize_url app redirect_uri="https://a.example/$fake")"
	request alice GET "$(authorize_url "$fake")"
	request alice GET "$(authorize_url app scope=nothing)"
	CLIENT=unknown as_client token grant_type=authorization_code code=x
	SECRET=wrong as_client token grant_type=authorization_code code=x
	request - GET "$ISSUER/userinfo" -H 'Authorization: Bearer x'
	open_page alice "$(authorize_url photos)"
	log_in alice
	assert_status 403
	submit alice step=login csrf=none username=alice password=x
	(($(wc -l <"$SERVER_LOG") >= 7)) || fail 'too few lines' "$(<"$SERVER_LOG")"
	refute_logged 'cause='
	assert_matched 0
}

@test "fail2ban: the filter and the jail are installed, and the jail names the filter" {
	make -s -C "$root" BUILD="$LATCHKEY_BUILD" DESTDIR="$BATS_TEST_TMPDIR/to" PREFIX=/usr install >/dev/null
	local dir=$BATS_TEST_TMPDIR/to/usr/share/latchkey/fail2ban
	cmp "$root/conf/fail2ban/filter.d/latchkey.conf" "$dir/filter.d/latchkey.conf"
	grep -q '^filter = latchkey$' "$dir/jail.d/latchkey.conf"
}
