//! Charges a stored card while its buyer is not there: the same door as a batch's row, under the call's own name.

use api::{
    Answer, Problem, Run, Visit, body,
    wire::payment::{CaptureTime, ChargeRequest, PaymentBody},
    wire::value::Text,
};
use charging::{Attempt, Charge, ChargeError, Charged, Means};
use domain::{
    CardOwner, Initiator, KeptCard, Merchant, OrderId, Payment, PaymentKey, State,
    acquirer::BrowserData,
    api::{Code, Fault, Started},
    card::{Unchargeable, contains_card_number},
    merchant::Capture,
    payment::{Details, Interface, Order, Origin, Standing},
    request::{Problem as Unfit, check_free_text, check_mail, check_order, check_tel},
    tries::Limit,
};

use crate::Deps;

/// A call has one try: who wants another sends another call.
const ATTEMPTS: u8 = 1;

pub(crate) async fn charge(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked: ChargeRequest = body(visit.request)?;
    let details = details(&asked)?;
    check(&asked)?;
    let stored = match &asked.order {
        None => None,
        Some(order) => {
            let key = PaymentKey::new(visit.merchant_id().clone(), order.id().clone());
            deps.payments.load(&key).await?
        }
    };
    let (generation, n) = Payment::next_attempt(stored.as_ref());
    let call = Call { deps, visit, asked: &asked, details };
    deps.api.once(visit, &asked, Started::at(generation, n), |run| Box::pin(call.carry_out(run))).await
}

/// What is wrong with the fields by themselves.
fn check(asked: &ChargeRequest) -> Result<(), Problem> {
    match (&asked.user, &asked.earlier_order) {
        (None, None) => return refused("user", Fault::Missing),
        (Some(_), Some(_)) => return refused("earlier_order", Fault::Contradicts),
        (Some(_), None) | (None, Some(_)) => {}
    }
    match &asked.order {
        Some(order) if contains_card_number(order.id().as_str()) => refused("order", Fault::CardNumber),
        Some(_) | None => Ok(()),
    }
}

/// What is wrong with them for this merchant, as it is set now: a call that got past it once is not asked again.
fn check_by_settings(merchant: &Merchant, asked: &ChargeRequest) -> Result<(), Problem> {
    if asked.amount.yen() > merchant.max_amount {
        return refused("amount", Fault::OutOfRange);
    }
    let Some(order) = asked.order.as_ref().map(|order| order.id().as_str()) else { return Ok(()) };
    match check_order(order, merchant.dialect) {
        Ok(_) => Ok(()),
        Err(Unfit::OrderReserved) => refused("order", Fault::Reserved),
        Err(_) => refused("order", Fault::Malformed),
    }
}

fn refused(field: &str, fault: Fault) -> Result<(), Problem> {
    Err(Problem::field(Code::FieldRefused, field, fault))
}

fn details(asked: &ChargeRequest) -> Result<Details, Problem> {
    let text = |field: &str, text: &Option<Text>, check: fn(&str) -> Result<(), Unfit>| {
        let text = text.as_ref().map(Text::as_str).unwrap_or_default();
        check(text).map_err(|why| Problem::field(Code::FieldRefused, field, fault(why)))?;
        Ok::<_, Problem>(text.to_owned())
    };
    let mail_or_none = |mail: &str| if mail.is_empty() { Ok(()) } else { check_mail(mail) };
    Ok(Details {
        name: text("name", &asked.name, check_free_text)?,
        mail: text("mail", &asked.mail, mail_or_none)?,
        tel: text("tel", &asked.tel, check_tel)?,
        free: [
            text("free1", &asked.free1, check_free_text)?,
            text("free2", &asked.free2, check_free_text)?,
            text("free3", &asked.free3, check_free_text)?,
        ],
        ..Details::default()
    })
}

fn fault(why: Unfit) -> Fault {
    let known = [
        (Unfit::ControlCharacter, Fault::ControlCharacter),
        (Unfit::TooLong, Fault::TooLong),
        (Unfit::CardNumber, Fault::CardNumber),
    ];
    known.into_iter().find(|(unfit, _)| *unfit == why).map_or(Fault::Malformed, |(_, fault)| fault)
}

/// A charge that is asked for.
struct Call<'a> {
    deps: &'a Deps,
    visit: &'a Visit<'a>,
    asked: &'a ChargeRequest,
    details: Details,
}

