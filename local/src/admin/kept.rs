//! `kessai admin card`: the card that a merchant keeps for a buyer, and the address where the buyer changes or deletes it.

use clap::{Args, Subcommand};
use domain::{
    CardOwner, Clock, KeptCard, OrderId,
    card::{ConsentScope, HeldNumber},
};
use inbound::checkout::{CARD_LIFETIME, CardHandle, card_path};

use super::{AdminError, Registry, number};

/// What can be done with a kept card.
#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Print an address, open for 30 days, where the buyer replaces or deletes the card
    Link(CardOf),
    /// Show a kept card, never its number
    Show(CardOf),
}

/// Whose card.
#[derive(Debug, Args)]
pub struct CardOf {
    /// Merchant number
    pub merchant: String,
    /// The buyer id that the shop sends as `user`
    #[arg(required_unless_present = "order", conflicts_with = "order")]
    pub user: Option<String>,
    /// The order that the card was kept with, where the shop names no buyer
    #[arg(long)]
    pub order: Option<String>,
}

impl CardOf {
    fn owner(&self) -> Result<CardOwner, AdminError> {
        let order = self.order.as_ref().map(|order| OrderId::new(order.as_str()).map_err(|_| AdminError::NoCard));
        match (order, &self.user) {
            (Some(order), _) => Ok(CardOwner::Order(order?)),
            (None, Some(user)) => Ok(CardOwner::Buyer(user.clone())),
            (None, None) => Err(AdminError::NoCard),
        }
    }
}

/// Carries a command out; answers the lines to print.
pub(super) async fn run(registry: &Registry, command: CardCommand, clock: &Clock) -> Result<Vec<String>, AdminError> {
    match command {
        CardCommand::Link(of) => {
            let card = load(registry, &of).await?.ok_or(AdminError::NoCard)?;
            let card = Some(card).filter(|card| card.number.is_some()).ok_or(AdminError::NoCard)?;
            let handle = CardHandle::of(&card);
            let path =
                card_path(registry.keyring(), &handle, clock.now(), CARD_LIFETIME).map_err(|_| AdminError::Seal)?;
            Ok(vec![format!("{}{path}", registry.page_origin().unwrap_or_default())])
        }
        CardCommand::Show(of) => Ok(lines(&load(registry, &of).await?.ok_or(AdminError::NoCard)?)),
    }
}

async fn load(registry: &Registry, of: &CardOf) -> Result<Option<KeptCard>, AdminError> {
    Ok(registry.kept_card(&number(&of.merchant)?, &of.owner()?).await?)
}

fn lines(card: &KeptCard) -> Vec<String> {
    let held = match &card.number {
        Some(HeldNumber::Sealed { data_key, .. }) => format!("sealed under data key {data_key}"),
        Some(HeldNumber::Token(_)) => "held by the acquirer".to_owned(),
        None => "deleted".to_owned(),
    };
    let scope = match card.consent.scope {
        ConsentScope::Recall => "the buyer pays with it again",
        ConsentScope::MerchantInitiated => "the merchant charges it",
        ConsentScope::Both => "the buyer pays with it again, the merchant charges it",
    };
    [
        ("card", format!("{} {}, good through {}", card.card.brand.name(), card.card.last4, card.card.expiry)),
        ("number", held),
        ("agreed", format!("{scope}; {}, text {}", card.consent.at, card.consent.terms)),
        ("order", card.order.as_str().to_owned()),
        ("version", card.version.to_string()),
    ]
    .map(|(name, value)| format!("{name}={value}"))
    .into()
}
