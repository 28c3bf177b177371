"""A store, a web server in front of it, and what is asked of them."""

import base64
import collections
import json
import mmap
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("LATCHKEY_BUILD") or ROOT / "build")
BENCH = BUILD / "tests/bench"
PROGRAMS = ["authorize", "token", "refresh", "metadata", "userinfo",
            "introspect", "revoke", "logout", "gate"]

PASSWORD = "correct horse battery"
SECRET = "a-client-secret-known-to-the-bench-only"
CALLBACK = "http://127.0.0.1:9/cb"
# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
SCOPE = "openid profile email groups offline_access"
ONLY_ACCESS = "profile offline_access"  # no ID token: one signature

REFRESH = "grant_type=refresh_token&refresh_token=@"
EXCHANGE = urlencode({"grant_type": "authorization_code",
                      "redirect_uri": CALLBACK,
                      "code_verifier": VERIFIER}) + "&code=@"
CREDENTIALS = urlencode({"grant_type": "client_credentials", "scope": "api"})
DISCOVERY = "/.well-known/openid-configuration"

CEILING_THREADS = 64  # one for each connection that is measured: the best
FLUSH_US = 2000       # more for each flush of the slow disk


def basic(client):
    return "Authorization: Basic " + base64.b64encode(
        f"{client}:{SECRET}".encode()).decode()


BASIC = basic("app")


def command(*args, **options):
    return subprocess.run([str(a) for a in args], check=True, text=True,
                          stdout=subprocess.PIPE, **options).stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def settle(data):
    """The store file DATA, which no process has open, as it is in memory after
    the machine has started again, or if it had grown by one small write after
    another: page by page. Where many were written at once the kernel may keep
    them in pieces of up to 2 MiB, and then each change of one page costs what
    the whole piece does."""
    with open(data, "rb") as f:
        os.fsync(f.fileno())
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ) as pages:
            pages.madvise(mmap.MADV_RANDOM)
            for at in range(0, len(pages), mmap.PAGESIZE):
                pages[at]


