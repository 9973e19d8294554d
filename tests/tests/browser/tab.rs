//! A tab and its person: looks at pages, clicks where things are, types, and complains about what no shopper should meet.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::chromium::{Chromium, Sent, chromium};

/// How somebody looks at our pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Eyes {
    /// Width of the window; below 600 it is a phone.
    pub(crate) width: u32,
    /// `ja` or `en`.
    pub(crate) language: &'static str,
    /// Whether scripts run.
    pub(crate) scripts: bool,
}

/// A tab in a context of its own: no cookies, no history, nothing of any other.
pub(crate) struct Tab {
    browser: &'static Chromium,
    context: String,
    session: String,
    /// How it is looked at.
    pub(crate) eyes: Eyes,
    complaints: Vec<String>,
}

/// Longer than the 15 seconds after which a waiting page looks again.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a page that is being left or not yet there answers.
const NOT_NOW: &str = "not now";

impl Tab {
    /// Opens it; `None` where the run does without a browser.
    pub(crate) fn open(eyes: Eyes) -> Option<Self> {
        let browser = chromium()?;
        let text = |answer: Result<Value, String>, name: &str| answer.unwrap()[name].as_str().unwrap().to_owned();
        let context = text(browser.call(None, "Target.createBrowserContext", &json!({})), "browserContextId");
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let target = text(browser.call(None, "Target.createTarget", &target), "targetId");
        let attach = json!({ "targetId": target, "flatten": true });
        let session = text(browser.call(None, "Target.attachToTarget", &attach), "sessionId");
        let tab = Self { browser, context, session, eyes, complaints: Vec::new() };
        for domain in ["Page", "Runtime", "Log", "Audits"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        tab.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": eyes.width, "height": 800, "deviceScaleFactor": 1, "mobile": eyes.width < 600 }),
        );
        let user_agent = browser.user_agent.get().cloned().unwrap_or_default();
        tab.call(
            "Emulation.setUserAgentOverride",
            &json!({ "userAgent": user_agent, "acceptLanguage": eyes.language }),
        );
        tab.call("Emulation.setScriptExecutionDisabled", &json!({ "value": !eyes.scripts }));
        Some(tab)
    }

    fn call(&self, method: &str, parameters: &Value) -> Value {
        self.browser.call(Some(&self.session), method, parameters).unwrap()
    }

    /// Goes to an address, as by the address bar.
    pub(crate) fn go(&mut self, address: &str) {
        let place = address.split('#').next().unwrap_or_default();
        self.follow(address, &format!("location.href.startsWith({})", text(place)));
    }

    /// Goes to an address that leads on, until this holds.
    pub(crate) fn follow(&mut self, address: &str, condition: &str) {
        let answer = self.call("Page.navigate", &json!({ "url": address }));
        assert!(answer.get("errorText").is_none(), "{address}: {answer}");
        self.until(condition);
    }

    /// Waits until this holds on a page that is loaded, then looks the page over.
    pub(crate) fn until(&mut self, condition: &str) {
        self.wait(&format!("document.readyState === 'complete' && ({condition})"));
        self.look();
    }

