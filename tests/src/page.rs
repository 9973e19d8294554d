//! A page as a browser reads it: forms, fields, texts, scripts, and every tag with its attributes.

use bytes::Bytes;
use data_encoding::BASE64;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use http::{HeaderMap, Response, StatusCode, header};

use crate::encode::{Charset, form_encoded};

/// An answer, and what its HTML says.
#[derive(Clone, Debug)]
pub struct Page {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The address that was asked for: path and query.
    pub address: String,
    /// The body.
    pub body: Bytes,
    /// Forms, in order.
    pub forms: Vec<Form>,
    /// Start tags, in order.
    pub tags: Vec<Tag>,
    /// What can be read, without scripts and styles; pieces are joined with a space.
    pub text: String,
    /// Inline scripts.
    pub scripts: Vec<String>,
}

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// `input`.
    pub name: String,
    /// Attributes.
    pub attributes: Vec<(String, String)>,
    /// The text that follows it directly.
    pub text: String,
}

/// A form with its fields' present values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its id, or nothing.
    pub id: String,
    /// Where it leads.
    pub action: String,
    /// `GET` or `POST`.
    pub method: http::Method,
    /// `accept-charset`.
    pub charset: Charset,
    /// Names and values, in order, as they would be sent now.
    pub fields: Vec<(String, String)>,
    /// Names and values of checkboxes that are not ticked.
    pub unticked: Vec<(String, String)>,
    /// Names and values of buttons that send more than the fields.
    pub buttons: Vec<(String, String)>,
    /// Names of lists and radio buttons, and the values that can be chosen.
    pub choices: Vec<(String, Vec<String>)>,
}

impl Page {
    /// Reads an answer.
    #[must_use]
    pub fn read(address: &str, response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let mut page = Self {
            status: parts.status,
            headers: parts.headers,
            address: address.to_owned(),
            body,
            forms: Vec::new(),
            tags: Vec::new(),
            text: String::new(),
            scripts: Vec::new(),
        };
        if page.header("content-type").starts_with("text/html") {
            page.read_html();
        }
        page
    }

    fn read_html(&mut self) {
        let html = String::from_utf8(self.body.to_vec()).expect("a page of ours is UTF-8");
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut in_form = false;
        let mut silent = false;
        let mut open: Option<Open> = None;
        for token in Tokenizer::new_with_emitter(html.as_str(), emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let tag = Tag {
                        name: text(&tag.name),
                        attributes: tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect(),
                        text: String::new(),
                    };
                    match tag.name.as_str() {
                        "form" => {
                            in_form = true;
                            self.forms.push(Form::of(&tag, &self.address));
                        }
                        "input" if in_form => self.forms.last_mut().unwrap().add(&tag),
                        "button" if in_form => self.forms.last_mut().unwrap().add_button(&tag),
                        "select" if in_form => {
                            let name = tag.attribute("name").unwrap_or_default().to_owned();
                            self.forms.last_mut().unwrap().choices.push((name, Vec::new()));
                            open = Some(Open::Select);
                        }
                        "option" if open == Some(Open::Select) => self.forms.last_mut().unwrap().add_option(&tag),
                        "textarea" if in_form => {
                            let name = tag.attribute("name").unwrap_or_default().to_owned();
                            self.forms.last_mut().unwrap().fields.push((name, String::new()));
                            open = Some(Open::Textarea);
                        }
                        "script" | "style" | "title" => silent = true,
                        _ => {}
                    }
                    self.tags.push(tag);
                }
                Token::EndTag(tag) => match text(&tag.name).as_str() {
                    "form" => in_form = false,
                    "select" | "textarea" => open = None,
                    "script" | "style" | "title" => silent = false,
                    _ => {}
                },
                Token::String(string) => {
                    let string = text(&string.value);
                    if open == Some(Open::Textarea) {
                        // the line end right after the tag is not part of it
                        let (_, typed) = self.forms.last_mut().unwrap().fields.last_mut().unwrap();
                        typed.push_str(string.strip_prefix('\n').filter(|_| typed.is_empty()).unwrap_or(&string));
                    }
                    if let Some(tag) = self.tags.last_mut().filter(|tag| tag.text.is_empty()) {
                        tag.text.clone_from(&string);
                        if tag.name == "script" {
                            self.scripts.push(string.clone());
                        }
                    }
                    if !silent && !string.trim().is_empty() {
                        self.text.push_str(string.trim());
                        self.text.push(' ');
                    }
                }
                Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
    }

