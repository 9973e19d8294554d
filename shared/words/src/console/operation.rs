//! Capture, cancellation, change of amount and refund: what is asked before, and what is said afterwards.

use domain::{
    Lang,
    payment::{Impossible, OperationKind},
};

use crate::format::money;

/// The texts of the operations on a payment's money.
#[derive(Clone, Copy, Debug)]
pub struct OperationWords {
    /// Back to the payment.
    pub back: &'static str,
    /// Heading of each operation.
    pub title: fn(OperationKind) -> &'static str,
    /// The operation in one sentence, with its amount in words.
    pub sentence: fn(OperationKind, amount: &str) -> String,
    /// What follows of it.
    pub follows: fn(OperationKind) -> &'static str,
    /// The button.
    pub go: fn(OperationKind, amount: &str) -> String,
    /// Order number.
    pub order: &'static str,
    /// What was ordered.
    pub ordered: &'static str,
    /// What is held.
    pub held: &'static str,
    /// What was taken.
    pub taken: &'static str,
    /// What was given back so far.
    pub refunded: &'static str,
    /// What can still be given back.
    pub left: &'static str,
    /// What is let go when less is taken.
    pub rest: fn(rest: &str) -> String,
    /// The last day of a capture.
    pub last_day: &'static str,
    /// Why there is one.
    pub last_day_hint: &'static str,
    /// The card.
    pub card: &'static str,
    /// Opens the choice of another amount.
    pub other_amount: &'static str,
    /// The amount's field.
    pub amount: &'static str,
    /// The field's hint; the most that can be.
    pub amount_hint: fn(most: &str) -> String,
    /// Shows the confirmation with that amount.
    pub show: &'static str,
    /// The amount can't be read, or is more than there is.
    pub amount_wrong: fn(most: &str) -> String,
    /// Why a code of the second factor is asked for.
    pub needs_code: fn(limit: &str) -> String,
    /// The code is wrong, or was used.
    pub code_wrong: &'static str,
    /// Leaves without doing anything.
    pub leave: &'static str,
    /// Asks the acquirer: heading, what it does, button.
    pub ask: (&'static str, &'static str, &'static str),
    /// It can't be done: heading, and why.
    pub impossible_title: &'static str,
    /// Why.
    pub impossible: fn(Impossible) -> String,
    /// The merchant does not trade: only what gives money back is possible.
    pub suspended: &'static str,
    /// Heading: another operation runs.
    pub running: &'static str,
    /// Nothing was done by this form.
    pub running_lead: &'static str,
    /// Heading: something happened since the form was opened.
    pub stale: &'static str,
    /// Nothing was done by this form, and what to do.
    pub stale_lead: &'static str,
    /// Heading over the operation that runs or came last.
    pub last: &'static str,
    /// What it is.
    pub what: &'static str,
    /// Who asked for it.
    pub who: &'static str,
    /// Since when.
    pub since: &'static str,
    /// How it stands.
    pub stands: &'static str,
    /// Nobody: the system itself.
    pub system: &'static str,
    /// Somebody who is not there any more.
    pub former: &'static str,
    /// Heading: the outcome is not known.
    pub checking: &'static str,
    /// Not to do it again, and what is done about it.
    pub checking_lead: &'static str,
    /// The page looks again by itself.
    pub checking_refresh: &'static str,
    /// Heading: refused.
    pub refused: &'static str,
    /// Nothing of the money was moved.
    pub refused_lead: &'static str,
    /// Heading: the acquirer has no such operation.
    pub not_supported: &'static str,
    /// More is to be had by a link for the difference.
    pub not_supported_more: fn(difference: &str) -> String,
    /// Less is taken by a capture of less.
    pub not_supported_less: fn(amount: &str) -> String,
    /// Makes the link.
    pub make_link: &'static str,
    /// Captures less.
    pub capture_less: &'static str,
    /// Heading: it never reached the acquirer.
    pub given_up: &'static str,
    /// It is not done and can't be done later by itself.
    pub given_up_lead: &'static str,
    /// Heading: done.
    pub done: &'static str,
    /// Heading: nothing is open.
    pub nothing_open: &'static str,
    /// Where to look.
    pub nothing_open_lead: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// The texts of one language.
pub const fn operation(lang: Lang) -> &'static OperationWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

/// What the payment's page says after an operation, by the word in its address.
pub fn done(lang: Lang, word: &str) -> Option<&'static str> {
    Some(match (word, lang) {
        ("capture", Lang::Ja) => "売上を確定しました。",
        ("capture", Lang::En) => "Captured.",
        ("cancel", Lang::Ja) => "与信を取り消しました。",
        ("cancel", Lang::En) => "The authorization was cancelled.",
        ("amount", Lang::Ja) => "金額を変更しました。",
        ("amount", Lang::En) => "The amount was changed.",
        ("refund", Lang::Ja) => "返金しました。購入者の口座に届くまで、カード会社により数日から数週間かかります。",
        ("refund", Lang::En) => "Refunded. It takes the card company days to weeks until the buyer sees it.",
        ("ask", Lang::Ja) => "決済会社に問い合わせ、回答を記録しました。",
        ("ask", Lang::En) => "The acquirer was asked, and its answer is recorded.",
        _ => return None,
    })
}

const JA: OperationWords = OperationWords {
    back: "取引の詳細に戻る",
    title: |kind| match kind {
        OperationKind::Capture => "売上の確定",
        OperationKind::Cancel => "与信の取消",
        OperationKind::Adjust => "金額の変更",
        OperationKind::Refund => "返金",
    },
    sentence: |kind, amount| match kind {
        OperationKind::Capture => format!("{amount}の売上を確定します。元に戻せません。"),
        OperationKind::Cancel => format!("{amount}の与信を取り消します。元に戻せません。"),
        OperationKind::Adjust => format!("与信の金額を{amount}に変更します。"),
        OperationKind::Refund => format!("{amount}を返金します。元に戻せません。"),
    },
    follows: |kind| match kind {
        OperationKind::Capture => {
            "確定すると、購入者のカードに請求されます。その後は金額の変更と取消ができず、返金のみ行えます。"
        }
        OperationKind::Cancel => "取り消すと、購入者には請求されません。同じ伝票番号は再び使えません。",
        OperationKind::Adjust => "カード会社の承認を受けて変更します。承認されない場合、金額は今のままです。",
        OperationKind::Refund => "購入者のカードに返金されます。届くまでの日数はカード会社により異なります。",
    },
    go: |kind, amount| match kind {
        OperationKind::Capture => format!("{amount}を確定する"),
        OperationKind::Cancel => format!("{amount}の与信を取り消す"),
        OperationKind::Adjust => format!("{amount}に変更する"),
        OperationKind::Refund => format!("{amount}を返金する"),
    },
    order: "伝票番号",
    ordered: "注文の金額",
    held: "現在の与信の金額",
    taken: "確定した金額",
    refunded: "返金済みの金額",
    left: "返金できる残りの金額",
    rest: |rest| format!("残りの{rest}は請求されず、与信も解放されます。"),
    last_day: "確定できる最終日",
    last_day_hint: "決済日から6か月以内で、与信の有効期限が先に来る場合はその日までです。過ぎると与信は失効します。",
    card: "カード",
    other_amount: "金額を変える",
    amount: "金額（円）",
    amount_hint: |most| format!("1円から{most}まで指定できます。"),
    show: "この金額で確認する",
    amount_wrong: |most| format!("金額は数字だけで、1円から{most}までの範囲で入力してください。"),
    needs_code: |limit| format!("返金の合計が{limit}を超えるため、認証コードの入力が必要です。"),
    code_wrong: "認証コードが違うか、すでに使われています。次のコードを入力してください。",
    leave: "何もせずに戻る",
    ask: (
        "決済会社への問い合わせ",
        "結果が分からない処理について、決済会社に今すぐ問い合わせます。問い合わせで請求や返金が行われることはありません。",
        "決済会社に問い合わせる",
    ),
    impossible_title: "この操作はできません",
    impossible: |why| {
        match why {
        Impossible::NothingHeld => "確定前の与信がありません。すでに確定または取消されたか、決済が成立していません。".to_owned(),
        Impossible::NothingTaken => "確定した売上がないため、返金できません。確定前であれば、取消をお使いください。".to_owned(),
        Impossible::TooLate => "確定できる期限（決済日から6か月以内、または与信の有効期限）が過ぎています。".to_owned(),
        Impossible::TooMuch { most: 0 } => "全額が返金済みのため、返金できる金額が残っていません。".to_owned(),
        Impossible::TooMuch { most } => format!("指定できる金額は{}までです。", yen(Lang::Ja, most)),
        Impossible::NotTheWhole { held } => {
            format!("与信の金額が{}に変わっています。取消は全額のみ行えます。", money(Lang::Ja, held))
        }
        Impossible::SameAmount => "すでにその金額の与信です。別の金額を指定してください。".to_owned(),
        Impossible::Disputed => {
            "購入者がカード会社に異議を申し立てているため、返金できません。代金はカード会社を通じて扱われます。返金すると二重に支払うおそれがあります。".to_owned()
        }
    }
    },
    suspended: "加盟店の取扱いが停止しているため、売上の確定と金額の変更はできません。取消、返金、問い合わせは行えます。",
    running: "ほかの処理が行われています",
    running_lead: "同じ取引で、次の処理が行われているか、結果を確認中です。今回の操作は行われていません。",
    stale: "画面を開いた後に、ほかの処理がありました",
    stale_lead: "金額などが変わっている可能性があるため、今回の操作は行われていません。最新の状態を確認してから、必要な場合はもう一度操作してください。",
    last: "直前の処理",
    what: "処理",
    who: "操作した人",
    since: "開始日時",
    stands: "状態",
    system: "システム（自動）",
    former: "削除された利用者",
    checking: "結果を確認しています",
    checking_lead: "決済会社から回答を得られていません。すでに行われている可能性があるため、同じ操作を繰り返さないでください。自動で問い合わせを続けます。",
    checking_refresh: "この画面は自動で更新されます。",
    refused: "決済会社が承認しませんでした",
    refused_lead: "金額は動いていません。取引は操作の前と同じ状態です。",
    not_supported: "決済会社がこの操作に対応していません",
    not_supported_more: |difference| {
        format!("金額は変わっていません。不足する{difference}は、決済リンクを送って別にお支払いいただけます。")
    },
    not_supported_less: |amount| {
        format!("金額は変わっていません。請求額を減らす場合は、売上の確定のときに{amount}を指定してください。")
    },
    make_link: "差額の決済リンクを作る",
    capture_less: "この金額で売上を確定する",
    given_up: "処理は行われませんでした",
    given_up_lead: "決済会社に届いていないことを確認し、後から行われることのないようにしました。必要な場合は、もう一度操作してください。",
    done: "完了しました",
    nothing_open: "確認中の処理はありません",
    nothing_open_lead: "この取引の最新の状態は、取引の詳細でご確認ください。",
    advice: "次にすること",
};

const EN: OperationWords = OperationWords {
    back: "Back to the transaction",
    title: |kind| match kind {
        OperationKind::Capture => "Capture",
        OperationKind::Cancel => "Cancel the authorization",
        OperationKind::Adjust => "Change the amount",
        OperationKind::Refund => "Refund",
    },
    sentence: |kind, amount| match kind {
        OperationKind::Capture => format!("This captures {amount}. It can’t be undone."),
        OperationKind::Cancel => format!("This cancels the authorization of {amount}. It can’t be undone."),
        OperationKind::Adjust => format!("This changes the authorized amount to {amount}."),
        OperationKind::Refund => format!("This refunds {amount}. It can’t be undone."),
    },
    follows: |kind| match kind {
        OperationKind::Capture => {
            "The buyer’s card is charged. After it the amount can’t be changed and nothing can be cancelled, only refunded."
        }
        OperationKind::Cancel => "The buyer is not charged. The order number can’t be used again.",
        OperationKind::Adjust => "The issuer has to approve it. If it does not, the amount stays as it is.",
        OperationKind::Refund => {
            "The money goes back to the buyer’s card. How long that takes is up to the card company."
        }
    },
    go: |kind, amount| match kind {
        OperationKind::Capture => format!("Capture {amount}"),
        OperationKind::Cancel => format!("Cancel {amount}"),
        OperationKind::Adjust => format!("Change to {amount}"),
        OperationKind::Refund => format!("Refund {amount}"),
    },
    order: "Order number",
    ordered: "Amount ordered",
    held: "Authorized at present",
    taken: "Captured",
    refunded: "Refunded so far",
    left: "Left to refund",
    rest: |rest| format!("The other {rest} is not charged and is let go."),
    last_day: "Last day to capture",
    last_day_hint: "Six months from the payment date, or the end of the authorization’s validity if that comes first. After it the authorization lapses.",
    card: "Card",
    other_amount: "Another amount",
    amount: "Amount (yen)",
    amount_hint: |most| format!("From ¥1 to {most}."),
    show: "Go on with this amount",
    amount_wrong: |most| format!("Enter the amount in digits only, from ¥1 to {most}."),
    needs_code: |limit| format!("The refunds go beyond {limit} in all, so a code of your authenticator app is needed."),
    code_wrong: "The code is wrong or was used already. Enter the next one.",
    leave: "Leave without doing anything",
    ask: (
        "Ask the acquirer",
        "This asks the acquirer now about what nobody knows yet. Asking never charges or refunds anything.",
        "Ask the acquirer",
    ),
    impossible_title: "This can’t be done",
    impossible: |why| {
        match why {
        Impossible::NothingHeld => "Nothing is authorized: it was captured or cancelled already, or was never paid.".to_owned(),
        Impossible::NothingTaken => "Nothing was captured, so nothing can be refunded. Before the capture, cancel instead.".to_owned(),
        Impossible::TooLate => "The time to capture (six months from the payment, or the authorization’s validity) is over.".to_owned(),
        Impossible::TooMuch { most: 0 } => "Everything was refunded; nothing is left.".to_owned(),
        Impossible::TooMuch { most } => format!("The most that can be is {}.", yen(Lang::En, most)),
        Impossible::NotTheWhole { held } => {
            format!("The authorized amount is {} now. Only the whole can be cancelled.", money(Lang::En, held))
        }
        Impossible::SameAmount => "That amount is authorized already. Enter another one.".to_owned(),
        Impossible::Disputed => {
            "The buyer disputes the payment at their card company, which handles the money. A refund could pay it back twice.".to_owned()
        }
    }
    },
    suspended: "The merchant is suspended: nothing can be captured or changed. Cancelling, refunding and asking are possible.",
    running: "Another operation is running",
    running_lead: "The operation below runs on this payment, or its result is being checked. Nothing was done by your form.",
    stale: "Something happened after you opened the page",
    stale_lead: "Amounts may have changed, so nothing was done by your form. Look at how it stands now, and do it again if it is still needed.",
    last: "The last operation",
    what: "Operation",
    who: "By",
    since: "Begun",
    stands: "State",
    system: "The system itself",
    former: "Somebody who was removed",
    checking: "The result is being checked",
    checking_lead: "The acquirer has not answered. It may be done already, so please do not do it again. We keep asking.",
    checking_refresh: "This page looks again by itself.",
    refused: "The acquirer did not approve",
    refused_lead: "No money was moved. The payment stands as before.",
    not_supported: "The acquirer has no such operation",
    not_supported_more: |difference| {
        format!("The amount is as it was. The missing {difference} can be paid apart, by a payment link.")
    },
    not_supported_less: |amount| format!("The amount is as it was. To charge less, capture {amount} only."),
    make_link: "Make a link for the difference",
    capture_less: "Capture this amount",
    given_up: "It was not done",
    given_up_lead: "The acquirer never had it, and it was made sure that it can’t happen later. Do it again if it is still needed.",
    done: "Done",
    nothing_open: "Nothing is open",
    nothing_open_lead: "The transaction’s page shows how it stands.",
    advice: "What to do",
};

fn yen(lang: Lang, amount: u32) -> String {
    domain::Yen::new(amount).map_or_else(|_| amount.to_string(), |amount| money(lang, amount))
}
