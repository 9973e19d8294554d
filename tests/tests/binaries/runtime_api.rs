//! A Lambda Runtime API for one function's own binary (Lambda developer guide, "Using the Lambda runtime API").

#![allow(dead_code, reason = "the test and the benchmark each use their part")]

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use http::StatusCode;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    process::Stdio,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

/// How long a function's answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// When a function first asked for an event.
type FirstPoll = Arc<OnceLock<Instant>>;

/// A function's process and the Runtime API that it polls. Both end with it.
pub(crate) struct Function {
    process: Child,
    api: JoinHandle<std::io::Result<()>>,
    events: mpsc::Sender<Invocation>,
    polled: Arc<Notify>,
    started: Instant,
    first_poll: FirstPoll,
}

struct Invocation {
    event: Value,
    answer: oneshot::Sender<Result<Value, String>>,
}

struct Api {
    timeout: Duration,
    events: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    running: Mutex<HashMap<String, oneshot::Sender<Result<Value, String>>>>,
    polled: Arc<Notify>,
    first_poll: FirstPoll,
}

impl Function {
    /// Starts the program with these settings beside the variables that Lambda itself sets
    /// (Lambda developer guide, "Defined runtime environment variables").
    pub(crate) async fn start(
        program: &std::path::Path,
        settings: BTreeMap<String, String>,
        timeout: Duration,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, receiver) = mpsc::channel(1);
        let polled = Arc::new(Notify::new());
        let first_poll = FirstPoll::default();
        let api = Arc::new(Api {
            timeout,
            events: tokio::sync::Mutex::new(receiver),
            running: Mutex::default(),
            polled: Arc::clone(&polled),
            first_poll: Arc::clone(&first_poll),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(api);
        let api = tokio::spawn(async move { axum::serve(listener, router).await });
        let name = program.file_name().unwrap().to_str().unwrap();
        let started = Instant::now();
        let process = Command::new(program)
            .env_clear()
            .envs(settings)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/kessai/test/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "1")
            .env("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self { process, api, events, polled, started, first_poll }
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id().unwrap()
    }

    /// How long it took from the process's start to its first question for an event.
    pub(crate) fn start_time(&self) -> Option<Duration> {
        Some(self.first_poll.get()?.duration_since(self.started))
    }

    /// Waits until it asks for its first event.
    pub(crate) async fn ready(&mut self) {
        tokio::select! {
            () = self.polled.notified() => {}
            status = self.process.wait() => panic!("it ended at its start: {status:?}"),
            () = tokio::time::sleep(PATIENCE) => panic!("it asked for no event within {PATIENCE:?}"),
        }
    }

    /// What it answers to an event.
    pub(crate) async fn invoke(&self, event: Value) -> Value {
        let (answer, answered) = oneshot::channel();
        self.events.send(Invocation { event, answer }).await.unwrap_or_else(|_| panic!("nobody asks for events"));
        let answered = tokio::time::timeout(PATIENCE, answered).await.expect("an answer in time");
        answered.expect("an answer").unwrap_or_else(|error| panic!("the function failed: {error}"))
    }

    /// Ends it; answers what it wrote.
    pub(crate) async fn stop(mut self) -> String {
        self.process.start_kill().unwrap();
        let output = self.process.wait_with_output().await.unwrap();
        self.api.abort();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    api.first_poll.get_or_init(Instant::now);
    api.polled.notify_one();
    let Some(Invocation { event, answer }) = api.events.lock().await.recv().await else {
        return status(StatusCode::GONE);
    };
    let mut running = api.running.lock().unwrap();
    let id = format!("{:08x}-0000-4000-8000-000000000000", running.len());
    let deadline = jiff::Timestamp::now() + api.timeout;
    running.insert(id.clone(), answer);
    http::Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", id)
        .header("lambda-runtime-deadline-ms", deadline.as_millisecond())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:ap-northeast-1:000000000000:function:test")
        .header("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0")
        .body(event.to_string().into())
        .unwrap()
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> Response {
    finish(&api, &id, serde_json::from_slice(&body).map_err(|error| error.to_string()))
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> Response {
    finish(&api, &id, Err(String::from_utf8_lossy(&body).into_owned()))
}

fn finish(api: &Api, id: &str, said: Result<Value, String>) -> Response {
    // an invocation is answered once; its place stays, so that ids go on
    let (closed, _) = oneshot::channel();
    let answer = api.running.lock().unwrap().insert(id.to_owned(), closed);
    let taken = answer.is_some_and(|answer| answer.send(said).is_ok());
    status(if taken { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST })
}

fn status(status: StatusCode) -> Response {
    http::Response::builder().status(status).body(axum::body::Body::empty()).unwrap()
}
