//! What the test issuer says, in both languages. It is not Kessai that speaks here, so these texts stand apart from its catalogue.

use domain::Lang;

/// The issuer's texts in one language.
pub(super) struct Texts {
    pub(super) issuer: &'static str,
    pub(super) test: &'static str,
    pub(super) skip: &'static str,
    pub(super) ask: &'static str,
    pub(super) ask_lead: &'static str,
    pub(super) amount: &'static str,
    pub(super) card: &'static str,
    pub(super) last_digits: &'static str,
    pub(super) until: &'static str,
    pub(super) choose: &'static str,
    pub(super) pass: &'static str,
    pub(super) fail: &'static str,
    pub(super) cancel: &'static str,
    pub(super) close: &'static str,
    pub(super) done: &'static str,
    pub(super) done_lead: &'static str,
    pub(super) over: &'static str,
    pub(super) over_lead: &'static str,
    pub(super) back: &'static str,
    pub(super) unknown: &'static str,
    pub(super) unknown_lead: &'static str,
    pub(super) failed: &'static str,
    pub(super) failed_lead: &'static str,
}

/// The issuer's texts.
pub(super) const fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: Texts = Texts {
    issuer: "テストカード発行会社",
    test: "テスト用の画面です。実際の認証は行われず、お金も動きません。",
    skip: "本文へ",
    ask: "ご本人の確認",
    ask_lead: "このカードでのお支払いの前に、カード発行会社がご本人かどうかを確認します（3Dセキュア）。",
    amount: "金額",
    card: "カード",
    last_digits: "下4桁",
    until: "期限",
    choose: "結果をお選びください",
    pass: "認証する",
    fail: "認証に失敗する",
    cancel: "キャンセル",
    close: "選ばずにこの画面を閉じると、認証は完了せず、お支払いは行われません。",
    done: "確認の手続きが終わりました",
    done_lead: "お支払いの画面に戻ります。切り替わらないときは、下のボタンを押してください。",
    over: "この確認は終了しています",
    over_lead: "期限が過ぎたか、お支払いが取り消されました。お支払いの画面で結果をご確認ください。",
    back: "お支払いの画面に戻る",
    unknown: "確認の画面が見つかりません",
    unknown_lead: "お支払いの画面から、もう一度お進みください。",
    failed: "ただいま処理できません",
    failed_lead: "少し待ってから、この画面を読み込み直してください。",
};

const EN: Texts = Texts {
    issuer: "Test card issuer",
    test: "This is a test page. Nobody is really authenticated, and no money moves.",
    skip: "Skip to content",
    ask: "Confirm it’s you",
    ask_lead: "Before you pay with this card, its issuer checks that you are the cardholder (3-D Secure).",
    amount: "Amount",
    card: "Card",
    last_digits: "ending in",
    until: "Answer by",
    choose: "Choose a result",
    pass: "Authenticate",
    fail: "Fail authentication",
    cancel: "Cancel",
    close: "If you close this page without choosing, you are not authenticated and nothing is paid.",
    done: "The check is finished",
    done_lead: "You are going back to the payment page. If nothing happens, press the button.",
    over: "This check is over",
    over_lead: "Its time ran out, or the payment was called off. The payment page shows the result.",
    back: "Back to the payment page",
    unknown: "There is no such check",
    unknown_lead: "Please start again from the payment page.",
    failed: "This can’t be done right now",
    failed_lead: "Please wait a moment and load this page again.",
};
