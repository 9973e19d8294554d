//! The people who work in the console: who they are, inviting, changing and removing them.

use domain::{Lang, account::Role};

/// The pages about people.
#[derive(Clone, Copy, Debug)]
pub struct TeamWords {
    /// Title and heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// Column.
    pub name: &'static str,
    /// Column.
    pub mail: &'static str,
    /// Column.
    pub role: &'static str,
    /// Column.
    pub state: &'static str,
    /// Marks the reader.
    pub you: &'static str,
    /// Has signed in before.
    pub joined: &'static str,
    /// Has not taken up the invitation.
    pub invited: &'static str,
    /// Has to set up the app again.
    pub without_app: &'static str,
    /// Heading of the form.
    pub invite: &'static str,
    /// Under it.
    pub invite_lead: &'static str,
    /// The field.
    pub language: &'static str,
    /// The button.
    pub invite_go: &'static str,
    /// What a role may do.
    pub means: fn(Role) -> &'static str,
    /// Not an address.
    pub mail_wrong: &'static str,
    /// The address is in the list already.
    pub mail_known: &'static str,
    /// No name, or too long.
    pub name_wrong: &'static str,
    /// No role.
    pub role_wrong: &'static str,
    /// The code is wrong or was used.
    pub code_wrong: &'static str,
    /// Someone's page: the heading of the details.
    pub details: &'static str,
    /// When they were invited.
    pub since: &'static str,
    /// How many recovery codes are left.
    pub recovery_left: &'static str,
    /// Heading.
    pub change_role: &'static str,
    /// What follows.
    pub change_role_lead: &'static str,
    /// The button.
    pub change_role_go: &'static str,
    /// Heading.
    pub reset_app: &'static str,
    /// What follows.
    pub reset_app_lead: &'static str,
    /// Not one's own.
    pub reset_app_own: &'static str,
    /// The button.
    pub reset_app_go: fn(name: &str) -> String,
    /// Heading.
    pub resend: &'static str,
    /// What follows.
    pub resend_lead: &'static str,
    /// The button.
    pub resend_go: &'static str,
    /// Heading.
    pub remove: &'static str,
    /// What follows.
    pub remove_lead: &'static str,
    /// The button.
    pub remove_go: fn(name: &str) -> String,
    /// The last owner stays.
    pub last_owner: &'static str,
    /// Leads back to the list.
    pub back: &'static str,
    /// The mail could not be handed over.
    pub not_mailed: &'static str,
    /// What was done, by the word in the address.
    pub done: fn(word: &str) -> Option<&'static str>,
}

