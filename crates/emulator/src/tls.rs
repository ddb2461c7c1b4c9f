//! TLS with an authority of our own, for clients that insist on https.
