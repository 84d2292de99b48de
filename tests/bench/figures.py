"""The figures a change may not worsen, each with its goal and how it is measured."""

import re
import statistics
import subprocess
import time

import servers
from harness import agency

IDLE_SESSIONS = 5000
RESCUES = 200


class Figure:
    """Values of one figure over the rounds. `at_least`: bigger is better."""

    def __init__(self, letter, name, goal, at_least, measure):
        self.letter, self.name, self.goal, self.at_least = letter, name, goal, at_least
        self._measure = measure
        self.values, self.notes = [], []

    def measure(self, bench):
        value, notes = self._measure(bench)
        self.values.append(value)
        self.notes.append(notes)

    def row(self):
        m = statistics.median(self.values)
        typical = self.notes[self.values.index(min(self.values, key=lambda v: abs(v - m)))]
        return {"letter": self.letter, "name": self.name, "median": m,
                "goal": "%s %g" % (">=" if self.at_least else "<=", self.goal),
                "met": m >= self.goal if self.at_least else m <= self.goal,
                "rounds": self.values, "notes": typical}


def lifecycles(bench):
    b = bench.beanstalkd()
    try:
        bean = bench.run("bean", "port=%d" % b.port, "connections=50", "in_flight=256",
                         "seconds=2", core=servers.CLIENT_CORE)
    finally:
        b.stop()
    bench.start_daemon()
    store = bench.store_pids()[0]
    store_cpu_s = servers.cpu_s(store)
    ours = bench.contacts(in_flight=256, warmup=0.5, seconds=2, pid=bench.node.pid)
    store_cpu_s = servers.cpu_s(store) - store_cpu_s
    bench.stop_daemon()
    us_a_life = 1e6 / max(1, ours["completed"])
    return ours["lives_per_s"] / bean["lives_per_s"], [
        "lives/s %.0f against beanstalkd -f0 %.0f; offer p50 %.1f ms p99 %.1f ms; CPU a life: "
        "daemon %.0f us, store %.0f us" % (
            ours["lives_per_s"], bean["lives_per_s"], ours["offer"]["p50_us"] / 1e3,
            ours["offer"]["p99_us"] / 1e3, ours["server_cpu_s"] * us_a_life,
            store_cpu_s * us_a_life)]


def idle_offer(bench):
    r = bench.redis()
    try:
        floor = bench.run("fcall", "socket=" + r.socket, "calls=600", "pause_ms=3", core=servers.CLIENT_CORE)
    finally:
        r.stop()
    bench.start_daemon()
    ours = bench.contacts(in_flight=1, pause_ms=3, warmup=0.3, seconds=2)
    bench.stop_daemon()
    return ours["offer"]["p50_us"] / floor["p50_us"], [
        "offer p50 %d p99 %d us against one durable FCALL p50 %d p99 %d us" % (
            ours["offer"]["p50_us"], ours["offer"]["p99_us"], floor["p50_us"], floor["p99_us"])]


def open_loop(bench):
    r = bench.redis()
    try:
        floor = bench.run("fcall", "socket=" + r.socket, "calls=2000", core=servers.CLIENT_CORE)
    finally:
        r.stop()
    bench.start_daemon()
    ours = bench.contacts(rate=200, warmup=0.5, seconds=5)
    bench.stop_daemon()
    return ours["offer"]["p99_us"] / 1e3, [
        "%d contacts: p50 %.2f p99.9 %.2f ms; generator late p99 %.2f ms; one durable FCALL "
        "p99 %.2f ms" % (
            ours["offer"]["n"], ours["offer"]["p50_us"] / 1e3, ours["offer"]["p999_us"] / 1e3,
            ours["late"]["p99_us"] / 1e3, floor["p99_us"] / 1e3)]


def against_nginx(bench, mode, **options):
    """The same measurement of nginx and of the daemon."""
    n = bench.nginx()
    try:
        theirs = bench.load(mode, n.port, core=servers.CLIENT_CORE, http=1, pid=n.pid,
                            frontends=servers.FRONTENDS, **options)
    finally:
        n.stop()
    bench.start_daemon()
    ours = bench.load(mode, bench.port(), core=servers.STORE_CORE, pid=bench.node.pid,
                      frontends=servers.FRONTENDS, **options)
    bench.stop_daemon()
    return ours, theirs


