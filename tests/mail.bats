# Mails: written by the programs and the command, handed over by `latchkey
# mail` to a sendmail, and read here by Python's parser.

load helper

setup_file() {
	export USE_TEST_CLOCK=1
	new_store
	# What a sendmail is: a program that takes a mail from its input.
	mkdir "$BATS_FILE_TMPDIR/sent"
	cat >"$BATS_FILE_TMPDIR/sendmail" <<-END
		#!/bin/sh
		[ ! -e "$BATS_FILE_TMPDIR/fails" ] || { cat "$BATS_FILE_TMPDIR/fails" >&2; exit 75; }
		echo "\$*" >"$BATS_FILE_TMPDIR/args"
		cat >"$BATS_FILE_TMPDIR/sent/\$\$"
	END
	chmod 755 "$BATS_FILE_TMPDIR" "$BATS_FILE_TMPDIR/sendmail"
	add_user alice --name 'Alice Adams' --email alice@example.org
	add_client app --trusted
	set_conf mail sendmail
	set_conf mail_command "$BATS_FILE_TMPDIR/sendmail"
	set_conf mail_from 'sign-in@example.org'
	save_store
}

setup() {
	fresh_store
	rm -rf "$BATS_FILE_TMPDIR/sent" "$BATS_FILE_TMPDIR/fails" "$DATA/mail"
	mkdir -m 777 "$BATS_FILE_TMPDIR/sent"
}

teardown_file() {
	stop_all
}

json() {
	jq -er "$1" <<<"$output"
}

# sent: what the sendmail got last, as JSON, in $output.
sent() {
	run -0 /usr/bin/python3 "$BATS_TEST_DIRNAME/mail.py" "$BATS_FILE_TMPDIR"/sent/*
}

waiting() {
	find "$DATA/mail/$1" -type f 2>/dev/null | wc -l
}

@test "mail: a link goes to the person alone, through the queue" {
	run -0 --separate-stderr latchkey user invite carol --name 'Carol Čapková' \
	    --email carol@example.org --mail
	assert_equal "$output" ''
	[[ $stderr = *'goes to carol@example.org, good once, until '* ]] || fail "$stderr"
	assert_equal "$(waiting new)" 1
	assert_equal "$(stat -c %a "$DATA/mail" "$DATA/mail/new" "$DATA"/mail/new/* | xargs)" \
	    '700 700 600'
	run -0 latchkey mail
	assert_equal "$output" '1 mail handed over.'
	assert_equal "$(<"$BATS_FILE_TMPDIR/args")" '-t -i'
	assert_equal "$(waiting new) $(waiting out) $(waiting tmp)" '0 0 0'
	sent
	assert_equal "$(json .to)" carol@example.org
	assert_equal "$(json .from)" '"127.0.0.1" <sign-in@example.org>'
	assert_equal "$(json .auto)" auto-generated
	assert_equal "$(jq '.defects | length' <<<"$output")" 0
	(($(json .longest) < 998))
	[[ $(json .body) = *'Carol Čapková'* ]]
	link=$(json .body | grep -o 'http[^ ]*/join?link=[^ ]*')
	request carol GET "$link"
	assert_status 200
	assert_page Carol
	run -0 latchkey mail
	assert_equal "$output" ''
}

