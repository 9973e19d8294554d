//! Mails that did not reach their readers: the list in the settings, and the line in a history.

use domain::{Lang, mail_return::ReturnKind, payment::Reader};

/// The list of addresses that mails came back from.
#[derive(Clone, Copy, Debug)]
pub struct MailReturnWords {
    /// Heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// There are none.
    pub empty: &'static str,
    /// Column.
    pub address: &'static str,
    /// Column.
    pub what: &'static str,
    /// Column.
    pub about: &'static str,
    /// Column.
    pub at: &'static str,
    /// A payment's mail.
    pub order: fn(order: &str) -> String,
    /// A payment link's mail.
    pub link: fn(link: &str) -> String,
    /// A regular purchase's mail.
    pub plan: fn(plan: &str) -> String,
    /// Button: mails go to the address again.
    pub release: &'static str,
    /// It was done.
    pub released: &'static str,
}

/// The texts of one language.
pub const fn mail_returns(lang: Lang) -> &'static MailReturnWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

/// What happened, and what to do.
pub const fn returned(lang: Lang, kind: ReturnKind) -> (&'static str, &'static str) {
    match (lang, kind) {
        (Lang::Ja, ReturnKind::Gone) => (
            "宛先がないため戻りました",
            "このアドレスへの送信を止めています。購入者に正しいアドレスをご確認ください。届くようになった場合だけ、送信を再開してください。",
        ),
        (Lang::Ja, ReturnKind::NotTaken) => (
            "一時的に受け取られませんでした",
            "メールボックスがいっぱいの場合などに起こります。送信は止めていません。続く場合は購入者にご確認ください。",
        ),
        (Lang::Ja, ReturnKind::Complained) => (
            "迷惑メールとして報告されました",
            "このアドレスへの送信を止めています。購入者の了解を得た場合だけ、送信を再開してください。",
        ),
        (Lang::En, ReturnKind::Gone) => (
            "It came back: there is no such address",
            "No mail goes there any more. Ask the buyer for the right address. Let mails go again only if it works now.",
        ),
        (Lang::En, ReturnKind::NotTaken) => (
            "It was not taken for now",
            "A full mailbox is the usual reason. Mails still go there. If it goes on, ask the buyer.",
        ),
        (Lang::En, ReturnKind::Complained) => {
            ("It was reported as unwanted", "No mail goes there any more. Let mails go again only if the buyer agrees.")
        }
    }
}

/// A line of the history of a payment or a regular purchase; `kind` is None where a mail was not sent, because an earlier one had come back.
pub const fn not_read(lang: Lang, reader: Reader, kind: Option<ReturnKind>) -> &'static str {
    match (lang, reader, kind) {
        (Lang::Ja, Reader::Payer, None) => "購入者へのメールは送信していません（以前のメールが届かなかったため）",
        (Lang::Ja, Reader::Payer, Some(ReturnKind::Gone)) => "購入者へのメールが、宛先がないため戻りました",
        (Lang::Ja, Reader::Payer, Some(ReturnKind::NotTaken)) => "購入者へのメールが、一時的に受け取られませんでした",
        (Lang::Ja, Reader::Payer, Some(ReturnKind::Complained)) => "購入者へのメールが、迷惑メールとして報告されました",
        (Lang::Ja, Reader::Shop, None) => "店舗へのメールは送信していません（以前のメールが届かなかったため）",
        (Lang::Ja, Reader::Shop, Some(ReturnKind::Gone)) => "店舗へのメールが、宛先がないため戻りました",
        (Lang::Ja, Reader::Shop, Some(ReturnKind::NotTaken)) => "店舗へのメールが、一時的に受け取られませんでした",
        (Lang::Ja, Reader::Shop, Some(ReturnKind::Complained)) => "店舗へのメールが、迷惑メールとして報告されました",
        (Lang::En, Reader::Payer, None) => "Mail to the buyer not sent: an earlier one came back",
        (Lang::En, Reader::Payer, Some(ReturnKind::Gone)) => "Mail to the buyer came back: there is no such address",
        (Lang::En, Reader::Payer, Some(ReturnKind::NotTaken)) => "Mail to the buyer was not taken for now",
        (Lang::En, Reader::Payer, Some(ReturnKind::Complained)) => "Mail to the buyer was reported as unwanted",
        (Lang::En, Reader::Shop, None) => "Mail to the shop not sent: an earlier one came back",
        (Lang::En, Reader::Shop, Some(ReturnKind::Gone)) => "Mail to the shop came back: there is no such address",
        (Lang::En, Reader::Shop, Some(ReturnKind::NotTaken)) => "Mail to the shop was not taken for now",
        (Lang::En, Reader::Shop, Some(ReturnKind::Complained)) => "Mail to the shop was reported as unwanted",
    }
}

const JA: MailReturnWords = MailReturnWords {
    title: "届かなかったメール",
    lead: "メールが戻ってきたアドレスと、迷惑メールとして報告されたアドレスです。400日間残ります。",
    empty: "届かなかったメールはありません。戻ってきたメールがあると、ここに理由と対応が表示されます。",
    address: "アドレス",
    what: "できごとと対応",
    about: "メール",
    at: "日時",
    order: |order| format!("注文 {order}"),
    link: |link| format!("決済リンク {link}"),
    plan: |plan| format!("定期購入 {plan}"),
    release: "送信を再開する",
    released: "このアドレスへの送信を再開しました。",
};

const EN: MailReturnWords = MailReturnWords {
    title: "Mails that did not arrive",
    lead: "Addresses that mails came back from, and those whose readers called a mail unwanted. They are kept for 400 days.",
    empty: "No mail came back. If one does, this is where you see why and what to do.",
    address: "Address",
    what: "What happened, what to do",
    about: "Mail",
    at: "When",
    order: |order| format!("Order {order}"),
    link: |link| format!("Payment link {link}"),
    plan: |plan| format!("Regular purchase {plan}"),
    release: "Let mails go again",
    released: "Mails go to this address again.",
};
