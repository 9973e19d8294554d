//! A shopper with a browser: opens the page, submits, goes to the issuer and back, reloads; tries again where a page says that nothing works at present.

use bytes::Bytes;
use domain::{CardOwner, KeptCard, MerchantId, OrderId, Payment, PaymentKey};
use http::{Request, header};
use local::cloud::Caller;
use local::world::{Peer, World};
use std::net::{IpAddr, Ipv4Addr};
use system_tests::ShopRequest;

/// A card that every amount but the fault amounts is approved on.
pub(crate) const APPROVED: &str = "4242424242424242";
/// A card that is always declined.
pub(crate) const DECLINED: &str = "4000000000000002";
/// A card whose issuer asks the payer every time.
pub(crate) const CHALLENGED: &str = "4000002760003184";

/// How often the shopper tries the same thing again when we are not available.
const PATIENCE: usize = 6;
pub(crate) const MERCHANT: &str = "4000";
/// More than any way leads through.
const REDIRECTS: usize = 4;

/// What the browser shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The card form, with its sealed order. After a decline it says so.
    Form(String),
    /// The same, with the kept card in place of a typed one.
    KeptForm(String),
    /// The page on the way to the issuer.
    Hop(Hop),
    /// The page on the way back from the issuer, which leads to this address.
    Returned(String),
    /// The form that leads back to the shop.
    HandOver { paid: bool },
    /// "Your payment is being checked."
    Waiting,
    /// Paid, without a way back to the shop.
    AlreadyPaid,
    /// Anything else that is not a fault of ours: a refusal, a conflict, a closed address.
    Notice(u16),
    /// We are not available.
    Unavailable,
}

/// The way to the issuer and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    /// The issuer's page.
    issuer: String,
    /// What is carried there.
    request: String,
    /// Our own address: the issuer sends the payer back there, and our button that turns away leads there.
    ours: String,
}

/// What a shopper does who is asked by the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Proves to be the cardholder.
    Pass,
    /// Does not.
    Fail,
    /// Turns away on the issuer's page.
    CancelThere,
    /// Turns away on our page on the way there.
    CancelHere,
    /// Leaves, and does not come back.
    Leave,
}

/// One shopper with one order.
pub(crate) struct Shopper<'a> {
    pub(crate) world: &'a World,
    pub(crate) order: String,
    pub(crate) amount: u32,
    /// The buyer's name at the shop, if the shop says one.
    pub(crate) user: Option<String>,
    /// Lets every typed card be kept.
    pub(crate) keeps: bool,
    /// The kind of regular purchase that is asked for, if one is.
    pub(crate) joins: Option<&'static str>,
    /// What is done where the issuer asks.
    pub(crate) turn: Turn,
    /// The card that was kept before all this.
    pub(crate) kept_before: Option<KeptCard>,
    /// Where the issuer would send the shopper, once there was a challenge.
    pub(crate) hop: Option<Hop>,
    /// The address of the result page, once there is one.
    way_back: Option<String>,
    /// The hand-overs this shopper has seen: whether paid.
    pub(crate) told: Vec<bool>,
    /// What should not have happened.
    pub(crate) complaints: Vec<String>,
    settled: Option<(u16, &'static str)>,
}

impl<'a> Shopper<'a> {
    pub(crate) fn new(world: &'a World, order: &str, amount: u32) -> Self {
        Self {
            world,
            order: order.to_owned(),
            amount,
            user: None,
            keeps: false,
            joins: None,
            turn: Turn::Pass,
            kept_before: None,
            hop: None,
            way_back: None,
            told: Vec::new(),
            complaints: Vec::new(),
            settled: None,
        }
    }

    /// Comes from the shop.
    pub(crate) async fn open(&mut self) -> Page {
        let request = ShopRequest::new(MERCHANT, self.amount, &self.order).with("mail", "buyer@example.jp");
        let request = request.with("return", "1");
        let request = match &self.user {
            Some(user) => request.of_user(user, self.world.now()),
            None => request,
        };
        let request = match self.joins {
            Some(kind) => request.with("regular", "on").with("regular_kind", kind),
            None => request,
        };
        self.get(&format!("{}?{}", request.path(), request.encoded())).await
    }

    /// Opens the page and pays. What the shopper sees in the end.
    pub(crate) async fn pay(&mut self, card: &str) -> Page {
        match self.open().await {
            Page::Form(token) => self.submit(&token, card).await,
            other => other,
        }
    }

