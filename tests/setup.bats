# `latchkey setup` on Debian hosts: this system, with its changes kept in memory
# and a network of its own, with latchkey installed from /usr/local, and its web
# servers as Debian has them. No systemd runs there; tests/packages.bats has that.

load helper

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
	# No openssl x509 of later versions makes one that has expired.
	/usr/bin/python3 "$root/tests/certificate.py" "$dir/expired" -20 -1 \
	    id.example.org
}

# certificate NAME SUBJECT-ALT-NAME: NAME.pem and NAME.key.
certificate() {
	local dir=$BATS_FILE_TMPDIR
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj "/CN=$1" -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>/dev/null
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" \
	    -CAkey "$dir/ca.key" -CAcreateserial -days 20 \
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
	is_elsewhere "$first" || return
	"${terminal[@]}" nsenter -t "$first" -a -r env -i LC_ALL=C.UTF-8 \
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

# What is on the host, of all that setup may touch: names, modes, times, contents.
everything() {
	on_host sh -c 'cd /etc && ls -d /var/lib/latchkey /var/backups/latchkey
	    find nginx apache2 lighttpd letsencrypt systemd \
		-type d -printf "%p %m %u\n" -o -printf "%p %y %m %u %T@ %l\n"
	    find nginx apache2 lighttpd letsencrypt systemd -type f \
		-exec sha256sum {} +' 2>&1 | sort
}

# sets_up ARGUMENT...: and the check finds no error. It warns of the file system.
sets_up() {
	run on_host latchkey setup "$@" --person alice --yes
	[[ $status = 0 && $output = *"0 errors, ${WARNINGS:-1} warning"* ]] ||
	    fail "$(tail -n 60 <<<"$output")"
	link=$(grep -o "https://[^ ]*/join?link=.*" <<<"$output")
}

# --- a host of its own ---------------------------------------------------------

# What --dry-run says comes true, byte for byte; then nothing is left to do.
dry_run_and_two_runs() {	# ARGUMENT...
	local before after
	before=$(everything)
	run -0 on_host latchkey setup "$@" --person alice --dry-run
	assert_equal "$(everything)" "$before"
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/shown"
	on_host sh -c 'mkdir -p /etc/letsencrypt /etc/systemd /srv/before && cd /etc &&
	    cp -a nginx apache2 lighttpd letsencrypt systemd /srv/before'
	sets_up "$@"
	check_shown "$BATS_TEST_TMPDIR/shown"
	after=$(everything)
	run -0 on_host latchkey setup "$@" --person alice --yes
	[[ $output = *'Nothing to do: everything is as setup makes it.'* ]] ||
	    fail "$output"
	assert_equal "$(everything)" "$after"
}

# Each file that was shown is there, with these bytes, and each that is there now
# and was not before was shown. Changes were shown as a patch.
check_shown() {
	put "$1" /srv/shown
	on_host python3 -c '
import os, re, subprocess, sys
shown = open("/srv/shown", "rb").read()
at, named = 0, set()
for m in iter(lambda: re.compile(
        rb"^==> (writes|changes|links|removes the link) (\S+)(.*)\n", re.M
        ).search(shown, at), None):
    what, path, at = m[1].decode(), m[2].decode().rstrip(":"), m.end()
    named.add(path)
    if what == "writes":
        size = int(re.search(rb"(\d+) bytes", m[3])[1])
        assert open(path, "rb").read() == shown[at:at + size], path
        mode = int(re.search(rb"mode (\d+)", m[3])[1], 8)
        assert os.stat(path).st_mode & 0o7777 == mode, path
        at += size
    elif what == "links":
        assert os.readlink(path) == m[3].decode().split()[-1], path
    elif what == "removes the link":
        assert not os.path.lexists(path), path
    else:
        end = shown.find(b"\n==> ", at)
        old = "/srv/before/" + path.removeprefix("/etc/")
        subprocess.run(["patch", "-s", old], input=shown[at:end + 1], check=True)
        assert open(old, "rb").read() == open(path, "rb").read(), path
def tree(top):
    return {os.path.join(d, f).removeprefix(top)
            for part in os.listdir("/srv/before")
            for d, ds, fs in os.walk(os.path.join(top, part)) for f in fs + ds}
changed = {"/etc" + f for f in tree("/etc") ^ tree("/srv/before")}
assert changed <= named | {os.path.dirname(p) for p in named}, changed - named
'
}

own_host_is_set_up() {	# SERVER
	new_host "$1"
	give_certificate id.example.org id.example.org
	dry_run_and_two_runs "$ID"
}

@test "setup: nginx as Debian has it: what --dry-run shows is written, all is well, a second run changes nothing" {
	own_host_is_set_up nginx
}

@test "setup: the same with lighttpd" {
	own_host_is_set_up lighttpd
}

@test "setup: the same with Apache" {
	own_host_is_set_up apache2
}

# --- certbot's layout ----------------------------------------------------------

# certbot_has NAME AUTHENTICATOR INSTALLER
certbot_has() {
	local live=/etc/letsencrypt/live/$1
	put "$BATS_FILE_TMPDIR/$1.pem" "/etc/letsencrypt/archive/$1/fullchain1.pem"
	put "$BATS_FILE_TMPDIR/$1.key" "/etc/letsencrypt/archive/$1/privkey1.pem" 600
	on_host sh -c 'mkdir -p "$1" /etc/letsencrypt/renewal-hooks/deploy \
	    /etc/letsencrypt/renewal && chmod 700 /etc/letsencrypt/live &&
	    ln -s "../../archive/$2/fullchain1.pem" "$1/fullchain.pem" &&
	    ln -s "../../archive/$2/privkey1.pem" "$1/privkey.pem"' sh "$live" "$1"
	on_host sh -c 'cat >"$1"' sh "/etc/letsencrypt/renewal/$1.conf" <<-END
		version = 2.1.0
		archive_dir = /etc/letsencrypt/archive/$1
		cert = $live/cert.pem
		[renewalparams]
		authenticator = $2
		installer = $3
		webroot_path = /var/www/html,
		[[webroot_map]]
		$1 = /var/www/html
	END
}

# The files that certbot asks for at port 80, and what tells the web server.
renewals_work() {
	on_host sh -c 'mkdir -p /var/www/html/.well-known/acme-challenge &&
	    echo proof >/var/www/html/.well-known/acme-challenge/token'
	assert_equal "$(on_host curl -sS \
	    http://id.example.org/.well-known/acme-challenge/token)" proof
	[[ $(on_host curl -sS -o /dev/null -w '%{redirect_url}' \
	    http://id.example.org/account) = https://id.example.org/account ]]
	on_host test -x /etc/letsencrypt/renewal-hooks/deploy/latchkey
	run -0 on_host /etc/letsencrypt/renewal-hooks/deploy/latchkey
}

webroot_is_kept() {	# SERVER
	new_host "$1"
	certbot_has id.example.org webroot None
	sets_up "$ID"
	[[ $output = *'/etc/letsencrypt/live/id.example.org/fullchain.pem'* ]]
	renewals_work
}

@test "setup: nginx, certbot's files in a webroot: they are found there still, and a renewed one is read" {
	webroot_is_kept nginx
}

@test "setup: the same with lighttpd and certbot" {
	webroot_is_kept lighttpd
}

@test "setup: the same with Apache and certbot" {
	webroot_is_kept apache2
}

@test "setup: nginx, as certbot --nginx leaves it: Debian's page gives way, and certbot is left alone" {
	new_host nginx
	certbot_has id.example.org nginx nginx
	on_host sh -c 'cat >>/etc/nginx/sites-available/default' <<-'END'
		server {
			root /var/www/html;
			index index.html index.nginx-debian.html;
			server_name id.example.org; # managed by Certbot
			location / {
				try_files $uri $uri/ =404;
			}
			listen [::]:443 ssl ipv6only=on; # managed by Certbot
			listen 443 ssl; # managed by Certbot
			ssl_certificate /etc/letsencrypt/live/id.example.org/fullchain.pem; # managed by Certbot
			ssl_certificate_key /etc/letsencrypt/live/id.example.org/privkey.pem; # managed by Certbot
		}
		server {
			if ($host = id.example.org) {
				return 301 https://$host$request_uri;
			} # managed by Certbot
			listen 80 ;
			listen [::]:80 ;
			server_name id.example.org;
			return 404; # managed by Certbot
		}
	END
	dry_run_and_two_runs "$ID"
	run ! on_host test -e /etc/nginx/sites-enabled/default
	run ! on_host test -e /etc/letsencrypt/renewal-hooks/deploy/latchkey
}

@test "setup: Apache, as certbot --apache leaves it: the same" {
	new_host apache2
	certbot_has id.example.org apache apache
	on_host sh -c 'cd /etc/apache2 && a2enmod -q ssl rewrite >/dev/null &&
	    sed -i "/DocumentRoot/a ServerName id.example.org\nRewriteEngine on\nRewriteCond %{SERVER_NAME} =id.example.org\nRewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]" sites-available/000-default.conf &&
	    cat >sites-available/000-default-le-ssl.conf &&
	    a2ensite -q 000-default-le-ssl' <<-'END'
		<IfModule mod_ssl.c>
		<VirtualHost *:443>
			ServerAdmin webmaster@localhost
			DocumentRoot /var/www/html
			ErrorLog ${APACHE_LOG_DIR}/error.log
			CustomLog ${APACHE_LOG_DIR}/access.log combined
		ServerName id.example.org
		SSLEngine on
		SSLCertificateFile /etc/letsencrypt/live/id.example.org/fullchain.pem
		SSLCertificateKeyFile /etc/letsencrypt/live/id.example.org/privkey.pem
		</VirtualHost>
		</IfModule>
	END
	dry_run_and_two_runs "$ID"
	run ! on_host test -e /etc/apache2/sites-enabled/000-default-le-ssl.conf
	on_host test -e /etc/apache2/sites-available/000-default-le-ssl.conf
}

# --- a host that has a site ----------------------------------------------------

# A site that asks for a password everywhere, and answers every path.
add_site() {	# SERVER
	give_certificate example.org example.org
	on_host sh -c 'mkdir -p /srv/site && echo "the site" >/srv/site/index.html &&
	    printf "guest:%s\n" "$(openssl passwd -apr1 guest)" >/srv/users'
	case $1 in
	nginx)
		on_host sh -c 'cat >/etc/nginx/sites-enabled/site' <<-'END'
			server {
				listen 443 ssl;
				server_name www.example.org example.org;
				ssl_certificate /etc/ssl/example.org/fullchain.pem;
				ssl_certificate_key "/etc/ssl/example.org/privkey.pem";
				auth_basic "site";
				auth_basic_user_file /srv/users;
				root /srv/site;
				location / {
					try_files $uri /index.html;
				}
				location ~ \.json$ {
					return 410;
				}
			}
			server {
				listen 80;
				server_name www.example.org example.org;
				return 301 https://example.org$request_uri;
			}
		END
		;;
	apache2)
		on_host sh -c 'a2enmod -q ssl rewrite proxy_http >/dev/null &&
		    cat >/etc/apache2/sites-enabled/site.conf &&
		    printf "%s\n" "RewriteEngine on" "RewriteCond %{REQUEST_FILENAME} !-f" \
			"RewriteRule . /index.html [L]" >/srv/site/.htaccess' <<-'END'
			<VirtualHost *:443>
				ServerName www.example.org
				ServerAlias example.org
				SSLEngine on
				SSLCertificateFile /etc/ssl/example.org/fullchain.pem
				SSLCertificateKeyFile /etc/ssl/example.org/privkey.pem
				DocumentRoot /srv/site
				<Directory /srv/site>
					AllowOverride All
					AuthType Basic
					AuthName site
					AuthUserFile /srv/users
					Require valid-user
				</Directory>
				ProxyPass /.well-known http://127.0.0.1:9/
			</VirtualHost>
			<VirtualHost *:80>
				ServerName example.org
				Redirect permanent / https://example.org/
			</VirtualHost>
		END
		;;
	lighttpd)
		on_host sh -c 'cat >/etc/lighttpd/conf-enabled/10-site.conf' <<-'END'
			server.modules += ( "mod_openssl", "mod_auth", "mod_authn_file" )
			$SERVER["socket"] == "0.0.0.0:443" {
				ssl.engine = "enable"
				ssl.pemfile = "/etc/ssl/example.org/fullchain.pem"
				ssl.privkey = "/etc/ssl/example.org/privkey.pem"
			}
			$HTTP["host"] == "example.org" {
				server.document-root = "/srv/site"
				fastcgi.server = ( ".php" => (( "socket" => "/run/php" )) )
				$HTTP["scheme"] == "http" {
					url.redirect = ( "" => "https://example.org${url.path}${qsa}" )
				}
			}
		END
		;;
	esac
}

below_a_path_of_a_site() {	# SERVER
	new_host "$1"
	add_site "$1"
	WARNINGS=3 dry_run_and_two_runs https://example.org/idp
	[[ $output = *'inside the site of that host'* ]]
	assert_equal "$(on_host curl -sS -u guest:guest https://example.org/)" \
	    'the site'
	# Nothing but the provider is below its path, and it below no other.
	assert_equal "$(on_host curl -sS -o /dev/null -w '%{http_code}' \
	    https://example.org/idp/nothing)" 404
	assert_equal "$(on_host curl -sS \
	    https://example.org/.well-known/openid-configuration/idp |
	    field issuer)" https://example.org/idp
	[[ $(on_host curl -sS https://example.org/idp/account) = *'name="password"'* ]]
	# People read why, when no program can be reached.
	on_host sh -c 'rm /run/latchkey/*'
	output=$(on_host curl -sS -w '%{http_code}' https://example.org/idp/account)
	[[ $output = *'not available'*503 ]] || fail "$output"
}

@test "setup: nginx with a TLS site on the same host: the provider goes below a path, and the site stays as it was" {
	below_a_path_of_a_site nginx
}

@test "setup: the same with lighttpd and a site" {
	below_a_path_of_a_site lighttpd
}

@test "setup: the same with Apache and a site" {
	below_a_path_of_a_site apache2
}

beside_a_site() {	# SERVER
	new_host "$1"
	add_site "$1"
	give_certificate id.example.org id.example.org
	sets_up "$ID"
	assert_equal "$(on_host curl -sS -u guest:guest https://example.org/)" \
	    'the site'
}

@test "setup: nginx with a TLS site of another host: both are there, each with its certificate" {
	beside_a_site nginx
}

@test "setup: the same with lighttpd, whose socket the site has" {
	beside_a_site lighttpd
}

@test "setup: the same with Apache beside a site" {
	beside_a_site apache2
}

# --- behind a proxy that ends TLS ------------------------------------------------

# The proxy has the certificate, and both ports; it is another server on the same
# host, and so nothing of the web server's own may be there.
leave_ports_to_the_proxy() {	# SERVER
	case $1 in
	nginx) on_host rm /etc/nginx/sites-enabled/default ;;
	apache2) on_host sh -c 'cd /etc/apache2 && rm sites-enabled/000-default.conf &&
	    sed -i "s/^Listen 80/Listen 127.0.0.1:8081/" ports.conf' ;;
	lighttpd) on_host sed -i 's/^\(server.port.*= \)80/\18081/' \
	    /etc/lighttpd/lighttpd.conf ;;
	esac
}

behind_a_proxy() {	# SERVER
	new_host "$1" caddy
	leave_ports_to_the_proxy "$1"
	give_certificate id.example.org id.example.org
	on_host sh -c 'cat >/srv/Caddyfile && mkdir -p /root/.local/share &&
	    { caddy run --config /srv/Caddyfile >/srv/caddy.log 2>&1 & }' <<-'END'
		{
			admin off
		}
		https://id.example.org {
			tls /etc/ssl/id.example.org/fullchain.pem /etc/ssl/id.example.org/privkey.pem
			header Strict-Transport-Security max-age=31536000
			reverse_proxy 127.0.0.1:8080
		}
	END
	dry_run_and_two_runs "$ID" --listen 127.0.0.1:8080
	# The person's address, and not the proxy's.
	on_host curl -sS -o /dev/null --interface 127.0.0.1 -X POST \
	    -d grant_type=none "$ID/token"
	run -0 on_host cat /var/log/latchkey.log
	on_host curl -sS -o /dev/null -H 'Host: id.example.org' \
	    -H 'X-Forwarded-For: 192.0.2.7' -X POST -d grant_type=none \
	    http://127.0.0.1:8080/token
	run -0 on_host cat /var/log/latchkey.log
	[[ $output = *192.0.2.7* ]] || fail "$output"
}

