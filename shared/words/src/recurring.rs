//! Regular purchases and continuation in words: where a plan stands and why, how often it is charged, what a clerk should look at.

pub mod mail;
pub mod page;

use domain::{
    Lang,
    recurring::{
        calendar::{Certainty, Cycle, RunDay},
        continuation::{Flag, Month},
        plan::{EndReason, PauseReason, PlanState, Progress, Rate},
    },
};

use crate::{day, money};

/// Where a plan stands, in a word: 継続中, 停止, 終了.
pub const fn state(lang: Lang, state: &PlanState) -> &'static str {
    match (lang, state) {
        (Lang::Ja, PlanState::Active(_)) => "継続中",
        (Lang::En, PlanState::Active(_)) => "Active",
        (Lang::Ja, PlanState::Paused { .. }) => "停止",
        (Lang::En, PlanState::Paused { .. }) => "Paused",
        (Lang::Ja, PlanState::Ended { .. }) => "終了",
        (Lang::En, PlanState::Ended { .. }) => "Ended",
    }
}

/// Why it stands there, or how far its next period is.
pub const fn standing(lang: Lang, state: &PlanState) -> &'static str {
    match state {
        PlanState::Active(progress) => progressing(lang, progress),
        PlanState::Paused { why, .. } => paused(lang, why),
        PlanState::Ended { why, .. } => ended(lang, why),
    }
}

const fn progressing(lang: Lang, progress: &Progress) -> &'static str {
    match (lang, progress) {
        (Lang::Ja, Progress::Waiting) => "次回の決済日を待っています",
        (Lang::En, Progress::Waiting) => "Waiting for the next date",
        (Lang::Ja, Progress::Retrying { .. }) => "承認されなかったため、再試行の予定です",
        (Lang::En, Progress::Retrying { .. }) => "Declined; it is tried again",
        (Lang::Ja, Progress::Immediate { .. }) => "決済を行います",
        (Lang::En, Progress::Immediate { .. }) => "About to be charged",
        (Lang::Ja, Progress::Asked { .. }) => "決済日を過ぎています。決済するかどうかをお決めください",
        (Lang::En, Progress::Asked { .. }) => "Past its date: decide whether it is charged",
    }
}

const fn paused(lang: Lang, why: &PauseReason) -> &'static str {
    match (lang, why) {
        (Lang::Ja, PauseReason::Buyer) => "購入者が停止しました",
        (Lang::En, PauseReason::Buyer) => "Paused by the buyer",
        (Lang::Ja, PauseReason::Merchant) => "お店が停止しました",
        (Lang::En, PauseReason::Merchant) => "Paused by the shop",
        (Lang::Ja, PauseReason::Unpaid(_)) => "カードが承認されないため、停止しています",
        (Lang::En, PauseReason::Unpaid(_)) => "Paused because the card is declined",
    }
}

const fn ended(lang: Lang, why: &EndReason) -> &'static str {
    match (lang, why) {
        (Lang::Ja, EndReason::Buyer) => "購入者が解約しました",
        (Lang::En, EndReason::Buyer) => "Ended by the buyer",
        (Lang::Ja, EndReason::Merchant) => "お店が終了しました",
        (Lang::En, EndReason::Merchant) => "Ended by the shop",
        (Lang::Ja, EndReason::Network) => "カード会員が、カード会社に支払いの停止を申し出ました",
        (Lang::En, EndReason::Network) => "The cardholder stopped payments at the card company",
        (Lang::Ja, EndReason::Completed) => "お約束の回数が終わりました",
        (Lang::En, EndReason::Completed) => "All agreed periods are charged",
    }
}

/// How often it is charged: `毎月`, `3か月ごと`; `every month`, `every 3 months`.
pub fn cycle(lang: Lang, cycle: Cycle) -> String {
    match (lang, cycle.months()) {
        (Lang::Ja, 1) => "毎月".to_owned(),
        (Lang::En, 1) => "every month".to_owned(),
        (Lang::Ja, 12) => "毎年".to_owned(),
        (Lang::En, 12) => "every year".to_owned(),
        (Lang::Ja, months) => format!("{months}か月ごと"),
        (Lang::En, months) => format!("every {months} months"),
    }
}

