#!/usr/bin/env python3
"""Fetches all records of a school or board with their proofs into one file, with nothing but Python.

    fetch_export.py ADDRESS FILE [--checkpoint KEPT...]

ADDRESS is that of the school or board, as https://sluis.example/v1/schools/SCHOOL. The token is asked for, or taken
from the variable SLUIS_TOKEN, so that it stands in no list of processes. A FILE that is there already is gone on with
where it ends. KEPT are checkpoints from before: the export is asked to prove that it goes on from them. What is worth
keeping until the next time goes into a second file, beside FILE and named .kept.json; it is never written over.

This program is trusted with nothing and checks nothing: that is for verify_export.py.
"""

import argparse
import getpass
import http.client
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TRIES = 20
AGAIN = "run the same command again: it goes on where it ended"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the address that was given, and to no other."""

    def redirect_request(self, *_):
        return None


def ask(address, token, body):
    """One part, however often the service asks for patience."""
    request = urllib.request.Request(f"{address}/records/_export", json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {token}")
    for _ in range(TRIES):
        try:
            with urllib.request.build_opener(NoRedirect).open(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            told = error.read(2000).decode(errors="replace")
            if error.code == 401:
                sys.exit(f"the token is not good, or no longer: get a new one, and {AGAIN}")
            if error.code not in (429, 503):
                sys.exit(f"the service refused: {error.code} {told}")
            wait = error.headers.get("Retry-After", "")
            time.sleep(min(int(wait), 60) if wait.isdigit() else 5)
        except (OSError, ValueError, http.client.HTTPException) as error:
            sys.exit(f"the service does not answer as it should ({error}); {AGAIN}")
    return sys.exit(f"the service is too busy; {AGAIN}")


def known_after(part, known):
    """The last record and the size of the tree, by stream."""
    return {
        of["stream"]: (known.get(of["stream"], (0, 0))[0] + len(of["records"]), int(of["checkpoint"].splitlines()[1]))
        for of in part["streams"]
    }


def reaches_the_ends(part, known):
    """Whether these are all records that there were when the part was signed."""
    ends = part["chainHeads"].split("\n\n", 1)[0].splitlines()[2:]
    ends = [[int(number) for number in end.split(" ")[:2]] for end in ends]
    return all(known.get(stream, (0, 0))[0] >= sequence for stream, sequence in ends)


def what_is_there(file):
    """What an earlier run has fetched; half a line at the end is taken away."""
    known, whole = {}, 0
    with file.open("a+b") as lines:
        lines.seek(0)
        for line in lines:
            if not line.endswith(b"\n"):
                break
            known, whole = known_after(json.loads(line), known), whole + len(line)
        lines.truncate(whole)
    return known


def checkpoints(file):
    """Stream and size of each checkpoint in a file that was kept."""
    text = file.read_text(encoding="utf-8")
    notes = [item["checkpoint"] for item in json.loads(text)["items"]] if text.lstrip().startswith("{") else [text]
    for note in notes:
        origin, size = note.splitlines()[:2]
        if "/stream/" in origin:
            yield {"stream": int(origin.rsplit("/", 1)[1]), "treeSize": int(size)}


def fetch(address, token, file, kept):
    known = what_is_there(file)
    with file.open("a", encoding="utf-8") as out:
        while True:
            named = [{"stream": of, "sequence": at, "treeSize": size} for of, (at, size) in known.items()]
            part = ask(address, token, {"known": named, "checkpoints": kept})
            out.write(json.dumps(part) + "\n")
            out.flush()
            known, kept = known_after(part, known), []
            if reaches_the_ends(part, known):
                return part, sum(at for at, _ in known.values())
            if not any(of["records"] for of in part["streams"]):
                sys.exit("the service tells of more records than it gives")


def main():
    arguments = argparse.ArgumentParser(description="Fetches all records of a school or board with their proofs.")
    arguments.add_argument("address", help="of the school or board: https://.../v1/schools/...")
    arguments.add_argument("file", type=pathlib.Path, help="where the records go")
    arguments.add_argument("--checkpoint", type=pathlib.Path, nargs="+", default=[], help="files kept from before")
    given = arguments.parse_args()
    address = given.address.rstrip("/")
    parts = urllib.parse.urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        sys.exit("the address begins with https://")
    keep = given.file.with_suffix(".kept.json")
    if keep.exists():
        sys.exit(f"{keep} is there from before: move it to where you keep it, and name it there with --checkpoint")
    os.umask(0o077)
    try:
        kept = [checkpoint for file in given.checkpoint for checkpoint in checkpoints(file)]
        token = os.environ.get("SLUIS_TOKEN") or getpass.getpass("token: ")
        last, count = fetch(address, token.strip(), given.file, kept)
    except OSError as error:
        sys.exit(f"a file cannot be used: {error}")
    except (KeyError, TypeError, ValueError, IndexError):
        sys.exit("a file, or what the service told, is not what it should be")
    items = [{"stream": of["stream"], "checkpoint": of["checkpoint"]} for of in last["streams"]]
    keep.write_text(json.dumps({"items": items, "chainHeads": last["chainHeads"]}) + "\n", encoding="utf-8")
    print(f"{count} records are in {given.file}; keep {keep} for the next time, elsewhere")


if __name__ == "__main__":
    main()
