//! A regular purchase in a list, and the terms of a search over them.

use jiff::{Timestamp, civil::Date};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{SearchKey, folded, terms::is_whole_address};
use crate::{
    CardOwner, MerchantId, OrderId, Yen,
    recurring::{
        calendar::{Certainty, Cycle, RunDay, run_day},
        plan::{PauseReason, Plan, PlanId, PlanState, Progress},
    },
};

/// A regular purchase in a list. Short names, because four indexes hold it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Which one.
    #[serde(rename = "p")]
    pub id: PlanId,
    /// Whose it is.
    #[serde(rename = "k")]
    pub merchant: MerchantId,
    /// The plan's version that it was made from.
    #[serde(rename = "v")]
    pub version: u32,
    /// When the buyer joined: lists are ordered by it.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub joined_at: Timestamp,
    /// How it stands.
    #[serde(rename = "s")]
    pub status: PlanStatus,
    /// What is sold.
    #[serde(rename = "i")]
    pub item: String,
    /// What the period costs that is charged next.
    #[serde(rename = "a")]
    pub amount: Yen,
    /// How long it is.
    #[serde(rename = "c")]
    pub cycle: Cycle,
    /// The buyer's name.
    #[serde(rename = "n")]
    pub name: String,
    /// The buyer's mail address.
    #[serde(rename = "m")]
    pub mail: String,
    /// The buyer id of card-on-file; empty where the card belongs to the first order.
    #[serde(rename = "u", default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The last four digits of the card that pays; empty where they are not known.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    pub last4: String,
    /// The order of the first payment.
    #[serde(rename = "o")]
    pub order: OrderId,
    /// The nominal date of the period that comes next. None: nothing is charged as it stands.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub nominal: Option<Date>,
    /// The day on which the period is charged or tried again by itself. None: nothing comes by itself, or at once.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub charged_on: Option<Date>,
}

/// How a regular purchase stands, as lists tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanStatus {
    /// It is charged (継続中).
    Active,
    /// So it is, and its period was declined and is tried again.
    Retrying,
    /// So it is, and the merchant has to decide about its period.
    Asked,
    /// Somebody paused it (停止).
    Paused,
    /// It is paused because a period could not be charged.
    Unpaid,
    /// It is over (終了).
    Ended,
}

/// What a search asks of how they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlanStanding {
    /// Whatever is charged (継続中).
    Active,
    /// Whatever is paused (停止).
    Paused,
    /// Whatever is over (終了).
    Ended,
    /// What a person has to decide, or the buyer to pay.
    Attention,
    /// What was declined and is tried again.
    Retrying,
}

/// A search over a merchant's regular purchases. Its address ([`PlanSearch::query`]) can be kept and passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanSearch {
    /// A whole mail address or buyer id, the last four digits of a card, or a part of name, address, item or order.
    pub text: String,
    /// How they stand.
    pub standing: Option<PlanStanding>,
}

/// No text that is searched is longer.
const LONGEST: usize = 128;

impl PlanRow {
    /// The row of a plan.
    pub fn of(plan: &Plan) -> Self {
        let rate = plan.rate();
        Self {
            id: plan.id.clone(),
            merchant: plan.merchant.clone(),
            version: plan.version,
            joined_at: plan.joined_at,
            status: PlanStatus::of(&plan.state),
            item: plan.item.clone(),
            amount: rate.amount,
            cycle: rate.cycle,
            name: plan.name.clone(),
            mail: plan.mail.clone(),
            user: match &plan.owner {
                CardOwner::Buyer(user) => user.clone(),
                CardOwner::Order(_) => String::new(),
            },
            last4: plan.card.as_ref().map(|card| card.last4.clone()).unwrap_or_default(),
            order: plan.first_order.clone(),
            nominal: matches!(plan.state, PlanState::Active(_)).then_some(plan.nominal),
            charged_on: plan.charged_on(),
        }
    }

    /// The day on which it is charged next, as it stands, or since when it is due.
    pub fn runs_on(&self) -> Option<RunDay> {
        let run = self.nominal.map(run_day);
        match self.charged_on {
            Some(date) if run.is_none_or(|run| run.date != date) => {
                Some(RunDay { date, certainty: Certainty::Settled })
            }
            Some(_) | None => run,
        }
    }

