//! The shape of the catalogue: one struct for each place where texts are read. `ja.rs` and `en.rs` fill it, whole.

use domain::card::ConsentScope;

/// All texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// What stands around every page.
    pub shell: Shell,
    /// What is bought and what it costs.
    pub order: Order,
    /// The card form.
    pub form: Form,
    /// A card that is kept for the next payment.
    pub keep: Keep,
    /// The pages around the card company's authentication.
    pub challenge: Challenge,
    /// The page of a kept card.
    pub card: KeptCard,
    /// The page that asks for an open amount.
    pub amount: Amount,
    /// The page for a request that a shop got wrong.
    pub refusal: Refusal,
    /// The page that takes the shopper back to the shop.
    pub handover: HandOver,
    /// The pages while an outcome is not known yet.
    pub waiting: Waiting,
    /// The page that tells the result where a link has no destination.
    pub result: Outcome,
    /// The mails after a payment.
    pub mail: Mail,
}

/// What stands around every page.
#[derive(Clone, Copy, Debug)]
pub struct Shell {
    /// Name of the service where no merchant is known.
    pub service: &'static str,
    /// First link of the page, for keyboards and screen readers.
    pub skip: &'static str,
    /// The banner of a test merchant.
    pub test: &'static str,
    /// The other language's name, in that language, and its tag.
    pub other_language: (&'static str, &'static str),
    /// The footer's name for screen readers.
    pub about: &'static str,
    /// Who runs the payment page.
    pub operator: fn(name: &str) -> String,
    /// The merchant's page by the Act on Specified Commercial Transactions.
    pub legal: &'static str,
    /// The merchant's privacy policy.
    pub privacy: &'static str,
    /// Whom to ask.
    pub contact: &'static str,
    /// Said before what opens in another tab.
    pub new_tab: &'static str,
    /// A plain link back.
    pub back_to_shop: &'static str,
    /// The stable code of a refusal, for whoever is asked about it.
    pub code: &'static str,
    /// Between two sentences of one paragraph.
    pub sentence_joint: &'static str,
    /// Between the page's title and the merchant's name.
    pub title_joint: &'static str,
}

/// What is bought and what it costs.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Heading of the order.
    pub heading: &'static str,
    /// What is bought.
    pub item: &'static str,
    /// The shop's order number.
    pub number: &'static str,
    /// How much.
    pub amount: &'static str,
    /// The amount includes tax.
    pub tax_included: &'static str,
    /// How it is paid.
    pub method: &'static str,
    /// By card, each time of a regular purchase.
    pub method_card_each: &'static str,
    /// By card, at once.
    pub method_card_once: &'static str,
    /// A free item that the merchant gave no label.
    pub free: fn(number: u8) -> String,
    /// Over a text of the merchant's own.
    pub own: &'static str,
    /// Heading of the terms of the order.
    pub terms: &'static str,
    /// How many.
    pub quantity: &'static str,
    /// What the total holds besides the price.
    pub shipping: &'static str,
    /// When it is paid.
    pub payment_time: &'static str,
    /// When a payment by card is paid, where the merchant says nothing else.
    pub payment_time_card: &'static str,
    /// When it is delivered.
    pub delivery: &'static str,
    /// Until when it can be ordered.
    pub deadline: &'static str,
    /// The offer ends then.
    pub until: fn(when: &str) -> String,
    /// The offer has no end.
    pub no_deadline: &'static str,
    /// How it can be cancelled or returned.
    pub withdrawal: &'static str,
}

/// The card form.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The page's title.
    pub title: &'static str,
    /// Said before the title when something is to be mended.
    pub title_error: &'static str,
    /// Heading of the card fields.
    pub card_heading: &'static str,
    /// Which brands are taken, for screen readers.
    pub brands: &'static str,
    /// Heading of the shopper's own fields.
    pub you_heading: &'static str,
    /// Heading of the error summary.
    pub summary: &'static str,
    /// Said before each error, for screen readers.
    pub error: &'static str,
    /// Card number.
    pub number: &'static str,
    /// Hint for the card number.
    pub number_hint: &'static str,
    /// Expiry.
    pub expiry: &'static str,
    /// Hint for the expiry.
    pub expiry_hint: &'static str,
    /// Security code.
    pub code: &'static str,
    /// Hint for the security code where the brand is not known.
    pub code_hint: &'static str,
    /// Hint for a code of three digits.
    pub code_hint_three: &'static str,
    /// Hint for a code of four digits.
    pub code_hint_four: &'static str,
    /// What the drawing of the code shows.
    pub code_drawing: &'static str,
    /// Cardholder's name.
    pub name: &'static str,
    /// Hint for the cardholder's name.
    pub name_hint: &'static str,
    /// E-mail address.
    pub mail: &'static str,
    /// Hint for the e-mail address.
    pub mail_hint: &'static str,
    /// Marks a field that may stay empty.
    pub optional: &'static str,
    /// One sentence of how card data is protected.
    pub protection: &'static str,
    /// Consent to handing data to the card issuer for authentication.
    pub consent: &'static str,
    /// Heading of what follows the consent sentence.
    pub consent_more: &'static str,
    /// Which data, to whom, what for.
    pub consent_detail: &'static str,
    /// The button: the act and the amount.
    pub pay: fn(amount: &str) -> String,
    /// The button after it was pressed.
    pub paying: &'static str,
    /// Said to screen readers after the button was pressed.
    pub paying_status: &'static str,
    /// Gives up and goes back.
    pub cancel: &'static str,
    /// Gives up where there is no way back.
    pub cancel_here: &'static str,
    /// Why the card fields are empty again.
    pub retype: &'static str,
    /// Heading of a decline.
    pub declined: &'static str,
    /// Nothing was charged.
    pub not_charged: &'static str,
    /// One attempt is left.
    pub last_attempt: &'static str,
}

