//! Messages to people on their way through a queue. They name what they tell of, and hold nothing of its buyer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    KeptCard, LinkId, MerchantId, OrderId,
    batch::{Batch, BatchId, BatchState},
    link::{Link, Sending},
    payment::{Reader, Telling},
    recurring::{
        continuation::{Run, RunState},
        plan::{self, Plan, PlanId, PlanTidings},
    },
    webhook::{Endpoint, EndpointId, EndpointState, Why},
};

/// A message, about a payment, a kept card, a payment link, a batch, a run of continuation, a regular purchase or an endpoint for notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// About a payment.
    Payment(Telling),
    /// About a kept card.
    Card(CardTelling),
    /// A payment link to its buyer.
    Link(LinkTelling),
    /// How a batch stands, to the shop.
    Batch(BatchTelling),
    /// A run of continuation that begins by itself, to the shop.
    Run(RunTelling),
    /// About a regular purchase.
    Plan(PlanTelling),
    /// How an endpoint for notifications fares, to the shop.
    Endpoint(EndpointTelling),
}

impl Message {
    /// The same for every repeat.
    pub fn event_id(&self) -> &str {
        match self {
            Self::Payment(telling) => &telling.event_id,
            Self::Card(telling) => &telling.event_id,
            Self::Link(telling) => &telling.event_id,
            Self::Batch(telling) => &telling.event_id,
            Self::Run(telling) => &telling.event_id,
            Self::Plan(telling) => &telling.event_id,
            Self::Endpoint(telling) => &telling.event_id,
        }
    }
}

/// A message about a kept card. It names the payment that the card was kept with: that knows the buyer, and what may be shown of the card, whatever
/// becomes of the card's own record in the meantime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardTelling {
    /// The same for every repeat: `<merchant>.<card>.<version>.<kind>`.
    pub event_id: String,
    /// Who may charge the card.
    pub merchant: MerchantId,
    /// The order that the card was kept with.
    pub order: OrderId,
    /// What happened to it.
    pub tidings: CardTidings,
    /// When.
    pub at: Timestamp,
}

/// What happened to a kept card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardTidings {
    /// The buyer deleted it.
    Deleted,
    /// Another card stands in its place.
    Replaced {
        /// The order that the other was kept with.
        by: OrderId,
    },
}

impl CardTidings {
    /// Its name in event ids.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Deleted => "card_deleted",
            Self::Replaced { .. } => "card_replaced",
        }
    }
}

impl CardTelling {
    /// What the step from `old` to `new` tells. A card that is kept where none was is told by the mail of its payment.
    pub fn of(old: Option<&KeptCard>, new: &KeptCard, at: Timestamp) -> Option<Self> {
        let old = old.filter(|old| old.number.is_some())?;
        let tidings = match &new.number {
            None => CardTidings::Deleted,
            Some(_) if old.id == new.id => return None, // sealed anew under another data key
            Some(_) => CardTidings::Replaced { by: new.order.clone() },
        };
        Some(Self {
            event_id: format!("{}.{}.{}.{}", new.merchant, new.id, new.version, tidings.name()),
            merchant: new.merchant.clone(),
            order: old.order.clone(),
            tidings,
            at,
        })
    }
}

/// The mail that tells the shop how a batch stands. It names the batch: that knows its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTelling {
    /// The same for every repeat: `<merchant>.<batch>.<version>.<kind>`.
    pub event_id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub batch: BatchId,
    /// What happened.
    pub tidings: BatchTidings,
}

/// What happened to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchTidings {
    /// The file was refused whole.
    BatchRefused,
    /// It is checked, and waits for somebody who lets it run.
    BatchWaits,
    /// It ran, to its end or until it was stopped.
    BatchEnded,
}

impl BatchTidings {
    /// Its name in event ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BatchRefused => "batch_refused",
            Self::BatchWaits => "batch_waits",
            Self::BatchEnded => "batch_ended",
        }
    }
}

