//! What each setting is called, what it means, and what its choices are called.

use domain::Lang;

/// A setting's name. One that people never see by name, such as a parameter on the wire, is its own name.
pub fn setting_name(lang: Lang, key: &str) -> String {
    if let Some(floor) = key.strip_prefix("floor.") {
        let name = setting_name(lang, floor);
        return match lang {
            Lang::Ja => format!("運営者の設定：{name}"),
            Lang::En => format!("Operator's bound: {name}"),
        };
    }
    if let Some(field) = key.strip_prefix("request_name.") {
        return match lang {
            Lang::Ja => format!("リクエストの {field}"),
            Lang::En => format!("{field} in requests"),
        };
    }
    if let Some(field) = key.strip_prefix("handover_name.") {
        return match lang {
            Lang::Ja => format!("お渡しする {field}"),
            Lang::En => format!("{field} handed back"),
        };
    }
    if let Some(kind) = key.strip_prefix("regular_kind.") {
        return match lang {
            Lang::Ja => format!("定期購入種別 {kind} の商品"),
            Lang::En => format!("Offer of regular_kind {kind}"),
        };
    }
    let (ja, en) = name(key);
    match lang {
        Lang::Ja if !ja.is_empty() => ja.to_owned(),
        Lang::En if !en.is_empty() => en.to_owned(),
        Lang::Ja | Lang::En => key.to_owned(),
    }
}

/// Japanese and English names; empty where it has none.
fn name(key: &str) -> (&'static str, &'static str) {
    match key {
        "name" => ("ショップ名", "Shop name"),
        "mode" => ("モード", "Mode"),
        "status" => ("状態", "Status"),
        "dialect" => ("方式", "Dialect"),
        "encoding" => ("文字コード", "Encoding"),
        "lang" => ("既定の言語", "Default language"),
        "destination1" => ("戻り先1", "Destination 1"),
        "destination2" => ("戻り先2", "Destination 2"),
        "destination3" => ("戻り先3", "Destination 3"),
        "back_address" => ("データなしの戻り先URL", "Back address without data"),
        "max_amount" => ("1件の上限金額（円）", "Largest amount of one payment (yen)"),
        "attempts" => ("カードを試せる回数", "Attempts per visit"),
        "capture" => ("売上確定", "Capture"),
        "refund_confirm_over" => ("認証コードなしで返金できる額（円）", "Refunds without a code up to (yen)"),
        "card_on_file" => ("カード情報保持機能", "Card on file"),
        "continuation" => ("自動継続", "Continuation"),
        "regular_anchor" => ("定期購入の請求日（毎月の日）", "Billing day of regular purchases"),
        "regular_retries" => ("定期購入が承認されなかったときの再試行", "Retries of declined regular purchases"),
        "continuation_day" => ("自動継続を自動で始める日", "Day on which continuation begins by itself"),
        "batch_at_once_rows" => ("確認なしで実行できる一括処理の行数", "Batch rows that run without a look"),
        "batch_at_once_yen" => ("確認なしで実行できる一括処理の合計（円）", "Batch sum that runs without a look (yen)"),
        "window_past_s" => ("送信時間の許容範囲：過去（秒）", "Accepted time, past (seconds)"),
        "window_future_s" => ("送信時間の許容範囲：未来（秒）", "Accepted time, ahead (seconds)"),
        "key_password" => ("キー作成用パスワード", "Key password"),
        "sig_secret" => ("署名の鍵", "Signature secret"),
        "sig_required" => ("署名（sig）を必須にする", "Require the signature (sig)"),
        "sig_hand_over" => ("お渡しする結果に署名を付ける", "Sign what is handed back"),
        "three_ds" => ("本人認証（3-Dセキュア）", "3-D Secure"),
        "three_ds_unavailable" => ("本人認証ができないとき", "Where authentication is unavailable"),
        "mail_off" => ("購入者へのメールを送らない区分", "Interfaces without a mail to the shopper"),
        "mail.link" => ("リンク", "Link"),
        "mail.data_linkage" => ("データ連携", "Data linkage"),
        "mail.batch" => ("一括", "Batch"),
        "mail.continuation" => ("継続", "Continuation"),
        "mail.single" => ("個別", "Single charge"),
        "mail.regular" => ("定期", "Regular purchase"),
        "shop_copy" => ("ショップ控えの送信先", "Address of the shop's copy"),
        "mail_intro_ja" => ("前文（日本語）", "Opening text (Japanese)"),
        "mail_outro_ja" => ("後文（日本語）", "Closing text (Japanese)"),
        "mail_intro_en" => ("前文（英語）", "Opening text (English)"),
        "mail_outro_en" => ("後文（英語）", "Closing text (English)"),
        "accent" => ("基調色", "Accent colour"),
        "page_before" => ("カード入力欄の前に載せるHTML", "HTML before the card form"),
        "page_after" => ("カード入力欄の後に載せるHTML", "HTML after the card form"),
        "logo" => ("ロゴ", "Logo"),
        "legal_address" => ("特定商取引法に基づく表記のURL", "Address of the legal page"),
        "privacy_address" => ("プライバシーポリシーのURL", "Address of the privacy policy"),
        "contact" => ("お問い合わせ先", "Contact"),
        "tax_included" => ("金額に「税込」と表示する", "Say that amounts include tax"),
        "receipt_issuer" => ("領収書の発行者名", "Issuer of receipts"),
        "receipt_address" => ("発行者の住所", "Issuer's address"),
        "receipt_registration" => ("適格請求書発行事業者の登録番号", "Invoice registration number"),
        "receipt_tax" => ("金額に含まれる消費税", "Consumption tax in amounts"),
        "asks_consent_itself" => {
            ("本人認証のデータ提供の同意を自社で取得している", "We ask consent for 3-D Secure data ourselves")
        }
        "free1_label" => ("自由設定項目1の名前", "Name of free item 1"),
        "free1_rule" => ("自由設定項目1の扱い", "Free item 1 on the page"),
        "free2_label" => ("自由設定項目2の名前", "Name of free item 2"),
        "free2_rule" => ("自由設定項目2の扱い", "Free item 2 on the page"),
        "free3_label" => ("自由設定項目3の名前", "Name of free item 3"),
        "free3_rule" => ("自由設定項目3の扱い", "Free item 3 on the page"),
        "day_total" => ("1日の承認額の上限（円）", "Most that a day's approved payments may come to (yen)"),
        "card_entry" => ("カード番号の手入力（個別処理）", "Typing cards into the console"),
        _ => guard_or_retention(key),
    }
}

