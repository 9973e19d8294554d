//! The networks' rules for repeated tries, as data. Acquirers publish them for their merchants; the networks' own books are not public.
//!
//! Sources, read in November 2026: Visa's categories by response code (<https://checkout.com/docs/developer-resources/codes/visa-response-codes>), its limit of
//! 20 in 30 days since 2025-05 (<https://docs.cielo.com.br/ecommerce-cielo-en/changelog/new-limit-for-visa-retries-starting-may-25-2025>), Mastercard's
//! limits (<https://developers.tabapay.com/docs/excessive-retry-rules>) and advice codes
//! (<https://support.peachpayments.com/support/solutions/articles/47001248617>). For JCB, American Express, Diners and Discover nothing is published: Visa's hold.

use jiff::{
    SignedDuration,
    civil::{Date, date},
};

use crate::{Brand, Decline, acquirer::DeclineCategory};

/// The day on which these rules were compared with their sources.
pub const RULES_AS_OF: Date = date(2026, 11, 30);

/// Response codes after which an issuer never approves the card (Visa's category 1). Older lists also had 03, 62, 78 and 93.
const NEVER: [&str; 9] = ["04", "07", "12", "14", "15", "41", "43", "46", "57"];
/// Response codes by which a cardholder stops a payment, or all of a merchant's (Visa's category 1): what was agreed is over.
const REVOKED: [&str; 3] = ["R0", "R1", "R3"];
/// Mastercard's advice codes after which a card is not tried again. 03 and 21 cost a fee if it is; 99 says the same without one.
const ADVISED_NEVER: [&str; 3] = ["03", "21", "99"];
/// Mastercard's advice codes that name a wait, and its hours.
const ADVISED_WAIT: [(&str, i64); 7] =
    [("24", 1), ("25", 24), ("26", 48), ("27", 96), ("28", 144), ("29", 192), ("30", 240)];

/// At most so many declines within any window of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// How many.
    pub declines: usize,
    /// How long.
    pub window: SignedDuration,
}

/// Visa allows 20; older papers say 15, and acquirers that still count so exist.
const VISA: [Cap; 1] = [Cap { declines: 15, window: SignedDuration::from_hours(30 * 24) }];
/// Mastercard counts the 35 by amount; here all count.
const MASTERCARD: [Cap; 2] = [
    Cap { declines: 10, window: SignedDuration::from_hours(24) },
    Cap { declines: 35, window: SignedDuration::from_hours(30 * 24) },
];

/// The caps on declines of one card of a brand.
pub const fn caps(brand: Brand) -> &'static [Cap] {
    match brand {
        Brand::Mastercard => &MASTERCARD,
        Brand::Visa | Brand::Jcb | Brand::Amex | Brand::Diners | Brand::Discover => &VISA,
    }
}

/// What a decline means for the next try of the same card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The cardholder withdrew the agreement: what was agreed is over.
    Revoked,
    /// Never again.
    Never,
    /// Not before this time is over.
    After(SignedDuration),
    /// It may be tried again within the caps.
    Counted,
}

impl Decline {
    /// What it means for the next try: the network's word where it gives one, else that of our own code.
    pub fn verdict(&self, brand: Brand) -> Verdict {
        match (self.code.category(), self.network_verdict(brand)) {
            (_, Verdict::Revoked) => Verdict::Revoked,
            (DeclineCategory::NeverRetry, _) if self.code.is_revocation() => Verdict::Revoked,
            (DeclineCategory::NeverRetry, _) => Verdict::Never,
            (DeclineCategory::RetryLater | DeclineCategory::FixData | DeclineCategory::BringPayerBack, network) => {
                network
            }
        }
    }

    /// Its category: the code's, or never where the network says so.
    pub fn category(&self, brand: Brand) -> DeclineCategory {
        match self.verdict(brand) {
            Verdict::Revoked | Verdict::Never => DeclineCategory::NeverRetry,
            Verdict::After(_) | Verdict::Counted => self.code.category(),
        }
    }

    fn network_verdict(&self, brand: Brand) -> Verdict {
        let code = self.network_code.as_deref().unwrap_or_default();
        let advice = self.advice_code.as_deref().unwrap_or_default();
        match brand {
            Brand::Mastercard if ADVISED_NEVER.contains(&advice) => Verdict::Never,
            Brand::Mastercard => {
                let wait = ADVISED_WAIT.iter().find(|(named, _)| *named == advice);
                wait.map_or(Verdict::Counted, |(_, hours)| Verdict::After(SignedDuration::from_hours(*hours)))
            }
            Brand::Visa | Brand::Jcb | Brand::Amex | Brand::Diners | Brand::Discover => {
                if REVOKED.contains(&code) {
                    Verdict::Revoked
                } else if NEVER.contains(&code) {
                    Verdict::Never
                } else {
                    Verdict::Counted
                }
            }
        }
    }
}
