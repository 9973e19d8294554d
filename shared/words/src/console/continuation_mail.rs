//! The mail to the shop about a run of continuation that begins by itself.

use domain::Lang;

/// The mail about a run.
#[derive(Clone, Copy, Debug)]
pub struct ContinuationMailWords {
    /// It will begin by itself.
    pub announced: RunMailText,
    /// It did not begin.
    pub not_run: RunMailText,
    /// Row: which months.
    pub months: &'static str,
    /// Row: when it begins.
    pub day: &'static str,
    /// Row: payments.
    pub payments: &'static str,
    /// Row: what they come to.
    pub sum: &'static str,
    /// Row: payments that are left out, and why.
    pub left: fn(why: &str) -> String,
    /// Row: why it did not begin.
    pub reason: &'static str,
    /// So many payments.
    pub count: fn(number: &str) -> String,
    /// Label of the address that cancels it.
    pub cancel: &'static str,
    /// Label of its page in the console.
    pub page: &'static str,
    /// Why this mail came.
    pub why: fn(merchant: &str) -> String,
}

/// One mail.
#[derive(Clone, Copy, Debug)]
pub struct RunMailText {
    /// Subject.
    pub subject: fn(month: &str) -> String,
    /// The first line.
    pub result: fn(day: &str) -> String,
    /// What it means.
    pub meaning: &'static str,
    /// What else to know or do.
    pub advice: Option<&'static str>,
}

/// The texts of one language.
pub const fn continuation_mail(lang: Lang) -> &'static ContinuationMailWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: ContinuationMailWords = ContinuationMailWords {
    announced: RunMailText {
        subject: |month| format!("自動継続の予定のお知らせ（{month}分）"),
        result: |day| format!("{day}に、自動継続を自動で始めます。"),
        meaning: "前の月の決済を、同じカードへもう一度請求します。請求するのは、このメールの時点で対象の決済のうち、その日にも対象となるものです。後から増えたものや、金額が上がったものは請求しません。取りやめるときは、下のリンクを開いて、その日までに取りやめてください。",
        advice: Some(
            "有効期限が切れるカードと、再試行できないカードは請求しません。金額の変更などは、管理画面で計画を作成して請求してください。先に請求した決済は、自動では請求しません。",
        ),
    },
    not_run: RunMailText {
        subject: |month| format!("自動継続を始めませんでした（{month}分）"),
        result: |day| format!("{day}に予定していた自動継続を始めませんでした。"),
        meaning: "1件も請求していません。必要なときは、管理画面で計画を作成して請求してください。",
        advice: None,
    },
    months: "もとになる月と請求する月",
    day: "実行日",
    payments: "件数",
    sum: "合計金額",
    left: |why| format!("請求しないもの（{why}）"),
    reason: "理由",
    count: |number| format!("{number}件"),
    cancel: "内容を見て取りやめる",
    page: "管理画面で計画を見る",
    why: |merchant| format!("このメールは、{merchant}のショップ控えの送信先にお送りしています。"),
};

const EN: ContinuationMailWords = ContinuationMailWords {
    announced: RunMailText {
        subject: |month| format!("Continuation is to begin by itself ({month})"),
        result: |day| format!("The continuation begins by itself on {day}."),
        meaning: "Payments of the month before are charged again to the same cards: of those listed now, what is still listed on that day. What comes later, or costs more by then, is left out. To cancel it, open the link below before then.",
        advice: Some(
            "Cards that expire before it, or must not be tried again, are left out. To change amounts, draw up a plan in the console and charge it; what was charged that way is not charged again by itself.",
        ),
    },
    not_run: RunMailText {
        subject: |month| format!("Continuation did not begin ({month})"),
        result: |day| format!("The continuation that was to begin on {day} did not begin."),
        meaning: "Nothing was charged. Where it is still wanted, draw up a plan in the console and charge it.",
        advice: None,
    },
    months: "Months",
    day: "Day",
    payments: "Payments",
    sum: "Sum",
    left: |why| format!("Left out ({why})"),
    reason: "Reason",
    count: |number| number.to_owned(),
    cancel: "Look at it and cancel it",
    page: "See the plan in the console",
    why: |merchant| format!("This mail goes to the address for copies of {merchant}."),
};
