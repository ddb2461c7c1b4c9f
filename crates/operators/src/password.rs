//! Passwords at rest: argon2id, away from the async threads, a few at a time.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
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
    /// A hasher.
    pub fn new(rng: Rng) -> Self {
        let stand_in = stand_in(&rng.bytes(), &rng.bytes());
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

fn params() -> Params {
    Params::new(MEMORY, PASSES, LANES, None).expect("invariant: the parameters are within argon2's limits")
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params())
}

/// What takes as long to check as a hash and is none: nobody knows a password that gives these bytes. To make a real one
/// would cost its 19 MiB at every start.
fn stand_in(salt: &[u8; 16], bytes: &[u8; 32]) -> String {
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: params().try_into().expect("invariant: the parameters can be written"),
        salt: Some(Salt::new(salt).expect("invariant: 16 bytes are a salt")),
        hash: Some(Output::new(bytes).expect("invariant: 32 bytes are a hash")),
    };
    hash.to_string()
}

fn hash(password: &[u8], salt: &[u8; 16]) -> String {
    let hash: PasswordHash = argon2().hash_password_with_salt(password, salt).expect("invariant: 16 bytes are a salt");
    hash.to_string()
}

fn verify(stored: &str, password: &[u8]) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| argon2().verify_password(password, &stored).is_ok())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test says enough")]

    use kernel::{Rng, Secret};

    use super::{Hasher, hash, stand_in};

    #[tokio::test]
    async fn where_there_is_no_password_as_much_is_checked() {
        let (real, none) = (hash(b"open sesame", &[7; 16]), stand_in(&[8; 16], &[9; 32]));
        assert!(!Hasher::is_outdated(&real) && !Hasher::is_outdated(&none), "{none}");
        assert_eq!(real.len(), none.len());
        let hasher = Hasher::new(Rng::system());
        let given = Secret::from("open sesame");
        for (stored, fits) in [(Some(real.as_str()), true), (Some(none.as_str()), false), (None, false)] {
            assert_eq!(hasher.verify(stored, &given).await.unwrap(), fits, "{stored:?}");
        }
    }
}