fn guard_or_retention(key: &str) -> (&'static str, &'static str) {
    match key {
        "guard_address_hour" => ("同じ接続元の失敗（1時間）", "Declines from one address in an hour"),
        "guard_address_day" => ("同じ接続元の失敗（1日）", "Declines from one address in a day"),
        "guard_address_percent" => ("同じ接続元の失敗率（%）", "Share of an address's tries that fail (%)"),
        "guard_buyer_hour" => ("同じ購入者の失敗（1時間）", "Declines of one buyer in an hour"),
        "guard_buyer_day" => ("同じ購入者の失敗（1日）", "Declines of one buyer in a day"),
        "guard_bin_hour" => ("同じ発行番号の失敗カード（1時間）", "Declined cards of one issuer number in an hour"),
        "guard_bin_day" => ("同じ発行番号の失敗カード（1日）", "Declined cards of one issuer number in a day"),
        "guard_bin_percent" => ("同じ発行番号の失敗率（%）", "Share of an issuer number's tries that fail (%)"),
        "guard_merchant_hour" => ("ショップ全体の失敗カード（1時間）", "Declined cards at the shop in an hour"),
        "guard_merchant_day" => ("ショップ全体の失敗カード（1日）", "Declined cards at the shop in a day"),
        "guard_merchant_percent" => ("ショップ全体の失敗率（%）", "Share of tries that fail at the shop (%)"),
        "guard_card_day" => ("同じカードの失敗（1日）", "Declines of one card in a day"),
        "retention_unused_cards_days" => ("使われていない保存カード（日）", "Kept cards that nobody uses (days)"),
        "retention_batch_files_days" => ("一括処理のファイル（日）", "Batch files (days)"),
        "retention_batch_results_days" => ("一括処理の結果（日）", "Batch results (days)"),
        "retention_exports_days" => ("ダウンロード用ファイル（日）", "Downloads (days)"),
        "retention_audit_days" => ("操作履歴（日）", "Audit log (days)"),
        _ => ("", ""),
    }
}

