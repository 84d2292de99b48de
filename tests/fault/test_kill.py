"""Under load, daemon, store and leader are killed again and again: the history must hold no lost,
doubled or stuck contact. KILLS sets how often; each test prints its seed."""

import json
import os
import random
import signal
import subprocess
import time

import pytest

import history
from devkit import line
from harness.center import BUILD, eventually, managed_store_pids

KILLS = int(os.environ.get("KILLS", "20"))
LOADGEN = os.path.join(BUILD, "loadgen")
FRONTENDS = RESPONDERS = 4

CLIENTS = [{"name": "fe%d" % i, "cert": "fe%d" % i, "roles": ["frontend"]}
           for i in range(FRONTENDS)] + [
    {"name": "r%d" % i, "cert": "r%d" % i, "roles": ["responder"], "skills": ["general"],
     "langs": ["en"], "capacity": 64} for i in range(RESPONDERS)] + [
    {"name": "lead", "cert": "lead", "roles": ["supervisor"]},
    {"name": "root", "cert": "root", "roles": ["admin"]}]

# An offer whose responder came back must not wait long for its next, nor a responder be shut out.
SETTINGS = {"levels__low__offer_s": 3, "levels__moderate__offer_s": 3, "match__missed_to_away": 0,
            "match__exclusion_s": 0, "limits__requests_per_s": 0}


class Load:
    """loadgen with a history, asking again after every lost session."""

    def __init__(self, center, at, seconds, rate=150):
        self.file = center.path("history")
        self.center = center
        port = at.address.rsplit(":", 1)[1]
        self.process = subprocess.Popen(
            [LOADGEN, "contacts", "port=" + port, "ca=" + center.tls.ca,
             "certs=" + center.authority.directory, "frontends=%d" % FRONTENDS,
             "responders=%d" % RESPONDERS, "rate=%d" % rate, "seconds=%d" % seconds, "drain=40",
             "reconnect=1", "history=" + self.file],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def result(self, timeout=120):
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
            listed = s.request("contact.list", limit=1000)["contacts"]
            s.close()
            return [listed]
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


@pytest.fixture
def seed():
    n = int(os.environ.get("SEED", random.randrange(1 << 30)))
    print("SEED=%d" % n)
    random.seed(n)
    return n


@pytest.fixture
def run(center):
    started = []

    def begin(*arguments, **more):
        started.append(Load(center, *arguments, **more))
        return started[-1]
    yield begin
    for load in started:
        load.stop()


def fixed_port(n):
    """A restarted node is found again where it was."""
    n.write(listen__line=n.address)


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
    load = run(n, seconds=KILLS)
    for _ in range(KILLS):
        time.sleep(random.uniform(0.2, 0.9))
        center.redis.kill()
        center.redis.start()
    assert_nothing_lost(load, center)


@pytest.mark.usefixtures("seed")
def test_managed_store_killed(center, run):
    n = center.node(clients=CLIENTS, store__mode="managed", **SETTINGS)
    kills = max(3, KILLS // 4)
    load = run(n, seconds=kills * 2)
    for _ in range(kills):
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
