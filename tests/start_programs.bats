# conf/start-programs.sh: the programs behind a web server that does not start
# them, one socket each.

load helper

setup() {
	new_store
	run=$BATS_TEST_TMPDIR/run
	[[ ${#run} -lt 90 ]] || run=$(mktemp -d)
	mkdir -p "$run"
	# A name of this test's own, by which its processes are found.
	programs=$BATS_TEST_TMPDIR/programs
	ln -s "$LATCHKEY_BUILD/cgi-bin" "$programs"
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

begin() {	# [OPTION...]
	LATCHKEY_DATA=$DATA in_background "$root/conf/start-programs.sh" "$@" \
	    "$programs" "$run"
	wait_for responds token
	wait_for responds logout
}

# Asks a program through its socket.
ask() {	# PROGRAM [BODY]
	local -a vars=("REQUEST_METHOD=GET" "REQUEST_URI=/$1" "PATH=$PATH")
	[[ -z ${2:-} ]] || vars+=("REQUEST_METHOD=POST"
	    "CONTENT_TYPE=application/x-www-form-urlencoded"
	    "CONTENT_LENGTH=${#2}"
	    "HTTP_AUTHORIZATION=Basic $(basic app "$SECRET")")
	printf %s "${2:-}" |
	    env -i "${vars[@]}" cgi-fcgi -bind -connect "$run/$1" 2>&1
}

responds() {
	ask "$1" | grep -q '^Status: '
}

# The process that serves PROGRAM now.
process() {
	pgrep -f "^$programs/$1\$"
}

another_than() {
	[[ -n $(process "$1") && $(process "$1") != "$2" ]]
}

@test "start-programs: each program is one process behind one socket, which its owner alone can open" {
	local program
	begin
	for program in authorize token refresh metadata userinfo introspect \
	    revoke logout; do
		assert_equal "$program $(process $program | wc -l)" "$program 1"
		assert_equal "$(stat -c '%F %a' "$run/$program")" 'socket 600'
	done
}

@test "start-programs: one that dies is started again, and who connects meanwhile is served" {
	local old i
	begin
	for i in 1 2 3; do
		old=$(process token)
		kill -KILL "$old"
		ask token | grep -q '^Status: 405'
		wait_for another_than token "$old"
	done
	assert_logged "token ended by itself \(status 137\)"
}

@test "start-programs: on SIGHUP each is started anew, and nobody is turned away" {
	local old
	add_client app --grant client_credentials
	begin
	old=$(process token)
	(
		for _ in {1..40}; do
			ask token grant_type=client_credentials | head -n 1
		done >"$BATS_TEST_TMPDIR/answers"
	) 3>&- &
	for _ in 1 2 3; do
		kill -HUP "$SERVER_PID"
		wait_for another_than token "$old"
		old=$(process token)
	done
	wait $!
	assert_equal "$(sort "$BATS_TEST_TMPDIR/answers" | uniq -c |
	    tr -s ' \r' ' ')" ' 40 Status: 200 OK '
	refute_logged 'ended by itself'
}

@test "start-programs: SIGTERM ends all it started" {
	local program
	begin
	kill "$SERVER_PID"
	wait_for is_gone "$SERVER_PID"
	for program in token metadata; do
		run ! process $program
	done
	SERVER_PID=
}

@test "start-programs: where others are at work it leaves them alone and says so" {
	begin
	run -1 env LATCHKEY_DATA="$DATA" "$root/conf/start-programs.sh" \
	    "$programs" "$run"
	[[ $output = *'already in use'* ]]
	responds token
}

@test "start-programs: as root, programs are one user's, and their sockets the web server's" {
	[[ $(id -u) = 0 ]] || skip 'only root can become others'
	local program
	rm "$programs"
	cp -R "$LATCHKEY_BUILD/cgi-bin" "$programs"
	cp "$root/conf/start-programs.sh" "$BATS_TEST_TMPDIR"
	chmod a+x "$BATS_RUN_TMPDIR"
	chown -R games: "$DATA" "$programs" "$BATS_TEST_TMPDIR/start-programs.sh"
	LATCHKEY_DATA=$DATA in_background "$BATS_TEST_TMPDIR/start-programs.sh" \
	    -u games -w www-data "$programs" "$run"
	wait_for responds token
	for program in token metadata; do
		assert_equal "$(stat -c '%U %a' "$run/$program")" 'www-data 600'
		assert_equal "$(ps -o user= -p "$(process $program)")" games
	done
	# What they answer needs the data directory.
	ask metadata | grep -q '^Status: 404'
	ask token | grep -q '^Status: 405'
}

@test "start-programs: says in one line what is wrong, before anything starts" {
	local words
	for words in "$programs $run/none" "$run $run" \
	    "-u no-such-user $programs $run" "$programs"; do
		# shellcheck disable=SC2086 # words
		run ! "$root/conf/start-programs.sh" $words
		assert_equal "${#lines[@]}" 1
	done
}
