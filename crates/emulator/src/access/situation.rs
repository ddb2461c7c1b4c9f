//! One sign-in as policies see it.

use std::net::IpAddr;

use kernel::Timestamp;
use uuid::Uuid;

use super::Risk;
use crate::sign_in::ask::Platform;
use crate::sign_in::person::Person;
use crate::sign_in::session::Evidence;

/// One sign-in.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// Who.
    pub person: &'a Person,
    /// To what: the application and the API it wants a token for.
    pub targets: Vec<Uuid>,
    /// The authentication contexts it asks for.
    pub contexts: Vec<String>,
    /// What the person does instead of signing in: `urn:user:registersecurityinfo`.
    pub action: Option<&'a str>,
    /// From where.
    pub address: IpAddr,
    /// How risky.
    pub risk: Risk,
    /// With what kind of client.
    pub client: &'static str,
    /// On which system.
    pub system: Option<&'static str>,
    /// What was proved so far.
    pub evidence: &'a Evidence,
    /// When the sign-in began; "every time" means since then.
    pub began: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// The word for a kind of client.
pub fn client(platform: Platform) -> &'static str {
    match platform {
        Platform::Web | Platform::Spa => "browser",
        Platform::Public => "mobileAppsAndDesktopClients",
    }
}

/// The system a browser says it runs on.
pub fn system(agent: &str) -> Option<&'static str> {
    let known = [
        ("Android", "android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Windows", "windows"),
        ("Mac OS", "macOS"),
        ("Linux", "linux"),
    ];
    known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, system)| *system)
}
