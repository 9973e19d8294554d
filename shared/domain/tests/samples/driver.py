"""Calls a sample for tests/samples.rs: a command a line, its arguments in hex between tabs, an answer a line."""

import sys

sys.path.insert(0, sys.argv[1])
import kessai  # noqa: E402


def pairs(arguments):
    return dict(zip(arguments[::2], arguments[1::2]))


def answer(command, arguments):
    if command == "key":
        return kessai.card_on_file_key(*arguments)
    if command == "sign":
        return kessai._sign("request", kessai.canonical_form(kessai._to_bytes(pairs(arguments))))
    if command == "request":
        proof, way, now, *rest = arguments
        proven = {"sig": kessai.with_sig, "key": kessai.with_key}[proof](pairs(rest), int(now))
        return kessai.link(proven) if way == "link" else kessai.form(proven, "Pay <now>")
    raw, address, now, amount = arguments
    fields = kessai.handover(raw, address, int(now))
    return " ".join([str(kessai.is_paid(fields, int(amount))).lower(), *(f"{n}={v}" for n, v in fields.items())])


for line in sys.stdin:
    command, *arguments = line.rstrip("\n").split("\t")
    try:
        told = answer(command, [bytes.fromhex(argument).decode() for argument in arguments])
    except ValueError:
        told = "refused"
    print(told.encode().hex())
