//! What a shop's engineer must mend in a refused request: one sentence or two, with the rule, never with a value.

use domain::{
    Lang,
    request::{OtherMethod, Problem},
};

/// What to mend. The parameter's name stands beside it on the page.
pub const fn request_problem(lang: Lang, problem: Problem) -> &'static str {
    match lang {
        Lang::Ja => request_problem_ja(problem),
        Lang::En => request_problem_en(problem),
    }
}

const fn request_problem_ja(problem: Problem) -> &'static str {
    match problem {
        Problem::TooLarge => "送信されたデータが大きすぎます。必要なパラメータだけを送信してください。",
        Problem::TooManyParameters => "パラメータの数が多すぎます。必要なパラメータだけを送信してください。",
        Problem::BadEscape => {
            "パーセントエンコードが正しくありません。「%」の後には16進数2桁が必要です。値を1回だけエンコードしてください。"
        }
        Problem::GivenTwice => "同じパラメータが2回送信されています。1回だけ送信してください。",
        Problem::MerchantMissing => "管理者番号がありません。発行された管理者番号を送信してください。",
        Problem::MerchantMalformed => "管理者番号の形が正しくありません。半角数字1〜10桁で送信してください。",
        Problem::MerchantConflict => {
            "アドレスの管理者番号とパラメータの管理者番号が異なります。どちらか一方にするか、同じ番号にしてください。"
        }
        Problem::MerchantOrSignature => {
            "管理者番号または署名が正しくありません。管理者番号、キー作成用パスワードまたは署名の鍵、署名する値の並びと文字コードを確認してください。"
        }
        Problem::MerchantSuspended => "この加盟店のご利用は停止中です。決済サービスの運営者へお問い合わせください。",
        Problem::MerchantClosed => "この加盟店のご利用は終了しています。決済サービスの運営者へお問い合わせください。",
        Problem::SigMissing => {
            "この加盟店の設定では、すべてのリクエストに署名が必要です。署名の仕様に従って「v2:」で始まる値を送信してください。"
        }
        Problem::KeyMissing => "購入者IDを送信するときは、キーまたは署名が必要です。",
        Problem::KeyWithoutUser => "キーを送信するときは、購入者IDが必要です。",
        Problem::TimeMissing => "署名またはキーを送信するときは、送信時間が必要です。",
        Problem::TimeMalformed => "送信時間の形が正しくありません。1970年からの秒数を半角数字で送信してください。",
        Problem::TimeUnsigned => {
            "送信時間だけでは使えません。送信時間を含めて作成したキーまたは署名も送信してください。"
        }
        Problem::TimeOutsideWindow => {
            "送信時間が許容範囲の外です。リクエストのたびに現在の時刻で作り直し、サーバーの時計が合っているか確認してください。"
        }
        Problem::CardOnFileOff => {
            "カード情報保持機能を利用する設定になっていません。購入者IDを送信しないか、設定を有効にしてください。"
        }
        Problem::UserMalformed => {
            "購入者IDの形が正しくありません。半角の英字、数字、記号を30文字以内で送信してください。"
        }
        Problem::Undecodable => {
            "文字コードが加盟店の設定と一致しません。設定の文字コードで送信するか、設定を変更してください。"
        }
        Problem::ControlCharacter => "値に改行などの制御文字が含まれています。取り除いてください。",
        Problem::TooLong => {
            "値が長すぎます。氏名と自由設定項目は全角64文字（半角128文字）、メールアドレスは128文字、電話番号は32文字以内にしてください。"
        }
        Problem::CardNumber => {
            "値にカード番号が含まれています。カード番号は決済ページ以外で受け取らず、送信もしないでください。"
        }
        Problem::AmountMissing => "決済金額がありません。円単位の半角数字で送信してください。",
        Problem::AmountMalformed => {
            "決済金額の形が正しくありません。半角数字だけで、符号、カンマ、小数点、先頭の0を付けずに送信してください。"
        }
        Problem::AmountOutOfRange => {
            "決済金額が範囲の外です。1円から9,999,999円まで、または加盟店の設定の上限までにしてください。"
        }
        Problem::OrderMissing => "伝票番号がありません。注文ごとに異なる番号を送信してください。",
        Problem::OrderMalformed => {
            "伝票番号の形が正しくありません。標準の方式では半角数字1〜18桁、24方式では半角の英字、数字、「_」、「-」で1〜40文字にしてください。"
        }
        Problem::OrderReserved => "9で始まる18桁の伝票番号は、決済サービスが使う範囲です。別の番号にしてください。",
        Problem::ChargeTypeInvalid => "支払い種別が正しくありません。カード決済では1を送信するか、省略してください。",
        Problem::NoContract(method) => match method {
            OtherMethod::ConvenienceStore => {
                "この加盟店には、コンビニ・銀行振込の契約がありません。カード決済では1を送信するか、省略してください。"
            }
            OtherMethod::BuyerChooses => {
                "この加盟店には、支払い方法を選ぶ画面の契約がありません。カード決済では1を送信するか、省略してください。"
            }
            OtherMethod::AccountTransfer => {
                "この加盟店には、口座振替の契約がありません。カード決済では1を送信するか、省略してください。"
            }
            OtherMethod::PayLater => {
                "この加盟店には、後払いの契約がありません。カード決済では1を送信するか、省略してください。"
            }
        },
        Problem::MailMalformed => {
            "メールアドレスの形が正しくありません。128文字以内の正しいアドレスを送信するか、省略してください。"
        }
        Problem::TelMalformed => "電話番号の形が正しくありません。半角数字とハイフンで32文字以内にしてください。",
        Problem::MobileInvalid => "携帯の指定が正しくありません。1を送信するか、省略してください。",
        Problem::RegularInvalid => {
            "定期購入フラグが正しくありません。始めるときは on を送信し、それ以外は省略してください。"
        }
        Problem::RegularKindInvalid => {
            "定期購入種別が正しくありません。加盟店の設定にある1から99の数字を、定期購入フラグと合わせて送信してください。"
        }
        Problem::RegularNotAvailable => {
            "この加盟店には、定期購入の商品が設定されていません。管理画面で設定するか、定期購入フラグを送信しないでください。"
        }
        Problem::RegularKindUnknown => {
            "この定期購入種別には、商品が設定されていません。管理画面の設定にある数字を送信してください。"
        }
        Problem::RegularKindMissing => {
            "定期購入種別がありません。どの商品を申し込むかを、管理画面の設定にある数字で送信してください。"
        }
        Problem::RegularOfferClosed => {
            "この定期購入の受付は終了しています。管理画面で商品と定期購入種別の設定を確認してください。"
        }
        Problem::RegularAmountConflict => {
            "金額が、定期購入の初回の金額と一致しません。初回が無料のときは、2回目以降の金額を送信してください。"
        }
        Problem::ReturnInvalid => "戻り先の番号が正しくありません。1、2、3のいずれかを送信するか、省略してください。",
        Problem::ReturnNotRegistered => {
            "指定された番号の戻り先は登録されていません。設定に戻り先を登録するか、登録済みの番号を送信してください。"
        }
        Problem::LangInvalid => "言語の指定が正しくありません。ja または en を送信するか、省略してください。",
    }
}

