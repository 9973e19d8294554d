//! What the services' protocols have in common: a call, an answer, an error.

use super::Cloud;
use super::caller::Caller;
use super::objects::Stored;
use super::s3;
use serde::Serialize;
use std::borrow::Cow;

/// A service that is answered here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    Sqs,
    Ses,
    Kms,
    S3,
}

impl Service {
    /// Its name in actions, ARNs and records.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Ses => "ses",
            Self::Kms => "kms",
            Self::S3 => "s3",
        }
    }
}

/// A call, its operation not yet looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct AwsCall<'request> {
    pub(super) service: Service,
    pub(super) operation: &'request str,
    pub(super) body: &'request [u8],
    /// What address and headers say, for the one service that puts its arguments there.
    pub(super) s3: Option<&'request s3::Request>,
}

impl<'request> AwsCall<'request> {
    /// Tells service and operation from the `X-Amz-Target` header, or from the path where a service has no such header.
    pub(super) fn of(
        method: &str,
        path: &'request str,
        target: Option<&'request str>,
        body: &'request [u8],
    ) -> Option<Self> {
        let by_target = |target: &'request str| {
            let (prefix, operation) = target.split_once('.')?;
            let service = match prefix {
                "DynamoDB_20120810" => Service::DynamoDb,
                "AmazonSQS" => Service::Sqs,
                "TrentService" => Service::Kms,
                _ => return None,
            };
            Some((service, operation))
        };
        let by_path = || {
            let path = path.strip_prefix("/v2/email/")?;
            Some((Service::Ses, if method == "POST" && path == "outbound-emails" { "SendEmail" } else { path }))
        };
        let (service, operation) = target.map_or_else(by_path, by_target)?;
        Some(Self { service, operation, body, s3: None })
    }

    /// A call on S3.
    pub(super) fn on_s3(request: &'request s3::Request, body: &'request [u8]) -> Self {
        Self { service: Service::S3, operation: &request.operation, body, s3: Some(request) }
    }
}

/// An answer as it goes over the wire.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(Cow<'static, str>, String)>,
    pub(super) body: ReplyBody,
}

/// What an answer holds.
#[derive(Clone, Debug)]
pub(super) enum ReplyBody {
    /// All of it.
    Whole(Vec<u8>),
    /// An object that is read while it goes out.
    Stored(Stored),
}

impl ReplyBody {
    /// What is there at once.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        match self {
            Self::Whole(bytes) => Some(bytes),
            Self::Stored(_) => None,
        }
    }
}

impl From<Vec<u8>> for ReplyBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Whole(bytes)
    }
}

/// The JSON type of all services here but one.
pub(super) const JSON: &str = "application/x-amz-json-1.0";

impl Reply {
    /// 200 with this body.
    pub(super) fn json(body: &impl Serialize) -> Result<Self, AwsError> {
        let body = serde_json::to_vec(body).map_err(|error| AwsError::internal(&error))?;
        Ok(Self { status: 200, headers: Vec::new(), body: body.into() })
    }
}

/// A service's refusal.
#[derive(Clone, Debug)]
pub(super) struct AwsError {
    status: u16,
    code: String,
    message: String,
    /// The code that clients of the old query protocol know it by.
    query_code: Option<&'static str>,
    /// The body, where it is more than a code and a message.
    body: Option<String>,
}

