#!/usr/bin/python3
"""What the README shows is what the service does.

Its console blocks are executed, in order, against scripts/run with a fresh
state; times aside, the answers must be the README's. The first argument is the
service's binary.
"""

import re
import sys
import unittest

import run_script_test

README = run_script_test.ROOT / "README.md"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
# The history follows the commands; that it does so soon is tested elsewhere.
ANSWERS_WITHIN_S = 20


def examples():
    """Command and answer, as in the README."""
    blocks = re.findall(r"^```console\n(.*?)^```", README.read_text(), re.M | re.S)
    return re.findall(r"^\$ (.*)\n(.*)\n", "".join(blocks), re.M)


def without_times(text):
    return TIME.sub("<time>", text)


class Readme(run_script_test.Service):
    def test_the_answers_of_the_readme_are_the_real_ones(self):
        self.start()
        self.await_curls()
        self.assertGreaterEqual(len(examples()), 5)
        for command, answer in examples():
            command = command.replace("localhost:3000", f"localhost:{self.port}")
            command = command.replace(
                "localhost:3001", f"localhost:{self.history_port}"
            )
            expected = without_times(answer)
            got = []

            def is_as_written():
                got.append(without_times(self.shell(command)))
                return got[-1] == expected

            self.wait(is_as_written, ANSWERS_WITHIN_S)
            self.assertEqual(got[-1], expected, command)


if __name__ == "__main__":
    run_script_test.BINARY = sys.argv.pop(1)
    unittest.main()
