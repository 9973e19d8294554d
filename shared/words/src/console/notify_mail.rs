//! The mail to the shop about an endpoint for notifications.

use domain::Lang;

/// The mails about an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct NotifyMailWords {
    /// Nothing was heard for half a day.
    pub silent: NotifyMailText,
    /// Nothing was heard for three days.
    pub deaf: NotifyMailText,
    /// It wants nothing any more.
    pub gone: NotifyMailText,
    /// Row: the endpoint's address.
    pub address: &'static str,
    /// Row: since when.
    pub since: &'static str,
    /// Label of the address of the page.
    pub page: &'static str,
    /// Why this mail came to the address for copies.
    pub why: fn(merchant: &str) -> String,
    /// Why it came to an owner.
    pub why_owner: fn(merchant: &str) -> String,
}

/// One mail.
#[derive(Clone, Copy, Debug)]
pub struct NotifyMailText {
    /// Subject.
    pub subject: &'static str,
    /// The first line.
    pub result: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// The texts of one language.
pub const fn notify_mail(lang: Lang) -> &'static NotifyMailWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: NotifyMailWords = NotifyMailWords {
    silent: NotifyMailText {
        subject: "通知を受け取れていません",
        result: "サーバーへの通知が12時間届いていません。",
        meaning: "決済の処理には影響ありません。届いていない通知は、最初の送信から3日間、間隔をあけて送り続けます。",
        advice: "通知先のサーバーが動いているか確認してください。最後の応答は管理画面で確認できます。",
    },
    deaf: NotifyMailText {
        subject: "通知先への送信を停止しました",
        result: "サーバーへの通知が3日間届かなかったため、この通知先への送信を停止しました。",
        meaning: "決済の処理には影響ありません。停止している間の通知は30日間保管し、再開後にまとめて送り直せます。",
        advice: "サーバーを直してから、管理画面で通知先を有効にし、届かなかった期間の通知を送り直してください。",
    },
    gone: NotifyMailText {
        subject: "通知先への送信を停止しました",
        result: "通知先のサーバーが「今後の通知は不要」（HTTP 410）と応答したため、この通知先への送信を停止しました。",
        meaning: "決済の処理には影響ありません。停止している間の通知は30日間保管し、再開後にまとめて送り直せます。",
        advice: "意図した応答でない場合は、サーバーを直してから、管理画面で通知先を有効にし、届かなかった期間の通知を送り直してください。",
    },
    address: "通知先",
    since: "届かなくなった日時",
    page: "管理画面で見る",
    why: |merchant| format!("このメールは、{merchant}のショップ控えの送信先にお送りしています。"),
    why_owner: |merchant| {
        format!(
            "このメールは、{merchant}の所有者の方にお送りしています。ショップ控えの送信先を設定すると、そちらにお送りします。"
        )
    },
};

const EN: NotifyMailWords = NotifyMailWords {
    silent: NotifyMailText {
        subject: "Your server does not hear our notifications",
        result: "No notification has reached your server for 12 hours.",
        meaning: "Payments are not affected. Each notification is sent again, at growing intervals, for three days after its first try.",
        advice: "Check that the server at this address runs. Its last answers are in the console.",
    },
    deaf: NotifyMailText {
        subject: "Notifications to your server are switched off",
        result: "No notification has reached your server for three days, so nothing more is sent to this address.",
        meaning: "Payments are not affected. What happens meanwhile is kept for 30 days and can be sent when the address is switched on again.",
        advice: "Mend the server, switch the address on in the console, and send what was missed again.",
    },
    gone: NotifyMailText {
        subject: "Notifications to your server are switched off",
        result: "Your server answered that it wants no more notifications (HTTP 410), so nothing more is sent to this address.",
        meaning: "Payments are not affected. What happens meanwhile is kept for 30 days and can be sent when the address is switched on again.",
        advice: "If this was not meant, mend the server, switch the address on in the console, and send what was missed again.",
    },
    address: "Address",
    since: "Nothing heard since",
    page: "See it in the console",
    why: |merchant| format!("This mail goes to the address for copies of {merchant}."),
    why_owner: |merchant| {
        format!(
            "This mail goes to the owners of {merchant}. With an address for copies in the settings, it goes there."
        )
    },
};
