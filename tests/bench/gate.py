"""Decisions of the gate a second: a page behind it, against the same page
behind an authorizer that always says yes, and with nothing before it."""

import os
import pwd
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import served
from served import (APACHE_THREADS, BENCH, BUILD, CEILING_THREADS, Server,
                    Store, free_port)
from table import Table, in_turns, median_ratio, milliseconds, per_second
from throughput import SECONDS, failed, median, rates

# Authorizers by server, on TCP because Apache's has nothing else.
GUARDED = {
    "lighttpd": """
$SERVER["socket"] == "127.0.0.1:{port}" {{
	server.document-root = "{pages}"
	fastcgi.server = ()
	$HTTP["url"] =~ "^/yes/" {{ fastcgi.server = ( "/" => ((
		"host" => "127.0.0.1", "port" => {yes}, "check-local" => "disable",
		"mode" => "authorizer" )) ) }}
	$HTTP["url"] =~ "^/gate/" {{ fastcgi.server = ( "/" => ((
		"host" => "127.0.0.1", "port" => {gate}, "check-local" => "disable",
		"mode" => "authorizer" )) ) }}
}}
""",
    "apache": APACHE_THREADS + """
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authz_user_module /usr/lib/apache2/modules/mod_authz_user.so
LoadModule authnz_fcgi_module /usr/lib/apache2/modules/mod_authnz_fcgi.so
AuthnzFcgiDefineProvider authn Yes fcgi://127.0.0.1:{yes}/
AuthnzFcgiDefineProvider authn Gate fcgi://127.0.0.1:{gate}/
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
	DocumentRoot "{pages}"
	<Directory "{pages}">
		Require all granted
	</Directory>
	<Location "/yes/">
		AuthType None
		AuthnzFcgiCheckAuthnProvider Yes Authoritative On \\
		    RequireBasicAuth Off UserExpr "%{{reqenv:REMOTE_USER}}"
		Require valid-user
	</Location>
	<Location "/gate/">
		AuthType None
		AuthnzFcgiCheckAuthnProvider Gate Authoritative On \\
		    RequireBasicAuth Off UserExpr "%{{reqenv:REMOTE_USER}}"
		Require valid-user
	</Location>
</VirtualHost>
""",
}


class Guarded(Server):
    """A site with three copies of a page, on a port of its own."""

    def __init__(self, store, where, kind):
        super().__init__(store, where, kind)
        self.origin = f"http://127.0.0.1:{self.port}"

    def put_beside(self, kind):
        pages, ports = self.run / "pages", (free_port(), free_port())
        for name in ("open", "yes", "gate"):
            (pages / name).mkdir(parents=True)
            (pages / name / "page.html").write_text("x" * 1000)
        self.environment["LATCHKEY_SITE"] = f"http://127.0.0.1:{self.port}"
        self.spawn(ports[0], BENCH / "ceiling", CEILING_THREADS)
        self.spawn(ports[1], BUILD / "cgi-bin/gate")
        return GUARDED[kind].format(port=self.port, pages=pages, yes=ports[0],
                                    gate=ports[1])

    def page(self, name, connections, cookie):
        return self.beside(f"/{name}/page.html", connections, SECONDS,
                           f"Cookie: latchkey-gate={cookie}")


def leave_root():
    """Apache does not serve as root, nor what is root's."""
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)


def rows(kind, rounds):
    """A row for each number of connections, and the failures among them."""
    with TemporaryDirectory(prefix="latchkey-bench.") as directory:
        where = Path(directory)
        store = Store(where, "gate")
        with Guarded(store, where, kind) as server:
            store.latchkey("site", "add", server.origin,
                           "--rule", "/ signed-in")
            cookie = store.seed("visits", 1, server.origin, "alice")[0]
            found = []
            for connections in (8, 64):
                asks = [lambda n=n: server.page(n, connections, cookie)
                        for n in ("open", "yes", "gate")]
                for ask in asks:
                    ask()
                plain, yes, gate = in_turns(rounds, *asks)
                found.append([
                    kind, connections, *[per_second(median(loads, "rate"))
                                         for loads in (plain, yes, gate)],
                    f"{median_ratio(rates(gate), rates(yes)):.2f}",
                    f"{median_ratio(rates(gate), rates(plain)):.2f}",
                    milliseconds(median(gate, "p99_us")),
                    failed(plain, yes, gate)])
    return found, served.failures()


def gate(where, options):
    table = Table(
        "A page behind the gate, asked for by a signed-in person",
        "server", "connections", "open/s", "always yes/s", "gate/s",
        "of always yes", "of open", "p99 ms", "failed",
        note="The authorizer that always says yes is the ceiling program. "
             "Wanted: 0.8 of it.")
    for kind in GUARDED:
        # In a process that can become another user.
        with ProcessPoolExecutor(1, initializer=leave_root) as pool:
            found, failures = pool.submit(
                rows, kind, 1 if options.quick else 7).result()
        served.count_failures(failures)
        for row in found:
            table.row(*row)
    yield table