/// What a setting means, where its name does not say enough.
pub fn setting_hint(lang: Lang, key: &str) -> Option<&'static str> {
    let (ja, en) = match key {
        "name" => (
            "決済ページとメールに表示されます。64文字まで。",
            "Shown on the payment page and in mails. 64 characters at most.",
        ),
        "dialect" => (
            "ショップのプログラムが使う項目名と結果の形です。変えると、いま動いているプログラムが受け取れなくなることがあります。",
            "The names and results that the shop's program was written for. A change can break a program that is running.",
        ),
        "encoding" => ("リクエストとお渡しするデータの文字コードです。", "Of requests and of what is handed back."),
        "back_address" => (
            "支払いをやめたときなどに、データを付けずに戻る先です。",
            "Where the shopper goes without data, after giving up for instance.",
        ),
        "max_amount" => ("これを超える金額のリクエストは断ります。", "Requests above it are refused."),
        "refund_confirm_over" => (
            "1件の決済について、返金の合計がこの額を超えるときは、認証アプリのコードを求めます。",
            "A refund needs a code of the authenticator app where the total given back of one payment goes beyond this.",
        ),
        "attempts" => ("1回の訪問で試せるカードの回数です。1〜10。", "How often one visit may try a card, 1 to 10."),
        "capture" => (
            "「後で」にすると、与信だけを行い、売上確定は取引の画面から行います。",
            "With “later” a payment is authorized only, and captured from its page.",
        ),
        "card_on_file" => (
            "同じ購入者ID（user）の2回目以降に、保存したカードを使えます。",
            "A buyer (user) can pay with the card kept the last time.",
        ),
        "continuation" => (
            "購入者の同意を得てカードを保存し、翌月以降に継続して請求できます。",
            "Cards are kept with the buyer's consent, and last month's payments can be charged again.",
        ),
        "regular_anchor" => (
            "1から31まで。その日がない月は月末、土日祝日と12月31日から1月3日にあたるときは次の銀行営業日に請求します。すでに申し込まれた定期購入の請求日は変わりません。",
            "1 to 31. In a shorter month the last day; on weekends, holidays and from 31 December to 3 January the next bank business day. Who has joined already keeps the day.",
        ),
        "regular_retries" => (
            "残高不足など、後日承認される見込みのあるときだけ、1、3、5、7、10、14日後の10時に行います。",
            "Only where a later try may be approved: after 1, 3, 5, 7, 10 and 14 days, at 10:00 in Japan.",
        ),
        "continuation_day" => (
            "1〜31。毎月この日（土日祝日のときは翌営業日。1日と2日は3日）に、前の月の決済をその月の分としてもう一度請求します。2日前に、合計と件数をショップ控えの送信先にお知らせし、お知らせしたものだけを請求します。送信先がないときは始めません。空欄にすると、管理画面で実行したときだけ請求します。",
            "1 to 31. Every month on this day, or on the next business day (the 1st and 2nd: on the 3rd), the payments of the month before are charged again. Two days before, the sum and the number are sent to the address of the shop's copy, and no more than that is charged; without such an address nothing begins. Empty: only when somebody runs it in the console.",
        ),
        "batch_at_once_rows" => (
            "バケットに置かれたファイルがこの行数を超えるときは、管理画面で確認されるまで実行しません。0にすると、必ず確認を待ちます。",
            "A file put into the bucket that has more rows waits until somebody confirms it in the console. 0: every file waits.",
        ),
        "batch_at_once_yen" => (
            "バケットに置かれたファイルの合計金額がこれを超えるときも、確認されるまで実行しません。",
            "The same where its rows come to more than this.",
        ),
        "window_past_s" => (
            "署名された送信時間（time）がこれより古いと断ります。60〜86,400秒。",
            "A signed time older than this is refused. 60 to 86,400.",
        ),
        "window_future_s" => {
            ("時計のずれとして認める範囲です。0〜3,600秒。", "Allowed for clocks that differ. 0 to 3,600.")
        }
        "three_ds_unavailable" => (
            "「進める」では、不正利用の負担がショップに生じることがあります。",
            "With “go on”, the shop may bear the loss of a fraud.",
        ),
        "shop_copy" => ("支払いのたびに控えを送ります。空欄なら送りません。", "A copy of every mail. Empty: none."),
        "accent" => (
            "読みやすさの基準（コントラスト4.5:1）に足りない色は、自動で濃く、暗い画面では明るくします。",
            "A colour without enough contrast (4.5:1) is darkened by itself, and lightened on dark screens.",
        ),
        "page_before" | "page_after" => (
            "見出し（h3、h4）、段落、強調、リスト、表、リンク（https、mailto、tel）、当サービスに登録した画像が使えます。それ以外は保存するときに取り除きます。「ショップからのご案内」と表示されます。",
            "Headings (h3, h4), paragraphs, emphasis, lists, tables, links (https, mailto, tel) and images of this service. Anything else is taken out when you save. It is labelled as the shop's text.",
        ),
        "logo" => (
            "PNG、JPEG、GIF、WebP。100KBまで。高さ40ピクセルで表示します。",
            "PNG, JPEG, GIF or WebP, 100 KB at most. Shown 40 pixels high.",
        ),
        "contact" => (
            "電話番号、メールアドレス、またはURL。決済ページとメールに表示されます。",
            "A phone number, an email address or a web address. Shown on the page and in mails.",
        ),
        "asks_consent_itself" => {
            ("チェックすると、決済ページでは同意の確認を表示しません。", "If ticked, the payment page does not ask.")
        }
        "receipt_issuer" => ("空欄ならショップ名を載せます。", "Empty: the shop's name."),
        "receipt_registration" => ("Tと数字13桁です。空欄なら載せません。", "T and 13 digits. Empty: not shown."),
        "receipt_tax" => ("領収書に税率と税額を載せます。", "Receipts say the rate and the tax."),
        "retention_unused_cards_days" => (
            "最後のお支払いから、この日数のあいだ使われなかったカードを削除し、購入者にメールでお知らせします。",
            "A card that was not paid with for so long is deleted, and its buyer is told by mail.",
        ),
        "retention_exports_days" => (
            "作成からこの日数が過ぎると、一覧からも消えます。",
            "Counted from when it was asked for; then it is gone from the list, too.",
        ),
        "retention_audit_days" => (
            "12か月以上（366日以上）です。変更は、これから記録される操作に適用されます。",
            "12 months at least (366 days). A change counts for what is noted from then on.",
        ),
        _ => return None,
    };
    Some(match lang {
        Lang::Ja => ja,
        Lang::En => en,
    })
}

