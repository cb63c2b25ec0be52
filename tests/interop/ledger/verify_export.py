#!/usr/bin/env python3
"""Checks an export of the ledger with nothing of Sluis: hashlib, and openssl for Ed25519.

    verify_export.py EXPORT.json... VERIFIER_KEY

Several parts of one export are given in their order. Written from RFC 9162 (2.1.1, 2.1.3.2, 2.1.4.2), C2SP signed-note and C2SP tlog-checkpoint.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")


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
    if index >= size:
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
    name, key_id, key = text.split("+", 2)
    key = base64.b64decode(key, validate=True)
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


def check_stream(part, owner, end, key, known):
    """Checks one stream of one part behind what is known: number and hash of the last record, size and root of the tree."""
    number, last, last_hash, signed_size = end
    sequence, previous, known_size, known_root = known
    origin, size, root = open_note(part["checkpoint"], key)[:3]
    size, root = int(size), base64.b64decode(root, validate=True)
    if origin != f"{key[0]}/stream/{number}" or size != int(signed_size):
        fail(f"stream {number}: the checkpoint is not of this stream and this size")
    path = [bytes.fromhex(step) for step in part["consistency"]]
    if not consistent(known_size, size, known_root, root, path):
        fail(f"stream {number} does not begin with the one of the part before: it is forked")
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
    ends = sequence == int(last) and (sequence == 0 or previous.hex() == last_hash)
    return (sequence, previous, size, root), ends


def check_part(export, key, known):
    """Checks one part, and gives what is known of each stream after it, and whether it reaches the signed ends."""
    origin, owner, *ends = open_note(export["chainHeads"], key)
    ends = [line.split(" ") for line in ends]
    named = export["owner"] if isinstance(export["owner"], str) else "/".join(*export["owner"].items())
    if origin != key[0] + "/chain-heads" or owner != named:
        fail("the ends of the chains are not of this log and this owner")
    numbers = [int(end[0]) for end in ends]
    if numbers != [part["stream"] for part in export["streams"]] or len(set(numbers)) < len(numbers):
        fail("a stream is missing, or is not one of those whose ends are signed")
    if not set(known) <= set(numbers):
        fail("a stream is missing that was in the part before")
    begin, now_known, whole = (0, bytes(32), 0, tree_hash([])), {}, True
    for part, end in zip(export["streams"], ends):
        number = part["stream"]
        now_known[number], reached = check_stream(part, export["owner"], end, key, known.get(number, begin))
        whole = whole and reached
    return now_known, whole


def check(exports, key):
    known, whole = {}, False
    if any(export["owner"] != exports[0]["owner"] for export in exports):
        fail("the parts are of several owners")
    for export in exports:
        known, whole = check_part(export, key, known)
    if not whole:
        fail("the records do not end where the signed ends of the chains say")
    records = sum(of_stream[0] for of_stream in known.values())
    print(f"{records} records in {len(known)} streams, all as they were written")


if __name__ == "__main__":
    *files, verifier_key = sys.argv[1:]
    parts = [json.loads(pathlib.Path(file).read_text(encoding="utf-8")) for file in files]
    check(parts, read_key(verifier_key))
