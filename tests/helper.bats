# What the other tests rest on.

load helper

@test "helper: a process is gone when it has ended, whether its parent has asked or not" {
	local zombie
	SERVER_LOG=$BATS_TEST_TMPDIR/log
	# A parent that never waits for its child.
	in_background /usr/bin/python3 -c 'import os, time
child = os.fork()
if child == 0:
    os._exit(0)
print(child, flush=True)
time.sleep(60)'
	wait_for test -s "$SERVER_LOG"
	zombie=$(<"$SERVER_LOG")
	wait_for is_gone "$zombie"
	[[ $(ps -o stat= -p "$zombie") = Z* ]] || fail 'not a zombie'
	run ! is_gone "$SERVER_PID"
	stop_server
	is_gone "$SERVER_PID"
	is_gone "$(/usr/bin/python3 -c 'import os; print(os.getpid())')"
}

@test "helper: field gives what jq gives, with and without starting it" {
	local json name
	for json in '{}' '' '{"a":""}' '{"a":"x","b":1,"c":true,"d":false,"e":null}' \
	    '{"a":"b","b":"\"a\":1"}' '{"a":"x","a":"y"}' '{"a":"[]{}","b":[1],"a1":{"a":2}}' \
	    '{"a": "spaced"}' '{"a":"é"}' '{"a":"x\ny"}' '{"a":12345678901234567890}' \
	    '{"a":-1,"b":0,"c":1.5}' '{"a":{"b":1}}' '{"b":"=x","a":"\u003d"}' \
	    '{"a":[],"b":["x"],"c":["x","y, z"],"d":["x", "y"],"e":["x",["y"]]}' \
	    '{"a":["x]","b"],"b":["x","e\""]}' '{"a":["x"],"b":[1,"a"]}'; do
		for name in a b c d e a1 x; do
			[[ $json = *"\"$name\""* || $name = x ]] || continue
			assert_equal "$(field $name <<<"$json")" \
			    "$(ask_jq $name <<<"$json")"
		done
	done
	for json in '{"a":1' '{"a":1,}' '{"a":1}}' '{"a":["x",]}' '{"a":["x"}'; do
		run ! field a <<<"$json"
	done
	plain_field token '{"token":"x-1","ok":true}'
	assert_equal "$text" '=x-1'
}

@test "helper: the parts of a page are as a browser reads them" {
	mkdir "$BATS_TEST_TMPDIR/last"
	cat >"$BATS_TEST_TMPDIR/last/body" <<-'END'
		<form method="post" action="/a?b=1&amp;c=2"><p>text
		<INPUT type="hidden"
		    name="n" value="&lt;a&gt; &amp;lt; &quot;&#39;&#x2F;"><inputs x="y">
		<input type="checkbox" checked name="all" value="on">
		<input type="checkbox" name="none" value="on"><input type="text" name="t">
	END
	assert_equal "$(tags form | attribute action)" '/a?b=1&c=2'
	assert_equal "$(tags input | wc -l)" 4
	assert_equal "$(form_fields)" "n=<a> &lt; \"'/"$'\nall=on'
}

@test "helper: a step's form is the one that has its button" {
	local form_file
	mkdir "$BATS_TEST_TMPDIR/last"
	printf '%s' '<p><form action="/1"><button name="step" value="a"></form>' \
	    '<button name="step" value="c"><form action="/2"><input type="hidden"' \
	    ' name="n" value="x"><button name="step" value="b">2</button>' \
	    '</form> <form action="/3"><button name="step" value="d">' \
	    >"$BATS_TEST_TMPDIR/last/body"
	for step in a:/1 b:/2 c:/1 d:/3 e:/1; do
		form_file=
		form_with "${step%:*}"
		assert_equal "$(tags form | attribute action | head -n 1)" "${step#*:}"
	done
	form_with b
	assert_equal "$(form_fields)" n=x
}

@test "helper: headers, log lines and parameters are found as grep finds them" {
	mkdir "$BATS_TEST_TMPDIR/last"
	printf '%s\n' 'X-A: one' 'x-a: two words' 'X-Empty:' \
	    >"$BATS_TEST_TMPDIR/last/headers"
	printf 'a=1 reason=x\nb=2 reason=yz\n' >"$BATS_TEST_TMPDIR/log"
	SERVER_LOG=$BATS_TEST_TMPDIR/log
	assert_header X-A '^one$'
	assert_header x-a '^two w'
	assert_header X-Empty '^$'
	run ! assert_header X-A '^words'
	run ! assert_header X-B ''
	assert_logged 'reason=x( |$)'
	assert_logged '^b=2'
	refute_logged 'reason=y( |$)'
	refute_logged '1.*2'
	run ! refute_logged 'reason=yz'
	: >"$SERVER_LOG"
	refute_logged ''
	head -c 20000 /dev/zero | tr '\0' a >>"$SERVER_LOG"
	printf '\nlast=1\n' >>"$SERVER_LOG"
	assert_logged '^last=1$'
	refute_logged '^last=2$'
	assert_equal "$(url_param b 'http://h/p?a=1&b=x%26y+z')" 'x&y z'
	run ! url_param c 'http://h/p?a=1&b=2'
	for secret in 'a$(x)]"b' "it's" '' 'a\b' '*' "$SECRET"; do
		assert_equal "$(find_basic me "$secret"; find_basic me "$secret"
		    echo "$text")" "$(printf 'me:%s' "$(url_encode "$secret")" | base64 -w 0)"
	done
	assert_equal "$(basic app "$SECRET")" "$(printf %s "app:$SECRET" | base64 -w 0)"
	printf '%s\n' 'n / v' 'm /device w' 'o /other x' >"$BATS_TEST_TMPDIR/cgi-jar-me"
	person=me jar_send /device
	assert_equal "$cookies" 'n=v; m=w'
}
