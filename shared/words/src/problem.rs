//! What went wrong, and what the reader can do about it: at a field, at the card company, or with the page itself.

use std::borrow::Cow;

use domain::{
    CardError, Lang, Yen,
    acquirer::{DeclineCategory, DeclineCode},
};

use crate::format::money;

/// What is wrong with a field of the card form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormProblem {
    /// A card field.
    Card(CardError),
    /// A test merchant was given a real card.
    TestCardsOnly,
    /// A live merchant was given a test card.
    TestCardRefused,
    /// No e-mail address was typed.
    MailMissing,
    /// What was typed is no e-mail address.
    MailMalformed,
    /// A card can't be kept without the consent to it.
    KeepMissing,
    /// Nobody joins a regular purchase without the consent to keep the card.
    JoinMissing,
    /// The regular purchase is another than the form showed: it has to be agreed to anew.
    JoinChanged,
    /// The kept card that the form offered was deleted, replaced or has expired since.
    KeptCardGone,
    /// The card may not be tried here now, or never again. The text does not tell which, nor why: whoever tests stolen cards learns nothing.
    CardNotTaken,
    /// A free item.
    Free {
        /// Which one, 1 to 3.
        item: u8,
        /// The merchant's label.
        label: String,
        /// What is wrong with it.
        problem: FreeProblem,
    },
}

/// What is wrong with a free item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeProblem {
    /// The merchant requires it, and it is empty.
    Missing,
    /// Wider than 128.
    TooLong,
    /// It holds a card number, which must never land there.
    CardNumber,
}

impl FormProblem {
    /// The name of the form field it belongs to.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Card(error) => match error {
                CardError::NumberMissing
                | CardError::NumberMalformed
                | CardError::NumberCheckDigit
                | CardError::BrandUnknown => "card_number",
                CardError::ExpiryMissing | CardError::ExpiryMalformed | CardError::Expired => "card_expiry",
                CardError::CodeMissing | CardError::CodeMalformed => "card_code",
                CardError::HolderMissing | CardError::HolderMalformed => "card_name",
            },
            Self::TestCardsOnly | Self::TestCardRefused | Self::KeptCardGone | Self::CardNotTaken => "card_number",
            Self::MailMissing | Self::MailMalformed => "mail",
            Self::KeepMissing | Self::JoinMissing | Self::JoinChanged => "keep_card",
            Self::Free { item: 1, .. } => "free1",
            Self::Free { item: 2, .. } => "free2",
            Self::Free { .. } => "free3",
        }
    }
}

/// One sentence of what is wrong, one of what to do.
pub fn form_problem(lang: Lang, problem: &FormProblem) -> Cow<'static, str> {
    match lang {
        Lang::Ja => form_problem_ja(problem),
        Lang::En => form_problem_en(problem),
    }
}

fn form_problem_ja(problem: &FormProblem) -> Cow<'static, str> {
    Cow::Borrowed(match problem {
        FormProblem::Card(error) => card_error_ja(*error),
        FormProblem::TestCardsOnly => {
            "このお店はテスト中のため、テスト用のカード番号だけが使えます。実際のカードの番号は入力しないでください。"
        }
        FormProblem::TestCardRefused => "テスト用のカード番号は使えません。お手持ちのカードの番号を入力してください。",
        FormProblem::MailMissing => "メールアドレスを入力してください。お支払いの結果をお送りします。",
        FormProblem::MailMalformed => {
            "メールアドレスの形が正しくありません。name@example.jp のように入力してください。"
        }
        FormProblem::KeepMissing => {
            "カードを変更するには、保存への同意が必要です。内容を読み、同意の欄を選んでください。"
        }
        FormProblem::JoinMissing => crate::joining(Lang::Ja).consent_why,
        FormProblem::JoinChanged => crate::joining(Lang::Ja).changed,
        FormProblem::KeptCardGone => {
            "保存されていたカードは使えなくなりました。お支払いに使うカードを入力してください。"
        }
        FormProblem::CardNotTaken => {
            "このカードはお使いいただけません。カード会社への照会は行わず、請求も発生していません。別のカードをお使いください。"
        }
        FormProblem::Free { label, problem, .. } => {
            return Cow::Owned(match problem {
                FreeProblem::Missing => format!("「{label}」を入力してください。"),
                FreeProblem::TooLong => format!("「{label}」が長すぎます。全角64文字以内で入力してください。"),
                FreeProblem::CardNumber => {
                    format!("「{label}」にカード番号は入力できません。カード番号はカード情報の欄に入力してください。")
                }
            });
        }
    })
}

