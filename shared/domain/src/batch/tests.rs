#![expect(clippy::as_conversions, clippy::arithmetic_side_effects, reason = "tests count small things")]

use proptest::prelude::*;

use super::*;
use crate::{
    Lang, OrderId, PaymentNumber, Yen,
    merchant::{Dialect, Encoding},
    text,
};

const RULES: Rules = Rules { numbers: Numbers::Merchant(Dialect::Asj), most: Yen::MAX };

fn size() -> PieceSize {
    PieceSize::new(3, 4096)
}

fn scan(file: &[u8]) -> Result<Scanned, FileFault> {
    scan_in(std::iter::once(file))
}

fn scan_in<'a>(pushes: impl Iterator<Item = &'a [u8]>) -> Result<Scanned, FileFault> {
    let mut scanner = Scanner::new(RULES, size());
    for bytes in pushes {
        scanner.push(bytes)?;
    }
    scanner.finish()
}

/// Every line of every piece, as the functions that charge and answer read them.
fn lines<'a>(file: &'a [u8], scanned: &Scanned) -> Vec<(u32, &'a [u8], Found)> {
    let at = |place: u64| usize::try_from(place).unwrap();
    let mut all = Vec::new();
    for piece in &scanned.pieces {
        let lines = Lines::new(&file[at(piece.start)..at(piece.end)], &scanned.layout, RULES, piece);
        all.extend(lines.map(|line| (line.line, line.record, line.found)));
    }
    all
}

fn rows(file: &[u8]) -> Vec<Row> {
    let scanned = scan(file).unwrap();
    let row = |(_, _, found)| match found {
        Found::Row(row) => Some(row),
        Found::Bad(_) | Found::Blank => None,
    };
    lines(file, &scanned).into_iter().filter_map(row).collect()
}

/// The faults of each bad row, with its line.
fn bad(file: &[u8]) -> Vec<(u32, Vec<Fault>)> {
    let scanned = scan(file).unwrap();
    let of_pieces: Vec<BadRow> = lines(file, &scanned)
        .into_iter()
        .filter_map(|(_, _, found)| match found {
            Found::Bad(bad) => Some(bad),
            Found::Row(_) | Found::Blank => None,
        })
        .collect();
    assert_eq!(of_pieces, scanned.first_bad, "what the check finds is what charging finds");
    assert_eq!(scanned.bad.values().sum::<u32>() + scanned.good, scanned.rows);
    of_pieces.iter().map(|bad| (bad.line, bad.faults().collect())).collect()
}

fn row(line: u32, order: &str, yen: u32, user: &str) -> Row {
    Row {
        line,
        order: OrderId::new(order).unwrap(),
        amount: Yen::new(yen).unwrap(),
        payer: Payer::User(user.to_owned()),
        name: String::new(),
        mail: String::new(),
        free: Default::default(),
    }
}

#[test]
fn a_file_is_read_in_every_way_it_may_come() {
    let table = "自由設定項目1,メールアドレス,伝票番号,決済金額,購入者ID,氏名,備考\n\
                 表示能力ソ,taro@example.jp,101,2000,u-1,\"山田 \"\"太郎\"\"\",\"a,\nb\"\n\
                 ,,102,300,u-2,ﾔﾏﾀﾞ,";
    let expected = [
        Row {
            name: "山田 \"太郎\"".to_owned(),
            mail: "taro@example.jp".to_owned(),
            free: ["表示能力ソ".to_owned(), String::new(), String::new()],
            ..row(2, "101", 2000, "u-1")
        },
        Row { name: "ﾔﾏﾀﾞ".to_owned(), ..row(4, "102", 300, "u-2") },
    ];
    for end in ["\n", "\r\n", "\r"] {
        for last in ["", end] {
            let whole = format!("{}{last}", table.replace('\n', end));
            let marked = [&b"\xef\xbb\xbf"[..], whole.as_bytes()].concat();
            for (file, characters) in [
                (whole.clone().into_bytes(), Characters::Utf8),
                (marked, Characters::Utf8Marked),
                (text::encode(&whole, Encoding::ShiftJis), Characters::Cp932),
            ] {
                let scanned = scan(&file).unwrap();
                assert_eq!(scanned.layout.characters, characters, "{end:?}");
                assert_eq!(scanned.layout.line_end.bytes(), end.as_bytes());
                assert_eq!((scanned.rows, scanned.good, scanned.yen), (2, 2, 2300));
                assert_eq!(rows(&file), expected, "{end:?} {characters:?}");
            }
        }
    }
}

