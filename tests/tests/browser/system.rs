//! The whole system at two host names of this machine: the payment page at `localhost`, the shop at `127.0.0.1`.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use jiff::tz::TimeZone;
use local::world::{Options, World};
use local::{cloud, server, site};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// A fresh system, served on a port of its own until it is dropped.
pub(crate) struct System {
    runtime: Option<Runtime>,
    /// The system itself.
    pub(crate) world: World,
    /// `http://127.0.0.1:…`.
    pub(crate) shop: String,
    /// `http://localhost:…`.
    pub(crate) pay: String,
}

impl System {
    /// Starts it on the machine's clock, as `kessai --memory` does.
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let (world, options) = runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let port = listener.local_addr().expect("an address").port();
            let aws = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let aws_origin = format!("http://127.0.0.1:{}", aws.local_addr().expect("an address").port());
            let options = Options { aws_origin: Some(aws_origin), ..Options::serving(port, None) };
            let world = World::start(options.clone()).await.expect("the world starts");
            tokio::spawn(server::serve(world.clone(), listener));
            tokio::spawn(cloud::serve(world.cloud().clone(), aws));
            // `localhost` may mean either family
            if let Ok(listener) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                tokio::spawn(server::serve(world.clone(), listener));
            }
            let driven = world.clone();
            tokio::spawn(async move { driven.drive().await });
            (world, options)
        });
        Self { runtime: Some(runtime), world, shop: options.shop_origin, pay: options.page_origin }
    }

    /// What a program gets from `/_local/….json`.
    pub(crate) fn json(&self, path: &str) -> Vec<Value> {
        let request = Request::get(path).body(Bytes::new()).expect("a request");
        let answer = self.block_on(site::answer(&self.world, request));
        serde_json::from_slice(answer.body()).expect("a list")
    }

    /// An expiry that holds for another year.
    pub(crate) fn expiry(&self) -> String {
        let year = self.world.now().to_zoned(TimeZone::UTC).year() + 1;
        format!("12/{:02}", year % 100)
    }

    /// Moves the clock to where the codes of authenticator apps change.
    pub(crate) fn begin_a_step(&self) {
        let into_s = self.world.now().as_second().unsigned_abs() % 30;
        self.block_on(self.world.advance(Duration::from_secs(30 - into_s))).expect("the clock moves");
    }

    /// Waits for something that the system does.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("running").block_on(future)
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.runtime.take().expect("running").shutdown_background();
    }
}