fn form_problem_en(problem: &FormProblem) -> Cow<'static, str> {
    Cow::Borrowed(match problem {
        FormProblem::Card(error) => card_error_en(*error),
        FormProblem::TestCardsOnly => {
            "This shop is being tested and takes test card numbers only. Please do not enter a real card."
        }
        FormProblem::TestCardRefused => "Test card numbers can’t be used here. Enter the number of your own card.",
        FormProblem::MailMissing => "Enter your e-mail address. We send the result of your payment there.",
        FormProblem::MailMalformed => "This does not look like an e-mail address. Enter it like name@example.com.",
        FormProblem::KeepMissing => {
            "To replace the card we need your consent to save it. Please read it and tick the box."
        }
        FormProblem::JoinMissing => crate::joining(Lang::En).consent_why,
        FormProblem::JoinChanged => crate::joining(Lang::En).changed,
        FormProblem::KeptCardGone => "The saved card can’t be used any more. Enter the card you want to pay with.",
        FormProblem::CardNotTaken => {
            "This card can’t be used here. The card company was not asked, and nothing was charged. Please use another card."
        }
        FormProblem::Free { label, problem, .. } => {
            return Cow::Owned(match problem {
                FreeProblem::Missing => format!("Enter “{label}”."),
                FreeProblem::TooLong => format!("“{label}” is too long. Use 128 characters or fewer."),
                FreeProblem::CardNumber => {
                    format!("“{label}” can’t hold a card number. Enter the card number in the card details.")
                }
            });
        }
    })
}

const fn card_error_ja(error: CardError) -> &'static str {
    match error {
        CardError::NumberMissing => "カード番号を入力してください。",
        CardError::NumberMalformed => {
            "カード番号の桁数が合いません。カードに記載の番号を、数字だけで入力してください。"
        }
        CardError::NumberCheckDigit => "カード番号に誤りがあります。カードを見ながら、1桁ずつ確認してください。",
        CardError::BrandUnknown => "この番号のカードは使えません。ご利用いただける別のカードの番号を入力してください。",
        CardError::ExpiryMissing => "有効期限を入力してください。",
        CardError::ExpiryMalformed => "有効期限を確認してください。月 / 年の順に、08/29 のように入力してください。",
        CardError::Expired => "有効期限が過ぎています。カードの表面を確認してください。",
        CardError::CodeMissing => "セキュリティコードを入力してください。",
        CardError::CodeMalformed => {
            "セキュリティコードの桁数が合いません。裏面の3桁、アメリカン・エキスプレスは表面の4桁を入力してください。"
        }
        CardError::HolderMissing => "カード名義人を入力してください。",
        CardError::HolderMalformed => {
            "カード名義人を確認してください。カードに記載のお名前を、45文字以内で入力してください。"
        }
    }
}

