//! People of merchant 4000 beside its owner, with a role of their own, who read Japanese.

use local::admin::GivenRole;
use local::world::World;

use crate::clerk::Clerk;

/// Somebody whom the operator of the installation invited to merchant 4000, and who has joined and is signed in.
pub async fn staff(world: &World, mail: &str, role: GivenRole) -> Clerk {
    let mut clerk = Clerk::joined(world, mail, role).await.speaking("ja");
    clerk.set_cookie("console-language", Some("ja"));
    clerk
}
