"""A center for one test: a Redis of its own, as many nodes as asked for, sessions of everybody."""

import itertools
import os
import shutil
import subprocess
import time

from devkit import line, node, store

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("TRIAGED_BUILD", os.path.join(ROOT, "build"))
PROGRAM = os.path.join(BUILD, "triaged")
PLAIN_RULES = os.path.join(ROOT, "tests", "harness", "plain.rules")

CLIENTS = [
    {"name": "gateway", "cert": "gateway", "roles": ["frontend"]},
    {"name": "webchat", "cert": "webchat", "roles": ["frontend"]},
    {"name": "ann", "cert": "ann", "roles": ["responder"], "skills": ["general"],
     "langs": ["en"], "alias": "A."},
    {"name": "ben", "cert": "ben", "roles": ["responder"], "skills": ["general"],
     "langs": ["en"], "alias": "B."},
    {"name": "eva", "cert": "eva", "roles": ["responder"], "skills": ["general", "youth"],
     "langs": ["en", "es"], "alias": "E."},
    {"name": "lead", "cert": "lead", "roles": ["supervisor"]},
    {"name": "lead2", "cert": "lead2", "roles": ["supervisor"]},
    {"name": "desk", "cert": "desk", "roles": ["dispatcher"]},
    {"name": "team", "cert": "team", "roles": ["partner"]},
    {"name": "clin", "cert": "clin", "roles": ["clinical"]},
    {"name": "root", "cert": "root", "roles": ["admin"]},
    {"name": "audit", "cert": "audit", "roles": ["auditor"]},
]
ROLES = {c["name"]: c["roles"][0] for c in CLIENTS}

# What a test may read in a level's place; plain.rules gives the levels.
TEXT = {"low": "hello, may I talk to somebody", "moderate": "marker moderate",
        "high": "marker high", "urgent": "marker urgent", "emergency": "marker emergency"}


class Center:
    def __init__(self, directory, authority):
        self.directory, self.authority = directory, authority
        self.nodes, self.sessions = [], []
        self.redis = None
        self.tls = authority.server()
        self._refs = itertools.count(1)

    # ---- machinery

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def start_redis(self, prefix=()):
        self.redis = store.Redis(self.path("redis")).start(prefix)
        return self.redis

    def prepare(self, name="n1", clients=CLIENTS, rules=(PLAIN_RULES,), **settings):
        """A node with its configuration written, not started. Setting names: __ for a dot."""
        for c in clients:
            if "cert" in c:
                self.authority.issue(c["cert"])
        directory = self.path(name)
        base = node.settings(ROOT, self.tls, clients, directory)
        base.update({"node": name, "rules": list(rules)})
        given = {k.replace("__", "."): v for k, v in settings.items()}
        if given.get("store.mode") != "managed":
            if self.redis is None:
                self.start_redis()
            base.update({"store.mode": "redis", "store.url": self.redis.url})
        base.update(given)
        n = node.Node(PROGRAM, directory, base)
        self.nodes.append(n)
        return n

    def node(self, name="n1", **settings):
        return self.prepare(name, **settings).start()

    def close(self):
        for s in self.sessions:
            s.close()
        for n in self.nodes:
            if n.process is not None:
                try:
                    n.stop(10)
                except node.NodeFailed:
                    pass
            end_managed_store(n)
        if self.redis:
            self.redis.stop()
        broken = [l for n in self.nodes for l in n.log_text().splitlines()
                  if "center.invariant_broken" in l]
        shutil.rmtree(self.directory, ignore_errors=True)
        assert not broken, broken

    # ---- people

    def connect(self, identity, at=None):
        """A TLS session without session.hello."""
        at = at or self.nodes[0]
        tls = self.authority.issue(identity) if identity else line.context(_Anonymous(self.tls.ca))
        s = line.Session(at.address, tls)
        self.sessions.append(s)
        return s

    def session(self, identity, at=None, role=None):
        s = self.connect(identity, at)
        s.identity = identity
        s.hello(role or ROLES[identity])
        return s

    def responder(self, identity, at=None, presence="ready", **more):
        s = self.session(identity, at)
        s.request("responder.set", presence=presence, **more)
        return s

    def ref(self):
        return "ref-%d" % next(self._refs)

    def open(self, session, level="low", **more):
        """contact.open; its answer."""
        params = {"channel": "chat", "text": TEXT[level], "lang": "en", "ref": self.ref()}
        params.update(more)
        return session.request("contact.open", **params)

    def take(self, responder, contact=None, timeout=5.0):
        """Accept the next offer (of that contact); the answer to offer.accept."""
        match = {"contact": contact} if contact else {}
        offer = responder.note("offer.new", timeout, **match)
        return responder.request("offer.accept", offer=offer["offer"])

    def serve(self, responder, contact):
        """Take a contact, end it, be free again."""
        taken = self.take(responder, contact)
        end = responder.request("contact.close", contact=contact, disposition="resolved",
                                outcome={})
        if end["state"] == "wrapup":
            responder.request("responder.done", contact=contact)
        return taken


class _Anonymous:
    def __init__(self, ca):
        self.ca, self.cert, self.key = ca, None, None


def managed_store_pids(n):
    """Pids of the store a node manages: redis-servers whose working directory is in its data."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            where = os.readlink("/proc/%s/cwd" % pid)
            with open("/proc/%s/comm" % pid, encoding="ascii") as f:
                name = f.read().strip()
        except OSError:
            continue
        if name.startswith("redis") and where.startswith(n.data_dir + "/"):
            found.append(int(pid))
    return found


def end_managed_store(n):
    """A store outlives its killed daemon by design; a test may not leave it behind."""
    for pid in managed_store_pids(n):
        subprocess.run(["kill", "-9", str(pid)], check=False)


def eventually(what, seconds=5.0, every=0.05):
    """Call `what` until it is true; its value. For facts that take a moment to become true."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < end, "not within %.1f s" % seconds
        time.sleep(every)