const fn card_error_en(error: CardError) -> &'static str {
    match error {
        CardError::NumberMissing => "Enter your card number.",
        CardError::NumberMalformed => {
            "The card number has too few or too many digits. Enter the number on your card, digits only."
        }
        CardError::NumberCheckDigit => {
            "There is a mistake in the card number. Please compare it with your card, digit by digit."
        }
        CardError::BrandUnknown => "Cards with this number can’t be used here. Enter the number of another card.",
        CardError::ExpiryMissing => "Enter the expiry date.",
        CardError::ExpiryMalformed => "Please check the expiry date. Enter month and year like 08/29.",
        CardError::Expired => "This expiry date is in the past. Please check the front of your card.",
        CardError::CodeMissing => "Enter the security code.",
        CardError::CodeMalformed => {
            "The security code has too few or too many digits. Enter the 3 digits on the back, on American Express the 4 on the front."
        }
        CardError::HolderMissing => "Enter the name on your card.",
        CardError::HolderMalformed => {
            "Please check the name. Enter it as printed on your card, 45 characters or fewer."
        }
    }
}

/// What is wrong with a typed amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountProblem {
    /// Nothing was typed.
    Missing,
    /// Something other than digits.
    Malformed,
    /// Zero, or more than the merchant takes.
    OutOfRange,
}

/// One sentence of what to type. `most` is the largest amount the merchant takes.
pub fn amount_problem(lang: Lang, problem: AmountProblem, most: Yen) -> String {
    let most = money(lang, most);
    match (lang, problem) {
        (Lang::Ja, AmountProblem::Missing) => "お支払い金額を入力してください。".to_owned(),
        (Lang::Ja, AmountProblem::Malformed) => "お支払い金額は数字だけで、2000 のように入力してください。".to_owned(),
        (Lang::Ja, AmountProblem::OutOfRange) => {
            format!("お支払い金額は1円から{most}までです。金額を確認してください。")
        }
        (Lang::En, AmountProblem::Missing) => "Enter the amount to pay.".to_owned(),
        (Lang::En, AmountProblem::Malformed) => "Enter the amount in digits only, like 2000.".to_owned(),
        (Lang::En, AmountProblem::OutOfRange) => format!("The amount must be from ¥1 to {most}. Please check it."),
    }
}

/// A decline, told kindly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclineText {
    /// What happened.
    pub what: &'static str,
    /// What the shopper can do.
    pub advice: &'static str,
}

/// Tells a shopper of a decline by its category only: the code itself would tell a thief what to mend.
pub const fn decline(lang: Lang, code: DeclineCode) -> DeclineText {
    match (lang, code.category()) {
        (Lang::Ja, DeclineCategory::NeverRetry) => DeclineText {
            what: "カード会社の承認が得られませんでした。",
            advice: "理由はカード会社から当方には知らされません。別のカードをお使いいただくか、カード裏面の連絡先へお問い合わせください。",
        },
        (Lang::Ja, DeclineCategory::RetryLater) => DeclineText {
            what: "カード会社の承認が得られませんでした。",
            advice: "別のカードをお使いいただくか、時間をおいてもう一度お試しください。ご不明な点は、カード裏面の連絡先へお問い合わせください。",
        },
        (Lang::Ja, DeclineCategory::FixData) => DeclineText {
            what: "カード会社の承認が得られませんでした。",
            advice: "カード番号、有効期限、セキュリティコードをカードでご確認のうえ、もう一度入力してください。別のカードもお使いいただけます。",
        },
        (Lang::Ja, DeclineCategory::BringPayerBack) => DeclineText {
            what: "カード会社による本人認証が完了しませんでした。",
            advice: "もう一度お試しいただくか、別のカードをお使いください。認証の方法が分からないときは、カード裏面の連絡先へお問い合わせください。",
        },
        (Lang::En, DeclineCategory::NeverRetry) => DeclineText {
            what: "Your card company did not give its approval.",
            advice: "It does not tell us why. Please use another card, or call the number on the back of your card.",
        },
        (Lang::En, DeclineCategory::RetryLater) => DeclineText {
            what: "Your card company did not give its approval.",
            advice: "Please use another card, or try again later. For questions, call the number on the back of your card.",
        },
        (Lang::En, DeclineCategory::FixData) => DeclineText {
            what: "Your card company did not give its approval.",
            advice: "Please compare the card number, expiry date and security code with your card and enter them again, or use another card.",
        },
        (Lang::En, DeclineCategory::BringPayerBack) => DeclineText {
            what: "The authentication by your card company was not completed.",
            advice: "Please try again, or use another card. If you do not know how to authenticate, call the number on the back of your card.",
        },
    }
}

