//! The page where a buyer sees a regular purchase, pauses and ends it, and agrees to a change. A GET changes nothing: scanners of mails follow links too.

use askama::Template;
use domain::{
    CardError, Lang, Yen,
    clock::japan_date,
    recurring::{
        calendar::run_day,
        plan::{By, NewCard, PauseReason, Plan, PlanState, Progress, Rate},
    },
};
use jiff::{Timestamp, civil::Date};
use words::{
    FormProblem, date, date_time, day, money,
    recurring::{
        self,
        mail::{PlanMailWords, plan_mail},
        page::{PlanNotice, PlanPageWords, PlanQuestion, plan_page},
    },
};

use super::{
    Page,
    asset::FORM_SCRIPT,
    card_fields::Problems,
    kept::{CHECKING_REFRESH_S, KeptEntry},
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// The page of a regular purchase, `/plan/{handle}`.
#[derive(Clone, Copy, Debug)]
pub struct PlanPage<'a> {
    /// The page's language.
    pub lang: Lang,
    /// The shop; none where the address opens nothing.
    pub shop: Option<&'a Shop<'a>>,
    /// What is shown.
    pub view: PlanView<'a>,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// What the page of a regular purchase shows.
#[derive(Clone, Copy, Debug)]
pub enum PlanView<'a> {
    /// How it stands, and what can be done.
    Overview(PlanOverview<'a>),
    /// The question whether it is to be paused, to go on or to end.
    Ask(PlanAsk<'a>),
    /// The question whether the buyer agrees to a change.
    Agree(PlanAgree<'a>),
    /// The buyer was not authenticated: nothing changes.
    NotAgreed {
        /// Where the question is asked again.
        again: &'a str,
    },
    /// Whether the buyer was authenticated is being found out.
    Checking {
        /// Where the page looks again: its own address.
        address: &'a str,
    },
    /// The address has run out: another can be had by mail. No personal data.
    Expired {
        /// Where that is asked for.
        action: &'a str,
    },
    /// Another address was mailed. No personal data.
    LinkSent,
    /// The address opens nothing: no personal data.
    NotThere,
}

/// A regular purchase as its buyer sees it.
#[derive(Clone, Copy, Debug)]
pub struct PlanOverview<'a> {
    /// The contract.
    pub plan: &'a Plan,
    /// The card that is charged, and where it is changed. None: there is none.
    pub card: Option<(KeptEntry<'a>, &'a str)>,
    /// What was paid, newest first.
    pub past: &'a [PastCharge],
    /// The page's own path.
    pub action: &'a str,
    /// What was just done.
    pub done: Option<PlanDone>,
    /// When it is looked at: no day that is past is shown as one to come.
    pub now: Timestamp,
}

/// A period that was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCharge {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub amount: Yen,
    /// Path of its receipt.
    pub receipt: String,
}

/// What a buyer can do with one press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanAct {
    /// Nothing is charged for a while.
    Pause,
    /// It goes on.
    Resume,
    /// It ends.
    Stop,
}

/// What was done before the page was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanDone {
    /// That.
    Act(PlanAct),
    /// The buyer agreed to a change.
    Agreed,
    /// The buyer did not.
    Refused,
    /// Nothing: it stood otherwise by then.
    Moved,
    /// Nothing: a payment is being checked.
    Open,
    /// Nothing: the card may not be used now.
    CardNotTaken,
}

/// The question whether something is to be done: POSTs `act`, `lang` and `order` to `action`.
#[derive(Clone, Copy, Debug)]
pub struct PlanAsk<'a> {
    /// What.
    pub act: PlanAct,
    /// The contract.
    pub plan: &'a Plan,
    /// The page's own path.
    pub action: &'a str,
    /// What the form carries sealed, in the field `order`.
    pub token: &'a str,
    /// When it is asked.
    pub now: Timestamp,
}

