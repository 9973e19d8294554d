//! How a link stands: what its record says, the clock, and the payment of its one order.

use jiff::Timestamp;

use super::{Buyer, Link, Sending};
use crate::{Payment, payment::Origin};

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// Whoever has the address may pay.
    Open,
    /// Its mail was not asked for yet (未送信).
    Unsent,
    /// Its mail is on its way to be sent.
    Sending,
    /// Its mail was sent (送信済み).
    Sent,
    /// Its one order is paid (決済済み).
    Paid,
    /// Its one order was paid and its payment let go: it can't be paid again.
    LetGo,
    /// Its time is over (期限切れ).
    Expired,
    /// Its merchant revoked it (取消).
    Revoked,
}

/// Why a link opens no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Its time is over.
    Expired,
    /// Its merchant revoked it.
    Revoked,
}

impl LinkState {
    /// Every state, for lists and tests.
    pub const ALL: [Self; 8] =
        [Self::Open, Self::Unsent, Self::Sending, Self::Sent, Self::Paid, Self::LetGo, Self::Expired, Self::Revoked];

    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unsent => "unsent",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Paid => "paid",
            Self::LetGo => "let_go",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Reads the name of an address.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Link {
    /// How it stands now. `payment` is that of its one order, if there is any.
    pub fn state(&self, payment: Option<&Payment>, now: Timestamp) -> LinkState {
        let own = payment.filter(|payment| payment.origin == Origin::Link(self.id.clone()));
        if own.is_some_and(|payment| payment.state.is_paid()) {
            return LinkState::Paid;
        }
        if own.is_some_and(|payment| payment.state.is_let_go()) {
            return LinkState::LetGo;
        }
        match (self.closed(now), self.buyer.as_ref().map(|buyer| buyer.sending)) {
            (Some(Closed::Revoked), _) => LinkState::Revoked,
            (Some(Closed::Expired), _) => LinkState::Expired,
            (None, None) => LinkState::Open,
            (None, Some(Sending::Unsent)) => LinkState::Unsent,
            (None, Some(Sending::Asked { .. })) => LinkState::Sending,
            (None, Some(Sending::Sent { .. })) => LinkState::Sent,
        }
    }

    /// Why it opens no form now, if it does not. Whether it was paid, the payment says.
    pub fn closed(&self, now: Timestamp) -> Option<Closed> {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => Some(Closed::Revoked),
            (None, Some(end)) if end <= now => Some(Closed::Expired),
            (None, Some(_) | None) => None,
        }
    }

    /// This link, revoked. None: it was.
    pub fn revoke(&self, now: Timestamp) -> Option<Self> {
        let revoked = || Self { version: self.version.saturating_add(1), revoked_at: Some(now), ..self.clone() };
        self.revoked_at.is_none().then(revoked)
    }

    /// This link with its mail to be sent, for the first time or again. None: it goes to nobody, it is closed, or a mail is on its way.
    pub fn ask_sending(&self, now: Timestamp) -> Option<Self> {
        let buyer = self.buyer.as_ref().filter(|_| self.closed(now).is_none())?;
        let nth = match buyer.sending {
            Sending::Unsent => 1,
            Sending::Asked { .. } => return None,
            Sending::Sent { nth, .. } => nth.checked_add(1)?,
        };
        Some(self.with(buyer, Sending::Asked { nth, at: now }))
    }

    /// This link with its `nth` mail sent. None: another is asked for by now, or this one was written down before.
    pub fn sent(&self, mail: u16, now: Timestamp) -> Option<Self> {
        let buyer = self.buyer.as_ref()?;
        match buyer.sending {
            Sending::Asked { nth, .. } if nth == mail => Some(self.with(buyer, Sending::Sent { nth, at: now })),
            Sending::Unsent | Sending::Asked { .. } | Sending::Sent { .. } => None,
        }
    }

