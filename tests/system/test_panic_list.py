"""The list that people go on with on paper, whatever still works."""

import csv
import io
import json
import os
import signal

import pytest

from devkit import line
from harness.center import TEXT, end_managed_store, eventually, managed_store_pids
from harness.desk import triagectl


def panic_list(center, *more, at=None, status=0):
    n = at or center.nodes[0]
    lead = center.authority.issue("lead")
    done = triagectl("panic-list", "--data-dir", n.data_dir, "--ca", center.tls.ca,
                     "--cert", lead.cert, "--key", lead.key, *more)
    assert done.returncode == status, done.stderr
    assert not any(text in done.stdout for text in TEXT.values())
    return done.stdout


def as_json(center, **more):
    return json.loads(panic_list(center, "--json", **more))


def shown(listed):
    return [(c["contact"], c["level"], c["state"], c["responder"]) for c in listed["contacts"]]


def night(center, **more):
    """Somebody waits, somebody else waits who is in danger, a third is talked with."""
    center.node(**more)
    gateway, ann = center.session("gateway"), center.responder("ann")
    taken = center.open(gateway)["contact"]
    center.take(ann, taken)
    ann.request("responder.set", presence="paused")
    low = center.open(gateway, line="youth")["contact"]
    urgent = center.open(gateway, "urgent")["contact"]
    return gateway, [(urgent, "urgent", "waiting", ""), (low, "low", "waiting", ""),
                     (taken, "low", "active", "ann")]


def kill(n):
    n.kill()
    eventually(lambda: not n.running())


def test_from_the_daemon(center):
    _, expected = night(center)
    listed = as_json(center)
    assert listed["source"]["kind"] == "daemon" and listed["source"]["mode"] == "normal"
    assert shown(listed) == expected
    low = listed["contacts"][1]
    assert low["channel"] == "chat" and low["line"] == "youth" and low["frontend"] == "gateway"
    text = panic_list(center)
    assert text.index(expected[0][0]) < text.index(expected[1][0]) < text.index(expected[2][0])
    rows = list(csv.DictReader(io.StringIO(panic_list(center, "--csv"))))
    assert [r["contact"] for r in rows] == [e[0] for e in expected]
    assert rows[2]["responder"] == "ann"


def test_open_rescues_and_their_next_step(center):
    center.node()
    ann = center.responder("ann")
    contact = center.open(center.session("gateway"), "emergency")["contact"]
    center.take(ann, contact)
    ann.request("contact.escalate", contact=contact, ref="e1", kind="ems", consent="yes",
                location={"text": "4 Mill Lane"}, reason="asked for it")
    text = panic_list(center)
    rescue = as_json(center)["dispatches"][0]
    assert rescue["contact"] == contact and rescue["next"] and "Mill Lane" not in text
    assert rescue["dispatch"] in text.split("OPEN RESCUES")[1]


def test_on_an_island(center):
    gateway, expected = night(center)
    center.redis.stop()
    lead = center.session("lead")
    eventually(lambda: lead.request("node.status")["mode"] == "island", 15)
    waiting = center.open(gateway, "high")["contact"]
    listed = as_json(center)
    assert listed["source"]["kind"] == "daemon" and listed["source"]["mode"] == "island"
    assert (waiting, "high", "waiting", "") in shown(listed) and expected[0] in shown(listed)


def test_daemon_dead_and_its_store_up(center):
    _, expected = night(center, store__mode="managed")
    kill(center.nodes[0])
    listed = as_json(center)
    assert listed["source"]["kind"] == "store" and listed["source"]["center"] == "center"
    assert shown(listed) == expected and listed["source"]["trouble"] == ""
    assert "WITHOUT THE DAEMON" in panic_list(center)


def test_daemon_dead_and_a_store_of_many(center):
    _, expected = night(center)
    kill(center.nodes[0])
    assert shown(json.loads(panic_list(
        center, "--json", "--store", center.redis.url, "--center", "center"))) == expected


def test_daemon_and_store_dead(center):
    """What only the spool had is there, and files are left as they were, torn ends included."""
    gateway, expected = night(center, store__mode="managed")
    n = center.nodes[0]
    os.kill(managed_store_pids(n)[0], signal.SIGSTOP)
    spooled = center.open(gateway, "high")
    assert spooled["custody"] == "spool"
    kill(n)
    end_managed_store(n)
    aof = os.path.join(n.data_dir, "redis", "appendonlydir", "appendonly.aof.1.incr.aof")
    with open(aof, "ab") as f:
        f.write(b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSE")
    before = os.stat(aof)
    listed = as_json(center)
    assert listed["source"]["kind"] == "files" and listed["source"]["spool_entries"] == 1
    assert (spooled["contact"], "high", "waiting", "") in shown(listed)
    assert set(expected) <= set(shown(listed))
    assert os.stat(aof).st_size == before.st_size and os.stat(aof).st_mtime == before.st_mtime
    assert not managed_store_pids(n)
    assert "from the files of its store" in panic_list(center)


def test_nothing_left_to_read(center, tmp_path):
    center.node()
    done = triagectl("panic-list", "--data-dir", str(tmp_path))
    assert done.returncode == 3 and "no daemon" in done.stderr


def test_the_list_goes_on_behind_what_is_there(center):
    """A page that would begin behind a contact that is gone is refused, not empty."""
    _, expected = night(center)
    lead = center.session("lead")
    page = lead.request("contact.list", limit=1)
    assert [c["contact"] for c in page["contacts"]] == [expected[0][0]] and page["matching"] == 3
    rest = lead.request("contact.list", limit=1000, after=expected[0][0])["contacts"]
    assert [c["contact"] for c in rest] == [e[0] for e in expected[1:]]
    with pytest.raises(line.RpcError) as refused:
        lead.request("contact.list", after="0" * 20)
    assert refused.value.code == 3
