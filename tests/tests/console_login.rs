//! Signing in to the console (console-login): each code once, lock-out, ends of sessions, invitations, new passwords, people (console-team).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use bytes::Bytes;
use domain::{TotpSecret, totp::Step};
use http::{Request, StatusCode};
use local::{
    admin::{Admin, GivenRole, UserCommand},
    cloud::Mail,
    world::World,
};
use system_tests::{
    Clerk, DEMO_PASSWORD, DEMO_SECRET, Form, JOINED_PASSWORD, OWNER, Page, administer, fresh, invitation,
};

const SESSION: &str = "__Host-console";
const DEVICE: &str = "__Host-console-device";

async fn minutes(world: &World, minutes: u64) {
    world.advance(Duration::from_secs(minutes * 60)).await.unwrap();
}

/// The address in the newest mail to somebody.
fn address_in_mail(world: &World, to: &str) -> String {
    let mail = mails_to(world, to).pop().unwrap_or_else(|| panic!("no mail to {to}"));
    let text = mail.text.unwrap();
    let at = text.find("/console/").unwrap_or_else(|| panic!("no address in {text}"));
    text[at..].split_whitespace().next().unwrap().to_owned()
}

fn mails_to(world: &World, to: &str) -> Vec<Mail> {
    world.mailbox().unwrap().into_iter().filter(|mail| mail.to.iter().any(|one| one == to)).collect()
}

fn is_in(page: &Page) -> bool {
    page.forms.iter().any(|form| form.action == "/console/logout")
}

/// The secret that the page of joining shows.
fn secret_on(page: &Page) -> String {
    page.by_id("secret").unwrap().text.replace(' ', "")
}

fn recovery_codes_on(page: &Page) -> Vec<String> {
    page.tags("code").map(|tag| tag.text.clone()).filter(|text| text.len() == 19 && text.contains('-')).collect()
}

#[tokio::test]
async fn an_owner_signs_in_and_out() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    let page = clerk.get("/console/team").await;
    assert_eq!((page.address.as_str(), page.heading()), ("/console/login?next=%2Fconsole%2Fteam", "サインイン"));
    let page = clerk.give_password(OWNER, DEMO_PASSWORD).await;
    assert_eq!(page.heading(), "認証コードの入力");
    assert!(clerk.cookie(SESSION).is_none(), "a password alone is no session");
    clerk.sign_in(OWNER, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
    assert!(is_in(clerk.get("/console/team").await));
    let out = clerk.form("/console/logout").clone();
    let session = clerk.cookie(SESSION).unwrap().to_owned();
    assert_eq!(clerk.submit(&out).await.heading(), "サインイン");
    assert!(clerk.cookie(SESSION).is_none());
    clerk.set_cookie(SESSION, Some(&session));
    assert!(!is_in(clerk.get("/console/team").await), "the session is over, not only the cookie");
}

#[tokio::test]
async fn whoever_signs_in_comes_to_the_page_they_asked_for_and_nowhere_else() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    clerk.get("/console/audit").await;
    let form = clerk.form("/console/login").clone().with("mail", OWNER).with("password", DEMO_PASSWORD);
    clerk.submit(&form).await;
    let code = clerk.code().await;
    assert_eq!(clerk.give_code(&code).await.address, "/console/audit");
    let mut other = Clerk::new(&world);
    other.get("/console/login?next=https%3A%2F%2Fevil.example%2Fconsole").await;
    let form = other.form("/console/login").clone().with("mail", OWNER).with("password", DEMO_PASSWORD);
    other.submit(&form).await;
    minutes(&world, 1).await;
    let code = other.code().await;
    assert!(other.give_code(&code).await.address.starts_with("/console"), "{}", other.page().address);
}

