//! Web push: a browser in which a person agrees is told of a sign-in while its page is closed (RFC 8030, W3C Push API).
//!
//! ```text
//! its page ──"tell me here also"──► subscription, sealed: where, and keys of the browser's
//! a sign-in asks ──► a job for each such browser ──► encrypted for it (RFC 8291), signed (RFC 8292) ──► its push service
//!                                                                                                    │
//!                  2xx: told · 404, 410: it is told no more · 429, 5xx: again, while the sign-in waits ◄───┘
//! ```
//!
//! What is told is that there is something to look at: no number, no name, no key. Whoever reads it opens the page, which asks
//! for the browser's key as always. Nothing is sent to anybody who did not ask for it in that very browser.
//!
//! Where a browser says it is to be told is the word of whoever sits at it: it is https, short, of a push service that the
//! configuration takes, and reached by the guarded way of webhooks (`signals::webhooks::guard`).

mod encrypt;
mod endpoint;
mod send;
mod subscribe;
mod vapid;
mod words;

use kernel::{Secret, Timestamp, text_enum};
use serde::Deserialize;

pub use send::SEND;

pub(crate) use endpoint::is_host;
pub(crate) use send::SendWebPushHandler;

#[cfg(test)]
pub(crate) use encrypt::tests::Receiver;

text_enum!(
    /// What a browser is told in.
    pub enum Language {
        /// English.
        English = "en",
        /// German.
        German = "de",
    }
);

/// What a browser hands out to be told by (W3C Push API §8), as its script sends it.
#[derive(Debug, Clone, Deserialize)]
pub struct Subscription {
    /// Where what is for it is posted.
    pub endpoint: Secret<String>,
    /// Its public key: an uncompressed point of P-256, base64url.
    pub p256dh: Secret<String>,
    /// A secret that it shares: 16 bytes, base64url.
    pub auth: Secret<String>,
}

/// A subscription as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredSubscription {
    pub service: String,
    /// Sealed.
    pub subscription: Vec<u8>,
    pub language: Language,
    pub created_at: Timestamp,
}

/// How it stands in a browser whose page is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebPush {
    /// What the browser subscribes with: the public half of the server's key, base64url.
    pub key: String,
    /// Whether the browser is told while its page is closed.
    pub on: bool,
}

/// What came of subscribing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscribed {
    /// The browser is told from now on.
    Yes,
    /// Its push service is not taken here.
    NotTaken {
        /// Why not, for who runs the server.
        why: String,
    },
}
