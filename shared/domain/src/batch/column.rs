//! The columns that a file may have, and what its header calls them.

use serde::{Deserialize, Serialize};

use crate::{Lang, search::folded};

/// A column that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The order number.
    Charge,
    /// The amount.
    Amount,
    /// The buyer whose kept card pays.
    User,
    /// An earlier order, whose kept card pays.
    Source,
    /// The buyer's name.
    Name,
    /// The buyer's mail address.
    Mail,
    /// The first free item.
    Free1,
    /// The second free item.
    Free2,
    /// The third free item.
    Free3,
}

/// What a cell of the header makes of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Use {
    /// Telephone numbers, which may look like card numbers. Not read.
    Phone,
    /// The merchant's own. Not read.
    Own,
    /// It is read.
    #[serde(untagged)]
    Read(Column),
}

impl Column {
    /// Every column, in the order of the template.
    pub const ALL: [Self; 9] = [
        Self::Charge,
        Self::Amount,
        Self::User,
        Self::Source,
        Self::Name,
        Self::Mail,
        Self::Free1,
        Self::Free2,
        Self::Free3,
    ];

    /// What a header calls it.
    pub const fn name(self, lang: Lang) -> &'static str {
        let [ja, en] = self.names();
        match lang {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }

    /// The stable name, the same in every language.
    pub const fn code(self) -> &'static str {
        let [_, en] = self.names();
        en
    }

    const fn names(self) -> [&'static str; 2] {
        match self {
            Self::Charge => ["伝票番号", "charge"],
            Self::Amount => ["決済金額", "amount"],
            Self::User => ["購入者ID", "user"],
            Self::Source => ["元伝票番号", "source"],
            Self::Name => ["氏名", "name"],
            Self::Mail => ["メールアドレス", "mail"],
            Self::Free1 => ["自由設定項目1", "free1"],
            Self::Free2 => ["自由設定項目2", "free2"],
            Self::Free3 => ["自由設定項目3", "free3"],
        }
    }

    /// Other names that files of ours and of people have for it: payment mails' CSV (ASJ) and the console's downloads.
    const fn other_names(self) -> &'static [&'static str] {
        match self {
            Self::Charge => &["order", "order number"],
            Self::User => &["buyer id", "user id"],
            Self::Name => &["購入者氏名"],
            Self::Mail => &["購入者メールアドレス", "email"],
            Self::Amount | Self::Source | Self::Free1 | Self::Free2 | Self::Free3 => &[],
        }
    }

    /// Whether its texts may hold long numbers that are no card's.
    pub(super) const fn holds_numbers(self) -> bool {
        match self {
            Self::Charge | Self::Amount | Self::Source => true,
            Self::User | Self::Name | Self::Mail | Self::Free1 | Self::Free2 | Self::Free3 => false,
        }
    }

    fn named(key: &str) -> Option<Self> {
        let all = |column: &Self| column.names().into_iter().chain(column.other_names().iter().copied());
        Self::ALL.into_iter().find(|column| all(column).any(|name| key_of(name) == key))
    }
}

/// A header that names a card: such a file is refused whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NamesCard;

impl Use {
    /// What a header's cell says. Width, case, spaces and `_-.` make no difference.
    ///
    /// # Errors
    /// [`NamesCard`].
    pub(super) fn of(header: &str) -> Result<Self, NamesCard> {
        let key = key_of(header);
        match Column::named(&key) {
            Some(column) => Ok(Self::Read(column)),
            None if names_card(&key) => Err(NamesCard),
            None if names_phone(&key) => Ok(Self::Phone),
            None => Ok(Self::Own),
        }
    }

    /// Whether a card number may hide in it.
    pub(super) const fn may_hide_card(self) -> bool {
        match self {
            Self::Read(column) => !column.holds_numbers(),
            Self::Phone => false,
            Self::Own => true,
        }
    }
}

/// A header's cell as it is compared.
fn key_of(header: &str) -> String {
    folded(header).chars().filter(|c| !matches!(c, '_' | '-' | '.' | '\u{feff}' | '‐' | '−')).collect()
}

/// The number, its code or its expiry. The last four digits alone, as our own downloads have them, are no card.
fn names_card(key: &str) -> bool {
    const WHOLE: [&str; 6] = ["pan", "csc", "cid", "カードno", "クレジットno", "cardexpiry"];
    const PARTS: [&str; 16] = [
        "カード番号",
        "カードナンバー",
        "クレジット番号",
        "クレカ番号",
        "カード有効期限",
        "セキュリティコード",
        "セキュリティーコード",
        "cardnumber",
        "cardno",
        "cardnum",
        "creditcard",
        "ccnum",
        "primaryaccount",
        "securitycode",
        "cvv",
        "cvc",
    ];
    let masked = ["下4桁", "下四桁", "last4", "lastfour"].iter().any(|part| key.contains(part));
    !masked && (WHOLE.contains(&key) || PARTS.iter().any(|part| key.contains(part)))
}

fn names_phone(key: &str) -> bool {
    const WHOLE: [&str; 8] = ["電話", "tel", "cardtel", "telephone", "mobile", "fax", "携帯", "携帯番号"];
    WHOLE.contains(&key)
        || ["電話番号", "fax番号", "phone", "phonenumber", "telno"].iter().any(|end| key.ends_with(end))
}
