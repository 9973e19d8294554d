//! A clerk who captures, cancels, changes and gives back: the calls of a function that holds the rights of `console-payment`, so that faults and rights reach them.

use charging::{ChargeError, Charging, Operate, Operated};
use domain::payment::{Operation, OperationKind};
use domain::{ActorId, Clock, MerchantId, Nonce, OrderId, Payment, PaymentKey, Yen};
use inbound::Config;
use jiff::SignedDuration;
use local::cloud::{Caller, Dropped, Permissions};
use local::world::World;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use store::{Cards, Payments, StoreError};

/// How long a function behind the gateway may run.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(28);

/// A clerk of merchant 4000.
#[derive(Debug)]
pub struct ClerkCalls {
    world: World,
    payments: Payments,
    charging: Charging,
    name: &'static str,
    forms: AtomicU8,
}

/// A form that a clerk has before them: it stands for the payment's next operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationForm {
    /// Which payment.
    pub key: PaymentKey,
    /// The operation number that it stands for.
    pub n: u32,
    /// The rendering.
    pub nonce: Nonce,
}

impl ClerkCalls {
    /// A clerk of this name.
    #[must_use]
    pub fn new(world: &World, name: &'static str) -> Self {
        let functions = &world.template().functions;
        let find = |name: &str| functions.iter().find(|function| function.name == name).expect("a function");
        let rights = Permissions::new(find("ConsolePayment").statements.clone());
        let settings = HashMap::from_iter(find("Reconcile").environment.clone());
        let config = Config::new(settings, world.cloud().sdk_config(Caller::function("ConsolePayment", rights)));
        let table = config.table().expect("the table's name");
        let payments = Payments::new(table.clone());
        let there = world.clone();
        let clock = Clock::new(move || there.now());
        let acquirer = config.acquirer().expect("an acquirer");
        let charging = Charging::new(payments.clone(), Cards::new(table), acquirer, clock);
        Self { world: world.clone(), payments, charging, name, forms: AtomicU8::new(0) }
    }

    /// The form of an order as it stands now.
    pub async fn form(&self, order: &str) -> OperationForm {
        let key = key(order);
        let payment = self.payments.load(&key).await.expect("the table answers").expect("a payment");
        let mut nonce = [self.forms.fetch_add(1, Ordering::Relaxed); 16];
        nonce.iter_mut().zip(self.name.bytes().chain(order.bytes())).for_each(|(place, byte)| *place ^= byte);
        OperationForm { key, n: payment.next_n(), nonce: Nonce::from_random(nonce) }
    }

    /// Sends a form. Dropped: the function was killed.
    ///
    /// # Errors
    /// [`Dropped`], and [`ChargeError`] within.
    pub async fn send(
        &self,
        form: &OperationForm,
        kind: OperationKind,
        yen: u32,
    ) -> Result<Result<Operated, ChargeError>, Dropped> {
        let operate = Operate {
            operation: Operation { kind, amount: Yen::new(yen).expect("an amount") },
            n: form.n,
            nonce: form.nonce,
            by: ActorId::new(self.name).expect("a name"),
            deadline: self.world.now() + TIMEOUT,
        };
        let operating = async {
            match self.payments.load(&form.key).await? {
                Some(read) => self.charging.operate(read, operate).await,
                None => Ok(Operated::NoPayment),
            }
        };
        Box::pin(self.world.cloud().run(operating)).await
    }

    /// Opens the form and sends it; answers the payment as it stands then.
    pub async fn does(&self, order: &str, kind: OperationKind, yen: u32) -> Operated {
        let form = self.form(order).await;
        Box::pin(self.send(&form, kind, yen)).await.expect("not killed").expect("it is tried")
    }

    /// Presses "ask the acquirer again".
    ///
    /// # Errors
    /// [`Dropped`], and [`StoreError`] within.
    pub async fn asks(&self, order: &str) -> Result<Result<Option<Payment>, StoreError>, Dropped> {
        Box::pin(self.world.cloud().run(self.charging.ask_again(&key(order)))).await
    }
}

fn key(order: &str) -> PaymentKey {
    PaymentKey::new(MerchantId::new("4000").expect("a merchant"), OrderId::new(order).expect("an order"))
}