    /// The key of its mail address. None: it has none.
    pub fn mail_key(&self) -> Option<SearchKey> {
        (!self.mail.is_empty()).then(|| SearchKey::of_mail(&self.merchant, &self.mail))
    }

    /// The key of its buyer id. None: it has none.
    pub fn user_key(&self) -> Option<SearchKey> {
        (!self.user.is_empty()).then(|| SearchKey::of_user(&self.merchant, &self.user))
    }
}

impl PlanStatus {
    /// How a plan stands.
    pub const fn of(state: &PlanState) -> Self {
        match state {
            PlanState::Active(Progress::Waiting | Progress::Immediate { .. }) => Self::Active,
            PlanState::Active(Progress::Retrying { .. }) => Self::Retrying,
            PlanState::Active(Progress::Asked { .. }) => Self::Asked,
            PlanState::Paused { why: PauseReason::Unpaid(_), .. } => Self::Unpaid,
            PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. } => Self::Paused,
            PlanState::Ended { .. } => Self::Ended,
        }
    }

    /// Its name in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retrying => "retrying",
            Self::Asked => "asked",
            Self::Paused => "paused",
            Self::Unpaid => "unpaid",
            Self::Ended => "ended",
        }
    }
}

impl PlanStanding {
    /// Every one, in the form's order.
    pub const ALL: [Self; 5] = [Self::Active, Self::Paused, Self::Ended, Self::Attention, Self::Retrying];

    /// Its name in forms and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Ended => "ended",
            Self::Attention => "attention",
            Self::Retrying => "retrying",
        }
    }

    /// Reads the name back. None: it is no such name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }

    /// What it takes in.
    pub const fn statuses(self) -> &'static [PlanStatus] {
        match self {
            Self::Active => &[PlanStatus::Active, PlanStatus::Retrying, PlanStatus::Asked],
            Self::Paused => &[PlanStatus::Paused, PlanStatus::Unpaid],
            Self::Ended => &[PlanStatus::Ended],
            Self::Attention => &[PlanStatus::Asked, PlanStatus::Unpaid],
            Self::Retrying => &[PlanStatus::Retrying],
        }
    }
}

impl PlanSearch {
    /// Reads the terms; an empty one asks nothing, and so does a choice that the form does not offer. A text is cut to what it may be compared with.
    pub fn parse(text: &str, standing: &str) -> Self {
        Self { text: text.trim().chars().take(LONGEST).collect(), standing: PlanStanding::parse(standing) }
    }

    /// The terms as an address carries them, without those that ask nothing.
    pub fn query(&self) -> String {
        let text = (!self.text.is_empty()).then(|| format!("q={}", utf8_percent_encode(&self.text, NON_ALPHANUMERIC)));
        let standing = self.standing.map(|standing| format!("state={}", standing.name()));
        let terms: Vec<String> = [text, standing].into_iter().flatten().collect();
        terms.join("&")
    }

    /// Nothing is asked: all, newest first.
    pub const fn is_all(&self) -> bool {
        self.text.is_empty() && self.standing.is_none()
    }

    /// The key of the mail address that is asked for. None: the text is no whole address.
    pub fn mail_key(&self, merchant: &MerchantId) -> Option<SearchKey> {
        is_whole_address(&self.text).then(|| SearchKey::of_mail(merchant, &self.text))
    }

    /// The key of the buyer id that may be asked for. None: no text is.
    pub fn user_key(&self, merchant: &MerchantId) -> Option<SearchKey> {
        (!self.text.is_empty()).then(|| SearchKey::of_user(merchant, &self.text))
    }