impl BatchTelling {
    /// What a batch's present state tells. None: nothing, or what somebody did who saw it happen.
    pub fn of(batch: &Batch) -> Option<Self> {
        let tidings = match &batch.state {
            BatchState::Refused { .. } => BatchTidings::BatchRefused,
            BatchState::Waiting { .. } => BatchTidings::BatchWaits,
            BatchState::Done { .. } | BatchState::Cancelled { ran: true, .. } => BatchTidings::BatchEnded,
            BatchState::Checking { .. }
            | BatchState::Running { .. }
            | BatchState::Cancelling { .. }
            | BatchState::Cancelled { ran: false, .. } => return None,
        };
        let Batch { merchant, id, version, .. } = batch;
        Some(Self {
            event_id: format!("{merchant}.{id}.{version}.{}", tidings.name()),
            merchant: merchant.clone(),
            batch: id.clone(),
            tidings,
        })
    }
}

/// A message about a regular purchase. It names the plan: that knows the buyer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTelling {
    /// The same for every repeat: `<merchant>.<plan>.<version>.<kind>_<reader>`.
    pub event_id: String,
    /// Who is paid.
    pub merchant: MerchantId,
    /// The contract.
    pub plan: PlanId,
    /// The order that it began with.
    pub order: OrderId,
    /// What happened.
    pub tidings: PlanTidings,
    /// Who is told.
    pub reader: Reader,
    /// When.
    pub at: Timestamp,
}

impl PlanTelling {
    /// What the step from `before` to `after` tells, and whom.
    pub fn of(before: Option<&Plan>, after: &Plan, at: Timestamp) -> Vec<Self> {
        let told = plan::tidings(before, after).into_iter();
        told.flat_map(|tidings| tidings.readers().iter().map(move |reader| (tidings, *reader)))
            .map(|(tidings, reader)| {
                let (Plan { merchant, id, version, first_order, .. }, name) = (after, tidings.name());
                let event_id = format!("{merchant}.{}.{version}.{name}_{}", id.as_str(), reader.name());
                Self {
                    event_id,
                    merchant: merchant.clone(),
                    plan: id.clone(),
                    order: first_order.clone(),
                    tidings,
                    reader,
                    at,
                }
            })
            .collect()
    }
}

/// The mail that tells the shop of a run of continuation: it will begin by itself, or it did not. It names the run: that knows the figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTelling {
    /// The same for every repeat: `<merchant>.<run>.<state>.continuation`.
    pub event_id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub run: BatchId,
}

impl RunTelling {
    /// What a run's present state tells. None: nothing, or what somebody did who saw it happen.
    pub fn of(run: &Run) -> Option<Self> {
        match (&run.state, &run.asked_by) {
            (RunState::Announced { .. } | RunState::NotRun { .. }, None) => {}
            (
                RunState::Drawing { .. }
                | RunState::Open { .. }
                | RunState::Confirmed { .. }
                | RunState::Begun { .. }
                | RunState::Cancelled { .. }
                | RunState::Announced { .. }
                | RunState::NotRun { .. },
                _,
            ) => return None,
        }
        let Run { merchant, id, state, .. } = run;
        Some(Self {
            event_id: format!("{merchant}.{id}.{}.continuation", state.name()),
            merchant: merchant.clone(),
            run: id.clone(),
        })
    }
}

/// The mail that tells the shop how an endpoint for notifications fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointTelling {
    /// The same for every repeat: `<merchant>.<endpoint>.<version>.<kind>`.
    pub event_id: String,
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub endpoint: EndpointId,
    /// What happened.
    pub tidings: EndpointTidings,
    /// Since when nothing was heard. None: it said itself that it wants nothing any more.
    pub since: Option<Timestamp>,
}

/// What happened to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointTidings {
    /// Nothing was heard for half a day; it is tried on.
    Silent,
    /// Nothing was heard for three days; it is switched off.
    Deaf,
    /// It said that it wants nothing any more; it is switched off.
    Gone,
}

impl EndpointTidings {
    /// Its name in event ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silent => "endpoint_silent",
            Self::Deaf => "endpoint_deaf",
            Self::Gone => "endpoint_gone",
        }
    }
}

