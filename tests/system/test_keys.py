"""Nodes of one center use the same keys, and a node that cannot says so and serves nobody."""

import os
import re
import shutil
import threading
import time

import pytest

from devkit.line import RpcError
from harness.center import eventually
from harness.desk import triagectl

NUMBER = "+15550177456"
QUICK = {"store__lease_ms": 1000, "deadlines__request_ms": 2000}  # and so the next attempt


def keys_dir(node):
    return os.path.join(node.data_dir, "keys")


def keys_of(node):
    found = {}
    for name in sorted(os.listdir(keys_dir(node))):
        with open(os.path.join(keys_dir(node), name), encoding="ascii") as f:
            found[name] = f.read().strip()
    return found


def status(center, node):
    s = center.session("root", at=node)
    try:
        return s.request("node.status")["keys"]
    finally:
        s.close()


def other_tls(center, name="server2"):
    tls = center.authority.server(name)
    return {"tls__certificate": tls.cert, "tls__key": tls.key}


def converse(center, here, there):
    """Text both ways between a gateway here and a responder there, then the end."""
    gateway, ann = center.session("gateway", at=here), center.responder("ann", at=there, wrap_s=0)
    c = center.open(gateway, "high")["contact"]
    assert [m["text"] for m in center.take(ann, c)["transcript"]] == ["marker high"]
    gateway.note("contact.connected", contact=c)
    gateway.request("contact.say", contact=c, ref=center.ref(), text="hello there")
    assert ann.note("contact.said", contact=c)["text"] == "hello there"
    ann.request("contact.say", contact=c, ref=center.ref(), text="hello here")
    assert gateway.note("contact.said", contact=c)["text"] == "hello here"
    ann.request("contact.close", contact=c, disposition="resolved", outcome={})
    gateway.note("contact.closed", contact=c)
    for s in (gateway, ann):
        s.close()


def persons(center):
    return {k for k in center.redis.command("KEYS", "t:{center}:p:*")}


def test_second_node_takes_the_keys_of_the_first(center):
    n1, n2 = center.node("n1"), center.node("n2")
    assert keys_of(n1) == keys_of(n2)
    assert set(keys_of(n1)) == {"pseudonym.key", "seal-0001.key"}
    for name in keys_of(n2):
        assert os.stat(os.path.join(keys_dir(n2), name)).st_mode & 0o777 == 0o600
    converse(center, n1, n2)
    converse(center, n2, n1)


def test_one_person_on_both_nodes(center):
    for n in (center.node("n1"), center.node("n2")):
        center.open(center.session("gateway", at=n), from_=NUMBER, channel="sms")
    assert len(persons(center)) == 1


def test_nodes_that_start_together_agree(center):
    nodes = [center.prepare("n%d" % i) for i in range(3)]
    threads = [threading.Thread(target=n.start) for n in nodes]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert keys_of(nodes[0]) == keys_of(nodes[1]) == keys_of(nodes[2])


def test_restart_keeps_the_keys_and_what_they_sealed(center):
    n1, n2 = center.node("n1"), center.node("n2")
    before = keys_of(n1)
    c = center.open(center.session("gateway", at=n1), "high")["contact"]
    for n in (n1, n2):
        n.kill()
    for n in (n2, n1):
        n.start()
    assert keys_of(n1) == keys_of(n2) == before
    ann = center.responder("ann", at=n2)
    assert [m["text"] for m in center.take(ann, c)["transcript"]] == ["marker high"]


def test_keys_made_without_a_store_still_give_way(center):
    n1 = center.prepare("n1")
    n2 = center.prepare("n2", store__down_after_ms=30000, deadlines__request_ms=30000)
    center.redis.kill()
    n2.start()
    assert set(keys_of(n2)) == {"pseudonym.new", "seal-0001.new"}
    # Refused at once, not kept until there is a store: nobody could open it then.
    with pytest.raises(RpcError):
        center.open(center.session("gateway", at=n2))
    n2.kill()
    center.redis.start()
    n1.start()
    n2.start()
    assert keys_of(n1) == keys_of(n2)
    converse(center, n1, n2)


def test_no_key_in_the_store(center):
    n1 = center.node("n1")
    center.node("n2")
    center.redis.command("SAVE")
    dumped = b"".join(open(os.path.join(top, name), "rb").read()
                      for top, _, names in os.walk(center.path("redis")) for name in names
                      if os.path.isfile(os.path.join(top, name)))
    with open(n1.settings["tls.key"], "rb") as f:
        tls_key = f.read()
    assert b"seal-0001" in dumped and len(keys_of(n1)) == 2
    for text in keys_of(n1).values():
        assert text.encode() not in dumped
        assert bytes.fromhex(text) not in dumped
        assert text not in n1.log_text()
    assert tls_key.splitlines()[1] not in dumped


