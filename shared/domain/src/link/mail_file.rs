//! The 11 columns of payment mails (決済メールのCSVインポート, ASJ): read strictly, with a line number for all that is wrong.
//!
//! The manual says columns, their order and the header; limits, what a repeated number means, and column 11 beyond `0` are ours.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    Merchant, OrderId, Yen,
    card::contains_card_number,
    merchant::{DestinationNumber, Dialect, Encoding},
    money::TypedAmountError,
    request::{MAX_WIDTH, Problem, check_mail, check_order},
    text,
};

/// The header, which may stand in the first line.
pub const HEADER: [&str; 11] = [
    "伝票番号",
    "支払い種別",
    "決済金額",
    "売上形態",
    "購入者氏名",
    "購入者メールアドレス",
    "自由設定項目1",
    "自由設定項目2",
    "自由設定項目3",
    "追加メッセージ",
    "決済完了URL・戻り先URL",
];
/// The most rows of one file (ours).
pub const MAX_ROWS: usize = 500;
/// The largest file, in bytes (ours).
pub const MAX_BYTES: usize = 512 * 1024;
/// The longest added message, in characters (ours).
pub const MAX_MESSAGE: usize = 500;

/// One payment mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailRow {
    /// The line it begins in, from 1.
    pub line: usize,
    /// Column 1: the merchant's number for the order.
    pub order: OrderId,
    /// Column 3.
    pub amount: Yen,
    /// Column 4 says 2.
    pub mobile: bool,
    /// Column 5.
    pub name: String,
    /// Column 6.
    pub mail: String,
    /// Columns 7 to 9.
    pub free: [String; 3],
    /// Column 10.
    pub message: String,
    /// Column 11.
    pub destination: DestinationNumber,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailFile {
    /// The rows that can be mails.
    pub rows: Vec<MailRow>,
    /// All that is to be mended, from the top.
    pub problems: Vec<RowProblem>,
}

/// A file of which no row can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileProblem {
    /// No row is in it.
    Empty,
    /// It is larger than [`MAX_BYTES`].
    TooLarge,
    /// It holds more than [`MAX_ROWS`] rows.
    TooManyRows,
    /// It is neither UTF-8 nor Shift_JIS.
    Unreadable,
    /// It has the header, but the columns stand in another order.
    OtherHeader,
}

/// What is wrong in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The line that the row begins in, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: What,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It has this many columns.
    Columns(usize),
    /// A column, 1 to 11, is wrong.
    Cell(usize, Cell),
    /// Its number stands in this line already.
    Twice(usize),
    /// Its number belongs to another link or payment.
    Used,
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It may not be empty.
    Missing,
    /// It is not in the form that its column has.
    Malformed,
    /// The amount is zero or more than the merchant takes.
    OutOfRange(Yen),
    /// An 18-digit number that starts with 9 is one of ours.
    Reserved,
    /// There is no contract for this method.
    NoContract,
    /// It is too long.
    TooLong,
    /// A character that mails of this kind can't carry (outside JIS X 0208, or `"`, `'`, `,`).
    Character(char),
    /// A character that is not seen.
    Control,
    /// It holds a card number, which must never land there.
    CardNumber,
    /// That destination is not registered.
    NotRegistered,
}

/// Reads a file. Its bytes are UTF-8, with a byte order mark or without, or else Shift_JIS (CP932).
///
/// # Errors
/// [`FileProblem`]: not one row could be read.
pub fn read(bytes: &[u8], merchant: &Merchant) -> Result<MailFile, FileProblem> {
    if bytes.len() > MAX_BYTES {
        return Err(FileProblem::TooLarge);
    }
    let text = characters(bytes).ok_or(FileProblem::Unreadable)?;
    let mut records = records(&text)?;
    if let Some((_, cells)) = records.first()
        && cells.first().is_some_and(|cell| cell.trim() == HEADER[0])
    {
        if !cells.iter().map(|cell| cell.trim()).eq(HEADER) {
            return Err(FileProblem::OtherHeader);
        }
        records.remove(0);
    }
    match records.len() {
        0 => Err(FileProblem::Empty),
        1..=MAX_ROWS => Ok(rows(&records, merchant)),
        _ => Err(FileProblem::TooManyRows),
    }
}

