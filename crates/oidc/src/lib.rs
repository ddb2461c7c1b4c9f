//! Tokens, keys, discovery; both sides of the wire.
