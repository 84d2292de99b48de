"""The daemon is killed at any moment between the request for a rescue and the agency's answer: every
rescue arrives, and none arrives as two. KILLS sets how often; the seed is printed."""

import os
import random
import threading
import time

import pytest

from devkit.line import Closed, Deadline, RpcError
from harness.center import ROLES

KILLS = int(os.environ.get("KILLS", "20"))
SETTINGS = {"listen__https": "127.0.0.1:0", "outreach__retry_ms": 50, "outreach__try_ms": 1000,
            "outreach__retry_max_ms": 300, "grace__responder_s": 600,
            "outreach__circuit_failures": 1000}
LOST = (Closed, Deadline, OSError)


class People:
    """A responder and a front end who come again whenever the daemon does."""

    def __init__(self, center, node):
        self.center, self.node, self.sessions = center, node, {}

    def ask(self, who, method, **params):
        """Until it is answered, by whichever daemon is there; params hold the ref."""
        end = time.monotonic() + 30
        while True:
            try:
                s = self.sessions.get(who)
                if s is None:
                    s = self.sessions[who] = self.center.session(who, self.node)
                    if ROLES[who] == "responder":
                        s.request("responder.set", presence="ready")
                return s.request(method, **params)
            except LOST:
                self.drop(who)
            except RpcError as e:
                if e.reason not in ("no_custody", "no_answer_in_time"):
                    raise
            assert time.monotonic() < end, "%s not answered" % method
            time.sleep(0.02)

    def drop(self, who):
        s = self.sessions.pop(who, None)
        if s:
            self.center.sessions.remove(s)
            s.close()

    def take(self, contact):
        end = time.monotonic() + 30
        while True:
            try:
                self.ask("ann", "responder.set", presence="ready")
                offer = self.sessions["ann"].note("offer.new", 2, contact=contact)
                self.sessions["ann"].request("offer.accept", offer=offer["offer"])
                return
            except (*LOST, RpcError):
                assert time.monotonic() < end, "not taken"


def kill_soon(node, delay):
    def kill():
        time.sleep(delay)
        node.kill()
        node.start()
    t = threading.Thread(target=kill)
    t.start()
    return t


def end_rescue(people, ems, node, contact, dispatch):
    for kind, more in (("ack", {"by": "Medic 3"}), ("outcome", {"outcome": "with_person"})):
        status, answer = ems.call(node, kind, dispatch=dispatch, **more)
        assert status == 200, answer
    people.ask("ann", "contact.close", contact=contact, disposition="rescued", outcome={},
               ref="close-" + contact)
    people.ask("ann", "responder.done", contact=contact, ref="done-" + contact)


@pytest.mark.usefixtures("seed")
def test_no_rescue_is_lost_or_doubled(center, house):
    ems = house(script=[204])
    node = center.node(agencies=[ems.group()], **SETTINGS)
    node.settings["listen.line"], node.settings["listen.https"] = node.address, node.https
    node.write()
    people, rescues, again = People(center, node), {}, 0
    for i in range(KILLS):
        contact = people.ask("gateway", "contact.open", channel="chat", ref="open-%d" % i,
                             text="marker emergency", lang="en")["contact"]
        people.take(contact)
        before = len(ems.seen)
        ems.script = [204] * before + [random.choice([204, 204, (0.05, 204), (0.2, 204), "lost",
                                                      500]), 204]
        killed = kill_soon(node, random.uniform(0, 0.08))
        d = people.ask("ann", "contact.escalate", contact=contact, ref="rescue-%d" % i, kind="ems",
                       consent="yes", tried=[], reason="drill of the fault tests",
                       location={"text": "nowhere"})["dispatch"]
        killed.join()
        rescues[d] = contact
        end = time.monotonic() + 20
        while not any(w.data["dispatch"] == d for w in ems.seen[before:]):
            assert time.monotonic() < end, "rescue %s never arrived" % d
            time.sleep(0.02)
        again += len(ems.seen) - before - 1
        end_rescue(people, ems, node, contact, d)
    told = {}
    for w in ems.seen:
        assert w.genuine(ems.secret)
        if w.data["what"] == "new":
            told.setdefault(w.data["dispatch"], set()).add(w.id)
    assert set(told) == set(rescues) and len(rescues) == KILLS  # none missing, none of nobody
    assert all(len(ids) == 1 for ids in told.values())  # and each asked for once
    print("%d kills, %d rescues, %d repeats under the same id" % (KILLS, len(told), again))
