"""The store away: the node's spool acknowledges, the leading node goes on as an island, and when the
store is back nothing was acknowledged twice or lost. Hazards by their numbers."""

import os
import shutil
import subprocess
import time

import pytest

from harness.center import eventually
from harness.island import (a_conversation, close, continue_store, listed, settled, status,
                            stop_store, timed, timed_open)
from devkit.line import RpcError


@pytest.fixture
def stalled(center):
    """A center whose store can be stopped; it goes on at the end, whatever happens."""
    center.node(drain_s=0)
    yield center
    if center.redis.process.poll() is None:
        continue_store(center)


# ---- the leading node: it goes on

def test_H02_a_stopped_store_holds_up_no_answer(stalled):
    gateway, ann = stalled.session("gateway"), stalled.responder("ann", wrap_s=60)
    lead = stalled.session("lead")
    before = stalled.open(gateway, "low")
    assert before["custody"] == "store"
    stop_store(stalled)
    first = timed_open(stalled, gateway, "urgent")
    assert first["custody"] == "spool" and first["level"] == "urgent" and first["reasons"]
    assert first["state"] in ("waiting", "offered")
    close(stalled, ann, a_conversation(stalled, gateway, ann, "emergency"))
    assert timed(lead, "board.get")["mode"] == "normal"
    more = [timed_open(stalled, gateway)["contact"] for _ in range(30)]
    timed(gateway, "contact.leave", contact=more[0])
    continue_store(stalled)
    settled(stalled)
    known = listed(stalled)
    assert {before["contact"], first["contact"], *more[1:]} <= set(known)
    assert more[0] not in known
    stalled.nodes[0].kill()
    stalled.nodes[0].start()
    again = listed(stalled)
    assert set(again) == set(known)


def test_the_leading_node_is_an_island_and_comes_back(stalled):
    n = stalled.nodes[0]
    gateway, ann = stalled.session("gateway"), stalled.responder("ann", wrap_s=60)
    lead = stalled.session("lead")
    epoch = status(stalled)["epoch"]
    stop_store(stalled)
    timed_open(stalled, gateway)
    assert lead.note("notice", 8, kind="island")
    assert stalled.session("webchat").hello_result["mode"] == "island"
    assert timed(lead, "board.get")["mode"] == "island"
    assert status(stalled)["mode"] == "island"
    time.sleep(2)
    ids = [a_conversation(stalled, gateway, ann)]
    close(stalled, ann, ids[0])
    ids.append(a_conversation(stalled, gateway, ann))
    assert "center.island" in n.log_text()
    continue_store(stalled)
    assert lead.note("notice", 10, kind="normal")
    assert settled(stalled)["epoch"] == epoch
    known = listed(stalled)
    assert ids[0] not in known
    assert known[ids[1]]["state"] == "active" and known[ids[1]]["responder"] == "ann"
    assert "center.resumed" in n.log_text()
    assert stalled.open(gateway)["custody"] == "store"
    timed(gateway, "contact.say", contact=ids[1], ref=stalled.ref(), text="still there")
    assert ann.note("contact.said", contact=ids[1], text="still there")


def test_H26_a_reference_of_the_spool_keeps_its_first_answer(stalled):
    gateway = stalled.session("gateway")
    stop_store(stalled)
    first = timed_open(stalled, gateway, "high", ref="once")
    again = timed_open(stalled, gateway, "high", ref="once")
    assert first["contact"] == again["contact"]
    continue_store(stalled)
    settled(stalled)
    assert timed_open(stalled, gateway, "high", ref="once")["contact"] == first["contact"]
    stalled.nodes[0].kill()
    stalled.nodes[0].start()
    gateway = stalled.session("gateway")
    assert stalled.open(gateway, "high", ref="once")["contact"] == first["contact"]
    assert len(listed(stalled)) == 1


def test_a_store_killed_and_started_again(center):
    center.node(drain_s=0)
    gateway, ann = center.session("gateway"), center.responder("ann", wrap_s=60)
    before = center.open(gateway, "low")["contact"]
    center.redis.kill()
    ids = [timed_open(center, gateway)["contact"] for _ in range(5)]
    served = a_conversation(center, gateway, ann, "emergency")
    time.sleep(4)
    ids.append(timed_open(center, gateway)["contact"])
    center.redis.start()
    settled(center)
    known = listed(center)
    assert {before, served, *ids} == set(known)
    assert known[served]["responder"] == "ann"


# ---- the daemon ends while the spool is full of what it promised

def test_H01_daemon_killed_as_an_island(stalled):
    gateway, ann = stalled.session("gateway"), stalled.responder("ann", wrap_s=60)
    before = stalled.open(gateway, "moderate")["contact"]
    stop_store(stalled)
    opened = {timed_open(stalled, gateway, level, ref="ref-%s" % level)["contact"]: level
              for level in ("low", "high", "urgent")}
    served = a_conversation(stalled, gateway, ann, "emergency")
    stalled.nodes[0].kill()
    continue_store(stalled)
    stalled.nodes[0].start()
    settled(stalled)
    known = listed(stalled)
    assert set(known) == {before, served, *opened}
    for c, level in opened.items():
        assert known[c]["level"] == level
    assert known[served]["responder"] == "ann" or known[served]["state"] == "waiting"
    lead = stalled.session("lead")
    said = lead.request("contact.explain", contact=served, text=True, reason="a test")
    assert [m["text"] for m in said["transcript"]] == ["marker emergency", "hello there"]
    gateway = stalled.session("gateway")
    for level in ("low", "high", "urgent"):
        again = stalled.open(gateway, level, ref="ref-%s" % level)["contact"]
        assert opened[again] == level
    assert set(listed(stalled)) == set(known)