/// The question whether the buyer agrees to a change: POSTs `act` = `agree` or `refuse`, `lang`, `order`, `card_code` and the browser data to `action`.
#[derive(Clone, Copy, Debug)]
pub struct PlanAgree<'a> {
    /// The contract.
    pub plan: &'a Plan,
    /// What is proposed.
    pub rate: Rate,
    /// From when it would hold.
    pub from: Date,
    /// The card by which the buyer is authenticated. None: there is none, and nothing can be agreed to.
    pub card: Option<KeptEntry<'a>>,
    /// The page's own path.
    pub action: &'a str,
    /// What the form carries sealed, in the field `order`.
    pub token: &'a str,
    /// What is to be mended.
    pub problems: &'a [FormProblem],
    /// Ask for consent to handing data to the card issuer.
    pub asks_consent: bool,
}

/// All that the question says of a change, line by line: what is hashed.
pub fn agree_text(lang: Lang, plan: &Plan, rate: Rate, from: Date) -> String {
    let (text, mail) = (plan_page(lang), plan_mail(lang));
    let line = |label: &str, value: &str| format!("{label}: {value}");
    let head = [
        text.agree.title.to_owned(),
        plan.item.clone(),
        line(text.now, &recurring::rate(lang, plan.last_rate())),
        line(text.then, &recurring::rate(lang, rate)),
        line(mail.from, &recurring::run_date(lang, run_day(from))),
    ];
    head.into_iter().chain(text.agree.means.iter().map(|text| (*text).to_owned())).collect::<Vec<_>>().join("\n")
}

impl PlanAct {
    /// All, as they are offered.
    const ALL: [Self; 3] = [Self::Pause, Self::Resume, Self::Stop];

    /// What comes of it. None: the plan does not stand so that its buyer can do it.
    pub fn done_to(self, plan: &Plan, now: Timestamp) -> Option<Plan> {
        match self {
            Self::Pause => plan.paused(By::Buyer, now),
            Self::Resume => plan.resumed(By::Buyer, now),
            Self::Stop => plan.ended(By::Buyer, now),
        }
    }

    /// Its name in forms and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
        }
    }

    /// Reads its name back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    const fn question(self, words: &'static PlanPageWords) -> &'static PlanQuestion {
        match self {
            Self::Pause => &words.pause,
            Self::Resume => &words.resume,
            Self::Stop => &words.stop,
        }
    }
}

impl PlanDone {
    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Act(act) => act.name(),
            Self::Agreed => "agree",
            Self::Refused => "refuse",
            Self::Moved => "moved",
            Self::Open => "open",
            Self::CardNotTaken => "card",
        }
    }

    /// Reads its name back.
    pub fn parse(name: &str) -> Option<Self> {
        let others = [Self::Agreed, Self::Refused, Self::Moved, Self::Open, Self::CardNotTaken];
        PlanAct::parse(name).map(Self::Act).or_else(|| others.into_iter().find(|done| done.name() == name))
    }

    const fn notice(self, words: &'static PlanPageWords) -> &'static PlanNotice {
        match self {
            Self::Act(PlanAct::Pause) => &words.done_pause,
            Self::Act(PlanAct::Resume) => &words.done_resume,
            Self::Act(PlanAct::Stop) => &words.done_stop,
            Self::Agreed => &words.done_agree,
            Self::Refused => &words.done_refuse,
            Self::Moved => &words.done_moved,
            Self::Open => &words.done_open,
            Self::CardNotTaken => &words.card_not_taken,
        }
    }
}