#[test]
fn columns_stand_in_any_order_and_under_either_name() {
    for (header, line, lang) in [
        ("charge,amount,user", "1,200,u", Lang::En),
        ("USER,Amount,Charge", "u,200,1", Lang::En),
        ("伝票番号,決済金額,購入者ID", "1,200,u", Lang::Ja),
        ("購入者ＩＤ,決済 金額,伝票番号", "u,200,1", Lang::Ja),
        ("\"伝票番号\",\"note\",\"amount\",\"購入者id\"", "1,x,200,u", Lang::Ja),
        ("決済番号,伝票番号,決済金額,購入者ID,カード番号下4桁,カード会社", "1,1,200,u,4242,Visa", Lang::Ja),
        ("result,payment,charge,amount,user,result", "x,x,1,200,u,x", Lang::En),
    ] {
        let file = format!("{header}\n{line}\n");
        assert_eq!(rows(file.as_bytes()), [row(2, "1", 200, "u")], "{header}");
        assert_eq!(scan(file.as_bytes()).unwrap().layout.lang(), lang, "{header}");
    }
    let source = rows("伝票番号,決済金額,元伝票番号,購入者ID\n1,200,900000000000000001,\n2,300,,u\n".as_bytes());
    assert_eq!(source[0].payer, Payer::Source(OrderId::new("900000000000000001").unwrap()), "ours may be a source");
    assert_eq!(source[1].payer, Payer::User("u".to_owned()));
}

#[test]
fn a_broken_file_is_refused_whole_with_its_line() {
    let rows = |count: usize| {
        let mut file = b"charge,amount,user\n".to_vec();
        (0..count).for_each(|n| file.extend(format!("{n},1,u\n").bytes()));
        file
    };
    let long = "x".repeat(MAX_LINE);
    let columns = vec!["a"; MAX_COLUMNS + 1].join(",");
    for (file, fault) in [
        (&b""[..], FileFault::Empty),
        (b"\xef\xbb\xbf", FileFault::Empty),
        (b"charge,amount,user", FileFault::Empty),
        (b"charge,amount,user\n\n , ,\n", FileFault::Empty),
        (b"\n", FileFault::NoHeader),
        (b"\ncharge,amount,user\n1,1,u\n", FileFault::NoHeader),
        (b"1,200,u\n2,200,u\n", FileFault::NoHeader),
        ("伝票番号,決済金額\n".as_bytes(), FileFault::ColumnMissing(Missing::Payer)),
        (b"amount,user\n", FileFault::ColumnMissing(Missing::Charge)),
        (b"charge,user\n", FileFault::ColumnMissing(Missing::Amount)),
        ("charge,amount,user,伝票番号\n".as_bytes(), FileFault::ColumnTwice(Column::Charge)),
        (columns.as_bytes(), FileFault::TooManyColumns),
        (b"charge,amount,user\n1,1,u\n2,1,\"u\n3,1,u\n", FileFault::QuoteUnclosed(3)),
        (b"charge,amount,user\n1,1,u\n2,1,\"u", FileFault::QuoteUnclosed(3)),
        (format!("charge,amount,user\n1,1,{long}\n").as_bytes(), FileFault::LineTooLong(2)),
        (format!("charge,amount,user\n1,1,{long}").as_bytes(), FileFault::LineTooLong(2)),
        (format!("charge,amount,user\n1,1,\"\n{long}\n").as_bytes(), FileFault::QuoteUnclosed(2)),
        (b"charge,amount,user\n1,1,u\n2,1,u\0\n", FileFault::NotText(3)),
        (b"\xff\xfec\0h\0a\0r\0g\0e\0\n\0", FileFault::NotText(1)),
        (
            b"\xe4\xbc\x9d\xe7\xa5\xa8\xe7\x95\xaa\xe5\x8f\xb7,amount,user\n1,1,u\n2,1,\x8e\x52\n",
            FileFault::MixedCharacters(3),
        ),
        (&rows(1_000_001), FileFault::TooManyRows),
    ] {
        assert_eq!(
            scan(file).map(|scanned| scanned.rows),
            Err(fault),
            "{:?}",
            String::from_utf8_lossy(&file[..file.len().min(80)])
        );
    }
    assert_eq!(scan(&rows(1_000_000)).map(|scanned| (scanned.rows, scanned.good)), Ok((1_000_000, 1_000_000)));
    let most = format!("charge,amount,user,own\n1,1,u,{}\n", "x".repeat(MAX_LINE - 6));
    assert_eq!(scan(most.as_bytes()).unwrap().good, 1);
}

