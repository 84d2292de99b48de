"""Every call of a kind fails once: memory, files, sockets, random numbers. The program goes on, says
what is wrong, or ends in the documented way (base/mem.h); nothing acknowledged is lost.

NTH=all takes every call; without it, some are picked, by SEED."""

import collections
import concurrent.futures
import errno
import json
import os
import shutil
import random
import signal
import subprocess
import time

import pytest

from devkit import line, node
from harness.center import BUILD, PLAIN_RULES, PROGRAM

ALL = os.environ.get("NTH") == "all"
PICKED = {"memory": 120, "calls": 40, "daemon": 40 if ALL else 3}
CALLS = {"read": errno.EIO, "write": errno.ENOSPC, "open": errno.EMFILE, "rename": errno.ENOSPC,
         "sync": errno.EIO, "random": errno.EIO, "socket": errno.EMFILE,
         "connect": errno.ECONNREFUSED,
         "accept": errno.EMFILE}
DOCUMENTED_END = "event=check.failed"


SAMPLE = '{"id": "1", "text": "hello"}\n{"id": "2", "text": "marker urgent, please"}\n'


class Nth:
    """Environments in which the nth call fails, and whether it was reached."""

    def __init__(self, directory, program, kind):
        self.directory, self.program, self.kind = str(directory), program, kind

    def environment(self, n):
        return {**os.environ, "LD_PRELOAD": os.path.join(BUILD, "shim_nth.so"),
                "NTH_PROGRAM": self.program, "NTH_CALL": self.kind, "NTH_N": str(n),
                "NTH_ERRNO": str(CALLS.get(self.kind, 0)), "NTH_REACHED": self.mark(n)}

    def mark(self, n):
        return os.path.join(self.directory, "reached-%d" % n)

    def caller(self, n):
        """The program or library whose nth call failed; None: it was not reached."""
        try:
            with open(self.mark(n), encoding="utf-8") as f:
                return os.path.basename(f.read())
        except FileNotFoundError:
            return None
        finally:
            if os.path.exists(self.mark(n)):
                os.unlink(self.mark(n))

    def last(self, run):
        """How many calls there are."""
        high = 1
        while self._reached(run, high):
            high *= 2
        low = high // 2
        while low < high - 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._reached(run, middle) else (low, middle)
        return low

    def _reached(self, run, n):
        run(n)
        return self.caller(n) is not None


def picked(last, how_many):
    if last <= how_many or ALL and how_many != PICKED["daemon"]:  # a life takes seconds
        return list(range(1, last + 1))
    return sorted(random.sample(range(1, last + 1), how_many))


def ended_well(status, errors, caller):
    """An ordinary status, or the documented end. A library that cannot do without memory may take
    the process with it; our own code may not."""
    if status >= 0:
        return True
    if status == -signal.SIGABRT and DOCUMENTED_END in errors:
        return True
    return caller.startswith("lib") and "triaged" not in caller


def same_or_not_assessed(told, sound):
    """Line by line; what could not be assessed says so, and is never low (H18)."""
    def all_right(line_, other):
        if line_ == other:
            return True
        try:
            o = json.loads(line_)
        except ValueError:
            return False
        return o.get("unscored") is True and o["level"] != "low"
    lines, others = told.splitlines(), sound.splitlines()
    return len(lines) == len(others) and all(map(all_right, lines, others))


@pytest.fixture
def files(center):
    n = center.prepare(store__mode="managed", **{"texts__closed": "closed"})
    ctl = os.path.join(BUILD, "triagectl")
    return {"dump": [PROGRAM, "--dump-config", "-c", n.config],
            "test": [PROGRAM, "-t", "-c", n.config],
            "classify": [ctl, "classify", "--jsonl", "--rules", PLAIN_RULES]}


def sweep(center, kind, command, how_many):
    nth = Nth(center.directory, os.path.basename(command[0]), kind)

    def run(n):
        return subprocess.run(command, input=SAMPLE, capture_output=True, text=True, errors="replace", timeout=60,
                              env=nth.environment(n))
    sound = run(0)
    assert sound.returncode == 0, sound.stderr
    last = nth.last(run)
    ends, bad = collections.Counter(), []

    def one(n):
        done = run(n)
        return n, done, nth.caller(n)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for n, done, caller in pool.map(one, picked(last, how_many)):
            assert caller, "call %d was not reached" % n
            ends[done.returncode] += 1
            if done.returncode == 0 and not same_or_not_assessed(done.stdout, sound.stdout):
                bad.append((n, caller, "another result", done.stdout[-300:]))
            elif not ended_well(done.returncode, done.stderr, caller):
                bad.append((n, caller, done.returncode, done.stderr[-300:]))
            elif done.returncode > 0 and not done.stderr.strip():
                bad.append((n, caller, done.returncode, "says nothing"))
    print("%s of %s: %d calls, ends %s" % (kind, " ".join(command[:2]), last, dict(ends)))
    assert not bad, bad[:10]
    return last