@test "setup: nginx behind a proxy that ends TLS: http on loopback, and people's addresses are the proxy's word" {
	behind_a_proxy nginx
}

@test "setup: the same with lighttpd behind a proxy" {
	behind_a_proxy lighttpd
}

@test "setup: the same with Apache behind a proxy" {
	behind_a_proxy apache2
}

@test "setup: on a terminal it asks once, and without a yes nothing is done" {
	local before
	new_host nginx
	give_certificate id.example.org id.example.org
	put "$root/tests/terminal.py" /root/terminal.py 755
	before=$(everything)
	run -1 on_host /root/terminal.py n -- latchkey setup "$ID"
	assert_equal "$(grep -o '\[y/N\]' <<<"$output" | wc -l)" 1
	[[ $output = *'runs latchkey user invite NAME --group admins'*'[y/N]'*'nothing has changed'* ]] ||
	    fail "$output"
	assert_equal "$(everything)" "$before"
}

# --- what cannot be done is told in one line, and everything is as it was ----------

# refuses TEXT ARGUMENT...: on this host, where it changes nothing.
refuses() {
	local before
	before=$(everything)
	run on_host latchkey setup "${@:2}"
	[[ $status != 0 && $output = *"$1"* ]] || fail "$(tail -n 5 <<<"$output")"
	assert_equal "$(grep -c '^latchkey: ' <<<"$output")" "${TOLD:-1}"
	diff <(echo "$before") <(everything)
}

