//! The nouns: operators, sessions, tokens, links, organisations; plain data.

use kernel::{OperatorId, OrganisationId, Role, Secret, Timestamp, TokenId, id_type, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

id_type!(
    /// A sign-in that still counts.
    SessionId,
    /// A one-time link.
    LinkId,
);

text_enum!(
    /// Whether an operator may sign in.
    pub enum OperatorState {
        /// May sign in.
        Active = "active",
        /// May not.
        Disabled = "disabled",
    }
);

text_enum!(
    /// What a one-time link is for.
    pub enum LinkPurpose {
        /// Makes an organisation's first owner.
        SetUp = "set_up",
        /// Chooses a password: an invitation, or a forgotten one.
        Password = "password",
    }
);

/// An organisation: the isolation boundary inside one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationView {
    /// Its id.
    pub id: OrganisationId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An operator as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Operator)]
pub struct OperatorView {
    /// Their id.
    pub id: OperatorId,
    /// In which organisation.
    pub organisation: OrganisationId,
    /// What they sign in with.
    pub user_name: String,
    /// What people call them.
    pub display_name: String,
    /// Where to reach them.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub state: OperatorState,
    /// Whether they have chosen or been given a password.
    pub has_password: bool,
    /// Whether they must choose a new password before anything else.
    pub must_change_password: bool,
    /// Locked after too many failures, until then.
    pub locked_until: Option<Timestamp>,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// When an open session of theirs was last used; nothing when none is open.
    pub last_seen_at: Option<Timestamp>,
    /// How many sessions they have open.
    pub session_count: u64,
    /// When they were created.
    pub created_at: Timestamp,
}

/// An operator to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOperator {
    /// What they sign in with; 2 to 64 letters, digits and `. _ - @ +`, unique on this server.
    #[schema(min_length = 2, max_length = 64, pattern = "^[A-Za-z0-9._@+-]+$")]
    pub user_name: String,
    /// What people call them; the user name when left out.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub display_name: Option<String>,
    /// Where to reach them.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// A first password, to be changed at the first sign-in. Without one, a link is made for them to choose it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 12, max_length = 1024)]
    pub password: Option<Secret<String>>,
}

/// What to change about an operator; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatorUpdate {
    /// What people call them.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub display_name: Option<String>,
    /// Where to reach them; empty text removes it.
    #[serde(default)]
    #[schema(max_length = 254)]
    pub email: Option<String>,
    /// What they may do.
    #[serde(default)]
    pub role: Option<Role>,
}

/// A fresh sign-in. The token is shown to the browser once and stored as a hash; forgery tokens derive from it.
#[derive(Debug)]
pub struct Session {
    /// What the browser keeps.
    pub token: Secret<String>,
    /// Who signed in.
    pub operator: OperatorView,
    /// Whether nothing but choosing a new password is open to them.
    pub must_change_password: bool,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A session as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub operator: OperatorId,
    /// Their user name.
    pub user_name: String,
    /// From which address it began.
    pub address: Option<String>,
    /// With which browser.
    pub user_agent: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// An API token to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 80)]
    pub label: String,
    /// What it may do; never more than its maker.
    pub role: Role,
    /// For how many days.
    #[schema(minimum = 1, maximum = 365)]
    pub expires_in_days: u32,
}

/// An API token as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenView {
    /// Its id.
    pub id: TokenId,
    /// Who made it, and with whom it stops.
    pub operator: OperatorId,
    /// Their user name.
    pub user_name: String,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Whether it works now: not expired, and its maker active and still allowed as much.
    pub works: bool,
}

/// A token just made: the only time its text is seen.
#[derive(Debug)]
pub struct IssuedToken {
    /// The text: `vst_<id>_<secret>`.
    pub text: Secret<String>,
    /// What is listed from now on.
    pub token: TokenView,
}

/// A one-time link just made: the only time its secret is seen.
#[derive(Debug, Clone)]
pub struct Link {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The secret in it.
    pub token: Secret<String>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl Link {
    /// The path of the console's page for it; put the server's address in front.
    pub fn path(&self) -> String {
        let page = match self.purpose {
            LinkPurpose::SetUp => "/set-up",
            LinkPurpose::Password => "/choose-password",
        };
        format!("{page}?token={}", self.token.expose())
    }
}

/// What the bearer of a link may know before using it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LinkInfo)]
pub struct LinkView {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The organisation's name.
    pub organisation: String,
    /// Whose password is chosen.
    pub user_name: Option<String>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}
