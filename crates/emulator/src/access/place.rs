//! Where an address is: inside named locations, and in which country.
//!
//! Countries are those of the ranges for documentation (RFC 5737, RFC 3849): 192.0.2.0/24 is in the United States,
//! 198.51.100.0/24 in Germany, 203.0.113.0/24 and 2001:db8::/32 in Sweden. Any other address is nowhere.

use std::net::IpAddr;

use serde_json::Value;
use uuid::Uuid;

use super::Access;
use super::policy::texts;

const COUNTRIES: [(&str, &str); 4] =
    [("192.0.2.0/24", "US"), ("198.51.100.0/24", "DE"), ("203.0.113.0/24", "SE"), ("2001:db8::/32", "SE")];

/// The country of an address.
pub fn country(address: IpAddr) -> Option<&'static str> {
    COUNTRIES.iter().find(|(range, _)| holds(range, address)).map(|(_, country)| *country)
}

/// Whether a range (CIDR) holds an address.
pub fn holds(range: &str, address: IpAddr) -> bool {
    let Some((network, length)) = range.split_once('/') else { return false };
    let (Ok(network), Ok(length)) = (network.parse::<IpAddr>(), length.parse::<u32>()) else { return false };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let shift = 32_u32.saturating_sub(length);
            u64::from(network.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let shift = 128_u32.saturating_sub(length);
            shift >= 128 || network.to_bits() >> shift == address.to_bits() >> shift
        }
        _ => false,
    }
}

/// Whether one of the locations a policy names holds the address.
pub fn is_in(access: &Access, names: &[String], address: IpAddr) -> bool {
    names.iter().any(|name| match name.as_str() {
        "All" => true,
        "AllTrusted" => is_trusted(access, address),
        id => {
            id.parse::<Uuid>().ok().and_then(|id| access.locations.get(&id)).is_some_and(|place| covers(place, address))
        }
    })
}

/// Whether a trusted location holds the address.
pub fn is_trusted(access: &Access, address: IpAddr) -> bool {
    access.locations.values().any(|place| place["isTrusted"] == true && covers(place, address))
}

fn covers(place: &Value, address: IpAddr) -> bool {
    if let Some(ranges) = place["ipRanges"].as_array() {
        return ranges.iter().any(|range| range["cidrAddress"].as_str().is_some_and(|range| holds(range, address)));
    }
    let countries = texts(&place["countriesAndRegions"]);
    match country(address) {
        Some(country) => countries.iter().any(|known| known == country),
        None => place["includeUnknownCountriesAndRegions"] == true,
    }
}
