"""The invariants that can be read off a history of what clients asked and were told. Each is a
function of the entries (history.read) that returns what is wrong; what is needed beyond the entries
is an argument. A fault window is a pair of times (µs) between which deadlines do not count."""

import collections

from history import Violation

LEVELS = ("emergency", "urgent", "high", "moderate", "low")
RANK = {name: i for i, name in enumerate(LEVELS)}
SLACK_US = 50_000  # what a message may take to its reader


def _bad(name, what, entry=None):
    return Violation(name, what, entry)


def _during(windows, since, until):
    return any(a < until and since < b for a, b in windows)


def _opened(entries):
    """Contact -> when its opening was acknowledged first, in what level if that was told."""
    first = {}
    for e in entries:
        if e["e"] == "ok" and e["op"] == "contact.open":
            first.setdefault(e["contact"], e)
    return first


def _waits(entries):
    """Per contact the times [since, until) in which it waited for an offer and nobody had it."""
    waits = {c: [[e["t"], None]] for c, e in _opened(entries).items()}
    for e in entries:
        c = waits.get(e.get("contact"))
        if c is None:
            continue
        ends = e["e"] == "event" and e["op"] == "offer.new" or \
            e["e"] == "ok" and e["op"] in ("contact.close", "contact.leave")
        begins = e["e"] == "event" and e["op"] == "offer.gone" and \
            e.get("detail") in ("expired", "left")
        if ends and c[-1][1] is None:
            c[-1][1] = e["t"]
        elif begins and c[-1][1] is not None:
            c.append([e["t"], None])
    return waits


# ---- one function for each

def i1_kept_until_the_end(entries, final):
    """`final`: contact -> state at the end, as the center itself lists it."""
    ended = {e["contact"] for e in entries if e["e"] == "ok" and e["op"] == "contact.close"}
    return [_bad("I1", "contact %s was acknowledged, has no end, and is gone" % c, e)
            for c, e in _opened(entries).items() if c not in ended and c not in final]


def i2_one_place(listed, queued, live):
    """Three views of the same moment: contact -> state as listed, and the members of the store's
    keys q and live."""
    bad = [_bad("I2", "contact %s is queued and not live" % c) for c in set(queued) - set(live)]
    for c, state in listed.items():
        if (state == "waiting") != (c in queued):
            bad.append(_bad("I2", "contact %s is %s, %s the queue" % (
                c, state, "in" if c in queued else "not in")))
    bad += [_bad("I2", "contact %s is live and in no list" % c) for c in set(live) - set(listed)]
    return bad


def i3_one_responder(entries):
    """Engagements of one contact never overlap. A responder whose session is lost may have lost it."""
    bad, holder = [], {}
    for e in entries:
        if e["e"] == "event" and e["op"] == "session.lost":
            holder = {c: p for c, p in holder.items() if p != e["p"]}
        elif e["e"] == "ok" and e["op"] == "offer.accept":
            if holder.get(e["contact"], e["p"]) != e["p"]:
                bad.append(_bad("I3", "contact %s is with %s and %s" % (
                    e["contact"], holder[e["contact"]], e["p"]), e))
            holder[e["contact"]] = e["p"]
        elif e["e"] == "ok" and e["op"] == "contact.close":
            holder.pop(e["contact"], None)
    return bad


def i4_capacity(entries, capacity):
    """Contacts of weight 1: held and offered together never exceed a responder's capacity."""
    bad, held = [], collections.defaultdict(set)
    for e in entries:
        mine = held[e["p"]]
        if e["e"] == "event" and e["op"] == "session.lost":
            mine.clear()
        elif e["e"] == "event" and e["op"] == "offer.new":
            mine.add(e["contact"])
            if len(mine) > capacity:
                bad.append(_bad("I4", "%s has %d contacts of %d" % (e["p"], len(mine), capacity), e))
        elif e["e"] == "event" and e["op"] == "offer.gone" or \
                e["e"] == "ok" and e["op"] == "contact.close":
            mine.discard(e.get("contact"))
    return bad


