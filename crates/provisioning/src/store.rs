//! Every SQL statement of the room, by noun.

pub(crate) mod calls;
pub(crate) mod connections;
pub(crate) mod ended;
pub(crate) mod former;
pub(crate) mod holds;
pub(crate) mod keys;
pub(crate) mod losses;
pub(crate) mod members;
pub(crate) mod pushes;
pub(crate) mod resources;
pub(crate) mod tokens;
pub(crate) mod user_groups;
