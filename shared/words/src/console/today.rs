//! The texts of the console's first page and of the sales by month.

use domain::{Lang, search::Sum};
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
    /// Opens the payment.
    pub open: &'static str,
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
    needs_person: "確認が必要な決済",
    nothing: "確認が必要な決済はありません。",
    needs_person_lead: "結果が分からない決済です。カード会社の管理画面で確認してください。もう一度請求しないでください。",
    open: "開く",
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
    needs_person_lead: "Nobody knows how these ended. Look them up at the acquirer. Do not charge them again.",
    open: "Open",
    sums: |day| format!("Sums of {day}"),
    payments: |count| format!("{count} payments"),
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

/// A month: `2026年11月` or `2026-11`.
pub fn month(lang: Lang, of: Date) -> String {
    match lang {
        Lang::Ja => format!("{}年{}月", of.year(), of.month()),
        Lang::En => format!("{}-{:02}", of.year(), of.month()),
    }
}
