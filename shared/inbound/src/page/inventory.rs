//! The inventory of scripts on pages that take card data (PCI DSS 4.0.1, 6.4.3): which, on what page, why.

use super::asset::{FORM_SCRIPT, HANDOVER_SCRIPT, WAIT_SCRIPT};

/// One script that a page of ours runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The page's name in this crate.
    pub page: &'static str,
    /// Its CSP source, `sha256-…`: another text does not run.
    pub hash: String,
    /// Why it is needed.
    pub reason: &'static str,
}

/// Every script of every page. A page that is not named here runs none.
pub fn scripts() -> Vec<Script> {
    vec![
        Script {
            page: "payment_form",
            hash: FORM_SCRIPT.hash.clone(),
            reason: "groups the card number while it is typed, shows its brand, finds typing mistakes before they are sent, \
                     keeps the button from being pressed twice, and fills in the browser data that 3-D Secure asks for",
        },
        Script {
            page: "kept_card",
            hash: FORM_SCRIPT.hash.clone(),
            reason: "the payment form's script, for the form that replaces a kept card and the one that deletes it",
        },
        Script {
            page: "plan_agree",
            hash: FORM_SCRIPT.hash.clone(),
            reason: "the payment form's script, for the form by which a buyer agrees to a change of a regular purchase",
        },
        Script {
            page: "plan_checking",
            hash: WAIT_SCRIPT.hash.clone(),
            reason: "the waiting page's script, while an authentication is being checked",
        },
        Script {
            page: "handover",
            hash: HANDOVER_SCRIPT.hash.clone(),
            reason: "submits the form that takes the shopper back to the shop",
        },
        Script {
            page: "challenge",
            hash: HANDOVER_SCRIPT.hash.clone(),
            reason: "the hand-over's script, for the form that takes the shopper to the card issuer's page",
        },
        Script {
            page: "returned",
            hash: HANDOVER_SCRIPT.hash.clone(),
            reason: "the hand-over's script, for the form that leads from the card issuer's page back to ours",
        },
        Script {
            page: "waiting",
            hash: WAIT_SCRIPT.hash.clone(),
            reason: "looks again after some seconds, while the page is seen",
        },
        Script {
            page: "kept_card_checking",
            hash: WAIT_SCRIPT.hash.clone(),
            reason: "the waiting page's script, while a card is being checked",
        },
    ]
}
