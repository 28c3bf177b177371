# fetch: requests of ours to other servers. It is asked as the programs ask it,
# in a network of its own, where 11.0.0.1 is an address of the internet.

load helper
load internet

setup_file() {
	local dir=$BATS_FILE_TMPDIR
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/app" -1 1 app.test inside.test both.test cloud.test \
	    localhost 127.0.0.1 11.0.0.1 ::1
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/other" -1 1 other.test
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/past" -2 -1 app.test
	export LOG=$dir/requests
	start_network '127.0.0.1 localhost inside.test' '11.0.0.1 app.test' \
	    '11.0.0.2 both.test' '127.0.0.1 both.test' '169.254.169.254 cloud.test'
	: >"$LOG"
	receive app 443 11.0.0.1 127.0.0.1
	receive past 444 11.0.0.1
	receive '' 80 11.0.0.1 127.0.0.1
}

teardown_file() {
	stop_all
	stop_internet
}

setup() {
	cd "$root" || return
	PROXY=()
}

# receive NAME PORT ADDRESS...: with that certificate, or in plain.
receive() {
	local certificate=${1:+$BATS_FILE_TMPDIR/$1.pem}
	serve_inside "$2" "$root/tests/receiver.py" "$certificate" \
	    "${certificate/%.pem/.key}" "$2" "$LOG" "${@:3}"
}

# ask URL [MEMBER=VALUE...]: sets $output to the line, $body to the rest. The
# test's own authority is trusted unless ca= is given.
ask() {
	local url=$1 pair filter='{url: $url, ca: $ca, timeout_ms: 20000}'
	local arguments=(--arg url "$url" --rawfile ca "$BATS_FILE_TMPDIR/app.pem")
	shift
	for pair; do
		filter+=" + {${pair%%=*}: ${pair#*=}}"
	done
	inside env -i "LATCHKEY_BUILD=$LATCHKEY_BUILD" "${PROXY[@]}" \
	    "$LATCHKEY_BUILD/libexec/fetch" \
	    < <(jq -cn "${arguments[@]}" "$filter") >"$BATS_TEST_TMPDIR/answer"
	output=$(head -n 1 "$BATS_TEST_TMPDIR/answer")
	body=$(tail -n +2 "$BATS_TEST_TMPDIR/answer")
}

outcome() {
	assert_equal "$(jq -r .outcome <<<"$output")" "$1"
}

# What was logged since the test began.
requests() {
	tail -n +$((BEGAN + 1)) "$LOG"
}

began() {
	BEGAN=$(wc -l <"$LOG")
}

@test "fetch: a page of the internet is answered with its status, type and body" {
	began
	ask https://app.test/ok accept='"application/json"'
	outcome answered
	assert_equal "$(jq -c '[.status, .content_type, .length, .fresh_s]' <<<"$output")" \
	    '[200,"text/plain",5,-1]'
	assert_equal "$body" fine
	assert_equal "$(requests | jq -c '[.method, .path, .accept]')" \
	    '["GET","/ok","application/json"]'
	ask https://app.test/fail
	assert_equal "$(jq .status <<<"$output")" 500
	ask https://app.test/keep
	assert_equal "$(jq .fresh_s <<<"$output")" 3000
	ask https://app.test/keep-not
	assert_equal "$(jq .fresh_s <<<"$output")" 0
}

@test "fetch: a form is posted, as it is" {
	began
	ask 'https://app.test/ok?x=1' body='"a=b&c=%20d"' \
	    content_type='"application/x-www-form-urlencoded"'
	outcome answered
	assert_equal "$(requests | jq -c '[.method, .path, .type, .body]')" \
	    '["POST","/ok?x=1","application/x-www-form-urlencoded","a=b&c=%20d"]'
}

@test "fetch: a redirect is an answer, and not followed" {
	began
	ask https://app.test/redirect
	outcome answered
	assert_equal "$(jq .status <<<"$output")" 307
	assert_equal "$(requests | wc -l)" 1
}

