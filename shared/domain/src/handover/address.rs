//! Registered addresses: the only places a shopper is ever sent to.

use crate::{
    Merchant,
    merchant::{Destination, Encoding, Method},
    text, wire,
};

/// An address that may be registered: absolute, https, no userinfo, no fragment. Used byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationAddress(String);

/// Why an address can't be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Longer than [`DestinationAddress::MAX`].
    #[error("longer than {} characters", DestinationAddress::MAX)]
    TooLong,
    /// Spaces, quotes, backslashes or characters that a browser would rewrite; they must be percent-encoded.
    #[error("has characters that must be percent-encoded, or a broken escape")]
    Characters,
    /// Not `https://` and a host.
    #[error("not an absolute https address")]
    NotHttps,
    /// A user name or password before the host.
    #[error("has a user name in it")]
    Userinfo,
    /// A `#`.
    #[error("has a fragment")]
    Fragment,
    /// The host or port is not one.
    #[error("the host is malformed")]
    Host,
    /// Its query has a name that we hand over ourselves.
    #[error("its query has a name that is handed over")]
    Collision,
    /// Its query, which a GET form has to carry, is not text in the merchant's encoding.
    #[error("its query is not text in the merchant's encoding")]
    Undecodable,
}

impl DestinationAddress {
    /// The longest address that every browser and server takes.
    pub const MAX: usize = 2000;

