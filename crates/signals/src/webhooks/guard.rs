//! Where a webhook may go, and whatever else goes to addresses that somebody made up: web push. An address that is written
//! makes this server call it: it must not become a way to the machines behind the server (server-side request forgery).
//!
//! Checked when the address is written and again for every address that its name has at the moment of the call, so that
//! a name which later points elsewhere is refused too. Redirects are not followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// A network: an address and how many of its bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    length: u32,
    is_v4: bool,
}

impl Network {
    /// Reads `10.1.0.0/16`, or one address.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.trim().split_once('/').map_or((text.trim(), None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Some(most), |length| length.parse().ok())?;
        (length <= most).then(|| Self { bits: bits(address), length, is_v4: address.is_ipv4() })
    }

    fn holds(self, address: IpAddr) -> bool {
        let width = if self.is_v4 { 32 } else { 128 };
        self.is_v4 == address.is_ipv4()
            && (self.length == 0 || (self.bits ^ bits(address)) >> (width - self.length) == 0)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// What calls are made for: refusals say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Errand {
    /// An organisation's events.
    #[default]
    Webhooks,
    /// Telling a browser while its page is closed.
    WebPush,
    /// Handing messages to gateways.
    Gateways,
}

impl std::fmt::Display for Errand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Webhooks => "webhooks",
            Self::WebPush => "web push",
            Self::Gateways => "gateways",
        })
    }
}

/// The rules of one server.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// What the calls are for.
    pub errand: Errand,
    /// Special networks that are allowed.
    pub networks: Vec<Network>,
    /// Whether TLS may be left out to other machines.
    pub http: bool,
}

impl Guard {
    /// Whether calls may have this address; says why not. Names are looked up when something is sent.
    pub fn check(&self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text.trim()).map_err(|error| format!("is no address: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user name or a password; the signature proves who sends".to_owned());
        }
        if url.fragment().is_some() {
            return Err("must not have a fragment (#…)".to_owned());
        }
        let host = url.host().ok_or("has no host")?;
        match url.scheme() {
            "https" => {}
            "http" if self.http || is_this_machine(&host) => {}
            "http" => return Err("must begin with https://; http:// is for this machine only".to_owned()),
            other => return Err(format!("must begin with https://, not {other}://")),
        }
        if let Some(address) = literal(&host) {
            self.admit(address)?;
        }
        Ok(url)
    }

    /// Whether a call may go to this address; says why not.
    pub fn admit(&self, address: IpAddr) -> Result<(), String> {
        let address = address.to_canonical();
        if self.networks.iter().any(|network| network.holds(address)) {
            return Ok(());
        }
        match special(address) {
            None => Ok(()),
            Some(what) => Err(format!(
                "{address} is {what}; {} may go there only if signals.webhook_networks says so",
                self.errand
            )),
        }
    }
}

fn literal(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.trim_end_matches('.') == "localhost",
        other => literal(other).is_some_and(|address| address.to_canonical().is_loopback()),
    }
}

/// What is special about an address; `None` for one that is anybody's (IANA's registries of special-purpose addresses,
/// RFC 6890).
fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, ..) => "this network",
        (127, ..) => "this machine",
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "a private network",
        (100, 64..=127, _) => "a provider's inner network",
        (169, 254, _) => "a link-local address, where clouds keep their metadata",
        (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) | (240..=255, ..) => "a reserved network",
        (192, 88, 99) => "a relay of old",
        (224..=239, ..) => "a multicast address",
        _ => return None,
    })
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    let parts = address.segments();
    let inside = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        special_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("this network"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("this machine"),
        [0, 0, 0, 0, 0, 0, high, low] => inside(high, low).or(Some("a reserved network")),
        // NAT64 and 6to4 hold an address of the old kind (RFC 6052, RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => inside(high, low),
        [0x64, 0xff9b, 1, ..] | [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Some("a private network"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        [0x100, 0, 0, 0, ..] | [0x2001, 0xdb8 | 0..=0x1ff, ..] | [0x3fff, 0..=0xfff, ..] => Some("a reserved network"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