/// What stands beside a date that may still move. Empty where it can't.
pub const fn provisional(lang: Lang, certainty: Certainty) -> &'static str {
    match (lang, certainty) {
        (Lang::Ja | Lang::En, Certainty::Settled) => "",
        (Lang::Ja, Certainty::Provisional) => "予定。祝日の発表により変わることがあります",
        (Lang::En, Certainty::Provisional) => "Provisional: holidays of that year are not announced yet",
    }
}

/// A month: `2026年12月`, `December 2026`.
pub fn month(lang: Lang, month: Month) -> String {
    match lang {
        Lang::Ja => format!("{}年{}月", month.year(), month.number()),
        Lang::En => format!("{} {}", in_english(month.number()), month.year()),
    }
}

const fn in_english(month: i8) -> &'static str {
    match month {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}

/// An amount and how often: `毎月 1,000円`, `¥1,000 every month`.
pub fn rate(lang: Lang, rate: Rate) -> String {
    let (amount, cycle) = (money(lang, rate.amount), cycle(lang, rate.cycle));
    match lang {
        Lang::Ja => format!("{cycle} {amount}"),
        Lang::En => format!("{amount} {cycle}"),
    }
}

/// A day on which something is charged, and whether that may still move.
pub fn run_date(lang: Lang, run: RunDay) -> String {
    let date = day(lang, run.date);
    match (lang, provisional(lang, run.certainty)) {
        (_, "") => date,
        (Lang::Ja, note) => format!("{date}（{note}）"),
        (Lang::En, note) => format!("{date} ({note})"),
    }
}

/// Several days or names in a line.
pub fn listed(lang: Lang, texts: &[String]) -> String {
    texts.join(match lang {
        Lang::Ja => "、",
        Lang::En => ", ",
    })
}

/// What a clerk should look at before a month's payments are charged again.
pub fn flag(lang: Lang, flag: Flag) -> String {
    match (lang, flag) {
        (Lang::Ja, Flag::New) => "新規".to_owned(),
        (Lang::En, Flag::New) => "New".to_owned(),
        (Lang::Ja, Flag::Gone) => "前の月だけ".to_owned(),
        (Lang::En, Flag::Gone) => "Only in the month before".to_owned(),
        (Lang::Ja, Flag::AmountChanged { before }) => format!("金額の変更(前の月は{})", money(lang, before)),
        (Lang::En, Flag::AmountChanged { before }) => format!("Amount changed from {}", money(lang, before)),
        (Lang::Ja, Flag::CardExpires) => "実行日にはカードの有効期限切れ".to_owned(),
        (Lang::En, Flag::CardExpires) => "Card expires before the run".to_owned(),
        (Lang::Ja, Flag::NeverRetry) => "再試行できないカード".to_owned(),
        (Lang::En, Flag::NeverRetry) => "Card must not be tried again".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::Yen;

    use super::*;

    #[test]
    fn cycles_and_flags_read_as_people_say_them() {
        for (months, ja, en) in
            [(1, "毎月", "every month"), (3, "3か月ごと", "every 3 months"), (12, "毎年", "every year")]
        {
            let months = Cycle::new(months).unwrap();
            assert_eq!((cycle(Lang::Ja, months).as_str(), cycle(Lang::En, months).as_str()), (ja, en));
        }
        let december = Month::parse("2026-12").unwrap();
        assert_eq!(
            (month(Lang::Ja, december), month(Lang::En, december)),
            ("2026年12月".to_owned(), "December 2026".to_owned())
        );
        let changed = Flag::AmountChanged { before: Yen::new(1_000).unwrap() };
        assert_eq!(flag(Lang::Ja, changed), "金額の変更(前の月は1,000円)");
        assert_eq!(flag(Lang::En, changed), "Amount changed from ¥1,000");
    }
}
