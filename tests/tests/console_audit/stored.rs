//! What is stored of the merchants, so that two moments can be compared.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use local::{cloud::Caller, world::World};
use serde_json::Value;

/// Every item of every table but the counters of tries, by table and key. Of a session its being there counts, of a person all but the codes that were
/// typed: they are spent whatever comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored(BTreeMap<String, String>);

impl Stored {
    /// The same without the audit logs.
    pub(crate) fn without_log(&self) -> Self {
        Self(self.0.iter().filter(|(key, _)| !key.contains(" A#")).map(|(k, v)| (k.clone(), v.clone())).collect())
    }
}

/// What is stored now.
pub(crate) async fn stored(world: &World) -> Stored {
    let client = Client::new(&world.cloud().sdk_config(Caller::Operator));
    let mut found = BTreeMap::new();
    for table in &world.template().tables {
        let mut start = None;
        loop {
            let page = client.scan().table_name(&table.name).set_exclusive_start_key(start).send().await.unwrap();
            for item in page.items() {
                let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
                let (pk, sk) = (text("pk"), text("sk"));
                match pk.split('#').next().unwrap() {
                    "T" => continue,
                    "S" => drop(found.insert(format!("{} {pk} {sk}", table.name), String::new())),
                    "U" => drop(found.insert(format!("{} {pk} {sk}", table.name), person(text("doc")))),
                    _ => drop(found.insert(format!("{} {pk} {sk}", table.name), all(item))),
                }
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
    }
    assert!(found.len() > 5, "{found:?}");
    Stored(found)
}

fn all(item: &std::collections::HashMap<String, AttributeValue>) -> String {
    let sorted: BTreeMap<_, _> = item.iter().collect();
    format!("{sorted:?}")
}

fn person(document: &str) -> String {
    let mut person: Value = serde_json::from_str(document).unwrap();
    for spent in ["totp_step", "recovery", "version"] {
        let field = person.as_object_mut().unwrap().remove(spent);
        assert!(field.is_some(), "a person's record has another shape: {spent}");
    }
    person.to_string()
}
