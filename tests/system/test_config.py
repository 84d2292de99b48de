"""-t names every error; --dump-config prints what runs and parses again; --version."""

import os

import pytest


from devkit import conf, node
from harness.center import ROOT


def test_version(center):
    n = center.prepare()
    out = n.run("--version")
    assert out.returncode == 0 and out.stdout.startswith("triaged ")


def test_good_configuration(center):
    n = center.prepare()
    out = n.run("-t", "-c", n.config)
    assert out.returncode == 0, out.stderr + out.stdout


def test_every_error_is_named_with_its_place(center):
    n = center.prepare(levels__low__offer_s=0, no__such__name=1, tls__min_version="1.1")
    out = n.run("-t", "-c", n.config)
    text = out.stderr + out.stdout
    assert out.returncode == 1
    for name in ("levels.low.offer_s", "no", "tls.min_version"):
        assert name in text
    assert n.config + ":" in text or os.path.basename(n.config) + ":" in text


@pytest.mark.parametrize("name,text", [
    ("broken", "center = ;"), ("empty", ""), ("binary", "\0\1\2"),
    ("twice", 'center = "a"; center = "b";'), ("huge", "drain_s = 99999999999999999999;"),
])
def test_bad_files_are_refused_with_status_1(center, tmp_path, name, text):
    file = tmp_path / (name + ".conf")
    file.write_text(text)
    out = center.prepare().run("-t", "-c", str(file))
    assert out.returncode == 1 and out.stderr + out.stdout


def test_missing_file(center):
    out = center.prepare().run("-t", "-c", "/nonexistent.conf")
    assert out.returncode == 1 and "/nonexistent.conf" in out.stderr + out.stdout


def test_missing_key_file_is_named(center):
    n = center.prepare(tls__key="/nonexistent.key")
    out = n.run("-t", "-c", n.config)
    assert out.returncode == 1 and "/nonexistent.key" in out.stderr + out.stdout


def test_broken_rules_are_named(center, tmp_path):
    file = tmp_path / "bad.rules"
    file.write_text('rules = ( { id = "X"; level = "terrible"; } );')
    n = center.prepare(rules=[str(file)])
    out = n.run("-t", "-c", n.config)
    assert out.returncode == 1 and "bad.rules" in out.stderr + out.stdout


def test_unsigned_rules_need_demo(center):
    n = center.prepare(demo=False)
    out = n.run("-t", "-c", n.config)
    assert out.returncode == 1 and "demo" in out.stderr + out.stdout


def test_broken_clients_file_is_named(center):
    n = center.prepare(clients=[{"name": "x", "cert": "gateway", "roles": ["king"]}])
    out = n.run("-t", "-c", n.config)
    assert out.returncode == 1 and "clients.conf" in out.stderr + out.stdout


def test_dump_parses_again_and_says_the_same(center, tmp_path):
    n = center.prepare(levels__high__target_s=240)
    first = n.run("--dump-config", "-c", n.config)
    assert first.returncode == 0, first.stderr
    assert "target_s = 240" in first.stdout and "default" in first.stdout
    again = tmp_path / "again.conf"
    again.write_text(first.stdout)
    second = n.run("--dump-config", "-c", str(again))
    assert second.returncode == 0, second.stderr

    def values(text):
        return [x.split("#")[0].split("//")[0].strip() for x in text.splitlines()
                if x.split("#")[0].strip()]
    assert values(first.stdout) == values(second.stdout)


def test_daemon_does_not_start_with_a_bad_configuration(center):
    n = center.prepare(no__such__name=1)
    with pytest.raises(node.NodeFailed):
        n.start(10)


@pytest.mark.parametrize("example", ("minimal.conf", "triaged.conf"))
def test_the_shipped_examples_run_with_the_shipped_rules(center, tmp_path, example):
    """Only where the center's own files are is put in."""
    n = center.prepare()
    with open(os.path.join(ROOT, "conf", example), encoding="utf-8") as f:
        text = f.read().replace("/usr/share/triaged", os.path.join(ROOT, "conf"))
    for name, file in (("tls/cert.pem", n.settings["tls.certificate"]),
                       ("tls/key.pem", n.settings["tls.key"]),
                       ("clients.conf", os.path.join(ROOT, "conf", "clients.conf"))):
        text = text.replace("/etc/triaged/" + name, file)
    text = text.replace("demo = false;", "") + "demo = true;\n"
    file = tmp_path / example
    file.write_text(text)
    missing = [x for x in node.rule_files(ROOT) if '"%s"' % x not in text]
    assert not missing, "conf/%s does not list %s" % (example, missing)
    done = n.run("-t", "-c", str(file))
    assert done.returncode == 0, done.stderr


def test_minimal_configuration_runs(center):
    n = center.prepare()
    names = ("node", "center", "data_dir", "listen.line", "tls.certificate", "tls.key",
             "tls.client_ca", "store.mode", "store.url", "rules", "clients", "demo")
    conf.write(n.config, {k: v for k, v in n.settings.items() if k in names})
    n.start()
    assert os.path.isdir(os.path.join(n.data_dir, "keys"))
    assert os.stat(os.path.join(n.data_dir, "keys")).st_mode & 0o777 == 0o700
    assert center.open(center.session("gateway"))["contact"]