    /// This link with its `nth` mail given up, because the address takes none: it may be asked for again. None: another is asked for by now.
    pub fn not_sent(&self, mail: u16) -> Option<Self> {
        let buyer = self.buyer.as_ref()?;
        match buyer.sending {
            Sending::Asked { nth, .. } if nth == mail => Some(self.with(buyer, Sending::Unsent)),
            Sending::Unsent | Sending::Asked { .. } | Sending::Sent { .. } => None,
        }
    }

    fn with(&self, buyer: &Buyer, sending: Sending) -> Self {
        let buyer = Buyer { sending, ..buyer.clone() };
        Self { version: self.version.saturating_add(1), buyer: Some(buyer), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        Lang, LinkId, MerchantId,
        link::{LinkAmount, LinkUses},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn later(hours: i64) -> Timestamp {
        NOW.checked_add(SignedDuration::from_hours(hours)).unwrap()
    }

    fn mail_link() -> Link {
        let merchant = MerchantId::new("4000").unwrap();
        let mut link = Link::new(LinkId::new("x").unwrap(), merchant, "x", LinkAmount::Open, LinkUses::One, NOW);
        link.buyer = Some(Buyer {
            name: "山田".to_owned(),
            mail: "taro@example.jp".to_owned(),
            order: None,
            message: String::new(),
            lang: Lang::Ja,
            mobile: false,
            sending: Sending::Unsent,
        });
        link.expires_at = Some(later(24));
        link
    }

    #[test]
    fn a_mail_goes_out_once_for_each_time_it_is_asked_for() {
        let link = mail_link();
        assert_eq!(link.state(None, NOW), LinkState::Unsent);
        assert_eq!(link.sent(1, NOW), None, "nobody asked for it");
        let asked = link.ask_sending(NOW).unwrap();
        assert_eq!((asked.version, asked.state(None, NOW)), (2, LinkState::Sending));
        assert_eq!(asked.ask_sending(NOW), None, "asked for twice, it goes out once");
        assert_eq!(asked.sent(2, NOW), None, "another mail's");
        let sent = asked.sent(1, NOW).unwrap();
        assert_eq!((sent.version, sent.state(None, NOW)), (3, LinkState::Sent));
        assert_eq!(sent.sent(1, NOW), None, "a repeat writes nothing");
        let again = sent.ask_sending(NOW).unwrap();
        assert_eq!(again.sent(1, NOW), None, "the first mail's repeat does not stand for the second");
        assert_eq!(again.sent(2, NOW).map(|link| link.state(None, NOW)), Some(LinkState::Sent));
        assert_eq!(again.not_sent(1), None, "another mail's");
        let held = again.not_sent(2).unwrap();
        assert_eq!((held.state(None, NOW), held.not_sent(2)), (LinkState::Unsent, None));
        assert!(held.ask_sending(NOW).is_some(), "it may be asked for again");
    }

    #[test]
    fn a_closed_link_opens_nothing_and_sends_nothing() {
        let link = mail_link();
        assert_eq!(link.closed(later(24).checked_sub(SignedDuration::from_millis(1)).unwrap()), None);
        assert_eq!(link.closed(later(24)), Some(Closed::Expired));
        assert_eq!(link.state(None, later(25)), LinkState::Expired);
        let revoked = link.revoke(later(1)).unwrap();
        assert_eq!(revoked.revoke(later(2)), None, "once");
        for at in [later(1), later(25)] {
            assert_eq!(revoked.closed(at), Some(Closed::Revoked));
            assert_eq!(revoked.state(None, at), LinkState::Revoked);
            assert_eq!(revoked.ask_sending(at), None);
        }
        assert_eq!(link.ask_sending(later(24)), None);
    }

    #[test]
    fn states_have_names_of_their_own() {
        for state in LinkState::ALL {
            assert_eq!(LinkState::parse(state.name()), Some(state));
        }
        assert_eq!(LinkState::parse("x"), None);
    }
}
