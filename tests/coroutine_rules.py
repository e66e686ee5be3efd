#!/usr/bin/python3
"""What g++ 12.2 miscompiles in coroutines must not be in our sources.

It skips bodies of conditions that await, and frees temporaries twice. See
http/README.md. Without arguments checks the tree; `--self-test` checks that
each rule finds its violation.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROOMS = ("events", "storage", "actors", "http", "tests")
COMMENT_OR_TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S
)


def enclosed(text, start):
    """From the bracket at start to the one that closes it."""
    depth = 0
    for at in range(start, len(text)):
        depth += text[at] in "([{"
        depth -= text[at] in ")]}"
        if depth == 0:
            return text[start : at + 1]
    return text[start:]


def violations(source):
    text = COMMENT_OR_TEXT.sub(lambda m: " " * len(m.group()), source)
    for keyword in re.finditer(r"\b(?:if|while|switch|for)\s*\(", text):
        if "co_await" in enclosed(text, keyword.end() - 1):
            yield "co_await in a condition: " + keyword.group()
    for awaited in re.finditer(r"\bco_await\b[^;]*;", text):
        expression = awaited.group()
        if re.search(r"\[[^\]\[]*\]\s*(?:\(|\{|mutable)", expression):
            yield "a lambda in an awaited expression: " + expression
        if "{" in expression:
            yield "a braced temporary in an awaited expression: " + expression
    for statement in re.finditer(r"[^;{}]*\{[^;{}]*\bco_await\b[^;{}]*\}", text):
        yield "co_await within braces: " + statement.group()


def self_test():
    wrong = [
        "if (co_await f()) g();",
        "while (a && co_await f()) {}",
        "switch (co_await f()) {}",
        "for (auto x : co_await f()) {}",
        "auto x = co_await f([c] { g(c); });",
        "auto x = co_await f(point{1, 2});",
        "co_await f({1, 2});",
        "pair p{a, co_await f()};",
    ]
    right = [
        "auto x = co_await f(); if (x) g();",
        "co_await f(named, 1);",
        'log("if (co_await f())");',
        "// if (co_await f())",
        "if (a) { x = co_await f(b); }",
    ]
    for text in wrong:
        assert list(violations(text)), text
    for text in right:
        assert not list(violations(text)), text


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    found = awaits = 0
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.[ch]pp")):
            source = path.read_text()
            awaits += source.count("co_await")
            for violation in violations(source):
                found += 1
                print(f"{path.relative_to(ROOT)}: {' '.join(violation.split())}")
    if awaits == 0:
        sys.exit("no coroutine found: is this the right tree?")
    if found:
        sys.exit(f"{found} violations")
    print("every coroutine keeps the rules")


main()
