"""What the rules learn of a contact's course, what a center adds to them, and what nobody could assess."""

import pytest

from harness.center import PLAIN_RULES

MORE = """
rules = (
	{ id = "BACK"; level = "high"; explain = "back again after an urgent contact";
	  when: { all = ( { field = "prior_level"; op = "in"; value = [ "urgent", "emergency" ]; },
		{ field = "prior_contacts_24h"; op = "ge"; value = 1; } ); };
	  tests: ( %s ); },
	{ id = "DROPS"; level = "urgent"; explain = "the connection is lost again and again";
	  when: { field = "reconnects"; op = "ge"; value = 2; };
	  tests: ( { fields = { reconnects = 2; }; level = "urgent"; },
		{ fields = { reconnects = 3; }; level = "urgent"; },
		{ fields = { reconnects = 1; }; level = "low"; }, { text = "hello"; level = "low"; } ); }
);
wording = ( { instrument = "asq"; item = "q1"; lang = "en"; text = "ours"; } );
""" % ", ".join(
    "{ fields = { prior_level = \"%s\"; prior_contacts_24h = %d; }; level = \"%s\"; }" % c
    for c in (("urgent", 1, "high"), ("emergency", 3, "high"), ("low", 1, "low"),
              ("urgent", 0, "low")))


@pytest.fixture
def center_with_more(center):
    rules = center.path("more.rules")
    with open(rules, "w", encoding="utf-8") as f:
        f.write(MORE)
    center.node(rules=[PLAIN_RULES, rules])
    return center


def say(session, contact, ref, text="are you there"):
    return session.request("contact.say", contact=contact, ref=ref, text=text)


def test_an_earlier_contact_counts_from_the_second_message_on(center_with_more):
    c = center_with_more
    gateway, ann = c.session("gateway"), c.responder("ann")
    first = c.open(gateway, "urgent", **{"from": "+10000001"})["contact"]
    c.serve(ann, first)
    second = c.open(gateway, **{"from": "+10000001"})
    assert second["level"] == "low"
    assert "prior_level" not in second
    assert say(gateway, second["contact"], "s1")["level"] == "high"
    other = c.open(gateway, **{"from": "+10000002"})["contact"]
    assert say(gateway, other, "s2")["level"] == "low"


def test_reconnects_count(center_with_more):
    c = center_with_more
    gateway = c.session("gateway")
    contact = c.open(gateway)["contact"]
    for n, level in ((1, "low"), (2, "urgent")):
        gateway.close()
        gateway = c.session("gateway")
        back = gateway.request("contact.resume", contact=contact)
        assert "reconnects" not in back
        assert say(gateway, contact, "s%d" % n)["level"] == level


def test_what_is_told_in_pieces_is_read_together(running):
    gateway, lead = running.session("gateway"), running.session("lead")
    contact = gateway.request("contact.open", ref="o1", channel="chat", text="here is a marker")["contact"]
    assert say(gateway, contact, "s1", "really")["level"] == "low"
    assert say(gateway, contact, "s2", "marker")["level"] == "low"
    assert say(gateway, contact, "s2", "marker")["level"] == "low"  # sent again: said once
    assert say(gateway, contact, "s3", "urgent")["level"] == "urgent"
    (reason,) = lead.request("contact.explain", contact=contact)["reasons"]
    assert reason["rule"] == "T.URGENT" and reason["before"] and reason["spans"] == [[0, 6]]
    running.serve(running.responder("ann"), contact)


def test_pieces_do_not_outlive_their_connection(running):
    gateway = running.session("gateway")
    contact = gateway.request("contact.open", ref="o1", channel="chat", text="marker")["contact"]
    gateway.close()
    gateway = running.session("gateway")
    gateway.request("contact.resume", contact=contact)
    assert say(gateway, contact, "s1", "urgent")["level"] == "low"
    assert say(gateway, contact, "s2", "marker high")["level"] == "high"


def test_what_a_person_has_lowered_is_not_raised_by_what_was_said_before(running):
    gateway, lead = running.session("gateway"), running.session("lead")
    contact = gateway.request("contact.open", ref="o1", channel="chat", text="marker")["contact"]
    ann = running.responder("ann")
    running.take(ann, contact)
    assert say(gateway, contact, "s1", "urgent")["level"] == "urgent"
    ann.request("contact.level", contact=contact, level="low", reason="a test of words")
    for ref, text, level in (("s2", "thanks", "low"), ("s3", "marker high", "urgent")):
        say(gateway, contact, ref, text)
        assert lead.request("contact.get", contact=contact)["level"] == level


def test_the_centers_wording_is_handed_out(center_with_more):
    got = center_with_more.session("clin").request("rules.get")
    assert got["wording"] == [
        {"instrument": "asq", "item": "q1", "lang": "en", "text": "ours"}]


def test_what_nobody_could_assess_is_told_and_counted(running):
    lead, gateway = running.session("lead"), running.session("gateway")
    c = running.open(gateway, answers={"cssrs": {"q1": "perhaps"}})["contact"]
    assert lead.note("notice", contact=c)["kind"] == "unscored"
    running.open(gateway)
    assert lead.request("board.get")["totals"]["unscored"] == 1
