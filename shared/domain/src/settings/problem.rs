//! Why a setting can't be made: one variant for each thing that is to be mended, with a code that stays the same. Texts for people are in `words`.

use crate::{
    Yen,
    handover::AddressError,
    merchant::{ImageError, ShopHtml},
    request::NameMapError,
};

/// A refused setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {}", .problem.code())]
pub struct SettingError {
    /// The setting's name.
    pub key: String,
    /// What is wrong.
    pub problem: SettingProblem,
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingProblem {
    /// It is not `key=value`.
    Shape,
    /// There is no such setting.
    Unknown,
    /// It is a setting of the operator's.
    OperatorsOnly,
    /// It is none of these.
    Choice(Vec<String>),
    /// It is no number from `least` to `most`.
    Number {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// It is shorter or longer.
    Length {
        /// Characters at least.
        least: usize,
        /// Characters at most.
        most: usize,
    },
    /// It has control characters or line ends, which may not get into a mail's header.
    Control,
    /// It is no `GET https://…` or `POST https://…`.
    Destination,
    /// The address can't be registered.
    Address(AddressError),
    /// It is no mail address.
    MailAddress,
    /// It is no `T` and 13 digits.
    Registration,
    /// It is no offer's name.
    OfferName,
    /// It is no `#rrggbb`.
    Colour,
    /// A mail's text names something that can't be filled in.
    UnknownPlaceholder(String),
    /// A mail's text has a brace that isn't closed.
    OpenBrace,
    /// The names on the wire can't be told apart.
    Names(NameMapError),
    /// Card-on-file needs a key password or a signature secret.
    NeedsSecret,
    /// To require the signature, there must be a secret.
    NeedsSigSecret,
    /// There is no secret to be ended.
    NoSecretBefore,
    /// A key password of one's own is 16 to 32 ASCII letters, digits and symbols.
    KeyPassword,
    /// A signature secret is 64 hex digits.
    SigSecret,
    /// The random source failed.
    Random,
    /// The HTML is longer than [`ShopHtml::MAX_BYTES`].
    HtmlTooLong,
    /// The HTML has characters that turn the writing round or can't be seen.
    HtmlControl,
    /// The file is no logo.
    Image(ImageError),
    /// The operator allows no more than this.
    FloorAmount(Yen),
    /// The operator does not allow this choice.
    FloorChoice,
    /// The operator allows no higher threshold than this.
    FloorGuard(u16),
}

impl SettingError {
    /// A problem of one setting.
    pub fn new(key: &str, problem: SettingProblem) -> Self {
        Self { key: key.to_owned(), problem }
    }

    /// The stable code, the same in every language and version.
    pub const fn code(&self) -> &'static str {
        self.problem.code()
    }
}

impl SettingProblem {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape => "setting_shape",
            Self::Unknown => "setting_unknown",
            Self::OperatorsOnly => "setting_of_operator",
            Self::Choice(_) => "setting_choice",
            Self::Number { .. } => "setting_number",
            Self::Length { .. } => "setting_length",
            Self::Control => "setting_control_character",
            Self::Destination => "destination_malformed",
            Self::Address(error) => address_code(*error),
            Self::MailAddress => "mail_address_malformed",
            Self::Registration => "registration_malformed",
            Self::OfferName => "offer_malformed",
            Self::Colour => "colour_malformed",
            Self::UnknownPlaceholder(_) => "placeholder_unknown",
            Self::OpenBrace => "placeholder_open",
            Self::Names(error) => match error {
                NameMapError::FixedDialect => "names_fixed",
                NameMapError::Unknown(_) => "name_unknown",
                NameMapError::Malformed(_) => "name_malformed",
                NameMapError::Shared(_) => "name_shared",
            },
            Self::NeedsSecret => "secret_needed",
            Self::NeedsSigSecret => "sig_secret_needed",
            Self::NoSecretBefore => "secret_none_before",
            Self::KeyPassword => "key_password_weak",
            Self::SigSecret => "sig_secret_malformed",
            Self::Random => "no_random",
            Self::HtmlTooLong => "html_too_long",
            Self::HtmlControl => "html_control_character",
            Self::Image(error) => match error {
                ImageError::Empty => "image_empty",
                ImageError::TooLarge => "image_too_large",
                ImageError::Kind => "image_kind",
            },
            Self::FloorAmount(_) => "operator_max_amount",
            Self::FloorChoice => "operator_choice",
            Self::FloorGuard(_) => "operator_guard",
        }
    }
}

const fn address_code(error: AddressError) -> &'static str {
    match error {
        AddressError::TooLong => "address_too_long",
        AddressError::Characters => "address_characters",
        AddressError::NotHttps => "address_not_https",
        AddressError::Userinfo => "address_userinfo",
        AddressError::Fragment => "address_fragment",
        AddressError::Host => "address_host",
        AddressError::Collision => "address_collision",
        AddressError::Undecodable => "address_undecodable",
    }
}

/// How long [`ShopHtml`] may be, for whoever reads it.
impl SettingProblem {
    /// The most bytes of [`Self::HtmlTooLong`].
    pub const HTML_BYTES: usize = ShopHtml::MAX_BYTES;
}
