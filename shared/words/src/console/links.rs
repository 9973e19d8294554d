//! Payment links at the console: list, new link, detail, payment mails by file.

use domain::{
    Lang, Yen,
    link::{LinkState, MAX_TERM, mail_file},
};

use crate::format::money;

/// The texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct LinksWords {
    /// Title and heading of the list.
    pub title: &'static str,
    /// What a link is.
    pub lead: &'static str,
    /// The merchant may take no payments now.
    pub suspended: &'static str,
    /// Leads to the form.
    pub new: &'static str,
    /// Leads to the file of mails.
    pub mails: &'static str,
    /// The search's text.
    pub search: &'static str,
    /// What is searched.
    pub search_hint: &'static str,
    /// The filter by state.
    pub state: &'static str,
    /// Every state.
    pub any_state: &'static str,
    /// Starts the search.
    pub find: &'static str,
    /// The list's name for screen readers.
    pub caption: &'static str,
    /// Nothing is in the list.
    pub empty: &'static str,
    /// Nothing was found so far.
    pub none_found: &'static str,
    /// The search goes on from there.
    pub search_on: &'static str,
    /// Older links.
    pub older: &'static str,
    /// The newest links.
    pub newest: &'static str,
    /// Column: when it was made.
    pub made: &'static str,
    /// Column: what is sold.
    pub item: &'static str,
    /// Column: how much.
    pub amount: &'static str,
    /// The shopper says how much.
    pub open_amount: &'static str,
    /// Column: whom it is for.
    pub buyer: &'static str,
    /// Column: until when.
    pub until: &'static str,
    /// For good.
    pub no_end: &'static str,
    /// The states.
    pub states: fn(state: LinkState) -> &'static str,
    /// Title and heading of the form.
    pub new_title: &'static str,
    /// What the form is.
    pub new_lead: &'static str,
    /// Heading: what is sold.
    pub offer: &'static str,
    /// Hint for what is sold.
    pub item_hint: &'static str,
    /// How much it costs.
    pub how_much: &'static str,
    /// Always the same.
    pub fixed: &'static str,
    /// The amount in yen.
    pub yen: &'static str,
    /// Hint for the amount.
    pub yen_hint: fn(most: &str) -> String,
    /// It begins a regular purchase.
    pub regular: &'static str,
    /// Which.
    pub regular_offer: &'static str,
    /// What that means.
    pub regular_hint: &'static str,
    /// In lists, in the place of an amount.
    pub by_offer: fn(offer: &str) -> String,
    /// How often it is paid.
    pub how_often: &'static str,
    /// Once.
    pub once: &'static str,
    /// Any number of times.
    pub often: &'static str,
    /// The last day.
    pub last_day: &'static str,
    /// Hint for the last day.
    pub last_day_hint: &'static str,
    /// Where the shopper goes after the payment.
    pub destination: &'static str,
    /// A destination by its number.
    pub destination_number: fn(number: u8) -> String,
    /// Our own result page.
    pub our_page: &'static str,
    /// Heading: the legal items.
    pub terms: &'static str,
    /// Why they are asked for.
    pub terms_lead: &'static str,
    /// How many.
    pub quantity: &'static str,
    /// Example.
    pub quantity_hint: &'static str,
    /// Postage and fees.
    pub shipping: &'static str,
    /// Example.
    pub shipping_hint: &'static str,
    /// When it is paid.
    pub payment_time: &'static str,
    /// What stands there otherwise.
    pub payment_time_hint: &'static str,
    /// When it is delivered.
    pub delivery: &'static str,
    /// Example.
    pub delivery_hint: &'static str,
    /// How it can be cancelled or returned.
    pub withdrawal: &'static str,
    /// Example.
    pub withdrawal_hint: &'static str,
    /// Heading: the buyer.
    pub to_buyer: &'static str,
    /// When it is filled in.
    pub to_buyer_lead: &'static str,
    /// The buyer's name.
    pub name: &'static str,
    /// The buyer's mail address.
    pub mail: &'static str,
    /// The merchant's own number for the order.
    pub order: &'static str,
    /// Hint for it.
    pub order_hint: &'static str,
    /// What the merchant adds.
    pub message: &'static str,
    /// Hint for it.
    pub message_hint: &'static str,
    /// The language of mail and page.
    pub mail_lang: &'static str,
    /// Japanese and English by name.
    pub languages: [&'static str; 2],
    /// A free item.
    pub free: fn(number: u8) -> String,
    /// Marks a field that may stay empty.
    pub optional: &'static str,
    /// Goes on to the preview.
    pub preview: &'static str,
    /// Title and heading of the preview.
    pub preview_title: &'static str,
    /// What it is.
    pub preview_lead: &'static str,
    /// Heading: the page.
    pub page_says: &'static str,
    /// The page's button.
    pub button_says: &'static str,
    /// Heading: the mail.
    pub mail_says: &'static str,
    /// The mail's subject.
    pub subject: &'static str,
    /// The mail's address is filled in when the link is made.
    pub address_later: &'static str,
    /// The merchant has no legal page.
    pub no_legal: &'static str,
    /// Makes the link.
    pub make: &'static str,
    /// Makes the link and sends it.
    pub make_and_send: &'static str,
    /// Goes back to the form.
    pub back: &'static str,
    /// The form was used before.
    pub used_form: &'static str,
    /// Title and heading of the detail.
    pub detail: &'static str,
    /// The link's address.
    pub address: &'static str,
    /// How to hand it on.
    pub address_hint: &'static str,
    /// What the drawing is.
    pub qr: &'static str,
    /// What it is good for.
    pub qr_hint: &'static str,
    /// How often it may be paid.
    pub uses: &'static str,
    /// Leads to the payment.
    pub payment: &'static str,
    /// Where the payments of a link that is paid often are.
    pub payments_hint: &'static str,
    /// How far the mail is.
    pub sending: &'static str,
    /// Nobody asked for it.
    pub unsent: &'static str,
    /// It is to be sent since.
    pub asked_at: fn(when: &str) -> String,
    /// It was sent then.
    pub sent_at: fn(nth: u16, when: &str) -> String,
    /// Sends the mail.
    pub send: fn(mail: &str) -> String,
    /// Sends the mail again.
    pub send_again: fn(mail: &str) -> String,
    /// When it was revoked.
    pub revoked_at: &'static str,
    /// Makes another like it.
    pub alike: &'static str,
    /// Leads to the question.
    pub revoke: &'static str,
    /// Title and heading of the question.
    pub revoke_title: &'static str,
    /// What is revoked: item and amount in words.
    pub revoke_what: fn(item: &str, amount: &str) -> String,
    /// What follows.
    pub revoke_means: &'static [&'static str],
    /// Does it.
    pub revoke_button: fn(amount: &str) -> String,
    /// Leaves it.
    pub keep: &'static str,
    /// Said after something was done.
    pub done: fn(what: Done) -> String,
    /// Title and heading of the mails by file.
    pub mails_title: &'static str,
    /// What it is.
    pub mails_lead: &'static str,
    /// The limits.
    pub mails_limits: fn(rows: usize, kilobytes: usize) -> String,
    /// The columns.
    pub columns: &'static str,
    /// The file.
    pub file: &'static str,
    /// Hint for the file.
    pub file_hint: &'static str,
    /// The rows, pasted.
    pub paste: &'static str,
    /// Hint for them.
    pub paste_hint: &'static str,
    /// Heading: what the file has no column for.
    pub for_all: &'static str,
    /// Why.
    pub for_all_lead: &'static str,
    /// How many days the links are open.
    pub days: &'static str,
    /// Hint for the days.
    pub days_hint: &'static str,
    /// Goes on to the check.
    pub check: &'static str,
    /// Heading of what is wrong in the file.
    pub rows_wrong: fn(count: usize) -> String,
    /// Nothing was made.
    pub rows_wrong_lead: &'static str,
    /// Column: the line.
    pub line: &'static str,
    /// Column: what is to be mended.
    pub mend: &'static str,
    /// Title and heading of the confirmation.
    pub confirm_title: &'static str,
    /// How many mails, how much in all.
    pub confirm_lead: fn(count: usize, sum: &str) -> String,
    /// How many of them were made before.
    pub confirm_before: fn(made: usize, sent: usize) -> String,
    /// What happens with a row: new.
    pub row_new: &'static str,
    /// What happens with a row: made before, not sent.
    pub row_unsent: &'static str,
    /// What happens with a row: sent before.
    pub row_sent: &'static str,
    /// Column: what happens.
    pub row_fate: &'static str,
    /// Makes the links without sending.
    pub import: &'static str,
    /// Makes the links and sends.
    pub import_and_send: &'static str,
    /// Some rows were taken by others in between.
    pub left_over: &'static str,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A link was made.
    Made,
    /// A mail is on its way.
    Sending,
    /// A link was revoked.
    Revoked,
    /// So many links of a file stand.
    Mails(usize),
}

