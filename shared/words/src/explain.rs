//! What "check my request" tells a shop's engineer: one or two sentences for each finding, without a value or a secret.

use domain::{
    Lang,
    request::explain::{Advice, Finding, Proof, Seen, Shape, Step},
};

use crate::request::request_problem;

/// A finding in a sentence or two. The steps of a wrong signature stand in [`step`], its message beside it.
pub fn finding(lang: Lang, finding: &Finding) -> String {
    match (lang, finding) {
        (_, Finding::Refused(error)) => request_problem(lang, error.problem()),
        (_, Finding::Advice(given, _)) => return advice(lang, *given),
        (Lang::Ja, Finding::OtherMerchant(_)) => "ほかの加盟店へのリクエストです。管理者番号を確認してください。",
        (Lang::Ja, Finding::NothingToCheckWith(Proof::Key)) => {
            "キー作成用パスワードがまだ設定されていないため、キーを確かめられません。設定で作成してください。"
        }
        (Lang::Ja, Finding::NothingToCheckWith(Proof::Sig)) => {
            "署名のシークレットがまだ設定されていないため、署名を確かめられません。設定で作成してください。"
        }
        (Lang::Ja, Finding::Differs { proof: Proof::Key, steps, .. }) if steps.is_empty() => {
            "キーが一致しません。よくある誤りのどれとも違います。パスワードと、五つの値が送ったものと同じであることを確認してください。"
        }
        (Lang::Ja, Finding::Differs { proof: Proof::Sig, steps, .. }) if steps.is_empty() => {
            "署名が一致しません。よくある誤りのどれとも違います。シークレットと、署名したあとで値が変わっていないことを確認してください。"
        }
        (Lang::Ja, Finding::Differs { proof: Proof::Key, .. }) => "キーの作り方が、次の点で異なります。",
        (Lang::Ja, Finding::Differs { proof: Proof::Sig, .. }) => "署名の作り方が、次の点で異なります。",
        (Lang::En, Finding::OtherMerchant(_)) => "This request is for another merchant. Check the merchant number.",
        (Lang::En, Finding::NothingToCheckWith(Proof::Key)) => {
            "No key password is set yet, so the key can’t be checked. Make one in the settings."
        }
        (Lang::En, Finding::NothingToCheckWith(Proof::Sig)) => {
            "No signing secret is set yet, so the signature can’t be checked. Make one in the settings."
        }
        (Lang::En, Finding::Differs { proof: Proof::Key, steps, .. }) if steps.is_empty() => {
            "The key does not match, and it is none of the usual mistakes. Check the password, and that the five values are the ones that are sent."
        }
        (Lang::En, Finding::Differs { proof: Proof::Sig, steps, .. }) if steps.is_empty() => {
            "The signature does not match, and it is none of the usual mistakes. Check the secret, and that no value changes after signing."
        }
        (Lang::En, Finding::Differs { proof: Proof::Key, .. }) => "The key is made otherwise, in these points.",
        (Lang::En, Finding::Differs { proof: Proof::Sig, .. }) => "The signature is made otherwise, in these points.",
    }
    .to_owned()
}

/// What a request was pasted as.
pub const fn shape(lang: Lang, shape: Shape) -> &'static str {
    match (lang, shape) {
        (Lang::Ja, Shape::Parameters) => "パラメータ（クエリまたは本文）",
        (Lang::Ja, Shape::Address) => "アドレス",
        (Lang::Ja, Shape::Http) => "HTTPリクエスト",
        (Lang::Ja, Shape::Form) => "HTMLのフォーム（ブラウザと同じように送ったものとして確かめました）",
        (Lang::Ja, Shape::Link) => "HTMLのリンク",
        (Lang::En, Shape::Parameters) => "Parameters (a query or a body)",
        (Lang::En, Shape::Address) => "An address",
        (Lang::En, Shape::Http) => "An HTTP request",
        (Lang::En, Shape::Form) => "An HTML form (checked as a browser would send it)",
        (Lang::En, Shape::Link) => "An HTML link",
    }
}

