//! Everything that is done by a form of the console, up to the moment before it is sent.

use bytes::Bytes;
use domain::{
    MerchantId, OrderId, Yen,
    account::UserId,
    api::{KeyId, Scope},
    attention::{Matter, MatterKind},
    batch::{BatchState, Counts},
    merchant::Capture,
    recurring::plan::{PauseReason, PlanState, Progress, Rate},
};
use http::{Request, header};
use jiff::SignedDuration;
use jiff::civil::date;
use local::{
    admin::{Admin, GivenRole, UserCommand},
    cloud::{Fault, When},
    world::World,
};
use system_tests::{
    BatchDesk, Card, Clerk, ContinuationDesk, DELIVERY, DEMO_PASSWORD, ENDPOINT, Form, JOINED_PASSWORD, OWNER,
    ShopRequest, Shopper, administer, batch_in, cards, change_merchant, endpoint_with_delivery, invitation, offer_in,
    offers, plan_in, put_api_key, put_batch, put_plan, raise, user_id,
};

const HANAKO: &str = "hanako@example.com";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// Every route by which something is sent, and what is done by it.
pub(crate) const ACTS: &[(&str, &[&str])] = &[
    ("POST /console/attention", &["done"]),
    ("POST /console/login", &["password"]),
    ("POST /console/login/totp", &["app", "recovery code"]),
    ("POST /console/logout", &["sign out"]),
    ("POST /console/join/{handle}", &["join", "app again"]),
    ("POST /console/reset", &["ask"]),
    ("POST /console/reset/{handle}", &["new password"]),
    ("POST /console/team", &["invite"]),
    ("POST /console/team/{user}", &["role", "app", "resend", "remove"]),
    ("POST /console/keys", &["make"]),
    ("POST /console/keys/{key}", &["revoke"]),
    ("POST /console/payments/{order}/{act}", &["capture", "cancel", "amount", "refund", "ask"]),
    ("POST /console/charge", &["card", "buyer"]),
    ("POST /console/notifications", &["make"]),
    (
        "POST /console/notifications/{endpoint}",
        &["test", "check", "replay", "events", "rotate", "end", "off", "on", "remove"],
    ),
    ("POST /console/notifications/{endpoint}/{delivery}", &["again"]),
    ("POST /console/exports", &["ask"]),
    ("POST /console/exports/{export}", &["stop"]),
    ("POST /console/links", &["make", "send"]),
    ("POST /console/links/{link}", &["send", "revoke"]),
    ("POST /console/links/mails", &["import", "send"]),
    ("POST /console/batches/{batch}", &["confirm", "drop", "stop", "again", "queue"]),
    ("POST /console/continuation", &["plan"]),
    ("POST /console/continuation/{run}", &["save", "confirm", "cancel", "ask"]),
    ("POST /console/recurring/offers", &["make", "preview", "mend"]),
    ("POST /console/recurring/offers/{offer}", &["change", "withdraw"]),
    (
        "POST /console/recurring/{plan}",
        &["charge", "skip", "pause", "resume", "change", "propose", "withdraw", "move", "end"],
    ),
    ("POST /console/settings", &["lead"]),
    (
        "POST /console/settings/{section}",
        &[
            "save",
            "save with a code",
            "make-key-password",
            "own-key-password",
            "end-key-password",
            "make-sig-secret",
            "logo",
            "logo-remove",
            "reset",
            "preview",
            "test mail",
            "check my request",
        ],
    ),
];

/// Somebody with a form before them.
pub(crate) struct Act {
    pub(crate) clerk: Clerk,
    /// Who they are.
    pub(crate) by: UserId,
    /// The form as it is sent.
    pub(crate) request: Request<Bytes>,
    /// What is to stand in the log then, oldest first; nothing where nothing is changed.
    pub(crate) says: &'static [&'static str],
}