fn characters(bytes: &[u8]) -> Option<String> {
    match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => text::decode(rest, Encoding::Utf8),
        None => text::decode(bytes, Encoding::Utf8).or_else(|| text::decode(bytes, Encoding::ShiftJis)),
    }
}

type Record = (usize, Vec<String>);

/// Every record with the line that it begins in. A quoted cell may hold line ends.
fn records(text: &str) -> Result<Vec<Record>, FileProblem> {
    // One kind of line end, and one at the end: so the reader's count of lines is a person's.
    let text = format!("{}\n", text.replace("\r\n", "\n").replace('\r', "\n").trim_end_matches('\n'));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| FileProblem::Unreadable)? {
        let after = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        let inside = record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let line = after.saturating_sub(inside).saturating_sub(1);
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            records.push((line, record.iter().map(str::to_owned).collect()));
        }
    }
    Ok(records)
}

fn rows(records: &[Record], merchant: &Merchant) -> MailFile {
    let mut file = MailFile::default();
    let mut lines: HashMap<OrderId, usize> = HashMap::new();
    for (line, cells) in records {
        let line = *line;
        let mut problems = Vec::new();
        let row = match <&[String; 11]>::try_from(cells.as_slice()) {
            Ok(cells) => Reader { merchant, line, problems: &mut problems }.row(cells),
            Err(_) => {
                problems.push(What::Columns(cells.len()));
                None
            }
        };
        if let Some(row) = row {
            match lines.get(&row.order) {
                Some(first) => problems.push(What::Twice(*first)),
                None => {
                    lines.insert(row.order.clone(), line);
                    file.rows.push(row);
                }
            }
        }
        file.problems.extend(problems.into_iter().map(|what| RowProblem { line, what }));
    }
    file
}

/// Reads the cells of one row and notes all that is wrong with them.
struct Reader<'a> {
    merchant: &'a Merchant,
    line: usize,
    problems: &'a mut Vec<What>,
}

impl Reader<'_> {
    /// None: something is wrong with it.
    fn row(mut self, cells: &[String; 11]) -> Option<MailRow> {
        let [order, method, amount, form, name, mail, free1, free2, free3, message, destination] =
            cells.each_ref().map(|cell| cell.trim());
        let order = self.noted(1, order_number(order, self.merchant.dialect));
        self.noted(2, card_method(method));
        let amount = self.noted(3, yen(amount, self.merchant.max_amount));
        let mobile = self.noted(4, sales_form(form));
        let name = self.noted(5, required(name).and_then(free_text));
        let mail = self.noted(6, required(mail).and_then(mail_address));
        let free = [(7, free1), (8, free2), (9, free3)].map(|(column, text)| self.noted(column, free_text(text)));
        let message = self.noted(10, message_text(message));
        let destination = self.noted(11, destination_number(destination, self.merchant));
        let [free1, free2, free3] = free;
        Some(MailRow {
            line: self.line,
            order: order?,
            amount: amount?,
            mobile: mobile?,
            name: name?,
            mail: mail?,
            free: [free1?, free2?, free3?],
            message: message?,
            destination: destination?,
        })
        .filter(|_| self.problems.is_empty())
    }

    fn noted<T>(&mut self, column: usize, read: Result<T, Cell>) -> Option<T> {
        read.map_err(|wrong| self.problems.push(What::Cell(column, wrong))).ok()
    }
}

