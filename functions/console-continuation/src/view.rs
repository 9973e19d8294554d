//! Which rows of a plan are shown: a search, a choice, a page of them.

use console::Refusal;
use domain::{
    recurring::continuation::{PlanRow, Run, Standing},
    search::folded,
    wire::Parameters,
};
use inbound::continuation::{PlanRowsError, plan_rows};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::StoreError;

use crate::Call;

/// Rows of a page: with both fields of each a form stays small, and a telephone keeps up.
pub(crate) const PAGE: usize = 200;

/// Reads the rows of a run's plan. None: it has none yet, or they are kept no longer.
pub(crate) async fn rows(call: &Call<'_>, run: &Run) -> Result<Option<Vec<PlanRow>>, Refusal> {
    match plan_rows(&call.deps.files, run).await {
        Ok(rows) => Ok(rows),
        Err(PlanRowsError::Outbound(error)) => Err(error.into()),
        Err(PlanRowsError::Unreadable(_)) => {
            Err(StoreError::Unreadable { pk: run.id.to_string(), what: "rows" }.into())
        }
    }
}

/// Which rows somebody wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    Flagged,
    Edited,
    Left,
}

impl Which {
    /// Every choice.
    pub(crate) const ALL: [Self; 4] = [Self::All, Self::Flagged, Self::Edited, Self::Left];

    /// Its name in addresses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Flagged => "flagged",
            Self::Edited => "edited",
            Self::Left => "left",
        }
    }

    fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|which| which.name() == name).unwrap_or(Self::All)
    }

    fn admits(self, run: &Run, place: u32, row: &PlanRow) -> bool {
        match self {
            Self::All => true,
            Self::Flagged => !row.flags.is_empty() || row.standing != Standing::Open,
            Self::Edited => run.edits.contains_key(&place),
            Self::Left => run.charge(place, row).is_none(),
        }
    }
}

/// What is looked at of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// What is searched, as it was typed.
    pub(crate) wanted: String,
    pub(crate) which: Which,
    /// Which page, from 1.
    pub(crate) page: usize,
}

/// A page of rows.
pub(crate) struct Shown<'a> {
    /// The rows with their places in the plan.
    pub(crate) rows: Vec<(u32, &'a PlanRow)>,
    /// How many there are on all pages.
    pub(crate) all: usize,
    /// How many stand before them.
    pub(crate) before: usize,
}

impl View {
    /// What an address or a form asks for.
    pub(crate) fn of(field: impl Fn(&str) -> String) -> Self {
        let page = field("page").parse().unwrap_or(1).max(1);
        Self { wanted: field("find"), which: Which::parse(&field("which")), page }
    }

    /// What a request's address asks for.
    pub(crate) fn asked(call: &Call<'_>) -> Self {
        let terms = Parameters::parse(call.request.uri().query().unwrap_or_default().as_bytes()).ok();
        let value = |name: &str| terms.as_ref().and_then(|terms| terms.value(name)).unwrap_or_default().to_vec();
        Self::of(|name| String::from_utf8(value(name)).unwrap_or_default())
    }

    /// Its address, behind that of the run.
    pub(crate) fn query(&self, page: usize) -> String {
        let wanted = utf8_percent_encode(&self.wanted, NON_ALPHANUMERIC);
        format!("?find={wanted}&which={}&page={page}", self.which.name())
    }

    /// The rows of its page.
    pub(crate) fn shown<'a>(&self, run: &Run, rows: &'a [PlanRow]) -> Shown<'a> {
        let wanted = folded(&self.wanted);
        let found: Vec<(u32, &PlanRow)> = (0..)
            .zip(rows)
            .filter(|(place, row)| self.which.admits(run, *place, row))
            .filter(|(_, row)| wanted.is_empty() || row.is_found_by(&wanted))
            .collect();
        let last = found.len().saturating_sub(1) / PAGE;
        let before = self.page.saturating_sub(1).min(last).saturating_mul(PAGE);
        let all = found.len();
        Shown { rows: found.into_iter().skip(before).take(PAGE).collect(), all, before }
    }
}

impl Shown<'_> {
    /// Its page, from 1.
    pub(crate) const fn page(&self) -> usize {
        (self.before / PAGE).saturating_add(1)
    }

    /// How many pages there are.
    pub(crate) const fn pages(&self) -> usize {
        self.all.div_ceil(PAGE)
    }
}
