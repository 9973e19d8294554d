//! Notifications that we signed, read by programs that are not ours: the Standard Webhooks library of PyPI checks `v1`, OpenSSL by Node.js checks `v1a`.
//! Needs node, and python3 with that library in `target/webhooks`: `.ci/languages` installs what is missing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use domain::webhook::{HmacSecret, Signed, SigningKey, sign};
use serde_json::{Value, json};

/// The bodies that are signed: Japanese, escapes, empty.
const BODIES: [&str; 3] =
    [r#"{"type":"payment.succeeded","data":{"order":"1001","free1":"赤いくつ"}}"#, r#"{"a":"\"\\u0000 \n"}"#, "{}"];

#[test]
fn the_public_library_believes_what_is_signed_under_the_shared_secret_and_nothing_else() {
    let python = target().join("webhooks/bin/python");
    assert!(python.exists(), "{} is missing: run .ci/languages", python.display());
    let script = r#"
import json, sys
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
for case in json.load(sys.stdin):
    try:
        Webhook(case["secret"]).verify(case["body"], case["headers"], json_parse=False)
        print("genuine")
    except WebhookVerificationError as error:
        print("refused")
"#;
    check(&python, &["-c", script], |case| &case["secret"]);
}

#[test]
fn openssl_believes_what_is_signed_under_the_key_pair_and_nothing_else() {
    // a public key of Ed25519 in DER is twelve bytes and the key (RFC 8410, 4)
    let script = r#"
const crypto = require("crypto");
for (const one of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  const raw = Buffer.from(one.key.replace(/^whpk_/, ""), "base64");
  const key = crypto.createPublicKey({ key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]), format: "der", type: "spki" });
  const h = one.headers;
  const message = Buffer.from(h["webhook-id"] + "." + h["webhook-timestamp"] + "." + one.body, "utf8");
  const signatures = h["webhook-signature"].split(" ").filter((s) => s.startsWith("v1a,")).map((s) => Buffer.from(s.slice(4), "base64"));
  console.log(signatures.some((s) => crypto.verify(null, message, key, s)) ? "genuine" : "refused");
}
"#;
    check(Path::new("node"), &["-e", script], |case| &case["key"]);
}

/// Signs every body in the middle of a rotation; the reader must believe each under either key, and none that was changed or is under another's.
fn check(program: &Path, arguments: &[&str], reads: impl Fn(&Value) -> &Value) {
    let now_s: i64 = output(Path::new("date"), &["+%s"], "").trim().parse().unwrap();
    let secrets = [1, 2].map(|n| HmacSecret::from_bytes([n; 32]));
    let keys = [3, 4].map(|n| SigningKey::from_bytes([n; 32]));
    let stranger = (HmacSecret::from_bytes([9; 32]), SigningKey::from_bytes([9; 32]));
    let (mut cases, mut expected) = (Vec::new(), Vec::new());
    for body in BODIES {
        let id = "179525700000012345.2.payment_succeeded";
        let signature = sign(Signed { id, at_s: now_s, body: body.as_bytes() }, &secrets, &keys);
        let mut add = |secret: &HmacSecret, key: &SigningKey, body: &str, id: &str, verdict: &'static str| {
            let headers =
                json!({ "webhook-id": id, "webhook-timestamp": now_s.to_string(), "webhook-signature": signature });
            cases.push(
                json!({ "secret": *secret.expose_text(), "key": key.public(), "body": body, "headers": headers }),
            );
            expected.push(verdict);
        };
        add(&secrets[0], &keys[0], body, id, "genuine");
        add(&secrets[1], &keys[1], body, id, "genuine");
        add(&stranger.0, &stranger.1, body, id, "refused");
        add(&secrets[0], &keys[0], &format!("{body} "), id, "refused");
        add(&secrets[0], &keys[0], body, "179525700000012345.3.payment_succeeded", "refused");
    }
    assert!(cases.iter().all(|case| reads(case).is_string()));
    let said = output(program, arguments, &Value::from(cases).to_string());
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}

fn output(program: &Path, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; run .ci/languages", program.display()));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{} failed", program.display());
    String::from_utf8(output.stdout).unwrap()
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}
