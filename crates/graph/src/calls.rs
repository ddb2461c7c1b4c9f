//! The calls that Vestibule makes, by noun.

mod apps;
mod groups;
mod methods;
mod users;

pub use apps::GRAPH_APP_ID;
pub use users::{Existence, UserKey};