@test "setup: a wrong issuer, server, address or path, and no terminal: one line each" {
	local dir
	new_host nginx
	give_certificate id.example.org id.example.org
	refuses 'without a slash' "$ID/" --yes
	refuses 'https, or http on a loopback address' id.example.org --yes
	refuses 'https, or http on a loopback address' http://id.example.org --yes
	refuses 'setup knows lighttpd, nginx and apache' "$ID" --server iis --yes
	refuses 'did you mean nginx?' "$ID" --server ngnix --yes
	refuses 'apt-get install apache2' "$ID" --server apache --yes
	refuses 'such as 127.0.0.1:8080' "$ID" --listen 8080 --yes
	refuses 'go together' "$ID" --certificate /etc/hosts --yes
	for dir in data '/srv/my data' '/srv/100%'; do
		run -2 on_host latchkey -d "$dir" setup "$ID" --yes
		[[ $output = *"-d $dir: setup writes it down for other programs: give the whole path"* ]] ||
		    fail "$output"
	done
	refuses '--certificate id.pem: setup writes it down' "$ID" \
	    --certificate id.pem --key /etc/ssl/id.key --yes
	refuses '--key /etc/ssl/id.key; include /etc/shadow' "$ID" \
	    --certificate /etc/ssl/id.pem --key '/etc/ssl/id.key; include /etc/shadow' --yes
	refuses 'no terminal' "$ID"
	run on_host runuser -u games -- /usr/local/bin/latchkey setup "$ID" --yes
	[[ $status = 1 && $output = *'as root'* ]] || fail "$output"
}

