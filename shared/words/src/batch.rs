//! A batch's file: what is wrong with it and with its rows, and what the file of answers says.

use domain::{
    Lang,
    batch::{BadRow, Column, Fault, FileFault, MAX_BYTES, MAX_COLUMNS, MAX_LINE, MAX_ROWS, Missing, Reason, What},
    tries::Limit,
};

use crate::{
    console::transactions,
    format::{date_time, grouped_number, money},
};

/// The columns that stand behind those of the input.
pub const fn result_columns(lang: Lang) -> [&'static str; 4] {
    match lang {
        Lang::Ja => ["処理結果", "決済番号", "理由コード", "理由"],
        Lang::En => ["result", "payment", "reason code", "reason"],
    }
}

/// Why a file is refused whole, and what to do. Nothing of it was charged.
pub fn file_fault(lang: Lang, fault: FileFault) -> String {
    match lang {
        Lang::Ja => file_ja(fault),
        Lang::En => file_en(fault),
    }
}

fn file_ja(fault: FileFault) -> String {
    let required = "見出しには、伝票番号、決済金額と、購入者IDまたは元伝票番号が必要です。";
    match fault {
        FileFault::Empty => "ファイルに行がありません。見出しの下に1行以上を入れてください。".to_owned(),
        FileFault::NoHeader => format!("1行目に見出しがありません。{required}"),
        FileFault::ColumnMissing(missing) => {
            let name = match missing {
                Missing::Charge => "「伝票番号」",
                Missing::Amount => "「決済金額」",
                Missing::Payer => "「購入者ID」または「元伝票番号」",
            };
            format!("見出しに{name}の列がありません。{required}")
        }
        FileFault::ColumnTwice(column) => {
            format!("「{}」の列が2つあります。1つにしてください。", column.name(Lang::Ja))
        }
        FileFault::TooManyColumns => format!("列が多すぎます。{MAX_COLUMNS}列以内にしてください。"),
        FileFault::QuoteUnclosed(line) => {
            format!("{line}行目の「\"」が閉じられていません。閉じるか、取り除いてください。")
        }
        FileFault::LineTooLong(line) => format!("{line}行目が長すぎます。1行は{}バイト以内にしてください。", length()),
        FileFault::TooManyRows => {
            format!("行が多すぎます。1つのファイルは{}行以内に分けてください。", grouped_number(MAX_ROWS.into()))
        }
        FileFault::TooLarge => format!("ファイルが大きすぎます。{}MB以内に分けてください。", megabytes()),
        FileFault::NotText(line) => {
            format!("{line}行目を文字として読み取れません。UTF-8またはShift_JISのCSVとして保存し直してください。")
        }
        FileFault::MixedCharacters(line) => format!(
            "見出しはUTF-8ですが、{line}行目にUTF-8ではない文字があります。ファイル全体を1つの文字コードで保存し直してください。"
        ),
        FileFault::CardColumn => {
            "見出しにカード情報の列があります。カード番号を含むファイルは受け付けられないため、ファイルを削除しました。"
                .to_owned()
        }
        FileFault::CardNumber(line) => format!(
            "{line}行目にカード番号とみられる数字があります。カード番号を含むファイルは受け付けられないため、ファイルを削除しました。"
        ),
    }
}

fn file_en(fault: FileFault) -> String {
    let required = "The header needs charge, amount, and user or source.";
    match fault {
        FileFault::Empty => "The file holds no rows. Put at least one under the header.".to_owned(),
        FileFault::NoHeader => format!("Line 1 is no header. {required}"),
        FileFault::ColumnMissing(missing) => {
            let name = match missing {
                Missing::Charge => "charge",
                Missing::Amount => "amount",
                Missing::Payer => "user or source",
            };
            format!("The header has no column {name}. {required}")
        }
        FileFault::ColumnTwice(column) => {
            format!("There are two columns for {}. Keep one.", column.name(Lang::En))
        }
        FileFault::TooManyColumns => format!("There are too many columns. Use {MAX_COLUMNS} or fewer."),
        FileFault::QuoteUnclosed(line) => {
            format!("A quotation mark (\") in line {line} is not closed. Close it or take it out.")
        }
        FileFault::LineTooLong(line) => format!("Line {line} is too long. Use {} bytes at most.", length()),
        FileFault::TooManyRows => {
            format!(
                "There are too many rows. Split them into files of {} rows at most.",
                grouped_number(MAX_ROWS.into())
            )
        }
        FileFault::TooLarge => format!("The file is too large. Split it into files of {} MB at most.", megabytes()),
        FileFault::NotText(line) => {
            format!("Line {line} can’t be read as text. Save the file as CSV in UTF-8 or Shift_JIS.")
        }
        FileFault::MixedCharacters(line) => {
            format!("The header is UTF-8, but line {line} is not. Save the whole file in one encoding.")
        }
        FileFault::CardColumn => {
            "The header has a column of card data. Files with card numbers are not taken, so the file was deleted."
                .to_owned()
        }
        FileFault::CardNumber(line) => format!(
            "Line {line} holds what looks like a card number. Files with card numbers are not taken, so the file was deleted."
        ),
    }
}

