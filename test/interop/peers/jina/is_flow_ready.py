"""Print, again and again until stdin closes, what Jina's client of this url says to is_flow_ready()."""

import os
import sys
import threading
import time

result = sys.stdout
sys.stdout = open(os.devnull, "w")  # Where Jina logs why a Flow is not ready.

from jina import Client  # noqa: E402


def leave_when_stdin_closes():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=leave_when_stdin_closes, daemon=True).start()
client = Client(host=sys.argv[1])
while True:
    print(client.is_flow_ready(), file=result, flush=True)
    time.sleep(0.25)
