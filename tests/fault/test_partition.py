"""Networks parted under load, Sentinels watching: whoever is cut off from whom, nothing that was
acknowledged is missing, and offers go on within seconds. FAILOVERS sets how often each."""

import os
import random
import socket
import time

import pytest

import gaps
import history
from fault_load import CLIENTS, SETTINGS, assert_nothing_lost
from harness import parted
from harness.center import eventually
from harness.redis_sets import Replicated, Sentinels

FAILOVERS = int(os.environ.get("FAILOVERS", "1"))
REPLICAS, SENTINELS = 2, 3
SERVERS, WATCHERS = Replicated.names(REPLICAS), Sentinels.names(SENTINELS)
OFFERS_S = 5.0
INTAKE_S = 0.9  # as in test_masters.py
# A node that comes back tells all that it decided alone before it takes anything new: that takes
# the longer, the more it was. So many contacts a second are busier than any center.
ISLAND_RATE = 50
INTAKE_BEHIND_AN_ISLAND_S = 5.0


@pytest.fixture(name="net")
def _net(center):
    why = parted.impossible()
    if why:
        pytest.skip("no network can be parted here, by root or by user namespaces: " + why)
    with parted.Network(["n1", "n2", *SERVERS, *WATCHERS]) as net:
        center.redis = Sentinels(center.path("redis"), REPLICAS, SENTINELS, network=net,
                                 min_replicas_to_write=1).start()
        yield net


def node(center, net, name="n1"):
    """Its sessions come from outside the network: they are not cut."""
    n = center.prepare(name, clients=CLIENTS, store__mode="sentinel",
                       store__durability="replica:1", **SETTINGS)
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        return n.start(prefix=net.at(name).prefix, listener=listener)


def master(center):
    return "r%d" % center.redis.servers.index(center.redis.master())


def replaced(center, name):
    eventually(lambda: master(center) != name, 20)


def leader(center):
    return (center.redis.master().command("HGET", "t:{center}:lead", "node") or b"").decode()


def settled(center):
    """Whoever was the master is a replica of the new one: what it alone had is gone."""
    eventually(lambda: center.redis.set.synced(center.redis.master(), REPLICAS), 40)
    eventually(center.redis.complete, 40)


def pause(least, most):
    time.sleep(random.uniform(least, most))


def judge(name, load, center, n, faults, intake_s=INTAKE_S):
    assert_nothing_lost(load, center, n)
    entries = history.read(load.file)
    gaps.felt(name, entries, faults)
    assert gaps.longest(entries, "event", "offer.new") <= OFFERS_S
    assert gaps.longest(entries) <= intake_s


# ---- the master, or the way to it

def master_from_its_own(center, net, name):
    """The daemon still sees it, and it takes what the daemon writes for as long as it may."""
    net.cut_off(name, [x for x in SERVERS + WATCHERS if x != name])
    replaced(center, name)
    pause(1.0, 3.0)


def daemon_from_master(center, net, name):
    """The Sentinels find nothing wrong."""
    net.cut("n1", name)
    pause(2.0, 6.0)
    assert master(center) == name


def master_from_all(center, net, name):
    net.cut_off(name)
    replaced(center, name)
    pause(1.0, 3.0)


@pytest.mark.parametrize("cut", [master_from_its_own, daemon_from_master, master_from_all],
                         ids=lambda cut: cut.__name__)
@pytest.mark.usefixtures("seed")
def test_parted(center, run, net, cut):
    n = node(center, net)
    load = run(n, seconds=FAILOVERS * 19 - 8)
    faults = []
    for _ in range(FAILOVERS):
        settled(center)
        if load.process.poll() is not None:
            break
        pause(0.5, 1.5)
        faults.append(gaps.now_us())
        cut(center, net, master(center))
        net.heal_all()
    if cut is master_from_its_own:
        settled(center)
    judge("parted_" + cut.__name__, load, center, n, faults)


# ---- everybody

@pytest.mark.usefixtures("seed")
def test_swizzle(center, run, net):
    """All are cut off from all, one after the other, and come back in another order."""
    n, _ = node(center, net), node(center, net, "n2")
    load = run(n, seconds=FAILOVERS * 20 - 8, rate=ISLAND_RATE)
    faults = []
    for _ in range(FAILOVERS):
        settled(center)
        if load.process.poll() is not None:
            break
        pause(0.5, 1.5)
        faults.append(gaps.now_us())
        parties = list(net.parties)
        random.shuffle(parties)
        for p in parties:
            net.cut_off(p)
            pause(0.0, 0.8)
        random.shuffle(parties)
        for i, p in enumerate(parties):
            for other in parties[:i]:
                net.heal(p, other)
            pause(0.0, 0.8)
    judge("swizzle", load, center, n, faults, INTAKE_BEHIND_AN_ISLAND_S)


@pytest.mark.usefixtures("seed")
def test_chosen_replica_lacks_what_was_acknowledged(center, run, net):
    """One replica has what was acknowledged, the other becomes the master, and another node takes
    the lead there: the one that led before tells what is missing."""
    n, _ = node(center, net), node(center, net, "n2")
    load = run(n, seconds=10, rate=ISLAND_RATE)
    pause(0.5, 1.5)
    faults = [gaps.now_us()]
    old = master(center)
    has_it, lacks_it = (x for x in SERVERS if x != old)
    net.cut(old, lacks_it)
    pause(1.0, 1.5)
    for name in (old, has_it, "n1"):
        net.cut_off(name)
    eventually(lambda: master(center) == lacks_it, 20)
    for other in WATCHERS + [lacks_it, "n2"]:
        net.heal(has_it, other)
    eventually(lambda: leader(center) == "n2", 20)
    net.heal_all()
    judge("chosen_replica_lacks", load, center, n, faults, INTAKE_BEHIND_AN_ISLAND_S)
    eventually(lambda: "recalled=1" in n.log_text(), 20)
