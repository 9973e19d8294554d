//! The page where a buyer sees a regular purchase, pauses and ends it, and agrees to a change.

use domain::{Lang, recurring::plan::EndReason};

/// The buyer's page of a regular purchase.
#[derive(Clone, Copy, Debug)]
pub struct PlanPageWords {
    /// Title and heading.
    pub title: &'static str,
    /// Under it.
    pub lead: fn(shop: &str) -> String,
    /// Under it, where it is over.
    pub lead_over: fn(shop: &str) -> String,
    /// Row: when it ended, and by whom.
    pub ended: &'static str,
    /// The day, and by whom.
    pub ended_on: fn(day: &str, why: EndReason) -> String,
    /// Row: what is past its day and not paid.
    pub overdue: &'static str,
    /// Heading of what was agreed.
    pub contract: &'static str,
    /// Row: the present amount and cycle.
    pub rate: &'static str,
    /// Row: when it was joined.
    pub joined: &'static str,
    /// Row: the date after the next.
    pub following: &'static str,
    /// Heading of the card.
    pub card: &'static str,
    /// There is none any more.
    pub no_card: &'static str,
    /// Leads to the form for a card where there is none.
    pub add_card: &'static str,
    /// Leads to the form for another card.
    pub change_card: &'static str,
    /// Heading of the payments so far.
    pub past: &'static str,
    /// Leads to a payment's receipt.
    pub receipt: &'static str,
    /// What else can be done.
    pub acts: &'static str,
    /// A period is declined and is tried again.
    pub retrying: PlanNotice,
    /// A period could not be charged.
    pub unpaid: PlanNotice,
    /// Until when another card is charged at once for it.
    pub unpaid_until: fn(day: &str, amount: &str) -> String,
    /// That time is over: the shop would decide.
    pub unpaid_late: &'static str,
    /// The shop decides.
    pub asked: PlanNotice,
    /// It is being charged.
    pub charging: PlanNotice,
    /// The shop paused it.
    pub paused_by_shop: PlanNotice,
    /// Heading of what the shop proposes.
    pub proposed: &'static str,
    /// Under it.
    pub proposed_lead: &'static str,
    /// Leads to the question whether the buyer agrees.
    pub look_at_change: &'static str,
    /// The question whether it is to be paused.
    pub pause: PlanQuestion,
    /// Beside what can be done, while a period is unpaid.
    pub no_pause: &'static str,
    /// Whether it is to go on.
    pub resume: PlanQuestion,
    /// When something is charged then, and how much.
    pub resumes_on: fn(day: &str, amount: &str) -> String,
    /// Whether it is to be ended.
    pub stop: PlanQuestion,
    /// Whether the buyer agrees.
    pub agree: PlanQuestion,
    /// Over the field for the security code.
    pub agree_code: &'static str,
    /// What 3-D Secure hands on.
    pub agree_consent: &'static str,
    /// Does not agree.
    pub refuse: &'static str,
    /// Row: what holds now.
    pub now: &'static str,
    /// Row: what is proposed.
    pub then: &'static str,
    /// Back to the page.
    pub back: &'static str,
    /// It was paused.
    pub done_pause: PlanNotice,
    /// It goes on.
    pub done_resume: PlanNotice,
    /// It was ended.
    pub done_stop: PlanNotice,
    /// The change was agreed to.
    pub done_agree: PlanNotice,
    /// The change was refused.
    pub done_refuse: PlanNotice,
    /// What the buyer wanted is not possible (any more): the page shows how it stands.
    pub done_moved: PlanNotice,
    /// A payment is being checked: later.
    pub done_open: PlanNotice,
    /// The card can't be used to agree now.
    pub card_not_taken: PlanNotice,
    /// Another address was mailed.
    pub done_link: PlanNotice,
    /// The authentication did not succeed.
    pub not_agreed: PlanNotice,
    /// It is being found out whether it did.
    pub checking: PlanNotice,
    /// The address has run out.
    pub expired: PlanNotice,
    /// Has another mailed.
    pub expired_button: &'static str,
    /// The address opens nothing.
    pub not_there: PlanNotice,
    /// Over the regular purchases that a kept card pays for.
    pub relies: &'static str,
    /// Deleting has to wait for them.
    pub relies_lead: &'static str,
    /// Leads to one of them.
    pub see: fn(item: &str) -> String,
    /// Leads to it from an address that tells nothing of it.
    pub see_plan: &'static str,
    /// A change of the card has a period charged at once.
    pub card_charges: fn(item: &str, day: &str, amount: &str) -> String,
    /// A change of the card comes too late for a period: the shop decides.
    pub card_asks: fn(item: &str, day: &str, amount: &str) -> String,
    /// The new card was charged for a period.
    pub card_charged: fn(item: &str, amount: &str) -> String,
    /// It is being charged.
    pub card_charging: fn(item: &str, amount: &str) -> String,
    /// It was declined for it.
    pub card_declined: fn(item: &str, amount: &str) -> String,
    /// The shop decides whether it is charged.
    pub card_asked: fn(item: &str, amount: &str) -> String,
}

