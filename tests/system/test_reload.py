"""A reload takes over all of a good configuration or nothing of a bad one."""

import signal

import pytest

from harness.center import CLIENTS, PLAIN_RULES, eventually
from devkit import conf
from devkit.line import RpcError


def digest(center):
    return center.session("lead").request("rules.get")["digest"]


def test_changed_setting_takes_effect(running):
    n = running.nodes[0]
    n.write(levels__low__target_s=1234)
    n.signal(signal.SIGHUP)
    gateway = running.session("gateway")
    eventually(lambda: running.open(gateway)["target_s"] == 1234)


def test_bad_configuration_changes_nothing(running):
    n, before = running.nodes[0], digest(running)
    n.write(levels__low__target_s=-5, rules=["/nonexistent.rules"])
    answer = running.session("root").request("node.reload")
    assert answer["swapped"] == []
    assert any("levels.low.target_s" in x for x in answer["errors"])
    assert any("/nonexistent.rules" in x for x in answer["errors"])
    assert n.running() and digest(running) == before
    assert running.open(running.session("gateway"))["target_s"] == 3600


def test_new_rules_take_effect(running, tmp_path):
    n, before = running.nodes[0], digest(running)
    with open(PLAIN_RULES, encoding="utf-8") as f:
        text = f.read().replace("marker moderate", "sign moderate")
    file = tmp_path / "new.rules"
    file.write_text(text)
    n.write(rules=[str(file)])
    running.session("root").request("node.reload")
    gateway = running.session("gateway")
    eventually(lambda: running.open(gateway, text="sign moderate")["level"] == "moderate")
    assert digest(running) != before


def test_client_taken_off_the_list_loses_the_session(running):
    gateway = running.session("gateway")
    conf.write(running.nodes[0].settings["clients"], {"clients": [
        {"center": "center", **c} for c in CLIENTS if c["name"] != "gateway"]})
    running.session("root").request("node.reload")
    gateway.wait_closed()
    with pytest.raises(RpcError) as e:
        running.connect("gateway").hello("frontend")
    assert e.value.code == 1
    assert running.open(running.session("webchat"))["contact"]


def test_who_reloads_is_answered_though_the_session_ends(running):
    """Their own entry has changed with it."""
    root = running.session("root")
    conf.write(running.nodes[0].settings["clients"], {"clients": [
        {"center": "center", **c, **({"roles": ["admin", "clinical"]} if c["name"] == "root" else {})}
        for c in CLIENTS]})
    assert root.request("node.reload")["swapped"]
    root.wait_closed()
    assert running.connect("root").hello("clinical")["roles"] == ["clinical", "admin"]


def test_restart_only_settings_are_told(running):
    n = running.nodes[0]
    n.write(center="another")
    answer = running.session("root").request("node.reload")
    assert answer["swapped"] == [] and "center" in str(answer["errors"])


def test_server_certificate_is_exchanged(running):
    import ssl
    n, old = running.nodes[0], running.session("gateway")
    before = old.socket.getpeercert(binary_form=True)
    new = running.authority.issue("server2", "serverAuth", "DNS:localhost,IP:127.0.0.1")
    n.write(tls__certificate=new.cert, tls__key=new.key)
    running.session("root").request("node.reload")
    after = running.session("webchat").socket.getpeercert(binary_form=True)
    assert ssl.DER_cert_to_PEM_cert(after) != ssl.DER_cert_to_PEM_cert(before)
    assert old.request("session.ping")["now"]
