#!/bin/sh
# Prints the configuration of a web server for an issuer, ready to be put where
# the server looks for it:
#
#	webserver.sh -s SERVER -i ISSUER [-c CERTIFICATE -k KEY]
#	    [-p PROGRAMS] [-r SOCKETS] [-d DATA] [-e PAGES] [-l LISTEN] [-t LISTEN]
#	    [-o] [-f PROXY] [-w WEBROOT] [-x | -n] [-m ORIGIN [-a AUTHORITIES]] [-g]
#
# SERVER is one of
#
#	lighttpd, nginx, apache		in front of start-programs (or systemd)
#	apache-fcgid			Apache starts FastCGI programs (mod_fcgid)
#	apache-cgi, lighttpd-cgi	plain CGI: nothing runs between requests
#
# An issuer without a path has its host for itself: home is there, and what is not
# there is told by a page of ours. One below a path (https://example.org/idp) is
# beside a site, which keeps all other addresses.
#
# With a certificate (PEM) and its key the provider is served over TLS, and http is
# sent there; without, over http: behind a proxy that has the certificate, at the
# address that -l names. PROGRAMS is the programs' directory, SOCKETS
# that of their sockets, DATA the data directory, PAGES where 503.html is. The
# two LISTEN are ADDRESS:PORT, of the provider (-l) and of the http that is sent on
# to it (-t), each once for IPv4 and once for IPv6 ([ADDRESS]:PORT). If not given
# they are every address at the usual ports, of IPv6 where this host has it.
#
# For lighttpd, nginx and apache there is more. -o: the server does not listen at
# the address of -l yet. -f: the address of a proxy in front, which is believed
# what it says of people's addresses; may be repeated. -w: the directory where
# certbot puts its challenges; http is not sent to https there. -x: for a host that
# has a site, with TLS of its own, and an issuer below a path; the output is for a
# file that the site's server block or <VirtualHost> includes (with lighttpd, a file
# like any other). -n: another site has lighttpd's TLS socket. -m: where clients show
# certificates (mtls_origin in latchkey.conf), a port of its own or, not with lighttpd,
# a host of its own; -a: a file with the authorities that are trusted to sign them
# (PEM), which lighttpd needs. -g: with the gate, a sign-in page before another site,
# at the end, as comments.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
server='' issuer='' certificate='' key=''
opens='' proxies='' webroot='' inside='' no_socket='' gate=''
mtls='' authorities=''
# By its old name, which is a link, it has always printed the gate.
[ "${0##*/}" = webserver.sh ] || gate=yes
listen='' listen6='' listen_http='' listen_http6=''
# Installed, this is PREFIX/share/latchkey/conf; in the sources, what has been
# installed counts, the package if nothing else.
prefix=/usr/local
if [ -d "$here/../pages" ]; then
	prefix=$(cd "$here/../../.." && pwd)
elif [ -d /usr/share/latchkey ] && [ ! -d /usr/local/share/latchkey ]; then
	prefix=/usr
fi
programs=$prefix/lib/latchkey/cgi-bin
pages=$prefix/share/latchkey/pages
sockets=/run/latchkey
data=/var/lib/latchkey

refuse() {
	echo "latchkey: webserver: $*" >&2
	exit 1
}

while getopts s:i:c:k:p:r:d:e:l:t:of:w:xnm:a:g option; do
	case $option in
	s) server=$OPTARG ;;
	i) issuer=$OPTARG ;;
	c) certificate=$OPTARG ;;
	k) key=$OPTARG ;;
	p) programs=$OPTARG ;;
	r) sockets=$OPTARG ;;
	d) data=$OPTARG ;;
	e) pages=$OPTARG ;;
	l) case $OPTARG in [[]*) listen6=$OPTARG ;; *) listen=$OPTARG ;; esac ;;
	t) case $OPTARG in [[]*) listen_http6=$OPTARG ;; *) listen_http=$OPTARG ;; esac ;;
	o) opens=yes ;;
	f) proxies="$proxies${proxies:+ }$OPTARG" ;;
	w) webroot=$OPTARG ;;
	x) inside=yes ;;
	n) no_socket=yes ;;
	m) mtls=$OPTARG ;;
	a) authorities=$OPTARG ;;
	g) gate=yes ;;
	*) exit 2 ;;
	esac
done

