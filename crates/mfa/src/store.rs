//! Every SQL statement of the room, by noun.

use store::seal::SealedColumn;

pub(crate) mod accounts;
pub(crate) mod attempts;
pub(crate) mod campaigns;
pub(crate) mod ceremonies;
pub(crate) mod codes;
pub(crate) mod devices;
pub(crate) mod early_receipts;
pub(crate) mod factors;
pub(crate) mod failures;
pub(crate) mod gateways;
pub(crate) mod keys;
pub(crate) mod merges;
pub(crate) mod message_log;
pub(crate) mod messages;
pub(crate) mod models;
pub(crate) mod policies;
pub(crate) mod portal;
pub(crate) mod providers;
pub(crate) mod pushes;
pub(crate) mod readiness;
pub(crate) mod registrations;
pub(crate) mod risks;
pub(crate) mod settings;
pub(crate) mod subscriptions;
pub(crate) mod text;
pub(crate) mod transactions;
pub(crate) mod walks;

/// What is sealed in the room's tables, for the rotation of master keys.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn { table: "mfa_keys", column: "private_key" },
    factors::SEALED,
    ceremonies::SEALED,
    gateways::SEALED,
    messages::SEALED,
    messages::SEALED_PEPPER,
    pushes::SEALED,
    subscriptions::SEALED,
    subscriptions::SEALED_KEY,
];
