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
