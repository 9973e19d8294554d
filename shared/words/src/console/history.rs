//! The pages of the audit log: its entries, and whether it is what was written.

use domain::{Lang, audit_chain::Broken};

/// The pages of the audit log.
#[derive(Clone, Copy, Debug)]
pub struct HistoryWords {
    /// Title and heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// Column.
    pub number: &'static str,
    /// Column.
    pub at: &'static str,
    /// Column.
    pub who: &'static str,
    /// Column.
    pub what: &'static str,
    /// The operator of the installation.
    pub operator: fn(name: &str) -> String,
    /// A job of ours.
    pub system: &'static str,
    /// Somebody who was removed.
    pub removed: &'static str,
    /// In place of what an entry says that can't be read.
    pub unreadable: &'static str,
    /// There is nothing yet.
    pub empty: &'static str,
    /// Leads to the check.
    pub verify: &'static str,
    /// Leads to older entries.
    pub older: &'static str,
    /// Leads to the newest.
    pub newest: &'static str,
    /// Title and heading of the check.
    pub verify_title: &'static str,
    /// What is checked.
    pub verify_lead: &'static str,
    /// It is what was written.
    pub whole: &'static str,
    /// How many entries were checked.
    pub checked: &'static str,
    /// How far a signature covers them.
    pub signed: &'static str,
    /// When that was signed.
    pub signed_at: &'static str,
    /// Nothing was signed yet.
    pub not_signed: &'static str,
    /// It is not what was written.
    pub broken: &'static str,
    /// What to do then.
    pub broken_advice: &'static str,
    /// Leads back.
    pub back: &'static str,
    /// How many.
    pub count: fn(u64) -> String,
    /// Up to which.
    pub up_to: fn(u64) -> String,
}

/// What is wrong with a log; `day` is the time of [`Broken::HeadOld`], ready to be read.
pub fn broken(lang: Lang, what: Broken, day: &str) -> String {
    match (lang, what) {
        (Lang::Ja, Broken::Missing(n)) => format!("{n}番の記録がありません。"),
        (Lang::En, Broken::Missing(n)) => format!("Entry {n} is missing."),
        (Lang::Ja, Broken::Changed(n)) => format!("{n}番の記録が、書かれたときから変わっています。"),
        (Lang::En, Broken::Changed(n)) => format!("Entry {n} is not as it was written."),
        (Lang::Ja, Broken::Moved(n)) => format!("{n}番の記録の順序が変わっています。"),
        (Lang::En, Broken::Moved(n)) => format!("Entry {n} stands in another place."),
        (Lang::Ja, Broken::HeadMissing(n)) => format!("{n}番の署名がありません。"),
        (Lang::En, Broken::HeadMissing(n)) => format!("Signature {n} is missing."),
        (Lang::Ja, Broken::HeadForged(n)) => format!("{n}番の署名が正しくありません。"),
        (Lang::En, Broken::HeadForged(n)) => format!("Signature {n} is not ours."),
        (Lang::Ja, Broken::HeadDiffers(n)) => format!("{n}番の署名をしたときの記録と一致しません。"),
        (Lang::En, Broken::HeadDiffers(n)) => format!("The log is not the one that signature {n} was made over."),
        (Lang::Ja, Broken::HeadOld(_)) => format!("{day} から署名されていません。"),
        (Lang::En, Broken::HeadOld(_)) => format!("Nothing was signed since {day}."),
    }
}

/// The texts of one language.
pub const fn history(lang: Lang) -> &'static HistoryWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: HistoryWords = HistoryWords {
    title: "操作履歴",
    lead: "この加盟店で、だれが、いつ、何をしたかの記録です。12か月以上、設定の保存期間まで保存されます。書き換えや削除はできず、1日に1回署名されます。",
    number: "番号",
    at: "日時",
    who: "操作した方",
    what: "内容",
    operator: |name| format!("運営会社（{name}）"),
    system: "システム",
    removed: "削除された利用者",
    unreadable: "この記録は読み取れません。",
    empty: "まだ記録はありません。サインインや設定の変更をすると、ここに表示されます。",
    verify: "改ざんがないか確認する",
    older: "古い記録",
    newest: "最新の記録",
    verify_title: "操作履歴の確認",
    verify_lead: "すべての記録のつながりと、毎日の署名を確かめました。",
    whole: "記録は書かれたときのままです。",
    checked: "確認した記録",
    signed: "署名のある記録",
    signed_at: "最後に署名した日時",
    not_signed: "まだ署名されていません。1日以内に署名されます。",
    broken: "記録が書かれたときのままではありません。",
    broken_advice: "決済サービスの運営会社に、すぐにご連絡ください。それまで、この加盟店の利用者と設定に覚えのない変更がないかをご確認ください。",
    back: "操作履歴に戻る",
    count: |n| format!("{n}件"),
    up_to: |n| format!("{n}番まで"),
};

const EN: HistoryWords = HistoryWords {
    title: "Audit log",
    lead: "Who did what and when for this merchant. It is kept for as long as your settings say, 12 months at least, can't be changed or removed, and is signed once a day.",
    number: "No.",
    at: "When",
    who: "Who",
    what: "What",
    operator: |name| format!("Operator ({name})"),
    system: "System",
    removed: "a removed person",
    unreadable: "This entry can’t be read.",
    empty: "Nothing is recorded yet. Signing in and every change will be shown here.",
    verify: "Check that nothing was tampered with",
    older: "Older entries",
    newest: "Newest entries",
    verify_title: "Check of the audit log",
    verify_lead: "The chain of all entries and the daily signatures were checked.",
    whole: "The log is what was written.",
    checked: "Entries checked",
    signed: "Covered by a signature",
    signed_at: "Last signed",
    not_signed: "Nothing is signed yet. It will be within a day.",
    broken: "The log is not what was written.",
    broken_advice: "Tell the company that runs this service at once, and look whether people or settings of this merchant were changed without your knowledge.",
    back: "Back to the audit log",
    count: |n| n.to_string(),
    up_to: |n| format!("up to no. {n}"),
};
