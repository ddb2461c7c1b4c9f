//! Whose word counts, and whose does not.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::{Network, Peer, TrustedProxies};

fn trusted(networks: &[&str]) -> TrustedProxies {
    TrustedProxies(networks.iter().map(|network| network.parse().unwrap()).collect())
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn peer(address: &str) -> Peer {
    Peer { address: address.parse().unwrap(), tls: false, exposed: false }
}

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

#[test]
fn forwarded_headers_count_from_the_right_as_far_as_trust_goes() {
    fn check(from: &str, lines: &[(&'static str, &str)], address: &str, secure: bool) {
        let client = trusted(&["10.0.0.0/8", "fd00::/8"]).client(peer(from), &headers(lines));
        assert_eq!((client.address.to_string().as_str(), client.secure), (address, secure), "{from} {lines:?}");
    }
    let proxy = "10.0.0.1:40000";
    // Strangers are who they are, whatever they say.
    check("198.51.100.9:1", &[(FOR, "203.0.113.7"), (PROTO, "https")], "198.51.100.9", false);
    check(proxy, &[], "10.0.0.1", false);
    check(proxy, &[(FOR, "203.0.113.7"), (PROTO, "https")], "203.0.113.7", true);
    check("[::ffff:10.0.0.1]:40000", &[(FOR, "203.0.113.7")], "203.0.113.7", false);
    // What stands left of the first untrusted hop was written by strangers.
    check(proxy, &[(FOR, "1.1.1.1, 203.0.113.7")], "203.0.113.7", false);
    check(proxy, &[(FOR, "1.1.1.1"), (FOR, "203.0.113.7, 10.9.9.9")], "203.0.113.7", false);
    check(proxy, &[(FOR, "10.1.1.1, 10.2.2.2")], "10.1.1.1", false);
    // Rubbish ends the search at the last hop that made sense.
    check(proxy, &[(FOR, "203.0.113.7, unknown")], "10.0.0.1", false);
    check(proxy, &[(FOR, "unknown, 10.9.9.9")], "10.9.9.9", false);
    check(proxy, &[(FOR, "203.0.113.7:5123")], "203.0.113.7", false);
    check(proxy, &[(FOR, "[2001:db8::7]:5123")], "2001:db8::7", false);
    check(proxy, &[(FOR, "2001:db8::7")], "2001:db8::7", false);
    check("[fd00::1]:9", &[(FOR, "2001:db8::7, fd00::2"), (PROTO, "https, http")], "2001:db8::7", true);
    check(proxy, &[(FOR, "1.1.1.1, 203.0.113.7"), (PROTO, "https, http")], "203.0.113.7", false);
    check(proxy, &[(FOR, "203.0.113.7, 10.2.2.2"), (PROTO, "HTTPS")], "203.0.113.7", true);
}

#[test]
fn networks_hold_what_they_say() {
    fn check(network: &str, address: &str, inside: bool) {
        let network: Network = network.parse().unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), inside, "{network} {address}");
    }
    check("10.0.0.0/8", "10.255.0.1", true);
    check("10.0.0.0/8", "11.0.0.1", false);
    check("192.0.2.5", "192.0.2.5", true);
    check("192.0.2.5", "192.0.2.6", false);
    check("0.0.0.0/0", "203.0.113.1", true);
    check("0.0.0.0/0", "::1", false);
    check("::/0", "2001:db8::1", true);
    check("2001:db8::/33", "2001:db8:8000::1", false);
    check("10.0.0.0/8", "::ffff:10.1.1.1", true);
}

#[test]
fn what_is_no_network_is_refused_by_name() {
    for text in ["", "ten", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/"] {
        let error = text.parse::<Network>().unwrap_err().to_string();
        assert_eq!(error, format!("{text:?} is not an address or a network such as 10.0.0.0/8"));
    }
}

proptest! {
    #[test]
    fn no_header_changes_who_an_untrusted_peer_is(hops in "[ -~]{0,60}", scheme in "[ -~]{0,20}") {
        let lines = headers(&[(FOR, &hops), (PROTO, &scheme)]);
        let client = trusted(&["10.0.0.0/8"]).client(peer("198.51.100.9:1"), &lines);
        prop_assert_eq!((client.address.to_string(), client.secure), ("198.51.100.9".to_owned(), false));
    }

    #[test]
    fn any_header_from_a_trusted_peer_is_read_without_harm(hops in "[0-9a-f.:, \\[\\]]{0,60}") {
        trusted(&["10.0.0.0/8"]).client(peer("10.0.0.1:1"), &headers(&[(FOR, &hops)]));
    }
}
