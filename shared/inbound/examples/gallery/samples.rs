//! One sample of every page and mail, in either language: what the gallery shows and the tests read.

use domain::{
    Brand, CardError, Expiry, Lang, MaskedCard, Merchant, MerchantId, Yen,
    acquirer::DeclineCode,
    card::ConsentScope,
    merchant,
    recurring::{
        calendar::{Anchor, Cycle},
        offer::{FirstAmount, Offer, OfferId, Times, TrialDays},
        plan::NewCard,
    },
    request::Problem,
};
use inbound::page::{
    self, AmountForm, Arrival, ChallengeHop, Contract, DeclineNotice, DeleteCard, Entered, FreeEntry, HandOver,
    HandOverResult, HopPurpose, Joining, KeptCardPage, KeptCardView, KeptEntry, LanguageSwitch, ManageCard, NoticePage,
    Order, Outcome, Owed, OwnTexts, Page, PaymentForm, Receipt, ReceiptPage, Refusal, ResultPage, Returned, Settled,
    Settling, Shop, Terms, Waiting, WaitingFor,
    mail::{CardChange, CardKept, CardNews, Completion, Mail, MailOutcome, PaymentRequest, Reader, RegularOf},
};
use jiff::{Timestamp, civil::date};
use words::{AmountProblem, FormProblem, FreeProblem, Notice};

#[path = "regular.rs"]
mod regular;

/// The merchant's own texts, in the page's language.
struct Texts {
    name: &'static str,
    item: &'static str,
    free: [&'static str; 2],
    free_value: &'static str,
    payer: &'static str,
    operator: &'static str,
    terms: [&'static str; 5],
}

const JA: Texts = Texts {
    name: "山の珈琲店",
    item: "深煎りブレンド 200g × 2袋",
    free: ["お届け希望日", "会員番号"],
    free_value: "11月25日の午前中",
    payer: "山田 太郎",
    operator: "株式会社けっさいサービス",
    terms: [
        "2袋",
        "ご注文時にお支払い",
        "ご注文から3営業日以内に発送",
        "11月30日まで",
        "食品のため、お届け後の返品はお受けできません。破損は7日以内にご連絡ください。",
    ],
};

const EN: Texts = Texts {
    name: "Mountain Coffee",
    item: "Dark roast blend, 200 g, 2 bags",
    free: ["Delivery date", "Member number"],
    free_value: "25 November, morning",
    payer: "Taro Yamada",
    operator: "Kessai Services Inc.",
    terms: [
        "2 bags",
        "Paid when you order",
        "Sent within 3 working days",
        "30 November",
        "Food can't be returned once delivered. Tell us of damage within 7 days.",
    ],
};

fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Ja => &JA,
        Lang::En => &EN,
    }
}

/// The merchant whose pages these are.
pub(crate) fn merchant(lang: Lang, mode: merchant::Mode) -> Merchant {
    let mut merchant = Merchant::new(MerchantId::new("4000").unwrap(), texts(lang).name);
    merchant.mode = mode;
    merchant.back_address = Some("https://shop.example/cart".to_owned());
    merchant.page.legal_address = Some("https://shop.example/legal".to_owned());
    merchant.page.privacy_address = Some("https://shop.example/privacy".to_owned());
    merchant.page.contact = Some("03-1234-5678".to_owned());
    merchant
}

/// A kept card, good through August of 2029.
pub(crate) fn kept_card(brand: Brand, last4: &str) -> MaskedCard {
    let expiry = Expiry::parse("08/29", date(2026, 11, 21)).unwrap();
    MaskedCard { brand, last4: last4.to_owned(), expiry }
}

/// A kept card whose time is over.
pub(crate) fn expired_card() -> MaskedCard {
    let expiry = Expiry::parse("10/26", date(2026, 1, 1)).unwrap();
    MaskedCard { expiry, ..kept_card(Brand::Jcb, "0000") }
}

