//! A clerk with 5,000 rows and a mistake in line 37, in Japanese at a desk and in English on a phone; every state of a batch before the accessibility checker.

use std::time::{Duration, Instant};

use domain::{
    account::UserId,
    batch::{BatchId, BatchState, Counts, FileFault, Refused},
};
use system_tests::{BatchDesk, OWNER, batch_file, batch_in, batches, cards, change_merchant, object, put_batch};

use crate::console::{Clerk, DESK_JA, PHONE_EN};
use crate::system::System;
use crate::tab::Eyes;

/// How long 5,000 rows may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

/// Alice lets merchant 4000 keep her card, for charges that the shop begins too.
fn a_buyer_agrees(system: &System) {
    system.block_on(async {
        change_merchant(&system.world, "4000", |merchant| {
            merchant.batch.at_once_rows = 1_000;
        })
        .await;
        BatchDesk::of(&system.world, "4000").keep("alice", cards::VISA).await;
    });
}

fn five_thousand_rows(eyes: Eyes) {
    let system = System::start();
    let Some(mut clerk) = Clerk::sign_in(&system, eyes, OWNER) else { return };
    a_buyer_agrees(&system);
    let file = std::env::temp_dir().join(format!("kessai-rows-{}-{}.csv", std::process::id(), eyes.language));
    std::fs::write(&file, batch_file("alice")).unwrap();

    clerk.look_at("/console/batches", "batches none yet");
    clerk.tab.attach("#file", &file);
    clerk.tab.leave_by("main form[enctype] .go");
    clerk.tab.until("location.pathname.startsWith('/console/batches/')");
    clerk.tab.picture("console-batch-just-uploaded");
    clerk.tab.until("!!document.querySelector('a[href$=\"act=confirm\"]')");
    clerk.see("batch checked");
    let said = |clerk: &Clerk<'_>, selector: &str| {
        clerk.tab.ask_text(&format!("document.querySelector('{selector}').textContent"))
    };
    assert_eq!(said(&clerk, "td.figure"), "37");
    assert!(said(&clerk, "main").contains("4,999"));
    clerk.tab.leave_by("a[href$=\"act=confirm\"]");
    clerk.see("batch to be confirmed");
    let code = clerk.code();
    clerk.tab.paste_into("#totp", &code);
    clerk.tab.leave_by("button[value=confirm]");
    clerk.tab.until("!!document.querySelector('progress')");
    clerk.tab.picture("console-batch-running");

    let began = Instant::now();
    while !clerk.tab.has("a[href$='?file']") {
        assert!(began.elapsed() < PATIENCE, "{}", said(&clerk, "main"));
        std::thread::sleep(Duration::from_secs(2));
    }
    clerk.see("batch done");
    let text = said(&clerk, "main");
    assert!(text.contains("4,999") && text.contains("9,998,000"), "{text}");
    let id = BatchId::new(said_id(&clerk)).unwrap();
    let result = system.block_on(async {
        let merchant = system_tests::merchant(&system.world, "4000").await.id;
        let batch = batches(&system.world).load(&merchant, &id).await.unwrap().unwrap();
        String::from_utf8(object(&system.world, &batch.result()).await.expect("a result")).unwrap()
    });
    let lines: Vec<&str> = result.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 5_001, "one line for each of the file");
    assert!(lines[36].contains("amount_missing") && lines[36].contains(",error,"), "{}", lines[36]);
    assert_eq!(lines.iter().filter(|line| line.contains(",approved,")).count(), 4_999);
    clerk.look_at("/console/batches", "batches");
    clerk.look_at("/console", "today after a batch");
    std::fs::remove_file(file).unwrap();
    clerk.tab.done();
}

fn said_id(clerk: &Clerk<'_>) -> String {
    clerk.tab.ask_text("location.pathname.split('/').pop()")
}

#[test]
fn a_clerk_with_5000_rows_and_a_mistake_in_line_37_in_japanese_at_a_desk() {
    five_thousand_rows(DESK_JA);
}

#[test]
fn a_clerk_with_5000_rows_and_a_mistake_in_line_37_in_english_on_a_phone() {
    five_thousand_rows(PHONE_EN);
}

/// Every state, with a name for its picture.
fn states(system: &System) -> Vec<(&'static str, BatchState)> {
    let now = system.world.now();
    let by = UserId::from_random([9; 10]);
    let counts =
        Counts { done: 5_000, approved: 4_900, yen: 9_800_000, declined: 90, unknown: 0, errors: 10, not_run: 0 };
    let refused = |why| BatchState::Refused { why, at: now };
    let earlier = BatchId::new("019aa5b1d40fedcba987").unwrap();
    vec![
        ("checking", BatchState::Checking { bytes: 60_000, since: now }),
        ("waiting", BatchState::Waiting { since: now }),
        ("cut", BatchState::Running { chunks: None, since: now }),
        ("running", BatchState::Running { chunks: Some(50), since: now }),
        ("stopping", BatchState::Cancelling { chunks: Some(50), since: now, by: by.clone(), at: now }),
        ("over", BatchState::Done { counts, at: now }),
        ("over with unknown", BatchState::Done { counts: Counts { unknown: 3, ..counts }, at: now }),
        (
            "stopped",
            BatchState::Cancelled { counts: Counts { not_run: 100, ..counts }, ran: true, by: by.clone(), at: now },
        ),
        ("dropped", BatchState::Cancelled { counts: Counts::default(), ran: false, by, at: now }),
        ("broken", refused(Refused::Broken(FileFault::QuoteUnclosed(12)))),
        ("card numbers", refused(Refused::CardNumbers)),
        ("same file", refused(Refused::SameFile { earlier })),
        ("no good row", refused(Refused::NoGoodRow)),
    ]
}

#[test]
fn every_page_of_a_batch_is_accessible() {
    for eyes in [DESK_JA, PHONE_EN] {
        let system = System::start();
        let Some(mut clerk) = Clerk::sign_in(&system, eyes, OWNER) else { return };
        for (name, state) in states(&system) {
            let batch = batch_in(&system.world, state);
            system.block_on(put_batch(&system.world, &batch));
            let page = format!("/console/batches/{}", batch.id);
            let mut looks = vec![(page.clone(), format!("batch {name}"))];
            match name {
                "waiting" => {
                    looks.push((format!("{page}?act=confirm"), "batch question to confirm".to_owned()));
                    looks.push(("/console".to_owned(), "today with a batch that waits".to_owned()));
                    looks.push(("/console/batches".to_owned(), "batches with one that waits".to_owned()));
                }
                "running" => looks.push((format!("{page}?act=stop"), "batch question to stop".to_owned())),
                _ => {}
            }
            for (path, name) in looks {
                clerk.go(&path);
                clerk.tab.hold();
                clerk.see(&name);
            }
        }
        clerk.go("/console/batches/019aa5b1d40fedcba987?since=1");
        clerk.see("batch that never came");
        clerk.go("/console/batches/019aa5b1d40fedcba987?key=4000/inbox/console-019aa5b1d40fedcba987.csv");
        clerk.tab.hold();
        clerk.see("batch being received");
        clerk.tab.done();
    }
}