/// The texts of one language.
pub const fn links(lang: Lang) -> &'static LinksWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

/// What is wrong with a field of the form for a new link, or with the part of the mails' form that is for all rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkProblem {
    /// It may not be empty.
    Missing(&'static str),
    /// It is too long.
    TooLong(&'static str),
    /// It holds a character that is not seen, or one that mails can't carry.
    Character(&'static str, Option<char>),
    /// It holds a card number.
    CardNumber(&'static str),
    /// The amount is no amount.
    AmountMalformed,
    /// The amount is zero or more than the merchant takes.
    AmountRange(Yen),
    /// The last day is no day.
    DayMalformed,
    /// The last day is over.
    DayOver,
    /// The number of days is not 1 to 365.
    Days,
    /// The mail address is none.
    MailMalformed,
    /// A mail without a name, or a name without a mail address.
    BuyerIncomplete,
    /// The order number is not in its form.
    OrderMalformed,
    /// The order number is from our own range.
    OrderReserved,
    /// The order number belongs to another link or payment.
    OrderUsed,
    /// A link to one buyer is paid once.
    BuyerOnce,
    /// A regular purchase is not for one buyer.
    BuyerOfOffer,
    /// The file as a whole.
    File(mail_file::FileProblem),
    /// Neither file nor pasted rows.
    FileMissing,
}

impl LinkProblem {
    /// The name of the form field it belongs to.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Missing(field) | Self::TooLong(field) | Self::Character(field, _) | Self::CardNumber(field) => field,
            Self::AmountMalformed | Self::AmountRange(_) => "amount",
            Self::DayMalformed | Self::DayOver => "until",
            Self::Days => "days",
            Self::MailMalformed => "mail",
            Self::BuyerIncomplete => "name",
            Self::OrderMalformed | Self::OrderReserved | Self::OrderUsed => "order",
            Self::BuyerOnce => "uses",
            Self::BuyerOfOffer => "name",
            Self::File(_) | Self::FileMissing => "file",
        }
    }

    /// One sentence of what is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Ja => self.ja(),
            Lang::En => self.en(),
        }
    }

    fn ja(&self) -> String {
        let label = |field| label(Lang::Ja, field);
        match self {
            Self::Missing(field) => format!("「{}」を入力してください。", label(field)),
            Self::TooLong(field) => {
                format!("「{}」が長すぎます。{}にしてください。", label(field), longest(Lang::Ja, field))
            }
            Self::Character(field, Some(c)) => {
                format!("「{}」の「{c}」は使えません。別の文字に置き換えてください。", label(field))
            }
            Self::Character(field, None) => {
                format!("「{}」に目に見えない文字が含まれています。入力し直してください。", label(field))
            }
            Self::CardNumber(field) => {
                format!("「{}」にカード番号は入力できません。カード番号を消してください。", label(field))
            }
            Self::AmountMalformed => "金額は数字だけで、2000 のように入力してください。".to_owned(),
            Self::AmountRange(most) => format!("金額は1円から{}までで入力してください。", money(Lang::Ja, *most)),
            Self::DayMalformed => "期限は 2026-12-31 のような日付で入力してください。".to_owned(),
            Self::DayOver => "期限が過ぎています。今日以降の日付を入力してください。".to_owned(),
            Self::Days => "有効な日数は1から365までの数字で入力してください。".to_owned(),
            Self::MailMalformed => {
                "メールアドレスの形が正しくありません。name@example.jp のように入力してください。".to_owned()
            }
            Self::BuyerIncomplete => {
                "メールで送るには、購入者の氏名とメールアドレスの両方を入力してください。".to_owned()
            }
            Self::OrderMalformed => "伝票番号は半角数字18桁以内で入力してください。".to_owned(),
            Self::OrderReserved => "9で始まる18桁の番号は使えません。別の伝票番号を入力してください。".to_owned(),
            Self::OrderUsed => "この伝票番号はすでに使われています。別の番号を入力してください。".to_owned(),
            Self::BuyerOfOffer => {
                "定期購入のリンクは、購入者を指定して送ることができません。購入者の欄を空にしてください。".to_owned()
            }
            Self::BuyerOnce => "購入者へ送るリンクは1回だけ支払えます。「1回だけ」を選んでください。".to_owned(),
            Self::File(problem) => file_problem(Lang::Ja, *problem),
            Self::FileMissing => "CSVファイルを選ぶか、行を貼り付けてください。".to_owned(),
        }
    }

    fn en(&self) -> String {
        let label = |field| label(Lang::En, field);
        match self {
            Self::Missing(field) => format!("Fill in “{}”.", label(field)),
            Self::TooLong(field) => format!("“{}” is too long. Use {}.", label(field), longest(Lang::En, field)),
            Self::Character(field, Some(c)) => format!("“{}” can’t hold “{c}”. Use another character.", label(field)),
            Self::Character(field, None) => {
                format!("“{}” holds a character that is not seen. Please type it again.", label(field))
            }
            Self::CardNumber(field) => format!("“{}” can’t hold a card number. Please remove it.", label(field)),
            Self::AmountMalformed => "Enter the amount in digits only, like 2000.".to_owned(),
            Self::AmountRange(most) => format!("Enter an amount from ¥1 to {}.", money(Lang::En, *most)),
            Self::DayMalformed => "Enter the last day like 2026-12-31.".to_owned(),
            Self::DayOver => "The last day is over. Enter today or a later day.".to_owned(),
            Self::Days => "Enter the number of days, from 1 to 365.".to_owned(),
            Self::MailMalformed => {
                "This does not look like an e-mail address. Enter it like name@example.com.".to_owned()
            }
            Self::BuyerIncomplete => "To send the link, enter both the buyer’s name and e-mail address.".to_owned(),
            Self::OrderMalformed => "Enter the order number in digits, 18 at most.".to_owned(),
            Self::OrderReserved => "A number of 18 digits can’t begin with 9. Enter another order number.".to_owned(),
            Self::OrderUsed => "This order number is in use. Enter another one.".to_owned(),
            Self::BuyerOfOffer => {
                "A link to a regular purchase can’t be sent to one buyer. Leave the buyer’s fields empty.".to_owned()
            }
            Self::BuyerOnce => "A link that is sent to a buyer is paid once. Choose “once only”.".to_owned(),
            Self::File(problem) => file_problem(Lang::En, *problem),
            Self::FileMissing => "Choose a CSV file, or paste its rows.".to_owned(),
        }
    }
}

