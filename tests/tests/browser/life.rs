//! The whole life of a regular purchase: join, see, fail, change the card, one try at once, stop; with every mail and every yen.

use std::time::Duration;

use domain::clock::JAPAN;
use domain::recurring::calendar::run_day;
use domain::recurring::plan::Plan;
use jiff::civil::time;
use serde_json::Value;
use system_tests::cards;

use crate::journey::{back_in_shop, fill_card, on_payment_page, verdict};
use crate::system::System;
use crate::tab::Tab;
use crate::{DESK_EN, PHONE_JA};

/// Subjects of the mails to the buyer, in the order of the story.
fn subjects(language: &str) -> [&'static str; 6] {
    match language {
        "ja" => [
            "お申し込みを受け付けました",
            "お支払いができませんでした",
            "カードを変更しました",
            "お支払い完了",
            "一時停止しました",
            "解約しました",
        ],
        _ => [
            "You have started",
            "could not be charged",
            "Saved card replaced",
            "Payment complete",
            "You have paused",
            "You have ended",
        ],
    }
}

#[test]
fn the_whole_life_of_a_regular_purchase() {
    for eyes in [PHONE_JA, DESK_EN] {
        let system = System::start();
        let Some(mut tab) = Tab::open(eyes) else { return };
        let told = subjects(eyes.language);
        join(&mut tab, &system);
        let joined = mail(&system, told[0]);
        let plan = only_plan(&system, 2);

        // see
        tab.go(&address(&joined, "", &system));
        tab.until("!!document.getElementById('stop')");
        assert_eq!(tab.ask("document.documentElement.lang"), eyes.language);
        tab.picture("plan");

        // fail: the card was good for keeping, and is declined from then on
        let noon = JAPAN.to_timestamp(run_day(plan.nominal).date.to_datetime(time(12, 0, 0, 0))).unwrap();
        let until_noon = Duration::try_from(noon.duration_since(system.world.now())).unwrap();
        system.block_on(system.world.advance(until_noon)).unwrap();
        let failed = mail(&system, told[1]);
        assert_eq!(only_plan(&system, 2).tries, 1);
        tab.go(&format!("{}/_local/plans", system.shop));
        tab.until("document.querySelectorAll('tr[data-plan]').length === 1");
        tab.picture("plans-behind-the-scenes");
        tab.go(&address(&failed, "", &system));
        tab.until("!!document.getElementById('notice')");
        tab.picture("plan-failed");

        // change the card, by the mail's own link
        let to_card = address(&failed, "?view=card", &system);
        tab.follow(&to_card, "location.pathname.startsWith('/card/') && !!document.getElementById('card_number')");
        fill_card(&tab, &system, cards::MASTERCARD);
        tab.click("label[for=keep_card]");
        tab.click("#pay");
        tab.until("location.pathname.startsWith('/card/result/') && !document.querySelector('[data-refresh]')");
        mail(&system, told[2]);
        // one try, at once, and a receipt that says how to stop
        let paid = only_plan(&system, 3);
        let receipt = mail_that(&system, told[3], "/plan/");
        assert!(receipt.contains("/receipt/"), "{receipt}");
        let amount = paid.agreed.amount.get();
        assert_eq!(taken(&system, amount), 1, "this period, once");

        // pause, and go on
        tab.go(&address(&failed, "", &system));
        tab.until("!!document.getElementById('pause')");
        tab.picture("plan-paid");
        tab.click("#pause");
        tab.until("!!document.getElementById('go')");
        tab.click("#go");
        tab.until("!!document.getElementById('resume')");
        mail(&system, told[4]);
        tab.click("#resume");
        tab.until("!!document.getElementById('go')");
        tab.click("#go");
        tab.until("!!document.getElementById('pause')");

        // stop
        tab.click("#stop");
        tab.until("!!document.getElementById('go')");
        tab.picture("plan-stop");
        tab.click("#go");
        tab.until("!document.getElementById('stop') && !!document.querySelector('.note')");
        tab.picture("plan-stopped");
        mail(&system, told[5]);
        let calls = system.json("/_local/acquirer.json").len();
        system.block_on(system.world.advance(Duration::from_secs(70 * 86_400))).unwrap();
        assert_eq!(system.json("/_local/acquirer.json").len(), calls, "nothing more is asked of the acquirer");
        assert_eq!(taken(&system, amount), 1);
        tab.done();
    }
}

/// From the shop's shelf through the final screen, with a card that is declined later.
fn join(tab: &mut Tab, system: &System) {
    tab.go(&format!("{}/shop", system.shop));
    tab.click("a[data-product=beans]");
    tab.until("location.pathname === '/shop/regular'");
    tab.click("form[data-merchant='4000']:not(:has([name=user])) button");
    on_payment_page(tab, system);
    fill_card(tab, system, cards::STORED_ONLY);
    tab.click("label[for=keep_card]");
    tab.click("#pay");
    back_in_shop(tab, system, "/shop/thanks");
    assert_eq!(verdict(tab), "paid");
}

/// The only plan, once this period is the next.
fn only_plan(system: &System, period: u32) -> Plan {
    for _ in 0..3_600 {
        let plans = system.block_on(system.world.plans()).unwrap();
        if let [plan] = plans.as_slice()
            && plan.period == period
        {
            return plan.clone();
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("period {period} does not come: {:?}", system.block_on(system.world.plans()));
}

/// The newest mail to the buyer of this subject, once it is there.
fn mail(system: &System, subject: &str) -> String {
    mail_that(system, subject, "")
}

/// The same, of those that hold `part`.
fn mail_that(system: &System, subject: &str, part: &str) -> String {
    for _ in 0..3_600 {
        let all = system.json("/_local/mail.json");
        let of_subject = |mail: &&Value| {
            mail["to"] == "buyer@example.com" && mail["subject"].as_str().is_some_and(|text| text.contains(subject))
        };
        let mut texts = all.iter().rev().filter(of_subject).filter_map(|mail| mail["text"].as_str());
        if let Some(text) = texts.find(|text| text.contains(part)) {
            return text.to_owned();
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("no mail says {subject:?}");
}

/// The address in a mail that leads to the plan's page, with this query.
fn address(mail: &str, query: &str, system: &System) -> String {
    let start = format!("{}/plan/", system.pay);
    let addresses = mail.split_whitespace().filter(|word| word.starts_with(&start));
    let fits = |address: &&str| if query.is_empty() { !address.contains('?') } else { address.ends_with(query) };
    addresses.into_iter().find(fits).unwrap_or_else(|| panic!("no {start}…{query} in {mail}")).to_owned()
}

/// How often the acquirer approved this much.
fn taken(system: &System, amount: u32) -> usize {
    let of_amount =
        |entry: &&Value| entry["kind"] == "authorize" && entry["amount"] == amount && entry["outcome"] == "approved";
    system.json("/_local/acquirer.json").iter().filter(of_amount).count()
}
