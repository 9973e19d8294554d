//! What somebody did with a batch, as the audit log says it.

use domain::{
    Lang,
    batch::{BatchId, Counts},
    recurring::continuation::Month,
};

use crate::{
    format::{grouped_number, sum},
    recurring::month,
};

/// A batch was to be charged.
pub(super) fn confirmed(lang: Lang, batch: &BatchId, rows: u32, yen: u64) -> String {
    let (rows, yen) = (grouped_number(u64::from(rows)), sum(lang, yen));
    match lang {
        Lang::Ja => format!("一括処理 {batch}（{rows}行、{yen}）の請求を指示しました"),
        Lang::En => format!("Asked that batch {batch} be charged ({rows} rows, {yen})"),
    }
}

/// A file was to be dropped.
pub(super) fn dropped(lang: Lang, batch: &BatchId) -> String {
    match lang {
        Lang::Ja => format!("一括処理 {batch} のファイルの取り下げを指示しました"),
        Lang::En => format!("Asked that the file of batch {batch} be dropped"),
    }
}

/// A batch was to be stopped.
pub(super) fn stopped(lang: Lang, batch: &BatchId) -> String {
    match lang {
        Lang::Ja => format!("一括処理 {batch} の中止を指示しました"),
        Lang::En => format!("Asked that batch {batch} be stopped"),
    }
}

/// A file was made ready once more.
pub(super) fn again(lang: Lang, batch: &BatchId, of: &BatchId) -> String {
    match lang {
        Lang::Ja => format!("一括処理 {of} のファイルを、一括処理 {batch} としてもう一度準備しました"),
        Lang::En => format!("Made the file of batch {of} ready again, as batch {batch}"),
    }
}

/// A result was fetched.
pub(super) fn fetched(lang: Lang, batch: &BatchId) -> String {
    match lang {
        Lang::Ja => format!("一括処理 {batch} の結果をダウンロードしました"),
        Lang::En => format!("Fetched the result of batch {batch}"),
    }
}

/// A plan was asked for.
pub(super) fn continuation_asked(lang: Lang, run: &BatchId, of: Month) -> String {
    let of = month(lang, of);
    match lang {
        Lang::Ja => format!("{of}分の自動継続 {run} の計画を作成しました"),
        Lang::En => format!("Asked for the plan of continuation {run} for {of}"),
    }
}

/// A plan was changed.
pub(super) fn continuation_edited(lang: Lang, run: &BatchId, rows: u32, yen: u64) -> String {
    let (rows, yen) = (grouped_number(u64::from(rows)), sum(lang, yen));
    match lang {
        Lang::Ja => format!("自動継続 {run} の計画を変更しました（変更後{rows}件、{yen}）"),
        Lang::En => format!("Changed the plan of continuation {run} (now {rows} payments, {yen})"),
    }
}

/// A month's payments were to be charged again.
pub(super) fn continuation(lang: Lang, run: &BatchId, of: Month, rows: u32, yen: u64) -> String {
    let (rows, yen, of) = (grouped_number(u64::from(rows)), sum(lang, yen), month(lang, of));
    match lang {
        Lang::Ja => format!("{of}分の自動継続 {run}（{rows}件、{yen}）の請求を指示しました"),
        Lang::En => format!("Asked that continuation {run} for {of} be charged ({rows} payments, {yen})"),
    }
}

/// A run was to be cancelled.
pub(super) fn continuation_cancelled(lang: Lang, run: &BatchId, of: Month) -> String {
    let of = month(lang, of);
    match lang {
        Lang::Ja => format!("{of}分の自動継続 {run} の取りやめを指示しました"),
        Lang::En => format!("Asked that continuation {run} for {of} be cancelled"),
    }
}

/// A batch came to its end.
pub(super) fn ended(lang: Lang, batch: &BatchId, counts: &Counts) -> String {
    let yen = sum(lang, counts.yen);
    let Counts { approved, declined, unknown, errors, not_run, .. } = counts;
    match lang {
        Lang::Ja => format!(
            "一括処理 {batch} が終わりました：承認{approved}件（{yen}）、不承認{declined}件、確認中{unknown}件、エラー{errors}件、未処理{not_run}件"
        ),
        Lang::En => format!(
            "Batch {batch} ended: {approved} approved ({yen}), {declined} declined, {unknown} being checked, {errors} errors, {not_run} not run"
        ),
    }
}
