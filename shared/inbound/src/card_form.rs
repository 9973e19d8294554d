//! A form that takes a card, as it was sent: the fields that the payment page and the page of a kept card share. Read once and wiped when done with.

use domain::{
    Brand, CardDetails, CardError, Expiry, Pan, SecurityCode, acquirer::BrowserData, card::parse_holder,
    clock::japan_date, merchant::Mode, wire::Parameters,
};
use http::header;
use jiff::Timestamp;
use lambda_http::Request;
use words::FormProblem;
use zeroize::Zeroizing;

use crate::{checkout::KEEP, http::header_text};

/// The fields of a form that takes a card.
pub struct CardForm {
    fields: Parameters,
}

impl std::fmt::Debug for CardForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardForm(…)")
    }
}

impl CardForm {
    /// Reads the form's body. None: it is not a form of ours.
    pub fn parse(body: &[u8]) -> Option<Self> {
        Parameters::parse(body).ok().map(|fields| Self { fields })
    }

    /// A field as typed; empty where it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.fields.value(name).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }

    /// What the page sealed into the form.
    pub fn token(&self) -> &str {
        self.text("order")
    }

    /// The name on the card, as typed.
    pub fn holder(&self) -> &str {
        self.text("card_name").trim()
    }

    /// The buyer lets the card be kept.
    pub fn keeps_card(&self) -> bool {
        self.text(KEEP) == "on"
    }

    /// The typed card. None: the problems say what is to be mended, in the order of the fields.
    pub fn card(&self, mode: Mode, now: Timestamp, problems: &mut Vec<FormProblem>) -> Option<CardDetails> {
        let pan = keep(Pan::parse(&self.secret("card_number")), problems);
        let wrong_kind = pan.as_ref().and_then(|pan| wrong_kind(pan, mode));
        let right_kind = wrong_kind.is_none();
        problems.extend(wrong_kind);
        let expiry = keep(Expiry::parse(self.text("card_expiry"), japan_date(now)), problems);
        let code = self.code(pan.as_ref().map(Pan::brand), problems);
        let holder = keep(parse_holder(self.text("card_name")), problems);
        match (pan, expiry, code, holder) {
            (Some(pan), Some(expiry), Some(code), Some(holder)) if right_kind => {
                Some(CardDetails { pan, expiry, code: Some(code), holder })
            }
            _ => None,
        }
    }

    /// The typed security code, as a card of `brand` has it.
    pub fn code(&self, brand: Option<Brand>, problems: &mut Vec<FormProblem>) -> Option<SecurityCode> {
        let typed = self.secret("card_code");
        match brand {
            Some(brand) => keep(SecurityCode::parse(&typed, brand), problems),
            // Without a brand only a missing code can be told.
            None if typed.trim().is_empty() => keep(Err(CardError::CodeMissing), problems),
            None => None,
        }
    }

    /// What the browser said of itself.
    pub fn browser(&self, request: &Request) -> BrowserData {
        let header = |name| header_text(request.headers(), &name).unwrap_or_default().to_owned();
        let number = |name: &str| self.text(name).parse::<u16>().ok();
        BrowserData {
            accept: header(header::ACCEPT),
            user_agent: header(header::USER_AGENT),
            language: Some(self.text("browser_language").to_owned()).filter(|tag| !tag.is_empty()),
            color_depth: self.text("browser_color_depth").parse().ok(),
            screen: number("browser_screen_width").zip(number("browser_screen_height")),
            utc_offset_min: self.text("browser_tz_offset").parse().ok(),
        }
    }

    fn secret(&self, name: &str) -> Zeroizing<String> {
        Zeroizing::new(self.text(name).to_owned())
    }
}

fn keep<T>(read: Result<T, CardError>, problems: &mut Vec<FormProblem>) -> Option<T> {
    read.map_err(|error| problems.push(FormProblem::Card(error))).ok()
}

/// A test merchant takes test cards only, a live one never.
fn wrong_kind(pan: &Pan, mode: Mode) -> Option<FormProblem> {
    match (mode, pan.is_test_card()) {
        (Mode::Test, false) => Some(FormProblem::TestCardsOnly),
        (Mode::Live, true) => Some(FormProblem::TestCardRefused),
        (Mode::Test, true) | (Mode::Live, false) => None,
    }
}