/// An order number as the merchant's dialect has it; one of ours is not the shop's to give.
///
/// # Errors
/// `Missing`, `Malformed` or `Reserved`.
pub fn order_number(text: &str, dialect: Dialect) -> Result<OrderId, Cell> {
    check_order(required(text)?, dialect)
        .map_err(|problem| if problem == Problem::OrderReserved { Cell::Reserved } else { Cell::Malformed })
}

/// Card (1), or whatever there is a contract for (3), which is the card.
fn card_method(text: &str) -> Result<(), Cell> {
    match required(text)? {
        "1" | "3" => Ok(()),
        "2" => Err(Cell::NoContract),
        _ => Err(Cell::Malformed),
    }
}

fn yen(text: &str, most: Yen) -> Result<Yen, Cell> {
    Yen::parse_plain(text, most).map_err(|error| match error {
        TypedAmountError::Missing => Cell::Missing,
        TypedAmountError::Malformed => Cell::Malformed,
        TypedAmountError::OutOfRange => Cell::OutOfRange(most),
    })
}

/// PC (1) or mobile (2).
fn sales_form(text: &str) -> Result<bool, Cell> {
    match required(text)? {
        "1" => Ok(false),
        "2" => Ok(true),
        _ => Err(Cell::Malformed),
    }
}

/// The merchant's own setting (0), one of its destinations (1 to 3), or the address of one of them, byte for byte.
fn destination_number(text: &str, merchant: &Merchant) -> Result<DestinationNumber, Cell> {
    let all = [DestinationNumber::One, DestinationNumber::Two, DestinationNumber::Three];
    let number = match required(text)? {
        "0" => return Ok(DestinationNumber::One),
        "1" => DestinationNumber::One,
        "2" => DestinationNumber::Two,
        "3" => DestinationNumber::Three,
        address => {
            let has = |number: &DestinationNumber| merchant.destination(*number).is_some_and(|d| d.address == address);
            return all.into_iter().find(has).ok_or(Cell::NotRegistered);
        }
    };
    merchant.destination(number).map(|_| number).ok_or(Cell::NotRegistered)
}

fn required(text: &str) -> Result<&str, Cell> {
    if text.is_empty() { Err(Cell::Missing) } else { Ok(text) }
}

/// A name or free item of a payment mail: JIS X 0208 without `"`, `'` and `,` (ASJ), 128 columns wide.
///
/// # Errors
/// `Control`, `TooLong`, `Character` or `CardNumber`.
pub fn free_text(text: &str) -> Result<String, Cell> {
    if text::has_control(text) {
        return Err(Cell::Control);
    }
    if text::width(text) > MAX_WIDTH {
        return Err(Cell::TooLong);
    }
    let lost = |c: &char| matches!(c, '"' | '\'' | ',') || !text::in_jis_x_0208(*c);
    match text.chars().find(lost) {
        Some(c) => Err(Cell::Character(c)),
        None if contains_card_number(text) => Err(Cell::CardNumber),
        None => Ok(text.to_owned()),
    }
}

/// # Errors
/// `TooLong`, `CardNumber` or `Malformed`.
pub fn mail_address(text: &str) -> Result<String, Cell> {
    match check_mail(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(Problem::TooLong) => Err(Cell::TooLong),
        Err(Problem::CardNumber) => Err(Cell::CardNumber),
        Err(_) => Err(Cell::Malformed),
    }
}

