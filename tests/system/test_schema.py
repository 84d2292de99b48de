"""The protocol's own description: a valid JSON Schema that accepts what the daemon accepts and
describes every method of the protocol."""

import json
import os
import subprocess

import jsonschema
import pytest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("TRIAGED_BUILD", os.path.join(TOP, "build"))


@pytest.fixture(scope="module")
def schema():
    out = subprocess.run([os.path.join(BUILD, "triagectl"), "schema"], check=True,
                         capture_output=True, text=True).stdout
    return json.loads(out)


@pytest.fixture(scope="module")
def validator(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def request(method, **params):
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


GOOD = [
    request("session.hello", protocol=1, role="frontend", client={"name": "x", "version": "1"}),
    {"jsonrpc": "2.0", "id": "a", "method": "session.ping"},
    request("contact.open", ref="r", channel="sms", text="hello", lang="es-419", age=None,
            location={"lat": 1.5, "lon": -3}, answers={"asq": {"q1": True, "q2": None}}),
    request("contact.escalate", ref="r", contact="c", kind="ems", consent="unable", reason="x"),
    request("dispatch.outcome", dispatch="d", outcome="with_person"),
    {"jsonrpc": "2.0", "id": 1, "result": {"now": "2025-01-31T23:59:59.123Z"}},
    {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "parse error",
                                             "data": {"reason": "parse_error"}}},
    {"jsonrpc": "2.0", "method": "contact.back", "params": {"contact": "c"}},
]

BAD = [
    request("contact.open", channel="sms"),
    request("contact.open", ref="r", channel="owl"),
    request("contact.open", ref="r", channel="sms", age=131),
    request("contact.open", ref="r", channel="sms", location={"lat": 91}),
    request("contact.open", ref="r" * 65, channel="sms"),
    request("no.such"),
    {"jsonrpc": "2.0", "id": 1, "method": "contact.open"},
    {"jsonrpc": "1.0", "id": 1, "method": "session.ping"},
    {"jsonrpc": "2.0", "id": 1, "error": {"code": 77, "message": "", "data": {"reason": "x"}}},
    {"jsonrpc": "2.0", "method": "contact.back", "params": {}},
]


@pytest.mark.parametrize("message", GOOD, ids=json.dumps)
def test_accepts(validator, message):
    assert [e.message for e in validator.iter_errors(message)] == []


@pytest.mark.parametrize("message", BAD, ids=json.dumps)
def test_refuses(validator, message):
    assert not validator.is_valid(message)


def test_every_method_has_a_result(schema):
    methods = {n[:-len(".request")] for n in schema["$defs"] if n.endswith(".request")}
    assert len(methods) >= 33
    assert {m for m in methods if m + ".result" not in schema["$defs"]} == set()
