//! How a shop must have made a key or `sig` that is wrong: it is made again in the known wrong ways, few at a time, until one fits.
//!
//! The ways are those that vectors, manuals and languages' libraries suggest. Nothing that fits here is accepted anywhere.

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};
use sha2::{Digest, Sha256};

use super::Wire;
use crate::{
    merchant::Encoding,
    request::{Field, proof},
    signing::{KeyFields, KeyPassword, SigSecret, digest_from_hex, encoded, made_otherwise, unix_seconds},
    text,
};

/// One thing that a shop's program does otherwise than the documentation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// `v2:` is missing or written otherwise.
    Prefix,
    /// A space or line break stands around the value.
    SpaceAround,
    /// Base64 instead of hex.
    Base64,
    /// The length of MD5 (32), SHA-1 (40) or SHA-512 (128), or one that no hash has.
    Length,
    /// A character that is no hex digit.
    NotHex,
    /// Values are not percent-encoded.
    NotEncoded,
    /// Values are percent-encoded twice.
    EncodedTwice,
    /// `%2b` instead of `%2B`.
    LowerCaseHex,
    /// A space is `+`, `~` is encoded or `*` is not: a form's encoding.
    FormEncoding,
    /// `! ' ( ) *` are left as they are: JavaScript's encodeURIComponent.
    UriComponent,
    /// Another order of the parameters.
    Order,
    /// The values alone, without their names.
    ValuesOnly,
    /// The names on the wire, where the key wants ours.
    WireNames,
    /// A line break at the end of the message.
    LineBreakAtEnd,
    /// CR LF between the lines, or a backslash and an n.
    LineBreaks,
    /// Without the first two lines.
    NoLines,
    /// The direction says hand-over.
    Direction,
    /// The secret's hex digits as text instead of the bytes they stand for.
    SecretAsText,
    /// SHA-256 over the message and the secret, instead of HMAC.
    NoHmac,
    /// HMAC, where the key is a plain SHA-256.
    Hmac,
    /// No `&` before the password.
    NoAmpersand,
    /// The password is percent-encoded.
    PasswordEncoded,
    /// The password comes with a name, as `password=` or `key=`.
    PasswordNamed,
    /// The password comes first.
    PasswordFirst,
    /// Without the password.
    NoPassword,
    /// The message has another encoding than what was sent.
    OtherEncoding,
    /// Empty parameters were left out of what is signed.
    EmptyLeftOut,
    /// This parameter was not signed, or was added after signing.
    LeftOut(Field),
    /// A parameter that we don't know was not signed, or was added after signing.
    UnknownLeftOut,
    /// The merchant number was signed under its name, but not sent.
    NumberAdded,
    /// The merchant number was empty.
    NumberLeftOut,
    /// Another time than the one that was sent: the clock was read twice.
    OtherTime,
    /// Another case of the buyer id.
    UserCase,
}

impl Step {
    /// The stable code, the same in every language and version.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::SpaceAround => "space_around",
            Self::Base64 => "base64",
            Self::Length => "length",
            Self::NotHex => "not_hex",
            Self::NotEncoded => "not_encoded",
            Self::EncodedTwice => "encoded_twice",
            Self::LowerCaseHex => "lower_case_hex",
            Self::FormEncoding => "form_encoding",
            Self::UriComponent => "uri_component",
            Self::Order => "order",
            Self::ValuesOnly => "values_only",
            Self::WireNames => "wire_names",
            Self::LineBreakAtEnd => "line_break_at_end",
            Self::LineBreaks => "line_breaks",
            Self::NoLines => "no_lines",
            Self::Direction => "direction",
            Self::SecretAsText => "secret_as_text",
            Self::NoHmac => "no_hmac",
            Self::Hmac => "hmac",
            Self::NoAmpersand => "no_ampersand",
            Self::PasswordEncoded => "password_encoded",
            Self::PasswordNamed => "password_named",
            Self::PasswordFirst => "password_first",
            Self::NoPassword => "no_password",
            Self::OtherEncoding => "other_encoding",
            Self::EmptyLeftOut => "empty_left_out",
            Self::LeftOut(_) => "left_out",
            Self::UnknownLeftOut => "unknown_left_out",
            Self::NumberAdded => "number_added",
            Self::NumberLeftOut => "number_left_out",
            Self::OtherTime => "other_time",
            Self::UserCase => "user_case",
        }
    }
}

/// A way to do something: the right one has no step.
type Way<T> = (Option<Step>, T);

/// Names and values, as bytes.
type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// The most things that are taken to be wrong at once. More would fit anything but prove nothing, and take long.
const MOST_STEPS: usize = 2;

/// How far a clock that was read twice may have gone on between. Seconds.
const CLOCK_READ_TWICE_S: i64 = 5;

