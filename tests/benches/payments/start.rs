//! From a function's start to its first question for an event, its release binary beside one that does nothing, over TLS on the loopback.

use crate::{
    cases,
    measure::{median, ms, process_cpu},
    runtime_api::Function,
    table,
    tls::{Endpoint, Identity},
};
use local::{
    cloud, server, template,
    world::{Options, World},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::net::TcpListener;

const RUNS: usize = 21;

/// Measures and prints.
pub(crate) async fn print(programs: &Path) {
    let stage = Stage::set().await;
    let bare = stage.measure(&programs.join("examples/bare"), BTreeMap::new()).await;
    let mut rows = vec![row("bare lambda_http function", &bare, &bare, size(&programs.join("examples/bare")))];
    let first = stage.first_payment(programs).await;
    for function in &stage.world.template().functions {
        let program = programs.join(&function.package);
        let started = stage.measure(&program, stage.settings(&function.environment)).await;
        let mut cells = row(&function.package, &started, &bare, size(&program));
        cells.push(first.get(function.package.as_str()).map_or_else(|| "-".to_owned(), usize::to_string));
        rows.push(cells);
    }
    rows[0].push("-".to_owned());
    let head =
        ["release build", "CPU ms", "of bare", "wall ms", "of it waiting", "handshakes", "MB", "in the first payment"];
    table::print(&format!("Start to the first poll of the Runtime API (medians of {RUNS} starts)"), &head, &rows);
}

/// What starts took.
#[derive(Clone, Copy)]
struct Started {
    cpu_ms: f64,
    wall_ms: f64,
    handshakes: usize,
}

fn row(name: &str, started: &Started, bare: &Started, bytes: u64) -> Vec<String> {
    vec![
        name.to_owned(),
        format!("{:.2}", started.cpu_ms),
        format!("{:.2}", started.cpu_ms / bare.cpu_ms),
        format!("{:.2}", started.wall_ms),
        format!("{:.2}", (started.wall_ms - started.cpu_ms).max(0.0)),
        started.handshakes.to_string(),
        format!("{:.1}", bytes as f64 / 1e6),
    ]
}

fn size(program: &Path) -> u64 {
    std::fs::metadata(program).unwrap().len()
}

/// The local system, behind TLS.
struct Stage {
    world: World,
    aws: Endpoint,
    http: Endpoint,
    bundle: PathBuf,
}

impl Stage {
    async fn set() -> Self {
        let identity = Identity::new();
        let bundle = std::env::temp_dir().join(format!("kessai-start-{}.pem", std::process::id()));
        std::fs::write(&bundle, &identity.pem).unwrap();
        let plain = [TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap()];
        let ports = [plain[0].local_addr().unwrap().port(), plain[1].local_addr().unwrap().port()];
        let world = World::start(Options::serving(ports[1], None)).await.unwrap();
        let [aws, http] = plain;
        tokio::spawn(cloud::serve(world.cloud().clone(), aws));
        tokio::spawn(server::serve(world.clone(), http));
        let (aws, http) = (Endpoint::before(ports[0], &identity).await, Endpoint::before(ports[1], &identity).await);
        Self { world, aws, http, bundle }
    }

    fn settings(&self, environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut settings = environment.clone();
        let bundle = self.bundle.to_str().unwrap();
        for (name, value) in [
            ("AWS_REGION", template::REGION),
            ("AWS_ACCESS_KEY_ID", "AKIAOPERATOR"),
            ("AWS_SECRET_ACCESS_KEY", "nothing-secret"),
            ("AWS_ENDPOINT_URL", &format!("https://localhost:{}", self.aws.port)),
            ("AWS_CA_BUNDLE", bundle),
        ] {
            settings.insert(name.to_owned(), value.to_owned());
        }
        if let Some(acquirer) = settings.get_mut("ACQUIRER_URL") {
            *acquirer = format!("https://localhost:{}/test-acquirer", self.http.port);
        }
        settings
    }

    fn handshakes(&self) -> usize {
        self.aws.handshakes() + self.http.handshakes()
    }

    async fn measure(&self, program: &Path, settings: BTreeMap<String, String>) -> Started {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let before = self.handshakes();
            let (function, cpu) = start(program, settings.clone()).await;
            runs.push((ms(cpu), ms(function.start_time().unwrap()), self.handshakes() - before));
            function.stop().await;
        }
        Started {
            cpu_ms: median(runs.iter().map(|run| run.0).collect()),
            wall_ms: median(runs.iter().map(|run| run.1).collect()),
            handshakes: median(runs.iter().map(|run| run.2).collect()),
        }
    }

    /// How many handshakes each function on a payment's way still makes while the shopper waits.
    async fn first_payment(&self, programs: &Path) -> BTreeMap<&'static str, usize> {
        let mut first = BTreeMap::new();
        let page = self.first("payment-page", programs, cases::visit(), &mut first).await;
        let submit = cases::submit(&page, "4242424242424242");
        let charged = self.first("authorize", programs, submit, &mut first).await;
        self.first("return-dispatch", programs, cases::follow(&charged), &mut first).await;
        first
    }

    async fn first(
        &self,
        package: &'static str,
        programs: &Path,
        event: Value,
        counts: &mut BTreeMap<&'static str, usize>,
    ) -> Value {
        let functions = &self.world.template().functions;
        let function = functions.iter().find(|function| function.package == package).unwrap();
        let (process, _) = start(&programs.join(package), self.settings(&function.environment)).await;
        let before = self.handshakes();
        let answer = process.invoke(event).await;
        counts.insert(package, self.handshakes() - before);
        process.stop().await;
        answer
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_file(&self.bundle);
    }
}

/// Starts a program; answers what it used until it waited for its first event, too.
async fn start(program: &Path, settings: BTreeMap<String, String>) -> (Function, Duration) {
    let mut function = Function::start(program, settings, Duration::from_secs(28)).await;
    function.ready().await;
    tokio::time::sleep(Duration::from_millis(5)).await; // it goes to sleep after its question is out
    let cpu = process_cpu(function.id());
    (function, cpu)
}