case $server in
lighttpd | lighttpd-cgi) any=: ;;
apache | apache-fcgid | apache-cgi) any='*:' ;;
nginx) any='' ;;
'') refuse 'which server? (-s lighttpd, lighttpd-cgi, apache, apache-fcgid, apache-cgi or nginx)' ;;
*) refuse "unknown server: $server (there is lighttpd, lighttpd-cgi, apache, apache-fcgid, apache-cgi, nginx)" ;;
esac
case $issuer in
*/) refuse "the issuer has no slash at its end: ${issuer%/}" ;;
http://?* | https://?*) ;;
*) refuse 'which issuer? (-i https://id.example.org)' ;;
esac
case ${certificate:+c}${key:+k} in
ck) leave_out='without TLS' port=443 ;;
'') leave_out='TLS' port=80 ;;
*) refuse 'a certificate and its key go together (-c FILE -k FILE)' ;;
esac
case $issuer,$certificate$listen$listen6$inside in
https://*,) refuse 'https needs a certificate (-c FILE -k FILE), or, behind a proxy that has it, an address (-l 127.0.0.1:8080)' ;;
esac

case $inside,$server,$issuer in
yes,lighttpd,*://*/* | yes,nginx,*://*/* | yes,apache,*://*/*) ;;
yes,*) refuse 'inside a site (-x) there are lighttpd, nginx and apache, with an issuer below a path (https://example.org/idp)' ;;
esac

[ -n "$mtls" ] || [ -z "$authorities" ] ||
    refuse 'authorities (-a) are for where clients show certificates (-m)'
[ -z "$mtls" ] || [ -n "$certificate" ] ||
    refuse 'clients show certificates over TLS: -m goes with -c and -k'
case $mtls,$server,${authorities:+a} in
,*) ;;
https://*/*) refuse 'where clients show certificates has no path: -m https://id.example.org:8443' ;;
https://?*,lighttpd,) refuse 'lighttpd needs the authorities of clients (-a FILE)' ;;
https://?*,lighttpd,* | https://?*,apache,* | https://?*,nginx,*) ;;
*) refuse 'where do clients show certificates? (-m https://id.example.org:8443, with lighttpd, nginx and apache)' ;;
esac
[ -z "$mtls" ] || [ -z "$inside" ] ||
    refuse 'where clients show certificates is outside of any site: print that without -x'

# Where Linux has IPv6; one socket for both is not what every server makes.
if [ -z "$listen$listen6" ]; then
	listen=$any$port
	[ ! -e /proc/net/if_inet6 ] || listen6="[::]:$port"
fi
if [ -z "$listen_http$listen_http6" ]; then
	listen_http=${any}80
	[ ! -e /proc/net/if_inet6 ] || listen_http6='[::]:80'
fi
# Without IPv4, IPv6 takes its place.
[ -n "$listen" ] || { listen=$listen6 listen6=''; }
[ -n "$listen_http" ] || { listen_http=$listen_http6 listen_http6=''; }
listen4=$listen

# at_port ADDRESS: the same at the port where clients show certificates.
mtls_host=${mtls#https://} mtls_port=443
case $mtls_host in
*:*[!]]) mtls_port=${mtls_host##*:} mtls_host=${mtls_host%:*} ;;
esac
at_port() {
	case $1 in
	*:*) echo "${1%:*}:$mtls_port" ;;
	?*) echo "$mtls_port" ;;
	esac
}
mtls_listen4=$(at_port "$listen") mtls_listen6=$(at_port "$listen6")
mtls_listen=$mtls_listen4
[ "$server,$mtls_port" != "lighttpd,${listen##*:}" ] || [ -z "$mtls" ] ||
    refuse 'with lighttpd clients show certificates at a port of its own: -m https://id.example.org:8443'
case $server in
apache*)	# *:443 is both, and one host has all its addresses
	[ "$listen" = "$any$port" ] || listen=$listen${listen6:+ $listen6}
	[ "$mtls_listen" = "$any$mtls_port" ] ||
	    mtls_listen=$mtls_listen${mtls_listen6:+ $mtls_listen6}
	[ "$listen_http" = "${any}80" ] ||
	    listen_http=$listen_http${listen_http6:+ $listen_http6}
	;;
esac

