# `latchkey setup` on Debian hosts: this system, with its changes kept in memory
# and a network of its own, with latchkey installed from /usr/local, and its web
# servers as Debian has them. No systemd runs there; tests/packages.bats has that.

load helper
BATS_NO_PARALLELIZE_WITHIN_FILE=true
export BATS_NO_PARALLELIZE_WITHIN_FILE

ID=https://id.example.org

setup_file() {
	cd "$root" || return
	unset MAKEFLAGS MFLAGS MAKELEVEL
	make -s -o all install BUILD="$LATCHKEY_BUILD" \
	    DESTDIR="$BATS_FILE_TMPDIR/installed" >/dev/null
	make_authority
	export SANITIZED=${SAN:-}
}

setup() {
	[[ $(id -u) = 0 ]] || skip 'only root can make such a host'
	[[ -z $SANITIZED ]] || skip 'the installed library has no sanitizer'
	cd "$root" || return
}

teardown() {
	stop_server
}

# --- certificates ------------------------------------------------------------

make_authority() {
	local dir=$BATS_FILE_TMPDIR
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj '/CN=Test Authority' -days 30 -keyout "$dir/ca.key" \
	    -out "$dir/ca.pem" 2>/dev/null
	certificate id.example.org DNS:id.example.org
	certificate example.org DNS:example.org,DNS:www.example.org
	DAYS=-1 certificate expired DNS:id.example.org
}

# certificate NAME SUBJECT-ALT-NAME: NAME.pem and NAME.key.
certificate() {
	local dir=$BATS_FILE_TMPDIR
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj "/CN=$1" -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>/dev/null
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" \
	    -CAkey "$dir/ca.key" -CAcreateserial -days "${DAYS:-20}" \
	    -extfile <(echo "subjectAltName=$2") -out "$dir/$1.pem" 2>/dev/null
}

# --- a host ------------------------------------------------------------------

# new_host [SERVER...]: with these web servers only.
new_host() {
	local server
	SERVER_LOG=$BATS_TEST_TMPDIR/log
	host=$BATS_TEST_TMPDIR/host
	mkdir "$host"
	# The mounts are seen, and kept, by this process alone.
	# shellcheck disable=SC2016 # $1 is that shell's
	in_background unshare -m --propagation private sh -c '
	    mount -t tmpfs none "$1" &&
	    mkdir "$1/changes" "$1/work" "$1/root" &&
	    cp -a "$2/." "$1/changes" &&
	    mount -t overlay none "$1/root" \
		-o "lowerdir=/,upperdir=$1/changes,workdir=$1/work" &&
	    rm -rf "$1/root/var/lib/latchkey" "$1/root/usr/sbin/policy-rc.d" &&
	    exec systemd-nspawn -q --register=no --keep-unit \
		--private-network --machine="latchkey-$$" -D "$1/root" \
		bash -c "while :; do sleep 60 & wait; done"' sh "$host" "$BATS_FILE_TMPDIR/installed"
	wait_for host_is_up_or_gone
	! is_gone "$SERVER_PID" ||
	    fail "no host can be made here: $(tail -n 1 "$SERVER_LOG")"
	for server in lighttpd nginx apache2; do
		[[ " $* " = *" $server "* ]] || on_host rm "/usr/sbin/$server"
	done
	on_host mkdir -p /run/lock
	on_host sh -c 'cat >>/etc/ssl/certs/ca-certificates.crt' \
	    <"$BATS_FILE_TMPDIR/ca.pem"
	on_host sh -c 'echo 127.0.0.1 id.example.org example.org >>/etc/hosts'
}

host_is_up_or_gone() {
	on_host true || is_gone "$SERVER_PID"
}

# on_host COMMAND...
on_host() {
	local first
	first=$(pgrep -P "$SERVER_PID" -x bash) || return
	nsenter -t "$first" -a env -i LC_ALL=C.UTF-8 \
	    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$@"
}

# put FILE NAME [MODE]: a copy on the host.
put() {
	on_host sh -c 'mkdir -p "${1%/*}" && cat >"$1" && chmod "$2" "$1"' sh \
	    "$2" "${3:-644}" <"$1"
}

# give_certificate NAME: where people put it.
give_certificate() {
	put "$BATS_FILE_TMPDIR/$1.pem" "/etc/ssl/$2/fullchain.pem"
	put "$BATS_FILE_TMPDIR/$1.key" "/etc/ssl/$2/privkey.pem" 600
}

# What is on the host, of all that setup may touch: names, modes, contents.
everything() {
	on_host sh -c 'cd / && find etc var/lib var/backups root \
	    -not -path "var/lib/latchkey/*" \( -type f -exec sha256sum {} + -o \
	    -type l -printf "%p -> %l\n" -o -type d -printf "%p/\n" \) &&
	    find etc -printf "%p %m %u %T@\n"' | sort
}

# sets_up ARGUMENT...: and every line of the check is good, the file system apart.
sets_up() {
	run on_host latchkey setup "$@" --person alice --yes
	[[ $status = 0 && $output = *"0 errors, 1 warning"* && $output = *overlayfs* ]] ||
	    fail "$output"
	link=$(grep -o "https://[^ ]*/join?link=.*" <<<"$output")
}

# A person opens the link, chooses a password, and is at home.
signs_in_by_link() {
	local page token
	page=$(on_host curl -sS -c /root/jar "$link")
	token=$(grep -o 'name="csrf" value="[^"]*"' <<<"$page" | cut -d '"' -f 4)
	[[ -n $token ]] || fail "$page"
	page=$(on_host curl -sS -L -b /root/jar -c /root/jar \
	    --data-urlencode "csrf=$token" --data-urlencode "link=${link##*=}" \
	    --data-urlencode "new_password=$PASSWORD" -d step=password \
	    "${link%%\?*}")
	[[ $page = *alice* ]] || fail "$page"
}

# --- a host of its own ---------------------------------------------------------

own_host_is_set_up() {	# SERVER
	new_host "$1"
	give_certificate id.example.org id.example.org
	sets_up "$ID"
}

@test "setup: nginx as Debian has it, a certificate in /etc/ssl: one line, and the provider is there" {
	own_host_is_set_up nginx
}

@test "setup: the same with lighttpd" {
	own_host_is_set_up lighttpd
}

@test "setup: the same with Apache" {
	own_host_is_set_up apache2
}