    /// Submits a form, again if we are not available.
    pub(crate) async fn submit(&mut self, token: &str, card: &str) -> Page {
        for _ in 0..PATIENCE {
            let page = self.submit_once(token, card).await;
            if page != Page::Unavailable {
                return page;
            }
        }
        Page::Unavailable
    }

    /// Submits a form once and follows where it leads.
    pub(crate) async fn submit_once(&mut self, token: &str, card: &str) -> Page {
        let mut fields = form(token, card).to_vec();
        if self.keeps {
            fields.push(("keep_card", "on"));
        }
        let answer = self.send(post("/pay/authorize", &fields)).await;
        self.follow(answer).await
    }

    /// Opens the page and pays with the kept card.
    pub(crate) async fn pay_with_kept(&mut self) -> Page {
        match self.open().await {
            Page::KeptForm(token) => self.submit_kept(&token).await,
            other => other,
        }
    }

    /// Submits the form with the kept card, again if we are not available.
    pub(crate) async fn submit_kept(&mut self, token: &str) -> Page {
        let fields = [("order", token), ("card", "kept"), ("card_code", "123"), ("mail", "buyer@example.jp")];
        for _ in 0..PATIENCE {
            let answer = self.send(post("/pay/authorize", &fields)).await;
            let page = self.follow(answer).await;
            if page != Page::Unavailable {
                return page;
            }
        }
        Page::Unavailable
    }

    /// Does what this shopper does where the issuer asks; any other page stays as it is.
    pub(crate) async fn if_asked(&mut self, page: Page) -> Page {
        let Page::Hop(hop) = page else { return page };
        self.hop = Some(hop.clone());
        let choice = match self.turn {
            Turn::Pass => "pass",
            Turn::Fail => "fail",
            Turn::CancelThere => "cancel",
            Turn::CancelHere => return self.come_back(&hop, &[("cancel", "1")]).await,
            Turn::Leave => return Page::Hop(hop),
        };
        let asked = self.world.http(post(&hop.issuer, &[("creq", &hop.request), ("choice", choice)])).await;
        let asked = Answer::of(asked);
        match between(&asked.body, r#"name="cres" value=""#, "\"") {
            Some(response) => self.come_back(&hop, &[("cres", response)]).await,
            None => Page::Notice(asked.status),
        }
    }

    /// Is sent back to us, again if we are not available.
    pub(crate) async fn come_back(&mut self, hop: &Hop, fields: &[(&str, &str)]) -> Page {
        for _ in 0..PATIENCE {
            let answer = self.send(post(&hop.ours, fields)).await;
            match self.read(answer) {
                Page::Unavailable => {}
                Page::Returned(address) => {
                    self.way_back = Some(address.clone());
                    return self.get(&address).await;
                }
                other => return other,
            }
        }
        Page::Unavailable
    }

    /// Gives the order up, again if we are not available.
    pub(crate) async fn give_up(&mut self, token: &str) -> Page {
        for _ in 0..PATIENCE {
            let answer = self.send(post("/pay/cancel", &[("order", token)])).await;
            let page = self.follow(answer).await;
            if page != Page::Unavailable {
                return page;
            }
        }
        Page::Unavailable
    }

    /// Loads the result page again, where there is one, and answers the issuer if that asks.
    pub(crate) async fn reload(&mut self) -> Option<Page> {
        let way_back = self.way_back.clone()?;
        let page = self.get(&way_back).await;
        Some(self.if_asked(page).await)
    }

    async fn get(&mut self, path: &str) -> Page {
        for _ in 0..PATIENCE {
            let mut answer = self.send(get(path)).await;
            for _ in 0..REDIRECTS {
                let Some(location) = answer.location.clone() else { break };
                self.way_back = Some(location.clone());
                answer = self.send(get(&location)).await;
            }
            let page = self.read(answer);
            if page != Page::Unavailable {
                return page;
            }
        }
        Page::Unavailable
    }

    async fn follow(&mut self, answer: Answer) -> Page {
        match answer.location {
            Some(location) => {
                self.way_back = Some(location.clone());
                self.get(&location).await
            }
            None => self.read(answer),
        }
    }

    async fn send(&mut self, mut request: Request<Bytes>) -> Answer {
        request.extensions_mut().insert(Peer(self.address()));
        let what =
            format!("{} {}", request.method(), request.uri().path().split('/').take(3).collect::<Vec<_>>().join("/"));
        let answer = Answer::of(self.world.http(request).await);
        if answer.status >= 500 && answer.status != 503 {
            self.complaints.push(format!("{what} answered {}", answer.status));
        }
        answer
    }

