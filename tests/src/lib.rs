//! What drives the system from outside, for flows, fault runs, browser tests and benchmarks alike: a shop's requests, a shopper with a tiny browser, a fresh world.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::missing_panics_doc,
    reason = "test code: an expectation that does not hold ends the test"
)]

mod batches;
mod books;
mod card;
mod clerk;
mod clerk_calls;
mod continuation;
mod encode;
mod hand_over;
mod hook;
mod log;
mod outage;
mod page;
mod plan_in;
mod plans;
mod regular;
mod search_rows;
mod server;
mod shop;
mod shopper;
mod staff;
mod worlds;
mod year;

pub use batches::{BatchDesk, HEADER};
pub use books::{acquirer_calls, approvals, totals};
pub use card::{Card, cards};
pub use clerk::{Clerk, DEMO_PASSWORD, DEMO_SECRET, JOINED_PASSWORD, OWNER, OWNER_24, invitation};
pub use clerk_calls::{ClerkCalls, OperationForm};
pub use continuation::ContinuationDesk;
pub use encode::{Charset, form_encoded, percent_encoded};
pub use hand_over::HandOver;
pub use hook::{Call, DELIVERY, ENDPOINT, Hook, HookKeys, endpoint_with_delivery};
pub use log::Log;
pub use outage::Outage;
pub use page::{Form, Page, Tag};
pub use plan_in::{card_tries, offer_in, plan_in, put_plan, stored_plan};
pub use plans::PlanDesk;
pub use regular::{RegularDesk, first_payment, japan, leave_cards_from, take_cards_for_checked, tick, tick_at};
pub use search_rows::fill_search;
pub use server::{Answered, ShopServer, put_api_key};
pub use shop::ShopRequest;
pub use shopper::{Shopper, Site, Submit};
pub use staff::staff;
pub use worlds::{
    LinkTerms, START, Spoilt, acquirer, administer, administer_as, audit_log, batch_file, batch_in, batches, card_of,
    change_merchant, config, config_of, create_link, create_merchant, fresh, fresh_with, housekept, kept_card, links,
    matters, merchant, object, offers, options, payment, put_batch, raise, refile_payment, search_table, searches,
    smuggle_card, smuggle_payment, spoil, spoil_card, spoil_documents, spoil_payment, spoil_plan, user_id,
};
pub use year::{YearReport, year_of};
