//! The periods that could not be charged: what a change of the card has charged, and what came of it.

use domain::{
    KeptCard,
    clock::japan_date,
    recurring::plan::{NewCard, Plan, PlanState, Progress, Standing},
};
use inbound::page::{Owed, Settled, Settling};
use jiff::civil::Date;

use crate::{Deps, Failure};

/// What a change of the card does today for these regular purchases.
pub(crate) fn of(deps: &Deps, plans: &[Plan]) -> Vec<Owed> {
    let today = japan_date(deps.clock.now());
    let owed = |plan: &Plan| {
        let comes = plan.with_new_card(today)?;
        let since = plan.overdue_since(today)?;
        Some(Owed { item: plan.item.clone(), since, amount: plan.rate().amount, comes })
    };
    plans.iter().filter_map(owed).collect()
}

/// What came of the periods that were not paid when the card was changed to this one.
pub(crate) async fn settled(deps: &Deps, card: &KeptCard, plans: &[Plan]) -> Result<Vec<Settled>, Failure> {
    if !card.merchant_may_charge() {
        return Ok(Vec::new());
    }
    let today = japan_date(deps.clock.now());
    let mut settled = Vec::new();
    for plan in plans {
        let paid = match plan.state {
            PlanState::Active(Progress::Waiting) if plan.changed_card == Some(card.id) => {
                paid(deps, plan, card).await?
            }
            PlanState::Active(_) | PlanState::Paused { .. } | PlanState::Ended { .. } => None,
        };
        settled.extend(paid.or_else(|| stands(plan, card, today)));
    }
    Ok(settled)
}

/// The last period, if this card paid it.
async fn paid(deps: &Deps, plan: &Plan, card: &KeptCard) -> Result<Option<Settled>, Failure> {
    let last = plan.order_of_period(plan.period.saturating_sub(1));
    let payment = deps.payments.load(&last).await?.filter(|payment| payment.card_id == Some(card.id));
    let payment = payment.filter(|payment| Standing::of(payment) == Standing::Paid);
    Ok(payment.map(|payment| Settled { item: plan.item.clone(), amount: payment.amount_now(), how: Settling::Paid }))
}

/// How the open period stands. None: nothing had failed.
fn stands(plan: &Plan, card: &KeptCard, today: Date) -> Option<Settled> {
    let is_told = plan.changed_card == Some(card.id);
    let how = match plan.state {
        PlanState::Active(Progress::Immediate { .. }) => Settling::Running,
        PlanState::Active(Progress::Asked { .. }) if is_told => Settling::Asked,
        PlanState::Active(_) | PlanState::Paused { .. } | PlanState::Ended { .. } => match plan.with_new_card(today)? {
            _ if is_told => Settling::Declined,
            // the plan hears of the card in a moment
            NewCard::Charged { .. } => Settling::Running,
            NewCard::Asked => Settling::Asked,
        },
    };
    Some(Settled { item: plan.item.clone(), amount: plan.rate().amount, how })
}
