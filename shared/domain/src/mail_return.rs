//! Mails that came back, and complaints about mails: what a mail carries so that its return can be told, and what follows for the address.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{LinkId, MerchantId, OrderId, payment::Reader, recurring::plan::PlanId};

/// What happened to a mail after the mail service took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnKind {
    /// The address takes no mail, now or later.
    Gone,
    /// The mail was not taken for now: a full mailbox, or a server that did not answer.
    NotTaken,
    /// Whoever got it called it unwanted.
    Complained,
}

impl ReturnKind {
    /// Whether no further mail goes to the address until somebody says so. The mail service counts those who go on.
    pub const fn stops(self) -> bool {
        match self {
            Self::Gone | Self::Complained => true,
            Self::NotTaken => false,
        }
    }
}

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailAbout {
    /// A payment.
    Order(OrderId),
    /// A payment link.
    Link(LinkId),
    /// A regular purchase.
    Plan(PlanId),
}

impl MailAbout {
    /// Its number or name, as people know it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Order(order) => order.as_str(),
            Self::Link(link) => link.as_str(),
            Self::Plan(plan) => plan.as_str(),
        }
    }
}

/// Stands for an address where the address itself may not: in keys, tags and queues.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressMark(String);

impl AddressMark {
    /// The mark of an address; capitals make no difference.
    pub fn of(address: &str) -> Self {
        let digest = Sha256::digest(address.trim().to_lowercase().as_bytes());
        let mut mark = String::with_capacity(32);
        for byte in digest.iter().take(16) {
            let _always = write!(mark, "{byte:02x}");
        }
        Self(mark)
    }

    /// None unless `text` is 32 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (text.len() == 32 && hex).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AddressMark {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an address's mark is 32 hex digits")
    }
}

impl From<AddressMark> for String {
    fn from(mark: AddressMark) -> Self {
        mark.0
    }
}

/// What a mail carries through the mail service: enough to find the address again, and not the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTags {
    /// Whose mail it is.
    pub merchant: MerchantId,
    /// What it is about.
    pub about: MailAbout,
    /// To whom it goes.
    pub reader: Reader,
    /// The mark of the address that it goes to.
    pub to: AddressMark,
}

impl MailTags {
    /// As names and values of `[A-Za-z0-9_-]`, which is what SES takes in tags.
    pub fn pairs(&self) -> [(&'static str, &str); 5] {
        let (about, of) = match &self.about {
            MailAbout::Order(order) => ("order", order.as_str()),
            MailAbout::Link(link) => ("link", link.as_str()),
            MailAbout::Plan(plan) => ("plan", plan.as_str()),
        };
        let reader = match self.reader {
            Reader::Payer => "payer",
            Reader::Shop => "shop",
        };
        [
            ("merchant", self.merchant.as_str()),
            ("about", about),
            ("of", of),
            ("reader", reader),
            ("to", self.to.as_str()),
        ]
    }

    /// Reads tags back. None: they are another mail's.
    pub fn read<'a>(tag: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let about = match tag("about")? {
            "order" => MailAbout::Order(OrderId::new(tag("of")?).ok()?),
            "link" => MailAbout::Link(LinkId::new(tag("of")?).ok()?),
            "plan" => MailAbout::Plan(PlanId::new(tag("of")?).ok()?),
            _ => return None,
        };
        let reader = match tag("reader")? {
            "payer" => Reader::Payer,
            "shop" => Reader::Shop,
            _ => return None,
        };
        let merchant = MerchantId::new(tag("merchant")?).ok()?;
        Some(Self { merchant, about, reader, to: AddressMark::parse(tag("to")?)? })
    }
}

/// An address that a merchant's mail came back from, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedAddress {
    /// The address.
    pub address: String,
    /// What happened.
    pub kind: ReturnKind,
    /// To which mail.
    pub about: MailAbout,
    /// Who should have read it.
    pub reader: Reader,
    /// When.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub at: Timestamp,
    /// The mail service's own id of the mail: a repeat carries the same.
    pub message: String,
    /// Counts writes.
    pub version: u32,
}

impl ReturnedAddress {
    /// What is kept after this on top of what was kept before. None: that says as much or more, or this is a repeat.
    pub fn on_top_of(self, before: Option<&Self>) -> Option<Self> {
        let Some(before) = before else { return Some(Self { version: 1, ..self }) };
        let repeated = before.message == self.message && before.kind == self.kind;
        let weaker = before.kind.stops() && !self.kind.stops();
        (!repeated && !weaker).then(|| Self { version: before.version.saturating_add(1), ..self })
    }
}

/// What the history of a payment or a regular purchase says of a mail that did not reach its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTrace {
    /// The same for every repeat.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who should have read it.
    pub reader: Reader,
    /// It came back so. None: it was not sent, because an earlier one had come back.
    pub kind: Option<ReturnKind>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(kind: ReturnKind, message: &str) -> ReturnedAddress {
        ReturnedAddress {
            address: "taro@example.jp".to_owned(),
            kind,
            about: MailAbout::Order(OrderId::new("77").unwrap()),
            reader: Reader::Payer,
            at: Timestamp::UNIX_EPOCH,
            message: message.to_owned(),
            version: 0,
        }
    }

    #[test]
    fn the_graver_return_stands_and_a_repeat_changes_nothing() {
        use ReturnKind::{Complained, Gone, NotTaken};
        for (before, now, kept) in [
            (None, (Gone, "a"), Some(Gone)),
            (Some((Gone, "a")), (Gone, "a"), None),
            (Some((Gone, "a")), (Gone, "b"), Some(Gone)),
            (Some((Gone, "a")), (NotTaken, "b"), None),
            (Some((NotTaken, "a")), (Gone, "b"), Some(Gone)),
            (Some((NotTaken, "a")), (NotTaken, "b"), Some(NotTaken)),
            (Some((Complained, "a")), (NotTaken, "b"), None),
            (Some((NotTaken, "a")), (Complained, "a"), Some(Complained)),
        ] {
            let before = before.map(|(kind, message)| ReturnedAddress { version: 4, ..returned(kind, message) });
            let after = returned(now.0, now.1).on_top_of(before.as_ref());
            assert_eq!(after.as_ref().map(|after| after.kind), kept, "{before:?} {now:?}");
            assert!(after.is_none_or(|after| after.version == before.map_or(1, |before| before.version + 1)));
        }
    }

    #[test]
    fn tags_read_back_and_hold_no_address() {
        for about in [
            MailAbout::Order(OrderId::new("A_b-1").unwrap()),
            MailAbout::Link(LinkId::new("demo").unwrap()),
            MailAbout::Plan(PlanId::new("mzxw6ytboi4dqmzrgezd").unwrap()),
        ] {
            for reader in [Reader::Payer, Reader::Shop] {
                let merchant = MerchantId::new("4000").unwrap();
                let tags = MailTags { merchant, about: about.clone(), reader, to: AddressMark::of("Taro@Example.jp ") };
                let pairs = tags.pairs();
                let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                assert!(pairs.iter().all(|(name, value)| plain(name) && plain(value)), "{pairs:?}");
                let tag = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
                assert_eq!(MailTags::read(tag), Some(tags.clone()));
                assert_eq!(tags.to, AddressMark::of("taro@example.jp"), "capitals make no difference");
            }
        }
        assert_eq!(MailTags::read(|_| Some("x")), None);
    }
}
