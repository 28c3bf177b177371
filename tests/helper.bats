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
