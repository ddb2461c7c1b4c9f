//! Keys, certificates, disk: what lies on this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use kernel::{Rng, Timestamp};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use url::{Host, Url};
use x509_parser::parse_x509_certificate;

use super::{Finding, chain};
use crate::config::Config;
use crate::keys::{KeyOrigin, Ring, file_of};

/// Fewer days than this until a certificate ends deserve a warning.
const DAYS_LEFT: i64 = 21;
/// Less free space than this deserves a warning.
const MEBIBYTES_FREE: u64 = 1_024;

/// The address that links, letters and Entra go by.
pub(super) fn address(config: &Config) -> Finding {
    let mend = "set web.public_url to the address that people and Entra know, such as https://vestibule.example";
    let named = config.web.origin().and_then(|origin| Url::parse(&origin).ok());
    let alone = config.web.listen.ip().to_canonical().is_loopback();
    let said = |url: &Url| url.origin().ascii_serialization();
    match named {
        None if alone => Finding::good("address", "this machine alone is served"),
        None => Finding::bad(
            "address",
            "web.public_url is not set: links and Entra would be given an address of no use",
            mend,
        ),
        Some(url) if is_nobodys(&url) => {
            Finding::bad("address", format!("{} is an address that nobody reaches", said(&url)), mend)
        }
        Some(url) if url.scheme() == "http" && !alone => {
            Finding::warning("address", format!("{} is without TLS: Entra takes none such", said(&url)), mend)
        }
        Some(url) => Finding::good("address", format!("people and Entra know it as {}", said(&url))),
    }
}

/// `0.0.0.0` and `::` stand for every address of a machine, and lead nowhere.
fn is_nobodys(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unspecified(),
        Some(Host::Domain(_)) | None => false,
    }
}

/// The master keys.
pub(super) fn keys(config: &Config) -> Finding {
    let missing = config.keys.is_empty() && file_of(config).is_some_and(|file| !file.exists());
    if missing {
        let mend = "nothing to do for an embedded database: the first start makes a key beside it";
        return Finding::warning("keys", "no master key yet", mend);
    }
    match Ring::load(config, &Rng::system()) {
        Err(error) => {
            Finding::bad("keys", chain(&error), "make one with `vestibule keys generate` and name it in [keys]")
        }
        Ok(Ring { origin: KeyOrigin::File(file), .. }) if is_open(&file) => {
            let mend = format!("chmod 600 {}", file.display());
            Finding::bad("keys", format!("others on this machine can read {}", file.display()), mend)
        }
        Ok(ring) => Finding::good("keys", format!("{} in the ring", ring.count)),
    }
}

fn is_open(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0)
}

/// The server's certificate.
pub(super) fn certificate(config: &Config, now: Timestamp) -> Option<Finding> {
    let file = config.web.tls_certificate_file.as_deref()?;
    let mend = "name the PEM files of a valid certificate in web.tls_certificate_file and web.tls_key_file";
    let bad = |what: String| Some(Finding::bad("certificate", what, mend));
    let pem = match CertificateDer::from_pem_file(file) {
        Ok(pem) => pem,
        Err(error) => return bad(format!("{} cannot be read: {error}", file.display())),
    };
    let ends = match parse_x509_certificate(&pem) {
        Ok((_, certificate)) => certificate.validity().not_after.timestamp(),
        Err(error) => return bad(format!("{} is not a certificate: {error}", file.display())),
    };
    if let Some(key) = config.web.tls_key_file.as_deref()
        && let Err(error) = fs::read(key)
    {
        return bad(format!("{} cannot be read: {error}", key.display()));
    }
    let days = (ends - now.seconds()).div_euclid(86_400);
    Some(match days {
        i64::MIN..0 => {
            Finding::bad("certificate", format!("it ended {} days ago", -days), "renew it; it is noticed by itself")
        }
        0..DAYS_LEFT => {
            Finding::warning("certificate", format!("it ends in {days} days"), "renew it; it is noticed by itself")
        }
        _ => Finding::good("certificate", format!("it lasts {days} more days")),
    })
}

/// The space where the database lies.
pub(super) fn disk(folder: &Path) -> Finding {
    match free_mebibytes(folder) {
        None => {
            Finding::warning("disk", format!("the free space at {} is not known", folder.display()), "look with df")
        }
        Some(free) if free < MEBIBYTES_FREE => {
            let mend = "make room: without it the database stops taking changes";
            Finding::warning("disk", format!("{free} MiB are free at {}", folder.display()), mend)
        }
        Some(free) => Finding::good("disk", format!("{free} MiB are free at {}", folder.display())),
    }
}

/// What `df` says: the standard library cannot tell, and a binding is not worth a dependency.
fn free_mebibytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kibibytes / 1_024)
}
