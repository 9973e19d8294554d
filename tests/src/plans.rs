//! Regular purchases past every page: joined by a payment that is stored, looked at, and changed as the console changes them.

use domain::{
    Lang, MerchantId, Yen,
    link::{Terms, TermsShown},
    recurring::{
        calendar::{Anchor, Cycle},
        offer::{FirstAmount, Offer, OfferId},
        plan::Plan,
    },
};
use local::world::World;
use store::PlanWritten;

use crate::{payment, worlds::config};

/// A merchant's regular purchases and their offers.
#[derive(Debug)]
pub struct PlanDesk {
    world: World,
    merchant: MerchantId,
    /// The contracts.
    pub plans: store::Plans,
    /// The offers.
    pub offers: store::Offers,
}

impl PlanDesk {
    /// The desk of a merchant.
    ///
    /// # Panics
    /// When the world has no table.
    #[must_use]
    pub fn of(world: &World, merchant: &str) -> Self {
        let table = config(world).table().expect("the table's name");
        Self {
            world: world.clone(),
            merchant: MerchantId::new(merchant).expect("a merchant number"),
            plans: store::Plans::new(table.clone()),
            offers: store::Offers::new(table),
        }
    }

    /// An offer of so many yen a month, stored.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn offer(&self, yen: u32) -> Offer {
        let text = |text: &str| text.to_owned();
        let amount = Yen::new(yen).expect("an amount");
        let offer = Offer {
            id: OfferId::new(format!("monthly-{yen}")).expect("a name"),
            merchant: self.merchant.clone(),
            version: 1,
            item: text("豆の定期便"),
            first: FirstAmount::Charged(amount),
            amount,
            cycle: Cycle::MONTHLY,
            trial: None,
            times: None,
            terms: Terms {
                quantity: text("1袋"),
                shipping: text("送料込み"),
                payment_time: text("毎月27日"),
                delivery: text("3営業日以内"),
                withdrawal: text("いつでも解約できます"),
            },
            made_at: self.world.now(),
            withdrawn_at: None,
        };
        if self.offers.load(&self.merchant, &offer.id).await.expect("the table answers").is_none() {
            self.offers.put(None, &offer).await.expect("the offer is stored");
        }
        offer
    }

    /// The plan that began with a stored payment, monthly at so many yen.
    ///
    /// # Panics
    /// When nobody joined by that payment.
    pub async fn join(&self, order: &str, yen: u32, lang: Lang) -> Plan {
        let offer = self.offer(yen).await;
        let mut first = payment(&self.world, self.merchant.as_str(), order).await.expect("the first payment");
        first.details.terms = Some(TermsShown::of(1, "shown", self.world.now()));
        first.details.billed_on = Some(Anchor::USUAL);
        let joined = Plan::join(&offer, &first).expect("the payment succeeded");
        let plan = Plan { lang, ..joined };
        let days = store::PlanDaysCursor::new(config(&self.world).table().expect("the table's name"));
        days.begin(domain::clock::japan_date(self.world.now())).await.expect("the table answers");
        assert_eq!(self.plans.put(&plan).await.expect("the table answers"), PlanWritten::Done);
        plan
    }

    /// How a plan stands.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn load(&self, plan: &Plan) -> Plan {
        self.plans.load(&plan.merchant, &plan.id).await.expect("the table answers").expect("the plan")
    }

    /// Writes what somebody does with a plan.
    ///
    /// # Panics
    /// When it may not be done.
    pub async fn write(&self, plan: &Plan, change: impl FnOnce(&Plan) -> Option<Plan>) -> Plan {
        let next = change(&self.load(plan).await).expect("it may be done");
        assert_eq!(self.plans.put(&next).await.expect("the table answers"), PlanWritten::Done);
        next
    }
}
