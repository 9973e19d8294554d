//! What holds once all is quiet, whatever went wrong before (`Invariants` of the payment rules).

use domain::card::ConsentScope;
use domain::search::Row;
use domain::{CardOwner, Payment, PaymentKey, State};
use local::world::World;
use outbound::acquirer::{Entry, Kind, Outcome};
use std::collections::BTreeSet;
use system_tests::searches;

use super::heard::Heard;
use super::shopper::{Shopper, kept_card};

/// How an order may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Paid.
    Paid,
    /// Over without money.
    Unpaid,
    /// Either.
    Settled,
    /// Nobody could find out: a person is called.
    Person,
}

/// What lies about once all is quiet.
pub(crate) struct Evidence {
    entries: Vec<Entry>,
    /// What the shop's server heard.
    pub(crate) heard: Heard,
    /// The ids of the events that were mailed.
    told: Vec<String>,
    /// Something lies where a person sees it.
    parked: bool,
    /// Mails are still to be sent.
    waits: bool,
    /// A change that the read model could not take lies where a person sees it.
    unlisted: bool,
}

impl Evidence {
    pub(crate) async fn of(world: &World) -> Self {
        let mails = world.mailbox().unwrap();
        let ids = mails.into_iter().flat_map(|mail| mail.headers).filter(|(name, _)| name == "X-Kessai-Event");
        let queues = world.queues().unwrap();
        let waiting =
            |name: &str| queues.iter().any(|queue| queue.name.contains(name) && queue.waiting + queue.in_flight > 0);
        Self {
            entries: world.acquirer_log().await.unwrap(),
            heard: Heard::by_the_server_of(world).await,
            told: ids.map(|(_, id)| id).collect(),
            parked: waiting("MailDeadLetters") || waiting("StreamFailures"),
            waits: waiting("MailQueue"),
            unlisted: waiting("SearchFailures"),
        }
    }

    /// Approvals less what undid them, by the acquirer's own entries.
    pub(crate) fn net_approvals(&self, key: &PaymentKey) -> i64 {
        let reference = key.reference(1);
        let family = reference.as_str().split_once('-').unwrap().0;
        let entries = self.entries.iter().filter(|entry| entry.reference.as_str().starts_with(family));
        let done = entries.filter(|entry| entry.outcome == Outcome::Approved && entry.amount > 0);
        done.map(|entry| match entry.kind {
            Kind::Authorize => 1,
            Kind::Reverse | Kind::Void => -1,
            Kind::Challenge
            | Kind::Capture
            | Kind::Refund
            | Kind::Adjust
            | Kind::Withdraw
            | Kind::Inquire
            | Kind::Dispute => 0,
        })
        .sum()
    }

    /// What was done at the acquirer with an order's money after it was approved.
    pub(crate) fn moves(&self, key: &PaymentKey) -> Vec<&Entry> {
        let reference = key.reference(1);
        let family = reference.as_str().split_once('-').unwrap().0;
        let entries = self.entries.iter().filter(|entry| entry.reference.as_str().starts_with(family));
        let moves = |entry: &&Entry| matches!(entry.kind, Kind::Capture | Kind::Void | Kind::Adjust | Kind::Refund);
        entries.filter(|entry| entry.outcome == Outcome::Approved).filter(moves).collect()
    }

    /// How many events of a kind were mailed about this visit of the order. Repeats of one event count once.
    pub(crate) fn events(&self, payment: &Payment, kind: &str) -> usize {
        let number = payment.number();
        let ids = self.told.iter().filter(|id| id.starts_with(number.as_str()) && id.ends_with(kind));
        ids.collect::<BTreeSet<_>>().len()
    }
}

