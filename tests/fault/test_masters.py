"""Masters lost one after the other under load, with Sentinels and in a Cluster: nothing that was
acknowledged is missing, and offers go on within seconds. FAILOVERS sets how many."""

import os
import random
import time

import pytest

import gaps
import history
from fault_load import CLIENTS, SETTINGS, assert_nothing_lost
from harness.center import eventually
from harness.redis_sets import Cluster, Sentinels

FAILOVERS = int(os.environ.get("FAILOVERS", "1"))
# Intake goes on from the spool: store.ack_after_ms, a sync, and what a busy machine adds. 0.3 is to
# be reached on a quiet one.
INTAKE_S = 0.9
# How long one takes; Sentinels wait before they make a master that thawed a replica.
SECONDS = {"kill": 17, "freeze": 18}


def node(center, mode, durability):
    return center.node(clients=CLIENTS, store__mode=mode, store__durability=durability, **SETTINGS)


def lose_one(center, how):
    """The moment, and the server that was the master."""
    before = center.redis.master()
    faults = gaps.now_us()
    if how == "kill":
        before.kill()
    else:
        before.freeze()
    eventually(lambda: center.redis.master() is not before, 20)
    return faults, before


def bring_back(center, server, how):
    time.sleep(random.uniform(1.0, 2.0))
    if how == "kill":
        server.start()
    else:
        server.thaw()
    n = len(center.redis.servers) - 1
    eventually(lambda: center.redis.set.synced(center.redis.master(), n), 30)
    eventually(center.redis.complete, 30)


@pytest.mark.parametrize("how", ["kill", "freeze"])
@pytest.mark.parametrize("durability", ["replica:1", "fsync"])
@pytest.mark.usefixtures("seed")
def test_sentinels(center, run, how, durability):
    least = 1 if durability != "fsync" else 0
    center.redis = Sentinels(center.path("redis"), min_replicas_to_write=least).start()
    n = node(center, "sentinel", durability)
    load = run(n, seconds=FAILOVERS * SECONDS[how])
    faults = []
    for _ in range(FAILOVERS):
        time.sleep(random.uniform(0.5, 1.5))
        at, server = lose_one(center, how)
        faults.append(at)
        bring_back(center, server, how)
        if load.process.poll() is not None:
            break
    assert_nothing_lost(load, center, n)
    entries = history.read(load.file)
    offers = gaps.felt("sentinel_%s_%s" % (how, durability.replace(":", "_")), entries, faults)
    assert max(offers) <= 5.0
    assert gaps.longest(entries) <= INTAKE_S


@pytest.mark.usefixtures("seed")
def test_cluster(center, run):
    center.redis = Cluster(center.path("redis"), replicas=1).start()
    n = node(center, "cluster", "fsync")
    load = run(n, seconds=10)
    time.sleep(random.uniform(1.0, 2.0))
    owner = center.redis.owner("{center}")
    at = gaps.now_us()
    owner.kill()
    eventually(lambda: center.redis.owner("{center}") not in (None, owner), 20)
    owner.start()
    assert_nothing_lost(load, center, n)
    offers = gaps.felt("cluster_kill", history.read(load.file), [at])
    assert max(offers) <= 6.0


@pytest.mark.usefixtures("seed")
def test_slot_moves_to_and_fro(center, run):
    center.redis = Cluster(center.path("redis")).start()
    n = node(center, "cluster", "fsync")
    load = run(n, seconds=8)
    faults = []
    for _ in range(4):
        time.sleep(random.uniform(0.5, 1.0))
        owner = center.redis.owner("{center}")
        faults.append(gaps.now_us())
        center.redis.move("{center}", next(m for m in center.redis.masters if m is not owner))
    assert_nothing_lost(load, center, n)
    assert max(gaps.felt("slot_moves", history.read(load.file), faults)) <= 5.0
