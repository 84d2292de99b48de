"""A small certificate authority on disk, made with the openssl command: ECDSA P-256, for
development and tests only."""

import os
import subprocess

DAYS = "90"


def _openssl(*args):
    done = subprocess.run(["openssl", *args], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("openssl %s: %s" % (args[0], done.stderr.strip()))


class Tls:
    """Paths a TLS peer needs: its certificate, its key and the authority it trusts."""

    def __init__(self, ca, cert=None, key=None):
        self.ca, self.cert, self.key = ca, cert, key


class Authority:
    """Issues certificates into `directory`; what is already there is used again."""

    def __init__(self, directory, name="Development CA"):
        self.directory = directory
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self.ca = self._path("ca.pem")
        self.ca_key = self._path("ca.key")
        if not os.path.exists(self.ca):
            _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-days", DAYS, "-subj", "/CN=" + name, "-keyout", self.ca_key,
                     "-out", self.ca, "-addext", "basicConstraints=critical,CA:TRUE",
                     "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def _path(self, name):
        return os.path.join(self.directory, name)

    def issue(self, name, usage="clientAuth", names="", days=DAYS):
        """A certificate with CN=name; `names` is openssl's subjectAltName text."""
        cert, key = self._path(name + ".pem"), self._path(name + ".key")
        if not os.path.exists(cert):
            extra = ["-addext", "subjectAltName=" + names] if names else []
            _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-days", days, "-subj", "/CN=" + name, "-CA", self.ca,
                     "-CAkey", self.ca_key, "-keyout", key, "-out", cert + ".new",
                     "-addext", "basicConstraints=critical,CA:FALSE",
                     "-addext", "extendedKeyUsage=" + usage, *extra)
            os.chmod(key, 0o600)
            os.rename(cert + ".new", cert)
        return Tls(self.ca, cert, key)

    def server(self, name="server"):
        return self.issue(name, "serverAuth", "DNS:localhost,IP:127.0.0.1")
