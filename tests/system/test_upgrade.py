"""Nodes are replaced one at a time while the center goes on: nobody is refused, nothing is lost."""

import itertools
import signal
import threading
import time

import pytest

from devkit import line
from devkit.ports import free_port


@pytest.fixture
def pair(center):
    """Two nodes behind one address, as two instances on one machine."""
    address = "127.0.0.1:%d" % free_port()
    for name in ("n1", "n2"):
        center.node(name, listen__line=address, drain_s=2)
    return center


class Knocker(threading.Thread):
    """New sessions all the time; whoever is not served is counted."""

    def __init__(self, center):
        super().__init__()
        self.address, self.tls = center.nodes[0].address, center.authority.issue("webchat")
        self.stopped, self.served, self.refused = threading.Event(), 0, []

    def run(self):
        while not self.stopped.is_set():
            try:
                with line.Session(self.address, self.tls) as s:
                    s.request("session.ping", timeout=10)
                self.served += 1
            except (OSError, line.Closed, line.Deadline, line.RpcError) as e:
                self.refused.append(repr(e))

    def stop(self):
        self.stopped.set()
        self.join()


class Talker:
    """A person's front end or a responder who comes again when their node goes."""

    def __init__(self, center, identity):
        self.center, self.identity = center, identity
        self.session = center.session(identity)

    def again(self, contact, seen):
        """Reconnect; the messages of the contact that were missed."""
        for _ in range(100):
            try:
                self.session = self.center.session(self.identity)
                if self.identity == "ann":
                    self.session.request("responder.set", presence="ready")
                return self.session.request("contact.resume", contact=contact,
                                            since_seq=seen)["missed"]
            except (OSError, line.Closed, line.Deadline, line.RpcError):
                time.sleep(0.1)
        raise AssertionError("%s did not come back" % self.identity)


def say(talker, contact, ref, text, seen, got):
    """Say it until it is acknowledged; what comes meanwhile goes to got."""
    while True:
        try:
            return talker.session.request("contact.say", contact=contact, ref=ref, text=text)
        except (OSError, line.Closed, line.Deadline, line.RpcError):
            got += [(m["seq"], m["text"]) for m in talker.again(contact, seen)]


def test_rolling_upgrade_refuses_nobody_and_loses_no_message(pair):
    knocker = Knocker(pair)
    person, ann = Talker(pair, "gateway"), Talker(pair, "ann")
    ann.session.request("responder.set", presence="ready")
    c = pair.open(person.session, "high")["contact"]
    pair.take(ann.session, c)
    knocker.start()
    said, heard, last = [], [], 1
    numbers = itertools.count()

    def talk(seconds):
        nonlocal last
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = "word %d" % next(numbers)
            say(person, c, text.replace(" ", "-"), text, 10**9, [])
            said.append(text)
            while True:
                try:
                    m = ann.session.note("contact.said", 0.05, contact=c)
                    heard.append((m["seq"], m["text"]))
                    last = m["seq"]
                except line.Deadline:
                    break
                except (OSError, line.Closed):
                    for m in ann.again(c, last):
                        heard.append((m["seq"], m["text"]))
                        last = m["seq"]

    for n in pair.nodes:
        talk(1)
        n.signal(signal.SIGTERM)
        talk(1)
        assert n.process.wait(10) == 0
        n.start()
        talk(1)
    knocker.stop()
    heard += [(m["seq"], m["text"]) for m in ann.again(c, last)]
    assert [text for _, text in heard] == said
    assert knocker.served > 20 and knocker.refused == []