/// A question whether something is to be done.
#[derive(Clone, Copy, Debug)]
pub struct PlanQuestion {
    /// Leads to it.
    pub link: &'static str,
    /// Title and heading.
    pub title: &'static str,
    /// What it means.
    pub means: &'static [&'static str],
    /// The button.
    pub button: &'static str,
}

/// What is said over the page, or alone.
#[derive(Clone, Copy, Debug)]
pub struct PlanNotice {
    /// Heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
}

/// The texts of one language.
pub const fn plan_page(lang: Lang) -> &'static PlanPageWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: PlanPageWords = PlanPageWords {
    title: "定期購入の内容",
    lead: |shop| {
        format!("{shop}でお申し込みの定期購入です。このページで、内容の確認、カードの変更、一時停止、解約ができます。")
    },
    lead_over: |shop| format!("{shop}でお申し込みの定期購入です。すでに終了しており、今後の請求はありません。"),
    ended: "終了日",
    ended_on: |day, why| {
        let by = match why {
            EndReason::Buyer => "お客様が解約されました",
            EndReason::Merchant => "お店が終了しました",
            EndReason::Network => "カード会社に支払い停止のお申し出がありました",
            EndReason::Completed => "お約束の回数が終わりました",
        };
        format!("{day}（{by}）")
    },
    overdue: "お支払いがまだの分",
    contract: "ご契約の内容",
    rate: "金額",
    joined: "お申し込み日",
    following: "その次の決済",
    card: "お支払いのカード",
    no_card: "お支払いに使えるカードがありません。",
    add_card: "カードを登録する",
    change_card: "カードを変更する",
    past: "これまでのお支払い",
    receipt: "領収書",
    acts: "お手続き",
    retrying: PlanNotice {
        title: "今回のお支払いができていません",
        lead: "お使いのカードで、カード会社の承認が得られませんでした。下記の日時に、もう一度決済を行います。カードを変更されると、すぐにそのカードで1回決済します。",
    },
    unpaid: PlanNotice {
        title: "お支払いができないため、停止しています",
        lead: "カード会社の承認が得られなかったためです。",
    },
    unpaid_until: |day, amount| {
        format!(
            "{day}までに別のカードに変更されると、すぐに今回分の{amount}を決済し、定期購入を続けます。お続けにならないときは、お手続きはいりません。"
        )
    },
    unpaid_late: "決済日から日が経っているため、別のカードに変更されたときは、今回分を決済するかどうかをお店が決め、メールでお知らせします。お続けにならないときは、お手続きはいりません。",
    asked: PlanNotice {
        title: "今回の決済日を過ぎています",
        lead: "今回分を決済するかどうかを、お店が確認しています。決まりましたら、メールでお知らせします。",
    },
    charging: PlanNotice {
        title: "今回分の決済を行っています",
        lead: "結果はメールでお知らせします。少し時間をおいて、このページをもう一度開いてください。",
    },
    paused_by_shop: PlanNotice {
        title: "お店が一時停止しています",
        lead: "停止している間、請求は発生しません。再開については、お店へお問い合わせください。",
    },
    proposed: "お店から、条件変更のご案内があります",
    proposed_lead: "同意されるまで、何も変わりません。",
    look_at_change: "変更の内容を確認する",
    pause: PlanQuestion {
        link: "一時停止する",
        title: "定期購入を一時停止しますか",
        means: &[
            "停止している間、請求は発生しません。",
            "このページで、いつでも再開できます。停止していた間の分を後から請求することはありません。",
            "商品の発送やサービスの提供がどうなるかは、お店へお問い合わせください。",
        ],
        button: "一時停止する",
    },
    no_pause: "今回分のお支払いが済んでいない間は、一時停止できません。解約はいつでもできます。",
    resume: PlanQuestion {
        link: "再開する",
        title: "定期購入を再開しますか",
        means: &["停止していた間の分は請求しません。"],
        button: "再開する",
    },
    resumes_on: |day, amount| format!("次回は、{day}に{amount}を、保存したカードで決済します。"),
    stop: PlanQuestion {
        link: "解約する",
        title: "定期購入を解約しますか",
        means: &[
            "すぐに解約され、今後の請求は発生しません。",
            "解約を取り消すことはできません。続けるには、もう一度お申し込みください。",
            "すでに決済が済んだ分の返品や返金については、お店へお問い合わせください。",
        ],
        button: "解約する",
    },
    agree: PlanQuestion {
        link: "変更の内容を確認する",
        title: "条件の変更に同意しますか",
        means: &[
            "同意されると、カード会社による本人認証（3-Dセキュア）に進みます。認証が終わると、変更が決まります。",
            "本人認証のため、1円の与信を行い、すぐに取り消します。お支払いにはなりません。",
            "変更後も、このページでいつでも解約できます。",
        ],
        button: "同意して本人認証に進む",
    },
    agree_code: "ご本人の確認のため、このカードのセキュリティコードを入力してください。",
    agree_consent: "同意すると、本人認証（3-Dセキュア）のため、お客様の情報をカード発行会社へ提供することに同意したものとします。",
    refuse: "同意しない",
    now: "現在の条件",
    then: "変更後の条件",
    back: "何もせずに戻る",
    done_pause: PlanNotice {
        title: "一時停止しました",
        lead: "停止している間、請求は発生しません。確認のメールをお送りします。",
    },
    done_resume: PlanNotice {
        title: "再開しました",
        lead: "次回の決済日は下記のとおりです。確認のメールをお送りします。",
    },
    done_stop: PlanNotice {
        title: "解約しました",
        lead: "今後、この定期購入の請求は発生しません。確認のメールをお送りします。",
    },
    done_agree: PlanNotice {
        title: "条件の変更を承りました",
        lead: "本人認証が完了しました。変更後の条件になる日は下記のとおりです。",
    },
    done_refuse: PlanNotice {
        title: "条件は変更されません",
        lead: "これまでの条件のまま続きます。今後については、お店からご連絡することがあります。",
    },
    done_moved: PlanNotice {
        title: "お手続きは行われませんでした",
        lead: "すでにお手続きが済んでいるか、状態が変わっています。現在の内容をご確認ください。",
    },
    done_open: PlanNotice {
        title: "いまは再開できません",
        lead: "前回のお支払いの結果を、カード会社に確認しています。少し時間をおいて、もう一度お試しください。",
    },
    card_not_taken: PlanNotice {
        title: "このカードでは、いまお手続きができません",
        lead: "別のカードに変更してから、もう一度お試しください。条件は変更されていません。",
    },
    done_link: PlanNotice {
        title: "メールをお送りしました",
        lead: "ご登録のメールアドレスに、新しいアドレスをお送りしました。届かないときは、10分ほどおいてからもう一度お試しください。",
    },
    not_agreed: PlanNotice {
        title: "本人認証が完了しませんでした",
        lead: "条件は変更されていません。請求も発生していません。",
    },
    checking: PlanNotice {
        title: "本人認証の結果を確認しています",
        lead: "カード会社からの返事を待っています。通常は数秒で終わります。画面を閉じずにお待ちください。",
    },
    expired: PlanNotice {
        title: "このアドレスの有効期限が過ぎました",
        lead: "安全のため、ページのアドレスには期限があります。ご登録のメールアドレスに、新しいアドレスをお送りできます。",
    },
    expired_button: "新しいアドレスをメールで受け取る",
    not_there: PlanNotice {
        title: "このページは使えません",
        lead: "アドレスが正しくありません。メールにあるアドレスをもう一度お開きいただくか、お店へお問い合わせください。",
    },
    relies: "このカードで続いている定期購入",
    relies_lead: "定期購入が続いている間は、カードを削除できません。別のカードに変更するか、次のページで解約してください。",
    see: |item| format!("定期購入「{item}」の内容を見る"),
    see_plan: "定期購入の内容を見る",
    card_charges: |item, day, amount| {
        format!("カードを変更すると、すぐに、お支払いがまだの「{item}」の{day}の分 {amount}を請求します。")
    },
    card_asks: |item, day, amount| {
        format!(
            "「{item}」の{day}の分 {amount}は、決済日から日が経っています。請求するかどうかはお店が決め、メールでお知らせします。"
        )
    },
    card_charged: |item, amount| {
        format!(
            "お支払いがまだだった「{item}」の今回分 {amount}を、新しいカードで請求しました。領収書をメールでお送りします。"
        )
    },
    card_charging: |item, amount| {
        format!(
            "お支払いがまだの「{item}」の今回分 {amount}を、新しいカードで請求しています。結果はメールでお知らせします。"
        )
    },
    card_declined: |item, amount| {
        format!(
            "「{item}」の今回分 {amount}は、新しいカードでも、カード会社の承認が得られませんでした。請求は発生していません。"
        )
    },
    card_asked: |item, amount| {
        format!(
            "「{item}」の今回分 {amount}は、まだ請求していません。請求するかどうかはお店が決め、メールでお知らせします。"
        )
    },
};