/// Renders the page of a regular purchase.
pub fn plan(view: &PlanPage<'_>) -> Page {
    let words = plan_page(view.lang);
    let told = match &view.view {
        PlanView::Overview(overview) => return show(view, overview),
        PlanView::Ask(ask) => return question(view, ask),
        PlanView::Agree(agree) => return agreement(view, agree),
        PlanView::NotAgreed { again } => {
            Told { next: Some((again, words.look_at_change)), ..Told::new(&words.not_agreed, Mood::Halted) }
        }
        PlanView::Checking { address } => {
            let look = words::words(view.lang).waiting.look_now;
            Told { next: Some((address, look)), refreshes: true, ..Told::new(&words.checking, Mood::Waiting) }
        }
        PlanView::Expired { action } => {
            Told { form: Some((action, words.expired_button)), ..Told::new(&words.expired, Mood::Halted) }
        }
        PlanView::LinkSent => Told::new(&words.done_link, Mood::Good),
        PlanView::NotThere => Told::new(&words.not_there, Mood::Halted),
    };
    tell(view, told)
}

fn show(view: &PlanPage<'_>, overview: &PlanOverview<'_>) -> Page {
    let words = plan_page(view.lang);
    let shell = Shell::new(view.lang, words.title, view.shop).with_language(view.language);
    let policy = shell.policy(FormTarget::Nowhere, Referrer::SameOrigin);
    page(&OverviewTemplate { overview, shell, text: words, rows: rows(view.lang, overview) }, policy)
}

fn question(view: &PlanPage<'_>, ask: &PlanAsk<'_>) -> Page {
    let words = plan_page(view.lang);
    let question = ask.act.question(words);
    let shell = Shell::new(view.lang, question.title, view.shop).with_language(view.language);
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    page(&AskTemplate { ask, shell, text: words, question }, policy)
}

fn agreement(view: &PlanPage<'_>, agree: &PlanAgree<'_>) -> Page {
    let words = plan_page(view.lang);
    let all = words::words(view.lang);
    let error = if agree.problems.is_empty() { "" } else { all.form.title_error };
    let title = format!("{error}{}", words.agree.title);
    let shell = Shell::new(view.lang, title, view.shop).with_language(view.language).with_script(&FORM_SCRIPT);
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    let problems = Problems::of(view.lang, agree.problems);
    page(
        &AgreeTemplate { agree, shell, text: words, mail: plan_mail(view.lang), problems, retype: all.keep.retype },
        policy,
    )
}

fn tell(view: &PlanPage<'_>, told: Told<'_>) -> Page {
    let shell = Shell::new(view.lang, told.text.title, view.shop).with_language(view.language);
    let shell = match told.next.filter(|_| told.refreshes) {
        Some((address, _)) => shell.refreshing(CHECKING_REFRESH_S, address),
        None => shell,
    };
    let forms = if told.form.is_some() { FormTarget::Ourselves } else { FormTarget::Nowhere };
    let policy = shell.policy(forms, Referrer::SameOrigin);
    page(&ToldTemplate { shell, told }, policy)
}

/// What was agreed and what comes next.
fn rows(lang: Lang, overview: &PlanOverview<'_>) -> Vec<(&'static str, String)> {
    let (plan, mail, words) = (overview.plan, plan_mail(lang), plan_page(lang));
    let state = recurring::state(lang, &plan.state);
    let later = plan.then.iter().flat_map(|then| {
        let from = recurring::run_date(lang, run_day(then.from));
        [(mail.new_rate, Some(recurring::rate(lang, then.rate))), (mail.from, Some(from))]
    });
    let trial = plan.trial_until.filter(|_| plan.period == 2 && !plan.is_over());
    let times = match plan.times {
        Some(times) => Some((mail.count)(times.get())),
        None => (!plan.is_over()).then(|| mail.open_ended.to_owned()),
    };
    let comes = Comes::of(lang, plan, japan_date(overview.now));
    let agreed = [
        (mail.item, Some(plan.item.clone())),
        (mail.state, Some(state.to_owned())),
        (words.ended, ended(lang, plan, words)),
        (words.rate, Some(recurring::rate(lang, plan.agreed))),
    ];
    let comes = [
        (mail.trial, trial.map(|last| day(lang, last))),
        (words.overdue, comes.overdue),
        (mail.next, comes.next),
        (words.following, comes.following),
        (mail.times, times),
        (words.joined, Some(date(lang, plan.joined_at))),
        (mail.plan, Some(plan.id.as_str().to_owned())),
    ];
    (agreed.into_iter().chain(later).chain(comes)).filter_map(|(label, value)| Some((label, value?))).collect()
}

