//! A directory as lines of JSON, log included, so that a restart changes nothing: delta links of before go on.
//!
//! The first line is the head, then one line per user, per group and per log entry. Reading rebuilds every index.

use std::io::{BufRead, Write};

use kernel::Timestamp;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::property::{Mask, Prop, find, user};
use super::record::{Pen, Record};
use super::{Change, Directory, Draw, Group, Kind, Life, NONE, Ref, User};

/// Why a snapshot cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file failed.
    #[error("cannot read or write the snapshot")]
    File(#[from] std::io::Error),
    /// A line is not what it should be.
    #[error("a line of the snapshot is not of this version")]
    Line(#[from] serde_json::Error),
    /// It ends too early.
    #[error("the snapshot ends early")]
    Short,
}

#[derive(Serialize, Deserialize)]
struct Head {
    users: usize,
    groups: usize,
    log: usize,
    origin: u64,
    draw: u64,
    oldest_deletion: Option<Timestamp>,
    domains: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredUser {
    id: Uuid,
    born: Timestamp,
    life: StoredLife,
    manager: Option<u32>,
    admin: bool,
    properties: Vec<(String, Box<RawValue>)>,
}

#[derive(Serialize, Deserialize)]
struct StoredGroup {
    id: Uuid,
    born: Timestamp,
    life: StoredLife,
    users: Vec<u32>,
    groups: Vec<u32>,
    department: Option<Box<str>>,
    properties: Vec<(String, Box<RawValue>)>,
}

#[derive(Serialize, Deserialize)]
enum StoredLife {
    Live,
    Deleted(Timestamp),
    Purged,
}

#[derive(Serialize, Deserialize)]
struct StoredEntry {
    object: (bool, u32),
    at: Timestamp,
    change: StoredChange,
}

#[derive(Serialize, Deserialize)]
enum StoredChange {
    Created,
    /// The mask in two halves: JSON numbers end at 64 bits.
    Set(u64, u64),
    Manager,
    Member((bool, u32), bool),
    Deleted,
    Restored,
    Purged,
}

impl Directory {
    /// Makes positions of before meaningless, as when everybody was replaced.
    pub fn set_origin(&mut self, origin: u64) {
        self.origin = origin;
    }

    /// Writes everything.
    pub fn write_snapshot(&self, out: &mut impl Write) -> Result<(), SnapshotError> {
        let head = Head {
            users: self.users.len(),
            groups: self.groups.len(),
            log: self.log.len(),
            origin: self.origin,
            draw: self.draw.state(),
            oldest_deletion: self.oldest_deletion,
            domains: self.domains.clone(),
        };
        line(out, &head)?;
        for (ordinal, user) in (0..).zip(&self.users) {
            line(out, &stored_user(user, self.admins.contains(ordinal))?)?;
        }
        for group in &self.groups {
            line(out, &stored_group(group)?)?;
        }
        for entry in &self.log {
            line(out, &StoredEntry { object: pair(entry.object), at: entry.at, change: stored_change(entry.change) })?;
        }
        Ok(())
    }

    /// Reads what [`Directory::write_snapshot`] wrote.
    pub fn read_snapshot(input: &mut impl BufRead) -> Result<Self, SnapshotError> {
        let mut lines = Lines { input, text: String::new() };
        let head: Head = lines.next()?;
        let mut directory = Self::empty(head.origin, head.domains);
        directory.draw = Draw::new(head.draw);
        directory.oldest_deletion = head.oldest_deletion;
        for ordinal in 0..head.users {
            directory.put_user(u32::try_from(ordinal).unwrap_or(NONE), lines.next()?);
        }
        for ordinal in 0..head.groups {
            directory.put_group(u32::try_from(ordinal).unwrap_or(NONE), lines.next()?);
        }
        directory.link_back();
        for _ in 0..head.log {
            let StoredEntry { object, at, change } = lines.next()?;
            directory.note(unpair(object), change_of(&change), at);
        }
        Ok(directory)
    }

    fn put_user(&mut self, ordinal: u32, stored: StoredUser) {
        let record = record_of(Kind::User, &stored.properties);
        let life = life_of(&stored.life);
        match life {
            Life::Live => {
                self.live_users.insert(ordinal);
                if let Some(name) = record.text(user::USER_PRINCIPAL_NAME) {
                    self.by_name.insert(name.to_lowercase().into(), ordinal);
                }
            }
            Life::Deleted(_) => {
                self.deleted_users.insert(ordinal);
            }
            Life::Purged => {}
        }
        if stored.admin {
            self.admins.insert(ordinal);
        }
        self.by_id.insert(stored.id, Ref::user(ordinal));
        self.users.push(User {
            id: stored.id,
            record,
            life,
            born: stored.born,
            manager: stored.manager.unwrap_or(NONE),
            reports: Vec::new(),
            groups: Vec::new(),
            head: NONE,
        });
    }

    fn put_group(&mut self, ordinal: u32, stored: StoredGroup) {
        let life = life_of(&stored.life);
        match life {
            Life::Live => self.live_groups.insert(ordinal),
            Life::Deleted(_) => self.deleted_groups.insert(ordinal),
            Life::Purged => false,
        };
        self.by_id.insert(stored.id, Ref::group(ordinal));
        self.groups.push(Group {
            id: stored.id,
            record: record_of(Kind::Group, &stored.properties),
            life,
            born: stored.born,
            users: RoaringBitmap::from_iter(stored.users),
            groups: RoaringBitmap::from_iter(stored.groups),
            parents: Vec::new(),
            department: stored.department,
            head: NONE,
        });
    }

    /// Fills in the edges that point the other way.
    fn link_back(&mut self) {
        for (group, ordinal) in (0..self.groups.len()).zip(0_u32..) {
            for member in self.groups[group].users.clone() {
                self.users[member as usize].groups.push(ordinal);
            }
            for member in self.groups[group].groups.clone() {
                self.groups[member as usize].parents.push(ordinal);
            }
        }
        for (user, ordinal) in (0..self.users.len()).zip(0_u32..) {
            let manager = self.users[user].manager;
            if manager != NONE {
                self.users[manager as usize].reports.push(ordinal);
            }
        }
    }
}

struct Lines<'a, R> {
    input: &'a mut R,
    text: String,
}

impl<R: BufRead> Lines<'_, R> {
    fn next<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, SnapshotError> {
        self.text.clear();
        if self.input.read_line(&mut self.text)? == 0 {
            return Err(SnapshotError::Short);
        }
        Ok(serde_json::from_str(&self.text)?)
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), SnapshotError> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn stored_user(user: &User, admin: bool) -> Result<StoredUser, SnapshotError> {
    Ok(StoredUser {
        id: user.id,
        born: user.born,
        life: stored_life(user.life),
        manager: (user.manager != NONE).then_some(user.manager),
        admin,
        properties: properties(Kind::User, &user.record)?,
    })
}

fn stored_group(group: &Group) -> Result<StoredGroup, SnapshotError> {
    Ok(StoredGroup {
        id: group.id,
        born: group.born,
        life: stored_life(group.life),
        users: group.users.iter().collect(),
        groups: group.groups.iter().collect(),
        department: group.department.clone(),
        properties: properties(Kind::Group, &group.record)?,
    })
}

fn properties(kind: Kind, record: &Record) -> Result<Vec<(String, Box<RawValue>)>, SnapshotError> {
    record
        .iter()
        .map(|(prop, json)| {
            let name = kind.table()[usize::from(prop.0)].name.to_owned();
            let text = String::from_utf8_lossy(json).into_owned();
            Ok((name, RawValue::from_string(text)?))
        })
        .collect()
}

/// A property of another version is left out.
fn record_of(kind: Kind, properties: &[(String, Box<RawValue>)]) -> Record {
    let mut known: Vec<(Prop, &RawValue)> =
        properties.iter().filter_map(|(name, value)| Some((find(kind.table(), name)?, value.as_ref()))).collect();
    known.sort_by_key(|(prop, _)| *prop);
    let mut pen = Pen::default();
    for (prop, value) in known {
        pen.json(prop, value.get().as_bytes());
    }
    pen.finish()
}

fn stored_life(life: Life) -> StoredLife {
    match life {
        Life::Live => StoredLife::Live,
        Life::Deleted(at) => StoredLife::Deleted(at),
        Life::Purged => StoredLife::Purged,
    }
}

fn life_of(stored: &StoredLife) -> Life {
    match stored {
        StoredLife::Live => Life::Live,
        StoredLife::Deleted(at) => Life::Deleted(*at),
        StoredLife::Purged => Life::Purged,
    }
}

fn stored_change(change: Change) -> StoredChange {
    match change {
        Change::Created => StoredChange::Created,
        #[expect(clippy::cast_possible_truncation, reason = "the two halves of the mask")]
        Change::Set(mask) => StoredChange::Set((mask >> 64) as u64, mask as u64),
        Change::Manager => StoredChange::Manager,
        Change::Member { member, shadow } => StoredChange::Member(pair(member), shadow),
        Change::Deleted => StoredChange::Deleted,
        Change::Restored => StoredChange::Restored,
        Change::Purged => StoredChange::Purged,
    }
}

fn change_of(stored: &StoredChange) -> Change {
    match stored {
        StoredChange::Created => Change::Created,
        StoredChange::Set(high, low) => Change::Set(Mask::from(*high) << 64 | Mask::from(*low)),
        StoredChange::Manager => Change::Manager,
        StoredChange::Member(member, shadow) => Change::Member { member: unpair(*member), shadow: *shadow },
        StoredChange::Deleted => Change::Deleted,
        StoredChange::Restored => Change::Restored,
        StoredChange::Purged => Change::Purged,
    }
}

fn pair(object: Ref) -> (bool, u32) {
    (object.kind == Kind::Group, object.ordinal)
}

fn unpair((is_group, ordinal): (bool, u32)) -> Ref {
    if is_group { Ref::group(ordinal) } else { Ref::user(ordinal) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test says enough")]

    use kernel::Timestamp;

    use crate::directory::{Directory, Draw, generate, life};

    #[test]
    fn a_snapshot_read_back_writes_the_same_snapshot_and_lives_on_alike() {
        let now = Timestamp::parse("2026-01-09T02:02:12Z").unwrap();
        let mut directory = generate(3, 60, 12, now);
        let mut draw = Draw::new(9);
        for _ in 0..300 {
            life::step(&mut directory, &mut draw, now);
        }
        let mut written = Vec::new();
        directory.write_snapshot(&mut written).unwrap();
        let mut read = Directory::read_snapshot(&mut written.as_slice()).unwrap();
        let mut again = Vec::new();
        read.write_snapshot(&mut again).unwrap();
        assert!(written == again);
        assert_eq!(read.position(), directory.position());
        let (mut left, mut right) = (Draw::new(4), Draw::new(4));
        for _ in 0..300 {
            assert_eq!(life::step(&mut directory, &mut left, now), life::step(&mut read, &mut right, now));
        }
    }
}
