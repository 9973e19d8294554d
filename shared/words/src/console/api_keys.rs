//! The keys of the JSON API: which there are, making one, revoking one.

use domain::{
    Lang,
    api::{KeyId, Scope},
};

/// The pages about keys.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeysWords {
    /// Title and heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// There is none yet.
    pub none: &'static str,
    /// Column and field.
    pub label: &'static str,
    /// Under the field.
    pub label_hint: &'static str,
    /// Column.
    pub begins: &'static str,
    /// Column and field.
    pub scopes: &'static str,
    /// Column.
    pub made: &'static str,
    /// Column.
    pub used: &'static str,
    /// Never used.
    pub never: &'static str,
    /// Column.
    pub state: &'static str,
    /// It can be used.
    pub good: &'static str,
    /// It was revoked.
    pub revoked: &'static str,
    /// It was made in another mode of the merchant.
    pub other_mode: &'static str,
    /// Heading of the form.
    pub make: &'static str,
    /// Under it.
    pub make_lead: &'static str,
    /// The button.
    pub make_go: &'static str,
    /// What a key with a scope may do.
    pub means: fn(Scope) -> &'static str,
    /// No name, or too long.
    pub label_wrong: &'static str,
    /// No scope.
    pub scopes_wrong: &'static str,
    /// As many keys as there may be.
    pub too_many: &'static str,
    /// The code is wrong or was used.
    pub code_wrong: &'static str,
    /// Heading over a new key.
    pub new: &'static str,
    /// It is shown this once.
    pub once: &'static str,
    /// Leads on.
    pub noted: &'static str,
    /// Heading.
    pub revoke: &'static str,
    /// What follows.
    pub revoke_lead: &'static str,
    /// The button.
    pub revoke_go: &'static str,
    /// Leads back to the list.
    pub back: &'static str,
    /// A key was revoked.
    pub done_revoked: &'static str,
    /// Leads here from the settings.
    pub from_settings: &'static str,
    /// What the owners' mail names: a key was made.
    pub told_made: &'static str,
    /// What the owners' mail names: a key was revoked.
    pub told_revoked: &'static str,
}

/// The texts of one language.
pub const fn api_keys(lang: Lang) -> &'static ApiKeysWords {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

/// Who acted, where a merchant's server did: by the first characters of the key's name.
pub fn by_key(lang: Lang, key: &KeyId) -> String {
    let name = key.as_str().get(..6).unwrap_or_default();
    match lang {
        Lang::Ja => format!("APIキー {name}…"),
        Lang::En => format!("API key {name}…"),
    }
}

const JA: ApiKeysWords = ApiKeysWords {
    title: "APIキー",
    lead: "貴店のサーバーがJSON APIを使うためのキーです。キーを持つ者は、その権限の範囲で決済を操作できます。",
    none: "APIキーはまだありません。",
    label: "名称",
    label_hint: "どこで使うキーかが分かる名称にしてください（40文字まで）。",
    begins: "キーの先頭",
    scopes: "権限",
    made: "作成日時",
    used: "最終利用",
    never: "未使用",
    state: "状態",
    good: "有効",
    revoked: "無効",
    other_mode: "別のモード用",
    make: "APIキーを作成する",
    make_lead: "必要な権限だけを選んでください。キーは作成した直後の一度だけ表示されます。",
    make_go: "APIキーを作成する",
    means: |scope| match scope {
        Scope::PaymentsRead => "決済の照会と一覧",
        Scope::PaymentsWrite => "売上確定、取消、金額変更",
        Scope::Refunds => "返金（設定「認証コードなしで返金できる額」まで）",
        Scope::RefundsOverLimit => "その額を超える返金（認証コードの確認はありません）",
        Scope::Charges => "登録カードへの請求",
        Scope::Links => "決済リンクの作成、照会、無効化",
        Scope::CardsRead => "登録カードの照会（カード番号は含みません）",
        Scope::CardsWrite => "登録カードの削除",
        Scope::RenewalsRead => "定期購入の照会",
        Scope::RenewalsWrite => "定期購入の一時停止、再開、終了、変更",
    },
    label_wrong: "名称を1〜40文字で入力してください。",
    scopes_wrong: "権限を1つ以上選んでください。",
    too_many: "有効なAPIキーは20個までです。使っていないキーを無効にしてください。",
    code_wrong: "コードが違うか、すでに使われています。次のコードを入力してください。",
    new: "新しいAPIキー",
    once: "このキーは今だけ表示されます。安全な場所に保管してください。",
    noted: "保管しました",
    revoke: "このAPIキーを無効にする",
    revoke_lead: "すぐに使えなくなります。元に戻すことはできません。",
    revoke_go: "APIキーを無効にする",
    back: "APIキーの一覧へ",
    done_revoked: "APIキーを無効にしました。",
    from_settings: "JSON APIを使う場合は、APIキーを作成してください",
    told_made: "APIキーの作成",
    told_revoked: "APIキーの無効化",
};

const EN: ApiKeysWords = ApiKeysWords {
    title: "API keys",
    lead: "Your server shows a key to use the JSON API. Whoever has a key can do with your payments what its scopes allow.",
    none: "There is no API key yet.",
    label: "Name",
    label_hint: "Say where the key is used, in up to 40 characters.",
    begins: "Begins with",
    scopes: "Scopes",
    made: "Made",
    used: "Last used",
    never: "Never",
    state: "State",
    good: "Active",
    revoked: "Revoked",
    other_mode: "For the other mode",
    make: "Make an API key",
    make_lead: "Choose only the scopes that are needed. The key is shown once, right after it is made.",
    make_go: "Make the API key",
    means: |scope| match scope {
        Scope::PaymentsRead => "Read and list payments",
        Scope::PaymentsWrite => "Capture, cancel and change amounts",
        Scope::Refunds => "Refund, up to the setting “Refunds without a code up to”",
        Scope::RefundsOverLimit => "Refund beyond that, without asking for a code",
        Scope::Charges => "Charge stored cards",
        Scope::Links => "Make, read and revoke payment links",
        Scope::CardsRead => "Read stored cards, never their numbers",
        Scope::CardsWrite => "Delete stored cards",
        Scope::RenewalsRead => "Read regular purchases",
        Scope::RenewalsWrite => "Pause, resume, end and change regular purchases",
    },
    label_wrong: "Enter a name of 1 to 40 characters.",
    scopes_wrong: "Choose at least one scope.",
    too_many: "There can be 20 active API keys. Revoke one that is not used.",
    code_wrong: "The code is wrong or was used already. Enter the next one.",
    new: "New API key",
    once: "This key is shown only now. Keep it in a safe place.",
    noted: "I have kept it",
    revoke: "Revoke this API key",
    revoke_lead: "It stops working at once, and that can't be undone.",
    revoke_go: "Revoke the API key",
    back: "To all API keys",
    done_revoked: "The API key was revoked.",
    from_settings: "To use the JSON API, make an API key",
    told_made: "An API key was made",
    told_revoked: "An API key was revoked",
};