#[test]
fn more_bytes_than_a_file_may_have_are_refused_as_they_come() {
    let mut scanner = Scanner::new(RULES, size());
    scanner.push(b"charge,amount,user,own\n").unwrap();
    let block = b"1,1,u,x\n".repeat(128 * 1024);
    let mut taken = 0_u64;
    let fault = loop {
        taken += block.len() as u64;
        if let Err(fault) = scanner.push(&block) {
            break fault;
        }
    };
    assert!(taken <= MAX_BYTES + block.len() as u64);
    // Rows run out first here; blank lines would, too.
    assert_eq!(fault, FileFault::TooManyRows);
    let mut wide = Scanner::new(RULES, size());
    wide.push(b"charge,amount,user,own\n").unwrap();
    let block = [&b"1,1,u,"[..], &[b'x'; 8000], b"\n"].concat().repeat(1000);
    let faults: Vec<_> = (0..40).filter_map(|_| wide.push(&block).err()).collect();
    assert_eq!(faults.first(), Some(&FileFault::TooLarge));
    assert_eq!(wide.finish(), Err(FileFault::TooLarge), "refused once is refused");
}

#[test]
fn card_numbers_are_refused_wherever_they_may_hide() {
    let head = "charge,amount,user,name,mail,free1,note,tel";
    let with = |column: usize, text: &str| {
        let mut cells = ["1", "200", "u", "", "", "", "", ""];
        cells[column] = text;
        format!("{head}\n{}\n", cells.join(","))
    };
    for number in ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "４２４２４２４２４２４２４２４２"]
    {
        for column in [2, 3, 4, 5, 6] {
            let file = with(column, &format!("x {number}"));
            assert_eq!(scan(file.as_bytes()), Err(FileFault::CardNumber(2)), "{column}: {number}");
            let cp932 = text::encode(&file, Encoding::ShiftJis);
            assert_eq!(scan(&cp932), Err(FileFault::CardNumber(2)), "{column}: {number}");
        }
        assert_eq!(scan(with(7, number).as_bytes()).map(|s| s.rows), Ok(1), "telephone numbers are none");
        for broken in [
            format!("{head}\n1,200,u,\"{number}"),
            format!("{head}\n1,200,u,x,x,x,x,x,{number}\n"),
            format!("{head}\n1,200,u,\"x\"{number}\n"),
            format!("{head}\n\"\n\",\"{number},{}", "x".repeat(MAX_LINE)),
            format!("{head}\n1,\"200,{number}\n2,200,u,,,,,\n"),
        ] {
            assert_eq!(scan(broken.as_bytes()), Err(FileFault::CardNumber(2)), "{broken}");
        }
        let headerless = format!("1,200,{number}\n");
        assert_eq!(scan(headerless.as_bytes()), Err(FileFault::CardNumber(1)));
    }
    let order = rows(b"charge,amount,source\n3530111333300000,200,4242424242424242\n");
    assert_eq!(order.len(), 1, "a shop's long order number is no card");
    for (name, refused) in [
        ("カード番号", true),
        ("ｶｰﾄﾞ番号", true),
        ("Card Number", true),
        ("card_no", true),
        ("PAN", true),
        ("CVV2", true),
        ("セキュリティコード", true),
        ("カード有効期限", true),
        ("カード番号下4桁", false),
        ("card last 4", false),
        ("company", false),
        ("カード会社", false),
    ] {
        let file = format!("charge,amount,user,{name}\n1,200,u,\n");
        assert_eq!(scan(file.as_bytes()).err(), refused.then_some(FileFault::CardColumn), "{name}");
    }
}