/// The characters that a value was sent in.
pub const fn seen(lang: Lang, seen: Seen) -> &'static str {
    match (lang, seen) {
        (Lang::Ja, Seen::Ascii) => "半角",
        (Lang::En, Seen::Ascii) => "ASCII",
        (Lang::Ja | Lang::En, Seen::Utf8) => "UTF-8",
        (Lang::Ja | Lang::En, Seen::ShiftJis) => "Shift_JIS",
        (Lang::Ja, Seen::Either) => "UTF-8（Shift_JIS としても読めます）",
        (Lang::En, Seen::Either) => "UTF-8 (can be read as Shift_JIS, too)",
        (Lang::Ja, Seen::Neither) => "UTF-8でもShift_JISでもありません",
        (Lang::En, Seen::Neither) => "Neither UTF-8 nor Shift_JIS",
    }
}

fn advice(lang: Lang, advice: Advice) -> String {
    match (lang, advice) {
        (Lang::Ja, Advice::NameCase(field)) => {
            format!("「{}」に似ていますが、大文字と小文字が違います。", field.name())
        }
        (Lang::En, Advice::NameCase(field)) => format!("This looks like “{}” in another case.", field.name()),
        (Lang::Ja, Advice::NameOfOtherDialect(field)) => {
            format!("「{}」を表す別の形式の名前です。この加盟店の形式の名前で送信してください。", field.name())
        }
        (Lang::En, Advice::NameOfOtherDialect(field)) => {
            format!("This is the other dialect’s name of “{}”. Send the name of your own dialect.", field.name())
        }
        (Lang::Ja, Advice::ClockOff(ahead_s)) if ahead_s > 0 => {
            format!("送信時間が{ahead_s}秒進んでいます。サーバーの時計を合わせてください。")
        }
        (Lang::Ja, Advice::ClockOff(ahead_s)) => {
            format!("送信時間が{}秒前のものです。表示のたびに作り直してください。", ahead_s.unsigned_abs())
        }
        (Lang::En, Advice::ClockOff(ahead_s)) if ahead_s > 0 => {
            format!("The time is {ahead_s} seconds ahead. Set the server’s clock.")
        }
        (Lang::En, Advice::ClockOff(ahead_s)) => {
            format!("The time is {} seconds old. Make it anew for each visit.", ahead_s.unsigned_abs())
        }
        (Lang::Ja, other) => advice_ja(other).to_owned(),
        (Lang::En, other) => advice_en(other).to_owned(),
    }
}

const fn advice_ja(advice: Advice) -> &'static str {
    match advice {
        Advice::OtherPath => "決済ページのアドレスは「/pay」か「/pay/管理者番号」です。このアドレスは違います。",
        Advice::Fragment => "「#」から後は、サーバーに届きません。値の中の「#」は「%23」と書いてください。",
        Advice::QueryOfPost => {
            "POST では、アドレスに付けたパラメータは読み取りません。すべて本文（フォームの項目）で送信してください。"
        }
        Advice::QueryOfGet => {
            "GET のフォームでは、アドレスに付けたパラメータは失われます。すべてフォームの項目にしてください。"
        }
        Advice::OtherContentType => {
            "本文は application/x-www-form-urlencoded で送信してください。ほかの形式は読み取りません。"
        }
        Advice::CharsetNotSaid => {
            "フォームに accept-charset がありません。ページの文字コードで送信されるため、設定の文字コードと違うと読み取れません。"
        }
        Advice::NumberInAddress => {
            "管理者番号がありません。「/pay/管理者番号」に送信している場合は問題ありません。「/pay」の場合は必要です。"
        }
        Advice::Unsigned => {
            "署名がないため、購入者が金額を書き換えられます。署名するか、戻りのときに金額を必ず照合してください。"
        }
        Advice::EncodedTwice => {
            "値がパーセントエンコードされたまま残っています。二重にエンコードしていないか確認してください。"
        }
        Advice::HtmlEscape => {
            "HTMLの文字参照が含まれています。HTMLの外ではエスケープしないでください。文字コードにない文字をブラウザが置き換えた場合もあります。"
        }
        Advice::PlusIsSpace => "「+」は空白として読み取られます。「+」そのものは「%2B」と書いてください。",
        Advice::SpaceAround => "値の前後に空白か改行があります。取り除いてください。",
        Advice::FullWidth => "全角の文字が含まれています。半角で送信してください。",
        Advice::SentInUtf8 => "値は UTF-8 のようですが、設定は Shift_JIS です。どちらかに合わせてください。",
        Advice::SentInShiftJis => "値は Shift_JIS のようですが、設定は UTF-8 です。どちらかに合わせてください。",
        Advice::Milliseconds => "送信時間がミリ秒です。1000で割り、整数の秒で送信してください。",
        Advice::JapanTime => {
            "送信時間が9時間進んでいます。日本時間を世界協定時として計算していないか確認してください。"
        }
        Advice::NameCase(_) | Advice::NameOfOtherDialect(_) | Advice::ClockOff(_) => "",
    }
}