fn label(lang: Lang, field: &str) -> String {
    let words = links(lang);
    match field {
        "item" => words.item.to_owned(),
        "amount" => words.yen.to_owned(),
        "offer" => words.regular_offer.to_owned(),
        "quantity" => words.quantity.to_owned(),
        "shipping" => words.shipping.to_owned(),
        "payment_time" => words.payment_time.to_owned(),
        "delivery" => words.delivery.to_owned(),
        "withdrawal" => words.withdrawal.to_owned(),
        "name" => words.name.to_owned(),
        "mail" => words.mail.to_owned(),
        "order" => words.order.to_owned(),
        "message" => words.message.to_owned(),
        "free1" => (words.free)(1),
        "free2" => (words.free)(2),
        _ => (words.free)(3),
    }
}

fn longest(lang: Lang, field: &str) -> String {
    let characters = match field {
        "quantity" | "shipping" | "payment_time" | "delivery" | "withdrawal" => Some(MAX_TERM),
        "message" => Some(mail_file::MAX_MESSAGE),
        _ => None,
    };
    match (lang, characters) {
        (Lang::Ja, Some(most)) => format!("{most}文字以内"),
        (Lang::En, Some(most)) => format!("{most} characters or fewer"),
        (Lang::Ja, None) => "全角64文字（半角128文字）以内".to_owned(),
        (Lang::En, None) => "128 characters or fewer (64 full-width ones)".to_owned(),
    }
}