#[tokio::test]
async fn each_code_is_taken_once() {
    let world = fresh().await;
    let secret = TotpSecret::from_base32(DEMO_SECRET).unwrap();
    let code = secret.code(Step::at(world.now()));
    let [mut first, mut second] = [Clerk::new(&world), Clerk::new(&world)];
    for clerk in [&mut first, &mut second] {
        clerk.give_password(OWNER, DEMO_PASSWORD).await;
    }
    // Both at the same moment.
    let (one, other) = tokio::join!(first.give_code(&code), second.give_code(&code));
    let taken = [one, other].iter().filter(|page| page.status != StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(taken, 1, "one of them is in");
    let mut late = Clerk::new(&world);
    late.give_password(OWNER, DEMO_PASSWORD).await;
    assert_eq!(late.give_code(&code).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let older = secret.code(Step::from(Step::at(world.now()).number() - 1));
    assert_eq!(late.give_code(&older).await.status, StatusCode::UNPROCESSABLE_ENTITY, "older than one that was used");
    let next = secret.code(Step::from(Step::at(world.now()).number() + 1));
    late.give_code(&next).await;
    assert!(late.cookie(SESSION).is_some());
}

#[tokio::test]
async fn nobody_can_tell_an_unknown_address_from_a_wrong_password_and_a_locked_account() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    let text = |page: &Page| (page.status, page.text.clone());
    let unknown = text(clerk.give_password("nobody@example.jp", "correct horse battery").await);
    let wrong = text(clerk.give_password(OWNER, "correct horse battery").await);
    for _ in 0..5 {
        clerk.give_password(OWNER, "correct horse battery").await;
    }
    let locked = text(clerk.give_password(OWNER, DEMO_PASSWORD).await);
    assert_eq!(unknown.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(unknown, wrong);
    assert_eq!(wrong, locked);
}

#[tokio::test]
async fn five_failures_shut_a_device_for_half_an_hour_and_no_other() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    let mut elsewhere = Clerk::new(&world);
    for _ in 0..5 {
        assert_eq!(elsewhere.give_password(OWNER, "wrong wrong wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let locked = elsewhere.give_password(OWNER, DEMO_PASSWORD).await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY, "the right password is refused, too");
    // The owner's own browser is known: nobody else's failures shut it.
    owner.set_cookie(SESSION, None);
    minutes(&world, 1).await;
    owner.sign_in(OWNER, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
    // Its own do, and only it.
    for _ in 0..5 {
        owner.give_password(OWNER, "wrong wrong wrong").await;
    }
    assert_eq!(owner.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    minutes(&world, 29).await;
    assert_eq!(owner.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    minutes(&world, 2).await;
    assert_eq!(owner.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::OK);
    // An unknown device has one try at a time after its first lock.
    assert_eq!(elsewhere.give_password(OWNER, "wrong wrong wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(elsewhere.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    minutes(&world, 31).await;
    assert_eq!(elsewhere.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_codes_are_failures_too() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    clerk.give_password(OWNER, DEMO_PASSWORD).await;
    for _ in 0..5 {
        assert_eq!(clerk.give_code("000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let code = clerk.code().await;
    assert_eq!(clerk.give_code(&code).await.status, StatusCode::UNPROCESSABLE_ENTITY, "shut, whatever is typed");
    assert_eq!(clerk.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_no_more_than_five() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    clerk.get("/console/login").await;
    let form = clerk.form("/console/login").clone().with("mail", OWNER).with("password", DEMO_PASSWORD);
    let wrong = form.clone().with("password", "wrong wrong wrong");
    let browsers: Vec<Clerk> = (0..20).map(|_| clerk.clone()).collect();
    let guesses = browsers.into_iter().map(|mut browser| {
        let wrong = Clerk::<World>::posted(&wrong);
        async move { browser.send(wrong).await.status }
    });
    let answers = futures_util::future::join_all(guesses).await;
    assert!(answers.iter().all(|status| *status == StatusCode::UNPROCESSABLE_ENTITY));
    let right = clerk.send(Clerk::<World>::posted(&form)).await;
    assert_eq!(right.status, StatusCode::UNPROCESSABLE_ENTITY, "it is shut");
}

#[tokio::test]
async fn whoever_is_locked_out_by_others_gets_in_by_mail() {
    let world = fresh().await;
    let mut attacker = Clerk::new(&world);
    for _ in 0..6 {
        attacker.give_password(OWNER, "wrong wrong wrong").await;
    }
    let mut owner = Clerk::new(&world);
    assert_eq!(owner.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    owner.get("/console/reset").await;
    let form = owner.form("/console/reset").clone().with("mail", OWNER);
    owner.submit(&form).await;
    owner.get(&address_in_mail(&world, OWNER)).await;
    let form = new_password_form(&owner);
    assert_eq!(owner.submit(&form).await.address, "/console/login?done=password");
    owner.sign_in(OWNER, JOINED_PASSWORD, DEMO_SECRET, world.now()).await;
}

fn new_password_form(clerk: &Clerk) -> Form {
    let form = clerk.page().forms.iter().find(|form| form.value("again").is_some()).unwrap();
    form.clone().with("password", JOINED_PASSWORD).with("again", JOINED_PASSWORD)
}

#[tokio::test]
async fn a_session_ends_after_fifteen_idle_minutes_and_after_twelve_hours() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    for _ in 0..4 {
        minutes(&world, 13).await;
        assert!(is_in(clerk.get("/console/team").await), "it is kept awake");
    }
    minutes(&world, 15).await;
    assert!(!is_in(clerk.get("/console/team").await), "idle");
    clerk.sign_in(OWNER, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
    for quarter in 0..72 {
        if !is_in(clerk.get("/console/team").await) {
            panic!("out after {quarter} times ten minutes");
        }
        minutes(&world, 10).await;
    }
    assert!(!is_in(clerk.get("/console/team").await), "twelve hours");
}

#[tokio::test]
async fn signing_in_begins_a_new_session_and_ends_the_one_before() {
    let world = fresh().await;
    let mut clerk = Clerk::owner(&world).await;
    let before = clerk.cookie(SESSION).unwrap().to_owned();
    clerk.sign_in(OWNER, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
    assert_ne!(clerk.cookie(SESSION), Some(before.as_str()));
    let mut other = Clerk::new(&world);
    other.set_cookie(SESSION, Some(&before));
    assert!(!is_in(other.get("/console/team").await));
}

#[tokio::test]
async fn an_invitation_is_taken_up_once_with_password_app_and_recovery_codes() {
    let world = fresh().await;
    let path = invitation(&world, "4000", "hanako@example.com", GivenRole::Operator).await;
    let mut clerk = Clerk::new(&world).speaking("en");
    let page = clerk.get(&path).await;
    assert_eq!(page.heading(), "Join the console");
    assert!(page.tags("svg").any(|svg| svg.attribute("class") == Some("qr")), "the QR code is in the page");
    assert!(page.html().len() < 200_000);
    let codes = recovery_codes_on(page);
    assert_eq!(codes.len(), 10);
    // A scanner of mails opens the address, too: nothing changes by that.
    let first_secret = secret_on(page);
    assert_ne!(secret_on(clerk.get(&path).await), first_secret, "each opening draws anew, and keeps nothing");
    // Mistakes are shown and lose nothing.
    let form = clerk.joining(world.now());
    for (field, value) in [("password", "short"), ("again", "blue lanterns over nara"), ("code", "000000")] {
        let page = clerk.submit(&form.clone().with(field, value)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.by_id(&format!("{field}-what")).is_some(), "{field} is marked: {}", page.text);
    }
    let weak = form.clone().with("password", "hanako@example.com").with("again", "hanako@example.com");
    assert_eq!(clerk.submit(&weak).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let codes = recovery_codes_on(clerk.page());
    let secret = secret_on(clerk.page());
    clerk.submit(&form).await;
    assert!(clerk.cookie(SESSION).is_some(), "{}", clerk.page().text);
    // Used up, for the same form too.
    assert_eq!(Clerk::new(&world).get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(clerk.send(Clerk::<World>::posted(&form)).await.status, StatusCode::NOT_FOUND);
    // Every owner is told.
    assert!(mails_to(&world, OWNER).iter().any(|mail| mail.subject.contains("利用者の変更")));
    // The app works from the next code on, and each recovery code once.
    let mut again = Clerk::new(&world).speaking("en");
    again.give_password("hanako@example.com", JOINED_PASSWORD).await;
    let used = TotpSecret::from_base32(&secret).unwrap().code(Step::at(world.now()));
    assert_eq!(again.give_code(&used).await.status, StatusCode::UNPROCESSABLE_ENTITY, "used in joining");
    let recover = |clerk: &Clerk, code: &str| clerk.form("/console/login/totp").clone().with("code", code);
    again.get("/console/login/totp?with=recovery").await;
    let form = recover(&again, &codes[3]);
    again.submit(&form).await;
    assert!(again.cookie(SESSION).is_some(), "{}", again.page().text);
    assert!(mails_to(&world, "hanako@example.com").iter().any(|mail| mail.text.as_ref().unwrap().contains('9')));
    let mut third = Clerk::new(&world).speaking("en");
    third.give_password("hanako@example.com", JOINED_PASSWORD).await;
    third.get("/console/login/totp?with=recovery").await;
    let form = recover(&third, &codes[3]);
    assert_eq!(third.submit(&form).await.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
    let form = recover(&third, &codes[4].to_lowercase());
    third.submit(&form).await;
    assert!(third.cookie(SESSION).is_some());
}

#[tokio::test]
async fn an_invitation_is_open_for_seven_days() {
    let world = fresh().await;
    let path = invitation(&world, "4000", "hanako@example.com", GivenRole::Viewer).await;
    minutes(&world, 7 * 24 * 60 - 10).await;
    assert_eq!(Clerk::new(&world).get(&path).await.status, StatusCode::OK);
    minutes(&world, 11).await;
    assert_eq!(Clerk::new(&world).get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(Clerk::new(&world).get("/console/join/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_password_comes_by_mail_once_and_keeps_the_app() {
    let world = fresh().await;
    let mut signed_in = Clerk::owner(&world).await;
    let mut clerk = Clerk::new(&world);
    let ask = |clerk: &Clerk, mail: &str| clerk.form("/console/reset").clone().with("mail", mail);
    clerk.get("/console/reset").await;
    let form = ask(&clerk, "nobody@example.jp");
    let unknown = clerk.submit(&form).await.text.clone();
    assert!(world.mailbox().unwrap().is_empty());
    clerk.get("/console/reset").await;
    let form = ask(&clerk, "OWNER@example.jp");
    assert_eq!(clerk.submit(&form).await.text, unknown, "one answer for every address");
    let path = address_in_mail(&world, OWNER);
    // A GET changes nothing.
    assert_eq!(clerk.get(&path).await.status, StatusCode::OK);
    assert!(is_in(signed_in.get("/console/team").await));
    let form = new_password_form(&clerk);
    let weak = form.clone().with("password", "owner@example.jp").with("again", "owner@example.jp");
    assert_eq!(clerk.submit(&weak).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = clerk.submit(&form).await;
    assert_eq!(page.address, "/console/login?done=password");
    assert!(!is_in(signed_in.get("/console/team").await), "every session of theirs is over");
    assert_eq!(clerk.send(Clerk::<World>::posted(&form)).await.status, StatusCode::NOT_FOUND, "once");
    assert_eq!(clerk.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(clerk.give_password(OWNER, DEMO_PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the old one");
    minutes(&world, 1).await;
    clerk.sign_in(OWNER, JOINED_PASSWORD, DEMO_SECRET, world.now()).await;
    assert!(mails_to(&world, OWNER).iter().any(|mail| mail.subject.contains("パスワードを変更しました")));
}

#[tokio::test]
async fn the_address_for_a_new_password_is_open_for_an_hour_and_nobody_is_flooded() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    for _ in 0..7 {
        clerk.get("/console/reset").await;
        let form = clerk.form("/console/reset").clone().with("mail", OWNER);
        clerk.submit(&form).await;
    }
    assert_eq!(mails_to(&world, OWNER).len(), 5);
    let path = address_in_mail(&world, OWNER);
    minutes(&world, 61).await;
    assert_eq!(clerk.get(&path).await.status, StatusCode::NOT_FOUND);
}

/// Opens somebody's page and fills one of its forms.
async fn act_on(owner: &mut Clerk, name: &str, act: &str) -> Form {
    owner.get("/console/team").await;
    let link = owner.page().tags("a").find(|tag| tag.text == name).unwrap_or_else(|| panic!("no {name} in the list"));
    let path = link.attribute("href").unwrap().to_owned();
    owner.get(&path).await;
    let code = owner.code().await;
    owner.form_by_id(act).clone().with("totp", &code)
}

#[tokio::test]
async fn an_owner_invites_changes_and_removes_people() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    owner.get("/console/team").await;
    let code = owner.code().await;
    let form = owner.form("/console/team").clone();
    let form = form.with("mail", "Jiro@Example.com").with("name", "Jiro").chosen("role", "viewer").chosen("lang", "en");
    // A wrong code changes nothing.
    let page = owner.submit(&form.clone().with("totp", "000000")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(mails_to(&world, "jiro@example.com").is_empty());
    owner.submit(&form.clone().with("totp", &code)).await;
    assert_eq!(owner.page().address, "/console/team?done=invited");
    assert!(owner.page().text.contains("jiro@example.com"));
    let path = address_in_mail(&world, "jiro@example.com");
    // Sent again, the first address is worth nothing.
    let form = act_on(&mut owner, "Jiro", "resend").await;
    owner.submit(&form).await;
    assert_eq!(Clerk::new(&world).get(&path).await.status, StatusCode::NOT_FOUND);
    let mut jiro = Clerk::new(&world).speaking("en");
    jiro.get(&address_in_mail(&world, "jiro@example.com")).await;
    let form = jiro.joining(world.now());
    jiro.submit(&form).await;
    assert_eq!(jiro.get("/console/team").await.status, StatusCode::FORBIDDEN, "a viewer");
    // Another role ends the session.
    let form = act_on(&mut owner, "Jiro", "role").await.chosen("role", "owner");
    owner.submit(&form).await;
    assert!(!is_in(jiro.get("/console/team").await));
    assert!(mails_to(&world, OWNER).iter().filter(|mail| mail.subject.contains("利用者の変更")).count() >= 3);
    // Removed, there is nobody to sign in.
    let form = act_on(&mut owner, "Jiro", "remove").await;
    owner.submit(&form).await;
    assert_eq!(owner.page().address, "/console/team?done=removed");
    assert!(!owner.page().text.contains("jiro@example.com"));
    assert_eq!(jiro.give_password("jiro@example.com", JOINED_PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_last_owner_stays_an_owner() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    for (act, choice) in [("role", Some("viewer")), ("remove", None)] {
        let form = act_on(&mut owner, "デモ 太郎", act).await;
        let form = choice.map_or(form.clone(), |role| form.chosen("role", role));
        let page = owner.submit(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        assert!(page.text.contains("オーナーが1人もいなくなる"), "{}", page.text);
    }
    assert!(is_in(owner.get("/console/team").await), "and is still signed in");
    // Two owners who remove each other at the same moment: one of them stays.
    let mut other = Clerk::joined(&world, "hanako@example.com", GivenRole::Owner).await;
    let one = act_on(&mut owner, "Hanako", "remove").await;
    minutes(&world, 1).await;
    let two = act_on(&mut other, "デモ 太郎", "remove").await;
    let (one, two) = tokio::join!(owner.submit(&one), other.submit(&two));
    let done = [one, two].iter().filter(|page| page.address.ends_with("done=removed")).count();
    assert!(done <= 1, "both were removed");
    let left = administer(&world, Admin::User(UserCommand::List { merchant: "4000".to_owned() })).await;
    assert!(left.iter().any(|line| line.starts_with("owner") && line.contains("active")), "{left:?}");
}

#[tokio::test]
async fn an_app_is_reset_by_another_owner_or_the_operator() {
    let world = fresh().await;
    let mut hanako = Clerk::joined(&world, "hanako@example.com", GivenRole::Operator).await;
    let mut owner = Clerk::owner(&world).await;
    owner.get("/console/team").await;
    // Not one's own.
    let own = owner.page().tags("a").find(|tag| tag.text == "デモ 太郎").unwrap().attribute("href").unwrap().to_owned();
    assert!(owner.get(&own).await.form_by_id("app").is_none());
    let code = owner.code().await;
    let smuggled = owner.form_by_id("remove").clone().with("act", "app").with("totp", &code);
    assert_eq!(owner.submit(&smuggled).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = act_on(&mut owner, "Hanako", "app").await;
    owner.submit(&form).await;
    assert!(owner.page().address.ends_with("done=app"), "{}", owner.page().address);
    assert!(!is_in(hanako.get("/console/transactions").await), "her sessions are over");
    assert_eq!(
        hanako.give_password("hanako@example.com", JOINED_PASSWORD).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    hanako.get(&address_in_mail(&world, "hanako@example.com")).await;
    assert_eq!(hanako.page().heading(), "Set up your app again");
    let secret = TotpSecret::from_base32(&secret_on(hanako.page())).unwrap();
    let form = hanako.page().forms.iter().find(|form| form.value("password").is_some()).unwrap().clone();
    let form = form.with("code", &secret.code(Step::at(world.now()))).ticked("kept");
    // Whoever has the mail needs the password, too.
    let page = hanako.submit(&form.clone().with("password", "wrong wrong wrong")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    hanako.submit(&form.with("password", JOINED_PASSWORD)).await;
    assert!(hanako.cookie(SESSION).is_some());
    // The operator of the installation does it for the last owner.
    let (merchant, mail) = ("4000".to_owned(), OWNER.to_owned());
    let lines = administer(&world, Admin::User(UserCommand::ResetTotp { merchant, mail })).await;
    assert!(lines[1].contains("/console/join/"), "{lines:?}");
    assert!(!is_in(owner.get("/console/team").await));
}

#[tokio::test]
async fn an_address_of_another_merchant_is_not_told_to_the_inviter() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    owner.get("/console/team").await;
    let code = owner.code().await;
    let form = owner.form("/console/team").clone().with("mail", "owner24@example.jp").with("name", "X");
    owner.submit(&form.with("totp", &code)).await;
    assert_eq!(owner.page().address, "/console/team?done=invited");
    let mail = mails_to(&world, "owner24@example.jp").pop().unwrap();
    assert!(!mail.text.unwrap().contains("/console/join/"));
    Clerk::owner_24(&world).await;
}

#[tokio::test]
async fn cookies_are_guarded_and_nothing_is_kept_by_browsers() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    clerk.give_password(OWNER, DEMO_PASSWORD).await;
    let code = clerk.code().await;
    let form = clerk.form("/console/login/totp").clone().with("code", &code);
    let answer = clerk.send(Clerk::<World>::posted(&form)).await;
    let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    // the language is no secret and opens nothing
    let cookies: Vec<&str> = cookies.filter(|cookie| !cookie.starts_with("console-language=")).collect();
    assert_eq!(cookies.len(), 3, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for guard in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(guard), "{cookie} lacks {guard}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert!(clerk.cookie(DEVICE).is_some());
    let page = clerk.get("/console/team").await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
}

#[tokio::test]
async fn a_language_is_chosen_and_remembered() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world);
    clerk.get("/console/login").await;
    assert_eq!(clerk.page().lang(), "ja");
    let switch = clerk.page().tags("a").find(|tag| tag.attribute("hreflang") == Some("en")).unwrap();
    let address = switch.attribute("href").unwrap().to_owned();
    assert_eq!(clerk.get(&address).await.lang(), "en");
    assert_eq!(clerk.get("/console/reset").await.lang(), "en");
    let away =
        clerk.send(Request::get("/console/language?to=ja&next=%2F%2Fevil.example").body(Bytes::new()).unwrap()).await;
    assert_eq!(away.location(), Some("/console"));
}

#[tokio::test]
async fn who_signs_in_in_english_stays_in_it() {
    let world = fresh().await;
    let mut clerk = Clerk::new(&world).speaking("en");
    assert_eq!(clerk.get("/console/login").await.lang(), "en");
    clerk.sign_in(OWNER, DEMO_PASSWORD, DEMO_SECRET, world.now()).await;
    assert_eq!(clerk.get("/console").await.lang(), "en");
    let mut japanese = Clerk::owner(&world).await;
    assert_eq!(japanese.get("/console").await.lang(), "ja", "the browser asked for none");
}
