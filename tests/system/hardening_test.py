#!/usr/bin/python3
"""What the built binary has against mistakes with memory, as readelf tells it.

    hardening_test.py BINARY BUILD_FOLDER [sanitized]

A sanitized binary has the sanitizers instead of what a release has.
"""

import pathlib
import re
import subprocess
import sys


def readelf(option, binary):
    return subprocess.run(
        ["readelf", "--wide", option, binary],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def flags_of(build_folder):
    """The compiler's flags of the service's objects, as ninja passes them."""
    rules = (pathlib.Path(build_folder) / "build.ninja").read_text()
    return re.findall(
        r"^build CMakeFiles/\S*\.o: CXX_COMPILER.*?^  FLAGS = (.*?)$", rules, re.M | re.S
    )


def checks(binary, build_folder, is_sanitized):
    """Pairs of a sentence and whether it is true."""
    header = readelf("--file-header", binary)
    segments = readelf("--program-headers", binary)
    dynamic = readelf("--dynamic", binary)
    imports = readelf("--dyn-syms", binary)
    flags = flags_of(build_folder)
    yield "it is position-independent", "DYN (Position" in header and re.search(
        r"FLAGS_1\).*PIE", dynamic
    )
    yield "no segment is writable and executable", not re.search(
        r"LOAD.* RWE ", segments
    )
    yield "the stack is not executable", re.search(r"GNU_STACK.* RW  ", segments)
    yield "no text relocations", "TEXTREL" not in dynamic
    yield "relocations are read-only after the start", "GNU_RELRO" in segments
    yield "the library's assertions are on", "__glibcxx_assert_fail" in imports
    yield "every object is built with -Werror", flags and all(
        "-Werror" in each for each in flags
    )
    if is_sanitized:
        yield "AddressSanitizer is in it", "__asan_init" in imports
        yield "UBSan is in it", "__ubsan_handle" in imports
        # These two end it by themselves.
        lenient = set(re.findall(r"__ubsan_handle_(\w+)(?<!_abort)\b", imports))
        yield "an error of UBSan ends it", lenient <= {
            "builtin_unreachable",
            "missing_return",
        }
        return
    yield "all relocations are made at the start", re.search(
        r"FLAGS_1\).*NOW", dynamic
    )
    yield "the stack protector is on", "__stack_chk_fail" in imports
    yield "FORTIFY_SOURCE is on", re.search(r"__mem\w+_chk", imports)
    yield "it looks for libraries in the system's folders only", not re.search(
        r"R(UN)?PATH", dynamic
    )


def main():
    binary, build_folder = sys.argv[1:3]
    failed = 0
    for sentence, holds in checks(binary, build_folder, "sanitized" in sys.argv):
        print("ok    " if holds else "FAILED", sentence)
        failed += not holds
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
