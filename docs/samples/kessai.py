# {{ja}} 決済ページへのリクエストを作り、戻りを確かめます。Python 3.9以降。標準ライブラリだけで動きます。
# {{en}} Makes requests to the payment page and checks what comes back. Python 3.9 or newer; nothing to install.
import hashlib
import hmac
import html
import os
import time
from urllib.parse import parse_qsl, quote

PAGE = "{{page}}"
MERCHANT = "{{merchant}}"
ENCODING = "{{encoding}}"


# {{ja}} 時刻と署名を加えます。値はすべて文字列で渡してください。
# {{en}} Adds the time and the signature. Every value is a string.
def with_sig(parameters, now=None):
    signed = {**parameters, "{{time}}": str(_seconds(now))}
    return {**signed, "{{sig}}": _sign("request", canonical_form(_to_bytes(signed)))}


# {{ja}} 時刻とキーを加えます。購入者IDを送り、署名を付けない場合だけに要ります（カード情報保持）。
# {{en}} Adds the time and the key. Only needed with a buyer id and without a signature (card-on-file).
def with_key(parameters, now=None):
    sent_at = str(_seconds(now))
    order = [parameters[name] for name in ("{{amount}}", "{{charge}}", "{{user}}")]
    key = card_on_file_key(os.environ["{{key_password_name}}"], MERCHANT, *order, sent_at)
    return {**parameters, "{{time}}": sent_at, "{{key}}": key}


# {{ja}} 決済ページを開くアドレス（GET）。HTMLに書くときはエスケープしてください。
# {{en}} The address that opens the payment page (GET). Escape it when you write it into HTML.
def link(parameters):
    return PAGE + "?" + canonical_form(_to_bytes(parameters))


# {{ja}} 決済ページを開くフォーム（POST）。
# {{en}} The form that opens the payment page (POST).
def form(parameters, button):
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in parameters.items()
    )
    start = f'<form method="post" action="{PAGE}" accept-charset="{{charset}}">'
    return f"{start}{fields}<button>{html.escape(button)}</button></form>"


# {{ja}} 戻りの署名と時刻を確かめ、パラメータを返します。確かめられなければ ValueError です。
# {{ja}} raw は届いたままのクエリ（GET）か本文（POST）、address は登録した戻り先です。
# {{en}} Checks the signature and the time of a hand-over and returns its parameters; ValueError if they are not right.
# {{en}} raw is the query (GET) or the body (POST) as it arrived, address the registered destination.
# {{unsigned}} {{ja}} 先に、設定で戻りの署名を有効にしてください。署名のない戻りは、すべて ValueError になります。
# {{unsigned}} {{en}} First switch on signed hand-overs in your settings: without a signature it is always a ValueError.
def handover(raw, address, now=None):
    own_query = _pairs(address.partition("?")[2])
    pairs = [pair for pair in _pairs(raw) if pair not in own_query]
    fields = dict(pairs)
    signed = canonical_form(pair for pair in pairs if pair[0] != b"{{return.sig}}")
    expected = _sign("handover\n" + address, signed).encode()
    if len(fields) != len(pairs) or not hmac.compare_digest(expected, fields.get(b"{{return.sig}}", b"")):
        raise ValueError("the signature is not right")
    if abs(_seconds(now) - int(fields[b"{{return.time}}"])) > 300:
        raise ValueError("the time is more than 300 seconds away")
    return {name.decode(ENCODING): value.decode(ENCODING) for name, value in pairs}


# {{ja}} 金額が手元の注文と同じで、結果が成功であること。結果は、あることを確かめ、文字列として比べます。
# {{en}} Whether the amount is that of your order and the result is success: it is there, and it is this very string.
def is_paid(fields, order_amount):
    return fields.get("{{return.amount}}") == str(order_amount) and fields.get("{{return.result}}") == "{{paid}}"


def card_on_file_key(password, admin, amount, charge, user, sent_at):
    fields = {"admin": admin, "amount": amount, "charge": charge, "user": user, "time": sent_at}
    message = "&".join(f"{name}={quote(value, safe='-._~')}" for name, value in fields.items())
    return hashlib.sha256(f"{message}&{password}".encode()).hexdigest()


# {{ja}} 名前のバイト順に並べ、RFC 3986 でエンコードし、「&」でつなぎます。
# {{en}} Sorted by the bytes of the names, encoded by RFC 3986, joined with "&".
def canonical_form(pairs):
    return "&".join(f"{quote(name, safe='-._~')}={quote(value, safe='-._~')}" for name, value in sorted(pairs))


# {{ja}} 秘密の値は環境変数から読みます。プログラムやページには書かないでください。
# {{en}} Secrets are read from the environment. Never write them into a program or a page.
def _sign(direction, signed):
    secret = bytes.fromhex(os.environ["{{sig_secret_name}}"])
    if len(secret) != 32:
        raise RuntimeError("{{sig_secret_name}} is not 64 hex digits")
    message = f"kessai-sig-v2\n{direction}\n{signed}"
    return "v2:" + hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()


# {{shift_jis}}
# {{ja}} 「髙」などには二つの符号があり、Python とブラウザで選び方が違います。署名はブラウザが送るほうで作ります。
# {{en}} Some characters, have two codes. Python and browsers choose differently; browsers send these.
_BROWSERS = {
    bytes([lead, trail]).decode(ENCODING, "ignore"): bytes([lead, trail])
    for lead in (0xFA, 0xFB, 0xFC)
    for trail in range(0x40, 0xFD)
}


# {{ja}} Shift_JIS にない文字はエラーになります。別の文字として送られるより安全です。
# {{en}} A character that Shift_JIS lacks is an error: better than another character at the payment page.
def _encode(character):
    encoded = character.encode(ENCODING)
    if encoded.decode(ENCODING) != character:
        raise ValueError("not in Shift_JIS")
    return _BROWSERS[character] if encoded[0] in (0xED, 0xEE) else encoded


# {{/shift_jis}}
def _to_bytes(parameters):
    # {{utf8}}
    return [(name.encode(ENCODING), value.encode(ENCODING)) for name, value in parameters.items()]
    # {{/utf8}}
    # {{shift_jis}}
    return [(name.encode(ENCODING), b"".join(map(_encode, value))) for name, value in parameters.items()]
    # {{/shift_jis}}


def _pairs(raw):
    pairs = parse_qsl(raw, keep_blank_values=True, encoding="latin-1")
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def _seconds(now):
    return int(time.time() if now is None else now)
