//! One try of one period.

use charging::{Attempt, Charge, ChargeError, Charged, Means};
use domain::{
    KeptCard, Merchant, Payment,
    acquirer::{BrowserData, DeclineCode},
    merchant::Capture,
    payment::{Details, Interface, Order},
    recurring::plan::{Plan, Renewal},
    tries::Limit,
};
use jiff::Timestamp;

use crate::{Deps, WorkError, card, settle, step};

/// A try is one card: the next is another day's.
const ATTEMPTS: u8 = 1;

/// Charges a period, unless it was charged or is being charged, and moves its plan by what came of it.
pub(crate) async fn charge(
    deps: &Deps,
    merchant: &Merchant,
    plan: Plan,
    renewal: Renewal,
    deadline: Timestamp,
) -> Result<(), WorkError> {
    if renewal.amount > merchant.floors.max_amount {
        // What the merchant allows its own requests is another bound: that one stops nothing that was agreed.
        tracing::warn!(merchant.id = %merchant.id, plan.id = %plan.id, "a period waits: it is above the operator's bound on a payment");
        return Ok(());
    }
    let (plan, earlier) = if plan.tries == 0 {
        (plan, None) // the intent finds whatever stands
    } else {
        match settle::standing(deps, merchant, plan).await? {
            settle::Period::Untried(plan) => (plan, None),
            settle::Period::Failed(plan, payment) => (plan, Some(payment)),
            settle::Period::Open | settle::Period::Moved => return Ok(()),
        }
    };
    let card = match card::chargeable(deps, &plan, renewal.initiator).await? {
        Ok(card) => card,
        Err(code) => return without_card(deps, merchant, plan, renewal.period, code).await,
    };
    let charge = of(merchant, &plan, &renewal, card, earlier.as_deref(), deadline);
    let charging = deps.charging.charge_unattended(&deps.vault, (merchant, &deps.limits), charge);
    match deps.pace.keep(Box::pin(charging)).await {
        Ok(Charged::Tried(payment) | Charged::Stands(_, payment)) => {
            settle::by(deps, merchant, plan, &payment).await.map(drop)
        }
        Err(ChargeError::DayLimit) => {
            // Nothing was tried. The plan stays due, and tomorrow has a sum of its own.
            tracing::warn!(merchant.id = %merchant.id, plan.id = %plan.id, "a period waits: the operator's bound on the day is reached");
            Ok(())
        }
        Err(ChargeError::Limited(limit)) => held_back(deps, merchant, plan, renewal.period, limit).await,
        Err(ChargeError::CardUnusable) => {
            without_card(deps, merchant, plan, renewal.period, DeclineCode::CardMissing).await
        }
        Err(
            error @ (ChargeError::Store(_)
            | ChargeError::TooLate
            | ChargeError::Vault(_)
            | ChargeError::CardTesting
            | ChargeError::Random(_)),
        ) => Err(error.into()),
    }
}

fn of(
    merchant: &Merchant,
    plan: &Plan,
    renewal: &Renewal,
    card: KeptCard,
    earlier: Option<&Payment>,
    deadline: Timestamp,
) -> Charge {
    let visit = |payment: &Payment| payment.generation.saturating_add(u16::from(payment.state.is_unpaid()));
    let attempt =
        Attempt { generation: earlier.map_or(0, visit), n: earlier.map_or(1, Payment::next_n), nonce: renewal.nonce };
    Charge {
        order: Order {
            key: renewal.order.clone(),
            amount: renewal.amount,
            interface: Interface::Regular,
            origin: renewal.origin.clone(),
            details: details(plan),
            attempts_allowed: ATTEMPTS,
        },
        means: Means::Kept { card: Box::new(card), code: None },
        keeping: None,
        attempt,
        initiator: renewal.initiator,
        capture: merchant.capture == Capture::AtOnce,
        // The buyer is not there: nobody could be authenticated.
        three_ds: None,
        browser: BrowserData::default(),
        deadline,
    }
}

fn details(plan: &Plan) -> Details {
    let user = match &plan.owner {
        domain::CardOwner::Buyer(user) => user.clone(),
        domain::CardOwner::Order(_) => String::new(),
    };
    Details {
        name: plan.name.clone(),
        mail: plan.mail.clone(),
        user,
        card_of: plan.owner.order().cloned(),
        lang: plan.lang,
        item: plan.item.clone(),
        ..Details::default()
    }
}

/// There is no card to charge. What nobody knows of a try with the card before is found out first.
async fn without_card(
    deps: &Deps,
    merchant: &Merchant,
    plan: Plan,
    period: u32,
    code: DeclineCode,
) -> Result<(), WorkError> {
    let plan = match settle::standing(deps, merchant, plan).await? {
        settle::Period::Untried(plan) | settle::Period::Failed(plan, _) => plan,
        settle::Period::Open | settle::Period::Moved => return Ok(()),
    };
    let now = deps.clock.now();
    step::write_over_this(deps, plan.without_card(period, code, now)).await
}

/// The card's network forbids a try now, or for good.
async fn held_back(deps: &Deps, merchant: &Merchant, plan: Plan, period: u32, limit: Limit) -> Result<(), WorkError> {
    let (now, retries) = (deps.clock.now(), merchant.regular.retries);
    step::write_over_this(deps, plan.held_back(period, limit, retries, now)).await
}
