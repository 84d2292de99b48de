"""A person's words and address are sealed wherever they rest."""

import json
import os

WORDS = "canary-words-of-a-person"
NUMBER = "+15550177123"
NOTE = "canary-note-of-a-responder"


def everything_at_rest(center):
    """Every file of the store, the node's data and its log."""
    found = {}
    for top, _, files in os.walk(center.directory):
        for name in files:
            path = os.path.join(top, name)
            if os.path.isfile(path):  # and no socket
                with open(path, "rb") as f:
                    found[path] = f.read()
    return found


def test_no_words_or_numbers_in_clear(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway, text=WORDS + " marker high", from_=NUMBER, channel="sms",
                     location={"text": WORDS}, meta={"note": WORDS})["contact"]
    running.take(ann, c)
    gateway.request("contact.say", contact=c, ref="s1", text=WORDS)
    ann.request("contact.say", contact=c, ref="s2", text=WORDS)
    ann.request("contact.note", contact=c, ref="n1", text=NOTE)
    ann.request("contact.escalate", contact=c, ref="e1", kind="ems", consent="yes",
                reason="danger", location={"text": WORDS})
    running.redis.command("SAVE")
    leaks = [(path, canary) for path, content in everything_at_rest(running).items()
             for canary in (WORDS, NOTE, NUMBER, NUMBER[1:])
             if canary.encode() in content]
    assert not leaks


def test_answers_to_screeners_are_sealed_and_shown(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway, text="hello", answers={"own": {"q1": WORDS}})["contact"]
    gateway.request("contact.answer", contact=c, ref="a1", instrument="own", answers={"q2": WORDS})
    taken = running.take(ann, c)
    shown = [m["text"] for m in taken["transcript"] if m["kind"] == "answers"]
    assert [json.loads(t) for t in shown] == [{"own": {"q1": WORDS}}, {"q2": WORDS}]
    ann.request("contact.assess", contact=c, ref="a2", instrument="own", answers={"q3": WORDS})
    running.redis.command("SAVE")
    assert not [path for path, content in everything_at_rest(running).items()
                if WORDS.encode() in content]


def test_pseudonym_is_stable_and_keyed(center):
    center.node()
    gateway = center.session("gateway")
    center.open(gateway, from_=NUMBER, channel="sms")
    center.open(gateway, from_="1 (555) 017-7123", channel="sms")
    persons = [k for k in center.redis.command("KEYS", "t:{center}:p:*")]
    assert len(persons) <= 2 and NUMBER.encode() not in b"".join(persons)


def test_keys_are_private(running):
    keys = os.path.join(running.nodes[0].data_dir, "keys")
    assert os.stat(keys).st_mode & 0o777 == 0o700
    for name in os.listdir(keys):
        assert os.stat(os.path.join(keys, name)).st_mode & 0o077 == 0


def test_logs_name_no_words_on_bad_input(running):
    gateway = running.session("gateway")
    gateway.send_raw(b'{"jsonrpc":"2.0","id":7,"method":"%s","params":{"text":"%s"}}\n' % (
        WORDS.encode(), WORDS.encode()))
    gateway.raw_answer(7)
    gateway.send_raw(WORDS.encode() + b"\n")
    gateway.raw_answer(None)
    assert WORDS not in running.nodes[0].log_text()
