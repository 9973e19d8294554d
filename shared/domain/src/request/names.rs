//! Names on the wire: ours, the 24 dialect's default map, and a merchant's own.

use crate::{Merchant, merchant::Dialect};

/// A parameter of a request, whatever it is called on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Merchant number.
    Admin,
    /// Yen.
    Amount,
    /// Order number.
    Charge,
    /// Way to pay.
    ChargeType,
    /// Buyer's name.
    Name,
    /// Buyer's mail address.
    Mail,
    /// Buyer's telephone.
    CardTel,
    /// First free item.
    Free1,
    /// Second free item.
    Free2,
    /// Third free item.
    Free3,
    /// Feature phone.
    Mobile,
    /// Start of a regular purchase.
    Regular,
    /// Its cycle.
    RegularKind,
    /// Buyer id.
    User,
    /// Time of sending.
    Time,
    /// Card-on-file key.
    Key,
    /// Registered destination.
    Return,
    /// Language.
    Lang,
    /// Strong signature.
    Sig,
}

impl Field {
    /// Every parameter, in the order of the documentation.
    pub const ALL: [Self; 19] = [
        Self::Admin,
        Self::Amount,
        Self::Charge,
        Self::ChargeType,
        Self::Name,
        Self::Mail,
        Self::CardTel,
        Self::Free1,
        Self::Free2,
        Self::Free3,
        Self::Mobile,
        Self::Regular,
        Self::RegularKind,
        Self::User,
        Self::Time,
        Self::Key,
        Self::Return,
        Self::Lang,
        Self::Sig,
    ];

    /// Our name, which is the ASJ dialect's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Amount => "amount",
            Self::Charge => "charge",
            Self::ChargeType => "charge_type",
            Self::Name => "name",
            Self::Mail => "mail",
            Self::CardTel => "card_tel",
            Self::Free1 => "free1",
            Self::Free2 => "free2",
            Self::Free3 => "free3",
            Self::Mobile => "mobile",
            Self::Regular => "regular",
            Self::RegularKind => "regular_kind",
            Self::User => "user",
            Self::Time => "time",
            Self::Key => "key",
            Self::Return => "return",
            Self::Lang => "lang",
            Self::Sig => "sig",
        }
    }

    /// The 24 dialect's default name (ours: that service prints no request names); what it has no name for keeps the ASJ one.
    pub const fn name_24(self) -> &'static str {
        match self {
            Self::Admin => "SID",
            Self::Amount => "AMT",
            Self::Charge => "OID",
            Self::Mail => "EMAIL",
            Self::Name => "NAME",
            Self::CardTel => "TEL",
            Self::Free1 => "ITEM1",
            Self::Free2 => "ITEM2",
            Self::Free3 => "ITEM3",
            Self::Return => "URL",
            Self::ChargeType
            | Self::Mobile
            | Self::Regular
            | Self::RegularKind
            | Self::User
            | Self::Time
            | Self::Key
            | Self::Lang
            | Self::Sig => self.name(),
        }
    }

    /// What this merchant's shop calls it.
    pub fn wire_name(self, merchant: &Merchant) -> &str {
        match merchant.dialect {
            Dialect::Asj => self.name(),
            Dialect::TwentyFour => renamed(&merchant.request_names, self.name()).unwrap_or_else(|| self.name_24()),
        }
    }
}

/// The wire name that a map gives to one of our names.
pub(crate) fn renamed<'a>(map: &'a [(String, String)], ours: &str) -> Option<&'a str> {
    map.iter().find(|(name, _)| name == ours).map(|(_, wire)| wire.as_str())
}

/// Why a merchant's names on the wire can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameMapError {
    /// The ASJ dialect's names are fixed.
    #[error("only the 24 dialect renames parameters")]
    FixedDialect,
    /// The map renames what doesn't exist, or `RC`, which is fixed.
    #[error("there is no parameter {0} to rename")]
    Unknown(String),
    /// A wire name is 1 to 40 of `[A-Za-z0-9_.-]`.
    #[error("{0} cannot be called that on the wire")]
    Malformed(String),
    /// Two parameters would have the same name.
    #[error("{0} would name two parameters")]
    Shared(String),
}

