//! The mails about what was done with a payment later: cancelled, given back, about to lapse. Each text in Japanese and English, side by side.

/// The mails about a payment that was made before.
#[derive(Clone, Copy, Debug)]
pub struct Later {
    /// Subject to the shopper after a cancellation.
    pub cancelled_subject: fn(amount: &str, merchant: &str) -> String,
    /// First line to the shopper after a cancellation.
    pub cancelled: fn(amount: &str, merchant: &str) -> String,
    /// What it means.
    pub cancelled_meaning: &'static str,
    /// Subject to the shop after a cancellation.
    pub shop_cancelled_subject: fn(amount: &str, order: &str) -> String,
    /// First line to the shop after a cancellation.
    pub shop_cancelled: fn(amount: &str) -> String,
    /// Subject to the shopper after a refund.
    pub refunded_subject: fn(amount: &str, merchant: &str) -> String,
    /// First line to the shopper after a refund.
    pub refunded: fn(amount: &str, merchant: &str) -> String,
    /// What it means.
    pub refunded_meaning: &'static str,
    /// Subject to the shop after a refund.
    pub shop_refunded_subject: fn(amount: &str, order: &str) -> String,
    /// First line to the shop after a refund.
    pub shop_refunded: fn(amount: &str) -> String,
    /// Subject to the shop when what is held lapses soon.
    pub lapses_subject: fn(amount: &str, order: &str) -> String,
    /// First line to the shop when what is held lapses soon.
    pub lapses: fn(amount: &str, until: &str) -> String,
    /// What to do.
    pub lapses_meaning: &'static str,
    /// When it was cancelled.
    pub cancelled_at: &'static str,
    /// When it was given back.
    pub refunded_at: &'static str,
    /// Until when it can be captured.
    pub lapses_at: &'static str,
    /// What was given back.
    pub refunded_amount: &'static str,
}

pub(crate) const JA: Later = Later {
    cancelled_subject: |amount, merchant| format!("お支払いの取り消し {amount}（{merchant}）"),
    cancelled: |amount, merchant| format!("{merchant}への{amount}のお支払いは、お店により取り消されました。"),
    cancelled_meaning: "このお支払いの請求は発生しません。ご利用可能額が一時的に減って見えることがありますが、カード会社により元に戻ります。",
    shop_cancelled_subject: |amount, order| format!("決済取消 {amount} 注文番号 {order}"),
    shop_cancelled: |amount| format!("{amount}の決済を取り消しました。"),
    refunded_subject: |amount, merchant| format!("返金 {amount}（{merchant}）"),
    refunded: |amount, merchant| format!("{merchant}から{amount}を返金しました。"),
    refunded_meaning: "お支払いに使われたカードへ返金します。カード会社の締め日により、ご利用明細に載るまで1か月ほどかかることがあります。すでに引き落としが済んでいるときは、翌月以降のご請求から差し引かれるか、口座に振り込まれます。",
    shop_refunded_subject: |amount, order| format!("返金 {amount} 注文番号 {order}"),
    shop_refunded: |amount| format!("{amount}を返金しました。"),
    lapses_subject: |amount, order| format!("決済確定の期限が近づいています {amount} 注文番号 {order}"),
    lapses: |amount, until| format!("{amount}の与信は、{until}に無効になります。"),
    lapses_meaning: "それまでに決済確定をしてください。期限を過ぎると与信は失効し、代金を受け取れません。商品をお届けしないときは、取り消してください。",
    cancelled_at: "取消日時",
    refunded_at: "返金日時",
    lapses_at: "決済確定の期限",
    refunded_amount: "返金額",
};

pub(crate) const EN: Later = Later {
    cancelled_subject: |amount, merchant| format!("Payment cancelled: {amount} ({merchant})"),
    cancelled: |amount, merchant| format!("Your payment of {amount} to {merchant} was cancelled by the shop."),
    cancelled_meaning: "You will not be charged for this payment. Your available credit may look lower for a while; the card company restores it.",
    shop_cancelled_subject: |amount, order| format!("Cancelled: {amount}, order {order}"),
    shop_cancelled: |amount| format!("A payment of {amount} was cancelled."),
    refunded_subject: |amount, merchant| format!("Refund: {amount} ({merchant})"),
    refunded: |amount, merchant| format!("{merchant} refunded {amount} to you."),
    refunded_meaning: "The refund goes to the card you paid with. Depending on your card company's closing date it may take about a month to appear on your statement. If you were charged already, it is taken off a later bill or paid to your account.",
    shop_refunded_subject: |amount, order| format!("Refunded: {amount}, order {order}"),
    shop_refunded: |amount| format!("{amount} was refunded."),
    lapses_subject: |amount, order| format!("Capture soon: {amount}, order {order}"),
    lapses: |amount, until| format!("The authorization of {amount} ends on {until}."),
    lapses_meaning: "Please capture it before then. After that the authorization lapses and the money can no longer be taken. If you do not deliver the order, please cancel the payment.",
    cancelled_at: "Cancelled on",
    refunded_at: "Refunded on",
    lapses_at: "Capture before",
    refunded_amount: "Refund",
};
