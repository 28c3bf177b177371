#!/bin/sh
# Serves a data directory on 127.0.0.1, and on ::1 where the host has it, in the
# foreground until Ctrl-C, with the configuration that conf/webserver.sh makes for a
# web server:
#
#	serve.sh -d DIR -p PORT [-s SERVER] [-c CERTIFICATE -k KEY -r HTTP-PORT]
#	    [-a AUTHORITIES] [-i INCLUDE] [-n NOTE]
#	serve.sh -t -p PORT [-s SERVER]
#
# SERVER is one that conf/webserver.sh knows; lighttpd if not given. With a certificate
# PORT speaks TLS and HTTP-PORT sends there. INCLUDE is more configuration for
# the server, AUTHORITIES sign the certificates of clients, where latchkey.conf has
# mtls_origin; NOTE is said once it is up; -t only asks whether port and server
# are to be had. The programs, and what starts them, are $LATCHKEY_BUILD's.
#
# Nothing of it runs as root unless the data directory is root's: started by
# root, it becomes the directory's owner.

# shellcheck disable=SC2317 # what traps reach is reached
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${LATCHKEY_BUILD:-$here/../build}
programs=$build/cgi-bin
starter=$build/bin/start-programs
data='' port='' server=lighttpd include='' note='' test=''
certificate='' key='' http_port='' authorities=''

refuse() {
	echo "latchkey: serve: $*" >&2
	exit 1
}

while getopts d:p:s:c:k:r:a:i:n:t option; do
	case $option in
	d) data=$OPTARG ;;
	p) port=$OPTARG ;;
	s) server=$OPTARG ;;
	c) certificate=$OPTARG ;;
	k) key=$OPTARG ;;
	r) http_port=$OPTARG ;;
	a) authorities=$OPTARG ;;
	i) include=$OPTARG ;;
	n) note=$OPTARG ;;
	t) test=yes ;;
	*) exit 2 ;;
	esac
done

# --- everything that can be wrong is told before anything starts --------------

port_is_taken() {
	awk -v port="$(printf %04X "$1")" '
	    $4 == "0A" && $2 ~ "(0100007F|^0+|^0+01000000):" port "$" { taken = 1 }
	    END { exit !taken }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

check_port() {
	case $1 in
	'' | *[!0-9]* | ??????* | 0*) refuse "which port? (PORT=N)" ;;
	esac
	[ "$1" -le 65535 ] || refuse "$1 is not a port"
	! port_is_taken "$1" || refuse "port $1 is taken (PORT=N is another one)"
}

# What Apache's modules are named by, and the package of one.
modules=/usr/lib/apache2/modules
need_module() {
	[ -e "$modules/$1" ] ||
	    refuse "$modules/$1 is not there (Debian: apt-get install $2)"
}

need() {
	command -v "$1" >/dev/null ||
	    refuse "$1 is not installed (Debian: apt-get install $2)"
}

PATH=$PATH:/usr/sbin:/sbin
by_socket=''
case $server in
lighttpd) binary=lighttpd package=lighttpd by_socket=yes ;;
lighttpd-cgi) binary=lighttpd package=lighttpd ;;
nginx) binary=nginx package=nginx-light by_socket=yes ;;
apache) binary=apache2 package=apache2 by_socket=yes ;;
apache-fcgid | apache-cgi) binary=apache2 package=apache2 ;;
*) refuse "unknown SERVER=$server (there is lighttpd, lighttpd-cgi, apache, apache-fcgid, apache-cgi, nginx)" ;;
esac
check_port "$port"
[ -z "$certificate" ] || check_port "$http_port"
need "$binary" "$package"
[ "$server" != apache-fcgid ] ||
    need_module mod_fcgid.so libapache2-mod-fcgid
[ -z "$test" ] || exit 0

[ -n "$data" ] || refuse 'which data directory? (DATA=DIR)'
[ -d "$data" ] || refuse "$data: no such directory"
if [ "$(id -u)" = 0 ] && [ "$(stat -c %u "$data")" != 0 ]; then
	exec setpriv --reuid "$(stat -c %u "$data")" \
	    --regid "$(stat -c %g "$data")" --clear-groups "$0" "$@"
fi
(cd "$data") 2>/dev/null || refuse "$data: cannot be entered"
data=$(cd "$data" && pwd)
if [ ! -e "$data/latchkey.conf" ]; then
	refuse "$data: has no latchkey.conf (make a store with: latchkey -d $data init ISSUER)"
fi
[ -r "$data/latchkey.conf" ] || refuse "$data/latchkey.conf: cannot be read"
[ -w "$data" ] || refuse "$data: cannot be written"

setting() {	# NAME
	sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" \
	    "$data/latchkey.conf" | sed 's/[[:space:]]*$//; q'
}
issuer=$(setting issuer)
mtls=$(setting mtls_origin)
case $issuer in
http://?* | https://?*) ;;
*) refuse "$data/latchkey.conf: no issuer" ;;
esac

