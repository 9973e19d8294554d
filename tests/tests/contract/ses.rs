//! Mail: simple content goes out, what SES would refuse doesn't. Off AWS only: there a sender must be verified first.

use super::endpoint::Endpoint;
use aws_sdk_sesv2::error::ProvideErrorMetadata as _;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, RawMessage};

fn content(text: &str) -> Content {
    Content::builder().data(text).charset("UTF-8").build().unwrap()
}

fn mail(endpoint: &Endpoint, subject: &str, to: &str) -> SendEmailFluentBuilder {
    let body =
        Body::builder().text(content("ありがとうございます")).html(content("<p>ありがとうございます</p>")).build();
    let header = MessageHeader::builder().name("X-Kessai-Event").value("1.1.captured").build().unwrap();
    let message = Message::builder().subject(content(subject)).body(body).headers(header).build();
    endpoint
        .ses
        .send_email()
        .from_email_address("\"Demo\" <no-reply@example.com>")
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(message).build())
}

#[tokio::test]
async fn a_mail_with_text_and_html_is_accepted() {
    let endpoint = Endpoint::connect().await;
    let sent = mail(&endpoint, "ご注文", "buyer@example.com").send().await.unwrap();
    let id = sent.message_id.unwrap();
    assert!(!id.is_empty());
    let Some(cloud) = &endpoint.cloud else { return };
    let kept = cloud.mails().unwrap().pop().unwrap();
    assert_eq!(kept.message_id, id);
    assert_eq!(kept.to, ["buyer@example.com"]);
    assert_eq!(kept.from, "\"Demo\" <no-reply@example.com>");
    assert_eq!(kept.subject, "ご注文");
    assert_eq!(kept.text.as_deref(), Some("ありがとうございます"));
    assert_eq!(kept.html.as_deref(), Some("<p>ありがとうございます</p>"));
    assert_eq!(kept.headers, [("X-Kessai-Event".to_owned(), "1.1.captured".to_owned())]);
}

#[tokio::test]
async fn a_header_with_a_line_break_and_a_mail_to_nobody_are_refused() {
    let endpoint = Endpoint::connect().await;
    for (subject, to) in [("a\r\nBcc: other@example.com", "buyer@example.com"), ("a", "nobody")] {
        let error = mail(&endpoint, subject, to).send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some("BadRequestException"), "{error:?}");
    }
}

#[tokio::test]
async fn only_a_verified_sender_may_send_once_there_is_a_list() {
    let endpoint = Endpoint::connect().await;
    let Some(cloud) = &endpoint.cloud else { return };
    cloud.verify_identities(["example.org".to_owned()]);
    let error = mail(&endpoint, "a", "buyer@example.com").send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("MessageRejected"), "{error:?}");
    cloud.verify_identities(["example.com".to_owned()]);
    mail(&endpoint, "a", "buyer@example.com").send().await.unwrap();
}

#[tokio::test]
async fn content_that_is_not_simple_is_refused_here() {
    let endpoint = Endpoint::connect().await;
    if endpoint.cloud.is_none() {
        return;
    }
    let raw = RawMessage::builder().data(Blob::new("Subject: a\r\n\r\nb")).build().unwrap();
    let send = mail(&endpoint, "a", "buyer@example.com").content(EmailContent::builder().raw(raw).build());
    let error = send.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("BadRequestException"), "{error:?}");
}
