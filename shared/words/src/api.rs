//! What the JSON API says to programmers: a title for each code, a sentence for each fault of a field.

use domain::{
    Lang,
    api::{Code, Fault},
};

/// What a code means.
pub const fn title(lang: Lang, code: Code) -> &'static str {
    match lang {
        Lang::Ja => title_ja(code),
        Lang::En => title_en(code),
    }
}

/// What is wrong with a field.
pub const fn fault(lang: Lang, fault: Fault) -> &'static str {
    match lang {
        Lang::Ja => fault_ja(fault),
        Lang::En => fault_en(fault),
    }
}

const fn title_en(code: Code) -> &'static str {
    match code {
        Code::Unauthorized => "No good API key was sent: Authorization: Bearer kessai_…",
        Code::ScopeMissing => "This API key does not have the scope for this request",
        Code::MerchantSuspended => "The merchant is suspended: only reading, cancelling and refunding go on",
        Code::NotFound => "There is nothing at this address",
        Code::MethodNotAllowed => "This address does not know this method",
        Code::BodyUnreadable => "The body is no JSON object",
        Code::BodyTooLarge => "The body is larger than 64 KB",
        Code::NotJson => "The body has to be sent as application/json",
        Code::FieldInvalid => "A field does not have the documented form",
        Code::FieldRefused => "A field has the documented form, but what it says is not accepted",
        Code::CursorInvalid => "The cursor is older than a day, or belongs to another list",
        Code::IdempotencyKeyMissing => "The header Idempotency-Key is missing",
        Code::IdempotencyKeyMalformed => "The Idempotency-Key is not 1 to 255 printable ASCII characters",
        Code::IdempotencyKeyReused => "The Idempotency-Key was used for another request",
        Code::RequestRunning => "The same request is still running; ask again with the same Idempotency-Key",
        Code::RateLimited => "Too many requests with this API key",
        Code::OrderUsed => "The order number is already used by another payment",
        Code::OrderPaid => "The order is already paid",
        Code::OrderClosed => "The order was paid and let go: its number stays used",
        Code::AmountConflict => "The order stands with another amount",
        Code::PaymentRunning => "The payment is being worked on; read it again later",
        Code::PaymentChanged => {
            "The payment changed since this request began; nothing was done by this answer: read the payment"
        }
        Code::NothingHeld => "Nothing is held for this payment",
        Code::NothingTaken => "Nothing was taken for this payment",
        Code::CaptureOver => "The time in which this payment can be captured or changed is over",
        Code::AmountTooLarge => "That is more than there is",
        Code::SameAmount => "This amount is held already",
        Code::Disputed => "The cardholder disputes this payment: it can't be refunded",
        Code::RefundOverLimit => {
            "So much is given back of one payment only by a key with the scope refunds_over_limit, or in the console"
        }
        Code::OperationRefused => "The card company refused it",
        Code::OperationNotSupported => "The card company does not offer this",
        Code::OperationGivenUp => "The card company never received it, and it was made sure that it never will",
        Code::CardMissing => "There is no stored card of this buyer",
        Code::CardNotAgreed => "The buyer has not agreed to charges by the merchant",
        Code::CardExpired => "The stored card has expired",
        Code::CardUnlinked => "The stored card was never paid with, so the merchant can't charge it yet",
        Code::CardInUse => "A regular purchase is paid with this card: end it, or have the buyer replace the card",
        Code::CardDeclined => "The card was declined",
        Code::NotCharged => "Nothing was charged",
        Code::DayLimit => "The day's limit of the merchant is reached",
        Code::TryLimit => "The card networks do not allow this card to be tried again now",
        Code::LinkClosed => "The payment link is paid or expired: there is nothing to revoke",
        Code::RenewalImpossible => "This can't be done with the regular purchase as it stands",
        Code::RenewalChanged => {
            "The regular purchase changed since this request began; nothing was done by this answer: read it and decide again"
        }
        Code::Unavailable => "Not available now: send the same request again",
    }
}