/// A card that is kept: how it is shown, and how the shopper is asked.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Heading over the kept card in the payment form.
    pub heading: &'static str,
    /// The last four digits, for screen readers.
    pub ending: fn(last_four: &str) -> String,
    /// The expiry.
    pub expires: fn(expiry: &str) -> String,
    /// What is asked for, and why it is.
    pub code_only: &'static str,
    /// Why the code is asked for again.
    pub retype: &'static str,
    /// Leads to the form for another card.
    pub another: &'static str,
    /// Leads back to the kept card.
    pub kept: fn(card: &str) -> String,
    /// Leads to the page of the kept card.
    pub manage: &'static str,
    /// Heading of the note about a kept card that has expired.
    pub expired: &'static str,
    /// Which card has expired, and what to do.
    pub expired_lead: fn(card: &str) -> String,
    /// What the shopper is asked to agree to when a typed card may be kept.
    pub consent: fn(scope: ConsentScope) -> KeepConsent,
    /// What is said otherwise where a regular purchase begins with it, whose terms stand on the same page.
    pub regular: KeepRegular,
    /// How it is kept.
    pub protection: &'static str,
    /// The card that is kept now gives way to the typed one.
    pub replaces: fn(card: &str) -> String,
}

/// What is said of a card that is kept for a regular purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepRegular {
    /// What keeping it means where the merchant charges it.
    pub means: &'static str,
    /// The same where the buyer may pay with it, too.
    pub means_both: &'static str,
    /// How it is changed.
    pub withdrawal: &'static str,
}

/// What a shopper agrees to when a card is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepConsent {
    /// Beside the box.
    pub ask: &'static str,
    /// What may be done with the card.
    pub means: &'static str,
    /// How it is changed or deleted. None: the page itself is where.
    pub withdrawal: Option<&'static str>,
    /// What was agreed to, looked back at.
    pub agreed: &'static str,
}

/// The pages around the card company's authentication (3-D Secure).
#[derive(Clone, Copy, Debug)]
pub struct Challenge {
    /// Title and heading of the hop.
    pub title: &'static str,
    /// What happens next, for a payment.
    pub lead: &'static str,
    /// What happens next, for a card that is kept without a purchase.
    pub card_lead: &'static str,
    /// Whose page comes next, and that nothing is charged yet.
    pub points: &'static [&'static str],
    /// While the script takes the shopper there.
    pub going: &'static str,
    /// The button.
    pub button: &'static str,
    /// Title and heading where the shopper came back to the hop.
    pub again_title: &'static str,
    /// Under it.
    pub again_lead: &'static str,
    /// The button there.
    pub again_button: &'static str,
    /// Gives up this card and pays with another.
    pub another: &'static str,
    /// Gives up this card where nothing is paid.
    pub another_card: &'static str,
    /// Title and heading after the card company's page.
    pub returned: &'static str,
    /// Under it.
    pub returned_lead: &'static str,
    /// The button.
    pub returned_button: &'static str,
}

