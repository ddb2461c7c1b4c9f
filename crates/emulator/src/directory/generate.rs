//! A made-up organisation of any size, the same for the same seed: names, offices, a tree of managers, guests,
//! disabled accounts, mailboxes of rooms, nested groups of every type.
//!
//! Deliberately writes no log: what is generated is position 0, the state that a first delta round reads.

mod draw;
mod groups;
mod names;
mod people;
mod words;

use kernel::Timestamp;

pub use draw::Draw;

use super::Directory;

/// What to generate.
#[derive(Debug, Clone)]
pub struct Spec {
    /// What everything grows from.
    pub seed: u64,
    /// How many users, guests and rooms included.
    pub users: usize,
    /// How many groups.
    pub groups: usize,
    /// The verified domains: the default one first, the initial `.onmicrosoft.com` among them.
    pub domains: Vec<String>,
    /// Let two groups hold each other.
    pub cyclic: bool,
    /// The moment everything is young or old against.
    pub now: Timestamp,
}

impl Spec {
    /// The initial domain, `contoso.onmicrosoft.com`.
    fn initial_domain(&self) -> &str {
        let initial = self.domains.iter().find(|domain| domain.ends_with(".onmicrosoft.com"));
        initial.or_else(|| self.domains.first()).map_or("contoso.onmicrosoft.com", String::as_str)
    }

    /// The default domain, `contoso.com`.
    fn default_domain(&self) -> &str {
        self.domains.first().map_or("contoso.com", String::as_str)
    }
}

/// Generates with Contoso's domains and without cycles.
pub fn generate(seed: u64, users: usize, groups: usize, now: Timestamp) -> Directory {
    let domains = vec!["contoso.com".to_owned(), "contoso.onmicrosoft.com".to_owned()];
    generate_from(&Spec { seed, users, groups, domains, cyclic: false, now })
}

/// Generates what the spec says.
pub fn generate_from(spec: &Spec) -> Directory {
    let mut directory = Directory::empty(spec.seed, spec.domains.clone());
    let mut draw = Draw::new(spec.seed);
    let staff = people::add(&mut directory, &mut draw, spec);
    groups::add(&mut directory, &mut draw, spec, &staff);
    directory
}
