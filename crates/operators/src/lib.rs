#![doc = include_str!("../README.md")]

pub mod config;
pub mod error;
pub mod model;
pub mod origin;
pub mod password;
pub mod permissions;
pub mod rules;
pub mod service;

mod accounts;
mod authenticate;
mod links;
mod organisations;
mod routes;
mod sessions;
mod sign_in;
mod store;
mod tokens;

pub use config::Config;
pub use error::OperatorsError;
pub use links::SetUp;
pub use model::{
    IssuedToken, Link, LinkPurpose, LinkView, NewOperator, NewToken, OperatorState, OperatorUpdate, OperatorView,
    OrganisationView, Session, SessionId, SessionView, TokenView,
};
pub use origin::Origin;
pub use routes::routes;
pub use service::Operators;

#[cfg(test)]
mod tests;
