"""Reads lines of hex fields (id, time, signatures, body, keys, now) and answers yes or no to each."""
import sys

sys.path.insert(0, sys.argv[1])
import notification

for line in sys.stdin:
    id, time, signatures, body, keys, now = (bytes.fromhex(field) for field in line.rstrip("\n").split("\t"))
    genuine = notification.is_genuine(id.decode(), time.decode(), signatures.decode(), body, keys.decode().split(" "), int(now))
    print("yes" if genuine else "no")
