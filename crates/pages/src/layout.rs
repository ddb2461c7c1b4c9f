//! The frame around every page: navigation, search, who is signed in, what just happened.

use kernel::{Role, Timestamp};

use crate::flash::Flash;
use crate::format;
use crate::icon::Icon;

/// A page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Overview,
    Users,
    Groups,
    Runs,
    Plans,
    Conflicts,
    Exceptions,
    Additions,
    Settings,
    Connections,
    Calls,
    Holds,
    UserGroups,
    SecondFactor,
    SecondFactorPeople,
    Attempts,
    Tenants,
    Audit,
    Webhooks,
    Operators,
    Tokens,
    Jobs,
    About,
    /// A page that is not in the navigation.
    None,
}

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Reads the cookie's value.
    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub name: String,
    pub role: Role,
    pub organisation: String,
    /// What waits for somebody: shown beside the navigation.
    pub waiting: Waiting,
}

/// How much waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    pub plans: u64,
    pub conflicts: u64,
    pub dead_jobs: u64,
    pub holds: u64,
}

pub(crate) struct Link {
    pub(crate) section: Section,
    pub(crate) name: &'static str,
    pub(crate) href: &'static str,
    pub(crate) icon: Icon,
    pub(crate) key: &'static str,
}

const fn link(section: Section, name: &'static str, href: &'static str, icon: Icon, key: &'static str) -> Link {
    Link { section, name, href, icon, key }
}

pub(crate) const NAVIGATION: &[(&str, &[Link])] = &[
    ("", &[link(Section::Overview, "Overview", "/", Icon::Overview, "g o")]),
    (
        "Directory",
        &[
            link(Section::Users, "People", "/directory/users", Icon::User, "g p"),
            link(Section::Groups, "Groups", "/directory/groups", Icon::Group, "g g"),
        ],
    ),
    (
        "Sync",
        &[
            link(Section::Runs, "Runs", "/dirsync/runs", Icon::Sync, "g r"),
            link(Section::Plans, "Held plans", "/dirsync/plans", Icon::Decision, "g h"),
            link(Section::Conflicts, "Conflicts", "/dirsync/conflicts", Icon::Conflict, "g c"),
            link(Section::Exceptions, "Exceptions", "/dirsync/exceptions", Icon::Shield, "g e"),
            link(Section::Additions, "Additions", "/dirsync/additions", Icon::Add, "g d"),
            link(Section::Settings, "Settings", "/dirsync/settings", Icon::Settings, "g s"),
        ],
    ),
    (
        "Push",
        &[
            link(Section::Connections, "Connections", "/provisioning/connections", Icon::Push, "g n"),
            link(Section::Calls, "What Entra saw", "/provisioning/calls", Icon::Call, "g l"),
            link(Section::Holds, "Held pushes", "/provisioning/holds", Icon::Stop, "g b"),
            link(Section::UserGroups, "User groups", "/provisioning/groups", Icon::Group, "g x"),
        ],
    ),
    (
        "Sign-in",
        &[
            link(Section::SecondFactor, "Second factor", "/second-factor", Icon::Shield, "g m"),
            link(Section::SecondFactorPeople, "Registered people", "/second-factor/people", Icon::Operator, "g f"),
            link(Section::Attempts, "Attempts", "/second-factor/attempts", Icon::Clock, "g y"),
        ],
    ),
    (
        "Connection and record",
        &[
            link(Section::Tenants, "Tenants", "/tenants", Icon::Tenant, "g t"),
            link(Section::Audit, "Audit", "/signals/audit", Icon::Audit, "g a"),
            link(Section::Webhooks, "Webhooks", "/signals/webhooks", Icon::Out, "g w"),
        ],
    ),
    (
        "Server",
        &[
            link(Section::Operators, "Operators", "/operators", Icon::Operator, "g u"),
            link(Section::Tokens, "API tokens", "/operators/tokens", Icon::Key, "g k"),
            link(Section::Jobs, "Jobs", "/server/jobs", Icon::Jobs, "g j"),
            link(Section::About, "Health", "/server/health", Icon::Pulse, "g i"),
        ],
    ),
];

/// What every page needs besides its own content.
#[derive(Debug, Clone)]
pub struct Frame {
    pub title: String,
    pub section: Section,
    pub signed_in: Option<SignedIn>,
    /// The token for the page's forms; empty before sign-in.
    pub csrf: String,
    pub flash: Option<Flash>,
    pub theme: Theme,
    pub now: Timestamp,
    /// What the search box holds.
    pub search: String,
}

impl Frame {
    /// A frame before sign-in with nothing in it.
    pub fn bare(title: impl Into<String>, now: Timestamp) -> Self {
        let (title, csrf, search) = (title.into(), String::new(), String::new());
        Self { title, section: Section::None, signed_in: None, csrf, flash: None, theme: Theme::System, now, search }
    }

    /// The same frame for another page.
    pub fn page(mut self, title: impl Into<String>, section: Section) -> Self {
        self.title = title.into();
        self.section = section;
        self
    }

    /// The role of who is signed in.
    pub fn role(&self) -> Option<Role> {
        self.signed_in.as_ref().map(|signed_in| signed_in.role)
    }

    /// Whether the reader may go to an address.
    pub fn opens(&self, href: impl AsRef<str>) -> bool {
        self.role().is_none_or(|role| crate::doors::opens(role, href.as_ref()))
    }

    pub(crate) fn count(&self, section: Section) -> Option<String> {
        let waiting = self.signed_in.as_ref()?.waiting;
        let count = match section {
            Section::Plans => waiting.plans,
            Section::Conflicts => waiting.conflicts,
            Section::Jobs => waiting.dead_jobs,
            Section::Holds => waiting.holds,
            _ => 0,
        };
        match count {
            0 => None,
            1..100 => Some(format::count(count)),
            _ => Some("99+".to_owned()),
        }
    }
}

/// The release, for the foot of the navigation.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
