//! A visitor with a browser and an address of its own, who keeps every page that was shown.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{Request, Response};
use local::world::{Peer, World};
use system_tests::{Page, ShopRequest, Shopper, Site, Submit, form_encoded};

/// Digits that stand alone in what everybody is shown: the amounts of [`crate::flows`] and of the demo's offers, the greatest one, weights of letters, a list of issuers' ranges in the script, and the
/// days for which a merchant's record says that things are kept, a year where a page of the tables' file cuts it, and the statuses that answers of the JSON API
/// repeat in their bodies.
fn is_ours(code: u32) -> bool {
    matches!(code, 901..=914 | 999 | 980 | 689 | 180 | 730 | 201 | 202 | 401..=429 | 503) || code.is_multiple_of(100)
}

/// A world, the codes that were typed in it, and all that was shown.
pub(crate) struct Canary {
    pub(crate) world: World,
    /// Where, and what.
    pub(crate) seen: Vec<(String, Vec<u8>)>,
    /// Codes, and the flows in which they were typed.
    pub(crate) codes: Vec<(String, String)>,
    visitors: u32,
}

impl Canary {
    pub(crate) fn new(world: World) -> Self {
        Self { world, seen: Vec::new(), codes: Vec::new(), visitors: 0 }
    }

    /// Somebody from an address of their own.
    pub(crate) fn visitor(&mut self, flow: &str) -> Visitor<'_> {
        self.visitors += 1;
        let site = From { world: self.world.clone(), address: Ipv4Addr::from(0xc000_0200 + self.visitors).into() };
        Visitor { shopper: Shopper::new(&site), flow: flow.to_owned(), canary: self }
    }
}

/// The world, reached from one address.
#[derive(Clone, Debug)]
pub(crate) struct From {
    world: World,
    address: IpAddr,
}

impl Site for From {
    async fn send(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        request.extensions_mut().insert(Peer(self.address));
        self.world.http(request).await
    }
}

/// Somebody who pays.
pub(crate) struct Visitor<'c> {
    pub(crate) canary: &'c mut Canary,
    pub(crate) shopper: Shopper<From>,
    flow: String,
}

impl Visitor<'_> {
    /// A code that was not typed yet, as long as the card's brand prints it.
    pub(crate) fn code(&mut self, number: &str) -> String {
        let (first, span) = if number.len() == 15 { (1_000, 9_000) } else { (100, 900) };
        let used = &self.canary.codes;
        let is_new = |code: &String| used.iter().all(|(used, _)| used != code);
        // 7 has no divisor in common with either span: every code comes once, and neighbours are far apart
        let all = (0..span).map(|step| first + (step * 497 + 631) % span).filter(|code| !is_ours(*code));
        let code = all.map(|code| code.to_string()).find(is_new).unwrap();
        self.canary.codes.push((code.clone(), self.flow.clone()));
        code
    }

    pub(crate) async fn open(&mut self, request: &ShopRequest) -> &Page {
        self.shopper.open(request).await;
        self.note()
    }

    pub(crate) async fn refresh(&mut self) -> &Page {
        self.shopper.refresh().await;
        self.note()
    }

    pub(crate) async fn get(&mut self, address: &str) -> &Page {
        self.shopper.get(address).await;
        self.note()
    }

    /// Sends these fields and follows where they lead.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &Page {
        let submit = Submit { action: path.to_owned(), body: form_encoded(fields.iter().copied()) };
        self.shopper.submit(&submit).await;
        self.note()
    }

    /// Sends these fields and looks at the very answer.
    pub(crate) async fn send(&mut self, request: Request<Bytes>) -> Page {
        let page = self.shopper.send(request).await;
        self.keep(&page);
        page
    }

    /// The sealed order of the form in front.
    pub(crate) fn token(&self) -> String {
        let page = self.shopper.page();
        let token = page.forms.iter().find_map(|form| form.value("order"));
        token
            .unwrap_or_else(|| {
                panic!("{}: no form on {:?} ({}): {}", self.flow, page.heading(), page.status, page.text)
            })
            .to_owned()
    }

    /// Pays with a typed card by the form in front.
    pub(crate) async fn pay(&mut self, number: &str, more: &[(&str, &str)]) -> &Page {
        let (token, code) = (self.token(), self.code(number));
        let mut fields = vec![("order", token.as_str()), ("card_number", number), ("card_expiry", "12/29")];
        fields.extend([("card_code", code.as_str()), ("card_name", "TARO YAMADA"), ("mail", "shopper@example.com")]);
        for (name, value) in more {
            fields.retain(|(given, _)| given != name);
            fields.push((name, value));
        }
        self.post("/pay/authorize", &fields).await
    }

    /// Pays with the kept card that the form in front shows.
    pub(crate) async fn pay_with_kept(&mut self, code: Option<&str>) -> &Page {
        assert!(
            self.shopper.page().html().contains(r#"name="card" value="kept""#),
            "{}: {}",
            self.flow,
            self.shopper.page().text
        );
        let (token, drawn) = (self.token(), self.code(""));
        let code = code.unwrap_or(&drawn);
        let fields =
            [("order", token.as_str()), ("card", "kept"), ("card_code", code), ("mail", "shopper@example.com")];
        self.post("/pay/authorize", &fields).await
    }

    /// Goes from the hop in front to the issuer, chooses there, and comes back.
    pub(crate) async fn answer(&mut self, choice: &str) -> &Page {
        let page = self.shopper.page();
        let hop = page.forms.iter().find(|form| form.value("creq").is_some());
        let hop =
            hop.unwrap_or_else(|| panic!("{}: no hop but {:?}: {}", self.flow, page.heading(), page.text)).clone();
        let request = hop.value("creq").unwrap().to_owned();
        self.post(&hop.action, &[("creq", &request)]).await;
        self.post(&hop.action, &[("creq", &request), ("choice", choice)]).await;
        let back = self.shopper.page().forms.iter().find(|form| form.value("cres").is_some()).unwrap().clone();
        self.post(&back.action, &[("cres", back.value("cres").unwrap())]).await;
        self.refresh().await
    }

    /// Our own button on the way to the issuer.
    pub(crate) async fn turn_away(&mut self) -> &Page {
        let page = self.shopper.page();
        let leave = page.forms.iter().find(|form| form.value("cancel").is_some()).unwrap().clone();
        self.post(&leave.action, &[("cancel", "1")]).await;
        self.refresh().await
    }

    fn note(&mut self) -> &Page {
        let page = self.shopper.page().clone();
        self.keep(&page);
        self.canary.seen.push((format!("an address of {}", self.flow), page.address.into_bytes()));
        self.shopper.page()
    }

    fn keep(&mut self, page: &Page) {
        self.canary.seen.push((format!("a page of {}", self.flow), page.body.to_vec()));
        self.canary.seen.push((format!("headers of {}", self.flow), format!("{:?}", page.headers).into_bytes()));
    }
}
