//! How a payment stands, for whoever holds a handle to it. The stored result is the fact; nothing in the address but the handle is believed.

use domain::{
    Lang, Payment, Yen,
    handover::{Handover, NoHandover},
    payment::{Interface, State},
};
use http::{Response, StatusCode};
use inbound::{
    OpenedMerchant,
    checkout::{
        AGAIN, CardResultHandle, ChallengeHandle, FormState, Offering, ReceiptHandle, ReturnHandle, SealedOrder,
    },
    http as answer,
    page::{
        self, Contract, DeclineNotice, HandOver, HandOverResult, LanguageSwitch, Outcome, Receipt, ResultPage, Waiting,
        WaitingFor,
    },
};
use jiff::Timestamp;
use lambda_http::{Body, Request};

use crate::{Deps, Failure};

pub(crate) async fn show(deps: &Deps, request: &Request) -> Result<Response<Body>, Failure> {
    let sealed = answer::path_parameter(request, "handle").ok_or(Failure::Shut)?;
    let handle: ReturnHandle = deps.checkout.unseal(&sealed).map_err(|_| Failure::Shut)?;
    let payment = deps.payments.load(&handle.key).await?.ok_or(Failure::Shut)?;
    if payment.interface == Interface::CardRegistration && payment.details.offer.is_none() {
        // Nothing was bought: the page of the kept card says how it stands.
        let ReturnHandle { key, nonce } = handle;
        let path = deps.checkout.card_result_path(&CardResultHandle { key, nonce })?;
        let lang = answer::language(request, Some(payment.details.lang)).tag();
        return Ok(answer::see_other(&format!("{path}?lang={lang}")));
    }
    let opened = deps.checkout.merchant(&handle.key.merchant).await?.ok_or(Failure::Shut)?;
    // The form for another card says what the first form said.
    let offering = if matches!(payment.state, State::Declined { .. }) {
        deps.checkout.offering(&handle.key.merchant, &payment.origin, &payment.details).await?
    } else {
        Offering::default()
    };
    let lang = answer::language(request, Some(payment.details.lang));
    let next = deps.checkout.next_charge(&payment, lang).await?;
    let view = View {
        deps,
        request,
        payment: &payment,
        opened: &opened,
        offering: &offering,
        next: next.as_deref(),
        handle: &handle,
        lang,
    };
    view.show()
}

struct View<'a> {
    deps: &'a Deps,
    request: &'a Request,
    payment: &'a Payment,
    opened: &'a OpenedMerchant,
    offering: &'a Offering,
    /// The next payment of the regular purchase that began with it.
    next: Option<&'a str>,
    handle: &'a ReturnHandle,
    lang: Lang,
}