@test "setup: no certificate, another host's, an expired one, another's key, none at all: it says so, and how to get one" {
	new_host nginx
	refuses 'certbot certonly --webroot -w /var/www/html -d id.example.org' \
	    "$ID" --yes
	give_certificate example.org id.example.org
	refuses 'not for id.example.org' "$ID" --yes
	give_certificate expired id.example.org
	refuses 'has expired' "$ID" --yes
	give_certificate id.example.org id.example.org
	put "$BATS_FILE_TMPDIR/example.org.key" /etc/ssl/id.example.org/privkey.pem
	refuses 'another certificate' "$ID" --yes
	refuses 'No such file' "$ID" --certificate /no/file --key /no/key --yes
	refuses 'cannot read a certificate' "$ID" --certificate /etc/hosts \
	    --key /etc/hosts --yes
}

@test "setup: a port that another program has, a site that is there, a broken configuration: it says whose and where" {
	new_host nginx
	give_certificate id.example.org id.example.org
	on_host sh -c 'python3 -m http.server 443 >/dev/null 2>&1 &'
	wait_for on_host sh -c 'curl -s http://127.0.0.1:443/ >/dev/null'
	refuses 'port 443 is taken by python3' "$ID" --yes
	on_host pkill python3
	add_site nginx
	refuses 'example.org has a site already (/etc/nginx/sites-enabled/site, line 1)' \
	    https://example.org --yes
	on_host sh -c 'echo "server { nonsense; }" >/etc/nginx/conf.d/broken.conf'
	refuses 'nonsense' "$ID" --yes
}

