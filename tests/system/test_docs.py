"""The manuals against the programs: every command, option, method, notification and error code
stands in its manual, and what the manuals show works."""

import json
import os
import re
import subprocess

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("TRIAGED_BUILD", os.path.join(ROOT, "build"))
MAN = os.path.join(ROOT, "tools", "man")


def run(*arguments):
    return subprocess.run([os.path.join(BUILD, "triagectl"), *arguments], capture_output=True,
                          text=True, timeout=60)


def triagectl(*arguments):
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def source(page):
    with open(os.path.join(MAN, page), encoding="utf-8") as f:
        return f.read()


@pytest.fixture(scope="module")
def commands():
    """Name and synopsis of each command, from the program's own help."""
    part = triagectl("--help").split("Commands\n")[1].split("\nOptions\n")[0]
    rows = [re.match(r"  (\S.*?)(?:  |$)", line) for line in part.splitlines()]
    lines = [r.group(1) for r in rows if r]
    return [(" ".join(w for w in x.split() if w.islower()),
             " ".join(w for w in x.split() if not w.islower())) for x in lines]


@pytest.fixture(scope="module")
def schema():
    return json.loads(triagectl("schema"))["$defs"]


def names(schema, ending):
    return sorted(k[:-len(ending)] for k in schema if k.endswith(ending))


def test_every_command_has_its_entry(commands):
    assert len(commands) > 15
    page = source("triagectl.1")
    for name, synopsis in commands:
        entries = re.findall(r"^\.It Cm %s\b(?! [a-z])(.*)$" % re.escape(name), page, re.M)
        assert len(entries) == 1, name
        for word in re.findall(r"[A-Z]+", synopsis):
            assert word in entries[0], "%s: %s" % (name, word)


def test_the_manual_has_no_other_commands(commands):
    known = {name for name, _ in commands}
    body = source("triagectl.1").split(".Sh OPTIONS")[0]
    for entry in re.findall(r"^\.It Cm ([a-z-]+(?: [a-z]+)?)", body, re.M):
        assert entry in known


def test_every_option_of_triagectl_is_told(commands):
    page = source("triagectl.1").replace("\\-", "-")
    texts = [triagectl("--help").split("\nOptions\n")[1]]
    texts += [triagectl(*name.split(), "--help") for name, _ in commands]
    for text in texts:
        for option in re.findall(r"^  --(\S+)", text, re.M):
            assert re.search(r"Fl -%s\b" % option, page), option


def test_every_command_explains_itself(commands):
    for name, synopsis in commands:
        text = triagectl(*name.split(), "--help")
        assert text.startswith("triagectl %s" % name) and synopsis in text


def test_completion_offers_every_command_and_its_options(commands, tmp_path):
    script = tmp_path / "completion"
    script.write_text(triagectl("completion"))

    def complete(*words):
        code = ". %s; COMP_WORDS=(triagectl \"$@\"); COMP_CWORD=$#; _triagectl; " \
               "printf '%%s\\n' \"${COMPREPLY[@]}\"" % script
        return subprocess.run(["bash", "-c", code, "bash", *words], capture_output=True, text=True,
                              check=True, timeout=20).stdout.split()
    for name, _ in commands:
        words = name.split()
        assert words[0] in complete(words[0][:1])
        if words[1:]:
            assert words[1] in complete(words[0], "")
        own = re.findall(r"^  --(\S+)", triagectl(*words, "--help"), re.M)
        assert {"--" + o for o in own} <= set(complete(*words, "--"))
    assert complete("contact", "list", "--level", "em") == ["emergency"]
    assert complete("--timeout", "5", "node", "dr") == ["drain"]


def test_every_method_and_notification_is_in_the_protocol_manual(schema):
    page = source("triaged-protocol.7")
    methods, notes = names(schema, ".request"), names(schema, ".notification")
    assert "contact.open" in methods and "offer.new" in notes
    for name in methods + notes:
        assert re.search(r"^\.It Ic %s$" % re.escape(name), page, re.M), name
    for name in re.findall(r"^\.It Ic (\S+)$", page, re.M):
        assert name in methods or name in notes or name == "session.replaced", name


def test_every_parameter_is_in_its_methods_entry(schema):
    page = source("triaged-protocol.7")
    for method in names(schema, ".request"):
        entries = re.findall(r"^\.It Ic %s\n(.*?)(?=^\.It |^\.El)" % re.escape(method), page,
                             re.M | re.S)
        parameters = schema[method + ".request"]["properties"]["params"].get("properties", {})
        for name in parameters:
            if name == "ref":
                continue
            assert any(re.search(r"\b%s\b" % name, e) for e in entries), (method, name)
        if "ref" in schema[method + ".request"]["properties"]["params"].get("required", []):
            assert all(".Em ref" in e for e in entries), method


def test_every_error_code_is_in_the_protocol_manual():
    codes = []
    for header in ("core/output.h", "edge/edge.h"):
        with open(os.path.join(ROOT, "include", "triaged", header), encoding="utf-8") as f:
            codes += re.findall(r"^\s+(?:RPC|OUTPUT_ERR)_\w+ = (-?\d+),", f.read(), re.M)
    assert len(codes) == len(set(codes)) > 10
    page = source("triaged-protocol.7")
    for code in codes:
        assert re.search(r"^\.It %s$" % code, page, re.M), code


def blocks(page):
    """The literal displays of a page, as a reader sees them."""
    found = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", source(page), re.M | re.S)
    return [b.replace("\\e", "\\") for b in found]


def test_the_rules_of_the_manual_load(tmp_path):
    sections = ("ruleset", "classes", "aliases", "lexicon", "cues", "frames", "emoji", "points", "points_now", "rules")
    file = tmp_path / "manual.conf"
    file.write_text("".join(b for b in blocks("triaged-rules.5")
                            if b.split(None, 1)[0].rstrip(":") in sections))
    done = run("rules", "check", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_family_cue_field_and_operator_is_in_the_rules_manual():
    page = source("triaged-rules.5")

    def strings(path, pattern):
        with open(os.path.join(ROOT, "daemon", "triage", path), encoding="utf-8") as f:
            return re.findall(pattern, f.read())
    words = strings("names.c", r'\[(?:FAMILY|CUE)_\w+\] = "(\w+)"')
    words += strings("compile_rules.c", r'\[OP_\w+\] = "(\w+)"')
    words += strings("field.c", r"(?:OWN|ITEM|COMPUTED)\((?:\w+, )?(\w+), FIELD_")
    for choice in strings("field.c", r"OWN_CHOICE\((\w+, \w+, \"[^)]*)\)"):
        words += [choice.split(",")[0]] + re.findall(r'"([\w-]+)"', choice)
    assert len(words) > 100 and "sms" in words
    for word in words:
        if not word.isdigit() and not re.fullmatch(r"q[2-5]", word):
            assert re.search(r"\b%s\b" % word, page), word


def test_the_settings_of_the_manual_are_read(tmp_path):
    shown = next(b for b in blocks("triagectl.1") if b.startswith("address"))
    file = tmp_path / "triagectl.conf"
    file.write_text(shown)
    done = run("--config", str(file), "--timeout", "1", "--address", "127.0.0.1:1",
               "board")
    assert "unknown" not in done.stderr and "/etc/triaged/ca.pem" in done.stderr
