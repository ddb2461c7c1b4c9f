//! What an authenticator says of itself in the data that it signs (W3C WebAuthn §6.1).

use serde_cbor_2::Value as Cbor;
use uuid::Uuid;

/// Bytes before the attested credential: hash of the relying party's id, flags, counter.
const HEAD: usize = 32 + 1 + 4;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// What an authenticator says of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SelfPortrait {
    pub aaguid: Option<Uuid>,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub counter: u32,
}

/// Reads an attestation object. It has been verified before: what cannot be read says nothing.
pub fn read(attestation_object: &[u8]) -> SelfPortrait {
    let Ok(Cbor::Map(map)) = serde_cbor_2::from_slice::<Cbor>(attestation_object) else {
        return SelfPortrait::default();
    };
    match map.get(&Cbor::Text("authData".to_owned())) {
        Some(Cbor::Bytes(data)) => of(data),
        _ => SelfPortrait::default(),
    }
}

/// The same attestation object without what it says of its model (W3C WebAuthn §8.7).
pub fn without_statement(attestation_object: &[u8]) -> Option<Vec<u8>> {
    let Ok(Cbor::Map(mut map)) = serde_cbor_2::from_slice::<Cbor>(attestation_object) else { return None };
    map.insert(Cbor::Text("fmt".to_owned()), Cbor::Text("none".to_owned()));
    map.insert(Cbor::Text("attStmt".to_owned()), Cbor::Map(std::collections::BTreeMap::new()));
    serde_cbor_2::to_vec(&Cbor::Map(map)).ok()
}

fn of(data: &[u8]) -> SelfPortrait {
    let Some((head, rest)) = data.split_at_checked(HEAD) else { return SelfPortrait::default() };
    let (flags, counter) = (head[32], [head[33], head[34], head[35], head[36]]);
    let aaguid = rest.get(..16).filter(|_| flags & ATTESTED != 0).and_then(|bytes| Uuid::from_slice(bytes).ok());
    SelfPortrait {
        aaguid: aaguid.filter(|id| !id.is_nil()),
        backup_eligible: flags & BACKUP_ELIGIBLE != 0,
        backed_up: flags & BACKED_UP != 0,
        counter: u32::from_be_bytes(counter),
    }
}
