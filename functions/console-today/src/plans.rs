//! Regular purchases that need somebody: a period that waits for a decision, or could not be charged.

use console::{Refusal, Visit};
use domain::search::{PlanRow, PlanSearch, PlanStanding};
use words::console::recurring as texts;

use crate::Deps;

/// How many stand on the page.
const SHOWN: usize = 10;

/// Those that need somebody.
pub(crate) struct Plans {
    pub(crate) rows: Vec<PlanView>,
    /// Where all of them are, if there are more.
    pub(crate) more: Option<&'static str>,
}

/// One as people read it.
pub(crate) struct PlanView {
    pub(crate) address: String,
    pub(crate) buyer: String,
    pub(crate) item: String,
    pub(crate) mark: &'static str,
    pub(crate) state: &'static str,
}

/// The merchant's, newest first.
pub(crate) async fn open(deps: &Deps, visit: &Visit) -> Result<Plans, Refusal> {
    let search = PlanSearch { text: String::new(), standing: Some(PlanStanding::Attention) };
    let page = deps.plans.page(visit.merchant_id(), &search, None, SHOWN).await?;
    Ok(Plans {
        rows: page.rows.iter().map(|row| PlanView::new(visit, row)).collect(),
        more: page.next.map(|_| "/console/recurring?state=attention"),
    })
}

impl PlanView {
    fn new(visit: &Visit, row: &PlanRow) -> Self {
        let named = [&row.name, &row.mail].into_iter().find(|text| !text.is_empty());
        Self {
            address: format!("/console/recurring/{}", row.id),
            buyer: named.map_or_else(|| row.order.to_string(), Clone::clone),
            item: row.item.clone(),
            mark: texts::mark(row.status),
            state: texts::status(visit.lang, row.status),
        }
    }
}