    /// `local_origin` is the local system's own (`http://127.0.0.1:9000`), the one place http may lead to; None elsewhere.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with it.
    pub fn parse(text: &str, local_origin: Option<&str>) -> Result<Self, AddressError> {
        if text.len() > Self::MAX {
            return Err(AddressError::TooLong);
        }
        if text.contains('#') {
            return Err(AddressError::Fragment);
        }
        let fit = |b: u8| b.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&b);
        if !text.bytes().all(fit) || wire::decoded(text.as_bytes()).is_none() {
            return Err(AddressError::Characters);
        }
        let local = local_origin.and_then(|origin| text.strip_prefix(origin));
        if local.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) {
            return Ok(Self(text.to_owned()));
        }
        let rest = text.strip_prefix("https://").ok_or(AddressError::NotHttps)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(AddressError::Userinfo);
        }
        if is_host(authority) { Ok(Self(text.to_owned())) } else { Err(AddressError::Host) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<DestinationAddress> for String {
    fn from(address: DestinationAddress) -> Self {
        address.0
    }
}

/// Checks all registered addresses of a merchant before it is saved: each by itself, and that no query name is one we hand over.
///
/// # Errors
/// The first [`AddressError`].
pub fn check_destinations(merchant: &Merchant, local_origin: Option<&str>) -> Result<(), AddressError> {
    let mut destinations = merchant.destinations.iter().flatten();
    destinations.try_for_each(|destination| check_destination(merchant, destination, local_origin))?;
    merchant.back_address.as_deref().map_or(Ok(()), |back| DestinationAddress::parse(back, local_origin).map(drop))
}

/// Checks one destination.
///
/// # Errors
/// [`AddressError`].
pub fn check_destination(
    merchant: &Merchant,
    destination: &Destination,
    local_origin: Option<&str>,
) -> Result<(), AddressError> {
    DestinationAddress::parse(&destination.address, local_origin)?;
    check_query(merchant, &destination.address, destination.method)
}

fn check_query(merchant: &Merchant, address: &str, method: Method) -> Result<(), AddressError> {
    let ours: Vec<_> = super::fields(merchant)
        .map(|(_, name)| name)
        .chain([super::Field::Time, super::Field::Sig].map(|field| field.wire_name(merchant)))
        .collect();
    for (name, value) in address_query(address) {
        if ours.iter().any(|ours| ours.as_bytes() == name) {
            return Err(AddressError::Collision);
        }
        match method {
            Method::Get if !(is_carried(&name, merchant.encoding) && is_carried(&value, merchant.encoding)) => {
                return Err(AddressError::Undecodable);
            }
            Method::Get | Method::Post => {}
        }
    }
    Ok(())
}

/// Whether a form in this encoding sends these very bytes.
fn is_carried(bytes: &[u8], encoding: Encoding) -> bool {
    text::decode(bytes, encoding).is_some_and(|t| !text::has_control(&t) && text::encode(&t, encoding) == bytes)
}

/// The query of an address as names and values. A broken escape, which registering refuses, leaves its piece out.
pub(crate) fn address_query(address: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    let halves = pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")));
    halves.filter_map(|(name, value)| wire::decoded(name.as_bytes()).zip(wire::decoded(value.as_bytes()))).collect()
}

/// A host name or address of the letters it may have, and maybe a port.
fn is_host(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) if address.parse::<std::net::Ipv6Addr>().is_ok() => (Some(address), rest),
        Some(_) => return false,
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            (host.split('.').all(label).then_some(host), port)
        }
    };
    let port_fits = port.strip_prefix(':').map_or(port.is_empty(), |port| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    host.is_some_and(|host| host.len() <= 253) && port_fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MerchantId;

    #[test]
    fn only_a_plain_https_address_is_registered() {
        for address in [
            "https://shop.example",
            "https://shop.example/",
            "https://shop.example?x=1",
            "https://shop.example:8443/thanks?x=1&y=%E5%B1%B1",
            "https://192.0.2.1/thanks",
            "https://[2001:db8::1]:8443/thanks",
            "https://xn--eckve.example/a/b.php?mail=a@b.example",
        ] {
            assert_eq!(DestinationAddress::parse(address, None).map(String::from).as_deref(), Ok(address));
        }
        let long = format!("https://shop.example/{}", "a".repeat(2000));
        for (address, error) in [
            ("", AddressError::NotHttps),
            ("/shop/thanks", AddressError::NotHttps),
            ("//shop.example/", AddressError::NotHttps),
            ("http://shop.example/", AddressError::NotHttps),
            ("HTTPS://shop.example/", AddressError::NotHttps),
            ("javascript:alert(1)", AddressError::NotHttps),
            ("https://", AddressError::Host),
            ("https:///thanks", AddressError::Host),
            ("https://?x", AddressError::Host),
            ("https://shop..example/", AddressError::Host),
            ("https://shop.example:0/", AddressError::Host),
            ("https://shop.example:65536/", AddressError::Host),
            ("https://shop.example:+443/", AddressError::Host),
            ("https://[::g]/", AddressError::Host),
            ("https://[::1]x/", AddressError::Host),
            ("https://%65vil.example/", AddressError::Host),
            ("https://user@shop.example/", AddressError::Userinfo),
            ("https://shop.example@evil.example/", AddressError::Userinfo),
            ("https://shop.example/#top", AddressError::Fragment),
            ("https://shop.example/a b", AddressError::Characters),
            ("https://shop.example/山", AddressError::Characters),
            ("https://shop.example\\@evil.example/", AddressError::Characters),
            ("https://shop.example/\n", AddressError::Characters),
            ("https://shop.example/?x=%4", AddressError::Characters),
            (long.as_str(), AddressError::TooLong),
        ] {
            assert_eq!(DestinationAddress::parse(address, None), Err(error), "{address}");
        }
    }

    #[test]
    fn http_leads_to_the_local_system_only() {
        let local = |address| DestinationAddress::parse(address, Some("http://127.0.0.1:9000")).map(drop);
        assert_eq!(local("http://127.0.0.1:9000/shop/thanks"), Ok(()));
        assert_eq!(local("http://127.0.0.1:9000?x=1"), Ok(()));
        assert_eq!(local("https://shop.example/"), Ok(()));
        for address in
            ["http://127.0.0.1:90001/", "http://127.0.0.1:9000.evil.example/", "http://127.0.0.1:9000@evil.example/"]
        {
            assert_eq!(local(address), Err(AddressError::NotHttps), "{address}");
        }
    }

    #[test]
    fn a_query_may_not_pass_for_what_we_hand_over() {
        let check = |address: &str, method, encoding| {
            let destination = Destination { address: address.to_owned(), method };
            let merchant = Merchant {
                destinations: [Some(destination), None, None],
                encoding,
                ..Merchant::new(MerchantId::new("4000").unwrap(), "デモ")
            };
            check_destinations(&merchant, None)
        };
        for (address, method, encoding, result) in [
            ("https://shop.example/?page=thanks", Method::Get, Encoding::Utf8, Ok(())),
            ("https://shop.example/?result=0", Method::Get, Encoding::Utf8, Err(AddressError::Collision)),
            ("https://shop.example/?resul%74=0", Method::Post, Encoding::Utf8, Err(AddressError::Collision)),
            ("https://shop.example/?sig=x", Method::Post, Encoding::Utf8, Err(AddressError::Collision)),
            ("https://shop.example/?RC=0", Method::Get, Encoding::Utf8, Ok(())),
            ("https://shop.example/?x=%8E%52", Method::Get, Encoding::ShiftJis, Ok(())),
            ("https://shop.example/?x=%E5%B1%B1", Method::Get, Encoding::ShiftJis, Ok(())), // bytes are bytes
            ("https://shop.example/?x=%EE%E0", Method::Get, Encoding::ShiftJis, Err(AddressError::Undecodable)),
            ("https://shop.example/?x=%8E%52", Method::Get, Encoding::Utf8, Err(AddressError::Undecodable)),
            ("https://shop.example/?x=%8E%52", Method::Post, Encoding::Utf8, Ok(())),
            ("https://shop.example/?x=%0A", Method::Get, Encoding::Utf8, Err(AddressError::Undecodable)),
        ] {
            assert_eq!(check(address, method, encoding), result, "{address}");
        }
    }
}