/// What does not hold.
pub(crate) async fn broken(shopper: &mut Shopper<'_>, expected: Expected, evidence: &Evidence) -> Vec<String> {
    let mut broken = std::mem::take(&mut shopper.complaints);
    let payment = shopper.look().await;
    broken.append(&mut shopper.complaints);
    let world = shopper.world;
    let mut check = |holds: bool, what: &str| {
        if !holds {
            broken.push(what.to_owned());
        }
    };

    let totals = world.books().totals(&shopper.key().reference(1), world.now()).await.unwrap();
    let (paid, amount) = match &payment {
        Some(payment) => (payment.state.is_paid(), u64::from(payment.amount.get())),
        None => (false, 0),
    };
    check(totals.standing <= 1, &format!("{} authorizations stand at the acquirer", totals.standing));
    check(totals.captured <= totals.authorized, "more is captured than authorized");
    check(totals.refunded <= totals.captured, "more is refunded than captured");
    if expected != Expected::Person {
        let ours = if paid { amount } else { 0 };
        check(totals.authorized == ours, &format!("the acquirer holds {} yen, we say {ours}", totals.authorized));
        let captured = if matches!(&payment, Some(Payment { state: State::Captured { .. }, .. })) { amount } else { 0 };
        check(totals.captured == captured, &format!("the acquirer took {} yen, we say {captured}", totals.captured));
        check(
            evidence.net_approvals(&shopper.key()) == i64::from(paid),
            "the acquirer's entries do not add up to ours",
        );
    }

    match &payment {
        None => check(expected != Expected::Paid, "nothing is stored"),
        Some(payment) => {
            let state = &payment.state;
            let name = state.name();
            let person = matches!(state, State::NeedsPerson(_));
            match expected {
                Expected::Paid => check(paid, &format!("it ended as {name}, not paid")),
                Expected::Unpaid => check(state.is_unpaid(), &format!("it ended as {name}, not unpaid")),
                Expected::Settled => check(state.is_settled(), &format!("it ended as {name}, not settled")),
                Expected::Person => check(person, &format!("it ended as {name}, not with a person")),
            }
            let unheard = evidence.heard.wrong_of(payment);
            check(unheard.is_none(), &unheard.unwrap_or_default());
            let parked = evidence.parked;
            let events = |kind: &str| evidence.events(payment, kind);
            if paid {
                check(
                    events(".paid_payer") == 1 || (parked && events(".paid_payer") == 0),
                    "a paid order has not one mail event",
                );
                check(events(".failed_after_doubt_payer") == 0, "a paid order was mailed as failed");
            } else {
                check(events(".paid_payer") == 0, "an unpaid order was mailed as paid");
                if payment.doubted && state.is_unpaid() {
                    let failed = events(".failed_after_doubt_payer");
                    check(failed == 1 || (parked && failed == 0), "a failure after a doubt has not one mail event");
                }
            }
        }
    }
    let listed = searches(world).row(&shopper.key()).await.unwrap();
    let is_listed = listed == payment.as_ref().map(Row::of);
    check(is_listed || evidence.unlisted, "the console's read model says another thing than the payment");
    for what in kept_wrongly(shopper, payment.as_ref()).await {
        check(false, what);
    }
    check(paid || !shopper.told.contains(&true), "the shop was told of a payment that is not there");
    check(!evidence.waits, "the mail queue is not quiet");
    broken
}

/// What does not hold of the kept card: with the buyer's agreement it is kept or the payment came to nothing, and never without it. There is one for each buyer.
async fn kept_wrongly(shopper: &Shopper<'_>, payment: Option<&Payment>) -> Vec<&'static str> {
    let stands = kept_card(shopper.world, &shopper.owner()).await;
    let before = shopper.kept_before.as_ref();
    let mut wrong = Vec::new();
    let mut check = |holds: bool, what| {
        if !holds {
            wrong.push(what);
        }
    };
    let of_order = CardOwner::Order(shopper.key().order);
    check(shopper.user.is_none() || kept_card(shopper.world, &of_order).await.is_none(), "the card is kept twice");
    let agreed = payment.filter(|payment| payment.keeping.is_some());
    check(shopper.keeps || agreed.is_none(), "an agreement is stored that nobody gave");
    match (shopper.keeps, payment.filter(|payment| payment.state.is_paid())) {
        (true, Some(paid)) => {
            check(agreed.is_some(), "the agreement was lost");
            let card = stands.as_ref().filter(|card| Some(card.id) == paid.card_id && card.number.is_some());
            check(card.is_some(), "the card is not kept");
            check(card.is_none_or(|card| card.consent.scope == ConsentScope::Recall), "more was agreed to than asked");
            check(card.is_none_or(|card| Some(&card.card) == paid.card.as_ref()), "another card is kept");
        }
        (true, None) => check(stands.as_ref() == before, "a card is kept without a payment"),
        (false, Some(paid)) => {
            check(stands.as_ref() == before, "a card is kept without agreement");
            check(before.is_none_or(|card| paid.card_id == Some(card.id)), "the payment does not name the kept card");
        }
        (false, None) => check(stands.as_ref() == before, "a card is kept without agreement"),
    }
    wrong
}