/// What a choice of a setting is called.
pub fn choice(lang: Lang, key: &str, value: &str) -> String {
    let (ja, en) = match (key, value) {
        (_, "on") => ("はい", "on"),
        (_, "off") => ("いいえ", "off"),
        ("regular_retries", "two_weeks") => ("2週間に6回まで行う", "up to six times in two weeks"),
        ("regular_retries", "none") => ("行わない", "none"),
        (_, "none") => ("なし", "none"),
        ("dialect", "asj") => ("ASJ方式（result 0/1）", "ASJ (result 0/1)"),
        ("dialect", "24") => ("24方式（RC 0/9）", "24 (RC 0/9)"),
        ("encoding", "utf-8") => ("UTF-8", "UTF-8"),
        ("encoding", "shift_jis") => ("Shift_JIS", "Shift_JIS"),
        ("lang", "ja") => ("日本語", "Japanese"),
        ("lang", "en") => ("英語", "English"),
        ("capture", "at_once") => ("支払いと同時に", "with the payment"),
        ("capture", "later") => ("後で（手動）", "later, by hand"),
        ("three_ds", "at_payment") => ("支払いのたびに", "at every payment"),
        ("three_ds", "at_registration") => ("カードを保存するとき", "when a card is kept"),
        ("three_ds", "recurring") => ("継続課金の初回と変更時", "at the first of recurring payments, and at changes"),
        ("three_ds_unavailable", "decline") => ("支払いを断る", "decline"),
        ("three_ds_unavailable", "proceed") => ("進める", "go on"),
        ("free1_rule" | "free2_rule" | "free3_rule", "hidden") => ("表示しない", "carried along unseen"),
        ("free1_rule" | "free2_rule" | "free3_rule", "shown") => ("表示する", "shown"),
        ("free1_rule" | "free2_rule" | "free3_rule", "asked") => ("入力欄を出す", "asked for"),
        ("free1_rule" | "free2_rule" | "free3_rule", "required") => ("入力を必須にする", "required"),
        ("mail_off", "link") => ("リンク", "link"),
        ("mail_off", "data_linkage") => ("データ連携", "data linkage"),
        ("mail_off", "batch") => ("一括", "batch"),
        ("mail_off", "continuation") => ("継続", "continuation"),
        ("mail_off", "single") => ("個別", "single charge"),
        ("mail_off", "regular") => ("定期", "regular purchase"),
        ("receipt_tax", "unsaid") => ("載せない", "not said"),
        ("receipt_tax", "standard") => ("10%", "10%"),
        ("receipt_tax", "reduced") => ("8%（軽減税率）", "8% (reduced rate)"),
        ("receipt_tax", "exempt") => ("非課税", "not taxed"),
        ("mode", "test") => ("テスト", "test"),
        ("mode", "live") => ("本番", "live"),
        ("status", "active") => ("稼働中", "active"),
        ("status", "suspended") => ("停止中", "suspended"),
        ("status", "closed") => ("終了", "closed"),
        (_, "any") => ("制限なし", "any"),
        _ => return value.to_owned(),
    };
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Merchant, MerchantId, settings};

    #[test]
    fn every_setting_has_a_name_in_both_languages() {
        let merchant = Merchant::new(MerchantId::new("4000").unwrap(), "Shop");
        let own = settings::values(&merchant).into_iter().map(|(key, _)| key);
        let floors = settings::floor_values(&merchant).into_iter().map(|(key, _)| key.to_owned());
        for key in own.chain(floors) {
            for lang in [Lang::Ja, Lang::En] {
                assert_ne!(setting_name(lang, &key), key, "{lang:?}");
            }
            assert!(setting_name(Lang::En, &key).is_ascii(), "{key}: no Japanese in an English page");
        }
    }
}