const EN: PlanPageWords = PlanPageWords {
    title: "Your regular purchase",
    lead: |shop| format!("You ordered this at {shop}. Here you can see it, change the card, pause it and end it."),
    lead_over: |shop| format!("You ordered this at {shop}. It is over, and nothing is charged any more."),
    ended: "Ended on",
    ended_on: |day, why| {
        let by = match why {
            EndReason::Buyer => "you ended it",
            EndReason::Merchant => "the shop ended it",
            EndReason::Network => "the card company was asked to stop the payments",
            EndReason::Completed => "all agreed periods are charged",
        };
        format!("{day} ({by})")
    },
    overdue: "Not paid yet",
    contract: "What was agreed",
    rate: "Amount",
    joined: "Started on",
    following: "The payment after that",
    card: "The card it is paid with",
    no_card: "There is no card to pay with.",
    add_card: "Add a card",
    change_card: "Change the card",
    past: "Payments so far",
    receipt: "Receipt",
    acts: "What you can do",
    retrying: PlanNotice {
        title: "This period could not be charged yet",
        lead: "Your card company did not approve the payment. The card is tried again at the time below. If you change to another card, that card is charged once, at once.",
    },
    unpaid: PlanNotice {
        title: "Paused, because it could not be charged",
        lead: "Your card company did not approve the payment.",
    },
    unpaid_until: |day, amount| {
        format!(
            "If you change to another card by {day}, {amount} for this period is charged at once and the regular purchase goes on. If you do not want to go on, there is nothing to do."
        )
    },
    unpaid_late: "This period is past its date: if you change to another card now, the shop decides whether it is charged, and you get an e-mail. If you do not want to go on, there is nothing to do.",
    asked: PlanNotice {
        title: "This period is past its date",
        lead: "The shop is deciding whether it is charged. You will get an e-mail when it has.",
    },
    charging: PlanNotice {
        title: "This period is being charged",
        lead: "You will get an e-mail with the result. Please open this page again in a while.",
    },
    paused_by_shop: PlanNotice {
        title: "The shop has paused it",
        lead: "Nothing is charged while it is paused. Please ask the shop when it goes on.",
    },
    proposed: "The shop would like to change the terms",
    proposed_lead: "Nothing changes unless you agree.",
    look_at_change: "See the change",
    pause: PlanQuestion {
        link: "Pause it",
        title: "Pause the regular purchase?",
        means: &[
            "Nothing is charged while it is paused.",
            "You can resume it at any time on this page. The time in between is not charged later.",
            "Please ask the shop what happens to deliveries or services meanwhile.",
        ],
        button: "Pause it",
    },
    no_pause: "It can’t be paused while a period is unpaid. You can end it at any time.",
    resume: PlanQuestion {
        link: "Resume it",
        title: "Resume the regular purchase?",
        means: &["The time in which it was paused is not charged."],
        button: "Resume",
    },
    resumes_on: |day, amount| format!("Next, {amount} is charged to your saved card on {day}."),
    stop: PlanQuestion {
        link: "End it",
        title: "End the regular purchase?",
        means: &[
            "It ends at once, and nothing is charged any more.",
            "This can’t be undone. To go on you would have to order again.",
            "For returns or refunds of what was charged before, please ask the shop.",
        ],
        button: "End it",
    },
    agree: PlanQuestion {
        link: "See the change",
        title: "Do you agree to the new terms?",
        means: &[
            "If you agree, your card company checks that it is you (3-D Secure). The change is agreed when that is done.",
            "For the check, ¥1 is authorized and cancelled at once. You do not pay anything.",
            "You can still end the regular purchase on this page at any time.",
        ],
        button: "Agree and authenticate",
    },
    agree_code: "To show that it is you, enter the security code of this card.",
    agree_consent: "By agreeing you agree that your details are passed to your card issuer for authentication (3\u{2011}D\u{a0}Secure).",
    refuse: "I do not agree",
    now: "The terms now",
    then: "The new terms",
    back: "Go back without doing anything",
    done_pause: PlanNotice {
        title: "It is paused",
        lead: "Nothing is charged while it is paused. We are sending you a confirmation by e-mail.",
    },
    done_resume: PlanNotice {
        title: "It goes on",
        lead: "The next date stands below. We are sending you a confirmation by e-mail.",
    },
    done_stop: PlanNotice {
        title: "It is over",
        lead: "Nothing is charged any more. We are sending you a confirmation by e-mail.",
    },
    done_agree: PlanNotice {
        title: "You have agreed to the new terms",
        lead: "Your card company has confirmed that it is you. The date from which they hold stands below.",
    },
    done_refuse: PlanNotice {
        title: "The terms stay as they are",
        lead: "The regular purchase goes on as before. The shop may write to you about it.",
    },
    done_moved: PlanNotice {
        title: "Nothing was done",
        lead: "It was done before, or something else has changed. Please look at how it stands now.",
    },
    done_open: PlanNotice {
        title: "It can’t go on just now",
        lead: "We are finding out what became of the last payment. Please try again in a while.",
    },
    card_not_taken: PlanNotice {
        title: "This card can’t be used for that just now",
        lead: "Please change to another card and try again. The terms were not changed.",
    },
    done_link: PlanNotice {
        title: "We have sent you an e-mail",
        lead: "The new address is on its way to the e-mail address that we know. If it does not come, please try again in ten minutes.",
    },
    not_agreed: PlanNotice {
        title: "The authentication was not completed",
        lead: "The terms were not changed, and nothing was charged.",
    },
    checking: PlanNotice {
        title: "The authentication is being checked",
        lead: "We are waiting for the card company’s answer. This usually takes a few seconds. Please keep this page open.",
    },
    expired: PlanNotice {
        title: "This address has expired",
        lead: "For your safety the address of this page has a limit. We can send you a new one to the e-mail address that we know.",
    },
    expired_button: "Send me a new address",
    not_there: PlanNotice {
        title: "This page can’t be used",
        lead: "The address is not right. Please open the address in our e-mail once more, or ask the shop.",
    },
    relies: "Regular purchases with this card",
    relies_lead: "The card can’t be deleted while a regular purchase goes on. Replace it with another card, or end the regular purchase on its page.",
    see: |item| format!("See the regular purchase “{item}”"),
    see_plan: "See the regular purchase",
    card_charges: |item, day, amount| {
        format!(
            "When you change the card, {amount} is charged at once for “{item}”, which was due on {day} and is not paid yet."
        )
    },
    card_asks: |item, day, amount| {
        format!(
            "{amount} for “{item}”, which was due on {day}, is past its date. The shop decides whether it is charged, and you get an e-mail."
        )
    },
    card_charged: |item, amount| {
        format!(
            "{amount} for the unpaid period of “{item}” was charged to the new card. We are sending you the receipt by e-mail."
        )
    },
    card_charging: |item, amount| {
        format!(
            "{amount} for the unpaid period of “{item}” is being charged to the new card. You will get an e-mail with the result."
        )
    },
    card_declined: |item, amount| {
        format!(
            "Your card company did not approve {amount} for this period of “{item}” with the new card either. Nothing was charged."
        )
    },
    card_asked: |item, amount| {
        format!(
            "{amount} for this period of “{item}” is not charged yet. The shop decides whether it is, and you get an e-mail."
        )
    },
};