/// The texts of one language.
pub const fn team(lang: Lang) -> &'static TeamWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: TeamWords = TeamWords {
    title: "利用者",
    lead: "この加盟店の管理画面を使える方の一覧です。",
    name: "名前",
    mail: "メールアドレス",
    role: "権限",
    state: "状態",
    you: "（ご自身）",
    joined: "利用中",
    invited: "招待中",
    without_app: "認証アプリ未設定",
    invite: "利用者を招待する",
    invite_lead: "登録用のアドレスをメールで送ります。7日以内に開いてもらってください。",
    language: "メールの言語",
    invite_go: "招待する",
    means: |role| match role {
        Role::Viewer => "取引と設定を見るだけで、変更はできません。",
        Role::Operator => "売上確定、取消、返金、個別処理、決済リンクの作成、CSV出力ができます。",
        Role::Owner => "すべての操作に加えて、設定と利用者を変更できます。",
    },
    mail_wrong: "メールアドレスの形式をご確認ください。",
    mail_known: "このメールアドレスは、すでに一覧にあります。",
    name_wrong: "名前を1〜40文字で入力してください。",
    role_wrong: "権限を選んでください。",
    code_wrong: "認証コードを確認できませんでした。コードが違うか、すでに使われています。次のコードを待って入力してください。",
    details: "登録内容",
    since: "招待した日時",
    recovery_left: "残りの回復コード",
    change_role: "権限を変更する",
    change_role_lead: "変更すると、その方のサインイン中の画面は終了します。",
    change_role_go: "権限を変更する",
    reset_app: "認証アプリの設定を解除する",
    reset_app_lead: "スマートフォンも回復コードも失われたときに使います。回復コードも無効になり、サインイン中の画面は終了します。再設定用のアドレスをメールで送ります。ご本人からの依頼であることを、電話などで確かめてから行ってください。",
    reset_app_own: "ご自身の設定は解除できません。ほかのオーナーか、決済サービスの運営会社に依頼してください。",
    reset_app_go: |name| format!("{name}さんの認証アプリを解除する"),
    resend: "登録用のメールをもう一度送る",
    resend_lead: "前に送ったアドレスは使えなくなります。",
    resend_go: "もう一度送る",
    remove: "利用者を削除する",
    remove_lead: "すぐにサインインできなくなり、サインイン中の画面も終了します。操作履歴は残ります。",
    remove_go: |name| format!("{name}さんを削除する"),
    last_owner: "オーナーが1人もいなくなるため、この操作はできません。先に、ほかの方をオーナーにしてください。",
    back: "利用者の一覧に戻る",
    not_mailed: "登録はしましたが、メールを送れませんでした。少し待ってから、その方のページで「もう一度送る」を押してください。",
    done: |word| match word {
        "invited" => Some("招待のメールを送りました。"),
        "role" => Some("権限を変更しました。"),
        "app" => Some("認証アプリの設定を解除し、再設定用のメールを送りました。"),
        "resent" => Some("登録用のメールをもう一度送りました。"),
        "removed" => Some("利用者を削除しました。"),
        _ => None,
    },
};

const EN: TeamWords = TeamWords {
    title: "People",
    lead: "Who may use this merchant's console.",
    name: "Name",
    mail: "E-mail address",
    role: "Role",
    state: "State",
    you: "(you)",
    joined: "Active",
    invited: "Invited",
    without_app: "App to be set up",
    invite: "Invite somebody",
    invite_lead: "A mail takes them to a page where they join. It is good for 7 days.",
    language: "Language of mails",
    invite_go: "Invite",
    means: |role| match role {
        Role::Viewer => "Sees transactions and settings and changes nothing.",
        Role::Operator => "Captures, cancels, refunds, charges single cards, makes payment links, downloads CSV.",
        Role::Owner => "All of that, and settings and people.",
    },
    mail_wrong: "Please check the address: it does not look like one.",
    mail_known: "This address is in the list already.",
    name_wrong: "Enter a name of 1 to 40 characters.",
    role_wrong: "Choose a role.",
    code_wrong: "The code could not be confirmed. It is wrong, or it was used already. Wait for the next one.",
    details: "Details",
    since: "Invited",
    recovery_left: "Recovery codes left",
    change_role: "Change the role",
    change_role_lead: "All their sessions end.",
    change_role_go: "Change the role",
    reset_app: "Reset the authenticator app",
    reset_app_lead: "For when phone and recovery codes are lost. The recovery codes become void, all their sessions end, and a mail takes them to a page where they set up the app again. First make sure, by telephone for instance, that they themselves ask for it.",
    reset_app_own: "You can't reset your own. Ask another owner, or the company that runs this service.",
    reset_app_go: |name| format!("Reset the app of {name}"),
    resend: "Send the mail to join again",
    resend_lead: "The address in the earlier mail stops working.",
    resend_go: "Send again",
    remove: "Remove this person",
    remove_lead: "They can't sign in any more from now on, and all their sessions end. The audit log stays.",
    remove_go: |name| format!("Remove {name}"),
    last_owner: "There would be no owner left. Make somebody else an owner first.",
    back: "Back to the list",
    not_mailed: "They are in the list, but the mail could not be sent. Wait a little and press \u{201c}Send again\u{201d} on their page.",
    done: |word| match word {
        "invited" => Some("The invitation was sent."),
        "role" => Some("The role was changed."),
        "app" => Some("The app was reset, and a mail was sent to set it up again."),
        "resent" => Some("The mail was sent again."),
        "removed" => Some("The person was removed."),
        _ => None,
    },
};
