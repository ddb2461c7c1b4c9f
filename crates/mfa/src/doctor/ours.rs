//! Our metadata and keys, as Entra reads them, as lines: what came, whether Entra takes it, what to do. Pure (eam.md §2).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::Timestamp;
use oidc::{Certificate, Looked, PublicKeyEntry};
use serde_json::Value;
use tenants::checklist::Line;
use url::Url;

use super::line::{Coded as _, fail, ok, skipped, warn};

/// What came of an address, or why nothing did.
pub(super) type Read = Result<Looked, String>;

/// What was read, and what it must be.
pub(super) struct Ours<'a> {
    /// The metadata's address, as entered in Entra.
    pub discovery_url: &'a str,
    /// The issuer that it must name.
    pub issuer: &'a str,
    /// The id of the key that signs, as it stands in the head of an answer.
    pub signs: Option<&'a str>,
    pub metadata: &'a Read,
    pub keys: &'a Read,
    pub now: Timestamp,
}

/// From here on a certificate's end is a matter for today, in seconds.
const SOON: i64 = 14 * 86_400;
/// The least bytes of a modulus: 2048 bits.
const LEAST_MODULUS: usize = 256;

/// Every line about our side, in the order in which they depend on each other.
pub(super) fn lines(ours: &Ours<'_>) -> Vec<Line> {
    let mut lines = vec![address(ours.discovery_url)];
    let (metadata, mut told) = document("discovery", ours.discovery_url, ours.metadata);
    lines.append(&mut told);
    match &metadata {
        Some(metadata) => lines.extend([issuer(ours, metadata), members(ours, metadata)]),
        None => lines.push(skipped("issuer", "there is no metadata document to read it from")),
    }
    let list = format!("{}/keys", ours.issuer);
    let (keys, mut told) = document("keys", &list, ours.keys);
    lines.append(&mut told);
    match keys {
        Some(keys) => lines.extend(of_keys(ours, &keys)),
        None => lines.push(skipped("kid", "there is no list of keys to look at")),
    }
    lines
}

