//! What a merchant should do about a decline, by its code and by its category ([`domain::acquirer::DeclineCode::category`]). A clerk at the console is told more than a payer: who answers for the order has to know what to say.

use domain::{
    Lang,
    acquirer::{DeclineCategory, DeclineCode},
};

/// What the merchant should do, in one or two sentences.
pub const fn advice(lang: Lang, code: DeclineCode) -> &'static str {
    match lang {
        Lang::Ja => ja(code),
        Lang::En => en(code),
    }
}

/// What kind of decline it is, in a few words: a column of a list.
pub const fn kind(lang: Lang, category: DeclineCategory) -> &'static str {
    match (lang, category) {
        (Lang::Ja, DeclineCategory::NeverRetry) => "同じカードでの再試行不可",
        (Lang::En, DeclineCategory::NeverRetry) => "Never try this card again",
        (Lang::Ja, DeclineCategory::RetryLater) => "日を改めて再試行",
        (Lang::En, DeclineCategory::RetryLater) => "Try again on another day",
        (Lang::Ja, DeclineCategory::FixData) => "カード情報の修正が必要",
        (Lang::En, DeclineCategory::FixData) => "Card details must be corrected",
        (Lang::Ja, DeclineCategory::BringPayerBack) => "購入者ご本人の手続きが必要",
        (Lang::En, DeclineCategory::BringPayerBack) => "Only the buyer can go on",
    }
}

/// What the merchant should do where a charge without the buyer was declined (a renewal, a continuation, a row of a file): nobody is there to ask.
pub const fn without_buyer(lang: Lang, category: DeclineCategory) -> &'static str {
    match (lang, category) {
        (Lang::Ja, DeclineCategory::NeverRetry) => {
            "このカードへの請求は、手動でも再度行えません。購入者にカードの変更をお願いしてください。"
        }
        (Lang::En, DeclineCategory::NeverRetry) => {
            "This card can't be charged again, not even by hand. Ask the buyer to change the card."
        }
        (Lang::Ja, DeclineCategory::RetryLater) => {
            "日を改めると承認されることがあります。再試行の予定がある場合は、そのままお待ちください。"
        }
        (Lang::En, DeclineCategory::RetryLater) => {
            "It may be approved on another day. Where another try is planned, wait for it."
        }
        (Lang::Ja, DeclineCategory::FixData) => {
            "登録されているカード情報が正しくないか、期限切れです。購入者にカードの変更をお願いしてください。"
        }
        (Lang::En, DeclineCategory::FixData) => {
            "The kept card's details are wrong or out of date. Ask the buyer to change the card."
        }
        (Lang::Ja, DeclineCategory::BringPayerBack) => {
            "カード会社が本人認証を求めています。購入者にカード変更の画面でのお手続きをお願いしてください。"
        }
        (Lang::En, DeclineCategory::BringPayerBack) => {
            "The issuer wants the buyer to authenticate. Ask the buyer to go through the page that changes the card."
        }
    }
}

const fn ja(code: DeclineCode) -> &'static str {
    match code {
        DeclineCode::GenericDecline | DeclineCode::DoNotHonor => {
            "理由はカード会社から知らされません。購入者に別のカードをお願いするか、カード会社へのお問い合わせをご案内ください。"
        }
        DeclineCode::InsufficientFunds => {
            "利用可能額が足りません。理由は伝えず、別のカードをお願いしてください。日を改めると承認されることもあります。"
        }
        DeclineCode::LostCard | DeclineCode::StolenCard | DeclineCode::PickupCard => {
            "このカードは二度と使わないでください。紛失や盗難の届け出は購入者に伝えず、別のお支払い方法をご案内ください。"
        }
        DeclineCode::ExpiredCard => "有効期限が過ぎています。新しいカードの有効期限を確認し、入力し直してください。",
        DeclineCode::IncorrectCvc => "セキュリティコードが違います。購入者に確認し、入力し直してください。",
        DeclineCode::IncorrectNumber => "カード番号が違います。購入者に1桁ずつ確認し、入力し直してください。",
        DeclineCode::CardMissing => {
            "請求できる保存済みのカードがありません。購入者に、カード変更のページで登録していただいてください。"
        }
        DeclineCode::ProcessingError => "決済会社で処理できませんでした。少し時間をおいて、もう一度お試しください。",
        DeclineCode::IssuerNotAvailable => {
            "カード会社に接続できませんでした。少し時間をおいて、もう一度お試しください。"
        }
        DeclineCode::CardVelocityExceeded => {
            "回数または金額の上限を超えています。別のカードをお願いするか、日を改めてお試しください。"
        }
        DeclineCode::CardNotSupported | DeclineCode::CurrencyNotSupported | DeclineCode::TransactionNotAllowed => {
            "このカードでは電話・郵送の注文やこの取引ができません。別のカードをお願いしてください。"
        }
        DeclineCode::AuthenticationRequired => {
            "カード会社が本人認証を求めています。個別処理では行えないため、決済リンクを送って購入者ご自身にお支払いいただいてください。"
        }
        DeclineCode::Fraudulent => {
            "不正利用の疑いがあります。このカードは使わず、注文が本人のものか確かめるまで商品を発送しないでください。"
        }
        DeclineCode::RevocationOfAuthorization => {
            "購入者がカード会社に、お店からの請求の停止を申し出ています。このカードには請求せず、購入者に確認してください。"
        }
        DeclineCode::DoNotTryAgain => {
            "カード会社の指示により、このカードは再び使わないでください。別のカードをお願いしてください。"
        }
        DeclineCode::TryAgainLater => {
            "カード会社の都合により、今は承認されません。時間をおいて、もう一度お試しください。"
        }
    }
}

