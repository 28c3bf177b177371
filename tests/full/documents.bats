# Every block of commands of README.md and doc/ that needs a machine, word for word,
# in the order of the document. A machine has Debian, the sources, a name and a
# certificate for it, and nothing of latchkey.

load ../helper
load ../documents.bash
load ../machine.bash

setup_file() {
	cd "$root" || return
	unset MAKEFLAGS MFLAGS MAKELEVEL
	tar -cf "$BATS_FILE_TMPDIR/sources.tar" --exclude=__pycache__ \
	    --exclude=./build --exclude=./.git .
	make -o all install BUILD="$LATCHKEY_BUILD" \
	    DESTDIR="$BATS_FILE_TMPDIR/to" >/dev/null
	tar -cf "$BATS_FILE_TMPDIR/installed.tar" -C "$BATS_FILE_TMPDIR/to" .
	/usr/bin/python3 tests/certificate.py "$BATS_FILE_TMPDIR/certificate" -1 80 \
	    id.example.org
}

teardown() {
	stop_server
}

teardown_file() {
	stop_all
}

begin_machine() {
	local certificate=$BATS_FILE_TMPDIR/certificate
	boot_machine
	# It has no network, and what apt has is installed: no list names newer ones.
	on_machine sh -c 'rm -rf /var/lib/apt/lists/*'
	on_machine mkdir -p /srv/latchkey /etc/ssl/id.example.org
	put "$BATS_FILE_TMPDIR/sources.tar" /srv/sources.tar
	on_machine tar -xf /srv/sources.tar --no-same-owner -C /srv/latchkey
	put "$certificate.pem" /etc/ssl/id.example.org/fullchain.pem
	put "$certificate.key" /etc/ssl/id.example.org/privkey.pem
	on_machine sh -c 'chmod 600 /etc/ssl/id.example.org/privkey.pem &&
	    echo "127.0.0.1 id.example.org" >>/etc/hosts &&
	    cat /etc/ssl/id.example.org/fullchain.pem \
		>>/etc/ssl/certs/ca-certificates.crt'
}

# After what "Step by step" of doc/install.md says before the web server.
begin_installed_machine() {
	begin_machine
	put "$BATS_FILE_TMPDIR/installed.tar" /srv/installed.tar
	on_machine tar -C / -xf /srv/installed.tar --no-same-owner
}

init_there() {
	on_machine systemd-sysusers
	on_machine systemd-tmpfiles --create latchkey.conf
	on_machine latchkey init https://id.example.org
	on_machine systemctl daemon-reload
	on_machine systemctl enable --now latchkey.target
}

# walk FILE [WALK]: its blocks for root, or those of that walk.
walk() {
	local line
	for line in $({ blocks "$1" "sh root${2:+ $2}"
	    [[ -n ${2:-} ]] || blocks "$1" 'sh terminal'; } | sort -n); do
		run_block "$1" "$line"
	done
}

# has_only SERVER: of the web servers.
has_only() {
	local server
	for server in lighttpd nginx apache2; do
		[[ $server = "$1" ]] || on_machine rm "/usr/sbin/$server"
	done
	on_machine systemctl start "$1"
}

# run_block FILE LINE: what a terminal asks is answered by yes, and a name.
run_block() {
	local shell
	block "$1" "$2" >"$BATS_TEST_TMPDIR/block"
	put "$BATS_TEST_TMPDIR/block" /srv/block
	echo "# $1:$2" >&2
	shell='bash -eu /srv/block'
	if [[ $(sed -n "$(($2 - 1))p" "$root/$1") = '```sh terminal' ]]; then
		shell='TERMINAL_S=300 tests/terminal.py y alice -- bash -eu /srv/block'
	fi
	on_machine sh -c "cd /srv/latchkey && exec env MAKEFLAGS=-j$(nproc) \
	    DEBIAN_FRONTEND=noninteractive HOME=/root $shell" \
	    </dev/null >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- ||
	    fail "$1:$2:" "$(tail -n 40 "$BATS_TEST_TMPDIR/said")"
	# A person types the next line later than a web server takes to come up.
	! grep -Eq 'restart (lighttpd|nginx|apache2)' "$BATS_TEST_TMPDIR/block" ||
	    wait_for on_machine curl -ks -o /dev/null https://id.example.org/
}