def test_H01_killed_again_and_again(stalled):
    ids = set()
    for round_ in range(3):
        gateway = stalled.session("gateway")
        ids.add(stalled.open(gateway)["contact"])
        stop_store(stalled)
        for _ in range(3):
            ids.add(timed_open(stalled, gateway)["contact"])
        stalled.nodes[0].kill()
        continue_store(stalled)
        stalled.nodes[0].start()
        if round_ == 1:
            settled(stalled)
    settled(stalled)
    assert set(listed(stalled)) == ids


# ---- disks that fail

class Sick:
    """The node's disk: fdatasync fails as told."""

    def __init__(self, n, when):
        if not shutil.which("strace"):
            pytest.skip("no strace")
        self.process = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fdatasync", "-e",
             "inject=fdatasync:error=EIO" + when, "-p", str(n.pid)])
        eventually(lambda: self.traced(n.pid) or self.process.poll() is not None)
        if self.process.poll() is not None:
            pytest.skip("cannot trace")

    @staticmethod
    def traced(pid):
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            return "TracerPid:\t0" not in f.read()

    def heal(self):
        self.process.terminate()
        self.process.wait(10)


def test_H33_a_sync_that_fails_once(stalled):
    n = stalled.nodes[0]
    gateway = stalled.session("gateway")
    disk = Sick(n, ":when=2")
    stop_store(stalled)
    ids = {timed_open(stalled, gateway)["contact"] for _ in range(4)}
    assert 'event=spool.failed why="fdatasync: Input/output error" kept=1' in n.log_text()
    assert status(stalled)["spool"]["failures"] == 1
    n.kill()
    disk.heal()
    continue_store(stalled)
    n.start()
    settled(stalled)
    assert set(listed(stalled)) == ids


def test_H33_a_disk_that_never_syncs(center):
    n = center.node(texts__unavailable="Please call 000 if you are in danger.", drain_s=0)
    gateway = center.session("gateway", at=n)
    before = center.open(gateway)["contact"]
    disk = Sick(n, "")
    stop_store(center)
    try:
        for _ in range(3):
            with pytest.raises(RpcError) as e:
                timed_open(center, gateway, "high")
            assert e.value.code == 8
            assert e.value.data["detail"] == "Please call 000 if you are in danger."
        assert gateway.request("session.ping")["now"]
        assert status(center)["spool"]["state"] == "failed"
        disk.heal()
        time.sleep(1.2)
        assert timed_open(center, gateway)["custody"] == "spool"
        continue_store(center)
        settled(center)
        assert center.open(gateway)["custody"] == "store"
        assert before in listed(center)
    finally:
        disk.heal()
        continue_store(center)


@pytest.fixture
def small_disk(tmp_path):
    """8 MiB, as a file system of its own."""
    where = str(tmp_path / "disk")
    os.mkdir(where)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", where],
                          capture_output=True, check=False)
    if done.returncode:
        pytest.skip("cannot mount: " + done.stderr.decode())
    yield where
    subprocess.run(["umount", "-l", where], check=True)


def test_H32_a_full_disk_refuses_beginnings_and_takes_ends(center, small_disk):
    center.start_redis()
    n = center.prepare(data_dir=os.path.join(small_disk, "data"), drain_s=0, spool__segment_kb=128)
    n.data_dir = n.settings["data_dir"]
    os.makedirs(n.data_dir, exist_ok=True)
    n.start()
    gateway = center.session("gateway")
    stop_store(center)
    try:
        with open(os.path.join(small_disk, "full"), "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(65536))
            except OSError:
                pass
        ids = []
        with pytest.raises(RpcError) as e:
            while len(ids) < 1000:
                ids.append(timed_open(center, gateway)["contact"])
        assert e.value.code == 8 and e.value.data["detail"]
        assert len(ids) >= 3
        for c in ids:
            timed(gateway, "contact.say", contact=c, ref=center.ref(), text="x" * 400)
        for c in ids[:-1]:
            timed(gateway, "contact.leave", contact=c)
        n.kill()
    finally:
        continue_store(center)
    os.unlink(os.path.join(small_disk, "full"))
    n.start()
    settled(center)
    assert set(listed(center)) == {ids[-1]}


def test_H01_started_without_the_store(stalled):
    n = stalled.nodes[0]
    gateway = stalled.session("gateway")
    before = stalled.open(gateway)["contact"]
    stop_store(stalled)
    spooled = timed_open(stalled, gateway, "high", ref="spooled")["contact"]
    n.kill()
    n.start()
    gateway = stalled.session("gateway")
    after = timed_open(stalled, gateway, "urgent")
    assert after["custody"] == "spool"
    assert timed_open(stalled, gateway, "high", ref="spooled")["contact"] == spooled
    eventually(lambda: status(stalled)["mode"] == "island", 10)
    continue_store(stalled)
    settled(stalled)
    assert set(listed(stalled)) == {before, spooled, after["contact"]}