@test "setup: a configuration that the server does not take is taken back" {
	new_host nginx
	give_certificate id.example.org id.example.org
	# Nothing is wrong with it until ours is there.
	on_host sh -c 'cat >/etc/nginx/conf.d/zone.conf' <<-'END'
		server {
			listen 443 ssl http2 ssl_reject_handshake;
		}
	END
	on_host sh -c 'mv /etc/nginx/conf.d/zone.conf /srv; cat >/usr/sbin/nginx.real \
	    </usr/sbin/nginx; chmod +x /usr/sbin/nginx.real; rm /usr/sbin/nginx
	    cat >/usr/sbin/nginx; chmod +x /usr/sbin/nginx' <<-'END'
		#!/bin/sh
		if [ "$1" = -t ] && [ -e /etc/nginx/sites-enabled/latchkey ]; then
			echo 'nginx: [emerg] too many sites in /etc/nginx/x:1' >&2
			exit 1
		fi
		exec /usr/sbin/nginx.real "$@"
	END
	refuses 'everything is as it was: nginx: [emerg] too many sites' "$ID" --yes
}

@test "setup: a directory that cannot be written, a disk that is full in the middle: nothing has changed" {
	new_host apache2
	give_certificate id.example.org id.example.org
	# Modules are links and need no room; the site is a file.
	on_host sh -c 'cd /etc/apache2 && mount -t tmpfs -o size=4k none sites-available &&
	    mount -o remount,ro sites-available'
	refuses 'sites-available' "$ID" --yes
	on_host sh -c 'cd /etc/apache2 && mount -o remount,rw sites-available &&
	    head -c 4096 /dev/zero >sites-available/full'
	refuses 'No space left on device; nothing has changed' "$ID" --yes
}

