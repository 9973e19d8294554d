//! The merchant's free items on the payment form.

use domain::{
    Lang,
    merchant::{FreeItemRule, Merchant},
    payment::Details,
};

use crate::page::FreeEntry;

/// A free item of an order, as the form shows it.
pub(super) struct OwnedFree<'a> {
    item: u8,
    label: String,
    value: &'a str,
    rule: FreeItemRule,
}

impl OwnedFree<'_> {
    pub(super) fn entry(&self) -> FreeEntry<'_> {
        match self.rule {
            FreeItemRule::Hidden | FreeItemRule::Shown => FreeEntry::Shown { label: &self.label, value: self.value },
            FreeItemRule::Asked | FreeItemRule::Required => FreeEntry::Asked {
                item: self.item,
                label: &self.label,
                value: self.value,
                required: self.rule == FreeItemRule::Required,
            },
        }
    }
}

/// The free items that the form shows.
pub(super) fn free_entries<'a>(merchant: &'a Merchant, details: &'a Details, lang: Lang) -> Vec<OwnedFree<'a>> {
    let entries = (1_u8..).zip(&merchant.free_items).zip(&details.free);
    entries
        .filter(|((_, item), value)| match item.rule {
            FreeItemRule::Hidden => false,
            FreeItemRule::Shown => !value.is_empty(),
            FreeItemRule::Asked | FreeItemRule::Required => true,
        })
        .map(|((number, item), value)| OwnedFree {
            item: number,
            label: free_label(&item.label, number, lang),
            value,
            rule: item.rule,
        })
        .collect()
}

/// A free item's label: the merchant's, or the plain one with its number.
pub fn free_label(label: &str, number: u8, lang: Lang) -> String {
    if label.is_empty() { (words::words(lang).order.free)(number) } else { label.to_owned() }
}
