//! Every statement on the tables of the room.

pub(crate) mod checklists;
pub(crate) mod consents;
pub(crate) mod credentials;
pub(crate) mod former;
pub(crate) mod tenants;

use store::seal::SealedColumn;

/// What is sealed in the room's tables, for the rotation of keys.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn { table: "tenants_tenants", column: "proxy_sealed" },
    SealedColumn { table: "tenants_credentials", column: "sealed" },
    SealedColumn { table: "tenants_consents", column: "sealed" },
];