@test "setup: a web server that does not start with it gets its files back, and no program is left" {
	new_host nginx
	give_certificate id.example.org id.example.org
	on_host sh -c 'sed -i "2i [ \$1 != restart ] || [ ! -e /etc/nginx/sites-enabled/latchkey ] || { echo cannot bind; exit 1; }" \
	    /etc/init.d/nginx'
	TOLD=2 refuses 'service nginx restart failed: cannot bind' "$ID" --yes
	[[ $output = *'the files are as they were'* ]] || fail "$output"
	run ! on_host pgrep start-programs
}

@test "setup: another issuer than the data directory's is refused, and so is half a directory" {
	new_host nginx
	give_certificate id.example.org id.example.org
	on_host sh -c 'systemd-sysusers &&
	    install -d -m 700 -o latchkey -g latchkey /var/lib/latchkey &&
	    latchkey init https://other.example.org >/dev/null'
	refuses 'is the data directory of https://other.example.org' "$ID" --yes
	on_host rm /var/lib/latchkey/latchkey.conf
	refuses 'latchkey.conf is missing' "$ID" --yes
}

@test "setup: a file that was changed by hand is left as it is, and --replace keeps a copy" {
	local file=/etc/nginx/sites-enabled/latchkey changed
	new_host nginx
	give_certificate id.example.org id.example.org
	sets_up "$ID"
	on_host sed -i 's/75s/60s/' $file
	changed=$(on_host sha256sum $file)
	run -0 on_host latchkey setup "$ID" --yes
	[[ $output = *"leaves $file as it is"*'-	keepalive_timeout 60s;'* ]]
	assert_equal "$(on_host sha256sum $file)" "$changed"
	run -0 on_host latchkey setup "$ID" --yes --replace
	on_host grep -q 75s $file
	on_host grep -q 60s /var/backups/latchkey/latchkey.1
	# What webserver.sh printed, by hand, is the same.
	on_host sh -c "sed -i '\$d' $file"
	run -0 on_host latchkey setup "$ID" --yes
	[[ $output = *'Nothing to do'* ]] || fail "$output"
}

