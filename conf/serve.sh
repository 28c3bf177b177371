#!/bin/sh
# Serves a data directory on 127.0.0.1, in the foreground until Ctrl-C:
#
#	serve.sh -d DIR -p PORT [-s lighttpd] [-i INCLUDE] [-n NOTE]
#	serve.sh -t -p PORT [-s lighttpd]
#
# INCLUDE is more configuration for the server, NOTE is said once it is up; -t
# only asks whether port and server are to be had. The programs are taken from
# $LATCHKEY_BUILD/cgi-bin.

# shellcheck disable=SC2317 # what traps reach is reached
set -eu

here=$(cd "$(dirname "$0")" && pwd)
programs=${LATCHKEY_BUILD:-$here/../build}/cgi-bin
data='' port='' server=lighttpd include='' note='' test=''

refuse() {
	echo "latchkey: serve: $*" >&2
	exit 1
}

while getopts d:p:s:i:n:t option; do
	case $option in
	d) data=$OPTARG ;;
	p) port=$OPTARG ;;
	s) server=$OPTARG ;;
	i) include=$OPTARG ;;
	n) note=$OPTARG ;;
	t) test=yes ;;
	*) exit 2 ;;
	esac
done

# --- everything that can be wrong is told before anything starts --------------

port_is_taken() {
	awk -v port="$(printf %04X "$port")" '
	    $4 == "0A" && $2 ~ "(0100007F|^0+):" port "$" { taken = 1 }
	    END { exit !taken }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

case $server in
lighttpd) ;;
apache | nginx)
	refuse "SERVER=$server is not there yet; SERVER=lighttpd is" ;;
*) refuse "unknown SERVER=$server (there is lighttpd)" ;;
esac

case $port in
'' | *[!0-9]* | ??????* | 0*) refuse "which port? (PORT=N)" ;;
esac
[ "$port" -le 65535 ] || refuse "$port is not a port"
! port_is_taken || refuse "port $port is taken (PORT=N is another one)"

PATH=$PATH:/usr/sbin:/sbin
command -v lighttpd >/dev/null ||
    refuse 'lighttpd is not installed (Debian: apt-get install lighttpd)'
[ -z "$test" ] || exit 0

[ -n "$data" ] || refuse 'which data directory? (DATA=DIR)'
[ -d "$data" ] || refuse "$data: no such directory"
(cd "$data") 2>/dev/null || refuse "$data: cannot be entered"
data=$(cd "$data" && pwd)
if [ ! -e "$data/latchkey.conf" ]; then
	refuse "$data: has no latchkey.conf (make a store with: latchkey -d $data init ISSUER)"
fi
[ -r "$data/latchkey.conf" ] || refuse "$data/latchkey.conf: cannot be read"
[ -w "$data" ] || refuse "$data: cannot be written"

issuer=$(sed -n 's/^[[:space:]]*issuer[[:space:]]*=[[:space:]]*//p' \
    "$data/latchkey.conf" | sed 's/[[:space:]]*$//; q')
case $issuer in
http://?* | https://?*) ;;
*) refuse "$data/latchkey.conf: no issuer" ;;
esac

for program in authorize token refresh userinfo introspect revoke logout \
    metadata; do
	[ -x "$programs/$program" ] ||
	    refuse "$programs/$program is not there (make builds it)"
done
programs=$(cd "$programs" && pwd)

# --- a directory of our own, with short names: a socket's path has 107 bytes --

temporary=${TMPDIR:-/tmp}
[ ${#temporary} -lt 60 ] || temporary=/tmp
run=$(mktemp -d "$temporary/latchkey.XXXXXX") ||
    refuse "$temporary: cannot be written"

leader=
alive() {	# the dead that nobody has buried yet do not count
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$leader" '
	    $5 == group && $3 != "Z" { found = 1 } END { exit !found }'
}

# Ends lighttpd and its programs, a process group of their own, and nothing
# else. Who asks a second time does not want to wait. A program can miss its
# signal just before it waits for a request, hence the harder one at the end.
stop() {
	trap - EXIT
	trap 'kill -s KILL -- "-$leader"' HUP INT TERM
	if [ -n "$leader" ]; then
		kill -s TERM "$leader" 2>/dev/null || :
		wait "$leader" 2>/dev/null || :
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			alive || break
			sleep 0.1
		done
		kill -s KILL -- "-$leader" 2>/dev/null || :
	fi
	rm -rf "$run"
	exit "$1"
}
trap 'stop 1' EXIT
trap 'stop 0' HUP INT TERM

# --- fill in and go -----------------------------------------------------------

for_sed() {
	printf %s "$1" | sed 's/[\\&|]/\\&/g'
}
path=$(printf %s "$issuer" | sed -n 's,^[a-z]*://[^/]*\(/.*\),\1,p')
path_regex=$(printf %s "$path" | sed 's/[].[*^$+?(){}|\\]/\\&/g')

sed -e "s|@RUN@|$(for_sed "$run")|; s|@PORT@|$port|" \
    -e "s|@PROGRAMS@|$(for_sed "$programs")|" \
    -e "s|@PATH@|$(for_sed "$path")|" \
    -e "s|@PATH_REGEX@|$(for_sed "$path_regex")|" \
    -e "s|@INCLUDE@|$([ -z "$include" ] || for_sed "include \"$include\"")|" \
    "$here/lighttpd.conf" >"$run/lighttpd.conf"

LATCHKEY_DATA=$data
export LATCHKEY_DATA
setsid lighttpd -D -f "$run/lighttpd.conf" &
leader=$!

# Up when it listens; if it ends before, it has said why.
while ! port_is_taken; do
	kill -s 0 "$leader" 2>/dev/null || refuse 'lighttpd did not start'
	sleep 0.05
done
[ -n "$note" ] || note="latchkey: $issuer is served on http://127.0.0.1:$port, from $data; Ctrl-C ends it"
printf '%s\n' "$note"

wait "$leader" || :
refuse 'lighttpd ended by itself'
