"""A bad network between the daemon and Redis, and between clients and the daemon: whatever it does
to them, nothing acknowledged is lost, nothing is done twice."""

import os
import random
import time
import types

import pytest

from fault_load import CLIENTS, SETTINGS, assert_nothing_lost
from harness import proxy
from harness.proxy import TO_CLIENT, TO_SERVER, Proxy

ROUNDS = max(2, int(os.environ.get("KILLS", "20")) // 4)
COMMIT = b"t1_commit"


@pytest.fixture
def between(center):
    """A node whose way to Redis leads through the proxy."""
    center.start_redis()
    with Proxy("unix:" + center.path("bad"), center.redis.url) as p:
        p.node = center.node(clients=CLIENTS, store__url=p.url, **SETTINGS)
        yield p


def again_and_again(begin, end=lambda: None, rounds=ROUNDS, during=(0.0, 0.0)):
    for _ in range(rounds):
        time.sleep(random.uniform(0.3, 1.0))
        begin()
        time.sleep(random.uniform(*during))
        end()


@pytest.mark.usefixtures("seed")
def test_cut_after_the_commit_before_its_answer(center, run, between):
    """H26: the outcome is unknown, and asked for again under the same number until it is known."""
    load = run(between.node, seconds=ROUNDS)

    def arm():
        between.on_chunk = proxy.after(COMMIT, proxy.PASS_AND_CUT)
    again_and_again(arm)
    assert_nothing_lost(load, center)
    assert between.cuts >= ROUNDS // 2


@pytest.mark.parametrize("way,within", [(TO_SERVER, 50000), (TO_CLIENT, 3000)])
def test_cut_at_any_byte(center, run, between, seed, way, within):
    load = run(between.node, seconds=ROUNDS)
    again_and_again(lambda: between.cut_at(random.randint(0, within), way))
    between.heal()
    assert_nothing_lost(load, center)
    assert between.cuts > 0


@pytest.mark.usefixtures("seed")
def test_late_commit_of_an_abandoned_connection(center, run, between):
    """H27: by the time it arrives, its batch was sent again over another connection."""
    between.late_s = 6.0  # the daemon gives up well before
    load = run(between.node, seconds=8)
    time.sleep(1.0)
    between.on_chunk = proxy.after(COMMIT, proxy.LATE)
    assert_nothing_lost(load, center)
    assert between.accepted >= 2


@pytest.mark.usefixtures("seed")
def test_commit_that_arrives_twice(center, run, between):
    load = run(between.node, seconds=ROUNDS)

    def arm():
        between.on_chunk = proxy.after(COMMIT, proxy.TWICE)
    again_and_again(arm)
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_swallowed_answers(center, run, between):
    load = run(between.node, seconds=6)

    def arm():
        between.on_chunk = proxy.after(b"", proxy.DROP, way=TO_CLIENT)
    again_and_again(arm, rounds=2)
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_slow_store(center, run, between):
    between.delay(0.05, jitter=0.05)
    load = run(between.node, seconds=5, rate=50)
    told = assert_nothing_lost(load, center)
    assert told["lost_connections"] == 0


@pytest.mark.usefixtures("seed")
def test_throttled_store(center, run, between):
    load = run(between.node, seconds=6, rate=50)
    time.sleep(1.0)
    between.throttle(30_000)
    time.sleep(2.0)
    between.heal()
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_store_that_freezes(center, run, between):
    load = run(between.node, seconds=ROUNDS)
    again_and_again(between.freeze, between.thaw, during=(0.2, 3.0))
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_half_closed_store(center, run, between):
    load = run(between.node, seconds=ROUNDS)
    again_and_again(lambda: between.half_close(random.choice((TO_SERVER, TO_CLIENT))))
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_store_out_of_reach(center, run, between):
    load = run(between.node, seconds=6)
    time.sleep(1.0)
    between.refuse()
    between.cut_now()
    time.sleep(2.0)
    between.heal()
    assert_nothing_lost(load, center)


# ---- clients

@pytest.fixture
def before(center):
    """The clients' way to the node leads through the proxy."""
    n = center.node(clients=CLIENTS, **SETTINGS)
    with Proxy("127.0.0.1:0", n.address) as p:
        p.where = types.SimpleNamespace(address=p.address)
        yield p


@pytest.mark.usefixtures("seed")
def test_clients_cut(center, run, before):
    load = run(before.where, seconds=ROUNDS)
    again_and_again(before.cut_now)
    told = assert_nothing_lost(load, center)
    assert told["lost_connections"] > 0


@pytest.mark.parametrize("way", [TO_SERVER, TO_CLIENT])
def test_clients_cut_at_any_byte(center, run, before, seed, way):
    load = run(before.where, seconds=ROUNDS)
    again_and_again(lambda: before.cut_at(random.randint(3000, 15000), way))
    before.heal()
    told = assert_nothing_lost(load, center)
    assert told["lost_connections"] > 0


@pytest.mark.usefixtures("seed")
def test_clients_on_a_bad_line(center, run, before):
    before.delay(0.02, jitter=0.2)
    load = run(before.where, seconds=5, rate=50)
    time.sleep(1.0)
    before.freeze()
    time.sleep(2.0)
    before.thaw()
    told = assert_nothing_lost(load, center)
    assert told["lost_connections"] == 0
