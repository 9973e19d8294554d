"""What .ci/api does before each request of schemathesis."""

import json
import os
import urllib.request

import schemathesis

CLOCK = f"{os.environ['KESSAI']}/_local/clock"
# A key may make 100 requests in ten seconds of the system's clock, which nobody has to wait for.
REQUESTS, SECONDS = 90, 11

calls = 0


def move_clock():
    body, headers = json.dumps({"advance_s": SECONDS}).encode(), {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(CLOCK, body, headers), timeout=60).read()


@schemathesis.hook
def before_call(context, case, kwargs):
    global calls
    calls += 1
    if calls % REQUESTS == 0:
        move_clock()
    # A good key that was used before answers what it answered: three in four are new, so that something is done.
    positive = case.meta is None or case.meta.generation.mode.is_positive
    if positive and calls % 4 and case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"request-{calls}"
