//! Secrets at rest: AES-256-GCM under a master key that is not in the database, bound to table, row and column.
//!
//! A sealed value is `1 | key id (4) | nonce (12) | ciphertext and tag`. The place it belongs to is authenticated, so
//! that a value copied to another row or column does not open. Rotation: the first key of the ring seals, every key of
//! the ring opens, and [`reseal`] moves old values to the first key.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use kernel::{Rng, Secret};
use uuid::Uuid;

use crate::{Sql, StoreError, Tx};

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4 + 12;

/// Where a sealed value lives; authenticated with it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's id.
    pub row: Uuid,
    /// The column.
    pub column: &'a str,
}

impl Place<'_> {
    fn text(&self) -> String {
        format!("{}/{}/{}", self.table, self.row, self.column)
    }
}

/// A 32-byte master key, written as 64 hexadecimal digits or base64.
pub struct MasterKey(Secret<[u8; 32]>);

impl MasterKey {
    /// Reads a key as an administrator wrote it.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        use base64::Engine as _;
        let text = text.trim();
        let bytes = hex::decode(text)
            .ok()
            .or_else(|| base64::engine::general_purpose::STANDARD.decode(text).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        match bytes {
            Some(bytes) => Ok(Self(Secret::new(bytes))),
            None => Err(StoreError::Settings(
                "a master key is 32 bytes, written as 64 hexadecimal digits or as base64".to_owned(),
            )),
        }
    }

    /// A fresh key as text, for a key file.
    pub fn generate(rng: &Rng) -> Secret<String> {
        Secret::new(hex::encode(rng.bytes::<32>()))
    }

    fn id(&self) -> [u8; 4] {
        let hash = digest(&SHA256, self.0.expose());
        let mut id = [0; 4];
        id.copy_from_slice(&hash.as_ref()[..4]);
        id
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, self.0.expose()).expect("invariant: a master key has 32 bytes");
        LessSafeKey::new(key)
    }
}

/// The ring of master keys: the first seals, all open. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    keys: Arc<Vec<([u8; 4], LessSafeKey)>>,
    rng: Rng,
}

impl Sealer {
    /// A ring of at least one key, newest first.
    pub fn new(keys: &[MasterKey], rng: Rng) -> Result<Self, StoreError> {
        if keys.is_empty() {
            return Err(StoreError::Settings("at least one master key is needed".to_owned()));
        }
        let keys = keys.iter().map(|key| (key.id(), key.cipher())).collect();
        Ok(Self { keys: Arc::new(keys), rng })
    }

    /// Seals a value for its place.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        let (id, cipher) = &self.keys[0];
        let nonce: [u8; 12] = self.rng.bytes();
        let mut text = plain.to_vec();
        cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place.text()), &mut text)
            .expect("invariant: a secret is far shorter than the cipher's limit");
        let mut sealed = Vec::with_capacity(HEADER + text.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&text);
        sealed
    }

    /// Opens a value at its place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret<Vec<u8>>, StoreError> {
        let refuse = |reason| StoreError::Sealed { place: place.text(), reason };
        if sealed.len() < HEADER || sealed[0] != VERSION {
            return Err(refuse("it is not a sealed value"));
        }
        let (_, cipher) = self
            .keys
            .iter()
            .find(|(id, _)| id == &sealed[1..5])
            .ok_or_else(|| refuse("its master key is not in the ring"))?;
        let nonce = Nonce::try_assume_unique_for_key(&sealed[5..HEADER]).map_err(|_| refuse("it is damaged"))?;
        let mut text = sealed[HEADER..].to_vec();
        let length = cipher
            .open_in_place(nonce, Aad::from(place.text()), &mut text)
            .map_err(|_| refuse("it was changed, or belongs to another place"))?
            .len();
        text.truncate(length);
        Ok(Secret::new(text))
    }

    /// Opens a value that is text.
    pub fn open_text(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret<String>, StoreError> {
        let bytes = self.open(place, sealed)?;
        let text = String::from_utf8(bytes.expose().clone())
            .map_err(|_| StoreError::Sealed { place: place.text(), reason: "it is not text" })?;
        Ok(Secret::new(text))
    }

    /// Whether the newest key sealed this value.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.get(1..5).is_some_and(|id| id == self.keys[0].0)
    }
}

/// A column that holds sealed values: the room that owns the table names it, `vestibule keys rotate` walks it.
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    /// The table; its key is the column `id`.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
}

/// Moves every value of a column to the newest key; returns how many moved.
pub async fn reseal(tx: &mut Tx, sealer: &Sealer, column: SealedColumn) -> Result<u64, StoreError> {
    let SealedColumn { table, column } = column;
    let rows = tx
        .select(
            Sql::new("SELECT id, ")
                .push(column)
                .push(" AS sealed FROM ")
                .push(table)
                .push(" WHERE ")
                .push(column)
                .push(" IS NOT NULL"),
        )
        .await?;
    let mut moved = 0;
    for row in rows {
        let id: Uuid = row.get("id")?;
        let sealed: Vec<u8> = row.get("sealed")?;
        if sealer.is_current(&sealed) {
            continue;
        }
        let place = Place { table, row: id, column };
        let fresh = sealer.seal(place, sealer.open(place, &sealed)?.expose());
        let sql = Sql::new("UPDATE ").push(table).push(" SET ").push(column).push(" = ").bind(fresh);
        moved += tx.alter(sql.push(" WHERE id = ").bind(id)).await?;
    }
    Ok(moved)
}

#[cfg(test)]
mod tests;