def offers_end(entries, offer_s, windows=(), slack_us=SLACK_US):
    """D.2's I4: every offer is accepted, declined or gone by its deadline."""
    bad, begun = [], {}
    end = entries[-1]["t"] if entries else 0
    for e in entries:
        key = (e["p"], e.get("offer"))
        if e["e"] == "event" and e["op"] == "offer.new":
            begun[key] = e
        elif e["e"] == "event" and e["op"] == "session.lost":
            begun = {k: v for k, v in begun.items() if k[0] != e["p"]}
        elif e["op"] in ("offer.gone", "offer.accept", "offer.decline") and e["e"] != "info":
            since = begun.pop(key, e)["t"]
            if e["op"] == "offer.gone" and e["t"] - since > offer_s * 1e6 + slack_us and \
                    not _during(windows, since, e["t"]):
                bad.append(_bad("offer", "offer %s stood for %.2f s" % (
                    e["offer"], (e["t"] - since) / 1e6), e))
    bad += [_bad("offer", "offer %s never ended" % k[1], e) for k, e in begun.items()
            if end - e["t"] > offer_s * 1e6 + slack_us and not _during(windows, e["t"], end)]
    return bad


def i6_nobody_waits_beside_the_free(entries, windows=(), within_us=1_000_000):
    """All responders able and free: no contact waits longer than a match takes."""
    end = entries[-1]["t"] if entries else 0
    return [_bad("I6", "contact %s waited %.2f s beside free responders" % (
        c, ((until or end) - since) / 1e6))
        for c, spans in _waits(entries).items() for since, until in spans
        if (until or end) - since > within_us and not _during(windows, since, until or end)]


def i10_urgent_first(entries, level_of, slack_us=SLACK_US):
    """D.2's I6: no contact is offered while one of a higher level waits. `level_of`: contact -> level
    it was opened with. All responders can serve all."""
    bad, waits = [], _waits(entries)
    for e in entries:
        if e["e"] != "event" or e["op"] != "offer.new" or e["contact"] not in level_of:
            continue
        for c, spans in waits.items():
            if RANK[level_of[c]] < RANK[level_of[e["contact"]]] and \
                    any(a + slack_us < e["t"] < (b or e["t"] + 1) - slack_us for a, b in spans):
                bad.append(_bad("I10", "%s (%s) was offered while %s (%s) waited" % (
                    e["contact"], level_of[e["contact"]], c, level_of[c]), e))
    return bad


def i11_bounded_bypass(entries, most=0, slack_us=SLACK_US):
    """Contacts of one level: how many that came later were offered before one that waited."""
    offered, bad = {}, []
    for e in entries:
        if e["e"] == "event" and e["op"] == "offer.new":
            offered.setdefault(e["contact"], e["t"])
    arrived = {c: e["t"] for c, e in _opened(entries).items()}
    for c, at in arrived.items():
        if c not in offered:
            continue
        later = [d for d, t in arrived.items() if t > at + slack_us and d in offered and
                 offered[d] < offered[c] - slack_us]
        if len(later) > most:
            bad.append(_bad("I11", "%d later contacts passed %s" % (len(later), c)))
    return bad


def i9_same_answer(entries):
    """The same (process, operation, ref): one contact, one answer."""
    bad, known = [], {}
    for e in entries:
        if e["e"] != "ok" or not e.get("ref"):
            continue
        key = (e["p"], e["op"], e["ref"])
        if known.setdefault(key, e.get("contact")) != e.get("contact"):
            bad.append(_bad("I9", "ref %s became %s and %s" % (e["ref"], known[key], e["contact"]), e))
    return bad


def i13_ledger_time(times):
    """`times`: the `at` of the ledger's entries, in their order."""
    return [_bad("I13", "the ledger goes back from %d to %d" % (a, b))
            for a, b in zip(times, times[1:]) if b < a]


def i14_never_lower(entries):
    """Levels told of a contact (detail of contact.update, contact.raised) never fall by themselves;
    an ok of contact.level is somebody's decision."""
    bad, level = [], {}
    for e in entries:
        c = e.get("contact")
        if e["e"] == "ok" and e["op"] == "contact.level":
            level.pop(c, None)
        elif e["e"] == "event" and e["op"] in ("contact.update", "contact.raised") and \
                e.get("detail") in RANK:
            if RANK[e["detail"]] > RANK[level.get(c, e["detail"])]:
                bad.append(_bad("I14", "contact %s fell from %s to %s" % (
                    c, level[c], e["detail"]), e))
            level[c] = e["detail"]
    return bad