@test "setup: --password asks for the person's password on the terminal, and shows it nowhere" {
	local terminal
	new_host nginx
	give_certificate id.example.org id.example.org
	terminal=(on_terminal 'a good password' 'a good password' --)
	TERMINAL_S=300 run on_host latchkey setup "$ID" --person alice --password --yes
	terminal=()
	[[ $status = 0 && $output = *'0 errors'* && $output != *'a good password'* ]] ||
	    fail "$(tail -n 60 <<<"$output")"
	run -0 on_host latchkey user show alice --json
	assert_equal "$(jq -r '[.signs_in_by, .groups[0]] | join(" ")' <<<"$output")" \
	    'password admins'
	run -1 on_host grep -rl 'a good password' /etc /var/lib/latchkey
	[[ -z $output ]] || fail "$output"
}

@test "setup: another data directory, and no person at first" {
	new_host lighttpd
	give_certificate id.example.org id.example.org
	run on_host latchkey -d /srv/id setup "$ID" --yes
	[[ $status = 0 && $output = *'latchkey user invite NAME --group admins'* ]] ||
	    fail "$output"
	assert_equal "$(on_host stat -c '%U %a' /srv/id)" 'latchkey 700'
	on_host curl -sSf -o /dev/null "$ID/jwks.json"
	# Of two people setup invites the one that is not there.
	run -0 on_host latchkey -d /srv/id setup "$ID" --person bob --yes
	[[ $output = *"$ID/join?link="* ]]
	assert_equal "$(on_host latchkey -d /srv/id user show bob --json |
	    jq -r '.groups[0]')" admins
	# What was started ends when it is told to.
	on_host sh -c 'kill -TERM $(pgrep start-programs) && timeout 60 sh -c "
	    while pgrep -x \"start-programs|token\" >/dev/null; do sleep 0.1; done"'
}
