//! A merchant's regular purchases from outside: offers, buyers who joined, their plans, and what the acquirer took for them.

use domain::acquirer::AuthorizeOutcome;
use domain::link::{Terms, TermsShown};
use domain::payment::{Decision, Details, Intent, Interface, Keeping, Lease, Order, Origin, Payment};
use domain::recurring::calendar::{Anchor, Cycle};
use domain::recurring::offer::{FirstAmount, Offer, OfferId};
use domain::recurring::plan::{Plan, PlanCard, PlanId};
use domain::{
    Approval, CardId, CardOwner, Clock, Expiry, Fingerprint, Initiator, KeptCard, Lang, LeaseId, MerchantId, Nonce,
    OrderId, PaymentKey, Yen,
    clock::{JAPAN, japan_date},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use lambda_runtime::{Context, LambdaEvent};
use local::world::World;
use outbound::acquirer::{Kind, Outcome};
use store::{Offers, PlanDays, PlanDaysCursor, PlanWritten, Plans};

use crate::batches::BatchDesk;
use crate::books::acquirer_calls;
use crate::worlds::{card_of, config, config_of, payment, smuggle_card, smuggle_payment};

/// What a merchant sells by the month.
#[derive(Clone, Debug)]
pub struct RegularDesk {
    world: World,
    merchant: MerchantId,
    cards: BatchDesk,
    offers: Offers,
    plans: Plans,
}

impl RegularDesk {
    /// Of this merchant.
    #[must_use]
    pub fn of(world: &World, merchant: &str) -> Self {
        let table = config(world).table().expect("the table's name");
        Self {
            merchant: MerchantId::new(merchant).expect("a merchant number"),
            cards: BatchDesk::of(world, merchant),
            offers: Offers::new(table.clone()),
            plans: Plans::new(table),
            world: world.clone(),
        }
    }

    /// An offer of so many yen every so many months, as it is first made.
    pub async fn offer(&self, name: &str, yen: u32, months: u8) -> Offer {
        self.offer_with(name, yen, months, |_| ()).await
    }

    /// The same with more to it.
    pub async fn offer_with(&self, name: &str, yen: u32, months: u8, more: impl FnOnce(&mut Offer)) -> Offer {
        let mut offer = Offer {
            id: OfferId::new(name).expect("a name"),
            merchant: self.merchant.clone(),
            version: 1,
            item: format!("{name} every month"),
            first: FirstAmount::Charged(Yen::new(yen).expect("an amount")),
            amount: Yen::new(yen).expect("an amount"),
            cycle: Cycle::new(months).expect("a cycle"),
            trial: None,
            times: None,
            terms: terms(),
            made_at: self.world.now(),
            withdrawn_at: None,
        };
        more(&mut offer);
        self.offers.put(None, &offer).await.expect("nobody else made it");
        offer
    }

    /// A buyer who joins now with this card, as the page would have it: the card is kept, the first payment stands. What follows is the system's.
    pub async fn join(&self, offer: &Offer, user: &str, number: &str) -> PlanId {
        self.cards.keep(user, number).await;
        self.pay_first(offer, user).await
    }

    /// The same with a card number that nobody else has, which may be good through a month, `03/27`.
    pub async fn join_until(&self, offer: &Offer, user: &str, number: &str, expires: Option<&str>) -> PlanId {
        let owner = CardOwner::Buyer(user.to_owned());
        let mut card = self.cards.card(owner, number).await;
        card.fingerprint = Some(number_of(user, 1)); // another number than that of everybody who has the same test card
        if let Some(expires) = expires {
            card.card.expiry = Expiry::parse(expires, japan_date(self.world.now())).expect("an expiry");
        }
        smuggle_card(&self.world, &card).await;
        self.pay_first(offer, user).await
    }

    /// So many more plans like this one, of buyers who don't exist.
    pub async fn fill(&self, plan: &Plan, more: u32) {
        for n in 0..more {
            let first = OrderId::new(format!("7{n:09}")).expect("an order number");
            let id = PlanId::of(&PaymentKey::new(self.merchant.clone(), first.clone()));
            let another = Plan { id, version: 1, first_order: first, ..plan.clone() };
            assert_eq!(self.plans.put(&another).await.expect("the table answers"), PlanWritten::Done);
        }
    }

    /// The first payment of somebody whose card is kept.
    pub async fn pay_first(&self, offer: &Offer, user: &str) -> PlanId {
        let card = self.card(user).await;
        let [begun, paid] = first_payment(offer, user, &card, self.world.now());
        smuggle_payment(&self.world, &begun).await;
        smuggle_payment(&self.world, &paid).await;
        PlanId::of(&paid.key)
    }

    /// The same, until the plan stands.
    pub async fn joined(&self, offer: &Offer, user: &str, number: &str) -> Plan {
        let id = self.join(offer, user, number).await;
        self.world.settle().await.expect("the world goes on");
        self.plan(&id).await
    }

    /// A buyer's kept card.
    pub async fn card(&self, user: &str) -> KeptCard {
        let owner = CardOwner::Buyer(user.to_owned());
        card_of(&self.world, self.merchant.as_str(), &owner).await.expect("a card")
    }

    /// The buyer's card is another from now on, and no payment says since when: nothing follows.
    pub async fn change_card(&self, user: &str, number: &str) -> PlanCard {
        let card = self.another_card(user, number).await;
        smuggle_card(&self.world, &card).await;
        PlanCard::of(&card)
    }

    /// The buyer of a plan changes the card, as the page keeps it: with a payment. What follows is the system's.
    pub async fn changed_by_buyer(&self, plan: &Plan, number: &str) -> CardId {
        let CardOwner::Buyer(user) = &plan.owner else { panic!("the plan of a buyer without a name") };
        let card = KeptCard { order: plan.first_order.clone(), ..self.another_card(user, number).await };
        smuggle_card(&self.world, &card).await;
        card.id
    }

    async fn another_card(&self, user: &str, number: &str) -> KeptCard {
        let stands = self.card(user).await;
        let card = self.cards.card(CardOwner::Buyer(user.to_owned()), number).await;
        let id = CardId::from_random([u8::try_from(stands.version % 256).expect("a byte"); 8]);
        let fingerprint = Some(number_of(user, stands.version + 1));
        let mut card = KeptCard { id, version: stands.version + 1, fingerprint, ..card };
        // sealed for its own name
        card.number = Some(self.cards.sealed(&card, number).await);
        card
    }

    /// A plan, if it stands.
    pub async fn find(&self, id: &PlanId) -> Option<Plan> {
        self.plans.load(&self.merchant, id).await.expect("the table answers")
    }

    /// A plan.
    pub async fn plan(&self, id: &PlanId) -> Plan {
        self.find(id).await.expect("the plan stands")
    }

    /// Writes what somebody makes of a plan, as the console and the buyer's page do: over what stands. None changes nothing.
    pub async fn change(&self, id: &PlanId, change: impl Fn(&Plan) -> Option<Plan>) -> Plan {
        let mut plan = self.plan(id).await;
        loop {
            let Some(next) = change(&plan) else { return plan };
            match self.plans.put(&next).await.expect("the table answers") {
                PlanWritten::Done => return next,
                PlanWritten::Refused(stands) => plan = *stands,
            }
        }
    }

    /// The payment of a period.
    pub async fn payment(&self, plan: &Plan, period: u32) -> Option<Payment> {
        payment(&self.world, self.merchant.as_str(), plan.order_of(period).order.as_str()).await
    }

    /// How often the acquirer approved a period, and how often it declined it.
    pub async fn calls(&self, plan: &Plan, period: u32) -> (usize, usize) {
        let order = plan.order_of(period);
        let calls = acquirer_calls(&self.world, Kind::Authorize).await;
        let of = |outcome: Outcome| {
            calls.iter().filter(|entry| entry.order.as_ref() == Some(&order) && entry.outcome == outcome).count()
        };
        (of(Outcome::Approved), of(Outcome::Declined))
    }
}

/// A fingerprint that no two cards share: limits on tries of one card are not what a test of many buyers is about.
fn number_of(user: &str, version: u32) -> Fingerprint {
    let mut bytes = [0; 16];
    let name = user.bytes().chain(version.to_be_bytes());
    name.rev().zip(&mut bytes).for_each(|(byte, place)| *place = byte);
    Fingerprint::from_random(bytes)
}

fn terms() -> Terms {
    let text = || "すぐにお届けします".to_owned();
    Terms { quantity: text(), shipping: text(), payment_time: text(), delivery: text(), withdrawal: text() }
}

/// The schedule takes the cards of this month and all before for checked: a walk over all days to come, which is for those to see whom it is about. Before anybody
/// joined it holds for the schedule's beginning, too.
pub async fn take_cards_for_checked(world: &World, month: Date) {
    check_cards_from(world, month, None).await;
}

/// The same, and its walk over the cards of the month after was cut off before this day.
pub async fn leave_cards_from(world: &World, month: Date, day: Date) {
    check_cards_from(world, month, Some(day)).await;
}

async fn check_cards_from(world: &World, month: Date, cards_from: Option<Date>) {
    let cursor = PlanDaysCursor::new(config(world).table().expect("the table's name"));
    let stands = cursor.load().await.expect("the table answers");
    let begun = PlanDays { version: 0, from: japan_date(world.now()), cards_of: month, cards_from: None };
    let stands = stands.unwrap_or(begun);
    let checked = PlanDays { version: stands.version + 1, cards_of: month, cards_from, ..stands };
    cursor.advance(&checked).await.expect("the table answers");
}

/// One run of the schedule by itself; what it queues is left in the queue.
pub async fn tick(world: &World) -> recurring_schedule::Tally {
    tick_at(world, world.now()).await
}

/// The same at another instant than the world's.
pub async fn tick_at(world: &World, now: Timestamp) -> recurring_schedule::Tally {
    let config = config_of(world, "RecurringSchedule");
    let deps = recurring_schedule::Deps::new(&config, Clock::new(move || now)).expect("its settings");
    let mut context = Context::default();
    let deadline = now + SignedDuration::from_mins(15);
    context.deadline = u64::try_from(deadline.as_millisecond()).expect("a time after 1970");
    let event = LambdaEvent::new(serde_json::json!({}), context);
    recurring_schedule::handler(&deps, event).await.expect("the schedule runs")
}

/// An instant of Japan: `2026-12-28 10:00`.
#[must_use]
pub fn japan(text: &str) -> Timestamp {
    let at: jiff::civil::DateTime = text.parse().expect("a date and a time");
    JAPAN.to_timestamp(at).expect("an instant")
}

/// The first payment of a buyer: begun, and approved at once.
#[must_use]
pub fn first_payment(offer: &Offer, user: &str, card: &KeptCard, now: Timestamp) -> [Payment; 2] {
    let order = OrderId::derived("test first payment", &[user.as_bytes(), offer.id.as_str().as_bytes()]);
    let FirstAmount::Charged(amount) = offer.first else { panic!("a free beginning is registered by the page") };
    let order = Order {
        key: PaymentKey::new(offer.merchant.clone(), order),
        amount,
        interface: Interface::Link,
        origin: Origin::Page,
        details: Details {
            name: "山田 太郎".to_owned(),
            mail: format!("{user}@example.jp"),
            user: user.to_owned(),
            lang: Lang::Ja,
            item: offer.item.clone(),
            terms: Some(TermsShown::of(1, "what was shown", now)),
            offer: Some(offer.chosen()),
            billed_on: Some(Anchor::USUAL),
            ..Details::default()
        },
        attempts_allowed: 5,
    };
    let intent = Intent {
        generation: 0,
        n: 1,
        nonce: Nonce::from_random([7; 16]),
        lease: Lease { id: LeaseId::from_random([1; 8]), until: now },
        initiator: Initiator::Cardholder,
        card: card.card.clone(),
        holder: card.holder.clone(),
        fingerprint: card.fingerprint,
        card_id: Some(card.id),
        // nobody joins by a card that may not be charged again
        keeping: Some(Keeping {
            scope: card.consent.scope,
            terms: card.consent.terms,
            address: card.consent.address.clone(),
            authenticated_only: false,
            extends: false,
        }),
    };
    let Decision::Start(payment) = Payment::decide(None, &order, &intent, now) else { panic!("it begins") };
    let approval = Approval {
        acquirer_id: format!("first-{user}"),
        network_id: Some("net-1".to_owned()),
        valid_until: None,
        captured: true,
        authentication: None,
        token: None,
    };
    let paid = payment.resolve(AuthorizeOutcome::Approved(approval), now).expect("it was asked");
    assert!(paid.state.is_paid(), "{:?}", paid.state);
    // the card is kept already: there is nothing left that reconcile would do
    [*payment, Payment { keeping: None, ..paid }]
}
