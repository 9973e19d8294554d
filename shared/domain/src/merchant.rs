//! A merchant and its settings, as every interface needs them.

mod design;
mod floors;
mod mail_text;
mod regular;
mod retention;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Initiator, Lang, MerchantId, Yen,
    acquirer::{ChallengePreference, Unavailable},
    card::ConsentScope,
    guard::GuardSettings,
    payment::Interface,
    recurring::calendar::Anchor,
};

pub use design::{IMAGES, ImageError, ImageKind, Logo, ShopHtml};
pub use floors::{DayTotal, FloorError, Floors, LiveRequest, ThreeDsFloor, UnavailableFloor};
pub use mail_text::{MailText, MailTexts, OwnText, OwnTextError, Placeholder};
pub use regular::{RegularKind, RegularSettings};
pub use retention::{Kept, Retention};

/// A merchant's record. Secrets in it are sealed; [`SealedSecret`] says how they are opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// The merchant number.
    pub id: MerchantId,
    /// The name that shoppers see.
    pub name: String,
    /// Test or live.
    pub mode: Mode,
    /// Whether it may trade.
    pub status: Status,
    /// Counts changes; a sealed form of an older version may be refused.
    pub version: u32,
    /// Vocabulary of requests and hand-overs.
    pub dialect: Dialect,
    /// Names on the wire that differ from the dialect's own: (our name, wire name). 24 dialect only.
    #[serde(default)]
    pub request_names: Vec<(String, String)>,
    /// The same for what is handed back.
    #[serde(default)]
    pub handover_names: Vec<(String, String)>,
    /// Characters of requests and hand-overs.
    pub encoding: Encoding,
    /// Where no request or browser says otherwise.
    pub lang: Lang,
    /// Registered destinations 1 to 3.
    pub destinations: [Option<Destination>; 3],
    /// A plain address back to the shop, without data (戻り先URL).
    pub back_address: Option<String>,
    /// The largest amount of one payment.
    pub max_amount: Yen,
    /// How often one visit may try a card.
    pub attempts: u8,
    /// Capture with the authorization.
    pub capture: Capture,
    /// Once more than this was given back of a payment, each further refund needs a fresh code of the second factor; so does the one that goes beyond it.
    #[serde(default = "refund_confirm_over")]
    pub refund_confirm_over: Yen,
    /// Card-on-file option (カード情報保持機能).
    pub card_on_file: bool,
    /// How old a signed time may be, and how far ahead. Seconds.
    pub request_window: Window,
    /// The key passwords of card-on-file.
    #[serde(default)]
    pub key_passwords: Vec<SealedSecret>,
    /// The strong signature.
    pub sig: SigSettings,
    /// 3-D Secure policy.
    pub three_ds: ThreeDsPolicy,
    /// What follows where the issuer could not authenticate.
    #[serde(default)]
    pub three_ds_unavailable: Unavailable,
    /// Payments are continued by the merchant (自動継続): the page offers to keep the card without a `user` too.
    #[serde(default)]
    pub continuation: bool,
    /// The day of month on which last month's payments are continued by themselves (自動継続). None: only when somebody says so.
    #[serde(default)]
    pub continuation_day: Option<Anchor>,
    /// Thresholds of the guard against card testing. There is no "off".
    #[serde(default)]
    pub guard: GuardSettings,
    /// Completion mails.
    pub mail: MailSettings,
    /// What the page shows of the merchant.
    pub page: PageSettings,
    /// The free items 1 to 3.
    pub free_items: [FreeItem; 3],
    /// How long what is no longer needed is kept.
    #[serde(default)]
    pub retention: Retention,
    /// What the operator allows.
    #[serde(default)]
    pub floors: Floors,
    /// An operator asked to let it go live, and nobody has approved it yet.
    #[serde(default)]
    pub live_request: Option<LiveRequest>,
    /// What receipts say of the merchant.
    #[serde(default)]
    pub receipt: ReceiptSettings,
    /// Which batch files run without somebody who lets them.
    #[serde(default)]
    pub batch: BatchSettings,
    /// Regular purchases (定期購入).
    #[serde(default)]
    pub regular: RegularSettings,
}

