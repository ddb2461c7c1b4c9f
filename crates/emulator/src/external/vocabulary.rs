//! The words of External MFA: what may be reached (`acr`), by what (`amr`), and of which type that is.

/// What a provider may prove after a password.
pub const AFTER_KNOWLEDGE: &str = "possessionorinherence";

/// Proofs that are possession.
pub const POSSESSION: [&str; 8] = ["fido", "hwk", "otp", "pop", "sc", "sms", "swk", "tel"];
/// Proofs that are inherence.
pub const INHERENCE: [&str; 5] = ["face", "fpt", "iris", "retina", "vbm"];

/// Every proof, in the order of the documents' example.
pub const EVERY: [&str; 13] =
    ["face", "fido", "fpt", "hwk", "iris", "otp", "pop", "retina", "sc", "sms", "swk", "tel", "vbm"];

/// Whether a proof is in the vocabulary.
pub fn is_known(amr: &str) -> bool {
    EVERY.contains(&amr)
}

/// Whether a proof reaches a class. No proof is knowledge.
pub fn reaches(amr: &str, acr: &str) -> bool {
    let (possession, inherence) = (POSSESSION.contains(&amr), INHERENCE.contains(&amr));
    match acr {
        "possession" | "knowledgeorpossession" => possession,
        "inherence" | "knowledgeorinherence" => inherence,
        "possessionorinherence" | "knowledgeorpossessionorinherence" => possession || inherence,
        _ => false,
    }
}
