"""How long a fault was felt, read off a history: times in seconds."""

import json
import os
import time

from harness.center import BUILD


def now_us():
    """On the clock of the histories."""
    return time.monotonic_ns() // 1000


def _times(entries, kind, op):
    return [e["t"] for e in entries if e["e"] == kind and e["op"] == op]


def longest(entries, kind="ok", op="contact.open"):
    """The longest time without such an entry, from the first to the last."""
    at = _times(entries, kind, op)
    return max((b - a for a, b in zip(at, at[1:])), default=0) / 1e6


def resumed(entries, faults, kind="event", op="offer.new"):
    """For each fault (µs), how long until the next such entry."""
    at = _times(entries, kind, op)
    return [min((t - f for t in at if t > f), default=float("inf")) / 1e6 for f in faults]


def longest_within(entries, times, kind="ok", op="contact.open"):
    """For each of some stretches of time (begin, end in µs), the longest time in it without such an
    entry."""
    at = _times(entries, kind, op)
    steps = list(zip(at, at[1:]))
    return [max((b - a for a, b in steps if b > begin and a < end), default=float("inf")) / 1e6
            for begin, end in times]


def waits_within(entries, times, op="contact.open"):
    """How long each of those waited that were asked for in them."""
    asked, waits = {}, []
    for e in entries:
        key = (e["p"], e.get("ref"))
        if e["op"] == op and e["e"] == "invoke":
            asked.setdefault(key, e["t"])
        elif e["op"] == op and e["e"] == "ok" and key in asked:
            at = asked.pop(key)
            if any(begin <= at < end for begin, end in times):
                waits.append((e["t"] - at) / 1e6)
    return waits


def percentile(values, p):
    return sorted(values)[min(len(values) - 1, int(len(values) * p))]


def note(name, **figures):
    """Print a figure, and keep it below the build directory."""
    directory = os.path.join(BUILD, "figures")
    os.makedirs(directory, exist_ok=True)
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items()}
    print(name, rounded)
    with open(os.path.join(directory, name + ".json"), "w", encoding="utf-8") as f:
        json.dump(rounded, f)


def felt(name, entries, faults):
    """The figures of a run: gaps of acknowledgements and of offers, and offers after each fault."""
    offers = resumed(entries, faults)
    note(name, faults=len(faults), intake_gap_s=longest(entries),
         offers_gap_s=longest(entries, "event", "offer.new"),
         offers_resume_p50_s=percentile(offers, 0.5), offers_resume_p99_s=percentile(offers, 0.99))
    return offers
