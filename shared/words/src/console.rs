//! The texts of the console, an area a file, each whole in both languages.

pub mod audit;
pub mod frame;
pub mod settings;

pub use audit::audit;
pub use frame::frame;
