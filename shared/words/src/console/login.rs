//! Signing in: password, second factor, taking up an invitation, a new password.

use domain::{Lang, WeakPassword};

/// The pages of signing in.
#[derive(Clone, Copy, Debug)]
pub struct LoginWords {
    /// Title and heading.
    pub title: &'static str,
    /// The field.
    pub mail: &'static str,
    /// The field.
    pub password: &'static str,
    /// The button.
    pub next: &'static str,
    /// Leads to a new password.
    pub forgot: &'static str,
    /// The one answer to an unknown address, a wrong password and a locked account.
    pub wrong: &'static str,
    /// What to do then.
    pub wrong_advice: &'static str,
    /// The session was ended.
    pub signed_out: &'static str,
    /// A new password is set.
    pub password_set: &'static str,
    /// The page was open for too long, or was not sent from here.
    pub again: &'static str,
    /// The page of the second factor.
    pub totp: TotpWords,
    /// The page behind an invitation.
    pub join: JoinWords,
    /// The pages of a new password.
    pub reset: ResetWords,
    /// Why a password is refused.
    pub weak: fn(WeakPassword) -> &'static str,
}

/// The page of the second factor.
#[derive(Clone, Copy, Debug)]
pub struct TotpWords {
    /// Title and heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// The button.
    pub go: &'static str,
    /// The one answer to a wrong, a used and a locked code.
    pub wrong: &'static str,
    /// Leads to the field for a recovery code.
    pub lost: &'static str,
    /// Title and heading there.
    pub recovery_title: &'static str,
    /// Under it.
    pub recovery_lead: &'static str,
    /// The field.
    pub recovery_code: &'static str,
    /// How it looks.
    pub recovery_hint: &'static str,
    /// The one answer to a wrong and a used one.
    pub recovery_wrong: &'static str,
    /// Leads back to the app's code.
    pub with_app: &'static str,
    /// Leads back to the first step.
    pub other_account: &'static str,
}

/// The page behind an invitation, and after a second factor was taken away.
#[derive(Clone, Copy, Debug)]
pub struct JoinWords {
    /// Title and heading.
    pub title: &'static str,
    /// Into what.
    pub lead: fn(shop: &str) -> String,
    /// Title and heading where only the second factor is to be set up.
    pub again_title: &'static str,
    /// Under it.
    pub again_lead: &'static str,
    /// Heading of the first step.
    pub password_heading: &'static str,
    /// The field.
    pub password: &'static str,
    /// What is asked of it.
    pub password_hint: &'static str,
    /// The field.
    pub repeat: &'static str,
    /// The password that is there already.
    pub current: &'static str,
    /// Heading of the second step.
    pub app_heading: &'static str,
    /// What to do.
    pub app_lead: &'static str,
    /// What the drawing is.
    pub drawing: &'static str,
    /// The secret as text.
    pub secret: &'static str,
    /// The field.
    pub code: &'static str,
    /// Which code.
    pub code_hint: &'static str,
    /// Heading of the third step.
    pub recovery_heading: &'static str,
    /// What they are.
    pub recovery_lead: &'static str,
    /// The box.
    pub kept: &'static str,
    /// The button.
    pub go: &'static str,
    /// The two passwords are not the same.
    pub differs: &'static str,
    /// The password that is there already is another.
    pub current_wrong: &'static str,
    /// The code is not the app's.
    pub code_wrong: &'static str,
    /// The box is not ticked.
    pub not_kept: &'static str,
    /// Heading where the address is over.
    pub over_title: &'static str,
    /// Why.
    pub over_lead: &'static str,
    /// What to do.
    pub over_advice: &'static str,
}

/// The pages of a new password.
#[derive(Clone, Copy, Debug)]
pub struct ResetWords {
    /// Title and heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// The button.
    pub go: &'static str,
    /// Heading after it, whoever the address belongs to.
    pub sent_title: &'static str,
    /// Under it.
    pub sent_lead: &'static str,
    /// What if nothing comes.
    pub sent_advice: &'static str,
    /// Title and heading behind the mail's address.
    pub set_title: &'static str,
    /// Under it: the second factor stays.
    pub set_lead: &'static str,
    /// The field.
    pub password: &'static str,
    /// The button.
    pub set_go: &'static str,
    /// Leads back.
    pub back: &'static str,
}

/// The texts of one language.
pub const fn login(lang: Lang) -> &'static LoginWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