/// When it ended, and by whom.
fn ended(lang: Lang, plan: &Plan, words: &PlanPageWords) -> Option<String> {
    match plan.state {
        PlanState::Ended { at, why } => Some((words.ended_on)(&day(lang, japan_date(at)), why)),
        PlanState::Active(_) | PlanState::Paused { .. } => None,
    }
}

/// When something is charged and how much: what is past its day, what comes next, and what after that.
struct Comes {
    overdue: Option<String>,
    next: Option<String>,
    following: Option<String>,
}

impl Comes {
    fn of(lang: Lang, plan: &Plan, today: Date) -> Self {
        let charge = |date: &str, rate: Rate| (plan_mail(lang).next_charge)(date, &money(lang, rate.amount));
        let overdue = plan.overdue_since(today).map(|since| charge(&day(lang, since), plan.rate()));
        let to_come = || plan.next_to_come(today).map(|(run, rate)| charge(&recurring::run_date(lang, run), rate));
        match plan.state {
            PlanState::Active(Progress::Waiting) if overdue.is_none() => {
                let after = plan.upcoming().nth(1).map(|(nominal, rate)| (run_day(nominal), rate));
                let following = after.map(|(run, rate)| charge(&recurring::run_date(lang, run), rate));
                Self { overdue: None, next: to_come(), following }
            }
            PlanState::Active(Progress::Retrying { next, .. }) => {
                Self { overdue: None, next: Some(charge(&date_time(lang, next.at), plan.rate())), following: to_come() }
            }
            PlanState::Active(Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. })
            | PlanState::Paused { .. }
            | PlanState::Ended { .. } => Self { overdue, next: to_come(), following: None },
        }
    }
}

#[derive(Template)]
#[template(path = "plan-overview.html", whitespace = "minimize")]
struct OverviewTemplate<'a> {
    overview: &'a PlanOverview<'a>,
    shell: Shell<'a>,
    text: &'static PlanPageWords,
    rows: Vec<(&'static str, String)>,
}

impl OverviewTemplate<'_> {
    /// What the buyer has to know first: heading and text. None: all is well, or it is over.
    fn notice(&self) -> Option<(&'static str, String)> {
        let words = self.text;
        let told = |notice: &PlanNotice| Some((notice.title, notice.lead.to_owned()));
        match self.overview.plan.state {
            PlanState::Active(Progress::Waiting) | PlanState::Ended { .. } => None,
            PlanState::Active(Progress::Retrying { .. }) => told(&words.retrying),
            PlanState::Active(Progress::Immediate { .. }) => told(&words.charging),
            PlanState::Active(Progress::Asked { .. }) => told(&words.asked),
            PlanState::Paused { why: PauseReason::Unpaid(_), .. } => {
                let joint = self.shell.words.shell.sentence_joint;
                let comes = self.with_new_card().unwrap_or_default();
                Some((words.unpaid.title, format!("{}{joint}{comes}", words.unpaid.lead)))
            }
            PlanState::Paused { why: PauseReason::Merchant, .. } => told(&words.paused_by_shop),
            PlanState::Paused { why: PauseReason::Buyer, .. } => None,
        }
    }

    /// What another card does for the period that failed.
    fn with_new_card(&self) -> Option<String> {
        let (lang, plan) = (self.shell.lang, self.overview.plan);
        let comes = plan.with_new_card(japan_date(self.overview.now))?;
        Some(match comes {
            NewCard::Charged { until } => (self.text.unpaid_until)(&day(lang, until), &money(lang, plan.rate().amount)),
            NewCard::Asked => self.text.unpaid_late.to_owned(),
        })
    }

    /// Under the title.
    fn lead(&self, shop: &str) -> String {
        if self.is_over() { (self.text.lead_over)(shop) } else { (self.text.lead)(shop) }
    }

    fn done(&self) -> Option<&'static PlanNotice> {
        self.overview.done.map(|done| done.notice(self.text))
    }

    /// What can be done, with what leads there.
    fn acts(&self) -> Vec<(&'static str, &'static str)> {
        let PlanOverview { plan, now, .. } = *self.overview;
        let possible = PlanAct::ALL.into_iter().filter(|act| act.done_to(plan, now).is_some());
        possible.map(|act| (act.name(), act.question(self.text).link)).collect()
    }

    /// Whether it could be paused but for what is owed.
    fn cannot_pause(&self) -> bool {
        matches!(self.overview.plan.state, PlanState::Active(_)) && self.overview.plan.owes()
    }

    /// What the shop proposes, while it can be agreed to.
    fn proposal(&self) -> Option<(String, String)> {
        let (lang, plan) = (self.shell.lang, self.overview.plan);
        let open = !matches!(plan.state, PlanState::Ended { .. });
        let proposal = plan.proposal.filter(|_| open)?;
        Some((recurring::rate(lang, plan.last_rate()), recurring::rate(lang, proposal)))
    }

    fn is_over(&self) -> bool {
        matches!(self.overview.plan.state, PlanState::Ended { .. })
    }

    fn date(&self, at: &Timestamp) -> String {
        date(self.shell.lang, *at)
    }

    fn money(&self, amount: &Yen) -> String {
        money(self.shell.lang, *amount)
    }
}

