"""Strangers' clients against the SCIM server: scim2-tester finds no failure and no deviation.

The server is the demonstration's, with a connection of its own; the tester makes what it needs and takes it away again.
Deliberately tells the tester nothing about the server: it believes what the server publishes.
"""

import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

FAULTS = {Status.CRITICAL, Status.ERROR, Status.DEVIATION}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """What the demonstration's ready file says of its server; gone when the tests are."""
    ready = tmp_path_factory.mktemp("server") / "ready.json"
    command = [os.environ["VESTIBULE_DEMO"], "--listen", "127.0.0.1:0", "--emulator", "127.0.0.1:0"]
    command += ["--users", "20", "--groups", "3", "--quiet-directory", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            yield _wait_for(ready, process)
        finally:
            process.terminate()


def _wait_for(ready: Path, process: subprocess.Popen) -> dict:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.exit(f"the demonstration ended with {process.returncode}", returncode=1)
        if ready.exists() and (text := ready.read_text()):
            return json.loads(text)["server"]
        time.sleep(0.05)
    pytest.exit("the demonstration is not ready after two minutes", returncode=1)


@pytest.fixture
def connection(server):
    """The address and the token of a new connection."""

    def make(path, **body):
        url = f"{server['url']}/api/v1/provisioning/{path}"
        answer = requests.post(url, json=body, headers={"Authorization": f"Bearer {server['api_token']}"})
        answer.raise_for_status()
        return answer.json()

    made = make("connections", name=f"scim2-tester {uuid4()}")
    key = make(f"connections/{made['id']}/keys", label="tester")
    return key["base_url"], key["token"]


@pytest.mark.parametrize("path", ["", "/v2"])
def test_a_tester_finds_neither_failure_nor_deviation(connection, path):
    base, token = connection
    headers = {"Authorization": f"Bearer {token}"}
    with Client(base_url=f"{base.rstrip('/')}{path}", headers=headers) as client:
        results = check_server(SyncSCIMClient(client))
    told = "\n".join(f"{result!r}\n" for result in results if result.status in FAULTS)
    count = Counter(result.status.name for result in results)
    assert not told, f"{count}\n{told}"
    assert count["SUCCESS"] > 100, count
    assert not count["SKIPPED"], [result for result in results if result.status is Status.SKIPPED]


def test_what_the_tester_made_is_gone(connection):
    base, token = connection
    headers = {"Authorization": f"Bearer {token}"}
    with Client(base_url=base, headers=headers) as client:
        check_server(SyncSCIMClient(client))
        for kind in ("Users", "Groups"):
            assert client.get(f"{base.rstrip('/')}/{kind}").json()["totalResults"] == 0