const fn advice_en(advice: Advice) -> &'static str {
    match advice {
        Advice::OtherPath => {
            "The payment page is at “/pay” or “/pay/” and the merchant number. This address is another."
        }
        Advice::Fragment => "What follows “#” never reaches a server. Write “%23” for a “#” in a value.",
        Advice::QueryOfPost => {
            "With POST, parameters in the address are not read. Send all of them in the body, as fields of the form."
        }
        Advice::QueryOfGet => {
            "A form that is sent by GET loses the parameters in its address. Make all of them fields of the form."
        }
        Advice::OtherContentType => "Send the body as application/x-www-form-urlencoded. Nothing else is read.",
        Advice::CharsetNotSaid => {
            "The form has no accept-charset. It is sent in the page’s encoding, which must be the one in your settings."
        }
        Advice::NumberInAddress => {
            "There is no merchant number. That is right if you send to “/pay/” and the number; “/pay” alone needs it."
        }
        Advice::Unsigned => {
            "Without a signature a shopper can change the amount. Sign, or compare the amount when the shopper comes back."
        }
        Advice::EncodedTwice => {
            "The value is still percent-encoded after it was read. Look whether it is encoded twice."
        }
        Advice::HtmlEscape => {
            "There is an HTML escape in it. Outside HTML leave it out; or a browser replaced a character that the encoding lacks."
        }
        Advice::PlusIsSpace => "A “+” is read as a space. Write “%2B” for a plus sign.",
        Advice::SpaceAround => "There is a space or line break around the value. Take it out.",
        Advice::FullWidth => "There are full-width characters in it. Send half-width ones.",
        Advice::SentInUtf8 => "The value looks like UTF-8, and your settings say Shift_JIS. Change one of them.",
        Advice::SentInShiftJis => "The value looks like Shift_JIS, and your settings say UTF-8. Change one of them.",
        Advice::Milliseconds => "The time is in milliseconds. Divide by 1,000 and send whole seconds.",
        Advice::JapanTime => "The time is nine hours ahead. Look whether Japan’s time is taken for UTC.",
        Advice::NameCase(_) | Advice::NameOfOtherDialect(_) | Advice::ClockOff(_) => "",
    }
}

/// What to do otherwise when making a key or signature.
pub fn step(lang: Lang, step: Step) -> String {
    match (lang, step) {
        (Lang::Ja, Step::LeftOut(field)) => {
            format!(
                "「{}」が署名に含まれていないか、署名のあとで加えられています。送るパラメータはすべて署名してください。",
                field.name()
            )
        }
        (Lang::En, Step::LeftOut(field)) => {
            format!("“{}” is not signed, or was added after signing. Sign every parameter that is sent.", field.name())
        }
        (Lang::Ja, other) => step_ja(other).to_owned(),
        (Lang::En, other) => step_en(other).to_owned(),
    }
}

