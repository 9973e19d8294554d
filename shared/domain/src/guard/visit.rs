//! Who comes to pay, as it is counted: no address, buyer, number or card can be read from it.

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::name::Key;
use crate::{Fingerprint, MerchantId};

/// How many items hold a merchant's counts, so that no key is hot.
pub const SHARDS: u8 = 16;

/// An address as it is counted: an IPv4 address or an IPv6 /64 network (what one household or phone holds), at one merchant, hashed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AddressKey(String);

impl AddressKey {
    /// The key of an address at a merchant.
    pub fn new(merchant: &MerchantId, address: IpAddr) -> Self {
        let network: Vec<u8> = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
        };
        let digest = digest(&[b"address", merchant.as_str().as_bytes(), &network]);
        Self(digest.get(..16).unwrap_or_default().to_owned())
    }

    /// 16 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who comes to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Where the request came from, if that is known.
    pub address: Option<AddressKey>,
    /// The item of the merchant that counts it.
    pub shard: u8,
    /// The issuer number of a typed card; a kept card was good here before and has none.
    pub bin: Option<Key>,
    pub(super) buyer: Option<Key>,
    pub(super) card: Option<Key>,
}

impl Visit {
    /// A visit. `user` is empty where there is none; `bin` are the first digits of a typed number, none for a kept card.
    pub fn new(
        merchant: &MerchantId,
        address: Option<IpAddr>,
        user: &str,
        bin: Option<&str>,
        fingerprint: Option<Fingerprint>,
    ) -> Self {
        let key = |what: &[u8], value: &[u8]| Key::new(&digest(&[what, merchant.as_str().as_bytes(), value]));
        let buyer = (!user.is_empty()).then(|| key(b"buyer", user.as_bytes())).flatten();
        let bin = bin.and_then(|bin| key(b"bin", bin.get(..6).unwrap_or(bin).as_bytes()));
        let card = fingerprint.and_then(|fingerprint| key(b"card", fingerprint.as_bytes()));
        // One buyer's counts lie together, without a buyer one issuer's do.
        let home = buyer.or(bin).or(card);
        Self {
            address: address.map(|address| AddressKey::new(merchant, address)),
            shard: home.map_or(0, Key::spread) % SHARDS,
            bin,
            buyer,
            card,
        }
    }
}

/// Base64 of a digest.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    BASE64URL_NOPAD.encode(&hash.finalize())
}