impl AwsError {
    /// The caller's fault.
    pub(super) fn refused(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into(), query_code: None, body: None }
    }

    /// Ours.
    pub(super) fn internal(cause: &impl std::fmt::Display) -> Self {
        Self {
            status: 500,
            code: "InternalServerError".to_owned(),
            message: format!("the local cloud failed: {cause}"),
            query_code: None,
            body: None,
        }
    }

    /// The same with this status.
    pub(super) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same under this code.
    pub(super) fn with_code(self, code: impl Into<String>) -> Self {
        Self { code: code.into(), ..self }
    }

    /// A body that is ready to be sent.
    pub(super) fn ready(status: u16, body: String) -> Self {
        Self { status, code: String::new(), message: String::new(), query_code: None, body: Some(body) }
    }

    /// The same, known to clients of the old query protocol by this code.
    pub(super) fn with_query_code(self, query_code: &'static str) -> Self {
        Self { query_code: Some(query_code), ..self }
    }

    /// An operation that isn't answered here. It is meant to be seen: what isn't known is refused, not guessed.
    pub(super) fn unknown_operation(call: &AwsCall<'_>) -> Self {
        let message = format!("the local cloud doesn't answer {} of {}", call.operation, call.service.name());
        tracing::warn!("{message}");
        Self::refused("UnknownOperationException", message)
    }

    /// A request that belongs to no service known here.
    pub(super) fn unknown_service(place: &str, target: Option<&str>) -> Self {
        let message = format!("the local cloud knows no service at {place} {}", target.unwrap_or_default());
        tracing::warn!("{message}");
        Self::refused("UnknownOperationException", message)
    }

    /// No statement of the function's role allows it.
    pub(super) fn access_denied(function: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {function} is not authorized to perform: {action} on resource: {resource} \
             because no statement of its role in template.yaml allows it"
        );
        tracing::warn!("{message}");
        Self::refused("AccessDeniedException", message)
    }

    /// As one failed entry of a batch.
    pub(super) fn into_batch_entry(self, id: &str) -> serde_json::Value {
        let code = self.code.rsplit('#').next().unwrap_or_default();
        serde_json::json!({ "Id": id, "Code": code, "Message": self.message, "SenderFault": self.status < 500 })
    }

    /// On the wire, as this service writes it.
    pub(super) fn into_reply_of(self, service: Service) -> Reply {
        match service {
            Service::S3 => s3::refusal(self.status, &self.code, &self.message),
            Service::DynamoDb | Service::Sqs | Service::Ses | Service::Kms => self.into_reply(),
        }
    }

    /// On the wire.
    pub(super) fn into_reply(self) -> Reply {
        if let Some(body) = self.body {
            return Reply { status: self.status, headers: Vec::new(), body: body.into_bytes().into() };
        }
        let body = serde_json::json!({ "__type": self.code, "message": self.message });
        let mut headers =
            vec![(Cow::from("x-amzn-errortype"), self.code.rsplit('#').next().unwrap_or_default().to_owned())];
        if let Some(code) = self.query_code {
            headers.push(("x-amzn-query-error".into(), format!("{code};Sender")));
        }
        Reply { status: self.status, headers, body: body.to_string().into_bytes().into() }
    }
}

impl From<super::CloudError> for AwsError {
    fn from(error: super::CloudError) -> Self {
        Self::internal(&error)
    }
}

/// Answers a call as AWS would.
pub(super) fn answer(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Reply {
    let answered = match call.service {
        Service::DynamoDb => super::dynamodb::answer(cloud, caller, call),
        Service::Sqs => super::sqs::answer(cloud, caller, call),
        Service::Ses => super::ses::answer(cloud, caller, call),
        Service::Kms => super::kms::answer(cloud, caller, call),
        Service::S3 => s3::answer(cloud, caller, call),
    };
    answered.unwrap_or_else(|refused| refused.into_reply_of(call.service))
}

/// Refuses what no statement of the caller's role allows.
pub(super) fn authorize(caller: &Caller, action: &str, resource: &str) -> Result<(), AwsError> {
    if allowed(caller, action, resource) {
        return Ok(());
    }
    Err(AwsError::access_denied(caller.name(), action, resource))
}

/// Whether the caller may do this.
pub(super) fn allowed(caller: &Caller, action: &str, resource: &str) -> bool {
    match caller {
        Caller::Function { permissions, .. } => permissions.allow(action, resource),
        Caller::Operator => true,
    }
}
