"""An agency's house: a real HTTPS server that takes webhooks as a script says, and a client that calls
back with signatures and fetches reports. What is signed is checked with Python's own hmac."""

import base64
import hashlib
import hmac
import http.client
import http.server
import itertools
import json
import os
import ssl
import threading
import time
import urllib.parse

from devkit import line, pki

from harness import forms


def new_secret():
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def sign(secret, ident, when, body):
    key = base64.b64decode(secret[len("whsec_"):])
    text = b"%s.%d." % (ident.encode(), when) + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


class Webhook:
    """One request that came."""

    def __init__(self, headers, body):
        self.id, self.time = headers["webhook-id"], int(headers["webhook-timestamp"])
        self.signatures, self.body = headers["webhook-signature"].split(" "), body
        self.type, self.at = headers["content-type"], time.monotonic()
        self.event = forms.check_event(body)
        self.data = self.event["data"]

    def genuine(self, secret):
        return sign(secret, self.id, self.time, self.body) in self.signatures


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A daemon that was killed, or gave up waiting, is what tests are about."""


class Agency:
    """Answers each webhook as `script` says, the last entry for ever: a status; bytes, sent as they
    are; (seconds, entry): later; "lost": taken, then the connection ends; "never": no answer."""

    def __init__(self, center, ident="county-ems", script=(204,), **config):
        self.center, self.id, self.script = center, ident, list(script)
        self.secret = new_secret()
        self.config = dict(config)
        self.seen, self.ids = [], itertools.count(1)
        self.lock, self.closing = threading.Condition(), threading.Event()
        self.server = _Server(("127.0.0.1", 0), self._handler())
        tls = center.authority.server("agency-house")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.cert, tls.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.client_context = line.context(pki.Tls(center.tls.ca))  # no certificate of its own

    # ---- configuration

    def secret_file(self, secret=None, name="secret"):
        path = self.center.path("%s-%s.key" % (self.id, name))
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.write((secret or self.secret) + "\n")
        return path

    @property
    def url(self):
        return "https://localhost:%d/hook" % self.server.server_port

    def group(self, **more):
        """Its entry in the option agencies."""
        group = {"id": self.id, "kinds": ["ems", "fire", "police", "mobile_team"],
                 "webhook": {"url": self.url, "ca": self.center.tls.ca,
                             "secret_files": [self.secret_file()]}}
        group.update(self.config)
        group.update(more)
        return group

    # ---- the server

    def _handler(self):
        house = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with house.lock:
                    n = len(house.seen)
                    house.seen.append(Webhook(self.headers, body))
                    house.lock.notify_all()
                house._answer(self, house.script[min(n, len(house.script) - 1)])

        return Handler

    def _answer(self, handler, entry):
        if isinstance(entry, tuple):
            self.closing.wait(entry[0])
            entry = entry[1]
        if entry == "never":
            self.closing.wait(60)
        if entry in ("lost", "never"):
            handler.close_connection = True
        elif isinstance(entry, bytes):
            handler.wfile.write(entry)
            handler.close_connection = True
        else:
            handler.send_response(entry)
            if entry != 204:
                handler.send_header("content-length", "0")
            handler.end_headers()

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def wait(self, n=1, seconds=10.0):
        """The first n webhooks."""
        end = time.monotonic() + seconds
        with self.lock:
            while len(self.seen) < n:
                left = end - time.monotonic()
                assert left > 0, "%d of %d webhooks" % (len(self.seen), n)
                self.lock.wait(left)
            return self.seen[:n]

    # ---- the client

    def ask(self, method, address, path, body=None, headers=()):
        """(status, headers, body) of one HTTPS request to a node."""
        host, port = address.rsplit(":", 1)
        c = http.client.HTTPSConnection("localhost" if host == "127.0.0.1" else host, int(port),
                                        timeout=10, context=self.client_context)
        try:
            c.request(method, path, body, dict(headers))
            r = c.getresponse()
            return r.status, r.headers, r.read()
        finally:
            c.close()

    def call(self, node, kind, ident=None, secret=None, when=None, agency=None, **data):
        """A callback; (status, its JSON)."""
        body = json.dumps({"type": "dispatch." + kind, "data": data}).encode()
        ident = ident or "call-%d-%d" % (os.getpid(), next(self.ids))
        when = int(time.time() if when is None else when)
        headers = {"webhook-id": ident, "webhook-timestamp": str(when),
                   "webhook-signature": sign(secret or self.secret, ident, when, body),
                   "content-type": "application/json"}
        status, _, answer = self.ask("POST", node.https, "/agency/%s/events" % (agency or self.id),
                                     body, headers)
        return status, json.loads(answer)

    def fetch(self, webhook, accept="application/json", url=None, bearer=False):
        """The report that a webhook points to; (status, content type, body)."""
        parts = urllib.parse.urlsplit(url or webhook.data["report"])
        path, headers = parts.path, {"accept": accept}
        if bearer:
            headers["authorization"] = "Bearer " + urllib.parse.parse_qs(parts.query)["token"][0]
        else:
            path += "?" + parts.query
        status, got, body = self.ask("GET", parts.netloc, path, headers=headers)
        return status, got.get("content-type"), body.decode()
