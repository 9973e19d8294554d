//! Fault runs: every single fault at every outside call of a payment, and the rules that hold all the same.

mod enumerate;
mod invariants;
mod shopper;
mod stories;
