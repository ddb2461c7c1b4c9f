//! What an emulator is started with, from code (`Options`) or from the command line (`Arguments`).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use kernel::Clock;
use uuid::Uuid;

use crate::world::License;

/// The permissions the prepared application is granted unless others are named: enough to read and to play
/// administrator.
pub const DEFAULT_PERMISSIONS: [&str; 8] = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "Directory.Read.All",
    "Domain.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "Organization.Read.All",
    "User.ReadWrite.All",
];

/// What to start with. `Options::default()` is a small plain-HTTP emulator on a free port.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What everything generated grows from: ids, names, the secret.
    pub seed: u64,
    /// How many users to generate.
    pub users: usize,
    /// How many groups to generate.
    pub groups: usize,
    /// The organisation's name.
    pub organisation: String,
    /// The default domain.
    pub domain: String,
    /// The licence.
    pub license: License,
    /// The tenant id; derived from the seed when none is given.
    pub tenant_id: Option<Uuid>,
    /// The prepared application's client id; derived from the seed when none is given.
    pub client_id: Option<Uuid>,
    /// The prepared application's secret; derived from the seed when none is given.
    pub client_secret: Option<String>,
    /// The application permissions the prepared application asks for.
    pub permissions: Vec<String>,
    /// The prepared application's redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Whether the permissions are granted from the start.
    pub consented: bool,
    /// Serve HTTPS with a certificate of our own authority.
    pub tls: bool,
    /// Further host names and addresses in the certificate.
    pub hosts: Vec<String>,
    /// Where to write the authority's certificate (PEM).
    pub ca_file: Option<PathBuf>,
    /// Where the state is kept between runs; in memory only when none is given.
    pub state_file: Option<PathBuf>,
    /// The clock underneath the emulated one.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            seed: 1,
            users: 50,
            groups: 10,
            organisation: "Contoso".to_owned(),
            domain: "contoso.com".to_owned(),
            license: License::P1,
            tenant_id: None,
            client_id: None,
            client_secret: None,
            permissions: DEFAULT_PERMISSIONS.map(str::to_owned).to_vec(),
            redirect_uris: vec!["http://localhost".to_owned()],
            consented: true,
            tls: false,
            hosts: Vec::new(),
            ca_file: None,
            state_file: None,
            clock: Clock::system(),
        }
    }
}

/// A local Entra for developers and tests: tokens, consent, Microsoft Graph, faults and a clock on demand.
#[derive(Debug, Parser)]
#[command(name = "vestibule-emulator", version)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the login endpoints, Graph, the admin API and its page on one address.
    Serve(Box<ServeArguments>),
    /// Lists the application permissions that can be granted.
    Permissions,
}

/// The flags of `serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8081", env = "VESTIBULE_EMULATOR_LISTEN")]
    pub listen: SocketAddr,
    /// What everything generated grows from: ids, names, the secret.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many users to generate (up to a million and more).
    #[arg(long, default_value_t = 2_000)]
    pub users: usize,
    /// How many groups to generate.
    #[arg(long, default_value_t = 150)]
    pub groups: usize,
    /// The organisation's name.
    #[arg(long, default_value = "Contoso")]
    pub organisation: String,
    /// The default domain.
    #[arg(long, default_value = "contoso.com")]
    pub domain: String,
    /// The licence: Free, P1 or P2.
    #[arg(long, default_value = "P1")]
    pub license: License,
    /// The tenant id; from the seed when not given.
    #[arg(long)]
    pub tenant_id: Option<Uuid>,
    /// The prepared application's client id; from the seed when not given.
    #[arg(long)]
    pub client_id: Option<Uuid>,
    /// The prepared application's secret; from the seed when not given.
    #[arg(long, env = "VESTIBULE_EMULATOR_CLIENT_SECRET", hide_env_values = true)]
    pub client_secret: Option<String>,
    /// An application permission of the prepared application; repeatable. Reading and writing when none is given.
    #[arg(long = "permission", value_name = "NAME")]
    pub permissions: Vec<String>,
    /// A redirect URI of the prepared application; repeatable.
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// Start without consent: the application has to be consented to first.
    #[arg(long)]
    pub no_consent: bool,
    /// Serve HTTPS with a certificate of our own authority.
    #[arg(long)]
    pub tls: bool,
    /// A further host name or address in the certificate; repeatable.
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Where to write the authority's certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Keep the state in this file between runs.
    #[arg(long, value_name = "FILE")]
    pub state_file: Option<PathBuf>,
    /// Write one JSON object here once all is serving.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Log requests.
    #[arg(long, short)]
    pub verbose: bool,
}

impl From<&ServeArguments> for Options {
    fn from(given: &ServeArguments) -> Self {
        let usual = Self::default();
        let or = |named: &Vec<String>, usual: Vec<String>| if named.is_empty() { usual } else { named.clone() };
        Self {
            listen: given.listen,
            seed: given.seed,
            users: given.users,
            groups: given.groups,
            organisation: given.organisation.clone(),
            domain: given.domain.clone(),
            license: given.license,
            tenant_id: given.tenant_id,
            client_id: given.client_id,
            client_secret: given.client_secret.clone(),
            permissions: or(&given.permissions, usual.permissions),
            redirect_uris: or(&given.redirect_uris, usual.redirect_uris),
            consented: !given.no_consent,
            tls: given.tls,
            hosts: given.hosts.clone(),
            ca_file: given.ca_file.clone(),
            state_file: given.state_file.clone(),
            clock: usual.clock,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
