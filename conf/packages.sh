#!/bin/sh
# Installs what a task needs and is not there, by Debian package name:
#
#	packages.sh build|demo|test|apps|deb|lint|clang|valgrind|full|bench...
#	packages.sh --list TASK...	only names them, one a line
#
# Silent and quick when nothing is missing. Root, or sudo, is used for the
# installation only. Elsewhere than on Debian and its like it says what to
# install by hand.
set -eu

me='latchkey'

# What each task needs: a package, and how to see that it is there even where
# dpkg does not know it: a command, a C header, a module of Python, a file.
needs() {
	case $1 in
	build)
		echo 'gcc cc'
		echo 'libc6-dev stdio.h'
		echo 'make make'
		echo 'libfcgi-dev fcgiapp.h'
		echo 'liblmdb-dev lmdb.h'
		echo 'libsodium-dev sodium.h'
		echo 'libjansson-dev jansson.h'
		echo 'libinih-dev ini.h'
		echo 'libunistring-dev uninorm.h'
		echo 'libcurl4-openssl-dev curl/curl.h'
		echo 'libyaml-dev yaml.h'
		echo 'liboath-dev liboath/oath.h'
		echo 'libqrencode-dev qrencode.h'
		[ "${RS256:-yes}" = no ] || echo 'libssl-dev openssl/evp.h'
		;;
	demo)
		echo 'lighttpd lighttpd'
		echo 'python3 python3'
		echo 'python3-jwt python:jwt'
		echo 'python3-cryptography python:cryptography'
		;;
	test)
		needs demo
		needs deb
		echo 'lintian lintian'
		echo 'lmdb-utils mdb_copy'
		echo 'pkgconf pkg-config'
		echo 'file file'
		echo 'tzdata /usr/share/zoneinfo/Europe/Berlin'
		echo 'systemd systemd-analyze'
		echo 'systemd-container systemd-nspawn'
		echo 'bats bats'
		echo 'parallel parallel'
		echo 'curl curl'
		echo 'jq jq'
		echo 'zsh zsh'
		echo 'openssl openssl'
		echo 'fail2ban fail2ban-regex'
		echo 'procps pgrep'
		echo 'iproute2 ip'
		echo 'util-linux nsenter'
		echo 'libfcgi-bin cgi-fcgi'
		echo 'postgresql /usr/share/doc/postgresql'
		echo 'lighttpd-mod-openssl /usr/lib/lighttpd/mod_openssl.so'
		echo 'lighttpd-modules-lua /usr/lib/lighttpd/mod_magnet.so'
		echo 'apache2 apache2'
		echo 'apache2-utils htpasswd'
		echo 'whois mkpasswd'
		echo 'argon2 argon2'
		echo 'zbar-tools zbarimg'
		echo 'librsvg2-bin rsvg-convert'
		echo 'libapache2-mod-fcgid /usr/lib/apache2/modules/mod_fcgid.so'
		echo 'libapache2-mod-auth-openidc /usr/lib/apache2/modules/mod_auth_openidc.so'
		echo 'nginx-light nginx'
		echo 'caddy caddy'
		echo 'php-cgi php-cgi'
		echo 'php-cli php'
		echo 'chromium chromium'
		echo 'chromium-driver chromedriver'
		echo 'python3-authlib python:authlib'
		echo 'python3-flask python:flask'
		echo 'python3-requests python:requests'
		echo 'python3-selenium python:selenium'
		echo 'nodejs node'
		echo 'npm npm'
		;;
	apps)
		echo 'dovecot-imapd dovecot'
		echo 'dovecot-submissiond /usr/lib/dovecot/submission'
		echo 'roundcube-sqlite3 /usr/share/doc/roundcube-sqlite3'
		echo 'roundcube-core /usr/share/roundcube/index.php'
		echo 'php-cli php'
		echo 'build-essential g++'
		;;
	deb)
		echo 'build-essential g++'
		echo 'debhelper dh'
		echo 'libpq-dev postgresql/libpq-fe.h'
		;;
	lint)
		echo 'clang-format clang-format'
		echo 'cppcheck cppcheck'
		echo 'mandoc mandoc'
		echo 'shellcheck shellcheck'
		;;
	clang)
		echo 'clang clang'
		;;
	valgrind)
		echo 'valgrind valgrind'
		;;
	full)
		echo 'golang-go go'
		echo 'golang-golang-x-oauth2-dev /usr/share/gocode/src/golang.org/x/oauth2'
		echo 'golang-github-coreos-go-oidc-dev /usr/share/gocode/src/github.com/coreos/go-oidc'
		echo 'debootstrap debootstrap'
		;;
	bench)
		echo 'lighttpd lighttpd'
		echo 'apache2 apache2'
		echo 'python3 python3'
		echo 'python3-cryptography python:cryptography'
		echo 'valgrind valgrind'
		echo 'wrk wrk'
		echo 'libpq-dev postgresql/libpq-fe.h'
		echo 'postgresql /usr/share/doc/postgresql'
		;;
	*)
		echo "usage: packages.sh build|demo|test|apps|deb|lint|clang|valgrind|full|bench..." >&2
		return 2
		;;
	esac
}