/// Comes to the moment before something is done.
pub(crate) async fn prepare(world: &World, route: &str, act: &str) -> Act {
    match route {
        "POST /console/attention" => attention(world).await,
        "POST /console/login" | "POST /console/login/totp" => sign_in(world, act).await,
        "POST /console/join/{handle}" => join(world, act).await,
        "POST /console/reset" | "POST /console/reset/{handle}" => reset(world, act).await,
        "POST /console/team" | "POST /console/team/{user}" => team(world, act).await,
        "POST /console/keys" | "POST /console/keys/{key}" => api_key(world, act).await,
        "POST /console/payments/{order}/{act}" => payment(world, act).await,
        "POST /console/charge" => charge(world, act).await,
        "POST /console/notifications"
        | "POST /console/notifications/{endpoint}"
        | "POST /console/notifications/{endpoint}/{delivery}" => endpoint(world, act).await,
        "POST /console/exports" | "POST /console/exports/{export}" => export(world, act).await,
        "POST /console/links" => new_link(world, act).await,
        "POST /console/links/{link}" => link(world, act).await,
        "POST /console/links/mails" => mails(world, act).await,
        "POST /console/batches/{batch}" => batch(world, act).await,
        "POST /console/continuation" | "POST /console/continuation/{run}" => continuation(world, act).await,
        "POST /console/recurring/offers" | "POST /console/recurring/offers/{offer}" => offer(world, act).await,
        "POST /console/recurring/{plan}" => plan(world, act).await,
        "POST /console/settings/{section}" => settings(world, act).await,
        "POST /console/logout" | "POST /console/settings" => {
            let mut clerk = Clerk::owner(world).await;
            clerk.get("/console").await;
            let out = clerk.form("/console/logout").clone();
            match act {
                "sign out" => by_owner(world, clerk, &out, &["signed_out"]).await,
                _ => by_owner(world, clerk, &Form { action: "/console/settings".to_owned(), ..out }, &[]).await,
            }
        }
        _ => panic!("{route} has acts, and nobody knows how they are done"),
    }
}

async fn by_owner(world: &World, clerk: Clerk, form: &Form, says: &'static [&'static str]) -> Act {
    let request = Clerk::<World>::posted(form);
    Act { clerk, by: user_id(world, OWNER).await, request, says }
}

async fn api_key(world: &World, act: &str) -> Act {
    put_api_key(world, "4000", [1; 10], &[Scope::PaymentsRead]).await;
    let mut clerk = Clerk::owner(world).await;
    let code = clerk.code().await;
    if act == "make" {
        clerk.get("/console/keys").await;
        let form = clerk.form("/console/keys").clone().with("label", "shop").ticked("refunds").with("totp", &code);
        return by_owner(world, clerk, &form, &["api_key_made"]).await;
    }
    let address = format!("/console/keys/{}", KeyId::from_random([1; 10]));
    clerk.get(&address).await;
    let form = clerk.form(&address).clone().with("totp", &code);
    by_owner(world, clerk, &form, &["api_key_revoked"]).await
}

async fn attention(world: &World) -> Act {
    let matter = Matter {
        merchant: Some(MerchantId::new("4000").unwrap()),
        since: world.now(),
        kind: MatterKind::Unknown,
        order: Some(OrderId::new("1").unwrap()),
        reference: None,
        batch: None,
        endpoint: None,
        settled: None,
    };
    raise(world, &matter).await;
    let mut clerk = Clerk::owner(world).await;
    clerk.get("/console").await;
    let form = clerk.form("/console/attention").clone();
    by_owner(world, clerk, &form, &["matter_settled"]).await
}

async fn sign_in(world: &World, act: &str) -> Act {
    let mut clerk = Clerk::new(world);
    if act == "recovery code" {
        let mut joining = Clerk::new(world).speaking("en");
        joining.get(&invitation(world, "4000", HANAKO, GivenRole::Operator).await).await;
        let codes = joining.page().tags("code").map(|tag| tag.text.clone());
        let code = codes.into_iter().find(|text| text.len() == 19 && text.contains('-')).unwrap();
        let form = joining.joining(world.now());
        joining.submit(&form).await;
        clerk.give_password(HANAKO, JOINED_PASSWORD).await;
        clerk.get("/console/login/totp?with=recovery").await;
        let request = Clerk::<World>::posted(&clerk.form("/console/login/totp").clone().with("code", &code));
        return Act { clerk, by: user_id(world, HANAKO).await, request, says: &["signed_in_by_recovery_code"] };
    }
    clerk.get("/console/login").await;
    let form = clerk.form("/console/login").clone().with("mail", OWNER).with("password", DEMO_PASSWORD);
    if act == "password" {
        return by_owner(world, clerk, &form, &[]).await;
    }
    clerk.submit(&form).await;
    let code = clerk.code().await;
    let form = clerk.form("/console/login/totp").clone().with("code", &code);
    by_owner(world, clerk, &form, &["signed_in"]).await
}

