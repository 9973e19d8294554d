//! A merchant's batches from outside: cards that its buyers let it keep, files put into the bucket, what became of them.

use charging::Vault;
use domain::batch::{Batch, BatchId, BatchState, Chunk, Counts};
use domain::card::{Consent, ConsentScope, HeldNumber};
use domain::{
    CardDetails, CardId, CardOwner, Clock, Expiry, KeptCard, Lang, MerchantId, OrderId, Pan, account::UserId,
};
use jiff::Timestamp;
use local::cloud::Caller;
use local::world::World;
use outbound::{CardKey, Objects};
use std::time::Duration;
use store::CardKeys;

use crate::worlds::{config, smuggle_card};

/// The header of most files.
pub const HEADER: &str = "charge,amount,user,free1";

/// What a merchant has in the bucket and in the table.
#[derive(Clone, Debug)]
pub struct BatchDesk {
    world: World,
    merchant: MerchantId,
    files: Objects,
    batches: store::Batches,
    vault: Vault,
}

impl BatchDesk {
    /// Of this merchant.
    #[must_use]
    pub fn of(world: &World, merchant: &str) -> Self {
        let config = config(world);
        let there = world.clone();
        let clock = Clock::new(move || there.now());
        let table = config.table().expect("the table's name");
        let key = CardKey::new(config.sdk(), config.required("CARD_KEY").expect("the card key"));
        let bucket = &world.template().buckets.first().expect("a bucket").name;
        Self {
            merchant: MerchantId::new(merchant).expect("a merchant number"),
            files: Objects::new(&world.cloud().sdk_config(Caller::Operator), bucket),
            batches: store::Batches::new(table.clone()),
            vault: Vault::new(key, CardKeys::new(table), clock),
            world: world.clone(),
        }
    }

    /// A buyer's card, as it stands once the buyer agreed that the merchant may charge it.
    pub async fn keep(&self, user: &str, number: &str) -> KeptCard {
        let card = self.card(CardOwner::Buyer(user.to_owned()), number).await;
        smuggle_card(&self.world, &card).await;
        card
    }

    /// Another card in the place of a buyer's, as the buyer changes it.
    pub async fn replace(&self, user: &str, number: &str) -> KeptCard {
        let (owner, stands) = self.stands(user).await;
        let mut id = [7; 8];
        id[..4].copy_from_slice(&(stands.version + 1).to_be_bytes());
        let mut card =
            KeptCard { id: CardId::from_random(id), version: stands.version + 1, ..self.card(owner, number).await };
        // sealed for its own name
        card.number = Some(self.sealed(&card, number).await);
        smuggle_card(&self.world, &card).await;
        card
    }

    /// A buyer's card whose expiry, `12/29`, is another from now on.
    pub async fn expires(&self, user: &str, expiry: &str) {
        let (_, mut card) = self.stands(user).await;
        card.card.expiry = Expiry::parse(expiry, domain::clock::japan_date(self.world.now())).expect("an expiry");
        card.version += 1;
        smuggle_card(&self.world, &card).await;
    }

    /// Takes a buyer's card away, as the buyer deletes it.
    pub async fn delete(&self, user: &str) {
        let (_, card) = self.stands(user).await;
        smuggle_card(&self.world, &KeptCard { number: None, version: card.version + 1, ..card }).await;
    }

    async fn stands(&self, user: &str) -> (CardOwner, KeptCard) {
        let owner = CardOwner::Buyer(user.to_owned());
        let table = config(&self.world).table().expect("the table's name");
        let card = store::Cards::new(table).load(&self.merchant, &owner).await.expect("the table answers");
        (owner, card.expect("a card"))
    }

    /// The card of an owner, not yet written.
    pub async fn card(&self, owner: CardOwner, number: &str) -> KeptCard {
        let pan = Pan::parse(number).expect("a card number");
        let expiry = Expiry::parse("12/30", domain::clock::japan_date(self.world.now())).expect("an expiry");
        let details = CardDetails { pan: pan.clone(), expiry, code: None, holder: "TARO YAMADA".to_owned() };
        let name = format!("{owner:?}");
        let mut id = [0; 8];
        name.bytes().rev().zip(&mut id).for_each(|(byte, place)| *place = byte);
        let mut card = KeptCard {
            merchant: self.merchant.clone(),
            owner,
            id: CardId::from_random(id),
            version: 1,
            card: details.masked(),
            holder: details.holder,
            number: None,
            fingerprint: Some(self.vault.fingerprint(&pan).await.expect("the key opens")),
            consent: Consent {
                scope: ConsentScope::MerchantInitiated,
                terms: 1,
                at: self.world.now(),
                address: "192.0.2.1".to_owned(),
            },
            network_id: Some("net-1".to_owned()),
            order: OrderId::new("1").expect("an order number"),
            mail: "buyer@example.jp".to_owned(),
            lang: Lang::Ja,
        };
        card.number = Some(self.sealed(&card, number).await);
        card
    }

    /// A number, sealed for a card.
    pub async fn sealed(&self, card: &KeptCard, number: &str) -> HeldNumber {
        let pan = Pan::parse(number).expect("a card number");
        self.vault.seal(&card.binding(), &pan).await.expect("the key opens")
    }