impl View<'_> {
    fn show(&self) -> Result<Response<Body>, Failure> {
        match &self.payment.state {
            State::Challenging { .. } if self.is_sender() => self.to_the_issuer(),
            State::Challenging { .. } => self.wait(WaitingFor::Authenticating),
            State::Authorizing { .. } => self.wait(WaitingFor::Running),
            State::Unknown(_) | State::Reversing(_) | State::NeedsPerson(_) => self.wait(WaitingFor::Checking),
            State::Declined { decline, .. } => {
                let declined = DeclineNotice { code: decline.code, attempts_left: self.payment.attempts_left() };
                self.another_card(declined)
            }
            State::Authorized { at, .. } | State::Captured { at, .. } => self.paid(*at),
            State::Cancelled { .. } | State::Lapsed { .. } => self.let_go(),
            State::Failed { at, .. } if self.payment.joined_free() => self.joined(*at),
            State::Failed { .. } | State::Abandoned { .. } => self.not_paid(),
        }
    }

    /// Whether this browser sent the payment's last attempt.
    fn is_sender(&self) -> bool {
        self.handle.nonce == self.payment.nonce
    }

    /// Who sent the attempt and has not answered the issuer yet goes there, from wherever the tab was.
    fn to_the_issuer(&self) -> Result<Response<Body>, Failure> {
        let handle = ChallengeHandle { key: self.handle.key.clone(), nonce: self.handle.nonce };
        let path = self.deps.checkout.challenge_path(&handle)?;
        Ok(answer::see_other(&format!("{path}?{AGAIN}")))
    }

    /// The page renews its handle, so that it stays open as long as it waits.
    fn wait(&self, waiting_for: WaitingFor) -> Result<Response<Body>, Failure> {
        let path = self.deps.checkout.return_path(self.handle)?;
        let [address, other] = [self.lang, self.lang.other()].map(|lang| format!("{path}?lang={}", lang.tag()));
        let shop = self.deps.checkout.shop(&self.opened.merchant);
        // Who never answers the issuer gets no mail: nothing was in doubt, and nothing is charged.
        let mail_follows = match waiting_for {
            WaitingFor::Authenticating => false,
            // A card that could not be registered is told by the page alone.
            WaitingFor::Running | WaitingFor::Checking => {
                self.amount().is_some() && self.opened.merchant.mails(self.payment.interface)
            }
        };
        let view = Waiting {
            lang: self.lang,
            shop: &shop,
            waiting_for,
            order: self.payment.key.order.as_str(),
            amount: self.amount(),
            mail_comes: mail_follows && !self.payment.details.mail.is_empty(),
            address: &address,
            language: Some(LanguageSwitch::Link(&other)),
        };
        Ok(answer::page(self.request, StatusCode::OK, page::waiting(&view)))
    }

    /// What is paid. Of a card that is registered it is ours alone.
    fn amount(&self) -> Option<Yen> {
        Some(self.payment.amount).filter(|_| self.payment.interface != Interface::CardRegistration)
    }

    fn another_card(&self, declined: DeclineNotice) -> Result<Response<Body>, Failure> {
        let merchant = &self.opened.merchant;
        let mut order = SealedOrder::of(self.payment)?;
        order.details.lang = self.lang;
        // A kept card that was declined does not come back by itself when the page is had again.
        order.another = true;
        // Another browser's order: what its shopper typed is not shown here.
        let holder = if self.is_sender() { self.payment.holder.as_str() } else { "" };
        if !self.is_sender() {
            order.details.mail.clear();
        }
        if order.details.offer.is_some()
            && let Some(notice) = self.offering.closed(&order.origin, &order.details, self.deps.checkout.now())
        {
            return Ok(self.deps.checkout.notice(self.request, Some(merchant), self.lang, StatusCode::GONE, notice));
        }
        let state = FormState { declined: Some(declined), holder, ..FormState::new(self.offering) };
        Ok(self.deps.checkout.form(self.request, merchant, &order, state)?)
    }

    fn paid(&self, at: Timestamp) -> Result<Response<Body>, Failure> {
        if self.is_sender()
            && let Some(handed_over) = self.hand_over(HandOverResult::Paid)
        {
            return Ok(handed_over);
        }
        let payment = self.payment;
        let (order, amount) = (payment.key.order.as_str(), payment.amount);
        let number = payment.number();
        let receipt_path = self.deps.checkout.receipt_path(&ReceiptHandle { key: payment.key.clone() })?;
        let outcome = match payment.card.as_ref().filter(|_| self.is_sender()) {
            Some(card) => Outcome::Paid {
                receipt: Receipt {
                    amount,
                    at,
                    order,
                    item: Some(payment.details.item.as_str()).filter(|item| !item.is_empty()),
                    payment: number.as_str(),
                    brand: card.brand,
                    last4: &card.last4,
                },
                mail_sent: self.opened.merchant.mails(payment.interface),
                receipt_path: &receipt_path,
                next: self.next,
            },
            None => Outcome::AlreadyPaid { at, order, amount },
        };
        Ok(self.result(outcome))
    }

    /// A regular purchase began for nothing.
    fn joined(&self, at: Timestamp) -> Result<Response<Body>, Failure> {
        if self.is_sender()
            && let Some(handed_over) = self.hand_over(HandOverResult::Joined)
        {
            return Ok(handed_over);
        }
        let Payment { key, details, card, .. } = self.payment;
        let contract = card.as_ref().filter(|_| self.is_sender()).map(|card| Contract {
            item: &details.item,
            next: self.next,
            card: (card.brand, &card.last4),
        });
        Ok(self.result(Outcome::Joined { order: key.order.as_str(), at, contract }))
    }

    fn not_paid(&self) -> Result<Response<Body>, Failure> {
        if self.is_sender()
            && let Some(handed_over) = self.hand_over(HandOverResult::NotPaid)
        {
            return Ok(handed_over);
        }
        let order = self.payment.key.order.as_str();
        Ok(self.result(Outcome::NotPaid { order, amount: self.amount() }))
    }

    /// The shop has let it go, or let it lapse, and knows: nothing is handed over.
    fn let_go(&self) -> Result<Response<Body>, Failure> {
        let (order, amount) = (self.payment.key.order.as_str(), self.payment.amount);
        Ok(self.result(Outcome::LetGo { order, amount }))
    }

    fn result(&self, outcome: Outcome<'_>) -> Response<Body> {
        let shop = self.deps.checkout.shop(&self.opened.merchant);
        let view = ResultPage { lang: self.lang, shop: Some(&shop), outcome, language: None };
        answer::page(self.request, StatusCode::OK, page::result(&view))
    }

    /// The form that takes the shopper to the registered address. None: the shop has registered none.
    fn hand_over(&self, result: HandOverResult) -> Option<Response<Body>> {
        let (merchant, now) = (&self.opened.merchant, self.deps.checkout.now());
        let handover = match Handover::new(self.payment, merchant, self.opened.signing_secret(now), now) {
            Ok(handover) => handover,
            Err(NoHandover::NoDestination | NoHandover::NotSettled) => return None,
        };
        let fields = [handover.address_fields, handover.fields].concat();
        let view = HandOver {
            lang: self.lang,
            shop: &self.deps.checkout.shop(merchant),
            result,
            amount: self.amount(),
            order: self.payment.key.order.as_str(),
            address: &handover.action,
            method: handover.method,
            encoding: handover.encoding,
            fields: &fields,
        };
        Some(answer::page(self.request, StatusCode::OK, page::handover(&view)))
    }
}