impl Call<'_> {
    async fn carry_out(self, run: Run) -> Result<Answer, Problem> {
        let key = self.key(run);
        if run.is_resumed
            && let Some(payment) = self.deps.payments.load(&key).await?.filter(|payment| payment.nonce == run.nonce)
        {
            return came(&payment); // this call got so far before it was cut off
        }
        let merchant = self.visit.merchant();
        check_by_settings(merchant, self.asked)?;
        self.visit.trades()?;
        let card = self.card().await?;
        let capture = match self.asked.capture {
            None => merchant.capture == Capture::AtOnce,
            Some(time) => time == CaptureTime::AtOnce,
        };
        let charge = Charge {
            order: self.order(key, &card),
            means: Means::Kept { card: Box::new(card), code: None },
            keeping: None,
            attempt: Attempt { generation: run.started.generation, n: run.started.n, nonce: run.nonce },
            initiator: Initiator::MerchantUnscheduled,
            capture,
            // The buyer is not there: nobody could be authenticated.
            three_ds: None,
            browser: BrowserData::default(),
            deadline: self.visit.deadline(self.deps.api.clock()),
        };
        let bound = (merchant, &self.deps.limits);
        match Box::pin(self.deps.charging.charge_unattended(&self.deps.vault, bound, charge)).await {
            Ok(Charged::Tried(payment)) => {
                tracing::info!(payment.id = %payment.key, state = payment.state.name(), "charge tried by the API");
                came(&payment)
            }
            Ok(Charged::Stands(standing, payment)) => stands(standing, &payment),
            Err(error) => Err(self.not_tried(error)),
        }
    }

    /// The order: the merchant's number, or one of ours that is the same for the same call.
    fn key(&self, run: Run) -> PaymentKey {
        let merchant = self.visit.merchant_id();
        let own = self.asked.order.as_ref().map(|order| order.id().clone());
        let derived = || OrderId::derived("api charge", &[merchant.as_str().as_bytes(), run.nonce.as_bytes()]);
        PaymentKey::new(merchant.clone(), own.unwrap_or_else(derived))
    }

    fn order(&self, key: PaymentKey, card: &KeptCard) -> Order {
        let mut details = self.details.clone();
        match &card.owner {
            CardOwner::Buyer(user) => details.user.clone_from(user),
            CardOwner::Order(order) => details.card_of = Some(order.clone()),
        }
        if details.mail.is_empty() {
            details.mail.clone_from(&card.mail);
        }
        details.lang = card.lang;
        Order {
            key,
            amount: self.asked.amount.yen(),
            interface: Interface::Single,
            origin: Origin::Api,
            attempts_allowed: ATTEMPTS,
            details,
        }
    }

    /// The stored card that pays, or why there is none that may.
    async fn card(&self) -> Result<KeptCard, Problem> {
        let merchant = self.visit.merchant_id();
        let owner = match (&self.asked.user, &self.asked.earlier_order) {
            (Some(user), _) => CardOwner::Buyer(user.as_str().to_owned()),
            (None, Some(earlier)) => {
                self.deps.payments.card_owner(&PaymentKey::new(merchant.clone(), earlier.id().clone())).await?
            }
            (None, None) => return Err(Problem::new(Code::CardMissing)),
        };
        let card = self.deps.cards.load(merchant, &owner).await?.ok_or(Problem::new(Code::CardMissing))?;
        match card.chargeable(self.visit.now) {
            Ok(()) => Ok(card),
            Err(Unchargeable::Gone) => Err(Problem::new(Code::CardMissing)),
            Err(Unchargeable::NotAgreed) => Err(Problem::new(Code::CardNotAgreed)),
            Err(Unchargeable::Expired) => Err(Problem::new(Code::CardExpired)),
            Err(Unchargeable::Unlinked) => Err(Problem::new(Code::CardUnlinked)),
        }
    }

    /// Nothing was tried.
    fn not_tried(&self, error: ChargeError) -> Problem {
        match error {
            ChargeError::Store(error) => error.into(),
            ChargeError::DayLimit => Problem::new(Code::DayLimit),
            ChargeError::Limited(limit) => limited(limit),
            ChargeError::CardUnusable => Problem::new(Code::CardMissing),
            error @ (ChargeError::Vault(_)
            | ChargeError::TooLate
            | ChargeError::CardTesting
            | ChargeError::Random(_)) => {
                tracing::error!(error = %domain::Causes::of(&error), "a charge of the JSON API was not tried");
                Problem { retry_after_s: Some(1), ..Problem::new(Code::Unavailable) }
            }
        }
    }
}

/// The card's network allows no try of it now.
fn limited(limit: Limit) -> Problem {
    let until = match limit {
        Limit::Until(at) => Some(at),
        Limit::Never | Limit::Revoked => None,
    };
    Problem { until, ..Problem::new(Code::TryLimit) }
}

/// What came of it. A timeout is not a decline.
fn came(payment: &Payment) -> Result<Answer, Problem> {
    let body = PaymentBody::of(payment);
    match &payment.state {
        State::Authorized { .. } | State::Captured { .. } | State::Cancelled { .. } | State::Lapsed { .. } => {
            Ok(Answer::new(201, &body))
        }
        State::Declined { .. } | State::Failed { decline: Some(_), .. } => {
            Err(Problem::new(Code::CardDeclined).about(body))
        }
        State::Failed { decline: None, .. } | State::Abandoned { .. } => {
            Err(Problem::new(Code::NotCharged).about(body))
        }
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::NeedsPerson(_) => Ok(Answer::new(202, &body)),
    }
}

fn stands(standing: Standing, payment: &Payment) -> Result<Answer, Problem> {
    let code = match standing {
        Standing::SameSubmit => return came(payment),
        // Another's payment is not shown, not even that it is paid.
        Standing::OtherOrigin => return Err(Problem::new(Code::OrderUsed)),
        Standing::Running => Code::PaymentRunning,
        Standing::Paid => Code::OrderPaid,
        Standing::LetGo => Code::OrderClosed,
        Standing::Stale => Code::PaymentChanged,
        Standing::OtherAmount => Code::AmountConflict,
    };
    Err(Problem::new(code).about(PaymentBody::of(payment)))
}
