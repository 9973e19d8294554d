//! The test mail: the completion mail with the saved texts and sample values, to whoever is signed in and to nobody else.

use console::{Refusal, Visit};
use domain::{Brand, Yen, merchant::Mode};
use http::Response;
use inbound::{
    http as answer,
    page::mail::{Completion, MailOutcome, Reader, completion},
};
use lambda_http::Body;
use outbound::Mail;
use words::console::settings::settings;

use crate::{Deps, tab::Tab};

/// The sample's order number and our payment number.
const SAMPLE: (&str, &str) = ("1001", "000000000000000000");

/// Sends it in the language of the page.
pub(crate) async fn send_test(deps: &Deps, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let merchant = deps.merchant(visit).await?;
    let letter = completion(&Completion {
        lang: visit.lang,
        reader: Reader::Shopper { name: Some(&visit.user.name) },
        outcome: MailOutcome::Paid { brand: Brand::Visa, last4: "4242" },
        merchant: &merchant.name,
        contact: merchant.page.contact.as_deref(),
        // Whatever the merchant's mode: it says that nothing was charged.
        mode: Mode::Test,
        amount: Yen::MIN,
        at: visit.now,
        order: SAMPLE.0,
        payment: SAMPLE.1,
        item: Some(settings(visit.lang).mail_test),
        own: Some(merchant.mail.texts.of(visit.lang)),
        card_kept: None,
        receipt: None,
        regular: None,
    });
    let mail = Mail {
        to: visit.user.mail.clone(),
        reply_to: None,
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        event_id: format!("test-mail.{}.{}", merchant.id, visit.now.as_millisecond()),
    };
    deps.mailer.send(&mail).await?;
    Ok(answer::see_other(&format!("{}?done=sent", Tab::Mails.path())))
}