    fn wait(&self, condition: &str) {
        let begun = Instant::now();
        while self.try_ask(condition) != Ok(Value::Bool(true)) {
            if begun.elapsed() > PATIENCE {
                let page = "[location.href, document.title, document.body?.innerText.slice(0, 600)].join(' | ')";
                panic!("{condition} did not come true on {:?}", self.try_ask(page));
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// What every page has to be: no wider than the window, in the language asked for.
    fn look(&mut self) {
        let page = self.try_ask("[location.href, document.documentElement.scrollWidth]").unwrap_or_default();
        if page[1].as_u64().is_some_and(|width| width > u64::from(self.eyes.width)) {
            self.complaints.push(format!("{page} is wider than {}", self.eyes.width));
        }
    }

    /// The value of an expression on the page.
    pub(crate) fn ask(&self, expression: &str) -> Value {
        self.try_ask(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// A text on the page.
    pub(crate) fn ask_text(&self, expression: &str) -> String {
        let value = self.ask(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} is {value}")).to_owned()
    }

    /// The value that a promise on the page comes to.
    pub(crate) fn ask_later(&self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", &parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    fn try_ask(&self, expression: &str) -> Result<Value, String> {
        let parameters = json!({ "expression": expression, "returnByValue": true });
        let answer = self.browser.call(Some(&self.session), "Runtime.evaluate", &parameters)?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(format!("{NOT_NOW}: {details}")),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Whether something is on the page.
    pub(crate) fn has(&self, selector: &str) -> bool {
        self.ask(&format!("!!document.querySelector({})", text(selector))) == Value::Bool(true)
    }

    /// Clicks the middle of an element, where a person would: it has to be visible and on top.
    pub(crate) fn click(&self, selector: &str) {
        self.press(selector, 1);
    }

    /// Clicks twice, as impatient people do.
    pub(crate) fn double_click(&self, selector: &str) {
        self.press(selector, 2);
    }

    fn press(&self, selector: &str, times: u32) {
        // what takes the focus by itself does so with the page's first picture, and scrolls: a move of the mouse is answered after one
        let mut place = self.place(selector);
        loop {
            self.call("Input.dispatchMouseEvent", &json!({ "type": "mouseMoved", "x": place[0], "y": place[1] }));
            let now = self.place(selector);
            if now == place {
                break;
            }
            place = now;
        }
        // all at once: the second click of two comes before the next page
        let kinds = (1..=times).flat_map(|count| [("mousePressed", count), ("mouseReleased", count)]);
        let events = kinds.map(|(kind, count)| {
            json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": count })
        });
        let send = |event| self.browser.send(Some(&self.session), "Input.dispatchMouseEvent", &event);
        let sent: Vec<_> = events.map(send).collect();
        for event in sent {
            event.and_then(Sent::answer).expect("a click");
        }
    }

    /// Where the middle of an element is, in view; it has to be visible and on top.
    fn place(&self, selector: &str) -> Value {
        let place = self.ask(&format!(
            "(() => {{
                const element = document.querySelector({});
                if (!element) return 'missing';
                element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = element.getClientRects()[0];
                if (!box) return 'not visible';
                const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
                const top = document.elementFromPoint(x, y);
                return element.contains(top) ? [x, y] : 'covered by ' + top?.outerHTML.slice(0, 200);
            }})()",
            text(selector)
        ));
        assert!(place.is_array(), "{selector} on {}: {place}", self.ask("location.href"));
        place
    }

    /// Clicks and waits for the next page.
    pub(crate) fn leave_by(&mut self, selector: &str) {
        self.leave(|tab| tab.click(selector));
    }

    /// Presses Enter and waits for the next page.
    pub(crate) fn leave_by_enter(&mut self) {
        self.leave(Self::enter);
    }

    /// Does what leads to another page, and waits for that, which may look just as this one.
    fn leave(&mut self, doing: impl FnOnce(&Self)) {
        self.ask("document.documentElement.dataset.left = ''");
        doing(self);
        self.until("!('left' in document.documentElement.dataset)");
    }

    /// The browser's own reload button.
    pub(crate) fn reload(&self) {
        self.call("Page.reload", &json!({}));
    }

    /// Pastes into a field, over what it holds.
    pub(crate) fn paste_into(&self, selector: &str, pasted: &str) {
        self.click(selector);
        self.ask("document.activeElement.select()");
        self.call("Input.insertText", &json!({ "text": pasted }));
    }

    /// Types into a field, key by key, over what it holds.
    pub(crate) fn type_into(&self, selector: &str, typed: &str) {
        self.click(selector);
        self.ask("document.activeElement.select()");
        for key in typed.chars() {
            self.call("Input.dispatchKeyEvent", &json!({ "type": "char", "text": key.to_string() }));
        }
    }

    /// Presses a key that isn't a character.
    pub(crate) fn enter(&self) {
        for kind in ["keyDown", "keyUp"] {
            let key =
                json!({ "type": kind, "key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13 });
            self.call("Input.dispatchKeyEvent", &key);
        }
    }

    /// Chooses an option.
    pub(crate) fn choose(&self, selector: &str, value: &str) {
        self.ask(&format!("document.querySelector({}).value = {}", text(selector), text(value)));
    }

    /// The browser's own back button.
    pub(crate) fn back(&self) {
        self.leaf(|index| index.checked_sub(1));
    }

    fn leaf(&self, to: impl Fn(u64) -> Option<u64>) {
        let history = self.call("Page.getNavigationHistory", &json!({}));
        let place = history["currentIndex"].as_u64().and_then(to).expect("a page there");
        let entry = history["entries"].as_array().unwrap()[usize::try_from(place).unwrap()]["id"].clone();
        self.call("Page.navigateToHistoryEntry", &json!({ "entryId": entry }));
    }

    /// Keeps a picture of the whole page for a person's eyes, where the run names a folder for them by `KESSAI_SHOTS`.
    #[allow(clippy::disallowed_methods, reason = "a setting of the test run, not of the product")]
    pub(crate) fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("KESSAI_SHOTS") else { return };
        let shot = self.call("Page.captureScreenshot", &json!({ "format": "png", "captureBeyondViewport": true }));
        let png = data_encoding::BASE64.decode(shot["data"].as_str().unwrap_or_default().as_bytes()).unwrap();
        let Eyes { width, language, scripts } = self.eyes;
        let scripts = if scripts { "" } else { "-plain" };
        let name = format!("{name}-{language}-{width}{scripts}.png");
        std::fs::write(std::path::Path::new(&folder).join(name), png).unwrap();
    }

    /// Everything that the browser found wrong so far: script errors, console errors, refusals of the content security policy.
    pub(crate) fn complaints(&mut self) -> &[String] {
        let found = self.browser.events(&self.session).iter().filter_map(complaint).collect::<Vec<_>>();
        self.complaints.extend(found);
        &self.complaints
    }

    /// Chooses a file of this machine in a field.
    pub(crate) fn attach(&self, selector: &str, path: &std::path::Path) {
        let field = self
            .call("Runtime.evaluate", &json!({ "expression": format!("document.querySelector({})", text(selector)) }));
        let field = field["result"]["objectId"].as_str().expect("a field").to_owned();
        self.call("DOM.setFileInputFiles", &json!({ "files": [path], "objectId": field }));
    }

    /// Keeps a page that looks again by itself from doing so.
    pub(crate) fn hold(&self) {
        self.ask("for (let timer = setTimeout(() => {}, 0); timer > 0; timer -= 1) clearTimeout(timer)");
    }

    /// Ends the visit: there must have been nothing to complain about.
    pub(crate) fn done(mut self) {
        let eyes = self.eyes;
        assert!(self.complaints().is_empty(), "{eyes:?}: {:#?}", self.complaints);
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let context = json!({ "browserContextId": self.context });
        drop(self.browser.call(None, "Target.disposeBrowserContext", &context));
    }
}

/// An event as a complaint, if it is one.
fn complaint(event: &Value) -> Option<String> {
    let given = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(format!("script: {}", given["exceptionDetails"])),
        "Runtime.consoleAPICalled" => {
            matches!(given["type"].as_str()?, "error" | "warning" | "assert").then(|| format!("console: {given}"))
        }
        "Log.entryAdded" => {
            let entry = &given["entry"];
            let bad = matches!(entry["level"].as_str()?, "error" | "warning");
            // a page of ours that says 404 or 422 is an answer like any other
            let answered =
                entry["source"] == "network" && entry["text"].as_str()?.contains("responded with a status of 4");
            (bad && !answered).then(|| format!("log: {entry}"))
        }
        "Audits.issueAdded" => {
            let issue = &given["issue"];
            // a shop's own POST to us brings no Lax cookie, and needs none
            let lax = issue["details"]["cookieIssueDetails"]["cookieExclusionReasons"] == json!(["ExcludeSameSiteLax"]);
            // the bucket sends a browser straight back to us, and has no cookies to lose by that
            let bounced = issue["code"] == "BounceTrackingIssue";
            (!lax && !bounced).then(|| format!("issue: {issue}"))
        }
        _ => None,
    }
}

/// A text as a literal of the page's language.
pub(crate) fn text(text: &str) -> String {
    Value::from(text).to_string()
}
