"""triagectl against a server that misbehaves on purpose: what a person is told, which exit code a
script gets, and that nothing from the wire reaches the terminal unseen."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading

import pytest

from devkit import pki

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TRIAGECTL = os.path.join(os.environ.get("TRIAGED_BUILD", os.path.join(ROOT, "build")), "triagectl")
OK, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 3

BOARD = {"now": "2025-01-31T12:00:00.000Z", "mode": "normal", "center": "north",
         "totals": {"waiting": 1, "offered": 0, "active": 2, "wrapup": 0, "review": 0},
         "levels": [{"level": "emergency", "waiting": 1, "offered": 0, "active": 0,
                     "oldest_wait_s": 75, "target_s": 0, "breaches": 1}],
         "lines": [], "langs": [], "responders": {"connected": 1, "ready": 1},
         "dispatches": [], "alerts": []}


class Server:
    """Accepts one TLS session after the other; `handle(line, send)` answers each line."""

    def __init__(self, tls, handle):
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        c.load_cert_chain(tls.cert, tls.key)
        c.load_verify_locations(tls.ca)
        c.verify_mode = ssl.CERT_OPTIONAL
        self.context, self.handle = c, handle
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.requests = []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            try:
                raw, _ = self.socket.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(raw, server_side=True) as s:
                    self._session(s)
            except OSError:
                pass

    def _session(self, s):
        for line in s.makefile("rb"):
            request = json.loads(line)
            self.requests.append(request)

            def send(o):
                s.sendall(o if isinstance(o, bytes) else json.dumps(o).encode() + b"\n")

            if self.handle(request, send) is False:
                return

    def close(self):
        """The thread must be out of accept() before the number of its socket is free again."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.socket.close()


def result(request, value):
    return {"jsonrpc": "2.0", "id": request["id"], "result": value}


def error(request, code, reason, **data):
    return {"jsonrpc": "2.0", "id": request["id"],
            "error": {"code": code, "message": reason, "data": {"reason": reason, **data}}}


@pytest.fixture(scope="module")
def directory():
    d = tempfile.mkdtemp(prefix="trctl-")
    yield d
    shutil.rmtree(d, ignore_errors=True)


@pytest.fixture(scope="module")
def certificates(directory):
    ca = pki.Authority(os.path.join(directory, "ca"))
    return {"server": ca.server(), "admin": ca.issue("admin"),
            "other": ca.issue("elsewhere", "serverAuth", "DNS:elsewhere.example"),
            "stranger": pki.Authority(os.path.join(directory, "other"), "Other CA").server()}


@pytest.fixture
def serve(certificates):
    servers = []

    def start(handle, tls="server"):
        servers.append(Server(certificates[tls], handle))
        return servers[-1]
    yield start
    for s in servers:
        s.close()


@pytest.fixture
def ctl(certificates, directory):
    admin = certificates["admin"]

    def run(server, *arguments, credentials=None, environment=None, stdin=""):
        if credentials is None:
            credentials = ["--ca", admin.ca, "--cert", admin.cert, "--key", admin.key]
        address = getattr(server, "address", server)
        env = {"PATH": os.environ["PATH"], "HOME": directory, **(environment or {})}
        return subprocess.run([TRIAGECTL, *credentials, *(["--address", address] if address else []),
                               *arguments], capture_output=True, text=True, timeout=20, env=env,
                              input=stdin)
    return run


def answers(value):
    return lambda request, send: send(result(request, value))