/// Every page, by name.
pub(crate) fn pages(lang: Lang) -> Vec<(String, Page)> {
    let t = texts(lang);
    let test = merchant(lang, merchant::Mode::Test);
    let live = merchant(lang, merchant::Mode::Live);
    let shop = Shop::of(&test, Some(t.operator));
    let live_shop = Shop::of(&live, Some(t.operator));
    let other = match lang {
        Lang::Ja => "?lang=en",
        Lang::En => "?lang=ja",
    };
    let language = Some(LanguageSwitch::Link(other));
    let amount = Yen::new(2_000).unwrap();
    let at: Timestamp = "2026-11-21T10:30:00Z".parse().unwrap();

    let free = [
        FreeEntry::Shown { label: t.free[0], value: t.free_value },
        FreeEntry::Asked { item: 2, label: t.free[1], value: "", required: false },
    ];
    let plain = PaymentForm {
        lang,
        shop: &live_shop,
        order: Order { number: Some("100"), amount, item: Some(t.item), terms: Terms::default(), joins: None },
        free: &[],
        entered: Entered::default(),
        token: "sealed-token",
        kept: None,
        expired_kept: None,
        replaces: None,
        manage: None,
        keep: None,
        keep_checked: false,
        problems: &[],
        declined: None,
        asks_consent: true,
        leads_back: true,
        own: OwnTexts::default(),
        language,
    };
    let terms = Terms {
        quantity: Some(t.terms[0]),
        shipping: None,
        payment_time: Some(t.terms[1]),
        delivery: Some(t.terms[2]),
        deadline: Some(t.terms[3]),
        withdrawal: Some(t.terms[4]),
    };
    let problems = [
        FormProblem::Card(CardError::NumberCheckDigit),
        FormProblem::Card(CardError::Expired),
        FormProblem::Card(CardError::CodeMissing),
        FormProblem::Card(CardError::HolderMissing),
        FormProblem::MailMalformed,
        FormProblem::Free { item: 2, label: t.free[1].to_owned(), problem: FreeProblem::Missing },
    ];
    let fields = [("admin", "4000"), ("amount", "2000"), ("charge", "100"), ("result", "0")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let handover = HandOver {
        lang,
        shop: &shop,
        result: HandOverResult::Paid,
        amount: Some(amount),
        order: "100",
        address: "https://shop.example/thanks",
        method: merchant::Method::Post,
        encoding: merchant::Encoding::ShiftJis,
        fields: &fields,
    };
    let receipt = Receipt {
        amount,
        at,
        order: "912345678901234567",
        item: Some(t.item),
        payment: "176372040012300042",
        brand: Brand::Visa,
        last4: "4242",
    };
    let outcome = |outcome| ResultPage { lang, shop: Some(&live_shop), outcome, language };
    let waiting = |waiting_for| Waiting {
        lang,
        shop: &live_shop,
        waiting_for,
        order: "100",
        amount: Some(amount),
        mail_comes: true,
        address: "",
        language,
    };
    let open = AmountForm {
        lang,
        shop: &live_shop,
        item: t.item,
        action: "/l/open",
        most: Yen::MAX,
        entered: "",
        problem: None,
        language,
    };

    let visa = kept_card(Brand::Visa, "4242");
    let settings = merchant::ReceiptSettings {
        issuer: t.operator.to_owned(),
        address: String::new(),
        registration: Some(merchant::InvoiceNumber::new("T1234567890123").unwrap()),
        tax: merchant::IncludedTax::Reduced,
    };
    let slip = ReceiptPage {
        lang,
        shop: &live_shop,
        settings: &settings,
        number: "176372040012300042",
        order: "100",
        item: Some(t.item),
        amount,
        refunded: Some(Yen::new(500).unwrap()),
        card: &visa,
        paid_at: at,
        issued_at: at,
        addressee: t.payer,
        problem: None,
        path: "/receipt/sealed-handle",
        language,
    };
    let offer = offer(t);
    let joining = Joining::of(lang, &offer, Anchor::USUAL, at, words::words(lang).order.no_deadline);
    let trial = Offer { first: FirstAmount::Free, trial: TrialDays::new(14).ok(), times: Times::new(6).ok(), ..offer };
    let free_joining = Joining::of(lang, &trial, Anchor::new(31).unwrap(), at, words::words(lang).order.no_deadline);
    let next = page::next_charge(lang, &trial, Anchor::USUAL, at);
    let joins = |joins| PaymentForm {
        order: Order { joins: Some(joins), ..plain.order },
        keep: Some(ConsentScope::MerchantInitiated),
        ..plain
    };
    let mut pages = vec![
        ("payment-form", page::payment_form(&plain)),
        (
            "payment-form-full",
            page::payment_form(&PaymentForm {
                shop: &shop,
                order: Order { terms, amount: Yen::MAX, ..plain.order },
                free: &free,
                entered: Entered { holder: "TARO YAMADA", mail: "taro@example.jp" },
                leads_back: false,
                ..plain
            }),
        ),
        ("payment-form-joining", page::payment_form(&joins(&joining))),
        (
            "payment-form-joining-kept",
            page::payment_form(&PaymentForm {
                kept: Some(&visa),
                keep: Some(ConsentScope::Both),
                problems: &[FormProblem::JoinMissing],
                ..joins(&joining)
            }),
        ),
        ("payment-form-joining-free", page::payment_form(&joins(&free_joining))),
        (
            "payment-form-problems",
            page::payment_form(&PaymentForm {
                free: &[free[0], FreeEntry::Asked { item: 2, label: t.free[1], value: "", required: true }],
                entered: Entered { holder: "", mail: "taro@example" },
                problems: &problems,
                ..plain
            }),
        ),
        (
            "payment-form-declined",
            page::payment_form(&PaymentForm {
                entered: Entered { holder: "TARO YAMADA", mail: "taro@example.jp" },
                declined: Some(DeclineNotice { code: DeclineCode::InsufficientFunds, attempts_left: 1 }),
                ..plain
            }),
        ),
        ("amount-form", page::amount_form(&open)),
        (
            "amount-form-problem",
            page::amount_form(&AmountForm { entered: "-5", problem: Some(AmountProblem::Malformed), ..open }),
        ),
        (
            "refusal",
            page::refusal(&Refusal {
                lang,
                shop: Some(&shop),
                problem: Problem::AmountMalformed,
                parameter: Some("amount"),
                language,
            }),
        ),
        ("refusal-unknown", page::refusal(&Refusal::of(lang, None, &Problem::MerchantOrSignature.into()))),
        ("handover-paid", page::handover(&handover)),
        (
            "handover-not-paid",
            page::handover(&HandOver {
                result: HandOverResult::NotPaid,
                address: "http://127.0.0.1:9000/shop/thanks",
                method: merchant::Method::Get,
                encoding: merchant::Encoding::Utf8,
                ..handover
            }),
        ),
        ("waiting-running", page::waiting(&waiting(WaitingFor::Running))),
        ("waiting-checking", page::waiting(&waiting(WaitingFor::Checking))),
        ("waiting-authenticating", page::waiting(&waiting(WaitingFor::Authenticating))),
        (
            "result-paid",
            page::result(&outcome(Outcome::Paid {
                receipt,
                mail_sent: true,
                receipt_path: "/receipt/sealed-handle",
                next: None,
            })),
        ),
        (
            "result-joined",
            page::result(&outcome(Outcome::Joined {
                order: "100",
                at,
                contract: Some(Contract { item: t.item, next: Some(&next), card: (Brand::Visa, "4242") }),
            })),
        ),
        ("result-not-paid", page::result(&outcome(Outcome::NotPaid { order: "100", amount: Some(amount) }))),
        ("result-let-go", page::result(&outcome(Outcome::LetGo { order: "100", amount }))),
        ("result-already-paid", page::result(&outcome(Outcome::AlreadyPaid { at, order: "100", amount }))),
        ("result-expired", page::result(&ResultPage { lang, shop: None, outcome: Outcome::Expired, language })),
        ("receipt", page::receipt(&slip)),
        ("error", page::error(lang)),
    ]
    .into_iter()
    .map(|(name, page)| (name.to_owned(), page))
    .collect::<Vec<_>>();
    pages.extend(card_forms(&plain));
    pages.extend(challenge_pages(lang, &live_shop, language));
    pages.extend(kept_card_pages(lang, &live_shop, language));
    pages.extend(regular::pages(lang, &live_shop, language));
    pages.extend(Notice::ALL.map(|notice| {
        let view = NoticePage { lang, shop: Some(&live_shop), notice, order: Some("100"), language };
        (format!("notice-{}", notice.code()), page::notice(&view))
    }));
    pages
}

/// The payment form where a card is kept or may be.
fn card_forms(plain: &PaymentForm<'_>) -> Vec<(String, Page)> {
    let (visa, amex, expired) = (kept_card(Brand::Visa, "4242"), kept_card(Brand::Amex, "0005"), expired_card());
    let code = [FormProblem::Card(CardError::CodeMalformed)];
    let entered = Entered { holder: "", mail: "taro@example.jp" };
    let kept = PaymentForm { kept: Some(&visa), manage: Some("/card/sealed-handle"), entered, ..*plain };
    let keep = |scope| PaymentForm { keep: Some(scope), ..*plain };
    let number = [FormProblem::Card(CardError::NumberCheckDigit)];
    let authentication = DeclineNotice { code: DeclineCode::AuthenticationRequired, attempts_left: 3 };
    [
        ("payment-kept", kept),
        ("payment-kept-amex", PaymentForm { kept: Some(&amex), ..kept }),
        ("payment-kept-problem", PaymentForm { problems: &code, ..kept }),
        (
            "payment-kept-declined",
            PaymentForm { declined: Some(DeclineNotice { code: DeclineCode::IncorrectCvc, attempts_left: 2 }), ..kept },
        ),
        ("payment-kept-expired", PaymentForm { expired_kept: Some(&expired), entered, ..keep(ConsentScope::Recall) }),
        ("payment-another", PaymentForm { replaces: Some(&visa), entered, ..keep(ConsentScope::Both) }),
        ("payment-keep-recall", keep(ConsentScope::Recall)),
        ("payment-keep-merchant", keep(ConsentScope::MerchantInitiated)),
        ("payment-keep-both", keep(ConsentScope::Both)),
        ("payment-keep-checked", PaymentForm { keep_checked: true, problems: &number, ..keep(ConsentScope::Recall) }),
        ("payment-not-authenticated", PaymentForm { declined: Some(authentication), ..*plain }),
    ]
    .map(|(name, view)| (name.to_owned(), page::payment_form(&view)))
    .into()
}

/// The pages around the issuer's challenge.
fn challenge_pages<'a>(lang: Lang, shop: &Shop<'a>, language: Option<LanguageSwitch<'a>>) -> Vec<(String, Page)> {
    let hop = ChallengeHop {
        lang,
        shop,
        purpose: HopPurpose::Payment,
        arrival: Arrival::First,
        amount: Yen::new(2_000).unwrap(),
        order: "100",
        address: "https://issuer.example/challenge",
        request: "eyJtZXNzYWdlVHlwZSI6IkNSZXEifQ",
        cancel: "/pay/challenge/sealed-handle",
        language,
    };
    [
        ("challenge", page::challenge(&hop)),
        ("challenge-again", page::challenge(&ChallengeHop { arrival: Arrival::Again, ..hop })),
        ("challenge-card", page::challenge(&ChallengeHop { purpose: HopPurpose::Card, ..hop })),
        ("returned", page::returned(&Returned { lang, shop, address: "/return/sealed-handle" })),
    ]
    .map(|(name, page)| (name.to_owned(), page))
    .into()
}

