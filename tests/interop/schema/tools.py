"""What the checks share: asking the server, and xmllint."""

import subprocess
import urllib.error
import urllib.request

TIMEOUT_SECONDS = 30


class Failed(Exception):
    """What was expected and is not so."""


def get(url, data=None, media_type=None, host=None):
    """The status and body of an answer, whatever the status is."""
    headers = {"Content-Type": media_type} if media_type else {}
    if host:
        headers["Host"] = host
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read()


def xmllint(*arguments):
    """What xmllint prints; fails with what it says."""
    done = subprocess.run(["xmllint", "--nonet", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode:
        raise Failed(done.stderr.decode(errors="replace").strip())
    return done.stdout
