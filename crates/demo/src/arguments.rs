//! The flags of `vestibule-demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// The server, a local Entra and a sample organisation in one process.
#[derive(Debug, Clone, Parser)]
#[command(name = "vestibule-demo", version)]
pub struct Arguments {
    /// Where the server listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where the local Entra listens; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8081")]
    pub emulator: SocketAddr,
    /// A folder to keep everything in; a second start goes on there. Without one, everything is gone at the end.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// How many people the organisation has.
    #[arg(long, default_value_t = 2_000)]
    pub users: usize,
    /// How many groups.
    #[arg(long, default_value_t = 150)]
    pub groups: usize,
    /// What the organisation grows from: the same seed, the same people.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// HTTPS on both sides, with a certificate authority made for the occasion.
    #[arg(long)]
    pub tls: bool,
    /// Write one JSON object here once all is serving: addresses, password, token.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Nothing changes in the organisation by itself.
    #[arg(long)]
    pub quiet_directory: bool,
}
