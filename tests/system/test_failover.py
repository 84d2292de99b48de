"""The master is lost, Sentinels or the Cluster choose another, and the daemon goes on there with
everything it has acknowledged."""

import os
import threading
import time

import pytest

from harness.center import eventually
from harness.redis_sets import Cluster, Sentinels
from devkit.line import Closed, Deadline, RpcError


class Intake(threading.Thread):
    """Opens contacts one after the other, each under its ref until it is taken; notes when."""

    def __init__(self, center, at):
        super().__init__(daemon=True)
        self.center, self.session = center, center.session("gateway", at=at)
        self.taken, self.times, self.wrong, self.ending = [], [], [], False

    def run(self):
        n = 0
        while not self.ending:
            n += 1
            try:
                self.taken.append(self.one("in-%d" % n))
                self.times.append(time.monotonic())
            except (Closed, Deadline, OSError) as e:
                self.wrong.append(e)
                return
            time.sleep(0.02)

    def one(self, ref):
        while True:
            try:
                return self.session.request("contact.open", 20, channel="chat", lang="en",
                                            text="hello", ref=ref)["contact"]
            except RpcError as e:
                assert e.code == 8
                time.sleep(0.05)

    def end(self):
        """Everything it got an answer for; and the longest gap between two answers."""
        self.ending = True
        self.join(30)
        assert not self.wrong and not self.is_alive()
        gaps = [b - a for a, b in zip(self.times, self.times[1:])]
        return self.taken, max(gaps)


@pytest.fixture(name="sentinels")
def _sentinels(center):
    center.redis = Sentinels(center.path("redis")).start()
    return center


def start(center, name="n1", mode="sentinel", **settings):
    given = {"store__mode": mode, "store__durability": "replica:1"}
    given.update(settings)
    return center.node(name, **given)


def present(center, at):
    """All contacts, live or ended, that a supervisor of that node can see."""
    s = center.session("lead", at=at)
    return {x["contact"] for x in s.request("contact.list", limit=1000)["contacts"]}


def lose(center, how):
    """The master stops for good or for a while; returns what brings it back."""
    master = center.redis.master()
    if how == "kill":
        master.kill()
        return master.start
    master.freeze()
    return master.thaw


@pytest.mark.parametrize("how", ["kill", "freeze"])
def test_sentinel_failover_loses_nothing_acknowledged(sentinels, how):
    n = start(sentinels)
    before = sentinels.redis.master()
    intake = Intake(sentinels, n)
    intake.start()
    time.sleep(1)
    again = lose(sentinels, how)
    eventually(lambda: sentinels.redis.master() is not before, 15)
    count = len(intake.taken)
    eventually(lambda: len(intake.taken) > count + 20, 15)
    again()
    time.sleep(1)
    taken, gap = intake.end()
    print("gap %.2f s, %d contacts" % (gap, len(taken)))
    assert gap < 8
    assert set(taken) <= present(sentinels, n)
    assert sentinels.session("root", at=n).request("node.status")["store"]["server"] == \
        "127.0.0.1:%d" % sentinels.redis.master().port


def test_two_nodes_follow_the_same_master(sentinels):
    nodes = [start(sentinels, name) for name in ("n1", "n2")]
    intakes = [Intake(sentinels, n) for n in nodes]
    for i in intakes:
        i.start()
    time.sleep(1)
    before = sentinels.redis.master()
    before.kill()
    eventually(lambda: sentinels.redis.master() is not before, 15)
    counts = [len(i.taken) for i in intakes]
    eventually(lambda: all(len(i.taken) > c + 10 for i, c in zip(intakes, counts)), 20)
    taken = [c for i in intakes for c in i.end()[0]]
    # What the spools have is told when the master is found.
    eventually(lambda: set(taken) <= present(sentinels, nodes[0]), 15)


def test_sentinel_in_tilt_is_an_alarm(sentinels):
    n = start(sentinels)
    one = sentinels.redis.sentinels[0]
    one.freeze()
    time.sleep(2.5)
    one.thaw()
    alarms = eventually(lambda: [a for a in sentinels.session("root", at=n).request("node.status")
                                 ["alarms"] if a["alarm"] == "store_warning"], 8, 0.3)
    assert "TILT" in alarms[0]["detail"]
    assert sentinels.open(sentinels.session("gateway"))["custody"] == "store"


def test_sentinel_with_a_password(center):
    center.redis = Sentinels(center.path("redis"), replicas=0, sentinels=1,
                             min_replicas_to_write=0)
    one = center.redis.sentinels[0]
    one.settings["requirepass"] = "guarded"
    one.login = ("default", "guarded")
    center.redis.start()
    password = center.path("password")
    with open(password, "w", encoding="ascii") as f:
        f.write("guarded\n")
    os.chmod(password, 0o600)
    start(center, store__durability="fsync", store__sentinel_password_file=password)
    assert center.open(center.session("gateway"))["custody"] == "store"


def test_sentinel_that_is_not_one_is_named(center):
    center.start_redis()
    n = center.node(store__mode="sentinel", store__url="tcp:127.0.0.1:1")
    assert "127.0.0.1:1: Connection refused" in n.log_text()


@pytest.fixture(name="cluster")
def _cluster(center):
    center.redis = Cluster(center.path("redis")).start()
    return center


def test_center_lives_on_the_master_of_its_slot(cluster):
    owner = cluster.redis.owner("{center}")
    other = next(m for m in cluster.redis.masters if m is not owner)
    n = start(cluster, mode="cluster", store__durability="fsync", store__url=other.url)
    c = cluster.open(cluster.session("gateway"))["contact"]
    assert owner.command("SMEMBERS", "t:{center}:live") == [c.encode()]
    assert n.running()


def test_slot_that_moves_takes_the_center_along(cluster):
    n = start(cluster, mode="cluster", store__durability="fsync")
    owner = cluster.redis.owner("{center}")
    other = next(m for m in cluster.redis.masters if m is not owner)
    ann = cluster.responder("ann")
    intake = Intake(cluster, n)
    intake.start()
    time.sleep(0.5)
    cluster.redis.move("{center}", other)
    count = len(intake.taken)
    eventually(lambda: len(intake.taken) > count + 20, 15)
    taken, gap = intake.end()
    print("gap %.2f s, %d contacts" % (gap, len(taken)))
    assert set(taken) <= present(cluster, n)
    assert cluster.redis.owner("{center}") is other
    live = {x.decode() for x in other.command("SMEMBERS", "t:{center}:live")}
    assert set(taken) <= live
    assert ann.note("offer.new")


def test_cluster_failover_loses_nothing_acknowledged(center):
    center.redis = Cluster(center.path("redis"), replicas=1, min_replicas_to_write=1).start()
    n = start(center, mode="cluster")
    owner = center.redis.owner("{center}")
    intake = Intake(center, n)
    intake.start()
    time.sleep(1)
    owner.kill()
    eventually(lambda: center.redis.owner("{center}"), 15)
    # The new master refuses writes until it has a replica of its own again.
    owner.start()
    count = len(intake.taken)
    eventually(lambda: len(intake.taken) > count + 20, 20)
    taken, gap = intake.end()
    print("gap %.2f s, %d contacts" % (gap, len(taken)))
    assert set(taken) <= present(center, n)
