//! Every SQL statement of the room, by noun.

pub(crate) mod calls;
pub(crate) mod connections;
pub(crate) mod holds;
pub(crate) mod keys;
pub(crate) mod losses;
pub(crate) mod pushes;
pub(crate) mod tokens;
pub(crate) mod user_groups;

/// A pattern for `LIKE … ESCAPE '\'` that finds folded text anywhere.
pub(crate) fn pattern(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("%{}%", text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}
pub(crate) mod former;
pub(crate) mod members;
pub(crate) mod resources;
