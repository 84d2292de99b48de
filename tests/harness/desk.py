"""Where rules are written and approved: keys, files, signatures; all of it away from the daemon."""

import os
import shutil
import subprocess

from harness.center import BUILD, PLAIN_RULES


def triagectl(*arguments, **more):
    return subprocess.run([os.path.join(BUILD, "triagectl"), *arguments], capture_output=True,
                          text=True, timeout=60, **more)


class Desk:

    def __init__(self, directory):
        self.directory = str(directory)
        self.rules = self.path("plain.rules")
        shutil.copy(PLAIN_RULES, self.rules)
        self.sig = self.path("rules.sig")

    def path(self, name):
        return os.path.join(self.directory, name)

    def key(self, name):
        """The public key of somebody, made when needed."""
        if not os.path.exists(self.path(name)):
            assert triagectl("rules", "keygen", self.path(name)).returncode == 0
        return self.path(name + ".pub")

    def sign(self, *more, by="ben", author="ann", key=None, files=None):
        """The approval of the rules as they are, or of files; the name of its file."""
        self.key(key or by)
        done = triagectl("rules", "sign", "--key", self.path(key or by), "--author", author,
                         "--approver", by, *more, *(files or [self.rules]))
        assert done.returncode == 0, done.stderr
        sig = self.path("files.sig") if files else self.sig
        with open(sig, "w", encoding="utf-8") as f:
            f.write(done.stdout)
        return sig

    def settings(self, *names):
        return {"rules": [self.rules], "rules_signature": self.sig, "demo": False,
                "clinical_keys": [{"name": n, "key": self.key(n)} for n in names or ["ben"]]}
