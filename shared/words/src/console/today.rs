//! The texts of the console's first page and of the sales by month.

use domain::{
    Lang,
    attention::{Difference, MatterKind},
    payment::OperationKind,
    search::Sum,
};
use jiff::civil::Date;

/// The console's first page, and the sales by month.
#[derive(Clone, Copy, Debug)]
pub struct TodayWords {
    /// Heading of the first page.
    pub title: &'static str,
    /// Heading of what needs a person.
    pub needs_person: &'static str,
    /// Nothing needs a person.
    pub nothing: &'static str,
    /// What the list is, and what not to do.
    pub needs_person_lead: &'static str,
    /// Leads to an endpoint for notifications.
    pub to_endpoint: &'static str,
    /// Closes a matter.
    pub settle: &'static str,
    /// It was closed.
    pub was_settled: &'static str,
    /// Heading of the batches that need somebody.
    pub batches: &'static str,
    /// A batch waits to be confirmed.
    pub batch_waits: fn(rows: &str, yen: &str) -> String,
    /// A batch does not go on.
    pub batch_stuck: &'static str,
    /// Heading of the regular purchases that need somebody.
    pub plans: &'static str,
    /// Leads to all of them.
    pub all_plans: &'static str,
    /// Heading of the day's sums.
    pub sums: fn(day: &str) -> String,
    /// So many payments.
    pub payments: fn(count: i64) -> String,
    /// Heading of the chart.
    pub chart: &'static str,
    /// Under the chart: what it shows.
    pub chart_caption: &'static str,
    /// The chart's name for screen readers, which read the table instead.
    pub chart_label: &'static str,
    /// Opens the chart's table.
    pub as_table: &'static str,
    /// Column: day.
    pub day: &'static str,
    /// Column: how many.
    pub count: &'static str,
    /// Last row.
    pub total: &'static str,
    /// How fresh the sums are.
    pub as_of: fn(time: &str) -> String,
    /// Leads to the sales by month.
    pub to_sales: &'static str,
    /// Heading of the sales.
    pub sales: fn(month: &str) -> String,
    /// Label of the month.
    pub month: &'static str,
    /// Button.
    pub show: &'static str,
    /// The month can't be read.
    pub month_problem: &'static str,
    /// The month before.
    pub month_before: &'static str,
    /// The month after.
    pub month_after: &'static str,
    /// Nothing was sold in the month: heading and what to do.
    pub no_sales: (&'static str, &'static str),
    /// Nothing was ever sold: heading and what to do.
    pub none_yet: (&'static str, &'static str),
    /// What the sums count.
    pub counted: &'static str,
}

/// The texts of one language.
pub const fn today(lang: Lang) -> &'static TodayWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: TodayWords = TodayWords {
    title: "今日",
    needs_person: "確認が必要なもの",
    nothing: "確認が必要なものはありません。",
    needs_person_lead: "お金が動いた可能性があるか、人の判断が必要なものです。決済の画面と決済会社の管理画面で確認し、済んだら「対応済みにする」を押してください。もう一度請求しないでください。",
    to_endpoint: "通知の記録を見る",
    settle: "対応済みにする",
    was_settled: "対応済みにしました。",
    batches: "確認が必要な一括処理",
    batch_waits: |rows, yen| format!("{rows}行、{yen}が請求の確認を待っています"),
    batch_stuck: "処理が進んでいません",
    plans: "確認が必要な定期購入",
    all_plans: "すべて見る",
    sums: |day| format!("{day} の合計"),
    payments: |count| format!("{count} 件"),
    chart: "30日間の売上",
    chart_caption: "日ごとの承認（与信と即時売上）の金額です。",
    chart_label: "30日間の日別の承認金額の棒グラフ。同じ数値は下の表にあります。",
    as_table: "表で見る",
    day: "日付",
    count: "件数",
    total: "合計",
    as_of: |time| format!("{time} 時点。新しい決済が加わるまで数秒かかることがあります。"),
    to_sales: "月別の売上を見る",
    sales: |month| format!("{month} の売上"),
    month: "月",
    show: "表示する",
    month_problem: "月は 2026-11 のように入力してください。",
    month_before: "前の月",
    month_after: "次の月",
    no_sales: ("この月の決済はありません", "ほかの月を選んでください。"),
    none_yet: (
        "決済はまだありません",
        "店舗のページから最初の決済が行われると、ここに合計とグラフが表示されます。決済リンクを作って試すこともできます。",
    ),
    counted: "承認・売上確定はその出来事の日、不成立はその日に数えます。同じ注文をあとで支払い直しても、不成立の件数は減りません。",
};

