//! What somebody did with a regular purchase or an offer, as the audit log says it.

use domain::{
    Lang, Yen,
    recurring::{
        calendar::{Anchor, Cycle},
        offer::OfferId,
        plan::PlanId,
    },
};

use crate::{
    format::{grouped_number, money},
    recurring,
};

/// It was to be paused.
pub(super) fn paused(lang: Lang, plan: &PlanId) -> String {
    match lang {
        Lang::Ja => format!("定期購入 {plan} の停止を指示しました"),
        Lang::En => format!("Asked that regular purchase {plan} be paused"),
    }
}

/// It was to go on.
pub(super) fn resumed(lang: Lang, plan: &PlanId) -> String {
    match lang {
        Lang::Ja => format!("定期購入 {plan} の再開を指示しました"),
        Lang::En => format!("Asked that regular purchase {plan} go on"),
    }
}

/// It was to end.
pub(super) fn ended(lang: Lang, plan: &PlanId) -> String {
    match lang {
        Lang::Ja => format!("定期購入 {plan} の終了を指示しました"),
        Lang::En => format!("Asked that regular purchase {plan} end"),
    }
}

/// A period was to be let go.
pub(super) fn skipped(lang: Lang, plan: &PlanId, period: u32) -> String {
    match lang {
        Lang::Ja => format!("定期購入 {plan} の{period}回目を請求しないよう指示しました"),
        Lang::En => format!("Asked that period {period} of regular purchase {plan} not be charged"),
    }
}

/// A period was to be charged.
pub(super) fn charge_asked(lang: Lang, plan: &PlanId, period: u32, amount: Yen) -> String {
    let amount = money(lang, amount);
    match lang {
        Lang::Ja => format!("定期購入 {plan} の{period}回目（{amount}）の決済を指示しました"),
        Lang::En => format!("Asked that period {period} of regular purchase {plan} be charged ({amount})"),
    }
}

/// The amount or cycle was changed.
pub(super) fn changed(lang: Lang, plan: &PlanId, amount: Yen, cycle: Cycle) -> String {
    let (amount, cycle) = (money(lang, amount), recurring::cycle(lang, cycle));
    match lang {
        Lang::Ja => format!("定期購入 {plan} の変更（{cycle}、{amount}）を指示しました"),
        Lang::En => format!("Asked that regular purchase {plan} be changed to {amount} {cycle}"),
    }
}

/// A change was proposed.
pub(super) fn proposed(lang: Lang, plan: &PlanId, amount: Yen, cycle: Cycle) -> String {
    let (amount, cycle) = (money(lang, amount), recurring::cycle(lang, cycle));
    match lang {
        Lang::Ja => {
            format!("定期購入 {plan} の変更（{cycle}、{amount}）について、購入者に同意を求めるよう指示しました")
        }
        Lang::En => format!("Proposed {amount} {cycle} to the buyer of regular purchase {plan}"),
    }
}

/// A proposal was taken back.
pub(super) fn proposal_withdrawn(lang: Lang, plan: &PlanId) -> String {
    match lang {
        Lang::Ja => format!("定期購入 {plan} の変更の提案を取り下げるよう指示しました"),
        Lang::En => format!("Withdrew what was proposed for regular purchase {plan}"),
    }
}

/// The day was moved.
pub(super) fn moved(lang: Lang, plan: &PlanId, day: Anchor) -> String {
    let day = day.day();
    match lang {
        Lang::Ja => format!("定期購入 {plan} の決済日を{day}日に変更するよう指示しました"),
        Lang::En => format!("Moved the billing day of regular purchase {plan} to day {day}"),
    }
}

/// A list was fetched.
pub(super) fn fetched(lang: Lang, rows: u32) -> String {
    let rows = grouped_number(u64::from(rows));
    match lang {
        Lang::Ja => format!("定期購入の一覧（{rows}件）をダウンロードしました"),
        Lang::En => format!("Fetched a list of {rows} regular purchases"),
    }
}

/// An offer was made or changed.
pub(super) fn offer_made(lang: Lang, offer: &OfferId, version: u32) -> String {
    match (lang, version) {
        (Lang::Ja, 1) => format!("定期購入の商品 {offer} の登録を指示しました"),
        (Lang::En, 1) => format!("Asked that offer {offer} be made"),
        (Lang::Ja, version) => format!("定期購入の商品 {offer} の変更（第{version}版）を指示しました"),
        (Lang::En, version) => format!("Asked that offer {offer} be changed (version {version})"),
    }
}

/// An offer was withdrawn.
pub(super) fn offer_withdrawn(lang: Lang, offer: &OfferId) -> String {
    match lang {
        Lang::Ja => format!("定期購入の商品 {offer} の受付終了を指示しました"),
        Lang::En => format!("Asked that offer {offer} be withdrawn"),
    }
}