/// The message of the key without the password, which follows its last `&`.
pub(super) fn key_message(fields: KeyFields<'_>) -> String {
    five(fields).iter().map(|(name, value)| format!("{name}={}&", encoded(value))).collect()
}

/// What is wrong with a key, as far as the known mistakes go.
pub(super) fn diagnose_key(key: &[u8], wire: Wire<'_>, fields: KeyFields<'_>, passwords: &[KeyPassword]) -> Vec<Step> {
    let (written, digest) = written(key);
    let Some(digest) = digest else { return written };
    let values = key_values(fields);
    let mut best: Option<Vec<Step>> = None;
    for password in passwords.iter().map(|password| password.expose().as_bytes()) {
        for (value_step, pairs) in &values {
            for (name_step, names) in key_names(wire) {
                for (order_step, order) in ORDERS {
                    for (encoder_step, encode) in ENCODERS {
                        for (tail_step, tail) in KEY_TAILS {
                            let steps = [*value_step, name_step, order_step, encoder_step, tail_step];
                            let steps: Vec<Step> = steps.into_iter().flatten().collect();
                            if best.as_ref().is_some_and(|best| best.len() <= steps.len()) || steps.len() > MOST_STEPS {
                                continue;
                            }
                            let message = key_joined(&ordered(pairs, order), names.as_deref(), encode);
                            if tail(&message, password) == digest {
                                best = Some(steps);
                            }
                        }
                    }
                }
            }
        }
    }
    written.into_iter().chain(best.unwrap_or_default()).collect()
}