const EN: TodayWords = TodayWords {
    title: "Today",
    needs_person: "Needs a person",
    nothing: "Nothing needs a person.",
    needs_person_lead: "Money may have moved, or somebody has to decide. Look at the payment and at the acquirer's own console, then mark it as done. Do not charge it again.",
    to_endpoint: "See the notifications",
    settle: "Mark as done",
    was_settled: "Marked as done.",
    batches: "Batches that need a person",
    batch_waits: |rows, yen| format!("{rows} rows, {yen}, wait to be confirmed"),
    batch_stuck: "Does not go on",
    plans: "Regular purchases that need somebody",
    all_plans: "See all of them",
    sums: |day| format!("Sums of {day}"),
    payments: |count| if count == 1 { "1 payment".to_owned() } else { format!("{count} payments") },
    chart: "Sales of 30 days",
    chart_caption: "Amounts approved each day, captured at once or not.",
    chart_label: "Bar chart of the amounts approved on each of 30 days. The table below holds the same figures.",
    as_table: "Show as a table",
    day: "Day",
    count: "Payments",
    total: "Total",
    as_of: |time| format!("As of {time}. New payments can take a few seconds to be counted."),
    to_sales: "Sales by month",
    sales: |month| format!("Sales of {month}"),
    month: "Month",
    show: "Show",
    month_problem: "Enter a month, as 2026-11.",
    month_before: "Month before",
    month_after: "Month after",
    no_sales: ("No payments in this month", "Choose another month."),
    none_yet: (
        "No payments yet",
        "When the first payment comes in from your shop, sums and a chart are shown here. You can also make a payment link to try it.",
    ),
    counted: "Approvals and captures count on the day they happened, failures on theirs. An order that is paid later keeps its failure counted.",
};

/// A sum's name.
pub const fn sum(lang: Lang, sum: Sum) -> &'static str {
    match (lang, sum) {
        (Lang::Ja, Sum::Authorized) => "承認",
        (Lang::En, Sum::Authorized) => "Approved",
        (Lang::Ja, Sum::Captured) => "売上確定",
        (Lang::En, Sum::Captured) => "Captured",
        (Lang::Ja, Sum::Refunded) => "返金",
        (Lang::En, Sum::Refunded) => "Refunded",
        (Lang::Ja, Sum::Cancelled) => "取消・期限切れ",
        (Lang::En, Sum::Cancelled) => "Cancelled or lapsed",
        (Lang::Ja, Sum::Failed) => "不成立",
        (Lang::En, Sum::Failed) => "Failed or given up",
    }
}

