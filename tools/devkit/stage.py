"""The people of the demo: a front end, responders, a supervisor and a dispatch desk, each a line
session, and one clock that lets them act."""

import heapq
import itertools
import select
import time

from .line import RpcError, Session

PING_S = 10.0


class Stage:
    """Runs actors: their notifications, and what they planned to do later."""

    def __init__(self, tell):
        self.tell = tell  # called with (contact or None, text)
        self.actors = []
        self._plans = []
        self._count = itertools.count()
        self.begin = time.monotonic()

    def now(self):
        return time.monotonic() - self.begin

    def later(self, seconds, act, *arguments):
        heapq.heappush(self._plans, (time.monotonic() + seconds, next(self._count), act, arguments))

    def add(self, actor):
        self.actors.append(actor)
        self.later(PING_S, self._ping, actor)
        return actor

    def _ping(self, actor):
        actor.session.request("session.ping")
        self.later(PING_S, self._ping, actor)

    def run(self, until, seconds):
        """Until `until()` is true (True) or the time is over (False)."""
        end = time.monotonic() + seconds
        while not until():
            now = time.monotonic()
            if now >= end:
                return False
            wait = min(end, self._plans[0][0] if self._plans else end) - now
            select.select([a.session for a in self.actors], [], [], max(0.0, min(wait, 0.2)))
            for a in self.actors:
                a.session.poll()
                a.hear()
            while self._plans and self._plans[0][0] <= time.monotonic():
                _, _, act, arguments = heapq.heappop(self._plans)
                act(*arguments)
        return True


class Actor:
    def __init__(self, stage, address, tls, role):
        self.stage = stage
        self.session = Session(address, tls)
        self.session.hello(role)

    def hear(self):
        """Every notification goes to the method named like it, if there is one."""
        while self.session.notes:
            method, params = self.session.notes.popleft()
            handler = getattr(self, "on_" + method.replace(".", "_"), None)
            if handler:
                handler(params)


class Contact:
    """One line of conf/demo, and what became of it."""

    def __init__(self, script):
        self.script = script
        self.name = script["id"]
        self.id = self.level = self.opened = self.ending = self.responder = self.waited = None
        self.offers = 0
        self.rescued = False


class FrontEnd(Actor):
    """Opens contacts and speaks for the people. `run` keeps refs of different runs apart."""

    FIELDS = ("channel", "text", "lang", "age", "caller_role", "needs", "from", "location",
              "safe_to_contact")

    def __init__(self, stage, address, tls, run):
        super().__init__(stage, address, tls, "frontend")
        self.run = run
        self.by_id = {}  # contacts by their id, shared with who must know them

    def play(self, contact):
        self.stage.later(contact.script["at_s"], self._open, contact)

    def _open(self, contact):
        s = contact.script
        params = {k: s[k] for k in self.FIELDS if k in s}
        params.setdefault("lang", "en")
        params["ref"] = "%s-%d" % (self.run, len(self.by_id))
        contact.opened = self.stage.now()
        answer = self.session.answer(self.session.send("contact.open", params))
        contact.id, contact.level = answer["contact"], answer["level"]
        self.by_id[contact.id] = contact
        why = "; ".join(r["text"] for r in answer["reasons"][:2]) or "no sign of danger"
        self.stage.tell(contact, "comes in by %s, because: %s" % (s["channel"], why))
        for number, more in enumerate(s.get("then", ())):
            self.stage.later(more["after_s"], self._say, contact, more["text"], number)
        if "leave_after_s" in s:
            self.stage.later(s["leave_after_s"], self._leave, contact)

    def _say(self, contact, text, number):
        if contact.ending:
            return
        answer = self.session.request("contact.say", contact=contact.id, text=text,
                                      ref="%s-%s-%d" % (self.run, contact.id, number))
        if answer["level"] != contact.level:
            before, contact.level = contact.level, answer["level"]
            self.stage.tell(contact, "writes again: raised from %s" % before)

    def _leave(self, contact):
        if contact.ending:
            return
        state = self.session.request("contact.leave", contact=contact.id)["state"]
        self.stage.tell(contact, "leaves while waiting: %s" % (
            "a supervisor follows up" if state == "review" else "ended"))
        if state != "review":
            contact.ending = "left"


