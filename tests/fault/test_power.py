"""Power cuts: the daemon and its Redis lose everything that was not synced, again and again under
load, and no acknowledged contact may be lost. CUTS sets how often."""

import os
import random
import signal
import subprocess
import time

import pytest

import history
from fault_load import CLIENTS, SETTINGS, assert_nothing_lost, final_states, fixed_port
from harness.center import BUILD, eventually, managed_store_pids
from power import Power

CUTS = int(os.environ.get("CUTS", "4"))


# ---- the shim and the cut themselves

@pytest.fixture
def disk(tmp_path):
    """do(code) runs Python below the shim in an empty directory; cut() cuts the power."""
    root = tmp_path / "root"
    root.mkdir()
    p = Power(BUILD, str(tmp_path), str(root))

    class Disk:
        @staticmethod
        def do(code):
            helpers = ("import os\n"
                       "def sync(f):\n d = os.open(f, os.O_RDONLY); os.fsync(d); os.close(d)\n"
                       "def put(f, b, flags=os.O_CREAT | os.O_APPEND, sync=True):\n"
                       " d = os.open(f, os.O_WRONLY | flags, 0o600); os.write(d, b)\n"
                       " sync and os.fsync(d); os.close(d)\n")
            subprocess.run(["/usr/bin/python3", "-c", helpers + code], cwd=root, check=True,
                           env={**os.environ, **p.environment})

        @staticmethod
        def cut(torn=False, seed=1):
            p.cut(random.Random(seed), torn)

        @staticmethod
        def read(name):
            return (root / name).read_bytes() if (root / name).exists() else None
    return Disk


def test_synced_bytes_stay_and_others_go(disk):
    disk.do("put('a', b'one'); sync('.'); put('a', b'two', os.O_APPEND, sync=False)")
    assert disk.read("a") == b"onetwo"
    disk.cut()
    assert disk.read("a") == b"one"


def test_tail_is_torn(disk):
    seen = set()
    for seed in range(20):
        disk.do("put('a', b'one', os.O_CREAT | os.O_TRUNC); sync('.')\n"
                "put('a', b'x' * 100, os.O_APPEND, sync=False)")
        disk.cut(True, seed)
        data = disk.read("a")
        assert data.startswith(b"one") and len(data) <= 103 + 4096
        seen.add("short" if len(data) < 103 else "whole" if data == b"one" + b"x" * 100 else "torn")
    assert {"short", "torn"} <= seen


def test_file_whose_directory_was_not_synced(disk):
    disk.do("put('a', b'one'); os.mkdir('d'); put('d/b', b'two'); sync('d')")
    disk.cut()
    assert disk.read("a") is None and disk.read("d/b") == b"two"


@pytest.mark.parametrize("synced", [False, True])
def test_rename(disk, synced):
    disk.do("put('a', b'old'); sync('.'); put('a.new', b'new'); os.rename('a.new', 'a')\n"
            + ("sync('.')" if synced else ""))
    disk.cut()
    assert disk.read("a") == (b"new" if synced else b"old")


@pytest.mark.parametrize("synced", [False, True])
def test_unlink(disk, synced):
    disk.do("put('a', b'old'); sync('.'); os.unlink('a')\n" + ("sync('.')" if synced else ""))
    disk.cut()
    assert disk.read("a") == (None if synced else b"old")


def test_bytes_overwritten_in_place(disk):
    disk.do("put('a', b'0' * 10); sync('.')\nd = os.open('a', os.O_WRONLY)\n"
            "os.pwrite(d, b'11', 2); os.fsync(d); os.pwrite(d, b'222', 5)")
    assert disk.read("a") == b"0011022200"
    seen = set()
    for seed in range(10):
        disk.do("put('b', b'0' * 10); sync('.')\nd = os.open('b', os.O_WRONLY)\n"
                "os.pwrite(d, b'11', 2); os.fsync(d); os.pwrite(d, b'222', 5)\n")
        disk.cut(seed=seed)
        seen.add(disk.read("b"))
        disk.do("os.unlink('b'); sync('.')")
        disk.cut()
    assert seen == {b"0011000000", b"0011022200"}


# ---- the daemon

def kill_all(n):
    """The daemon and its store stop at one instant."""
    pids = [n.pid] + managed_store_pids(n)
    for how in ("-STOP", "-KILL"):
        subprocess.run(["kill", how] + [str(p) for p in pids], check=False)
    n.process.wait()
    while managed_store_pids(n):
        time.sleep(0.01)


def cut_under_load(center, run, seed, cuts, drain=40, store_stops=False, **environment):
    n = center.prepare(clients=CLIENTS, store__mode="managed", **SETTINGS)
    rng = random.Random(seed)
    power = Power(BUILD, center.path("power"), n.data_dir, sync_us=4000)
    n.environment = {**os.environ, **power.environment, **environment}
    n.start()
    fixed_port(n)
    load = run(n, seconds=cuts * 3 if store_stops else cuts * 2, drain=drain)
    for _ in range(cuts):
        time.sleep(rng.uniform(0.3, 1.5))
        if store_stops and rng.random() < 0.7:
            for pid in managed_store_pids(n):
                os.kill(pid, signal.SIGSTOP)
            time.sleep(rng.uniform(1.0, 3.0))  # meanwhile contacts are acknowledged from the spool
        kill_all(n)
        print("\n".join(power.cut(rng)), end="\n\n")
        n.start()
    return load


def test_power_cut(center, run, seed):
    told = assert_nothing_lost(cut_under_load(center, run, seed, CUTS), center)
    assert told["lost_connections"] > 0


def test_power_cut_while_the_store_stands_still(center, run, seed):
    # The store stands still for most of it: what waits behind many cuts takes its time.
    load = cut_under_load(center, run, seed, CUTS, drain=40 + 4 * CUTS, store_stops=True)
    told = assert_nothing_lost(load, center)
    assert told["spooled"] > 0


TORN = {
    "in_a_transaction": b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$4\r\ntorn\r\n$1\r\nx\r\n*3\r\n$3\r\nSE",
    "before_the_length_of_a_name": b"*1\r\n$\x9c\x04\xfe\n\x13\xe8" + 100 * b"\xd7\n",
}


@pytest.mark.parametrize("torn", TORN)
def test_torn_file(center, torn):
    """What is written behind it, here while another life still has the lead, is there after the
    next start too."""
    n = center.node(store__mode="managed")
    fixed_port(n)
    gateway = center.session("gateway")
    os.kill(managed_store_pids(n)[0], signal.SIGSTOP)
    opened = {center.open(gateway)["contact"] for _ in range(5)}  # in the spool
    kill_all(n)
    aof = os.path.join(n.data_dir, "redis", "appendonlydir", "appendonly.aof.1.incr.aof")
    with open(aof, "ab") as f:
        f.write(TORN[torn])
    os.truncate(os.path.join(n.data_dir, "lock"), 0)  # nobody knows whose lead it was
    n.start()
    eventually(lambda: "center.facts_told" in n.log_text())
    kill_all(n)
    n.start()
    desk = center.session("lead")
    assert opened == {c["contact"] for c in desk.request("contact.list")["contacts"]}


def test_disk_that_lies_is_noticed(center, run, seed):
    """The test above can fail: with a disk that keeps nothing of the ledger, contacts are lost."""
    load = cut_under_load(center, run, seed, 2, drain=3, POWER_LIE="incr.aof")
    load.result()
    kinds = {v.kind for v in history.check(history.read(load.file), final_states(center))}
    assert kinds & {"lost", "doubled", "answer changed"}, kinds
