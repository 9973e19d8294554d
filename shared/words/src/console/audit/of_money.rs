//! What somebody did with money, as the audit log says it.

use domain::{
    Lang, OrderId, Yen,
    audit::{Came, OperationName},
};

use crate::format::money;

/// A single charge was asked for.
pub(super) fn charge_asked(lang: Lang, order: &OrderId, amount: Yen) -> String {
    let amount = money(lang, amount);
    match lang {
        Lang::Ja => format!("伝票番号 {order} で{amount}の個別処理を指示しました"),
        Lang::En => format!("Asked for a single charge of {amount} for order {order}"),
    }
}

/// A single charge was tried.
pub(super) fn charge_ended(lang: Lang, order: &OrderId, amount: Yen, end: Came) -> String {
    let (amount, end) = (money(lang, amount), came(lang, end));
    match lang {
        Lang::Ja => format!("伝票番号 {order} の個別処理（{amount}）: {end}"),
        Lang::En => format!("Single charge of {amount} for order {order}: {end}"),
    }
}

/// An operation was asked for.
pub(super) fn operation_asked(lang: Lang, order: &OrderId, name: OperationName, amount: Yen) -> String {
    let (name, amount) = (operation(lang, name), money(lang, amount));
    match lang {
        Lang::Ja => format!("伝票番号 {order} の{name}（{amount}）を指示しました"),
        Lang::En => format!("Asked for a {name} of order {order} ({amount})"),
    }
}

/// An operation was tried.
pub(super) fn operation_ended(lang: Lang, order: &OrderId, (name, amount): (OperationName, Yen), end: Came) -> String {
    let (name, amount, end) = (operation(lang, name), money(lang, amount), came(lang, end));
    match lang {
        Lang::Ja => format!("伝票番号 {order} の{name}（{amount}）: {end}"),
        Lang::En => format!("The {name} of order {order} ({amount}): {end}"),
    }
}

/// The acquirer was asked again.
pub(super) fn acquirer_asked(lang: Lang, order: &OrderId) -> String {
    match lang {
        Lang::Ja => format!("伝票番号 {order} について決済会社に問い合わせました"),
        Lang::En => format!("Asked the acquirer about order {order}"),
    }
}

/// An operation's name inside a sentence.
const fn operation(lang: Lang, operation: OperationName) -> &'static str {
    match (lang, operation) {
        (Lang::Ja, OperationName::Capture) => "売上確定",
        (Lang::En, OperationName::Capture) => "capture",
        (Lang::Ja, OperationName::Cancel) => "取消",
        (Lang::En, OperationName::Cancel) => "cancellation",
        (Lang::Ja, OperationName::Adjust) => "金額変更",
        (Lang::En, OperationName::Adjust) => "change of amount",
        (Lang::Ja, OperationName::Refund) => "返金",
        (Lang::En, OperationName::Refund) => "refund",
    }
}

/// What came of it, after a colon.
const fn came(lang: Lang, came: Came) -> &'static str {
    match (lang, came) {
        (Lang::Ja, Came::Done) => "完了しました",
        (Lang::En, Came::Done) => "done",
        (Lang::Ja, Came::Refused) => "承認されませんでした",
        (Lang::En, Came::Refused) => "not approved",
        (Lang::Ja, Came::Unknown) => "結果を確認中です",
        (Lang::En, Came::Unknown) => "the result is being checked",
        (Lang::Ja, Came::NotTried) => "行われませんでした",
        (Lang::En, Came::NotTried) => "not tried",
    }
}