/// As [`decline`], where the card is a kept one: its number and expiry are not typed, so the code is all there is to mend.
pub const fn decline_kept(lang: Lang, code: DeclineCode) -> DeclineText {
    let text = decline(lang, code);
    match (lang, code.category()) {
        (Lang::Ja, DeclineCategory::FixData) => DeclineText {
            advice: "セキュリティコードをカードでご確認のうえ、もう一度入力してください。カードが新しくなったときは、「別のカードを使う」から入力してください。",
            ..text
        },
        (Lang::En, DeclineCategory::FixData) => DeclineText {
            advice: "Please compare the security code with your card and enter it again. If you have a new card, enter it under “Use another card”.",
            ..text
        },
        (
            Lang::Ja | Lang::En,
            DeclineCategory::NeverRetry | DeclineCategory::RetryLater | DeclineCategory::BringPayerBack,
        ) => text,
    }
}

/// Why a page can’t be shown or a payment can’t go on, where the shopper is not at fault and no field is to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// The order number belongs to another purchase.
    OrderUsed,
    /// The order is running or paid with another amount.
    AmountConflict,
    /// The attempts of this visit are used up.
    AttemptsUsedUp,
    /// Too many cards failed of late, here or elsewhere. The page says neither what was counted nor for how long, and the
    /// code is neutral: whoever tests stolen cards learns nothing.
    TooManyFailures,
    /// The merchant's payments of the day come to as much as the operator allows.
    DayLimit,
    /// The merchant may not trade at present.
    MerchantSuspended,
    /// The form was open for too long, or its merchant's settings have changed.
    PageExpired,
    /// The form came back changed or cut.
    FormUnreadable,
    /// The link is not active, or there is none at this address.
    LinkClosed,
    /// The link's time is over.
    LinkExpired,
    /// The merchant revoked the link.
    LinkRevoked,
    /// The offer of a regular purchase was withdrawn, or there is none.
    OfferClosed,
    /// There is no receipt, because nothing was paid or what was paid was given back.
    NoReceipt,
    /// We can't work at present; nothing was begun.
    Unavailable,
    /// Nothing is at this address.
    NotFound,
    /// The address does not take this method.
    MethodNotAllowed,
    /// The request is too large.
    TooLarge,
}

/// A notice in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeText {
    /// Title and heading.
    pub title: &'static str,
    /// What happened, and whether anything was charged.
    pub lead: &'static str,
    /// What to do.
    pub advice: &'static str,
}

impl Notice {
    /// Every notice, for tests and galleries.
    pub const ALL: [Self; 17] = [
        Self::OrderUsed,
        Self::AmountConflict,
        Self::AttemptsUsedUp,
        Self::TooManyFailures,
        Self::DayLimit,
        Self::MerchantSuspended,
        Self::PageExpired,
        Self::FormUnreadable,
        Self::LinkClosed,
        Self::LinkExpired,
        Self::LinkRevoked,
        Self::OfferClosed,
        Self::NoReceipt,
        Self::Unavailable,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::TooLarge,
    ];

    /// The stable code, the same in every language and version.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OrderUsed => "order_used",
            Self::AmountConflict => "amount_conflict",
            Self::AttemptsUsedUp => "attempts_used_up",
            Self::TooManyFailures => "try_later",
            Self::DayLimit => "day_limit",
            Self::MerchantSuspended => "merchant_suspended",
            Self::PageExpired => "page_expired",
            Self::FormUnreadable => "form_unreadable",
            Self::LinkClosed => "link_closed",
            Self::LinkExpired => "link_expired",
            Self::LinkRevoked => "link_revoked",
            Self::OfferClosed => "offer_closed",
            Self::NoReceipt => "no_receipt",
            Self::Unavailable => "unavailable",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge => "too_large",
        }
    }
}

