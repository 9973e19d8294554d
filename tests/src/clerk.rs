//! Somebody at the console: a browser without scripts that keeps cookies, and the app that shows codes.

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use domain::TotpSecret;
use domain::totp::Step;
use http::{Request, StatusCode, header};
use jiff::Timestamp;
use local::admin::{Admin, GivenRole, UserCommand};
use local::world::World;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::page::{Form, Page};
use crate::shopper::{Site, Submit};
use crate::worlds;

/// The owner of the demo merchant 4000.
pub const OWNER: &str = "owner@example.jp";
/// The owner of the demo merchant 2400.
pub const OWNER_24: &str = "owner24@example.jp";
/// The demo people's password.
pub const DEMO_PASSWORD: &str = "kessai-demo-2026";
/// The demo people's secret of one-time codes.
pub const DEMO_SECRET: &str = "JBSWY3DPEHPK3PXP";

/// What people who join choose.
pub const JOINED_PASSWORD: &str = "blue lanterns over kyoto";

/// The address where somebody joins whom the operator of the installation invites. English.
pub async fn invitation(world: &World, merchant: &str, mail: &str, role: GivenRole) -> String {
    let command = UserCommand::Invite {
        merchant: merchant.to_owned(),
        mail: mail.to_owned(),
        name: Some("Hanako".to_owned()),
        role,
        lang: Some("en".to_owned()),
    };
    let lines = worlds::administer(world, Admin::User(command)).await;
    let address = lines.iter().find_map(|line| line.find("/console/join/").map(|at| line[at..].to_owned()));
    address.unwrap_or_else(|| panic!("no address to join: {lines:?}"))
}

/// Where the pages of a world are.
const ORIGIN: &str = "http://localhost:9000";
/// More than any flow needs; a circle of redirects ends here.
const REDIRECTS: usize = 6;

/// Somebody at the console. A clone is another browser with the same cookies.
#[derive(Clone, Debug)]
pub struct Clerk<S = World> {
    site: S,
    language: &'static str,
    cookies: BTreeMap<String, String>,
    page: Option<Page>,
    secret: String,
    /// The last step whose code was typed.
    typed: Option<u64>,
}

impl Clerk<World> {
    /// The owner of merchant 4000, signed in.
    pub async fn owner(world: &World) -> Self {
        Self::signed_in(world, OWNER).await
    }

    /// The owner of merchant 2400, signed in.
    pub async fn owner_24(world: &World) -> Self {
        Self::signed_in(world, OWNER_24).await
    }

    /// One of the demo people, signed in.
    pub async fn signed_in(world: &World, mail: &str) -> Self {
        let mut clerk = Self::new(world);
        clerk.sign_in(mail, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
        clerk
    }

    /// Somebody whom the operator of the installation has invited to merchant 4000 and who has joined, signed in. English.
    pub async fn joined(world: &World, mail: &str, role: GivenRole) -> Self {
        let mut clerk = Self::new(world).speaking("en");
        clerk.get(&invitation(world, "4000", mail, role).await).await;
        clerk.secret = clerk.page().by_id("secret").expect("the secret is shown").text.replace(' ', "");
        let form = clerk.joining(world.now());
        clerk.submit(&form).await;
        assert!(clerk.cookie("__Host-console").is_some(), "{mail} has not joined: {}", clerk.page().text);
        clerk
    }

    /// The form of joining, filled as it should be.
    #[must_use]
    pub fn joining(&mut self, now: Timestamp) -> Form {
        let shown = self.page().by_id("secret").expect("the secret is shown").text.replace(' ', "");
        self.secret = shown;
        self.typed = None;
        let code = self.code_of(Step::at(now).number());
        let form = self.page().forms.iter().find(|form| form.unticked.iter().any(|(name, _)| name == "kept"));
        let form = form.expect("a form to join").clone();
        let form = if form.value("again").is_some() { form.with("again", JOINED_PASSWORD) } else { form };
        form.with("password", JOINED_PASSWORD).with("code", &code).ticked("kept")
    }

    /// What the forms of this browser's session carry, as it is stored: for requests that no page of ours would send.
    pub async fn token(&self) -> String {
        let cookie = self.cookie("__Host-console").expect("somebody is signed in");
        let token = BASE64URL_NOPAD.decode(cookie.as_bytes()).expect("a token");
        let table = worlds::config(&self.site).table().expect("the table's name");
        let session = store::Sessions::new(table).load(&token).await.expect("the table answers");
        session.expect("the session is stored").form_token
    }

    /// A code that was not typed yet; the world's clock goes on for it if need be.
    pub async fn code(&mut self) -> String {
        let next = self.next_step(self.site.now());
        let now = Step::at(self.site.now()).number();
        if next > now + 1 {
            let seconds = (next - now - 1) * 30;
            self.site.advance(Duration::from_secs(seconds)).await.expect("the clock moves");
        }
        self.code_of(next)
    }
}

impl<S: Site> Clerk<S> {
    /// A browser that prefers Japanese, without cookies.
    pub fn new(site: &S) -> Self {
        let (cookies, secret) = (BTreeMap::new(), DEMO_SECRET.to_owned());
        Self { site: site.clone(), language: "ja", cookies, page: None, secret, typed: None }
    }