fn file_problem(lang: Lang, problem: mail_file::FileProblem) -> String {
    use mail_file::FileProblem as P;
    let kilobytes = mail_file::MAX_BYTES / 1024;
    let rows = mail_file::MAX_ROWS;
    match (lang, problem) {
        (Lang::Ja, P::Empty) => "ファイルに行がありません。見出しの下に1行以上を入れてください。".to_owned(),
        (Lang::Ja, P::TooLarge) => format!("ファイルが大きすぎます。{kilobytes} KB以内に分けてください。"),
        (Lang::Ja, P::TooManyRows) => format!("行が多すぎます。1つのファイルは{rows}行以内に分けてください。"),
        (Lang::Ja, P::Unreadable) => {
            "文字を読み取れません。UTF-8またはShift_JISのCSVとして保存し直してください。".to_owned()
        }
        (Lang::Ja, P::OtherHeader) => "見出しの列の並びが違います。下に示した11列の順に並べてください。".to_owned(),
        (Lang::En, P::Empty) => "The file holds no rows. Put at least one under the header.".to_owned(),
        (Lang::En, P::TooLarge) => format!("The file is too large. Split it into files of {kilobytes} KB at most."),
        (Lang::En, P::TooManyRows) => format!("There are too many rows. Split them into files of {rows} rows at most."),
        (Lang::En, P::Unreadable) => "Its characters can’t be read. Save it as CSV in UTF-8 or Shift_JIS.".to_owned(),
        (Lang::En, P::OtherHeader) => {
            "The header’s columns stand in another order. Put them in the order of the 11 columns below.".to_owned()
        }
    }
}

/// What is wrong with a row of the file, in one sentence that says what to do.
pub fn row_problem(lang: Lang, what: &mail_file::What) -> String {
    use mail_file::What;
    match (lang, what) {
        (Lang::Ja, What::Columns(found)) => format!("列が{found}個あります。11列にしてください。"),
        (Lang::En, What::Columns(found)) => format!("There are {found} columns. Use 11."),
        (Lang::Ja, What::Twice(first)) => {
            format!("伝票番号が{first}行目と同じです。1つの番号は1行だけにしてください。")
        }
        (Lang::En, What::Twice(first)) => format!("The order number is that of line {first}. Use each number once."),
        (Lang::Ja, What::Used) => {
            "伝票番号は、別の決済メールか取引ですでに使われています。別の番号にしてください。".to_owned()
        }
        (Lang::En, What::Used) => {
            "The order number belongs to another payment mail or payment. Use another.".to_owned()
        }
        (lang, What::Cell(column, cell)) => {
            let name = column.checked_sub(1).and_then(|place| mail_file::HEADER.get(place)).unwrap_or(&"");
            match lang {
                Lang::Ja => format!("{column}列目「{name}」: {}", cell_ja(*column, cell)),
                Lang::En => format!("Column {column} ({}): {}", column_en(*column), cell_en(*column, cell)),
            }
        }
    }
}

