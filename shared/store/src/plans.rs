//! Regular purchases: one document each, found by the day on which a schedule has to look at it.

use domain::{
    CardOwner, MerchantId,
    recurring::plan::{Plan, PlanId},
};
use jiff::civil::Date;

use crate::{
    StoreError, Table,
    document::{Place, document, put_next},
    keys::{self, ONLY, PK, SK},
    payments::image_item,
    table::{Item, Write},
};

/// The regular purchases of all merchants.
#[derive(Clone, Debug)]
pub struct Plans {
    table: Table,
}

/// What became of a write of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanWritten {
    /// It stands.
    Done,
    /// Somebody wrote it first; this is what stands.
    Refused(Box<Plan>),
}

/// What became of a change of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanChanged {
    /// This was written.
    Written(Plan),
    /// Nothing was to be changed of this, which stands.
    Stands(Plan),
}

impl PlanChanged {
    /// The plan as it stands now.
    pub fn into_plan(self) -> Plan {
        match self {
            Self::Written(plan) | Self::Stands(plan) => plan,
        }
    }
}

/// How often a step is decided again over what somebody else wrote.
const DECISIONS: usize = 4;

/// Some of the plans that are looked at on a day, and behind which the next ones stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanPage {
    /// Which.
    pub plans: Vec<(MerchantId, PlanId)>,
    /// Asked for next: those behind it. None: these were the last.
    pub next: Option<(MerchantId, PlanId)>,
}

impl Plans {
    /// The plans in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a plan, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, id: &PlanId) -> Result<Option<Plan>, StoreError> {
        document(self.table.get(&keys::plan(merchant, id), ONLY).await?)
    }

    /// The plans that are charged to an owner's card, in whatever state, strongly.
    ///
    /// # Errors
    /// [`StoreError`]; one that can't be read hides the others, too.
    pub async fn of_owner(&self, merchant: &MerchantId, owner: &CardOwner) -> Result<Vec<Plan>, StoreError> {
        let mut plans = Vec::new();
        for id in self.names_of_owner(merchant, owner).await? {
            plans.extend(self.load(merchant, &id).await?);
        }
        Ok(plans)
    }

    /// The names of the plans that are charged to an owner's card, strongly: where one that can't be read must hold up no other. A name may be of no plan
    /// (any more).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn names_of_owner(&self, merchant: &MerchantId, owner: &CardOwner) -> Result<Vec<PlanId>, StoreError> {
        let items = self.table.all(keys::plans_of_owner(merchant, owner)).await?;
        let name = |item: &Item| PlanId::new(item.get(SK)?.as_s().ok()?.as_str()).ok();
        Ok(items.iter().filter_map(name).collect())
    }

    /// Writes a plan in place of version - 1, or where nothing was, and files it under the day on which it is looked at next.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put(&self, plan: &Plan) -> Result<PlanWritten, StoreError> {
        if plan.version == 1 {
            // Beside the owner before it is there: whoever dies in between leaves a name that nothing answers to, never a plan that is not found.
            let (of_owner, name) = (keys::plans_of_owner(&plan.merchant, &plan.owner), plan.id.as_str());
            let place = Place { pk: of_owner, sk: name, forgotten_at: None, due: None };
            put_next(&self.table, place, &plan.id, 1).await?;
        }
        let due = plan.looked_at_on().map(|day| keys::plans_due(day, keys::plan_shard(&plan.id)));
        let place = Place { pk: keys::plan(&plan.merchant, &plan.id), sk: ONLY, forgotten_at: None, due };
        match put_next(&self.table, place, plan, plan.version).await? {
            Write::Done => Ok(PlanWritten::Done),
            Write::Refused(stands) => {
                document(Some(stands))?.map(|plan| PlanWritten::Refused(Box::new(plan))).ok_or(StoreError::Conflict)
            }
        }
    }

    /// Writes what `step` makes of a plan; where somebody was quicker, what it makes of theirs. A step that makes None changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when others keep moving it.
    pub async fn change(
        &self,
        plan: Plan,
        step: impl Fn(&Plan) -> Option<Plan> + Send,
    ) -> Result<PlanChanged, StoreError> {
        let mut stands = plan;
        for _ in 0..DECISIONS {
            let Some(next) = step(&stands) else { return Ok(PlanChanged::Stands(stands)) };
            match self.put(&next).await? {
                PlanWritten::Done => return Ok(PlanChanged::Written(next)),
                PlanWritten::Refused(theirs) => stands = *theirs,
            }
        }
        Err(StoreError::Conflict)
    }

    /// The plans of one shard that are filed under a day, as the index knows them: seconds behind. Read each again before anything is done.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_on(
        &self,
        day: Date,
        shard: u8,
        after: Option<&(MerchantId, PlanId)>,
        limit: i32,
    ) -> Result<PlanPage, StoreError> {
        let after = after.map(|(merchant, id)| (keys::plan(merchant, id), ONLY));
        let (items, next) = self.table.due(keys::plans_due(day, shard), after, Some(limit)).await?;
        Ok(PlanPage { plans: items.iter().filter_map(name_of).collect(), next: next.as_ref().and_then(name_of) })
    }
}

fn name_of(item: &Item) -> Option<(MerchantId, PlanId)> {
    item.get(PK).and_then(|pk| pk.as_s().ok()).and_then(|pk| keys::parse_plan(pk))
}

/// Reads the image of a stream record. None: the item is not a plan.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn from_stream(image: &serde_json::Map<String, serde_json::Value>) -> Result<Option<Plan>, StoreError> {
    let item = image_item(image);
    let is_plan = item.get(PK).and_then(|pk| pk.as_s().ok()).is_some_and(|pk| keys::parse_plan(pk).is_some());
    if is_plan { document(Some(item)) } else { Ok(None) }
}
