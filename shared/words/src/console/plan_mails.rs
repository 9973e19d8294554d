//! The mails about a regular purchase, as its page in the console names them.

use domain::{
    Lang,
    payment::Reader,
    recurring::plan::{PlanTidings, ReminderKind},
};

/// A mail that was sent: about what, and to whom.
pub fn mailed(lang: Lang, tidings: PlanTidings, reader: Reader) -> String {
    let about = about(lang, tidings);
    match (lang, reader) {
        (Lang::Ja, Reader::Payer) => format!("購入者に「{about}」のメールを送信"),
        (Lang::Ja, Reader::Shop) => format!("店舗に「{about}」のメールを送信"),
        (Lang::En, Reader::Payer) => format!("Mail to the buyer: {about}"),
        (Lang::En, Reader::Shop) => format!("Mail to the shop: {about}"),
    }
}

const fn about(lang: Lang, tidings: PlanTidings) -> &'static str {
    match (lang, tidings) {
        (Lang::Ja, PlanTidings::Joined) => "申し込みの受け付け",
        (Lang::En, PlanTidings::Joined) => "it began",
        (Lang::Ja, PlanTidings::Failed) => "決済できず、再度決済すること",
        (Lang::En, PlanTidings::Failed) => "not charged, tried again",
        (Lang::Ja, PlanTidings::LastTry) => "次が最後の再決済であること",
        (Lang::En, PlanTidings::LastTry) => "the next try is the last",
        (Lang::Ja, PlanTidings::Unpaid) => "決済できず、停止したこと",
        (Lang::En, PlanTidings::Unpaid) => "paused, because it could not be charged",
        (Lang::Ja, PlanTidings::Asked) => "遅れた決済の確認",
        (Lang::En, PlanTidings::Asked) => "a late period waits for a decision",
        (Lang::Ja, PlanTidings::Skipped) => "決済の見送り",
        (Lang::En, PlanTidings::Skipped) => "a period is not charged",
        (Lang::Ja, PlanTidings::Proposed) => "条件変更への同意のお願い",
        (Lang::En, PlanTidings::Proposed) => "a change to agree to",
        (Lang::Ja, PlanTidings::Changed) => "条件の変更",
        (Lang::En, PlanTidings::Changed) => "what is charged changes",
        (Lang::Ja, PlanTidings::Moved) => "決済日の変更",
        (Lang::En, PlanTidings::Moved) => "the day of the month moves",
        (Lang::Ja, PlanTidings::Paused) => "一時停止",
        (Lang::En, PlanTidings::Paused) => "paused",
        (Lang::Ja, PlanTidings::Resumed) => "再開",
        (Lang::En, PlanTidings::Resumed) => "it goes on",
        (Lang::Ja, PlanTidings::Ended) => "終了",
        (Lang::En, PlanTidings::Ended) => "it is over",
        (Lang::Ja, PlanTidings::Reminded(ReminderKind::TrialEnds)) => "お試し期間の終了の予告",
        (Lang::En, PlanTidings::Reminded(ReminderKind::TrialEnds)) => "the trial ends soon",
        (Lang::Ja, PlanTidings::Reminded(ReminderKind::PriceChanges)) => "金額の変更の予告",
        (Lang::En, PlanTidings::Reminded(ReminderKind::PriceChanges)) => "the amount changes soon",
        (Lang::Ja, PlanTidings::Reminded(ReminderKind::Billing)) => "決済の予告",
        (Lang::En, PlanTidings::Reminded(ReminderKind::Billing)) => "a period is charged soon",
        (Lang::Ja, PlanTidings::CardExpires) => "カードの有効期限",
        (Lang::En, PlanTidings::CardExpires) => "the card expires before the next date",
        (Lang::Ja, PlanTidings::Link) => "ページの新しいアドレス",
        (Lang::En, PlanTidings::Link) => "another address of the page",
    }
}