const fn title_ja(code: Code) -> &'static str {
    match code {
        Code::Unauthorized => "有効な API キーがありません（Authorization: Bearer kessai_…）",
        Code::ScopeMissing => "この API キーには、このリクエストの権限がありません",
        Code::MerchantSuspended => "加盟店が停止中です。照会、取消、返金のみ行えます",
        Code::NotFound => "該当するものがありません",
        Code::MethodNotAllowed => "このアドレスでは使えないメソッドです",
        Code::BodyUnreadable => "本文が JSON オブジェクトではありません",
        Code::BodyTooLarge => "本文が 64 KB を超えています",
        Code::NotJson => "本文は application/json で送ってください",
        Code::FieldInvalid => "仕様と異なる形式の項目があります",
        Code::FieldRefused => "形式は正しいものの、受け付けられない内容の項目があります",
        Code::CursorInvalid => "カーソルが古いか（24 時間）、別の一覧のものです",
        Code::IdempotencyKeyMissing => "ヘッダー Idempotency-Key がありません",
        Code::IdempotencyKeyMalformed => "Idempotency-Key は 1 から 255 文字の表示可能な ASCII 文字にしてください",
        Code::IdempotencyKeyReused => "この Idempotency-Key は別のリクエストで使われています",
        Code::RequestRunning => "同じリクエストを処理中です。同じ Idempotency-Key で再度お送りください",
        Code::RateLimited => "この API キーのリクエストが多すぎます",
        Code::OrderUsed => "この伝票番号は別の決済で使われています",
        Code::OrderPaid => "この注文は支払い済みです",
        Code::OrderClosed => "この注文は支払い後に取り消されています。番号は再利用できません",
        Code::AmountConflict => "この注文は別の金額で登録されています",
        Code::PaymentRunning => "この決済は処理中です。時間をおいて照会してください",
        Code::PaymentChanged => {
            "リクエストの開始後に決済が変わりました。この応答では何も行っていません。決済を照会してください"
        }
        Code::NothingHeld => "この決済に、確保中の金額はありません",
        Code::NothingTaken => "この決済に、売上の金額はありません",
        Code::CaptureOver => "売上確定や金額変更ができる期間を過ぎています",
        Code::AmountTooLarge => "対象の金額を超えています",
        Code::SameAmount => "すでにこの金額を確保しています",
        Code::Disputed => "カード会員が異議を申し立てているため、返金できません",
        Code::RefundOverLimit => {
            "この額の返金には、権限refunds_over_limitを持つAPIキー、または管理画面での操作が必要です"
        }
        Code::OperationRefused => "カード会社が拒否しました",
        Code::OperationNotSupported => "カード会社がこの操作に対応していません",
        Code::OperationGivenUp => "カード会社に届いておらず、今後も実行されないことを確認しました",
        Code::CardMissing => "この購入者の登録カードはありません",
        Code::CardNotAgreed => "購入者が、加盟店による請求に同意していません",
        Code::CardExpired => "登録カードの有効期限が切れています",
        Code::CardUnlinked => "登録カードで一度も支払いがないため、加盟店からはまだ請求できません",
        Code::CardInUse => {
            "定期購入で使われているカードです。定期購入を終了するか、購入者にカードを変更してもらってください"
        }
        Code::CardDeclined => "カードが承認されませんでした",
        Code::NotCharged => "請求は行われませんでした",
        Code::DayLimit => "加盟店の 1 日の上限に達しています",
        Code::TryLimit => "カードブランドの規則により、このカードは今は再請求できません",
        Code::LinkClosed => "この決済リンクは決済済みか期限切れのため、無効にするものがありません",
        Code::RenewalImpossible => "定期購入の現在の状態では行えません",
        Code::RenewalChanged => {
            "このリクエストの開始後に定期購入が変わりました。この応答では何も行っていません。定期購入を確認し、改めて判断してください"
        }
        Code::Unavailable => "現在ご利用いただけません。同じリクエストを再度お送りください",
    }
}

const fn fault_en(fault: Fault) -> &'static str {
    match fault {
        Fault::Missing => "it has to be there",
        Fault::Unknown => "there is no field of this name",
        Fault::Twice => "it stands there twice",
        Fault::Malformed => "it does not have the documented form",
        Fault::TooLong => "it is too long",
        Fault::ControlCharacter => "a control character is in it",
        Fault::CardNumber => "it looks like a card number, which must not be sent here",
        Fault::Reserved => "18-digit numbers that start with 9 are reserved",
        Fault::OutOfRange => "it is more than the merchant may charge at a time",
        Fault::Contradicts => "it contradicts another field",
        Fault::NotRegistered => "the merchant has registered none of this number",
        Fault::Over => "that day is past",
    }
}

const fn fault_ja(fault: Fault) -> &'static str {
    match fault {
        Fault::Missing => "必須の項目です",
        Fault::Unknown => "この名前の項目はありません",
        Fault::Twice => "項目が重複しています",
        Fault::Malformed => "仕様と形式が異なります",
        Fault::TooLong => "長すぎます",
        Fault::ControlCharacter => "制御文字が含まれています",
        Fault::CardNumber => "カード番号とみられる数字は送れません",
        Fault::Reserved => "9 で始まる 18 桁の番号は予約されています",
        Fault::OutOfRange => "加盟店の 1 回の上限額を超えています",
        Fault::Contradicts => "ほかの項目と矛盾しています",
        Fault::NotRegistered => "この番号は登録されていません",
        Fault::Over => "過ぎた日付です",
    }
}
