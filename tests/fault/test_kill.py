"""Under load, daemon, store and leader are killed again and again: the history must hold no lost,
doubled or stuck contact. KILLS sets how often; each test prints its seed."""

import os
import random
import signal
import time

import pytest

from fault_load import CLIENTS, SETTINGS, assert_nothing_lost, fixed_port
from harness.center import eventually, managed_store_pids

KILLS = int(os.environ.get("KILLS", "20"))
STORE_KILLS = int(os.environ.get("STORE_KILLS", max(3, KILLS // 3)))


@pytest.mark.usefixtures("seed")
def test_daemon_killed(center, run):
    n = center.node(clients=CLIENTS, **SETTINGS)
    fixed_port(n)
    load = run(n, seconds=KILLS)
    for _ in range(KILLS):
        time.sleep(random.uniform(0.2, 0.9))
        n.kill()
        n.start()
    told = assert_nothing_lost(load, center)
    assert told["lost_connections"] > 0


@pytest.mark.usefixtures("seed")
def test_store_killed(center, run):
    n = center.node(clients=CLIENTS, **SETTINGS)
    load = run(n, seconds=STORE_KILLS)
    for _ in range(STORE_KILLS):
        time.sleep(random.uniform(0.2, 0.9))
        center.redis.kill()
        center.redis.start()
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_managed_store_killed(center, run):
    n = center.node(clients=CLIENTS, store__mode="managed", **SETTINGS)
    load = run(n, seconds=STORE_KILLS * 2)
    for _ in range(STORE_KILLS):
        time.sleep(random.uniform(0.5, 1.5))
        os.kill(eventually(lambda: managed_store_pids(n), 10)[0], signal.SIGKILL)
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_store_stopped_for_a_while(center, run):
    n = center.node(clients=CLIENTS, **SETTINGS)
    load = run(n, seconds=10)
    for _ in range(2):
        time.sleep(1.0)
        center.redis.process.send_signal(signal.SIGSTOP)
        time.sleep(random.uniform(1.0, 3.0))
        center.redis.process.send_signal(signal.SIGCONT)
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_leader_killed_while_the_other_node_serves(center, run):
    first = center.node("n1", clients=CLIENTS, **SETTINGS)
    second = center.node("n2", clients=CLIENTS, **SETTINGS)
    load = run(second, seconds=15)
    for _ in range(3):
        time.sleep(random.uniform(1.0, 2.0))
        first.kill()
        time.sleep(1.0)
        first.start()
    assert_nothing_lost(load, center, second)


@pytest.mark.usefixtures("seed")
def test_every_node_killed_in_turn(center, run):
    nodes = [center.node(name, clients=CLIENTS, **SETTINGS) for name in ("n1", "n2")]
    for n in nodes:
        fixed_port(n)
    load = run(nodes[0], seconds=15)
    for i in range(6):
        time.sleep(random.uniform(0.5, 1.5))
        nodes[i % 2].kill()
        nodes[i % 2].start()
    assert_nothing_lost(load, center)