impl Merchant {
    /// A merchant as the operator creates it: a test merchant with safe settings, no destinations and no secrets.
    pub fn new(id: MerchantId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            mode: Mode::Test,
            status: Status::Active,
            version: 1,
            dialect: Dialect::Asj,
            request_names: Vec::new(),
            handover_names: Vec::new(),
            encoding: Encoding::Utf8,
            lang: Lang::Ja,
            destinations: [None, None, None],
            back_address: None,
            max_amount: Yen::MAX,
            attempts: 5,
            capture: Capture::AtOnce,
            refund_confirm_over: refund_confirm_over(),
            card_on_file: false,
            request_window: Window::REQUEST,
            key_passwords: Vec::new(),
            sig: SigSettings { required: true, hand_over: true, secrets: Vec::new() },
            three_ds: ThreeDsPolicy::AtPayment,
            three_ds_unavailable: Unavailable::Decline,
            continuation: false,
            continuation_day: None,
            guard: GuardSettings::default(),
            mail: MailSettings { off: Vec::new(), shop_copy: None, texts: MailTexts::default() },
            page: PageSettings::default(),
            free_items: Default::default(),
            retention: Retention::default(),
            floors: Floors::default(),
            live_request: None,
            receipt: ReceiptSettings::default(),
            batch: BatchSettings::default(),
            regular: RegularSettings::default(),
        }
    }

    /// The destination with this number (1 to 3), if it is registered.
    pub fn destination(&self, number: DestinationNumber) -> Option<&Destination> {
        self.destinations.get(number.index()).and_then(Option::as_ref)
    }

    /// What a buyer is asked to agree to when a card is kept with an order of this merchant. None: the page does not offer it.
    pub fn keeps(&self, user: &str) -> Option<ConsentScope> {
        match (self.card_on_file && !user.is_empty(), self.continuation) {
            (true, true) => Some(ConsentScope::Both),
            (true, false) => Some(ConsentScope::Recall),
            (false, true) => Some(ConsentScope::MerchantInitiated),
            (false, false) => None,
        }
    }

    /// What a buyer has to agree to who joins a regular purchase of this merchant.
    pub fn keeps_to_join(&self, user: &str) -> ConsentScope {
        if self.card_on_file && !user.is_empty() { ConsentScope::Both } else { ConsentScope::MerchantInitiated }
    }

    /// Whether the payer gets a completion mail for payments that came by `interface`.
    pub fn mails(&self, interface: Interface) -> bool {
        interface == Interface::Regular || !self.mail.off.contains(&interface)
    }
}

/// Up to where a batch file that was put into the bucket runs at once; a larger one waits until somebody has looked at its sum and lets it run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchSettings {
    /// Rows; 0 lets none run by itself.
    pub at_once_rows: u32,
    /// What the rows come to. Yen; more than one payment may be.
    pub at_once_yen: u32,
}

impl BatchSettings {
    /// The most rows that can be set: what a file may have.
    pub const MOST_ROWS: u32 = 1_000_000;
    /// The most yen that can be set.
    pub const MOST_YEN: u32 = 999_999_999;

    /// Whether a file runs at once.
    pub fn lets_run(&self, rows: u32, yen: u64) -> bool {
        rows <= self.at_once_rows && yen <= u64::from(self.at_once_yen)
    }
}

/// A thousand rows and a million yen (ours): a shop's usual month runs by itself, a slip of two digits does not.
impl Default for BatchSettings {
    fn default() -> Self {
        Self { at_once_rows: 1_000, at_once_yen: 1_000_000 }
    }
}

/// 100,000 yen (ours): far above what a shop gives back many times a day, far below what would hurt it.
const fn refund_confirm_over() -> Yen {
    match Yen::new(100_000) {
        Ok(yen) => yen,
        Err(_) => Yen::MIN,
    }
}

/// Test merchants take the test cards only, live ones never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Play money at the test acquirer.
    Test,
    /// Real money.
    Live,
}

/// Whether a merchant may trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All interfaces are open.
    Active,
    /// All interfaces refuse; refunds and inquiries go on.
    Suspended,
    /// Gone for good.
    Closed,
}

/// Which of the two services a shop's program was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `admin`, `amount`, `charge` …, back `result` 0/1.
    Asj,
    /// Names by a map, back `RC` 0/9.
    TwentyFour,
}

/// Characters of a shop's requests and of what goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// Shift_JIS as Windows has it (CP932).
    ShiftJis,
}

/// 1, 2 or 3: which registered destination a request chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum DestinationNumber {
    /// The default.
    #[default]
    One,
    /// The second.
    Two,
    /// The third.
    Three,
}

impl DestinationNumber {
    /// Its place in [`Merchant::destinations`].
    pub const fn index(self) -> usize {
        match self {
            Self::One => 0,
            Self::Two => 1,
            Self::Three => 2,
        }
    }
}

