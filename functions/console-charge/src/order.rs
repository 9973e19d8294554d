//! The first form: the order, and whose card it is where a kept one is charged. Nothing is charged or stored by it.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    CardOwner, KeptCard, Lang, OrderId, Payment, State, Yen,
    card::contains_card_number,
    merchant::FreeItemRule,
    money::TypedAmountError,
    payment::Details,
    request::{Problem as Unfit, check_free_text, check_mail, check_order, check_tel},
};
use http::{Response, StatusCode};
use inbound::{
    checkout::{self, free_label},
    http as answer,
};
use lambda_http::Body;
use words::console::charge::{ChargeWords, Problem};

use crate::{
    Call, buyer, confirm,
    result::address_of,
    sealed::{Ready, Sheet, Way},
};

/// A field and what is wrong with it.
type Wrong = (&'static str, String);

const FREE: [&str; 3] = ["free1", "free2", "free3"];

/// The empty form.
pub(crate) fn ask(call: &Call<'_>, way: Way) -> Result<Response<Body>, Refusal> {
    if let Some(barred) = call.barred(way) {
        return Ok(barred);
    }
    page(call, way, &Sheet::new(call)?, Vec::new())
}

/// The form as it was sent: the confirmation, or the form again with what is to be mended.
pub(crate) async fn take(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let way = Way::parse(call.visit.field("way")).ok_or(Refusal::Unreadable)?;
    if let Some(barred) = call.barred(way) {
        return Ok(barred);
    }
    let sheet = Sheet::of_form(call)?;
    let (written, mut wrong) = Written::read(call);
    let kept = match way {
        Way::Card => None,
        Way::Buyer => match buyer::find(call).await? {
            Ok(card) => Some(card),
            Err((field, problem)) => {
                wrong.push((field, (call.words().problem)(problem)));
                None
            }
        },
    };
    let Some(written) = written.filter(|_| wrong.is_empty()) else { return page(call, way, &sheet, wrong) };
    let ready = written.ready(call, &sheet, kept.as_ref())?;
    let stored = call.deps.payments.load(&ready.key()).await?;
    if let Some(stored) = &stored {
        if stored.origin != ready.origin {
            let used = (call.words().problem)(Problem::OrderUsed);
            return page(call, way, &sheet, vec![("order", used)]);
        }
        if !is_open(stored) {
            return Ok(answer::see_other(&address_of(&stored.key.order)));
        }
    }
    confirm::ask(call, &ready.following(stored.as_ref()), kept.as_ref(), confirm::Mend::nothing())
}

/// Whether another card may be tried for a payment.
pub(crate) const fn is_open(payment: &Payment) -> bool {
    payment.state.is_unpaid() || matches!(payment.state, State::Declined { .. })
}

/// The order as it was written down.
struct Written {
    order: Option<OrderId>,
    amount: Yen,
    details: Details,
}

impl Written {
    /// None where amount or order number can't be read; the problems say what is to be mended, in the order of the fields.
    fn read(call: &Call<'_>) -> (Option<Self>, Vec<Wrong>) {
        let mut wrong = Vec::new();
        let mut keep = |field, problem: Problem<'_>| wrong.push((field, (call.words().problem)(problem)));
        let order = match call.text("order") {
            "" => Some(None),
            typed if contains_card_number(typed) => {
                keep("order", Problem::CardNumber);
                None
            }
            typed => match check_order(typed, call.merchant().dialect) {
                Ok(order) => Some(Some(order)),
                Err(Unfit::OrderReserved) => {
                    keep("order", Problem::OrderReserved);
                    None
                }
                Err(_) => {
                    keep("order", Problem::OrderMalformed);
                    None
                }
            },
        };
        let most = call.merchant().max_amount;
        let amount = Yen::parse_typed(call.text("amount"), most);
        match amount {
            Ok(_) => {}
            Err(TypedAmountError::Missing) => keep("amount", Problem::AmountMissing),
            Err(TypedAmountError::Malformed) => keep("amount", Problem::AmountMalformed),
            Err(TypedAmountError::OutOfRange) => {
                keep("amount", Problem::AmountOutOfRange(&words::money(call.visit.lang, most)));
            }
        }
        let details = details(call);
        match check_free_text(&details.name) {
            Ok(()) => {}
            Err(Unfit::CardNumber) => keep("name", Problem::CardNumber),
            Err(_) => keep("name", Problem::Name),
        }
        if !details.mail.is_empty() && check_mail(&details.mail).is_err() {
            keep("mail", Problem::Mail);
        }
        match check_tel(&details.tel) {
            Ok(()) => {}
            Err(Unfit::CardNumber) => keep("tel", Problem::CardNumber),
            Err(_) => keep("tel", Problem::Tel),
        }
        for item in free_items(call) {
            match check_free_text(item.value) {
                Ok(()) if item.required && item.value.is_empty() => keep(item.name, Problem::FreeMissing(&item.label)),
                Ok(()) => {}
                Err(Unfit::CardNumber) => keep(item.name, Problem::CardNumber),
                Err(_) => keep(item.name, Problem::FreeTooLong(&item.label)),
            }
        }
        let written = order.zip(amount.ok()).map(|(order, amount)| Self { order, amount, details });
        (written, wrong)
    }

    fn ready(self, call: &Call<'_>, sheet: &Sheet, kept: Option<&KeptCard>) -> Result<Ready, Refusal> {
        let mut details = self.details;
        if let Some(card) = kept {
            match &card.owner {
                CardOwner::Buyer(user) => details.user.clone_from(user),
                CardOwner::Order(order) => details.card_of = Some(order.clone()),
            }
            if details.mail.is_empty() {
                details.mail.clone_from(&card.mail);
                details.lang = card.lang;
            }
        }
        Ok(Ready {
            merchant: call.visit.merchant_id().clone(),
            by: call.visit.user.id.clone(),
            origin: sheet.origin(),
            order: self.order.unwrap_or_else(|| sheet.order()),
            amount: self.amount,
            generation: 0,
            n: 1,
            nonce: checkout::draw_nonce()?,
            kept: kept.map(|card| (card.owner.clone(), card.id)),
            details,
        })
    }
}

impl Call<'_> {
    /// A field as typed, without the spaces around it.
    fn text(&self, name: &str) -> &str {
        self.visit.field(name).trim()
    }

    /// The same to be shown again: a card number that was typed into the wrong field is not.
    fn shown(&self, name: &str) -> &str {
        Some(self.text(name)).filter(|text| !contains_card_number(text)).unwrap_or_default()
    }
}