fn length() -> String {
    grouped_number(u64::try_from(MAX_LINE).unwrap_or(u64::MAX))
}

const fn megabytes() -> u64 {
    MAX_BYTES / (1024 * 1024)
}

/// All that is wrong with a row.
pub fn bad_row(lang: Lang, bad: &BadRow) -> String {
    let between = match lang {
        Lang::Ja => "",
        Lang::En => " ",
    };
    bad.faults().map(|fault| row_fault(lang, fault)).collect::<Vec<_>>().join(between)
}

/// What is wrong with a row, with its column, and what to do.
pub fn row_fault(lang: Lang, fault: Fault) -> String {
    let text = what(lang, fault.what, fault.column);
    match (lang, fault.column) {
        (Lang::Ja, Some(column)) => format!("「{}」{text}", column.name(lang)),
        (Lang::En, Some(column)) => format!("{}: {text}", column.name(lang)),
        (Lang::Ja | Lang::En, None) => text,
    }
}

fn what(lang: Lang, what: What, column: Option<Column>) -> String {
    match lang {
        Lang::Ja => what_ja(what, column),
        Lang::En => what_en(what, column),
    }
}

fn what_ja(what: What, column: Option<Column>) -> String {
    match what {
        What::Columns { found, header } => {
            format!("列が{found}個あります。見出しと同じ{header}個にしてください。")
        }
        What::QuoteMisplaced => {
            "閉じた「\"」の後に文字があります。値の中の「\"」は「\"\"」と書いてください。".to_owned()
        }
        What::Undecodable => "を文字として読み取れません。ファイルの文字コードを確認してください。".to_owned(),
        What::OrderMissing => "がありません。入力してください。".to_owned(),
        What::OrderMalformed => {
            "の形が正しくありません。半角数字18桁以内（24方式では半角英数字、「_」、「-」で40文字以内）にしてください。表計算ソフトが 1.2E+17 のように変えていないか確認してください。".to_owned()
        }
        What::OrderReserved => "に、9で始まる18桁の番号は使えません。別の番号にしてください。".to_owned(),
        What::OrderTwice => "が前の行と同じです。1つの番号は1行だけにしてください。".to_owned(),
        What::AmountMissing => "がありません。入力してください。".to_owned(),
        What::AmountMalformed => {
            "は半角数字だけで、カンマ、円記号、先頭の0を付けずに 1000 のように入力してください。".to_owned()
        }
        What::AmountOutOfRange(most) => format!("は1円から{}までにしてください。", money(Lang::Ja, most)),
        What::PayerMissing => match column {
            Some(Column::Source) => "がありません。カードを預かっている取引の伝票番号を入力してください。".to_owned(),
            Some(_) | None => "がありません。購入者IDか元伝票番号のどちらかを入力してください。".to_owned(),
        },
        What::PayerTwice => "と購入者IDの両方があります。どちらか1つにしてください。".to_owned(),
        What::UserMalformed => "は半角の英字、数字、記号で30文字以内にしてください。".to_owned(),
        What::SourceMalformed => "の形が正しくありません。元の取引の伝票番号を入力してください。".to_owned(),
        What::ControlCharacter => "に、改行など目に見えない文字があります。取り除いてください。".to_owned(),
        What::TooLong => match column {
            Some(Column::Mail) => "が長すぎます。128文字以内にしてください。".to_owned(),
            Some(_) | None => "が長すぎます。全角64文字（半角128文字）以内にしてください。".to_owned(),
        },
        What::MailMalformed => "の形が正しくありません。name@example.jp のように入力してください。".to_owned(),
        What::CardNumber => "にカード番号は入れられません。".to_owned(),
    }
}

