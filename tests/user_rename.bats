# latchkey user rename: another name for the same person.

load helper

setup_file() {
	new_store
	add_user alice --email alice@example.org
	add_user bob
	add_client app --trusted
	save_store
}

setup() {
	fresh_store
}

@test "rename: the person signs in with the new name, and no longer with the old one" {
	latchkey user rename alice anna
	open_page anna "$(authorize_url app)"
	submit anna step=login username=alice password="$PASSWORD"
	assert_status 403
	log_in anna
	assert_header Location '[?&]code='
	open_page other "$(authorize_url app)"
	submit other step=login username=alice@example.org password="$PASSWORD"
	assert_header Location '[?&]code='
}

@test "rename: sub, sessions and refresh tokens stay; claims have the new name" {
	local before after token
	get_tokens alice app >/dev/null
	before=$(jwt_claims "$(http_body | field id_token)" | field sub)
	token=$(http_body | field refresh_token)
	latchkey user rename alice anna
	request alice GET "$(authorize_url app prompt=none)"
	assert_header Location '[?&]code='
	CLIENT=app refresh "$token" >/dev/null
	assert_status 200
	after=$(jwt_claims "$(http_body | field id_token)")
	assert_equal "$(field sub <<<"$after")" "$before"
	assert_equal "$(field preferred_username <<<"$after")" anna
}

@test "rename: the audit says which name it was; the old one is free" {
	latchkey user rename Alice ANNA
	latchkey audit --json | jq -e 'map(select(.event == "user_renamed" and
	    .user == "anna" and .detail == "Alice")) | length == 1'
	assert_equal "$(latchkey user list --json |
	    jq -c 'map(.preferred_username)')" '["anna","bob"]'
	add_user alice
	latchkey check --offline
}

@test "rename: a name that is taken or bad, and a person who is not there, change nothing" {
	run -1 latchkey user rename alice bob
	[[ $output = *'user bob exists already'* ]]
	run -1 latchkey user rename alice alice
	[[ $output = *'user alice exists already'* ]]
	run -1 latchkey user rename alice '-x'
	[[ $output = *'lower-case letters'* ]]
	run -1 latchkey user rename alice "$(printf 'a%.0s' {1..65})"
	[[ $output = *'at most 64'* ]]
	run -1 latchkey user rename nemo anna
	[[ $output = *'no such user: nemo'* ]]
	run -2 latchkey user rename alice
	[[ $output = *'missing operand NEW'* ]]
	run -2 latchkey user rename alice a b
	[[ $output = *'unexpected argument'* ]]
	assert_equal "$(latchkey user list --json |
	    jq -c 'map(.preferred_username)')" '["alice","bob"]'
}

@test "rename: sites behind the gate go by the name, which is said" {
	run -0 latchkey user rename alice anna
	[[ $output != *REMOTE_USER* ]]
	latchkey site add http://127.0.0.2:9 --rule '/ signed-in' >/dev/null
	run -0 latchkey user rename anna alice
	[[ $output = *'REMOTE_USER alice'* ]]
}
