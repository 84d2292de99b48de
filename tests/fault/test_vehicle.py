"""A mobile team's tablet on a bad network: a third of the time nothing goes through, and now and then
the connection breaks. Every step of the rescue arrives once, in order."""

import random
import threading
import time

import pytest

from devkit import line
from harness.center import CLIENTS
from harness.proxy import Proxy

CLIENTS = CLIENTS + [{"name": "team-red", "cert": "team-red", "roles": ["partner"]}]
STEPS = ["sent", "en_route", "on_scene", "with_person", "transporting", "cleared"]
PERIOD_S, STALLED = 0.5, 0.3


class BadRoad(threading.Thread):
    """Stalls 30 percent of the time; every fourth stall ends in a broken connection."""

    def __init__(self, proxy, seed):
        super().__init__()
        self.proxy, self.random, self.over = proxy, random.Random(seed), threading.Event()

    def run(self):
        n = 0
        while not self.over.wait(PERIOD_S * (1 - STALLED) * self.random.uniform(0.5, 1.5)):
            self.proxy.freeze()
            time.sleep(PERIOD_S * STALLED * self.random.uniform(0.5, 1.5))
            n += 1
            if n % 4 == 0:
                self.proxy.cut_now()
            self.proxy.thaw()

    def stop(self):
        self.over.set()
        self.join()


class Tablet:
    """Asks until it is answered, always under the same reference."""

    def __init__(self, center, proxy):
        self.proxy, self.tls, self.session = proxy, center.authority.issue("team-red"), None
        self.reconnects = -1

    def request(self, method, **params):
        for _ in range(60):
            try:
                if self.session is None:
                    self.reconnects += 1
                    self.session = line.Session(self.proxy.address, self.tls)
                    self.session.hello("partner")
                return self.session.request(method, timeout=2.0, **params)
            except (OSError, line.Closed, line.Deadline):
                if self.session:
                    self.session.close()
                self.session = None
        raise AssertionError("%s was never answered" % method)


@pytest.mark.usefixtures("seed")
def test_every_step_of_a_vehicle_arrives_once(center):
    node = center.node(clients=CLIENTS, dispatch__offer_s=30, dispatch__rest_s=0)
    ann = center.responder("ann")
    contact = center.open(center.session("gateway"), "emergency")["contact"]
    center.take(ann, contact)
    with Proxy("127.0.0.1:0", node.address) as proxy:
        road, tablet = BadRoad(proxy, random.random()), Tablet(center, proxy)
        tablet.request("team.set", team="red", presence="ready", ref="t0",
                       location={"lat": 52.52, "lon": 13.40, "at": now()})
        road.start()
        try:
            d = ann.request("contact.escalate", contact=contact, kind="mobile_team", consent="yes",
                            reason="in danger", ref="e1", tried=["plan"],
                            location={"lat": 52.51, "lon": 13.40, "text": "third door"})["dispatch"]
            tablet.request("dispatch.ack", dispatch=d, by="Kim", ref="ack")
            for status in STEPS:
                tablet.request("dispatch.status", dispatch=d, status=status, ref="s-" + status)
                time.sleep(0.5)
            over = tablet.request("dispatch.outcome", dispatch=d, outcome="with_family", ref="end")
        finally:
            road.stop()
    assert over["state"] == "ended"
    assert tablet.reconnects > 0, "the road was too good"
    told = []
    while True:
        try:
            told.append(ann.note("dispatch.update", 1, dispatch=d)["state"])
        except line.Deadline:
            break
    assert told == ["acknowledged"] + STEPS + ["ended"]


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
