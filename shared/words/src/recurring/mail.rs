//! The mails about a regular purchase, to its buyer and, where the shop should know, to the shop.

use domain::Lang;

/// The mails about a regular purchase. A subject takes the shop's name, a first line the item's.
#[derive(Clone, Copy, Debug)]
pub struct PlanMailWords {
    /// The buyer joined.
    pub joined: PlanMailText,
    /// The same to the shop.
    pub shop_joined: PlanMailText,
    /// A period failed for the first time.
    pub failed: PlanMailText,
    /// What it means where the networks' rules forbade the try: nobody was asked.
    pub untried: &'static str,
    /// When it is tried again, and what the buyer can do.
    pub tried_again: fn(when: &str, amount: &str) -> String,
    /// The next try is the last.
    pub last_try: PlanMailText,
    /// When that is.
    pub tried_last: fn(when: &str, amount: &str) -> String,
    /// A period could not be charged.
    pub unpaid: PlanMailText,
    /// What it means where nobody was asked: there is no card that may be charged.
    pub unpaid_untried: &'static str,
    /// Until when another card is charged at once for it.
    pub unpaid_until: fn(day: &str, amount: &str) -> String,
    /// That time is over: the shop would decide.
    pub unpaid_late: &'static str,
    /// The same to the shop.
    pub shop_unpaid: PlanMailText,
    /// Until when the buyer's new card is charged at once.
    pub shop_unpaid_until: fn(day: &str, amount: &str) -> String,
    /// That time is over: the shop would be asked.
    pub shop_unpaid_late: &'static str,
    /// To the shop: a period is too late to be charged without its word.
    pub shop_asked: PlanMailText,
    /// The shop let a period go uncharged.
    pub skipped: PlanMailText,
    /// Row: of which dates.
    pub left_out: &'static str,
    /// The shop would like to change something.
    pub proposed: PlanMailText,
    /// Something changes.
    pub changed: PlanMailText,
    /// It is charged on another day of the month.
    pub moved: PlanMailText,
    /// Row: the day of the month.
    pub billed_on: &'static str,
    /// The buyer paused it.
    pub paused: PlanMailText,
    /// The shop paused it.
    pub paused_by_shop: PlanMailText,
    /// To the shop: it is paused.
    pub shop_paused: PlanMailText,
    /// It goes on.
    pub resumed: PlanMailText,
    /// The buyer ended it.
    pub ended: PlanMailText,
    /// The shop ended it.
    pub ended_by_shop: PlanMailText,
    /// The cardholder withdrew the agreement at the card company.
    pub ended_by_network: PlanMailText,
    /// All periods are charged.
    pub completed: PlanMailText,
    /// To the shop: it is over.
    pub shop_ended: PlanMailText,
    /// The trial ends.
    pub trial_ends: PlanMailText,
    /// The next period costs something else.
    pub price_changes: PlanMailText,
    /// A rare billing comes.
    pub billing: PlanMailText,
    /// The card is over before the next date.
    pub card_expires: PlanMailText,
    /// The buyer asked for another address.
    pub link: PlanMailText,
    /// Row: what is bought.
    pub item: &'static str,
    /// Row: amount and cycle that are proposed, or hold later.
    pub new_rate: &'static str,
    /// Row: from when they hold.
    pub from: &'static str,
    /// Row: the trial's last day.
    pub trial: &'static str,
    /// Row: the next date and what is charged then.
    pub next: &'static str,
    /// A date and what is charged then.
    pub next_charge: fn(date: &str, amount: &str) -> String,
    /// Row: after how many times it ends.
    pub times: &'static str,
    /// So many times, the first included.
    pub count: fn(times: u16) -> String,
    /// Until somebody ends it.
    pub open_ended: &'static str,
    /// Row: the card.
    pub card: &'static str,
    /// The same to the shop.
    pub shop_card: &'static str,
    /// Row: how it stands.
    pub state: &'static str,
    /// Row: the buyer's name.
    pub buyer: &'static str,
    /// Row: the buyer's address.
    pub buyer_mail: &'static str,
    /// Row: the plan's name.
    pub plan: &'static str,
    /// Leads to the plan's page. It says that one stops there.
    pub manage: &'static str,
    /// The same, where it is over.
    pub view: &'static str,
    /// Leads to the form for another card.
    pub change_card: &'static str,
    /// Leads to the question whether the buyer agrees.
    pub agree: &'static str,
    /// Leads to the console.
    pub console: &'static str,
    /// How one stops, in every mail to the buyer.
    pub stop: &'static str,
    /// A test merchant's.
    pub test: &'static str,
}