/// What a merchant adds to a mail. It may have lines.
///
/// # Errors
/// `Control`, `TooLong` or `CardNumber`.
pub fn message_text(text: &str) -> Result<String, Cell> {
    if text.chars().count() > MAX_MESSAGE {
        return Err(Cell::TooLong);
    }
    if text.split('\n').any(text::has_control) {
        return Err(Cell::Control);
    }
    if contains_card_number(text) { Err(Cell::CardNumber) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        MerchantId,
        merchant::{Destination, Method},
    };

    /// The manual's own sample row (asjpayment.jp/help/mail-b.html).
    const SAMPLE: &str = r#""99999","1","1000","1","山田 太郎","info@asjpayment.jp","あいうえお","かきくけこ","さしすせそ","ありがとうございます","0""#;

    fn merchant() -> Merchant {
        let mut merchant = Merchant::new(MerchantId::new("4000").unwrap(), "shop");
        merchant.max_amount = Yen::new(500_000).unwrap();
        let address = "https://shop.example/thanks".to_owned();
        merchant.destinations[1] = Some(Destination { address, method: Method::Post });
        merchant
    }

    fn file(text: &str) -> MailFile {
        read(text.as_bytes(), &merchant()).unwrap()
    }

    fn header() -> String {
        HEADER.map(|name| format!("\"{name}\"")).join(",")
    }

    #[test]
    fn the_manuals_sample_is_read_in_every_way_it_may_come() {
        let row = MailRow {
            line: 1,
            order: OrderId::new("99999").unwrap(),
            amount: Yen::new(1000).unwrap(),
            mobile: false,
            name: "山田 太郎".to_owned(),
            mail: "info@asjpayment.jp".to_owned(),
            free: ["あいうえお", "かきくけこ", "さしすせそ"].map(str::to_owned),
            message: "ありがとうございます".to_owned(),
            destination: DestinationNumber::One,
        };
        assert_eq!(file(SAMPLE), MailFile { rows: vec![row.clone()], problems: vec![] });
        let second = MailRow { line: 2, ..row };
        for end in ["\n", "\r\n", "\r"] {
            let whole = format!("{}{end}{SAMPLE}{end}", header());
            let cp932 = text::encode(&whole, Encoding::ShiftJis);
            let marked = format!("\u{feff}{whole}").into_bytes();
            for bytes in [whole.into_bytes(), cp932, marked] {
                let read = read(&bytes, &merchant()).unwrap();
                assert_eq!(read, MailFile { rows: vec![second.clone()], problems: vec![] }, "{end:?}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_of_its_line_and_column() {
        let cell = |column: usize, text: &str| {
            let mut cells: Vec<String> = SAMPLE.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect();
            cells[column - 1] = text.to_owned();
            cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect::<Vec<_>>().join(",")
        };
        let most = Yen::new(500_000).unwrap();
        for (column, text, wrong) in [
            (1, "", Cell::Missing),
            (1, "１２", Cell::Malformed),
            (1, "1234567890123456789", Cell::Malformed),
            (1, "A-1", Cell::Malformed),
            (1, "912345678901234567", Cell::Reserved),
            (2, "2", Cell::NoContract),
            (2, "5", Cell::Malformed),
            (2, "", Cell::Missing),
            (3, "", Cell::Missing),
            (3, "0", Cell::OutOfRange(most)),
            (3, "500001", Cell::OutOfRange(most)),
            (3, "99999999999999999999", Cell::OutOfRange(most)),
            (3, "1,000", Cell::Malformed),
            (3, "007", Cell::Malformed),
            (3, "-1", Cell::Malformed),
            (3, "１０００", Cell::Malformed),
            (3, "1000.5", Cell::Malformed),
            (4, "3", Cell::Malformed),
            (5, "", Cell::Missing),
            (5, "髙橋", Cell::Character('髙')),
            (5, "O'Brien", Cell::Character('\'')),
            (5, "ﾔﾏﾀﾞ", Cell::Character('ﾔ')),
            (5, &"漢".repeat(65), Cell::TooLong),
            (6, "", Cell::Missing),
            (6, "taro.example.jp", Cell::Malformed),
            (6, &format!("{}@example.jp", "a".repeat(120)), Cell::TooLong),
            (7, "①", Cell::Character('①')),
            (8, "a\"b", Cell::Character('"')),
            (9, "a\nb", Cell::Control),
            (9, "4242424242424242", Cell::CardNumber),
            (10, &"あ".repeat(501), Cell::TooLong),
            (10, "a\u{202e}b", Cell::Control),
            (11, "", Cell::Missing),
            (11, "1", Cell::NotRegistered),
            (11, "https://elsewhere.example/", Cell::NotRegistered),
        ] {
            let read = file(&cell(column, text));
            assert_eq!(read.problems, [RowProblem { line: 1, what: What::Cell(column, wrong) }], "{column}: {text}");
            assert_eq!(read.rows, [], "{column}: {text}");
        }
        for (column, text) in [
            (1, "000000000000000001"),
            (2, "3"),
            (3, "500000"),
            (4, "2"),
            (5, "〜山、あA"),
            (7, ""),
            (10, "一行目\n二行目"),
            (10, ""),
            (11, "2"),
            (11, "https://shop.example/thanks"),
        ] {
            assert_eq!(file(&cell(column, text)).problems, [], "{column}: {text}");
        }
    }

    #[test]
    fn every_problem_of_every_row_is_found_at_once() {
        let text = format!(
            "{SAMPLE}\n\n\"1\",\"2\"\n\"\",\"9\",\"x\",\"1\",\"a\",\"a@example.jp\",\"\",\"\",\"\",\"\",\"0\"\n{SAMPLE}"
        );
        let read = file(&text);
        assert_eq!(read.rows.len(), 1);
        let at = |line, what| RowProblem { line, what };
        assert_eq!(
            read.problems,
            [
                at(3, What::Columns(2)),
                at(4, What::Cell(1, Cell::Missing)),
                at(4, What::Cell(2, Cell::Malformed)),
                at(4, What::Cell(3, Cell::Malformed)),
                at(5, What::Twice(1)),
            ]
        );
    }

    #[test]
    fn lines_are_counted_as_a_person_counts_them() {
        let row = |order: &str, message: &str| SAMPLE.replace("99999", order).replace("ありがとうございます", message);
        let text = [header(), row("1", "a\nb\nc"), row("2", "a"), String::new(), row("3", "x\r\ny"), row("", "a")]
            .join("\r\n");
        let read = file(&text);
        assert_eq!(read.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5, 7]);
        assert_eq!(read.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [9]);
        assert_eq!(read.rows[0].message, "a\nb\nc");
        assert_eq!(read.rows[2].message, "x\ny");
    }

    #[test]
    fn an_open_quote_swallows_nothing_in_silence() {
        for (from, to, left) in [("\"99999\"", "\"99999", 1), ("\"0\"", "\"0", 0)] {
            let text = format!("{}\n{}", SAMPLE.replace(from, to), SAMPLE.replace("99999", "2"));
            let read = file(&text);
            assert_eq!(read.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [1], "{from}");
            assert_eq!(read.rows.len(), left, "{from}: what follows is read by itself, or is part of the problem");
        }
    }

    #[test]
    fn a_file_that_is_none_says_why() {
        let many = (0..=MAX_ROWS).map(|n| SAMPLE.replace("99999", &n.to_string())).collect::<Vec<_>>().join("\n");
        let swapped = header().replacen("\"支払い種別\",\"決済金額\"", "\"決済金額\",\"支払い種別\"", 1);
        for (bytes, problem) in [
            (Vec::new(), FileProblem::Empty),
            (b"\n\n,,\n".to_vec(), FileProblem::Empty),
            (header().into_bytes(), FileProblem::Empty),
            (b"\xff\xfe\x00".to_vec(), FileProblem::Unreadable),
            (b"\xef\xbb\xbf\x8e\x52".to_vec(), FileProblem::Unreadable),
            (many.into_bytes(), FileProblem::TooManyRows),
            (vec![b'1'; MAX_BYTES + 1], FileProblem::TooLarge),
            (format!("{swapped}\n{SAMPLE}").into_bytes(), FileProblem::OtherHeader),
        ] {
            assert_eq!(read(&bytes, &merchant()), Err(problem));
        }
    }
}
