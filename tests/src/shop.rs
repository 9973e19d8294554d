//! A shop's request to the payment page, made as the shop's program makes it.

use bytes::Bytes;
use domain::merchant::Dialect;
use domain::signing::{KeyFields, KeyPassword, SigSecret, card_on_file_key, sign_request};
use http::Request;
use jiff::Timestamp;
use local::world::{DemoMerchant, MERCHANTS};

use crate::encode::{Charset, form_encoded};

/// Parameters on their way to `/pay`. Names are given as ASJ's; the 24 dialect's default names are put in.
#[derive(Clone, Debug)]
pub struct ShopRequest {
    merchant: &'static DemoMerchant,
    in_path: bool,
    parameters: Vec<(String, Vec<u8>)>,
}

impl ShopRequest {
    /// A request of a demo merchant: its number, an amount and an order number.
    #[must_use]
    pub fn new(merchant: &str, amount: u32, charge: &str) -> Self {
        let merchant = MERCHANTS.iter().find(|demo| demo.id == merchant).expect("a demo merchant");
        let request = Self { merchant, in_path: false, parameters: Vec::new() };
        request.with("admin", merchant.id).with("amount", &amount.to_string()).with("charge", charge)
    }

    /// With a parameter, in the merchant's characters; one that is there already is replaced.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let value = self.charset().encode(value).into_owned();
        self.with_bytes(name, &value)
    }

    /// With a parameter of these very bytes.
    #[must_use]
    pub fn with_bytes(mut self, name: &str, value: &[u8]) -> Self {
        let name = self.wire_name(name).to_owned();
        match self.parameters.iter_mut().find(|(given, _)| *given == name) {
            Some((_, before)) => *before = value.to_vec(),
            None => self.parameters.push((name, value.to_vec())),
        }
        self
    }

    /// Without a parameter.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let name = self.wire_name(name).to_owned();
        self.parameters.retain(|(given, _)| *given != name);
        self
    }

    /// With the merchant's number in the path instead of a parameter.
    #[must_use]
    pub fn in_path(mut self) -> Self {
        self.in_path = true;
        self.without("admin")
    }

    /// With `user`, `time` and `key`.
    #[must_use]
    pub fn of_user(self, user: &str, now: Timestamp) -> Self {
        let request = self.with("user", user).with("time", &now.as_second().to_string());
        let key = request.key(request.merchant.key_password.expect("a merchant with card-on-file"));
        request.with("key", &key)
    }

    /// The card-on-file key of what is there now, under this password.
    #[must_use]
    pub fn key(&self, password: &str) -> String {
        let fields = KeyFields {
            admin: self.merchant.id.as_bytes(),
            amount: self.value("amount"),
            charge: self.value("charge"),
            user: self.value("user"),
            time: self.value("time"),
        };
        let password = KeyPassword::new(password).expect("a key password");
        data_encoding::HEXLOWER.encode(&card_on_file_key(fields, &password))
    }

    /// With `time` and `sig`.
    #[must_use]
    pub fn signed(self, now: Timestamp) -> Self {
        let secret = self.merchant.sig_secret_hex.expect("a merchant that signs");
        self.with("time", &now.as_second().to_string()).signed_with(secret)
    }

    /// With `sig` over what is there now, under this secret.
    #[must_use]
    pub fn signed_with(self, secret_hex: &str) -> Self {
        let request = self.without("sig");
        let secret = SigSecret::from_hex(secret_hex).expect("a secret");
        let pairs = request.parameters.iter().map(|(name, value)| (name.as_bytes(), value.as_slice()));
        let sig = sign_request(&secret, pairs);
        request.with("sig", &sig)
    }

    /// The bytes of a parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> &[u8] {
        let name = self.wire_name(name);
        self.parameters.iter().find(|(given, _)| given == name).map_or(&[], |(_, value)| value)
    }

    /// `/pay` or `/pay/{admin}`.
    #[must_use]
    pub fn path(&self) -> String {
        if self.in_path { format!("/pay/{}", self.merchant.id) } else { "/pay".to_owned() }
    }

    /// The parameters as a browser sends them.
    #[must_use]
    pub fn encoded(&self) -> String {
        form_encoded(self.parameters.iter().map(|(name, value)| (name.as_bytes(), value.as_slice())))
    }

    /// By an address.
    #[must_use]
    pub fn get(&self) -> Request<Bytes> {
        let address = format!("{}?{}", self.path(), self.encoded());
        Request::get(address).body(Bytes::new()).expect("a request")
    }

    /// By a form.
    #[must_use]
    pub fn post(&self) -> Request<Bytes> {
        let request = Request::post(self.path()).header("content-type", "application/x-www-form-urlencoded");
        request.body(Bytes::from(self.encoded())).expect("a request")
    }

    fn charset(&self) -> Charset {
        match self.merchant.encoding {
            domain::merchant::Encoding::Utf8 => Charset::Utf8,
            domain::merchant::Encoding::ShiftJis => Charset::ShiftJis,
        }
    }

    /// The 24 dialect's names are written out here, apart from the product's own table.
    fn wire_name<'a>(&self, name: &'a str) -> &'a str {
        match (self.merchant.dialect, name) {
            (Dialect::Asj, name) => name,
            (Dialect::TwentyFour, "admin") => "SID",
            (Dialect::TwentyFour, "amount") => "AMT",
            (Dialect::TwentyFour, "charge") => "OID",
            (Dialect::TwentyFour, "mail") => "EMAIL",
            (Dialect::TwentyFour, "name") => "NAME",
            (Dialect::TwentyFour, "card_tel") => "TEL",
            (Dialect::TwentyFour, "free1") => "ITEM1",
            (Dialect::TwentyFour, "free2") => "ITEM2",
            (Dialect::TwentyFour, "free3") => "ITEM3",
            (Dialect::TwentyFour, "return") => "URL",
            (Dialect::TwentyFour, name) => name,
        }
    }
}
