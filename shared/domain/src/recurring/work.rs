//! What the workers of regular purchases are told to do. A message names what it is about; what there is to do is decided from what is stored when it comes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::{Plan, PlanId, PlanState, Progress, Standing, agreed};
use crate::{KeptCard, MerchantId, Payment, PaymentKey, clock::japan_date, payment::Origin};

/// A message to recurring-charge. Any of them may come twice, late, or in another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecurringWork {
    /// The first payment of a regular purchase succeeded: its plan begins.
    Join(PaymentKey),
    /// A period is due, a reminder is, or somebody wants it charged at once.
    Look {
        /// Whose.
        merchant: MerchantId,
        /// Which.
        plan: PlanId,
    },
    /// A period's payment ended, so that its plan goes on.
    Settle(PaymentKey),
    /// Another card stands where one was; it was kept with this payment. Its plans are paid by it, and what failed with the one before is tried at once.
    NewCard(PaymentKey),
    /// The buyer was authenticated under this order and agrees to what it names.
    Agreed(PaymentKey),
    /// The first of a month: does the card live to the next date?
    CheckCard {
        /// Whose.
        merchant: MerchantId,
        /// Which.
        plan: PlanId,
    },
}

impl RecurringWork {
    /// What the step from `old` to `new` of a payment gives to do: a first payment that succeeded begins a plan, a period's that ended moves one.
    pub fn of_payment(old: Option<&Payment>, new: &Payment) -> Option<Self> {
        match &new.origin {
            Origin::Renewal { .. } => {
                let before = old.map(Standing::of);
                let ended = match Standing::of(new) {
                    Standing::Open => false,
                    Standing::Paid => before != Some(Standing::Paid),
                    Standing::Failed(_) => !matches!(before, Some(Standing::Failed(_))),
                };
                ended.then(|| Self::Settle(new.key.clone()))
            }
            Origin::Agreement { .. } => {
                let is_new = agreed(new).is_some() && old.is_none_or(|old| agreed(old).is_none());
                is_new.then(|| Self::Agreed(new.key.clone()))
            }
            Origin::Page
            | Origin::Link(_)
            | Origin::CardUpdate(_)
            | Origin::Single { .. }
            | Origin::Api
            | Origin::Batch { .. }
            | Origin::Continuation { .. } => {
                let joins = new.joined_at().is_some() && old.and_then(Payment::joined_at).is_none();
                joins.then(|| Self::Join(new.key.clone()))
            }
        }
    }

    /// What the step from `old` to `new` of a kept card gives to do: another card may pay what the one before, or none, could not.
    pub fn of_card(old: Option<&KeptCard>, new: &KeptCard) -> Option<Self> {
        let another = new.merchant_may_charge() && old.is_none_or(|old| old.id != new.id || !old.merchant_may_charge());
        another.then(|| Self::NewCard(PaymentKey::new(new.merchant.clone(), new.order.clone())))
    }

