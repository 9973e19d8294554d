//! What the shopper typed, read once and wiped when done with.

use domain::{
    CardDetails, CardError, Expiry, Merchant, Pan, SecurityCode,
    acquirer::BrowserData,
    card::parse_holder,
    clock::japan_date,
    merchant::{FreeItemRule, Mode},
    payment::Details,
    request::{Problem, check_free_text, check_mail},
    wire::Parameters,
};
use http::header;
use inbound::{checkout::free_label, http::header_text};
use jiff::Timestamp;
use lambda_http::Request;
use words::{FormProblem, FreeProblem};
use zeroize::Zeroizing;

/// The card form as it was sent.
pub(crate) struct Form {
    fields: Parameters,
}

impl Form {
    /// Reads the form's body. None: it is not a form of ours.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        Parameters::parse(body).ok().map(|fields| Self { fields })
    }

    fn text(&self, name: &str) -> &str {
        self.fields.value(name).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }

    /// The sealed order.
    pub(crate) fn token(&self) -> &str {
        self.text("order")
    }

    /// The name on the card, as typed.
    pub(crate) fn holder(&self) -> &str {
        self.text("card_name").trim()
    }

    /// Puts what the page asked for into the order's details.
    pub(crate) fn fill(&self, details: &mut Details, merchant: &Merchant) {
        self.text("mail").trim().clone_into(&mut details.mail);
        for ((item, value), name) in merchant.free_items.iter().zip(&mut details.free).zip(FREE) {
            match item.rule {
                FreeItemRule::Hidden | FreeItemRule::Shown => {}
                FreeItemRule::Asked | FreeItemRule::Required => self.text(name).trim().clone_into(value),
            }
        }
    }

    /// The card, or everything that is to be mended, in the order of the fields.
    pub(crate) fn card(
        &self,
        merchant: &Merchant,
        details: &Details,
        now: Timestamp,
    ) -> Result<CardDetails, Vec<FormProblem>> {
        let mut problems = Vec::new();
        let pan = keep(Pan::parse(&self.secret("card_number")), &mut problems);
        if let Some(pan) = &pan {
            problems.extend(wrong_kind(pan, merchant.mode));
        }
        let expiry = keep(Expiry::parse(self.text("card_expiry"), japan_date(now)), &mut problems);
        let code = self.secret("card_code");
        let code = match &pan {
            Some(pan) => keep(SecurityCode::parse(&code, pan.brand()), &mut problems),
            // Without a brand only a missing code can be told.
            None if code.trim().is_empty() => keep(Err(CardError::CodeMissing), &mut problems),
            None => None,
        };
        let holder = keep(parse_holder(self.text("card_name")), &mut problems);
        problems.extend(mail_problem(&details.mail));
        problems.extend(free_problems(merchant, details));
        match (pan, expiry, code, holder) {
            (Some(pan), Some(expiry), Some(code), Some(holder)) if problems.is_empty() => {
                Ok(CardDetails { pan, expiry, code: Some(code), holder })
            }
            _ => Err(problems),
        }
    }

    fn secret(&self, name: &str) -> Zeroizing<String> {
        Zeroizing::new(self.text(name).to_owned())
    }

    /// What the browser said of itself.
    pub(crate) fn browser(&self, request: &Request) -> BrowserData {
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
}

const FREE: [&str; 3] = ["free1", "free2", "free3"];

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

fn mail_problem(mail: &str) -> Option<FormProblem> {
    if mail.is_empty() {
        return Some(FormProblem::MailMissing);
    }
    check_mail(mail).is_err().then_some(FormProblem::MailMalformed)
}

fn free_problems(merchant: &Merchant, details: &Details) -> Vec<FormProblem> {
    let items = (1_u8..).zip(&merchant.free_items).zip(&details.free);
    items
        .filter_map(|((item, settings), value)| {
            let problem = match settings.rule {
                FreeItemRule::Hidden | FreeItemRule::Shown => return None,
                FreeItemRule::Required if value.is_empty() => FreeProblem::Missing,
                FreeItemRule::Asked | FreeItemRule::Required => {
                    if check_free_text(value).err()? == Problem::CardNumber {
                        FreeProblem::CardNumber
                    } else {
                        FreeProblem::TooLong
                    }
                }
            };
            let label = free_label(&settings.label, item, details.lang);
            Some(FormProblem::Free { item, label, problem })
        })
        .collect()
}
