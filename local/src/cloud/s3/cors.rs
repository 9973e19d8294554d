//! Which other sites' pages may call a bucket (S3 user guide, "Using cross-origin resource sharing (CORS)").

use super::super::Cloud;
use super::super::protocol::Reply;
use super::super::spec::CorsRule;
use super::{Request, empty, refusal, set};
use std::sync::Arc;

/// The answer to a browser that asks before it calls.
pub(in crate::cloud) fn preflight(cloud: &Cloud, request: &Request) -> Reply {
    let asked = |name: &str| request.header(name).unwrap_or_default();
    let method = asked("access-control-request-method");
    let headers: Vec<_> = asked("access-control-request-headers").split(',').map(str::trim).collect();
    let rules = cloud.wiring(&request.bucket).map(|bucket| bucket.cors.clone()).unwrap_or_default();
    let fits = |rule: &&CorsRule| {
        let named = |header: &&str| header.is_empty() || rule.headers.iter().any(|one| like(one, header));
        rule.fits(asked("origin"), method) && headers.iter().all(named)
    };
    let Some(rule) = rules.iter().find(fits) else {
        return refusal(403, "AccessForbidden", "CORSResponse: This CORS request is not allowed.");
    };
    let mut reply = empty(200);
    allow(&mut reply, rule, asked("origin"));
    if !asked("access-control-request-headers").is_empty() {
        set(&mut reply, "access-control-allow-headers", headers.join(", ").to_ascii_lowercase());
    }
    if let Some(seconds) = rule.max_age_s {
        set(&mut reply, "access-control-max-age", seconds.to_string());
    }
    reply
}

/// Lets the page that called read the answer, where the bucket says so.
pub(in crate::cloud) fn share(cloud: &Cloud, request: &Request, (method, origin): (&str, &str), reply: &mut Reply) {
    let bucket = cloud.wiring(&request.bucket);
    let rule = bucket.as_ref().and_then(|bucket: &Arc<_>| bucket.cors.iter().find(|rule| rule.fits(origin, method)));
    if let Some(rule) = rule {
        allow(reply, rule, origin);
    }
}

impl CorsRule {
    fn fits(&self, origin: &str, method: &str) -> bool {
        !origin.is_empty()
            && self.origins.iter().any(|one| like(one, origin))
            && self.methods.iter().any(|m| m == method)
    }
}

fn allow(reply: &mut Reply, rule: &CorsRule, origin: &str) {
    let any = rule.origins.iter().any(|one| one == "*");
    set(reply, "access-control-allow-origin", if any { "*" } else { origin }.to_owned());
    set(reply, "access-control-allow-methods", rule.methods.join(", "));
    if !rule.exposed.is_empty() {
        set(reply, "access-control-expose-headers", rule.exposed.join(", "));
    }
    set(reply, "vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method".to_owned());
}

/// `*` stands for any text; it may be there once.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.eq_ignore_ascii_case(text),
        Some((before, after)) => {
            let text = text.to_ascii_lowercase();
            let rest = text.strip_prefix(&before.to_ascii_lowercase());
            rest.is_some_and(|rest| rest.ends_with(&after.to_ascii_lowercase()))
        }
    }
}
