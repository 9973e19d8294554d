//! People of merchant 4000 beside its owner, with a role of their own.

use domain::{TotpSecret, totp::Step};
use local::admin::{Admin, GivenRole, UserCommand};
use local::world::World;

use crate::clerk::Clerk;
use crate::worlds::administer;

/// Somebody whom the operator of the installation invited to merchant 4000, and who has joined and is signed in.
pub async fn staff(world: &World, mail: &str, role: GivenRole) -> Clerk {
    let command = UserCommand::Invite {
        merchant: "4000".to_owned(),
        mail: mail.to_owned(),
        name: Some("Hanako".to_owned()),
        role,
        lang: Some("ja".to_owned()),
        by: "test".to_owned(),
    };
    let lines = administer(world, Admin::User(command)).await;
    let path = lines.iter().find_map(|line| line.find("/console/join/").and_then(|at| line.get(at..)));
    let mut clerk = Clerk::new(world);
    clerk.get(path.expect("the address to join").trim()).await;
    let page = clerk.page();
    let secret = page.by_id("secret").expect("the secret of the app").text.replace(' ', "");
    let code = TotpSecret::from_base32(&secret).expect("a secret in base32").code(Step::at(world.now()));
    let form = page.forms.iter().find(|form| form.unticked.iter().any(|(name, _)| name == "kept"));
    let form = form.expect("the form of joining").clone();
    let password = "blue lanterns over kyoto";
    let form = form.with("password", password).with("again", password).with("code", &code).ticked("kept");
    clerk.submit(&form).await;
    assert!(clerk.cookie("__Host-console").is_some(), "{}", clerk.page().text);
    clerk
}