class Responder(Actor):
    def __init__(self, stage, address, tls, person, contacts, desk):
        super().__init__(stage, address, tls, "responder")
        self.person, self.contacts, self.desk = person, contacts, desk
        self.alias = person["alias"]
        self.open_offers = set()
        stage.later(person.get("ready_at_s", 0), self._ready)

    def _ready(self):
        self.stage.tell(None, "%s is ready (%s; %s)" % (
            self.alias, ", ".join(self.person["skills"]), ", ".join(self.person["langs"])))
        self.session.request("responder.set", presence="ready", wrap_s=1)

    def on_offer_new(self, offer):
        contact = self.contacts.get(offer["contact"])
        if contact:
            contact.offers += 1
            contact.level = offer["level"]
            self.stage.tell(contact, "offered to %s%s" % (
                self.alias, ", who does not react" if self.person.get("silent") else ""))
        if not self.person.get("silent"):
            self.open_offers.add(offer["offer"])
            self.stage.later(self.person["answers_after_s"], self._accept, offer, contact)

    def on_offer_gone(self, gone):
        self.open_offers.discard(gone["offer"])
        if gone["why"] == "expired":
            self.stage.tell(None, "%s missed an offer" % self.alias)

    def on_contact_raised(self, raised):
        contact = self.contacts.get(raised["contact"])
        if contact:
            contact.level = raised["level"]

    def _accept(self, offer, contact):
        if offer["offer"] not in self.open_offers:
            return
        self.open_offers.discard(offer["offer"])
        try:
            self.session.request("offer.accept", offer=offer["offer"])
        except RpcError as e:
            self.stage.tell(contact, "%s is too late: %s" % (self.alias, e.reason))
            return
        if contact:
            contact.responder, contact.waited = self.alias, self.stage.now() - contact.opened
            self.stage.tell(contact, "%s takes it after %.1f s" % (self.alias, contact.waited))
            self.session.request("contact.say", contact=contact.id, text="Hello, I am here.",
                                 ref="hello-" + contact.id)
        if contact and "rescue" in contact.script:
            self.stage.later(0.5, self._escalate, contact)
        else:
            self.stage.later(self.person["talks_s"], self._close, offer["contact"], contact)

    def _escalate(self, contact):
        d = self.session.request(
            "contact.escalate", contact=contact.id, ref="rescue-" + contact.id,
            kind=contact.script["rescue"], consent="yes", tried=["plan"], reason="danger to life now",
            location=contact.script["location"])
        self.stage.tell(contact, "%s asks for %s" % (self.alias, contact.script["rescue"]))
        self.desk.take(d["dispatch"], contact)

    def on_dispatch_update(self, update):
        contact = self.contacts.get(update["contact"])
        if contact and update["state"] == "ended":
            contact.rescued = True
            self.stage.later(0.3, self._close, contact.id, contact)

    def _close(self, number, contact):
        disposition = "rescued" if contact and contact.rescued else "resolved"
        try:
            self.session.request("contact.close", contact=number, disposition=disposition,
                                 outcome={})
            self.session.request("responder.done", contact=number)
        except RpcError as e:
            self.stage.tell(contact, "%s cannot close it: %s" % (self.alias, e.reason))
            return
        if contact:
            contact.ending = "rescued" if contact.rescued else "served"
            self.stage.tell(contact, "%s and %s are done" % (contact.script["channel"], self.alias))


class Desk(Actor):
    """The dispatch desk: acknowledges by name and reports the outcome."""

    def __init__(self, stage, address, tls):
        super().__init__(stage, address, tls, "dispatcher")

    def take(self, dispatch, contact):
        self.stage.later(1.0, self._acknowledge, dispatch, contact)

    def _acknowledge(self, dispatch, contact):
        self.session.request("dispatch.ack", dispatch=dispatch, by="desk, seat 2")
        self.stage.tell(contact, "rescue acknowledged by desk, seat 2")
        self.stage.later(2.0, self._report, dispatch, contact)

    def _report(self, dispatch, contact):
        self.session.request("dispatch.outcome", dispatch=dispatch, outcome="with_person")
        self.stage.tell(contact, "rescuers are with the person")


class Supervisor(Actor):
    """Takes every alert, and follows up whoever left at high risk."""

    def __init__(self, stage, address, tls, contacts):
        super().__init__(stage, address, tls, "supervisor")
        self.contacts = contacts

    def on_notice(self, notice):
        contact = self.contacts.get(notice.get("contact"))
        self.stage.tell(contact, "supervisor is told: %s" % notice["kind"].replace("_", " "))
        if not contact or contact.ending:
            return
        try:
            self.session.request("alert.ack", contact=contact.id)
        except RpcError:
            return  # this kind of notice asks for nobody
        if "leave_after_s" in contact.script:
            self.stage.later(1.5, self._follow_up, contact)

    def _follow_up(self, contact):
        if contact.ending:
            return
        self.session.request("contact.close", contact=contact.id, disposition="called_back",
                             outcome={"note": "reached, safe"})
        contact.ending = "followed up"
        self.stage.tell(contact, "supervisor called back and ends it")