fn details(call: &Call<'_>) -> Details {
    let mut details = Details {
        name: call.text("name").to_owned(),
        mail: call.text("mail").to_owned(),
        tel: call.text("tel").to_owned(),
        lang: Lang::parse(call.text("mail_language")).unwrap_or(call.merchant().lang),
        ..Details::default()
    };
    for item in free_items(call) {
        if let Some(place) = details.free.get_mut(item.place) {
            item.value.clone_into(place);
        }
    }
    details
}

/// A free item that the merchant's rules let people see. There is no shop here that could have sent it, so it is asked for.
struct FreeItem<'a> {
    place: usize,
    name: &'static str,
    label: String,
    value: &'a str,
    required: bool,
}

fn free_items<'a>(call: &'a Call<'_>) -> Vec<FreeItem<'a>> {
    let items = (1_u8..).zip(&call.merchant().free_items).zip(FREE).enumerate();
    items
        .filter_map(|(place, ((number, item), name))| {
            let required = match item.rule {
                FreeItemRule::Hidden => return None,
                FreeItemRule::Shown | FreeItemRule::Asked => false,
                FreeItemRule::Required => true,
            };
            let label = free_label(&item.label, number, call.visit.lang);
            Some(FreeItem { place, name, label, value: call.text(name), required })
        })
        .collect()
}

fn page(call: &Call<'_>, way: Way, sheet: &Sheet, wrong: Vec<Wrong>) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let title = match way {
        Way::Card => words.by_card.title,
        Way::Buyer => words.by_buyer.title,
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let english = Lang::parse(call.text("mail_language")).unwrap_or(call.merchant().lang) == Lang::En;
    let frame = call.frame(title);
    let page = OrderPage {
        frame: frame.clone(),
        words,
        way,
        sheet: call.seal(sheet)?,
        amount_hint: (words.amount_hint)(&words::money(call.visit.lang, call.merchant().max_amount)),
        order: call.shown("order"),
        amount: call.shown("amount"),
        name: call.shown("name"),
        mail: call.shown("mail"),
        tel: call.shown("tel"),
        user: call.shown("user"),
        earlier: call.shown("earlier"),
        free: free_items(call),
        english,
        wrong,
    };
    Ok(call.page(status, &page, &frame))
}

#[derive(Template)]
#[template(path = "order.html", whitespace = "minimize")]
struct OrderPage<'a> {
    frame: Frame,
    words: &'static ChargeWords,
    way: Way,
    sheet: String,
    amount_hint: String,
    order: &'a str,
    amount: &'a str,
    name: &'a str,
    mail: &'a str,
    tel: &'a str,
    user: &'a str,
    earlier: &'a str,
    free: Vec<FreeItem<'a>>,
    english: bool,
    wrong: Vec<Wrong>,
}

impl OrderPage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }

    fn is_buyer(&self) -> bool {
        self.way == Way::Buyer
    }

    /// What was typed into a free item, to be shown again.
    fn again<'v>(&self, value: &'v str) -> &'v str {
        Some(value).filter(|text| !contains_card_number(text)).unwrap_or_default()
    }
}