#[derive(Template)]
#[template(path = "plan-ask.html", whitespace = "minimize")]
struct AskTemplate<'a> {
    ask: &'a PlanAsk<'a>,
    shell: Shell<'a>,
    text: &'static PlanPageWords,
    question: &'static PlanQuestion,
}

impl AskTemplate<'_> {
    fn rate(&self) -> String {
        recurring::rate(self.shell.lang, self.ask.plan.rate())
    }

    /// When something is charged if it goes on, and how much.
    fn resumes_on(&self) -> Option<String> {
        let (lang, ask) = (self.shell.lang, self.ask);
        let going = Some(ask.act).filter(|act| *act == PlanAct::Resume)?.done_to(ask.plan, ask.now)?;
        let date = recurring::run_date(lang, going.run_day());
        Some((self.text.resumes_on)(&date, &money(lang, going.rate().amount)))
    }

    fn is_grave(&self) -> bool {
        self.ask.act == PlanAct::Stop
    }
}

#[derive(Template)]
#[template(path = "plan-agree.html", whitespace = "minimize")]
struct AgreeTemplate<'a> {
    agree: &'a PlanAgree<'a>,
    shell: Shell<'a>,
    text: &'static PlanPageWords,
    mail: &'static PlanMailWords,
    problems: Problems,
    retype: &'static str,
}

impl AgreeTemplate<'_> {
    fn now(&self) -> String {
        recurring::rate(self.shell.lang, self.agree.plan.last_rate())
    }

    fn then(&self) -> String {
        recurring::rate(self.shell.lang, self.agree.rate)
    }

    fn from(&self) -> String {
        recurring::run_date(self.shell.lang, run_day(self.agree.from))
    }
}

/// A view that tells something.
struct Told<'a> {
    text: &'static PlanNotice,
    mood: Mood,
    /// An address and what leads there.
    next: Option<(&'a str, &'static str)>,
    /// The page looks there again by itself.
    refreshes: bool,
    /// Where the buyer has another address mailed, and the button.
    form: Option<(&'a str, &'static str)>,
}

enum Mood {
    Good,
    Halted,
    Waiting,
}

impl Told<'_> {
    const fn new(text: &'static PlanNotice, mood: Mood) -> Self {
        Self { text, mood, next: None, refreshes: false, form: None }
    }
}

#[derive(Template)]
#[template(path = "plan-told.html", whitespace = "minimize")]
struct ToldTemplate<'a> {
    shell: Shell<'a>,
    told: Told<'a>,
}
