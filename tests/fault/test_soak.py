"""Service for a while with a fault every few seconds: nothing is lost, and nothing piles up. SOAK is
how many seconds, RATE how many contacts in one (twice what a large line has in its busy hour)."""

import os
import random
import signal
import socket
import time

from devkit import line

import gaps
from fault_load import CLIENTS, SETTINGS, assert_nothing_lost

SOAK = int(os.environ.get("SOAK", 75))
RATE = int(os.environ.get("RATE", 60))
EVERY_S = 5
SETTLED_S = 40        # a leader keeps what it committed for 30 s, should a replica take over without it
KEPT_A_LIFE = 4096    # references, persons: until they are too old


def memory(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return 1024 * next(int(x.split()[1]) for x in f if x.startswith("RssAnon"))


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def store_stands_still(center, _):
    os.kill(center.redis.process.pid, signal.SIGSTOP)
    time.sleep(random.uniform(0.1, 2.5))
    os.kill(center.redis.process.pid, signal.SIGCONT)


def reload(_, n):
    n.signal(signal.SIGHUP)


def crowd_comes_and_goes(_, n):
    host, port = n.address.rsplit(":", 1)
    crowd = [socket.create_connection((host, int(port))) for _ in range(100)]
    for s in crowd:
        s.send(b"\x16\x03\x01")
        s.close()


def sessions_break(center, n):
    for name in ("fe0", "r0"):  # the new one of a responder ends the one before
        s = line.Session(n.address, center.authority.issue(name))
        s.hello("frontend" if name == "fe0" else "responder")
        s.send_raw(b"{ this is no request\n")
        s.close()


FAULTS = (store_stands_still, reload, crowd_comes_and_goes, sessions_break)


def test_soak(center, run, seed):
    n = center.node(clients=CLIENTS, **SETTINGS)
    load = run(n, seconds=SOAK, rate=RATE)
    begun, samples = time.monotonic(), []
    for i in range(SOAK // EVERY_S):
        FAULTS[i % len(FAULTS)](center, n)
        time.sleep(max(0.0, begun + (i + 1) * EVERY_S - time.monotonic()))
        samples.append((time.monotonic() - begun, memory(n.pid), descriptors(n.pid)))
    told = assert_nothing_lost(load, center)
    settled = [s for s in samples if s[0] >= SETTLED_S]
    (t0, first, _), (t1, last, _) = settled[0], settled[-1]
    a_life = (last - first) / ((t1 - t0) * RATE)
    gaps.note("soak", seconds=SOAK, rate=RATE, contacts=told["completed"], bytes_a_life=a_life,
              offer_p99_ms=told["offer"]["p99_us"] / 1e3, mib=last / 2**20)
    assert a_life < KEPT_A_LIFE
    fds = [d for _, _, d in settled]
    assert max(fds) - min(fds) < 24, fds
