//! The room's records as the pages' plain data.

use mfa::accounts::{AccountDetails, AccountView, Suspended};
use mfa::attempts::{Attempt, Outcome};
use mfa::factors::FactorView;
use mfa::import::ImportReport;
use mfa::keys::KeyView;
use mfa::model::FactorState;
use mfa::outofband::{Delivery, LoggedMessage};
use mfa::providers::ProviderView as Found;
use mfa::risk::{KnownRisk, RiskLevel};
use mfa::{FactorKind, ProviderState};
use tenants::checklist::{Checklist as Lines, LineResult};

use super::attempts::AttemptRow;
use super::course::KeyLife;
use super::import::{LineRow, ReportView};
use super::messages::MessageRow;
use super::people::PersonRow;
use super::person::{FactorRow, FactorStanding, SourceRow};
use super::provider::{ApplicationView, ProviderView};
use super::providers::Standing;
use crate::form::{Choice, Field};
use crate::format;
use crate::parts::{Check, Checklist, Tone};
use crate::render::sentence;

/// What the method is called in Entra, where nobody says otherwise.
pub const METHOD_NAME: &str = "Vestibule";

/// A field that narrows a list to a tenant, where there are several.
pub fn tenant_field(tenants: &[(String, String)], value: &str) -> Option<Field> {
    let choices = tenants.iter().map(|(id, name)| Choice::new(id, name));
    let all = [Choice::new("", "All")].into_iter().chain(choices).collect();
    (tenants.len() > 1).then(|| Field::select("provider", "Tenant", all).value(value))
}

/// The name of something by its id.
pub fn name_of(names: &[(String, String)], id: &str) -> String {
    names.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone()).unwrap_or_default()
}

/// A kind of proof: its name and what it is.
pub fn kind_of(kind: FactorKind) -> (&'static str, &'static str) {
    match kind.as_str() {
        "passkey" => ("Passkey", "Finger, face or PIN of a device, or a security key. Cannot be phished."),
        "totp" => ("Authenticator app", "A code that changes every 30 seconds, in any app."),
        "hotp" => ("Hardware token", "Codes by count. Imported, not registered by people."),
        "recovery" => ("Recovery codes", "Ten codes on paper, each once."),
        "temporary" => ("Temporary code", "Given by an administrator, with a reason."),
        "email" | "mail" => ("Code by mail", "Sent to the address that Entra knows."),
        "sms" => ("Code by text message", "Sent to the number that Entra knows."),
        "voice" => ("Code by call", "Told to the number that Entra knows."),
        "push" => ("Number match", "A number shown here is entered in a browser that is known."),
        "device" => ("Remembered browser", "A browser that has a key of its own, for as long as it is remembered."),
        other => (other, ""),
    }
}

/// Kinds in a row.
pub fn kinds(kinds: &[FactorKind]) -> String {
    let all: Vec<_> = kinds.iter().map(|kind| kind_of(*kind).0).collect();
    if all.len() == FactorKind::ALL.len() { "Everything".to_owned() } else { all.join(", ") }
}

/// What a gateway delivers.
pub fn gateway(gateway: &mfa::gateway::GatewayView) -> String {
    match gateway.way.as_str() {
        "sms" => "text message".to_owned(),
        "voice" => "call".to_owned(),
        other => other.to_owned(),
    }
}

/// How far a second factor is.
pub fn standing(state: Option<ProviderState>) -> Standing {
    match state {
        None => Standing::Nothing,
        Some(ProviderState::Off) => Standing::Off,
        Some(ProviderState::On) => Standing::On,
    }
}

/// A second factor as its page shows it.
pub fn provider(found: &Found, tenant: &str) -> ProviderView {
    ProviderView {
        id: found.tenant.to_string(),
        tenant: tenant.to_owned(),
        on: found.state == ProviderState::On,
        name: METHOD_NAME.to_owned(),
        client_id: found.client_id.clone(),
        app_id: found.app_id.clone(),
        discovery_url: found.discovery_url.clone(),
        issuer: found.issuer.clone(),
        redirect_uri: found.redirect_uri.clone(),
        version: found.version,
    }
}

/// What an application in Entra must hold.
pub fn application(needs: &mfa::method::application::Needs) -> ApplicationView {
    ApplicationView {
        app_id: needs.app_id.clone(),
        of_method: needs.of_method,
        of_portal: !needs.id_token_claims.is_empty(),
        reply_urls: needs.reply_urls.clone(),
        claims: needs.manifest(),
    }
}

/// A key of ours.
pub fn key(key: KeyView) -> KeyLife {
    KeyLife {
        kid: key.kid,
        published: key.published_at,
        signs: key.signs_from,
        until: key.signs_until,
        removed: key.removed_at,
        signs_now: key.signs_now,
    }
}