const fn column_en(column: usize) -> &'static str {
    match column {
        1 => "order number",
        2 => "method",
        3 => "amount",
        4 => "sales form",
        5 => "buyer’s name",
        6 => "buyer’s e-mail",
        7 => "free item 1",
        8 => "free item 2",
        9 => "free item 3",
        10 => "added message",
        _ => "completion address",
    }
}

fn cell_ja(column: usize, cell: &mail_file::Cell) -> String {
    use mail_file::Cell;
    match cell {
        Cell::Missing => "値がありません。入力してください。".to_owned(),
        Cell::Malformed => match column {
            1 => "半角数字18桁以内にしてください。".to_owned(),
            2 => "1（カード）または3（指定なし）にしてください。".to_owned(),
            3 => "半角数字だけで、カンマや先頭の0を付けずに入力してください。".to_owned(),
            4 => "1（PC）または2（携帯）にしてください。".to_owned(),
            _ => "メールアドレスの形が正しくありません。".to_owned(),
        },
        Cell::OutOfRange(most) => format!("1円から{}までにしてください。", money(Lang::Ja, *most)),
        Cell::Reserved => "9で始まる18桁の番号は使えません。".to_owned(),
        Cell::NoContract => "この支払い種別のご契約がありません。1（カード）にしてください。".to_owned(),
        Cell::TooLong => match column {
            10 => format!("長すぎます。{}文字以内にしてください。", mail_file::MAX_MESSAGE),
            _ => "長すぎます。全角64文字（半角128文字）以内にしてください。".to_owned(),
        },
        Cell::Character(c) => format!("「{c}」は使えません。別の文字に置き換えてください。"),
        Cell::Control => "改行など、目に見えない文字は使えません。".to_owned(),
        Cell::CardNumber => "カード番号は入れられません。".to_owned(),
        Cell::NotRegistered => {
            "登録された戻り先ではありません。0（設定のとおり）か、登録済みの番号1から3にしてください。".to_owned()
        }
    }
}

fn cell_en(column: usize, cell: &mail_file::Cell) -> String {
    use mail_file::Cell;
    match cell {
        Cell::Missing => "it is empty. Fill it in.".to_owned(),
        Cell::Malformed => match column {
            1 => "use digits, 18 at most.".to_owned(),
            2 => "use 1 (card) or 3 (any).".to_owned(),
            3 => "use digits only, without commas or leading zeros.".to_owned(),
            4 => "use 1 (PC) or 2 (mobile).".to_owned(),
            _ => "this does not look like an e-mail address.".to_owned(),
        },
        Cell::OutOfRange(most) => format!("use ¥1 to {}.", money(Lang::En, *most)),
        Cell::Reserved => "a number of 18 digits can’t begin with 9.".to_owned(),
        Cell::NoContract => "there is no contract for this method. Use 1 (card).".to_owned(),
        Cell::TooLong => match column {
            10 => format!("too long. Use {} characters or fewer.", mail_file::MAX_MESSAGE),
            _ => "too long. Use 128 characters or fewer (64 full-width ones).".to_owned(),
        },
        Cell::Character(c) => format!("“{c}” can’t be used. Use another character."),
        Cell::Control => "it holds a line end or another character that is not seen.".to_owned(),
        Cell::CardNumber => "it can’t hold a card number.".to_owned(),
        Cell::NotRegistered => {
            "this destination is not registered. Use 0 (as in the settings) or a registered one, 1 to 3.".to_owned()
        }
    }
}

