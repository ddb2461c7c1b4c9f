//! A tenant's records as the pages' plain data.

use std::time::Duration;

use dirsync::service::scope_preview::SampleUser;
use dirsync::service::source_settings::SourceStatus;
use dirsync::service::user_ids::UserIdPreview;
use kernel::Timestamp;
use tenants::checklist::{Checklist as Lines, Line, LineResult};
use tenants::draft::NewCredential;
use tenants::model::{CredentialKind, CredentialRecord, ExpirySource, Slot};
use tenants::status::Severity;
use tenants::views::PermissionsView;
use tenants::{Feature, Tenant, TenantState, grants};

use super::connect::Asked;
use super::settings::FeatureRow;
use super::tenant::{CredentialRow, PermissionRow, TenantView};
use super::user_ids::{UserIdRow, UserIds};
use crate::overview::TenantHealth;
use crate::parts::{Badge, Check, Checklist, Tone};
use crate::render::sentence;

/// How a tenant is, in a badge.
pub fn badge(tenant: &Tenant) -> Badge {
    if tenant.state == TenantState::Paused {
        return Badge::off("Paused");
    }
    let status = tenant.health.status;
    let words = match status.as_str() {
        "granted" => "Healthy".to_owned(),
        other => crate::dirsync::words::plain(other),
    };
    match status.severity() {
        Severity::Good => Badge::ok(words),
        Severity::Warning => Badge::warn(words),
        Severity::Bad => Badge::bad(words),
    }
}

/// Why a tenant is not healthy, with what to do; empty when it is.
pub fn reason(tenant: &Tenant) -> String {
    if tenant.state == TenantState::Paused {
        return "An operator paused it. Nothing is read and nothing is removed.".to_owned();
    }
    if tenant.health.status.severity() == Severity::Good {
        return String::new();
    }
    let code = tenant.health.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let detail = sentence(&tenant.health.detail);
    format!("{}{code}. {}", detail.trim_end_matches('.'), sentence(tenant.health.status.mend()))
}

/// A tenant as a line of a list.
pub fn health(
    tenant: &Tenant,
    source: Option<&SourceStatus>,
    expires: Option<Timestamp>,
    people: Option<u64>,
) -> TenantHealth {
    TenantHealth {
        id: tenant.id.to_string(),
        name: tenant.name.clone(),
        domain: tenant.primary_domain.clone().unwrap_or_else(|| tenant.entra_id.to_string()),
        status: badge(tenant),
        status_word: crate::dirsync::words::plain(tenant.health.status.as_str()),
        status_reason: reason(tenant),
        last_sync: source.and_then(|source| source.last_read_at),
        next_sync: source.and_then(|source| source.next_run_at),
        credential_expires: expires,
        user_count: people,
    }
}

/// When the last credential in use ends.
pub fn last_expiry(credentials: &[CredentialRecord]) -> Option<Timestamp> {
    let used = credentials.iter().filter(|credential| credential.slot != Slot::Retired);
    used.filter_map(|credential| credential.expires_at).max()
}

/// A tenant for its page.
pub fn view(tenant: &Tenant, source: Option<&SourceStatus>) -> TenantView {
    TenantView {
        id: tenant.id.to_string(),
        name: tenant.name.clone(),
        status: badge(tenant),
        status_reason: reason(tenant),
        tenant_id: tenant.entra_id.to_string(),
        domain: tenant.primary_domain.clone().unwrap_or_default(),
        domains: tenant.domains.clone(),
        client_id: tenant.client_id.to_string(),
        cloud: crate::dirsync::words::plain(tenant.cloud.name()),
        way: if tenant.shared_app { "Admin consent".to_owned() } else { "An app registration of its own".to_owned() },
        connected: tenant.created_at,
        last_sync: source.and_then(|source| source.last_read_at),
        paused: tenant.state == TenantState::Paused,
        stale: None,
    }
}

/// What a tenant may be used for, as the settings show it.
pub fn features(chosen: &[Feature]) -> Vec<FeatureRow> {
    let row = |feature: &Feature| FeatureRow {
        word: feature.to_string(),
        name: feature_name(*feature),
        needs: grants::needed(&[*feature]).into_iter().map(|grant| grant.name).collect(),
        chosen: chosen.contains(feature),
    };
    Feature::ALL.iter().map(row).collect()
}

/// Why a choice of features is none.
pub fn features_error(message: &str) -> String {
    let hidden = message.contains(Feature::HiddenMembers.as_str());
    if hidden { "Tick groups too: hidden members are members of groups." } else { "Tick users, groups, or both." }
        .to_owned()
}

fn feature_name(feature: Feature) -> &'static str {
    match feature {
        Feature::Users => "Users are read",
        Feature::Groups => "Groups and their members are read",
        Feature::HiddenMembers => "Members of groups whose membership is hidden are read",
        Feature::CredentialExpiry => "The end of the application’s credentials is read",
        Feature::TenantDetails => "The tenant’s name and domains are read",
        Feature::Provisioning => "Entra’s provisioning jobs are looked at, mended and started",
        Feature::OutOfBand => "Codes are sent by mail, text message and call",
        Feature::SecondFactor => "Entra’s side of the second factor is looked at, and the method made",
        Feature::Risk => "Policies of the second factor ask for people’s risk",
        Feature::Registration => "People are registered for the second factor on their behalf",
        Feature::ChangeNotifications => "Microsoft tells of changes",
    }
}

