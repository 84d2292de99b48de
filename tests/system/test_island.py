"""The store away: the node's spool acknowledges, the leading node goes on as an island, and when the
store is back nothing was acknowledged twice or lost. Hazards by their numbers."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from harness.center import TEXT, eventually
from harness.proxy import Proxy
from devkit.line import RpcError

QUICK = 1.0  # a request's answer while the store stalls, in seconds


def stop_store(center):
    os.kill(center.redis.process.pid, signal.SIGSTOP)


def continue_store(center):
    os.kill(center.redis.process.pid, signal.SIGCONT)


@pytest.fixture
def stalled(center):
    """A center whose store can be stopped; it goes on at the end, whatever happens."""
    center.node(drain_s=0)
    yield center
    if center.redis.process.poll() is None:
        continue_store(center)


def timed(session, method, **params):
    begin = time.monotonic()
    try:
        return session.request(method, **params)
    finally:
        took = time.monotonic() - begin
        assert took < QUICK, "%s took %.2f s" % (method, took)


def timed_open(center, session, level="low", **more):
    params = {"channel": "chat", "text": TEXT[level], "lang": "en", "ref": center.ref()}
    params.update(more)
    return timed(session, "contact.open", **params)


def status(center, n=None):
    s = center.session("root", at=n)
    got = s.request("node.status")
    s.close()
    return got


def settled(center, n=None):
    """Everything is where it belongs: a status with an empty spool in normal mode."""
    def look():
        s = status(center, n)
        return s if s["spool"]["state"] == "idle" and s["mode"] == "normal" else None
    return eventually(look, 10)


def listed(center, n=None):
    s = center.session("lead", at=n)
    got = {c["contact"]: c for c in s.request("contact.list")["contacts"]}
    s.close()
    return got


def a_conversation(center, gateway, ann, level="high"):
    """A contact from its beginning to its end; its id."""
    opened = timed_open(center, gateway, level)
    c = opened["contact"]
    offer = ann.note("offer.new", 5, contact=c)
    assert timed(ann, "offer.accept", offer=offer["offer"])["state"] == "active"
    gateway.note("contact.connected", contact=c)
    timed(gateway, "contact.say", contact=c, ref=center.ref(), text="hello there")
    assert ann.note("contact.said", contact=c)["text"] == "hello there"
    timed(ann, "contact.say", contact=c, ref=center.ref(), text="hello here")
    assert gateway.note("contact.said", contact=c)["text"] == "hello here"
    return c


def close(center, ann, c):
    timed(ann, "contact.close", contact=c, disposition="resolved", outcome={})
    timed(ann, "responder.done", contact=c)


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


# ---- several nodes

@pytest.fixture
def apart(center):
    """Two nodes, the leading one reaching the store through a proxy: center, n1, n2, proxy."""
    center.start_redis()
    proxy = Proxy("unix:" + center.path("bad.sock"), center.redis.url)
    n1 = center.node("n1", store__url="unix:" + center.path("bad.sock"), drain_s=0)
    n2 = center.node("n2", drain_s=0)
    assert status(center, n1)["leading"]
    yield center, n1, n2, proxy
    proxy.thaw()
    for n in (n1, n2):
        n.stop()
    proxy.close()


def test_a_leader_cut_off_tells_the_next_one(apart):
    center, n1, n2, proxy = apart
    gateway, ann = center.session("gateway", at=n1), center.responder("ann", at=n1, wrap_s=60)
    webchat, ben = center.session("webchat", at=n2), center.responder("ben", at=n2, wrap_s=60)
    before = center.open(gateway, "low", lang="en")["contact"]
    proxy.freeze()
    served = timed_open(center, gateway, "emergency")["contact"]  # offered to both, at first
    eventually(lambda: status(center, n1)["mode"] == "island", 8)
    ann.request("offer.accept", offer=ann.note("offer.new", 5, contact=served)["offer"])
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="hello there")
    assert ann.note("contact.said", contact=served)["text"] == "hello there"
    eventually(lambda: status(center, n2)["leading"], 10)
    over = center.open(gateway, "urgent", ref="over")["contact"]
    theirs = center.open(webchat, "emergency")["contact"]
    center.take(ben, theirs, 10)
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="still cut off")
    assert ann.note("contact.said", contact=served, text="still cut off")
    proxy.thaw()
    settled(center, n1)
    known = eventually(lambda: (lambda k: k if over in k else None)(listed(center, n2)), 10)
    assert set(known) == {before, served, over, theirs}
    assert known[served]["responder"] == "ann" and known[served]["state"] == "active"
    assert known[theirs]["responder"] == "ben"
    assert known[over]["level"] == "urgent"
    assert center.open(gateway, "urgent", ref="over")["contact"] == over
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="together again")
    assert ann.note("contact.said", contact=served, text="together again")
    said = center.session("lead", at=n2).request("contact.explain", contact=served, text=True,
                                                 reason="a test")
    assert [m["text"] for m in said["transcript"]] == ["marker emergency", "hello there",
                                                       "still cut off", "together again"]
    timed(ann, "contact.close", contact=served, disposition="resolved", outcome={})
    assert gateway.note("contact.closed", contact=served)


def test_H01_a_leader_cut_off_and_killed_tells_it_when_it_is_back(apart):
    center, n1, n2, proxy = apart
    gateway = center.session("gateway", at=n1)
    proxy.freeze()
    ids = {timed_open(center, gateway, level)["contact"] for level in ("low", "high", "urgent")}
    n1.kill()
    eventually(lambda: status(center, n2)["leading"], 10)
    proxy.thaw()
    n1.start()
    settled(center, n1)
    eventually(lambda: set(listed(center, n2)) == ids, 10)
    n1.kill()
    n1.start()
    settled(center, n1)
    assert set(listed(center, n2)) == ids


@pytest.fixture
def pair(center):
    """Two nodes, the second reaching the store through a proxy: center, n1 (leads), n2, proxy."""
    center.start_redis()
    n1 = center.node("n1", drain_s=0)
    proxy = Proxy("unix:" + center.path("bad.sock"), center.redis.url)
    n2 = center.node("n2", store__url="unix:" + center.path("bad.sock"), drain_s=0)
    assert status(center, n1)["leading"]
    yield center, n1, n2, proxy
    if center.redis.process.poll() is None:
        continue_store(center)
    proxy.thaw()
    for n in (n1, n2):
        n.stop()
    proxy.close()


def test_H02_intake_of_a_node_that_does_not_lead(pair):
    center, n1, n2, proxy = pair
    gateway = center.session("gateway", at=n2)
    before = center.open(gateway, "low")
    assert before["custody"] == "store"
    proxy.freeze()
    first = timed_open(center, gateway, "urgent", ref="late")
    assert first["custody"] == "spool" and first["level"] == "urgent"
    timed(gateway, "contact.say", contact=first["contact"], ref=center.ref(), text="one more thing")
    said = timed(gateway, "contact.say", contact=before["contact"], ref=center.ref(),
                 text="marker high")
    assert said["level"] == "high"
    gone = timed_open(center, gateway)["contact"]
    timed(gateway, "contact.leave", contact=gone)
    time.sleep(0.3)
    proxy.thaw()
    settled(center, n2)
    known = eventually(lambda: (lambda k: k if len(k) == 2 else None)(listed(center, n1)))
    assert set(known) == {before["contact"], first["contact"]}
    assert known[before["contact"]]["level"] == "high"
    assert known[first["contact"]]["level"] == "urgent"
    assert center.open(gateway, "urgent", ref="late")["contact"] == first["contact"]
    lead = center.session("lead", at=n1)
    for c, texts in ((first["contact"], ["marker urgent", "one more thing"]),
                     (before["contact"], [TEXT["low"], "marker high"])):
        e = lead.request("contact.explain", contact=c, text=True, reason="a test")
        assert [m["text"] for m in e["transcript"]] == texts


def test_a_node_that_does_not_lead_is_an_island(pair):
    center, n1, n2, proxy = pair
    gateway, ann = center.session("gateway", at=n2), center.responder("ann", at=n2, wrap_s=60)
    webchat, ben = center.session("webchat", at=n1), center.responder("ben", at=n1, wrap_s=60)
    waiting = center.open(gateway, "high", lang="es")["contact"]  # nobody ready speaks it yet
    across = center.open(webchat, "emergency")["contact"]
    taken = center.take(ben, across)
    assert taken["state"] == "active"
    proxy.freeze()
    lead = center.session("lead", at=n2)
    timed_open(center, gateway, "low", ref="first")
    assert lead.note("notice", 8, kind="island")
    assert status(center, n2)["mode"] == "island" and status(center, n1)["mode"] == "normal"
    served = a_conversation(center, gateway, ann, "emergency")
    timed(ann, "contact.note", contact=served, ref=center.ref(), text="a note")
    done = served
    close(center, ann, done)
    served = a_conversation(center, gateway, ann, "emergency")
    # Meanwhile the center goes on without it.
    theirs = center.open(webchat, "low")["contact"]
    proxy.thaw()
    settled(center, n2)
    known = eventually(lambda: (lambda k: k if served in k else None)(listed(center, n1)))
    assert done not in known
    assert known[served]["responder"] == "ann" and known[served]["state"] == "active"
    assert known[across]["responder"] == "ben"
    assert known[waiting]["level"] == "high" and theirs in known
    timed(gateway, "contact.say", contact=served, ref=center.ref(), text="together again")
    assert ann.note("contact.said", contact=served, text="together again")
    timed(ann, "contact.say", contact=served, ref=center.ref(), text="yes, together")
    assert gateway.note("contact.said", contact=served, text="yes, together")
    close(center, ann, served)


def test_two_who_talk_here_go_on_and_who_talks_elsewhere_is_not_asked(pair):
    center, n1, n2, proxy = pair
    gateway, ann = center.session("gateway", at=n2), center.responder("ann", at=n2, wrap_s=60)
    webchat, eva = center.session("webchat", at=n1), center.responder("eva", at=n2, wrap_s=60,
                                                                      capacity=4)
    here = center.open(gateway, "emergency")["contact"]
    center.take(ann, here)
    across = center.open(webchat, "emergency")["contact"]
    center.take(eva, across)
    proxy.freeze()
    timed_open(center, gateway, "low", ref="first")
    lead = center.session("lead", at=n2)
    assert lead.note("notice", 8, kind="island")
    timed(gateway, "contact.say", contact=here, ref=center.ref(), text="are you there")
    assert ann.note("contact.said", contact=here, text="are you there")
    timed(ann, "contact.say", contact=here, ref=center.ref(), text="I am here")
    assert gateway.note("contact.said", contact=here, text="I am here")
    new = timed_open(center, gateway, "urgent")["contact"]
    assert eva.quiet("offer.new", 1, contact=new)
    proxy.thaw()
    settled(center, n2)
    known = eventually(lambda: (lambda k: k if new in k else None)(listed(center, n1)))
    assert known[here]["responder"] == "ann"
    assert known[across]["responder"] == "eva"


def test_both_nodes_are_islands(pair):
    center, n1, n2, _ = pair
    people = []
    for n, front, who in ((n1, "gateway", "ann"), (n2, "webchat", "ben")):
        people.append((center.session(front, at=n), center.responder(who, at=n, wrap_s=60)))
    stop_store(center)
    served, ended = {}, []
    for (front, who), name in zip(people, ("ann", "ben")):
        timed_open(center, front)
    for n in (n1, n2):
        eventually(lambda n=n: status(center, n)["mode"] == "island", 10)
    for (front, who), name in zip(people, ("ann", "ben")):
        ended.append(a_conversation(center, front, who, "emergency"))
        close(center, who, ended[-1])
        served[a_conversation(center, front, who, "emergency")] = name
    continue_store(center)
    for n in (n1, n2):
        settled(center, n)
    known = eventually(lambda: (lambda k: k if set(served) <= set(k) else None)(listed(center, n1)))
    assert not set(ended) & set(known)
    for c, name in served.items():
        assert known[c]["responder"] == name and known[c]["state"] == "active"
    assert len(known) == 4


def test_one_request_acknowledged_on_two_islands(pair):
    """Both contacts stay, each names the other, has the higher level, and supervisors are told."""
    center, n1, n2, _ = pair
    lead = center.session("lead", at=n1)
    fronts = [center.session("gateway", at=n) for n in (n1, n2)]
    stop_store(center)
    opened = [center.open(front, "high", ref="the same")["contact"] for front in fronts]
    for n in (n1, n2):
        eventually(lambda n=n: status(center, n)["mode"] == "island", 10)
    assert opened[0] != opened[1]
    continue_store(center)
    for n in (n1, n2):
        settled(center, n)
    known = eventually(lambda: (lambda k: k if set(opened) <= set(k) else None)(listed(center, n1)))
    for one, other in (opened, reversed(opened)):
        assert known[one]["twin"] == other and known[one]["alert"] == "twin"
        assert lead.note("notice", 5, kind="twin", contact=one)


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