const fn en(code: DeclineCode) -> &'static str {
    match code {
        DeclineCode::GenericDecline | DeclineCode::DoNotHonor => {
            "The issuer does not say why. Ask the buyer for another card, or to call their card company."
        }
        DeclineCode::InsufficientFunds => {
            "The limit is used up. Don't tell the reason; ask for another card. It may be approved on another day."
        }
        DeclineCode::LostCard | DeclineCode::StolenCard | DeclineCode::PickupCard => {
            "Never use this card again. Don't tell the buyer of the report; offer another way to pay."
        }
        DeclineCode::ExpiredCard => "The card has expired. Ask for the date on the new card and type it again.",
        DeclineCode::IncorrectCvc => "The security code is wrong. Ask the buyer again and type it anew.",
        DeclineCode::IncorrectNumber => {
            "The number is wrong. Go through it with the buyer digit by digit and type it anew."
        }
        DeclineCode::CardMissing => {
            "No card is stored that may be charged. Ask the buyer to store one by the page that changes the card."
        }
        DeclineCode::ProcessingError => "The acquirer could not process it. Try again in a little while.",
        DeclineCode::IssuerNotAvailable => "The issuer could not be reached. Try again in a little while.",
        DeclineCode::CardVelocityExceeded => {
            "The card was used too often or for too much. Ask for another card, or try on another day."
        }
        DeclineCode::CardNotSupported | DeclineCode::CurrencyNotSupported | DeclineCode::TransactionNotAllowed => {
            "This card can't be used for mail and telephone orders or for this payment. Ask for another card."
        }
        DeclineCode::AuthenticationRequired => {
            "The issuer wants the buyer to authenticate, which a single charge can't do. Send a payment link so that they pay themselves."
        }
        DeclineCode::Fraudulent => {
            "Fraud is suspected. Don't use this card, and don't ship before you know that the order is genuine."
        }
        DeclineCode::RevocationOfAuthorization => {
            "The buyer told their card company to stop charges by the shop. Don't charge this card; ask the buyer."
        }
        DeclineCode::DoNotTryAgain => "The issuer says not to try this card again. Ask for another card.",
        DeclineCode::TryAgainLater => "The issuer can't approve it now. Try again in a little while.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_and_code_has_its_sentence() {
        let categories = [
            DeclineCategory::NeverRetry,
            DeclineCategory::RetryLater,
            DeclineCategory::FixData,
            DeclineCategory::BringPayerBack,
        ];
        for (lang, end) in [(Lang::Ja, '。'), (Lang::En, '.')] {
            let texts = categories.map(|category| without_buyer(lang, category));
            assert!(texts.iter().all(|text| text.ends_with(end)), "{texts:?}");
            let kinds: std::collections::BTreeSet<_> = categories.map(|category| kind(lang, category)).into();
            assert_eq!(kinds.len(), 4);
        }
        for code in DeclineCode::ALL {
            assert!(advice(Lang::Ja, code).ends_with('。') && advice(Lang::En, code).ends_with('.'), "{code:?}");
        }
    }
}