const JA: LoginWords = LoginWords {
    title: "サインイン",
    mail: "メールアドレス",
    password: "パスワード",
    next: "次へ",
    forgot: "パスワードを忘れたとき",
    wrong: "サインインできませんでした。",
    wrong_advice: "メールアドレスとパスワードをご確認ください。続けて5回間違えると、30分間は正しく入力してもサインインできません。お急ぎのときは、パスワードを設定し直してください。",
    signed_out: "サインアウトしました。",
    password_set: "新しいパスワードを設定しました。サインインしてください。",
    again: "画面の有効期限が過ぎました。もう一度入力してください。",
    totp: TotpWords {
        title: "認証コードの入力",
        lead: "認証アプリに表示されている6桁の数字を入力してください。",
        go: "サインイン",
        wrong: "認証コードを確認できませんでした。コードが違うか、すでに使われています。次のコードが表示されるのを待って入力してください。続けて5回間違えると、30分間はサインインできません。",
        lost: "認証アプリを使えないとき",
        recovery_title: "回復コードの入力",
        recovery_lead: "認証アプリを設定したときに控えた回復コードを、1つ入力してください。一度使ったコードは、もう使えません。",
        recovery_code: "回復コード",
        recovery_hint: "16文字の英数字です（例: ABCD-EFGH-IJKL-MNOP）。回復コードもないときは、オーナーに認証アプリの再設定を依頼してください。",
        recovery_wrong: "回復コードを確認できませんでした。コードが違うか、すでに使われています。続けて5回間違えると、30分間はサインインできません。",
        with_app: "認証アプリのコードを使う",
        other_account: "別のメールアドレスでサインインする",
    },
    join: JoinWords {
        title: "管理画面への登録",
        lead: |shop| format!("{shop}の管理画面に招待されています。次の3つを済ませると、利用を始められます。"),
        again_title: "認証アプリの再設定",
        again_lead: "認証アプリの設定が解除されています。次の3つを済ませると、またサインインできます。",
        password_heading: "1. パスワード",
        password: "新しいパスワード",
        password_hint: "12文字以上。空白や日本語も使えます。メールアドレスや店名をそのまま使ったものは設定できません。",
        repeat: "新しいパスワード（確認）",
        current: "今のパスワード",
        app_heading: "2. 認証アプリ",
        app_lead: "スマートフォンの認証アプリ（Google Authenticator、Microsoft Authenticatorなど）で、次のQRコードを読み取ってください。読み取れないときは、下のキーをアプリに入力してください。",
        drawing: "認証アプリに設定するQRコード。同じ内容を、下のキーでも設定できます。",
        secret: "キー",
        code: "アプリに表示された認証コード",
        code_hint: "6桁の数字です。",
        recovery_heading: "3. 回復コード",
        recovery_lead: "スマートフォンをなくしたときに、認証コードの代わりに使えます。各コードは1回だけ有効です。この画面を離れると、もう表示できません。印刷するか書き写して、安全な場所に保管してください。",
        kept: "回復コードを控えました",
        go: "登録して始める",
        differs: "2つのパスワードが一致していません。同じものを入力してください。",
        current_wrong: "パスワードを確認できませんでした。続けて5回間違えると、30分間は確認できません。",
        code_wrong: "認証コードを確認できませんでした。アプリに今表示されている6桁の数字を入力してください。スマートフォンの時刻が合っているかもご確認ください。",
        not_kept: "回復コードを控えてから、チェックを入れてください。",
        over_title: "このアドレスは使えません",
        over_lead: "すでに使われたか、有効期限が過ぎています。",
        over_advice: "登録がまだのときは、招待した方に、もう一度メールを送るよう依頼してください。登録が済んでいるときは、サインインしてください。",
    },
    reset: ResetWords {
        title: "パスワードの再設定",
        lead: "登録しているメールアドレスを入力してください。再設定用のアドレスをメールでお送りします。",
        go: "メールを送る",
        sent_title: "メールをご確認ください",
        sent_lead: "入力されたメールアドレスが登録されていれば、再設定用のアドレスをお送りしました。1時間以内に開いてください。",
        sent_advice: "数分たっても届かないときは、迷惑メールのフォルダーと、メールアドレスに間違いがないかをご確認ください。",
        set_title: "新しいパスワード",
        set_lead: "新しいパスワードを設定すると、サインイン中のすべての画面が終了します。認証アプリの設定はそのまま使えます。",
        password: "新しいパスワード",
        set_go: "設定する",
        back: "サインインに戻る",
    },
    weak: |why| match why {
        WeakPassword::Short => "パスワードは12文字以上にしてください。",
        WeakPassword::Long => "パスワードが長すぎます。512バイトまでにしてください。",
        WeakPassword::Named => {
            "メールアドレス、店名、サービス名がほとんどを占めるパスワードは設定できません。ほかの言葉を加えてください。"
        }
        WeakPassword::Simple => {
            "推測されやすいパスワードです。よく使われる言葉、文字の並びや繰り返しを避けてください。"
        }
    },
};