def i16_dispatches(entries):
    """At most one dispatch of a contact is open, and each ends: somebody acknowledged it, or an alert
    named it. `contact.escalate` answers with the dispatch in `offer`, its course comes as events."""
    bad, open_, settled = [], {}, set()
    for e in entries:
        if e["e"] == "ok" and e["op"] == "contact.escalate":
            if open_.get(e["contact"], e["offer"]) != e["offer"]:
                bad.append(_bad("I16", "contact %s has dispatches %s and %s" % (
                    e["contact"], open_[e["contact"]], e["offer"]), e))
            open_[e["contact"]] = e["offer"]
        elif e["op"] in ("dispatch.ack", "dispatch.outcome", "notice") and e["e"] != "info":
            settled.add(e.get("offer"))
            if e["op"] == "dispatch.outcome":
                open_ = {c: d for c, d in open_.items() if d != e.get("offer")}
    return bad + [_bad("I16", "dispatch %s of %s was forgotten" % (d, c))
                  for c, d in open_.items() if d not in settled]


def answered_in_time(entries, within_us=5_000_000, windows=()):
    """H02: every request is answered or its session ends."""
    bad, asked = [], {}
    for e in entries:
        key = (e["p"], e["op"], e.get("ref"))
        if e["e"] == "invoke":
            asked[key] = e["t"]
        elif e["e"] in ("ok", "fail", "info") and key in asked:
            since = asked.pop(key)
            if e["t"] - since > within_us and not _during(windows, since, e["t"]):
                bad.append(_bad("answer", "%s took %.2f s" % (e["op"], (e["t"] - since) / 1e6), e))
    return bad + [_bad("answer", "%s of %s was never answered" % (key[1], key[0])) for key in asked]


def quiet_after(entries, faults_end, within_us=10_000_000):
    """D.2's I14: when the faults are over, so is what they left: every contact opened before has
    been taken up by then."""
    end = faults_end + within_us
    return [_bad("quiet", "contact %s still waits %.1f s after the last fault" % (
        c, ((until or entries[-1]["t"]) - faults_end) / 1e6))
        for c, spans in _waits(entries).items() for since, until in spans
        if since < faults_end and (until or max(end + 1, entries[-1]["t"])) > end
        and entries[-1]["t"] > end]


def loss_told(entries, within_us=2_000_000, windows=()):
    """D.2's I20: a front end is gone; whoever holds a contact of its is told. `contact.left` carries
    why; a front end that is back in time need not be told of."""
    bad, front, holder = [], {}, {}
    for i, e in enumerate(entries):
        if e["e"] == "ok" and e["op"] == "contact.open":
            front[e["contact"]] = e["p"]
        elif e["e"] == "ok" and e["op"] == "offer.accept":
            holder[e["contact"]] = e["p"]
        elif e["e"] == "ok" and e["op"] == "contact.close":
            holder.pop(e["contact"], None)
        elif e["e"] == "event" and e["op"] == "session.lost":
            for c in [c for c, p in front.items() if p == e["p"] and c in holder]:
                after = [x for x in entries[i:] if x["t"] <= e["t"] + within_us and
                         (x.get("contact") == c and x["op"] in ("contact.left", "contact.close") or
                          x["p"] in (holder[c], e["p"]) and x["op"] in ("session.lost",
                                                                      "session.ready")
                          and x is not e)]
                if not after and entries[-1]["t"] > e["t"] + within_us and \
                        not _during(windows, e["t"], e["t"] + within_us):
                    bad.append(_bad("loss", "%s was not told that %s lost %s" % (
                        holder[c], c, e["p"]), e))
    return bad


def within_limits(samples, **most):
    """D.2's I19: (name -> value) of each sample stays at or below its limit."""
    return [_bad("limit", "%s is %s, allowed are %s" % (name, s[name], limit))
            for s in samples for name, limit in most.items() if s[name] > limit]
