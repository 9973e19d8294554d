//! A shopper with a browser: opens the page, submits, reloads; tries again where a page says that nothing works at present.

use bytes::Bytes;
use domain::{MerchantId, OrderId, Payment, PaymentKey};
use http::{Request, header};
use local::cloud::Caller;
use local::world::World;

/// A card that every amount but the fault amounts is approved on.
pub(crate) const APPROVED: &str = "4242424242424242";
/// A card that is always declined.
pub(crate) const DECLINED: &str = "4000000000000002";

/// How often the shopper tries the same thing again when we are not available.
const PATIENCE: usize = 6;
const MERCHANT: &str = "4000";

/// What the browser shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The card form, with its sealed order. After a decline it says so.
    Form(String),
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

/// One shopper with one order.
pub(crate) struct Shopper<'a> {
    pub(crate) world: &'a World,
    pub(crate) order: String,
    pub(crate) amount: u32,
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
            way_back: None,
            told: Vec::new(),
            complaints: Vec::new(),
            settled: None,
        }
    }

    /// Comes from the shop.
    pub(crate) async fn open(&mut self) -> Page {
        let path = format!(
            "/pay?admin={MERCHANT}&amount={}&charge={}&mail=buyer%40example.jp&return=1",
            self.amount, self.order
        );
        self.get(&path).await
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
        let fields = form(token, card);
        let answer = self.send(post("/pay/authorize", &fields)).await;
        self.follow(answer).await
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

    /// Loads the result page again, where there is one.
    pub(crate) async fn reload(&mut self) -> Option<Page> {
        let way_back = self.way_back.clone()?;
        Some(self.get(&way_back).await)
    }

    async fn get(&mut self, path: &str) -> Page {
        for _ in 0..PATIENCE {
            let answer = self.send(get(path)).await;
            let page = match answer.location {
                Some(location) => {
                    self.way_back = Some(location.clone());
                    let answer = self.send(get(&location)).await;
                    self.read(answer)
                }
                None => self.read(answer),
            };
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

    async fn send(&mut self, request: Request<Bytes>) -> Answer {
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
            Page::Form(between(body, r#"name="order" value=""#, "\"").unwrap().to_owned())
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
