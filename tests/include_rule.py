#!/usr/bin/python3
"""The include rule: each room of the house may use only what stands below it.

Without arguments checks the tree; `--self-test` checks that every rule finds a
planted violation and accepts what is allowed.
"""

import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]

# What may be included from where. main.cpp and the tests see everything.
ROOMS = {
    "events": {"events"},
    "storage": {"storage", "events"},
    "actors": {"actors", "storage", "events"},
    "http": {"http", "actors", "events"},
    # It starts the service as the system tests do.
    "bench": {"bench", "storage", "events", "tests"},
}

# Headers of others: pattern, where they may be included, why only there.
LIBRARIES = [
    (r"(postgresql/)?libpq", r"storage/", "libpq is for storage only"),
    (r"librdkafka/", r"storage/", "librdkafka is for storage only"),
    (
        r"rapidjson/",
        r"http/(wire|json)|events/codec|bench/report",
        "JSON exists in http/wire, http/json_*, events/codec and reports only",
    ),
    (r"caf/", r"(actors|http)/|main\.cpp", "actors exist above storage only"),
    (
        r"boost/(asio|beast)",
        r"(actors|http|bench)/|main\.cpp",
        "what is below the actors knows no executor",
    ),
    (
        r"spdlog/|thread>|fstream>|iostream>|random>",
        r"(?!events/)",
        "events are pure: no I/O, no threads, no randomness",
    ),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+[>"])')


def violations_in(path, text):
    room = path.split("/")[0] if "/" in path else None
    for number, line in enumerate(text.splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match[2]
        where = f"{path}:{number}: {header[:-1]}: "
        if match[1] == '"':
            target = header.split("/")[0] if "/" in header else None
            if target is None:
                yield where + "the include root is the top of the tree"
            elif room and target not in ROOMS[room]:
                yield where + f"{room} may not use {target}"
        for pattern, allowed, why in LIBRARIES:
            if re.match(pattern, header) and not re.match(allowed, path):
                yield where + why


def sources(root):
    for room in ROOMS:
        for suffix in ("*.hpp", "*.cpp"):
            yield from sorted((root / room).rglob(suffix))
    if (root / "main.cpp").exists():
        yield root / "main.cpp"


def violations(root):
    return [
        found
        for path in sources(root)
        for found in violations_in(
            path.relative_to(root).as_posix(), path.read_text()
        )
    ]


def self_test():
    allowed = {
        "events/codec.cpp": '#include "events/codec.hpp"\n'
        "#include <rapidjson/reader.h>\n#include <string>\n",
        "storage/a.cpp": '#include "events/money.hpp"\n#include <libpq-fe.h>\n'
        "#include <librdkafka/rdkafka.h>\n#include <thread>\n",
        "actors/a.hpp": '#include "storage/append.hpp"\n#include <caf/actor.hpp>\n',
        "http/wire.cpp": '#include "actors/answers.hpp"\n'
        "#include <rapidjson/writer.h>\n#include <boost/beast/http.hpp>\n",
        "main.cpp": '#include "http/server.hpp"\n#include <caf/actor_system.hpp>\n'
        '#include "storage/settings.hpp"\n',
    }
    planted = {
        "events/money.hpp": '#include "storage/append.hpp"\n',
        "events/ids.cpp": "#include <random>\n",
        "events/event.cpp": "#  include <caf/actor.hpp>\n",
        "storage/b.hpp": '#include "actors/reply.hpp"\n',
        "storage/c.cpp": "#include <caf/actor.hpp>\n",
        "storage/d.cpp": "#include <boost/asio/post.hpp>\n",
        "actors/b.cpp": '#include "http/server.hpp"\n',
        "actors/c.cpp": "#include <libpq-fe.h>\n",
        "actors/d.cpp": "#include <librdkafka/rdkafka.h>\n",
        "http/server.cpp": '#include "storage/append.hpp"\n',
        "http/problem.cpp": "#include <rapidjson/writer.h>\n",
        "http/e.cpp": '#include "wire.hpp"\n',
        "http/f.cpp": '#include "tests/support/eventually.hpp"\n',
        "bench/a.cpp": '#include "actors/node.hpp"\n',
        "bench/b.cpp": "#include <caf/actor.hpp>\n",
        "main.cpp": "#include <postgresql/libpq-fe.h>\n",
    }

    def found_in(files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            return violations(pathlib.Path(folder))

    assert found_in(allowed) == [], found_in(allowed)
    found = sorted(line.split(":")[0] for line in found_in(planted))
    assert found == sorted(planted), (found, sorted(planted))


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    for room in ROOMS:
        assert list((ROOT / room).glob("*.?pp")), f"no sources in {room}"
    found = violations(ROOT)
    print("\n".join(found) or "every include is allowed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
