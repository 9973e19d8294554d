"""Checks that a notification came from Kessai. Give it the headers and the body exactly as they came, before anything reads them."""
import base64
import hashlib
import hmac
import re


def is_genuine(id, timestamp, signatures, body, keys, now):
    """keys: what the console shows for this endpoint: whsec_… (shared secret) or whpk_… (public key, needs the package cryptography)."""
    # An old notification that somebody recorded is not believed.
    if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(now - int(timestamp)) > 300:
        return False
    message = id.encode() + b"." + timestamp.encode() + b"." + body
    genuine = False
    for signature in signatures.split(" "):
        version, _, text = signature.partition(",")
        try:
            given = base64.b64decode(text, validate=True)
        except ValueError:
            continue
        for key in keys:
            kind, _, secret = key.partition("_")
            secret = base64.b64decode(secret)
            if version == "v1" and kind == "whsec":
                genuine |= hmac.compare_digest(hmac.new(secret, message, hashlib.sha256).digest(), given)
            if version == "v1a" and kind == "whpk":
                genuine |= _signed(secret, given, message)
    return genuine


def _signed(key, signature, message):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True
