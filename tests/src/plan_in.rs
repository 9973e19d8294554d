//! Regular purchases that stand in the table as somebody needs them, without the way that leads there.

use domain::{
    CardOwner, Lang, MerchantId, OrderId, PaymentKey, Yen,
    link::{Terms, TermsShown},
    recurring::{
        calendar::{Anchor, Cycle},
        offer::{FirstAmount, Offer, OfferId},
        plan::{Paid, Plan, PlanId, PlanState, Rate},
    },
};
use jiff::civil::date;
use local::world::World;
use store::{CardTries, PlanWritten, Plans};

use crate::worlds::config;

/// Coffee beans of merchant 4000: 1,980 yen a month.
#[must_use]
pub fn offer_in(world: &World) -> Offer {
    let text = |text: &str| text.to_owned();
    Offer {
        id: OfferId::new("coffee").expect("a name"),
        merchant: MerchantId::new("4000").expect("a merchant number"),
        version: 1,
        item: text("コーヒー豆 200g"),
        first: FirstAmount::Charged(Yen::new(1_980).expect("an amount")),
        amount: Yen::new(1_980).expect("an amount"),
        cycle: Cycle::MONTHLY,
        trial: None,
        times: None,
        terms: Terms {
            quantity: text("毎回1袋"),
            shipping: text("送料込み"),
            payment_time: text("初回は申込時、2回目以降は毎月27日"),
            delivery: text("5営業日以内に発送"),
            withdrawal: text("いつでも解約できます"),
        },
        made_at: world.now(),
        withdrawn_at: None,
    }
}

/// Alice's purchase of [`offer_in`] that began with this order today: its second period is due on 27 December 2026, a Sunday.
#[must_use]
pub fn plan_in(world: &World, order: &str, state: PlanState) -> Plan {
    let offer = offer_in(world);
    let first = PaymentKey::new(offer.merchant.clone(), OrderId::new(order).expect("an order"));
    Plan {
        id: PlanId::of(&first),
        merchant: offer.merchant.clone(),
        version: 1,
        offer: offer.id,
        offer_version: offer.version,
        item: offer.item,
        owner: CardOwner::Buyer("alice".to_owned()),
        name: "山田 太郎".to_owned(),
        mail: "alice@example.jp".to_owned(),
        lang: Lang::Ja,
        first_order: first.order,
        joined_at: world.now(),
        trial_until: None,
        shown: TermsShown::of(1, "what was shown", world.now()),
        anchor: Anchor::USUAL,
        agreed: Rate { amount: offer.amount, cycle: offer.cycle },
        then: Vec::new(),
        proposal: None,
        times: None,
        period: 2,
        nominal: date(2026, 12, 27),
        tries: 0,
        first_failed: None,
        paid: Some(Paid { period: 1, amount: offer.amount }),
        reminded: 1,
        last_told: 0,
        announced: None,
        card_warned: None,
        card: None,
        changed_card: None,
        agreed_by: None,
        left_out: Vec::new(),
        link_asked: None,
        state,
    }
}

/// Writes a plan over what stands.
pub async fn put_plan(world: &World, plan: &Plan) -> Plan {
    let store = plans(world);
    let stands = store.load(&plan.merchant, &plan.id).await.expect("the table answers");
    let plan = Plan { version: stands.map_or(1, |stands| stands.version + 1), ..plan.clone() };
    assert_eq!(store.put(&plan).await.expect("the table answers"), PlanWritten::Done, "nobody else writes it");
    world.settle().await.expect("the world goes on");
    plan
}

/// A plan as it is stored.
pub async fn stored_plan(world: &World, plan: &Plan) -> Plan {
    plans(world).load(&plan.merchant, &plan.id).await.expect("the table answers").expect("the plan stands")
}

fn plans(world: &World) -> Plans {
    Plans::new(config(world).table().expect("the table's name"))
}

/// The declines of all cards.
#[must_use]
pub fn card_tries(world: &World) -> CardTries {
    CardTries::new(config(world).table().expect("the table's name"))
}