# What a configuration names beside the pages. The sources are seldom where a web
# server may read.
files=${pages%/*}/conf
[ -d "$files" ] || files=$here

origin=$(printf %s "$issuer" | sed 's,^\([a-z]*://[^/]*\).*,\1,')
host=$(printf %s "${origin#*://}" | sed 's/:[0-9]*$//')
path=$(printf %s "$issuer" | sed -n 's,^[a-z]*://[^/]*\(/.*\),\1,p')
path_regex=$(printf %s "$path" | sed 's/[].[*^$+?(){}|\\]/\\&/g')

fill() {	# NAME VALUE
	printf 's|@%s@|%s|g\n' "$1" "$(printf %s "$2" | sed 's/[\\&|]/\\&/g')"
}

# What is only for a host of its own, or only for an issuer below a path.
leave_out_place='own host'
[ -n "$path" ] || leave_out_place='below a path'

# What is only for some: each is a list of what the templates call it.
leave_out_more='/^# template:$/,/^# end template$/d;' marks=''
leave_out() {	# WORDS...
	leave_out_more="$leave_out_more/^[[:space:]]*# $*:\$/,/# end $*\$/d;"
}
for mark in 'own site' 'inside a site' challenge 'no challenge' proxy \
    'own address' 'own socket' "others' socket" 'own host' 'below a path' \
    TLS 'without TLS' IPv6 'IPv6, http' mTLS 'mTLS port' \
    'mTLS IPv6' authorities; do
	marks="$marks/^[[:space:]]*# $mark:\$/d;/^[[:space:]]*# end $mark\$/d;"
done
marks="$marks/^[[:space:]]*# end\$/d"
if [ -n "$inside" ]; then
	leave_out own site
	gate=''
else
	leave_out inside a site
fi
if [ -n "$webroot" ]; then leave_out no challenge; else leave_out challenge; fi
[ -n "$proxies" ] || leave_out proxy
[ -n "$opens" ] || leave_out own address
[ -n "$mtls" ] || leave_out mTLS
[ -n "$authorities" ] || leave_out authorities
[ "${listen##*:}" != "$mtls_port" ] || leave_out mTLS port
case $listen6 in '' | '[::]'*) leave_out mTLS IPv6 ;; esac
if [ -n "$no_socket" ]; then leave_out own socket; else leave_out "others' socket"; fi
case $server in
nginx) between='; set_real_ip_from ' ;;
lighttpd) between='" => "trust", "' ;;
*) between=' ' ;;
esac
proxy=''
for p in $proxies; do
	proxy="$proxy${proxy:+$between}$p"
done

leave_out_ipv6=''
[ -n "$listen6" ] || leave_out_ipv6='/^[[:space:]]*# IPv6:$/,/# end IPv6$/d;'
[ -n "$listen_http6" ] ||
    leave_out_ipv6="$leave_out_ipv6"'/^[[:space:]]*# IPv6, http:$/,/# end IPv6$/d'

[ -n "$gate" ] || leave_out_more="$leave_out_more/^# --- The gate/,\$d;"

# And no two empty lines, where something was left out.
sed -e "$leave_out_more" \
    -e "/^[[:space:]]*# $leave_out:/,/^[[:space:]]*# end$/d" \
    -e "/^[[:space:]]*# $leave_out_place:/,/# end $leave_out_place$/d" \
    -e "$leave_out_ipv6" -e "$marks" -e '/./,/^$/!d' \
    -e "$(fill ORIGIN "$origin")" -e "$(fill HOST "$host")" \
    -e "$(fill LISTEN "$listen")" \
    -e "$(fill MTLS_HOST "$mtls_host")" -e "$(fill MTLS_PORT "$mtls_port")" \
    -e "$(fill MTLS_LISTEN "$mtls_listen")" \
    -e "$(fill MTLS_LISTEN4 "$mtls_listen4")" \
    -e "$(fill MTLS_LISTEN6 "$mtls_listen6")" \
    -e "$(fill AUTHORITIES "$authorities")" \
    -e "$(fill LISTEN4 "$listen4")" -e "$(fill LISTEN6 "$listen6")" \
    -e "$(fill PROXY "$proxy")" -e "$(fill WEBROOT "$webroot")" \
    -e "$(fill LISTEN_HTTP "$listen_http")" \
    -e "$(fill LISTEN_HTTP6 "$listen_http6")" \
    -e "$(fill CERTIFICATE "$certificate")" -e "$(fill KEY "$key")" \
    -e "$(fill PATH "$path")" -e "$(fill PATH_REGEX "$path_regex")" \
    -e "$(fill PROGRAMS "$programs")" -e "$(fill SOCKETS "$sockets")" \
    -e "$(fill DATA "$data")" -e "$(fill PAGES "$pages")" -e "$(fill CONF "$files")" \
    "$here/$server.conf"
