//! What somebody did, as the audit log says it.

use domain::{Lang, account::Role, audit::Action};

/// An action in one sentence. `user` names a person by their id as readers know them.
pub fn audit(lang: Lang, action: &Action) -> String {
    match (lang, action) {
        (Lang::Ja, Action::SignedIn) => "サインインしました".to_owned(),
        (Lang::En, Action::SignedIn) => "Signed in".to_owned(),
        (Lang::Ja, Action::SignedOut) => "サインアウトしました".to_owned(),
        (Lang::En, Action::SignedOut) => "Signed out".to_owned(),
        (Lang::Ja, Action::Invited { user, role: invited }) => {
            format!("利用者 {user} を{}として招待しました", role(lang, *invited))
        }
        (Lang::En, Action::Invited { user, role: invited }) => {
            format!("Invited user {user} as {}", role(lang, *invited))
        }
    }
}

/// A role's name.
pub const fn role(lang: Lang, role: Role) -> &'static str {
    match (lang, role) {
        (Lang::Ja, Role::Viewer) => "閲覧者",
        (Lang::En, Role::Viewer) => "viewer",
        (Lang::Ja, Role::Operator) => "担当者",
        (Lang::En, Role::Operator) => "operator",
        (Lang::Ja, Role::Owner) => "オーナー",
        (Lang::En, Role::Owner) => "owner",
    }
}
