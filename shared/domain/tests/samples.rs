//! The code that shops copy, run in its language: against the published vectors, with requests that our own parser must accept, and with hand-overs
//! that we made and others changed. Needs php, python3, ruby, node and java: `.ci/languages` installs what is missing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use data_encoding::HEXLOWER;
use domain::{
    Lang, Merchant, MerchantId,
    integration::{self, Language},
    merchant::{Destination, Dialect, Encoding, Method},
    request::{Field, Secrets, merchant_of, verify_and_parse},
    signing::{KeyPassword, SigSecret, sign_handover, sign_request},
    text,
    webhook::signed_form,
    wire::Parameters,
};
use html5gum::{Token, Tokenizer, emitters::default::DefaultEmitter};
use jiff::Timestamp;
use serde_json::Value;

const NOW_S: i64 = 1_763_720_400;
const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const PASSWORD: &str = "p@ss&w%rd+1";
const ORIGIN: &str = "https://pay.example";

#[test]
fn php_works() {
    works(Language::Php);
}

#[test]
fn python_works() {
    works(Language::Python);
}

#[test]
fn ruby_works() {
    works(Language::Ruby);
}

#[test]
fn javascript_works() {
    works(Language::JavaScript);
}

#[test]
fn java_works() {
    works(Language::Java);
}

/// Everything that a shop does with a sample, for an ASJ shop in UTF-8, a 24 shop, and one with its own names in Shift_JIS.
fn works(language: Language) {
    for (place, merchant) in [asj(), twenty_four(), own_names()].iter().enumerate() {
        let mut cases = [requests(merchant), handovers(merchant)].concat();
        if place == 0 {
            cases.extend(vectors());
        }
        let commands: Vec<String> = cases.iter().map(|case| case.command.clone()).collect();
        let answers = run(language, merchant, place, &commands);
        assert_eq!(answers.len(), cases.len(), "{language:?} answers each command");
        for (case, answer) in cases.iter().zip(answers) {
            (case.check)(&answer).unwrap_or_else(|why| panic!("{language:?} {}: {why}\n{answer}", case.name));
        }
    }
}

/// Says why an answer is wrong.
type Check = std::rc::Rc<dyn Fn(&str) -> Result<(), String>>;

/// One call of a sample, and what its answer must be.
#[derive(Clone)]
struct Case {
    name: String,
    command: String,
    check: Check,
}

impl Case {
    fn new(name: impl Into<String>, words: &[&str], check: impl Fn(&str) -> Result<(), String> + 'static) -> Self {
        let (command, arguments) = words.split_first().unwrap();
        let hex = arguments.iter().map(|argument| HEXLOWER.encode(argument.as_bytes()));
        let command = std::iter::once((*command).to_owned()).chain(hex).collect::<Vec<_>>().join("\t");
        Self { name: name.into(), command, check: std::rc::Rc::new(check) }
    }

    fn says(name: impl Into<String>, words: &[&str], expected: impl Into<String>) -> Self {
        let expected = expected.into();
        Self::new(
            name,
            words,
            move |answer| {
                if answer == expected { Ok(()) } else { Err(format!("expected {expected}")) }
            },
        )
    }
}

fn merchant(id: &str) -> Merchant {
    let at = |address: &str, method| Some(Destination { address: address.to_owned(), method });
    Merchant {
        card_on_file: true,
        destinations: [
            at("https://shop.example/thanks", Method::Post),
            at("https://shop.example/members?page=a+b&x=%41&flag", Method::Get),
            None,
        ],
        ..Merchant::new(MerchantId::new(id).unwrap(), "デモショップ")
    }
}

fn asj() -> Merchant {
    merchant("7000")
}

fn twenty_four() -> Merchant {
    Merchant { dialect: Dialect::TwentyFour, ..merchant("2400") }
}

fn own_names() -> Merchant {
    let owned = |names: &[(&str, &str)]| names.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    Merchant {
        encoding: Encoding::ShiftJis,
        request_names: owned(&[
            ("admin", "ten.po"),
            ("amount", "kin.gaku"),
            ("user", "kaiin"),
            ("time", "ji"),
            ("key", "kagi"),
            ("sig", "shomei"),
        ]),
        handover_names: owned(&[("amount", "kin.gaku"), ("time", "ji"), ("sig", "shomei")]),
        ..Merchant { dialect: Dialect::TwentyFour, ..merchant("9320") }
    }
}