/// The page of a kept card.
#[derive(Clone, Copy, Debug)]
pub struct KeptCard {
    /// Title and heading.
    pub title: &'static str,
    /// Under it.
    pub lead: fn(shop: &str) -> String,
    /// Heading of the card.
    pub heading: &'static str,
    /// Marks a card that has expired.
    pub expired: &'static str,
    /// Since when it is kept.
    pub since: &'static str,
    /// What was agreed to.
    pub agreed: &'static str,
    /// Heading of the form that replaces it.
    pub replace: &'static str,
    /// Consent to handing data to the card issuer for authentication.
    pub consent: &'static str,
    /// Title and heading where there is no card, and one is given.
    pub add_title: &'static str,
    /// Under it.
    pub add_lead: fn(shop: &str) -> String,
    /// Heading of the form.
    pub add: &'static str,
    /// Consent to handing data to the card issuer for authentication.
    pub add_consent: &'static str,
    /// The button.
    pub add_button: &'static str,
    /// How the new card is checked, and that the one yen is not charged.
    pub checked_by_one_yen: &'static str,
    /// The button.
    pub replace_button: &'static str,
    /// The button after it was pressed.
    pub replacing: &'static str,
    /// Said to screen readers after the button was pressed.
    pub replacing_status: &'static str,
    /// Heading of the part about deleting.
    pub delete: &'static str,
    /// What deleting means.
    pub delete_lead: &'static str,
    /// Leads to the question.
    pub delete_link: &'static str,
    /// Title and heading of the question.
    pub delete_title: &'static str,
    /// What follows.
    pub delete_means: &'static [&'static str],
    /// Why the code is asked for.
    pub delete_code: &'static str,
    /// The button.
    pub delete_button: &'static str,
    /// The button after it was pressed.
    pub deleting: &'static str,
    /// Said to screen readers after the button was pressed.
    pub deleting_status: &'static str,
    /// Leads back from the question.
    pub keep_it: &'static str,
    /// A new card stands in its place.
    pub replaced: KeptCardText,
    /// The address is that of a card in whose place another stands.
    pub replaced_before: KeptCardText,
    /// It is gone.
    pub deleted: KeptCardText,
    /// It can only be replaced.
    pub cannot_delete: KeptCardText,
    /// Leads to the form that replaces it.
    pub replace_instead: &'static str,
    /// The new card was refused.
    pub declined: KeptCardText,
    /// Leads to the form again.
    pub try_again: &'static str,
    /// Whether the new card was accepted is being found out.
    pub checking: KeptCardText,
    /// There is nothing at this address.
    pub not_there: KeptCardText,
}

/// What is told about a kept card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptCardText {
    /// Title and heading.
    pub title: &'static str,
    /// What happened.
    pub lead: &'static str,
    /// What it means, or what to do.
    pub advice: &'static str,
}

/// The page that asks for an open amount.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// The page's title.
    pub title: &'static str,
    /// What to do.
    pub lead: &'static str,
    /// The field.
    pub label: &'static str,
    /// Hint for the field.
    pub hint: fn(most: &str) -> String,
    /// The unit beside the field.
    pub unit: &'static str,
    /// The button.
    pub next: &'static str,
    /// Nothing is charged yet.
    pub not_yet: &'static str,
}

/// The page for a request that a shop got wrong.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// The page's title.
    pub title: &'static str,
    /// To the shopper: what happened.
    pub lead: &'static str,
    /// To the shopper: what to do.
    pub advice: &'static str,
    /// Heading of the part for the shop's engineer.
    pub engineer: &'static str,
    /// The parameter in question.
    pub parameter: &'static str,
    /// What to mend.
    pub mend: &'static str,
}

/// The page that takes the shopper back to the shop.
#[derive(Clone, Copy, Debug)]
pub struct HandOver {
    /// Title and heading after a payment.
    pub paid: &'static str,
    /// Title and heading when nothing was paid.
    pub not_paid: &'static str,
    /// Under the heading after a payment.
    pub paid_lead: &'static str,
    /// Under the heading when nothing was paid.
    pub not_paid_lead: &'static str,
    /// While the script takes the shopper back.
    pub returning: &'static str,
    /// The button, for when scripts are off.
    pub button: &'static str,
}

/// The pages while an outcome is not known yet.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Title and heading while the payment is being made.
    pub running: &'static str,
    /// Under it.
    pub running_lead: &'static str,
    /// Title and heading while the outcome is being asked for.
    pub checking: &'static str,
    /// Under it.
    pub checking_lead: &'static str,
    /// Title and heading while the payer is at the card company's page, in another browser or tab.
    pub authenticating: &'static str,
    /// Under it.
    pub authenticating_lead: &'static str,
    /// Do not pay again.
    pub not_again: &'static str,
    /// A mail will come.
    pub mail_comes: &'static str,
    /// The page looks again by itself.
    pub refreshes: fn(seconds: u32) -> String,
    /// Looks again now.
    pub look_now: &'static str,
}

