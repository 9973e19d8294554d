//! A visit to the page of one kept card: what it shows, and what its two forms carry sealed.

use std::sync::Arc;

use domain::{KeptCard, Lang, Merchant, Nonce};
use http::{Response, StatusCode};
use inbound::{
    CardForm, OpenedMerchant, Sealed,
    checkout::{self, CardHandle},
    http as answer,
    page::{self, DeleteCard, KeptCardPage, KeptCardView, LanguageSwitch, ManageCard},
};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use words::FormProblem;

use crate::{Deps, Failure, owed, plan};

/// What the form that replaces a card carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replacement {
    /// The card to be replaced.
    pub(crate) card: CardHandle,
    /// This rendering: sent twice, it is one registration.
    pub(crate) nonce: Nonce,
}

impl Sealed for Replacement {
    const PURPOSE: &'static str = "replace kept card";
}

/// What the form that deletes a card carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deletion {
    /// The card to be deleted.
    pub(crate) card: CardHandle,
}

impl Sealed for Deletion {
    const PURPOSE: &'static str = "delete kept card";
}

/// What a buyer typed before something had to be mended; never card data.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Typed<'a> {
    pub(crate) problems: &'a [FormProblem],
    pub(crate) holder: &'a str,
    pub(crate) keep_checked: bool,
}

/// A visit to `/card/{handle}`.
pub(crate) struct Visit<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) request: &'a Request,
    pub(crate) handle: CardHandle,
    /// The page's own path.
    pub(crate) path: String,
}

impl Visit<'_> {
    /// The card, or the question whether it is to be deleted.
    pub(crate) async fn show(&self) -> Result<Response<Body>, Failure> {
        let Some(card) = self.live_card().await? else { return self.replaced_before().await };
        let opened = self.merchant().await?;
        let (merchant, lang) = (&opened.merchant, self.lang(None, &card));
        let asked = self.request.uri().query().is_some_and(|query| query.split('&').any(|part| part == "view=delete"));
        // Where nothing can be replaced, deleting is all that there is to do.
        if asked || !checkout::trades_at(merchant, self.deps.stage) {
            return self.ask_to_delete(&card, merchant, lang, &[]);
        }
        self.manage(&card, merchant, lang, Typed::default()).await
    }

    /// The card that the address was made for, deleted or not. None: another stands there, or none.
    pub(crate) async fn card(&self) -> Result<Option<KeptCard>, Failure> {
        let card = self.deps.cards.load(&self.handle.merchant, &self.handle.owner).await?;
        Ok(card.filter(|card| card.id == self.handle.id))
    }

    /// The card that the address was made for, unless it was deleted.
    pub(crate) async fn live_card(&self) -> Result<Option<KeptCard>, Failure> {
        Ok(self.card().await?.filter(|card| card.number.is_some()))
    }

    /// Another card stands where the address's was: who comes back to it reads that, and finds what the card pays for.
    pub(crate) async fn replaced_before(&self) -> Result<Response<Body>, Failure> {
        let CardHandle { merchant, owner, id } = &self.handle;
        let card = self.deps.cards.load(merchant, owner).await?;
        let card = card.filter(|card| card.id != *id && card.number.is_some()).ok_or(Failure::NotThere)?;
        let plans = plan::relying_on(self.deps, &card).await?;
        let plans: Vec<String> = plans.into_iter().map(|(_, address)| address).collect();
        let lang = answer::language(self.request, None);
        let view = KeptCardView::ReplacedBefore { plans: &plans };
        let page = page::kept_card(&KeptCardPage { lang, shop: None, view, language: None });
        Ok(answer::page(self.request, StatusCode::GONE, page))
    }

    pub(crate) async fn merchant(&self) -> Result<Arc<OpenedMerchant>, Failure> {
        self.deps.checkout.merchant(&self.handle.merchant).await?.ok_or(Failure::NotThere)
    }

    /// The language that the form or the address asks for, else that of the card's mails.
    pub(crate) fn lang(&self, form: Option<&CardForm>, card: &KeptCard) -> Lang {
        let asked = form.and_then(|form| Lang::parse(form.text("lang")));
        asked.or_else(|| answer::asked_language(self.request)).unwrap_or(card.lang)
    }

    /// The card and the form that replaces it.
    pub(crate) async fn manage(
        &self,
        card: &KeptCard,
        merchant: &Merchant,
        lang: Lang,
        typed: Typed<'_>,
    ) -> Result<Response<Body>, Failure> {
        let plans = plan::live(self.deps, &card.merchant, &card.owner).await?;
        let form = Replacement { card: self.handle.clone(), nonce: checkout::draw_nonce()? };
        let view = KeptCardView::Manage(ManageCard {
            kept: Some(self.deps.entry(card)),
            act: "replace",
            action: &self.path,
            token: &self.deps.checkout.seal_form(&form)?,
            holder: typed.holder,
            problems: typed.problems,
            declined: None,
            asks_consent: !merchant.page.asks_consent_itself,
            keep: card.consent.scope,
            keep_checked: typed.keep_checked,
            relying: &plan::links(self.deps, &plans)?,
            owed: &owed::of(self.deps, &plans),
        });
        let other = format!("{}?lang={}", self.path, lang.other().tag());
        Ok(self.page(merchant, lang, typed.problems, view, Some(LanguageSwitch::Link(&other))))
    }

    /// The question whether the card is to be deleted.
    pub(crate) fn ask_to_delete(
        &self,
        card: &KeptCard,
        merchant: &Merchant,
        lang: Lang,
        problems: &[FormProblem],
    ) -> Result<Response<Body>, Failure> {
        let view = KeptCardView::Delete(DeleteCard {
            kept: self.deps.entry(card),
            action: &self.path,
            token: &self.deps.checkout.seal_form(&Deletion { card: self.handle.clone() })?,
            problems,
        });
        let other = format!("{}?view=delete&lang={}", self.path, lang.other().tag());
        Ok(self.page(merchant, lang, problems, view, Some(LanguageSwitch::Link(&other))))
    }

    /// A page of this visit.
    pub(crate) fn page(
        &self,
        merchant: &Merchant,
        lang: Lang,
        problems: &[FormProblem],
        view: KeptCardView<'_>,
        language: Option<LanguageSwitch<'_>>,
    ) -> Response<Body> {
        let shop = self.deps.checkout.shop(merchant);
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = page::kept_card(&KeptCardPage { lang, shop: Some(&shop), view, language });
        answer::page(self.request, status, page)
    }
}
