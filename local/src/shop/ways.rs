//! Every way to send a shopper to pay: for each demo merchant the form's fields and the link, with keys and signatures made here,
//! on the shop's server, as they have to be.

use data_encoding::HEXLOWER;
use domain::Lang;
use domain::merchant::{Dialect, Encoding};
use domain::signing::{KeyFields, KeyPassword, SigSecret, card_on_file_key, sign_request};
use domain::text;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::world::{DemoMerchant, MERCHANTS, SUBSCRIBED};

/// One way to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) merchant: &'static str,
    pub(super) title: String,
    pub(super) about: &'static str,
    pub(super) charset: &'static str,
    /// Where both lead.
    pub(super) action: String,
    /// The POST form's fields.
    pub(super) fields: Vec<(String, String)>,
    /// The parameter by which a destination is chosen, and how many there are; not where it is signed.
    pub(super) destinations: Option<(&'static str, Vec<(u8, &'static str)>)>,
    /// The GET link.
    pub(super) link: String,
}

/// What is to be paid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purchase<'a> {
    pub(super) amount: u32,
    /// The `regular_kind` of a regular purchase.
    pub(super) regular: Option<&'static str>,
    pub(super) lang: Lang,
    pub(super) now: Timestamp,
    pub(super) page_origin: &'a str,
}

/// All ways to pay this purchase; `number` opens an order of a merchant.
pub(super) fn all(purchase: Purchase<'_>, mut number: impl FnMut(&'static str) -> String) -> Vec<Way> {
    let sells = |merchant: &&DemoMerchant| purchase.regular.is_none() || SUBSCRIBED.contains(&merchant.id);
    let merchants = || MERCHANTS.iter().filter(sells);
    let mut ways: Vec<Way> = merchants().map(|merchant| way(merchant, false, purchase, &mut number)).collect();
    let with_cards = merchants().filter(|merchant| merchant.key_password.is_some());
    ways.extend(with_cards.map(|merchant| way(merchant, true, purchase, &mut number)));
    ways
}

fn way(
    merchant: &'static DemoMerchant,
    card_on_file: bool,
    purchase: Purchase<'_>,
    number: &mut impl FnMut(&'static str) -> String,
) -> Way {
    let fields = signed(merchant, card_on_file, purchase, &number(merchant.id));
    let linked = signed(merchant, card_on_file, purchase, &number(merchant.id));
    let action = format!("{}/pay", purchase.page_origin);
    let choice = match merchant.dialect {
        Dialect::Asj => "return",
        Dialect::TwentyFour => "URL",
    };
    let paths = (1_u8..).zip(merchant.destinations.iter().map(|(_, path)| *path)).collect();
    Way {
        merchant: merchant.id,
        title: format!("{} {}", merchant.id, merchant.name),
        about: about(merchant, card_on_file, purchase.lang),
        charset: text::charset(merchant.encoding),
        link: format!("{action}?{}", query(&linked, merchant.encoding)),
        action,
        fields,
        destinations: (merchant.sig_secret_hex.is_none() && merchant.destinations.len() > 1).then_some((choice, paths)),
    }
}

fn about(merchant: &DemoMerchant, card_on_file: bool, lang: Lang) -> &'static str {
    let signed = merchant.sig_secret_hex.is_some();
    match (lang, merchant.dialect, merchant.encoding, signed, card_on_file) {
        (Lang::Ja, _, _, true, _) => "強い署名 sig=v2（必須）。戻りにも署名が付きます。",
        (Lang::En, _, _, true, _) => "Strong signature sig=v2, required; what comes back is signed, too.",
        (Lang::Ja, _, _, _, true) => "カード情報保持: user・time・key を店のサーバーで計算して送ります。",
        (Lang::En, _, _, _, true) => "Card on file: user, time and key, computed on the shop's server.",
        (Lang::Ja, _, Encoding::ShiftJis, ..) => "ASJ 形式、Shift_JIS の店です。",
        (Lang::En, _, Encoding::ShiftJis, ..) => "ASJ dialect, a shop that speaks Shift_JIS.",
        (Lang::Ja, Dialect::TwentyFour, ..) => "24 形式: SID・AMT・OID で送り、RC で返ります。",
        (Lang::En, Dialect::TwentyFour, ..) => "24 dialect: SID, AMT, OID out, RC back.",
        (Lang::Ja, Dialect::Asj, ..) => "ASJ 形式: admin・amount・charge で送り、result で返ります。",
        (Lang::En, Dialect::Asj, ..) => "ASJ dialect: admin, amount, charge out, result back.",
    }
}

