#!/usr/bin/python3
"""What the unit tests of a layer run of it, by gcov: lines and branches of each file, and what is missing.

usage: coverage.py LAYER [FILE...]    behind a build with BUILD=build/cov (make coverage); FILE: show what it lacks

Branches of CHECK lines do not count: their other side ends the process.
"""
import pathlib
import re
import subprocess
import sys

BUILD = pathlib.Path("build/cov")


def run_tests(layer):
    for old in BUILD.glob(f"daemon/{layer}/*.gcda"):
        old.unlink()
    for source in sorted(pathlib.Path("tests/unit", layer).glob("test_*.c")):
        done = subprocess.run([BUILD / source.with_suffix("")], capture_output=True)
        if done.returncode:
            sys.exit(f"{source}: failed\n{done.stderr.decode()}")


def missing(text):
    """(lines, branches) of one source as gcov tells of it, and the lines with something that never ran."""
    lines, branches, lacks, check, number, source = [0, 0], [0, 0], [], False, 0, ""
    before = ""
    for row in text.splitlines():
        counted = re.match(r"\s*(\S+):\s*(\d+):(.*)", row)
        if counted:
            count, number, source = counted[1], int(counted[2]), counted[3].strip()
            check = "CHECK(" in source or (check and not before.endswith(";"))
            before = source
            if count != "-" and number:
                lines[0] += 1
                lines[1] += not count.startswith(("#", "="))
                if count.startswith(("#", "=")):
                    lacks.append(f"    {number}: never: {source}")
        elif row.startswith("branch") and not check:
            taken = not re.search(r"never executed|taken 0\b", row)
            branches[0] += 1
            branches[1] += taken
            if not taken:
                lacks.append(f"    {number}: {row.split()[0]} {row.split()[1]}: {source}")
    return lines, branches, lacks


def show(name, lines, branches):
    shares = [f"{100 * ran / all_of:6.2f} %" if all_of else "     -  " for all_of, ran in (lines, branches)]
    print(f"{name:32} lines {lines[1]:5}/{lines[0]:<5} {shares[0]}  branches {branches[1]:5}/{branches[0]:<5} {shares[1]}")


def main():
    layer, wanted = sys.argv[1], sys.argv[2:]
    run_tests(layer)
    total = [[0, 0], [0, 0]]
    for data in sorted(BUILD.glob(f"daemon/{layer}/*.gcda")):
        name = f"daemon/{layer}/{data.stem}.c"
        told = subprocess.run(["gcov", "-t", "-b", "-c", data], capture_output=True, text=True).stdout
        of_it = [part for part in re.split(r"(?m)^(?=\s+-:\s+0:Source:)", told) if f"Source:{name}\n" in part]
        lines, branches, lacks = missing("".join(of_it))
        show(name, lines, branches)
        total = [[t + n for t, n in zip(a, b)] for a, b in zip(total, (lines, branches))]
        if name in wanted or data.stem in wanted:
            print("\n".join(lacks))
    show(f"daemon/{layer}", *total)


if __name__ == "__main__":
    main()
