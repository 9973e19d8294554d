//! SES: mails go to a mailbox that people and tests read. The mailbox simulator's addresses come back, as SES says that they do.

use super::caller::Caller;
use super::protocol::{AwsCall, AwsError, Reply, allowed, authorize};
use super::tables::storage;
use super::{Cloud, CloudError, event_bus, queue};
use jiff::Timestamp;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::PoisonError;

/// A mail has at most this many recipients (SES developer guide, "Service quotas in Amazon SES").
const MAX_RECIPIENTS: usize = 50;

/// A mail that SES accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Every recipient: to, then copies, then blind copies.
    pub to: Vec<String>,
    /// The sender.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// When it was accepted.
    pub at: Timestamp,
    /// Where answers go.
    pub reply_to: Vec<String>,
    /// Headers beyond the usual ones.
    pub headers: Vec<(String, String)>,
    /// SES's id of it.
    pub message_id: String,
}

/// Every mail, oldest first.
pub(super) fn mails(cloud: &Cloud) -> Result<Vec<Mail>, CloudError> {
    let texts: Vec<String> = cloud.inner.state.with(|state| {
        let mut select = state.prepare_cached("SELECT mail FROM mail ORDER BY sequence")?;
        let rows = select.query_map([], |row| row.get(0))?;
        rows.collect()
    })?;
    texts.iter().map(|text| serde_json::from_str(text).map_err(storage)).collect()
}

