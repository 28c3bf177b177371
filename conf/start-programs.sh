#!/bin/sh
# Starts the programs for a web server that does not start them itself, and
# keeps them running until SIGTERM or Ctrl-C:
#
#	start-programs.sh [-u USER] [-w WEB-USER] PROGRAMS SOCKETS
#
# PROGRAMS is the directory they are in, SOCKETS the one their sockets are made
# in: SOCKETS/token and so on. As root, the programs run as USER, and WEB-USER
# alone can open the sockets; without -u and -w all is the caller's.
#
# Each program is one process with one socket: it serves with as many threads
# as there are requests (workers in latchkey.conf), and those that write share
# a commit. The socket outlives the program. One that dies is started again,
# and on SIGHUP each finishes what it has under way and is started anew (after
# an upgrade): who connects meanwhile waits for a moment and is served.
#
# Log lines of the programs reach standard error.

# shellcheck disable=SC2317 # what traps reach is reached
set -eu

all='authorize token refresh metadata userinfo introspect revoke logout'

refuse() {
	echo "latchkey: start-programs: $*" >&2
	exit 1
}

# --- one program, by the shell that holds its socket as standard input --------

# Runs PROGRAM again and again. A background process of a shell has nothing for
# standard input, hence the way round by descriptor 3.
keep() {
	exec 3<&0 </dev/null
	over='' again='' child=''
	trap 'over=yes; pass_on' TERM INT
	trap 'again=yes; pass_on' HUP
	while [ -z "$over" ]; do
		again=''
		"$1" <&3 3<&- &
		child=$!
		# A signal that came while there was no child to pass it on to.
		[ -z "$over" ] || pass_on
		while status=0; wait "$child" || status=$?; is_there "$child"; do
			:
		done
		[ -z "$over$again" ] || continue
		echo "latchkey: start-programs: $1 ended by itself (status $status) and is started again" >&2
		sleep 0.2
	done
}

pass_on() {
	[ -z "$child" ] || kill -s TERM "$child" 2>/dev/null || :
}

is_there() {
	kill -s 0 "$1" 2>/dev/null
}

if [ "${1:-}" = --keep ]; then
	keep "$2"
	exit
fi

# --- all of them ---------------------------------------------------------------

user='' web_user=''
while getopts u:w: option; do
	case $option in
	u) user=$OPTARG ;;
	w) web_user=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# = 2 ] || {
	echo 'usage: start-programs.sh [-u USER] [-w WEB-USER] PROGRAMS SOCKETS' >&2
	exit 2
}
programs=$1 sockets=$2

PATH=$PATH:/usr/sbin:/sbin
command -v spawn-fcgi >/dev/null ||
    refuse 'spawn-fcgi is not installed (Debian: apt-get install spawn-fcgi)'
for name in "$user" "$web_user"; do
	[ -z "$name" ] || id "$name" >/dev/null 2>&1 ||
	    refuse "$name: no such user"
done
for program in $all; do
	[ -x "$programs/$program" ] || refuse "$programs/$program: cannot be run"
done
if [ ! -d "$sockets" ] || [ ! -w "$sockets" ]; then
	refuse "$sockets: is no directory in which sockets can be made"
fi

keepers='' over='' failed=0
tell_keepers() {
	for keeper in $keepers; do
		kill -s "$1" "$keeper" 2>/dev/null || :
	done
}
stop() {
	over=yes
	tell_keepers TERM
}
trap stop TERM INT
trap 'tell_keepers HUP' HUP
# So that the shell stops waiting for one as soon as any has ended.
trap : CHLD

# spawn-fcgi makes the socket and becomes the shell that keeps the program.
for program in $all; do
	spawn-fcgi -n -s "$sockets/$program" -M 0600 ${web_user:+-U "$web_user"} \
	    ${user:+-u "$user"} -- "$0" --keep "$programs/$program" </dev/null &
	keepers="$keepers $!"
done
sleep 0.1

# Until all have ended. With one that could not start, or was killed, it is no
# provider any more: the others end, too.
while [ -n "$keepers" ]; do
	left=''
	for keeper in $keepers; do
		if is_there "$keeper"; then
			left="$left $keeper"
		elif [ -z "$over" ]; then
			failed=1
		fi
	done
	keepers=$left
	[ "$failed" = 0 ] || [ -n "$over" ] || stop
	[ -z "$keepers" ] || wait "${keepers##* }" || :
done
exit "$failed"
