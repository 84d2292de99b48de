"""Two centers on one Redis: a contact goes from north to south, through kills, repeats and silence."""

import os
import shutil
import subprocess
import time

import pytest

from devkit.line import RpcError
from harness.center import BUILD, eventually
from harness.redis_sets import Cluster, Sentinels

SUMMARY = "wants to speak with somebody near home"
CHANNELS = {"channels": ["chat", "transfer"]}


class Pair:
    """North has a node n1, south s1; their people have the same names."""

    def __init__(self, center, **settings):
        self.center = center
        keys = center.path("common")
        donor = center.prepare("donor", center="donor", **settings)
        donor.start()
        donor.stop()
        center.nodes.remove(donor)
        shutil.copytree(os.path.join(donor.data_dir, "keys"), keys)
        common = {"transfer__keys": keys, "store__lease_ms": 1000, "grace__responder_s": 20,
                  **settings}
        self.north = center.prepare("n1", center="north", transfer__centers="south west", **common)
        self.south = center.prepare("s1", center="south", transfer__centers="north", **common)
        self.north.start()
        self.gateway = center.session("gateway", at=self.north)
        self.ann = center.responder("ann", at=self.north)

    def start_south(self):
        self.south.start()
        return self.center.responder("ben", at=self.south)

    def served(self, level="high"):
        c = self.center.open(self.gateway, level)["contact"]
        self.center.take(self.ann, c)
        return c

    def hand_over(self, contact, center="south"):
        return self.ann.request("contact.transfer", contact=contact, to={"center": center},
                                summary=SUMMARY)

    def state(self, at, contact):
        lead = self.center.session("lead", at=at)
        found = lead.request("contact.get", contact=contact)
        lead.close()
        return found


@pytest.fixture
def pair(center):
    return Pair(center)


def converse(pair, ben, here, there):
    pair.gateway.request("contact.say", contact=here, ref="p-" + there, text="is it you")
    assert ben.note("contact.said", 10, contact=there)["text"] == "is it you"
    ben.request("contact.say", contact=there, ref="b-" + there, text="yes, in the south")
    assert pair.gateway.note("contact.said", 10, contact=here)["text"] == "yes, in the south"


