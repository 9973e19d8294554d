//! The settings' own texts, whole in both languages.

use domain::Lang;

/// A section: its name in the tabs and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct SectionWords {
    /// Its name.
    pub name: &'static str,
    /// What is set there.
    pub lead: &'static str,
}

/// The settings' own texts.
#[derive(Clone, Copy, Debug)]
pub struct SettingsWords {
    /// The language, for what is put together.
    pub lang: Lang,
    /// The page's title.
    pub title: &'static str,
    /// Secrets and the signature.
    pub keys: SectionWords,
    /// Where shoppers are handed over to.
    pub destinations: SectionWords,
    /// Amounts, attempts, capture.
    pub payment: SectionWords,
    /// 3-D Secure.
    pub three_ds: SectionWords,
    /// Against card testing.
    pub guard: SectionWords,
    /// Mails.
    pub mails: SectionWords,
    /// The payment page's design.
    pub page: SectionWords,
    /// Free items.
    pub free_items: SectionWords,
    /// Names and terms.
    pub texts: SectionWords,
    /// Regular purchases.
    pub regular: SectionWords,
    /// Heading of the offers that requests begin.
    pub regular_kinds: &'static str,
    /// Under it.
    pub regular_kinds_lead: &'static str,
    /// How long things are kept.
    pub retention: SectionWords,
    /// Ready-made code.
    pub integration: SectionWords,
    /// Its languages, for screen readers.
    pub integration_language: &'static str,
    /// Where the code reads the secrets from.
    pub integration_secrets: &'static str,
    /// The page that says what is wrong with a shop's request.
    pub check: SectionWords,
    /// What is pasted there.
    pub check_request: &'static str,
    /// What can be pasted, and what becomes of it.
    pub check_hint: &'static str,
    /// Button.
    pub check_go: &'static str,
    /// The payment page would open.
    pub check_opens: &'static str,
    /// The payment page would refuse.
    pub check_refused: &'static str,
    /// What it was read as.
    pub check_shape: &'static str,
    /// Heading over what is wrong or worth knowing.
    pub check_findings: &'static str,
    /// Nothing is.
    pub check_clean: &'static str,
    /// Only worth knowing.
    pub check_advice: &'static str,
    /// The message that must be signed.
    pub check_message: &'static str,
    /// The table of what was read: heading, and its columns name, length, characters.
    pub check_read: [&'static str; 4],
    /// A parameter that is none of ours.
    pub check_ignored: &'static str,
    /// The button that saves.
    pub save: &'static str,
    /// It was saved.
    pub saved: &'static str,
    /// It was saved, and the HTML is not what was typed.
    pub saved_cleaned: &'static str,
    /// Nothing differed.
    pub unchanged: &'static str,
    /// How soon a change is seen.
    pub seen: &'static str,
    /// Somebody else saved first.
    pub stale: &'static str,
    /// Somebody else saved first, but something else.
    pub stale_elsewhere: &'static str,
    /// Over the list of what somebody else changed.
    pub stale_list: &'static str,
    /// What has a bound of the operator's.
    pub operator_bound: fn(bound: &str) -> String,
    /// The heading of the operator's bounds.
    pub operator_heading: &'static str,
    /// What they are.
    pub operator_lead: &'static str,
    /// From least to most.
    pub bounds: fn(least: u32, most: u32) -> String,
    /// The banner where requests need no signature.
    pub unsigned: &'static str,
    /// There is no secret.
    pub secret_none: &'static str,
    /// When the present one was made; whole days since.
    pub secret_age: fn(date: &str, days: i64) -> String,
    /// When it was made is not known.
    pub secret_set: &'static str,
    /// It is old.
    pub secret_old: &'static str,
    /// The one before is good until then.
    pub secret_before: fn(date: &str) -> String,
    /// The button that makes one.
    pub secret_make: &'static str,
    /// The button that makes another.
    pub secret_rotate: &'static str,
    /// What happens then.
    pub secret_rotate_hint: &'static str,
    /// The button that ends the one before.
    pub secret_end: &'static str,
    /// A key password of one's own.
    pub secret_own: &'static str,
    /// Whether that is a good idea.
    pub secret_own_hint: &'static str,
    /// The button that takes it.
    pub secret_own_save: &'static str,
    /// The heading over a new secret.
    pub secret_new: &'static str,
    /// It is shown this once.
    pub secret_once: &'static str,
    /// Leads back from it.
    pub secret_kept: &'static str,
    /// How a destination is gone to.
    pub method: &'static str,
    /// A destination's address.
    pub address: &'static str,
    /// Names on the wire, 24 dialect.
    pub names: &'static str,
    /// What they are.
    pub names_lead: &'static str,
    /// Names of requests.
    pub request_names: &'static str,
    /// Names handed back.
    pub handover_names: &'static str,
    /// Who gets a mail.
    pub mail_whom: &'static str,
    /// The shop's own texts.
    pub mail_texts: &'static str,
    /// What may stand in them.
    pub mail_texts_lead: &'static str,
    /// The heading of the test mail.
    pub mail_test: &'static str,
    /// What that does.
    pub mail_test_lead: fn(address: &str) -> String,
    /// The button that sends it.
    pub mail_test_send: &'static str,
    /// It was sent.
    pub mail_test_sent: &'static str,
    /// Looks at the page as shoppers would see it.
    pub preview: &'static str,
    /// Heading of what is shown while it is being typed.
    pub live: &'static str,
    /// Under it.
    pub live_lead: &'static str,
    /// What that is.
    pub preview_lead: &'static str,
    /// What is bought in a preview.
    pub preview_item: &'static str,
    /// The heading of the logo.
    pub logo: &'static str,
    /// There is none.
    pub logo_none: &'static str,
    /// Puts it there.
    pub logo_save: &'static str,
    /// Takes it away.
    pub logo_remove: &'static str,
    /// The file.
    pub logo_file: &'static str,
    /// The heading of the reset.
    pub reset: &'static str,
    /// What it takes away.
    pub reset_lead: &'static str,
    /// The button.
    pub reset_do: &'static str,
    /// Which colours are shown in the end.
    pub accent_shown: fn(light: &str, dark: &str) -> String,
    /// The subject of the mail to the owners.
    pub told_subject: fn(merchant: &str) -> String,
    /// Its first line: who changed settings of the merchant.
    pub told: fn(person: &str, merchant: &str) -> String,
    /// What to do if nobody here did.
    pub told_not_you: &'static str,
    /// Before a time.
    pub told_when: &'static str,
    /// Before the settings.
    pub told_what: &'static str,
}

/// Japanese.
pub(super) const JA: SettingsWords = SettingsWords {
    lang: Lang::Ja,
    title: "設定",
    keys: SectionWords {
        name: "鍵と署名",
        lead: "ショップのプログラムが使うキー作成用パスワードと署名の鍵です。定期的に変更してください。",
    },
    destinations: SectionWords {
        name: "戻り先と方式",
        lead: "支払いの結果をお渡しする先（3つまで）と、ショップのプログラムに合わせた方式・文字コード・項目名です。",
    },
    payment: SectionWords {
        name: "支払い", lead: "金額の上限、試せる回数、売上確定、カードの保存です。"
    },
    three_ds: SectionWords {
        name: "本人認証", lead: "3-Dセキュアをいつ求めるかを決めます。なしにはできません。"
    },
    guard: SectionWords {
        name: "不正対策",
        lead: "カード番号を試す攻撃を止めるしきい値です。下限と上限の間で変更できます。なしにはできません。",
    },
    mails: SectionWords {
        name: "メール",
        lead: "支払い完了メールの送信と文面です。件名・金額・伝票番号などは当サービスが書き、その前後に文面を加えられます。",
    },
    page: SectionWords {
        name: "決済ページ", lead: "決済ページの色、ロゴ、カード入力欄の前後に載せるご案内です。"
    },
    free_items: SectionWords {
        name: "自由設定項目", lead: "3つの自由設定項目の名前と、決済ページでの扱いです。"
    },
    texts: SectionWords {
        name: "表示と規約",
        lead: "ショップ名、法律に基づく表記、お問い合わせ先など、購入者に示す内容です。",
    },
    regular: SectionWords {
        name: "定期購入",
        lead: "定期購入の請求日と再試行、リクエストの定期購入種別（regular_kind）から始まる商品を設定します。",
    },
    regular_kinds: "定期購入種別と商品",
    regular_kinds_lead: "リクエストに regular=on と種別の数字が付いているとき、ここで選んだ商品の申し込みになります。空欄の種別はお断りします。種別のないリクエストは、商品が1つだけならその商品、複数あるときは種別1の商品になります。",
    retention: SectionWords {
        name: "保存期間",
        lead: "不要になったデータを残しておく日数です。期間が過ぎたものは、1日1回の処理で削除されます。",
    },
    integration: SectionWords {
        name: "組み込みコード",
        lead: "このショップの番号・項目名・文字コードに合わせたコードです。そのまま使えます。",
    },
    integration_language: "プログラミング言語",
    integration_secrets: "秘密の値はコードに書かず、次の環境変数から読み込みます：",
    check: SectionWords {
        name: "リクエストの確認",
        lead: "ショップが送るものを貼り付けると、決済ページが受け付けるかどうかと、直すところをお知らせします。",
    },
    check_request: "ショップが送るもの",
    check_hint: "クエリ、本文、アドレス、HTTPリクエスト全体、フォームやリンクのHTMLを貼り付けられます。請求も保存もしません。",
    check_go: "確認する",
    check_opens: "決済ページは、このリクエストを受け付けます。",
    check_refused: "決済ページは、このリクエストを受け付けません。",
    check_shape: "読み取った形",
    check_findings: "確認の結果",
    check_clean: "直すところは見つかりませんでした。",
    check_advice: "ご注意",
    check_message: "署名の対象となる文字列（秘密の値を除く）",
    check_read: ["読み取ったパラメータ", "名前", "長さ（バイト）", "文字"],
    check_ignored: "使われません",
    save: "保存する",
    saved: "保存しました。",
    saved_cleaned: "保存しました。載せられない部分を取り除いたか、書き方を整えました。下の内容をご確認ください。",
    unchanged: "変更はありませんでした。",
    seen: "変更は30秒以内にすべての画面に反映されます。",
    stale: "この画面を開いた後に、ほかの人が設定を変更しました。保存していません。下の変更内容を確かめて、よければもう一度保存してください。",
    stale_elsewhere: "この画面を開いた後に、ほかの人が別の欄の設定を変更しました。保存していません。内容を確かめて、よければもう一度保存してください。",
    stale_list: "ほかの人による変更",
    operator_bound: |bound| format!("運営者の設定により {bound} です。"),
    operator_heading: "運営者が認めている範囲",
    operator_lead: "決済サービスの運営者だけが変更できます。",
    bounds: |least, most| format!("{least}〜{most}"),
    unsigned: "署名（sig）が必須になっていません。金額などが途中で書き換えられても検出できません。ショップのプログラムが対応したら、必須にしてください。",
    secret_none: "まだ作成していません。",
    secret_age: |date, days| format!("{date}に作成（{days}日前）"),
    secret_set: "設定済み（作成日は不明）",
    secret_old: "作成から180日を過ぎています。新しいものに変更してください。",
    secret_before: |date| format!("以前のものも {date} まで使えます。"),
    secret_make: "作成する",
    secret_rotate: "新しく作成する",
    secret_rotate_hint: "いまのものは7日間そのまま使えます。その間にショップのプログラムを変更してください。",
    secret_end: "以前のものをすぐに終了する",
    secret_own: "自分で決めたパスワード",
    secret_own_hint: "半角の英字・数字・記号で16〜32文字。作成ボタンで作る32文字のパスワードをお勧めします。",
    secret_own_save: "このパスワードにする",
    secret_new: "新しい値",
    secret_once: "この画面でしか表示しません。ショップのプログラムだけが読める場所に保管してください。",
    secret_kept: "保管しました",
    method: "送信方法",
    address: "URL",
    names: "項目名の変更（24方式）",
    names_lead: "空欄の項目は、薄く表示されている標準の名前を使います。",
    request_names: "リクエストの項目名",
    handover_names: "お渡しする項目名",
    mail_whom: "購入者へのメールを送る区分",
    mail_texts: "文面",
    mail_texts_lead: "差し込み項目：{order} 伝票番号、{amount} 金額、{name} お名前、{date} 日時、{item} 商品名、{shop} ショップ名",
    mail_test: "テスト送信",
    mail_test_lead: |address| format!("保存した文面のメールを、見本の内容で {address} に送ります。"),
    mail_test_send: "自分に送る",
    mail_test_sent: "送信しました。",
    live: "入力中のプレビュー",
    live_lead: "まだ保存されていません。色の途中など、表示できない内容のときは、前の表示のままになります。",
    preview: "プレビュー",
    preview_lead: "保存する前の内容で、購入者に見える決済ページを別のタブに表示します。",
    preview_item: "プレビュー（お支払いはできません）",
    logo: "ロゴ",
    logo_none: "ロゴは登録していません。",
    logo_save: "ロゴを登録する",
    logo_remove: "ロゴを外す",
    logo_file: "画像ファイル",
    reset: "標準のデザインに戻す",
    reset_lead: "色、前後のHTML、ロゴを標準に戻します。",
    reset_do: "標準に戻す",
    accent_shown: |light, dark| format!("表示される色：明るい画面 {light}、暗い画面 {dark}"),
    told_subject: |merchant| format!("設定が変更されました（{merchant}）"),
    told: |person, merchant| format!("{person} さんが「{merchant}」の重要な設定を変更しました。"),
    told_not_you: "心当たりがないときは、すぐに管理画面で設定を確かめ、決済サービスの運営者に連絡してください。",
    told_when: "日時",
    told_what: "変更した設定",
};

/// English.
pub(super) const EN: SettingsWords = SettingsWords {
    lang: Lang::En,
    title: "Settings",
    keys: SectionWords {
        name: "Keys and signature",
        lead: "The key password and signature secret that the shop's program uses. Change them from time to time.",
    },
    destinations: SectionWords {
        name: "Destinations",
        lead: "Where results are handed over (up to three), and the dialect, encoding and names that the shop's program was written for.",
    },
    payment: SectionWords { name: "Payment", lead: "Limits, attempts, capture, and cards kept for the next time." },
    three_ds: SectionWords { name: "3-D Secure", lead: "When a payer is authenticated. There is no “off”." },
    guard: SectionWords {
        name: "Card testing",
        lead: "Thresholds that stop whoever tries out card numbers, each between a floor and a ceiling. There is no “off”.",
    },
    mails: SectionWords {
        name: "Mails",
        lead: "Whether completion mails are sent, and the shop's own text in them. Subject, amount and order number are always ours.",
    },
    page: SectionWords {
        name: "Payment page",
        lead: "The page's colour, logo, and the shop's own text before and after the card form.",
    },
    free_items: SectionWords {
        name: "Free items",
        lead: "Names of the three free items, and what the payment page does with them.",
    },
    texts: SectionWords {
        name: "Names and terms",
        lead: "What shoppers are shown of the shop: its name, legal pages and contact.",
    },
    regular: SectionWords {
        name: "Regular purchases",
        lead: "On which day regular purchases are billed, whether a decline is tried again, and which offer a request's regular_kind begins.",
    },
    regular_kinds: "Kinds and offers",
    regular_kinds_lead: "A request with regular=on and one of these numbers begins the offer beside it. Kinds without an offer are refused. A request without a kind begins the only offer, or that of kind 1 where there are several.",
    retention: SectionWords {
        name: "Retention",
        lead: "For how many days data that is no longer needed is kept. What is older is deleted by a run once a day.",
    },
    integration: SectionWords {
        name: "Integration code",
        lead: "Code with this shop's own number, names and encoding, ready to be used.",
    },
    integration_language: "Programming language",
    integration_secrets: "Secrets are not in the code. It reads them from these environment variables:",
    check: SectionWords {
        name: "Check my request",
        lead: "Paste what your shop sends, and see whether the payment page takes it and what to mend.",
    },
    check_request: "What your shop sends",
    check_hint: "A query, a body, an address, a whole HTTP request, or the HTML of a form or link. Nothing is charged and nothing is stored.",
    check_go: "Check",
    check_opens: "The payment page takes this request.",
    check_refused: "The payment page refuses this request.",
    check_shape: "Read as",
    check_findings: "What was found",
    check_clean: "Nothing to mend was found.",
    check_advice: "Worth knowing",
    check_message: "The message that must be signed, without the secret",
    check_read: ["Parameters that were read", "Name", "Length in bytes", "Characters"],
    check_ignored: "ignored",
    save: "Save",
    saved: "Saved.",
    saved_cleaned: "Saved. Parts that can't be shown were taken out, or the HTML was tidied. Please look at it below.",
    unchanged: "Nothing was changed.",
    seen: "A change is seen everywhere within 30 seconds.",
    stale: "Somebody else changed these settings after you opened this page. Nothing was saved. Look at what changed below, and save again if you still want to.",
    stale_elsewhere: "Somebody else changed other settings after you opened this page. Nothing was saved. Save again if you still want to.",
    stale_list: "Changed by somebody else",
    operator_bound: |bound| format!("The operator's bound: {bound}."),
    operator_heading: "What the operator allows",
    operator_lead: "Only the operator of the payment service can change this.",
    bounds: |least, most| format!("{least} to {most}"),
    unsigned: "Requests need no signature (sig). An amount that was changed on the way would not be noticed. Require the signature as soon as the shop's program can make it.",
    secret_none: "None yet.",
    secret_age: |date, days| format!("Made on {date} ({days} days ago)"),
    secret_set: "Set (when is not known)",
    secret_old: "It is older than 180 days. Make a new one.",
    secret_before: |date| format!("The one before is good until {date}."),
    secret_make: "Make one",
    secret_rotate: "Make a new one",
    secret_rotate_hint: "The present one stays good for 7 days. Change the shop's program in that time.",
    secret_end: "End the one before now",
    secret_own: "A password of your own",
    secret_own_hint: "16 to 32 ASCII letters, digits and symbols. We recommend the 32 characters that the button makes.",
    secret_own_save: "Use this password",
    secret_new: "The new value",
    secret_once: "It is shown on this page only. Keep it where the shop's program can read it and nobody else.",
    secret_kept: "I have kept it",
    method: "Method",
    address: "Address",
    names: "Names on the wire (24 dialect)",
    names_lead: "Where a field is empty, the default name shown in it is used.",
    request_names: "Names in requests",
    handover_names: "Names handed back",
    mail_whom: "Shoppers get a mail for",
    mail_texts: "Texts",
    mail_texts_lead: "Placeholders: {order} order number, {amount} amount, {name} shopper's name, {date} date, {item} item, {shop} shop name",
    mail_test: "Test mail",
    mail_test_lead: |address| format!("Sends a sample with the saved texts to {address}."),
    mail_test_send: "Send it to me",
    mail_test_sent: "Sent.",
    live: "Preview while you type",
    live_lead: "Nothing is saved yet. What can't be shown, such as half a colour, leaves the page as it was.",
    preview: "Preview",
    preview_lead: "Opens the payment page as shoppers would see it, before you save, in another tab.",
    preview_item: "Preview (nothing can be paid)",
    logo: "Logo",
    logo_none: "There is no logo.",
    logo_save: "Save the logo",
    logo_remove: "Remove the logo",
    logo_file: "Image file",
    reset: "Reset the design",
    reset_lead: "Takes away the colour, both HTML texts and the logo.",
    reset_do: "Reset",
    accent_shown: |light, dark| format!("Shown as {light} on light screens and {dark} on dark ones"),
    told_subject: |merchant| format!("Settings changed ({merchant})"),
    told: |person, merchant| format!("{person} changed important settings of {merchant}."),
    told_not_you: "If nobody of you did, look at the settings in the console at once and tell the operator of the payment service.",
    told_when: "When",
    told_what: "Settings",
};