const JA: LinksWords = LinksWords {
    title: "決済リンク",
    lead: "お店のプログラムがなくても、アドレスを渡すだけでお支払いを受け付けられます。メールで送ることもできます（決済メール）。",
    suspended: "加盟店の取扱いが停止しているため、決済リンクの作成とメールの送信はできません。",
    new: "リンクを作る",
    mails: "決済メールをCSVで作る",
    search: "検索",
    search_hint: "商品名、購入者の氏名・メールアドレス、伝票番号、リンクの名前",
    state: "状態",
    any_state: "すべて",
    find: "検索する",
    caption: "決済リンクの一覧（新しい順）",
    empty: "決済リンクはまだありません。「リンクを作る」から、金額と商品を決めて作れます。",
    none_found: "ここまでの範囲に、条件に合うリンクはありません。",
    search_on: "さらに古いリンクを探す",
    older: "さらに古いリンク",
    newest: "最新のリンクへ",
    made: "作成日時",
    item: "商品・サービス",
    amount: "金額",
    open_amount: "お客様が入力",
    buyer: "購入者",
    until: "期限",
    no_end: "期限なし",
    states: |state| match state {
        LinkState::Open => "受付中",
        LinkState::Unsent => "未送信",
        LinkState::Sending => "送信待ち",
        LinkState::Sent => "送信済み",
        LinkState::Paid => "決済済み",
        LinkState::LetGo => "決済取消済み",
        LinkState::Expired => "期限切れ",
        LinkState::Revoked => "取消",
    },
    new_title: "決済リンクを作る",
    new_lead: "入力した内容は、次の画面で、お客様に見える形で確認できます。作った後に内容は変えられません。直すときは、取り消して作り直します。",
    offer: "販売するもの",
    item_hint: "お支払い画面とメールに表示します。全角64文字以内。",
    how_much: "金額の決め方",
    fixed: "決まった金額",
    yen: "金額（円）",
    yen_hint: |most| format!("送料などを含む総額です。{most}まで。"),
    regular: "定期購入の申し込み",
    regular_offer: "定期購入の商品",
    regular_hint: "選ぶと、商品名・金額・販売条件は商品の登録内容になります。申し込みの時点で最新の内容が使われます。",
    by_offer: |offer| format!("定期購入（{offer}）"),
    how_often: "支払える回数",
    once: "1回だけ",
    often: "何回でも",
    last_day: "申込期限",
    last_day_hint: "この日の23時59分まで支払えます。空のときは期限がありません。",
    destination: "支払い後の行き先",
    destination_number: |number| format!("登録した戻り先 {number}"),
    our_page: "当サービスの結果画面",
    terms: "申し込みの条件",
    terms_lead: "特定商取引法により、最終の確認画面に表示が必要な項目です。お支払い画面に表示し、表示した内容の記録を決済とともに残します。",
    quantity: "数量",
    quantity_hint: "例: 1点",
    shipping: "送料・手数料",
    shipping_hint: "例: 送料込み",
    payment_time: "お支払い時期",
    payment_time_hint: "空のときは「お申し込みの時にカード会社へ請求します」と表示します。",
    delivery: "お届け時期",
    delivery_hint: "例: お支払いから3営業日以内に発送します。",
    withdrawal: "解約・返品",
    withdrawal_hint: "例: 到着後8日以内にご連絡ください。返送料はお客様のご負担です。",
    to_buyer: "メールで送る（決済メール）",
    to_buyer_lead: "購入者へメールで送るときだけ入力します。",
    name: "購入者氏名",
    mail: "購入者メールアドレス",
    order: "伝票番号",
    order_hint: "お店の番号を付けるときに入力します（半角数字18桁以内）。空のときは自動で付けます。",
    message: "追加メッセージ",
    message_hint: "メールの本文に加えます。500文字以内。",
    mail_lang: "メールと画面の言語",
    languages: ["日本語", "English"],
    free: |number| format!("自由設定項目{number}"),
    optional: "任意",
    preview: "お客様に見える内容を確認する",
    preview_title: "この内容でリンクを作りますか",
    preview_lead: "まだ作られていません。",
    page_says: "お支払い画面",
    button_says: "支払いボタン",
    mail_says: "決済メール",
    subject: "件名",
    address_later: "（リンクを作ると、ここにアドレスが入ります）",
    no_legal: "「特定商取引法に基づく表記」のページが設定されていません。設定で登録すると、お支払い画面とメールにリンクが入ります。",
    make: "リンクを作る",
    make_and_send: "リンクを作り、メールを送る",
    back: "入力に戻る",
    used_form: "この画面からは、すでに別の内容のリンクを作っています。新しい画面から作り直してください。",
    detail: "決済リンク",
    address: "リンクのアドレス",
    address_hint: "選んでコピーし、メールやSNSなどでお客様に渡します。",
    qr: "リンクのQRコード",
    qr_hint: "印刷物や店頭で使えます。画像として保存できます。",
    uses: "支払える回数",
    payment: "取引を見る",
    payments_hint: "このリンクでの支払いは、「取引」で処理区分「リンク」として確認できます。",
    sending: "メールの状態",
    unsent: "まだ送っていません",
    asked_at: |when| format!("{when}に送信を受け付けました。まもなく送られます。"),
    sent_at: |nth, when| format!("{when}に送りました（{nth}回目）"),
    send: |mail| format!("{mail} へメールを送る"),
    send_again: |mail| format!("{mail} へもう一度メールを送る"),
    revoked_at: "取り消した日時",
    alike: "同じ内容で新しく作る",
    revoke: "このリンクを取り消す",
    revoke_title: "このリンクを取り消しますか",
    revoke_what: |item, amount| format!("「{item}」{amount}のリンクを取り消します。"),
    revoke_means: &[
        "このアドレスからは、支払えなくなります。元に戻すことはできません。",
        "すでに完了したお支払いは、取り消されません。",
        "お客様がカード会社で手続き中のお支払いは、完了することがあります。",
    ],
    revoke_button: |amount| format!("{amount}のリンクを取り消す"),
    keep: "取り消さずに戻る",
    done: |what| match what {
        Done::Made => "リンクを作りました。".to_owned(),
        Done::Sending => "メールの送信を受け付けました。".to_owned(),
        Done::Revoked => "リンクを取り消しました。".to_owned(),
        Done::Mails(count) => format!("{count}件の決済メールを登録しました。"),
    },
    mails_title: "決済メールをCSVで作る",
    mails_lead: "11列のCSVから、決済メールをまとめて作ります。まず全部の行を調べ、問題がなければ確認の画面に進みます。1行でも問題があれば、何も作りません。",
    mails_limits: |rows, kilobytes| {
        format!("1つのファイルは{rows}行、{kilobytes} KBまで。文字コードはUTF-8またはShift_JISです。")
    },
    columns: "列の並び（1行目の見出しは省けます）",
    file: "CSVファイル",
    file_hint: "ファイルを選ぶか、下の欄に行を貼り付けます。両方あるときはファイルを使います。",
    paste: "行の貼り付け",
    paste_hint: "見出しから貼り付けてもかまいません。",
    for_all: "全部の行に共通の内容",
    for_all_lead: "CSVに列のない項目です。全部の決済メールに使います。",
    days: "支払える日数",
    days_hint: "作った日から数えます。1から365まで。",
    check: "行を調べる",
    rows_wrong: |count| format!("{count}か所を直してください"),
    rows_wrong_lead: "何も作られていません。ファイルを直して、もう一度送ってください。",
    line: "行",
    mend: "直すところ",
    confirm_title: "決済メールを登録しますか",
    confirm_lead: |count, sum| format!("{count}件、合計{sum}です。まだ登録されていません。"),
    confirm_before: |made, sent| {
        format!(
            "このうち{made}件は登録済み、そのうち{sent}件は送信済みです。同じ行が二重に登録・送信されることはありません。"
        )
    },
    row_new: "新しく登録",
    row_unsent: "登録済み（未送信）",
    row_sent: "登録済み（送信済み）",
    row_fate: "扱い",
    import: "登録だけする",
    import_and_send: "登録してメールを送る",
    left_over: "確認の間に伝票番号が使われたため、次の行は登録していません。ほかの行は登録しました。",
};

