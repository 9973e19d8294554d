//! The mails to people who work in the console.

use domain::Lang;

/// The mails to people who work in the console.
#[derive(Clone, Copy, Debug)]
pub struct AccountMailWords {
    /// Before the name.
    pub greeting: fn(name: &str) -> String,
    /// An invitation.
    pub invitation: AccountMailText,
    /// The second factor was reset.
    pub app_reset: AccountMailText,
    /// A new password was asked for.
    pub new_password: AccountMailText,
    /// The password was changed.
    pub password_changed: AccountMailText,
    /// A recovery code was used.
    pub recovery_used: AccountMailText,
    /// The address was invited by somebody, but belongs to an account elsewhere.
    pub known_elsewhere: AccountMailText,
    /// To the owners: the people changed.
    pub people_changed: AccountMailText,
    /// Row.
    pub merchant: &'static str,
    /// Row.
    pub what: &'static str,
    /// Row.
    pub person: &'static str,
    /// Row.
    pub by: &'static str,
    /// Row.
    pub at: &'static str,
    /// Row.
    pub role: &'static str,
    /// Row.
    pub left: &'static str,
    /// The operator of the installation did it.
    pub operator: &'static str,
    /// They did it themselves.
    pub themselves: &'static str,
    /// What was done with people.
    pub change: fn(PeopleChange) -> &'static str,
    /// Why this mail came.
    pub why: fn(merchant: &str) -> String,
}

/// What was done with people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeopleChange {
    /// Somebody was invited.
    Invited,
    /// Somebody took up an invitation.
    Joined,
    /// Somebody has another role.
    Role,
    /// Somebody's second factor was reset.
    AppReset,
    /// Somebody set up the second factor again.
    AppSetUp,
    /// Somebody has a new password.
    Password,
    /// Somebody was removed.
    Removed,
}

/// One mail.
#[derive(Clone, Copy, Debug)]
pub struct AccountMailText {
    /// Subject.
    pub subject: fn(merchant: &str) -> String,
    /// The first line.
    pub result: fn(merchant: &str) -> String,
    /// What it means.
    pub meaning: &'static str,
    /// What to do if it was not expected.
    pub advice: &'static str,
    /// The label of the address, where there is one.
    pub link: &'static str,
}

/// The texts of one language.
pub const fn account_mail(lang: Lang) -> &'static AccountMailWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const NOT_YOU_JA: &str = "お心当たりがないときは、ほかの人が操作したおそれがあります。すぐにパスワードを設定し直し、ほかのオーナーにもご連絡ください。";
const NOT_YOU_EN: &str =
    "If this was not you, somebody else may have done it. Set a new password at once and tell another owner.";

const JA: AccountMailWords = AccountMailWords {
    greeting: |name| format!("{name} 様"),
    invitation: AccountMailText {
        subject: |merchant| format!("管理画面への招待（{merchant}）"),
        result: |merchant| format!("{merchant}の決済の管理画面に招待されています。"),
        meaning: "次のアドレスを7日以内に開き、パスワードと認証アプリを設定してください。スマートフォンをご用意ください。",
        advice: "お心当たりがないときは、このメールを破棄してください。何も登録されません。",
        link: "登録",
    },
    app_reset: AccountMailText {
        subject: |merchant| format!("認証アプリの再設定（{merchant}）"),
        result: |merchant| format!("{merchant}の管理画面で、あなたの認証アプリの設定が解除されました。"),
        meaning: "これまでの認証アプリと回復コードは使えません。次のアドレスを7日以内に開き、もう一度設定してください。",
        advice: "依頼した覚えがないときは、アドレスを開かず、すぐにほかのオーナーにご連絡ください。",
        link: "再設定",
    },
    new_password: AccountMailText {
        subject: |_| "パスワードの再設定".to_owned(),
        result: |merchant| format!("{merchant}の管理画面のパスワードを再設定できます。"),
        meaning: "次のアドレスを1時間以内に開き、新しいパスワードを設定してください。認証アプリの設定はそのまま使えます。",
        advice: "依頼した覚えがないときは、このメールを破棄してください。パスワードは変わりません。",
        link: "再設定",
    },
    password_changed: AccountMailText {
        subject: |merchant| format!("パスワードを変更しました（{merchant}）"),
        result: |merchant| format!("{merchant}の管理画面の、あなたのパスワードが変更されました。"),
        meaning: "サインインしていたすべての画面は終了しました。",
        advice: NOT_YOU_JA,
        link: "",
    },
    recovery_used: AccountMailText {
        subject: |merchant| format!("回復コードでサインインしました（{merchant}）"),
        result: |merchant| format!("{merchant}の管理画面に、回復コードでサインインしました。"),
        meaning: "使った回復コードは、もう使えません。残りが少ないときは、ほかのオーナーに認証アプリの再設定を依頼すると、新しい回復コードを受け取れます。",
        advice: NOT_YOU_JA,
        link: "",
    },
    known_elsewhere: AccountMailText {
        subject: |merchant| format!("管理画面への招待（{merchant}）"),
        result: |merchant| format!("{merchant}の決済の管理画面に招待されましたが、登録できませんでした。"),
        meaning: "このメールアドレスは、すでにほかの加盟店の管理画面で使われています。1つのメールアドレスで利用できるのは1つの加盟店だけです。招待した方に、別のメールアドレスをお伝えください。",
        advice: "お心当たりがないときは、このメールを破棄してください。",
        link: "",
    },
    people_changed: AccountMailText {
        subject: |merchant| format!("利用者の変更（{merchant}）"),
        result: |merchant| format!("{merchant}の管理画面の利用者に変更がありました。"),
        meaning: "すべてのオーナーにお知らせしています。",
        advice: "お心当たりがないときは、管理画面の「利用者」と「操作履歴」をすぐにご確認ください。",
        link: "",
    },
    merchant: "加盟店",
    what: "変更の内容",
    person: "対象の方",
    by: "操作した方",
    at: "日時",
    role: "権限",
    left: "残りの回復コード",
    operator: "運営会社",
    themselves: "ご本人",
    change: |change| match change {
        PeopleChange::Invited => "利用者を招待しました",
        PeopleChange::Joined => "招待された方が登録しました",
        PeopleChange::Role => "権限を変更しました",
        PeopleChange::AppReset => "認証アプリの設定を解除しました",
        PeopleChange::AppSetUp => "認証アプリを設定し直しました",
        PeopleChange::Password => "パスワードを再設定しました",
        PeopleChange::Removed => "利用者を削除しました",
    },
    why: |merchant| {
        format!(
            "このメールは、{merchant}の管理画面の利用者に自動で送信しています。ご返信いただいてもお答えできません。"
        )
    },
};