/// What a person has to look at, in a few words.
pub fn matter(lang: Lang, kind: &MatterKind) -> String {
    let ja = lang == Lang::Ja;
    let say = |japanese: &str, english: &str| if ja { japanese.to_owned() } else { english.to_owned() };
    let yen = |yen: u64| super::transactions::sum_figure(i64::try_from(yen).unwrap_or(i64::MAX));
    match kind {
        MatterKind::Unknown => {
            say("承認されたか24時間分かりません", "A day of asking did not say whether it was approved")
        }
        MatterKind::NotUndone => say("24時間、取り消しを確認できません", "A day of trying did not undo it"),
        MatterKind::OtherAmount => {
            say("違う金額で承認されたため取り消しています", "Approved for another amount; it is being reversed")
        }
        MatterKind::NotAuthenticated => {
            say("本人認証なしに承認されたため取り消しています", "Approved without authentication; it is being reversed")
        }
        MatterKind::LateApproval { undone: true } => {
            say("あとから承認されたため取り消しました", "Approved after it was given up; it was undone")
        }
        MatterKind::LateApproval { undone: false } => say(
            "あとから承認されました。取り消しを確認しています",
            "Approved after it was given up; it is being undone",
        ),
        MatterKind::OperationUnknown { operation } => match (lang, operation_name(lang, *operation)) {
            (Lang::Ja, name) => format!("{name}の結果が24時間分かりません"),
            (Lang::En, name) => format!("A day of asking did not say what became of a {name}"),
        },
        MatterKind::LateOperation => {
            say("中止した操作があとから実行されました", "An operation was done after it had been given up")
        }
        MatterKind::LapsesSoon { until } => match lang {
            Lang::Ja => format!("与信が {} に切れます。売上を確定してください", crate::date_time(lang, *until)),
            Lang::En => format!("The authorization lapses at {}; capture it before", crate::date_time(lang, *until)),
        },
        MatterKind::Disputed { amount } => match lang {
            Lang::Ja => format!("チャージバックの申し立て {}", yen(*amount)),
            Lang::En => format!("Disputed by the cardholder, {}", yen(*amount)),
        },
        MatterKind::Unprepared => say(
            "通知を作成できなかったため、ショップのサーバーにはまだ伝わっていません。復旧後に送られます",
            "No notification could be made, so your server does not know yet. It is sent once that is mended",
        ),
        MatterKind::Unheard => say(
            "ショップのサーバーに届いていない通知があります。記録を確認し、必要なら送り直してください",
            "Your server did not hear some notifications. Look at the log, and send them again where needed",
        ),
        MatterKind::BatchStands => say(
            "一括処理が30分以上進んでいません。運営者に連絡してください",
            "A batch has not got on for 30 minutes; tell the operator",
        ),
        MatterKind::Difference(difference) => match (lang, difference) {
            (Lang::Ja, Difference::NotOurs { amount }) => format!("決済会社だけに記録があります {}", yen(*amount)),
            (Lang::En, Difference::NotOurs { amount }) => format!("Only the acquirer has it, {}", yen(*amount)),
            (Lang::Ja, Difference::NotTheirs { amount }) => {
                format!("決済会社に承認の記録がありません {}", yen(*amount))
            }
            (Lang::En, Difference::NotTheirs { amount }) => {
                format!("The acquirer knows of no approval, {}", yen(*amount))
            }
            (Lang::Ja, Difference::StandsThere { amount }) => format!("決済会社に承認が残っています {}", yen(*amount)),
            (Lang::En, Difference::StandsThere { amount }) => {
                format!("An approval stands at the acquirer only, {}", yen(*amount))
            }
            (Lang::Ja, Difference::Sums { .. }) => "決済会社と金額が一致しません".to_owned(),
            (Lang::En, Difference::Sums { .. }) => "The amounts differ from the acquirer's".to_owned(),
        },
    }
}

const fn operation_name(lang: Lang, kind: OperationKind) -> &'static str {
    match (lang, kind) {
        (Lang::Ja, OperationKind::Capture) => "売上確定",
        (Lang::En, OperationKind::Capture) => "capture",
        (Lang::Ja, OperationKind::Cancel) => "取り消し",
        (Lang::En, OperationKind::Cancel) => "cancellation",
        (Lang::Ja, OperationKind::Adjust) => "金額変更",
        (Lang::En, OperationKind::Adjust) => "change of amount",
        (Lang::Ja, OperationKind::Refund) => "返金",
        (Lang::En, OperationKind::Refund) => "refund",
    }
}

/// A month: `2026年11月` or `2026-11`.
pub fn month(lang: Lang, of: Date) -> String {
    match lang {
        Lang::Ja => format!("{}年{}月", of.year(), of.month()),
        Lang::En => format!("{}-{:02}", of.year(), of.month()),
    }
}