const EN: LinksWords = LinksWords {
    title: "Payment links",
    lead: "Take payments without a program of your own: hand on an address, or send it by e-mail (payment mail).",
    suspended: "The merchant is suspended: no link can be made and no mail sent.",
    new: "New link",
    mails: "Payment mails by CSV",
    search: "Search",
    search_hint: "Item, buyer’s name or e-mail, order number, name of the link",
    state: "State",
    any_state: "All",
    find: "Search",
    caption: "Payment links, newest first",
    empty: "There are no payment links yet. Make one with “New link”: an item, an amount, and its terms.",
    none_found: "No link up to here matches.",
    search_on: "Search older links",
    older: "Older links",
    newest: "Newest links",
    made: "Made",
    item: "Item or service",
    amount: "Amount",
    open_amount: "Entered by the shopper",
    buyer: "Buyer",
    until: "Until",
    no_end: "No end",
    states: |state| match state {
        LinkState::Open => "open",
        LinkState::Unsent => "not sent",
        LinkState::Sending => "to be sent",
        LinkState::Sent => "sent",
        LinkState::Paid => "paid",
        LinkState::LetGo => "payment cancelled",
        LinkState::Expired => "expired",
        LinkState::Revoked => "revoked",
    },
    new_title: "New payment link",
    new_lead: "The next page shows what the shopper will see. A link can’t be changed once it is made: revoke it and make another.",
    offer: "What is sold",
    item_hint: "Shown on the payment page and in the mail. 128 characters at most.",
    how_much: "Amount",
    fixed: "Fixed",
    yen: "Amount in yen",
    yen_hint: |most| format!("The total with postage. Up to {most}."),
    regular: "Begins a regular purchase",
    regular_offer: "Regular purchase",
    regular_hint: "Item, amounts and terms are then those of the offer, as it stands when a shopper joins.",
    by_offer: |offer| format!("Regular purchase ({offer})"),
    how_often: "How often it can be paid",
    once: "Once only",
    often: "Any number of times",
    last_day: "Last day",
    last_day_hint: "It can be paid until 23:59 of that day in Japan. Empty: no end.",
    destination: "Where the shopper goes after paying",
    destination_number: |number| format!("Registered destination {number}"),
    our_page: "Our result page",
    terms: "Terms of the order",
    terms_lead: "Japanese law wants these on the final screen of an order. The payment page shows them, and what was shown is recorded with the payment.",
    quantity: "Quantity",
    quantity_hint: "For example: 1 piece",
    shipping: "Postage and fees",
    shipping_hint: "For example: included",
    payment_time: "Time of payment",
    payment_time_hint: "If empty, the page says that the card is charged when ordering.",
    delivery: "Delivery",
    delivery_hint: "For example: sent within 3 working days after payment.",
    withdrawal: "Cancellation and returns",
    withdrawal_hint: "For example: tell us within 8 days after delivery. You pay the postage.",
    to_buyer: "Send by e-mail (payment mail)",
    to_buyer_lead: "Only if the link is to be sent to a buyer.",
    name: "Buyer’s name",
    mail: "Buyer’s e-mail address",
    order: "Order number",
    order_hint: "Your own number, if you want one (digits, 18 at most). Otherwise we give it one.",
    message: "Added message",
    message_hint: "Put into the mail. 500 characters at most.",
    mail_lang: "Language of mail and page",
    languages: ["日本語", "English"],
    free: |number| format!("Free item {number}"),
    optional: "optional",
    preview: "Check what the shopper will see",
    preview_title: "Make this link?",
    preview_lead: "It has not been made yet.",
    page_says: "The payment page",
    button_says: "Button",
    mail_says: "The payment mail",
    subject: "Subject",
    address_later: "(the address stands here once the link is made)",
    no_legal: "No legal page is set. Once it is registered in the settings, the payment page and the mail lead to it.",
    make: "Make the link",
    make_and_send: "Make the link and send the mail",
    back: "Back to the form",
    used_form: "Another link was already made from this page. Please begin on a new page.",
    detail: "Payment link",
    address: "Address of the link",
    address_hint: "Select and copy it, and hand it to the shopper.",
    qr: "QR code of the link",
    qr_hint: "For print or at the counter. It can be saved as an image.",
    uses: "Can be paid",
    payment: "Show the payment",
    payments_hint: "Payments by this link are among the transactions, as “link”.",
    sending: "Mail",
    unsent: "Not sent yet",
    asked_at: |when| format!("To be sent, asked for at {when}."),
    sent_at: |nth, when| format!("Sent at {when} (mail {nth})"),
    send: |mail| format!("Send the mail to {mail}"),
    send_again: |mail| format!("Send the mail to {mail} again"),
    revoked_at: "Revoked",
    alike: "Make another like it",
    revoke: "Revoke this link",
    revoke_title: "Revoke this link?",
    revoke_what: |item, amount| format!("The link for “{item}”, {amount}, is revoked."),
    revoke_means: &[
        "It can’t be paid by this address any more. This can’t be undone.",
        "Payments that were made stay as they are.",
        "A payment that a shopper is making at this moment may still complete.",
    ],
    revoke_button: |amount| format!("Revoke the link for {amount}"),
    keep: "Keep it",
    done: |what| match what {
        Done::Made => "The link was made.".to_owned(),
        Done::Sending => "The mail will be sent.".to_owned(),
        Done::Revoked => "The link was revoked.".to_owned(),
        Done::Mails(count) => format!("{count} payment mails were registered."),
    },
    mails_title: "Payment mails by CSV",
    mails_lead: "Makes many payment mails from a CSV file of 11 columns. All rows are checked first. If one is wrong, nothing is made.",
    mails_limits: |rows, kilobytes| format!("Up to {rows} rows and {kilobytes} KB in a file. UTF-8 or Shift_JIS."),
    columns: "The columns in their order (the header in line 1 may be left out)",
    file: "CSV file",
    file_hint: "Choose a file, or paste its rows below. If there are both, the file counts.",
    paste: "Pasted rows",
    paste_hint: "With or without the header.",
    for_all: "For all rows",
    for_all_lead: "The file has no columns for these. They are used in every payment mail.",
    days: "Days to pay",
    days_hint: "Counted from the day they are made. 1 to 365.",
    check: "Check the rows",
    rows_wrong: |count| format!("{count} things to mend"),
    rows_wrong_lead: "Nothing was made. Mend the file and send it again.",
    line: "Line",
    mend: "What to mend",
    confirm_title: "Register these payment mails?",
    confirm_lead: |count, sum| format!("{count} mails, {sum} in all. Nothing has been registered yet."),
    confirm_before: |made, sent| {
        format!("{made} of them were registered before, {sent} of those were sent. No row is registered or sent twice.")
    },
    row_new: "new",
    row_unsent: "registered before, not sent",
    row_sent: "registered before, sent",
    row_fate: "What happens",
    import: "Register only",
    import_and_send: "Register and send",
    left_over: "These rows were not registered, because their order numbers were taken in the meantime. The others were.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_name_of_its_own_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let names: std::collections::BTreeSet<_> = LinkState::ALL.map(|state| (links(lang).states)(state)).into();
            assert_eq!(names.len(), LinkState::ALL.len());
        }
    }

    #[test]
    fn a_row_is_told_with_its_column() {
        let what = mail_file::What::Cell(3, mail_file::Cell::Malformed);
        assert!(row_problem(Lang::Ja, &what).starts_with("3列目「決済金額」: "));
        assert!(row_problem(Lang::En, &what).starts_with("Column 3 (amount): "));
    }
}