impl TryFrom<u8> for DestinationNumber {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            _ => Err("a destination is 1, 2 or 3"),
        }
    }
}

impl From<DestinationNumber> for u8 {
    fn from(number: DestinationNumber) -> Self {
        match number {
            DestinationNumber::One => 1,
            DestinationNumber::Two => 2,
            DestinationNumber::Three => 3,
        }
    }
}

/// A registered address that a shopper may be handed over to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// Absolute, https (or the local system's own), used byte for byte.
    pub address: String,
    /// How the shopper goes there.
    pub method: Method,
}

/// GET or POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// In the address.
    Get,
    /// In a form.
    Post,
}

/// When an approved payment is captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capture {
    /// With the authorization.
    AtOnce,
    /// By the merchant, later.
    Later,
}

/// How far a signed time may lie from ours. Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// How long ago.
    pub past_s: u32,
    /// How far ahead.
    pub future_s: u32,
}

impl Window {
    /// For requests: an hour back, five minutes ahead (ours; the manuals give none).
    pub const REQUEST: Self = Self { past_s: 3600, future_s: 300 };

    /// Whether `time_s` (Unix seconds) lies in the window around `now`.
    pub fn holds(self, time_s: i64, now: Timestamp) -> bool {
        let age_s = now.as_second().saturating_sub(time_s);
        age_s <= i64::from(self.past_s) && age_s >= i64::from(self.future_s).saturating_neg()
    }
}

/// A secret of a merchant, sealed under the application's key and bound to merchant, field and generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    /// Counts the secrets of this field; bound into the seal.
    pub generation: u32,
    /// The sealed bytes, base64.
    pub sealed: String,
    /// When it was made. None where that is not known.
    #[serde(default)]
    pub made_at: Option<Timestamp>,
    /// When a previous secret stops being accepted. None for the current one.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// Settings of the strong signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigSettings {
    /// Every request must carry `sig`.
    pub required: bool,
    /// What goes back to the shop carries `time` and `sig`.
    pub hand_over: bool,
    /// Newest first; the first signs, all that have not ended verify.
    #[serde(default)]
    pub secrets: Vec<SealedSecret>,
}

/// When a payer is authenticated. There is no "off".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreeDsPolicy {
    /// At every payment.
    AtPayment,
    /// When a card is stored; later payments with it by risk.
    AtRegistration,
    /// At the first payment and at changes of the contract.
    Recurring,
}

impl ThreeDsPolicy {
    /// Whether a challenge is asked for, or the issuer decides, or (none) nobody is there to be authenticated.
    ///
    /// A new card is authenticated under every policy. Keeping one under `AtRegistration`, or for the merchant's own charges under `Recurring`, asks for a
    /// challenge, because later charges rely on it (Credit Card Security Guidelines 6.0, 2025-03).
    pub const fn preference(self, initiator: Initiator, keeping: Option<ConsentScope>) -> Option<ChallengePreference> {
        match (initiator, self, keeping) {
            (Initiator::MailOrTelephone | Initiator::MerchantRecurring | Initiator::MerchantUnscheduled, _, _) => None,
            (Initiator::Cardholder, Self::AtRegistration, Some(_)) => Some(ChallengePreference::Challenge),
            (Initiator::Cardholder, Self::Recurring, Some(scope)) if scope.merchant_may_charge() => {
                Some(ChallengePreference::Challenge)
            }
            (Initiator::Cardholder, Self::AtPayment | Self::AtRegistration | Self::Recurring, _) => {
                Some(ChallengePreference::ByRisk)
            }
        }
    }

    /// Whether a card may only be kept after full authentication (transStatus Y).
    pub const fn keeps_authenticated_only(self, scope: ConsentScope) -> bool {
        match self {
            Self::AtRegistration => true,
            Self::Recurring => scope.merchant_may_charge(),
            Self::AtPayment => false,
        }
    }
}

/// Completion mails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    /// Interfaces whose payers get none.
    #[serde(default)]
    pub off: Vec<Interface>,
    /// Where the shop's copy goes.
    pub shop_copy: Option<String>,
    /// The merchant's own paragraphs in the payer's mail.
    #[serde(default)]
    pub texts: MailTexts,
}