/// The page that tells the result where a link has no destination.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Title and heading after a payment.
    pub paid: &'static str,
    /// Under it.
    pub paid_lead: &'static str,
    /// A mail is on its way.
    pub mail_sent: &'static str,
    /// Title and heading when nothing was paid.
    pub not_paid: &'static str,
    /// Under it.
    pub not_paid_lead: &'static str,
    /// Title and heading of an order that was paid before.
    pub already_paid: &'static str,
    /// Title where an order was paid for, and then let go.
    pub let_go: &'static str,
    /// What follows it.
    pub let_go_lead: &'static str,
    /// Under it: when.
    pub already_paid_lead: fn(when: &str) -> String,
    /// Heading of the details.
    pub details: &'static str,
    /// Date and time of the payment.
    pub date: &'static str,
    /// Date and time at which it was certain that nothing was paid.
    pub checked: &'static str,
    /// How much was paid.
    pub amount: &'static str,
    /// Our payment number.
    pub payment: &'static str,
    /// The card.
    pub card: &'static str,
    /// The shop.
    pub shop: &'static str,
    /// Keep this page.
    pub print: &'static str,
    /// Leads to the receipt.
    pub receipt: &'static str,
    /// Title and heading of an address that has run out.
    pub expired: &'static str,
    /// Under it.
    pub expired_lead: &'static str,
}

/// The mails after a payment.
#[derive(Clone, Copy, Debug)]
pub struct Mail {
    /// Subject to the shopper after a payment.
    pub paid_subject: fn(amount: &str, merchant: &str) -> String,
    /// Subject to the shopper when a payment that was being checked was not made.
    pub not_paid_subject: fn(amount: &str, merchant: &str) -> String,
    /// Subject to the shop after a payment.
    pub shop_paid_subject: fn(amount: &str, order: &str) -> String,
    /// Subject to the shop when a payment that was being checked was not made.
    pub shop_not_paid_subject: fn(amount: &str, order: &str) -> String,
    /// Put before the subject of a test payment.
    pub test_subject: &'static str,
    /// Greeting, when the shopper's name is known.
    pub greeting: fn(name: &str) -> String,
    /// First line to the shopper after a payment.
    pub paid: fn(amount: &str, merchant: &str) -> String,
    /// First line to the shopper when nothing was paid.
    pub not_paid: fn(amount: &str, merchant: &str) -> String,
    /// What it means that nothing was paid.
    pub not_paid_meaning: &'static str,
    /// First line to the shop after a payment.
    pub shop_paid: fn(amount: &str) -> String,
    /// First line to the shop when nothing was paid.
    pub shop_not_paid: fn(amount: &str) -> String,
    /// What it means to the shop that nothing was paid.
    pub shop_not_paid_meaning: &'static str,
    /// The shopper's name, to the shop.
    pub payer: &'static str,
    /// The shopper's address, to the shop.
    pub payer_mail: &'static str,
    /// Whom to ask about the order.
    pub ask: &'static str,
    /// Whom to ask, when the merchant gave no contact.
    pub ask_shop: fn(merchant: &str) -> String,
    /// Why this mail came and that it can't be answered.
    pub why: fn(merchant: &str) -> String,
    /// Said of a test payment.
    pub test: &'static str,
    /// What was done with the payment later.
    pub later: crate::later::Later,
    /// The card was kept with this payment, what for, and what to do.
    pub card_kept: fn(scope: ConsentScope) -> &'static str,
    /// Where the card is changed or deleted.
    pub card_manage: &'static str,
    /// Subject when a kept card was deleted.
    pub card_deleted_subject: fn(merchant: &str) -> String,
    /// First line when a kept card was deleted.
    pub card_deleted: fn(merchant: &str) -> String,
    /// What it means that it was deleted.
    pub card_deleted_meaning: &'static str,
    /// Subject when a kept card was replaced.
    pub card_replaced_subject: fn(merchant: &str) -> String,
    /// First line when a kept card was replaced.
    pub card_replaced: fn(merchant: &str) -> String,
    /// What it means that it was replaced.
    pub card_replaced_meaning: &'static str,
    /// The card before.
    pub card_before: &'static str,
    /// The card from now on.
    pub card_now: &'static str,
    /// When it was done.
    pub card_when: &'static str,
    /// What to do if it was somebody else.
    pub not_you: fn(merchant: &str) -> String,
    /// Why a mail about a kept card came and that it can't be answered.
    pub card_why: fn(merchant: &str) -> String,
    /// Said of a card at a test merchant.
    pub card_test: &'static str,
    /// Subject of a payment mail: what and how much.
    pub request_subject: fn(amount: &str, item: &str, merchant: &str) -> String,
    /// The amount that the buyer says, in the subject and in the list.
    pub request_open: &'static str,
    /// First line of a payment mail.
    pub request: fn(amount: &str, merchant: &str) -> String,
    /// First line of a payment mail where the buyer says the amount.
    pub request_open_result: fn(merchant: &str) -> String,
    /// What to do.
    pub request_meaning: &'static str,
    /// The payment page's address.
    pub request_page: &'static str,
    /// Who did not order anything.
    pub request_stranger: &'static str,
    /// The receipt's address.
    pub receipt: &'static str,
}
