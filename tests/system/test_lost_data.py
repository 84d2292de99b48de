"""The store loses data: wiped, rolled back to an hour ago, or another center's altogether. What the
daemon acknowledged is written again by whoever knows it, and nobody else's data are touched."""

import os
import shutil
import time


from harness.center import eventually
from devkit import store
from devkit.line import RpcError


def status(center, at=None):
    s = center.session("root", at=at)
    told = s.request("node.status")["store"]
    s.close()
    return told


def listed(center, at=None):
    s = center.session("lead", at=at)
    found = {x["contact"]: x["state"] for x in s.request("contact.list", limit=1000)["contacts"]}
    s.close()
    return found


def live(center):
    return {x.decode() for x in center.redis.command("SMEMBERS", "t:{center}:live")}


def again(center, session, **params):
    def once():
        try:
            return center.open(session, **params)["contact"]
        except RpcError as e:
            assert e.code == 8
            return None
    return eventually(once, 15, 0.2)


def test_wiped_while_it_serves(running):
    gateway, ann = running.session("gateway"), running.responder("ann", wrap_s=0)
    active = running.open(gateway, "high")["contact"]
    running.take(ann, active)
    gateway.request("contact.say", contact=active, ref=running.ref(), text="are you there")
    waiting = [running.open(gateway, "low")["contact"] for _ in range(5)]
    running.redis.command("FLUSHALL")
    eventually(lambda: live(running) == {active, *waiting}, 5)
    eventually(lambda: status(running)["state"] == "ready")
    assert "store.rewrite" in running.nodes[0].log_text()
    # Everything goes on: the conversation, the queue, and references.
    ann.request("contact.say", contact=active, ref=running.ref(), text="I am here")
    assert gateway.note("contact.said", contact=active)["text"] == "I am here"
    new = again(running, gateway, ref="new")
    # And what was written again is whole: another life of the daemon finds it there.
    running.nodes[0].kill()
    running.nodes[0].start()
    assert listed(running)[active] in ("active", "wrapup", "review", "offered", "waiting")
    assert set(listed(running)) == {active, new, *waiting}
    back = running.session("gateway").request("contact.resume", contact=active)
    assert [m["text"] for m in back["missed"] if "text" in m][-2:] == ["are you there", "I am here"]


def test_wiped_with_two_nodes(center):
    nodes = [center.node("n1"), center.node("n2")]
    gateways = [center.session("gateway", at=n) for n in nodes]
    taken = {center.open(g)["contact"] for g in gateways for _ in range(3)}
    center.redis.command("FLUSHALL")
    eventually(lambda: live(center) == taken, 5)
    for g in gateways:
        taken.add(again(center, g))
    assert live(center) == taken


def restore(center, old):
    center.redis.kill()
    kept = os.path.join(center.redis.directory, "appendonlydir")
    shutil.rmtree(kept)
    shutil.copytree(old, kept)
    center.redis.start()


def test_rolled_back_while_it_serves(running):
    gateway, ann = running.session("gateway"), running.responder("ann")
    first = running.open(gateway, "high")["contact"]
    running.take(ann, first)
    old = running.path("old")
    shutil.copytree(os.path.join(running.redis.directory, "appendonlydir"), old)
    later = {running.open(gateway)["contact"] for _ in range(10)}
    for i in range(5):
        gateway.request("contact.say", contact=first, ref=running.ref(), text="line %d" % i)
    entries = running.redis.command("XLEN", "t:{center}:log")
    restore(running, old)
    eventually(lambda: live(running) == {first} | later, 10)
    assert running.redis.command("XLEN", "t:{center}:log") >= entries
    running.nodes[0].kill()
    running.nodes[0].start()
    assert set(listed(running)) == {first} | later
    back = running.session("gateway").request("contact.resume", contact=first)
    texts = [m["text"] for m in back["missed"] if m.get("text", "").startswith("line")]
    assert texts == ["line %d" % i for i in range(5)]


def test_rolled_back_when_the_leader_is_lost_too(center):
    leader, edge = center.node("n1"), center.node("n2")
    gateway = center.session("gateway", at=edge)
    before = center.open(gateway)["contact"]
    old = center.path("old")
    shutil.copytree(os.path.join(center.redis.directory, "appendonlydir"), old)
    answered = {ref: center.open(gateway, ref=ref)["contact"] for ref in ("a", "b", "c")}
    leader.kill()
    restore(center, old)
    eventually(lambda: len(live(center)) == 4, 15)
    # They may have other names, but they are there, each once.
    names = {again(center, gateway, ref=ref) for ref in answered}
    assert live(center) == names | {before}


def test_another_centers_server_is_left_alone(running):
    n = running.nodes[0]
    running.open(running.session("gateway"))
    n.stop()
    running.redis.stop()
    other = running.redis = store.Redis(running.path("other")).start()
    other.command("HSET", "t:{center}:state", "schema", "1", "instance", "0123")
    n.write(store__url=other.url)
    n.start()
    assert "another set (0123)" in eventually(lambda: status(running)["why"])
    assert running.open(running.session("gateway"))["custody"] == "spool"
    assert other.command("DBSIZE") == 1


def test_empty_server_at_the_start_is_told(center):
    n = center.node(store__lease_ms=1000, drain_s=0)
    center.open(center.session("gateway"))
    n.stop()
    center.redis.stop()
    center.redis = store.Redis(center.path("other")).start()
    n.write(store__url=center.redis.url)
    n.start()
    begin = time.monotonic()
    assert eventually(lambda: status(center)["warning"])
    gateway = center.session("gateway")
    again(center, gateway)
    assert time.monotonic() - begin < 8
    assert "began anew" in status(center)["warning"]


def test_data_set_is_known_again_after_a_restart(running):
    n = running.nodes[0]
    with open(os.path.join(n.data_dir, "store_instance"), encoding="ascii") as f:
        known = f.read().strip()
    assert running.redis.command("HGET", "t:{center}:state", "instance") == known.encode()