impl EndpointTelling {
    /// What the step from `old` to `new` of an endpoint tells. What a person did with it is told where they did it.
    pub fn of(old: Option<&Endpoint>, new: &Endpoint) -> Option<Self> {
        let old = old?;
        let was_on = old.is_on();
        let tidings = match new.state {
            EndpointState::Broken { why: Why::Gone, .. } if was_on => EndpointTidings::Gone,
            EndpointState::Broken { why: Why::Deaf, .. } if was_on => EndpointTidings::Deaf,
            EndpointState::On if was_on && new.health.told && !old.health.told => EndpointTidings::Silent,
            EndpointState::On | EndpointState::Off { .. } | EndpointState::Broken { .. } => return None,
        };
        let Endpoint { merchant, id, version, health, .. } = new;
        Some(Self {
            event_id: format!("{merchant}.{id}.{version}.{}", tidings.name()),
            merchant: merchant.clone(),
            endpoint: id.clone(),
            tidings,
            since: health.failing_since,
        })
    }
}

/// The mail that brings a payment link to its buyer (決済メール). It names the link: that knows the buyer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTelling {
    /// The same for every repeat: `<merchant>.<link>.<nth>.payment_mail`.
    pub event_id: String,
    /// Who asks to be paid.
    pub merchant: MerchantId,
    /// The link.
    pub link: LinkId,
    /// Which of its mails.
    pub nth: u16,
}

