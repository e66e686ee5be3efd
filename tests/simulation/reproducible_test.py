#!/usr/bin/python3
"""A seed goes the same way again, byte for byte, in whatever build.

    reproducible_test.py WALLET_SIM WALLET_SIM_BUGS WALLET

Compares the traces of two runs of wallet-sim, and with that of wallet-sim-bugs
with no bug switched on, which CI runs thousands of seeds of. And nothing of
the bugs may be in the service.
"""

import subprocess
import sys

SEEDS = "1..5"


def trace_of(binary):
    command = [binary, "--seeds", SEEDS, "--steps", "1000", "--trace"]
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    # The last line tells the time it took.
    return text[: text.rindex(b"seeds ")]


def mentions_bugs(binary):
    command = ["nm", "--demangle", binary]
    symbols = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    assert b"wallet::" in symbols, f"{binary} has no symbols to look at"
    return b"active_bug" in symbols or b"has_bug" in symbols


def main():
    sim, with_bugs, product = sys.argv[1:]
    first = trace_of(sim)
    assert first.count(b"\n") > 5000, "there is no trace"
    assert trace_of(sim) == first, "two runs of a seed went two ways"
    assert trace_of(with_bugs) == first, "another build goes another way"
    assert mentions_bugs(with_bugs), "the bugs are not where they should be"
    for binary in (sim, product):
        assert not mentions_bugs(binary), f"known bugs are in {binary}"
    print(f"seeds {SEEDS}: the same {len(first)} bytes three times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
