//! The mail to all owners of a merchant when secrets or destinations change.

use console::Visit;
use domain::{Merchant, settings::Change};
use words::console::settings::setting_name;

use crate::Deps;

/// Tells every owner who changed what. Settings are named, values are not.
pub(crate) async fn owners(deps: &Deps, visit: &Visit, merchant: &Merchant, changes: &[Change]) {
    let event = merchant.version.to_string();
    let told = deps.console.tell_owners(&deps.mailer, visit, &event, |lang| {
        let names: Vec<_> = changes.iter().map(|change| setting_name(lang, &change.key)).collect();
        names.join(", ")
    });
    told.await;
}
