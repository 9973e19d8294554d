//! Events, states, answers and verdicts in words.

use domain::{
    Lang,
    webhook::{Answer, DeliveryState, Kind, Mark, Probe, Unheard, Why},
};

/// What an event tells of.
pub const fn kind(lang: Lang, kind: Kind) -> &'static str {
    match (lang, kind) {
        (Lang::Ja, Kind::PaymentSucceeded) => "決済の成功",
        (Lang::En, Kind::PaymentSucceeded) => "Paid",
        (Lang::Ja, Kind::PaymentPending) => "決済の確認中",
        (Lang::En, Kind::PaymentPending) => "Being checked",
        (Lang::Ja, Kind::PaymentFailed) => "決済の失敗",
        (Lang::En, Kind::PaymentFailed) => "Not paid",
        (Lang::Ja, Kind::PaymentChanged) => "金額の変更",
        (Lang::En, Kind::PaymentChanged) => "Amount changed",
        (Lang::Ja, Kind::PaymentCaptured) => "決済の確定",
        (Lang::En, Kind::PaymentCaptured) => "Captured",
        (Lang::Ja, Kind::PaymentCancelled) => "決済の取り消し",
        (Lang::En, Kind::PaymentCancelled) => "Cancelled",
        (Lang::Ja, Kind::PaymentLapsed) => "仮売上の失効",
        (Lang::En, Kind::PaymentLapsed) => "Lapsed",
        (Lang::Ja, Kind::PaymentRefunded) => "返金",
        (Lang::En, Kind::PaymentRefunded) => "Refunded",
        (Lang::Ja, Kind::PaymentDisputed) => "チャージバックの申し立て",
        (Lang::En, Kind::PaymentDisputed) => "Disputed",
        (Lang::Ja, Kind::CardKept) => "カードの保存",
        (Lang::En, Kind::CardKept) => "Card kept",
        (Lang::Ja, Kind::CardReplaced) => "保存カードの変更",
        (Lang::En, Kind::CardReplaced) => "Kept card replaced",
        (Lang::Ja, Kind::CardRefreshed) => "保存カードの情報の更新（洗替）",
        (Lang::En, Kind::CardRefreshed) => "Kept card renewed by its issuer",
        (Lang::Ja, Kind::CardDeleted) => "保存カードの削除",
        (Lang::En, Kind::CardDeleted) => "Kept card deleted",
        (Lang::Ja, Kind::BatchRefused) => "一括処理の受付不可",
        (Lang::En, Kind::BatchRefused) => "Batch refused",
        (Lang::Ja, Kind::BatchWaiting) => "一括処理の確認待ち",
        (Lang::En, Kind::BatchWaiting) => "Batch to be confirmed",
        (Lang::Ja, Kind::BatchEnded) => "一括処理の終了",
        (Lang::En, Kind::BatchEnded) => "Batch over",
        (Lang::Ja, Kind::PlanJoined) => "定期購入の申し込み",
        (Lang::En, Kind::PlanJoined) => "Regular purchase begun",
        (Lang::Ja, Kind::PlanRenewed) => "定期購入の課金の成功",
        (Lang::En, Kind::PlanRenewed) => "Period charged",
        (Lang::Ja, Kind::PlanRenewalFailed) => "定期購入の課金の失敗",
        (Lang::En, Kind::PlanRenewalFailed) => "Period not charged",
        (Lang::Ja, Kind::PlanAsked) => "定期購入の課金の確認依頼",
        (Lang::En, Kind::PlanAsked) => "Period waits for your decision",
        (Lang::Ja, Kind::PlanSkipped) => "定期購入の課金の見送り",
        (Lang::En, Kind::PlanSkipped) => "Period let go",
        (Lang::Ja, Kind::PlanChanged) => "定期購入の内容の変更",
        (Lang::En, Kind::PlanChanged) => "Regular purchase changed",
        (Lang::Ja, Kind::PlanCardChanged) => "定期購入のカードの変更",
        (Lang::En, Kind::PlanCardChanged) => "Card of a regular purchase changed",
        (Lang::Ja, Kind::PlanPaused) => "定期購入の停止",
        (Lang::En, Kind::PlanPaused) => "Regular purchase paused",
        (Lang::Ja, Kind::PlanResumed) => "定期購入の再開",
        (Lang::En, Kind::PlanResumed) => "Regular purchase resumed",
        (Lang::Ja, Kind::PlanEnded) => "定期購入の終了",
        (Lang::En, Kind::PlanEnded) => "Regular purchase ended",
        (Lang::Ja, Kind::EndpointTest) => "テスト",
        (Lang::En, Kind::EndpointTest) => "Test",
    }
}