/// A notice in words.
pub const fn notice(lang: Lang, notice: Notice) -> NoticeText {
    match lang {
        Lang::Ja => notice_ja(notice),
        Lang::En => notice_en(notice),
    }
}

const fn notice_ja(notice: Notice) -> NoticeText {
    match notice {
        Notice::OrderUsed => NoticeText {
            title: "この注文番号はすでに使われています",
            lead: "同じ注文番号で別のお支払いの手続きがあるため、このお支払いは始められませんでした。この画面での請求は発生していません。",
            advice: "お店のご注文履歴をご確認ください。ご不明な点はお店へお問い合わせください。",
        },
        Notice::AmountConflict => NoticeText {
            title: "お支払い金額が一致しません",
            lead: "この注文番号では、異なる金額のお支払いがすでに行われているか、手続き中です。この画面での請求は発生していません。",
            advice: "もう一度支払う前に、お店のご注文履歴をご確認ください。ご不明な点はお店へお問い合わせください。",
        },
        Notice::AttemptsUsedUp => NoticeText {
            title: "お支払いを完了できませんでした",
            lead: "安全のため、お試しいただける回数に達した時点で手続きを終了しました。請求は発生していません。",
            advice: "お店のページに戻り、あらためてご注文いただくか、別のお支払い方法をお選びください。",
        },
        Notice::TooManyFailures => NoticeText {
            title: "ただいまカードを受け付けられません",
            lead: "安全のため、カードの受付を一時的に控えています。カード会社への照会は行わず、請求も発生していません。",
            advice: "しばらくしてから、もう一度お試しください。お急ぎのときや、続けて表示されるときは、下のコードを添えてお店へお問い合わせください。",
        },
        Notice::DayLimit => NoticeText {
            title: "本日は、このお店のカード決済を受け付けられません",
            lead: "このお店で1日に受け付けられる金額に達しました。カード会社への照会は行わず、請求も発生していません。",
            advice: "日付が変わってからもう一度お試しいただくか、ほかのお支払い方法をお店へお問い合わせください。",
        },
        Notice::MerchantSuspended => NoticeText {
            title: "現在、このお店ではお支払いいただけません",
            lead: "このお店のカード決済は停止しています。請求は発生していません。",
            advice: "お支払いについては、お店へお問い合わせください。",
        },
        Notice::PageExpired => NoticeText {
            title: "この画面の有効期限が切れました",
            lead: "安全のため、時間がたったお支払い画面は使えなくなります。この画面での請求は発生していません。",
            advice: "お店のページに戻り、もう一度お支払いの手続きをしてください。",
        },
        Notice::FormUnreadable => NoticeText {
            title: "お支払い画面を読み取れませんでした",
            lead: "送信された内容が途中で欠けたか、変わっていました。この画面での請求は発生していません。",
            advice: "お店のページに戻り、もう一度お支払いの手続きをしてください。",
        },
        Notice::LinkClosed => NoticeText {
            title: "このお支払いリンクは使えません",
            lead: "リンクの受付が終わったか、アドレスが間違っています。請求は発生していません。",
            advice: "アドレスを確認しても開けないときは、リンクを受け取ったお店へお問い合わせください。",
        },
        Notice::LinkExpired => NoticeText {
            title: "このお支払いリンクは期限が過ぎています",
            lead: "お申し込みの期限が過ぎたため、受付を終了しました。この画面での請求は発生していません。",
            advice: "お支払いをご希望のときは、リンクを受け取ったお店へお問い合わせください。",
        },
        Notice::LinkRevoked => NoticeText {
            title: "このお支払いリンクは取り消されました",
            lead: "お店がこのリンクの受付を取りやめました。この画面での請求は発生していません。",
            advice: "ご不明な点は、リンクを受け取ったお店へお問い合わせください。",
        },
        Notice::OfferClosed => NoticeText {
            title: "この定期購入の受付は終了しました",
            lead: "お店がこの定期購入の受付を取りやめました。この画面での請求は発生していません。",
            advice: "ご不明な点は、お店へお問い合わせください。",
        },
        Notice::NoReceipt => NoticeText {
            title: "領収書はありません",
            lead: "このご注文のお支払いは、完了していないか、取り消されています。",
            advice: "ご不明な点はお店へお問い合わせください。",
        },
        Notice::Unavailable => NoticeText {
            title: "ただいま画面を表示できません",
            lead: "一時的な不具合が起きています。分かっているかぎり、この操作で請求は発生していません。",
            advice: "少し時間をおいて、もう一度お試しください。すでに支払いのボタンを押したときは、もう一度支払う前に、お店またはメールで結果をご確認ください。",
        },
        Notice::NotFound => NoticeText {
            title: "ページが見つかりません",
            lead: "アドレスが間違っているか、ページがなくなっています。",
            advice: "お店のページに戻り、もう一度お支払いの手続きをしてください。",
        },
        Notice::MethodNotAllowed => NoticeText {
            title: "この方法では開けません",
            lead: "このアドレスは、この方法では開けません。請求は発生していません。",
            advice: "お店のページに戻り、もう一度お支払いの手続きをしてください。",
        },
        Notice::TooLarge => NoticeText {
            title: "送信された内容が大きすぎます",
            lead: "受け取れる大きさを超えているため、処理しませんでした。請求は発生していません。",
            advice: "お店のページに戻り、もう一度お支払いの手続きをしてください。",
        },
    }
}