    /// What the step from `old` to `new` of a plan gives to do at once. `at` is when it was made.
    ///
    /// A plan whose day has come when it is written is looked at right then: the schedule has been past that day.
    pub fn of_plan(old: Option<&Plan>, new: &Plan, at: Timestamp) -> Option<Self> {
        let looks = match new.state {
            PlanState::Active(Progress::Immediate { .. }) => old.is_none_or(|old| old.state != new.state),
            PlanState::Active(Progress::Waiting | Progress::Retrying { .. } | Progress::Asked { .. }) => {
                let has_come = new.looked_at_on().is_some_and(|day| day <= japan_date(at));
                has_come && old.is_none_or(|old| old.looked_at_on() != new.looked_at_on())
            }
            PlanState::Paused { .. } | PlanState::Ended { .. } => false,
        };
        looks.then(|| Self::Look { merchant: new.merchant.clone(), plan: new.id.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        acquirer::DeclineCode,
        payment::{Failure, Lease, State},
        recurring::{
            offer::{OfferChosen, OfferId, tests::offer},
            plan::{By, PlanCard, tests::*},
        },
    };

    /// A first payment of a regular purchase.
    fn joining(state: State) -> Payment {
        let mut payment = first_payment("100", at("2026-11-30T12:00:00"));
        payment.details.offer = Some(OfferChosen { id: OfferId::new("coffee").unwrap(), version: 1 });
        Payment { state, ..payment }
    }

    fn asking() -> State {
        let lease = Lease { id: crate::LeaseId::from_random([1; 8]), until: Timestamp::UNIX_EPOCH };
        State::Authorizing { n: 1, lease, challenged: None }
    }

    fn failed(reason: Failure) -> State {
        State::Failed { reason, decline: None, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_first_payment_joins_once_when_it_succeeded() {
        let paid = joining(first_payment("100", at("2026-11-30T12:00:00")).state);
        let (before, registered) = (joining(asking()), joining(failed(Failure::Registered)));
        let join = Some(RecurringWork::Join(paid.key.clone()));
        assert_eq!(RecurringWork::of_payment(Some(&before), &paid), join);
        assert_eq!(RecurringWork::of_payment(Some(&before), &registered), join, "a free beginning");
        assert_eq!(RecurringWork::of_payment(Some(&paid), &paid), None, "a refund, or whatever moves it later");
        assert_eq!(RecurringWork::of_payment(None, &before), None);
        assert_eq!(RecurringWork::of_payment(Some(&before), &joining(failed(Failure::AttemptsUsedUp))), None);
        let other = first_payment("100", at("2026-11-30T12:00:00"));
        assert_eq!(RecurringWork::of_payment(None, &other), None, "no regular purchase");
    }

    #[test]
    fn a_periods_payment_settles_once_for_each_try_that_ended() {
        let plan = Plan::join(&offer(1_000, 1), &first_payment("100", at("2026-11-30T12:00:00"))).unwrap();
        let of = |state: State| Payment {
            key: plan.order_of(2),
            origin: plan.id.origin_of(2),
            state,
            ..first_payment("100", at("2026-11-30T12:00:00"))
        };
        let (open, declined) = (of(asking()), of(failed(Failure::AttemptsUsedUp)));
        let paid = of(first_payment("100", at("2026-11-30T12:00:00")).state);
        let settle = Some(RecurringWork::Settle(plan.order_of(2)));
        for (what, old, new, work) in [
            ("begun", None, &open, None),
            ("declined", Some(&open), &declined, settle.clone()),
            ("tried again", Some(&declined), &open, None),
            ("paid", Some(&open), &paid, settle),
            ("moved later", Some(&paid), &paid, None),
        ] {
            assert_eq!(RecurringWork::of_payment(old, new), work, "{what}");
        }
    }

    #[test]
    fn a_plan_is_looked_at_when_its_day_has_come_as_it_is_written() {
        let joined = at("2026-11-30T12:00:00");
        let plan = Plan::join(&offer(1_000, 1), &first_payment("100", joined)).unwrap();
        assert_eq!(RecurringWork::of_plan(None, &plan, joined), None, "the schedule comes by");
        let look = Some(RecurringWork::Look { merchant: plan.merchant.clone(), plan: plan.id.clone() });
        let late = at("2026-12-28T11:00:00");
        assert_eq!(RecurringWork::of_plan(None, &plan, late), look, "joined so late that its day is here");
        let unpaid =
            PlanState::Paused { at: joined, why: crate::recurring::plan::PauseReason::Unpaid(DeclineCode::DoNotHonor) };
        let unpaid = Plan { state: unpaid, tries: 1, ..plan.clone() };
        let another = PlanCard { id: crate::CardId::from_random([1; 8]), last4: "4444".to_owned() };
        let immediate = unpaid.card_changed(&another, joined).unwrap();
        assert_eq!(RecurringWork::of_plan(Some(&unpaid), &immediate, joined), look, "a new card");
        let renamed = Plan { name: "X".to_owned(), ..immediate.clone() };
        assert_eq!(
            RecurringWork::of_plan(Some(&immediate), &renamed, joined),
            None,
            "not for a change of something else"
        );
        let ended = plan.ended(By::Buyer, late).unwrap();
        assert_eq!(RecurringWork::of_plan(Some(&plan), &ended, late), None);
    }
}