fn file(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn string<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

/// The rows of both vector files.
fn vectors() -> Vec<Case> {
    let mut cases = Vec::new();
    for row in file("card-on-file-key.json")["accept"].as_array().unwrap() {
        let fields = ["password", "admin", "amount", "charge", "user", "time"].map(|name| string(row, name));
        let words = [&["key"][..], &fields].concat();
        cases.push(Case::says(format!("key vector, {}", string(row, "note")), &words, string(row, "key")));
    }
    let sig = file("sig-v2.json");
    assert_eq!(string(&sig, "secret"), SECRET);
    let params = |row: &Value| -> BTreeMap<String, String> { serde_json::from_value(row["params"].clone()).unwrap() };
    for row in sig["requests"].as_array().unwrap() {
        let params = params(row);
        let reversed = params.iter().rev().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        let words: Vec<&str> = std::iter::once("sign").chain(reversed).collect();
        cases.push(Case::says("sig vector of a request", &words, string(row, "sig")));
    }
    for row in sig["handovers"].as_array().unwrap() {
        let raw = format!("{}&sig={}", string(row, "canonical"), string(row, "sig"));
        let now = string(&row["params"], "time");
        let words = ["handover", &raw, string(row, "address"), now, "2000"];
        cases.push(Case::new("sig vector of a hand-over", &words, |answer| {
            let paid = answer.starts_with("true ") && answer.contains("free3=山");
            if paid { Ok(()) } else { Err("expected a paid order".to_owned()) }
        }));
    }
    assert!(cases.len() >= 29, "both files have their rows");
    cases
}

/// Links and forms, each read back by the product's own parser and verifier.
fn requests(merchant: &Merchant) -> Vec<Case> {
    let wire = |field: Field| field.wire_name(merchant).to_owned();
    let mut order = vec![
        (wire(Field::Amount), "2000".to_owned()),
        (wire(Field::Charge), "1001".to_owned()),
        (wire(Field::Mail), "taro+x@example.jp".to_owned()),
        (wire(Field::Free1), "赤 & \"M\" <サイズ> 100%+'表'～髙①ｱ*~".to_owned()),
        (wire(Field::Free2), String::new()),
        (wire(Field::Lang), "en".to_owned()),
        ("utm_source".to_owned(), "a b+c".to_owned()),
    ];
    let mut cases = Vec::new();
    for way in ["link", "form"] {
        for proof in ["sig", "key"] {
            if proof == "key" {
                order.push((wire(Field::User), "u+v/w=x&y%z*~!'()".to_owned()));
            }
            cases.push(request(merchant, proof, way, &order));
            order.retain(|(name, _)| *name != wire(Field::User));
        }
    }
    if merchant.encoding == Encoding::ShiftJis {
        for lacking in ["〜", "😀", "¥", "é"] {
            let words =
                ["request", "sig", "link", "1763720400", &wire(Field::Amount), "1", &wire(Field::Free1), lacking]
                    .map(str::to_owned);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            cases.push(Case::says(format!("{lacking} is not in Shift_JIS"), &words, "refused"));
        }
    }
    cases.push(every_character(merchant));
    cases
}

/// Every character of the encoding has the bytes that a browser sends, because they are what is signed. Private ones are left out: shops' systems differ.
fn every_character(merchant: &Merchant) -> Case {
    let fits = |c: &char| {
        let text = c.to_string();
        !c.is_control() && !('\u{e000}'..='\u{f8ff}').contains(c) && text::fit(&text, merchant.encoding) == text
    };
    let all: String = ('\u{20}'..='\u{ffff}').filter(fits).collect();
    let sig = sign_request(&secret(), [(&b"x"[..], text::encode(&all, merchant.encoding).as_slice())]);
    Case::says("every character", &["sign", "x", &all], sig)
}

fn request(merchant: &Merchant, proof: &str, way: &'static str, order: &[(String, String)]) -> Case {
    let now = NOW_S.to_string();
    let words: Vec<&str> = ["request", proof, way, &now]
        .into_iter()
        .chain(order.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]))
        .collect();
    let (mut merchant, free, user) = (merchant.clone(), order[3].1.clone(), proof == "key");
    merchant.sig.required = !user;
    Case::new(format!("{way} with {proof}"), &words, move |answer| {
        let (action, encoded) = match way {
            "link" => answer.split_once('?').map(|(page, query)| (page.to_owned(), query.to_owned())).unwrap(),
            _ => submitted(answer),
        };
        let number = action.strip_prefix(&format!("{ORIGIN}/pay/")).ok_or("another page")?;
        let parameters = Parameters::parse(encoded.as_bytes()).map_err(|error| error.to_string())?;
        let named = merchant_of(&parameters, Some(number)).map_err(|error| error.to_string())?;
        assert_eq!(named, merchant.id);
        let read = verify_and_parse(&parameters, &merchant, &secrets(), now_plus(0)).map_err(|e| e.to_string())?;
        assert_eq!((read.amount.get(), read.order.as_str(), read.lang), (2000, "1001", Some(Lang::En)));
        assert_eq!((read.details.mail.as_str(), &read.details.free[0]), ("taro+x@example.jp", &free));
        assert_eq!(read.details.user, if user { "u+v/w=x&y%z*~!'()" } else { "" });
        Ok(())
    })
}

