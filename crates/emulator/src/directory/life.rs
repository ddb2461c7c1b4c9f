//! Everyday life: one plausible change at a time, so that whoever watches the directory sees something move.
//!
//! Works through the same edits as everything else. Deliberately never touches synced or privileged accounts in
//! ways that an administrator could not.

use kernel::Timestamp;
use serde_json::{Map, Value, json};

use super::edit::Author;
use super::generate::Draw;
use super::property::{group, user};
use super::{Directory, EditError, GroupDeletion, Kind, Ref};

/// Given names of people who are hired while we watch.
const GIVEN: [&str; 12] =
    ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Ken", "Radia", "Linus", "Margaret", "Niklaus", "Frances", "Donald"];
/// Their surnames, and the new names of people who marry.
const SURNAMES: [&str; 12] = [
    "Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Thompson", "Perlman", "Berg", "Hamilton", "Wirth", "Allen",
    "Knuth",
];
const DEPARTMENTS: [&str; 6] = ["Engineering", "Sales", "Marketing", "Finance", "Customer Support", "Logistics"];
const TITLES: [&str; 6] = [
    "Software Engineer",
    "Account Executive",
    "Marketing Specialist",
    "Accountant",
    "Support Engineer",
    "Logistics Coordinator",
];

/// Makes one change and tells of it in a sentence; `None` when chance picked something that could not be done.
pub fn step(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    match draw.below(100) {
        0..12 => hire(directory, draw, now).ok(),
        12..18 => leave(directory, draw, now),
        18..24 => marry(directory, draw, now),
        24..38 => transfer(directory, draw, now),
        38..44 => switch_account(directory, draw, now),
        44..68 => join(directory, draw, now),
        68..84 => quit(directory, draw, now),
        84..87 => found(directory, draw, now).ok(),
        87..88 => dissolve(directory, draw, now),
        88..90 => come_back(directory, draw, now),
        90..95 => new_chief(directory, draw, now),
        _ => promote(directory, draw, now),
    }
}

/// A live employee; never one of the first ten, who keep the tree of managers standing.
fn somebody(directory: &Directory, draw: &mut Draw) -> Option<u32> {
    let live = directory.live(Kind::User);
    let span = live.len().checked_sub(10)?;
    let rank = 10 + draw.below(usize::try_from(span).unwrap_or(0));
    let ordinal = live.select(u32::try_from(rank).ok()?)?;
    let member = directory.user(ordinal).record.get(user::USER_TYPE) == Some(b"\"Member\"");
    (member && !directory.is_admin(ordinal)).then_some(ordinal)
}

/// A live group whose members people may change.
fn some_group(directory: &Directory, draw: &mut Draw) -> Option<u32> {
    let live = directory.live(Kind::Group);
    let rank = draw.below(usize::try_from(live.len()).unwrap_or(0));
    let group = live.select(u32::try_from(rank).ok()?)?;
    let record = &directory.group(group).record;
    let fixed = record.is_true(group::ON_PREMISES_SYNC_ENABLED) || directory.group_has_type(group, "DynamicMembership");
    (!fixed).then_some(group)
}

fn name_of(directory: &Directory, object: Ref) -> String {
    let prop = match object.kind {
        Kind::User => user::DISPLAY_NAME,
        Kind::Group => group::DISPLAY_NAME,
    };
    directory.record(object).text(prop).unwrap_or_default()
}

fn patch(directory: &mut Directory, ordinal: u32, body: Value, now: Timestamp) -> Option<()> {
    let body = body.as_object()?;
    directory.patch_user(ordinal, body, Author::Service, now).ok().filter(|changed| *changed).map(drop)
}