async fn join(world: &World, act: &str) -> Act {
    let (mut clerk, address, says): (_, _, &[&str]) = match act {
        "join" => {
            let address = invitation(world, "4000", HANAKO, GivenRole::Operator).await;
            (Clerk::new(world).speaking("en"), address, &["joined"])
        }
        _ => {
            let clerk = Clerk::joined(world, HANAKO, GivenRole::Operator).await;
            let (merchant, mail) = ("4000".to_owned(), HANAKO.to_owned());
            let lines = administer(world, Admin::User(UserCommand::ResetTotp { merchant, mail })).await;
            let at = lines[1].find("/console/join/").unwrap();
            (clerk, lines[1][at..].to_owned(), &["second_factor_set_up"])
        }
    };
    clerk.get(&address).await;
    let request = Clerk::<World>::posted(&clerk.joining(world.now()));
    Act { clerk, by: user_id(world, HANAKO).await, request, says }
}

async fn reset(world: &World, act: &str) -> Act {
    let mut clerk = Clerk::new(world);
    clerk.get("/console/reset").await;
    let form = clerk.form("/console/reset").clone().with("mail", OWNER);
    if act == "ask" {
        return by_owner(world, clerk, &form, &[]).await;
    }
    clerk.submit(&form).await;
    let mail = world.mailbox().unwrap().pop().unwrap().text.unwrap();
    let address = mail[mail.find("/console/").unwrap()..].split_whitespace().next().unwrap().to_owned();
    clerk.get(&address).await;
    let form = clerk.page().forms.iter().find(|form| form.value("again").is_some()).unwrap().clone();
    let form = form.with("password", JOINED_PASSWORD).with("again", JOINED_PASSWORD);
    by_owner(world, clerk, &form, &["password_set"]).await
}

async fn team(world: &World, act: &str) -> Act {
    let says: &[&str] = match act {
        "invite" => &["invited"],
        "role" => &["role_changed"],
        "app" => &["second_factor_reset"],
        "resend" => &["invited_again"],
        _ => &["removed"],
    };
    match act {
        "invite" => {}
        "resend" => drop(invitation(world, "4000", HANAKO, GivenRole::Operator).await),
        // An owner leaves the list of those who certainly are owners, too.
        _ => drop(Clerk::joined(world, HANAKO, GivenRole::Owner).await),
    }
    let mut owner = Clerk::owner(world).await;
    owner.get("/console/team").await;
    let form = if act == "invite" {
        owner.form("/console/team").clone().with("mail", HANAKO).with("name", "Hanako")
    } else {
        let path = owner.page().tags("a").find(|tag| tag.text == "Hanako").unwrap();
        let path = path.attribute("href").unwrap().to_owned();
        owner.get(&path).await;
        let form = owner.form_by_id(act).clone();
        if act == "role" { form.chosen("role", "viewer") } else { form }
    };
    let code = owner.code().await;
    by_owner(world, owner, &form.with("totp", &code), says).await
}

async fn payment(world: &World, act: &str) -> Act {
    if ["capture", "cancel", "amount"].contains(&act) {
        change_merchant(world, "4000", |merchant| merchant.capture = Capture::Later).await;
    }
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 5_000, "1")).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    let mut clerk = Clerk::owner(world).await;
    let address = |act: &str| format!("/console/payments/1/{act}");
    // The test acquirer doesn't answer to this amount, and knows afterwards that it was done.
    let (asked, yen) = match act {
        "amount" => (act, "?yen=4000"),
        "ask" => ("refund", "?yen=1921"),
        _ => (act, ""),
    };
    clerk.get(&format!("{}{yen}", address(asked))).await;
    let forms = clerk.page().forms.iter().filter(|form| form.action == address(asked));
    let form = forms.into_iter().find(|form| form.value("confirmed").is_some()).unwrap().clone();
    if act == "ask" {
        clerk.submit(&form).await;
        let ask = clerk.form(&address("ask")).clone();
        return by_owner(world, clerk, &ask, &["acquirer_asked"]).await;
    }
    by_owner(world, clerk, &form, &["operation_asked", "operation_ended"]).await
}