const EN: LoginWords = LoginWords {
    title: "Sign in",
    mail: "E-mail address",
    password: "Password",
    next: "Continue",
    forgot: "Forgotten your password?",
    wrong: "You could not be signed in.",
    wrong_advice: "Please check address and password. After five failures in a row even the right password is refused for 30 minutes. If it is urgent, set a new password.",
    signed_out: "You are signed out.",
    password_set: "Your new password is set. Please sign in.",
    again: "The page was open for too long. Please enter it again.",
    totp: TotpWords {
        title: "Authentication code",
        lead: "Enter the six digits that your authenticator app shows.",
        go: "Sign in",
        wrong: "The code could not be confirmed. It is wrong, or it was used already. Wait for the next one and enter that. After five failures in a row signing in is shut for 30 minutes.",
        lost: "Can't use the app?",
        recovery_title: "Recovery code",
        recovery_lead: "Enter one of the recovery codes that you kept when you set up the app. A code that was used once can't be used again.",
        recovery_code: "Recovery code",
        recovery_hint: "16 letters and digits, such as ABCD-EFGH-IJKL-MNOP. If you have none, ask an owner to reset your app.",
        recovery_wrong: "The recovery code could not be confirmed. It is wrong, or it was used already. After five failures in a row signing in is shut for 30 minutes.",
        with_app: "Use the app's code",
        other_account: "Sign in with another address",
    },
    join: JoinWords {
        title: "Join the console",
        lead: |shop| format!("You are invited to the console of {shop}. Three steps, and you can begin."),
        again_title: "Set up your app again",
        again_lead: "Your authenticator app was reset. Three steps, and you can sign in again.",
        password_heading: "1. Password",
        password: "New password",
        password_hint: "12 characters or more; spaces are fine. It can't be made of your address or the shop's name alone.",
        repeat: "New password, once more",
        current: "Your present password",
        app_heading: "2. Authenticator app",
        app_lead: "Scan this QR code with an authenticator app on your phone (Google Authenticator, Microsoft Authenticator or another). If that does not work, type the key below into the app.",
        drawing: "QR code for the authenticator app. The key below sets up the same.",
        secret: "Key",
        code: "The code that the app shows",
        code_hint: "Six digits.",
        recovery_heading: "3. Recovery codes",
        recovery_lead: "If you lose your phone, one of these stands in for the app's code. Each is good once. They can't be shown again after this page: print them or write them down, and keep them in a safe place.",
        kept: "I have kept the recovery codes",
        go: "Join and begin",
        differs: "The two passwords are not the same. Please type the same one twice.",
        current_wrong: "The password could not be confirmed. After five failures in a row it is refused for 30 minutes.",
        code_wrong: "The code could not be confirmed. Enter the six digits that the app shows now, and check that your phone's time is right.",
        not_kept: "Please keep the recovery codes first, then tick the box.",
        over_title: "This address can't be used",
        over_lead: "It was used already, or its time is over.",
        over_advice: "If you have not joined yet, ask whoever invited you to send the mail again. If you have, sign in.",
    },
    reset: ResetWords {
        title: "New password",
        lead: "Enter the address that you sign in with. We will send you an address where you set a new password.",
        go: "Send the mail",
        sent_title: "Please look at your mail",
        sent_lead: "If that address is known here, a mail is on its way to it. Open the address in it within an hour.",
        sent_advice: "If nothing comes within a few minutes, look into the spam folder and check the address that you entered.",
        set_title: "Set a new password",
        set_lead: "A new password ends all your sessions. Your authenticator app stays as it is.",
        password: "New password",
        set_go: "Set the password",
        back: "Back to signing in",
    },
    weak: |why| match why {
        WeakPassword::Short => "The password needs 12 characters or more.",
        WeakPassword::Long => "The password is too long: 512 bytes are the most.",
        WeakPassword::Named => {
            "The password is hardly more than your address, the shop's name or ours. Add other words."
        }
        WeakPassword::Simple => {
            "The password is easy to guess. Avoid common words, rows of characters and repetitions."
        }
    },
};
