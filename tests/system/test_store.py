"""The store managed by the node, the store that stops, and what a crash leaves."""

import os
import signal
import time

from harness.center import eventually, managed_store_pids
from devkit.line import RpcError


def test_managed_store_needs_nothing_else(center):
    n = center.node(store__mode="managed", drain_s=0)
    ann, gateway = center.responder("ann"), center.session("gateway")
    c = center.open(gateway)["contact"]
    center.take(ann, c)
    assert len(managed_store_pids(n)) == 1
    assert n.stop() == 0
    eventually(lambda: not managed_store_pids(n))
    n.start()
    assert center.session("lead").request("contact.get", contact=c)["responder"] == "ann"


def test_managed_store_outlives_a_killed_daemon(center):
    n = center.node(store__mode="managed")
    c = center.open(center.session("gateway"), "high")["contact"]
    store = managed_store_pids(n)
    n.kill()
    assert managed_store_pids(n) == store
    n.start()
    assert managed_store_pids(n) == store
    assert center.session("lead").request("contact.get", contact=c)["level"] == "high"


def test_killed_managed_store_comes_back_with_everything(center):
    n = center.node(store__mode="managed")
    gateway = center.session("gateway")
    c = center.open(gateway, "high")["contact"]
    os.kill(managed_store_pids(n)[0], signal.SIGKILL)
    deadline = time.monotonic() + 15
    while True:
        try:
            again = gateway.request("contact.open", 6, channel="chat", ref="after", text="hello")
            break
        except RpcError as e:
            assert e.code == 8 and time.monotonic() < deadline
            time.sleep(0.2)
    lead = center.session("lead")
    known = {x["contact"] for x in lead.request("contact.list")["contacts"]}
    assert {c, again["contact"]} <= known


def test_daemon_restart_loses_nothing(running):
    gateway = running.session("gateway")
    opened = [running.open(gateway, name)["contact"] for name in ("low", "urgent", "high") * 5]
    running.nodes[0].kill()
    begin = time.monotonic()
    running.nodes[0].start()
    assert time.monotonic() - begin < 5
    listed = running.session("lead").request("contact.list")["contacts"]
    assert sorted(x["contact"] for x in listed) == sorted(opened)
    in_line = sorted(listed, key=lambda x: x["position"])
    assert [x["level"] for x in in_line] == ["urgent"] * 5 + ["high"] * 5 + ["low"] * 5


def test_store_that_is_not_there_is_named_at_start(center):
    n = center.prepare(store__url="unix:/nonexistent/redis.sock")
    try:
        n.start(4)
    except Exception:
        pass
    assert "/nonexistent/redis.sock" in n.log_text()
