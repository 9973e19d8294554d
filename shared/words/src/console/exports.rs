//! The texts of the downloads, and the head line of their files.

use domain::Lang;

/// The downloads.
#[derive(Clone, Copy, Debug)]
pub struct ExportsWords {
    /// Heading.
    pub title: &'static str,
    /// What a download is.
    pub lead: &'static str,
    /// Heading over the form.
    pub new: &'static str,
    /// What is downloaded.
    pub search: &'static str,
    /// All payments.
    pub all: &'static str,
    /// Leads to the search.
    pub change_search: &'static str,
    /// Which characters the file is in.
    pub encoding: &'static str,
    /// UTF-8.
    pub utf8: &'static str,
    /// CP932.
    pub cp932: &'static str,
    /// What becomes of characters that it lacks.
    pub cp932_hint: &'static str,
    /// Button.
    pub start: &'static str,
    /// What a file holds, and how long it is kept.
    pub privacy: fn(days: u16) -> String,
    /// Heading over the list.
    pub list: &'static str,
    /// Nothing was downloaded this week: heading and what to do.
    pub empty: (&'static str, &'static str),
    /// Column.
    pub made_at: &'static str,
    /// Column.
    pub state: &'static str,
    /// Column.
    pub rows: &'static str,
    /// Heading of one download.
    pub one: &'static str,
    /// Not begun.
    pub waiting: &'static str,
    /// Being written.
    pub running: &'static str,
    /// Ready.
    pub done: &'static str,
    /// Stopped.
    pub cancelled: &'static str,
    /// It could not be written.
    pub failed: &'static str,
    /// Why not, and what comes next.
    pub failed_advice: &'static str,
    /// So many rows.
    pub rows_of: fn(rows: &str) -> String,
    /// So many rows a second.
    pub rate: fn(rows: &str) -> String,
    /// How far back it is.
    pub back_to: fn(time: &str) -> String,
    /// About so much longer.
    pub left: fn(seconds: &str) -> String,
    /// So many characters were replaced.
    pub replaced: fn(count: &str) -> String,
    /// Its size in kilobytes.
    pub size: fn(kilobytes: &str) -> String,
    /// Button.
    pub fetch: &'static str,
    /// Button.
    pub stop: &'static str,
    /// The page looks again by itself.
    pub refreshes: &'static str,
    /// It stays in the list.
    pub may_leave: &'static str,
    /// Leads back to the list.
    pub back: &'static str,
    /// The term of a search that is wrong, for who typed an address.
    pub bad_search: &'static str,
    /// The columns of the file, in order.
    pub columns: [&'static str; 16],
    /// Name of the file, before its time.
    pub file: &'static str,
}

/// The texts of one language.
pub const fn exports(lang: Lang) -> &'static ExportsWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: ExportsWords = ExportsWords {
    title: "CSV出力",
    lead: "検索した取引をCSVファイルにします。件数が多い場合も、画面を閉じたまま待つことができます。",
    new: "新しく出力する",
    search: "対象",
    all: "すべての取引",
    change_search: "取引の検索で対象を選ぶ",
    encoding: "文字コード",
    utf8: "UTF-8（BOM付き）",
    cp932: "Shift_JIS（CP932）",
    cp932_hint: "Shift_JISにない文字は「〓」に置き換え、その数をお知らせします。",
    start: "CSVを作成する",
    privacy: |days| format!("ファイルには購入者の情報が含まれます。作成から{days}日後に削除されます。"),
    list: "最近の出力",
    empty: ("まだ出力はありません", "取引を検索し、「この検索をCSVで出力」を選んでください。"),
    made_at: "依頼日時",
    state: "状況",
    rows: "件数",
    one: "CSV出力の状況",
    waiting: "開始を待っています",
    running: "作成中",
    done: "完了",
    cancelled: "中止",
    failed: "作成できませんでした",
    failed_advice: "読み取れない取引の記録があります。運営者が確認しています。後ほど、もう一度出力してください。",
    rows_of: |rows| format!("{rows}件"),
    rate: |rows| format!("毎秒{rows}件"),
    back_to: |time| format!("{time} の取引まで書き出しました"),
    left: |seconds| format!("残り約{seconds}秒"),
    replaced: |count| format!("Shift_JISにない文字を{count}文字、「〓」に置き換えました。"),
    size: |kilobytes| format!("{kilobytes} KB"),
    fetch: "ダウンロードする",
    stop: "中止する",
    refreshes: "この画面は自動的に更新されます。",
    may_leave: "画面を閉じても作成は続きます。",
    back: "CSV出力の一覧へ",
    bad_search: "検索条件を読み取れませんでした。取引の検索からやり直してください。",
    columns: [
        "伝票番号",
        "決済金額",
        "決済結果",
        "自由設定項目1",
        "自由設定項目2",
        "自由設定項目3",
        "メールアドレス",
        "カード名義",
        "処理区分",
        "決済日時",
        "状態",
        "返金額",
        "決済番号",
        "購入者ID",
        "カード会社",
        "カード番号下4桁",
    ],
    file: "取引",
};

const EN: ExportsWords = ExportsWords {
    title: "CSV export",
    lead: "Makes a CSV file of the payments that a search finds. Long files go on while the page is closed.",
    new: "New export",
    search: "What",
    all: "All payments",
    change_search: "Choose by searching transactions",
    encoding: "Characters",
    utf8: "UTF-8 (with byte order mark)",
    cp932: "Shift_JIS (CP932)",
    cp932_hint: "Characters that Shift_JIS lacks become 〓, and their number is told.",
    start: "Make the CSV",
    privacy: |days| {
        let days = if days == 1 { "a day".to_owned() } else { format!("{days} days") };
        format!("The file holds buyers' data. It is deleted {days} after it was asked for.")
    },
    list: "Recent exports",
    empty: ("No exports yet", "Search transactions and choose “Download this search as CSV”."),
    made_at: "Asked for",
    state: "State",
    rows: "Rows",
    one: "Export",
    waiting: "Waiting to begin",
    running: "Being made",
    done: "Ready",
    cancelled: "Stopped",
    failed: "Could not be made",
    failed_advice: "The record of a payment can’t be read. The operator is looking at it. Please export again later.",
    rows_of: |rows| format!("{rows} rows"),
    rate: |rows| format!("{rows} rows a second"),
    back_to: |time| format!("Written back to {time}"),
    left: |seconds| format!("about {seconds} seconds left"),
    replaced: |count| format!("{count} characters that Shift_JIS lacks were replaced by 〓."),
    size: |kilobytes| format!("{kilobytes} KB"),
    fetch: "Download",
    stop: "Stop",
    refreshes: "This page looks again by itself.",
    may_leave: "It goes on when the page is closed.",
    back: "To the list of exports",
    bad_search: "The search could not be read. Please begin again from the transactions.",
    columns: [
        "order",
        "amount",
        "result",
        "free1",
        "free2",
        "free3",
        "mail",
        "cardholder",
        "class",
        "date and time",
        "state",
        "refunded",
        "payment",
        "buyer id",
        "brand",
        "last four digits",
    ],
    file: "payments",
};