/// What the page shows of a merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSettings {
    /// Accent colour, `#rrggbb`.
    pub accent: String,
    /// The legal page (特定商取引法に基づく表記).
    pub legal_address: Option<String>,
    /// The privacy policy.
    pub privacy_address: Option<String>,
    /// How a shopper reaches the shop.
    pub contact: Option<String>,
    /// Prices include tax, and the page says so.
    pub tax_included: bool,
    /// The merchant itself asks consent for 3-D Secure data.
    pub asks_consent_itself: bool,
    /// The merchant's own text before the card form.
    #[serde(default)]
    pub before: ShopHtml,
    /// The same after it.
    #[serde(default)]
    pub after: ShopHtml,
    /// Its logo.
    #[serde(default)]
    pub logo: Option<Logo>,
}

impl PageSettings {
    /// The accent colour of a merchant that chose none.
    pub const ACCENT: &str = "#1a5fb4";
}

impl Default for PageSettings {
    fn default() -> Self {
        Self {
            accent: Self::ACCENT.to_owned(),
            legal_address: None,
            privacy_address: None,
            contact: None,
            tax_included: true,
            asks_consent_itself: false,
            before: ShopHtml::default(),
            after: ShopHtml::default(),
            logo: None,
        }
    }
}

/// What receipts (領収書) say of the merchant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptSettings {
    /// Who issues them. Empty: the name that shoppers see.
    #[serde(default)]
    pub issuer: String,
    /// The issuer's postal address.
    #[serde(default)]
    pub address: String,
    /// The issuer's number for qualified invoices (適格請求書発行事業者の登録番号).
    #[serde(default)]
    pub registration: Option<InvoiceNumber>,
    /// The consumption tax that amounts include.
    #[serde(default)]
    pub tax: IncludedTax,
}

/// A registration number of the qualified invoice system: `T` and 13 digits (National Tax Agency).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InvoiceNumber(String);

impl InvoiceNumber {
    /// # Errors
    /// A text unless `text` is `T` and 13 ASCII digits.
    pub fn new(text: impl Into<String>) -> Result<Self, &'static str> {
        let text = text.into();
        let digits = text.strip_prefix('T').filter(|digits| digits.len() == 13);
        let valid = digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        if valid { Ok(Self(text)) } else { Err("a registration number is T and 13 digits") }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for InvoiceNumber {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<InvoiceNumber> for String {
    fn from(number: InvoiceNumber) -> Self {
        number.0
    }
}

/// The consumption tax that a merchant's amounts include.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncludedTax {
    /// The merchant has not said, or sells under more than one rate.
    #[default]
    Unsaid,
    /// 10 %.
    Standard,
    /// 8 % (軽減税率).
    Reduced,
    /// None: not taxed.
    Exempt,
}

impl IncludedTax {
    /// The rate in per cent. None: nothing is said of it.
    pub const fn percent(self) -> Option<u32> {
        match self {
            Self::Unsaid | Self::Exempt => None,
            Self::Standard => Some(10),
            Self::Reduced => Some(8),
        }
    }

    /// The tax in an amount that includes it, rounded down once for the whole receipt. None: nothing is said of it.
    pub fn within(self, yen: u32) -> Option<u32> {
        let percent = self.percent()?;
        yen.checked_mul(percent)?.checked_div(percent.checked_add(100)?)
    }
}

/// A free item's label and what the page does with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeItem {
    /// What it is called. Empty: 自由設定項目 with its number.
    #[serde(default)]
    pub label: String,
    /// What the page does.
    #[serde(default)]
    pub rule: FreeItemRule,
}

/// What the page does with a free item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreeItemRule {
    /// Carries it along unseen.
    #[default]
    Hidden,
    /// Shows it.
    Shown,
    /// Asks for it.
    Asked,
    /// Asks for it and insists.
    Required,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tax_in_an_amount_is_rounded_down_once() {
        for (tax, yen, within) in [
            (IncludedTax::Standard, 2_000, Some(181)),
            (IncludedTax::Standard, 1_100, Some(100)),
            (IncludedTax::Reduced, 1_080, Some(80)),
            (IncludedTax::Reduced, 1, Some(0)),
            (IncludedTax::Standard, 9_999_999, Some(909_090)),
            (IncludedTax::Unsaid, 2_000, None),
            (IncludedTax::Exempt, 2_000, None),
        ] {
            assert_eq!(tax.within(yen), within, "{tax:?} {yen}");
        }
    }

    #[test]
    fn a_registration_number_is_t_and_13_digits() {
        assert!(InvoiceNumber::new("T1234567890123").is_ok());
        for bad in ["", "1234567890123", "T123456789012", "T12345678901234", "t1234567890123", "T123456789012３"] {
            assert!(InvoiceNumber::new(bad).is_err(), "{bad}");
        }
    }
}
