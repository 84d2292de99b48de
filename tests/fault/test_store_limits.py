"""The store at its limits: killed and back, out of memory, out of disk, wiped, and with keys that
are not what they should be."""

import os
import random
import subprocess
import time

import pytest

import gaps
import history
from devkit.store import Redis
from fault_load import CLIENTS, SETTINGS, assert_nothing_lost
from harness.center import ROOT, eventually

STORE_KILLS = max(2, int(os.environ.get("STORE_KILLS", "6")) // 3)
PREFIX = "t:{center}:"


@pytest.mark.usefixtures("seed")
def test_store_killed_offers_resume(center, run):
    n = center.node(clients=CLIENTS, **SETTINGS)
    load = run(n, seconds=STORE_KILLS * 3)
    faults = []
    for _ in range(STORE_KILLS):
        time.sleep(random.uniform(1.0, 2.0))
        center.redis.kill()
        faults.append(gaps.now_us())
        center.redis.start()
    assert_nothing_lost(load, center)
    offers = gaps.felt("store_killed", history.read(load.file), faults)
    assert max(offers) <= 5.0


@pytest.mark.usefixtures("seed")
def test_store_out_of_memory(center, run):
    """H31: refused, nothing evicted, and on it goes when there is room."""
    n = center.node(clients=CLIENTS, **SETTINGS)
    load = run(n, seconds=6)
    time.sleep(1.0)
    center.redis.command("CONFIG", "SET", "maxmemory", "1mb")
    time.sleep(2.0)
    center.redis.command("CONFIG", "SET", "maxmemory", "0")
    told = assert_nothing_lost(load, center)
    evicted = center.redis.command("INFO", "stats").decode()
    assert "evicted_keys:0" in evicted and "expired_keys:0" in evicted, told


def test_no_key_expires(center, run):
    """H31: a jump of the clock would take what has an end."""
    n = center.node(clients=CLIENTS, **SETTINGS)
    assert_nothing_lost(run(n, seconds=1), center)
    for key in center.redis.command("KEYS", "*"):
        assert center.redis.command("TTL", key) == -1, key


@pytest.fixture
def small_disk(center):
    """A data directory on a disk of 8 MB; grow() makes it larger."""
    where = center.path("n1")
    os.makedirs(where)
    options = "size=8m,mode=700"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "small", where], check=False,
                      capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield lambda: subprocess.run(["mount", "-o", "remount,size=512m", where], check=True)
    for n in center.nodes:
        n.stop()
    subprocess.run(["umount", "-l", where], check=True)


@pytest.mark.usefixtures("seed")
def test_disk_full(center, run, small_disk):
    """H32: its end is survived; nothing acknowledged is lost; it goes on when there is room."""
    n = center.node(clients=CLIENTS, store__mode="managed", **SETTINGS)
    load = run(n, seconds=16, rate=200)
    eventually(lambda: "managed.ended" in n.log_text(), 20)
    time.sleep(2.0)
    assert n.running()
    small_disk()
    told = assert_nothing_lost(load, center)
    assert told["completed"] > 0


# ---- keys of another type

def dump(redis):
    return {k: redis.command("DUMP", k) for k in redis.command("KEYS", "*")}


def commit(redis, *sections):
    words = [str(w) for s in sections for w in s]
    return redis.command("FCALL", "t1_commit", "1", PREFIX, "1", "1", "5-0", "counters", *words)


SECTIONS = [(1, 1, "c:x", "record"), (2, 1, "c:old"), (3, 1, "r1"), (4, 1, "r2"), (5, 1, "d1"),
            (6, 1, "d2"), (7, 1, "p1"), (8, 1, "p2"), (9, 1, "x"), (10, 1, "y"), (11, 1, "5", "x"),
            (12, 1, "y"), (13, 1, "gw", "ref", "answer"), (14, 1, "7", "command", "decision"),
            (15, 1, "x", "text"), (16, 1, "n1", "output"), (17, 1, "n9 inc"), (18, 1, "c:z", "record"),
            (19, 1, "entry"), (20, 1, "answers"), (21, 1, "t1"), (22, 1, "t2")]
WRITTEN = ["c:x", "responders", "dispatches", "persons", "live", "ended", "q", "i:gw", "refs", "log",
           "m:x", "out:n1", "nodes", "state", "lead", "answers",
           "teams"]  # and c:z, by SET, which no type stops


@pytest.fixture
def library(center):
    redis = Redis(center.path("redis")).start()
    center.redis = redis
    with open(os.path.join(ROOT, "daemon", "store", "triaged1.lua"), encoding="utf-8") as f:
        redis.command("FUNCTION", "LOAD", f.read())
    redis.command("HSET", PREFIX + "lead", "epoch", "1")
    return redis


@pytest.mark.parametrize("key", WRITTEN)
def test_commit_is_whole_or_nothing(library, key):
    """H28: Lua undoes nothing, so a key of the wrong type must be found before the first write."""
    library.command("DEL", PREFIX + key)
    library.command("SET", PREFIX + key, "not what it should be")
    before = dump(library)
    with pytest.raises(RuntimeError):
        commit(library, *SECTIONS)
    assert dump(library) == before


@pytest.mark.parametrize("broken", [
    SECTIONS[:1] + [("11", "1", "nan", "x")], [("1", "2", "c:x", "record")], [("99", "1", "x")],
    [("2", "1", "a"), ("1", "1", "c:x", "r")], [("1", "-1")], [("1", "1.5", "c:x", "r")],
    [("11", "1", "1e400", "x")], [("1",)]])
def test_malformed_commit_writes_nothing(library, broken):
    before = dump(library)
    with pytest.raises(RuntimeError, match="MALFORMED"):
        commit(library, *broken)
    assert dump(library) == before


def test_whole_commit_writes_all(library):
    """The two tests above can fail: the same commit succeeds on sound keys."""
    assert commit(library, *SECTIONS) > 0
    for key in WRITTEN:
        if key not in ("nodes", "i:gw"):
            assert library.command("EXISTS", PREFIX + key) == 1, key
