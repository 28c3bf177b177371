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
	    '{"a":-1,"b":0,"c":1.5}' '{"a":{"b":1}}' '{"b":"=x","a":"\u003d"}'; do
		for name in a b c d e a1 x; do
			assert_equal "$(field $name <<<"$json")" \
			    "$(ask_jq $name <<<"$json")"
		done
	done
	for json in '{"a":1' '{"a":1,}' '{"a":1}}'; do
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
