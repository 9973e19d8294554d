// {{ja}} 決済ページへのリクエストを作り、戻りを確かめます。Node.js 18以降。追加のパッケージは要りません。
// {{en}} Makes requests to the payment page and checks what comes back. Node.js 18 or newer; nothing to install.
"use strict";
const { createHash, createHmac, timingSafeEqual } = require("node:crypto");

const PAGE = "{{page}}";
const MERCHANT = "{{merchant}}";

// {{ja}} 時刻と署名を加えます。値はすべて文字列で渡してください。
// {{en}} Adds the time and the signature. Every value is a string.
function withSig(parameters, now = Date.now() / 1000) {
  const signed = { ...parameters, "{{time}}": String(Math.floor(now)) };
  return { ...signed, "{{sig}}": sign("request", canonicalForm(toBytes(signed))) };
}

// {{ja}} 時刻とキーを加えます。購入者IDを送り、署名を付けない場合だけに要ります（カード情報保持）。
// {{en}} Adds the time and the key. Only needed with a buyer id and without a signature (card-on-file).
function withKey(parameters, now = Date.now() / 1000) {
  const sentAt = String(Math.floor(now));
  const order = [parameters["{{amount}}"], parameters["{{charge}}"], parameters["{{user}}"]];
  const key = cardOnFileKey(secret("{{key_password_name}}"), MERCHANT, ...order, sentAt);
  return { ...parameters, "{{time}}": sentAt, "{{key}}": key };
}

// {{ja}} 決済ページを開くアドレス（GET）。HTMLに書くときはエスケープしてください。
// {{en}} The address that opens the payment page (GET). Escape it when you write it into HTML.
function link(parameters) {
  return `${PAGE}?${canonicalForm(toBytes(parameters))}`;
}

// {{ja}} 決済ページを開くフォーム（POST）。
// {{en}} The form that opens the payment page (POST).
function form(parameters, button) {
  const fields = Object.entries(parameters).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const start = `<form method="post" action="${PAGE}" accept-charset="{{charset}}">`;
  return `${start}${fields.join("")}<button>${escapeHtml(button)}</button></form>`;
}

// {{ja}} 戻りの署名と時刻を確かめ、パラメータを返します。確かめられなければ例外です。
// {{ja}} raw は届いたままのクエリ（GET）か本文（POST）、address は登録した戻り先です。
// {{en}} Checks the signature and the time of a hand-over and returns its parameters; throws if they are not right.
// {{en}} raw is the query (GET) or the body (POST) as it arrived, address the registered destination.
// {{unsigned}} {{ja}} 先に、設定で戻りの署名を有効にしてください。署名のない戻りは、すべて例外になります。
// {{unsigned}} {{en}} First switch on signed hand-overs in your settings: without a signature it always throws.
function handover(raw, address, now = Date.now() / 1000) {
  const ownQuery = pairs(address.split("?").slice(1).join("?"));
  const isOwn = ([name, value]) => ownQuery.some(([n, v]) => n.equals(name) && v.equals(value));
  const received = pairs(raw).filter((pair) => !isOwn(pair));
  const fields = new Map(received.map(([name, value]) => [name.toString("latin1"), value]));
  const signed = canonicalForm(received.filter(([name]) => name.toString("latin1") !== "{{return.sig}}"));
  const expected = Buffer.from(sign(`handover\n${address}`, signed));
  const given = fields.get("{{return.sig}}") ?? Buffer.alloc(0);
  const right = given.length === expected.length && timingSafeEqual(given, expected);
  if (!right || fields.size !== received.length) throw new Error("the signature is not right");
  const time = Number(fields.get("{{return.time}}"));
  if (!(Math.abs(now - time) <= 300)) throw new Error("the time is more than 300 seconds away");
  const text = new TextDecoder("{{encoding}}", { fatal: true });
  return Object.fromEntries(received.map(([name, value]) => [text.decode(name), text.decode(value)]));
}

