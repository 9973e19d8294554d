//! Where a notification may go: a merchant's own address on the public internet, and nothing that only we can reach.
//!
//! An address is looked at twice: its text when it is registered and before each call, and what its name resolves to when the connection is made.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::handover::{AddressError, DestinationAddress};

/// An address that notifications may be sent to: https to a host of the public internet, or the local system's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointAddress(String);

/// Why an address can't be an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointAddressError {
    /// It is no https address.
    #[error(transparent)]
    Malformed(#[from] AddressError),
    /// It is one that we must not call.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// A host that we must not call: calling it would lend our place in the network to whoever wrote the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host is {0}")]
pub struct Refused(&'static str);

impl EndpointAddress {
    /// `local_origin` is the local system's own (`http://127.0.0.1:9000`), the one place http may lead to; None elsewhere.
    ///
    /// # Errors
    /// [`EndpointAddressError`].
    pub fn parse(text: &str, local_origin: Option<&str>) -> Result<Self, EndpointAddressError> {
        let address = String::from(DestinationAddress::parse(text, local_origin)?);
        let local = address.starts_with("http://"); // nothing but the local origin passes with it
        if !local {
            check_host(&address)?;
        }
        Ok(Self(address))
    }

    /// The text, used byte for byte.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the host of an absolute address may be called, as far as its text says.
///
/// # Errors
/// [`Refused`] for an address of no public host, in whatever form it is written, and for names that lead to this machine or this network.
pub fn check_host(address: &str) -> Result<(), Refused> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if let Some((v6, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let ip = v6.parse::<Ipv6Addr>().map(IpAddr::V6).map_err(|_| Refused("malformed"))?;
        return check_ip(ip);
    }
    let host = authority.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let last = host.rsplit('.').next().unwrap_or_default();
    // what ends in a number is an address to a resolver, in octal, hexadecimal or with parts left out too (WHATWG URL, 3.5)
    if last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x") {
        let ip = host.parse::<Ipv4Addr>().map(IpAddr::V4).map_err(|_| Refused("a number"))?;
        return check_ip(ip);
    }
    match last {
        "localhost" => Err(Refused("this machine")),
        "local" | "internal" | "intranet" | "lan" | "home" | "corp" | "private" => Err(Refused("of a private network")),
        "arpa" | "onion" | "invalid" | "test" | "alt" => Err(Refused("of no public network")),
        _ if host == last => Err(Refused("a name without a domain")),
        _ => Ok(()),
    }
}

/// Whether an address is one of the public internet.
///
/// By IANA's registries of special-purpose addresses (IPv4, IPv6; read 2026-11). For IPv6 the rule is the reverse: only global unicast
/// (2000::/3) without its special blocks; so an IPv4 address in an IPv6 one (mapped, compatible, NAT64, 6to4, Teredo) is refused whatever it is.
///
/// # Errors
/// [`Refused`] with what it is.
pub fn check_ip(ip: IpAddr) -> Result<(), Refused> {
    let special = match ip {
        IpAddr::V4(v4) => IPV4.iter().find(|block| block.holds(v4)).map(|block| block.what),
        IpAddr::V6(v6) => IPV6.iter().find(|block| block.holds(v6)).map(|block| block.what).or_else(|| {
            let global = v6.segments().first().is_some_and(|first| first & 0xe000 == 0x2000);
            (!global).then_some("not of the global unicast range")
        }),
    };
    special.map_or(Ok(()), |what| Err(Refused(what)))
}

/// Addresses that begin alike.
struct Block<T> {
    start: T,
    bits: u32,
    what: &'static str,
}

impl Block<Ipv4Addr> {
    fn holds(&self, ip: Ipv4Addr) -> bool {
        let mask = u32::MAX.checked_shl(32_u32.saturating_sub(self.bits)).unwrap_or(0);
        ip.to_bits() & mask == self.start.to_bits() & mask
    }
}

impl Block<Ipv6Addr> {
    fn holds(&self, ip: Ipv6Addr) -> bool {
        let mask = u128::MAX.checked_shl(128_u32.saturating_sub(self.bits)).unwrap_or(0);
        ip.to_bits() & mask == self.start.to_bits() & mask
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u32, what: &'static str) -> Block<Ipv4Addr> {
    Block { start: Ipv4Addr::new(a, b, c, d), bits, what }
}

const fn v6(start: u128, bits: u32, what: &'static str) -> Block<Ipv6Addr> {
    Block { start: Ipv6Addr::from_bits(start), bits, what }
}

const IPV4: [Block<Ipv4Addr>; 19] = [
    v4(0, 0, 0, 0, 8, "unspecified"),
    v4(10, 0, 0, 0, 8, "private"),
    v4(100, 64, 0, 0, 10, "of a carrier's own network"),
    v4(127, 0, 0, 0, 8, "this machine"),
    v4(168, 63, 129, 16, 32, "a cloud's metadata"), // Azure's, in the midst of public addresses
    v4(169, 254, 0, 0, 16, "link-local"),           // the metadata of AWS and others is here
    v4(172, 16, 0, 0, 12, "private"),
    v4(192, 0, 0, 0, 24, "reserved for protocols"),
    v4(192, 0, 2, 0, 24, "for documentation"),
    v4(192, 31, 196, 0, 24, "of AS112"),
    v4(192, 52, 193, 0, 24, "a relay"),
    v4(192, 88, 99, 0, 24, "a relay"),
    v4(192, 168, 0, 0, 16, "private"),
    v4(192, 175, 48, 0, 24, "of AS112"),
    v4(198, 18, 0, 0, 15, "for benchmarks"),
    v4(198, 51, 100, 0, 24, "for documentation"),
    v4(203, 0, 113, 0, 24, "for documentation"),
    v4(224, 0, 0, 0, 4, "multicast"),
    v4(240, 0, 0, 0, 4, "reserved"), // with the broadcast address
];

const IPV6: [Block<Ipv6Addr>; 16] = [
    v6(0, 128, "unspecified"),
    v6(1, 128, "this machine"),
    v6(0xffff << 32, 96, "an IPv4 address in another form"),
    v6(0, 96, "an IPv4 address in another form"),
    v6(0x0064_ff9b << 96, 32, "an IPv4 address in another form"), // NAT64, 64:ff9b::/96 and 64:ff9b:1::/48
    v6(0x0100 << 112, 64, "discarded"),
    v6(0x2001 << 112, 23, "reserved for protocols"), // Teredo, ORCHID, benchmarks
    v6(0x2001_0db8 << 96, 32, "for documentation"),
    v6(0x2002 << 112, 16, "an IPv4 address in another form"), // 6to4
    v6(0x2620_004f_8000 << 80, 48, "of AS112"),
    v6(0x3fff << 112, 20, "for documentation"),
    v6(0x5f00 << 112, 16, "of segment routing"),
    v6(0xfc00 << 112, 7, "private"),
    v6(0xfe80 << 112, 10, "link-local"),
    v6(0xfec0 << 112, 10, "private"), // site-local, given up and still in use
    v6(0xff00 << 112, 8, "multicast"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Hosts as an attacker writes them. The metadata addresses are AWS's, ECS's, Azure's, Alibaba's, Oracle's and AWS's over IPv6.
    const REFUSED: [&str; 96] = [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "shop",
        "kessai",
        "printer.local",
        "db.internal",
        "metadata.google.internal",
        "ip-10-0-0-1.ec2.internal",
        "wiki.corp",
        "router.lan",
        "router.home",
        "x.intranet",
        "1.0.0.127.in-addr.arpa",
        "x.onion",
        "x.invalid",
        "x.test",
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0",
        "0.1.2.3",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0177.0.0.1",
        "0177.0.0.01",
        "127.0.0.0x1",
        "127.0.0.01",
        "10.0.0.0",
        "10.255.255.255",
        "012.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        "3232235777",
        "169.254.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.175.48.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.254",
        "255.255.255.255",
        "256.0.0.1",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::8.8.8.8]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::8.8.8.8]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2002:808:808::1]",
        "[2001::1]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[2001:2::1]",
        "[2001:20::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[100::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[5f00::1]",
    ];

    const ALLOWED: [&str; 16] = [
        "example.com",
        "shop.example.co.jp",
        "Shop.Example.JP",
        "xn--fiqs8s.jp",
        "8.8.8.8",
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "169.253.255.255",
        "192.167.255.255",
        "223.255.255.255",
        "[2606:4700:4700::1111]",
        "[2001:4860:4860::8888]",
        "[2400:cb00::1]",
    ];

    #[test]
    fn no_address_of_ours_or_of_nobody_is_called() {
        for host in REFUSED {
            for address in
                [format!("https://{host}/hook"), format!("https://{host}:8443"), format!("https://{host}?x=1")]
            {
                assert!(check_host(&address).is_err(), "{address}");
                assert!(EndpointAddress::parse(&address, None).is_err(), "{address}");
            }
        }
    }

    #[test]
    fn hosts_of_the_public_internet_are() {
        for host in ALLOWED {
            for address in [format!("https://{host}/hook"), format!("https://{host}:8443/hook?x=1")] {
                assert!(check_host(&address).is_ok(), "{address}");
                assert_eq!(EndpointAddress::parse(&address, None).map(|a| a.as_str().to_owned()), Ok(address));
            }
        }
    }

    #[test]
    fn an_endpoint_is_https_or_the_local_systems_own() {
        let local = Some("http://127.0.0.1:9000");
        assert!(EndpointAddress::parse("http://127.0.0.1:9000/shop/notify", local).is_ok());
        for (address, local) in [
            ("http://127.0.0.1:9000/shop/notify", None),
            ("http://127.0.0.1:9001/shop/notify", local),
            ("http://127.0.0.1:90000/", local),
            ("http://127.0.0.1:9000@example.com/", local),
            ("https://127.0.0.1:9000/", local),
            ("http://example.com/", local),
            ("https://user:pass@example.com/", None),
            ("https://example.com/#x", None),
            ("ftp://example.com/", None),
            ("https://例え.jp/", None),
            ("https://example.com\\@127.0.0.1/", None),
            ("https://%6c%6f%63%61%6c%68%6f%73%74/", None),
            ("https://127。0。0。1/", None),
            ("", None),
        ] {
            assert!(EndpointAddress::parse(address, local).is_err(), "{address}");
        }
    }

    proptest! {
        #[test]
        fn an_ipv4_address_is_refused_inside_every_ipv6_form(bits: u32) {
            let v4 = u128::from(bits);
            for v6 in [v4, (0xffff << 32) | v4, (0x0064_ff9b << 96) | v4, (0x2002 << 112) | (v4 << 80)] {
                prop_assert!(check_ip(IpAddr::V6(Ipv6Addr::from_bits(v6))).is_err());
            }
        }

        #[test]
        fn what_the_standard_library_knows_to_be_special_is_refused(bits: u32) {
            let ip = Ipv4Addr::from_bits(bits);
            let special = ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast()
                || ip.is_documentation() || ip.is_unspecified();
            prop_assert!(!special || check_ip(IpAddr::V4(ip)).is_err());
        }
    }
}