    /// The HTML as it came.
    #[must_use]
    pub fn html(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a page of ours is UTF-8")
    }

    /// A header's text; empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers of ours are ASCII"))
    }

    /// Where a redirect leads.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.headers.get(header::LOCATION).map(|value| value.to_str().expect("an address is ASCII"))
    }

    /// The form that leads to `action`.
    #[must_use]
    pub fn form(&self, action: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.action == action)
    }

    /// Tags of one name.
    pub fn tags<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }

    /// The tag with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.attribute("id") == Some(id))
    }

    /// The text of the first heading.
    #[must_use]
    pub fn heading(&self) -> &str {
        self.tags("h1").next().map_or("", |tag| tag.text.trim())
    }

    /// `ja` or `en`.
    #[must_use]
    pub fn lang(&self) -> &str {
        self.tags("html").next().and_then(|tag| tag.attribute("lang")).unwrap_or_default()
    }

    /// The stable code of a refusal; empty on any other page.
    #[must_use]
    pub fn code(&self) -> &str {
        self.tags("code").next().map_or("", |tag| tag.text.trim())
    }

    /// It asks for a card.
    #[must_use]
    pub fn is_payment_form(&self) -> bool {
        self.form("/pay/authorize").is_some()
    }

    /// It takes the shopper back to the shop.
    #[must_use]
    pub fn is_hand_over(&self) -> bool {
        self.forms.iter().any(Form::is_hand_over)
    }

    /// It asks for the security code of the kept card alone.
    #[must_use]
    pub fn offers_kept_card(&self) -> bool {
        self.form("/pay/authorize").is_some_and(|form| form.value("card") == Some("kept"))
    }

    /// The form with this id.
    #[must_use]
    pub fn form_by_id(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// Our page on the way to the issuer: the form that leads there.
    #[must_use]
    pub fn hop(&self) -> Option<&Form> {
        self.forms.iter().find(|form| form.value("creq").is_some())
    }

    /// The issuer's page: the form on which the payer chooses.
    #[must_use]
    pub fn issuer(&self) -> Option<&Form> {
        self.forms.iter().find(|form| form.buttons.iter().any(|(name, _)| name == "choice"))
    }

    /// The issuer's page after the choice: the form that leads back to us.
    #[must_use]
    pub fn issuer_back(&self) -> Option<&Form> {
        self.forms.iter().find(|form| form.value("cres").is_some())
    }

    /// Our page on the way back from the issuer: where it leads.
    #[must_use]
    pub fn returned(&self) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == "handover" && form.action.starts_with("/return/"))
    }

    /// It refreshes itself: the payment runs or is being checked.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.refresh().is_some()
    }

    /// Where it refreshes itself to: by its script, and to the same address by the browser where scripts are off.
    #[must_use]
    pub fn refresh(&self) -> Option<&str> {
        let main = self.by_id("main")?;
        let (seconds, address) = (main.attribute("data-refresh")?, main.attribute("data-address")?);
        let plain = format!(r#"<noscript><meta http-equiv="refresh" content="{seconds};url={address}"></noscript>"#);
        assert!(self.html().contains(&plain), "it refreshes itself without scripts, too");
        Some(address)
    }

    /// `sha256-…` of each inline script, as a content security policy names it; made by the hash given, so that no hash is chosen here.
    pub fn script_hashes(&self, sha256: impl Fn(&[u8]) -> [u8; 32]) -> Vec<String> {
        self.scripts.iter().map(|script| format!("sha256-{}", BASE64.encode(&sha256(script.as_bytes())))).collect()
    }
}

