//! Every SQL statement of the directory sync, by noun.

pub(crate) mod adoptions;
pub(crate) mod changes;
pub(crate) mod lists;
pub(crate) mod packs;
pub(crate) mod runs;
pub(crate) mod settings;
pub(crate) mod staged;
pub(crate) mod subscriptions;
