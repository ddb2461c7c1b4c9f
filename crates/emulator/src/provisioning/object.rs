//! What users and groups share: matching, creating, comparing, changing, deleting.

use serde_json::Value;

use super::failure::Failure;
use super::job::Link;
use super::patch::{self, Difference, typed};
use super::path::as_text;
use super::run::Run;
use super::source::Entry;
use super::story::{Action, Story};
use super::target::id_of;
use crate::directory::Kind;

/// The endpoint of a kind.
pub fn endpoint(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "Users",
        Kind::Group => "Groups",
    }
}

/// Looks for a partner in the target, by each matching attribute in turn; two are one too many.
pub async fn match_partner(run: &Run<'_>, entry: &Entry, story: &mut Story) -> Result<Option<Value>, Failure> {
    if entry.matching.is_empty() {
        return Err(Failure::object("MandatoryFieldsMissing", "no matching attribute has a value"));
    }
    for (path, value) in &entry.matching {
        let mut found = run.target.matching(endpoint(entry.object.kind), path, value).await?;
        if found.len() > 1 {
            let detail = format!("{} resources have {} '{value}'", found.len(), path.text);
            return Err(Failure::object("DuplicateTargetEntries", detail));
        }
        if let Some(resource) = found.pop() {
            story.step("TargetEntryMatching", "matching", &format!("Found a match by {}", path.text));
            return Ok(Some(resource));
        }
    }
    story.step("TargetEntryMatching", "matching", "Found no match");
    Ok(None)
}

/// Remembers a partner.
pub fn link(run: &Run<'_>, entry: &Entry, resource: &Value, story: &mut Story) -> Result<Link, Failure> {
    let target = id_of(resource).ok_or_else(|| Failure::incompatible("a resource has no id"))?;
    story.found(&target);
    let link = Link {
        kind: entry.object.kind,
        target,
        managed: true,
        active: !entry.is_soft_deleted,
        members: std::collections::BTreeSet::new(),
        manager: None,
    };
    run.job.with(|state| state.links.insert(entry.id, link.clone()));
    run.notes().linked.push(entry.id);
    Ok(link)
}

/// Creates the object.
pub async fn create(run: &Run<'_>, entry: &Entry, story: &mut Story) -> Result<Action, Failure> {
    for (path, value) in entry.values.iter().filter(|(_, value)| value.is_some()) {
        let new = value.as_deref().map(|text| typed(path, text));
        story.modify(&path.text, None, new.as_ref());
    }
    story.attempt(Action::Create, &[]);
    let body = match entry.object.kind {
        Kind::User => patch::new_user(&entry.values, &run.behaviour),
        Kind::Group => patch::new_group(&entry.values, &run.behaviour),
    };
    let resource = run.target.create(endpoint(entry.object.kind), &body).await?;
    link(run, entry, &resource, story)?;
    Ok(Action::Create)
}

/// What differs between the mappings and the target. A source without a value changes nothing.
pub fn differences(run: &Run<'_>, entry: &Entry, resource: &Value) -> Vec<Difference> {
    let flows = if entry.object.kind == Kind::User { &run.users } else { &run.groups };
    let on_create = |text: &str| flows.iter().any(|flow| flow.only_on_create && flow.path.text == text);
    let wanted = entry.values.iter().filter(|(path, _)| !on_create(&path.text));
    wanted
        .filter_map(|(path, value)| {
            let new = value.clone()?;
            let old = path.read(resource);
            let same = old.is_some_and(|old| as_text(old) == as_text(&typed(path, &new)));
            (!same).then(|| Difference { path: path.clone(), old: old.cloned(), new })
        })
        .collect()
}

/// Sends what differs.
pub async fn update(
    run: &Run<'_>,
    entry: &Entry,
    link: &Link,
    differences: &[Difference],
    story: &mut Story,
) -> Result<Action, Failure> {
    if differences.is_empty() {
        return Ok(story.skip("RedundantExport", "The target has the same values"));
    }
    let gone = differences.iter().any(|one| one.path.is("active") && one.new.eq_ignore_ascii_case("false"));
    let action = if gone { Action::Disable } else { Action::Update };
    story.attempt(action, differences);
    let body = patch::attributes(run.dialect, differences, &run.behaviour);
    run.target.patch(endpoint(entry.object.kind), &link.target, &body).await?;
    Ok(action)
}

/// Deletes the object and forgets its partner.
pub async fn delete(run: &Run<'_>, entry: &Entry, link: &Link, story: &mut Story) -> Result<Action, Failure> {
    story.attempt(Action::Delete, &[]);
    run.target.delete(endpoint(entry.object.kind), &link.target).await?;
    run.job.with(|state| state.links.remove(&entry.id));
    Ok(Action::Delete)
}
