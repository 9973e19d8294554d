//! An acquirer that answers nobody for a day: a person is called, and when it answers again all is found out.

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use local::world::World;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::enumerate::block;
use super::invariants::{Evidence, Expected, broken};
use super::shopper::{APPROVED, Page, Shopper};
use super::stories::{carried, world};

#[test]
fn an_acquirer_that_never_answers_calls_a_person_and_is_asked_all_the_same() {
    block(async {
        let world = world().await;
        let mut shopper = Shopper::new(&world, "1001", 1901);
        let out = Arc::new(AtomicBool::new(false));
        answers_unless(&world, &out);
        assert_eq!(shopper.pay(APPROVED).await, Page::Waiting);
        out.store(true, Ordering::SeqCst);
        advance(&world, 20 * 3600).await;
        assert_eq!(shopper.look().await.unwrap().state.name(), "unknown");
        advance(&world, 5 * 3600).await;
        assert_eq!(shopper.look().await.unwrap().state.name(), "needs_person");
        assert!(matches!(shopper.open().await, Page::Waiting), "a payment in doubt is open to a second one");
        let found = broken(&mut shopper, Expected::Person, &Evidence::of(&world).await).await;
        assert!(found.is_empty(), "{}", found.join("; "));

        out.store(false, Ordering::SeqCst);
        advance(&world, 2 * 3600).await;
        let found = broken(&mut shopper, Expected::Paid, &Evidence::of(&world).await).await;
        assert!(found.is_empty(), "{}", found.join("; "));
    });
}

/// The acquirer, unless it is `out`: then it says so at once, and asks for no pause.
fn answers_unless(world: &World, out: &Arc<AtomicBool>) {
    let (inner, out) = (world.clone(), Arc::clone(out));
    let handler = move |request: Request<Bytes>| {
        let (world, out) = (inner.clone(), Arc::clone(&out));
        async move {
            if out.load(Ordering::SeqCst) {
                let busy = Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).header(header::RETRY_AFTER, "0");
                return busy.body(Bytes::new()).unwrap();
            }
            carried(world.http(request).await)
        }
    };
    world.cloud().register_host("localhost", Arc::new(handler));
}

async fn advance(world: &World, seconds: u64) {
    world.advance(Duration::from_secs(seconds)).await.unwrap();
}