#[test]
fn what_is_wrong_is_said_of_its_line_and_column() {
    let most = Yen::MAX;
    let cell = |column, what| vec![Fault { column: Some(column), what }];
    let long = "x".repeat(129);
    let wide = "漢".repeat(65);
    for (line, faults) in [
        (",200,u,,,,", cell(Column::Charge, What::OrderMissing)),
        ("A-1,200,u,,,,", cell(Column::Charge, What::OrderMalformed)),
        ("１,200,u,,,,", cell(Column::Charge, What::OrderMalformed)),
        ("1.23457E+17,200,u,,,,", cell(Column::Charge, What::OrderMalformed)),
        ("1234567890123456789,200,u,,,,", cell(Column::Charge, What::OrderMalformed)),
        ("912345678901234567,200,u,,,,", cell(Column::Charge, What::OrderReserved)),
        ("7,,u,,,,", cell(Column::Amount, What::AmountMissing)),
        ("7,\"1,000\",u,,,,", cell(Column::Amount, What::AmountMalformed)),
        ("7,1000円,u,,,,", cell(Column::Amount, What::AmountMalformed)),
        ("7,１０,u,,,,", cell(Column::Amount, What::AmountMalformed)),
        ("7,-1,u,,,,", cell(Column::Amount, What::AmountMalformed)),
        ("7,0,u,,,,", cell(Column::Amount, What::AmountOutOfRange(most))),
        ("7,10000000,u,,,,", cell(Column::Amount, What::AmountOutOfRange(most))),
        ("7,200,,,,,", cell(Column::User, What::PayerMissing)),
        ("7,200,u,5,,,", cell(Column::Source, What::PayerTwice)),
        ("7,200,ユーザー,,,,", cell(Column::User, What::UserMalformed)),
        ("7,200,1234567890123456789012345678901,,,,", cell(Column::User, What::UserMalformed)),
        ("7,200,,5 5,,,", cell(Column::Source, What::SourceMalformed)),
        ("7,200,u,,\"a\tb\",,", cell(Column::Name, What::ControlCharacter)),
        ("7,200,u,,\"a\nb\",,", cell(Column::Name, What::ControlCharacter)),
        (&format!("7,200,u,,{wide},,"), cell(Column::Name, What::TooLong)),
        (&format!("7,200,u,,,,{long}"), cell(Column::Free1, What::TooLong)),
        ("7,200,u,,,taro.example.jp,", cell(Column::Mail, What::MailMalformed)),
        ("7,200,u", vec![Fault { column: None, what: What::Columns { found: 3, header: 7 } }]),
        ("7,200,u,,,,,", vec![Fault { column: None, what: What::Columns { found: 8, header: 7 } }]),
        ("7,200,u,,\"a\"b,,", vec![Fault { column: None, what: What::QuoteMisplaced }]),
        ("1,200,u,,,,", cell(Column::Charge, What::OrderTwice)),
        (
            "x,y,,,,z,",
            [
                (Column::Charge, What::OrderMalformed),
                (Column::Amount, What::AmountMalformed),
                (Column::User, What::PayerMissing),
                (Column::Mail, What::MailMalformed),
            ]
            .map(|(column, what)| Fault { column: Some(column), what })
            .to_vec(),
        ),
    ] {
        let file = format!("charge,amount,user,source,name,mail,free1\n1,100,u,,,,\n\n{line}\n3,100,u,,,,\n");
        for file in [file.clone().into_bytes(), text::encode(&file, Encoding::ShiftJis)] {
            assert_eq!(bad(&file), [(4, faults.clone())], "{line}");
            assert_eq!(scan(&file).unwrap().good, 2, "{line}: a bad row stops no other");
        }
    }
    for fine in [
        " 000000000000000007 ,200,u,,,,",
        "7,9999999, u ,,　山田　,,",
        "7,200,u,,O'Brien \"B\" 髙①😀,a..b.@docomo.example.jp,",
    ] {
        let file = format!("charge,amount,user,source,name,mail,free1\n{fine}\n");
        assert_eq!(bad(file.as_bytes()), [], "{fine}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_fault_of_their_row() {
    let one = [(3, vec![Fault { column: Some(Column::Name), what: What::Undecodable }])];
    assert_eq!(bad(b"charge,amount,user,name\n1,1,u,\x8e\x52\n2,1,u,\x8e\n3,1,u,\xb1\n"), one, "CP932");
    assert_eq!(bad(b"\xef\xbb\xbfcharge,amount,user,name\n1,1,u,\xe5\xb1\xb1\n2,1,u,\x8e\x52\n"), one, "marked UTF-8");
}

#[test]
fn the_encoding_is_that_of_the_whole_file() {
    // ﾐｷ in CP932 is a character of UTF-8 as well.
    let head = b"charge,amount,user,name\n1,1,u,\xd0\xb7\n2,1,u,x\n";
    let utf8 = rows(head);
    assert_eq!((utf8[0].name.as_str(), utf8.len()), ("з", 2));
    let cp932 = rows(&[&head[..], b"3,1,u,\x8e\x52\x93\x63\n"].concat());
    assert_eq!((cp932[0].name.as_str(), cp932[2].name.as_str()), ("ﾐｷ", "山田"));
    let own = rows(b"charge,amount,user,name,\xd0\xb7\n1,1,u,\x8e\x52,x\n");
    assert_eq!(own[0].name, "山", "a column that is not read says nothing of the encoding");
    // Rows that only one of the two can read, above the line that decides.
    let wide = [b"charge,amount,user,name\n1,1,u,".to_vec(), b"\xd0\xb7".repeat(64), b"\n".to_vec()].concat();
    assert_eq!(bad(&wide), [], "64 letters of two columns each are 128 wide");
    let narrow = [&wide[..], b"2,1,u,\x8e\x52\n"].concat();
    assert_eq!(bad(&narrow), [], "128 half-width letters are as wide");
    let more =
        [b"charge,amount,user,name\n1,1,u,".to_vec(), b"\xc2\xa0\xe3\x81\x82".repeat(30), b"\n".to_vec()].concat();
    assert_eq!(bad(&more).len(), 0);
    let undecodable = [&more[..], b"2,1,u,\x8e\x52\n"].concat();
    assert_eq!(bad(&undecodable)[0].0, 2, "{:?}", bad(&undecodable));
}

#[test]
fn in_cp932_no_delimiter_stands_inside_a_character() {
    for lead in 0x80..=0xff_u8 {
        for trail in [b'"', b',', b'\n', b'\r', b'\0'] {
            let bytes = [lead, trail];
            let (text, _) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(&bytes);
            assert!(text.ends_with(char::from(trail)), "{lead:x} swallows {trail:x}");
        }
    }
}

#[test]
fn the_second_of_two_equal_orders_is_refused_wherever_it_stands() {
    let file = b"charge,amount,user\n7,1,u\n07,1,u\n8,1,u\n9,1,u\n7,2,v\n8,0,u\n7,x,u\n10,1,u\n";
    let twice = |line| (line, What::OrderTwice);
    let found: Vec<_> = bad(file).into_iter().map(|(line, faults)| (line, faults[0].what)).collect();
    assert_eq!(found, [twice(6), twice(7), twice(8)]);
    let scanned = scan(file).unwrap();
    assert_eq!(scanned.bad, [("order_twice", 3)].into());
    let repeated: Vec<String> = scanned.pieces.iter().map(|piece| piece.repeated.clone().into()).collect();
    assert_eq!(repeated, ["", "Bg", "AQ"], "two bits, in the piece that they are of");
}

#[test]
fn a_piece_names_its_repeated_rows_in_a_few_characters() {
    let file = format!("charge,amount,user\n{}", "1,1,u\n".repeat(5_000));
    let mut scanner = Scanner::new(RULES, PieceSize::new(u32::MAX, u64::MAX));
    scanner.push(file.as_bytes()).unwrap();
    let scanned = scanner.finish().unwrap();
    assert_eq!(scanned.pieces.len(), 5);
    assert_eq!((scanned.good, scanned.rows), (1, 5_000));
    for piece in &scanned.pieces {
        assert!(String::from(piece.repeated.clone()).len() <= 168);
        let json = serde_json::to_string(piece).unwrap();
        assert_eq!(serde_json::from_str::<Piece>(&json).unwrap(), *piece);
    }
    assert!(Repeated::try_from("A".repeat(200)).is_err());
    assert!(Repeated::try_from("=".to_owned()).is_err());
}

#[test]
fn long_orders_of_the_24_dialect_are_told_apart() {
    let rules = Rules { numbers: Numbers::Merchant(Dialect::TwentyFour), most: Yen::MAX };
    let long = "x".repeat(39);
    let file = format!("charge,amount,user\n{long}a,1,u\n{long}b,1,u\n{long}a,1,u\n1234567890123456789,1,u\n");
    let mut scanner = Scanner::new(rules, size());
    scanner.push(file.as_bytes()).unwrap();
    let scanned = scanner.finish().unwrap();
    assert_eq!((scanned.good, scanned.first_bad[0].line), (3, 4));
}

#[test]
fn a_layout_is_stored_without_anybodys_data() {
    let file = "伝票番号,決済金額,購入者ID,備考,電話番号\n1,200,u,x,03-1234-5678\n";
    let layout = scan(file.as_bytes()).unwrap().layout;
    let json = serde_json::to_string(&layout).unwrap();
    assert_eq!(
        json,
        r#"{"characters":"utf8","line_end":"lf","head":58,"header":{"lang":"ja","uses":["charge","amount","user","own","phone"]}}"#
    );
    assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), layout);
}

