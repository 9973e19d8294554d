//! The page's design while it is being typed, shown in a frame.

use system_tests::OWNER;

use crate::console::{Clerk, DESK_JA};
use crate::system::System;

/// Which of the frames is seen: each has a number of its own.
const SHOWN: &str = "Number([...document.querySelectorAll('iframe')].find((frame) => !frame.hidden).name.slice(4))";
/// The frame is there, seen, and alone.
const ONE_FRAME: &str = "[...document.querySelectorAll('iframe')].map((frame) => frame.hidden).join() === 'false'";

#[test]
fn what_is_typed_is_shown_at_once_and_saving_goes_on_as_before() {
    let system = System::start();
    let Some(mut clerk) = Clerk::sign_in(&system, DESK_JA, OWNER) else { return };
    clerk.go("/console/settings/page");
    clerk.tab.until(ONE_FRAME);
    clerk.see("settings page live");
    let unseen = |selector: &str| {
        let shown = format!(
            "((it) => {{ const was = it.hidden; it.hidden = true; const shown = getComputedStyle(it).display; it.hidden = was; return shown }})\
             (document.querySelector({selector:?}))"
        );
        clerk.tab.ask(&shown) == "none"
    };
    assert!(
        unseen("#live") && unseen("button[value=live]"),
        "without scripts both stay hidden, and the button beside them works"
    );
    let (history, shown) = (clerk.tab.ask("history.length"), clerk.tab.ask(SHOWN).as_u64().unwrap());
    clerk.tab.paste_into("#accent", "#aa0000");
    clerk.tab.until(&format!("{SHOWN} > {shown} && {ONE_FRAME}"));
    clerk.tab.picture("console-settings-page-live-red");
    assert_eq!(clerk.tab.ask("document.activeElement.id"), "accent", "whoever types goes on typing");
    assert_eq!(clerk.tab.ask("history.length"), history, "the browser's back button knows nothing of it");
    // half a colour shows nothing new, and nothing broken
    clerk.tab.paste_into("#accent", "#aa");
    std::thread::sleep(std::time::Duration::from_millis(900));
    assert_eq!(clerk.tab.ask("[...document.querySelectorAll('iframe')].filter((frame) => !frame.hidden).length"), 1);
    clerk.tab.paste_into("#accent", "#bb0000");
    clerk.tab.leave_by("main form .go");
    clerk.tab.until("location.search === '?done=saved'");
    assert_eq!(clerk.tab.ask("document.getElementById('accent').value"), "#bb0000");
    clerk.tab.done();
}