/// What a browser sends for a form: its address and the encoded fields (WHATWG HTML, form submission).
fn submitted(html: &str) -> (String, String) {
    let (mut action, mut charset, mut fields) = (String::new(), String::new(), Vec::new());
    let mut text = String::new();
    for token in Tokenizer::new_with_emitter(html, DefaultEmitter::default()) {
        let Ok(token) = token;
        if let Token::String(string) = &token {
            text.push_str(std::str::from_utf8(&string.value).unwrap());
        }
        let Token::StartTag(tag) = token else { continue };
        let attribute = |name: &[u8]| {
            let found = tag.attributes.iter().find(|(given, _)| given.as_slice() == name);
            found.map(|(_, value)| String::from_utf8(value.value.to_vec()).unwrap()).unwrap_or_default()
        };
        match tag.name.as_slice() {
            b"form" => {
                assert_eq!(attribute(b"method"), "post");
                (action, charset) = (attribute(b"action"), attribute(b"accept-charset"));
            }
            b"input" => fields.push((attribute(b"name"), attribute(b"value"))),
            _ => {}
        }
    }
    assert_eq!(text, "Pay <now>", "the button's text is escaped");
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap();
    let encoded = |text: &str| {
        let bytes = encoding.encode(text).0;
        bytes.iter().map(|b| if *b == b' ' { "+".to_owned() } else { format!("%{b:02X}") }).collect::<String>()
    };
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    (action, pairs.join("&"))
}

/// Hand-overs signed by us: right ones, and what others make of them.
fn handovers(merchant: &Merchant) -> Vec<Case> {
    let (by_post, by_get) =
        (&merchant.destinations[0].as_ref().unwrap().address, &merchant.destinations[1].as_ref().unwrap().address);
    let result = if merchant.dialect == Dialect::Asj { "result" } else { "RC" };
    let paid = signed_by_us(merchant, by_post, result, "0");
    let failed = signed_by_us(merchant, by_post, result, if result == "RC" { "9" } else { "1" });
    let elsewhere = signed_by_us(merchant, by_get, result, "0");
    let empty = signed_by_us(merchant, by_post, result, "");
    let case = |name: &str, raw: &str, address: &str, at_s: i64, amount: &str, expected: &'static str| {
        let now = (NOW_S + at_s).to_string();
        let words = ["handover", raw, address, &now, amount];
        Case::new(name, &words, move |answer| {
            let right = match expected {
                "true" => answer.starts_with("true ") && answer.contains("=赤・山〓 a&b=c+d ～"),
                "false" => answer.starts_with("false "),
                refused => answer == refused,
            };
            if right { Ok(()) } else { Err(format!("expected {expected}")) }
        })
    };
    let own_query = format!("page=a+b&x=A&flag=&{elsewhere}");
    // A notification in the form of a hand-over comes to an endpoint's address by POST: without the address's own query, with time and signature of the try.
    let unsigned = elsewhere.rsplitn(3, '&').last().unwrap();
    let notified = signed_form(unsigned, merchant, by_get, Some(&secret()), now_plus(0)).unwrap();
    vec![
        case("paid", &paid, by_post, 0, "2000", "true"),
        case("paid, five minutes ago", &paid, by_post, 300, "2000", "true"),
        case("paid, five minutes ahead", &paid, by_post, -300, "2000", "true"),
        case("another amount", &paid, by_post, 0, "2001", "false"),
        case("not paid", &failed, by_post, 0, "2000", "false"),
        case("an empty result", &empty, by_post, 0, "2000", "false"),
        case("too old", &paid, by_post, 301, "2000", "refused"),
        case("too far ahead", &paid, by_post, -301, "2000", "refused"),
        case("by GET, with the address's own query", &own_query, by_get, 0, "2000", "true"),
        case("a notification in this form", &notified, by_get, 0, "2000", "true"),
        case("a notification for another address", &notified, by_post, 0, "2000", "refused"),
        case("a notification of long ago", &notified, by_get, 301, "2000", "refused"),
        case("for another address", &paid, by_get, 0, "2000", "refused"),
        case("at another address", &elsewhere, by_post, 0, "2000", "refused"),
        case(
            "a changed result",
            &failed.replace(&format!("{result}="), &format!("{result}=0")),
            by_post,
            0,
            "2000",
            "refused",
        ),
        case("a changed amount", &paid.replace("2000", "2001"), by_post, 0, "2001", "refused"),
        case("a result twice", &format!("{result}=0&{failed}"), by_post, 0, "2000", "refused"),
        case("one parameter more", &format!("{paid}&x=1"), by_post, 0, "2000", "refused"),
        case("no signature", paid.rsplit_once('&').unwrap().0, by_post, 0, "2000", "refused"),
        case(
            "a signature that is none",
            &format!("{}=v2:", paid.rsplit_once('=').unwrap().0),
            by_post,
            0,
            "2000",
            "refused",
        ),
        case("nothing", "", by_post, 0, "2000", "refused"),
    ]
}