fn answered(file: &[u8]) -> Vec<u8> {
    let scanned = scan(file).unwrap();
    let mut writer = ResultWriter::new(&scanned.layout);
    writer
        .header(&file[..usize::try_from(scanned.layout.head).unwrap()], ["result", "payment", "理由コード", "reason"]);
    let number = PaymentNumber::new("176372040012300001").unwrap();
    let mut bytes = writer.take();
    for (_, record, found) in lines(file, &scanned) {
        let answer = match &found {
            Found::Row(_) => Answer { result: RowResult::Approved, payment: Some(&number), code: "", reason: "" },
            Found::Bad(bad) => Answer {
                result: RowResult::Error,
                payment: None,
                code: bad.first().what.code(),
                reason: "=直してください, \"すぐ\"",
            },
            Found::Blank => Answer { result: RowResult::Blank, payment: None, code: "", reason: "" },
        };
        writer.line(record, &answer);
        bytes.extend(writer.take());
    }
    bytes
}

#[test]
fn the_answers_stand_behind_the_lines_of_the_file() {
    let file = "charge,amount,user,\"備,考\"\r\n1,200,u,\"=1+1\"\r\n\r\n2,x,u,＝1\r\n3,200\r\n4,200,u,@x,-more,\r\n5,200,u,\"a\n\"\"b\"\"\"";
    let expected = "charge,amount,user,\"備,考\",result,payment,理由コード,reason\r\n\
        1,200,u,\"'=1+1\",approved,176372040012300001,,\r\n\
        ,,,,blank,,,\r\n\
        2,x,u,'＝1,error,,amount_malformed,\"'=直してください, \"\"すぐ\"\"\"\r\n\
        3,200,,,error,,columns,\"'=直してください, \"\"すぐ\"\"\"\r\n\
        4,200,u,'@x,error,,columns,\"'=直してください, \"\"すぐ\"\"\",'-more,\r\n\
        5,200,u,\"a\n\"\"b\"\"\",approved,176372040012300001,,\r\n";
    let marked = |text: &str| [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat();
    assert_eq!(String::from_utf8(answered(file.as_bytes())).unwrap(), expected);
    assert_eq!(answered(&marked(file)), marked(expected), "a mark stays");
    let cp932 = |text: &str| text::encode(text, Encoding::ShiftJis);
    assert_eq!(answered(&cp932(file)), cp932(expected), "characters stay");
    let cr = |text: &str| text.replace("\r\n", "\r").into_bytes();
    assert_eq!(answered(&cr(file)), cr(expected), "line ends stay");
}

#[test]
fn what_is_no_text_goes_back_as_it_came() {
    let file = b"charge,amount,user,name\n1,1,u,\x8e\x52\n2,1,u,\x8e\n";
    let result = answered(file);
    assert!(result.windows(8).any(|bytes| bytes == b"2,1,u,\x8e,"[..].get(..8).unwrap()), "{result:x?}");
}

#[test]
fn a_template_is_a_file_without_rows() {
    for lang in [Lang::Ja, Lang::En] {
        let file = template(lang);
        assert_eq!(scan(&file), Err(FileFault::Empty));
        let filled = [&file[..], b"1,200,u,,,,,,\r\n"].concat();
        assert_eq!(rows(&filled), [row(2, "1", 200, "u")]);
        assert_eq!(scan(&filled).unwrap().layout.lang(), lang);
    }
}

/// Texts that are likely to trip a reader, and their quoting.
fn cell() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        3 => "[0-9]{1,6}",
        2 => "[a-z山表ソｱ〜 ]{0,6}",
        1 => "[a,\"\r\n山]{0,5}",
        1 => "[ \t=+@-]{0,3}",
    ];
    (text, any::<bool>()).prop_map(|(text, quote)| {
        let needed = text.contains(['"', ',', '\r', '\n']);
        if quote || needed { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    })
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just(String::new()),
        8 => proptest::collection::vec(cell(), 1..6).prop_map(|cells| cells.join(",")),
        8 => ("[0-9]{1,2}", "[0-9]{1,5}", "[a-z]{1,4}", cell(), cell())
            .prop_map(|(charge, amount, user, name, own)| format!("{charge},{amount},{user},{name},{own}")),
    ]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let head = prop_oneof![Just("charge,amount,user,name,own"), Just("伝票番号,決済金額,購入者ID,氏名,備考")];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    let lines = proptest::collection::vec((line(), end), 1..24);
    (head, lines, 0..3_u8, any::<bool>()).prop_map(|(head, lines, form, last)| {
        let mut text =
            format!("{head}\n{}", lines.into_iter().map(|(line, end)| format!("{line}{end}")).collect::<String>());
        if !last {
            text = text.trim_end_matches(['\r', '\n']).to_owned();
        }
        match form {
            0 => text.into_bytes(),
            1 => [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat(),
            _ => text::encode(&text, Encoding::ShiftJis),
        }
    })
}