@pytest.mark.usefixtures("seed")
@pytest.mark.parametrize("what", ["dump", "test", "classify"])
def test_memory(center, files, what):
    assert sweep(center, "memory", files[what], PICKED["memory"]) > 100


@pytest.mark.usefixtures("seed")
@pytest.mark.parametrize("what", ["dump", "test", "classify"])
@pytest.mark.parametrize("kind", ["read", "open", "write", "rename", "random"])
def test_calls(center, files, kind, what):
    sweep(center, kind, files[what], PICKED["calls"])


# ---- a running daemon: a contact is opened, taken, closed; one waits; a reload; a stop

class World:
    """People who ask again under their refs, and an operator who starts the daemon again."""

    def __init__(self, center, n):
        self.center, self.node = center, n
        self.ends = []  # (status, log) of every process that ended

    def start(self, environment):
        self.node.environment = environment
        try:
            self.node.start(6)
        except node.NodeFailed:
            self.note_end()

    def note_end(self):
        self.ends.append((self.node.process.wait(), self.node.log_text()))
        self.node.environment = None
        self.node.start()

    def insist(self, act, seconds=30):
        end = time.monotonic() + seconds
        while True:
            try:
                return act()
            except line.RpcError as e:
                assert e.code in (4, 6, 8), e
            except (line.Closed, line.Deadline, OSError):
                pass
            assert time.monotonic() < end, self.node.log_text()[-3000:]
            if not self.node.running():
                self.note_end()
            time.sleep(0.1)

    def open(self, ref):
        with self.center.session("gateway") as s:
            return s.request("contact.open", ref=ref, channel="chat", lang="en", text="hello",
                             timeout=7)["contact"]

    def serve(self, contact):
        with self.center.responder("ann") as s:
            offer = s.note("offer.new", 4, contact=contact)
            s.request("offer.accept", offer=offer["offer"])
            s.request("contact.close", contact=contact, disposition="resolved", outcome={})

    def states(self):
        with self.center.session("lead") as s:
            return {c["contact"]: c["state"]
                    for c in s.request("contact.list", limit=100)["contacts"]}

    def life(self):
        served = self.insist(lambda: self.open("a"))
        self.insist(lambda: self.serve_once(served))
        waiting = self.insist(lambda: self.open("b"))
        self.node.signal(signal.SIGHUP)
        time.sleep(0.2)
        assert self.insist(lambda: self.open("a")) == served
        assert self.insist(lambda: self.open("b")) == waiting
        states = self.insist(self.states)
        assert states[waiting] == "waiting", states
        assert states.get(served) not in ("waiting", "offered", "active"), states
        if self.node.running():
            self.ends.append((self.stop(), self.node.log_text()))

    def stop(self):
        """libevent hands a signal over by a write(); when that is the one to fail, nobody hears it."""
        for _ in range(2):
            self.node.signal(signal.SIGTERM)
            try:
                return self.node.process.wait(20)
            except subprocess.TimeoutExpired:
                pass
        raise AssertionError(self.node.log_text()[-3000:])

    def serve_once(self, contact):
        if self.states().get(contact) in ("waiting", "offered", "active"):
            self.serve(contact)


DAEMON_SETTINGS = {"drain_s": 0, "grace__responder_s": 0, "levels__low__offer_s": 2,
                   "levels__low__wrap_s": 0, "match__exclusion_s": 0, "match__missed_to_away": 0}


def forget(node):
    """Nothing of a life goes into the next: the data set of before is not missed."""
    shutil.rmtree(os.path.join(node.data_dir, "spool"), ignore_errors=True)
    for name in ("store_instance", "store_instance.new"):
        if os.path.exists(os.path.join(node.data_dir, name)):
            os.unlink(os.path.join(node.data_dir, name))


@pytest.mark.usefixtures("seed")
@pytest.mark.parametrize("kind", ["memory", *CALLS])
def test_running_daemon(center, kind):
    n = center.prepare(**DAEMON_SETTINGS)
    nth = Nth(center.directory, "triaged", kind)

    def life(number):
        world = World(center, n)
        world.start({**nth.environment(number), "NTH_TOTAL": center.path("total")})
        world.life()
        n.kill()
        center.redis.command("FLUSHDB")
        forget(n)
        os.truncate(n.log, 0)
        return world.ends
    assert [status for status, _ in life(0)] == [0]
    with open(center.path("total"), encoding="ascii") as f:
        last = int(f.read())
    ends, bad = collections.Counter(), []
    for number in picked(last, PICKED["daemon"]):
        told = life(number)
        caller = nth.caller(number)
        ends[tuple(status for status, _ in told)] += 1
        bad += [(number, caller, status, log[-500:]) for status, log in told
                if not ended_well(status, log, caller or "")]
    print("%s: %d calls, ends %s" % (kind, last, dict(ends)))
    assert not bad, bad[:5]
