//! The mail to the shop about a batch: refused, waiting, over.

use domain::{
    Lang,
    batch::{FileFault, Refused},
};

use crate::batch::file_fault;

/// The mail about a batch.
#[derive(Clone, Copy, Debug)]
pub struct BatchMailWords {
    /// The file was refused.
    pub refused: BatchMailText,
    /// It waits for somebody.
    pub waits: BatchMailText,
    /// It ran to its end.
    pub done: BatchMailText,
    /// It was stopped.
    pub stopped: BatchMailText,
    /// Row: the file's name.
    pub file: &'static str,
    /// Row: the batch's name.
    pub batch: &'static str,
    /// Row: when the file was received.
    pub received: &'static str,
    /// Row: why it was refused.
    pub reason: &'static str,
    /// Row: rows of the file.
    pub rows: &'static str,
    /// Row: rows that can be charged.
    pub good: &'static str,
    /// Row: what they come to.
    pub sum: &'static str,
    /// Row: approved.
    pub approved: &'static str,
    /// Row: declined.
    pub declined: &'static str,
    /// Row: nobody knows yet.
    pub unknown: &'static str,
    /// Row: errors.
    pub errors: &'static str,
    /// Row: not run.
    pub not_run: &'static str,
    /// So many rows.
    pub count: fn(number: &str) -> String,
    /// Approved, and what that comes to.
    pub count_and_sum: fn(number: &str, sum: &str) -> String,
    /// Some rows are not known yet.
    pub unknown_advice: &'static str,
    /// Label of the address.
    pub page: &'static str,
    /// Why this mail came.
    pub why: fn(merchant: &str) -> String,
}

/// One mail.
#[derive(Clone, Copy, Debug)]
pub struct BatchMailText {
    /// Subject.
    pub subject: fn(file: &str) -> String,
    /// The first line.
    pub result: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// The texts of one language.
pub const fn batch_mail(lang: Lang) -> &'static BatchMailWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

/// Why a file was refused, and what to do.
pub fn refused(lang: Lang, why: &Refused) -> String {
    match (lang, why) {
        (_, Refused::Broken(fault)) => file_fault(lang, *fault),
        (_, Refused::CardNumbers) => file_fault(lang, FileFault::CardColumn),
        (Lang::Ja, Refused::SameFile { earlier }) => format!(
            "同じ内容のファイルを、一括処理 {earlier} としてすでに受け付けています。未決済の行だけを処理するには、管理画面からもう一度実行してください。"
        ),
        (Lang::En, Refused::SameFile { earlier }) => format!(
            "The same bytes were taken before, as batch {earlier}. To charge only what is not paid yet, run it again from the console."
        ),
        (Lang::Ja, Refused::NoGoodRow) => {
            "請求できる行が1行もありません。管理画面で誤りを確認してください。".to_owned()
        }
        (Lang::En, Refused::NoGoodRow) => "No row of it can be charged. The console shows what to mend.".to_owned(),
        (Lang::Ja, Refused::Suspended) => "加盟店の取引が停止されています。運営者にお問い合わせください。".to_owned(),
        (Lang::En, Refused::Suspended) => "The merchant is suspended. Ask the operator.".to_owned(),
        (Lang::Ja, Refused::Gone) => "読み取る前にファイルが削除されました。".to_owned(),
        (Lang::En, Refused::Gone) => "The file was deleted before it was read.".to_owned(),
    }
}

const JA: BatchMailWords = BatchMailWords {
    refused: BatchMailText {
        subject: |file| format!("一括処理のファイルを受け付けられませんでした（{file}）"),
        result: "一括処理のファイルを受け付けられませんでした。",
        meaning: "1件も請求していません。理由を確認し、修正したファイルをもう一度置いてください。",
    },
    waits: BatchMailText {
        subject: |file| format!("一括処理の確認をお願いします（{file}）"),
        result: "一括処理のファイルを確認しました。実行の確認をお待ちしています。",
        meaning: "確認なしで実行できる行数または合計金額を超えています。まだ1件も請求していません。管理画面で内容を確認し、実行または取り下げてください。",
    },
    done: BatchMailText {
        subject: |file| format!("一括処理が終わりました（{file}）"),
        result: "一括処理が終わりました。",
        meaning: "行ごとの結果は、管理画面またはバケットの結果ファイルで確認できます。",
    },
    stopped: BatchMailText {
        subject: |file| format!("一括処理を中止しました（{file}）"),
        result: "一括処理を途中で中止しました。",
        meaning: "中止の前に処理した行は有効です。行ごとの結果は、管理画面またはバケットの結果ファイルで確認できます。",
    },
    file: "ファイル",
    batch: "一括処理番号",
    received: "受付日時",
    reason: "理由",
    rows: "行数",
    good: "請求できる行",
    sum: "合計金額",
    approved: "承認",
    declined: "不承認",
    unknown: "確認中",
    errors: "エラー",
    not_run: "未処理",
    count: |number| format!("{number}件"),
    count_and_sum: |number, sum| format!("{number}件、{sum}"),
    unknown_advice: "確認中の行は、結果が分かりしだい結果ファイルに反映し、すべて分かったときにもう一度お知らせします。それまで、同じ注文を別の番号で請求しないでください。",
    page: "管理画面で見る",
    why: |merchant| format!("このメールは、{merchant}のショップ控えの送信先にお送りしています。"),
};

const EN: BatchMailWords = BatchMailWords {
    refused: BatchMailText {
        subject: |file| format!("Batch file refused ({file})"),
        result: "The batch file was refused.",
        meaning: "Nothing was charged. See the reason, mend the file and put it there again.",
    },
    waits: BatchMailText {
        subject: |file| format!("Please confirm a batch ({file})"),
        result: "The batch file was checked and waits to be confirmed.",
        meaning: "It has more rows, or comes to more, than may run without a look. Nothing was charged yet. Look at it in the console, then let it run or drop it.",
    },
    done: BatchMailText {
        subject: |file| format!("Batch done ({file})"),
        result: "The batch is done.",
        meaning: "The result of each row is in the console and in the result file in the bucket.",
    },
    stopped: BatchMailText {
        subject: |file| format!("Batch stopped ({file})"),
        result: "The batch was stopped on its way.",
        meaning: "Rows that were charged before stand. The result of each row is in the console and in the result file in the bucket.",
    },
    file: "File",
    batch: "Batch",
    received: "Received",
    reason: "Reason",
    rows: "Rows",
    good: "Rows that can be charged",
    sum: "Sum",
    approved: "Approved",
    declined: "Declined",
    unknown: "Being checked",
    errors: "Errors",
    not_run: "Not run",
    count: |number| number.to_owned(),
    count_and_sum: |number, sum| format!("{number}, {sum}"),
    unknown_advice: "Rows that are being checked are brought up to date in the result file as they become known, and you get another mail when all are. Until then, do not charge these orders under other numbers.",
    page: "See it in the console",
    why: |merchant| format!("This mail goes to the address for copies of {merchant}."),
};
