#![doc = include_str!("../README.md")]

pub mod error;
pub mod metadata;
pub mod relying_party;

mod authenticator;
#[cfg(any(test, feature = "double"))]
pub mod double;
#[cfg(any(test, feature = "double"))]
mod maker;

pub use error::PasskeyError;
pub use metadata::{Metadata, MetadataError, Model};
pub use relying_party::{Anchor, Begun, Holder, Proved, Record, Registered, RelyingParty, credential_id};

#[cfg(test)]
mod tests;
