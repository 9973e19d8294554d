//! Mail, by SES. Structured fields only: no header is ever put together from text.

use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag},
};
use aws_types::SdkConfig;
use domain::mail_return::MailTags;

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
    /// The configuration set through which SES tells what became of a mail.
    events: Option<String>,
}

impl Mailer {
    /// Sends as `sender`, an identity that SES has verified.
    pub fn new(sdk: &SdkConfig, sender: impl Into<String>) -> Self {
        Self { client: Client::new(sdk), sender: sender.into(), events: None }
    }

    /// The same; SES tells by this configuration set of mails that carry tags when they come back.
    #[must_use]
    pub fn told_by(self, configuration_set: impl Into<String>) -> Self {
        Self { events: Some(configuration_set.into()), ..self }
    }

    /// Hands a mail to SES.
    ///
    /// # Errors
    /// [`OutboundError`]: it may or may not have gone out; sending it again is harmless.
    pub async fn send(&self, mail: &Mail) -> Result<(), OutboundError> {
        self.hand_over(mail, None).await
    }

    /// The same, with tags by which its return is known again.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_tagged(&self, mail: &Mail, tags: &MailTags) -> Result<(), OutboundError> {
        let tags = tags.pairs().map(|(name, value)| {
            MessageTag::builder().name(name).value(value).build().map_err(|e| OutboundError(Box::new(e)))
        });
        self.hand_over(mail, Some(tags.into_iter().collect::<Result<_, _>>()?)).await
    }

    async fn hand_over(&self, mail: &Mail, tags: Option<Vec<MessageTag>>) -> Result<(), OutboundError> {
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
            .set_configuration_set_name(tags.is_some().then(|| self.events.clone()).flatten())
            .set_email_tags(tags)
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
