//! The texts of the console, an area a file, each whole in both languages.

pub mod account_mail;
pub mod api_keys;
pub mod audit;
pub mod batch_mail;
pub mod batches;
pub mod charge;
pub mod decline;
pub mod exports;
pub mod frame;
pub mod history;
pub mod links;
pub mod login;
pub mod mail_returns;
pub mod operation;
pub mod settings;
pub mod team;
pub mod today;
pub mod transactions;

pub use api_keys::api_keys;
pub use audit::audit;
pub use batches::batches;
pub use charge::charge;
pub use exports::exports;
pub use frame::frame;
pub use links::links;
pub use operation::operation;
pub use today::today;
pub use transactions::transactions;