/// The page of a kept card, in every state.
fn kept_card_pages<'a>(lang: Lang, shop: &Shop<'a>, language: Option<LanguageSwitch<'a>>) -> Vec<(String, Page)> {
    let (visa, mastercard, expired) =
        (kept_card(Brand::Visa, "4242"), kept_card(Brand::Mastercard, "4444"), expired_card());
    let since: Timestamp = "2026-03-04T01:00:00Z".parse().unwrap();
    let kept = KeptEntry { card: &visa, since, scope: ConsentScope::Both, expired: false };
    let (action, token) = ("/card/sealed-handle", "sealed-token");
    let manage = ManageCard {
        kept: Some(kept),
        act: "replace",
        action,
        token,
        holder: "",
        problems: &[],
        declined: None,
        asks_consent: true,
        keep: ConsentScope::Both,
        keep_checked: false,
        relying: &[],
        owed: &[],
    };
    let delete = DeleteCard { kept, action, token, problems: &[] };
    let relying = [(texts(lang).item.to_owned(), "/plan/sealed-handle".to_owned())];
    let plans = ["/plan/sealed-handle".to_owned()];
    let (item, amount) = (texts(lang).item.to_owned(), Yen::new(1_200).unwrap());
    let (since_due, until) = (jiff::civil::date(2026, 12, 28), jiff::civil::date(2027, 1, 26));
    let owed = Owed { item: item.clone(), since: since_due, amount, comes: NewCard::Charged { until } };
    let owed = [owed.clone(), Owed { comes: NewCard::Asked, ..owed }];
    let settled = [Settling::Paid, Settling::Running, Settling::Declined, Settling::Asked];
    let settled = settled.map(|how| Settled { item: item.clone(), amount, how });
    let missing = [
        FormProblem::Card(CardError::NumberMissing),
        FormProblem::Card(CardError::ExpiryMissing),
        FormProblem::Card(CardError::CodeMissing),
        FormProblem::Card(CardError::HolderMissing),
        FormProblem::KeepMissing,
    ];
    let code = [FormProblem::Card(CardError::CodeMissing)];
    let declined = DeclineNotice { code: DeclineCode::DoNotHonor, attempts_left: 2 };
    let gone = KeptEntry { card: &expired, scope: ConsentScope::Recall, expired: true, ..kept };
    [
        ("card-manage", KeptCardView::Manage(manage)),
        (
            "card-manage-expired",
            KeptCardView::Manage(ManageCard { kept: Some(gone), keep: ConsentScope::Recall, ..manage }),
        ),
        ("card-manage-plan", KeptCardView::Manage(ManageCard { relying: &relying, ..manage })),
        ("card-add", KeptCardView::Manage(ManageCard { kept: None, act: "card", relying: &relying, ..manage })),
        ("card-manage-owed", KeptCardView::Manage(ManageCard { relying: &relying, owed: &owed, ..manage })),
        ("card-replaced-before", KeptCardView::ReplacedBefore { plans: &plans }),
        ("card-manage-problems", KeptCardView::Manage(ManageCard { problems: &missing, ..manage })),
        (
            "card-manage-declined",
            KeptCardView::Manage(ManageCard { declined: Some(declined), holder: "TARO YAMADA", ..manage }),
        ),
        ("card-delete", KeptCardView::Delete(delete)),
        ("card-delete-problem", KeptCardView::Delete(DeleteCard { problems: &code, ..delete })),
        ("card-replaced", KeptCardView::Replaced { card: &mastercard, settled: &[], relying: &[], address: action }),
        (
            "card-replaced-settled",
            KeptCardView::Replaced { card: &mastercard, settled: &settled, relying: &relying, address: action },
        ),
        ("card-deleted", KeptCardView::Deleted { card: &visa }),
        ("card-cannot-delete", KeptCardView::CannotDelete { card: &visa, again: action, relying: &relying }),
        ("card-declined", KeptCardView::Declined { code: DeclineCode::GenericDecline, again: Some(action) }),
        ("card-checking", KeptCardView::Checking { address: action }),
        ("card-not-there", KeptCardView::NotThere),
    ]
    .map(|(name, view)| {
        let bare = matches!(view, KeptCardView::NotThere | KeptCardView::ReplacedBefore { .. });
        let shop = if bare { None } else { Some(shop) };
        (name.to_owned(), page::kept_card(&KeptCardPage { lang, shop, view, language }))
    })
    .into()
}

