//! Calls to merchants' own servers: one POST to an address of the public internet, no redirect followed, all bounded.
//!
//! The address is looked at here before each call. What its name resolves to is looked at where the connection is made, and the connection goes to
//! the very addresses that were looked at: the HTTP client that is handed in resolves so.

use std::time::Duration;

use bytes::Bytes;
use domain::webhook::{Answer, EndpointAddress, Unheard, check_host};
use tokio::time::Instant;

use crate::http::Http;

/// How long an endpoint may take, connecting included (Standard Webhooks: 15 to 30 s).
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// The way to merchants' servers.
#[derive(Clone, Debug)]
pub struct Notifier {
    http: Http,
    local_origin: Option<String>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Of the body.
    pub content_type: &'static str,
    /// The headers that are signed, and the signature.
    pub headers: [(&'static str, String); 3],
    /// The body.
    pub body: String,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The status, or why there is none.
    pub answer: Answer,
    /// What could be read of the body.
    pub said: Bytes,
    /// `Retry-After`, as it came.
    pub retry_after: Option<String>,
    /// Milliseconds that it took.
    pub took_ms: u32,
}

impl Notifier {
    /// By this client. `local_origin` is the local system's own, the one place plain http may lead to; None elsewhere.
    pub fn new(http: Http, local_origin: Option<String>) -> Self {
        Self { http, local_origin }
    }

    /// Sends once. Never fails: whatever happens is an answer.
    pub async fn send(&self, address: &EndpointAddress, notification: &Notification) -> Heard {
        let began = Instant::now();
        let came = self.exchange(address, notification, began).await;
        let took_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        match came {
            Ok(response) => Heard {
                answer: Answer::Status(response.status().as_u16()),
                retry_after: header(&response, &http::header::RETRY_AFTER),
                said: response.into_body(),
                took_ms,
            },
            Err(unheard) => Heard { answer: Answer::Unheard(unheard), said: Bytes::new(), retry_after: None, took_ms },
        }
    }

    async fn exchange(
        &self,
        address: &EndpointAddress,
        notification: &Notification,
        began: Instant,
    ) -> Result<http::Response<Bytes>, Unheard> {
        if !self.may_call(address.as_str()) {
            return Err(Unheard::Refused);
        }
        let mut request = http::Request::post(address.as_str())
            .header(http::header::CONTENT_TYPE, notification.content_type)
            .header(http::header::USER_AGENT, "Kessai-Notifications/1");
        for (name, value) in &notification.headers {
            request = request.header(*name, value);
        }
        let body = Bytes::from(notification.body.clone());
        // an address that no request can be made of was registered by older rules
        let request = request.body(body).map_err(|_malformed| Unheard::Refused)?;
        self.http.knock(request, began.checked_add(TIMEOUT).unwrap_or(began)).await
    }

    /// An address that was registered by older rules, or changed in the table, is looked at as if it were new.
    fn may_call(&self, address: &str) -> bool {
        EndpointAddress::parse(address, self.local_origin.as_deref())
            .is_ok_and(|address| address.as_str().starts_with("http://") || check_host(address.as_str()).is_ok())
    }
}

fn header(response: &http::Response<Bytes>, name: &http::HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}