impl LinkTelling {
    /// What the step from `old` to `new` tells: a mail that was not asked for before.
    pub fn of(old: Option<&Link>, new: &Link) -> Option<Self> {
        let asked = |link: &Link| match link.buyer.as_ref()?.sending {
            Sending::Asked { nth, .. } => Some(nth),
            Sending::Unsent | Sending::Sent { .. } => None,
        };
        let nth = asked(new).filter(|nth| old.and_then(asked) != Some(*nth))?;
        Some(Self {
            event_id: format!("{}.{}.{nth}.payment_mail", new.merchant, new.id),
            merchant: new.merchant.clone(),
            link: new.id.clone(),
            nth,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Brand, CardId, CardOwner, Expiry, Lang, MaskedCard,
        card::{Consent, ConsentScope, HeldNumber},
        link::{Buyer, LinkAmount, LinkUses},
        webhook::Health,
    };

    fn kept(id: u8, version: u32, number: Option<&str>) -> KeptCard {
        KeptCard {
            merchant: MerchantId::new("4000").unwrap(),
            owner: CardOwner::Buyer("u 1".to_owned()),
            id: CardId::from_random([id; 8]),
            version,
            card: MaskedCard {
                brand: Brand::Visa,
                last4: "4242".to_owned(),
                expiry: Expiry::parse("12/29", jiff::civil::date(2026, 11, 21)).unwrap(),
            },
            holder: "TARO YAMADA".to_owned(),
            number: number.map(|token| HeldNumber::Token(token.to_owned())),
            fingerprint: None,
            consent: Consent {
                scope: ConsentScope::Recall,
                terms: 1,
                at: Timestamp::UNIX_EPOCH,
                address: String::new(),
            },
            network_id: None,
            order: OrderId::new(id.to_string()).unwrap(),
            mail: "shopper@example.com".to_owned(),
            lang: Lang::Ja,
        }
    }

    #[test]
    fn a_deleted_or_replaced_card_is_told_of_and_nothing_else() {
        let replaced = Some(CardTidings::Replaced { by: OrderId::new("2").unwrap() });
        for (what, old, new, told) in [
            ("first kept", None, kept(1, 1, Some("a")), None),
            ("kept after it was deleted", Some(kept(1, 2, None)), kept(2, 3, Some("a")), None),
            ("sealed anew", Some(kept(1, 1, Some("a"))), kept(1, 2, Some("b")), None),
            ("deleted twice", Some(kept(1, 2, None)), kept(1, 3, None), None),
            ("deleted", Some(kept(1, 1, Some("a"))), kept(1, 2, None), Some(CardTidings::Deleted)),
            ("replaced", Some(kept(1, 1, Some("a"))), kept(2, 2, Some("b")), replaced),
        ] {
            let telling = CardTelling::of(old.as_ref(), &new, Timestamp::UNIX_EPOCH);
            assert!(telling.iter().all(|telling| telling.order.as_str() == "1"), "{what}: of the card before");
            assert_eq!(telling.map(|telling| telling.tidings), told, "{what}");
        }
    }

    #[test]
    fn a_message_holds_nothing_of_the_buyer_and_reads_back() {
        let telling =
            CardTelling::of(Some(&kept(1, 1, Some("a"))), &kept(2, 2, Some("b")), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(telling.event_id, "4000.AgICAgICAgI.2.card_replaced");
        let message = Message::Card(telling);
        let json = serde_json::to_string(&message).unwrap();
        for personal in ["TARO", "4242", "shopper@", "u 1"] {
            assert!(!json.contains(personal), "{json}");
        }
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }

    #[test]
    fn a_payment_mail_is_told_of_once_for_each_time_it_is_asked_for() {
        let now = Timestamp::UNIX_EPOCH;
        let merchant = MerchantId::new("4000").unwrap();
        let mut link = Link::new(LinkId::new("x").unwrap(), merchant, "x", LinkAmount::Open, LinkUses::One, now);
        assert_eq!(LinkTelling::of(None, &link), None);
        link.buyer = Some(Buyer {
            name: "TARO".to_owned(),
            mail: "taro@example.jp".to_owned(),
            order: Some(OrderId::new("77").unwrap()),
            message: "hello".to_owned(),
            lang: Lang::Ja,
            mobile: false,
            sending: Sending::Unsent,
        });
        let asked = link.ask_sending(now).unwrap();
        let told = LinkTelling::of(Some(&link), &asked).unwrap();
        assert_eq!(told.event_id, "4000.x.1.payment_mail");
        assert_eq!(LinkTelling::of(None, &asked), Some(told.clone()), "made and asked for in one write");
        let revoked = asked.revoke(now).unwrap();
        let sent = asked.sent(1, now).unwrap();
        for (what, old, new) in
            [("unsent", None, &link), ("revoked", Some(&asked), &revoked), ("sent", Some(&asked), &sent)]
        {
            assert_eq!(LinkTelling::of(old, new), None, "{what}");
        }
        assert_eq!(LinkTelling::of(Some(&sent), &sent.ask_sending(now).unwrap()).unwrap().nth, 2);
        let json = serde_json::to_string(&Message::Link(told.clone())).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), Message::Link(told));
        for personal in ["TARO", "taro@", "hello", "77"] {
            assert!(!json.contains(personal), "{json}");
        }
    }

    #[test]
    fn what_becomes_of_an_endpoint_by_itself_is_told_once_for_each_change() {
        let on = crate::webhook::endpoint::tests::endpoint(&[]);
        let at = Timestamp::UNIX_EPOCH;
        let health = |told| Health { failing_since: Some(at), told, ..Health::default() };
        let (failing, told) = (on.faring(health(false)), on.faring(health(true)));
        let broken = |why| told.switched(EndpointState::Broken { at, why }, at);
        let off = told.switched(EndpointState::Off { at }, at);
        for (what, old, new, tidings) in [
            ("made", None, &on, None),
            ("failing", Some(&on), &failing, None),
            ("failing for long", Some(&failing), &told, Some(EndpointTidings::Silent)),
            ("still failing", Some(&told), &told, None),
            ("heard again", Some(&told), &on, None),
            ("given up", Some(&failing), &broken(Why::Deaf), Some(EndpointTidings::Deaf)),
            ("gone", Some(&on), &broken(Why::Gone), Some(EndpointTidings::Gone)),
            ("given other events while it is off", Some(&broken(Why::Gone)), &broken(Why::Gone), None),
            ("switched off by somebody", Some(&told), &off, None),
            ("switched on by somebody", Some(&off), &on, None),
        ] {
            let telling = EndpointTelling::of(old, new);
            assert_eq!(telling.as_ref().map(|telling| telling.tidings), tidings, "{what}");
            if let Some(telling) = telling {
                assert!(telling.event_id.contains(&format!(".{}.", new.version)), "{}", telling.event_id);
            }
        }
    }

    #[test]
    fn a_message_of_before_is_still_one() {
        let before = r#"{"event_id":"179525700012312345.2.paid_payer","key":{"merchant":"4000","order":"7"},"tidings":"paid","reader":"payer"}"#;
        let telling: Telling = serde_json::from_str(before).unwrap();
        assert_eq!(serde_json::from_str::<Message>(before).unwrap(), Message::Payment(telling));
    }
}