if [ "$binary" = apache2 ] && [ "$(id -u)" = 0 ]; then
	refuse "Apache does not serve as root: make another user the owner of $data"
fi

all='authorize token refresh metadata userinfo introspect revoke logout gate account admin device par register'
for program in $all; do
	[ -x "$programs/$program" ] ||
	    refuse "$programs/$program is not there (make builds it)"
done
[ -z "$by_socket" ] || [ -x "$starter" ] ||
    refuse "$starter is not there (make builds it)"
programs=$(cd "$programs" && pwd)

# --- a directory of our own, with short names: a socket's path has 107 bytes --

temporary=${TMPDIR:-/tmp}
[ ${#temporary} -lt 60 ] || temporary=/tmp
run=$(mktemp -d "$temporary/latchkey.XXXXXX") ||
    refuse "$temporary: cannot be written"

# The server's process and that of start-programs, each the leader of a
# process group.
server_leader='' programs_leader=''
alive() {	# zombies do not count
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$1" '
	    $5 == group && $3 != "Z" { found = 1 } END { exit !found }'
}

end_group() {
	[ -n "$1" ] || return 0
	kill -s TERM "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		alive "$1" || break
		sleep 0.1
	done
	kill -s KILL -- "-$1" 2>/dev/null || :
}

kill_all() {
	for group in $server_leader $programs_leader; do
		kill -s KILL -- "-$group" 2>/dev/null || :
	done
}

# Ends all that was started, and nothing else: the server, then the programs,
# which finish what they have. Who asks a second time does not want to wait.
stop() {
	trap - EXIT
	trap kill_all HUP INT TERM
	end_group "$server_leader"
	end_group "$programs_leader"
	rm -rf "$run"
	exit "$1"
}
trap 'stop 1' EXIT
trap 'stop 0' HUP INT TERM

# --- fill in and go -----------------------------------------------------------

set -- -s "$server" -i "$issuer" -p "$programs" -r "$run" -d "$data" \
    -e "$here/pages" -l "127.0.0.1:$port"
[ -z "$certificate" ] ||
    set -- "$@" -c "$certificate" -k "$key" -t "127.0.0.1:$http_port"
[ -z "$certificate" ] || [ -z "$mtls" ] ||
    set -- "$@" -m "$mtls" ${authorities:+-a "$authorities"}
# Where localhost is ::1, too.
for_ipv6='/@IPV6@/d'
if grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null; then
	for_ipv6='s|@IPV6@|[::1]|'
	set -- "$@" -l "[::1]:$port"
	[ -z "$certificate" ] || set -- "$@" -t "[::1]:$http_port"
fi
"$here/webserver.sh" "$@" -g >"$run/site.conf"

for_sed() {
	printf %s "$1" | sed 's/[\\&|]/\\&/g'
}

# Fills in conf/serve/NAME.conf; WORD is how it includes a file, END what is
# after it.
fill_in() {	# NAME WORD [END]
	sed -e "s|@RUN@|$(for_sed "$run")|; s|@HTTP_PORT@|${http_port:-$port}|" \
	    -e "s|@TLS_PORT@|$port|; s|@MODULES@|$modules|" \
	    -e "$for_ipv6" \
	    -e "s|@INCLUDE@|${include:+$2 \"$(for_sed "$include")\"${3:-}}|" \
	    "$here/serve/$1.conf" >"$run/server.conf"
}

case $binary in
lighttpd)
	fill_in lighttpd include
	set -- lighttpd -D -f "$run/server.conf"
	;;
nginx)
	fill_in nginx include ';'
	set -- nginx -e stderr -c "$run/server.conf"
	[ "$(id -u)" != 0 ] || set -- "$@" -g 'user root;'
	;;
apache2)
	fill_in apache Include
	set -- apache2 -DFOREGROUND -D"$server" ${certificate:+-Dtls} \
	    -f "$run/server.conf"
	;;
esac

all_sockets() {
	for program in $all; do
		[ -S "$run/$program" ] || return 1
	done
}

LATCHKEY_DATA=$data
export LATCHKEY_DATA
if [ -n "$by_socket" ]; then
	setsid "$starter" "$programs" "$run" &
	programs_leader=$!
	while ! all_sockets; do
		kill -s 0 "$programs_leader" 2>/dev/null ||
		    refuse 'the programs did not start'
		sleep 0.05
	done
fi
setsid "$@" &
server_leader=$!

# Up when it listens; if it ends before, it has said why.
while ! port_is_taken "$port"; do
	kill -s 0 "$server_leader" 2>/dev/null || refuse "$server did not start"
	sleep 0.05
done
[ -n "$note" ] || note="latchkey: $issuer is served on http${certificate:+s}://127.0.0.1:$port by $server, from $data; Ctrl-C ends it"
printf '%s\n' "$note"

wait "$server_leader" || :
refuse "$server ended by itself"