const EN: AccountMailWords = AccountMailWords {
    greeting: |name| format!("Dear {name},"),
    invitation: AccountMailText {
        subject: |merchant| format!("Invitation to the console ({merchant})"),
        result: |merchant| format!("You are invited to the payment console of {merchant}."),
        meaning: "Open this address within 7 days, choose a password and set up an authenticator app. Have your phone at hand.",
        advice: "If you don't know what this is about, delete this mail. Nothing happens then.",
        link: "Join",
    },
    app_reset: AccountMailText {
        subject: |merchant| format!("Set up your authenticator app again ({merchant})"),
        result: |merchant| format!("Your authenticator app for the console of {merchant} was reset."),
        meaning: "Your app and your recovery codes don't work any more. Open this address within 7 days and set the app up again.",
        advice: "If you did not ask for this, don't open the address and tell another owner at once.",
        link: "Set up",
    },
    new_password: AccountMailText {
        subject: |_| "Set a new password".to_owned(),
        result: |merchant| format!("You can set a new password for the console of {merchant}."),
        meaning: "Open this address within an hour and set a new password. Your authenticator app stays as it is.",
        advice: "If you did not ask for this, delete this mail. Your password stays.",
        link: "Set a password",
    },
    password_changed: AccountMailText {
        subject: |merchant| format!("Your password was changed ({merchant})"),
        result: |merchant| format!("Your password for the console of {merchant} was changed."),
        meaning: "All your sessions were ended.",
        advice: NOT_YOU_EN,
        link: "",
    },
    recovery_used: AccountMailText {
        subject: |merchant| format!("Signed in with a recovery code ({merchant})"),
        result: |merchant| format!("You signed in to the console of {merchant} with a recovery code."),
        meaning: "That code can't be used again. If few are left, ask another owner to reset your app: you get new codes with it.",
        advice: NOT_YOU_EN,
        link: "",
    },
    known_elsewhere: AccountMailText {
        subject: |merchant| format!("Invitation to the console ({merchant})"),
        result: |merchant| format!("You were invited to the payment console of {merchant}, but could not be added."),
        meaning: "This address is used at the console of another merchant already, and one address works for one merchant only. Tell whoever invited you another address.",
        advice: "If you don't know what this is about, delete this mail.",
        link: "",
    },
    people_changed: AccountMailText {
        subject: |merchant| format!("People were changed ({merchant})"),
        result: |merchant| format!("The people who use the console of {merchant} were changed."),
        meaning: "Every owner gets this mail.",
        advice: "If you did not expect it, look at \u{201c}People\u{201d} and \u{201c}Audit log\u{201d} in the console at once.",
        link: "",
    },
    merchant: "Merchant",
    what: "What was changed",
    person: "Whose",
    by: "By",
    at: "When",
    role: "Role",
    left: "Recovery codes left",
    operator: "the operator of this service",
    themselves: "themselves",
    change: |change| match change {
        PeopleChange::Invited => "Somebody was invited",
        PeopleChange::Joined => "An invitation was taken up",
        PeopleChange::Role => "A role was changed",
        PeopleChange::AppReset => "An authenticator app was reset",
        PeopleChange::AppSetUp => "An authenticator app was set up again",
        PeopleChange::Password => "A password was set anew",
        PeopleChange::Removed => "Somebody was removed",
    },
    why: |merchant| format!("This mail goes to people who use the console of {merchant}. Answers to it are not read."),
};
