"""Load with a recorded history, and what must hold when it is over."""

import json
import os
import subprocess

import history
from devkit import line
from harness.center import BUILD, eventually

LOADGEN = os.path.join(BUILD, "loadgen")
FRONTENDS = RESPONDERS = 4

CLIENTS = [{"name": "fe%d" % i, "cert": "fe%d" % i, "roles": ["frontend"]}
           for i in range(FRONTENDS)] + [
    {"name": "r%d" % i, "cert": "r%d" % i, "roles": ["responder"], "skills": ["general"],
     "langs": ["en"], "capacity": 64} for i in range(RESPONDERS)] + [
    {"name": "lead", "cert": "lead", "roles": ["supervisor"]},
    {"name": "root", "cert": "root", "roles": ["admin"]}]

# An offer whose responder came back must not wait long for its next, nor a responder be shut out;
# a front end that comes back asks for all its contacts at once.
SETTINGS = {"limits__unanswered": 1024, "levels__low__offer_s": 3, "levels__moderate__offer_s": 3,
            "match__missed_to_away": 0, "match__exclusion_s": 0, "limits__requests_per_s": 0}


class Load:
    """loadgen with a history, asking again after every lost session."""

    def __init__(self, center, at, seconds, rate=150, drain=40):
        self.file = center.path("history")
        self.center = center
        port = at.address.rsplit(":", 1)[1]
        self.process = subprocess.Popen(
            [LOADGEN, "contacts", "port=" + port, "ca=" + center.tls.ca,
             "certs=" + center.authority.directory, "frontends=%d" % FRONTENDS,
             "responders=%d" % RESPONDERS, "rate=%d" % rate, "seconds=%d" % seconds,
             "drain=%d" % drain, "reconnect=1", "history=" + self.file],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def result(self, timeout=300):
        out, err = self.process.communicate(timeout=timeout)
        assert out, err
        told = json.loads(out)
        print(told, err)
        return told

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def final_states(center, at=None):
    def ask():
        try:
            s = center.session("lead", at=at)
            pages = [s.request("contact.list", limit=1000)["contacts"]]
            while len(pages[-1]) == 1000:
                pages.append(s.request("contact.list", limit=1000,
                                       after=pages[-1][-1]["contact"])["contacts"])
            s.close()
            return [[c for page in pages for c in page]]
        except (line.RpcError, line.Closed, line.Deadline, OSError):
            return None
    return {c["contact"]: c["state"] for c in eventually(ask, 20)[0]}


def assert_nothing_lost(load, center, at=None):
    told = load.result()
    entries = history.read(load.file)
    violations = history.check(entries, final_states(center, at))
    assert not violations, violations[:10]
    assert told["completed"] > 0 and told["unfinished"] == 0 and told["wrong"] == 0
    return told


def fixed_port(n):
    """A restarted node is found again where it was."""
    n.write(listen__line=n.address)
