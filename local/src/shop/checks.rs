//! What a shop's program must check in what comes back, done here as an example to copy.

use domain::Lang;
use domain::merchant::Dialect;
use domain::signing::{HandoverRefusal, SigSecret, verify_handover};
use domain::wire::Parameters;
use jiff::Timestamp;

use crate::world::{DemoMerchant, MERCHANTS};

/// One check and how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) passed: bool,
    pub(super) text: String,
}

/// What the shop makes of it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Paid, and every check passed.
    Paid,
    /// Not paid, and every check passed.
    Unpaid,
    /// Nothing is wrong with it, but the shop has no such order.
    Unknown,
    /// Something doesn't fit.
    Doubtful,
}

/// What came back, where, and what the shop knows.
pub(super) struct Arrival<'a> {
    pub(super) parameters: &'a Parameters,
    /// The registered address, as it stands at the provider.
    pub(super) address: &'a str,
    pub(super) now: Timestamp,
    pub(super) lang: Lang,
    /// The order's amount in the shop's own book.
    pub(super) ordered: Option<u32>,
}

/// The merchant that it is about. The 24 dialect sends no merchant number: its page is its own.
pub(super) fn merchant(parameters: &Parameters) -> Option<&'static DemoMerchant> {
    let dialect_24 =
        || parameters.value("RC").and_then(|_| MERCHANTS.iter().find(|m| m.dialect == Dialect::TwentyFour));
    let named = |admin: &[u8]| MERCHANTS.iter().find(|merchant| merchant.id.as_bytes() == admin);
    parameters.value("admin").map_or_else(dialect_24, named)
}

/// The order number that it names.
pub(super) fn order<'a>(merchant: &DemoMerchant, parameters: &'a Parameters) -> Option<&'a str> {
    let name = match merchant.dialect {
        Dialect::Asj => "charge",
        Dialect::TwentyFour => "OID",
    };
    std::str::from_utf8(parameters.value(name)?).ok()
}

/// Checks everything; the order is the one to copy.
pub(super) fn check(merchant: &DemoMerchant, arrival: &Arrival<'_>) -> (Verdict, Vec<Check>) {
    let (result, amount, paid, unpaid) = match merchant.dialect {
        Dialect::Asj => ("result", "amount", b"0", b"1"),
        Dialect::TwentyFour => ("RC", "AMT", b"0", b"9"),
    };
    let mut checks = Vec::new();
    if let Some(Ok(secret)) = merchant.sig_secret_hex.map(SigSecret::from_hex) {
        checks.push(signature(&secret, arrival));
    }
    // `result` has to exist and to be this text: an empty or missing value is equal to 0 in some languages
    let value = arrival.parameters.value(result);
    let known = value == Some(paid) || value == Some(unpaid);
    let shown = value.map_or("-".into(), String::from_utf8_lossy);
    checks.push(Check {
        passed: known,
        text: match arrival.lang {
            Lang::Ja => format!("{result} があり、文字列として一致するか: {shown}"),
            Lang::En => format!("{result} is there and equals a known text: {shown}"),
        },
    });
    let genuine = checks.iter().all(|check| check.passed);
    let by_link = order(merchant, arrival.parameters).is_some_and(is_links_order);
    let own = amounts(amount, arrival, by_link);
    let verdict = match (genuine, own.passed, arrival.ordered.is_some() || by_link) {
        (false, ..) | (true, false, true) => Verdict::Doubtful,
        (true, _, false) => Verdict::Unknown,
        (true, true, true) if value == Some(paid) => Verdict::Paid,
        (true, true, true) => Verdict::Unpaid,
    };
    checks.push(own);
    (verdict, checks)
}

/// Links' orders get their number from the provider: 18 digits, the first a 9. A shop finds them in the console.
fn is_links_order(order: &str) -> bool {
    order.len() == 18 && order.starts_with('9') && order.bytes().all(|byte| byte.is_ascii_digit())
}

fn signature(secret: &SigSecret, arrival: &Arrival<'_>) -> Check {
    let verified = verify_handover(std::slice::from_ref(secret), arrival.address, arrival.parameters, arrival.now);
    let text = match (arrival.lang, verified) {
        (Lang::Ja, Ok(())) => "sig が正しく、time が ±300 秒以内です。",
        (Lang::En, Ok(())) => "sig is right and time is within ±300 s.",
        (Lang::Ja, Err(HandoverRefusal::SigMissing)) => "sig がありません。",
        (Lang::En, Err(HandoverRefusal::SigMissing)) => "sig is missing.",
        (Lang::Ja, Err(HandoverRefusal::SigWrong)) => "sig が合いません。",
        (Lang::En, Err(HandoverRefusal::SigWrong)) => "sig doesn't match.",
        (Lang::Ja, Err(HandoverRefusal::TimeMalformed)) => "time がないか、数字ではありません。",
        (Lang::En, Err(HandoverRefusal::TimeMalformed)) => "time is missing or no number.",
        (Lang::Ja, Err(HandoverRefusal::TimeOutsideWindow)) => "time が ±300 秒を超えています（再送の疑い）。",
        (Lang::En, Err(HandoverRefusal::TimeOutsideWindow)) => "time is more than 300 s away (maybe sent again).",
    };
    Check { passed: verified.is_ok(), text: text.to_owned() }
}