async fn charge(world: &World, act: &str) -> Act {
    if act == "buyer" {
        change_merchant(world, "4000", |merchant| merchant.continuation = true).await;
        let mut shopper = Shopper::new(world);
        shopper.open(&ShopRequest::new("4000", 1_000, "1").of_user("agreed", world.now())).await;
        shopper.pay(&Card::of(cards::VISA).to_be_kept()).await;
        world.settle().await.unwrap();
    }
    let mut clerk = Clerk::owner(world).await;
    clerk.get(&format!("/console/charge?by={act}")).await;
    let order = clerk.form("/console/charge").clone().with("amount", "2000");
    let order = if act == "buyer" { order.with("user", "agreed") } else { order };
    clerk.submit(&order).await;
    let form = clerk.form("/console/charge").clone();
    let form = match act {
        "buyer" => form,
        _ => {
            let card = Card::of(cards::VISA);
            let form = form.with("card_number", &card.number).with("card_expiry", &card.expiry);
            form.with("card_code", &card.code).with("card_name", &card.holder)
        }
    };
    by_owner(world, clerk, &form, &["single_charge_asked", "single_charge_ended"]).await
}

async fn endpoint(world: &World, act: &str) -> Act {
    endpoint_with_delivery(world).await;
    let mut clerk = Clerk::owner(world).await;
    let path = format!("/console/notifications/{ENDPOINT}");
    if act == "make" {
        clerk.get("/console/notifications").await;
        let code = clerk.code().await;
        let form = clerk.form("/console/notifications").clone().with("totp", &code);
        let form = form.with("address", "https://shop.example.com/hook");
        return by_owner(world, clerk, &form, &["endpoint_changed"]).await;
    }
    if act == "again" {
        let page = format!("{path}/{DELIVERY}");
        clerk.get(&page).await;
        let form = clerk.form_by_id("act-again").clone();
        return by_owner(world, clerk, &form, &["notifications_sent"]).await;
    }
    if act == "end" {
        clerk.get(&path).await;
        let code = clerk.code().await;
        let form = clerk.form_by_id("act-rotate").clone().with("totp", &code).pressed("act", "rotate");
        clerk.submit(&form).await;
    }
    if act == "on" {
        clerk.get(&path).await;
        let form = clerk.form_by_id("act-switch").clone().pressed("act", "off");
        clerk.submit(&form).await;
    }
    clerk.get(&path).await;
    let id = if matches!(act, "on" | "off") { "act-switch".to_owned() } else { format!("act-{act}") };
    let form = clerk.form_by_id(&id).clone().pressed("act", act);
    let form = match act {
        "rotate" | "end" | "remove" => {
            let code = clerk.code().await;
            form.with("totp", &code)
        }
        "replay" => form.with("from", "2026-11-01").with("to", "2026-11-30"),
        _ => form,
    };
    let says: &'static [&'static str] = match act {
        "test" | "check" => &["endpoint_tried"],
        "replay" => &["period_sent"],
        _ => &["endpoint_changed"],
    };
    by_owner(world, clerk, &form, says).await
}

async fn export(world: &World, act: &str) -> Act {
    let mut clerk = Clerk::owner(world).await;
    clerk.get("/console/exports").await;
    let form = clerk.form("/console/exports").clone().chosen("encoding", "utf-8");
    if act == "ask" {
        return by_owner(world, clerk, &form, &["export_asked"]).await;
    }
    clerk.submit(&form).await;
    let address = clerk.page().address.clone();
    let form = clerk.form(&address).clone();
    by_owner(world, clerk, &form, &["export_cancelled"]).await
}

/// The look at a new link, before it is made.
async fn look_at_link(clerk: &mut Clerk) -> Form {
    clerk.get("/console/links/new").await;
    let form = clerk.form("/console/links").clone().with("item", "手ぬぐい").with("amount", "3300");
    let form = form.with("quantity", "2枚").with("delivery", "3営業日以内に発送").with("withdrawal", "8日以内");
    let form = form.with("name", "山田 太郎").with("mail", "taro@example.jp").pressed("act", "preview");
    clerk.submit(&form).await;
    clerk.form("/console/links").clone()
}

