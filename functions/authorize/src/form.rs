//! What the shopper typed, read once and wiped when done with.

use domain::{
    Brand, CardDetails, Merchant, SecurityCode,
    acquirer::BrowserData,
    merchant::FreeItemRule,
    payment::Details,
    request::{Problem, check_free_text, check_mail},
};
use inbound::{
    CardForm,
    checkout::{CARD, KEPT, free_label},
};
use jiff::Timestamp;
use lambda_http::Request;
use words::{FormProblem, FreeProblem};

/// The card form as it was sent.
pub(crate) struct Form {
    fields: CardForm,
}

impl Form {
    /// Reads the form's body. None: it is not a form of ours.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        CardForm::parse(body).map(|fields| Self { fields })
    }

    /// The sealed order.
    pub(crate) fn token(&self) -> &str {
        self.fields.token()
    }

    /// The name on the card, as typed.
    pub(crate) fn holder(&self) -> &str {
        self.fields.holder()
    }

    /// Puts what the page asked for into the order's details.
    pub(crate) fn fill(&self, details: &mut Details, merchant: &Merchant) {
        self.fields.text("mail").trim().clone_into(&mut details.mail);
        for ((item, value), name) in merchant.free_items.iter().zip(&mut details.free).zip(FREE) {
            match item.rule {
                FreeItemRule::Hidden | FreeItemRule::Shown => {}
                FreeItemRule::Asked | FreeItemRule::Required => self.fields.text(name).trim().clone_into(value),
            }
        }
    }

    /// The buyer lets the card be kept.
    pub(crate) fn keeps_card(&self) -> bool {
        self.fields.keeps_card()
    }

    /// The buyer pays with the kept card.
    pub(crate) fn pays_with_kept(&self) -> bool {
        self.fields.text(CARD) == KEPT
    }

    /// The card, or everything that is to be mended, in the order of the fields.
    pub(crate) fn card(
        &self,
        merchant: &Merchant,
        details: &Details,
        now: Timestamp,
    ) -> Result<CardDetails, Vec<FormProblem>> {
        let mut problems = Vec::new();
        let card = self.fields.card(merchant.mode, now, &mut problems);
        problems.extend(mail_problem(&details.mail));
        problems.extend(free_problems(merchant, details));
        card.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// The code for the kept card, or everything that is to be mended.
    pub(crate) fn kept_code(
        &self,
        brand: Brand,
        merchant: &Merchant,
        details: &Details,
    ) -> Result<SecurityCode, Vec<FormProblem>> {
        let mut problems = Vec::new();
        let code = self.fields.code(Some(brand), &mut problems);
        problems.extend(mail_problem(&details.mail));
        problems.extend(free_problems(merchant, details));
        code.filter(|_| problems.is_empty()).ok_or(problems)
    }

    /// What is to be mended with one more beside the card fields, in the order of the page.
    pub(crate) fn in_order(mut problems: Vec<FormProblem>, more: FormProblem) -> Vec<FormProblem> {
        let beside_the_card = |problem: &FormProblem| problem.field().starts_with("card_");
        let place = problems.iter().filter(|problem| beside_the_card(problem)).count();
        problems.insert(place, more);
        problems
    }

    /// What the browser said of itself.
    pub(crate) fn browser(&self, request: &Request) -> BrowserData {
        self.fields.browser(request)
    }
}

const FREE: [&str; 3] = ["free1", "free2", "free3"];

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
