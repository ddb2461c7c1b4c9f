//! Who is at the other end, also behind proxies that are named as trusted.
//!
//! Reads `X-Forwarded-For` and `X-Forwarded-Proto` from right to left and believes only what a trusted proxy wrote.
//! Does not read `Forwarded` (RFC 7239).

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};

/// The socket a request came by; put in the request's extensions by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The other end of the socket.
    pub address: SocketAddr,
    /// Whether the socket speaks TLS.
    pub tls: bool,
    /// Whether the socket is plain and can be reached by more than this machine: then only trusted proxies and
    /// this machine are served.
    pub exposed: bool,
}

/// A network in CIDR notation; a single address is its own network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// What is wrong with a network's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address or a network such as 10.0.0.0/8")]
pub struct NetworkError(String);

impl Network {
    /// Whether `address` lies in it. An IPv4 address in IPv6 clothes counts as what it is.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| wrong())?;
        if prefix > longest {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;
    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The proxies whose word about the caller counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustedProxies(pub Vec<Network>);

/// Who calls, as far as the sockets and the trusted proxies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The caller's address.
    pub address: IpAddr,
    /// Whether the caller uses TLS.
    pub secure: bool,
}

impl TrustedProxies {
    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `address` is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Who calls. Invariant: what an untrusted peer claims never counts.
    pub fn client(&self, peer: Peer, headers: &HeaderMap) -> Client {
        let socket = peer.address.ip().to_canonical();
        if !self.trusts(socket) {
            return Client { address: socket, secure: peer.tls };
        }
        let hops = list(headers, &FORWARDED_FOR);
        let mut client = (socket, None);
        for (index, hop) in hops.iter().enumerate().rev() {
            let Some(address) = parse_hop(hop) else { break };
            client = (address, Some(index));
            if !self.trusts(address) {
                break;
            }
        }
        let schemes = list(headers, &FORWARDED_PROTO);
        // One scheme per hop tells which proxy wrote it; otherwise the nearest proxy's word counts.
        let scheme = match client.1 {
            Some(index) if schemes.len() == hops.len() => schemes.get(index),
            _ => schemes.last(),
        };
        Client { address: client.0, secure: scheme.map_or(peer.tls, |scheme| scheme.eq_ignore_ascii_case("https")) }
    }
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// All values of a header that is a list, in order.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    let lines = headers.get_all(name).into_iter();
    lines.flat_map(|line| line.to_str().unwrap_or_default().split(',')).map(str::trim).collect()
}

/// A hop is an address, with a port behind some proxies.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests;
