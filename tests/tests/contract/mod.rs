//! What the product relies on in AWS, asked with the real SDK clients. `KESSAI_CONTRACT_ENDPOINT` points the same questions
//! at another emulator or at AWS (`aws`, with the credentials of the environment); without it the local cloud answers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "a test: what goes wrong is meant to end it, and it has no settings module"
)]

mod dynamodb;
mod endpoint;
mod kms;
mod s3;
mod ses;
mod sqs;
mod unknown;
