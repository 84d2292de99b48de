"""The commands that README.md shows, run as they stand, in an empty directory."""

import json
import os
import re
import subprocess

from devkit.ports import free_port
from harness.center import BUILD, PLAIN_RULES, ROOT


def shown():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        return re.findall(r"^```sh\n(.*?)^```", f.read(), re.M | re.S)


def test_a_center_of_your_own(tmp_path):
    """Only the port and, as nothing is installed, the place of the rules are put in."""
    script = "set -eu\n" + "\necho ==\n".join(shown()) + "\nkill -TERM %1\nwait %1\n"
    script = script.replace("9788", str(free_port()))
    script, n = re.subn(r"/usr/share/triaged/rules/\*\.conf /usr/share/triaged/lexicon/\*\.conf",
                        PLAIN_RULES, script)
    assert n == 1
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=120,
                          cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path),
                                             "PATH": BUILD + ":" + os.environ["PATH"]})
    log = tmp_path / "center" / "triaged.log"
    assert done.returncode == 0, done.stderr[-3000:] + (log.read_text() if log.exists() else "")
    status, answers = done.stdout.split("==\n")[-2:]
    assert "normal" in status and "emergency" in status
    hello, contact, bye = (json.loads(line) for line in answers.splitlines())
    assert hello["result"]["mode"] == "normal" and bye["result"] == {}
    assert contact["result"]["custody"] == "store" and contact["result"]["level"] == "low"
