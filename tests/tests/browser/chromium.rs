//! A headless Chromium of the machine, driven over its DevTools pipe: JSON messages that end with a zero byte
//! (`--remote-debugging-pipe`). The pipe needs no port and no library, and the browser ends when it closes.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

/// Names under which systems install it.
const NAMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Nothing but the pages under test: no sandbox (CI runs as root), no GPU, none of the browser's own traffic, and few
/// processes: starting one for each site costs more than the pages themselves.
const FLAGS: [&str; 15] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-features=Translate,OptimizationHints,MediaRouter,PaintHolding,IsolateOrigins,site-per-process",
    "--renderer-process-limit=1",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

/// The pipe's ends are descriptors 3 and 4, which only a shell hands over without unsafe code. It clears the profile away, too.
const LAUNCH: &str = r#""$@" 3<&0 4>&1 </dev/null >/dev/null; rm -rf "$0""#;

const ANSWER: Duration = Duration::from_secs(90);

/// One browser process, shared by all tests; each works in a context of its own.
pub(crate) struct Chromium {
    pipe: Mutex<ChildStdin>,
    waiting: Mutex<HashMap<u64, Sender<Value>>>,
    events: Mutex<HashMap<String, Vec<Value>>>,
    last_id: AtomicU64,
    /// How it calls itself, which each tab needs to set its language.
    pub(crate) user_agent: OnceLock<String>,
}

/// The browser of this test run; `None` where the run is told to do without.
pub(crate) fn chromium() -> Option<&'static Chromium> {
    static SHARED: OnceLock<Option<&'static Chromium>> = OnceLock::new();
    *SHARED.get_or_init(|| (!told_to_skip()).then(Chromium::start))
}

#[allow(clippy::disallowed_methods, reason = "a setting of the test run, not of the product")]
fn told_to_skip() -> bool {
    let skip = std::env::var_os("KESSAI_NO_BROWSER").is_some_and(|value| value == "1");
    if skip {
        // straight to standard error: the test harness hides what passing tests print
        drop(writeln!(std::io::stderr(), "\nSKIPPED: KESSAI_NO_BROWSER=1, so nothing is tried in a browser\n"));
    }
    skip
}

#[allow(clippy::disallowed_methods, reason = "a setting of the test run, not of the product")]
fn find() -> String {
    if let Some(named) = std::env::var("CHROMIUM").ok().filter(|named| !named.is_empty()) {
        return named;
    }
    let runs = |name: &&&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let found = NAMES.iter().find(runs);
    (*found.expect(
        "the browser tests need Chromium and found none. Install it (`.ci/test` does on Debian: `apt-get install chromium fonts-noto-cjk`; \
         macOS: `brew install --cask chromium`), name it by CHROMIUM=/path/to/it, or leave these tests out by KESSAI_NO_BROWSER=1",
    ))
    .to_owned()
}

impl Chromium {
    /// Starts it with a fresh profile. It lives as long as the test process: the pipe closes with that.
    fn start() -> &'static Self {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let profile = place.join(format!("browser-{}", std::process::id()));
        let log = place.join("browser.log");
        let mut child: Child = Command::new("sh")
            .args(["-c", LAUNCH])
            .arg(&profile)
            .arg(find())
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).expect("a log"))
            .spawn()
            .expect("a shell");
        let (pipe, answers) = (child.stdin.take().expect("a pipe in"), child.stdout.take().expect("a pipe out"));
        let browser: &'static Self = Box::leak(Box::new(Self {
            pipe: Mutex::new(pipe),
            waiting: Mutex::default(),
            events: Mutex::default(),
            last_id: AtomicU64::new(0),
            user_agent: OnceLock::new(),
        }));
        std::thread::spawn(move || {
            browser.listen(answers);
            child.wait()
        });
        let version = browser.call(None, "Browser.getVersion", &json!({}));
        let version = version.unwrap_or_else(|error| panic!("Chromium did not start ({error}); see {}", log.display()));
        let user_agent = version["userAgent"].as_str().unwrap_or_default().replace("Headless", "");
        browser.user_agent.set(user_agent).expect("set once");
        browser
    }

    fn listen(&self, answers: ChildStdout) {
        for message in BufReader::new(answers).split(0) {
            let Ok(message) = message else { break };
            let Ok(message) = serde_json::from_slice::<Value>(&message) else { continue };
            if let Some(id) = message["id"].as_u64() {
                if let Some(asker) = lock(&self.waiting).remove(&id) {
                    drop(asker.send(message));
                }
            } else if let Some(session) = message["sessionId"].as_str() {
                lock(&self.events).entry(session.to_owned()).or_default().push(message);
            }
        }
        // whoever still waits is told by the end of its channel
        lock(&self.waiting).clear();
    }

    /// One command, to a tab's session or to the browser itself.
    ///
    /// # Errors
    /// What the browser answered instead.
    pub(crate) fn call(&self, session: Option<&str>, method: &str, parameters: &Value) -> Result<Value, String> {
        self.send(session, method, parameters)?.answer()
    }

    /// One command, whose answer is waited for later: several go out at once.
    ///
    /// # Errors
    /// The browser is gone.
    pub(crate) fn send(&self, session: Option<&str>, method: &str, parameters: &Value) -> Result<Sent, String> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let (asker, answer) = channel();
        lock(&self.waiting).insert(id, asker);
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        lock(&self.pipe).write_all(&bytes).map_err(|error| format!("{method}: {error}"))?;
        Ok(Sent { method: method.to_owned(), answer })
    }

    /// What a session has reported since it was last asked.
    pub(crate) fn events(&self, session: &str) -> Vec<Value> {
        lock(&self.events).remove(session).unwrap_or_default()
    }
}

/// A command that was sent.
pub(crate) struct Sent {
    method: String,
    answer: Receiver<Value>,
}

impl Sent {
    /// Waits for the answer.
    ///
    /// # Errors
    /// What the browser answered instead.
    pub(crate) fn answer(self) -> Result<Value, String> {
        let Self { method, answer } = self;
        let answer = answer.recv_timeout(ANSWER).map_err(|error| format!("{method}: {error}"))?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}")),
            None => Ok(answer["result"].clone()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