/// A hand-over as a browser sends it. The names are the merchant's, `time` and `sig` among them.
fn signed_by_us(merchant: &Merchant, address: &str, result: &str, value: &str) -> String {
    let own = |ours: &'static str, other: &'static str| {
        let renamed = merchant.handover_names.iter().find(|(name, _)| name == ours).map(|(_, wire)| wire.clone());
        renamed.unwrap_or_else(|| (if merchant.dialect == Dialect::Asj { ours } else { other }).to_owned())
    };
    let now = NOW_S.to_string();
    let fields: Vec<(String, Vec<u8>)> = [
        (own("charge", "OID"), "1001"),
        (own("amount", "AMT"), "2000"),
        (own("free1", "ITEM1"), "赤・山〓 a&b=c+d ～"),
        (own("free2", "ITEM2"), ""),
        (result.to_owned(), value),
        (own("time", "time"), &now),
    ]
    .map(|(name, value)| (name, text::encode(value, merchant.encoding)))
    .to_vec();
    let sig = sign_handover(&secret(), address, fields.iter().map(|(name, value)| (name.as_bytes(), value.as_slice())));
    let encoded = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|b| match b {
                b' ' => "+".to_owned(),
                b if b.is_ascii_alphanumeric() => char::from(*b).to_string(),
                b => format!("%{b:02x}"),
            })
            .collect::<String>()
    };
    let sent = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    sent.chain([format!("{}={}", own("sig", "sig"), encoded(sig.as_bytes()))]).collect::<Vec<_>>().join("&")
}

fn secret() -> SigSecret {
    SigSecret::from_hex(SECRET).unwrap()
}

fn secrets() -> Secrets {
    Secrets { key_passwords: vec![KeyPassword::new(PASSWORD).unwrap()], sig_secrets: vec![secret()] }
}

fn now_plus(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW_S + seconds).unwrap()
}

/// Answers of a sample to commands, in its own interpreter, started once.
fn run(language: Language, merchant: &Merchant, place: usize, commands: &[String]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sample-{}-{place}", language.tag()));
    fs::create_dir_all(&folder).unwrap();
    let sample = integration::sample(language, Lang::En, merchant, ORIGIN);
    fs::write(folder.join(language.file()), sample).unwrap();
    let driver = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name);
    let script = |interpreter: &str, name: &str| {
        let mut command = Command::new(interpreter);
        command.arg(driver(name)).arg(&folder);
        command
    };
    let mut command = match language {
        Language::Php => script("php", "driver.php"),
        Language::Python => script("python3", "driver.py"),
        Language::Ruby => script("ruby", "driver.rb"),
        Language::JavaScript => script("node", "driver.js"),
        Language::Java => java(&folder, &driver("Driver.java")),
    };
    command
        .env(integration::sig_secret_name(merchant), SECRET)
        .env(integration::key_password_name(merchant), PASSWORD)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let missing = |error| panic!("{} can't be started ({error}): run .ci/languages", language.name());
    let mut child = command.spawn().unwrap_or_else(missing);
    let lines = commands.iter().map(|command| format!("{command}\n")).collect::<String>();
    // In a thread: a child that has died would leave the pipe full.
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{language:?}: {complaints}");
    let decode = |line: &str| String::from_utf8(HEXLOWER.decode(line.as_bytes()).unwrap()).unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(decode).collect()
}

/// Compiles the sample and its driver, with all warnings but the one about serialization that only serializable classes care for.
fn java(folder: &PathBuf, driver: &Path) -> Command {
    let compiled = Command::new("javac")
        .args(["-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d"])
        .arg(folder)
        .args([folder.join(Language::Java.file()).as_path(), driver])
        .output()
        .unwrap_or_else(|error| panic!("javac can't be started ({error}): run .ci/languages"));
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let mut command = Command::new("java");
    // quick to start rather than quick to run
    command.args(["-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp"]).arg(folder).arg("Driver");
    command
}