# The provider answers at its name, and check has nothing to say against it.
is_served() {
	wait_for on_machine curl -fsS https://id.example.org/jwks.json
	run on_machine latchkey check
	[[ $status = 0 && $output = *'0 errors'* ]] || fail "$output"
}

add_photos() {
	on_machine latchkey client add photos \
	    --redirect-uri https://photos.example.org/callback >/dev/null
}

@test "documents: README.md, apps.md, operating.md and gate.md, one after the other" {
	local line
	begin_machine
	has_only lighttpd
	walk README.md
	is_served
	walk doc/apps.md
	add_photos
	walk doc/operating.md
	# A backup works every night, not only the first.
	for line in $(blocks_below doc/operating.md '## Back up' 'sh root'); do
		run_block doc/operating.md "$line"
	done
	is_served
	walk doc/gate.md
	walk doc/operating.md remove
	run ! on_machine test -e /usr/bin/latchkey
}

@test "documents: install.md, from the sources" {
	begin_machine
	walk doc/install.md
	is_served
	walk doc/install.md static
	on_machine test -x /srv/latchkey/build/static/cgi-bin/token
	walk doc/install.md deb
	[[ $(on_machine dpkg-query -W latchkey) = latchkey* ]]
}

@test "documents: install.md, without systemd" {
	begin_installed_machine
	walk doc/install.md plain
	walk doc/web-servers.md lighttpd
	is_served
}

@test "documents: web-servers.md, lighttpd" {
	begin_installed_machine
	init_there
	walk doc/web-servers.md lighttpd
	is_served
}

@test "documents: web-servers.md, latchkey setup" {
	begin_installed_machine
	has_only nginx
	walk doc/web-servers.md setup
	is_served
}

@test "documents: web-servers.md, nginx" {
	begin_installed_machine
	init_there
	walk doc/web-servers.md nginx
	is_served
}

@test "documents: web-servers.md, Apache" {
	begin_installed_machine
	init_there
	walk doc/web-servers.md apache
	is_served
}

@test "documents: web-servers.md, Apache with mod_fcgid" {
	begin_installed_machine
	walk doc/web-servers.md apache-fcgid
	is_served
}

# nginx ends TLS, before lighttpd.
@test "documents: web-servers.md, behind a proxy" {
	begin_installed_machine
	init_there
	walk doc/web-servers.md proxy
	on_machine sh -c 'cat >/etc/nginx/sites-enabled/proxy &&
	    sed -i "/^server.port/s/80/8081/" /etc/lighttpd/lighttpd.conf &&
	    systemctl restart lighttpd' <<-'END'
		server {
			listen 80;
			server_name id.example.org;
			return 301 https://id.example.org$request_uri;
		}
		server {
			listen 443 ssl;
			server_name id.example.org;
			ssl_certificate /etc/ssl/id.example.org/fullchain.pem;
			ssl_certificate_key /etc/ssl/id.example.org/privkey.pem;
			add_header Strict-Transport-Security max-age=31536000 always;
			location / {
				proxy_pass http://127.0.0.1:8080;
				proxy_set_header Host $host;
				proxy_set_header X-Forwarded-For $remote_addr;
			}
		}
	END
	on_machine sh -c 'rm -f /etc/nginx/sites-enabled/default; systemctl restart nginx'
	is_served
}

@test "documents: every walk that a document names is walked here" {
	local name
	for name in $(cat "$root/README.md" "$root"/doc/*.md |
	    sed -n 's/^```sh root \(.*\)/\1/p' | sort -u); do
		grep -Eq "walk [a-zA-Z/.-]+ $name\$" "$BATS_TEST_FILENAME" ||
		    fail "no test walks: $name"
	done
	[[ -n $name ]]
}
