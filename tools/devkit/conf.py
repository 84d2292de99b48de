"""Writes libconfig text from Python values."""

import re


def _scalar(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, float)):
        return repr(v)
    return '"%s"' % str(v).replace("\\", "\\\\").replace('"', '\\"')


def _value(v, indent):
    pad = "  " * indent
    if isinstance(v, dict):
        return "{\n%s%s}" % (text(v, indent + 1), pad)
    if isinstance(v, (list, tuple)):
        if any(isinstance(x, (dict, list, tuple)) for x in v):
            return "(\n%s\n%s)" % (",\n".join("  " + pad + _value(x, indent + 1) for x in v), pad)
        return "[" + ", ".join(_scalar(x) for x in v) + "]"
    return _scalar(v)


def text(tree, indent=0):
    pad = "  " * indent
    return "".join("%s%s = %s;\n" % (pad, k, _value(v, indent)) for k, v in tree.items())


def nested(flat):
    """{"listen.line": x} as {"listen": {"line": x}}."""
    tree = {}
    for name, value in flat.items():
        at = tree
        *groups, last = re.split(r"\.", name)
        for g in groups:
            at = at.setdefault(g, {})
        at[last] = value
    return tree


def write(path, flat):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text(nested(flat)))