const fn step_ja(step: Step) -> &'static str {
    match step {
        Step::Prefix => "値の先頭に、小文字の「v2:」を付けてください。",
        Step::SpaceAround => "値の前後に空白か改行が付いています。",
        Step::Base64 => "Base64 になっています。16進で表してください。",
        Step::Length => "長さが違います。SHA-256 の16進は64桁です（32桁なら MD5、40桁なら SHA-1 です）。",
        Step::NotHex => "16進ではない文字が含まれています。",
        Step::NotEncoded => "値をパーセントエンコードしてから計算してください。",
        Step::EncodedTwice => "パーセントエンコードが二重です。一度だけにしてください。",
        Step::LowerCaseHex => "パーセントエンコードの16進を大文字にしてください（%2b ではなく %2B）。",
        Step::FormEncoding => {
            "フォーム用のエンコードになっています。空白は「+」ではなく「%20」、「~」はそのまま、「*」は「%2A」にしてください。"
        }
        Step::UriComponent => {
            "「! ' ( ) *」もエンコードしてください。JavaScript の encodeURIComponent は、これらをそのまま残します。"
        }
        Step::Order => "パラメータの並べ方が違います。",
        Step::ValuesOnly => "値だけでなく、「名前=値」の形で並べてください。",
        Step::WireNames => {
            "キーの計算では、名前を変更した場合や24形式でも、admin、amount、charge、user、time を使ってください。"
        }
        Step::LineBreakAtEnd => "計算する文字列の末尾に改行が付いています。",
        Step::LineBreaks => {
            "行の区切りは改行文字（LF）一つです。CR LF や、「\\」と「n」の二文字になっていないか確認してください。"
        }
        Step::NoLines => "正規形の前に「kessai-sig-v2」と「request」の二行が必要です。",
        Step::Direction => "二行めは「request」です。「handover」は戻りの署名に使います。",
        Step::SecretAsText => "シークレットは、64桁の16進を32バイトに復号してから使ってください。",
        Step::NoHmac => "HMAC-SHA256 で計算してください。文字列の後ろにシークレットを付けた SHA-256 ではありません。",
        Step::Hmac => "キーは HMAC ではなく、末尾にパスワードを付けた文字列の SHA-256 です。",
        Step::NoAmpersand => "パスワードの前にも「&」が必要です。",
        Step::PasswordEncoded => "パスワードは、エンコードせずそのまま付けてください。",
        Step::PasswordNamed => "パスワードには名前を付けず、「&」の後に値だけを付けてください。",
        Step::PasswordFirst => "パスワードは末尾に付けてください。",
        Step::NoPassword => "末尾に「&」とパスワードを付けてください。",
        Step::OtherEncoding => "送る値と違う文字コードで計算しています。送るバイト列で計算してください。",
        Step::EmptyLeftOut => "空のパラメータも、送る場合は署名に含めてください。",
        Step::UnknownLeftOut => {
            "こちらで使わないパラメータが署名に含まれていないか、署名のあとで加えられています。送るパラメータはすべて署名してください。"
        }
        Step::NumberAdded => "管理者番号をアドレスだけで送る場合は、署名に含めないでください。",
        Step::NumberLeftOut => "管理者番号が空のまま計算されています。",
        Step::OtherTime => "計算に使った時刻と、送った送信時間が違います。時刻は一度だけ読み取ってください。",
        Step::UserCase => "購入者IDは、大文字と小文字を変えずに計算してください。",
        Step::LeftOut(_) => "",
    }
}