async fn new_link(world: &World, act: &str) -> Act {
    let mut clerk = Clerk::owner(world).await;
    let form = look_at_link(&mut clerk).await.pressed("act", act);
    by_owner(world, clerk, &form, &["link_made"]).await
}

async fn link(world: &World, act: &str) -> Act {
    let mut clerk = Clerk::owner(world).await;
    if act == "revoke" {
        clerk.get("/console/links/demo?act=revoke").await;
        let form = clerk.form("/console/links/demo").clone().pressed("act", "revoke");
        return by_owner(world, clerk, &form, &["link_revoked"]).await;
    }
    let make = look_at_link(&mut clerk).await.pressed("act", "make");
    clerk.submit(&make).await;
    let path = clerk.page().address.split('?').next().unwrap().to_owned();
    let form = clerk.form(&path).clone().pressed("act", "send");
    by_owner(world, clerk, &form, &["link_sent"]).await
}

async fn mails(world: &World, act: &str) -> Act {
    const MAILS: &str = "/console/links/mails";
    let mut clerk = Clerk::owner(world).await;
    clerk.get(MAILS).await;
    let form = clerk.form(MAILS).clone().with("item", "ご注文分").with("quantity", "1点");
    let form = form.with("delivery", "3営業日以内に発送").with("withdrawal", "8日以内").pressed("act", "check");
    let row = |order: &str| {
        format!(
            "\"{order}\",\"1\",\"1000\",\"1\",\"山田 太郎\",\"taro{order}@example.jp\",\"\",\"\",\"\",\"毎度\",\"0\"\r\n"
        )
    };
    let file = row("1001") + &row("1002");
    clerk.follow(with_file(&form, "file", file.as_bytes())).await;
    let confirm = clerk.form(MAILS).clone().pressed("act", act);
    let request = with_file(&confirm, "file", b"");
    Act { clerk, by: user_id(world, OWNER).await, request, says: &["links_made"] }
}