/// Where a delivery stands.
pub const fn state(lang: Lang, state: DeliveryState) -> &'static str {
    match (lang, state) {
        (Lang::Ja, DeliveryState::Sending { .. }) => "送信中",
        (Lang::En, DeliveryState::Sending { .. }) => "Being sent",
        (Lang::Ja, DeliveryState::Waiting { .. }) => "再送待ち",
        (Lang::En, DeliveryState::Waiting { .. }) => "Waiting",
        (Lang::Ja, DeliveryState::Heard { .. }) => "届きました",
        (Lang::En, DeliveryState::Heard { .. }) => "Heard",
        (Lang::Ja, DeliveryState::GivenUp { .. }) => "届きませんでした",
        (Lang::En, DeliveryState::GivenUp { .. }) => "Given up",
        (Lang::Ja, DeliveryState::Held { .. }) => "停止中のため保管",
        (Lang::En, DeliveryState::Held { .. }) => "Held while it is off",
    }
}

/// What an endpoint answered.
pub fn answer(lang: Lang, answer: Answer) -> String {
    let text = match (lang, answer) {
        (_, Answer::Status(status)) => return format!("HTTP {status}"),
        (Lang::Ja, Answer::Unheard(Unheard::Refused)) => "送れないアドレスです",
        (Lang::En, Answer::Unheard(Unheard::Refused)) => "An address that is never called",
        (Lang::Ja, Answer::Unheard(Unheard::NoConnection)) => "接続できませんでした（証明書も確認してください）",
        (Lang::En, Answer::Unheard(Unheard::NoConnection)) => "No connection (see the certificate, too)",
        (Lang::Ja, Answer::Unheard(Unheard::Lost)) => "応答の途中で切断されました",
        (Lang::En, Answer::Unheard(Unheard::Lost)) => "The connection broke",
        (Lang::Ja, Answer::Unheard(Unheard::Timeout)) => "15秒以内に応答がありませんでした",
        (Lang::En, Answer::Unheard(Unheard::Timeout)) => "No answer within 15 seconds",
        (Lang::Ja, Answer::Unheard(Unheard::Rests)) => "直前のほかの通知に応答がなかったため、送りませんでした",
        (Lang::En, Answer::Unheard(Unheard::Rests)) => "Not sent: others had just gone unanswered",
        (Lang::Ja, Answer::Unheard(Unheard::OpenedAgain)) => {
            "知らせる前に同じ注文番号で新しい決済が始まったため、フォームでは送れませんでした"
        }
        (Lang::En, Answer::Unheard(Unheard::OpenedAgain)) => {
            "Not sent: the order was opened again first, and the form could only tell of the new payment"
        }
    };
    text.to_owned()
}

/// Why an endpoint was switched off by us.
pub const fn why(lang: Lang, why: Why) -> &'static str {
    match (lang, why) {
        (Lang::Ja, Why::Gone) => "サーバーが410と応答したため停止しました",
        (Lang::En, Why::Gone) => "Switched off: the server answered 410",
        (Lang::Ja, Why::Deaf) => "3日間届かなかったため停止しました",
        (Lang::En, Why::Deaf) => "Switched off: nothing was heard for three days",
    }
}

/// How an endpoint is tried out.
pub const fn probe(lang: Lang, probe: Probe) -> &'static str {
    match (lang, probe) {
        (Lang::Ja, Probe::Genuine) => "正しい通知",
        (Lang::En, Probe::Genuine) => "A genuine notification",
        (Lang::Ja, Probe::Duplicate) => "同じ通知をもう一度（重複）",
        (Lang::En, Probe::Duplicate) => "The same once more (duplicate)",
        (Lang::Ja, Probe::OutOfOrder) => "後から届いた、古い状態の通知（順序の入れ替わり）",
        (Lang::En, Probe::OutOfOrder) => "An older state after the newer (out of order)",
        (Lang::Ja, Probe::ChangedBody) => "本文を書き換えた通知（署名が合いません）",
        (Lang::En, Probe::ChangedBody) => "A changed body (wrong signature)",
        (Lang::Ja, Probe::ForeignKey) => "別の鍵で署名した通知",
        (Lang::En, Probe::ForeignKey) => "Signed under a foreign key",
        (Lang::Ja, Probe::Replayed) => "1時間前の正しい通知の再送（なりすまし）",
        (Lang::En, Probe::Replayed) => "A genuine one of an hour ago (replay)",
    }
}

/// How an endpoint did.
pub const fn mark(lang: Lang, mark: Mark) -> &'static str {
    match (lang, mark) {
        (Lang::Ja, Mark::Good) => "正しく扱いました",
        (Lang::En, Mark::Good) => "As it should be",
        (Lang::Ja, Mark::Slow) => "正しいですが、応答に3秒以上かかりました。先に2xxを返し、処理は後で行ってください",
        (Lang::En, Mark::Slow) => "Right, and slower than 3 seconds: answer 2xx first, work after that",
        (Lang::Ja, Mark::Believed) => "受け取ってしまいました。署名と時刻を確かめ、合わなければ400番台を返してください",
        (Lang::En, Mark::Believed) => "Taken, and should be refused: check signature and time, and answer 4xx",
        (Lang::Ja, Mark::Refused) => "断りました。重複や古い状態でも、正しい通知には2xxを返してください",
        (Lang::En, Mark::Refused) => {
            "Refused, and should be taken: answer 2xx to what is genuine, duplicates and older states too"
        }
        (Lang::Ja, Mark::Silent) => "応答がありませんでした",
        (Lang::En, Mark::Silent) => "No answer",
    }
}