class Store:
    """A data directory with one person and one client, for a free port."""

    def __init__(self, where, name):
        self.dir = where / name
        self.port = free_port()
        self.latchkey("init", f"http://127.0.0.1:{self.port}")
        self.latchkey("user", "add", "alice", "--name", "Alice Example",
                      "--email", "alice@example.org", "--group", "family",
                      "--group", "admins", "--password-stdin", input=PASSWORD)
        self.add_client("app", "EdDSA")

    def add_client(self, name, alg):
        grants = ["authorization_code", "refresh_token", "client_credentials"]
        self.latchkey("client", "add", name, "--redirect-uri", CALLBACK,
                      "--alg", alg,
                      *[w for g in grants for w in ("--grant", g)],
                      *[w for s in SCOPE.split() + ["api"]
                        for w in ("--scope", s)],
                      "--secret-stdin", input=SECRET)

    def latchkey(self, *args, **options):
        return command(BUILD / "bin/latchkey", "-d", self.dir, *args, **options)

    def seed(self, *args):
        return command(BENCH / "seed", self.dir, *args).split()

    def families(self, count, sample, scope=SCOPE, person="alice",
                 client="app"):
        """Their refresh tokens, SAMPLE of them, from all over the table."""
        return self.seed("families", count, client, person, scope, sample)

    def codes(self, count, client="app"):
        return self.seed("codes", count, client, "alice", SCOPE, CALLBACK,
                         CHALLENGE)

    def exchange(self, client="app"):
        """The tokens of one code, over plain CGI."""
        body = EXCHANGE.replace("@", self.codes(1, client)[0])
        return json.loads(self.cgi("token", "POST", "/token", body,
                                   basic(client)))

    def environment(self, method, uri, body="", header=""):
        """What a web server would tell a program."""
        path, _, query = uri.partition("?")
        env = {"LATCHKEY_DATA": str(self.dir), "GATEWAY_INTERFACE": "CGI/1.1",
               "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_SOFTWARE": "bench",
               "SERVER_NAME": "127.0.0.1", "SERVER_PORT": str(self.port),
               "REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": "54321",
               "REQUEST_METHOD": method, "REQUEST_URI": uri,
               "SCRIPT_NAME": path, "SCRIPT_FILENAME": path,
               "DOCUMENT_ROOT": "/nothing", "QUERY_STRING": query,
               "HTTP_HOST": f"127.0.0.1:{self.port}", "HTTP_ACCEPT": "*/*",
               "HTTP_USER_AGENT": "bench", "REDIRECT_STATUS": "200"}
        if method == "POST":
            env["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
            env["CONTENT_LENGTH"] = str(len(body))
        if header:
            env["HTTP_AUTHORIZATION"] = header.partition(": ")[2]
        return env

    def cgi(self, program, method, uri, body="", header=""):
        answer = command(BUILD / "cgi-bin" / program, input=body,
                         env=self.environment(method, uri, body, header))
        head, _, body = answer.replace("\r\n", "\n").partition("\n\n")
        if not head.startswith("Status: 200 "):
            sys.exit(f"bench: {program}: {head}\n{body}")
        return body


# --- beside latchkey: the ceiling, and a token program that does not group ----

# With no thread to spare Apache closes the connections it keeps, unannounced.
APACHE_THREADS = """
ThreadLimit 160
ThreadsPerChild 160
MaxRequestWorkers 160
MaxSpareThreads 160
MaxKeepAliveRequests 0
"""

# On a port of their own, reached by the web server as latchkey's programs are.
BESIDE = {
    "lighttpd": """
$SERVER["socket"] == "127.0.0.1:{port}" {{
	$HTTP["url"] =~ "^/(ceiling|ungrouped/token)$" {{ fastcgi.server = (
		"/ceiling" => (( "socket" => "{run}/ceiling",
			"check-local" => "disable" )),
		"/ungrouped/token" => (( "socket" => "{run}/ungrouped",
			"check-local" => "disable" ))
	) }}
}}
""",
    "nginx": """
server {{
	listen 127.0.0.1:{port};
	fastcgi_param REQUEST_METHOD $request_method;
	fastcgi_param REQUEST_URI $request_uri;
	fastcgi_param QUERY_STRING $query_string;
	fastcgi_param CONTENT_TYPE $content_type;
	fastcgi_param CONTENT_LENGTH $content_length;
	fastcgi_param REMOTE_ADDR $remote_addr;
	location = /ceiling {{ fastcgi_pass unix:{run}/ceiling; }}
	location = /ungrouped/token {{ fastcgi_pass unix:{run}/ungrouped; }}
}}
""",
    "apache": APACHE_THREADS + """
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
	<Location "/">
		Require all granted
		CGIPassAuth On
	</Location>
	<Location "/ceiling">
		SetHandler "proxy:unix:{run}/ceiling|fcgi://ceiling"
	</Location>
	<Location "/ungrouped/token">
		SetHandler "proxy:unix:{run}/ungrouped|fcgi://ungrouped"
	</Location>
</VirtualHost>
""",
    "apache-fcgid": APACHE_THREADS + """
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
	ScriptAliasMatch "^/ceiling$" "{bench}/ceiling"
	ScriptAliasMatch "^/ungrouped/token$" "{bench}/ungrouped"
	<Directory "{bench}">
		SetHandler fcgid-script
		Options +ExecCGI
		Require all granted
		CGIPassAuth On
	</Directory>
	FcgidInitialEnv LATCHKEY_DATA "{data}"
	FcgidInitialEnv CEILING_STORE "{run}"
	FcgidMaxProcessesPerClass 16
</VirtualHost>
""",
}

Load = collections.namedtuple("Load", "rate failures median_us p99_us")
counted = []  # failures of all loads


def count_failures(count):
    counted.append(count)


def failures():
    return sum(counted)


def beside(store, where):
    """The directory of what runs beside latchkey."""
    directory = where / f"{store.dir.name}.beside"
    directory.mkdir(exist_ok=True)
    return directory


class Server:
    """conf/serve.sh, as the README starts it, with what is beside it."""

    def __init__(self, store, where, kind="lighttpd", slow=False):
        self.store = store
        self.port = free_port()
        self.run = beside(store, where)
        self.environment = dict(
            os.environ, CEILING_STORE=str(self.run),
            LATCHKEY_DATA=str(store.dir), LATCHKEY_BUILD=str(BUILD))
        if slow:
            self.environment.update(
                LD_PRELOAD=str(BUILD / "test/fault/slow_disk.so"),
                LATCHKEY_FLUSH_US=str(FLUSH_US))
        self.processes = []
        include = self.run / "server.conf"
        include.write_text(self.put_beside(kind))
        self.serve(kind, include)

    def put_beside(self, kind):
        """Starts it; the configuration that reaches it."""
        if kind != "apache-fcgid":
            self.spawn(self.run / "ceiling", BENCH / "ceiling",
                       CEILING_THREADS)
            self.spawn(self.run / "ungrouped", BENCH / "ungrouped")
        return BESIDE[kind].format(port=self.port, run=self.run, bench=BENCH,
                                   data=self.store.dir)

    def spawn(self, at, *words):
        """Starts a FastCGI program; AT is a port or the path of a socket."""
        if isinstance(at, int):
            listening = socket.create_server(("127.0.0.1", at), backlog=1024)
        else:
            at.unlink(missing_ok=True)
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(str(at))
            listening.listen(1024)
        with listening:
            self.processes.append(subprocess.Popen(
                [str(w) for w in words], stdin=listening,
                env=self.environment))

    def serve(self, kind, include):
        serve = subprocess.Popen(
            [ROOT / "conf/serve.sh", "-d", self.store.dir,
             "-p", str(self.store.port), "-s", kind, "-i", include],
            env=self.environment, stdout=subprocess.PIPE, text=True,
            start_new_session=True)
        self.processes.append(serve)
        # Other lines are Apache's.
        if not any("is served" in line for line in serve.stdout):
            self.stop()
            sys.exit("bench: the server did not start")

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.communicate()
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wrk(self, port, path, connections, seconds, header="", tokens=None,
            body="", how="rotate", signed=None, signed_in=None):
        """wrk, started; load() has what it tells. SIGNED is a file with what
        goes once into the header DPoP, or into the body for SIGNED."""
        words = ["wrk", "-t", 1, "-c", connections, "-d", f"{seconds}s",
                 "-s", ROOT / "tests/bench/ask.lua"]
        words += ["-H", header] if header else []
        words += [f"http://127.0.0.1:{port}{path}"]
        words += ["--", body] if body else []
        words += [tokens, how] if tokens else []
        words += [signed, signed_in] if signed else []
        return subprocess.Popen([str(w) for w in words], text=True,
                                stdout=subprocess.PIPE)

    def load(self, *args, at_half=None, **options):
        asking = self.wrk(*args, **options)
        if at_half is not None:
            at_half()
        out = asking.communicate()[0]
        if asking.returncode != 0 or not out:
            sys.exit("bench: the load ended early")
        rate, *counts = out.splitlines()[-1].split()
        load = Load(float(rate), *map(int, counts))
        count_failures(load.failures)
        return load

    def latchkey(self, path, *args, **options):
        return self.load(self.store.port, path, *args, **options)

    def beside(self, path, *args, **options):
        return self.load(self.port, path, *args, **options)


# --- processes ----------------------------------------------------------------

def processes_of(path, store):
    """The process ids that run PATH for STORE."""
    setting = f"LATCHKEY_DATA={store.dir}".encode()
    found = []
    for p in Path("/proc").iterdir():
        try:
            if (p.name.isdigit() and os.readlink(p / "exe") == str(path) and
                    setting in (p / "environ").read_bytes().split(b"\0")):
                found.append(int(p.name))
        except OSError:
            pass
    return found


def pss_kib(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+)", text, re.M).group(1))


def stripped_kib(path, where):
    out = where / "stripped"
    command("strip", "-o", out, path)
    return out.stat().st_size / 1024