/// Every mail, by name.
pub(crate) fn mails(lang: Lang) -> Vec<(String, Mail)> {
    let t = texts(lang);
    let paid = Completion {
        lang,
        reader: Reader::Shopper { name: Some(t.payer) },
        outcome: MailOutcome::Paid { brand: Brand::Visa, last4: "4242" },
        merchant: t.name,
        contact: Some("03-1234-5678"),
        mode: merchant::Mode::Live,
        amount: Yen::new(2_000).unwrap(),
        at: "2026-11-21T10:30:00Z".parse().unwrap(),
        order: "100",
        payment: "176372040012300042",
        item: Some(t.item),
        own: None,
        card_kept: None,
        receipt: Some("https://pay.example/receipt/sealed-handle"),
        regular: None,
    };
    let regular = RegularOf {
        plan: "23456723456723456723",
        next: Some("2026-12-28, ¥1,200"),
        page: "https://pay.example/plan/sealed-handle",
    };
    let kept = CardKept { scope: ConsentScope::Both, manage: Some("https://pay.example/card/sealed-handle") };
    let recall = CardKept { scope: ConsentScope::Recall, manage: None };
    let (visa, mastercard) = (kept_card(Brand::Visa, "4242"), kept_card(Brand::Mastercard, "4444"));
    let deleted = CardNews {
        lang,
        name: Some(t.payer),
        change: CardChange::Deleted(&visa),
        merchant: t.name,
        contact: Some("03-1234-5678"),
        mode: merchant::Mode::Live,
        at: paid.at,
    };
    let replaced = CardChange::Replaced { before: &visa, now: &mastercard };
    let free = [(t.free[0], t.free_value)];
    let shop = Reader::Shop { payer: Some(t.payer), payer_mail: Some("taro@example.jp"), free: &free };
    let part = Yen::new(500).unwrap();
    let payments = [
        ("mail-shopper-paid", paid),
        ("mail-shopper-paid-kept", Completion { card_kept: Some(kept), ..paid }),
        ("mail-shopper-paid-recall", Completion { card_kept: Some(recall), ..paid }),
        (
            "mail-shopper-not-paid",
            Completion { outcome: MailOutcome::NotPaid, contact: None, mode: merchant::Mode::Test, ..paid },
        ),
        ("mail-shopper-regular", Completion { regular: Some(regular), ..paid }),
        ("mail-shop-paid", Completion { reader: shop, card_kept: Some(kept), ..paid }),
        ("mail-shopper-cancelled", Completion { outcome: MailOutcome::Cancelled, ..paid }),
        ("mail-shop-cancelled", Completion { reader: shop, outcome: MailOutcome::Cancelled, ..paid }),
        ("mail-shopper-refunded", Completion { outcome: MailOutcome::Refunded(part), ..paid }),
        ("mail-shop-refunded", Completion { reader: shop, outcome: MailOutcome::Refunded(part), ..paid }),
        ("mail-shop-lapses-soon", Completion { reader: shop, outcome: MailOutcome::LapsesSoon, ..paid }),
        ("mail-shopper-joined", Completion { card_kept: Some(recall), regular: Some(regular), ..paid }),
        ("mail-shop-not-paid", Completion { reader: shop, outcome: MailOutcome::NotPaid, ..paid }),
    ];
    let cards = [
        ("mail-card-deleted", deleted),
        (
            "mail-card-replaced",
            CardNews { change: replaced, contact: None, name: None, mode: merchant::Mode::Test, ..deleted },
        ),
    ];
    let request = PaymentRequest {
        lang,
        name: t.payer,
        merchant: t.name,
        contact: Some("03-1234-5678"),
        legal: Some("https://shop.example/legal"),
        mode: merchant::Mode::Live,
        item: t.item,
        amount: Some(paid.amount),
        order: Some("100"),
        until: Some(paid.at),
        message: t.terms[2],
        address: "https://pay.example/l/7zzzzzzzzzzzzzzzzzzzzzzzzz",
    };
    let requests = [
        ("mail-request", request),
        ("mail-request-open", PaymentRequest { amount: None, order: None, until: None, message: "", ..request }),
    ];
    payments
        .map(|(name, view)| (name.to_owned(), page::mail::completion(&view)))
        .into_iter()
        .chain(requests.map(|(name, view)| (name.to_owned(), page::mail::payment_request(&view))))
        .chain(cards.map(|(name, view)| (name.to_owned(), page::mail::card_news(&view))))
        .chain(regular::mails(lang, t.name))
        .collect()
}

/// A monthly regular purchase.
fn offer(t: &Texts) -> Offer {
    let [quantity, _, delivery, _, withdrawal] = t.terms.map(str::to_owned);
    Offer {
        id: OfferId::new("beans").unwrap(),
        merchant: MerchantId::new("4000").unwrap(),
        version: 1,
        item: t.item.to_owned(),
        first: FirstAmount::Charged(Yen::new(2_000).unwrap()),
        amount: Yen::new(1_200).unwrap(),
        cycle: Cycle::MONTHLY,
        trial: None,
        times: None,
        terms: domain::link::Terms {
            quantity,
            shipping: String::new(),
            payment_time: String::new(),
            delivery,
            withdrawal,
        },
        made_at: Timestamp::UNIX_EPOCH,
        withdrawn_at: None,
    }
}
