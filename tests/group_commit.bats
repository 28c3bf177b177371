# Threads of one process, other programs and plain CGI on one store at once,
# and how a program that serves them ends and is replaced. What the store does
# with steps that wait is in unit/group_commit.c.

load helper

setup() {
	new_store
	add_user alice
	add_client app
	add_client robot --grant client_credentials
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

durability() {
	/usr/bin/python3 -B "$root/tests/durability/$1.py" "${@:2}"
}

served_again() {	# OLD-PROCESS
	CLIENT=robot client_credentials >/dev/null
	[[ $(http_status) = 200 && $(serving token) != "$1" ]]
}

@test "group commit: SIGTERM under load cuts no request off, and the program ends at once" {
	durability sigterm "$DATA" 40
}

@test "group commit: a program that has died is started again by the server" {
	local old
	start_server
	CLIENT=robot client_credentials
	assert_status 200
	old=$(serving token)
	kill -KILL "$old"
	wait_for served_again "$old"
}

@test "group commit: a program that was told to end is started again by the server" {
	local old
	start_server
	CLIENT=robot client_credentials
	assert_status 200
	old=$(serving token)
	kill -TERM "$old"
	wait_for served_again "$old"
}

@test "group commit: plain CGI works on the same store while a server's threads do" {
	local token server
	sign_in_and_keep
	start_server
	for _ in 1 2 3; do
		token=$(refresh "$token" | field refresh_token)
		assert_status 200
		server=$SERVER_PID SERVER_PID=
		token=$(refresh "$token" | field refresh_token)
		SERVER_PID=$server
		assert_status 200
	done
}

# A refresh token, in $token.
sign_in_and_keep() {
	token=$(get_tokens alice app | field refresh_token)
	[[ -n $token ]]
}
