//! EMV 3-D Secure as server, directory and issuer speak it: the results and messages of version 2.2.0, all made from the reference.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::{
    Brand, Reference,
    acquirer::{Authentication, ChallengePreference, Flow, ThreeDsRequest, TransStatus},
};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{cards::Manner, faults};

/// The version of the messages (EMV 3-D Secure Protocol and Core Functions Specification 2.2.0).
const VERSION: &str = "2.2.0";
/// How much of the screen the challenge takes: all of it.
const FULL_SCREEN: &str = "05";

/// The issuer's first answer (ARes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstAnswer {
    /// Without a challenge.
    Frictionless(TransStatus),
    /// The payer is to be asked.
    Challenge,
}

/// The issuer's first answer: by the card, then by the amount, then by what the merchant prefers.
pub(crate) fn first_answer(manner: Manner, amount: u32, asked: &ThreeDsRequest) -> FirstAnswer {
    if manner.wants_challenge() {
        return FirstAnswer::Challenge;
    }
    match (faults::trans_status(amount), asked.preference) {
        (Some(status), _) => FirstAnswer::Frictionless(status),
        (None, ChallengePreference::Challenge) => FirstAnswer::Challenge,
        (None, ChallengePreference::ByRisk) => FirstAnswer::Frictionless(TransStatus::Y),
    }
}

/// What an authentication came to, with the values that its brand gives.
pub(crate) fn result(
    reference: &Reference,
    brand: Option<Brand>,
    status: TransStatus,
    flow: Flow,
    at: Timestamp,
) -> Authentication {
    Authentication {
        version: VERSION.to_owned(),
        ds_id: uuid("directory server", reference),
        status,
        flow,
        eci: Some(eci(brand, status).to_owned()),
        value: value(reference, status),
        at: Timestamp::from_second(at.as_second()).unwrap_or(at),
    }
}

/// As the networks' 3-D Secure guides give it: Mastercard counts 00, 01, 02, everyone else 07, 06, 05.
fn eci(brand: Option<Brand>, status: TransStatus) -> &'static str {
    let mastercard = brand == Some(Brand::Mastercard);
    match status {
        TransStatus::Y if mastercard => "02",
        TransStatus::Y => "05",
        TransStatus::A if mastercard => "01",
        TransStatus::A => "06",
        TransStatus::N | TransStatus::R | TransStatus::U | TransStatus::I | TransStatus::C | TransStatus::D => {
            if mastercard {
                "00"
            } else {
                "07"
            }
        }
    }
}

/// 20 bytes where the issuer vouches for something.
fn value(reference: &Reference, status: TransStatus) -> Option<String> {
    match status {
        TransStatus::Y | TransStatus::A => {
            let digest = digest("authentication value", reference);
            digest.get(..20).map(|bytes| BASE64.encode(bytes))
        }
        TransStatus::N | TransStatus::R | TransStatus::U | TransStatus::I | TransStatus::C | TransStatus::D => None,
    }
}

/// The challenge request that the payer's browser carries to the issuer, base64url.
pub(crate) fn challenge_request(reference: &Reference) -> String {
    encoded(&ChallengeRequest {
        three_ds_server_trans_id: uuid("server", reference),
        acs_trans_id: uuid("issuer", reference),
        message_type: "CReq",
        message_version: VERSION,
        challenge_window_size: FULL_SCREEN,
    })
}

/// The challenge response that the payer's browser carries back, base64url. It proves nothing: the result is fetched.
pub(crate) fn challenge_response(reference: &Reference, status: TransStatus) -> String {
    encoded(&ChallengeResponse {
        three_ds_server_trans_id: uuid("server", reference),
        acs_trans_id: uuid("issuer", reference),
        message_type: "CRes",
        message_version: VERSION,
        challenge_completion_ind: "Y",
        trans_status: status,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChallengeRequest {
    #[serde(rename = "threeDSServerTransID")]
    three_ds_server_trans_id: String,
    #[serde(rename = "acsTransID")]
    acs_trans_id: String,
    message_type: &'static str,
    message_version: &'static str,
    challenge_window_size: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChallengeResponse {
    #[serde(rename = "threeDSServerTransID")]
    three_ds_server_trans_id: String,
    #[serde(rename = "acsTransID")]
    acs_trans_id: String,
    message_type: &'static str,
    message_version: &'static str,
    challenge_completion_ind: &'static str,
    trans_status: TransStatus,
}

fn encoded(message: &impl Serialize) -> String {
    BASE64URL_NOPAD.encode(&serde_json::to_vec(message).unwrap_or_default())
}

/// A version 8 UUID (RFC 9562, 5.8), the same for the same reference.
fn uuid(purpose: &str, reference: &Reference) -> String {
    let mut bytes = [0; 16];
    for (byte, digest) in bytes.iter_mut().zip(digest(purpose, reference)) {
        *byte = digest;
    }
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = (*version & 0x0f) | 0x80;
    *variant = (*variant & 0x3f) | 0x80;
    let number = u128::from_be_bytes(bytes);
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn digest(purpose: &str, reference: &Reference) -> [u8; 32] {
    Sha256::new().chain_update(purpose).chain_update([0]).chain_update(reference.as_str()).finalize().into()
}
