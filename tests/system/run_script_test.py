#!/usr/bin/python3
"""scripts/run serves, survives and leaves nothing behind.

The real script with real servers in a temporary state folder; the first
argument is the service's binary.
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = None
START_WITHIN_S = 120
STOP_WITHIN_S = 60


def free_ports(count):
    """Below the range of outgoing connections (ip_local_port_range)."""
    found = []
    for port in range(15000 + os.getpid() % 10000, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")


def marked_processes(mark):
    """Those that inherited the mark in their environment, and still run."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().split("\0"))
        except OSError:  # ended meanwhile, or not ours
            continue
    return found


class Service(unittest.TestCase):
    """scripts/run on free ports and in a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wallet-run-")
        os.chmod(self.folder, 0o755)  # PostgreSQL's user must get in
        self.port, self.history_port = free_ports(2)
        self.mark = f"WALLET_RUN_TEST={uuid.uuid4()}"
        self.script = None

    def tearDown(self):
        if self.script and self.script.poll() is None:
            self.script.kill()
            self.script.wait()
        self.await_silence()
        shutil.rmtree(self.folder)

    def start(self, *arguments):
        environment = dict(os.environ)
        for name in ("DATABASE_URL", "KAFKA_BROKERS"):
            environment.pop(name, None)
        environment.update(
            [
                self.mark.split("="),
                ("PORT", str(self.port)),
                ("HISTORY_PORT", str(self.history_port)),
            ]
        )
        self.output = pathlib.Path(self.folder, "output")
        with self.output.open("w") as output:
            self.script = subprocess.Popen(
                [
                    ROOT / "scripts/run",
                    "--state",
                    self.folder + "/state",
                    "--binary",
                    BINARY,
                    *arguments,
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self, condition, within_s):
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)  # between two looks
        return True

    def curls(self):
        """The commands that the script ends with."""
        return re.findall(r"^  (.*curl .*)$", self.output.read_text(), re.M)

    def await_curls(self):
        self.wait(
            lambda: self.curls() or self.script.poll() is not None,
            START_WITHIN_S,
        )
        self.assertIsNone(self.script.poll(), self.output.read_text())
        self.assertEqual(len(self.curls()), 3, self.output.read_text())

    def stop(self, number=signal.SIGTERM):
        self.script.send_signal(number)
        status = self.script.wait(STOP_WITHIN_S)
        self.assertEqual(marked_processes(self.mark.encode()), [])
        return status

    def await_silence(self):
        mark = self.mark.encode()
        self.assertTrue(
            self.wait(lambda: not marked_processes(mark), STOP_WITHIN_S),
            marked_processes(mark),
        )

    def shell(self, script):
        return subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, check=True
        ).stdout


class RunScript(Service):
    def test_the_commands_it_prints_work_and_their_effect_survives(self):
        self.start()
        self.await_curls()
        answers = self.shell("\n".join(self.curls() + ["echo; echo $wallet"]))
        self.assertEqual(answers.count('"balance":"100.0000"'), 2, answers)
        wallet = answers.split()[-1]
        self.assertEqual(str(uuid.UUID(wallet)), wallet)
        self.assertEqual(self.stop(), 0, self.output.read_text())

        self.start()
        self.await_curls()
        read = self.shell(f"curl -fs localhost:{self.port}/wallets/{wallet}")
        self.assertIn('"balance":"100.0000"', read)
        self.assertEqual(self.stop(signal.SIGINT), 0, self.output.read_text())

    def test_kill_9_leaves_no_process_and_the_next_start_works(self):
        self.start("--no-kafka")
        self.await_curls()
        self.script.kill()
        self.script.wait()
        # Not after the silence: the next start meets what is still stopping.
        self.start("--no-kafka")
        self.await_curls()
        self.assertEqual(self.stop(), 0, self.output.read_text())

    def test_a_part_that_ends_by_itself_is_named_and_ends_the_rest(self):
        self.start("--no-kafka")
        self.await_curls()
        remembered = pathlib.Path(self.folder, "state/processes/postgres")
        os.kill(int(remembered.read_text().split()[0]), signal.SIGQUIT)
        self.assertEqual(self.script.wait(STOP_WITHIN_S), 1)
        self.assertIn("postgres ended by itself", self.output.read_text())
        self.await_silence()

    def test_a_busy_port_gets_one_sentence(self):
        with socket.create_server(("127.0.0.1", self.port)):
            self.start("--no-kafka")
            self.assertEqual(self.script.wait(START_WITHIN_S), 1)
        said = self.output.read_text().splitlines()
        self.assertEqual(len(said), 1, said)
        self.assertIn(f"port {self.port} is taken", said[0])

    def test_a_port_that_is_none_is_refused_before_anything_starts(self):
        for self.port in ("abc", "0", "70000", ""):
            self.start("--no-kafka")
            self.assertEqual(self.script.wait(START_WITHIN_S), 1)
            said = self.output.read_text().splitlines()
            self.assertEqual(len(said), 1, said)
            self.assertIn(f"PORT is '{self.port}': it must be", said[0])


if __name__ == "__main__":
    BINARY = sys.argv.pop(1)
    unittest.main()
