"""Things for the JSON API to answer with: orders as shoppers do, at the payment page of the system on this machine, and charges one of them by the API.

`python api_shop.py ADDRESS KEY`: orders, buyers and links are those that .ci/schemathesis.toml names; the names of regular purchases, which are drawn, are
written where it looks for them.
"""

import hashlib
import html.parser
import json
import pathlib
import sys
import time
import urllib.parse
import urllib.request

MERCHANT, KEY_PASSWORD = "4000", "abcd1234"  # the README's
CARD = {"card_number": "4242424242424242", "card_expiry": "12/39", "card_code": "123", "card_name": "TARO YAMADA"}


class Forms(html.parser.HTMLParser):
    """The forms of a page: address and fields."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append((attributes.get("action"), {}))
        elif tag == "input" and self.forms and attributes.get("type") != "checkbox":
            self.forms[-1][1][attributes.get("name")] = attributes.get("value") or ""


def fetch(address, fields=None):
    body = None if fields is None else urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(address, body, timeout=30) as answer:
        return answer.read().decode()


def signed(amount, order, user):
    """A request with the key of card-on-file (docs/integration.md)."""
    fields = {"admin": MERCHANT, "amount": amount, "charge": order, "user": user, "time": str(int(time.time()))}
    form = "&".join(f"{name}={urllib.parse.quote(value, safe='-._~')}" for name, value in fields.items())
    key = hashlib.sha256(f"{form}&{KEY_PASSWORD}".encode()).hexdigest()
    return {**fields, "key": key, "mail": f"{user}@example.jp"}


def pay(address, amount, order, user, **more):
    page = fetch(f"{address}/pay?{urllib.parse.urlencode({**signed(amount, order, user), **more})}")
    fields = next(fields for action, fields in Forms(page).forms if action == "/pay/authorize")
    fetch(f"{address}/pay/authorize", {**fields, **CARD, "keep_card": "on"})


def buy(address, api_key):
    def api(path, body=None):
        headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = hashlib.sha256(str(body).encode()).hexdigest()
        data = None if body is None else json.dumps(body).encode()
        return json.loads(urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=30).read())

    for order in range(7001, 7004):
        pay(address, "980", str(order), f"buyer{order}", regular="on", regular_kind="1")
    for order in range(7004, 7006):
        pay(address, "3000", str(order), f"buyer{order}")
    for order in range(8001, 8013):
        held = api("/v1/payments", {"order": str(order), "amount": 3000, "user": "buyer7001", "capture": "later"})
        assert held["status"] == "authorized", held
    renewals = []
    for _ in range(60):  # lists are some seconds behind; a key has 100 requests in ten seconds
        renewals = [renewal["renewal"] for renewal in api("/v1/renewals")["data"]]
        if len(renewals) == 3 and len(api("/v1/payments")["data"]) == 17:
            break
        time.sleep(0.5)
    else:
        raise SystemExit("the lists do not hold what was bought")
    for name, renewal in zip(("stands", "changes", "ends"), renewals, strict=True):
        pathlib.Path(f"target/ci-api.{name}").write_text(f'renewal="{renewal}"\n')


if __name__ == "__main__":
    buy(sys.argv[1], sys.argv[2])
