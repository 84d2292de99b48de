"""`make install` puts everything where a system looks for it, and keeps what an operator wrote."""

import os
import subprocess

import pytest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def install(where, prefix="/usr"):
    done = subprocess.run(["make", "-s", "install", "DESTDIR=%s" % where, "PREFIX=" + prefix],
                          cwd=TOP, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    where = tmp_path_factory.mktemp("root")
    install(where)
    return where


@pytest.mark.parametrize("path", [
    "usr/bin/triaged", "usr/bin/triagectl",
    "usr/lib/systemd/system/triaged.service", "usr/lib/systemd/system/triaged@.service",
    "usr/lib/systemd/system/triaged.socket", "usr/lib/sysusers.d/triaged.conf",
    "usr/lib/tmpfiles.d/triaged.conf", "usr/share/man/man8/triaged.8",
    "usr/share/man/man5/triaged.conf.5", "usr/share/man/man1/triagectl.1",
    "usr/share/bash-completion/completions/triagectl", "usr/share/triaged/rules", "usr/share/triaged/redis.conf", "usr/share/triaged/triaged1.lua",
    "etc/triaged/triaged.conf", "etc/triaged/clients.conf"])
def test_installed(root, path):
    assert (root / path).exists()


def test_units_name_the_installed_program(root):
    for unit in ("triaged.service", "triaged@.service"):
        text = (root / "usr/lib/systemd/system" / unit).read_text()
        assert "ExecStart=/usr/bin/triaged -c /etc/triaged/" in text


def test_another_prefix(tmp_path):
    install(tmp_path, "/opt/triaged")
    text = (tmp_path / "opt/triaged/lib/systemd/system/triaged.service").read_text()
    assert "ExecStart=/opt/triaged/bin/triaged -c" in text
    assert "/usr/bin/triaged" not in text
    assert os.access(tmp_path / "opt/triaged/bin/triaged", os.X_OK)


def test_a_second_installation_keeps_the_configuration(root):
    (root / "etc/triaged/triaged.conf").write_text("node = \"mine\";\n")
    install(root)
    assert (root / "etc/triaged/triaged.conf").read_text() == "node = \"mine\";\n"
    assert "node = \"\"" in (root / "etc/triaged/triaged.conf.example").read_text()


def test_the_installed_completion_is_bash(root):
    script = root / "usr/share/bash-completion/completions/triagectl"
    subprocess.run(["bash", "-n", str(script)], check=True)