/// Checks the two maps of a merchant before they are saved.
///
/// # Errors
/// [`NameMapError`] when a request or a hand-over could not be told apart under these names.
pub fn check_names(merchant: &Merchant) -> Result<(), NameMapError> {
    let requests = Field::ALL.map(|field| (field.name(), field.wire_name(merchant)));
    check_map(merchant.dialect, &merchant.request_names, &requests)?;
    check_map(merchant.dialect, &merchant.handover_names, &crate::handover::names_24(merchant))
}

/// `names` are (our name, resulting wire name) of all that can be renamed.
fn check_map(dialect: Dialect, map: &[(String, String)], names: &[(&str, &str)]) -> Result<(), NameMapError> {
    match dialect {
        Dialect::Asj if map.is_empty() => return Ok(()),
        Dialect::Asj => return Err(NameMapError::FixedDialect),
        Dialect::TwentyFour => {}
    }
    for (place, (ours, wire)) in map.iter().enumerate() {
        if !names.iter().any(|(name, _)| name == ours) || ours == "result" {
            return Err(NameMapError::Unknown(ours.clone()));
        }
        let fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        if !(1..=40).contains(&wire.len()) || !wire.bytes().all(fit) {
            return Err(NameMapError::Malformed(ours.clone()));
        }
        if map.iter().take(place).any(|(earlier, _)| earlier == ours) {
            return Err(NameMapError::Shared(ours.clone()));
        }
    }
    let twice = names.iter().enumerate().find(|(place, (_, wire))| names.iter().take(*place).any(|(_, w)| w == wire));
    twice.map_or(Ok(()), |(_, (_, wire))| Err(NameMapError::Shared((*wire).to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MerchantId;

    fn merchant(dialect: Dialect, request: &[(&str, &str)], handover: &[(&str, &str)]) -> Merchant {
        let owned = |map: &[(&str, &str)]| map.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Merchant {
            dialect,
            request_names: owned(request),
            handover_names: owned(handover),
            ..Merchant::new(MerchantId::new("2400").unwrap(), "24")
        }
    }

    #[test]
    fn the_24_dialect_has_its_default_names_and_takes_others() {
        let names = |merchant: &Merchant| Field::ALL.map(|field| field.wire_name(merchant).to_owned()).join(" ");
        assert_eq!(
            names(&merchant(Dialect::TwentyFour, &[], &[])),
            "SID AMT OID charge_type NAME EMAIL TEL ITEM1 ITEM2 ITEM3 mobile regular regular_kind user time key URL lang sig"
        );
        assert_eq!(
            names(&merchant(Dialect::TwentyFour, &[("amount", "kingaku"), ("user", "member")], &[])),
            "SID kingaku OID charge_type NAME EMAIL TEL ITEM1 ITEM2 ITEM3 mobile regular regular_kind member time key URL lang sig"
        );
        assert_eq!(
            names(&merchant(Dialect::Asj, &[("amount", "kingaku")], &[])),
            "admin amount charge charge_type name mail card_tel free1 free2 free3 mobile regular regular_kind user time key return lang sig"
        );
    }

    #[test]
    fn names_that_could_not_be_told_apart_are_refused() {
        let map_24 = |request, handover| check_names(&merchant(Dialect::TwentyFour, request, handover));
        assert_eq!(map_24(&[], &[]), Ok(()));
        assert_eq!(map_24(&[("amount", "kingaku")], &[("amount", "kingaku"), ("cardholder", "MEIGI")]), Ok(()));
        assert_eq!(map_24(&[("amount", "OID"), ("charge", "AMT")], &[]), Ok(()), "an exchange is fine");
        for (request, handover, error) in [
            (&[("amount", "OID")][..], &[][..], NameMapError::Shared("OID".to_owned())),
            (&[("amount", "a"), ("amount", "b")], &[], NameMapError::Shared("amount".to_owned())),
            (&[("price", "AMT")], &[], NameMapError::Unknown("price".to_owned())),
            (&[("amount", "a b")], &[], NameMapError::Malformed("amount".to_owned())),
            (&[("amount", "")], &[], NameMapError::Malformed("amount".to_owned())),
            (&[], &[("mail", "RC")], NameMapError::Shared("RC".to_owned())),
            (&[], &[("result", "STATUS")], NameMapError::Unknown("result".to_owned())),
        ] {
            assert_eq!(map_24(request, handover), Err(error), "{request:?} {handover:?}");
        }
        assert_eq!(check_names(&merchant(Dialect::Asj, &[("amount", "AMT")], &[])), Err(NameMapError::FixedDialect));
    }
}
