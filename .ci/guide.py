"""Runs the merchant guide's Python against the published vectors: an example that is wrong costs every shop a day."""

import json
import re
from pathlib import Path

guide = Path("docs/merchant-guide.md").read_text(encoding="utf-8")
vectors = Path("shared/domain/tests/vectors")
names = {}
for block in re.findall(r"```python\n(.*?)```", guide, re.S):
    exec(block, names)

checked = 0
for row in json.loads((vectors / "card-on-file-key.json").read_text(encoding="utf-8"))["accept"]:
    fields = [row[name] for name in ("password", "admin", "amount", "charge", "user", "time")]
    assert names["card_on_file_key"](*fields) == row["key"], row
    checked += 1

sig = json.loads((vectors / "sig-v2.json").read_text(encoding="utf-8"))
for row in sig["requests"]:
    assert names["sign_request"](sig["secret"], row["params"]) == row["sig"], row
    checked += 1
for row in sig["handovers"]:
    sent_at = int(row["params"]["time"])
    signed = {**row["params"], "sig": row["sig"]}
    forged = {**signed, "amount": "1"}
    ours = names["handover_is_ours"]
    assert ours(sig["secret"], row["address"], signed, now=sent_at), row
    assert not ours(sig["secret"], row["address"], forged, now=sent_at), row
    assert not ours(sig["secret"], row["address"], signed, now=sent_at + 301), row
    checked += 1

print(f"{checked} vectors hold for the guide's Python")