/// A form with a file, as a browser sends it.
fn with_file(form: &Form, file: &str, bytes: &[u8]) -> Request<Bytes> {
    let mut body = Vec::new();
    for (name, value) in form.fields.iter().filter(|(name, _)| name != file) {
        body.extend(format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = format!("--xyz\r\nContent-Disposition: form-data; name=\"{file}\"; filename=\"a\"\r\n\r\n");
    body.extend(head.bytes().chain(bytes.iter().copied()).chain(*b"\r\n--xyz--\r\n"));
    Request::post(&form.action)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xyz")
        .header(header::ORIGIN, "http://localhost:9000")
        .header("sec-fetch-site", "same-origin")
        .body(Bytes::from(body))
        .unwrap()
}

async fn batch(world: &World, act: &str) -> Act {
    change_merchant(world, "4000", |merchant| {
        merchant.batch.at_once_rows = 5_000;
        merchant.batch.at_once_yen = 99_999_999;
    })
    .await;
    let counts =
        Counts { done: 5_000, approved: 4_900, yen: 12_000_000, declined: 90, unknown: 0, errors: 10, not_run: 0 };
    let (state, says): (_, &[&str]) = match act {
        "confirm" => (BatchState::Waiting { since: world.now() }, &["batch_confirmed"]),
        "drop" => (BatchState::Waiting { since: world.now() }, &["batch_dropped"]),
        "stop" => (BatchState::Running { chunks: Some(50), since: world.now() }, &["batch_stopped"]),
        "again" => (BatchState::Done { counts, at: world.now() }, &["batch_again"]),
        _ => (BatchState::Waiting { since: world.now() }, &[]),
    };
    let batch = put_batch(world, &batch_in(world, state)).await;
    let address = format!("/console/batches/{}", batch.id);
    let mut clerk = Clerk::owner(world).await;
    let asked = match act {
        "confirm" | "queue" => format!("{address}?act=confirm"),
        "stop" => format!("{address}?act=stop"),
        _ => address,
    };
    clerk.get(&asked).await;
    if act == "queue" {
        // Confirmed, and the queue did not answer: it is asked again by a button.
        world.faults().restart();
        for nth in 0..8 {
            let (caller, operation) = (Some("ConsoleBatches".to_owned()), "SendMessageBatch".to_owned());
            world.faults().plan(When::Nth { caller, operation, nth }, Fault::FailBefore);
        }
        let confirm = pressed(&clerk, "confirm");
        clerk.submit(&confirm).await;
        world.faults().stop();
    }
    let form = pressed(&clerk, act);
    by_owner(world, clerk, &form, says).await
}

async fn continuation(world: &World, act: &str) -> Act {
    const LIST: &str = "/console/continuation";
    let desk = ContinuationDesk::of(world).await;
    desk.paid(&[("101", 1_000, "alice"), ("102", 2_000, "bob")]).await;
    desk.until("2026-12-01").await;
    let mut clerk = Clerk::owner(world).await;
    if act == "plan" {
        let form = clerk.get(LIST).await.form(LIST).unwrap().clone();
        return by_owner(world, clerk, &form, &["continuation_asked"]).await;
    }
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    let address = format!("{LIST}/{}", run.id);
    let (asked, says): (_, &[&str]) = match act {
        "save" => (address, &["continuation_edited"]),
        "cancel" => (address, &["continuation_cancelled"]),
        "confirm" => (format!("{address}?act=confirm"), &["continuation_confirmed"]),
        _ => (format!("{address}?act=confirm"), &[]),
    };
    clerk.get(&asked).await;
    if act == "ask" {
        // Confirmed, and the queue did not answer: it is asked again by a button.
        world.faults().restart();
        for nth in 0..8 {
            let (caller, operation) = (Some("ConsoleContinuation".to_owned()), "SendMessageBatch".to_owned());
            world.faults().plan(When::Nth { caller, operation, nth }, Fault::FailBefore);
        }
        let confirm = pressed(&clerk, "confirm");
        clerk.submit(&confirm).await;
        world.faults().stop();
    }
    let form = pressed(&clerk, act);
    let form = if act == "save" { form.without("row.0") } else { form };
    by_owner(world, clerk, &form, says).await
}

async fn offer(world: &World, act: &str) -> Act {
    const OFFERS: &str = "/console/recurring/offers";
    let mut clerk = Clerk::owner(world).await;
    if act == "make" || act == "preview" || act == "mend" {
        clerk.get("/console/recurring/new-offer").await;
        let form =
            clerk.form(OFFERS).clone().with("id", "coffee").with("item", "コーヒー豆").with("first_amount", "980");
        let form = form.with("amount", "1,980").with("quantity", "1袋").with("delivery", "5日以内");
        let form = form.with("withdrawal", "いつでも").pressed("act", "preview");
        if act == "preview" {
            return by_owner(world, clerk, &form, &[]).await;
        }
        clerk.submit(&form).await;
        let (button, says): (_, &[&str]) = if act == "make" { ("save", &["offer_made"]) } else { ("mend", &[]) };
        let form = clerk.form(OFFERS).clone().pressed("act", button);
        return by_owner(world, clerk, &form, says).await;
    }
    offers(world).put(None, &offer_in(world)).await.unwrap();
    let address = format!("{OFFERS}/coffee");
    clerk.get(&format!("{address}?act={act}")).await;
    let form = clerk.form(&address).clone();
    if act == "withdraw" {
        let form = form.pressed("act", "withdraw");
        return by_owner(world, clerk, &form, &["offer_withdrawn"]).await;
    }
    let form = form.with("amount", "2,200").pressed("act", "preview");
    clerk.submit(&form).await;
    let form = clerk.form(&address).clone().pressed("act", "save");
    by_owner(world, clerk, &form, &["offer_made"]).await
}

async fn plan(world: &World, act: &str) -> Act {
    let now = world.now();
    let (state, says): (_, &[&str]) = match act {
        "charge" => (PlanState::Active(Progress::Asked { at: now }), &["plan_charge_asked"]),
        "skip" => (
            PlanState::Active(Progress::Asked { at: now.checked_sub(SignedDuration::from_mins(5)).unwrap() }),
            &["plan_skipped"],
        ),
        "resume" => (PlanState::Paused { at: now, why: PauseReason::Merchant }, &["plan_resumed"]),
        "pause" => (PlanState::Active(Progress::Waiting), &["plan_paused"]),
        "change" => (PlanState::Active(Progress::Waiting), &["plan_changed"]),
        "propose" => (PlanState::Active(Progress::Waiting), &["plan_proposed"]),
        "withdraw" => (PlanState::Active(Progress::Waiting), &["plan_proposal_withdrawn"]),
        "move" => (PlanState::Active(Progress::Waiting), &["plan_day_moved"]),
        _ => (PlanState::Active(Progress::Waiting), &["plan_ended"]),
    };
    let mut plan = plan_in(world, "2026112101", state);
    if act == "charge" || act == "skip" {
        BatchDesk::of(world, "4000").keep("alice", cards::VISA).await;
        plan.nominal = date(2026, 11, 4);
    }
    if act == "withdraw" {
        plan.proposal = Some(Rate { amount: Yen::new(9_800).unwrap(), cycle: plan.agreed.cycle });
    }
    put_plan(world, &plan).await;
    let mut clerk = Clerk::owner(world).await;
    let address = format!("/console/recurring/{}", plan.id);
    let typed = match act {
        "change" => "?act=change&amount=1,000&cycle=1",
        "propose" => "?act=change&amount=9,800&cycle=1",
        "move" => "?act=move&day=15",
        _ => &format!("?act={act}"),
    };
    clerk.get(&format!("{address}{typed}")).await;
    let form = clerk.form(&address).clone().pressed("act", act);
    by_owner(world, clerk, &form, says).await
}

async fn settings(world: &World, act: &str) -> Act {
    const CHANGED: &[&str] = &["settings_changed"];
    let path = |section: &str| format!("/console/settings/{section}");
    let mut owner = Clerk::owner(world).await;
    let (form, says): (Form, &[&str]) = match act {
        "save" => {
            owner.get(&path("texts")).await;
            (owner.form(&path("texts")).clone().with("contact", "03-0000-0000").pressed("act", "save"), CHANGED)
        }
        "save with a code" => {
            owner.get(&path("keys")).await;
            let code = owner.code().await;
            let form = owner.form(&path("keys")).clone().with("window_past_s", "600");
            (form.with("totp", &code).pressed("act", "save"), CHANGED)
        }
        "make-key-password" | "own-key-password" | "make-sig-secret" | "end-key-password" => {
            if act == "end-key-password" {
                let make = secret(&mut owner, "make-key-password").await;
                owner.submit(&make).await;
            }
            (secret(&mut owner, act).await, CHANGED)
        }
        "logo" | "logo-remove" => {
            owner.get(&path("page")).await;
            let request = with_file(owner.form_by_id("logo"), "logo", PNG);
            if act == "logo" {
                return Act { clerk: owner, by: user_id(world, OWNER).await, request, says: CHANGED };
            }
            owner.follow(request).await;
            (pressed(&owner, "logo-remove"), CHANGED)
        }
        "reset" => {
            owner.get(&path("page")).await;
            let form = owner.form(&path("page")).clone().with("accent", "#00aa55").pressed("act", "save");
            owner.submit(&form).await;
            (pressed(&owner, "reset"), CHANGED)
        }
        "preview" => {
            owner.get(&path("page")).await;
            (pressed(&owner, "preview"), &[])
        }
        "test mail" => {
            owner.get(&path("mails")).await;
            (pressed(&owner, "test"), &[])
        }
        _ => {
            owner.get(&path("check")).await;
            (owner.form(&path("check")).clone().with("request", "admin=4000&amount=100&charge=1"), &[])
        }
    };
    by_owner(world, owner, &form, says).await
}

/// The form of a secret's own page, with a fresh code.
async fn secret(owner: &mut Clerk, act: &str) -> Form {
    owner.get(&format!("/console/settings/keys?do={act}")).await;
    let code = owner.code().await;
    let form = owner.form("/console/settings/keys").clone().pressed("act", act).with("totp", &code);
    if act == "own-key-password" { form.with("own", "0123456789abcdef") } else { form }
}

/// The form in front with this button, sent by it.
fn pressed(clerk: &Clerk, act: &str) -> Form {
    let button = ("act".to_owned(), act.to_owned());
    let form = clerk.page().forms.iter().find(|form| form.buttons.contains(&button));
    form.unwrap_or_else(|| panic!("no button {act}: {}", clerk.page().text)).clone().pressed("act", act)
}