def test_prints_the_answer_as_json_and_as_text(serve, ctl):
    server = serve(answers(BOARD))
    done = ctl(server, "board", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (OK, BOARD)
    done = ctl(server, "board")
    assert done.returncode == OK and "1m15s" in done.stdout and "late" in done.stdout
    assert "\033" not in done.stdout  # not a terminal: no colours
    assert server.requests[0] == {"jsonrpc": "2.0", "id": 1, "method": "board.get", "params": {}}


def test_words_and_options_become_typed_parameters(serve, ctl):
    server = serve(answers({"contacts": []}))
    assert ctl(server, "contact", "list", "--level", "high", "--limit=5").returncode == OK
    assert server.requests[-1]["params"] == {"level": "high", "limit": 5}
    server = serve(answers({}))
    assert ctl(server, "responder", "force", "ann", "paused", "left her seat").returncode == OK
    assert server.requests[-1]["params"] == {"responder": "ann", "presence": "paused",
                                             "reason": "left her seat"}


def test_a_refusal_is_told_and_is_exit_code_1(serve, ctl):
    server = serve(lambda q, send: send(error(q, 2, "forbidden", detail="needs role admin")))
    done = ctl(server, "node", "drain")
    assert done.returncode == FAILED and done.stdout == ""
    assert done.stderr == "triagectl node drain: node.drain: forbidden: needs role admin\n"


def test_a_refusal_begins_with_the_general(serve, ctl):
    server = serve(lambda q, send: send({"jsonrpc": "2.0", "id": q["id"], "error": {
        "code": -32602, "message": "invalid params", "data": {
            "reason": "not_one_of", "field": "status", "detail": "sent cleared"}}}))
    assert ctl(server, "node", "drain").stderr == \
        "triagectl node drain: node.drain: invalid params: status: not_one_of: sent cleared\n"


def test_numbers_are_printed_as_they_were_sent(serve, ctl):
    server = serve(answers({"contacts": [], "matching": 957.716}))
    assert '"matching": 957.716\n' in ctl(server, "contact", "list", "--json").stdout


def test_nobody_there(ctl):
    with socket.create_server(("127.0.0.1", 0)) as s:
        address = "127.0.0.1:%d" % s.getsockname()[1]
    done = ctl(address, "board")
    assert done.returncode == UNREACHABLE and "Connection refused" in done.stderr
    done = ctl("name.invalid:1", "board")
    assert done.returncode == UNREACHABLE and "name.invalid" in done.stderr
    assert ctl("nonsense", "board").returncode == UNREACHABLE


@pytest.mark.parametrize("tls,why", [("other", "IP address mismatch"),
                                     ("stranger", "self-signed certificate in certificate chain")])
def test_only_the_right_daemon_is_trusted(serve, ctl, tls, why):
    server = serve(answers(BOARD), tls)
    done = ctl(server, "board")
    assert done.returncode == UNREACHABLE and server.requests == []
    assert "certificate is not accepted" in done.stderr and why in done.stderr


def test_silence_ends_with_the_deadline(serve, ctl):
    done = ctl(serve(lambda q, send: None), "board", "--timeout", "1")
    assert done.returncode == UNREACHABLE and "no answer within 1000 ms" in done.stderr


@pytest.mark.parametrize("bytes_", [b"220 mail.example ESMTP\r\n", b"{\"id\":1,\"id\":1}\n",
                                    b"\xff\xfe\n", b"[" * 100 + b"]" * 100 + b"\n"])
def test_what_is_no_triaged_is_not_believed(serve, ctl, bytes_):
    done = ctl(serve(lambda q, send: send(bytes_)), "board")
    assert done.returncode == UNREACHABLE and "no triaged" in done.stderr


def test_a_session_cut_in_the_middle(serve, ctl):
    done = ctl(serve(lambda q, send: False), "board")
    assert done.returncode == UNREACHABLE and "connection lost" in done.stderr


def test_notifications_before_the_answer_are_not_the_answer(serve, ctl):
    def handle(q, send):
        send({"jsonrpc": "2.0", "method": "notice", "params": {"kind": "deadline"}})
        send({"jsonrpc": "2.0", "id": 99, "result": "another's"})
        send(result(q, BOARD))
    assert json.loads(ctl(serve(handle), "board", "--json").stdout) == BOARD


def test_nothing_from_the_wire_commands_the_terminal(serve, ctl):
    bad = "\033[2J\u009b31m\u202eabc\r\nnew"
    server = serve(answers({"contacts": [{"contact": bad, "state": bad, "level": bad,
                                          "flags": [bad]}], bad: bad}))
    for command in (["contact", "list"], ["contact", "show", "c"], ["node", "drain"]):
        done = ctl(server, *command)
        assert done.returncode == OK
        assert not set("\033\u009b\u202e\r") & set(done.stdout), command
    server = serve(lambda q, send: send(error(q, 3, bad, detail=bad)))
    assert not set("\033\u009b\u202e\r") & set(ctl(server, "board").stderr)


def test_logs_in_by_token_in_the_role_asked_for(serve, ctl, certificates, directory):
    def handle(q, send):
        ok = q["method"] != "session.hello" or q["params"].get("token") == "tok"
        send(result(q, BOARD) if ok else error(q, 1, "unauthenticated"))
    server = serve(handle)
    token = os.path.join(directory, "token")
    login = ["--ca", certificates["server"].ca, "--token-file", token]
    with open(token, "w", encoding="ascii") as f:
        f.write("tok\n")
    done = ctl(server, "board", credentials=login)
    assert done.returncode == USAGE and "--role" in done.stderr
    assert ctl(server, "board", "--role", "supervisor", credentials=login).returncode == OK
    hello = server.requests[0]
    assert hello["method"] == "session.hello"
    assert (hello["params"]["role"], hello["params"]["protocol"]) == ("supervisor", 1)
    with open(token, "w", encoding="ascii") as f:
        f.write("wrong\n")
    done = ctl(server, "board", "--role", "supervisor", credentials=login)
    assert done.returncode == FAILED and "unauthenticated" in done.stderr
    assert "wrong" not in done.stderr


def test_logs_in_by_password_from_standard_input(serve, ctl, certificates):
    server = serve(answers(BOARD))
    done = ctl(server, "board", "--role", "supervisor", stdin="secret word\n",
               credentials=["--ca", certificates["server"].ca, "--user", "ann"])
    assert done.returncode == OK
    assert server.requests[0]["params"]["password"] == "secret word"


def test_settings_file_environment_and_options_in_that_order(serve, ctl, certificates, directory):
    admin, good = certificates["admin"], serve(answers(BOARD))
    config = os.path.join(directory, "triagectl.conf")
    with open(config, "w", encoding="utf-8") as f:
        f.write('address = "127.0.0.1:1";\ncertificate = "%s";\nkey = "%s";\nca = "%s";\n'
                "timeout_s = 5;\n" % (admin.cert, admin.key, admin.ca))
    none = []
    assert ctl(None, "--config", config, "board", credentials=none).returncode == UNREACHABLE
    env = {"TRIAGECTL_ADDRESS": good.address, "TRIAGECTL_CONFIG": config}
    assert ctl(None, "board", credentials=none, environment=env).returncode == OK
    env["TRIAGECTL_ADDRESS"] = "127.0.0.1:1"
    assert ctl(good, "board", credentials=none, environment=env).returncode == OK
    with open(config, "a", encoding="utf-8") as f:
        f.write('adress = "x";\n')
    done = ctl(None, "--config", config, "board", credentials=none)
    assert done.returncode == USAGE and ":6: unknown setting 'adress'" in done.stderr


def test_a_data_directory_is_enough(serve, ctl, certificates, directory):
    server, admin = serve(answers(BOARD)), certificates["admin"]
    data = os.path.join(directory, "data")
    os.makedirs(os.path.join(data, "dev"))
    for source, name in ((admin.ca, "ca.pem"), (admin.cert, "admin.pem"), (admin.key, "admin.key")):
        shutil.copy(source, os.path.join(data, "dev", name))
    done = ctl(None, "board", "--data-dir", data, credentials=[])
    assert done.returncode == USAGE and "is the daemon running?" in done.stderr
    with open(os.path.join(data, "listen.json"), "w", encoding="ascii") as f:
        json.dump({"line": server.address, "pid": 1}, f)
    assert ctl(None, "board", "--data-dir", data, credentials=[]).returncode == OK


def test_a_failed_reload_is_exit_code_1(serve, ctl):
    server = serve(answers({"swapped": [], "errors": ["clients.conf:3: no name"]}))
    done = ctl(server, "node", "reload")
    assert done.returncode == FAILED and "clients.conf:3: no name" in done.stdout
    assert ctl(server, "node", "reload", "--json").returncode == FAILED
    assert ctl(serve(answers({"swapped": ["rules"], "errors": []})), "node",
               "reload").returncode == OK


def test_status_shows_what_the_role_may_see(serve, ctl):
    def handle(q, send):
        send(result(q, BOARD) if q["method"] == "board.get" else error(q, 2, "forbidden"))
    done = ctl(serve(handle), "status", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (OK, {"node": None, "board": BOARD})
    assert ctl(serve(lambda q, send: send(error(q, 2, "forbidden"))), "status").returncode == FAILED


def test_watch_prints_lines_and_tells_when_it_ends(serve, ctl):
    def handle(q, send):
        send(result(q, BOARD))
        send({"jsonrpc": "2.0", "method": "notice", "params": {"kind": "deadline", "text": "a\nb"}})
        send({"jsonrpc": "2.0", "method": "board.change", "params": BOARD})
        return False
    done = ctl(serve(handle), "watch")
    assert done.returncode == UNREACHABLE and "connection lost" in done.stderr
    notice, board = done.stdout.splitlines()
    assert notice[9:] == "notice kind=deadline text=a b"
    assert board[9:] == "board.change waiting: emergency 1 for 1m15s; alerts 0, dispatches 0"
    lines = ctl(serve(handle), "watch", "--json").stdout.splitlines()
    assert [json.loads(x)["method"] for x in lines] == ["notice", "board.change"]


def test_usage_errors_are_exit_code_2_and_suggest(ctl):
    for arguments, hint in ((["bord"], "did you mean 'board'"), (["contact"], "contact explain"),
                            (["contact", "shwo", "c"], "contact show"),
                            (["board", "--jsno"], "--json"),
                            (["contact", "show"], "CONTACT is missing"), (["nothing-like-it"], "--help")):
        done = ctl(None, *arguments)
        assert done.returncode == USAGE and hint in done.stderr, arguments
    for arguments, first in ((["contact"], "'contact' alone is no command; there are:"),
                             (["contact", "--json"], "'contact' alone is no command; there are:"),
                             (["contact", "shwo"], "no command 'contact shwo'; there are:"),
                             (["foo"], "no command 'foo'; 'triagectl --help' lists them"),
                             (["status", "--center", "x"], "--center needs --role too")):
        assert ctl("127.0.0.1:1", *arguments).stderr.splitlines()[0].endswith(": " + first), arguments
    assert ctl(None).returncode == USAGE
    assert ctl(None, "--help").returncode == OK


def test_passwords_and_tokens_for_the_clients_file(ctl):
    done = ctl(None, "password", stdin="a long password\na long password\n", credentials=[])
    assert done.returncode == OK and done.stdout.startswith('password = "scrypt$')
    assert ctl(None, "password", stdin="a long password\nanother one here\n",
               credentials=[]).returncode == FAILED
    assert "at least 12" in ctl(None, "password", stdin="short\n", credentials=[]).stderr
    one, two = (json.loads(ctl(None, "token", "--json", credentials=[]).stdout) for _ in "12")
    assert one["token"] != two["token"]
    digest = subprocess.run(["sha256sum"], input=one["token"], capture_output=True, text=True,
                            check=True).stdout.split()[0]
    assert one["token_sha256"] == digest


def test_the_live_screen(serve, certificates, directory):
    """In a terminal of its own: draws, shows when it is not live any more, leaves it as it was."""
    import pty
    import select
    import time
    contacts = {"contacts": [{"contact": "c-1", "level": "emergency", "state": "waiting"}]}
    silent = threading.Event()

    def handle(q, send):
        if not silent.is_set():
            send(result(q, BOARD if q["method"] == "board.get" else contacts))
    server, admin = serve(handle), certificates["admin"]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", HOME=directory)
        os.execv(TRIAGECTL, [TRIAGECTL, "--address", server.address, "--ca", admin.ca, "--cert",
                             admin.cert, "--key", admin.key, "top"])
    seen = b""

    def until(text, seconds=10):
        nonlocal seen
        end = time.monotonic() + seconds
        while text not in seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise AssertionError("%r not in %r" % (text, seen[-2000:]))
            try:
                seen += os.read(fd, 65536)
            except OSError:
                seen += b""
                break
        assert text in seen, seen[-2000:]
    try:
        until(b"\x1b[?1049h")
        until(b"c-1")
        until(b"live, q quits")
        silent.set()
        until(b"NOT LIVE")
        os.write(fd, b"q")
        until(b"\x1b[?1049l")
    finally:
        os.kill(pid, signal.SIGTERM) if os.waitpid(pid, os.WNOHANG)[0] == 0 else None
        os.close(fd)
