//! A shop that continues payments: what its buyers paid, plans that a clerk has drawn up, days that go by.

use domain::batch::BatchId;
use domain::payment::OperationKind;
use domain::recurring::continuation::{Month, Run, RunState};
use domain::{CardOwner, MerchantId, OrderId};
use jiff::Timestamp;
use local::cloud::{Fault, When};
use local::world::World;
use std::fmt::Write as _;
use std::time::Duration;

use crate::batches::BatchDesk;
use crate::card::cards;
use crate::clerk::Clerk;
use crate::clerk_calls::ClerkCalls;
use crate::page::Form;
use crate::worlds::{config, smuggle_card};

const LIST: &str = "/console/continuation";

/// What merchant 4000 has.
#[derive(Debug)]
pub struct ContinuationDesk {
    world: World,
    merchant: MerchantId,
    batches: BatchDesk,
    runs: store::Continuations,
}

impl ContinuationDesk {
    /// With the kept cards of alice, bob and dave.
    pub async fn of(world: &World) -> Self {
        let batches = BatchDesk::of(world, "4000");
        for (user, number) in [("alice", cards::VISA), ("bob", cards::MASTERCARD), ("dave", cards::JCB)] {
            batches.keep(user, number).await;
        }
        Self {
            merchant: MerchantId::new("4000").expect("a merchant number"),
            runs: store::Continuations::new(config(world).table().expect("the table's name")),
            batches,
            world: world.clone(),
        }
    }

    /// Writes a run of this name, whose plan is asked for and not drawn up yet.
    pub async fn put(world: &World, id: &str) {
        let merchant = MerchantId::new("4000").expect("a merchant number");
        let (month, now) = (Month::parse("2026-12").expect("a month"), world.now());
        let run = Run::scheduled(&merchant, month, domain::clock::japan_date(now), now);
        let run = Run { id: BatchId::new(id).expect("a name"), ..run };
        let runs = store::Continuations::new(config(world).table().expect("the table's name"));
        runs.put(&run).await.expect("nobody else wrote it");
    }

    /// Its batches.
    #[must_use]
    pub const fn batches(&self) -> &BatchDesk {
        &self.batches
    }

    /// Payments of the present month: order, yen, buyer. A guest, whose buyer is nobody, pays with the card of the order itself.
    pub async fn paid(&self, rows: &[(&str, u32, &str)]) {
        let mut file = "charge,amount,user,source,free1\r\n".to_owned();
        for (order, yen, user) in rows {
            let source = if user.is_empty() { *order } else { "" };
            if user.is_empty() {
                let owner = CardOwner::Order(OrderId::new(*order).expect("an order number"));
                smuggle_card(&self.world, &self.batches.card(owner, cards::VISA).await).await;
            }
            write!(file, "{order},{yen},{user},{source},memo\r\n").expect("a text takes all");
        }
        let batch = self.batches.charge("before", file).await;
        assert_eq!(usize::try_from(BatchDesk::counts(&batch).approved), Ok(rows.len()), "{:?}", batch.state);
    }

    /// Lets days go by, until a day begins in Japan.
    pub async fn until(&self, day: &str) {
        let then: Timestamp = format!("{day}T00:00:00+09:00").parse().expect("a day");
        let by = then.duration_since(self.world.now());
        self.world.advance(Duration::try_from(by).expect("a day to come")).await.expect("the world goes on");
    }

    /// The same, and the daily look at runs fails on each of them.
    pub async fn without_ticks(&self, day: &str) {
        self.world.faults().restart();
        for nth in 0..200 {
            let (caller, operation) = (Some("ContinuationSchedule".to_owned()), "Query".to_owned());
            self.world.faults().plan(When::Nth { caller, operation, nth }, Fault::FailBefore);
        }
        self.until(day).await;
        self.world.faults().stop();
    }

    /// Has a plan drawn up, and waits for it.
    pub async fn draw(&self, clerk: &mut Clerk, from: &str, month: &str) -> Run {
        let form = clerk.get(LIST).await.form(LIST).expect("the form for a month").clone();
        let asked = clerk.send(Clerk::<World>::posted(&form.chosen("from", from).chosen("month", month))).await;
        let id = asked.location().and_then(|to| to.rsplit('/').next()).unwrap_or_else(|| panic!("{}", asked.text));
        let id = BatchId::new(id).expect("a run");
        self.world.advance(Duration::from_secs(10)).await.expect("the world goes on");
        let run = self.stored(&id).await.expect("the run");
        assert!(matches!(run.state, RunState::Open { .. } | RunState::NotRun { .. }), "{:?}", run.state);
        run
    }

    /// Confirms a plan; its batch begins when time goes on.
    pub async fn confirm(&self, clerk: &mut Clerk, run: &Run) {
        clerk.get(&format!("{LIST}/{}?act=confirm", run.id)).await;
        let form = self.pressed(clerk, "confirm");
        clerk.submit(&form).await;
    }

    /// The form in front that sends this act.
    #[must_use]
    pub fn pressed(&self, clerk: &Clerk, act: &str) -> Form {
        let button = ("act".to_owned(), act.to_owned());
        let form = clerk.page().forms.iter().find(|form| form.buttons.contains(&button));
        form.unwrap_or_else(|| panic!("no button {act}: {}", clerk.page().text)).clone().pressed("act", act)
    }

    /// Writes a run, as whoever makes it does.
    pub async fn write(&self, run: &Run) {
        self.runs.put(run).await.expect("nobody else wrote it");
    }

    /// A run as it stands.
    pub async fn load(&self, run: &Run) -> Run {
        self.stored(&run.id).await.expect("the run")
    }

    /// The newest run.
    pub async fn newest(&self) -> Run {
        let runs = self.runs.newest(&self.merchant, None, 1).await.expect("the table answers");
        runs.into_iter().next().expect("a run")
    }

    /// The run that begins by itself for a month.
    pub async fn scheduled(&self, month: &str) -> Option<Run> {
        self.stored(&Run::scheduled_id(&self.merchant, Month::parse(month).expect("a month"))).await
    }

    async fn stored(&self, id: &BatchId) -> Option<Run> {
        self.runs.load(&self.merchant, id).await.expect("the table answers")
    }

    /// Gives back so much of a payment.
    pub async fn refund(&self, order: &str, yen: u32) {
        ClerkCalls::new(&self.world, "continuation").does(order, OperationKind::Refund, yen).await;
        self.world.advance(Duration::from_secs(5)).await.expect("the world goes on");
    }
}
