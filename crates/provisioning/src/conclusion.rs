//! What a client concludes from an answer, in plain words, with the codes that Entra writes into its own log. Pure.
//!
//! What Entra does is known from its documentation and from what others have seen (scim.md §9.2, §9.7, §9.8). Of other
//! clients only what the protocol says.

use kernel::text_enum;
use serde::Serialize;
use utoipa::ToSchema;

use crate::operation::Operation;

text_enum!(
    /// How a call went, at a glance.
    pub enum Mood {
        /// As it should.
        Good = "good",
        /// Not done yet, and nothing to mend: the client comes again.
        Waiting = "waiting",
        /// This one user or group is not provisioned.
        Trouble = "trouble",
        /// Nothing is provisioned any more.
        Grave = "grave",
    }
);

/// What is known of a call.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What it means.
    pub operation: Operation,
    /// The HTTP status of the answer.
    pub status: u16,
    /// SCIM's kind of error.
    pub scim_type: Option<&'a str>,
    /// What the answer says of the failure.
    pub detail: Option<&'a str>,
    /// How many resources a list has in all.
    pub results: Option<u64>,
    /// Which dialect was spoken.
    pub dialect: Option<&'a str>,
}

/// What a client concludes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CallConclusion)]
pub struct Conclusion {
    /// How it went.
    pub mood: Mood,
    /// What the client makes of it, for people.
    pub sentence: String,
    /// The code in Entra's provisioning log, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_code: Option<&'static str>,
}

impl Conclusion {
    /// Before it is drawn.
    pub(crate) fn pending() -> Self {
        Self { mood: Mood::Good, sentence: String::new(), log_code: None }
    }
}

/// How Entra goes on with one user or group that failed.
const ESCROW: &str = "tries this one again in later cycles, after 6, 12 and 24 hours and then daily, for 28 days";

/// Draws the conclusion.
pub fn conclude(facts: &Facts<'_>) -> Conclusion {
    let conclusion = match facts.status {
        200..=299 | 304 => good(facts),
        _ => bad(facts),
    };
    if facts.dialect != Some("okta") {
        // Where nothing tells who speaks, it is most likely Entra with the protocol's own words.
        return conclusion;
    }
    let sentence = conclusion.sentence.replacen("Entra", "Okta", 1);
    Conclusion { sentence, log_code: None, ..conclusion }
}

fn good(facts: &Facts<'_>) -> Conclusion {
    use Operation as Op;
    let sentence = match (facts.operation, facts.results) {
        (Op::TestConnection, _) => "Entra sees that address and secret are right: the connection test passes",
        (Op::MatchUser, Some(0)) => "Entra finds nobody and will create the user next",
        (Op::MatchGroup, Some(0)) => "Entra finds no such group and will create it next",
        (Op::MatchUser, Some(1)) => "Entra has found its user here and will update that one",
        (Op::MatchGroup, Some(1)) => "Entra has found its group here and will update that one",
        (Op::MatchUser | Op::MatchGroup, Some(_)) => {
            return Conclusion {
                mood: Mood::Trouble,
                sentence:
                    "Entra finds several where one is expected and leaves this one out; the matching attribute must \
                           be unique"
                        .to_owned(),
                log_code: Some("DuplicateTargetEntries"),
            };
        }
        (Op::MatchUser | Op::MatchGroup, None) => "Entra has its answer, and will create or update accordingly",
        (Op::CheckReference, Some(0)) => "Entra sees that the reference is not there and will write it",
        (Op::CheckReference, _) => "Entra sees that the reference is there already",
        (Op::CreateUser, _) => "Entra has linked its user with the new one by our id",
        (Op::CreateGroup, _) => "Entra has linked its group with the new one by our id; members come next",
        (Op::DisableUser, _) => {
            "Entra takes the user for disabled; a deletion follows 30 days after it was deleted there, or never"
        }
        (Op::EnableUser, _) => "Entra takes the user for active; memberships are not sent again, and were kept",
        (Op::DeleteUser | Op::DeleteGroup, _) => "Entra forgets the link; a later one is created anew",
        (Op::UpdateUser | Op::UpdateGroup, _) => "Entra takes what it sent for done",
        (Op::AddMember | Op::RemoveMember | Op::ChangeMembers, _) => "Entra takes the membership for done",
        (Op::ReadUser | Op::ReadGroup, _) => "Entra compares this with what it has and sends what differs",
        (Op::Discover, _) => "Entra offers these attributes for its mapping",
        (Op::IssueToken, _) => "Entra calls with this access token until it ends",
        (Op::ListUsers | Op::ListGroups | Op::Bulk | Op::Unknown, _) => "Entra has what it asked for",
    };
    Conclusion { mood: Mood::Good, sentence: sentence.to_owned(), log_code: None }
}

fn bad(facts: &Facts<'_>) -> Conclusion {
    let looks = matches!(
        facts.operation,
        Operation::MatchUser
            | Operation::MatchGroup
            | Operation::TestConnection
            | Operation::CheckReference
            | Operation::ListUsers
            | Operation::ListGroups
    );
    let (mood, sentence, log_code) = match facts.status {
        401 | 403 => {
            let text = "Entra takes the credentials for wrong and puts the job into quarantine at once: it runs once a day, \
                        and is switched off after four weeks";
            (Mood::Grave, text.to_owned(), Some("Unauthorized"))
        }
        404 if looks || facts.operation == Operation::Unknown => {
            let text = "Entra takes the tenant URL for wrong and puts the job into quarantine at once";
            (Mood::Grave, text.to_owned(), None)
        }
        404 if matches!(facts.operation, Operation::DeleteUser | Operation::DeleteGroup) => {
            (Mood::Good, "Entra takes it for deleted already".to_owned(), None)
        }
        404 => {
            let text = "Entra sees that what it had linked is gone; it looks for a match again and creates it anew";
            (Mood::Trouble, text.to_owned(), Some("InvalidAnchor"))
        }
        409 => {
            let text = format!("Entra sees that another one has the same name or id, and {ESCROW}");
            (Mood::Trouble, text, Some("EntryConflict"))
        }
        429 => (Mood::Waiting, "Entra slows down and comes again".to_owned(), Some("TooManyRequests")),
        501 => (Mood::Trouble, format!("Entra sees that this is not supported, and {ESCROW}"), Some("NotImplemented")),
        503 if facts.detail.is_some_and(|detail| detail.starts_with("held,")) => {
            let text = "Entra asks again in the next cycle, about 40 minutes later, until somebody here has decided";
            (Mood::Waiting, text.to_owned(), None)
        }
        503 if facts.detail.is_some_and(|detail| detail.starts_with("refused,")) => {
            let text =
                "Entra asks again in later cycles and is refused until its wish changes or the decision is forgotten";
            (Mood::Waiting, text.to_owned(), None)
        }
        503 => (Mood::Waiting, "Entra asks again in the next cycle, about 40 minutes later".to_owned(), None),
        500..=599 => {
            let text = "Entra asks again in the next cycle, about 40 minutes later";
            (Mood::Trouble, text.to_owned(), Some("InternalServerError"))
        }
        _ if looks => {
            let text = "Entra cannot read the answer to its question; many of these end in quarantine";
            (Mood::Grave, text.to_owned(), Some("SystemForCrossDomainIdentityManagementServiceIncompatible"))
        }
        _ => {
            let kind = facts.scim_type.map(|kind| format!(" ({kind})")).unwrap_or_default();
            (Mood::Trouble, format!("Entra sees that what it sent is not taken{kind}, and {ESCROW}"), None)
        }
    };
    Conclusion { mood, sentence, log_code }
}

#[cfg(test)]
mod tests;