/// A person as a line.
pub fn person(account: &AccountView, tenants: &[(String, String)]) -> PersonRow {
    PersonRow {
        id: account.id.to_string(),
        object_id: account.object_id.to_string(),
        name: account.name.clone().unwrap_or_else(|| account.label.clone()),
        label: account.label.clone(),
        user_id: account.user_id.clone().filter(|id| *id != account.label).unwrap_or_default(),
        tenant: name_of(tenants, &account.provider.to_string()),
        guest: account.guest,
        factors: account.factors,
        failures: u64::try_from(account.failures).unwrap_or(0),
        locked: account.locked_at,
        suspended: match account.suspended {
            None => "",
            Some(Suspended::Disabled) => "Disabled in the directory",
            Some(Suspended::Deleted) => "Deleted in the directory",
        },
        last_proved: account.last_proved_at,
        since: account.created_at,
    }
}

/// Where failures came from.
pub fn sources(details: &AccountDetails) -> Vec<SourceRow> {
    let row = |source: &mfa::accounts::FailureSource| SourceRow {
        source: source.source.clone(),
        failures: u64::try_from(source.failures).unwrap_or(0),
        last: source.last_at,
        waits_until: source.waits_until,
    };
    details.sources.iter().map(row).collect()
}

/// A factor.
pub fn factor(factor: &FactorView, now: kernel::Timestamp) -> FactorRow {
    let over = factor.expires_at.is_some_and(|end| end <= now);
    let state = match (factor.state, over) {
        (_, true) => FactorStanding::Expired,
        (FactorState::Active, _) => FactorStanding::Active,
        (FactorState::Suspended, _) => FactorStanding::Suspended,
        (FactorState::Pending, _) if factor.temporary.is_some() => FactorStanding::Waits,
        (FactorState::Pending, _) => FactorStanding::Pending,
    };
    FactorRow {
        id: factor.id.to_string(),
        kind: kind_of(factor.kind).0.to_owned(),
        name: factor.name.clone(),
        state,
        notes: notes(factor),
        since: factor.created_at,
        last_used: factor.last_used_at,
        expires: factor.expires_at,
    }
}

/// Of which model a passkey is.
fn model(passkey: &mfa::factors::Passkey) -> Option<String> {
    let proved = if passkey.attested { ", proved" } else { ", as it says" };
    match (&passkey.model, passkey.aaguid) {
        (Some(name), _) => Some(format!("{name}{proved}.")),
        (None, Some(aaguid)) => Some(format!("Model {aaguid}{proved}.")),
        (None, None) => None,
    }
}

fn notes(factor: &FactorView) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(serial) = &factor.serial {
        let model = factor.model.as_deref().map(|model| format!(", {model}")).unwrap_or_default();
        notes.push(format!("Serial number {serial}{model}."));
    }
    if let Some(passkey) = &factor.passkey {
        let stays = "Stays on one device.";
        notes.push(if passkey.backed_up { "Synchronised between devices." } else { stays }.to_owned());
        notes.extend(model(passkey));
    }
    if let Some(seconds) = factor.clock_off_seconds.filter(|seconds| *seconds != 0) {
        let way = if seconds > 0 { "ahead" } else { "behind" };
        notes.push(format!("Its clock is {} s {way}.", seconds.abs()));
    }
    if let Some(left) = factor.codes_left.filter(|_| factor.temporary.is_none()) {
        notes.push(format!("{} left.", format::plural(left, "code", "codes")));
    }
    if let Some(code) = &factor.temporary {
        let ticket = code.ticket.as_deref().map(|ticket| format!(" {ticket}.")).unwrap_or_default();
        notes.push(format!("{}{ticket}", sentence(&code.reason)));
        notes.push(format!("By {}.", format::who(&code.issued_by)));
        if let Some(by) = &code.approved_by {
            notes.push(format!("Approved by {}.", format::who(by)));
        }
    }
    notes
}

