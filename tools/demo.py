#!/usr/bin/python3
"""An evening on a crisis line, in a minute: starts a daemon with its own store in a directory,
plays the contacts of conf/demo through real TLS sessions, prints what happens, and ends with a
table. Stays up for a look from a second terminal until Ctrl-C, except with --once."""

import argparse
import glob
import json
import os
import signal
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from devkit import node, pki, stage  # noqa: E402

PLAY_S = 90.0
COLOURS = {"emergency": "1;31", "urgent": "31", "high": "33", "moderate": "36", "low": "32"}

SETTINGS = {
    "store.mode": "managed", "drain_s": 0, "match.missed_to_away": 1,
    "alerts.repeat_s": 15, **{"levels.%s.offer_s" % level: 4 for level in COLOURS},
    **{"levels.%s.wrap_s" % level: 1 for level in COLOURS},
}


def load(folder):
    with open(os.path.join(folder, "people.json"), encoding="utf-8") as f:
        people = json.load(f)
    scripts = []
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl"))):
        with open(path, encoding="utf-8") as f:
            scripts += [json.loads(line) for line in f if line.strip()]
    return people, [stage.Contact(s) for s in scripts]


def coloured(level):
    text = (level or "").upper()
    return "\033[%sm%-9s\033[0m" % (COLOURS.get(level, "0"), text) if sys.stdout.isatty() \
        else "%-9s" % text


def clients(people):
    roles = {"sms-gateway": ["frontend"], "lead": ["supervisor"], "desk": ["dispatcher"],
             "admin": ["admin", "supervisor"]}
    return [{"name": n, "cert": n, "roles": r} for n, r in roles.items()] + [
        {"name": p["name"], "cert": p["name"], "alias": p["alias"], "roles": ["responder"],
         "skills": p["skills"], "langs": p["langs"]} for p in people["responders"]]


def start(data_dir, people):
    """The running node and its certificates, all in data_dir."""
    authority = pki.Authority(os.path.join(data_dir, "dev"))
    listed = clients(people)
    for c in listed:
        authority.issue(c["cert"])
    settings = node.settings(ROOT, authority.server(), listed, data_dir, center="demo")
    settings.update(SETTINGS)
    n = node.Node(os.path.join(ROOT, "build", "triaged"), data_dir, settings)
    if n.other_pid():
        raise node.NodeFailed("a daemon is running on %s already (pid %d)" % (data_dir,
                                                                           n.other_pid()))
    return n.start(), authority


class Show:
    def __init__(self, people, contacts, n, authority):
        self.contacts = contacts
        self.stage = stage.Stage(self.tell)
        by_id = {}

        def tls(name):
            return authority.issue(name)
        self.desk = self.stage.add(stage.Desk(self.stage, n.address, tls("desk")))
        self.lead = self.stage.add(stage.Supervisor(self.stage, n.address, tls("lead"), by_id))
        for p in people["responders"]:
            self.stage.add(stage.Responder(self.stage, n.address, tls(p["name"]), p, by_id,
                                           self.desk))
        self.front = self.stage.add(stage.FrontEnd(self.stage, n.address, tls("sms-gateway"),
                                                   "demo-%d" % time.time()))
        self.front.by_id = by_id

    def tell(self, contact, text):
        print("%6.1f s  %-24s %s %s" % (self.stage.now(), contact.name if contact else "",
                                        coloured(contact.level if contact else None), text),
              flush=True)

    def play(self):
        for c in self.contacts:
            self.front.play(c)
        self.stage.run(lambda: all(c.ending for c in self.contacts), PLAY_S)

    def table(self):
        """Prints how each contact ended; how many did not end as they should."""
        print("\n%-24s %-9s %-10s %8s  %-12s %s" % ("contact", "level", "taken by", "waited",
                                                   "ending", "as expected"))
        wrong = 0
        for c in self.contacts:
            faults = complaints(c)
            wrong += bool(faults)
            print("%-24s %s %-10s %8s  %-12s %s" % (
                c.name, coloured(c.level), c.responder or "-",
                "%.1f s" % c.waited if c.waited is not None else "-", c.ending or "none",
                "NO: " + "; ".join(faults) if faults else "yes"))
        print("\n%d contacts, %d ended as expected." % (len(self.contacts),
                                                        len(self.contacts) - wrong))
        return wrong


def complaints(c):
    expect, found = c.script["expect"], []
    if c.level not in expect["level"]:
        found.append("level not one of " + ", ".join(expect["level"]))
    if c.ending != expect["ending"]:
        found.append("should have been " + expect["ending"])
    if expect.get("reoffered") and c.offers < 2:
        found.append("not offered again")
    if "by" in expect and (c.responder or "").lower().replace("í", "i") not in expect["by"]:
        found.append("not with " + ", ".join(expect["by"]))
    return found


def arguments():
    p = argparse.ArgumentParser(prog="tools/run", description=__doc__)
    p.add_argument("--once", action="store_true", help="end after the table")
    p.add_argument("--data", default=os.environ.get("DATA", os.path.join(ROOT, "build", "demo")),
                   help="directory for keys, certificates and the store (default: %(default)s)")
    p.add_argument("--contacts", default=os.path.join(ROOT, "conf", "demo"))
    return p.parse_args()


def stay(show, data):
    print("\nThe center stays open. From a second terminal:\n\n"
          "    %s --data-dir %s top\n\nCtrl-C ends it." % (
              os.path.relpath(os.path.join(ROOT, "build", "triagectl")), os.path.relpath(data)))
    try:
        show.stage.run(lambda: False, float("inf"))
    except KeyboardInterrupt:
        print()


def main():
    a = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    people, contacts = load(a.contacts)
    data = os.path.abspath(a.data)
    try:
        n, authority = start(data, people)
    except node.NodeFailed as e:
        print("demo: %s" % e, file=sys.stderr)
        return 1
    try:
        print("triaged runs at %s, data in %s\n" % (n.address, os.path.relpath(data)))
        show = Show(people, contacts, n, authority)
        show.play()
        wrong = show.table()
        if not a.once:
            stay(show, data)
    except KeyboardInterrupt:
        wrong = 1
    finally:
        n.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
