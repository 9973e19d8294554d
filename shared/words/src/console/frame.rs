//! What stands around every page of the console, and why somebody is not let in.

use domain::Lang;

/// What stands around every page of the console.
#[derive(Clone, Copy, Debug)]
pub struct FrameWords {
    /// Name of the console.
    pub console: &'static str,
    /// First link of the page, for keyboards and screen readers.
    pub skip: &'static str,
    /// The banner of a test merchant.
    pub test: &'static str,
    /// The navigation's name for screen readers.
    pub navigation: &'static str,
    /// The button that opens the navigation on a phone.
    pub menu: &'static str,
    /// Navigation.
    pub today: &'static str,
    /// Navigation.
    pub transactions: &'static str,
    /// Navigation.
    pub charge: &'static str,
    /// Navigation.
    pub links: &'static str,
    /// Navigation.
    pub batches: &'static str,
    /// Continuation.
    pub continuation: &'static str,
    /// Navigation.
    pub recurring: &'static str,
    /// Section: endpoints for notifications.
    pub notifications: &'static str,
    /// Navigation.
    pub exports: &'static str,
    /// Navigation.
    pub settings: &'static str,
    /// Navigation.
    pub team: &'static str,
    /// Navigation.
    pub audit: &'static str,
    /// The merchant's guide.
    pub guide: &'static str,
    /// Ends the session.
    pub sign_out: &'static str,
    /// The other language's name, in that language, and its tag.
    pub other_language: (&'static str, &'static str),
    /// Before the merchant number.
    pub merchant: &'static str,
    /// The stable code of a refusal.
    pub code: &'static str,
    /// Leads from a refusal to the console's first page.
    pub to_start: &'static str,
    /// Between the page's title and the console's name.
    pub title_joint: &'static str,
    /// The heading over a list of what is to be mended.
    pub to_mend: &'static str,
    /// Leaves a form without doing anything.
    pub cancel: &'static str,
    /// A code of the second factor is asked for.
    pub totp_label: &'static str,
    /// What that is.
    pub totp_hint: &'static str,
    /// Somebody with another role may.
    pub role_too_low: RefusalText,
    /// It isn't there.
    pub not_there: RefusalText,
    /// The form is not of this session.
    pub forged: RefusalText,
    /// The form is no form.
    pub unreadable: RefusalText,
    /// The second factor's code is wrong.
    pub totp_wrong: RefusalText,
    /// The form was open for too long.
    pub expired: RefusalText,
    /// Somebody changed it first.
    pub changed_meanwhile: RefusalText,
    /// Come back later.
    pub unavailable: RefusalText,
}

