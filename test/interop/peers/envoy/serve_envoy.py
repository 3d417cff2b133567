"""Envoy, which prints the port of its only listener. Argument: its configuration."""

import json
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from pathlib import Path


def main() -> None:
    [config] = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        admin = Path(folder, "admin")
        binary = Path(sysconfig.get_path("purelib"), "envoy", "_bin", "envoy")
        envoy = subprocess.Popen(
            [binary, "-c", config, "--admin-address-path", admin]
            + "--concurrency 1 --disable-hot-restart --log-level error".split(),
            stdin=subprocess.DEVNULL,
        )
        # So that a killed peer takes its Envoy with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        try:
            print(listening_at(envoy, admin), flush=True)
            # There is nothing to tell it.
            sys.stdin.read()
        finally:
            envoy.kill()
            envoy.wait()


def listening_at(envoy: subprocess.Popen, admin: Path) -> int:
    """The listener's port, from Envoy's admin page, whose own address Envoy writes to a file."""
    while envoy.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{admin.read_text()}/listeners?format=json") as page:
                [listener] = json.load(page)["listener_statuses"]
                return listener["local_address"]["socket_address"]["port_value"]
        except (OSError, ValueError):
            time.sleep(0.02)
    raise SystemExit(f"Envoy ended with {envoy.returncode}")


main()
