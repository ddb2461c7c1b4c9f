//! Every statement on `operators_*`, one file per noun.

pub(crate) mod links;
pub(crate) mod operators;
pub(crate) mod organisations;
pub(crate) mod sessions;
pub(crate) mod tokens;
