//! What somebody did with an endpoint for notifications, as the audit log says it.

use domain::{Lang, audit::EndpointChange, webhook::EndpointId};
use jiff::civil::Date;

/// An endpoint was made, changed or removed.
pub(super) fn changed(lang: Lang, endpoint: &EndpointId, change: EndpointChange) -> String {
    match (lang, change) {
        (Lang::Ja, EndpointChange::Made) => format!("通知先 {endpoint} を追加しました"),
        (Lang::En, EndpointChange::Made) => format!("Added endpoint {endpoint}"),
        (Lang::Ja, EndpointChange::Events) => format!("通知先 {endpoint} の通知の種類を変更しました"),
        (Lang::En, EndpointChange::Events) => format!("Changed what endpoint {endpoint} hears"),
        (Lang::Ja, EndpointChange::NewKeys) => format!("通知先 {endpoint} の鍵を更新しました"),
        (Lang::En, EndpointChange::NewKeys) => format!("Gave endpoint {endpoint} new keys"),
        (Lang::Ja, EndpointChange::KeysEnded) => format!("通知先 {endpoint} の以前の鍵を無効にしました"),
        (Lang::En, EndpointChange::KeysEnded) => format!("Ended the keys before of endpoint {endpoint}"),
        (Lang::Ja, EndpointChange::On) => format!("通知先 {endpoint} を有効にしました"),
        (Lang::En, EndpointChange::On) => format!("Switched endpoint {endpoint} on"),
        (Lang::Ja, EndpointChange::Off) => format!("通知先 {endpoint} を停止しました"),
        (Lang::En, EndpointChange::Off) => format!("Switched endpoint {endpoint} off"),
        (Lang::Ja, EndpointChange::Removed) => format!("通知先 {endpoint} を削除しました"),
        (Lang::En, EndpointChange::Removed) => format!("Removed endpoint {endpoint}"),
    }
}

/// Notifications were sent again.
pub(super) fn sent(lang: Lang, endpoint: &EndpointId, count: u32) -> String {
    match lang {
        Lang::Ja => format!("通知先 {endpoint} へ通知{count}件の再送を指示しました"),
        Lang::En => format!("Had {count} notifications sent again to endpoint {endpoint}"),
    }
}

/// A period's notifications were sent again.
pub(super) fn period_sent(lang: Lang, endpoint: &EndpointId, from: Date, to: Date) -> String {
    match lang {
        Lang::Ja => format!("通知先 {endpoint} へ {from} から {to} までの通知の再送を指示しました"),
        Lang::En => format!("Had the notifications of {from} to {to} sent again to endpoint {endpoint}"),
    }
}

/// An endpoint was tried out.
pub(super) fn tried(lang: Lang, endpoint: &EndpointId) -> String {
    match lang {
        Lang::Ja => format!("通知先 {endpoint} をテストしました"),
        Lang::En => format!("Tried endpoint {endpoint} out"),
    }
}
