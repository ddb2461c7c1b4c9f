//! Why an attempt ended as it did, in plain words: what happened, and what to do about it.
//!
//! The words are the room's (`Refusal::code`, hints' and forms' faults). One that is not here is shown as it is.

/// A reason.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// The stable word.
    pub code: &'static str,
    /// In a few words, for lists.
    pub title: &'static str,
    /// What happened.
    pub text: &'static str,
    /// What to do; empty where nothing needs to be done.
    pub mend: &'static str,
}

const fn reason(code: &'static str, title: &'static str, text: &'static str, mend: &'static str) -> Reason {
    Reason { code, title, text, mend }
}

/// Every reason that is known here.
pub const ALL: &[Reason] = &[
    reason("proven", "Proved themselves", "The person showed a factor that counts, and Entra was told so.", ""),
    reason(
        "registered",
        "Registered a factor",
        "The person registered this factor by showing it, within a sign-in that it let pass or at their portal.",
        "",
    ),
    reason(
        "given_up",
        "Given up",
        "The person pressed Cancel on the page where they prove themselves.",
        "If they did not: somebody else knows their password. Have it changed, and look at the address below.",
    ),
    reason(
        "not_me",
        "“Not me”",
        "The person was asked in another browser of theirs, and said that it was not them.",
        "Somebody else knows their password: have it changed, and look at the address below.",
    ),
    reason(
        "wrong_number",
        "Wrong number",
        "The person was asked in another browser of theirs, and entered another number than the sign-in showed.",
        "Ask whether they were signing in themselves. If not, somebody else knows their password.",
    ),
    reason(
        "code_not_sent",
        "Code not sent",
        "A code was to be sent by mail, text message or call, and was not; the detail says why.",
        "The settings say what delivers codes, to which countries, and how much has been spent today.",
    ),
    reason(
        "code_not_delivered",
        "Code not delivered",
        "A code was sent by text message or call, and the gateway told afterwards that it did not arrive.",
        "The messages say which, and what the gateway calls it. Compare the person’s number in Entra, or ask the gateway.",
    ),
    reason(
        "wrong_code",
        "Wrong code",
        "The code is none of the person’s.",
        "Ask which app or token it came from: codes of another account in the same app are the usual cause.",
    ),
    reason(
        "code_used",
        "Code used before",
        "The code was right and had been used already. A code counts once, for ever.",
        "Wait for the next code. If the person has not used it before, somebody has seen it: take the factor away.",
    ),
    reason(
        "clock_off",
        "Clock off",
        "The code is right for another time: the clock of the phone or token is off, as the detail says.",
        "Set the phone to automatic time. Two codes in a row from a token make its drift known here by themselves.",
    ),
    reason(
        "no_factor",
        "No such factor",
        "A code was entered, and the person has no factor that makes such codes.",
        "Look at the person’s factors. A temporary code lets them in until they have registered one.",
    ),
    reason("code_expired", "Code expired", "The temporary code was right, and its time is over.", "Issue another one."),
    reason(
        "code_not_approved",
        "Code not approved",
        "The temporary code waits for a second administrator, because the person is in a privileged group.",
        "Another operator than the one who gave it approves it on the person’s page.",
    ),
    reason("malformed_code", "Not a code", "What was entered does not look like a code: something is missing.", ""),
    reason(
        "waits",
        "Had to wait",
        "There had been wrong codes, so that none was looked at until the time in the detail.",
        "Nothing: waiting helps. Unlocking the person ends the wait at once.",
    ),
    reason(
        "source_waits",
        "Address had to wait",
        "Too many wrong codes came from this address, over all people, so that none from there was looked at.",
        "If many people share the address, raise the limit for addresses in the settings. Else somebody guesses there.",
    ),
    reason(
        "locked",
        "Locked",
        "After too many wrong codes no code of the person’s is looked at any more. A passkey still counts.",
        "Make sure it is really them, then unlock them.",
    ),
    reason(
        "suspended",
        "Disabled in the directory",
        "The directory has the person disabled or deleted. Their factors are kept, and count again when they are back.",
        "Enable the person in Entra. Changes arrive with the next run of the directory sync.",
    ),
    reason(
        "too_many_tries",
        "Registration given up",
        "Too many wrong codes while an app was being registered: the key was thrown away.",
        "Begin the registration again.",
    ),
    reason(
        "ceremony_over",
        "Took too long",
        "The passkey was shown after its time, or in another window than the one that asked.",
        "Sign in again, in one window.",
    ),
    reason(
        "unknown_credential",
        "Passkey unknown",
        "The passkey is not registered for this person. It may have been removed here and still be on the device.",
        "Remove it from the device, and register it again.",
    ),
    reason(
        "assertion_rejected",
        "Passkey not accepted",
        "What the passkey answered does not verify; the detail says why.",
        "Without finger, face or PIN a passkey does not count. An address other than the registered one does not either.",
    ),
    reason(
        "credential_cloned",
        "Passkey may be a copy",
        "The security key counted backwards: there may be two of it.",
        "Take the key away from the person at once, and ask where it has been.",
    ),
    reason(
        "model_not_taken",
        "Model of the key not taken",
        "A policy takes other models of security keys for this person: the detail says whether this one is denied, not among \
         those that are allowed (not_allowed), or has not proved its model (not_attested).",
        "Give the person a key of a model that is taken, and a temporary code to register it with; or change the policy.",
    ),
    reason(
        "provider_off",
        "Switched off",
        "Entra asked, and the second factor of this tenant is switched off here.",
        "Switch it on, or take the method out of use in Entra.",
    ),
    reason(
        "redirect_uri",
        "Wrong reply address",
        "The answer was wanted at an address that is not the tenant’s sign-in service.",
        "Check that the tenant’s cloud is right. Else it was not Entra that asked.",
    ),
    reason(
        "client_id",
        "Wrong client id",
        "Entra called itself otherwise than was agreed.",
        "Copy the Client ID from the tenant’s set-up into the method in Entra.",
    ),
    reason(
        "hint_audience",
        "Wrong App ID",
        "Entra’s question was meant for another application.",
        "Make the App ID here and in the method in Entra the same. It is the application, not the client id.",
    ),
    reason(
        "hint_stale",
        "Question too old",
        "Entra’s question was issued too long ago.",
        "Look at this server’s clock (Health), and at whether the browser was left open on the way.",
    ),
    reason(
        "hint_early",
        "Question from the future",
        "Entra’s question was issued later than now.",
        "Look at this server’s clock (Health).",
    ),
    reason(
        "hint_unknown_key",
        "Unknown key of Entra’s",
        "The question is signed with a key that the sign-in service does not publish.",
        "Entra may have changed keys within the last minute: sign in again. Else it was not Entra that asked.",
    ),
    reason(
        "hint_keys_unavailable",
        "Entra’s keys out of reach",
        "The keys of the sign-in service could not be read, so that nothing could be checked.",
        "Look at the way out of this server: proxy, DNS, firewall. The tenant’s connection test tries the same.",
    ),
    reason("hint_foreign_key", "Key of another tenant", "The key belongs to another issuer than the tenant’s.", FORGED),
    reason("hint_signature", "Signature wrong", "The question is not signed by the key that it names.", FORGED),
    reason("hint_algorithm", "Algorithm refused", "The question is signed otherwise than with RS256.", FORGED),
    reason("hint_missing", "No question", "The part that names the person is missing.", FORGED),
    reason("hint_not_a_token", "Not a token", "The part that names the person is no signed token.", FORGED),
    reason(
        "hint_too_long",
        "Question too long",
        "The part that names the person is longer than any of Entra’s.",
        FORGED,
    ),
    reason("hint_critical", "Extension refused", "The token demands an extension that nobody knows.", FORGED),
    reason("hint_no_key_id", "No key named", "The token does not say which key signed it.", FORGED),
    reason("hint_claims", "Claims missing", "The token lacks what names a person and a tenant.", FORGED),
    reason(
        "hint_issuer",
        "Wrong issuer",
        "The token was issued by another service than the tenant’s.",
        "For guests whose home tenant issues it, add that tenant to the settings. Else it was not Entra that asked.",
    ),
    reason("hint_version", "Wrong version", "The token is not of version 2.0.", FORGED),
    reason("hint_tenant", "Wrong tenant", "The token is about another tenant than this one.", FORGED),
    reason(
        "hint_replayed",
        "Asked before",
        "The same question was asked before. Somebody pressed Back, reloaded, or a request was copied.",
        "Begin at the application, in a fresh window.",
    ),
    reason(
        "nonce_replayed",
        "Number used before",
        "A question with the same number was asked before.",
        "Begin at the application, in a fresh window.",
    ),
    reason(
        "portal_code",
        "Portal: code refused",
        "Entra refused the code of a sign-in to the portal; the detail says why.",
        "Mostly the portal’s reply address is not among the application’s, or its secret has expired.",
    ),
    reason(
        "portal_entra_error",
        "Portal: Entra said no",
        "Entra ended a sign-in to the portal with an error; the detail has it.",
        "Entra’s own sign-in log says why: mostly the person cancelled, lacks consent, or a policy stands in the way.",
    ),
    reason(
        "portal_client",
        "Portal: no credential",
        "The tenant’s application has no credential that the portal could sign people in with.",
        "Give the tenant a credential, and test it.",
    ),
    reason("portal_no_code", "Portal: no answer", "The portal was called without an answer of Entra’s.", ""),
    reason(
        "portal_somebody_else",
        "Portal: another person",
        "Another person signed in for a session of the portal that was open.",
        "Nothing: that session has ended. They sign in again, each in a browser of their own.",
    ),
    reason("id_token_not_a_token", "Portal: no token", "What Entra sent is no signed token.", MANGLED),
    reason("id_token_algorithm", "Portal: algorithm", "What Entra sent is signed otherwise than with RS256.", MANGLED),
    reason("id_token_foreign_key", "Portal: foreign key", "The key belongs to another issuer.", MANGLED),
    reason(
        "id_token_signature",
        "Portal: signature",
        "What Entra sent is not signed by the key that it names.",
        MANGLED,
    ),
    reason("id_token_claims", "Portal: claims", "What Entra sent lacks what names a person and a tenant.", MANGLED),
    reason(
        "id_token_nonce",
        "Portal: another sign-in",
        "The answer belongs to another sign-in than this one.",
        MANGLED,
    ),
    reason(
        "id_token_unknown_key",
        "Portal: unknown key",
        "What Entra sent is signed with a key that the sign-in service does not publish.",
        "Entra may have changed keys within the last minute: sign in again.",
    ),
    reason(
        "id_token_issuer",
        "Portal: wrong issuer",
        "What Entra sent was issued by another service than the tenant’s.",
        "Check that the tenant’s cloud is right.",
    ),
    reason(
        "id_token_tenant",
        "Portal: wrong tenant",
        "The person signed in with an account of another tenant.",
        "Have them sign in with the account of this tenant.",
    ),
    reason(
        "id_token_audience",
        "Portal: wrong application",
        "What Entra sent is meant for another application.",
        "Check the client id of the connected tenant.",
    ),
    reason(
        "id_token_time",
        "Portal: wrong time",
        "What Entra sent is not valid yet, or no longer.",
        "Look at this server’s clock (Health).",
    ),
    reason(
        "id_token_keys_unavailable",
        "Portal: Entra’s keys out of reach",
        "The keys of the sign-in service could not be read, so that nothing could be checked.",
        "Look at the way out of this server: proxy, DNS, firewall. The tenant’s connection test tries the same.",
    ),
    reason("not_posted", "Not posted", "Somebody opened the address to which Entra has browsers post.", FORGED),
    reason("not_a_form", "Not a form", "What was posted is not a form, as Entra’s is.", FORGED),
    reason("parameter_not_text", "Parameter not text", "A parameter cannot be carried back as it came.", FORGED),
    reason("form_too_long", "Form too long", "What was posted is longer than anything that Entra asks.", FORGED),
    reason("parameter_missing", "Parameter missing", "What was posted lacks a parameter, as the detail says.", FORGED),
    reason(
        "parameter_repeated",
        "Parameter twice",
        "A parameter stands twice, so that none of the two counts.",
        FORGED,
    ),
    reason("parameter_too_long", "Parameter too long", "A parameter is longer than any of Entra’s.", FORGED),
    reason("nonce_too_long", "Number too long", "The number of the question is longer than any of Entra’s.", FORGED),
    reason("scope", "Not OpenID Connect", "The scope does not ask for openid.", FORGED),
    reason("response_type", "Not for an ID token", "Something else than an id_token is asked for.", FORGED),
    reason("response_mode", "Not for a form post", "The answer is wanted otherwise than by form_post.", FORGED),
    reason(
        "claims_too_long",
        "Claims too long",
        "What kind of proof is asked for is said at too great a length.",
        FORGED,
    ),
    reason("claims_not_an_object", "Claims unreadable", "What kind of proof is asked for cannot be read.", FORGED),
    reason("claims_no_acr", "No strength asked for", "The question does not say how strong a proof is wanted.", FORGED),
    reason("claims_no_amr", "No kind asked for", "The question does not say which kinds of proof are taken.", FORGED),
    reason("claims_none", "No claim asked for", "A custom control asked, and for no claim.", FORGED),
    reason(
        "claims_unknown",
        "Claim not answered",
        "A custom control asked for a claim, or a value of one, that is not to be answered.",
        "Compare What is answered, in the settings under Custom controls, with ClaimsRequested of the control’s JSON.",
    ),
    reason(
        "claims_unmeetable",
        "Nothing that fits",
        "Entra asked for a kind of proof that is not allowed here, or the first factor was of the same kind.",
        "Allow more kinds in the settings. After a passkey as first factor Entra wants a finger or face, which nobody here can prove.",
    ),
];

const FORGED: &str = "Entra does not send this. Somebody tried something, or a proxy changed the request on its way.";

const MANGLED: &str =
    "Sign in again. If it stays: a proxy changed the answer on its way, or it was not Entra that answered.";

/// A reason by its word.
pub fn find(code: &str) -> Option<&'static Reason> {
    ALL.iter().find(|reason| reason.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn every_reason_is_told_once_and_in_whole_sentences() {
        let codes: BTreeSet<_> = ALL.iter().map(|reason| reason.code).collect();
        assert_eq!(codes.len(), ALL.len());
        for reason in ALL {
            assert!(reason.text.ends_with('.'), "{}", reason.code);
            assert!(reason.mend.is_empty() || reason.mend.ends_with('.'), "{}", reason.code);
        }
    }
}
