//! `kessai verify`: whether a captured request is genuine: a notification by its headers, a hand-over by its `sig`.

use clap::Args;
use domain::signing::{HandoverRefusal, SigSecret, verify_handover};
use domain::webhook::{HEADERS, HmacSecret, NotGenuine, PublicKey, Signed, verify};
use domain::wire::Parameters;
use jiff::Timestamp;
use std::path::PathBuf;

/// What was captured, and by what it is judged.
#[derive(Debug, Args)]
pub struct Captured {
    /// The request as it came over the wire: request line, headers, an empty line, the body byte for byte
    file: PathBuf,
    /// A shared secret (`whsec_…`), a public key (`whpk_…`), or the secret of `sig` in hex; may be given often
    #[arg(long = "key", required = true)]
    keys: Vec<String>,
    /// The registered address that a hand-over came to, byte for byte, with its query
    #[arg(long)]
    address: Option<String>,
    /// Judge as of this instant, such as the one at which it was captured; now where it is absent
    #[arg(long)]
    at: Option<Timestamp>,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file can't be read.
    #[error("{0} can't be read: {1}")]
    File(PathBuf, #[source] std::io::Error),
    /// It is no request.
    #[error("this is no captured request: a request line, headers, an empty line and the body are expected")]
    NoRequest,
    /// A key is none.
    #[error("a --key is neither whsec_…, nor whpk_…, nor 64 hex digits")]
    Key,
    /// There is nothing to judge by.
    #[error("it has neither the headers of a notification nor the parameter sig")]
    Unsigned,
    /// A hand-over is judged with the address it came to.
    #[error("it looks like a hand-over: give --address, the registered address that it came to")]
    AddressMissing,
    /// It is not genuine.
    #[error("NOT genuine: {0}")]
    Notification(#[from] NotGenuine),
    /// It is not genuine.
    #[error("NOT genuine: {0}")]
    HandOver(#[from] HandoverRefusal),
}

/// The keys that were given.
#[derive(Default)]
struct Keys {
    secrets: Vec<HmacSecret>,
    public: Vec<PublicKey>,
    sig: Vec<SigSecret>,
}

impl Captured {
    /// Judges it; answers what to say where it is genuine.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub fn judge(&self, now: Timestamp) -> Result<Vec<String>, VerifyError> {
        let bytes = std::fs::read(&self.file).map_err(|error| VerifyError::File(self.file.clone(), error))?;
        judge(&bytes, &Keys::of(&self.keys)?, self.address.as_deref(), self.at.unwrap_or(now))
    }
}

impl Keys {
    fn of(texts: &[String]) -> Result<Self, VerifyError> {
        let mut keys = Self::default();
        for text in texts {
            if let Ok(secret) = HmacSecret::parse(text) {
                keys.secrets.push(secret);
            } else if let Ok(key) = PublicKey::parse(text) {
                keys.public.push(key);
            } else {
                keys.sig.push(SigSecret::from_hex(text).map_err(|_| VerifyError::Key)?);
            }
        }
        Ok(keys)
    }
}

fn judge(bytes: &[u8], keys: &Keys, address: Option<&str>, now: Timestamp) -> Result<Vec<String>, VerifyError> {
    let request = Request::read(bytes).ok_or(VerifyError::NoRequest)?;
    let parameters = if request.body.is_empty() { request.query.as_bytes() } else { request.body };
    let parameters = Parameters::parse(parameters).ok().filter(|parameters| parameters.value("sig").is_some());
    let by_headers = !keys.secrets.is_empty() || !keys.public.is_empty();
    let mut said = Vec::new();
    // A notification in the form of a hand-over carries both: each is judged by the keys that are given for it.
    match HEADERS.map(|name| request.header(name)) {
        [Some(id), Some(at), Some(signatures)] if by_headers || parameters.is_none() => {
            let at_s = at.parse().map_err(|_| NotGenuine::Time)?;
            let message = Signed { id, at_s, body: request.body };
            verify(message, signatures, &keys.secrets, &keys.public, now)?;
            said.push(format!("genuine: notification {id}, sent at {at} (Unix seconds)"));
        }
        _ => {}
    }
    match parameters {
        Some(parameters) if !keys.sig.is_empty() || said.is_empty() => {
            verify_handover(&keys.sig, address.ok_or(VerifyError::AddressMissing)?, &parameters, now)?;
            said.push("genuine: a hand-over by us to this address; compare order and amount with your own".to_owned());
        }
        Some(_) | None => {}
    }
    if said.is_empty() { Err(VerifyError::Unsigned) } else { Ok(said) }
}

/// A captured request.
struct Request<'a> {
    query: &'a str,
    headers: Vec<(String, &'a str)>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, body) = split(bytes, b"\r\n\r\n").or_else(|| split(bytes, b"\n\n"))?;
        let mut lines = std::str::from_utf8(head).ok()?.lines();
        let target = lines.next()?.split(' ').nth(1)?;
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let header = |line: &'a str| {
            let (name, value) = line.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim()))
        };
        Some(Self { query, headers: lines.map(header).collect::<Option<_>>()?, body })
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes.windows(at.len()).position(|window| window == at)?;
    let (head, rest) = bytes.split_at_checked(place)?;
    Some((head, rest.get(at.len()..)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test's helpers may stop at the first surprise")]
mod tests {
    use super::*;
    use domain::signing::sign_handover;
    use domain::webhook::{SigningKey, sign};

    const ADDRESS: &str = "https://shop.example/thanks";

    fn now() -> Timestamp {
        Timestamp::from_second(1_795_230_000).unwrap()
    }

    fn judged(bytes: &[u8], keys: &[&str], address: Option<&str>) -> Result<(), String> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let keys = Keys::of(&keys).map_err(|error| error.to_string())?;
        judge(bytes, &keys, address, now()).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_captured_notification_is_judged_by_secret_or_key() {
        let (secret, key) = (HmacSecret::from_bytes([1; 32]), SigningKey::from_bytes([2; 32]));
        let body = br#"{"type":"payment.succeeded"}"#;
        let message = Signed { id: "e1", at_s: now().as_second(), body };
        let (whsec, whpk) = (secret.expose_text().to_string(), key.public().to_string());
        let signatures = sign(message, &[secret], &[key]);
        for line in ["\r\n", "\n"] {
            let head = [
                "POST /hook HTTP/1.1".to_owned(),
                "Host: shop.example".to_owned(),
                "Webhook-Id: e1".to_owned(),
                format!("Webhook-Timestamp: {}", now().as_second()),
                format!("Webhook-Signature: {signatures}"),
                String::new(),
                String::new(),
            ];
            let request = [head.join(line).as_bytes(), body].concat();
            for key in [&whsec, &whpk] {
                assert_eq!(judged(&request, &[key], None), Ok(()));
            }
            let changed = [&request[..], b" "].concat();
            assert!(judged(&changed, &[&whsec, &whpk], None).unwrap_err().starts_with("NOT genuine"));
        }
    }

    #[test]
    fn a_captured_hand_over_is_judged_with_its_address() {
        let hex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let secret = SigSecret::from_hex(hex).unwrap();
        let form = format!("amount=1000&charge=7&result=0&time={}", now().as_second());
        let parameters = Parameters::parse(form.as_bytes()).unwrap();
        let sig = sign_handover(&secret, ADDRESS, parameters.iter());
        let post = format!("POST /thanks HTTP/1.1\r\nHost: shop.example\r\n\r\n{form}&sig={sig}");
        let get = format!("GET /thanks?{form}&sig={sig} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
        for request in [&post, &get] {
            assert_eq!(judged(request.as_bytes(), &[hex], Some(ADDRESS)), Ok(()));
            assert!(judged(request.as_bytes(), &[hex], Some("https://shop.example/other")).is_err());
            assert!(judged(request.as_bytes(), &[hex], None).unwrap_err().contains("--address"));
            assert!(judged(request.replace("1000", "1").as_bytes(), &[hex], Some(ADDRESS)).is_err());
        }
    }

    #[test]
    fn a_captured_notification_in_the_form_of_a_hand_over_is_judged_by_whatever_keys_are_given() {
        let hex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let (secret, sig_secret) = (HmacSecret::from_bytes([1; 32]), SigSecret::from_hex(hex).unwrap());
        let whsec = secret.expose_text().to_string();
        let form = format!("admin=4000&amount=1000&charge=7&result=0&time={}", now().as_second());
        let sig = sign_handover(&sig_secret, ADDRESS, Parameters::parse(form.as_bytes()).unwrap().iter());
        let body = format!("{form}&sig={sig}");
        let signatures = sign(Signed { id: "e1", at_s: now().as_second(), body: body.as_bytes() }, &[secret], &[]);
        let head = format!(
            "POST /thanks HTTP/1.1\r\nWebhook-Id: e1\r\nWebhook-Timestamp: {}\r\nWebhook-Signature: {signatures}\r\n\r\n",
            now().as_second()
        );
        let request = format!("{head}{body}");
        for keys in [&[hex][..], &[&whsec], &[hex, &whsec]] {
            assert_eq!(judged(request.as_bytes(), keys, Some(ADDRESS)), Ok(()), "{keys:?}");
            let changed = request.replace("amount=1000", "amount=1");
            assert!(judged(changed.as_bytes(), keys, Some(ADDRESS)).is_err(), "{keys:?}");
        }
        let foreign = HmacSecret::from_bytes([2; 32]).expose_text().to_string();
        assert!(judged(request.as_bytes(), &[hex, &foreign], Some(ADDRESS)).is_err(), "both have to hold");
    }

    #[test]
    fn what_is_no_request_or_no_key_is_said_so() {
        let whsec = HmacSecret::from_bytes([1; 32]).expose_text().to_string();
        assert!(judged(b"hello", &[&whsec], None).unwrap_err().contains("no captured request"));
        assert!(judged(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", &[&whsec], None).unwrap_err().contains("neither"));
        assert!(judged(b"", &["secret"], None).unwrap_err().contains("--key"));
    }
}
