//! The charge itself. What was asked for stands in the audit log before the acquirer is called, and what came of it afterwards.

use charging::{Charge, ChargeError, Charged, Means, Takings, Watch};
use console::Refusal;
use domain::{
    Initiator, KeptCard,
    acquirer::BrowserData,
    audit::{Action, Came},
    card::contains_card_number,
    merchant::Capture,
    payment::Standing,
};
use http::{Response, StatusCode};
use inbound::{CardForm, http as answer};
use lambda_http::Body;
use store::StoreError;
use words::console::charge::Stop;

use crate::{
    Call, buyer,
    confirm::{self, Mend},
    result::address_of,
    sealed::{Ready, Way},
};

/// Charges what the operator confirmed. The same form twice is one charge.
pub(crate) async fn charge(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let ready = Ready::of_form(call)?;
    if let Some(barred) = call.barred(ready.way()) {
        return Ok(barred);
    }
    if ready.amount > call.merchant().max_amount {
        return Ok(call.stopped(StatusCode::CONFLICT, Stop::Settings, None));
    }
    let stored = call.deps.payments.load(&ready.key()).await?;
    if stored.is_some_and(|payment| payment.nonce == ready.nonce) {
        return Ok(answer::see_other(&address_of(&ready.order)));
    }
    let means = match ready.way() {
        Way::Card => match typed(call) {
            Ok(means) => means,
            Err(response) => return response.show(call, ready),
        },
        Way::Buyer => match kept(call, &ready).await? {
            Some(card) => Means::Kept { card: Box::new(card), code: None },
            None => return Ok(call.stopped(StatusCode::CONFLICT, Stop::CardGone, None)),
        },
    };
    let asked = Action::SingleChargeAsked { order: ready.order.clone(), amount: ready.amount };
    call.deps.console.note(call.visit, asked).await?; // an entry that a killed function can't lose: nothing is charged before it stands
    match send(call, &ready, means).await {
        Ok(Charged::Tried(payment)) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), "single charge tried");
            let came = Came::of_charge(&payment.state);
            note_end(call, &ready, came).await;
        }
        Ok(Charged::Stands(standing, payment)) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), ?standing, "single charge stands");
            match standing {
                Standing::OtherAmount | Standing::OtherOrigin => {
                    let stop = Stop::Stands(standing);
                    return Ok(call.stopped(StatusCode::CONFLICT, stop, Some(&ready.order)));
                }
                Standing::SameSubmit | Standing::Running | Standing::Paid | Standing::LetGo | Standing::Stale => {}
            }
        }
        Err(error) => return not_tried(call, &ready, error).await,
    }
    Ok(answer::see_other(&address_of(&ready.order)))
}

async fn send(call: &Call<'_>, ready: &Ready, means: Means) -> Result<Charged, ChargeError> {
    let (deps, merchant) = (call.deps, call.merchant());
    let charge = Charge {
        order: ready.to_order(merchant),
        means,
        keeping: None,
        attempt: ready.attempt(),
        initiator: match ready.way() {
            Way::Card => Initiator::MailOrTelephone,
            Way::Buyer => Initiator::MerchantUnscheduled,
        },
        capture: merchant.capture == Capture::AtOnce,
        // The buyer is not there: nobody could be authenticated, and the browser is the operator's.
        three_ds: None,
        browser: BrowserData::default(),
        deadline: answer::deadline(call.request, &deps.clock),
    };
    let takings = Takings::Bounded(&deps.limits);
    let watch = Watch { guard: &deps.guard, merchant, address: answer::client_address(call.request), takings };
    Box::pin(deps.charging.charge(&deps.vault, watch, charge)).await
}

/// No card was tried. The log says so, because it says that one was asked for.
async fn not_tried(call: &Call<'_>, ready: &Ready, error: ChargeError) -> Result<Response<Body>, Refusal> {
    note_end(call, ready, Came::NotTried).await;
    match error {
        ChargeError::Store(error) => Err(error.into()),
        ChargeError::CardTesting => Ok(call.stopped(StatusCode::TOO_MANY_REQUESTS, Stop::Guard, None)),
        ChargeError::DayLimit => Ok(call.stopped(StatusCode::SERVICE_UNAVAILABLE, Stop::DayLimit, None)),
        ChargeError::Limited(limit) => Ok(call.stopped(StatusCode::CONFLICT, Stop::Limited(limit), None)),
        ChargeError::CardUnusable => Ok(call.stopped(StatusCode::CONFLICT, Stop::CardGone, None)),
        error @ (ChargeError::Vault(_) | ChargeError::TooLate | ChargeError::Random(_)) => {
            Err(StoreError::Unavailable(Box::new(error)).into())
        }
    }
}

/// The outcome is safe in the payment; that it is missing in the log must not make an answer of failure of it.
async fn note_end(call: &Call<'_>, ready: &Ready, came: Came) {
    let action = Action::SingleChargeEnded { order: ready.order.clone(), amount: ready.amount, came };
    if let Err(error) = call.deps.console.note(call.visit, action).await {
        let key = ready.key();
        tracing::error!(payment.id = %key, error = %domain::Causes::of(&error), "a single charge's outcome is not in the audit log");
    }
}

/// The kept card, if it is the very one that was confirmed and may still be charged.
async fn kept(call: &Call<'_>, ready: &Ready) -> Result<Option<KeptCard>, Refusal> {
    let Some((owner, id)) = &ready.kept else { return Ok(None) };
    let card = call.deps.cards.load(&ready.merchant, owner).await?;
    Ok(card.filter(|card| card.id == *id).and_then(|card| buyer::chargeable(call, card).ok()))
}

/// The card that was typed, or the form again.
fn typed(call: &Call<'_>) -> Result<Means, Mistyped> {
    let mut problems = Vec::new();
    let Some(form) = CardForm::parse(call.request.body()) else { return Err(Mistyped::Unreadable) };
    match form.card(call.merchant().mode, call.visit.now, &mut problems) {
        Some(card) if problems.is_empty() => Ok(Means::Typed(card)),
        Some(_) | None => {
            let holder = Some(form.holder()).filter(|name| !contains_card_number(name)).unwrap_or_default();
            Err(Mistyped::Problems { problems, holder: holder.to_owned() })
        }
    }
}

enum Mistyped {
    Unreadable,
    Problems { problems: Vec<words::FormProblem>, holder: String },
}

impl Mistyped {
    fn show(self, call: &Call<'_>, ready: Ready) -> Result<Response<Body>, Refusal> {
        match self {
            Self::Unreadable => Err(Refusal::Unreadable),
            Self::Problems { problems, holder } => {
                confirm::ask(call, &ready.anew()?, None, Mend { problems: &problems, holder: &holder })
            }
        }
    }
}