    /// Puts a file into the merchant's inbox, as any S3 client does.
    pub async fn put(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.put_at(&format!("{}/inbox/{name}.csv", self.merchant), bytes).await;
    }

    /// Puts a file anywhere.
    pub async fn put_at(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.files.put(key, "text/csv", bytes.into()).await.expect("the bucket answers");
    }

    /// Lets what was put there run, and a minute pass: time for a few looks at how far it is.
    pub async fn run(&self) {
        self.world.advance(Duration::from_secs(60)).await.expect("the world goes on");
    }

    /// Puts a file there and lets it run; the batch that became of it.
    pub async fn charge(&self, name: &str, bytes: impl Into<Vec<u8>>) -> Batch {
        self.put(name, bytes).await;
        self.run().await;
        self.newest().await
    }

    /// All batches, newest first.
    pub async fn all(&self) -> Vec<Batch> {
        self.batches.newest(&self.merchant, None, 100).await.expect("the table answers")
    }

    /// The newest batch.
    pub async fn newest(&self) -> Batch {
        self.all().await.into_iter().next().expect("a batch")
    }

    /// A batch as it stands.
    pub async fn load(&self, id: &BatchId) -> Batch {
        self.batches.load(&self.merchant, id).await.expect("the table answers").expect("the batch")
    }

    /// Its chunks that were begun.
    pub async fn chunks(&self, batch: &Batch) -> Vec<Chunk> {
        self.batches.chunks(batch).await.expect("the table answers")
    }

    /// Writes a batch's next version, as the console does.
    pub async fn write(&self, batch: &Batch) {
        self.batches.put(batch).await.expect("nobody else wrote it");
    }

    /// What somebody does who lets a batch run that waits.
    pub async fn confirm(&self, batch: &Batch) {
        let running = BatchState::Running { chunks: None, since: self.world.now() };
        self.write(&Batch { confirmed_by: Some(clerk()), ..batch.now(running) }).await;
        self.tell("IntakeQueue", &serde_json::to_string(&batch.order()).expect("a message"));
    }

    /// What somebody does who stops a batch that runs.
    pub async fn stop(&self, batch: &Batch) {
        let BatchState::Running { chunks, since } = batch.state else { panic!("{:?} does not run", batch.state) };
        let at = self.world.now();
        self.write(&batch.now(BatchState::Cancelling { chunks, since, by: clerk(), at })).await;
    }

    /// What somebody does who runs once more what came to nothing in a batch: the same file as another batch, which waits.
    pub async fn again(&self, batch: &Batch) -> Batch {
        let since = self.world.now();
        let again = Batch {
            id: batch.next_id(),
            version: 1,
            confirmed_by: None,
            again: true,
            told: false,
            state: BatchState::Waiting { since },
            made_at: since,
            ..batch.clone()
        };
        self.write(&again).await;
        again
    }

    /// Sends a message to a queue.
    pub fn tell(&self, queue: &str, body: &str) {
        self.world.cloud().queue(queue).expect("the queue").send(body, None).expect("the queue takes it");
    }

    /// The result as it can be fetched.
    pub async fn result(&self, batch: &Batch) -> Option<Vec<u8>> {
        let found = self.files.get(&batch.result()).await.expect("the bucket answers")?;
        Some(found.into_bytes(usize::MAX).await.expect("the whole result"))
    }

    /// The lines of a result in UTF-8, without its header; of each the columns behind those of the input.
    pub async fn answers(&self, batch: &Batch) -> Vec<[String; 3]> {
        let text = String::from_utf8(self.result(batch).await.expect("a result")).expect("UTF-8");
        let answer = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let added = &cells[HEADER.split(',').count()..];
            [added[0].to_owned(), added[1].to_owned(), added[2].to_owned()]
        };
        text.lines().skip(1).map(answer).collect()
    }

    /// Only what came of each line.
    pub async fn results(&self, batch: &Batch) -> Vec<String> {
        self.answers(batch).await.into_iter().map(|[result, _, _]| result).collect()
    }

    /// How many versions of an object there are.
    pub async fn versions(&self, key: &str) -> usize {
        self.files.versions(key).await.expect("the bucket answers").len()
    }

    /// What came of a batch's rows once it was over.
    #[must_use]
    pub fn counts(batch: &Batch) -> Counts {
        match &batch.state {
            BatchState::Done { counts, .. } | BatchState::Cancelled { counts, .. } => *counts,
            BatchState::Checking { .. }
            | BatchState::Refused { .. }
            | BatchState::Waiting { .. }
            | BatchState::Running { .. }
            | BatchState::Cancelling { .. } => panic!("{:?} is not over", batch.state),
        }
    }

    /// A file under [`HEADER`] of rows: order, yen, buyer.
    #[must_use]
    pub fn file(rows: &[(&str, u32, &str)]) -> Vec<u8> {
        let lines = rows.iter().map(|(order, yen, user)| format!("{order},{yen},{user},\r\n"));
        format!("{HEADER}\r\n{}", lines.collect::<String>()).into_bytes()
    }

    /// How long the batches functions' waits are at most: a message that failed is given again after it.
    pub async fn wait_for_retries(&self) {
        self.world.advance(Duration::from_secs(2 * 3_600)).await.expect("the world goes on");
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }
}

fn clerk() -> UserId {
    UserId::from_random([7; 10])
}
