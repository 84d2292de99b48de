"""Clocks jump, the daemon's, its store's or both: no timer moves, nothing is lost, and the center
goes on. Durations come from clocks that nobody sets."""

import os
import struct
import subprocess
import time

import pytest

from fault_load import CLIENTS, SETTINGS, assert_nothing_lost
from harness.center import BUILD

JUMPS = [-3600, +86400, -600, +600]


class Clock:
    """What programs under it believe about the wall clock. Their monotonic clock stays true."""

    def __init__(self, path):
        self.path = path
        self.variables = {"LD_PRELOAD": os.path.join(BUILD, "shim_clock.so"), "CLOCK_SHIFT": path}
        self.environment = {**os.environ, **self.variables}
        self.prefix = ["env"] + ["%s=%s" % v for v in self.variables.items()]
        with open(path, "wb") as f:
            f.write(bytes(8))

    def set(self, seconds):
        with open(self.path, "r+b", buffering=0) as f:
            f.write(struct.pack("=q", int(seconds * 1000)))


@pytest.fixture
def clock(center):
    return Clock(center.path("clock"))


@pytest.fixture(params=["both", "daemon", "store"])
def jumping(request, center, clock):
    """A node of which both, one or the other live by the clock."""
    if request.param == "both":
        n = center.prepare(clients=CLIENTS, store__mode="managed", **SETTINGS)
        n.environment = clock.environment
    else:
        if request.param == "store":
            center.start_redis(clock.prefix)
        n = center.prepare(clients=CLIENTS, **SETTINGS)
        if request.param == "daemon":
            n.environment = clock.environment
    return n.start()


@pytest.mark.parametrize("seconds", [0, 86400, -3600.5])
def test_clock_is_shifted(clock, seconds):
    clock.set(seconds)
    told = subprocess.run(["/usr/bin/python3", "-c", "import time; print(time.time())"], check=True,
                          capture_output=True, text=True, env=clock.environment)
    assert abs(float(told.stdout) - time.time() - seconds) < 5


def responder(center, name, presence="ready"):
    s = center.session(name, role="responder")
    s.request("responder.set", presence=presence)
    return s


def test_jumps_under_load(center, run, jumping, clock):
    load = run(jumping, seconds=2 + 2 * len(JUMPS), rate=80)
    for seconds in JUMPS:
        time.sleep(1.5)
        clock.set(seconds)
    told = assert_nothing_lost(load, center)
    assert told["lost_connections"] == 0 and told["errors"] == 0
    assert told["offer"]["max_us"] < 2_000_000


@pytest.mark.parametrize("seconds", JUMPS)
def test_no_timer_moves(center, jumping, clock, seconds):
    """I18: an offer stands as long as it says; who is away for a moment is not given up."""
    jumping.write(levels__low__offer_s=4)
    jumping.stop()
    jumping.start()
    front = center.session("fe0", role="frontend")
    r = responder(center, "r0")
    contact = center.open(front)["contact"]
    offer = r.note("offer.new", contact=contact)
    begun = time.monotonic()
    gone = responder(center, "r1", presence="away")
    gone.close()  # its grace of 15 s begins
    clock.set(seconds)
    while time.monotonic() - begun < 2.5:  # things happen, so that the jump is noticed
        center.open(front)
        time.sleep(0.2)
    expired = r.note("offer.gone", 10, offer=offer["offer"])
    took = time.monotonic() - begun
    assert expired["why"] == "expired" and 3.5 <= took <= 5.0, took


@pytest.mark.parametrize("jumping", ["store"], indirect=True)
def test_timers_run_on_after_a_restart_in_the_past(center, jumping, clock):
    jumping.write(levels__low__offer_s=3)
    front = center.session("fe0", role="frontend")
    center.open(front)  # work that is on record under the later time
    clock.set(-3600)
    jumping.stop()
    jumping.start()
    front, r = center.session("fe0", role="frontend"), responder(center, "r0")
    begun = time.monotonic()
    offer = r.note("offer.new")
    r.note("offer.gone", 10, offer=offer["offer"])
    assert 2.0 <= time.monotonic() - begun <= 4.0
    assert center.open(front)["contact"]


def test_person_is_not_given_up_over_a_jump(center, jumping, clock):
    front = center.session("fe0", role="frontend")
    contact = center.open(front)["contact"]
    front.close()  # the grace of 120 s begins
    time.sleep(0.3)
    clock.set(+86400)
    other = center.session("fe1", role="frontend")
    center.open(other)
    time.sleep(1.0)
    lead = center.session("lead", role="supervisor")
    states = {c["contact"]: c["state"] for c in lead.request("contact.list", limit=100)["contacts"]}
    assert states[contact] == "waiting"
    back = center.session("fe0", role="frontend")
    assert back.request("contact.resume", contact=contact)["state"] == "waiting"
