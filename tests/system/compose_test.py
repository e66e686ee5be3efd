#!/usr/bin/python3
"""The container files fit the service, as far as that is seen without Docker.

Looked at: docker-compose.yml parses, its services, images, conditions and
ports; its settings against .env.example; the Dockerfile's user, ports and
packages.
"""

import pathlib
import re
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]

# Where these point is not the same inside a container as on one's own machine,
# so that their defaults cannot be right.
PLACES = {"DATABASE_URL", "KAFKA_BROKERS"}


def example_settings():
    """The names in .env.example, set or commented out, with their values."""
    found = {}
    for line in (ROOT / ".env.example").read_text().splitlines():
        match = re.match(r"#?\s?([A-Z][A-Z0-9_]*)=(.*)$", line)
        if match:
            found[match[1]] = match[2].strip().strip("'\"")
    return found


def with_defaults(text):
    """What Compose makes of ${NAME:-default} when nothing is set."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", str(text))


def environment(service):
    return {
        name: with_defaults(value)
        for name, value in SERVICES[service]["environment"].items()
    }


def last_stage_packages():
    stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    listed = re.search(r"--no-install-recommends (.*?)&&", stage, re.S)[1]
    return set(listed.replace("\\", " ").split())


class ComposeFile(unittest.TestCase):
    def test_has_the_service_its_servers_and_its_migrations(self):
        self.assertEqual(
            set(SERVICES), {"postgres", "kafka", "migrate", "wallet"}
        )
        self.assertEqual(SERVICES["postgres"]["image"], "postgres:16")
        self.assertRegex(SERVICES["kafka"]["image"], r"^apache/kafka:3\.9\.\d+$")

    def test_migrations_and_service_run_the_image_that_is_built_here(self):
        self.assertEqual(SERVICES["migrate"]["build"], ".")
        self.assertEqual(SERVICES["migrate"]["command"], ["migrate"])
        self.assertEqual(
            SERVICES["wallet"]["image"], SERVICES["migrate"]["image"]
        )

    def test_the_broker_is_the_one_that_is_tested_here(self):
        pom = (ROOT / "scripts/kafka/pom.xml").read_text()
        tested = re.search(
            r"<artifactId>kafka_[\d.]+</artifactId>\s*<version>([^<]+)", pom
        )[1]
        self.assertEqual(SERVICES["kafka"]["image"], f"apache/kafka:{tested}")

    def test_every_server_has_a_health_check(self):
        for name in ("postgres", "kafka", "wallet"):
            self.assertIn("test", SERVICES[name]["healthcheck"], name)

    def test_things_start_in_the_order_in_which_they_need_each_other(self):
        def condition(service, needed):
            return SERVICES[service]["depends_on"][needed]["condition"]

        self.assertEqual(condition("migrate", "postgres"), "service_healthy")
        self.assertEqual(
            condition("wallet", "migrate"), "service_completed_successfully"
        )
        # Commands never wait for Kafka, nor does the start.
        self.assertEqual(condition("wallet", "kafka"), "service_started")

    def test_named_volumes_are_declared(self):
        used = {
            volume.split(":")[0]
            for service in SERVICES.values()
            for volume in service.get("volumes", [])
            if not volume.startswith(".")
        }
        self.assertEqual(used, set(COMPOSE["volumes"]))


class Settings(unittest.TestCase):
    def test_every_setting_of_the_service_is_in_the_example(self):
        known = set(example_settings())
        for service in ("migrate", "wallet"):
            self.assertLessEqual(set(environment(service)), known, service)

    def test_places_that_differ_in_a_container_are_set(self):
        self.assertLessEqual(PLACES, set(environment("wallet")))

    def test_other_settings_have_the_default_of_the_example(self):
        example = example_settings()
        for name, value in environment("wallet").items():
            if name not in PLACES:
                self.assertEqual(value, example[name], name)

    def test_the_database_is_the_one_that_the_server_creates(self):
        server = environment("postgres")
        roles = {
            "migrate": server["POSTGRES_USER"],
            "wallet": environment("migrate")["SERVICE_ROLE"],
        }
        for service, role in roles.items():
            expected = "postgresql://{}:{}@postgres:5432/{}".format(
                role, server["POSTGRES_PASSWORD"], server["POSTGRES_DB"]
            )
            self.assertEqual(environment(service)["DATABASE_URL"], expected)

    def test_the_role_that_serves_is_created_with_a_new_database(self):
        mounted = [
            volume.split(":")[0]
            for volume in SERVICES["postgres"]["volumes"]
            if ":/docker-entrypoint-initdb.d/" in volume
        ]
        self.assertEqual(len(mounted), 1)
        script = ROOT / mounted[0]
        role = environment("migrate")["SERVICE_ROLE"]
        self.assertIn(f"create role {role} login", script.read_text())
        self.assertTrue(script.stat().st_mode & 0o111)

    def test_the_broker_advertises_the_address_that_the_service_uses(self):
        broker = environment("kafka")
        address = environment("wallet")["KAFKA_BROKERS"]
        advertised = dict(
            entry.split("://")
            for entry in broker["KAFKA_ADVERTISED_LISTENERS"].split(",")
        )
        bound = dict(
            entry.split("://:")
            for entry in broker["KAFKA_LISTENERS"].split(",")
        )
        listener = {at: name for name, at in advertised.items()}[address]
        self.assertEqual(bound[listener], address.split(":")[1])
        self.assertEqual(
            set(bound),
            {
                entry.split(":")[0]
                for entry in broker[
                    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"
                ].split(",")
            },
        )


class Ports(unittest.TestCase):
    def test_published_exposed_and_configured_ports_agree(self):
        expected = {environment("wallet")[n] for n in ("PORT", "HISTORY_PORT")}
        published = {
            with_defaults(port).split(":")[-1]
            for port in SERVICES["wallet"]["ports"]
        }
        exposed = set(re.search(r"^EXPOSE (.*)$", DOCKERFILE, re.M)[1].split())
        self.assertEqual(published, expected)
        self.assertEqual(exposed, expected)

    def test_the_health_check_asks_both_ports(self):
        asked = " ".join(SERVICES["wallet"]["healthcheck"]["test"])
        for name in ("PORT", "HISTORY_PORT"):
            self.assertIn(f":{environment('wallet')[name]}/readyz", asked)


class Image(unittest.TestCase):
    def test_runs_as_an_ordinary_user_with_a_health_check(self):
        user = re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)[-1]
        self.assertNotIn(user, ("root", "0"))
        self.assertIn(f" {user}\n", DOCKERFILE.replace(f"USER {user}", ""))
        self.assertRegex(DOCKERFILE, r"(?m)^HEALTHCHECK ")

    def test_has_the_libraries_that_the_binary_is_linked_against(self):
        linked = {
            "CAF::core": "libcaf-core0.17",
            "program_options": "libboost-program-options1.81.0",
            "PostgreSQL::PostgreSQL": "libpq5",
            "RdKafka::rdkafka": "librdkafka1",
            "spdlog::spdlog": "libspdlog1.10",
        }
        build = (ROOT / "CMakeLists.txt").read_text()
        for target, package in linked.items():
            self.assertIn(target, build)
            self.assertIn(package, last_stage_packages())

    def test_leaves_out_what_is_built_or_secret(self):
        ignored = (ROOT / ".dockerignore").read_text().split()
        for path in (".git", ".state", ".env", "build"):
            self.assertIn(path, ignored)


if __name__ == "__main__":
    unittest.main()
