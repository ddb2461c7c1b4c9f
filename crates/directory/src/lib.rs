//! The nouns, the change log, the in-memory index, `apply`.
