"""Checks a recorded history: was any acknowledged contact lost, doubled or left stuck?

Each contact is a small state machine of its own, so one pass in time order is enough. An `info`
(the session ended before an answer) may have happened or not: both worlds are allowed."""

import collections
import json

REPEATABLE = ("contact.open", "offer.accept", "contact.close")  # asked again under their ref

Violation = collections.namedtuple("Violation", "kind what entry")


def read(path):
    """Entries in the order of their clock. A torn last line is an error: the recorder is ours."""
    with open(path, encoding="utf-8") as f:
        entries = [json.loads(line) for line in f]
    return sorted(entries, key=lambda e: e["t"])


class _Contact:
    def __init__(self, ref):
        self.ref = ref
        self.holder = None  # process that accepted it and has not given it up
        self.accepted = self.closed = None


class Checker:
    """`final` maps contacts to their state at the end, as the center itself lists them; contacts
    that ended may be missing from it. None: not asked."""

    def __init__(self, final=None):
        self.final = final
        self.violations = []
        self.contacts = {}
        self.by_ref = {}
        self.open_requests = {}
        self.answers = {}

    def _bad(self, kind, what, entry=None):
        self.violations.append(Violation(kind, what, entry))

    def check(self, entries):
        for e in entries:
            handler = getattr(self, "_" + e["e"])
            handler(e)
        self._end()
        return self.violations

    # ---- one entry

    def _invoke(self, e):
        self.open_requests[(e["p"], e.get("ref"))] = e

    def _info(self, e):
        self.open_requests.pop((e["p"], e.get("ref")), None)

    def _fail(self, e):
        self.open_requests.pop((e["p"], e.get("ref")), None)
        key = (e["p"], e["op"], e.get("ref"))
        if e.get("ref") and self.answers.get(key) == "ok" and e["op"] in REPEATABLE:
            self._bad("answer changed", "ref %s was ok before and is refused now" % e["ref"], e)

    def _ok(self, e):
        self.open_requests.pop((e["p"], e.get("ref")), None)
        if e.get("ref"):
            self.answers[(e["p"], e["op"], e["ref"])] = "ok"
        handler = {"contact.open": self._opened, "offer.accept": self._accepted,
                   "contact.close": self._closed}.get(e["op"])
        if handler and "contact" not in e:
            self._bad("unknown", "%s answered without a contact" % e["op"], e)
        elif handler:
            handler(e)

    def _event(self, e):
        """A process that lost its session no longer holds for certain what it held."""
        if e["op"] == "session.lost":
            for c in self.contacts.values():
                if c.holder == e["p"]:
                    c.holder = None

    def _opened(self, e):
        key, contact = (e["p"], e["ref"]), e["contact"]
        before = self.by_ref.setdefault(key, contact)
        if before != contact:
            self._bad("doubled", "ref %s became %s and %s" % (e["ref"], before, contact), e)
        known = self.contacts.setdefault(contact, _Contact(key))
        if known.ref != key:
            self._bad("doubled", "contact %s answers %s and %s" % (contact, known.ref, key), e)

    def _known(self, e):
        c = self.contacts.get(e["contact"])
        if c is None:
            self._bad("unknown", "%s of contact %s nobody opened" % (e["op"], e["contact"]), e)
        return c

    def _accepted(self, e):
        c = self._known(e)
        if c is None:
            return
        if c.closed and c.closed["p"] != e["p"]:
            self._bad("doubled", "contact %s accepted after its end" % e["contact"], e)
        elif c.holder and c.holder != e["p"]:
            self._bad("doubled", "contact %s is with %s and %s" % (e["contact"], c.holder, e["p"]),
                      e)
        c.holder, c.accepted = e["p"], e

    def _closed(self, e):
        c = self._known(e)
        if c is None:
            return
        if c.closed and (c.closed["p"], c.closed["ref"]) != (e["p"], e["ref"]):
            self._bad("doubled", "contact %s ended twice" % e["contact"], e)
        if not c.accepted:
            self._bad("unknown", "contact %s ended before anybody accepted it" % e["contact"], e)
        c.closed, c.holder = e, None

    # ---- the end

    def _end(self):
        for (process, ref), e in self.open_requests.items():
            self._bad("stuck", "%s of %s (%s) never answered" % (e["op"], process, ref), e)
        for contact, c in self.contacts.items():
            if c.closed:
                if self.final and self.final.get(contact) in ("waiting", "offered", "active"):
                    self._bad("undone", "contact %s ended and is %s again" % (
                        contact, self.final[contact]), c.closed)
            elif self.final is None or contact in self.final:
                self._bad("stuck", "contact %s never ended%s" % (
                    contact, "" if self.final is None else ": " + self.final[contact]))
            else:
                self._bad("lost", "contact %s was acknowledged and is gone" % contact)


def check(entries, final=None):
    return Checker(final).check(entries)
