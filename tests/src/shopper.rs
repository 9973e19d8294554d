//! A shopper with a tiny browser: it knows the page in front of it, fills forms, follows redirects, and nothing else.

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use local::world::World;

use crate::card::Card;
use crate::hand_over::HandOver;
use crate::page::{Form, Page};
use crate::shop::ShopRequest;

/// Whatever answers a browser's requests.
pub trait Site: Clone + Send + Sync {
    /// Sends one request.
    fn send(&self, request: Request<Bytes>) -> impl Future<Output = Response<Bytes>> + Send;
}

impl Site for World {
    async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.http(request).await
    }
}

/// A browser without scripts and its person.
#[derive(Clone, Debug)]
pub struct Shopper<S = World> {
    site: S,
    language: &'static str,
    page: Option<Page>,
}

/// A filled form, ready to be sent as often as one likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// Path.
    pub action: String,
    /// The body.
    pub body: String,
}

/// More than any flow needs; a circle of redirects ends here.
const REDIRECTS: usize = 5;

impl<S: Site> Shopper<S> {
    /// A shopper whose browser prefers Japanese.
    pub fn new(site: &S) -> Self {
        Self { site: site.clone(), language: "ja", page: None }
    }

    /// A shopper whose browser prefers this language.
    #[must_use]
    pub fn speaking(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    /// The page in front of the shopper.
    #[must_use]
    pub fn page(&self) -> &Page {
        self.page.as_ref().expect("a page was opened")
    }

    /// Comes from the shop by an address.
    pub async fn open(&mut self, request: &ShopRequest) -> &Page {
        self.follow(request.get()).await
    }

    /// Comes from the shop by a form.
    pub async fn open_by_post(&mut self, request: &ShopRequest) -> &Page {
        self.follow(request.post()).await
    }

    /// Goes to an address of ours.
    pub async fn get(&mut self, address: &str) -> &Page {
        self.follow(Request::get(address).body(Bytes::new()).expect("an address")).await
    }

    /// Looks again: where the page refreshes itself to, else at its own address.
    pub async fn refresh(&mut self) -> &Page {
        let page = self.page();
        let address = page.refresh().filter(|address| !address.is_empty()).unwrap_or(&page.address).to_owned();
        self.get(&address).await
    }

    /// Sends a form.
    pub async fn submit(&mut self, submit: &Submit) -> &Page {
        self.follow(submit.request()).await
    }

    /// Types a card into the form in front of the shopper and pays.
    pub async fn pay(&mut self, card: &Card) -> &Page {
        let submit = self.filled(card);
        self.submit(&submit).await
    }

    /// Types the security code of the kept card that is in front of the shopper and pays.
    pub async fn pay_kept(&mut self, code: &str) -> &Page {
        let submit = self.filled_kept(code);
        self.submit(&submit).await
    }

    /// The form of the kept card as it would be sent with this code. A mail address that is asked for is typed, too.
    #[must_use]
    pub fn filled_kept(&self, code: &str) -> Submit {
        let form = self.card_form();
        assert_eq!(form.value("card"), Some("kept"), "a kept card is offered: {}", self.page().text);
        let form = form.clone().with("card_code", code);
        let asked = form.value("mail") == Some("");
        Submit::of(&if asked { form.with("mail", "shopper@example.com") } else { form })
    }

    /// Presses "use another card", or, on that page, "use the kept card".
    pub async fn change_card(&mut self) -> &Page {
        let form = self.page().form_by_id("other-card");
        let submit = Submit::of(form.unwrap_or_else(|| panic!("no other card: {}", self.page().text)));
        self.submit(&submit).await
    }

    /// Presses the other language.
    pub async fn change_language(&mut self) -> &Page {
        let switch = Submit::of(self.form("/pay"));
        self.submit(&switch).await
    }

    /// From our page on the way there to the issuer's page.
    pub async fn go_to_the_issuer(&mut self) -> &Page {
        let page = self.page();
        let hop = page.hop().unwrap_or_else(|| panic!("no way to the issuer on {:?}: {}", page.heading(), page.text));
        let submit = Submit::of(hop);
        self.submit(&submit).await
    }

    /// Chooses on the issuer's page (`pass`, `fail`, `cancel`) and stays on the page after it.
    pub async fn choose(&mut self, choice: &str) -> &Page {
        let page = self.page();
        let form = page.issuer().unwrap_or_else(|| panic!("nothing to choose on {:?}: {}", page.heading(), page.text));
        let submit = Submit::of(&form.clone().pressed("choice", choice));
        self.submit(&submit).await
    }

    /// From the issuer's page after the choice back to our page.
    pub async fn come_back(&mut self) -> &Page {
        let page = self.page();
        let back = page.issuer_back().unwrap_or_else(|| panic!("no way back on {:?}: {}", page.heading(), page.text));
        let submit = Submit::of(back);
        self.submit(&submit).await
    }

    /// From our page on the way back to the result.
    pub async fn see_result(&mut self) -> &Page {
        let page = self.page();
        let form = page.returned().unwrap_or_else(|| panic!("no result behind {:?}: {}", page.heading(), page.text));
        let address = format!("{}?{}", form.action, form.encoded());
        self.get(&address).await
    }

    /// All of a challenge: from our page to the issuer, this choice there, and back to the result.
    pub async fn answer_the_issuer(&mut self, choice: &str) -> &Page {
        self.go_to_the_issuer().await;
        self.choose(choice).await;
        self.come_back().await;
        self.see_result().await
    }

    /// Turns away from the issuer on our page on the way there, to pay otherwise.
    pub async fn turn_away(&mut self) -> &Page {
        let away = self.page().forms.iter().find(|form| form.value("cancel").is_some());
        let submit = Submit::of(away.unwrap_or_else(|| panic!("no way to turn away: {}", self.page().text)));
        self.submit(&submit).await;
        self.see_result().await
    }

    /// The card form as it would be sent with this card.
    #[must_use]
    pub fn filled(&self, card: &Card) -> Submit {
        Submit::of(&filled(self.card_form(), card))
    }

    /// The card form in front of the shopper.
    #[must_use]
    pub fn card_form(&self) -> &Form {
        self.form("/pay/authorize")
    }

    /// The form in front of the shopper that leads to `action`.
    #[must_use]
    pub fn form(&self, action: &str) -> &Form {
        let page = self.page();
        page.form(action).unwrap_or_else(|| {
            panic!("no form to {action} on the page {:?} ({}): {}", page.heading(), page.status, page.text)
        })
    }

    /// Presses "cancel and return to the shop".
    pub async fn give_up(&mut self) -> &Page {
        let submit = Submit::of(self.form("/pay/cancel"));
        self.submit(&submit).await
    }

    /// The way back to the shop that is in front of the shopper.
    #[must_use]
    pub fn hand_over(&self) -> HandOver {
        let page = self.page();
        HandOver::of(page)
            .unwrap_or_else(|| panic!("no hand-over on the page {:?} ({}): {}", page.heading(), page.status, page.text))
    }

    /// Sends one request and follows redirects to the page behind them.
    pub async fn follow(&mut self, request: Request<Bytes>) -> &Page {
        let mut request = request;
        for _ in 0..REDIRECTS {
            let page = self.send(request).await;
            match page.location().filter(|_| page.status == StatusCode::SEE_OTHER) {
                Some(location) => request = Request::get(location).body(Bytes::new()).expect("an address"),
                None => return self.page.insert(page),
            }
        }
        panic!("more than {REDIRECTS} redirects")
    }

    /// Sends one request as this browser does and reads the answer, following nothing; the page in front stays.
    pub async fn send(&self, mut request: Request<Bytes>) -> Page {
        let headers = request.headers_mut();
        for (name, value) in [
            (header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8"),
            (header::ACCEPT_LANGUAGE, self.language),
            (header::USER_AGENT, "Mozilla/5.0 (a test)"),
            (header::HOST, "localhost:9000"),
        ] {
            if !headers.contains_key(&name) {
                headers.insert(name, header::HeaderValue::from_static(value));
            }
        }
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
        Page::read(&address, self.site.send(request).await)
    }
}

impl Submit {
    /// A form as it stands.
    #[must_use]
    pub fn of(form: &Form) -> Self {
        Self { action: form.action.clone(), body: form.encoded() }
    }

    /// The request that a browser makes of it.
    #[must_use]
    pub fn request(&self) -> Request<Bytes> {
        let request = Request::post(&self.action).header("content-type", "application/x-www-form-urlencoded");
        request.body(Bytes::from(self.body.clone())).expect("a request")
    }
}

fn filled(form: &Form, card: &Card) -> Form {
    let typed = form
        .clone()
        .with("card_number", &card.number)
        .with("card_expiry", &card.expiry)
        .with("card_code", &card.code)
        .with("card_name", &card.holder);
    let typed = if card.keep { typed.ticked("keep_card") } else { typed };
    match &card.mail {
        Some(mail) => typed.with("mail", mail),
        None => typed,
    }
}