fn hire(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Result<String, EditError> {
    let (given, surname) = (*draw.pick(&GIVEN), *draw.pick(&SURNAMES));
    let job = draw.below(DEPARTMENTS.len());
    let number = 10_000 + directory.slots(Kind::User);
    let local = format!("{}.{}{number}", given.to_lowercase(), surname.to_lowercase());
    let domain = directory.domains().first().cloned().unwrap_or_else(|| "contoso.com".to_owned());
    let name = format!("{local}@{domain}");
    let body = fields(json!({
        "displayName": format!("{given} {surname}"), "givenName": given, "surname": surname,
        "userPrincipalName": name, "mail": name, "mailNickname": local, "department": DEPARTMENTS[job],
        "jobTitle": TITLES[job], "companyName": "Contoso", "employeeId": format!("E{number}"),
        "employeeHireDate": now, "usageLocation": "SE", "accountEnabled": true,
    }));
    let id = directory.create_user(&body, Author::Service, now)?;
    let chief = somebody(directory, draw);
    if let (Some(person), Some(chief)) = (directory.find(id), chief) {
        directory.set_manager(person.ordinal, Some(chief), now);
        for _ in 0..2 {
            if let Some(group) = some_group(directory, draw) {
                // A second draw of the same group is no harm.
                let _ = directory.add_member(group, person, Author::Service, now);
            }
        }
    }
    Ok(format!("{given} {surname} was hired into {}", DEPARTMENTS[job]))
}

fn leave(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let ordinal = somebody(directory, draw)?;
    let name = name_of(directory, Ref::user(ordinal));
    directory.delete_user(ordinal, now);
    Some(format!("{name} left"))
}

fn marry(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let ordinal = somebody(directory, draw)?;
    let before = name_of(directory, Ref::user(ordinal));
    let record = &directory.user(ordinal).record;
    let given = record.text(user::GIVEN_NAME)?;
    let old = record.text(user::USER_PRINCIPAL_NAME)?;
    let (local, domain) = old.split_once('@')?;
    let surname = *draw.pick(&SURNAMES);
    let stem = local.split('.').next()?;
    let name = format!("{stem}.{}{}@{domain}", surname.to_lowercase(), ordinal);
    patch(
        directory,
        ordinal,
        json!({
            "displayName": format!("{given} {surname}"), "surname": surname, "userPrincipalName": name, "mail": name,
        }),
        now,
    )?;
    Some(format!("{before} is now {given} {surname}"))
}

fn transfer(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let ordinal = somebody(directory, draw)?;
    let job = draw.below(DEPARTMENTS.len());
    patch(directory, ordinal, json!({ "department": DEPARTMENTS[job], "jobTitle": TITLES[job] }), now)?;
    Some(format!("{} moved to {}", name_of(directory, Ref::user(ordinal)), DEPARTMENTS[job]))
}

fn promote(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let ordinal = somebody(directory, draw)?;
    let title = directory.user(ordinal).record.text(user::JOB_TITLE)?;
    let title =
        if title.starts_with("Senior ") { title.replacen("Senior", "Principal", 1) } else { format!("Senior {title}") };
    patch(directory, ordinal, json!({ "jobTitle": title }), now)?;
    Some(format!("{} is now {title}", name_of(directory, Ref::user(ordinal))))
}

fn switch_account(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let ordinal = somebody(directory, draw)?;
    let enabled = !directory.user(ordinal).record.is_true(user::ACCOUNT_ENABLED);
    patch(directory, ordinal, json!({ "accountEnabled": enabled }), now)?;
    let name = name_of(directory, Ref::user(ordinal));
    Some(format!("{name} was {}", if enabled { "enabled" } else { "disabled" }))
}

fn join(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let (person, group) = (Ref::user(somebody(directory, draw)?), some_group(directory, draw)?);
    directory.add_member(group, person, Author::Service, now).ok()?;
    Some(format!("{} joined {}", name_of(directory, person), name_of(directory, Ref::group(group))))
}

fn quit(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let group = some_group(directory, draw)?;
    let members = directory.member_users(group);
    let rank = draw.below(usize::try_from(members.len()).ok()?);
    let person = Ref::user(members.select(u32::try_from(rank).ok()?)?);
    directory.remove_member(group, person, Author::Service, now).ok()?;
    Some(format!("{} left {}", name_of(directory, person), name_of(directory, Ref::group(group))))
}

fn found(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Result<String, EditError> {
    let name = format!("Project {} {}", draw.pick(&SURNAMES), directory.slots(Kind::Group));
    let body = fields(json!({
        "displayName": name, "mailEnabled": false, "securityEnabled": true,
        "mailNickname": name.replace(' ', "").to_lowercase(), "description": "New project",
    }));
    let id = directory.create_group(&body, Author::Service, now)?;
    if let Some(group) = directory.find(id) {
        for _ in 0..5 {
            if let Some(person) = somebody(directory, draw) {
                // A second draw of the same person is no harm.
                let _ = directory.add_member(group.ordinal, Ref::user(person), Author::Service, now);
            }
        }
    }
    Ok(format!("{name} was founded"))
}

fn dissolve(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let group = some_group(directory, draw)?;
    let name = name_of(directory, Ref::group(group));
    let small = directory.member_users(group).len() < 50 && name.starts_with("Project ");
    small.then(|| directory.delete_group(group, GroupDeletion::Soft, now))?;
    Some(format!("{name} was dissolved"))
}

fn come_back(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let gone = directory.deleted(Kind::User);
    let rank = draw.below(usize::try_from(gone.len()).ok()?);
    let ordinal = gone.select(u32::try_from(rank).ok()?)?;
    directory.restore_user(ordinal, None, now).ok()?;
    Some(format!("{} came back", name_of(directory, Ref::user(ordinal))))
}

fn new_chief(directory: &mut Directory, draw: &mut Draw, now: Timestamp) -> Option<String> {
    let (person, chief) = (somebody(directory, draw)?, somebody(directory, draw)?);
    // A chief who was gone when the tree changed may have come back into a circle: the walk is bounded.
    let above = std::iter::successors(Some(chief), |next| directory.manager(*next));
    if above.take(64).any(|next| next == person) {
        return None;
    }
    directory.set_manager(person, Some(chief), now);
    let (person, chief) = (name_of(directory, Ref::user(person)), name_of(directory, Ref::user(chief)));
    Some(format!("{person} now reports to {chief}"))
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