const fn step_en(step: Step) -> &'static str {
    match step {
        Step::Prefix => "Begin the value with “v2:” in lower case.",
        Step::SpaceAround => "There is a space or line break around the value.",
        Step::Base64 => "It is base64. Write it in hex.",
        Step::Length => "The length is wrong. SHA-256 has 64 hex digits (32 would be MD5, 40 SHA-1).",
        Step::NotHex => "It has characters that are no hex digits.",
        Step::NotEncoded => "Percent-encode the values before you compute it.",
        Step::EncodedTwice => "The values are percent-encoded twice. Once is right.",
        Step::LowerCaseHex => "Use upper-case hex in the percent-encoding (%2B, not %2b).",
        Step::FormEncoding => "That is a form’s encoding. A space is “%20” and not “+”, “~” stays, “*” is “%2A”.",
        Step::UriComponent => "Encode “! ' ( ) *”, too. JavaScript’s encodeURIComponent leaves them as they are.",
        Step::Order => "The parameters stand in another order.",
        Step::ValuesOnly => "Write “name=value”, not the values alone.",
        Step::WireNames => {
            "Inside the key the names are admin, amount, charge, user and time, whatever they are called on the wire."
        }
        Step::LineBreakAtEnd => "There is a line break at the end of the message.",
        Step::LineBreaks => "Lines are joined by one line feed (LF): no CR LF, and not a backslash and an n.",
        Step::NoLines => "The two lines “kessai-sig-v2” and “request” must stand before the canonical form.",
        Step::Direction => "The second line is “request”. “handover” is for what comes back.",
        Step::SecretAsText => "Decode the secret’s 64 hex digits to 32 bytes before you use it.",
        Step::NoHmac => "Use HMAC-SHA256, not SHA-256 over the message and the secret.",
        Step::Hmac => "The key is no HMAC: it is SHA-256 over the message with the password at its end.",
        Step::NoAmpersand => "There must be a “&” before the password, too.",
        Step::PasswordEncoded => "Append the password as it is, not encoded.",
        Step::PasswordNamed => "Append the password without a name: “&” and its value.",
        Step::PasswordFirst => "Append the password at the end.",
        Step::NoPassword => "Append “&” and the password.",
        Step::OtherEncoding => {
            "It is computed in another encoding than the values are sent in. Use the bytes that are sent."
        }
        Step::EmptyLeftOut => "Sign empty parameters, too, if you send them.",
        Step::UnknownLeftOut => {
            "A parameter that we don’t use is not signed, or was added after signing. Sign every parameter that is sent."
        }
        Step::NumberAdded => "If the merchant number is sent in the address alone, leave it out of the signature.",
        Step::NumberLeftOut => "It is computed with an empty merchant number.",
        Step::OtherTime => "It is computed with another time than the one that is sent. Read the clock once.",
        Step::UserCase => "Leave the case of the buyer id as it is.",
        Step::LeftOut(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::request::Field;

    const ADVICE: [Advice; 21] = [
        Advice::OtherPath,
        Advice::Fragment,
        Advice::QueryOfPost,
        Advice::QueryOfGet,
        Advice::OtherContentType,
        Advice::CharsetNotSaid,
        Advice::NumberInAddress,
        Advice::Unsigned,
        Advice::EncodedTwice,
        Advice::HtmlEscape,
        Advice::PlusIsSpace,
        Advice::SpaceAround,
        Advice::FullWidth,
        Advice::SentInUtf8,
        Advice::SentInShiftJis,
        Advice::NameCase(Field::Amount),
        Advice::NameOfOtherDialect(Field::Amount),
        Advice::Milliseconds,
        Advice::JapanTime,
        Advice::ClockOff(400),
        Advice::ClockOff(-4000),
    ];

    const STEPS: [Step; 33] = [
        Step::Prefix,
        Step::SpaceAround,
        Step::Base64,
        Step::Length,
        Step::NotHex,
        Step::NotEncoded,
        Step::EncodedTwice,
        Step::LowerCaseHex,
        Step::FormEncoding,
        Step::UriComponent,
        Step::Order,
        Step::ValuesOnly,
        Step::WireNames,
        Step::LineBreakAtEnd,
        Step::LineBreaks,
        Step::NoLines,
        Step::Direction,
        Step::SecretAsText,
        Step::NoHmac,
        Step::Hmac,
        Step::NoAmpersand,
        Step::PasswordEncoded,
        Step::PasswordNamed,
        Step::PasswordFirst,
        Step::NoPassword,
        Step::OtherEncoding,
        Step::EmptyLeftOut,
        Step::LeftOut(Field::Charge),
        Step::UnknownLeftOut,
        Step::NumberAdded,
        Step::NumberLeftOut,
        Step::OtherTime,
        Step::UserCase,
    ];

    #[test]
    fn everything_is_told_in_both_languages() {
        for lang in [Lang::Ja, Lang::En] {
            let end = if lang == Lang::Ja { '。' } else { '.' };
            let advice = ADVICE.map(|given| advice(lang, given));
            let steps = STEPS.map(|given| step(lang, given));
            let proofs = [Proof::Key, Proof::Sig].map(|proof| finding(lang, &Finding::NothingToCheckWith(proof)));
            let told: Vec<_> = advice.into_iter().chain(steps).chain(proofs).collect();
            for text in &told {
                assert!(text.trim_end_matches(['）', ')']).ends_with(end), "{lang:?}: {text}");
            }
            let different: std::collections::BTreeSet<_> = told.iter().collect();
            assert_eq!(different.len(), told.len(), "{lang:?}: two texts are the same");
        }
    }
}