fn what_en(what: What, column: Option<Column>) -> String {
    match what {
        What::Columns { found, header } => format!("There are {found} columns. Use {header}, as in the header."),
        What::QuoteMisplaced => {
            "Something follows a closing quotation mark. Inside a value, write \" as \"\".".to_owned()
        }
        What::Undecodable => "this can’t be read as text. Check the file’s encoding.".to_owned(),
        What::OrderMissing => "it is empty. Fill in the order number.".to_owned(),
        What::OrderMalformed => {
            "use digits, 18 at most (in the 24 dialect up to 40 letters, digits, “_” and “-”). Spreadsheets may have changed it to something like 1.2E+17.".to_owned()
        }
        What::OrderReserved => "a number of 18 digits can’t begin with 9. Use another number.".to_owned(),
        What::OrderTwice => "an earlier line has the same number. Use each number once.".to_owned(),
        What::AmountMissing => "it is empty. Fill in the amount.".to_owned(),
        What::AmountMalformed => {
            "use digits only, like 1000, without commas, a yen sign or leading zeros.".to_owned()
        }
        What::AmountOutOfRange(most) => format!("use ¥1 to {}.", money(Lang::En, most)),
        What::PayerMissing => match column {
            Some(Column::Source) => "it is empty. Fill in the order number of a payment whose card is kept.".to_owned(),
            Some(_) | None => "fill in either a user or a source.".to_owned(),
        },
        What::PayerTwice => "there is a user, too. Use one of the two.".to_owned(),
        What::UserMalformed => "use up to 30 ASCII letters, digits and symbols.".to_owned(),
        What::SourceMalformed => "this can’t be an order number. Fill in that of the earlier payment.".to_owned(),
        What::ControlCharacter => "it holds a line end or another character that is not seen. Take it out.".to_owned(),
        What::TooLong => match column {
            Some(Column::Mail) => "too long. Use 128 characters or fewer.".to_owned(),
            Some(_) | None => "too long. Use 128 characters or fewer (64 full-width ones).".to_owned(),
        },
        What::MailMalformed => "this does not look like an e-mail address. Use one like name@example.com.".to_owned(),
        What::CardNumber => "it can’t hold a card number.".to_owned(),
    }
}

/// A kind of fault by itself, for counts: how many rows have it stands beside.
pub const fn what_name(lang: Lang, what: What) -> &'static str {
    match (lang, what) {
        (Lang::Ja, What::Columns { .. }) => "列の数が見出しと違う",
        (Lang::En, What::Columns { .. }) => "Number of columns differs from the header",
        (Lang::Ja, What::QuoteMisplaced) => "「\"」の位置が正しくない",
        (Lang::En, What::QuoteMisplaced) => "Quotation mark in the wrong place",
        (Lang::Ja, What::Undecodable) => "文字として読み取れない",
        (Lang::En, What::Undecodable) => "Not readable as text",
        (Lang::Ja, What::OrderMissing) => "伝票番号がない",
        (Lang::En, What::OrderMissing) => "No order number",
        (Lang::Ja, What::OrderMalformed) => "伝票番号の形が正しくない",
        (Lang::En, What::OrderMalformed) => "Order number not well-formed",
        (Lang::Ja, What::OrderReserved) => "使えない範囲の伝票番号",
        (Lang::En, What::OrderReserved) => "Order number in the reserved range",
        (Lang::Ja, What::OrderTwice) => "伝票番号の重複",
        (Lang::En, What::OrderTwice) => "Order number twice in the file",
        (Lang::Ja, What::AmountMissing) => "決済金額がない",
        (Lang::En, What::AmountMissing) => "No amount",
        (Lang::Ja, What::AmountMalformed) => "決済金額の形が正しくない",
        (Lang::En, What::AmountMalformed) => "Amount not well-formed",
        (Lang::Ja, What::AmountOutOfRange(_)) => "決済金額が範囲の外",
        (Lang::En, What::AmountOutOfRange(_)) => "Amount out of range",
        (Lang::Ja, What::PayerMissing) => "購入者IDも元伝票番号もない",
        (Lang::En, What::PayerMissing) => "Neither user nor source",
        (Lang::Ja, What::PayerTwice) => "購入者IDと元伝票番号の両方がある",
        (Lang::En, What::PayerTwice) => "Both user and source",
        (Lang::Ja, What::UserMalformed) => "購入者IDの形が正しくない",
        (Lang::En, What::UserMalformed) => "User not well-formed",
        (Lang::Ja, What::SourceMalformed) => "元伝票番号の形が正しくない",
        (Lang::En, What::SourceMalformed) => "Source not well-formed",
        (Lang::Ja, What::ControlCharacter) => "目に見えない文字がある",
        (Lang::En, What::ControlCharacter) => "Character that is not seen",
        (Lang::Ja, What::TooLong) => "値が長すぎる",
        (Lang::En, What::TooLong) => "Value too long",
        (Lang::Ja, What::MailMalformed) => "メールアドレスの形が正しくない",
        (Lang::En, What::MailMalformed) => "E-mail address not well-formed",
        (Lang::Ja, What::CardNumber) => "カード番号がある",
        (Lang::En, What::CardNumber) => "Card number",
    }
}