@test "fetch: where a stranger named the address, only the internet is asked: names and figures alike" {
	local url
	began
	for url in https://inside.test/ok https://localhost/ok https://127.0.0.1/ok \
	    https://2130706433/ok https://0x7f.1/ok 'https://[::1]/ok' \
	    'https://[::ffff:127.0.0.1]/ok' 'https://[64:ff9b::7f00:1]/ok' \
	    https://0.0.0.0/ok https://cloud.test/ok https://169.254.169.254/ok; do
		ask "$url"
		outcome bad_address
	done
	assert_equal "$(requests)" ''
	ask https://inside.test/ok any_address=true
	outcome answered
}

@test "fetch: an address of the house behind one of the internet, under one name, is not asked" {
	began
	ask https://both.test/ok
	outcome bad_address
	assert_equal "$(requests)" ''
	ask https://both.test/ok any_address=true
	outcome answered
}

@test "fetch: only https, and http where that is said; nothing else is a way out" {
	local url
	began
	ask http://app.test/ok
	outcome bad_url
	for url in file:///etc/passwd ftp://app.test/ gopher://app.test/ \
	    dict://app.test/ 'https://' '' 'app test'; do
		ask "$url" plain=true any_address=true
		[[ $(jq -r .outcome <<<"$output") =~ ^(bad_url|no_host)$ ]] ||
		    fail "$url: $output"
	done
	assert_equal "$(requests)" ''
	ask http://app.test/ok plain=true
	outcome answered
	ask http://inside.test/ok plain=true
	outcome bad_address
}

@test "fetch: who answers must have the name's certificate, of an authority that is trusted, and in time" {
	began
	ask https://app.test/ok ca=null
	outcome bad_certificate
	ask https://app.test/ok ca="$(jq -Rs . "$BATS_FILE_TMPDIR/other.pem")"
	outcome bad_certificate
	ask https://app.test:444/ok ca="$(jq -Rs . "$BATS_FILE_TMPDIR/past.pem")"
	outcome bad_certificate
	ask https://11.0.0.2/ok any_address=true
	outcome no_connection
	ask https://app.test:80/ok
	outcome broken
	assert_equal "$(requests)" ''
}

@test "fetch: a server that is silent, or drips, takes no longer than the timeout" {
	local path start
	for path in slow drip; do
		start=$EPOCHREALTIME
		ask "https://app.test/$path" timeout_ms=1500
		outcome timeout
		((${EPOCHREALTIME/[.,]/} - ${start/[.,]/} < 8000000))
	done
}

@test "fetch: no more than 64 KiB of an answer are taken, or than were asked for" {
	ask https://app.test/big
	outcome too_long
	assert_equal "$body" ''
	ask https://app.test/ok answer_max=4
	outcome too_long
	ask https://app.test/ok answer_max=5
	outcome answered
}

@test "fetch: no more than 64 KiB of headers are taken, before an answer, of it, or after its body" {
	local path
	for path in long-head many-heads long-tail; do
		ask "https://app.test/$path" timeout_ms=10000
		outcome too_long
	done
}

@test "fetch: half an answer, and noise, are no answer" {
	ask https://app.test/cut
	outcome broken
	ask https://app.test/noise
	outcome broken
}

@test "fetch: a name that leads nowhere, a port where nothing listens" {
	ask https://no.such.test/ok
	outcome no_host
	ask https://app.test:1/ok
	outcome no_connection
}

@test "fetch: proxies, credentials and cookies of the host are not used" {
	began
	PROXY=(https_proxy=http://127.0.0.1:80 all_proxy=http://127.0.0.1:80
	    "HOME=$BATS_TEST_TMPDIR")
	echo 'machine app.test login alice password secret' >"$BATS_TEST_TMPDIR/.netrc"
	ask https://app.test/ok
	outcome answered
	ask https://user:pass@app.test/ok
	assert_equal "$(requests | jq -c '.secrets' | sort -u)" '[null,null,null]'
}

@test "fetch: what is no request is refused in peace" {
	local text
	for text in '' '{' '[]' '{}' '{"url": 1}' '{"url":"https://app.test/ok","url":"x"}' \
	    '{"url":"https://app.test/\u0000ok"}' "$(head -c 300000 /dev/zero | tr '\0' ' ')"; do
		run -0 inside "$LATCHKEY_BUILD/libexec/fetch" <<<"$text"
		[[ $(jq -r .outcome <<<"${lines[0]}") = bad_url ]]
	done
}
