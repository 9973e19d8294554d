//! Single charge (個別処理): the three ways, the order, the confirmation, and what became of it.

use domain::{
    Lang,
    payment::{Failure, Standing},
    tries::Limit,
};

/// The texts of a single charge.
#[derive(Clone, Copy, Debug)]
pub struct ChargeWords {
    /// Title of the pages.
    pub title: &'static str,
    /// What it is for, and in which order to choose.
    pub lead: &'static str,
    /// First way: a payment link.
    pub by_link: WayText,
    /// Second way: a card that a buyer let the merchant keep.
    pub by_buyer: WayText,
    /// Last way: a card that is typed.
    pub by_card: WayText,
    /// In place of the last way's button, where the operator of the installation has not allowed it.
    pub card_off: &'static str,
    /// Back to the three ways.
    pub other_way: &'static str,
    /// Heading of the order.
    pub order_heading: &'static str,
    /// Order number.
    pub order: &'static str,
    /// What an empty order number means.
    pub order_hint: &'static str,
    /// Amount.
    pub amount: &'static str,
    /// What may be typed; the most that the merchant takes.
    pub amount_hint: fn(most: &str) -> String,
    /// The buyer's name.
    pub name: &'static str,
    /// Mail address.
    pub mail: &'static str,
    /// What it is for.
    pub mail_hint: &'static str,
    /// The same, where a kept card has an address of its own.
    pub mail_hint_kept: &'static str,
    /// Telephone number.
    pub tel: &'static str,
    /// May be left empty.
    pub optional: &'static str,
    /// Language of the buyer's mail.
    pub mail_language: &'static str,
    /// Heading over whose kept card it is.
    pub buyer_heading: &'static str,
    /// One of the two is enough.
    pub buyer_lead: &'static str,
    /// Buyer id.
    pub user: &'static str,
    /// An order of the same buyer.
    pub earlier: &'static str,
    /// To the confirmation.
    pub go_on: &'static str,
    /// Heading of the confirmation: how much.
    pub confirm: fn(amount: &str) -> String,
    /// Over a typed card.
    pub confirm_card: &'static str,
    /// Over a kept card.
    pub confirm_kept: &'static str,
    /// The card that is charged.
    pub card: &'static str,
    /// Heading over the card's fields.
    pub card_heading: &'static str,
    /// What happens to what is typed.
    pub card_lead: &'static str,
    /// Card fields, as a clerk fills them in.
    pub card_number: &'static str,
    /// The form of a number.
    pub card_number_hint: &'static str,
    /// Expiry.
    pub card_expiry: &'static str,
    /// Its form.
    pub card_expiry_hint: &'static str,
    /// Security code.
    pub card_code: &'static str,
    /// Where it is, and that it is not kept.
    pub card_code_hint: &'static str,
    /// Name on the card.
    pub card_name: &'static str,
    /// The button that charges.
    pub go: fn(amount: &str) -> String,
    /// Leaves without a charge.
    pub leave: &'static str,
    /// Card data has to be typed again after a mistake.
    pub retype: &'static str,
    /// An earlier card was declined; this is another try of the same order.
    pub again: &'static str,
    /// Paid.
    pub paid: fn(amount: &str) -> String,
    /// Held, to be captured.
    pub held: fn(amount: &str) -> String,
    /// That nothing more is to be done, and what the buyer gets.
    pub paid_lead: &'static str,
    /// Heading of a decline.
    pub declined: &'static str,
    /// Nothing was charged.
    pub not_charged: &'static str,
    /// Why, in our words.
    pub reason: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// Another card for the same order.
    pub another_card: &'static str,
    /// The same order again.
    pub same_order: &'static str,
    /// A charge of its own.
    pub next_charge: &'static str,
    /// Makes a link instead.
    pub make_link: &'static str,
    /// The payment's own page.
    pub to_payment: &'static str,
    /// Heading of an unknown outcome.
    pub checking: &'static str,
    /// Not to charge again.
    pub checking_lead: &'static str,
    /// The page looks again by itself.
    pub checking_refresh: &'static str,
    /// Over without money.
    pub failed: &'static str,
    /// Held once, and not any more.
    pub let_go: &'static str,
    /// When.
    pub at: &'static str,
    /// The problem of a field.
    pub problem: fn(Problem<'_>) -> String,
    /// Nothing was charged, and why.
    pub stopped: fn(Stop) -> StopText,
    /// From when on the card may be charged again.
    pub chargeable_from: fn(then: &str) -> String,
    /// Why an order is over without money.
    pub failure: fn(Failure) -> &'static str,
}

/// A way to charge.
#[derive(Clone, Copy, Debug)]
pub struct WayText {
    /// Heading.
    pub title: &'static str,
    /// Why it, or why not.
    pub why: &'static str,
    /// The button.
    pub go: &'static str,
}

/// What has to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem<'a> {
    /// The order number has another form than the merchant's dialect allows.
    OrderMalformed,
    /// It is of our own range.
    OrderReserved,
    /// Something else has this order number.
    OrderUsed,
    /// No amount.
    AmountMissing,
    /// Something other than digits.
    AmountMalformed,
    /// Zero, or more than this.
    AmountOutOfRange(&'a str),
    /// The name is too long or holds what no field may.
    Name,
    /// A name or a free item holds a card number.
    CardNumber,
    /// No mail address.
    Mail,
    /// No telephone number.
    Tel,
    /// Neither buyer nor earlier order.
    BuyerMissing,
    /// No card is kept for them.
    NoCard,
    /// The buyer did not agree to be charged without being there.
    NoConsent,
    /// The month on the card is over.
    CardExpired,
    /// What the networks need is not there.
    NoNetworkId,
    /// A free item is missing.
    FreeMissing(&'a str),
    /// A free item is too long.
    FreeTooLong(&'a str),
}

/// Why no charge was tried, where nothing in the form is to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The operator of the installation has not allowed typed cards.
    CardEntryOff,
    /// The merchant does not trade.
    Suspended,
    /// The guard let no card be tried.
    Guard,
    /// The day's payments come to as much as the operator allows.
    DayLimit,
    /// The card's network allows no try of it now, or none any more.
    Limited(Limit),
    /// The kept card was deleted or replaced, or does not open.
    CardGone,
    /// The order stands otherwise.
    Stands(Standing),
    /// The settings allow less than the form says.
    Settings,
}

/// Why, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopText {
    /// Heading.
    pub title: &'static str,
    /// What happened, and that nothing was charged.
    pub lead: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// The texts of one language.
pub const fn charge(lang: Lang) -> &'static ChargeWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: ChargeWords = ChargeWords {
    title: "個別処理",
    lead: "電話や郵送で受けた注文などを、1件ずつ請求します。方法は安全な順に並んでいます。上から順にご検討ください。",
    by_link: WayText {
        title: "決済リンクを送る",
        why: "購入者がご自身でカードを入力し、本人認証も行われるため、最も安全です。",
        go: "決済リンクを作る",
    },
    by_buyer: WayText {
        title: "保存済みのカードに請求する",
        why: "以前のお支払いで購入者が同意したカードを使うため、カード番号を聞く必要がありません。",
        go: "購入者を指定する",
    },
    by_card: WayText {
        title: "カード番号を入力する",
        why: "ほかの方法が使えない場合だけにしてください。入力に使うパソコンがカード情報保護（PCI DSS）の対象になり、本人認証は行われません。",
        go: "カードを入力する",
    },
    card_off: "この加盟店では、カード番号の入力は許可されていません。必要な場合は、決済サービスの運営者にお問い合わせください。",
    other_way: "方法を選び直す",
    order_heading: "注文の内容",
    order: "伝票番号",
    order_hint: "空欄の場合は、18桁の番号を自動で付けます。",
    amount: "金額（円）",
    amount_hint: |most| format!("税込の合計を、2000 のように入力してください。上限は{most}です。"),
    name: "購入者の氏名",
    mail: "購入者のメールアドレス",
    mail_hint: "完了メールの送り先です。空欄の場合は送りません。",
    mail_hint_kept: "完了メールの送り先です。空欄の場合は、カードを保存したときのメールアドレスに送ります。",
    tel: "購入者の電話番号",
    optional: "任意",
    mail_language: "メールの言語",
    buyer_heading: "購入者",
    buyer_lead: "購入者IDか、カードを保存したときの伝票番号の、どちらか一方を入力してください。",
    user: "購入者ID",
    earlier: "以前の伝票番号",
    go_on: "確認へ進む",
    confirm: |amount| format!("{amount}を請求します"),
    confirm_card: "金額とカード払いであることを購入者に伝え、了承を得てから請求してください。",
    confirm_kept: "購入者との取り決めに沿った請求であることを確認してください。購入者には完了メールが届きます。",
    card: "カード",
    card_heading: "カード情報",
    card_lead: "カード番号とセキュリティコードは保存されず、この画面に再び表示されることもありません。紙やほかのシステムに書き留めないでください。",
    card_number: "カード番号",
    card_number_hint: "空白やハイフンが入っていてもかまいません。",
    card_expiry: "有効期限（月 / 年）",
    card_expiry_hint: "例: 08/29",
    card_code: "セキュリティコード",
    card_code_hint: "裏面の3桁、アメリカン・エキスプレスは表面の4桁です。",
    card_name: "カード名義人",
    go: |amount| format!("{amount}を請求する"),
    leave: "請求せずに戻る",
    retype: "安全のため、カード情報はもう一度入力してください。",
    again: "同じ伝票番号で、もう一度請求します。",
    paid: |amount| format!("{amount}の決済が完了しています"),
    held: |amount| format!("{amount}の与信が完了しています"),
    paid_lead: "もう一度請求する必要はありません。メールアドレスがあれば、購入者に完了メールを送ります（設定で止めている場合を除きます）。",
    declined: "カード会社が承認しませんでした",
    not_charged: "請求は発生していません。",
    reason: "理由",
    advice: "次にすること",
    another_card: "同じ注文に別のカードを使う",
    same_order: "同じ伝票番号でもう一度請求する",
    next_charge: "別の請求をする",
    make_link: "決済リンクを作る",
    to_payment: "この取引の詳細を見る",
    checking: "結果を確認しています",
    checking_lead: "決済会社から回答を得られていません。承認されている可能性があるため、同じ注文をもう一度請求しないでください。自動で問い合わせを続け、分かりしだいここに表示します。",
    checking_refresh: "この画面は自動で更新されます。",
    failed: "決済は成立しませんでした",
    let_go: "与信は取り消されたか、期限が過ぎています",
    at: "日時",
    problem: problem_ja,
    stopped: stopped_ja,
    chargeable_from: |then| format!("{then}から、もう一度請求できます。"),
    failure: failure_ja,
};

const EN: ChargeWords = ChargeWords {
    title: "Single charge",
    lead: "Charges one order that came by telephone or mail. The ways are listed from the safest down: please try them in this order.",
    by_link: WayText {
        title: "Send a payment link",
        why: "The safest: buyers type their card themselves, and the issuer authenticates them.",
        go: "Make a payment link",
    },
    by_buyer: WayText {
        title: "Charge a stored card",
        why: "Uses the card that the buyer agreed to with an earlier payment, so nobody has to ask for its number.",
        go: "Choose the buyer",
    },
    by_card: WayText {
        title: "Type a card",
        why: "Only where nothing else works: it makes your computer part of what PCI DSS covers, and the buyer is not authenticated.",
        go: "Type a card",
    },
    card_off: "Typing cards is not allowed for this merchant. If you need it, ask the operator of the payment service.",
    other_way: "Choose another way",
    order_heading: "Order",
    order: "Order number",
    order_hint: "Left empty, a number of 18 digits is made.",
    amount: "Amount (yen)",
    amount_hint: |most| format!("The total with tax, like 2000. At most {most}."),
    name: "Buyer's name",
    mail: "Buyer's e-mail",
    mail_hint: "Gets the completion mail. Left empty, none is sent.",
    mail_hint_kept: "Gets the completion mail. Left empty, it goes to the address that the card was stored with.",
    tel: "Buyer's telephone",
    optional: "optional",
    mail_language: "Language of the mail",
    buyer_heading: "Buyer",
    buyer_lead: "Enter the buyer id, or the number of the order that the card was stored with. One of the two is enough.",
    user: "Buyer id",
    earlier: "Earlier order number",
    go_on: "Go on to confirm",
    confirm: |amount| format!("Charge {amount}"),
    confirm_card: "Tell the buyer the amount and that the card will be charged, and go on only with their agreement.",
    confirm_kept: "Please make sure that this charge is what was agreed with the buyer. They get a completion mail.",
    card: "Card",
    card_heading: "Card details",
    card_lead: "Number and security code are not stored and never shown here again. Please don't write them down anywhere else.",
    card_number: "Card number",
    card_number_hint: "Spaces and hyphens are fine.",
    card_expiry: "Expiry (month / year)",
    card_expiry_hint: "Like 08/29",
    card_code: "Security code",
    card_code_hint: "3 digits on the back; on American Express 4 on the front.",
    card_name: "Name on the card",
    go: |amount| format!("Charge {amount}"),
    leave: "Leave without charging",
    retype: "For safety, please type the card details again.",
    again: "This charges the same order number again.",
    paid: |amount| format!("{amount} is paid"),
    held: |amount| format!("{amount} is authorized"),
    paid_lead: "There is no need to charge it again. If there is an e-mail address, the buyer gets a completion mail (unless your settings turn it off).",
    declined: "The card company did not approve",
    not_charged: "Nothing was charged.",
    reason: "Reason",
    advice: "What to do",
    another_card: "Use another card for the same order",
    same_order: "Charge the same order number again",
    next_charge: "Make another charge",
    make_link: "Make a payment link",
    to_payment: "See this transaction",
    checking: "The result is being checked",
    checking_lead: "The acquirer has not answered. The charge may have been approved, so please do not charge this order again. We keep asking and show the result here as soon as it is known.",
    checking_refresh: "This page looks again by itself.",
    failed: "The payment did not go through",
    let_go: "The authorization was cancelled or has lapsed",
    at: "When",
    problem: problem_en,
    stopped: stopped_en,
    chargeable_from: |then| format!("It can be charged again from {then}."),
    failure: failure_en,
};

fn problem_ja(problem: Problem<'_>) -> String {
    match problem {
        Problem::OrderMalformed => "伝票番号に使えない文字があるか、長すぎます。加盟店の設定に合う番号を入力してください。".to_owned(),
        Problem::OrderReserved => "9から始まる18桁の番号は、自動で付ける番号のため使えません。別の番号を入力してください。".to_owned(),
        Problem::OrderUsed => "この伝票番号はすでに使われています。取引を確認するか、別の番号を入力してください。".to_owned(),
        Problem::AmountMissing => "金額を入力してください。".to_owned(),
        Problem::AmountMalformed => "金額は数字だけで、2000 のように入力してください。".to_owned(),
        Problem::AmountOutOfRange(most) => format!("金額は1円から{most}までです。金額を確認してください。"),
        Problem::Name => "氏名は全角64文字以内で入力してください。".to_owned(),
        Problem::CardNumber => "カード番号は、カード番号の欄以外には入力できません。".to_owned(),
        Problem::Mail => "メールアドレスの形が正しくありません。name@example.jp のように入力してください。".to_owned(),
        Problem::Tel => "電話番号は、数字とハイフンだけで、32文字以内で入力してください。".to_owned(),
        Problem::BuyerMissing => "購入者IDか以前の伝票番号を入力してください。".to_owned(),
        Problem::NoCard => "保存済みのカードが見つかりません。番号をご確認ください。大文字と小文字は区別されます。".to_owned(),
        Problem::NoConsent => "購入者は、お店からの請求には同意していません。決済リンクを送ってお支払いいただいてください。".to_owned(),
        Problem::CardExpired => "保存済みのカードの有効期限が過ぎています。決済リンクを送ってお支払いいただいてください。".to_owned(),
        Problem::NoNetworkId => "このカードには、お店からの請求に必要な記録がありません。購入者に一度、決済ページでお支払いいただいてください。".to_owned(),
        Problem::FreeMissing(label) => format!("「{label}」を入力してください。"),
        Problem::FreeTooLong(label) => format!("「{label}」が長すぎるか、使えない文字があります。全角64文字以内で入力してください。"),
    }
}

fn problem_en(problem: Problem<'_>) -> String {
    match problem {
        Problem::OrderMalformed => "The order number is too long or has characters that your settings don't allow. Enter another one.".to_owned(),
        Problem::OrderReserved => "Numbers of 18 digits that start with 9 are made by us. Enter another one.".to_owned(),
        Problem::OrderUsed => "This order number is in use. Look at its transaction, or enter another one.".to_owned(),
        Problem::AmountMissing => "Enter the amount.".to_owned(),
        Problem::AmountMalformed => "Enter the amount in digits only, like 2000.".to_owned(),
        Problem::AmountOutOfRange(most) => format!("The amount must be from ¥1 to {most}. Please check it."),
        Problem::Name => "Enter the name with 128 characters or fewer (64 Japanese ones).".to_owned(),
        Problem::CardNumber => "A card number can't stand here. Enter it in the card details.".to_owned(),
        Problem::Mail => "This does not look like an e-mail address. Enter it like name@example.com.".to_owned(),
        Problem::Tel => "Enter the telephone number in digits and hyphens, 32 at most.".to_owned(),
        Problem::BuyerMissing => "Enter the buyer id or an earlier order number.".to_owned(),
        Problem::NoCard => "No stored card is found. Please check the number; capital and small letters differ.".to_owned(),
        Problem::NoConsent => "The buyer has not agreed to charges by the shop. Send a payment link instead.".to_owned(),
        Problem::CardExpired => "The stored card has expired. Send a payment link instead.".to_owned(),
        Problem::NoNetworkId => "The record that a charge by the shop needs is missing for this card. Ask the buyer to pay once on the payment page.".to_owned(),
        Problem::FreeMissing(label) => format!("Enter “{label}”."),
        Problem::FreeTooLong(label) => format!("“{label}” is too long or has characters that can't be used. Use 128 characters or fewer."),
    }
}

const fn stopped_ja(stop: Stop) -> StopText {
    match stop {
        Stop::CardEntryOff => StopText {
            title: "カード番号の入力は許可されていません",
            lead: "この加盟店では、管理画面でカード番号を入力できません。請求は発生していません。",
            advice: "決済リンクか保存済みのカードをお使いください。入力が必要な場合は、決済サービスの運営者にお問い合わせください。",
        },
        Stop::Suspended => StopText {
            title: "この加盟店は、現在決済できません",
            lead: "加盟店の取扱いが停止しています。請求は発生していません。",
            advice: "決済サービスの運営者にお問い合わせください。",
        },
        Stop::Guard => StopText {
            title: "ただいまカードを受け付けられません",
            lead: "短い間に承認されないカードが続いたため、安全のため受付を控えています。カード会社への照会は行わず、請求も発生していません。",
            advice: "時間をおいて、もう一度お試しください。お急ぎの場合は、決済リンクを送ってください。",
        },
        Stop::DayLimit => StopText {
            title: "本日の上限に達するため、請求できません",
            lead: "1日の承認額の上限（運営者の設定）を超えます。カード会社への照会は行わず、請求も発生していません。",
            advice: "日付が変わってから請求してください。上限については、決済サービスの運営者にお問い合わせください。",
        },
        Stop::Limited(Limit::Until(_)) => StopText {
            title: "このカードは、いまは請求できません",
            lead: "承認されなかった回数が、カードブランドの定める上限に達したか、カード会社が期間をおくよう求めています。カード会社への照会は行わず、請求も発生していません。",
            advice: "お急ぎの場合は、購入者に別のカードでのお支払いをお願いするか、決済リンクを送ってください。",
        },
        Stop::Limited(Limit::Never) => StopText {
            title: "このカードには、もう請求できません",
            lead: "カード会社が、このカードへの再度の請求を認めていません。カード会社への照会は行わず、請求も発生していません。",
            advice: "購入者に別のカードでのお支払いをお願いするか、決済リンクを送ってください。",
        },
        Stop::Limited(Limit::Revoked) => StopText {
            title: "このカードには、もう請求できません",
            lead: "カード会員が、お店からの請求の停止をカード会社に申し出ています。カード会社への照会は行わず、請求も発生していません。",
            advice: "購入者とご相談のうえ、別のカードであらためて同意をいただいてください。",
        },
        Stop::CardGone => StopText {
            title: "保存済みのカードが使えなくなりました",
            lead: "確認の間に、カードが削除されたか、変更されました。請求は発生していません。",
            advice: "購入者の指定からやり直すか、決済リンクを送ってください。",
        },
        Stop::Stands(Standing::OtherAmount) => StopText {
            title: "この伝票番号では、別の金額の決済があります",
            lead: "同じ伝票番号で、異なる金額の決済が行われているか、手続き中です。今回の請求は発生していません。",
            advice: "取引の内容を確認し、必要な場合は別の伝票番号で請求してください。",
        },
        Stop::Stands(
            Standing::OtherOrigin
            | Standing::SameSubmit
            | Standing::Running
            | Standing::Paid
            | Standing::LetGo
            | Standing::Stale,
        ) => StopText {
            title: "この伝票番号はすでに使われています",
            lead: "ほかの手続きで使われている伝票番号のため、今回の請求は行われませんでした。",
            advice: "取引の内容を確認し、必要な場合は別の伝票番号で請求してください。",
        },
        Stop::Settings => StopText {
            title: "設定が変わったため、請求できません",
            lead: "画面を開いた後に、金額の上限などの設定が変わりました。請求は発生していません。",
            advice: "最初からやり直してください。",
        },
    }
}

const fn stopped_en(stop: Stop) -> StopText {
    match stop {
        Stop::CardEntryOff => StopText {
            title: "Typing cards is not allowed",
            lead: "Cards can't be typed into the console for this merchant. Nothing was charged.",
            advice: "Use a payment link or a stored card. If you need to type cards, ask the operator of the payment service.",
        },
        Stop::Suspended => StopText {
            title: "This merchant can't take payments at present",
            lead: "The merchant is suspended. Nothing was charged.",
            advice: "Please ask the operator of the payment service.",
        },
        Stop::Guard => StopText {
            title: "Cards can't be taken right now",
            lead: "Many cards were declined within a short time, so none is taken for a while. The card company was not asked, and nothing was charged.",
            advice: "Please try again later. If it is urgent, send a payment link.",
        },
        Stop::DayLimit => StopText {
            title: "The day's bound is reached",
            lead: "This charge would go beyond what the operator allows in a day. The card company was not asked, and nothing was charged.",
            advice: "Charge it tomorrow, or ask the operator of the payment service about the bound.",
        },
        Stop::Limited(Limit::Until(_)) => StopText {
            title: "This card can't be charged now",
            lead: "It was declined as often as its network allows, or the card company asked to wait. The card company was not asked again, and nothing was charged.",
            advice: "If it is urgent, ask the buyer for another card or send a payment link.",
        },
        Stop::Limited(Limit::Never) => StopText {
            title: "This card can't be charged any more",
            lead: "The card company allows no further charge of this card. It was not asked again, and nothing was charged.",
            advice: "Ask the buyer for another card, or send a payment link.",
        },
        Stop::Limited(Limit::Revoked) => StopText {
            title: "This card can't be charged any more",
            lead: "The cardholder told the card company to stop charges by the shop. It was not asked again, and nothing was charged.",
            advice: "Talk to the buyer: another card needs a new agreement.",
        },
        Stop::CardGone => StopText {
            title: "The stored card can't be used any more",
            lead: "It was deleted or replaced while you were confirming. Nothing was charged.",
            advice: "Choose the buyer again, or send a payment link.",
        },
        Stop::Stands(Standing::OtherAmount) => StopText {
            title: "This order number has a payment of another amount",
            lead: "A payment of another amount was made or is being made under this order number. Nothing was charged now.",
            advice: "Look at the transaction, and charge under another order number if you need to.",
        },
        Stop::Stands(
            Standing::OtherOrigin
            | Standing::SameSubmit
            | Standing::Running
            | Standing::Paid
            | Standing::LetGo
            | Standing::Stale,
        ) => StopText {
            title: "This order number is in use",
            lead: "Something else has this order number, so nothing was charged now.",
            advice: "Look at the transaction, and charge under another order number if you need to.",
        },
        Stop::Settings => StopText {
            title: "The settings have changed",
            lead: "The limit of an amount or another setting was changed after the page was opened. Nothing was charged.",
            advice: "Please start again.",
        },
    }
}

const fn failure_ja(failure: Failure) -> &'static str {
    match failure {
        Failure::AttemptsUsedUp => "この注文で使えるカードの枚数を超えました。最後のカードも承認されませんでした。",
        Failure::Quiet => "カードが承認されず、30分以内に別のカードが使われませんでした。",
        Failure::NotFound => "決済会社に届いていないことを確認し、後から成立しないようにしました。",
        Failure::Reversed | Failure::AmountMismatch | Failure::NotAuthenticated => {
            "決済会社での承認は取り消されました。"
        }
        Failure::ChallengeExpired | Failure::ChallengeCancelled => "本人認証が完了しませんでした。",
        Failure::Registered => "カードの登録だけを行い、確認のための承認は取り消しました。",
    }
}

const fn failure_en(failure: Failure) -> &'static str {
    match failure {
        Failure::AttemptsUsedUp => {
            "As many cards as are allowed for one order were tried, and the last one was not approved either."
        }
        Failure::Quiet => "The card was not approved, and no other one was tried within 30 minutes.",
        Failure::NotFound => "The acquirer never had it, and it was made sure that it can't go through later.",
        Failure::Reversed | Failure::AmountMismatch | Failure::NotAuthenticated => {
            "The acquirer's approval was reversed."
        }
        Failure::ChallengeExpired | Failure::ChallengeCancelled => "The authentication was not completed.",
        Failure::Registered => "The card was only registered, and the approval for that was reversed.",
    }
}