fn amounts(name: &str, arrival: &Arrival<'_>, by_link: bool) -> Check {
    let got = arrival.parameters.value(name).map_or("-".into(), String::from_utf8_lossy).into_owned();
    match arrival.ordered {
        Some(ordered) => Check {
            passed: got == ordered.to_string(),
            text: match arrival.lang {
                Lang::Ja => format!("{name} が店の注文の金額と同じか: {got} / {ordered}"),
                Lang::En => format!("{name} equals the order's amount in the shop's book: {got} / {ordered}"),
            },
        },
        None if by_link => Check {
            passed: true,
            text: match arrival.lang {
                Lang::Ja => format!("支払いリンクの注文です。金額はリンクの設定どおりです。{name}: {got}"),
                Lang::En => format!("An order of a payment link; its amount is the link's. {name}: {got}"),
            },
        },
        None => Check {
            passed: false,
            text: match arrival.lang {
                Lang::Ja => format!("この注文番号は店の台帳にありません。{name}: {got}"),
                Lang::En => format!("This order number is not in the shop's book. {name}: {got}"),
            },
        },
    }
}

/// What the page says to whoever writes a shop.
pub(super) const fn advice(lang: Lang) -> [&'static str; 6] {
    match lang {
        Lang::Ja => [
            "result（RC）が存在することを確かめてから、文字列として \"0\" と比べます。数値として比べると、空の値も 0 になります。",
            "amount（AMT）を、自分の注文の金額と比べます。署名のない店では、金額はブラウザーで書き換えられます。",
            "charge（OID）が自分の未払いの注文であり、一度しか処理しないことを確かめます。",
            "sig を付けて戻す設定にして、sig と time（±300 秒）を確かめます。パラメーターを信じてよい根拠は、これだけです。",
            "リファラーは何も証明しません。フリー項目に入れた合言葉は、送った本人には見えています。",
            "POST で戻る場合、SameSite=Lax のクッキーは送られません。セッションが要るなら GET の戻り先にします。",
        ],
        Lang::En => [
            "Check that result (RC) exists, then compare it with \"0\" as text. As a number, an empty value is 0, too.",
            "Compare amount (AMT) with your own order. Without signatures a browser can change the amount.",
            "Check that charge (OID) is an unpaid order of yours, and handle it only once.",
            "Have hand-overs signed, and check sig and time (±300 s). Nothing else is a reason to believe the parameters.",
            "The referrer proves nothing. A password in a free item is seen by the shopper who sends it.",
            "A SameSite=Lax cookie isn't sent with a cross-site POST: use a GET destination where you need the session.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::signing::sign_handover;

    fn verdict(query: &str, ordered: Option<u32>) -> Verdict {
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let merchant = merchant(&parameters).unwrap();
        let arrival = Arrival {
            parameters: &parameters,
            address: "http://127.0.0.1:9000/shop/thanks",
            now: Timestamp::from_second(1_000_000).unwrap(),
            lang: Lang::En,
            ordered,
        };
        check(merchant, &arrival).0
    }

    #[test]
    fn only_the_exact_text_means_paid() {
        for (query, ordered, expected) in [
            ("admin=4000&amount=2000&charge=1&result=0", Some(2000), Verdict::Paid),
            ("admin=4000&amount=2000&charge=1&result=1", Some(2000), Verdict::Unpaid),
            ("admin=4000&amount=2000&charge=1&result=", Some(2000), Verdict::Doubtful),
            ("admin=4000&amount=2000&charge=1", Some(2000), Verdict::Doubtful),
            ("admin=4000&amount=2000&charge=1&result=00", Some(2000), Verdict::Doubtful),
            ("admin=4000&amount=1&charge=1&result=0", Some(2000), Verdict::Doubtful),
            ("admin=4000&amount=2000&charge=1&result=0", None, Verdict::Unknown),
            ("admin=4000&amount=2000&charge=1&result=2", None, Verdict::Doubtful),
            ("admin=4000&amount=2000&charge=912345678901234567&result=0", None, Verdict::Paid),
            ("admin=4000&amount=1&charge=912345678901234567&result=0", Some(2000), Verdict::Doubtful),
            ("RC=0&OID=1&AMT=2000", Some(2000), Verdict::Paid),
            ("RC=9&OID=1&AMT=2000", Some(2000), Verdict::Unpaid),
            ("RC=1&OID=1&AMT=2000", Some(2000), Verdict::Doubtful),
        ] {
            assert_eq!(verdict(query, ordered), expected, "{query}");
        }
    }

    #[test]
    fn a_signed_shop_believes_its_signature_only() {
        let secret = SigSecret::from_hex(crate::world::SIG_SECRET_HEX).unwrap();
        let fields = [("admin", "7000"), ("amount", "2000"), ("charge", "1"), ("result", "0"), ("time", "1000000")];
        let bytes = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let sig = sign_handover(&secret, "http://127.0.0.1:9000/shop/thanks", bytes);
        let query = fields.map(|(name, value)| format!("{name}={value}")).join("&");
        assert_eq!(verdict(&format!("{query}&sig={sig}"), Some(2000)), Verdict::Paid);
        assert_eq!(verdict(&query, Some(2000)), Verdict::Doubtful);
        let other = query.replace("result=0", "result=1");
        assert_eq!(verdict(&format!("{other}&sig={sig}"), Some(2000)), Verdict::Doubtful);
    }
}
