//! `kessai`: the whole system on one machine, and the administrator's commands.

use clap::{Args, Parser, Subcommand};
use local::admin::{Admin, Place, Target};
use local::verify::Captured;
use local::world::{CARDS, LINKS, MERCHANTS, Options, World};
use local::{cloud, server};
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::net::TcpListener;

/// A card payment service on one machine: payment page, demo shop, mailbox, clock. Nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "kessai", version)]
struct Command {
    #[command(flatten)]
    serve: Serve,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Args)]
struct Serve {
    /// Port of payment page, shop and /_local
    #[arg(long, default_value_t = 9000, global = true)]
    port: u16,
    /// Port of the AWS endpoints
    #[arg(long, default_value_t = 4566, global = true)]
    aws_port: u16,
    /// Where everything is kept
    #[arg(long, default_value = ".kessai", global = true)]
    data_dir: PathBuf,
    /// Keep nothing
    #[arg(long, global = true)]
    memory: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Administer merchants, here or in a deployment
    Admin {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        command: Admin,
    },
    /// Say whether a captured notification or hand-over is genuine
    Verify(Captured),
}

impl Serve {
    fn options(&self) -> Options {
        let aws_origin = Some(format!("http://127.0.0.1:{}", self.aws_port));
        Options { aws_origin, ..Options::serving(self.port, (!self.memory).then(|| self.data_dir.clone())) }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command { serve, action } = Command::parse();
    local::telemetry();
    let ended = match action {
        None => run(&serve).await,
        Some(Action::Admin { place, command }) => administer(&serve, place, command).await,
        Some(Action::Verify(captured)) => judge(&captured),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _unwritable = writeln!(std::io::stderr(), "kessai: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Serves until ctrl-c.
async fn run(serve: &Serve) -> Result<(), Failure> {
    let (site, aws) = (listen(serve.port).await?, listen(serve.aws_port).await?);
    // `localhost` may mean either family; a machine without the newer one does without
    let site_v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, serve.port)).await.ok();
    let world = World::start(serve.options()).await?;
    say(&greeting(serve))?;
    let ended = tokio::select! {
        Some(ended) = maybe(site_v6.map(|site| server::serve(world.clone(), site))) => ended.map_err(Failure::from),
        ended = server::serve(world.clone(), site) => ended.map_err(Failure::from),
        ended = cloud::serve(world.cloud().clone(), aws) => ended.map_err(Failure::from),
        ended = world.drive() => ended.map_err(Failure::from),
        stopped = tokio::signal::ctrl_c() => stopped.map_err(Failure::from),
    };
    // what is being delivered is finished; anything else goes on at the next start
    world.settle().await?;
    say(&["stopped".to_owned()])?;
    ended
}

/// What isn't there is never polled again.
async fn maybe<T>(future: Option<impl Future<Output = T>>) -> Option<T> {
    match future {
        Some(future) => Some(future.await),
        None => None,
    }
}

async fn listen(port: u16) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map_err(|error| {
        format!("port {port} can't be used ({error}); choose another one by --port or --aws-port").into()
    })
}

async fn administer(serve: &Serve, place: Place, command: Admin) -> Result<(), Failure> {
    let target = Target::open(place, serve.options(), serve.aws_port).await?;
    let _unwritable = writeln!(std::io::stderr(), "working on {}", target.what);
    say(&local::admin::run(&target.registry, command, &local::machine_clock()).await?)
}

fn judge(captured: &Captured) -> Result<(), Failure> {
    say(&captured.judge(local::machine_clock().now())?)
}

fn greeting(serve: &Serve) -> Vec<String> {
    let port = serve.port;
    let kept =
        if serve.memory { "nothing is kept".to_owned() } else { format!("kept in {}", serve.data_dir.display()) };
    let mut lines = vec![
        format!("shop              http://127.0.0.1:{port}/shop"),
        format!("payment page      http://localhost:{port}/pay"),
    ];
    lines.extend(LINKS.iter().map(|(id, item, _)| format!("payment link      http://localhost:{port}/l/{id}  {item}")));
    lines.extend([
        format!("behind the scenes http://127.0.0.1:{port}/_local/"),
        format!("AWS endpoints     http://127.0.0.1:{}", serve.aws_port),
        format!("data              {kept}"),
        String::new(),
        "merchants".to_owned(),
    ]);
    lines.extend(MERCHANTS.iter().map(|merchant| format!("  {}  {}", merchant.id, merchant.name)));
    lines.push("cards (any future expiry, any code)".to_owned());
    lines.extend(CARDS.iter().map(|(number, does)| format!("  {number:<20} {does}")));
    lines.extend([String::new(), "ctrl-c stops".to_owned()]);
    lines
}

fn say(lines: &[String]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
