//! Mail, by SES. Structured fields only: no header is ever put together from text.

use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader},
};
use aws_types::SdkConfig;

use crate::OutboundError;

/// A mail that is ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// Where an answer goes, if anywhere.
    pub reply_to: Option<String>,
    /// One line, without control characters.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The event it tells of; a repeat carries the same.
    pub event_id: String,
}

/// Sends mails as one sender.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    sender: String,
}

impl Mailer {
    /// Sends as `sender`, an identity that SES has verified.
    pub fn new(sdk: &SdkConfig, sender: impl Into<String>) -> Self {
        Self { client: Client::new(sdk), sender: sender.into() }
    }

    /// Hands a mail to SES.
    ///
    /// # Errors
    /// [`OutboundError`]: it may or may not have gone out; sending it again is harmless.
    pub async fn send(&self, mail: &Mail) -> Result<(), OutboundError> {
        let message = Message::builder()
            .subject(utf8(&mail.subject)?)
            .body(Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build())
            .headers(header("X-Kessai-Event", &mail.event_id)?)
            .build();
        self.client
            .send_email()
            .from_email_address(&self.sender)
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .set_reply_to_addresses(mail.reply_to.clone().map(|address| vec![address]))
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await?;
        Ok(())
    }
}

fn utf8(text: &str) -> Result<Content, OutboundError> {
    Content::builder().data(text).charset("UTF-8").build().map_err(|e| OutboundError(Box::new(e)))
}

fn header(name: &str, value: &str) -> Result<MessageHeader, OutboundError> {
    MessageHeader::builder().name(name).value(value).build().map_err(|e| OutboundError(Box::new(e)))
}
