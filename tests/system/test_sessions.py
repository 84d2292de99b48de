"""Who may connect, as what, and who may do what."""

import ssl

import pytest

from harness.center import CLIENTS, ROLES
from devkit import line, pki
from devkit.line import RpcError

OFFLINE = {"contact": "none", "offer": "none", "dispatch": "none", "responder": "none", "ref": "m1",
           "text": "hi", "reason": "test", "presence": "ready", "level": "low",
           "disposition": "resolved", "to": {"responder": "ben"}, "summary": "calm", "instrument": "cssrs", "answers": {}, "kind": "ems",
           "consent": "yes", "by": "somebody", "outcome": "cancelled", "channel": "chat"}

ALLOWED = {
    "contact.open": "frontend", "contact.say": "frontend responder",
    "contact.answer": "frontend", "contact.leave": "frontend", "contact.resume": "frontend responder",
    "responder.set": "responder", "offer.accept": "responder", "offer.decline": "responder",
    "contact.next": "responder", "contact.assess": "responder",
    "contact.level": "responder supervisor", "contact.note": "responder supervisor",
    "contact.escalate": "responder supervisor", "contact.close": "responder supervisor",
    "contact.transfer": "responder supervisor", "transfer.cancel": "responder supervisor",
    "transfer.done": "responder supervisor",
    "responder.done": "responder", "dispatch.ack": "dispatcher partner",
    "dispatch.outcome": "dispatcher supervisor partner", "alert.ack": "supervisor dispatcher",
    "board.get": "supervisor dispatcher admin", "board.watch": "supervisor dispatcher",
    "contact.list": "supervisor", "contact.get": "supervisor", "contact.explain": "supervisor clinical",
    "responder.list": "supervisor admin", "responder.force": "supervisor",
    "rules.get": "supervisor clinical admin auditor", "rules.check": "clinical admin",
    "node.status": "supervisor admin auditor",
    # node.drain and node.reload change the node: refused to others here, done in their own tests
    "node.drain": "admin", "node.reload": "admin",
}
IDENTITIES = ["gateway", "ann", "lead", "desk", "team", "clin", "root", "audit"]


def test_role_matrix(running):
    wrong = []
    for identity in IDENTITIES:
        s = running.session(identity)
        for method, roles in ALLOWED.items():
            may = ROLES[identity] in roles.split()
            if may and method.startswith("node.") and method != "node.status":
                continue
            try:
                s.request(method, **dict(OFFLINE, ref="m-%s-%s" % (identity, method)))
                code = 0
            except RpcError as e:
                code = e.code
            if (code == 2) == may:
                wrong.append((identity, method, code))
    assert not wrong


def test_unknown_method_is_minus_32601(running):
    with pytest.raises(RpcError) as e:
        running.session("gateway").request("contact.delete")
    assert e.value.code == -32601


def test_before_hello_only_session_methods(running):
    s = running.connect(None)
    assert s.request("session.ping")["now"]
    with pytest.raises(RpcError) as e:
        s.request("contact.open", ref="x", channel="sms", text="hello")
    assert e.value.code == 1


def test_certificate_with_one_role_needs_no_hello(running):
    assert running.open(running.connect("gateway"))["contact"]


def test_role_must_be_ones_own(running):
    s = running.connect("gateway")
    with pytest.raises(RpcError) as e:
        s.hello("supervisor")
    assert e.value.code == 2


def test_center_must_be_ones_own(running):
    s = running.connect("gateway")
    with pytest.raises(RpcError) as e:
        s.hello("frontend", center="elsewhere")
    assert e.value.code == 2


def test_other_protocol_version_is_refused(running):
    s = running.connect("gateway")
    with pytest.raises(RpcError):
        s.request("session.hello", protocol=2, role="frontend")


def test_certificate_nobody_listed_is_unauthenticated(running):
    s = running.connect("stranger")
    with pytest.raises(RpcError) as e:
        s.hello("frontend")
    assert e.value.code == 1


def test_certificate_of_another_authority_gets_no_session(running, tmp_path):
    foreign = pki.Authority(str(tmp_path / "ca")).issue("gateway")
    tls = pki.Tls(running.tls.ca, foreign.cert, foreign.key)
    with pytest.raises((ssl.SSLError, line.Closed, OSError)):
        line.Session(running.nodes[0].address, tls).hello("frontend")


def test_no_certificate_and_no_token_is_unauthenticated(running):
    s = running.connect(None)
    with pytest.raises(RpcError) as e:
        s.hello("frontend")
    assert e.value.code == 1


def test_token(center):
    import hashlib
    clients = CLIENTS + [{"name": "app", "roles": ["frontend"],
                          "token_sha256": hashlib.sha256(b"open sesame 123").hexdigest()}]
    center.node(clients=clients)
    s = center.connect(None)
    with pytest.raises(RpcError) as e:
        s.hello("frontend", token="open sesame 124")
    assert e.value.code == 1
    s = center.connect(None)
    s.hello("frontend", token="open sesame 123")
    assert center.open(s)["contact"]


def test_tls_1_2_is_refused_by_default(running):
    tls = running.authority.issue("gateway")
    c = line.context(tls, (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2))
    with pytest.raises((ssl.SSLError, OSError)):
        line.Session(running.nodes[0].address, c)


def test_bye_closes_in_order(running):
    s = running.session("gateway")
    assert s.request("session.bye") == {}
    s.wait_closed()


def test_second_session_of_a_responder_replaces_the_first(running):
    first = running.responder("ann")
    second = running.responder("ann")
    c = running.open(running.session("gateway"))["contact"]
    assert second.note("offer.new", contact=c)
    assert not any(m == "offer.new" for m, _ in first.notes)


def test_supervisor_forces_presence(running):
    running.responder("ann")
    lead = running.session("lead")
    lead.request("responder.force", responder="ann", presence="paused", reason="needs a rest")
    who = {r["responder"]: r for r in lead.request("responder.list")["responders"]}
    assert who["ann"]["presence"] == "paused"