/// What is wrong with a `sig`, as far as the known mistakes go.
pub(super) fn diagnose_sig(sig: &[u8], wire: Wire<'_>, secrets: &[SigSecret]) -> Vec<Step> {
    let bare = sig.trim_ascii();
    let bare = bare.get(3..).filter(|_| bare.get(..3).is_some_and(|p| p.eq_ignore_ascii_case(b"v2:"))).unwrap_or(bare);
    let (mut written, digest) = written(bare);
    if sig.trim_ascii() != sig {
        written.insert(0, Step::SpaceAround);
    }
    if !sig.trim_ascii().starts_with(b"v2:") {
        written.insert(0, Step::Prefix);
    }
    let Some(digest) = digest else { return written };
    let sets = signed_sets(wire);
    let mut best: Option<Vec<Step>> = None;
    for secret in secrets {
        for (secret_step, tag) in SECRET_WAYS {
            for (head_step, head) in HEADS {
                for (set_step, pairs) in &sets {
                    for (order_step, order) in ORDERS {
                        for (encoder_step, encode) in ENCODERS {
                            for (end_step, end) in ENDS {
                                let steps = [secret_step, head_step, *set_step, order_step, encoder_step, end_step];
                                let steps: Vec<Step> = steps.into_iter().flatten().collect();
                                if best.as_ref().is_some_and(|best| best.len() <= steps.len())
                                    || steps.len() > MOST_STEPS
                                {
                                    continue;
                                }
                                let mut message = head.to_vec();
                                message.extend(sig_joined(&ordered(pairs, order), encode));
                                message.extend(end);
                                if tag(secret, &message) == digest {
                                    best = Some(steps);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    written.into_iter().chain(best.unwrap_or_default()).collect()
}

/// How the value itself is written, and the digest that it stands for, if it is one.
fn written(value: &[u8]) -> (Vec<Step>, Option<[u8; 32]>) {
    let trimmed = value.trim_ascii();
    let mut steps: Vec<Step> = (trimmed != value).then_some(Step::SpaceAround).into_iter().collect();
    if let Some(digest) = digest_from_hex(trimmed) {
        return (steps, Some(digest));
    }
    if let Some(digest) = BASE64.decode(trimmed).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        steps.push(Step::Base64);
        return (steps, Some(digest));
    }
    steps.push(if trimmed.iter().all(u8::is_ascii_hexdigit) { Step::Length } else { Step::NotHex });
    (steps, None)
}

type Encode = fn(&[u8]) -> Vec<u8>;

/// How a name or value is encoded.
const ENCODERS: [Way<Encode>; 6] = [
    (None, |bytes| encoded(bytes).into_bytes()),
    (Some(Step::NotEncoded), |bytes| bytes.to_vec()),
    (Some(Step::EncodedTwice), |bytes| encoded(encoded(bytes).as_bytes()).into_bytes()),
    (Some(Step::LowerCaseHex), |bytes| escaped(bytes, b"-._~", b"%20", |hex| hex.to_ascii_lowercase())),
    (Some(Step::FormEncoding), |bytes| escaped(bytes, b"-._*", b"+", |hex| hex)),
    (Some(Step::UriComponent), |bytes| escaped(bytes, b"-._~!'()*", b"%20", |hex| hex)),
];

fn escaped(bytes: &[u8], plain: &[u8], space: &[u8], hex: fn(String) -> String) -> Vec<u8> {
    let one = |b: &u8| match *b {
        b' ' => space.to_vec(),
        b if b.is_ascii_alphanumeric() || plain.contains(&b) => vec![b],
        b => hex(format!("%{b:02X}")).into_bytes(),
    };
    bytes.iter().flat_map(one).collect()
}

type Order = fn(&mut Pairs);

/// In which order the parameters stand. The pairs come in the right one, by [`key_values`] and [`signed_sets`].
const ORDERS: [Way<Order>; 4] = [
    (None, |_| ()),
    (Some(Step::Order), |pairs| pairs.sort()),
    (Some(Step::Order), |pairs| pairs.reverse()),
    (Some(Step::Order), |pairs| pairs.sort_by_key(|(name, _)| name.to_ascii_lowercase())),
];

fn ordered(pairs: &Pairs, order: Order) -> Pairs {
    let mut pairs = pairs.clone();
    order(&mut pairs);
    pairs
}

type Tail = fn(&[u8], &[u8]) -> [u8; 32];

/// What is made of a key's message and the password.
const KEY_TAILS: [Way<Tail>; 9] = [
    (None, |message, password| sha256(&[message, b"&", password])),
    (Some(Step::LineBreakAtEnd), |message, password| sha256(&[message, b"&", password, b"\n"])),
    (Some(Step::NoAmpersand), |message, password| sha256(&[message, password])),
    (Some(Step::PasswordEncoded), |message, password| sha256(&[message, b"&", encoded(password).as_bytes()])),
    (Some(Step::PasswordNamed), |message, password| sha256(&[message, b"&password=", password])),
    (Some(Step::PasswordNamed), |message, password| sha256(&[message, b"&key=", password])),
    (Some(Step::PasswordFirst), |message, password| sha256(&[password, b"&", message])),
    (Some(Step::NoPassword), |message, _| sha256(&[message])),
    (Some(Step::Hmac), |message, password| made_otherwise(password, message)),
];

type Tag = fn(&SigSecret, &[u8]) -> [u8; 32];

/// What is made of a `sig`'s message and the secret.
const SECRET_WAYS: [Way<Tag>; 5] = [
    (None, |secret, message| made_otherwise(secret.expose(), message)),
    (Some(Step::SecretAsText), |secret, message| made_otherwise(HEXLOWER.encode(secret.expose()).as_bytes(), message)),
    (Some(Step::SecretAsText), |secret, message| made_otherwise(HEXUPPER.encode(secret.expose()).as_bytes(), message)),
    (Some(Step::NoHmac), |secret, message| sha256(&[message, HEXLOWER.encode(secret.expose()).as_bytes()])),
    (Some(Step::NoHmac), |secret, message| sha256(&[message, secret.expose()])),
];

/// What stands before the canonical form.
const HEADS: [Way<&[u8]>; 7] = [
    (None, b"kessai-sig-v2\nrequest\n"),
    (Some(Step::NoLines), b""),
    (Some(Step::NoLines), b"kessai-sig-v2\n"),
    (Some(Step::NoLines), b"request\n"),
    (Some(Step::Direction), b"kessai-sig-v2\nhandover\n"),
    (Some(Step::LineBreaks), b"kessai-sig-v2\r\nrequest\r\n"),
    (Some(Step::LineBreaks), b"kessai-sig-v2\\nrequest\\n"),
];

/// What stands after it.
const ENDS: [Way<&[u8]>; 3] = [(None, b""), (Some(Step::LineBreakAtEnd), b"\n"), (Some(Step::LineBreakAtEnd), b"\r\n")];

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

fn five(fields: KeyFields<'_>) -> [(&'static str, &[u8]); 5] {
    let KeyFields { admin, amount, charge, user, time } = fields;
    [("admin", admin), ("amount", amount), ("charge", charge), ("user", user), ("time", time)]
}

fn owned(fields: KeyFields<'_>) -> Pairs {
    five(fields).map(|(name, value)| (name.as_bytes().to_vec(), value.to_vec())).to_vec()
}

/// The five values of the key, as they are and as they may have been.
fn key_values(fields: KeyFields<'_>) -> Vec<Way<Pairs>> {
    let (lower, upper) = (fields.user.to_ascii_lowercase(), fields.user.to_ascii_uppercase());
    let mut values: Vec<Way<Pairs>> = vec![
        (None, owned(fields)),
        (Some(Step::NumberLeftOut), owned(KeyFields { admin: b"", ..fields })),
        (Some(Step::UserCase), owned(KeyFields { user: &lower, ..fields })),
        (Some(Step::UserCase), owned(KeyFields { user: &upper, ..fields })),
    ];
    for time in other_times(fields.time) {
        values.push((Some(Step::OtherTime), owned(KeyFields { time: time.as_bytes(), ..fields })));
    }
    values
}

/// The names in the key's message: ours, those on the wire, or none.
fn key_names(wire: Wire<'_>) -> Vec<Way<Option<Pairs>>> {
    let on_the_wire = [Field::Admin, Field::Amount, Field::Charge, Field::User, Field::Time]
        .map(|field| (field.name().as_bytes().to_vec(), field.wire_name(wire.merchant).as_bytes().to_vec()));
    let ours = on_the_wire.iter().map(|(name, _)| (name.clone(), name.clone())).collect();
    vec![(None, Some(ours)), (Some(Step::WireNames), Some(on_the_wire.to_vec())), (Some(Step::ValuesOnly), None)]
}

/// A key's message: only values are encoded.
fn key_joined(pairs: &Pairs, names: Option<&[(Vec<u8>, Vec<u8>)]>, encode: Encode) -> Vec<u8> {
    let pieces: Vec<Vec<u8>> = pairs
        .iter()
        .map(|(name, value)| {
            let written =
                names.and_then(|names| names.iter().find(|(ours, _)| ours == name)).map(|(_, written)| written);
            written.map_or_else(|| encode(value), |name| [name.as_slice(), b"=", &encode(value)].concat())
        })
        .collect();
    pieces.join(&b'&')
}

fn sig_joined(pairs: &Pairs, encode: Encode) -> Vec<u8> {
    let pieces: Vec<Vec<u8>> =
        pairs.iter().map(|(name, value)| [encode(name), b"=".to_vec(), encode(value)].concat()).collect();
    pieces.join(&b'&')
}

/// The sets of parameters that may have been signed, each in the right order; and as they were sent.
fn signed_sets(wire: Wire<'_>) -> Vec<Way<Pairs>> {
    let sent: Pairs = proof::but_sig(wire.parameters, Field::Sig.wire_name(wire.merchant))
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect();
    let known = |name: &[u8]| Field::ALL.into_iter().find(|field| field.wire_name(wire.merchant).as_bytes() == name);
    let keeping = |keep: &dyn Fn(&[u8], &[u8]) -> bool| -> Pairs {
        sent.iter().filter(|(name, value)| keep(name, value)).cloned().collect()
    };
    let time_name = Field::Time.wire_name(wire.merchant).as_bytes();
    let mut sets: Vec<Way<Pairs>> = vec![
        (None, sent.clone()),
        (Some(Step::EmptyLeftOut), keeping(&|_, value| !value.is_empty())),
        (Some(Step::UnknownLeftOut), keeping(&|name, _| known(name).is_some())),
    ];
    for (name, _) in &sent {
        let step = known(name).map_or(Step::UnknownLeftOut, Step::LeftOut);
        sets.push((Some(step), keeping(&|other, _| other != name.as_slice())));
    }
    let number = wire.merchant.id.as_str().as_bytes().to_vec();
    let number = (Field::Admin.wire_name(wire.merchant).as_bytes().to_vec(), number);
    if wire.given(Field::Admin).is_none() {
        sets.push((Some(Step::NumberAdded), sent.iter().cloned().chain([number]).collect()));
    }
    for time in other_times(wire.given(Field::Time).unwrap_or_default()) {
        let changed = sent.iter().map(|(name, value)| {
            let value = if name == time_name { time.as_bytes().to_vec() } else { value.clone() };
            (name.clone(), value)
        });
        sets.push((Some(Step::OtherTime), changed.collect()));
    }
    let (from, to) = match wire.merchant.encoding {
        Encoding::Utf8 => (Encoding::Utf8, Encoding::ShiftJis),
        Encoding::ShiftJis => (Encoding::ShiftJis, Encoding::Utf8),
    };
    let recoded = |bytes: &[u8]| text::decode(bytes, from).map_or_else(|| bytes.to_vec(), |t| text::encode(&t, to));
    let recoded = sent.iter().map(|(name, value)| (recoded(name), recoded(value))).collect();
    sets.push((Some(Step::OtherEncoding), recoded));
    sets.iter_mut().for_each(|(_, pairs)| pairs.sort());
    sets.push((Some(Step::Order), sent));
    sets
}

/// The seconds around a time.
fn other_times(time: &[u8]) -> impl Iterator<Item = String> {
    let time_s = unix_seconds(time);
    let offsets = (CLOCK_READ_TWICE_S.saturating_neg()..=CLOCK_READ_TWICE_S).filter(|offset| *offset != 0);
    offsets.filter_map(move |offset| Some(time_s?.checked_add(offset)?.to_string()))
}
