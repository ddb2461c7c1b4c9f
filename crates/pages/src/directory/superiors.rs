//! Managers by their names: a change knows them by their ids in the source, and people know them by their names.

use std::collections::HashMap;

use directory::permissions::ReadDirectory;
use directory::views::FieldChange;
use directory::{Directory, SourceId};
use kernel::May;
use serde_json::Value;
use uuid::Uuid;

/// Puts names in the place of ids wherever the manager of somebody of this source changed. Who is not known keeps the id.
pub async fn name<'c>(
    directory: &Directory,
    may: &May<ReadDirectory>,
    source: SourceId,
    changes: impl Iterator<Item = &'c mut FieldChange>,
) {
    let mut names = HashMap::new();
    for change in changes.filter(|change| change.field == "manager") {
        for side in [&mut change.before, &mut change.after] {
            let Some(id) = side.as_str().and_then(|id| Uuid::parse_str(id).ok()) else { continue };
            if let std::collections::hash_map::Entry::Vacant(unknown) = names.entry(id) {
                let found = directory.get_user_by_object_id(may, source, id).await.ok();
                unknown.insert(found.map(|user| user.name()));
            }
            if let Some(Some(name)) = names.get(&id) {
                *side = Value::from(name.as_str());
            }
        }
    }
}
