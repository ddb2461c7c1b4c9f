//! How the people of a tenant may prove who they are: the authentication methods policy, external methods, and what
//! each person registered.
//!
//! | file | what it is for |
//! |---|---|
//! | `external` | an external method's configuration (External MFA) |
//! | `built_in` | the other configurations, as far as Graph shows them |
//! | `policy_graph` | `/policies/authenticationMethodsPolicy` |
//! | `user_graph` | `/users/{id}/authentication` |
//!
//! Deliberately proves nothing itself but the password: the second factor is the external provider's.

pub mod built_in;
pub mod external;
pub mod policy_graph;
pub mod user_graph;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::sign_in::person::Person;
use external::Configuration;

/// What one tenant knows of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Methods {
    /// Passwords that are not the usual one, by user.
    pub passwords: BTreeMap<Uuid, String>,
    /// External methods.
    pub external: BTreeMap<Uuid, Configuration>,
    /// The other configurations, by id, as Graph shows them.
    pub built_in: BTreeMap<String, Value>,
    /// What else the policy says: members that were changed.
    pub policy: Map<String, Value>,
    /// Which external methods people registered.
    pub registrations: BTreeMap<Uuid, Vec<Registration>>,
    /// Phone numbers, by user and kind.
    pub phones: BTreeMap<Uuid, BTreeMap<String, String>>,
    /// Addresses for resetting a password, by user.
    pub emails: BTreeMap<Uuid, String>,
}

/// One person's registration of an external method.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registration {
    /// Its id.
    pub id: Uuid,
    /// Of which method.
    pub configuration: Uuid,
    /// Its name.
    pub name: String,
    /// Since when.
    pub created: Timestamp,
}

impl Default for Methods {
    fn default() -> Self {
        Self {
            passwords: BTreeMap::new(),
            external: BTreeMap::new(),
            built_in: built_in::all(),
            policy: Map::new(),
            registrations: BTreeMap::new(),
            phones: BTreeMap::new(),
            emails: BTreeMap::new(),
        }
    }
}

impl Methods {
    /// Takes the password of a Graph body (`passwordProfile`), when there is one.
    pub fn note_password(&mut self, user: Uuid, body: &Map<String, Value>) {
        let password = body.get("passwordProfile").and_then(|profile| profile["password"].as_str());
        if let Some(password) = password {
            self.passwords.insert(user, password.to_owned());
        }
    }

    /// The external methods that are on and meant for a person: registered ones, and the others.
    pub fn offered(&self, person: &Person) -> (Vec<&Configuration>, Vec<&Configuration>) {
        let own = self.registrations.get(&person.id).map(Vec::as_slice).unwrap_or_default();
        let meant = self.external.values().filter(|method| method.is_for(person));
        meant.partition(|method| own.iter().any(|registration| registration.configuration == method.id))
    }

    /// Registers an external method for a person, once.
    pub fn register(&mut self, user: Uuid, registration: Registration) {
        let own = self.registrations.entry(user).or_default();
        if own.iter().all(|known| known.configuration != registration.configuration) {
            own.push(registration);
        }
    }
}