// {{ja}} 金額が手元の注文と同じで、結果が成功であること。結果は、あることを確かめ、文字列として比べます（=== を使います）。
// {{en}} Whether the amount is that of your order and the result is success: it is there, and it is this very string (===).
function isPaid(fields, orderAmount) {
  return fields["{{return.amount}}"] === String(orderAmount) && fields["{{return.result}}"] === "{{paid}}";
}

function cardOnFileKey(password, admin, amount, charge, user, sentAt) {
  const fields = Object.entries({ admin, amount, charge, user, time: sentAt });
  const message = fields.map(([name, value]) => `${name}=${percentEncode(Buffer.from(value))}`).join("&");
  return createHash("sha256").update(`${message}&${password}`).digest("hex");
}

// {{ja}} 名前のバイト順に並べ、RFC 3986 でエンコードし、「&」でつなぎます。
// {{en}} Sorted by the bytes of the names, encoded by RFC 3986, joined with "&".
function canonicalForm(bytePairs) {
  const sorted = [...bytePairs].sort(([one], [other]) => Buffer.compare(one, other));
  return sorted.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join("&");
}

// {{ja}} encodeURIComponent は ! ' ( ) * をそのまま残すため、使いません。
// {{en}} Not encodeURIComponent, which leaves ! ' ( ) * as they are.
function percentEncode(bytes) {
  const hex = (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
  return bytes.toString("latin1").replace(/[^A-Za-z0-9\-._~]/g, hex);
}

function sign(direction, signed) {
  const key = Buffer.from(secret("{{sig_secret_name}}"), "hex");
  if (key.length !== 32) throw new Error("{{sig_secret_name}} is not 64 hex digits");
  return "v2:" + createHmac("sha256", key).update(`kessai-sig-v2\n${direction}\n${signed}`).digest("hex");
}

// {{ja}} 秘密の値は環境変数から読みます。プログラムやページには書かないでください。
// {{en}} Secrets are read from the environment. Never write them into a program or a page.
function secret(name) {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
}

// {{shift_jis}}
// {{ja}} Node.js には Shift_JIS への変換がないため、逆の変換から表を作ります。表にない文字は例外です。
// {{en}} Node.js can't encode Shift_JIS, so this turns its decoder's table round. A character that it lacks throws.
const SHIFT_JIS = new Map();
const SHIFT_JIS_DECODER = new TextDecoder("shift_jis");
for (let lead = 0; lead < 256; lead++) {
  for (let trail = 0; trail < 256; trail++) {
    const bytes = lead < 0x81 || (lead > 0x9f && lead < 0xe0) ? [lead] : [lead, trail];
    // {{ja}} 同じ文字が二か所にあるとき（IBM拡張文字）、ブラウザと同じほうを使います。
    // {{en}} Where a character has two places (IBM's extensions) take the one that browsers take.
    if (lead === 0xed || lead === 0xee) continue;
    const text = SHIFT_JIS_DECODER.decode(Uint8Array.from(bytes));
    if ([...text].length === 1 && text !== "\ufffd" && !SHIFT_JIS.has(text)) SHIFT_JIS.set(text, bytes);
    if (bytes.length === 1) break;
  }
}

function encode(text) {
  const bytes = [...text].map((character) => {
    if (!SHIFT_JIS.has(character)) throw new Error("not in Shift_JIS");
    return SHIFT_JIS.get(character);
  });
  return Buffer.from(bytes.flat());
}

// {{/shift_jis}}
function toBytes(parameters) {
  // {{utf8}}
  return Object.entries(parameters).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  // {{/utf8}}
  // {{shift_jis}}
  return Object.entries(parameters).map(([name, value]) => [encode(name), encode(value)]);
  // {{/shift_jis}}
}

function pairs(raw) {
  const decode = (piece) =>
    Buffer.from(
      piece.replace(/\+/g, " ").replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
      "latin1",
    );
  const pieces = raw.split("&").filter((piece) => piece !== "");
  return pieces.map((piece) => [piece.split("=")[0], piece.split("=").slice(1).join("=")].map(decode));
}

function escapeHtml(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

module.exports = { withSig, withKey, link, form, handover, isPaid, cardOnFileKey, canonicalForm, sign, toBytes };