    /// Whether a row is asked for.
    pub fn admits(&self, row: &PlanRow) -> bool {
        let part = folded(&self.text);
        let contains = |text: &str| folded(text).contains(&part);
        let named = part.is_empty()
            || contains(&row.name)
            || contains(&row.mail)
            || contains(&row.item)
            || contains(&row.user)
            || contains(row.order.as_str())
            || contains(row.id.as_str())
            || part == row.last4;
        named && self.standing.is_none_or(|standing| standing.statuses().contains(&row.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(status: PlanStatus) -> PlanRow {
        PlanRow {
            id: PlanId::new("abcdefghij234567abcd").unwrap(),
            merchant: MerchantId::new("4000").unwrap(),
            version: 3,
            joined_at: Timestamp::from_millisecond(1_763_720_400_123).unwrap(),
            status,
            item: "コーヒー豆".to_owned(),
            amount: Yen::new(1_980).unwrap(),
            cycle: Cycle::MONTHLY,
            name: "山田 太郎".to_owned(),
            mail: "Taro@example.com".to_owned(),
            user: "M-100".to_owned(),
            last4: "4242".to_owned(),
            order: OrderId::new("2026112101").unwrap(),
            nominal: None,
            charged_on: None,
        }
    }

    #[test]
    fn a_period_that_is_tried_again_is_charged_on_that_day() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let row = PlanRow { nominal: Some(day("2026-12-27")), ..row(PlanStatus::Active) };
        assert_eq!(row.runs_on().unwrap().date, day("2026-12-28"), "the 27th is a Sunday");
        let row = PlanRow { charged_on: Some(day("2027-01-02")), ..row };
        assert_eq!(row.runs_on().unwrap().date, day("2027-01-02"), "tries come on any day");
        let provisional =
            PlanRow { nominal: Some(day("2040-02-27")), charged_on: Some(day("2040-02-27")), ..row.clone() };
        assert_eq!(
            provisional.runs_on().unwrap().certainty,
            Certainty::Provisional,
            "holidays are not known so far ahead"
        );
        assert_eq!(PlanRow { nominal: None, charged_on: None, ..row }.runs_on(), None);
    }

    #[test]
    fn a_row_reads_back() {
        let row = row(PlanStatus::Unpaid);
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(serde_json::from_str::<PlanRow>(&json).unwrap(), row);
        assert!(json.len() < 270, "four indexes hold it: {json}");
    }

    #[test]
    fn any_part_that_people_know_finds_it_however_it_was_typed() {
        for (text, found) in [
            ("", true),
            ("太郎", true),
            ("ｔａｒｏ", true),
            ("コーヒー", true),
            ("m-100", true),
            ("20261121", true),
            ("abcdefgh", true),
            ("4242", true),
            ("424", false),
            ("花子", false),
            ("M-1000", false),
        ] {
            assert_eq!(PlanSearch::parse(text, "").admits(&row(PlanStatus::Active)), found, "{text}");
        }
    }

    #[test]
    fn every_status_belongs_to_one_of_the_buyers_three_states() {
        let all = [
            PlanStatus::Active,
            PlanStatus::Retrying,
            PlanStatus::Asked,
            PlanStatus::Paused,
            PlanStatus::Unpaid,
            PlanStatus::Ended,
        ];
        for status in all {
            let states = [PlanStanding::Active, PlanStanding::Paused, PlanStanding::Ended];
            let holding = states.into_iter().filter(|standing| standing.statuses().contains(&status));
            assert_eq!(holding.count(), 1, "{status:?}");
        }
        for standing in PlanStanding::ALL {
            assert_eq!(PlanStanding::parse(standing.name()), Some(standing));
            for status in all {
                let search = PlanSearch { text: String::new(), standing: Some(standing) };
                assert_eq!(search.admits(&row(status)), standing.statuses().contains(&status));
            }
        }
    }

    #[test]
    fn an_address_carries_the_terms() {
        let search = PlanSearch::parse(" 太郎 ", "attention");
        assert_eq!(search.query(), "q=%E5%A4%AA%E9%83%8E&state=attention");
        assert_eq!(PlanSearch::parse("", "nothing"), PlanSearch::default());
        assert_eq!(PlanSearch::default().query(), "");
        assert_eq!(PlanSearch::parse(&"あ".repeat(500), "").text.chars().count(), LONGEST);
        let merchant = MerchantId::new("4000").unwrap();
        assert_eq!(PlanSearch::parse("taro@EXAMPLE.com", "").mail_key(&merchant), row(PlanStatus::Active).mail_key());
        assert_eq!(PlanSearch::parse("M-100", "").user_key(&merchant), row(PlanStatus::Active).user_key());
    }
}
