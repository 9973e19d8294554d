//! The code by which shops check notifications, run in its language: what we sign it believes, and nothing that was changed. Needs php, python3 (with
//! cryptography), ruby, node and java: `.ci/languages` installs what is missing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use data_encoding::HEXLOWER;
use domain::webhook::{HmacSecret, PublicKey, Signed, SigningKey, sign, verify};
use jiff::Timestamp;

const NOW_S: i64 = 1_795_230_000;
/// Any bytes at all; a body of ours is JSON.
const BODY: &[u8] = "{\"type\":\"payment.succeeded\",\"data\":{\"name\":\"山田 \\n\"}}\r\n".as_bytes();

/// What a shop's program is given, and whether it is to believe it.
struct Case {
    name: &'static str,
    id: String,
    time: String,
    signatures: String,
    body: Vec<u8>,
    keys: String,
    now_s: i64,
    genuine: bool,
}

fn secret(byte: u8) -> HmacSecret {
    HmacSecret::from_bytes([byte; 32])
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes([byte; 32])
}

fn cases() -> Vec<Case> {
    let (id, body) = ("4000.1001.2.succeeded", BODY);
    let message = Signed { id, at_s: NOW_S, body };
    let both = sign(message, &[secret(1), secret(2)], &[key(3), key(4)]);
    let (whsec, whpk) = (secret(1).expose_text().to_string(), key(3).public().to_string());
    let case = |name, keys: &str, genuine| Case {
        name,
        id: id.to_owned(),
        time: NOW_S.to_string(),
        signatures: both.clone(),
        body: body.to_vec(),
        keys: keys.to_owned(),
        now_s: NOW_S,
        genuine,
    };
    let changed = |name, change: fn(&mut Case)| {
        [&whsec, &whpk].map(|keys| {
            let mut case = case(name, keys, false);
            change(&mut case);
            case
        })
    };
    let mut cases = vec![
        case("by the secret", &whsec, true),
        case("by the public key", &whpk, true),
        case("by the one of the rotation", &secret(2).expose_text(), true),
        case("by the other key of the rotation", &key(4).public().to_string(), true),
        case("one of several known", &format!("{} {whpk}", secret(9).expose_text().as_str()), true),
        case("another's secret", &secret(9).expose_text(), false),
        case("another's key", &key(9).public().to_string(), false),
        Case { now_s: NOW_S + 300, ..case("just in time", &whsec, true) },
        Case { now_s: NOW_S - 300, ..case("a clock that is behind", &whsec, true) },
        Case { body: Vec::new(), ..case("another body", &whsec, false) },
        Case { signatures: format!("v1,\u{e9}=== {both}"), ..case("beside one that is not ASCII", &whsec, true) },
        Case { signatures: format!("v1a,\u{e9} {both}"), ..case("the same by the public key", &whpk, true) },
    ];
    cases.extend(changed("a byte changed", |case| case.body[0] ^= 1));
    cases.extend(changed("a byte more", |case| case.body.push(b' ')));
    cases.extend(changed("another id", |case| case.id.push('x')));
    cases.extend(changed("another time", |case| case.time = (NOW_S - 1).to_string()));
    cases.extend(changed("recorded and sent again", |case| case.now_s += 301));
    cases.extend(changed("from the future", |case| case.now_s -= 301));
    cases.extend(changed("a time that is none", |case| case.time = "soon".to_owned()));
    cases.extend(changed("no signature", |case| case.signatures = String::new()));
    cases.extend(changed("a version of later", |case| case.signatures = case.signatures.replace("v1", "v2")));
    cases.extend(changed("versions exchanged", |case| {
        case.signatures = case.signatures.replace("v1a,", "v0,").replace("v1,", "v1a,").replace("v0,", "v1,");
    }));
    cases.extend(changed("no base64", |case| case.signatures = "v1,*** v1a,***".to_owned()));
    cases.extend(changed("not ASCII", |case| case.signatures = "v1,\u{e9} v1a,\u{e9}".to_owned()));
    cases.extend(changed("too short", |case| case.signatures = "v1,AAAA v1a,AAAA v1 v1a".to_owned()));
    cases
}

/// Our own reader judges the same: the cases are what they say.
#[test]
fn our_own_reader_judges_alike() {
    for case in cases() {
        let Ok(at_s) = case.time.parse() else { continue };
        let (mut secrets, mut keys) = (Vec::new(), Vec::new());
        for key in case.keys.split(' ') {
            match HmacSecret::parse(key) {
                Ok(secret) => secrets.push(secret),
                Err(_) => keys.push(PublicKey::parse(key).unwrap()),
            }
        }
        let message = Signed { id: &case.id, at_s, body: &case.body };
        let now = Timestamp::from_second(case.now_s).unwrap();
        let genuine = verify(message, &case.signatures, &secrets, &keys, now).is_ok();
        assert_eq!(genuine, case.genuine, "{}", case.name);
    }
}

#[test]
fn php_judges_notifications() {
    judges("php", "notification.php", "notification.php");
}

#[test]
fn python_judges_notifications() {
    judges("../../target/webhooks/bin/python", "notification.py", "notification.py");
}

#[test]
fn ruby_judges_notifications() {
    judges("ruby", "notification.rb", "notification.rb");
}

#[test]
fn javascript_judges_notifications() {
    judges("node", "notification.js", "notification.js");
}

#[test]
fn java_judges_notifications() {
    judges("java", "Notification.java", "NotificationDriver.java");
}

fn judges(interpreter: &str, sample: &str, driver: &str) {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("notification-{sample}"));
    fs::create_dir_all(&folder).unwrap();
    fs::copy(manifest.join("../../docs/samples").join(sample), folder.join(sample)).unwrap();
    let driver = manifest.join("tests/samples").join(driver);
    let program = if interpreter.contains('/') { manifest.join(interpreter) } else { interpreter.into() };
    let mut command = Command::new(program);
    if interpreter == "java" {
        compile(&folder, sample, &driver);
        command.args(["-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp"]).arg(&folder).arg("NotificationDriver");
    } else {
        command.arg(driver).arg(&folder);
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let missing = |error| panic!("{interpreter} can't be started ({error}): run .ci/languages");
    let mut child = command.spawn().unwrap_or_else(missing);
    let cases = cases();
    let lines: String = cases.iter().map(line).collect();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{interpreter}: {complaints}");
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), cases.len(), "{interpreter} answers each");
    for (case, answer) in cases.iter().zip(answers.lines()) {
        assert_eq!(answer == "yes", case.genuine, "{interpreter}: {} ({})", case.name, case.keys);
    }
}

fn line(case: &Case) -> String {
    let now = case.now_s.to_string();
    let fields: [&[u8]; 6] = [
        case.id.as_bytes(),
        case.time.as_bytes(),
        case.signatures.as_bytes(),
        &case.body,
        case.keys.as_bytes(),
        now.as_bytes(),
    ];
    format!("{}\n", fields.map(|field| HEXLOWER.encode(field)).join("\t"))
}

fn compile(folder: &PathBuf, sample: &str, driver: &Path) {
    let compiled = Command::new("javac")
        .args(["-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d"])
        .arg(folder)
        .args([folder.join(sample).as_path(), driver])
        .output()
        .unwrap_or_else(|error| panic!("javac can't be started ({error}): run .ci/languages"));
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
}
