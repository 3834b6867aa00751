"""The program in a process of its own, started and ended again and again, and what it takes of the machine.

Deliberately absent: reading of its log, which goes to a file beside the data.
"""

import http.client
import os
import re
import signal
import subprocess
import threading
import time
from collections import namedtuple

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60
# A small cache is full soon, so that warm-up is short and what grows afterwards shows.
SETTINGS = {"CASTILE_STORE__CACHE_BYTES": str(32 * 1024 * 1024)}

# `syncs` and `sync_seconds` count from the start of the life.
Sample = namedtuple("Sample", "time life rss anonymous descriptors syncs sync_seconds")


class Server:
    """Whoever needs it waits until it is `up`; while it is in a `rush`, nobody pauses."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.process, self.address = None, None
        self.life, self.samples = 0, []
        self.up, self.rush = threading.Event(), threading.Event()

    def start(self):
        settings = {name: value for name, value in os.environ.items() if not name.startswith("CASTILE_")}
        log = self.folder / f"server-{self.life + 1}.log"
        with log.open("w", encoding="utf-8") as stderr:
            self.process = subprocess.Popen([self.program, "serve", "--listen", "127.0.0.1:0"], cwd=self.folder,
                                            env=settings | SETTINGS, stdin=subprocess.DEVNULL, stderr=stderr)
        self.life += 1
        port = self.wait_for_greeting(log)
        self.address = ("127.0.0.1", port)
        self.up.set()

    def wait_for_greeting(self, log):
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end and self.process.poll() is None:
            said = log.read_text(encoding="utf-8")
            found = re.search(r"listening on  http://127\.0\.0\.1:(\d+)", said)
            if found and "data folder " in said:
                return int(found[1])
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start, see {log}")

    def end(self, how):
        """Sends a signal into the running load; the exit code."""
        self.process.send_signal(how)
        self.up.clear()
        return self.process.wait(STOP_SECONDS_MAX)

    def restart(self, how):
        code = self.end(how)
        if how == signal.SIGTERM and code != 0:
            raise RuntimeError(f"the server ended with {code} after SIGTERM")
        self.start()

    def wait(self):
        """Returns the address once the server is up."""
        if not self.up.wait(START_SECONDS_MAX + STOP_SECONDS_MAX):
            raise RuntimeError("the server did not come back")
        return self.address

    def kill_if_running(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def check(self):
        """`castile check` on the data of a server that has ended; its exit code."""
        return subprocess.run([self.program, "check"], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode

    def sample(self):
        """Notes memory, descriptors, syncs. Mapped files are memory that the system takes back: private memory counts."""
        if not self.up.is_set():
            return
        try:
            with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
                fields = dict(line.split(":", 1) for line in status)
            descriptors = len(os.listdir(f"/proc/{self.process.pid}/fd"))
            rss, anonymous = (int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon"))
            metrics = self.metrics()
            syncs, seconds = (float(re.search(rf"^castile_store_sync_seconds_{name} (.*)$", metrics, re.M)[1])
                              for name in ("count", "sum"))
        except (OSError, KeyError, http.client.HTTPException):
            return  # It has just ended.
        self.samples.append(Sample(time.monotonic(), self.life, rss, anonymous, descriptors, syncs, seconds))

    def metrics(self):
        connection = http.client.HTTPConnection(*self.address, timeout=STOP_SECONDS_MAX)
        connection.request("GET", "/metrics", headers={"Connection": "close"})
        try:
            return connection.getresponse().read().decode()
        finally:
            connection.close()