/// One mail.
#[derive(Clone, Copy, Debug)]
pub struct PlanMailText {
    /// Subject.
    pub subject: fn(merchant: &str) -> String,
    /// The first line.
    pub result: fn(merchant: &str, item: &str) -> String,
    /// What it means.
    pub meaning: &'static str,
}

/// The texts of one language.
pub const fn plan_mail(lang: Lang) -> &'static PlanMailWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: PlanMailWords = PlanMailWords {
    joined: PlanMailText {
        subject: |merchant| format!("定期購入のお申し込みを受け付けました（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」へのお申し込みを受け付けました。"),
        meaning: "今後は、お申し込みの画面に表示した条件のとおり、保存したカードで決済します。条件は下記のとおりです。",
    },
    shop_joined: PlanMailText {
        subject: |_| "定期購入のお申し込みがありました".to_owned(),
        result: |_, item| format!("定期購入「{item}」へのお申し込みがありました。"),
        meaning: "次回からは、下記の日に自動で決済します。",
    },
    failed: PlanMailText {
        subject: |merchant| format!("定期購入のお支払いができませんでした（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」の今回のお支払いができませんでした。"),
        meaning: "お使いのカードで、カード会社の承認が得られませんでした。今回の請求は、まだ発生していません。",
    },
    untried: "カード会社の決まりにより、お使いのカードでの決済を、今は行えないためです。今回の請求は、まだ発生していません。",
    tried_again: |when, amount| {
        format!(
            "{when}に、同じカードでもう一度{amount}の決済を行います。それまでに別のカードへ変更されると、すぐにそのカードで{amount}を1回決済します。"
        )
    },
    last_try: PlanMailText {
        subject: |merchant| format!("定期購入のお支払いについて、最後のご案内です（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」の今回のお支払いが、まだできていません。"),
        meaning: "お使いのカードで、カード会社の承認が得られない状態が続いています。",
    },
    tried_last: |when, amount| {
        format!(
            "{when}に行う{amount}の決済が最後です。この決済もできなかったときは、定期購入を停止します。それまでに別のカードへ変更されると、すぐにそのカードで{amount}を1回決済します。"
        )
    },
    unpaid: PlanMailText {
        subject: |merchant| format!("お支払いができないため、定期購入を停止しました（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」を停止しました。"),
        meaning: "今回のお支払いについて、カード会社の承認が得られなかったためです。停止している間、請求は発生しません。",
    },
    unpaid_untried: "保存されたカードでは、今回の決済を行えないためです。停止している間、請求は発生しません。",
    unpaid_until: |day, amount| {
        format!(
            "{day}までに別のカードに変更されると、すぐに今回分の{amount}を決済し、定期購入を続けます。その後の変更では、今回分を決済するかどうかをお店が決めます。お続けにならないときは、お手続きはいりません。"
        )
    },
    unpaid_late: "決済日から日が経っているため、別のカードに変更されたときは、今回分を決済するかどうかをお店が決め、メールでお知らせします。お続けにならないときは、お手続きはいりません。",
    shop_unpaid: PlanMailText {
        subject: |_| "定期購入が、未払いのため停止しました".to_owned(),
        result: |_, item| format!("定期購入「{item}」を、お支払いができないため停止しました。"),
        meaning: "購入者には、カードの変更をご案内しています。",
    },
    shop_unpaid_until: |day, amount| {
        format!(
            "{day}までにカードが変更されると、すぐに{amount}を1回決済し、定期購入を続けます。その後に変更されたときは、決済するかどうかをお尋ねします。"
        )
    },
    shop_unpaid_late: "決済日から日が経っているため、カードが変更されたときは、決済するかどうかをお尋ねします。",
    shop_asked: PlanMailText {
        subject: |_| "定期購入の決済について、ご判断が必要です".to_owned(),
        result: |_, item| format!("定期購入「{item}」の決済日を過ぎています。"),
        meaning: "決済日から10日を過ぎたか、次の決済日が来たため、自動では決済しません。管理画面で、決済するか見送るかをお決めください。",
    },
    skipped: PlanMailText {
        subject: |merchant| format!("定期購入の今回分は請求されません（{merchant}）"),
        result: |merchant, item| format!("{merchant}が、定期購入「{item}」の今回分を請求しないことに決めました。"),
        meaning: "下記の日の分は、後から請求されることもありません。定期購入は続きます。次回の決済は下記のとおりです。",
    },
    left_out: "請求しない決済日",
    proposed: PlanMailText {
        subject: |merchant| format!("定期購入の条件の変更について、ご確認のお願い（{merchant}）"),
        result: |merchant, item| {
            format!("{merchant}から、定期購入「{item}」の条件を変更したいとのご案内がありました。")
        },
        meaning: "同意されるまで、何も変わりません。同意されるときは、下記のページで、カード会社による本人認証（3-Dセキュア）をお願いします。同意されないときは、これまでの条件のまま続くか、お店からご連絡があります。",
    },
    changed: PlanMailText {
        subject: |merchant| format!("定期購入の条件が変わります（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」の条件が変わります。"),
        meaning: "変更後の条件と、その条件になる日は、下記のとおりです。",
    },
    moved: PlanMailText {
        subject: |merchant| format!("定期購入の決済日が変わります（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」の決済日が変わります。"),
        meaning: "変更後の決済日は、下記のとおりです。これまでの予定より早く決済することはありません。",
    },
    billed_on: "変更後の決済日",
    paused: PlanMailText {
        subject: |merchant| format!("定期購入を一時停止しました（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」を一時停止しました。"),
        meaning: "停止している間、請求は発生しません。下記のページで、いつでも再開できます。",
    },
    paused_by_shop: PlanMailText {
        subject: |merchant| format!("定期購入が一時停止されました（{merchant}）"),
        result: |merchant, item| format!("{merchant}が、定期購入「{item}」を一時停止しました。"),
        meaning: "停止している間、請求は発生しません。理由や再開については、お店へお問い合わせください。",
    },
    shop_paused: PlanMailText {
        subject: |_| "定期購入が一時停止しました".to_owned(),
        result: |_, item| format!("定期購入「{item}」が一時停止しました。"),
        meaning: "停止している間は、決済しません。",
    },
    resumed: PlanMailText {
        subject: |merchant| format!("定期購入を再開しました（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」を再開しました。"),
        meaning: "停止していた間の分は請求しません。次回の決済日は下記のとおりです。",
    },
    ended: PlanMailText {
        subject: |merchant| format!("定期購入を解約しました（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」を解約しました。"),
        meaning: "今後、この定期購入の請求は発生しません。すでに決済が済んだ分の返品や返金については、お店へお問い合わせください。",
    },
    ended_by_shop: PlanMailText {
        subject: |merchant| format!("定期購入が終了しました（{merchant}）"),
        result: |merchant, item| format!("{merchant}が、定期購入「{item}」を終了しました。"),
        meaning: "今後、この定期購入の請求は発生しません。理由については、お店へお問い合わせください。",
    },
    ended_by_network: PlanMailText {
        subject: |merchant| format!("定期購入を終了しました（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」を終了しました。"),
        meaning: "カード会社から、支払いの停止のお申し出があったとの連絡を受けたためです。今後、この定期購入の請求は発生しません。お心当たりのないときは、カード会社へお問い合わせください。",
    },
    completed: PlanMailText {
        subject: |merchant| format!("定期購入が終了しました（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」は、お約束の回数が終わりました。"),
        meaning: "今後、この定期購入の請求は発生しません。ご利用いただき、ありがとうございました。",
    },
    shop_ended: PlanMailText {
        subject: |_| "定期購入が終了しました".to_owned(),
        result: |_, item| format!("定期購入「{item}」が終了しました。"),
        meaning: "今後は決済しません。",
    },
    trial_ends: PlanMailText {
        subject: |merchant| format!("定期購入のお試し期間がまもなく終わります（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」のお試し期間が、まもなく終わります。"),
        meaning: "お試し期間が終わると、下記の日から、保存したカードで決済します。お続けにならないときは、その日より前に解約してください。",
    },
    price_changes: PlanMailText {
        subject: |merchant| format!("次回から、定期購入の金額が変わります（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」の金額が、次回から変わります。"),
        meaning: "次回の決済日と金額は下記のとおりです。",
    },
    billing: PlanMailText {
        subject: |merchant| format!("定期購入の決済日が近づいています（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」の決済日が近づいています。"),
        meaning: "下記の日に、保存したカードで決済します。お続けにならないときは、その日より前に解約してください。",
    },
    card_expires: PlanMailText {
        subject: |merchant| format!("カードの有効期限をご確認ください（{merchant}）"),
        result: |merchant, item| {
            format!("{merchant}の定期購入「{item}」に使うカードは、次回の決済日に有効期限が切れています。")
        },
        meaning: "次回の決済日までに、新しいカードに変更してください。カード番号が同じでも、有効期限の変更が必要です。",
    },
    link: PlanMailText {
        subject: |merchant| format!("定期購入のページをご案内します（{merchant}）"),
        result: |merchant, item| format!("{merchant}の定期購入「{item}」のページをご案内します。"),
        meaning: "ご依頼により、新しいアドレスをお送りします。お心当たりのないときは、このメールを破棄してください。",
    },
    item: "商品・サービス",
    new_rate: "変更後の金額",
    from: "変更後の金額になる日",
    trial: "お試し期間の最終日",
    next: "次回の決済",
    next_charge: |date, amount| format!("{date} {amount}"),
    times: "回数",
    count: |times| format!("初回を含めて{times}回"),
    open_ended: "回数の定めはありません。解約されるまで続きます",
    card: "お使いのカード",
    shop_card: "購入者のカード",
    state: "現在の状態",
    buyer: "お客様名",
    buyer_mail: "お客様のメール",
    plan: "定期購入番号",
    manage: "内容の確認・一時停止・解約",
    view: "定期購入の内容を見る",
    change_card: "カードを変更する",
    agree: "変更の内容を確認する",
    console: "管理画面で確認する",
    stop: "解約は、上の「内容の確認・一時停止・解約」のページで、いつでもお手続きいただけます。ページのアドレスは30日間有効です。期限が過ぎたときは、同じアドレスから新しいご案内をお求めください。",
    test: "これはテスト環境の定期購入です。実際の請求は発生しません。",
};

