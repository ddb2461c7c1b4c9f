//! What an emulator is started with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use kernel::Clock;
use uuid::Uuid;

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
    /// The tenant id; derived from the seed when none is given.
    pub tenant_id: Option<Uuid>,
    /// The prepared application's client id; derived from the seed when none is given.
    pub client_id: Option<Uuid>,
    /// The prepared application's secret; derived from the seed when none is given.
    pub client_secret: Option<String>,
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
            tenant_id: None,
            client_id: None,
            client_secret: None,
            tls: false,
            hosts: Vec::new(),
            ca_file: None,
            state_file: None,
            clock: Clock::system(),
        }
    }
}
