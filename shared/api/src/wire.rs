//! What is sent and answered, as types: the description of the API is made from them.

pub mod card;
pub mod link;
pub mod payment;
pub mod renewal;
pub mod value;