/// An attempt as a line.
pub fn attempt(attempt: &Attempt, tenants: &[(String, String)]) -> AttemptRow {
    let (outcome, tone) = match attempt.outcome {
        Outcome::Passed => ("Passed", Tone::Ok),
        Outcome::Refused => ("Refused", Tone::Bad),
        Outcome::Declined => ("Given up", Tone::Off),
        Outcome::Error => ("Not answered", Tone::Warn),
    };
    let kind = attempt.factor_kind.map(|kind| kind_of(kind).0.to_owned());
    let factor = match (kind, &attempt.factor_name) {
        (Some(kind), Some(name)) if *name != kind => format!("{kind}, {name}"),
        (Some(kind), _) => kind,
        (None, name) => name.clone().unwrap_or_default(),
    };
    AttemptRow {
        id: attempt.id.to_string(),
        at: attempt.at,
        outcome,
        tone,
        reason: attempt.reason.clone(),
        detail: attempt.detail.clone().unwrap_or_default(),
        label: attempt.label.clone().unwrap_or_default(),
        account: attempt.account.map(|id| format!("/second-factor/people/{id}")).unwrap_or_default(),
        factor,
        address: attempt.origin.address.clone().unwrap_or_default(),
        correlation_id: attempt.origin.correlation_id.clone().unwrap_or_default(),
        asked_by: if attempt.origin.custom_control { "A custom control" } else { "" },
        tenant: name_of(tenants, &attempt.provider.to_string()),
        risk: attempt.ruled.as_ref().and_then(|ruled| ruled.risk.as_ref()).map(risk_of).unwrap_or_default(),
        policies: attempt.ruled.as_ref().map(|ruled| ruled.names().join(", ")).unwrap_or_default(),
    }
}

/// A code that was sent, as a line.
pub fn message(message: &LoggedMessage, tenants: &[(String, String)]) -> MessageRow {
    let (state, tone) = match message.state {
        Delivery::Sending => ("On its way", Tone::Busy),
        Delivery::Taken => ("Taken", Tone::Info),
        Delivery::Delivered => ("Delivered", Tone::Ok),
        Delivery::Failed => ("Failed", Tone::Bad),
    };
    let way = match message.way {
        FactorKind::Sms => "Text message",
        FactorKind::Voice => "Call",
        _ => "Mail",
    };
    MessageRow {
        id: message.id.to_string(),
        at: message.sent_at,
        way,
        to: message.shown.clone(),
        label: message.label.clone(),
        account: format!("/second-factor/people/{}", message.account),
        state,
        tone,
        detail: message.detail.clone().unwrap_or_default(),
        reference: message.reference.clone().unwrap_or_default(),
        told: message.told_at,
        correlation_id: message.correlation_id.clone().unwrap_or_default(),
        tenant: name_of(tenants, &message.provider.to_string()),
    }
}

/// A level, or that there is none, or that it was not known and what was read last.
fn risk_of(known: &KnownRisk) -> String {
    let level = known.level.map_or("none", RiskLevel::as_str);
    match known.unknown {
        None => level.to_owned(),
        Some(why) if known.level.is_none() => format!("not known ({why})"),
        Some(why) => format!("{level}, not known now ({why})"),
    }
}

/// What an import did.
pub fn report(report: &ImportReport) -> ReportView {
    let count = |number: usize| u64::try_from(number).unwrap_or(0);
    let line = |line: &mfa::import::ImportLine| LineRow {
        line: count(line.line),
        person: line.person.clone(),
        serial: line.serial.clone().unwrap_or_default(),
        kind: line.kind.map(|kind| kind_of(kind).0.to_owned()).unwrap_or_default(),
        known: line.known,
        error: line.error.clone().unwrap_or_default(),
        warning: line.warning.clone().unwrap_or_default(),
    };
    ReportView {
        written: report.written,
        imported: count(report.imported),
        known: count(report.known),
        errors: count(report.errors),
        guests: count(report.guests),
        strangers: count(report.strangers),
        lines: report.lines.iter().map(line).collect(),
    }
}

/// The lines of a check.
pub fn checks(lines: &Lines) -> Checklist {
    let check = |line: &tenants::checklist::Line| {
        let tone = match line.result {
            LineResult::Ok => Tone::Ok,
            LineResult::Warn => Tone::Warn,
            LineResult::Fail => Tone::Bad,
            LineResult::Skipped => Tone::Off,
        };
        let mut check = Check::new(tone, check_name(&line.name), sentence(&line.detail));
        if let Some(code) = &line.code {
            check = check.code(code);
        }
        if let Some(mend) = &line.mend {
            check = check.mend(sentence(mend));
        }
        check
    };
    Checklist::new(lines.lines.iter().map(check).collect())
}

fn check_name(name: &str) -> String {
    match name {
        "discovery" => "Metadata document".to_owned(),
        "keys" => "List of keys".to_owned(),
        "kid" => "Key id".to_owned(),
        "x5c" => "Certificate".to_owned(),
        "method_enabled" => "Method switched on".to_owned(),
        "method_values" => "Method’s values".to_owned(),
        "custom_controls" => "Asked twice".to_owned(),
        "old_way" => "Custom controls".to_owned(),
        "strengths" => "Authentication strengths".to_owned(),
        "break_glass" => "Break-glass accounts".to_owned(),
        "reply_url" => "Reply URL".to_owned(),
        "portal_reply_url" => "Portal’s reply URL".to_owned(),
        "portal_auth_time" => "Portal’s auth_time".to_owned(),
        other => sentence(&other.replace('_', " ")).trim_end_matches('.').to_owned(),
    }
}
