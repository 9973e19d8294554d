//! The final screen of a regular purchase (特定商取引法 12条の6): what is paid when, how long it goes on and how it is stopped.

use domain::{
    Lang,
    recurring::calendar::{Anchor, Cycle},
};

use crate::recurring;

/// Version of the wording of the final screen of a regular purchase. It stands with every first payment: whoever changes those texts counts it up.
pub const JOIN_TERMS: u16 = 3;

/// The texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct JoiningWords {
    /// Over what is paid now.
    pub now: &'static str,
    /// Heading of the contract.
    pub heading: &'static str,
    /// What kind of contract it is.
    pub contract: &'static str,
    /// It goes on until somebody ends it: how often, and what that means.
    pub open_ended: fn(cycle: &str) -> String,
    /// It ends by itself after so many times.
    pub times: fn(cycle: &str, times: u16) -> String,
    /// The first payment.
    pub first: &'static str,
    /// It is charged on the spot.
    pub first_charged: fn(amount: &str) -> String,
    /// It costs nothing.
    pub first_free: &'static str,
    /// Each following payment.
    pub following: &'static str,
    /// How often and how much.
    pub following_each: fn(cycle: &str, amount: &str) -> String,
    /// The time before the regular billing.
    pub trial: &'static str,
    /// How long, until when, and when the first regular payment comes.
    pub trial_until: fn(days: u16, last_day: &str, begins: &str) -> String,
    /// The days of billing.
    pub days: &'static str,
    /// By which rule.
    pub rule: fn(cycle: Cycle, anchor: Anchor) -> String,
    /// What all of it comes to.
    pub total: &'static str,
    /// What a year comes to.
    pub first_year: &'static str,
    /// The sum of a year of a contract without an end.
    pub first_year_sum: fn(sum: &str) -> String,
    /// How the buyer stops.
    pub stop: &'static str,
    /// By the link in every mail.
    pub stop_how: &'static str,
    /// Heading of the dates to come.
    pub dates: &'static str,
    /// Which time: the first payment is 1.
    pub nth: fn(nth: usize) -> String,
    /// More dates follow.
    pub more: &'static str,
    /// Others follow, to the last: which it is, and its day.
    pub more_until: fn(nth: &str, date: &str) -> String,
    /// The button where something is paid now.
    pub pay: fn(amount: &str) -> String,
    /// The button where nothing is.
    pub register: &'static str,
    /// The form has to be looked at again, because the subscription is another by now.
    pub changed: &'static str,
    /// One yen is authorized to register a card.
    pub register_note: &'static str,
    /// Why the box has to be ticked, at the box.
    pub consent_why: &'static str,
    /// Title of the result where nothing was paid.
    pub joined: &'static str,
    /// Under it.
    pub joined_lead: &'static str,
    /// Under it, on the way back to the shop.
    pub back_lead: &'static str,
    /// When it began.
    pub joined_at: &'static str,
    /// A mail about the contract is on its way.
    pub mail: &'static str,
    /// The next payment, in results and mails.
    pub next: &'static str,
    /// When and how much.
    pub next_on: fn(date: &str, amount: &str) -> String,
}

