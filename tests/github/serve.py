#!/usr/bin/env python3
"""Serves an organisation as GitHub does, API and git, until it is ended; prints the address and how many are to be scanned.

    python3 tests/github/serve.py FOLDER TOKEN
"""

import json
import signal
import sys
from pathlib import Path

import organisation
from run import Api, scannable
from server import Server


def main(folder, token):
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    organisation.make(folder)
    repositories = json.loads((folder / "repositories.json").read_text())
    world = {"tokens": [token], "repositories": repositories, "polls": 0}
    with Api(folder, world, "api") as api, Server(folder, api=api.port) as server:
        server.tokens([token])
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print(server.url, len(scannable(repositories)), flush=True)
        signal.pause()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