/// Entra reads https alone, and an address that ends where it must.
fn address(url: &str) -> Line {
    let mend =
        "set web.public_url in the configuration to the https address under which the internet reaches this server";
    match Url::parse(url) {
        Ok(url) if url.scheme() == "https" => {
            ok("address", format!("this server is at an https address: {}", url.origin().ascii_serialization()))
        }
        Ok(url) if is_this_machine(&url) => {
            warn("address", "this server is at an address that this machine alone reaches: Entra cannot read it", mend)
        }
        _ => fail("address", format!("the address {url} is no https address; Entra reads no other"), mend)
            .coded(Some("AADSTS50166".into())),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a document came as Entra takes it: at once, whole, with its length said beforehand.
fn document(name: &'static str, url: &str, read: &Read) -> (Option<Value>, Vec<Line>) {
    let code = Some("AADSTS50166".to_owned());
    let looked = match read {
        Ok(looked) => looked,
        Err(why) => {
            let mend = "make sure that this address is reached from outside, and that its certificate is one that others trust";
            return (None, vec![fail(name, format!("what is at {url} cannot be read: {why}"), mend).coded(code)]);
        }
    };
    if let (300..400, Some(to)) = (looked.status, &looked.location) {
        let mend = "have the proxy before this server pass the request on instead of redirecting it, or set web.public_url to the final address";
        return (
            None,
            vec![
                fail(name, format!("the address {url} redirects to {to}; Entra follows no redirect"), mend).coded(code),
            ],
        );
    }
    if looked.status != 200 {
        let mend = "look at what stands before this server: it must pass this path on";
        return (None, vec![fail(name, format!("the address {url} answers {}", looked.status), mend).coded(code)]);
    }
    let parsed = serde_json::from_slice::<Value>(&looked.body).ok().filter(Value::is_object);
    let Some(parsed) = parsed else {
        let mend = "look at what stands before this server: something else answers at this address";
        return (None, vec![fail(name, format!("what {url} answers is no JSON object"), mend).coded(code)]);
    };
    (Some(parsed), vec![length(name, looked, code)])
}

fn length(name: &'static str, looked: &Looked, code: Option<String>) -> Line {
    let whole = u64::try_from(looked.body.len()).unwrap_or(u64::MAX);
    match looked.length {
        Some(length) if length == whole => ok(name, format!("answered 200, with Content-Length {length}")),
        Some(length) => fail(
            name,
            format!("Content-Length says {length}, and {whole} bytes came"),
            "look at the proxy before this server",
        )
        .coded(code),
        None => {
            let mend = "switch off compression and chunked answers for this path in the proxy before this server";
            fail(name, "answered 200 without Content-Length, which Entra insists on", mend).coded(code)
        }
    }
}

/// The issuer is compared letter by letter.
fn issuer(ours: &Ours<'_>, metadata: &Value) -> Line {
    let expected = ours.discovery_url.strip_suffix("/.well-known/openid-configuration").unwrap_or(ours.discovery_url);
    match metadata["issuer"].as_str() {
        Some(said) if said == expected && said == ours.issuer => {
            ok("issuer", "the issuer is the same everywhere, to the letter")
        }
        Some(said) => {
            let detail =
                format!("the document names {said}, and is read at {expected}: {}", difference(said, expected));
            let mend = "set web.public_url to exactly the address under which the internet reaches this server, then copy the discovery \
                        endpoint into the method again";
            fail("issuer", detail, mend).coded(Some("AADSTS50027".to_owned()))
        }
        None => fail("issuer", "the document names no issuer", "something else answers at this address"),
    }
}

fn difference(said: &str, expected: &str) -> &'static str {
    let plain = |text: &str| text.trim_end_matches('/').replace(":443", "");
    match () {
        () if said.trim_end_matches('/') == expected.trim_end_matches('/') => "they differ in a slash at the end",
        () if plain(said) == plain(expected) => "they differ in the port, and :443 counts as a difference",
        () if said.eq_ignore_ascii_case(expected) => "they differ in capital letters",
        () => "they are different addresses",
    }
}

/// What OpenID Connect Discovery and Entra demand beside the issuer.
fn members(ours: &Ours<'_>, metadata: &Value) -> Line {
    let has = |name: &str, word: &str| metadata[name].as_array().is_some_and(|all| all.iter().any(|one| one == word));
    let faults = [
        (
            metadata["authorization_endpoint"] == format!("{}/authorize", ours.issuer),
            "the authorization_endpoint is not ours",
        ),
        (metadata["jwks_uri"] == format!("{}/keys", ours.issuer), "the jwks_uri is not ours"),
        (has("scopes_supported", "openid"), "the scopes_supported lack openid"),
        (has("response_types_supported", "id_token"), "the response_types_supported lack id_token"),
        (metadata["subject_types_supported"].is_array(), "the subject_types_supported are missing"),
        (has("id_token_signing_alg_values_supported", "RS256"), "RS256 is not offered"),
        (
            metadata["claim_types_supported"].is_null() || has("claim_types_supported", "normal"),
            "the claim_types_supported lack normal",
        ),
    ];
    match faults.iter().find(|(fine, _)| !fine) {
        None => ok("metadata", "everything that Entra demands is in it"),
        Some((_, what)) => {
            fail("metadata", *what, "look at what stands before this server: the document is not as we send it")
        }
    }
}

fn of_keys(ours: &Ours<'_>, list: &Value) -> Vec<Line> {
    let keys: Vec<&Value> = list["keys"].as_array().into_iter().flatten().collect();
    if keys.is_empty() {
        let mend = "look at what stands before this server: the list is not as we send it";
        return vec![fail("kid", "the list of keys is empty", mend).coded(Some("AADSTS900612".to_owned()))];
    }
    vec![kid(ours, &keys), algorithm(&keys), certificates(&keys), dates(&keys, ours.now)]
}

/// The id in the head of our answers stands in the list, once, and is base64 text.
fn kid(ours: &Ours<'_>, keys: &[&Value]) -> Line {
    let mend = "wait a minute and look again; if it stays, rotate the keys";
    let Some(signs) = ours.signs else { return fail("kid", "no key of ours signs now", mend) };
    let base64 = URL_SAFE_NO_PAD.decode(signs).is_ok() || STANDARD.decode(signs).is_ok();
    match keys.iter().filter(|key| key["kid"] == signs).count() {
        1 if base64 => ok("kid", format!("the key {signs} signs, and stands in the list in the same letters")),
        1 => fail("kid", format!("the id {signs} is no base64 text, which Entra insists on"), mend),
        0 => fail("kid", format!("the key {signs} signs, and is not in the list"), mend)
            .coded(Some("AADSTS50012".to_owned())),
        _ => fail("kid", format!("the key {signs} stands in the list more than once"), mend),
    }
}

/// RSA of 2048 bits or more, to sign, RS256.
fn algorithm(keys: &[&Value]) -> Line {
    let weak = |key: &&&Value| {
        let modulus = key["n"].as_str().and_then(|n| URL_SAFE_NO_PAD.decode(n).ok()).map_or(0, |n| n.len());
        key["kty"] != "RSA"
            || key["use"] != "sig"
            || !(key["alg"].is_null() || key["alg"] == "RS256")
            || modulus < LEAST_MODULUS
    };
    match keys.iter().find(weak) {
        None => ok("algorithm", "RSA with 2048 bits or more, RS256, for signatures"),
        Some(key) => {
            let detail = format!("the key {} is no RSA key of 2048 bits for RS256 signatures", name(key));
            fail("algorithm", detail, "rotate the keys").coded(Some("AADSTS50032".to_owned()))
        }
    }
}

fn name(key: &Value) -> &str {
    key["kid"].as_str().unwrap_or("without kid")
}

fn certificate_of(key: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(key["x5c"][0].as_str()?).ok()
}

/// Each key has a certificate, and it is the key's.
fn certificates(keys: &[&Value]) -> Line {
    let fault = |key: &&Value| {
        let Some(der) = certificate_of(key) else {
            return Some(format!("the key {} has no x5c that can be read", name(key)));
        };
        match PublicKeyEntry::of(&der) {
            Ok(entry) if entry.jwk["n"] == key["n"] && entry.jwk["e"] == key["e"] => None,
            Ok(_) => Some(format!("the x5c of {} is another key’s certificate", name(key))),
            Err(error) => Some(format!("the x5c of {} cannot be read: {error}", name(key))),
        }
    };
    match keys.iter().find_map(fault) {
        None => ok("x5c", "each key has a certificate, and it is the key’s"),
        Some(what) => {
            let mend = "look at what stands before this server: the list is not as we send it";
            fail("x5c", what, mend).coded(Some("AADSTS900612".to_owned()))
        }
    }
}

/// Certificates are valid now.
fn dates(keys: &[&Value], now: Timestamp) -> Line {
    let read =
        |key: &&Value| Certificate::from_der(certificate_of(key)?).ok().map(|found| (name(key).to_owned(), found));
    let all: Vec<_> = keys.iter().filter_map(read).collect();
    let rotate = "rotate the keys; look at whether the server’s timers run, which does it by itself";
    if let Some((kid, _)) = all.iter().find(|(_, found)| found.not_before() > now) {
        return fail("dates", format!("the certificate of {kid} is not valid yet"), "look at the clock of this server");
    }
    if let Some((kid, found)) = all.iter().find(|(_, found)| found.not_after() <= now) {
        return fail("dates", format!("the certificate of {kid} ended at {}", found.not_after()), rotate);
    }
    match all.iter().map(|(_, found)| found.not_after()).min() {
        Some(end) if end.seconds() - now.seconds() < SOON => {
            warn("dates", format!("a certificate ends at {end}"), rotate)
        }
        Some(end) => ok("dates", format!("valid until {end}")),
        None => skipped("dates", "no certificate can be read"),
    }
}

#[cfg(test)]
mod tests;