/// Why not, and what to do.
#[derive(Clone, Copy, Debug)]
pub struct RefusalText {
    /// Heading.
    pub title: &'static str,
    /// What happened, and what did not.
    pub lead: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// The texts of one language.
pub const fn frame(lang: Lang) -> &'static FrameWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: FrameWords = FrameWords {
    console: "管理画面",
    skip: "本文へ移動",
    test: "テスト加盟店です。実際の請求は行われません。",
    navigation: "主なメニュー",
    menu: "メニュー",
    today: "今日",
    transactions: "取引",
    charge: "個別処理",
    links: "決済リンク",
    batches: "一括処理",
    continuation: "自動継続",
    recurring: "定期購入",
    notifications: "通知",
    exports: "CSV出力",
    settings: "設定",
    team: "利用者",
    audit: "操作履歴",
    guide: "接続ガイド",
    sign_out: "サインアウト",
    other_language: ("English", "en"),
    merchant: "加盟店番号",
    code: "コード",
    to_start: "管理画面の最初のページへ",
    title_joint: " - ",
    to_mend: "入力内容をご確認ください",
    cancel: "やめる",
    totp_label: "認証コード",
    totp_hint: "認証アプリに表示されている6桁の数字を入力してください。",
    role_too_low: RefusalText {
        title: "この操作を行う権限がありません",
        lead: "何も変更されていません。",
        advice: "必要な場合は、オーナーに権限の変更を依頼してください。",
    },
    not_there: RefusalText {
        title: "見つかりません",
        lead: "お探しのものは存在しないか、この加盟店のものではありません。",
        advice: "番号やアドレスをご確認ください。",
    },
    forged: RefusalText {
        title: "送信内容を受け付けられませんでした",
        lead: "サインインし直した後に古い画面から送信された可能性があります。何も変更されていません。",
        advice: "画面を開き直して、もう一度お試しください。",
    },
    unreadable: RefusalText {
        title: "送信内容を読み取れませんでした",
        lead: "何も変更されていません。",
        advice: "画面を開き直して、もう一度お試しください。",
    },
    totp_wrong: RefusalText {
        title: "認証コードを確認できませんでした",
        lead: "コードが違うか、すでに使われています。何も変更されていません。",
        advice: "次のコードが表示されるのを待ってから、もう一度お試しください。",
    },
    expired: RefusalText {
        title: "画面の有効期限が過ぎました",
        lead: "何も変更されていません。",
        advice: "画面を開き直して、もう一度お試しください。",
    },
    changed_meanwhile: RefusalText {
        title: "ほかの方が先に変更しました",
        lead: "送信された内容は反映されていません。",
        advice: "最新の状態を確認してから、もう一度お試しください。",
    },
    unavailable: RefusalText {
        title: "ただいま処理できません",
        lead: "一時的に応答がありません。操作が行われたかどうかは、取引の画面でご確認ください。",
        advice: "しばらくしてから、もう一度お試しください。",
    },
};

const EN: FrameWords = FrameWords {
    console: "Console",
    skip: "Skip to content",
    test: "Test merchant: no real money moves.",
    navigation: "Main menu",
    menu: "Menu",
    today: "Today",
    transactions: "Transactions",
    charge: "Single charge",
    links: "Payment links",
    batches: "Batches",
    continuation: "Continuation",
    recurring: "Regular purchases",
    notifications: "Notifications",
    exports: "CSV export",
    settings: "Settings",
    team: "People",
    audit: "Audit log",
    guide: "Guide",
    sign_out: "Sign out",
    other_language: ("日本語", "ja"),
    merchant: "Merchant",
    code: "Code",
    to_start: "To the console's first page",
    title_joint: " - ",
    to_mend: "Please check what you entered",
    cancel: "Cancel",
    totp_label: "Authentication code",
    totp_hint: "The six digits that your authenticator app shows.",
    role_too_low: RefusalText {
        title: "Your role does not allow this",
        lead: "Nothing was changed.",
        advice: "If you need it, ask an owner to change your role.",
    },
    not_there: RefusalText {
        title: "Not found",
        lead: "What you are looking for does not exist or is not this merchant's.",
        advice: "Please check the number or the address.",
    },
    forged: RefusalText {
        title: "The form could not be accepted",
        lead: "It may come from a page that was open before you signed in again. Nothing was changed.",
        advice: "Open the page again and try once more.",
    },
    unreadable: RefusalText {
        title: "The form could not be read",
        lead: "Nothing was changed.",
        advice: "Open the page again and try once more.",
    },
    totp_wrong: RefusalText {
        title: "The code could not be confirmed",
        lead: "It is wrong, or it was used already. Nothing was changed.",
        advice: "Wait for the next code and try again.",
    },
    expired: RefusalText {
        title: "The page was open for too long",
        lead: "Nothing was changed.",
        advice: "Open the page again and try once more.",
    },
    changed_meanwhile: RefusalText {
        title: "Somebody else changed it first",
        lead: "What you sent was not stored.",
        advice: "Look at how it stands now and try again.",
    },
    unavailable: RefusalText {
        title: "This can't be done right now",
        lead: "Something does not answer for the moment. Whether an operation was done, the transaction's page says.",
        advice: "Please try again in a little while.",
    },
};