    fn read(&mut self, answer: Answer) -> Page {
        let page = answer.page();
        if let Page::HandOver { paid } = page {
            self.told.push(paid);
        }
        page
    }

    /// Everybody has an address of their own.
    fn address(&self) -> IpAddr {
        let [_, _, high, low] = self.order.parse::<u32>().unwrap_or_default().to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(192, 0, high, low))
    }

    /// Whose card it is that is kept with this order.
    pub(crate) fn owner(&self) -> CardOwner {
        match &self.user {
            Some(user) => CardOwner::Buyer(user.clone()),
            None => CardOwner::Order(self.key().order),
        }
    }

    pub(crate) fn key(&self) -> PaymentKey {
        PaymentKey::new(MerchantId::new(MERCHANT).unwrap(), OrderId::new(self.order.as_str()).unwrap())
    }

    /// How the payment stands; complains when something settled has moved.
    pub(crate) async fn look(&mut self) -> Option<Payment> {
        let payment = stored(self.world, &self.key()).await?;
        let now = (payment.generation, payment.state.name());
        if let Some(before) = self.settled
            && before.0 == now.0
            && before.1 != now.1
        {
            self.complaints.push(format!("what was settled as {} became {}", before.1, now.1));
        }
        self.settled = payment.state.is_settled().then_some(now);
        Some(payment)
    }
}

/// Reads a payment past every function.
pub(crate) async fn stored(world: &World, key: &PaymentKey) -> Option<Payment> {
    store::Payments::new(table(world)).load(key).await.unwrap()
}

/// Reads a kept card past every function.
pub(crate) async fn kept_card(world: &World, owner: &CardOwner) -> Option<KeptCard> {
    store::Cards::new(table(world)).load(&MerchantId::new(MERCHANT).unwrap(), owner).await.unwrap()
}

/// The product's table, for a look past every function.
pub(crate) fn table(world: &World) -> store::Table {
    let table = world.template().tables.iter().find(|table| table.stream.is_some()).unwrap();
    store::Table::new(&world.cloud().sdk_config(Caller::Operator), &table.name)
}

/// The form's fields as a browser sends them.
pub(crate) fn form<'t>(token: &'t str, card: &'t str) -> [(&'static str, &'t str); 6] {
    [
        ("order", token),
        ("card_number", card),
        ("card_expiry", "12/30"),
        ("card_code", "123"),
        ("card_name", "TARO YAMADA"),
        ("mail", "buyer@example.jp"),
    ]
}

pub(crate) fn get(path: &str) -> Request<Bytes> {
    Request::get(path).header(header::HOST, "localhost:9000").body(Bytes::new()).unwrap()
}

pub(crate) fn post(path: &str, fields: &[(&str, &str)]) -> Request<Bytes> {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    Request::post(path)
        .header(header::HOST, "localhost:9000")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(body.join("&")))
        .unwrap()
}

/// An answer, as far as a browser looks at it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn of(response: http::Response<Bytes>) -> Self {
        let location =
            response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            status: response.status().as_u16(),
            location,
            body: String::from_utf8_lossy(response.body()).into_owned(),
        }
    }

    pub(crate) fn page(&self) -> Page {
        let body = &self.body;
        if self.status >= 500 {
            Page::Unavailable
        } else if body.contains(r#"action="/pay/authorize""#) {
            let token = between(body, r#"name="order" value=""#, "\"").unwrap().to_owned();
            if body.contains(r#"name="card" value="kept""#) { Page::KeptForm(token) } else { Page::Form(token) }
        } else if let Some(request) = between(body, r#"name="creq" value=""#, "\"") {
            let form =
                |class: &str| between(body.split_once(class).unwrap().1, r#"action=""#, "\"").unwrap().to_owned();
            let issuer = form(r#"<form id="handover""#);
            Page::Hop(Hop { issuer, request: request.to_owned(), ours: form(r#"<form class="leave""#) })
        } else if let Some(address) = between(body, r#"action="/return/"#, "\"") {
            Page::Returned(format!("/return/{address}"))
        } else if body.contains(r#"<form id="handover""#) {
            Page::HandOver { paid: body.contains(r#"name="result" value="0""#) }
        } else if body.contains("http-equiv=\"refresh\"") {
            Page::Waiting
        } else if body.contains(r#"class="mood good""#) {
            Page::AlreadyPaid
        } else {
            Page::Notice(self.status)
        }
    }
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let rest = text.split_once(start)?.1;
    Some(rest.split_once(end)?.0)
}