const fn notice_en(notice: Notice) -> NoticeText {
    match notice {
        Notice::OrderUsed => NoticeText {
            title: "This order number is already in use",
            lead: "There is another payment under the same order number, so this one was not started. Nothing was charged from this page.",
            advice: "Please look at your orders in the shop, or ask the shop.",
        },
        Notice::AmountConflict => NoticeText {
            title: "The amount does not match",
            lead: "A payment of another amount has been made or is being made under this order number. Nothing was charged from this page.",
            advice: "Before you pay again, please look at your orders in the shop, or ask the shop.",
        },
        Notice::AttemptsUsedUp => NoticeText {
            title: "The payment was not completed",
            lead: "For your safety it ended after the number of tries that is allowed. Nothing was charged.",
            advice: "Please go back to the shop to order again or to choose another way to pay.",
        },
        Notice::TooManyFailures => NoticeText {
            title: "We can’t take cards right now",
            lead: "As a precaution, cards are not taken here for a while. Your card company was not asked, and nothing was charged.",
            advice: "Please try again later. If you are in a hurry or see this again, tell the shop the code below.",
        },
        Notice::DayLimit => NoticeText {
            title: "This shop can’t take more card payments today",
            lead: "It has reached what it may take in a day. Your card company was not asked, and nothing was charged.",
            advice: "Please try again tomorrow, or ask the shop how else you can pay.",
        },
        Notice::MerchantSuspended => NoticeText {
            title: "This shop can’t take payments at present",
            lead: "Card payments of this shop are suspended. Nothing was charged.",
            advice: "Please ask the shop how to pay.",
        },
        Notice::PageExpired => NoticeText {
            title: "This page has expired",
            lead: "For your safety a payment page can be used for a limited time only. Nothing was charged from this page.",
            advice: "Please go back to the shop and start the payment again.",
        },
        Notice::FormUnreadable => NoticeText {
            title: "The form could not be read",
            lead: "What was sent had been cut or changed on the way. Nothing was charged from this page.",
            advice: "Please go back to the shop and start the payment again.",
        },
        Notice::LinkClosed => NoticeText {
            title: "This payment link can’t be used",
            lead: "It is no longer open, or its address is wrong. Nothing was charged.",
            advice: "If the address is right, please ask the shop that sent you the link.",
        },
        Notice::LinkExpired => NoticeText {
            title: "This payment link has expired",
            lead: "The time to order with it is over. Nothing was charged from this page.",
            advice: "If you still want to pay, please ask the shop that sent you the link.",
        },
        Notice::LinkRevoked => NoticeText {
            title: "This payment link was withdrawn",
            lead: "The shop no longer takes payments by it. Nothing was charged from this page.",
            advice: "If you have questions, please ask the shop that sent you the link.",
        },
        Notice::OfferClosed => NoticeText {
            title: "This subscription is no longer offered",
            lead: "The shop has withdrawn it. Nothing was charged on this page.",
            advice: "If you have any questions, please ask the shop.",
        },
        Notice::NoReceipt => NoticeText {
            title: "There is no receipt",
            lead: "This order was not paid, or its payment was cancelled.",
            advice: "If you have questions, please ask the shop.",
        },
        Notice::Unavailable => NoticeText {
            title: "We can’t show this page right now",
            lead: "Something is temporarily wrong on our side. As far as we know, nothing was charged by this step.",
            advice: "Please try again in a little while. If you had already pressed the pay button, check the result in the shop or in your e-mail before you pay again.",
        },
        Notice::NotFound => NoticeText {
            title: "Page not found",
            lead: "The address is wrong, or the page is gone.",
            advice: "Please go back to the shop and start the payment again.",
        },
        Notice::MethodNotAllowed => NoticeText {
            title: "This page can’t be opened this way",
            lead: "The address does not take this kind of request. Nothing was charged.",
            advice: "Please go back to the shop and start the payment again.",
        },
        Notice::TooLarge => NoticeText {
            title: "Too much was sent",
            lead: "The request is larger than we accept, so it was not processed. Nothing was charged.",
            advice: "Please go back to the shop and start the payment again.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD_ERRORS: [CardError; 11] = [
        CardError::NumberMissing,
        CardError::NumberMalformed,
        CardError::NumberCheckDigit,
        CardError::BrandUnknown,
        CardError::ExpiryMissing,
        CardError::ExpiryMalformed,
        CardError::Expired,
        CardError::CodeMissing,
        CardError::CodeMalformed,
        CardError::HolderMissing,
        CardError::HolderMalformed,
    ];

    #[test]
    fn an_expired_card_is_told_in_the_words_of_the_specification() {
        let text = form_problem(Lang::Ja, &FormProblem::Card(CardError::Expired));
        assert_eq!(text, "有効期限が過ぎています。カードの表面を確認してください。");
    }

    #[test]
    fn nobody_is_told_that_input_is_invalid() {
        for error in CARD_ERRORS {
            let text = form_problem(Lang::En, &FormProblem::Card(error));
            assert!(!text.to_lowercase().contains("invalid"), "{text}");
            assert!(text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn codes_of_one_category_read_the_same() {
        for lang in [Lang::Ja, Lang::En] {
            assert_eq!(decline(lang, DeclineCode::StolenCard), decline(lang, DeclineCode::CardNotSupported));
            assert_eq!(decline(lang, DeclineCode::IncorrectCvc), decline(lang, DeclineCode::ExpiredCard));
            for code in DeclineCode::ALL {
                let text = decline(lang, code);
                for hint in ["stolen", "lost", "fraud", "盗難", "紛失", "不正", "残高"] {
                    assert!(!text.what.contains(hint) && !text.advice.contains(hint), "{code:?} says {hint}");
                }
            }
        }
    }

    #[test]
    fn notices_have_codes_of_their_own() {
        let codes: std::collections::BTreeSet<_> = Notice::ALL.iter().map(|n| n.code()).collect();
        assert_eq!(codes.len(), Notice::ALL.len());
    }
}