def test_another_tls_key_with_copied_keys(center):
    n1 = center.node("n1")
    n2 = center.prepare("n2", **other_tls(center))
    shutil.copytree(keys_dir(n1), keys_dir(n2))
    n2.start()
    assert status(center, n2) == {"state": "settled", "why": ""}
    converse(center, n1, n2)
    # It has shared them under its own TLS key: the next with that one needs no copy.
    n3 = center.node("n3", **other_tls(center))
    assert keys_of(n3) == keys_of(n1)


def test_keys_dir_of_ones_own(center):
    n1 = center.node("n1")
    shutil.copytree(keys_dir(n1), center.path("safe"))
    n2 = center.node("n2", keys__dir=center.path("safe"), **other_tls(center))
    assert not os.path.exists(keys_dir(n2))
    converse(center, n2, n1)


def settled(center, node):
    return status(center, node)["state"] == "settled"


def blocked(center, node):
    """Why, once it is."""
    eventually(lambda: status(center, node)["state"] == "blocked")
    return status(center, node)["why"]


def test_neither_tls_key_nor_keys(center):
    n1 = center.node("n1", store__lease_ms=1000)
    n2 = center.node("n2", **QUICK, **other_tls(center))
    why = blocked(center, n2)
    assert "no node with this tls.key has shared" in why
    assert "copy the keys directory" in why and keys_dir(n2) in why and "keys.dir" in why
    assert re.search(r"level=error event=keys.blocked .*copy the keys", n2.log_text())
    gateway, ann = center.session("gateway", at=n2), center.session("ann", at=n2)
    with pytest.raises(RpcError) as refused:
        center.open(gateway)
    assert refused.value.reason == "no_custody"
    # The other serves; when it is gone, the one that cannot serve does not take the lead.
    before = center.open(center.session("gateway", at=n1))["contact"]
    n1.kill()
    time.sleep(3)  # three leases
    assert center.redis.command("HGET", "t:{center}:lead", "node") == b"n1"
    # With a copy it serves without a restart.
    for name in os.listdir(keys_dir(n1)):
        shutil.copy(os.path.join(keys_dir(n1), name), keys_dir(n2))
    eventually(lambda: settled(center, n2), 10)
    ann.request("responder.set", 10, presence="ready")
    center.serve(ann, before)
    center.serve(ann, center.open(gateway, "high")["contact"])
    ann.close()
    n1.start()
    converse(center, n1, n2)


def test_own_keys_that_differ_are_never_replaced(center):
    n1 = center.node("n1")
    keys = keys_of(n1)
    n2 = center.prepare("n2", **QUICK)
    shutil.copytree(keys_dir(n1), keys_dir(n2))
    path = os.path.join(keys_dir(n2), "pseudonym.key")
    with open(path, "w", encoding="ascii") as f:
        f.write("0123456789abcdef" * 4 + "\n")
    n2.start()
    assert "pseudonym of this node is another key than the center's" in blocked(center, n2)
    assert keys_of(n2)["pseudonym.key"] == "0123456789abcdef" * 4
    with open(path, "w", encoding="ascii") as f:
        f.write(keys["pseudonym.key"] + "\n")
    eventually(lambda: settled(center, n2), 10)


def test_a_further_sealing_key_reaches_the_others(center):
    n1, n2 = center.node("n1"), center.node("n2")
    n1.stop()
    assert "seal-0002.key" in triagectl("keys", "add", keys_dir(n1)).stdout
    n1.start()
    n2.stop()
    n2.start()
    assert keys_of(n2) == keys_of(n1) and "seal-0002.key" in keys_of(n2)
    converse(center, n1, n2)


def test_a_sealing_key_is_added_only_behind_sound_ones(tmp_path):
    done = triagectl("keys", "add", str(tmp_path))
    assert done.returncode == 1 and "holds no sealing key" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_renewed_tls_key_is_shared_on_reload(center):
    n1 = center.node("n1")
    tls = center.authority.server("server3")
    n1.write(tls__certificate=tls.cert, tls__key=tls.key)
    assert center.session("root", at=n1).request("node.reload")["errors"] == []
    eventually(lambda: len(center.redis.command("HKEYS", "t:{center}:keys")) == 6)
    n2 = center.node("n2", tls__certificate=tls.cert, tls__key=tls.key)
    assert keys_of(n2) == keys_of(n1)