impl Tag {
    /// An attribute's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

impl Form {
    /// `address` is the page's: a form without an action leads there.
    fn of(tag: &Tag, address: &str) -> Self {
        let attribute = |name| tag.attribute(name).unwrap_or_default();
        let charset = attribute("accept-charset").to_ascii_lowercase();
        Self {
            id: attribute("id").to_owned(),
            action: Some(attribute("action")).filter(|action| !action.is_empty()).unwrap_or(address).to_owned(),
            method: match attribute("method").to_ascii_lowercase().as_str() {
                "post" => http::Method::POST,
                _ => http::Method::GET,
            },
            charset: match charset.as_str() {
                "shift_jis" | "shift-jis" | "windows-31j" => Charset::ShiftJis,
                "" | "utf-8" => Charset::Utf8,
                other => panic!("a form with accept-charset {other}"),
            },
            fields: Vec::new(),
            unticked: Vec::new(),
            buttons: Vec::new(),
            choices: Vec::new(),
        }
    }

    fn add(&mut self, tag: &Tag) {
        let Some(name) = tag.attribute("name") else { return };
        if tag.attribute("type") == Some("radio") {
            return self.add_choice(name, tag.attribute("value").unwrap_or("on"), tag.attribute("checked").is_some());
        }
        let checkbox = tag.attribute("type") == Some("checkbox");
        let value = tag.attribute("value").unwrap_or(if checkbox { "on" } else { "" });
        let unticked = checkbox && tag.attribute("checked").is_none();
        let fields = if unticked { &mut self.unticked } else { &mut self.fields };
        fields.push((name.to_owned(), value.to_owned()));
    }

    /// A value of the list that was opened last; a list sends its first one unless another is selected.
    fn add_option(&mut self, tag: &Tag) {
        let value = tag.attribute("value").unwrap_or_else(|| panic!("an option without a value"));
        let (name, values) = self.choices.last().expect("options stand in a list");
        let (name, chosen) = (name.clone(), values.is_empty() || tag.attribute("selected").is_some());
        self.add_choice(&name, value, chosen);
    }

    fn add_choice(&mut self, name: &str, value: &str, chosen: bool) {
        match self.choices.iter_mut().find(|(given, _)| given == name) {
            Some((_, values)) => values.push(value.to_owned()),
            None => self.choices.push((name.to_owned(), vec![value.to_owned()])),
        }
        if chosen {
            self.fields.retain(|(given, _)| given != name);
            self.fields.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The same form with one of a list's or a row of radio buttons' values chosen.
    #[must_use]
    pub fn chosen(mut self, name: &str, value: &str) -> Self {
        let known = self.choices.iter().any(|(given, values)| given == name && values.iter().any(|one| one == value));
        assert!(known, "the form {} offers no {value} for {name}: {:?}", self.action, self.choices);
        self.fields.retain(|(given, _)| given != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    fn add_button(&mut self, tag: &Tag) {
        if let Some(name) = tag.attribute("name") {
            self.buttons.push((name.to_owned(), tag.attribute("value").unwrap_or_default().to_owned()));
        }
    }

    /// It takes the shopper back to the shop.
    #[must_use]
    pub fn is_hand_over(&self) -> bool {
        self.id == "handover" && self.value("creq").is_none() && !self.action.starts_with("/return/")
    }

    /// The same form with a box ticked; panics if there is none that isn't.
    #[must_use]
    pub fn ticked(mut self, name: &str) -> Self {
        let place = self.unticked.iter().position(|(given, _)| given == name);
        let place = place.unwrap_or_else(|| panic!("the form {} has no box {name} to tick", self.action));
        self.fields.push(self.unticked.remove(place));
        self
    }

    /// The same form, sent by the button with this name and value.
    #[must_use]
    pub fn pressed(mut self, name: &str, value: &str) -> Self {
        let button = (name.to_owned(), value.to_owned());
        assert!(self.buttons.contains(&button), "the form {} has no button {button:?}", self.action);
        self.fields.push(button);
        self
    }

    /// A field's value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The same form with a field typed into.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(given, _)| given == name);
        let (_, typed) = field.unwrap_or_else(|| panic!("the form {} has no field {name}", self.action));
        value.clone_into(typed);
        self
    }

    /// The same form without a field: a box that is not ticked any more.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        assert!(self.value(name).is_some(), "the form {} has no field {name}", self.action);
        self.fields.retain(|(given, _)| given != name);
        self
    }

    /// The fields as a browser sends them, in the form's charset.
    #[must_use]
    pub fn encoded(&self) -> String {
        form_encoded(self.fields.iter().map(|(name, value)| (self.charset.encode(name), self.charset.encode(value))))
    }
}

/// A field whose value stands between its tags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Select,
    Textarea,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