    /// The same browser, preferring this language.
    #[must_use]
    pub fn speaking(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    /// The page in front.
    #[must_use]
    pub fn page(&self) -> &Page {
        self.page.as_ref().expect("a page was opened")
    }

    /// A cookie that the browser keeps.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// All cookies that the browser keeps.
    #[must_use]
    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Takes a cookie from the browser, or gives it one.
    pub fn set_cookie(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            None => drop(self.cookies.remove(name)),
        }
    }

    /// Goes to the first step of signing in and sends address and password.
    pub async fn give_password(&mut self, mail: &str, password: &str) -> &Page {
        self.get("/console/login").await;
        let form = self.form("/console/login").clone().with("mail", mail).with("password", password);
        self.submit(&form).await
    }

    /// Sends a code on the page of the second step.
    pub async fn give_code(&mut self, code: &str) -> &Page {
        let form = self.form("/console/login/totp").clone().with("code", code);
        self.submit(&form).await
    }

    /// Signs in with password and app. On a clock that stands, three codes are good; the oldest that is still to be had is taken.
    pub async fn sign_in(&mut self, mail: &str, password: &str, secret: &str, now: Timestamp) -> &Page {
        secret.clone_into(&mut self.secret);
        self.give_password(mail, password).await;
        while self.page().form("/console/login/totp").is_some() {
            let step = self.next_step(now);
            assert!(step <= Step::at(now).number() + 1, "no code is left for {mail}: move the clock");
            let code = self.code_of(step);
            self.give_code(&code).await;
        }
        assert!(self.cookie("__Host-console").is_some(), "{mail} is not in: {}", self.page().text);
        self.page()
    }

    /// The step whose code is typed next: the oldest good one that was not typed.
    fn next_step(&self, now: Timestamp) -> u64 {
        let oldest = Step::at(now).number() - 1;
        self.typed.map_or(oldest, |typed| oldest.max(typed + 1))
    }

    fn code_of(&mut self, step: u64) -> String {
        self.typed = Some(step);
        let secret = TotpSecret::from_base32(&self.secret).expect("a secret in base32");
        secret.code(Step::from(step)).to_string()
    }

    /// Goes to an address of ours, and on to where it leads.
    pub async fn get(&mut self, address: &str) -> &Page {
        self.follow(Request::get(address).body(Bytes::new()).expect("an address")).await
    }

    /// The form in front that leads to `action`.
    #[must_use]
    pub fn form(&self, action: &str) -> &Form {
        let page = self.page();
        page.form(action).unwrap_or_else(|| {
            panic!("no form to {action} on the page {:?} ({}): {}", page.heading(), page.status, page.text)
        })
    }

    /// The form in front with this id.
    #[must_use]
    pub fn form_by_id(&self, id: &str) -> &Form {
        let page = self.page();
        page.form_by_id(id)
            .unwrap_or_else(|| panic!("no form {id} on the page {:?} ({}): {}", page.heading(), page.status, page.text))
    }

    /// Sends a form as a browser does, and goes on to where it leads.
    pub async fn submit(&mut self, form: &Form) -> &Page {
        let request = match form.method {
            http::Method::GET => {
                Request::get(format!("{}?{}", form.action, form.encoded())).body(Bytes::new()).expect("an address")
            }
            _ => Self::posted(form),
        };
        self.follow(request).await
    }

    /// The request that a browser makes of a form that is posted.
    #[must_use]
    pub fn posted(form: &Form) -> Request<Bytes> {
        let mut request = Submit::of(form).request();
        let headers = request.headers_mut();
        headers.insert(header::ORIGIN, header::HeaderValue::from_static(ORIGIN));
        headers.insert("sec-fetch-site", header::HeaderValue::from_static("same-origin"));
        request
    }

    /// Sends one request and goes on to the page behind its redirects.
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

    /// Sends one request with this browser's cookies and keeps those that come back; follows nothing, and the page in front stays.
    pub async fn send(&mut self, mut request: Request<Bytes>) -> Page {
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
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() && !headers.contains_key(header::COOKIE) {
            headers.insert(header::COOKIE, cookies.join("; ").parse().expect("cookies are ASCII"));
        }
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
        let page = Page::read(&address, self.site.send(request).await);
        for cookie in page.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie is ASCII"));
        }
        page
    }

    /// Keeps a cookie, or forgets it where its age is nothing.
    fn keep(&mut self, cookie: &str) {
        let mut parts = cookie.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("name and value");
        assert!(cookie.contains("; Secure") && cookie.contains("; SameSite=Lax"), "{name} is not guarded");
        if parts.any(|part| part == "Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
