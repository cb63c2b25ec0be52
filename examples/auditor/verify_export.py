#!/usr/bin/env python3
"""Checks an export of the ledger with nothing of Sluis: hashlib, and openssl for Ed25519.

    verify_export.py --export FILE... --key KEY [--checkpoint KEPT...]

An export may have several parts, in their order: one on each line of a file, or in several files. KEPT are signed notes
from before. Written from RFC 9162 (2.1.1, 2.1.3.2, 2.1.4.2), C2SP signed-note and C2SP tlog-checkpoint.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
# RFC 8032, 7.1, TEST 2: public key and signature of the one byte 0x72.
TEST_KEY = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
TEST_SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
# What a text that is not what it should be leads to.
MALFORMED = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)


def fail(what):
    sys.exit(f"wrong: {what}")


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves):
    """RFC 9162, 2.1.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(tree_hash(leaves[:k]), tree_hash(leaves[k:]))


def included(leaf, index, size, path, root):
    """RFC 9162, 2.1.3.2, step by step."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistent(first, second, first_root, second_root, path):
    """RFC 9162, 2.1.4.2, step by step; an empty tree is a beginning of every tree, as an equal one is of itself."""
    if first in (0, second):
        return not path and (first == 0 or first_root == second_root)
    if not path or first > second:
        return False
    if first & (first - 1) == 0:
        path = [first_root, *path]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


def read_key(text):
    try:
        name, key_id, key = text.split("+", 2)
        key = base64.b64decode(key, validate=True)
    except ValueError:
        fail("a key has the form name+hash+key")
    if key[:1] != b"\1" or len(key) != 33:
        fail("the key is not an Ed25519 key")
    if hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() != key_id:
        fail("the key does not fit its hash")
    return name, bytes.fromhex(key_id), key[1:]


def signed(public, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "key").write_bytes(ED25519_SPKI + public)
        (folder / "text").write_bytes(text)
        (folder / "signature").write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "key"]
        command += ["-rawin", "-in", folder / "text", "-sigfile", folder / "signature"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def check_openssl():
    """Old ones, and some that only bear the name, do not know how: no signature must look wrong for that."""
    try:
        able = signed(TEST_KEY, b"\x72", TEST_SIGNATURE) and not signed(TEST_KEY, b"\x73", TEST_SIGNATURE)
    except OSError:
        able = False
    if not able:
        sys.exit("this openssl cannot verify Ed25519, or there is none: OpenSSL 3 can")


def open_note(note, key):
    name, key_id, public = key
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        _, signer, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        if signer == name and blob[:4] == key_id and signed(public, text.encode(), blob[4:]):
            return text.splitlines()
    return fail("a head is not signed by the key")


def compare_kept(kept, number, part, size, root):
    """Holds the kept checkpoints of a stream against its tree; what is proved to be its beginning is done with."""
    earlier = {proved["treeSize"]: proved["proof"] for proved in part.get("earlier", [])}
    for stream, kept_size, kept_root in list(kept["trees"]):
        if stream != number or kept_size not in (0, size, *earlier):
            continue
        path = [bytes.fromhex(step) for step in earlier.get(kept_size, [])]
        if not consistent(kept_size, size, kept_root, root, path):
            fail(f"stream {number} does not begin with its kept checkpoint of size {kept_size}: it is forked")
        kept["trees"].remove((stream, kept_size, kept_root))


def check_stream(part, owner, end, key, known, kept):
    """Checks a stream of a part behind what is known: number and hash of the last record, size and root of the tree."""
    number, (_, last, last_hash, signed_size) = part["stream"], end
    sequence, previous, known_size, known_root = known
    origin, size, root = open_note(part["checkpoint"], key)[:3]
    size, root = int(size), base64.b64decode(root, validate=True)
    if origin != f"{key[0]}/stream/{number}" or size != int(signed_size):
        fail(f"stream {number}: the checkpoint is not of this stream and this size")
    path = [bytes.fromhex(step) for step in part["consistency"]]
    if not consistent(known_size, size, known_root, root, path):
        fail(f"stream {number} does not begin with the one of the part before: it is forked")
    compare_kept(kept, number, part, size, root)
    for exported in part["records"]:
        data = exported["record"].encode()
        record = json.loads(data)
        sequence += 1
        what = f"record {sequence} of stream {number}"
        if record["sequence"] != sequence or record["record"]["owner"] != owner:
            fail(f"{what} is missing, or of another owner")
        if record["previous"] != previous.hex():
            fail(f"{what} does not follow the one before it")
        path = [bytes.fromhex(step) for step in exported["proof"]]
        if not included(leaf_hash(data), exported["position"], size, path, root):
            fail(f"{what} is not in the tree")
        lines = [json.dumps(line, separators=(",", ":")).encode() for line in exported.get("lines", [])]
        page = record["record"].get("page", {"lines": 0, "root": tree_hash([]).hex()})
        if page != {"lines": len(lines), "root": tree_hash(lines).hex()}:
            fail(f"the list of {what} is not the one that it commits to")
        previous = leaf_hash(data)
        for kept_hash in kept["ends"].pop((number, sequence), []):
            if previous.hex() != kept_hash:
                fail(f"{what} is not the one with which the chain ended when that was kept")
    ends = sequence == int(last) and (sequence == 0 or previous.hex() == last_hash)
    return (sequence, previous, size, root), ends


def check_part(export, key, known, kept):
    """Checks one part, and gives what is known of each stream after it, and whether it reaches the signed ends."""
    origin, owner, *ends = open_note(export["chainHeads"], key)
    ends = [line.split(" ") for line in ends]
    if origin != key[0] + "/chain-heads" or owner != named(export["owner"]):
        fail("the ends of the chains are not of this log and this owner")
    numbers = [int(end[0]) for end in ends]
    if numbers != [part["stream"] for part in export["streams"]] or len(set(numbers)) < len(numbers):
        fail("a stream is missing, or is not one of those whose ends are signed")
    if not set(known) <= set(numbers):
        fail("a stream is missing that was in the part before")
    begin, now_known, whole = (0, bytes(32), 0, tree_hash([])), {}, True
    for part, end in zip(export["streams"], ends):
        number = part["stream"]
        now_known[number], reached = check_stream(part, export["owner"], end, key, known.get(number, begin), kept)
        whole = whole and reached
    return now_known, whole


def named(owner):
    return owner if isinstance(owner, str) else "/".join(*owner.items())


def read_parts(files):
    """The parts of an export, one after the other."""
    for file in files:
        empty = True
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                empty = False
                try:
                    export = json.loads(line)
                except MALFORMED:
                    fail(f"{file} is not an export, or a damaged one")
                yield file, export
        if empty:
            fail(f"{file} is empty")


def read_kept(files, key):
    """What was kept: trees by stream, size and root, and ends of chains by stream and number, with whose they are."""
    kept = {"trees": [], "ends": {}, "owners": set()}
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
            notes = [text]
            if text.lstrip().startswith("{"):
                text = json.loads(text)
                notes = [item["checkpoint"] for item in text["items"]]
                notes += [text["chainHeads"]] if text.get("chainHeads") else []
            if not notes:
                fail(f"{file} holds nothing that was kept")
            for note in notes:
                origin, second, *rest = open_note(note, key)
                if origin == key[0] + "/chain-heads":
                    kept["owners"].add(second)
                    for end in rest:
                        stream, number, last_hash, _ = end.split(" ")
                        kept["ends"].setdefault((int(stream), int(number)), []).append(last_hash)
                elif origin.startswith(key[0] + "/stream/"):
                    root = base64.b64decode(rest[0], validate=True)
                    kept["trees"].append((int(origin.rsplit("/", 1)[1]), int(second), root))
                else:
                    fail(f"{file} is of another log")
        except MALFORMED:
            fail(f"{file} is not a signed note, and not a file with checkpoints")
    return kept


def check_all_met(kept, known):
    """What was kept and is not met by the end is missing."""
    for stream, size, _ in kept["trees"]:
        if stream not in known:
            fail(f"stream {stream} is missing, of which a checkpoint was kept")
        if size > known[stream][2]:
            fail(f"stream {stream} ends before the kept size {size}: the export is older, or the log was cut")
        fail(f"nothing proves that stream {stream} goes on from the kept size {size}: fetch the export with that")
    for stream, number in kept["ends"]:
        fail(f"record {number} of stream {stream} is missing, with which the chain ended when that was kept")


def check(files, key, kept_files):
    kept = read_kept(kept_files, key)
    known, whole, owner, file = {}, False, None, files[0]
    try:
        for file, export in read_parts(files):
            if owner not in (None, named(export["owner"])):
                fail("the parts are of several owners")
            owner = named(export["owner"])
            if not kept["owners"] <= {owner}:
                fail("what was kept is of another owner")
            known, whole = check_part(export, key, known, kept)
    except MALFORMED:
        fail(f"{file} is not an export, or a damaged one")
    check_all_met(kept, known)
    if not whole:
        fail("the records do not end where the signed ends of the chains say")
    records = sum(of_stream[0] for of_stream in known.values())
    print(f"{records} records in {len(known)} streams, all as they were written")
    if kept_files:
        print(f"it goes on from what was kept in {len(kept_files)} files")
    else:
        print("nothing was kept from before: this shows that the log agrees with itself, not that it is the one it was")


def main():
    arguments = argparse.ArgumentParser(description="Checks an export of the ledger.")
    arguments.add_argument("--export", type=pathlib.Path, nargs="+", required=True, help="an export, or its parts")
    arguments.add_argument("--key", required=True, help="the key of the log: name+hash+key")
    arguments.add_argument("--checkpoint", type=pathlib.Path, nargs="+", default=[], help="files kept from before")
    given = arguments.parse_args()
    check_openssl()
    try:
        check(given.export, read_key(given.key), given.checkpoint)
    except OSError as error:
        sys.exit(f"a file cannot be read: {error}")


if __name__ == "__main__":
    main()
