"""Sessions come and go, on any node: nothing is missing, nothing comes twice, nothing is forgotten."""

import pytest

from devkit.line import RpcError
from harness.center import PLAIN_RULES, eventually

TOGETHER = """
rules = (
  { id = "T.TOGETHER"; level = "emergency"; explain = "two markers of one contact";
    when: { all = ( { signal = "distress"; window = "contact"; }, { signal = "preparation"; window = "contact"; } ); };
    tests = ( { text = "marker moderate marker high"; level = "emergency"; },
              { text = "marker high and marker moderate"; level = "emergency"; },
              { text = "marker moderate"; level = "moderate"; }, { text = "marker high"; level = "high"; } ); }
);
"""


@pytest.fixture
def together(center, tmp_path):
    """Two nodes whose rules have one combination across messages."""
    extra = tmp_path / "together.conf"
    extra.write_text(TOGETHER)
    for name in ("n1", "n2"):
        center.node(name, rules=(PLAIN_RULES, str(extra)))
    return center


def level(center, contact):
    return center.session("lead").request("contact.get", contact=contact)["level"]


def test_combination_across_two_nodes(together):
    first = together.session("gateway", at=together.nodes[0])
    c = together.open(first, "moderate", channel="sms")["contact"]
    second = together.session("gateway", at=together.nodes[1])
    said = second.request("contact.say", contact=c, ref="s2", text="marker high")
    assert said["level"] in ("high", "emergency")
    eventually(lambda: level(together, c) == "emergency")


def test_combination_across_a_restart(together):
    first = together.session("gateway", at=together.nodes[0])
    c = together.open(first, "moderate", channel="sms")["contact"]
    first.close()
    together.nodes[0].kill()
    together.nodes[0].start()
    together.session("gateway", at=together.nodes[0]).request(
        "contact.say", contact=c, ref="s2", text="marker high", timeout=20)
    eventually(lambda: level(together, c) == "emergency")


def test_the_other_side_leaving_forgets_nothing(together):
    gateway, ann = together.session("gateway", at=together.nodes[0]), together.responder("ann")
    c = together.open(gateway, "moderate")["contact"]
    together.take(ann, c)
    ann.close()
    assert gateway.request("contact.say", contact=c, ref="s2", text="marker high")["level"] == \
        "emergency"


def test_responder_takes_up_a_conversation_again(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway, "high")["contact"]
    running.take(ann, c)
    seen = ann.request("contact.say", contact=c, ref="r1", text="I am here")["seq"]
    ann.close()
    gateway.note("contact.notice", contact=c)
    for i in range(5):
        gateway.request("contact.say", contact=c, ref="p%d" % i, text="word %d" % i)
    ann = running.responder("ann")
    assert c in ann.request("responder.set", presence="ready")["contacts"]
    back = ann.request("contact.resume", contact=c, since_seq=seen)
    assert [m["text"] for m in back["missed"]] == ["word %d" % i for i in range(5)]
    assert back["state"] == "active" and back["level"] == "high" and back["reasons"]
    gateway.request("contact.say", contact=c, ref="p5", text="word 5")
    assert ann.note("contact.said", contact=c)["seq"] == back["seq"] + 1


def test_responder_resumes_only_what_is_theirs(running):
    ann, ben, gateway = running.responder("ann"), running.responder("ben"), running.session("gateway")
    c = running.open(gateway)["contact"]
    other = ann if ann.quiet("offer.new", 1, contact=c) else ben
    with pytest.raises(RpcError) as e:
        other.request("contact.resume", contact=c)
    assert e.value.code in (2, 3)


def test_each_side_hears_of_the_others_loss(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway)["contact"]
    running.take(ann, c)
    gateway.close()
    assert ann.note("contact.left", timeout=2, contact=c)["why"]
    gateway = running.session("gateway")
    gateway.request("contact.resume", contact=c)
    ann.note("contact.back", timeout=2, contact=c)
    ann.close()
    gateway.note("contact.notice", timeout=2, contact=c)


def test_session_that_only_speaks_is_missed_when_it_goes(running):
    ann, gateway = running.responder("ann"), running.session("gateway")
    c = running.open(gateway)["contact"]
    running.take(ann, c)
    gateway.close()
    ann.note("contact.left", contact=c)
    gateway = running.session("gateway")
    gateway.request("contact.say", contact=c, ref="again", text="I am back")
    gateway.close()
    ann.note("contact.left", contact=c)


def test_reasons_outlive_small_talk(running):
    gateway = running.session("gateway")
    c = running.open(gateway, "urgent")["contact"]
    gateway.request("contact.say", contact=c, ref="s1", text="hello, is somebody there")
    ann = running.responder("ann")
    assert [r["rule"] for r in ann.note("offer.new", contact=c)["reasons"]] == ["T.URGENT"]
