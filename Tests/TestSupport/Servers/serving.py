"""What the tests' servers have in common: settings that change while they run, a log, an address."""

import json
import os
import threading
import time


class Settings:
    """A file of JSON, looked at anew before each request: a test replaces it, by a rename, while the server runs."""

    def __init__(self, path):
        self._path = path
        self._text = None
        self._value = None
        self.lock = threading.Lock()

    def read(self):
        """The settings as they are now. What a server counts, it counts in them, holding the lock: new settings begin
        anew."""
        with self.lock:
            with open(self._path, "rb") as file:
                text = file.read()
            if text != self._text:
                self._text, self._value = text, json.loads(text)
            return self._value


class Log:
    """A file with one line of JSON for each request, written before the answer is."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, **facts):
        facts["time"] = time.time()
        os.write(self._file, json.dumps(facts).encode() + b"\n")


def announce(server):
    """Tells the tests where the server is, in the words that docker-registry has for it."""
    host, port = server.server_address[:2]
    print(f'"listening on {host}:{port}"', flush=True)