is_there() {
	case $1 in
	/*) [ -e "$1" ] ;;
	python:*) /usr/bin/python3 -c "import ${1#*:}" 2>/dev/null ;;
	*.h) echo "#include <$1>" | ${CC:-cc} -E - >/dev/null 2>&1 ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

# The packages among what is read that neither dpkg nor a look finds.
missing() {
	needed=$(cat)
	# shellcheck disable=SC2016,SC2046 # dpkg's own format; one word each
	installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' \
	    $(echo "$needed" | cut -d ' ' -f 1) 2>/dev/null) || :
	echo "$needed" | while read -r package look; do
		case "
$installed
" in
		*"
$package installed
"*) continue ;;
		esac
		is_there "$look" || printf '%s ' "$package"
	done
}

# Debian starts a web server as soon as it is installed. Ours are started by
# hand and on their own ports: for the time of this installation the system's
# service is told no (unless the administrator has a policy already), and left
# off for the next start of the machine.
hush_servers() {
	policy=/usr/sbin/policy-rc.d
	[ ! -e "$policy" ] || return 0
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' HUP INT TERM
	cat >"$policy" <<-'END'
		#!/bin/sh
		# latchkey's make: there for one installation only
		case $1 in lighttpd* | apache2* | nginx* | caddy* | dovecot* | postgresql*) exit 101 ;; esac
		exit 0
	END
	chmod 755 "$policy"
}

# As root: installs the packages named.
install_packages() {
	export DEBIAN_FRONTEND=noninteractive
	fresh=
	for package; do
		case $package in
		lighttpd | apache2 | caddy | postgresql) fresh="$fresh $package" ;;
		dovecot-imapd) fresh="$fresh dovecot" ;;
		nginx-light) fresh="$fresh nginx" ;;
		esac
	done
	[ -z "$fresh" ] || hush_servers
	apt-cache show "$@" >/dev/null 2>&1 || apt-get -qq update
	set -- -qq -y --no-install-recommends \
	    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 install "$@"
	# Package lists that are too old name files that are gone.
	apt-get "$@" >/dev/null || {
		apt-get -qq update
		apt-get "$@" >/dev/null
	}
	for service in $fresh; do
		update-rc.d "$service" disable >/dev/null 2>&1 ||
		    systemctl disable "$service" >/dev/null 2>&1 || :
	done
}

PATH=$PATH:/usr/sbin:/sbin

if [ "${1:-}" = --as-root ]; then
	shift
	install_packages "$@"
	exit
fi

only_list=
if [ "${1:-}" = --list ]; then
	only_list=yes
	shift
fi
[ $# -gt 0 ] || needs ''
list=$(for task; do needs "$task" || exit; done)
if [ -n "$only_list" ]; then
	echo "$list" | cut -d ' ' -f 1
	exit
fi
wanted=$(echo "$list" | sort -u | missing)
wanted=${wanted% }
[ -n "$wanted" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "$me: install these by hand (Debian's names): $wanted" >&2
	exit 1
fi
if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null 2>&1; then
	as_root=sudo
else
	echo "$me: needs root (or sudo) to install: $wanted" >&2
	exit 1
fi

echo "$me: will install: $wanted"
# shellcheck disable=SC2086 # a list of words
$as_root "$0" --as-root $wanted || {
	echo "$me: could not install: $wanted" >&2
	exit 1
}