/// Why a row was not approved, and what to do, in the file of answers and on pages. What is wrong with a row itself says [`bad_row`].
pub fn reason(lang: Lang, reason: Reason) -> String {
    let text = match (lang, reason) {
        (lang, Reason::Fault(what)) => return row_fault(lang, Fault { column: None, what }),
        (Lang::Ja, Reason::Declined(code)) => return format!("{}。", transactions::declined(lang, code)),
        (Lang::En, Reason::Declined(code)) => return format!("{}.", transactions::declined(lang, code)),
        (Lang::Ja, Reason::OrderUsed) => "伝票番号が別の決済ですでに使われています。請求していません。",
        (Lang::En, Reason::OrderUsed) => "The order number belongs to another payment. Nothing was charged.",
        (Lang::Ja, Reason::AlreadyPaid) => "この伝票番号は支払い済みです。重ねて請求していません。",
        (Lang::En, Reason::AlreadyPaid) => "This order is already paid. It was not charged again.",
        (Lang::Ja, Reason::AmountConflict) => "同じ伝票番号で金額の異なる決済があります。請求していません。",
        (Lang::En, Reason::AmountConflict) => "The order number has a payment of another amount. Nothing was charged.",
        (Lang::Ja, Reason::CardMissing) => "この購入者のカードを預かっていません。購入者IDを確認してください。",
        (Lang::En, Reason::CardMissing) => "No card of this user is kept. Check the user.",
        (Lang::Ja, Reason::SourceMissing) => {
            "元の取引がないか、そのカードを預かっていません。元伝票番号を確認してください。"
        }
        (Lang::En, Reason::SourceMissing) => {
            "There is no such earlier payment, or its card is not kept. Check the source."
        }
        (Lang::Ja, Reason::NotAgreed) => {
            "購入者が、お店から始める請求に同意していません。決済リンクでお支払いをご案内ください。"
        }
        (Lang::En, Reason::NotAgreed) => {
            "The buyer did not agree to charges that the shop begins. Send a payment link instead."
        }
        (Lang::Ja, Reason::CardExpired) => {
            "預かっているカードの有効期限が過ぎています。購入者にカードの変更をお願いしてください。"
        }
        (Lang::En, Reason::CardExpired) => "The kept card has expired. Ask the buyer to change it.",
        (Lang::Ja, Reason::CardUnlinked) => {
            "カードを預かったときの決済に、カード会社の取引番号がありません。お店からは請求できないため、購入者にカードの変更をお願いしてください。"
        }
        (Lang::En, Reason::CardUnlinked) => {
            "The card company gave no reference for the payment that the card was kept with, so the shop can’t charge it. Ask the buyer to register the card again."
        }
        (Lang::Ja, Reason::NotCharged) => "確認の結果、請求されていません。もう一度処理できます。",
        (Lang::En, Reason::NotCharged) => "It was checked: nothing was charged. It can be run again.",
        (Lang::Ja, Reason::BeingChecked) => {
            "結果を確認しています。確認が終わるまで、同じ注文を別の番号で請求しないでください。"
        }
        (Lang::En, Reason::BeingChecked) => {
            "The outcome is being checked. Until it is known, don’t charge the order under another number."
        }
        (Lang::Ja, Reason::OrderUnreadable) => {
            "この伝票番号の記録を読み取れず、請求されたかどうかが分かりません。運営者が確認しています。確認が終わるまで、同じ注文を別の番号で請求しないでください。"
        }
        (Lang::En, Reason::OrderUnreadable) => {
            "The record of this order can’t be read, and whether it was charged is not known. The operator is looking at it. Until it is known, don’t charge the order under another number."
        }
        (Lang::Ja, Reason::CardUnreadable) => {
            "預かっているカードか元の取引の記録を読み取れません。請求していません。運営者が確認しています。後日、もう一度処理してください。"
        }
        (Lang::En, Reason::CardUnreadable) => {
            "The record of the kept card or of the earlier payment can’t be read. Nothing was charged. The operator is looking at it. Run the row again later."
        }
        (Lang::Ja, Reason::Stopped) => "この行の前に一括処理が中止されました。請求していません。",
        (Lang::En, Reason::Stopped) => "The batch was stopped before this row. Nothing was charged.",
        (Lang::Ja, Reason::Suspended) => "加盟店の取引が停止されています。請求していません。",
        (Lang::En, Reason::Suspended) => "The merchant is suspended. Nothing was charged.",
        (Lang::Ja, Reason::SourceChanged) => {
            "継続元の決済が、計画の作成後に返金・取消・異議申立てなどで変わっています。請求していません。"
        }
        (Lang::En, Reason::SourceChanged) => {
            "The payment to be continued was given back, cancelled or disputed after it was listed. Nothing was charged."
        }
        (Lang::Ja, Reason::DayLimit) => {
            "1日の承認額の上限（運営者の設定）を超えます。請求していません。翌日、もう一度処理してください。"
        }
        (Lang::En, Reason::DayLimit) => {
            "It would go beyond what the operator allows in a day. Nothing was charged. Run it again the next day."
        }
        (Lang::Ja, Reason::Limited(Limit::Until(then))) => {
            return format!(
                "このカードは、承認されなかった回数がカードブランドの上限に達したか、カード会社が期間をおくよう求めています。請求していません。{}から、もう一度処理できます。",
                date_time(Lang::Ja, then)
            );
        }
        (Lang::En, Reason::Limited(Limit::Until(then))) => {
            return format!(
                "The card was declined as often as its network allows, or the card company asked to wait. Nothing was charged. It can be run again from {}.",
                date_time(Lang::En, then)
            );
        }
        (Lang::Ja, Reason::Limited(Limit::Never)) => {
            "カード会社が、このカードへの再度の請求を認めていません。請求していません。購入者にカードの変更をお願いしてください。"
        }
        (Lang::En, Reason::Limited(Limit::Never)) => {
            "The card company allows no further charge of this card. Nothing was charged. Ask the buyer to change it."
        }
        (Lang::Ja, Reason::Limited(Limit::Revoked)) => {
            "カード会員が、お店からの請求の停止をカード会社に申し出ています。請求していません。購入者とご相談ください。"
        }
        (Lang::En, Reason::Limited(Limit::Revoked)) => {
            "The cardholder told the card company to stop charges by the shop. Nothing was charged. Talk to the buyer."
        }
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const LANGS: [Lang; 2] = [Lang::Ja, Lang::En];

    #[test]
    fn a_row_is_told_with_its_column_and_what_to_do() {
        let fault = Fault { column: Some(Column::Amount), what: What::AmountMalformed };
        assert_eq!(
            row_fault(Lang::Ja, fault),
            "「決済金額」は半角数字だけで、カンマ、円記号、先頭の0を付けずに 1000 のように入力してください。"
        );
        assert_eq!(
            row_fault(Lang::En, fault),
            "amount: use digits only, like 1000, without commas, a yen sign or leading zeros."
        );
    }

    #[test]
    fn every_fault_has_words_of_its_own_in_both_languages() {
        for lang in LANGS {
            let names: BTreeSet<_> = What::ALL.map(|what| what_name(lang, what)).into();
            assert_eq!(names.len(), What::ALL.len());
            for what in What::ALL {
                let text = row_fault(lang, Fault { column: Some(Column::Name), what });
                assert!(text.ends_with(['。', '.']), "{text}");
            }
        }
    }

    #[test]
    fn a_file_that_held_card_numbers_is_said_to_be_deleted() {
        for lang in LANGS {
            for fault in [FileFault::CardColumn, FileFault::CardNumber(37)] {
                let text = file_fault(lang, fault);
                assert!(text.contains("削除") || text.contains("deleted"), "{text}");
            }
            assert!(file_fault(lang, FileFault::CardNumber(37)).contains("37"));
        }
        assert!(file_fault(Lang::Ja, FileFault::TooManyRows).contains("1,000,000行"));
        assert!(file_fault(Lang::En, FileFault::TooLarge).contains("256 MB"));
    }

    #[test]
    fn what_was_not_charged_says_so() {
        for (lang, words) in [(Lang::Ja, "請求していません"), (Lang::En, "Nothing was charged")] {
            for what in [Reason::OrderUsed, Reason::AmountConflict, Reason::Stopped] {
                assert!(reason(lang, what).contains(words), "{what:?}");
            }
            for what in [Reason::BeingChecked, Reason::OrderUnreadable] {
                assert!(!reason(lang, what).contains(words), "what nobody knows is not a decline");
            }
        }
    }
}
