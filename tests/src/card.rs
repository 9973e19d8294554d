//! The published test cards, as a shopper types them.

/// What a shopper types into the card form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Number, with or without spaces.
    pub number: String,
    /// `12/29`.
    pub expiry: String,
    /// Security code.
    pub code: String,
    /// Name on the card.
    pub holder: String,
    /// The mail address asked for on the same form. None leaves what the form already holds.
    pub mail: Option<String>,
    /// The box that lets the shop keep the card is ticked.
    pub keep: bool,
}

impl Card {
    /// A test card with an expiry that holds, a fitting code and somebody's name.
    #[must_use]
    pub fn of(number: &str) -> Self {
        let amex = number.starts_with("34") || number.starts_with("37");
        Self {
            number: number.to_owned(),
            expiry: "12/29".to_owned(),
            code: if amex { "1234" } else { "123" }.to_owned(),
            holder: "TARO YAMADA".to_owned(),
            mail: Some("shopper@example.com".to_owned()),
            keep: false,
        }
    }

    /// The same card, with the box ticked that lets the shop keep it.
    #[must_use]
    pub const fn to_be_kept(mut self) -> Self {
        self.keep = true;
        self
    }

    /// The same card with another expiry, `12/29`.
    #[must_use]
    pub fn until(mut self, expiry: &str) -> Self {
        expiry.clone_into(&mut self.expiry);
        self
    }

    /// The same card with another security code.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        code.clone_into(&mut self.code);
        self
    }

    /// The same card, typed with this mail address.
    #[must_use]
    pub fn with_mail(mut self, mail: &str) -> Self {
        self.mail = Some(mail.to_owned());
        self
    }

    /// The same card, leaving the form's mail address as it is.
    #[must_use]
    pub fn keeping_mail(mut self) -> Self {
        self.mail = None;
        self
    }
}

/// Numbers of the published test cards that tests use most.
pub mod cards {
    /// Approved.
    pub const VISA: &str = "4242424242424242";
    /// Approved.
    pub const MASTERCARD: &str = "5555555555554444";
    /// Approved.
    pub const JCB: &str = "3530111333300000";
    /// Approved; the code has four digits.
    pub const AMEX: &str = "378282246310005";
    /// Approved; 14 digits.
    pub const DINERS: &str = "30569309025904";
    /// Approved.
    pub const DISCOVER: &str = "6011111111111117";
    /// Approved; its issuer has given it a new date since.
    pub const RENEWED: &str = "5200828282828210";
    /// Approved; its issuer has given it a new date and number since.
    pub const RENUMBERED: &str = "4012888888881881";
    /// Declined, generic.
    pub const DECLINED: &str = "4000000000000002";
    /// Declined, insufficient funds.
    pub const NO_FUNDS: &str = "4000000000009995";
    /// Declined, lost card.
    pub const LOST: &str = "4000000000009987";
    /// Declined, stolen card.
    pub const STOLEN: &str = "4000000000009979";
    /// Declined, expired card.
    pub const EXPIRED: &str = "4000000000000069";
    /// Declined, incorrect security code.
    pub const WRONG_CODE: &str = "4000000000000127";
    /// Declined, processing error.
    pub const PROCESSING: &str = "4000000000000119";
    /// Kept and then declined at every later charge.
    pub const STORED_ONLY: &str = "4000000000000341";
    /// Kept, and then stopped by its holder: every charge that the merchant starts is answered R1.
    pub const STOPPED: &str = "4000000000000077";
    /// A challenge on every payment, then approved.
    pub const CHALLENGE: &str = "4000002760003184";
    /// 3-D Secure without a challenge: approved.
    pub const FRICTIONLESS: &str = "4000000000003055";
    /// The same, another number.
    pub const CHALLENGE_TOO: &str = "4000000000003220";
    /// A challenge, then declined by the issuer.
    pub const CHALLENGE_DECLINED: &str = "4000008400001629";
    /// A challenge that ends in a 3-D Secure processing error.
    pub const CHALLENGE_ERROR: &str = "4000008400001280";
    /// Fails the check digit.
    pub const BAD_CHECK_DIGIT: &str = "4242424242424241";
    /// Every card that is approved without a challenge.
    pub const APPROVED: [&str; 12] = [
        VISA,
        RENUMBERED,
        "4000056655665556",
        MASTERCARD,
        RENEWED,
        JCB,
        "3566002020360505",
        AMEX,
        "371449635398431",
        DINERS,
        DISCOVER,
        FRICTIONLESS,
    ];
}