const EN: PlanMailWords = PlanMailWords {
    joined: PlanMailText {
        subject: |merchant| format!("You have started a regular purchase ({merchant})"),
        result: |merchant, item| format!("You have started the regular purchase “{item}” at {merchant}."),
        meaning: "From now on your saved card is charged by the terms that were shown when you ordered. They stand below.",
    },
    shop_joined: PlanMailText {
        subject: |_| "A regular purchase was started".to_owned(),
        result: |_, item| format!("A buyer has started the regular purchase “{item}”."),
        meaning: "It is charged by itself on the dates below.",
    },
    failed: PlanMailText {
        subject: |merchant| format!("Your regular purchase could not be charged ({merchant})"),
        result: |merchant, item| {
            format!("This period of your regular purchase “{item}” at {merchant} could not be charged.")
        },
        meaning: "Your card company did not approve the payment. Nothing was charged for this period yet.",
    },
    untried: "By the rules of the card companies, your card cannot be charged now. Nothing was charged for this period yet.",
    tried_again: |when, amount| {
        format!(
            "The same card is tried again on {when}, for {amount}. If you change to another card before then, that card is charged {amount} once, at once."
        )
    },
    last_try: PlanMailText {
        subject: |merchant| format!("Last notice about your regular purchase ({merchant})"),
        result: |merchant, item| {
            format!("This period of your regular purchase “{item}” at {merchant} is still not paid.")
        },
        meaning: "Your card company has not approved the payment so far.",
    },
    tried_last: |when, amount| {
        format!(
            "The card is tried for the last time on {when}, for {amount}. If that fails too, the regular purchase is paused. If you change to another card before then, that card is charged {amount} once, at once."
        )
    },
    unpaid: PlanMailText {
        subject: |merchant| format!("Your regular purchase is paused, because it could not be charged ({merchant})"),
        result: |merchant, item| format!("Your regular purchase “{item}” at {merchant} is paused."),
        meaning: "Your card company did not approve the payment for this period. Nothing is charged while it is paused.",
    },
    unpaid_untried: "The saved card cannot be charged for this period. Nothing is charged while it is paused.",
    unpaid_until: |day, amount| {
        format!(
            "If you change to another card by {day}, {amount} for this period is charged at once and the regular purchase goes on. After that day the shop decides whether this period is charged. If you do not want to go on, there is nothing to do."
        )
    },
    unpaid_late: "This period is past its date: if you change to another card now, the shop decides whether it is charged, and you get an e-mail. If you do not want to go on, there is nothing to do.",
    shop_unpaid: PlanMailText {
        subject: |_| "A regular purchase is paused, because it is unpaid".to_owned(),
        result: |_, item| format!("The regular purchase “{item}” is paused, because it could not be charged."),
        meaning: "The buyer was asked to change the card.",
    },
    shop_unpaid_until: |day, amount| {
        format!(
            "If they do by {day}, {amount} is charged once, at once, and the regular purchase goes on. After that day you are asked whether it is charged."
        )
    },
    shop_unpaid_late: "This period is past its date: if they change the card now, you are asked whether it is charged.",
    shop_asked: PlanMailText {
        subject: |_| "A regular purchase needs your decision".to_owned(),
        result: |_, item| format!("The regular purchase “{item}” is past its date."),
        meaning: "It is more than ten days late, or its next date has come, so it is not charged by itself. Decide in the console whether it is charged or left out.",
    },
    skipped: PlanMailText {
        subject: |merchant| format!("This period of your regular purchase is not charged ({merchant})"),
        result: |merchant, item| {
            format!("{merchant} has decided not to charge this period of your regular purchase “{item}”.")
        },
        meaning: "What is named below is not charged later either. The regular purchase goes on. The next payment stands below.",
    },
    left_out: "Not charged",
    proposed: PlanMailText {
        subject: |merchant| format!("Please look at a change to your regular purchase ({merchant})"),
        result: |merchant, item| {
            format!("{merchant} would like to change the terms of your regular purchase “{item}”.")
        },
        meaning: "Nothing changes unless you agree. If you do, your card company checks that it is you (3-D Secure) on the page below. If you do not, it goes on as it is, or the shop will write to you.",
    },
    changed: PlanMailText {
        subject: |merchant| format!("Your regular purchase changes ({merchant})"),
        result: |merchant, item| format!("The terms of your regular purchase “{item}” at {merchant} change."),
        meaning: "The new terms, and the date from which they hold, stand below.",
    },
    moved: PlanMailText {
        subject: |merchant| format!("The payment day of your regular purchase changes ({merchant})"),
        result: |merchant, item| format!("Your regular purchase “{item}” at {merchant} is charged on another day."),
        meaning: "The new day stands below. It is never charged sooner than planned before.",
    },
    billed_on: "New payment day",
    paused: PlanMailText {
        subject: |merchant| format!("You have paused your regular purchase ({merchant})"),
        result: |merchant, item| format!("Your regular purchase “{item}” at {merchant} is paused."),
        meaning: "Nothing is charged while it is paused. You can resume it at any time on the page below.",
    },
    paused_by_shop: PlanMailText {
        subject: |merchant| format!("Your regular purchase is paused ({merchant})"),
        result: |merchant, item| format!("{merchant} has paused your regular purchase “{item}”."),
        meaning: "Nothing is charged while it is paused. Please ask the shop why, and when it goes on.",
    },
    shop_paused: PlanMailText {
        subject: |_| "A regular purchase is paused".to_owned(),
        result: |_, item| format!("The regular purchase “{item}” is paused."),
        meaning: "Nothing is charged while it is paused.",
    },
    resumed: PlanMailText {
        subject: |merchant| format!("Your regular purchase goes on ({merchant})"),
        result: |merchant, item| format!("Your regular purchase “{item}” at {merchant} goes on."),
        meaning: "The time in which it was paused is not charged. The next date stands below.",
    },
    ended: PlanMailText {
        subject: |merchant| format!("You have ended your regular purchase ({merchant})"),
        result: |merchant, item| format!("Your regular purchase “{item}” at {merchant} is over."),
        meaning: "It will not be charged any more. For returns or refunds of what was charged before, please ask the shop.",
    },
    ended_by_shop: PlanMailText {
        subject: |merchant| format!("Your regular purchase is over ({merchant})"),
        result: |merchant, item| format!("{merchant} has ended your regular purchase “{item}”."),
        meaning: "It will not be charged any more. Please ask the shop why.",
    },
    ended_by_network: PlanMailText {
        subject: |merchant| format!("Your regular purchase is over ({merchant})"),
        result: |merchant, item| format!("Your regular purchase “{item}” at {merchant} is over."),
        meaning: "Your card company told us that you asked it to stop these payments. It will not be charged any more. If you did not ask for that, please call your card company.",
    },
    completed: PlanMailText {
        subject: |merchant| format!("Your regular purchase is complete ({merchant})"),
        result: |merchant, item| {
            format!("All agreed periods of your regular purchase “{item}” at {merchant} are charged.")
        },
        meaning: "It will not be charged any more. Thank you.",
    },
    shop_ended: PlanMailText {
        subject: |_| "A regular purchase is over".to_owned(),
        result: |_, item| format!("The regular purchase “{item}” is over."),
        meaning: "It will not be charged any more.",
    },
    trial_ends: PlanMailText {
        subject: |merchant| format!("Your trial ends soon ({merchant})"),
        result: |merchant, item| format!("The trial of your regular purchase “{item}” at {merchant} ends soon."),
        meaning: "When it is over, your saved card is charged from the date below. If you do not want to go on, please end it before that date.",
    },
    price_changes: PlanMailText {
        subject: |merchant| format!("The price of your regular purchase changes ({merchant})"),
        result: |merchant, item| format!("The price of your regular purchase “{item}” at {merchant} changes."),
        meaning: "The next date and the new price stand below.",
    },
    billing: PlanMailText {
        subject: |merchant| format!("Your regular purchase is charged soon ({merchant})"),
        result: |merchant, item| format!("Your regular purchase “{item}” at {merchant} is charged soon."),
        meaning: "Your saved card is charged on the date below. If you do not want to go on, please end it before that date.",
    },
    card_expires: PlanMailText {
        subject: |merchant| format!("Please check the expiry date of your card ({merchant})"),
        result: |merchant, item| {
            format!("The card for your regular purchase “{item}” at {merchant} will have expired on its next date.")
        },
        meaning: "Please change to a new card before then. That is needed even if the new card has the same number.",
    },
    link: PlanMailText {
        subject: |merchant| format!("The page of your regular purchase ({merchant})"),
        result: |merchant, item| format!("Here is the page of your regular purchase “{item}” at {merchant}."),
        meaning: "You asked for a new address of it. If you did not, please delete this e-mail.",
    },
    item: "Item",
    new_rate: "New amount",
    from: "New amount from",
    trial: "Last day of the trial",
    next: "Next payment",
    next_charge: |date, amount| format!("{date}, {amount}"),
    times: "Number of payments",
    count: |times| format!("{times}, the first included"),
    open_ended: "No fixed number: it goes on until it is ended",
    card: "Your card",
    shop_card: "The buyer’s card",
    state: "Status",
    buyer: "Name",
    buyer_mail: "E-mail",
    plan: "Regular purchase number",
    manage: "View, pause or end this regular purchase",
    view: "View this regular purchase",
    change_card: "Change the card",
    agree: "See the change",
    console: "Open it in the console",
    stop: "You can end the regular purchase at any time on the page “View, pause or end this regular purchase” above. Its address is good for 30 days. After that, ask for a new one at the same address.",
    test: "This is a regular purchase in the test environment. Nothing is really charged.",
};