fn signed(merchant: &DemoMerchant, card_on_file: bool, purchase: Purchase<'_>, order: &str) -> Vec<(String, String)> {
    let (name, free) = match merchant.lang {
        Lang::Ja => ("山田 太郎", "会員 表示ソフト-1024"),
        Lang::En => ("Taro Yamada", "member-1024"),
    };
    let amount = purchase.amount.to_string();
    let names = match merchant.dialect {
        Dialect::Asj => ["admin", "amount", "charge", "name", "mail", "free1"],
        Dialect::TwentyFour => ["SID", "AMT", "OID", "NAME", "EMAIL", "ITEM1"],
    };
    let values = [merchant.id, amount.as_str(), order, name, "buyer@example.com", free];
    let mut fields: Vec<(String, String)> =
        names.iter().zip(values).map(|(n, v)| ((*n).to_owned(), v.to_owned())).collect();
    if let Some(kind) = purchase.regular {
        fields.extend([("regular", "on".to_owned()), ("regular_kind", kind.to_owned())].map(owned));
    }
    fields.push(("lang".to_owned(), purchase.lang.tag().to_owned()));
    let time = purchase.now.as_second().to_string();
    if card_on_file && let Some(Ok(password)) = merchant.key_password.map(KeyPassword::new) {
        let user = "buyer-1024";
        let parts = KeyFields {
            admin: merchant.id.as_bytes(),
            amount: amount.as_bytes(),
            charge: order.as_bytes(),
            user: user.as_bytes(),
            time: time.as_bytes(),
        };
        let key = HEXLOWER.encode(&card_on_file_key(parts, &password));
        fields.extend([("user", user.to_owned()), ("time", time.clone()), ("key", key)].map(owned));
    }
    if let Some(Ok(secret)) = merchant.sig_secret_hex.map(SigSecret::from_hex) {
        fields.push(owned(("time", time)));
        let bytes = raw(&fields, merchant.encoding);
        let sig = sign_request(&secret, bytes.iter().map(|(name, value)| (name.as_slice(), value.as_slice())));
        fields.push(owned(("sig", sig)));
    }
    fields
}

fn owned((name, value): (&str, String)) -> (String, String) {
    (name.to_owned(), value)
}

/// The bytes that a form in this encoding sends.
fn raw(fields: &[(String, String)], encoding: Encoding) -> Vec<(Vec<u8>, Vec<u8>)> {
    fields.iter().map(|(name, value)| (name.clone().into_bytes(), text::encode(value, encoding))).collect()
}

fn query(fields: &[(String, String)], encoding: Encoding) -> String {
    let pairs = raw(fields, encoding).into_iter().map(|(name, value)| {
        format!("{}={}", percent_encode(&name, NON_ALPHANUMERIC), percent_encode(&value, NON_ALPHANUMERIC))
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::signing::{verify_key, verify_request};
    use domain::wire::Parameters;

    fn ways() -> Vec<Way> {
        of(None)
    }

    fn of(regular: Option<&'static str>) -> Vec<Way> {
        let purchase = Purchase {
            amount: 2000,
            regular,
            lang: Lang::Ja,
            now: "2026-11-21T10:30:00Z".parse().unwrap(),
            page_origin: "http://localhost:9000",
        };
        let mut numbers = 101..;
        all(purchase, |_| numbers.next().unwrap_or_default().to_string())
    }

    #[test]
    fn each_form_and_link_is_an_order_of_its_own() {
        let ways = ways();
        assert_eq!(ways.len(), 5);
        let first = &ways[0];
        assert_eq!(first.fields[2], ("charge".to_owned(), "101".to_owned()));
        assert!(first.link.starts_with("http://localhost:9000/pay?admin=4000&amount=2000&charge=102&"));
    }

    #[test]
    fn what_has_to_be_signed_is() {
        for way in ways() {
            let query = way.link.split_once('?').unwrap().1;
            let parameters = Parameters::parse(query.as_bytes()).unwrap();
            let value = |name| parameters.value(name).unwrap_or_default();
            if way.merchant == "7000" {
                let secret = SigSecret::from_hex(crate::world::SIG_SECRET_HEX).unwrap();
                let rest = parameters.iter().filter(|(name, _)| *name != b"sig");
                assert!(verify_request(value("sig"), &[secret], rest));
                assert!(way.destinations.is_none());
            } else if parameters.value("key").is_some() {
                let fields = KeyFields {
                    admin: value("admin"),
                    amount: value("amount"),
                    charge: value("charge"),
                    user: value("user"),
                    time: value("time"),
                };
                assert!(verify_key(value("key"), fields, &[KeyPassword::new("abcd1234").unwrap()]));
            }
        }
    }

    #[test]
    fn a_regular_purchase_is_asked_for_by_name() {
        let ways = of(Some("1"));
        let merchants: Vec<_> = ways.iter().map(|way| way.merchant).collect();
        assert_eq!(merchants, ["4000", "2400", "4000"]);
        for way in ways {
            let asked =
                |name: &str| way.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
            assert_eq!((asked("regular"), asked("regular_kind")), (Some("on"), Some("1")));
            assert!(way.link.contains("&regular=on&regular%5Fkind=1"), "{}", way.link);
        }
    }

    #[test]
    fn a_shift_jis_link_carries_shift_jis() {
        let way = ways().into_iter().find(|way| way.merchant == "9320").unwrap();
        assert_eq!(way.charset, "Shift_JIS");
        assert!(way.link.contains("name=%8ER%93c%20%91%BE%98Y"), "{}", way.link);
    }
}