def idle_memory(bench):
    ours, theirs = against_nginx(bench, "idle", connections=IDLE_SESSIONS)
    return ours["kib_per_connection"] / theirs["kib_per_connection"], [
        "KiB a session %.1f against nginx %.1f; %d of %d open" % (
            ours["kib_per_connection"], theirs["kib_per_connection"], ours["connections"],
            IDLE_SESSIONS)]


def handshakes(bench):
    ours, theirs = against_nginx(bench, "handshakes", connections=16, seconds=1.5)
    return ours["per_server_cpu_s"] / theirs["per_server_cpu_s"], [
        "per CPU-second %.0f against nginx %.0f" % (ours["per_server_cpu_s"],
                                                   theirs["per_server_cpu_s"])]


def triage(bench):
    out = subprocess.run(
        servers.pinned(servers.CLIENT_CORE) + [bench.program("bench_triage"), *bench.rule_files()],
        capture_output=True, text=True, timeout=120, check=True).stdout
    us = re.search(r"messages of 160 bytes\s+triage\s+([0-9.]+) us", out)
    return float(us.group(1)), out.splitlines()


def hostile(bench):
    # Good and bad come from one address here; a limit of each address would shut out both.
    bench.start_daemon(limits__handshakes_per_address=0)
    bad = subprocess.Popen(
        [bench.program("loadgen"), *bench.load_arguments(
            "hostile", bench.port(), malformed=10000, half_open=1000, slow=1000, seconds=8)],
        stdout=subprocess.PIPE, text=True)
    ours = bench.contacts(rate=100, warmup=0.2, seconds=6)
    told = bad.communicate(timeout=60)[0].strip()
    bench.stop_daemon()
    return ours["offer"]["p99_us"] / 1e3, [
        "%d contacts meanwhile, p50 %.2f max %.2f ms" % (
            ours["offer"]["n"], ours["offer"]["p50_us"] / 1e3, ours["offer"]["max_us"] / 1e3),
        "bad neighbours: " + told]


def rescue(bench):
    """From the responder's request, over the commit, to the agency's server having read it."""
    house = agency.Agency(bench, script=[204])
    bench.start_daemon(agencies=[house.group()], listen__https="127.0.0.1:0")
    door, responder = (bench.session(name, role) for name, role in (
        ("fe0", "frontend"), ("r0", "responder")))
    responder.request("responder.set", presence="ready")
    took_ms = []
    for i in range(RESCUES):
        contact = door.request("contact.open", channel="chat", ref="o%d" % i, lang="en",
                               text="hello, may I talk to somebody")["contact"]
        offer = responder.note("offer.new", 10, contact=contact)["offer"]
        responder.request("offer.accept", offer=offer)
        asked = time.monotonic()
        d = responder.request("contact.escalate", contact=contact, ref="e%d" % i, kind="ems",
                              consent="yes", tried=[], reason="bench", location={"text": "here"})
        hook = house.wait(i + 1)[i]
        took_ms.append((hook.at - asked) * 1e3)
        house.call(bench.node, "ack", dispatch=d["dispatch"], by="bench")
        house.call(bench.node, "outcome", dispatch=d["dispatch"], outcome="cleared")
        responder.request("contact.close", contact=contact, disposition="resolved", outcome={})
        responder.request("responder.done", contact=contact)
    bench.stop_daemon()
    house.close()
    # The first one also looks up the name and shakes hands; it counts as any other.
    took_ms.sort()
    return took_ms[int(RESCUES * 0.99) - 1], [
        "%d rescues, p50 %.1f max %.1f ms, the first included" % (
            RESCUES, took_ms[RESCUES // 2], took_ms[-1])]


FIGURES = [
    Figure("a", "durable contact lives/s over beanstalkd -b -f0", 2, True, lifecycles),
    Figure("b", "idle offer p50 over one durable FCALL", 2, False, idle_offer),
    Figure("c", "offer p99 at 200 contacts/s, ms", 8, False, open_loop),
    Figure("d", "memory of an idle session over nginx", 1.3, False, idle_memory),
    Figure("e", "full handshakes a CPU-second over nginx", 0.95, True, handshakes),
    Figure("f", "triage of a 160-byte message, us", 25, False, triage),
    Figure("g", "offer p99 among bad neighbours, ms", 50, False, hostile),
    Figure("r", "rescue asked for to webhook at the agency, p99, ms", 50, False, rescue),
]
