"""What an agency is sent has the form its standard demands, also with hostile words in it. The forms
are those of tests/golden/report, which the unit tests compare with what the daemon makes."""

import glob
import json
import os
import subprocess

import pytest

from harness import forms
from harness.center import ROOT

FILES = sorted(glob.glob(os.path.join(ROOT, "tests", "golden", "report", "*")))
CHECKS = {"event.json": forms.check_event, "eido.json": forms.check_eido,
          "cap.xml": forms.check_cap}


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


@pytest.mark.parametrize("path", FILES, ids=[os.path.basename(f) for f in FILES])
def test_form(path):
    CHECKS[os.path.basename(path).split(".", 1)[1]](read(path))


def test_there_are_forms():
    assert len(FILES) == 9


@pytest.mark.parametrize("path", [f for f in FILES if f.endswith(".xml")])
def test_another_parser_reads_the_xml(path):
    assert subprocess.run(["xmllint", "--noout", "--nonet", path], check=False).returncode == 0


def spoilt(name, change):
    return change(read(os.path.join(ROOT, "tests", "golden", "report", name)))


@pytest.mark.parametrize("change", [
    lambda t: t.replace("<status>Actual</status>", "<status>Real</status>"),
    lambda t: t.replace("<scope>Private</scope>", ""),
    lambda t: t.replace("-00:00</sent>", "Z</sent>"),
    lambda t: t.replace("<addresses>county-ems</addresses>", ""),
    lambda t: t.replace("<urgency>", "<severity>Minor</severity><urgency>"),
    lambda t: t.replace("<identifier>", "<identifier>a b"),
])
def test_the_check_of_cap_can_fail(change):
    with pytest.raises(forms.Bad):
        forms.check_cap(spoilt("full.cap.xml", change))


def without(name):
    def change(text):
        doc = json.loads(text)
        del doc[name]
        return json.dumps(doc)
    return change


@pytest.mark.parametrize("change", [
    without("$id"), without("agencyComponent"), without("eidoVersion"),
    without("locationComponent"),  # what refers to it then points nowhere
    lambda t: t.replace('"direction":"incoming"', '"direction":"in"'),
    lambda t: t.replace('"agencyType":["crisis_line"]', '"agencyType":"crisis_line"'),
    lambda t: t.replace("incidentTypeInternalCode", "incidentCode"),
    lambda t: t.replace("2026-09-21T14:14:50.500Z", "2026-09-21 14:14:50"),
])
def test_the_check_of_eido_can_fail(change):
    with pytest.raises(forms.Bad):
        forms.check_eido(spoilt("full.eido.json", change))


@pytest.mark.parametrize("change", [
    without("id"), without("type"),
    lambda t: t.replace('"specversion":"1.0"', '"specversion":"1"'),
    lambda t: t.replace('"subject"', '"sub_ject"'),
])
def test_the_check_of_events_can_fail(change):
    with pytest.raises(forms.Bad):
        forms.check_event(spoilt("full.event.json", change))
