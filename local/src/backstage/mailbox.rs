//! The mailbox: every mail that was sent, in both of its forms.

use askama::Template;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::failed;
use super::overview::japan_time;
use crate::cloud::Mail;
use crate::site;
use crate::world::World;

struct Row {
    number: usize,
    at: String,
    to: String,
    subject: String,
}

#[derive(Template)]
#[template(path = "backstage/mailbox.html")]
struct MailboxPage {
    now: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "backstage/mail.html")]
struct MailPage<'a> {
    now: String,
    number: &'a str,
    at: String,
    to: String,
    mail: &'a Mail,
    text: &'a str,
}

/// All mails, newest first.
pub(super) fn list(world: &World) -> Response<Bytes> {
    let mails = match world.mailbox() {
        Ok(mails) => mails,
        Err(error) => return failed(&error),
    };
    let rows = mails.iter().enumerate().rev().map(|(number, mail)| Row {
        number,
        at: japan_time(mail.at),
        to: mail.to.join(", "),
        subject: mail.subject.clone(),
    });
    let page = MailboxPage { now: japan_time(world.now()), rows: rows.collect() };
    site::rendered(&page, "'self'")
}

/// One mail. Its HTML stands in a frame that may do nothing.
pub(super) fn one(world: &World, number: &str) -> Response<Bytes> {
    with_mail(world, number, |mail| {
        let page = MailPage {
            now: japan_time(world.now()),
            number,
            at: japan_time(mail.at),
            to: mail.to.join(", "),
            mail,
            text: mail.text.as_deref().unwrap_or_default(),
        };
        site::rendered(&page, "'self'")
    })
}

/// What stands in the frame: the HTML part as it was sent, with no right to run, load or lead anywhere.
pub(super) fn html(world: &World, number: &str) -> Response<Bytes> {
    with_mail(world, number, |mail| {
        let mut response = Response::new(Bytes::from(mail.html.clone().unwrap_or_default()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAME_POLICY));
        response
    })
}

const FRAME_POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'";

fn with_mail(world: &World, number: &str, show: impl FnOnce(&Mail) -> Response<Bytes>) -> Response<Bytes> {
    let mails = match world.mailbox() {
        Ok(mails) => mails,
        Err(error) => return failed(&error),
    };
    match number.parse::<usize>().ok().and_then(|number| mails.get(number)) {
        Some(mail) => show(mail),
        None => site::text(StatusCode::NOT_FOUND, "There is no such mail"),
    }
}