@test "mail: names with anything in them stay what they are, in one header" {
	local name
	for name in 'x =?UTF-8?Q?evil?= y' 'Familie Größe 🏡 und alle anderen Leute im Haus, auch die Katze' \
	    'a"b\c <bcc@example.org>' 'Комната номер семь, которая длиннее строки'; do
		rm -f "$BATS_FILE_TMPDIR"/sent/*
		set_conf provider_name "$name"
		latchkey user reset alice --mail 2>/dev/null
		latchkey mail >/dev/null
		sent
		assert_equal "$(json .subject)" "A new password for $name"
		[[ $(json .from) = *'<sign-in@example.org>' ]] || fail "$output"
		assert_equal "$(json .bcc)" None
		assert_equal "$(json '.headers | join(" ")')" \
		    'Auto-Submitted Content-Language Content-Transfer-Encoding Content-Type Date From MIME-Version Message-ID Subject To'
	done
}

@test "mail: without a setting, an address or one that is vouched for none is written" {
	latchkey user add dave --no-password >/dev/null
	run -1 latchkey user reset dave --mail
	latchkey user set alice --email-unverified >/dev/null
	run -1 latchkey user reset alice --mail
	set_conf mail no
	run -1 latchkey user invite erin --email e@example.org --mail
	[[ $output = *'mail = sendmail'* ]] || fail "$output"
	run -1 latchkey user show erin
	assert_equal "$(waiting new)" 0
	run -1 latchkey check --offline --mail a@example.org
	for bad in 'a b@c' 'nobody' 'a@b@c' 'a@b>'; do
		set_conf mail_from "$bad"
		run -1 latchkey mail
	done
}

@test "mail: what is not taken is tried again, told by check, and given up after days" {
	echo 'no route to the mail host' >"$BATS_FILE_TMPDIR/fails"
	latchkey user reset alice --mail 2>/dev/null
	run -1 latchkey mail
	[[ $output = *'1 mail not taken'*'no route to the mail host'* ]] || fail "$output"
	assert_equal "$(waiting new) $(waiting out)" '0 1'
	run latchkey check --offline --json
	[[ $(jq -r '.findings[].what' <<<"$output") = *'did not take mails (1 wait'*'no route'* ]] ||
	    fail "$output"
	rm "$BATS_FILE_TMPDIR/fails"
	run -0 latchkey mail
	sent
	run latchkey check --offline --json
	[[ $(jq -r '.findings[].what' <<<"$output") = *'mails that were sent have left'* ]] ||
	    fail "$output"
	rm "$BATS_FILE_TMPDIR"/sent/*
	echo 'no route to the mail host' >"$BATS_FILE_TMPDIR/fails"
	latchkey user reset alice --mail 2>/dev/null
	touch -d '4 days ago' "$DATA"/mail/new/*
	travel 1
	run latchkey check --offline --json
	if [[ -e /run/systemd/system ]]; then
		[[ $(jq -r '.findings[].do' <<<"$output") = *'systemctl enable --now latchkey-mail.path'* ]] || fail "$output"
	else
		[[ $(jq -r '.findings[].do' <<<"$output") = *'have cron run `latchkey mail`'* ]] || fail "$output"
	fi
	USE_TEST_CLOCK= run -1 latchkey mail
	[[ $output = *'1 given up'* ]] || fail "$output"
	assert_equal "$(waiting out)" 0
	set_conf mail_command /nonexistent/sendmail
	run -1 latchkey check --offline --mail alice@example.org
	[[ $output = *'/nonexistent/sendmail cannot be run'* ]] || fail "$output"
}

@test "mail: a queue that nothing takes from does not fill the disk, and keeps no one out" {
	local i
	mkdir -p "$DATA/mail/new"
	for ((i = 0; i < 1000; i++)); do
		: >"$DATA/mail/new/$i"
	done
	run -1 latchkey user reset alice --mail
	[[ $output = *no_space* ]] || fail "$output"
	sign_in alice app >/dev/null
	assert_equal "$(waiting new)" 1000
	assert_logged 'a mail could not be written'
}

@test "mail: check --mail sends a test, and tells what the sendmail says" {
	run latchkey check --offline --mail bob@example.org
	[[ $output = *'took a test to bob@example.org'* ]] || fail "$output"
	sent
	assert_equal "$(json .to)" bob@example.org
	assert_equal "$(json .subject)" 'Test of 127.0.0.1'
	echo 'who are you?' >"$BATS_FILE_TMPDIR/fails"
	run -1 latchkey check --offline --mail bob@example.org
	[[ $output = *'who are you?'* ]] || fail "$output"
}

@test "mail: the old address is told that the person has another one now, if it was vouched for" {
	set_conf mail_new_sign_in no
	open_page alice "$ISSUER/account/email"
	log_in alice
	submit alice step=save email=new@example.org
	assert_equal "$(waiting new)" 1
	latchkey mail >/dev/null
	sent
	assert_equal "$(json .to)" alice@example.org
	assert_equal "$(json .subject)" 'The e-mail address of your account has changed'
	[[ $(json .body) = *'Hello Alice Adams'*'account alice at 127.0.0.1'*'from 127.0.0.1'*"$ISSUER/account"* ]] ||
	    fail "$output"
	submit alice step=save email=new@example.org
	submit alice step=save email=third@example.org
	assert_equal "$(waiting new)" 0
}

@test "mail: a new browser's sign-in is told to its person, a known one's is not" {
	sign_in alice app >/dev/null
	assert_equal "$(waiting new)" 1
	latchkey mail >/dev/null
	sent
	assert_equal "$(json .to)" alice@example.org
	assert_equal "$(json .subject)" 'New sign-in to 127.0.0.1'
	[[ $(json .body) = *'address 127.0.0.1'*"$ISSUER/account"* ]] || fail "$output"
	request alice GET "$(authorize_url app prompt=login)"
	submit alice step=login username=alice password="$PASSWORD"
	assert_equal "$(waiting new)" 0
	set_conf mail_new_sign_in no
	request elsewhere GET "$ISSUER/"
	submit elsewhere step=login username=alice password="$PASSWORD"
	assert_equal "$(waiting new)" 0
}
