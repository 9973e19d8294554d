//! The receipt (領収書): a page to print.

use domain::{Lang, merchant::IncludedTax};

/// The texts of a receipt.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptWords {
    /// Title and heading.
    pub title: &'static str,
    /// What the money was for.
    pub for_item: fn(item: &str) -> String,
    /// What the money was for, where nothing but the order's number is known.
    pub for_order: fn(order: &str) -> String,
    /// That it was received.
    pub received: &'static str,
    /// The receipt's number.
    pub number: &'static str,
    /// The day of the payment.
    pub paid_on: &'static str,
    /// The day it was issued.
    pub issued_on: &'static str,
    /// How it was paid.
    pub method: &'static str,
    /// By card: the words that spare a revenue stamp, and the card.
    pub by_card: fn(card: &str) -> String,
    /// The tax that the amount includes.
    pub tax: &'static str,
    /// The rate and the tax.
    pub taxed: fn(percent: u32, tax: &str) -> String,
    /// Not taxed.
    pub exempt: &'static str,
    /// What was given back.
    pub refunded: &'static str,
    /// What is left.
    pub remains: &'static str,
    /// Heading of the issuer.
    pub issuer: &'static str,
    /// The issuer's registration number.
    pub registration: &'static str,
    /// Why no revenue stamp is on it.
    pub no_stamp: &'static str,
    /// Heading of the form.
    pub form: &'static str,
    /// The field.
    pub addressee: &'static str,
    /// Hint for the field.
    pub addressee_hint: &'static str,
    /// The button.
    pub show: &'static str,
    /// How to print it.
    pub print: &'static str,
    /// The addressee is too long.
    pub too_long: &'static str,
    /// The addressee holds what it may not.
    pub unfit: &'static str,
}

/// The texts of a receipt in a language.
pub const fn receipt(lang: Lang) -> &'static ReceiptWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

impl ReceiptWords {
    /// What is said of the tax. None: nothing.
    pub fn tax_note(&self, tax: IncludedTax, within: &str) -> Option<String> {
        match (tax, tax.percent()) {
            (IncludedTax::Exempt, _) => Some(self.exempt.to_owned()),
            (IncludedTax::Unsaid | IncludedTax::Standard | IncludedTax::Reduced, percent) => {
                percent.map(|percent| (self.taxed)(percent, within))
            }
        }
    }
}

const JA: ReceiptWords = ReceiptWords {
    title: "領収書",
    for_item: |item| format!("但し、{item}の代金として"),
    for_order: |order| format!("但し、注文番号 {order} の代金として"),
    received: "上記の金額を領収いたしました。",
    number: "領収書番号",
    paid_on: "お支払い日",
    issued_on: "発行日",
    method: "お支払い方法",
    by_card: |card| format!("クレジットカード払い（{card}）"),
    tax: "消費税",
    taxed: |percent, tax| {
        let reduced = if percent == 8 { "（軽減税率）" } else { "" };
        format!("{percent}%対象{reduced} 内消費税等 {tax}")
    },
    exempt: "非課税・不課税",
    refunded: "返金済みの金額",
    remains: "返金後の金額",
    issuer: "発行者",
    registration: "登録番号",
    no_stamp: "クレジットカード払いのため、収入印紙は貼付していません。",
    form: "宛名を入れる",
    addressee: "宛名",
    addressee_hint: "例: 株式会社山田商店 御中。入力した宛名は保存されません。",
    show: "宛名を入れて表示",
    print: "ブラウザーの印刷機能で、印刷や保存ができます。この欄は印刷されません。",
    too_long: "宛名が長すぎます。全角40文字以内で入力してください。",
    unfit: "宛名に使えない文字や、カード番号が含まれています。宛名だけを入力してください。",
};

const EN: ReceiptWords = ReceiptWords {
    title: "Receipt",
    for_item: |item| format!("For {item}"),
    for_order: |order| format!("For order {order}"),
    received: "The amount above was received.",
    number: "Receipt number",
    paid_on: "Date of payment",
    issued_on: "Date of issue",
    method: "Payment method",
    by_card: |card| format!("Paid by credit card ({card})"),
    tax: "Consumption tax",
    taxed: |percent, tax| {
        let reduced = if percent == 8 { " (reduced rate)" } else { "" };
        format!("{percent}%{reduced}, tax included {tax}")
    },
    exempt: "Not taxed",
    refunded: "Refunded",
    remains: "Amount after refunds",
    issuer: "Issued by",
    registration: "Registration number",
    no_stamp: "Paid by credit card, so no revenue stamp is attached.",
    form: "Add an addressee",
    addressee: "Addressee",
    addressee_hint: "For example Yamada Trading Co. It is not stored.",
    show: "Show with the addressee",
    print: "Print this page, or save it as a PDF, with your browser. This part is not printed.",
    too_long: "The addressee is too long. Use 80 characters or fewer.",
    unfit: "The addressee holds a character that can’t be shown, or a card number. Enter the addressee only.",
};