/// Answers one call.
pub(super) fn answer(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Result<Reply, AwsError> {
    if call.operation != "SendEmail" {
        return Err(AwsError::unknown_operation(call));
    }
    cloud.inner.usage.count_service(caller, call.service);
    let request: SendEmail = serde_json::from_slice(call.body).map_err(|error| bad_request(&error.to_string()))?;
    let watched = Watched::of(cloud, caller, &request)?;
    let mail = mail(cloud, caller, request)?;
    let text = serde_json::to_string(&mail).map_err(|error| AwsError::internal(&error))?;
    let insert = "INSERT INTO mail (mail) VALUES (?1)";
    cloud.inner.state.with(|state| state.execute(insert, params![text]))?;
    if let Some(watched) = watched {
        watched.tell(cloud, &mail)?;
    }
    Reply::json(&json!({ "MessageId": mail.message_id }))
}

/// The sender, for the record of calls.
pub(super) fn resource(body: &Value) -> String {
    body.get("FromEmailAddress").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The request as far as it is understood; anything else in it is refused, not dropped.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct SendEmail {
    from_email_address: String,
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Content,
    #[serde(default)]
    email_tags: Vec<Tag>,
    #[serde(default)]
    configuration_set_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Tag {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
    #[serde(default)]
    cc_addresses: Vec<String>,
    #[serde(default)]
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Content {
    simple: Simple,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Simple {
    subject: Text,
    body: Body,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Text {
    data: String,
    #[serde(default, rename = "Charset")]
    _charset: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Header {
    name: String,
    value: String,
}

/// What became of a mail to one of the mailbox simulator's addresses
/// (Amazon SES developer guide, "Using the Amazon SES mailbox simulator"). A label behind a `+` is ignored.
#[derive(Clone, Copy)]
enum Fate {
    Bounces,
    Complains,
}

impl Fate {
    fn of(address: &str) -> Option<Self> {
        let (local, domain) = bare(address).split_once('@')?;
        if !domain.eq_ignore_ascii_case("simulator.amazonses.com") {
            return None;
        }
        match local.split('+').next()? {
            "bounce" | "suppressionlist" => Some(Self::Bounces),
            "complaint" => Some(Self::Complains),
            _ => None,
        }
    }
}

/// A mail of which SES tells what became of it.
struct Watched {
    tags: Value,
}

impl Watched {
    /// None: the mail names no configuration set.
    fn of(cloud: &Cloud, caller: &Caller, request: &SendEmail) -> Result<Option<Self>, AwsError> {
        for Tag { name, value } in &request.email_tags {
            let plain = |text: &str| {
                (1..=256).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
            };
            if !plain(name) || !plain(value) {
                return Err(bad_request("tags are 1 to 256 of A-Z a-z 0-9 _ -"));
            }
        }
        let Some(set) = &request.configuration_set_name else { return Ok(None) };
        authorize(caller, "ses:SendEmail", &cloud.mail_set_arn(set))?;
        let known = cloud.inner.mail_sets.read().unwrap_or_else(PoisonError::into_inner).contains(set);
        if !known {
            return Err(AwsError::refused("NotFoundException", "Configuration set does not exist."));
        }
        let tags: serde_json::Map<_, _> =
            request.email_tags.iter().map(|tag| (tag.name.clone(), json!([tag.value]))).collect();
        Ok(Some(Self { tags: Value::Object(tags) }))
    }

    /// Tells the event bus, in the words of "Contents of event data that Amazon SES publishes to Amazon EventBridge".
    fn tell(&self, cloud: &Cloud, mail: &Mail) -> Result<(), AwsError> {
        for address in &mail.to {
            let Some(fate) = Fate::of(address) else { continue };
            let at = mail.at.to_string();
            let who = json!([{ "emailAddress": bare(address) }]);
            let (kind, name, said) = match fate {
                Fate::Bounces => (
                    "Email Bounced",
                    "bounce",
                    json!({ "bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": who, "timestamp": at }),
                ),
                Fate::Complains => (
                    "Email Complaint Received",
                    "complaint",
                    json!({ "complainedRecipients": who, "complaintFeedbackType": "abuse", "timestamp": at }),
                ),
            };
            let about =
                json!({ "messageId": mail.message_id, "source": mail.from, "destination": mail.to, "tags": self.tags });
            let event = json!({ "source": "aws.ses", "detail-type": kind, "detail": { "mail": about, name: said } });
            event_bus::put(cloud, &event).map_err(|error| AwsError::internal(&error))?;
        }
        Ok(())
    }
}

fn mail(cloud: &Cloud, caller: &Caller, request: SendEmail) -> Result<Mail, AwsError> {
    authorize_sender(cloud, caller, &request.from_email_address)?;
    let Destination { to_addresses, cc_addresses, bcc_addresses } = request.destination;
    let to: Vec<String> = [to_addresses, cc_addresses, bcc_addresses].concat();
    if to.is_empty() || to.len() > MAX_RECIPIENTS {
        return Err(bad_request("a mail has 1 to 50 recipients"));
    }
    let Simple { subject, body, headers } = request.content.simple;
    if body.text.is_none() && body.html.is_none() {
        return Err(bad_request("a mail has a text or an HTML part"));
    }
    let headers: Vec<(String, String)> = headers.into_iter().map(|header| (header.name, header.value)).collect();
    let of_headers = headers.iter().flat_map(|(name, value)| [name, value]);
    let bound = [&request.from_email_address, &subject.data];
    for text in bound.into_iter().chain(&to).chain(&request.reply_to_addresses).chain(of_headers) {
        if text.chars().any(char::is_control) {
            return Err(bad_request("a header may not hold control characters"));
        }
    }
    if let Some(address) = to.iter().find(|address| !is_address(address)) {
        return Err(bad_request(&format!("{} characters that aren't an address", address.chars().count())));
    }
    Ok(Mail {
        to,
        from: request.from_email_address,
        subject: subject.data,
        text: body.text.map(|text| text.data),
        html: body.html.map(|html| html.data),
        at: cloud.now(),
        reply_to: request.reply_to_addresses,
        headers,
        message_id: queue::new_id()?,
    })
}

/// The right is on the address or on its domain, and so is SES's own check of who may send at all.
fn authorize_sender(cloud: &Cloud, caller: &Caller, from: &str) -> Result<(), AwsError> {
    let address = bare(from);
    let domain = address.rsplit('@').next().unwrap_or_default();
    if !allowed(caller, "ses:SendEmail", &cloud.identity_arn(domain)) {
        authorize(caller, "ses:SendEmail", &cloud.identity_arn(address))?;
    }
    let identities = cloud.inner.identities.read().unwrap_or_else(PoisonError::into_inner);
    if identities.is_empty() || identities.iter().any(|identity| identity == address || identity == domain) {
        return Ok(());
    }
    Err(AwsError::refused("MessageRejected", "Email address is not verified."))
}

/// The address without the name before it.
fn bare(address: &str) -> &str {
    match address.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end().trim_end_matches('>'),
        None => address,
    }
}

fn is_address(address: &str) -> bool {
    matches!(bare(address).split_once('@'), Some((local, domain)) if !local.is_empty() && !domain.is_empty())
}

fn bad_request(text: &str) -> AwsError {
    AwsError::refused("BadRequestException", text)
}
