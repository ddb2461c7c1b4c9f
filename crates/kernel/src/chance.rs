//! Chance, handed in. The system's generator is cryptographic; the seeded one is for tests only.

use std::fmt;
use std::sync::{Arc, Mutex};

use rand::rngs::{OsRng, StdRng};
use rand::{RngCore, SeedableRng, TryRngCore};

/// Draws random bytes. Cheap to clone.
#[derive(Clone)]
pub struct Rng(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Rng {
    /// The operating system's cryptographic generator.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable generator, for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fills an array with random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => {
                OsRng.try_fill_bytes(&mut bytes).expect("invariant: the operating system has random bytes");
            }
            Source::Seeded(generator) => {
                generator.lock().expect("invariant: no holder panics").fill_bytes(&mut bytes);
            }
        }
        bytes
    }

    /// A random number from 0 up to, not including, `bound`; 0 when `bound` is 0.
    pub fn below(&self, bound: u64) -> u64 {
        // 128 bits make the bias of the remainder smaller than anyone can see.
        let wide = u128::from_le_bytes(self.bytes());
        u64::try_from(wide % u128::from(bound.max(1))).unwrap_or(0)
    }

    /// A URL-safe random text that carries `N` random bytes.
    pub fn token<const N: usize>(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<N>())
    }
}

impl fmt::Debug for Rng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Rng(system)",
            Source::Seeded(_) => "Rng(seeded)",
        })
    }
}