def test_handed_over_when_a_responder_there_accepts(pair):
    ben = pair.start_south()
    c = pair.served()
    assert pair.hand_over(c)["state"] == "sent"
    offer = ben.note("offer.new", 10)
    there = offer["contact"]
    assert there != c and offer["channel"] == "transfer" and offer["level"] == "high"
    assert offer["waited_s"] >= 0
    pair.gateway.request("contact.say", contact=c, ref="w1", text="still waiting")
    assert pair.ann.note("contact.said", contact=c)["text"] == "still waiting"
    assert pair.state(pair.north, c)["responder"] == "ann"
    eventually(lambda: pair.state(pair.south, there)["messages"] == 2, 10)
    taken = ben.request("offer.accept", offer=offer["offer"])
    assert [m["text"] for m in taken["transcript"]] == [SUMMARY, "still waiting"]
    assert pair.ann.note("transfer.update", 10, contact=c)["state"] == "accepted"
    assert pair.gateway.note("contact.connected", 10, contact=c, alias="B.")
    assert pair.state(pair.north, c)["state"] == "handed"
    converse(pair, ben, c, there)
    ben.request("contact.close", contact=there, disposition="resolved", outcome={})
    assert pair.gateway.note("contact.closed", 10, contact=c)["outcome"] == "resolved"
    for name in ("north", "south"):
        done = subprocess.run([os.path.join(BUILD, "triagectl"), "replay", "--center", name,
                               "--store", pair.center.redis.url], capture_output=True, text=True,
                              timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
    assert pair.state(pair.north, c)["state"] == "ended"


def test_cancelled_and_tried_again(pair):
    ben = pair.start_south()
    c = pair.served()
    pair.hand_over(c)
    offer = ben.note("offer.new", 10)
    pair.ann.request("transfer.cancel", contact=c)
    assert ben.note("offer.gone", 10, offer=offer["offer"])
    assert pair.state(pair.south, offer["contact"])["state"] == "ended"
    pair.hand_over(c)
    second = ben.note("offer.new", 10)
    assert second["contact"] != offer["contact"]
    ben.request("offer.accept", offer=second["offer"])
    assert pair.ann.note("transfer.update", 10, state="accepted")


def test_unknown_center_and_warm_are_refused(pair):
    c = pair.served()
    with pytest.raises(RpcError) as e:
        pair.hand_over(c, "east")
    assert (e.value.code, e.value.data["reason"]) == (3, "no_such_center")
    with pytest.raises(RpcError) as e:
        pair.ann.request("contact.transfer", contact=c, to={"center": "south"}, summary="s",
                         warm=True)
    assert e.value.data["reason"] == "warm_inside_only"


def test_an_absent_center_is_told_of_and_hears_of_it_when_it_comes(center):
    pair = Pair(center)
    pair.north.stop()
    pair.north.write(transfer__wait_s=10)
    pair.north.start()
    pair.gateway = center.session("gateway", at=pair.north)
    pair.ann = center.responder("ann", at=pair.north)
    lead = center.session("lead", at=pair.north)
    c = pair.served("emergency")
    pair.hand_over(c)
    assert lead.note("notice", 15, kind="transfer_pending", contact=c)
    pair.gateway.request("contact.say", contact=c, ref="w1", text="hello")
    assert pair.ann.note("contact.said", contact=c)["text"] == "hello"
    ben = pair.start_south()
    offer = ben.note("offer.new", 15)
    ben.request("offer.accept", offer=offer["offer"])
    assert pair.ann.note("transfer.update", 10, state="accepted")
    converse(pair, ben, c, offer["contact"])


def test_either_leader_is_killed_at_each_step(pair):
    """Asked, accepted, said, closed: behind each one center's daemon is killed, then the other's."""
    center = pair.center
    ben = pair.start_south()

    def kill_north():
        pair.north.kill()
        pair.north.start()
        pair.gateway = center.session("gateway", at=pair.north)
        pair.ann = center.session("ann", at=pair.north)

    def kill_south():
        nonlocal ben
        pair.south.kill()
        pair.south.start()
        ben = center.responder("ben", at=pair.south)

    c = pair.served("urgent")
    pair.hand_over(c)
    kill_north()
    kill_south()
    offer = ben.note("offer.new", 20)
    there = offer["contact"]
    ben.request("offer.accept", offer=offer["offer"])
    kill_south()
    kill_north()
    eventually(lambda: pair.state(pair.north, c)["state"] == "handed", 20)
    pair.gateway.request("contact.resume", contact=c)
    ben.request("contact.resume", contact=there)
    pair.gateway.request("contact.say", contact=c, ref="k1", text="first")
    kill_north()
    kill_south()
    eventually(lambda: pair.state(pair.south, there)["messages"] == 2, 20)
    time.sleep(6)  # longer than a letter waits to be asked for again
    assert pair.state(pair.south, there)["messages"] == 2
    pair.gateway.request("contact.resume", contact=c)
    ben.request("contact.close", contact=there, disposition="resolved", outcome={})
    kill_south()
    kill_north()
    eventually(lambda: pair.state(pair.north, c)["state"] == "ended", 20)
    assert pair.state(pair.south, there)["state"] in ("wrapup", "ended")


def to_the_end(pair, ben, c):
    """Taken in the south, spoken with, closed; the north hears of it."""
    offer = ben.note("offer.new", 20)
    ben.request("offer.accept", 10, offer=offer["offer"])
    assert pair.ann.note("transfer.update", 15, contact=c)["state"] == "accepted"
    pair.gateway.request("contact.say", 10, contact=c, ref="last", text="is it you")
    assert ben.note("contact.said", 15, contact=offer["contact"])["text"] == "is it you"
    ben.request("contact.close", 10, contact=offer["contact"], disposition="resolved", outcome={})
    assert pair.gateway.note("contact.closed", 15, contact=c)["outcome"] == "resolved"


def test_between_masters_of_a_cluster(center):
    """The centers live on different masters; while the letter is on its way, one of them moves."""
    center.redis = redis = Cluster(center.path("redis")).start()
    pair = Pair(center, store__mode="cluster", store__url=redis.url)
    masters = {name: redis.owner("{%s}" % name) for name in ("north", "south")}
    assert masters["north"] is not masters["south"]
    c = pair.served()
    pair.hand_over(c)
    redis.move("{south}", next(m for m in redis.masters if m not in masters.values()))
    to_the_end(pair, pair.start_south(), c)


def test_while_sentinels_change_the_master(center):
    center.redis = Sentinels(center.path("redis")).start()
    pair = Pair(center, store__mode="sentinel", store__url=center.redis.url,
                store__master=center.redis.name, store__durability="replica:1")
    ben = pair.start_south()
    ben.request("responder.set", presence="away")
    c = pair.served()
    pair.hand_over(c)
    first = center.redis.master()
    first.kill()
    eventually(lambda: center.redis.master() is not first, 20)
    eventually(lambda: pair.state(pair.north, c)["responder"] == "ann", 20)
    ben.request("responder.set", 20, presence="ready")
    to_the_end(pair, ben, c)
