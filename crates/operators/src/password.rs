//! Passwords at rest: argon2id, away from the async threads, a few at a time.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use kernel::{Rng, Secret};
use tokio::sync::Semaphore;

use crate::OperatorsError;

/// Memory in KiB, passes and lanes (OWASP Password Storage Cheat Sheet, argon2id).
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many are worked on at once.
const AT_ONCE: usize = 4;
/// How many may wait; beyond that people are told to come back.
const WAITING: usize = 64;

/// Hashes and checks passwords. Cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    door: Arc<Semaphore>,
    seats: Arc<Semaphore>,
    /// Checked where there is no password, so that the answer takes as long.
    stand_in: Arc<str>,
    rng: Rng,
}

impl Hasher {
    /// A hasher. Takes as long as one hash.
    pub fn new(rng: Rng) -> Self {
        let stand_in = hash(&rng.bytes::<32>(), &rng.bytes());
        Self {
            door: Arc::new(Semaphore::new(WAITING)),
            seats: Arc::new(Semaphore::new(AT_ONCE)),
            stand_in: stand_in.into(),
            rng,
        }
    }

    /// The hash of a password as a PHC string.
    pub async fn hash(&self, password: &Secret<String>) -> Result<String, OperatorsError> {
        let (password, salt) = (password.clone(), self.rng.bytes());
        self.work(move || hash(password.expose().as_bytes(), &salt)).await
    }

    /// Whether a password fits its hash. Without a hash it never does, and takes as long.
    pub async fn verify(&self, stored: Option<&str>, password: &Secret<String>) -> Result<bool, OperatorsError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.stand_in).to_owned();
        let password = password.clone();
        let fits = self.work(move || verify(&stored, password.expose().as_bytes())).await?;
        Ok(known && fits)
    }

    /// Whether a stored hash was made with other parameters than today's.
    pub fn is_outdated(stored: &str) -> bool {
        !stored.starts_with(&format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}$"))
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, OperatorsError> {
        let _place = self.door.try_acquire().map_err(|_| OperatorsError::TooManySignIns)?;
        let _seat = self.seats.acquire().await.expect("invariant: the semaphore is never closed");
        Ok(tokio::task::spawn_blocking(work).await.expect("invariant: hashing does not panic"))
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher(argon2id)")
    }
}

fn argon2() -> Argon2<'static> {
    let params =
        Params::new(MEMORY, PASSES, LANES, None).expect("invariant: the parameters are within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &[u8], salt: &[u8; 16]) -> String {
    let hash: PasswordHash = argon2().hash_password_with_salt(password, salt).expect("invariant: 16 bytes are a salt");
    hash.to_string()
}

fn verify(stored: &str, password: &[u8]) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| argon2().verify_password(password, &stored).is_ok())
}