/// Bytes that are not made to be a file.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => proptest::sample::select(&b",\"\r\n1a \x8e\x52\xe5\xb1\xef"[..]), 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..200).prop_map(|noise| [&b"charge,amount,user\n"[..], &noise].concat())
}

proptest! {
    #[test]
    fn how_the_bytes_come_makes_no_difference(file in prop_oneof![file(), noise()], cuts in proptest::collection::vec(1..40_usize, 1..400)) {
        let mut rest = &file[..];
        let mut pushes = Vec::new();
        for cut in cuts {
            let (head, tail) = rest.split_at(cut.min(rest.len()));
            pushes.push(head);
            rest = tail;
        }
        pushes.push(rest);
        prop_assert_eq!(scan_in(pushes.into_iter()), scan(&file));
        prop_assert_eq!(scan_in(file.chunks(1)), scan(&file));
    }

    #[test]
    fn the_pieces_are_the_whole_file_and_cut_no_record(file in prop_oneof![file(), noise()]) {
        let Ok(scanned) = scan(&file) else { return Ok(()) };
        let mut end = scanned.layout.head;
        let mut line = 2;
        for piece in &scanned.pieces {
            prop_assert_eq!(piece.start, end, "no byte between two pieces");
            prop_assert_eq!(piece.first_line, line);
            prop_assert!(piece.rows + piece.blank <= 3);
            let bytes = &file[usize::try_from(piece.start).unwrap()..usize::try_from(piece.end).unwrap()];
            let found: Vec<_> = Lines::new(bytes, &scanned.layout, RULES, piece).collect();
            let blank = found.iter().filter(|line| line.found == Found::Blank).count();
            prop_assert_eq!((found.len() - blank, blank), (piece.rows as usize, piece.blank as usize));
            line += super::cut::line_ends(bytes);
            end = piece.end;
        }
        prop_assert_eq!(end, file.len() as u64);
        let whole = Piece { start: 0, end, first_line: 2, rows: 0, blank: 0, repeated: Repeated::default() };
        let below = &file[usize::try_from(scanned.layout.head).unwrap()..];
        let at_once: Vec<_> = Lines::new(below, &scanned.layout, RULES, &whole).map(|line| (line.line, line.record)).collect();
        let in_pieces: Vec<_> = lines(&file, &scanned).into_iter().map(|(line, record, _)| (line, record)).collect();
        prop_assert_eq!(at_once, in_pieces);
    }

    #[test]
    fn charging_finds_what_the_check_found(file in prop_oneof![file(), noise()]) {
        let Ok(scanned) = scan(&file) else { return Ok(()) };
        let found = lines(&file, &scanned);
        let good: Vec<_> = found.iter().filter_map(|(_, _, found)| match found {
            Found::Row(row) => Some(row),
            Found::Bad(_) | Found::Blank => None,
        }).collect();
        prop_assert_eq!(good.len(), scanned.good as usize);
        prop_assert_eq!(good.iter().map(|row| u64::from(row.amount.get())).sum::<u64>(), scanned.yen);
        let orders: std::collections::BTreeSet<_> = good.iter().map(|row| &row.order).collect();
        prop_assert_eq!(orders.len(), good.len(), "no order twice");
        bad(&file);
    }

    #[test]
    fn cells_are_those_of_another_reader(file in file()) {
        let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file);
        let mut other = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        let expected: Vec<Vec<Vec<u8>>> =
            other.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
        let mut found = Vec::new();
        let (mut cutter, mut cells, mut rest) = (super::cut::Cutter::of_records(), super::cells::Cells::default(), text);
        while !rest.is_empty() {
            let end = cutter.next_end(rest).unwrap_or(rest.len());
            let (whole, behind) = rest.split_at(end);
            let record = super::cut::without_end(whole);
            cells.take(record);
            // The other reader skips empty lines.
            if !record.is_empty() {
                found.push(cells.all(record).map(|cell| cell.content().into_owned()).collect::<Vec<_>>());
            }
            rest = behind;
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn every_line_has_its_answer_in_its_place(file in prop_oneof![file(), noise()]) {
        let Ok(scanned) = scan(&file) else { return Ok(()) };
        let result = answered(&file);
        let read = |bytes: &[u8]| {
            let mut records = Vec::new();
            let (mut cutter, mut cells, mut rest) = (super::cut::Cutter::of_file(), super::cells::Cells::default(), bytes);
            while !rest.is_empty() {
                let (whole, behind) = rest.split_at(cutter.next_end(rest).unwrap_or(rest.len()));
                let record = super::cut::without_end(whole);
                cells.take(record);
                records.push(cells.all(record).map(|cell| cell.content().into_owned()).collect::<Vec<_>>());
                rest = behind;
            }
            records
        };
        let (input, output) = (read(&file), read(&result));
        prop_assert_eq!(input.len(), output.len());
        let columns = scanned.layout.columns();
        for (before, after) in input.iter().zip(&output).skip(1) {
            prop_assert_eq!(after.len(), before.len().max(columns) + 4);
            for (place, cell) in before.iter().enumerate() {
                let place = if place < columns { place } else { place + 4 };
                let same = after[place] == *cell || after[place].ends_with(cell) && after[place][0] == b'\'' || cell.starts_with(b"\"");
                prop_assert!(same, "{:?} {:?}", cell, after[place]);
            }
            let result = String::from_utf8(after[columns].clone()).unwrap();
            prop_assert!(RowResult::ALL.iter().any(|known| known.code() == result), "{}", result);
        }
    }
}