/// A credential as a line.
pub fn credential(record: &CredentialRecord, now: Timestamp) -> CredentialRow {
    let expired = record.expires_at.is_some_and(|end| end <= now);
    let status = match record.slot {
        Slot::Retired => Badge::off("Retired"),
        _ if expired => Badge::bad("Expired"),
        _ if record.refused_at > record.worked_at => Badge::bad("Refused"),
        Slot::Primary => Badge::ok("In use"),
        Slot::Staged => Badge::accent("Staged"),
    };
    let source = match record.expiry_source {
        Some(ExpirySource::Entered) => "entered",
        Some(ExpirySource::Entra) => "read from Entra",
        Some(ExpirySource::Certificate) => "from the certificate",
        None => "",
    };
    let kind = if record.kind == CredentialKind::Secret { "Secret" } else { "Certificate" };
    CredentialRow {
        id: record.id.to_string(),
        kind: kind.to_owned(),
        hint: record.thumbprint.clone().unwrap_or_default(),
        description: record.label.clone(),
        status,
        added: record.created_at,
        expires: record.expires_at,
        expiry_source: source.to_owned(),
        staged: record.slot == Slot::Staged,
        retired: record.slot == Slot::Retired,
    }
}

/// The connection test as a checklist.
pub fn checklist(lines: &Lines) -> Checklist {
    Checklist::new(lines.lines.iter().map(check).collect())
}

fn check(line: &Line) -> Check {
    let tone = match line.result {
        LineResult::Ok => Tone::Ok,
        LineResult::Warn => Tone::Warn,
        LineResult::Fail => Tone::Bad,
        LineResult::Skipped => Tone::Off,
    };
    let check = Check::new(tone, line_name(&line.name), sentence(&line.detail));
    let check = line.code.iter().fold(check, Check::code);
    let check = line.mend.iter().fold(check, |check, mend| check.mend(sentence(mend)));
    if line.result == LineResult::Skipped { check } else { check.took(Duration::from_millis(line.duration_ms)) }
}

fn line_name(name: &str) -> String {
    match name {
        "dns" => "Name resolution".to_owned(),
        "connect" => "Connection and TLS".to_owned(),
        "superfluous" => "Superfluous permissions".to_owned(),
        "users" => "Read people".to_owned(),
        "groups" => "Read groups".to_owned(),
        other => crate::dirsync::words::plain(other),
    }
}

/// Needed and superfluous permissions as lines.
pub fn permissions(view: &PermissionsView) -> Vec<PermissionRow> {
    let needed = view.permissions.iter().map(|grant| PermissionRow {
        name: grant.name.to_owned(),
        why: format!("{} {}", sentence(grant.reason), sentence(grant.without)),
        needed: true,
        optional: grant.optional,
        present: grant.granted,
    });
    let extra = view.superfluous.iter().map(|name| PermissionRow {
        name: name.clone(),
        why: "No chosen feature needs it.".to_owned(),
        needed: false,
        optional: false,
        present: Some(true),
    });
    needed.chain(extra).collect()
}

/// What another User ID attribute would do, with some of those to whom it does.
pub fn user_ids(found: &UserIdPreview) -> UserIds {
    let row = |user: &SampleUser, what: Badge, before: Option<&String>, after: Option<&String>| UserIdRow {
        id: user.id.to_string(),
        name: user.name.clone(),
        what,
        before: before.cloned().unwrap_or_default(),
        after: after.cloned().unwrap_or_default(),
    };
    let without = found.sample_without.iter().map(|user| row(user, Badge::warn("No id"), None, None));
    let same = found.sample_colliding.iter().flat_map(|collision| {
        collision.users.iter().map(|user| row(user, Badge::warn("Same id as another"), None, Some(&collision.user_id)))
    });
    let changed = found
        .sample_changed
        .iter()
        .map(|changed| row(&changed.user, Badge::label("Another id"), changed.before.as_ref(), changed.after.as_ref()));
    UserIds {
        attribute: found.attribute.to_string(),
        users: found.users,
        without: found.without_value,
        colliding: found.colliding,
        changed: found.changed,
        rows: without.chain(same).chain(changed).collect(),
    }
}

/// What will be asked for, before consent.
pub fn asked(view: &PermissionsView) -> Vec<Asked> {
    let grants = view.permissions.iter();
    let why = |reason: &str, without: &str| format!("{} {}", sentence(reason), sentence(without));
    grants.map(|grant| Asked { name: grant.name.to_owned(), why: why(grant.reason, grant.without) }).collect()
}

/// What the credential fields send: one box for certificate and key, one for a secret.
pub fn new_credential(pem: &str, secret: &str, label: &str, expires: &str) -> NewCredential {
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (certificate, key) = split_pem(pem);
    NewCredential {
        label: filled(label),
        secret: filled(secret).map(kernel::Secret::new),
        certificate_pem: filled(&certificate),
        key_pem: filled(&key).map(kernel::Secret::new),
        expires_at: Timestamp::parse(&format!("{expires}T00:00:00Z")).ok(),
    }
}

/// Parts a PEM text (RFC 7468) into certificates and keys.
fn split_pem(text: &str) -> (String, String) {
    let (mut certificates, mut keys, mut in_key) = (String::new(), String::new(), false);
    for line in text.lines().map(str::trim) {
        if line.starts_with("-----BEGIN ") {
            in_key = line.contains("PRIVATE KEY");
        }
        let part = if in_key { &mut keys } else { &mut certificates };
        part.push_str(line);
        part.push('\n');
    }
    (certificates, keys)
}

#[cfg(test)]
mod tests {
    //! How PEM texts are parted.

    use super::split_pem;

    #[test]
    fn keys_and_certificates_are_parted_in_any_order() {
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let certificate = "-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n";
        for text in [format!("{key}{certificate}"), format!("{certificate}{key}")] {
            assert_eq!(split_pem(&text), (certificate.to_owned(), key.to_owned()));
        }
        assert_eq!(split_pem(""), (String::new(), String::new()));
    }
}