/// The texts.
pub const fn joining(lang: Lang) -> &'static JoiningWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: JoiningWords = JoiningWords {
    now: "今回のお支払い",
    heading: "定期購入の内容",
    contract: "ご契約",
    open_ended: |cycle| format!("定期購入（{cycle}）。期間の定めはなく、解約されるまで続きます"),
    times: |cycle, times| format!("定期購入（{cycle}）。初回を含めて全{times}回で終了します"),
    first: "初回",
    first_charged: |amount| format!("{amount}（お申し込みの時に請求します）"),
    first_free: "無料（カードの登録だけを行います）",
    following: "2回目以降",
    following_each: |cycle, amount| format!("{cycle} {amount}"),
    trial: "お試し期間",
    trial_until: |days, last_day, begins| {
        format!("{last_day}までの{days}日間。終了後は自動的に通常のお支払いへ移り、{begins}に最初の請求があります")
    },
    days: "2回目以降の請求日",
    rule: |cycle, anchor| {
        let day = anchor.day();
        let short = if day > 28 { "（その日がない月は月末）" } else { "" };
        let month = match cycle {
            Cycle::MONTHLY => "毎月".to_owned(),
            cycle => format!("{}、その月の", recurring::cycle(Lang::Ja, cycle)),
        };
        format!("{month}{day}日{short}。土日祝日と12月31日から1月3日にあたるときは、次の銀行営業日になります")
    },
    total: "お支払い総額",
    first_year: "1年間の総額",
    first_year_sum: |sum| format!("{sum}（お申し込みから1年間続けた場合。解約されるまで、その後も続きます）"),
    stop: "解約の方法",
    stop_how: "お申し込み後にお送りするメールと、お支払いのたびにお送りするメールにある解約ページから、いつでも解約できます。次の請求日の前日までに解約されると、その後の請求はありません",
    dates: "これからの請求予定",
    nth: |nth| format!("{nth}回目"),
    more: "この後も、解約されるまで同じように続きます。",
    more_until: |nth, date| {
        format!("この後も同じように続き、最後の{nth}は{date}です。途中で解約されると、その後の請求はありません。")
    },
    pay: |amount| format!("{amount}を支払って申し込む"),
    register: "カードを登録して申し込む",
    changed: "定期購入の内容が変わりました。新しい内容を確認し、もう一度お申し込みください。請求は発生していません。",
    register_note: "カードが使えることを確かめるため、1円の与信を行い、すぐに取り消します。この1円は請求されません。",
    consent_why: "定期購入を申し込むには、カードの保存への同意が必要です。内容を読み、同意の欄を選んでください。",
    joined: "お申し込みが完了しました",
    joined_lead: "カードを登録しました。今回のお支払いはありません。",
    back_lead: "カードを登録しました。今回のお支払いはありません。お店の画面に戻ります。",
    joined_at: "お申し込み日時",
    mail: "お申し込みの内容と解約の方法を、メールでお送りします。",
    next: "次回の請求",
    next_on: |date, amount| format!("{date} {amount}"),
};

const EN: JoiningWords = JoiningWords {
    now: "To pay now",
    heading: "Your regular purchase",
    contract: "Contract",
    open_ended: |cycle| format!("Regular purchase, billed {cycle}. It has no end and goes on until you stop it"),
    times: |cycle, times| {
        format!("Regular purchase, billed {cycle}. It ends by itself after {times} times, the first included")
    },
    first: "First time",
    first_charged: |amount| format!("{amount}, charged when you order"),
    first_free: "Free (your card is only registered)",
    following: "Each time after",
    following_each: |cycle, amount| format!("{amount} {cycle}"),
    trial: "Trial",
    trial_until: |days, last_day, begins| {
        format!(
            "{days} days, to {last_day}. After that regular billing begins by itself: the first charge is on {begins}"
        )
    },
    days: "Billing days after the first",
    rule: |cycle, anchor| {
        let day = anchor.day();
        let short = if day > 28 { " (the last day of a shorter month)" } else { "" };
        let cycle = recurring::cycle(Lang::En, cycle);
        format!(
            "Day {day} of the month{short}, {cycle}. On weekends, Japanese holidays and from 31 December to 3 January: the next bank business day"
        )
    },
    total: "Total of all payments",
    first_year: "Total of one year",
    first_year_sum: |sum| {
        format!("{sum}, if you keep it for a year from today. It goes on after that until you stop it")
    },
    stop: "How to stop",
    stop_how: "By the link in the mail that you get after ordering and in the mail of every payment, at any time. If you stop on the day before a billing day at the latest, nothing more is charged",
    dates: "What will be charged",
    nth: |nth| format!("No. {nth}"),
    more: "And so on, until you stop it.",
    more_until: |nth, date| {
        format!("And so on, to the last, {nth}, on {date}. If you stop before, nothing more is charged.")
    },
    pay: |amount| format!("Pay {amount} and order"),
    register: "Register your card and order",
    changed: "The regular purchase has changed. Please read the new terms and order again. Nothing was charged.",
    register_note: "To check that your card works, ¥1 is authorized and cancelled at once. This ¥1 is not charged.",
    consent_why: "To order we need your consent to save the card. Please read it and tick the box.",
    joined: "Your order is complete",
    joined_lead: "Your card is registered. Nothing was charged now.",
    back_lead: "Your card is registered. Nothing was charged now. We take you back to the shop.",
    joined_at: "Date",
    mail: "We send you a mail with the terms and the way to stop.",
    next: "Next charge",
    next_on: |date, amount| format!("{date}, {amount}"),
};