const fn request_problem_en(problem: Problem) -> &'static str {
    match problem {
        Problem::TooLarge => "Too much data was sent. Send the parameters that are needed and no others.",
        Problem::TooManyParameters => "There are too many parameters. Send those that are needed and no others.",
        Problem::BadEscape => {
            "The percent-encoding is broken: “%” must be followed by two hex digits. Encode each value once."
        }
        Problem::GivenTwice => "The same parameter was sent twice. Send it once.",
        Problem::MerchantMissing => "The merchant number is missing. Send the number you were given.",
        Problem::MerchantMalformed => "The merchant number is not well-formed. Send 1 to 10 digits.",
        Problem::MerchantConflict => {
            "The address names one merchant and the parameter another. Use one of them, or the same number in both."
        }
        Problem::MerchantOrSignature => {
            "The merchant number or the signature is wrong. Check the merchant number, the key password or signing secret, the order of the signed values and their character encoding."
        }
        Problem::MerchantSuspended => "This merchant is suspended. Please ask the operator of the payment service.",
        Problem::MerchantClosed => "This merchant is closed. Please ask the operator of the payment service.",
        Problem::SigMissing => {
            "This merchant’s settings require a signature on every request. Send a value that begins with “v2:” as the documentation describes."
        }
        Problem::KeyMissing => "A buyer id needs a key or a signature.",
        Problem::KeyWithoutUser => "A key needs a buyer id.",
        Problem::TimeMissing => "A key or a signature needs the time of sending.",
        Problem::TimeMalformed => "The time is not well-formed. Send the seconds since 1970 as digits.",
        Problem::TimeUnsigned => "The time alone has no use. Send the key or the signature that was made over it, too.",
        Problem::TimeOutsideWindow => {
            "The time is too old or too far ahead. Make it anew for each request, and check your server’s clock."
        }
        Problem::CardOnFileOff => {
            "Card-on-file is off for this merchant. Leave the buyer id out, or switch the option on."
        }
        Problem::UserMalformed => "The buyer id is not well-formed. Send up to 30 ASCII letters, digits and symbols.",
        Problem::Undecodable => {
            "The character encoding is not the one in the merchant’s settings. Send that encoding, or change the setting."
        }
        Problem::ControlCharacter => "The value holds control characters, such as a line break. Take them out.",
        Problem::TooLong => {
            "The value is too long. Name and free items take 128 half-width (64 full-width) characters, the e-mail address 128, the phone number 32."
        }
        Problem::CardNumber => {
            "The value holds a card number. Take card numbers nowhere but on the payment page, and never send them."
        }
        Problem::AmountMissing => "The amount is missing. Send it in yen, as digits.",
        Problem::AmountMalformed => {
            "The amount is not well-formed. Send digits only: no sign, comma, decimal point or leading zero."
        }
        Problem::AmountOutOfRange => {
            "The amount is out of range. It must be from 1 to 9,999,999 yen, or up to the limit in the merchant’s settings."
        }
        Problem::OrderMissing => "The order number is missing. Send a number of its own for each order.",
        Problem::OrderMalformed => {
            "The order number is not well-formed. The standard dialect takes 1 to 18 digits, the 24 dialect 1 to 40 ASCII letters, digits, “_” and “-”."
        }
        Problem::OrderReserved => {
            "Order numbers of 18 digits that begin with 9 are the payment service’s own. Use another number."
        }
        Problem::ChargeTypeInvalid => "There is no such kind of payment. For cards send 1, or leave it out.",
        Problem::NoContract(method) => match method {
            OtherMethod::ConvenienceStore => {
                "This merchant has no contract for convenience store or bank transfer payments. For cards send 1, or leave it out."
            }
            OtherMethod::BuyerChooses => {
                "This merchant has no contract for a page that lets the buyer choose. For cards send 1, or leave it out."
            }
            OtherMethod::AccountTransfer => {
                "This merchant has no contract for account transfer. For cards send 1, or leave it out."
            }
            OtherMethod::PayLater => {
                "This merchant has no contract for paying later. For cards send 1, or leave it out."
            }
        },
        Problem::MailMalformed => {
            "The e-mail address is not well-formed. Send a right one of up to 128 characters, or leave it out."
        }
        Problem::TelMalformed => "The phone number is not well-formed. Send up to 32 digits and hyphens.",
        Problem::MobileInvalid => "The mobile flag is not well-formed. Send 1, or leave it out.",
        Problem::RegularInvalid => {
            "The regular purchase flag is not well-formed. Send “on” to start one, otherwise leave it out."
        }
        Problem::RegularKindInvalid => {
            "The kind of regular purchase is not well-formed. Send a number from 1 to 99 that is in the merchant’s settings, together with the regular purchase flag."
        }
        Problem::RegularNotAvailable => {
            "This merchant has no regular purchases in its settings. Set them up in the console, or leave the regular purchase flag out."
        }
        Problem::RegularKindUnknown => {
            "No offer is set for this kind of regular purchase. Send a number that is in the merchant’s settings."
        }
        Problem::RegularKindMissing => {
            "The kind of regular purchase is missing. Say which offer is begun, by a number that is in the merchant’s settings."
        }
        Problem::RegularOfferClosed => {
            "This regular purchase is no longer offered. Check the offer and the kinds of regular purchase in the console."
        }
        Problem::RegularAmountConflict => {
            "The amount is not the first amount of the regular purchase. Where the first time is free, send the amount of the following times."
        }
        Problem::ReturnInvalid => "The destination is not well-formed. Send 1, 2 or 3, or leave it out.",
        Problem::ReturnNotRegistered => {
            "No destination is registered under this number. Register it in the settings, or send the number of one that is."
        }
        Problem::LangInvalid => "There is no such language. Send “ja” or “en”, or leave it out.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_problem_says_what_to_mend_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let texts: BTreeSet<_> = Problem::ALL.iter().map(|problem| request_problem(lang, *problem)).collect();
            assert_eq!(texts.len(), Problem::ALL.len(), "each has a text of its own");
            let end = if lang == Lang::Ja { '。' } else { '.' };
            assert!(texts.iter().all(|text| text.ends_with(end)));
        }
    }
}
