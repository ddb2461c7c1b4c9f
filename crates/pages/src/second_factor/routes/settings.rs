//! What is set for a tenant.

mod concern;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Kinded as _, May};
use mfa::permissions::{ChangeProvider, ReadMfa};
use mfa::policy::LockoutLevel;
use mfa::providers::{ProviderUpdate, ProviderView as Found};
use mfa::settings::{AttestationMode, CustomAuthority, FirstFactor, Lockout, OutOfBand, WhenChanged};
use mfa::{FactorKind, MfaError, Settings};
use tenants::TenantId;
use uuid::Uuid;
use web::{Form, Path, Problem};

pub use self::concern::{export_people, people};
use self::concern::{look, mark};
use super::provider::{find, page_of};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::render::{page, page_with, sentence};
use crate::second_factor::provider::{Concern, DeliveryView, Open, SettingsForm, href};
use crate::second_factor::words;

/// A field and what is wrong with it.
type Wrong = (String, String);

/// `GET /second-factor/providers/{id}/settings`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, id).await?;
    let form = form(values(&found.settings), None, delivery(&desk, &rooms, id).await);
    Ok(page(&page_of(&desk, &rooms, &found, Open::Settings(Box::new(form))).await?))
}

/// How codes that are sent stand; not worth failing a page for.
async fn delivery(desk: &Desk, rooms: &Rooms, id: TenantId) -> Option<DeliveryView> {
    let found = rooms.mfa.out_of_band(&desk.may(ReadMfa {}).ok()?, id).await.ok()?;
    Some(DeliveryView {
        granted: found.mend.is_empty(),
        permission: found.permission.to_owned(),
        mend: found.mend,
        consent_url: found.consent_url,
        mail: found.mail,
        gateways: found.gateways.iter().map(words::gateway).collect(),
        messages_today: u64::try_from(found.messages_today).unwrap_or(0),
        capped: found.capped_at.is_some(),
    })
}

fn form(values: BTreeMap<String, String>, wrong: Option<Wrong>, delivery: Option<DeliveryView>) -> SettingsForm {
    let kind = |kind: &FactorKind| {
        let (name, about) = words::kind_of(*kind);
        (kind.as_str().to_owned(), name, about)
    };
    SettingsForm { values, kinds: FactorKind::ALL.iter().map(kind).collect(), wrong, delivery, concern: None }
}

/// What is set, by the names of the form's fields.
fn values(settings: &Settings) -> BTreeMap<String, String> {
    let Settings { lockout, temporary, devices, authority, out_of_band, .. } = settings;
    let yes = |is: bool| if is { "yes".to_owned() } else { String::new() };
    let lines = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join("\n");
    let of = |part: fn(&CustomAuthority) -> &String| authority.as_ref().map(part).cloned().unwrap_or_default();
    let mut values: BTreeMap<String, String> =
        settings.kinds.iter().map(|kind| (format!("kind_{kind}"), yes(true))).collect();
    let others = [
        ("web_push", yes(settings.web_push)),
        ("most_factors", settings.most_factors.to_string()),
        ("least_factors", settings.least_factors.to_string()),
        ("session_minutes", settings.session_minutes.to_string()),
        ("window", settings.window.to_string()),
        ("enrol_inline", yes(settings.enrol_inline)),
        ("first_factor", settings.first_factor.as_str().to_owned()),
        ("enrol_message", settings.enrol_message.clone().unwrap_or_default()),
        ("guests", yes(settings.guests)),
        ("lockout", level(lockout).map_or("own", LockoutLevel::as_str).to_owned()),
        ("lock_after", lockout.lock_after.to_string()),
        ("wait_after", lockout.wait_after.to_string()),
        ("longest_wait_seconds", lockout.longest_wait_seconds.to_string()),
        ("address_limit", lockout.address_limit.to_string()),
        ("default_minutes", temporary.default_minutes.to_string()),
        ("longest_minutes", temporary.longest_minutes.to_string()),
        ("privileged_groups", lines(&settings.privileged_groups)),
        ("sent_digits", out_of_band.digits.to_string()),
        ("sent_code_minutes", out_of_band.code_minutes.to_string()),
        ("sent_resend_seconds", out_of_band.resend_seconds.to_string()),
        ("sent_most_an_hour", out_of_band.most_an_hour.to_string()),
        ("sent_countries", out_of_band.countries.join(" ")),
        ("sent_daily_spend", out_of_band.daily_spend.to_string()),
        ("sent_changed_days", out_of_band.changed_days.to_string()),
        ("sent_when_changed", out_of_band.when_changed.to_string()),
        ("sent_subject", out_of_band.subject.clone().unwrap_or_default()),
        ("sent_text", out_of_band.text.clone().unwrap_or_default()),
        ("attestation_mode", settings.attestation.mode.to_string()),
        ("attestation_allow", lines(&settings.attestation.allow)),
        ("attestation_deny", lines(&settings.attestation.deny)),
        ("notices_enabled", yes(settings.notices.enabled)),
        ("notices_contact", settings.notices.contact.clone().unwrap_or_default()),
        ("break_glass", lines(&settings.break_glass)),
        ("readiness_percent", settings.readiness_percent.to_string()),
        ("device_days", devices.days.to_string()),
        ("device_idle_days", devices.idle_days.to_string()),
        ("controls_enabled", yes(settings.custom_controls.enabled)),
        ("control_claims", settings.custom_controls.claims.join("\n")),
        ("other_issuers", lines(&settings.other_issuers)),
        ("authority_metadata", of(|authority| &authority.metadata)),
        ("authority_issuer", of(|authority| &authority.issuer)),
        ("authority_redirect", of(|authority| &authority.redirect_uri)),
    ];
    values.extend(others.map(|(name, value)| (name.to_owned(), value)));
    values
}

fn level(lockout: &Lockout) -> Option<LockoutLevel> {
    LockoutLevel::ALL.iter().copied().find(|level| level.limits(lockout.address_limit) == *lockout)
}

/// What the form sent.
struct Sent(BTreeMap<String, String>);

impl Sent {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    fn is(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> Result<u32, Wrong> {
        self.get(name).parse().map_err(|_| (name.to_owned(), "Must be a whole number.".to_owned()))
    }

    fn ids(&self, name: &str) -> Result<Vec<Uuid>, Wrong> {
        let parts = self.get(name).split([',', ' ', '\n', '\r']).filter(|part| !part.is_empty());
        let id = |part: &str| part.parse().map_err(|_| (name.to_owned(), format!("{part} is no id.")));
        parts.map(id).collect()
    }

    /// Own values, or those of a level; how many one address may fail is no matter of levels.
    fn lockout(&self) -> Result<Lockout, Wrong> {
        let address_limit = self.number("address_limit")?;
        if let Some(level) = LockoutLevel::parse(self.get("lockout")) {
            return Ok(level.limits(address_limit));
        }
        Ok(Lockout {
            lock_after: self.number("lock_after")?,
            wait_after: self.number("wait_after")?,
            longest_wait_seconds: self.number("longest_wait_seconds")?,
            address_limit,
        })
    }

    fn authority(&self) -> Option<CustomAuthority> {
        let metadata = self.some("authority_metadata");
        let (issuer, redirect_uri) = (self.some("authority_issuer"), self.some("authority_redirect"));
        let any = metadata.is_some() || issuer.is_some() || redirect_uri.is_some();
        any.then(|| CustomAuthority {
            metadata: metadata.unwrap_or_default(),
            issuer: issuer.unwrap_or_default(),
            redirect_uri: redirect_uri.unwrap_or_default(),
        })
    }

    /// Codes that are sent; whoever sends no choice keeps the present one.
    fn out_of_band(&self, before: &OutOfBand) -> Result<OutOfBand, Wrong> {
        let countries = self.get("sent_countries").split([',', ' ', '\n']).filter(|part| !part.is_empty());
        Ok(OutOfBand {
            digits: self.number("sent_digits")?,
            code_minutes: self.number("sent_code_minutes")?,
            resend_seconds: self.number("sent_resend_seconds")?,
            most_an_hour: self.number("sent_most_an_hour")?,
            countries: countries.map(str::to_uppercase).collect(),
            daily_spend: self.number("sent_daily_spend")?,
            changed_days: self.number("sent_changed_days")?,
            when_changed: WhenChanged::parse(self.get("sent_when_changed")).unwrap_or(before.when_changed),
            subject: self.some("sent_subject"),
            text: self.some("sent_text"),
        })
    }

    /// The settings; what the form does not show stays as it was.
    fn settings(&self, before: &Settings) -> Result<Settings, Wrong> {
        let mut after = before.clone();
        after.kinds = FactorKind::ALL.iter().copied().filter(|kind| self.is(&format!("kind_{kind}"))).collect();
        after.web_push = self.is("web_push");
        after.most_factors = self.number("most_factors")?;
        after.least_factors = self.number("least_factors")?;
        after.session_minutes = self.number("session_minutes")?;
        after.window = self.number("window")?;
        after.enrol_inline = self.is("enrol_inline");
        after.first_factor = FirstFactor::parse(self.get("first_factor")).unwrap_or(before.first_factor);
        after.enrol_message = self.some("enrol_message");
        after.guests = self.is("guests");
        after.lockout = self.lockout()?;
        after.out_of_band = self.out_of_band(&before.out_of_band)?;
        after.temporary.default_minutes = self.number("default_minutes")?;
        after.temporary.longest_minutes = self.number("longest_minutes")?;
        after.devices.days = self.number("device_days")?;
        after.devices.idle_days = self.number("device_idle_days")?;
        after.attestation.mode =
            AttestationMode::parse(self.get("attestation_mode")).unwrap_or(before.attestation.mode);
        after.attestation.allow = self.ids("attestation_allow")?;
        after.attestation.deny = self.ids("attestation_deny")?;
        after.notices.enabled = self.is("notices_enabled");
        after.notices.contact = self.some("notices_contact");
        after.privileged_groups = self.ids("privileged_groups")?;
        after.break_glass = self.ids("break_glass")?;
        after.readiness_percent = self.number("readiness_percent")?;
        after.custom_controls.enabled = self.is("controls_enabled");
        let claims = self.get("control_claims").lines().map(str::trim).filter(|line| !line.is_empty());
        after.custom_controls.claims = claims.map(str::to_owned).collect();
        after.other_issuers = self.ids("other_issuers")?;
        after.authority = self.authority();
        Ok(after)
    }
}

/// Which field a refusal of the room's is about, by the name of the setting that it begins with.
fn field_of(why: &str) -> Wrong {
    let name = why.split_whitespace().next().unwrap_or_default();
    let rest = why.strip_prefix(name).unwrap_or(why).trim();
    if let Some(sent) = name.strip_prefix("out_of_band.") {
        return (format!("sent_{}", sent.trim_end_matches(':')), sentence(rest));
    }
    let field = match name {
        "devices.days" => "device_days",
        "devices.idle_days" => "device_idle_days",
        "attestation.allow" => "attestation_allow",
        "attestation.deny" => "attestation_deny",
        "notices.contact" => "notices_contact",
        "custom_controls.claims" => "control_claims",
        "authority.metadata" => "authority_metadata",
        "authority.issuer" => "authority_issuer",
        "authority.redirect_uri" => "authority_redirect",
        other => other.rsplit('.').next().unwrap_or_default(),
    };
    (field.to_owned(), sentence(rest))
}

/// How a form ends that is not saved.
enum Unsaved {
    Wrong(Wrong),
    /// It concerns people who are to be looked at first.
    Concerns(Concern),
}

/// `POST /second-factor/providers/{id}/settings`. What decides which ways count is shown before it is saved.
pub async fn save(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangeProvider { tenant: id })?;
    let found = find(&desk, &rooms, id).await?;
    let back = href(&id.to_string(), "/settings");
    let sent = Sent(pairs.into_iter().collect());
    let unsaved = match sent.settings(&found.settings) {
        Err(wrong) => Unsaved::Wrong(wrong),
        Ok(settings) => {
            if let Some(unsaved) = to_be_seen(&desk, &rooms, &found, &sent, &settings).await? {
                unsaved
            } else {
                match put(&desk, &rooms, &may, &sent, settings).await? {
                    Ok(said) => return Ok(done(back, said)),
                    Err(unsaved) => unsaved,
                }
            }
        }
    };
    again(&desk, &rooms, &found, sent, unsaved).await
}

/// Saves them: what is said then, or why they were not.
async fn put(
    desk: &Desk,
    rooms: &Rooms,
    may: &May<ChangeProvider>,
    sent: &Sent,
    settings: Settings,
) -> Result<Result<Done, Unsaved>, Problem> {
    let (version, confirmation) = (sent.get("version").parse().ok(), sent.some("confirmation"));
    let settings_sent = Some(settings.clone());
    let update = ProviderUpdate { settings: settings_sent, version, confirmation, ..ProviderUpdate::default() };
    Ok(match rooms.mfa.put_provider(may, update).await {
        Ok(_) => Ok(Done::Saved),
        Err(MfaError::Stale) => Ok(Done::Stale),
        Err(error @ MfaError::Invalid(_)) => Err(Unsaved::Wrong(field_of(&error.public_detail()))),
        Err(MfaError::LastFactors { name, .. }) => {
            let error = format!("The name of the tenant, {name}, has to be typed.");
            Err(with_error(look(desk, rooms, may.tenant, &settings).await?, error)?)
        }
        Err(error) => return Err(error.into()),
    })
}

/// `POST /second-factor/providers/{id}/settings/preview`: whom what was typed would concern.
pub async fn preview(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, id).await?;
    let sent = Sent(pairs.into_iter().collect());
    let unsaved = match sent.settings(&found.settings) {
        Err(wrong) => Unsaved::Wrong(wrong),
        Ok(settings) => outcome(look(&desk, &rooms, id, &settings).await?)?,
    };
    again(&desk, &rooms, &found, sent, unsaved).await
}

/// What has to be looked at before it is saved; nothing where it was, or where it concerns nobody.
async fn to_be_seen(
    desk: &Desk,
    rooms: &Rooms,
    found: &Found,
    sent: &Sent,
    settings: &Settings,
) -> Result<Option<Unsaved>, Problem> {
    let wanted = mark(settings);
    if wanted == mark(&found.settings) || wanted == sent.get("seen") {
        return Ok(None);
    }
    let unsaved = outcome(look(desk, rooms, found.tenant, settings).await?)?;
    Ok(Some(unsaved).filter(|unsaved| !matches!(unsaved, Unsaved::Concerns(concern) if !concern.is_any())))
}

fn outcome(looked: Result<Concern, MfaError>) -> Result<Unsaved, Problem> {
    match looked {
        Ok(concern) => Ok(Unsaved::Concerns(concern)),
        Err(error @ MfaError::Invalid(_)) => Ok(Unsaved::Wrong(field_of(&error.public_detail()))),
        Err(error) => Err(error.into()),
    }
}

fn with_error(looked: Result<Concern, MfaError>, error: String) -> Result<Unsaved, Problem> {
    Ok(match outcome(looked)? {
        Unsaved::Concerns(concern) => Unsaved::Concerns(Concern { error, ..concern }),
        wrong @ Unsaved::Wrong(_) => wrong,
    })
}

/// The form once more, as it was typed.
async fn again(desk: &Desk, rooms: &Rooms, found: &Found, sent: Sent, unsaved: Unsaved) -> Result<Response, Problem> {
    let (status, wrong, concern) = match unsaved {
        Unsaved::Wrong(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, Some(wrong), None),
        Unsaved::Concerns(concern) if concern.loses_last > 0 => (StatusCode::CONFLICT, None, Some(concern)),
        Unsaved::Concerns(concern) => (StatusCode::OK, None, Some(concern)),
    };
    let form = SettingsForm { concern, ..form(sent.0, wrong, delivery(desk, rooms, found.tenant).await) };
    let again = page_of(desk, rooms, found, Open::Settings(Box::new(form))).await?;
    Ok(page_with(status, &again))
}

#[cfg(test)]
mod tests {
    use mfa::Settings;
    use mfa::settings::{CustomControls, Lockout};

    use super::{LockoutLevel, Sent, field_of, values};

    #[test]
    fn what_is_set_comes_back_from_its_form_as_it_was() {
        let own = Lockout { lock_after: 7, wait_after: 4, longest_wait_seconds: 30, address_limit: 0 };
        let custom_controls =
            CustomControls { enabled: true, claims: vec!["OldMfa=Done".into(), "Level=2 = two".into()] };
        let kept = Settings { least_factors: 2, session_minutes: 30, custom_controls, ..Settings::default() };
        let all = [
            Settings::default(),
            Settings { lockout: own, guests: false, web_push: false, ..Settings::default() },
            kept,
        ];
        for settings in all {
            assert_eq!(Sent(values(&settings)).settings(&Settings::default()), Ok(settings));
        }
    }

    #[test]
    fn a_level_stands_for_its_values() {
        for level in LockoutLevel::ALL {
            let mut sent = values(&Settings::default());
            sent.insert("lockout".into(), level.to_string());
            sent.insert("lock_after".into(), "99".into());
            let settings = Sent(sent).settings(&Settings::default()).expect("it is whole");
            assert_eq!(settings.lockout, level.limits(settings.lockout.address_limit));
            assert_eq!(values(&settings)["lockout"], level.as_str());
            assert!(settings.validate().is_ok(), "{level}");
        }
    }

    #[test]
    fn a_refusal_stands_at_its_field() {
        for (why, field, text) in [
            ("most_factors must be from 1 to 5", "most_factors", "Must be from 1 to 5."),
            ("lockout.lock_after must be from 3 to 100", "lock_after", "Must be from 3 to 100."),
            ("devices.days must be from 0 to 730", "device_days", "Must be from 0 to 730."),
            ("least_factors must be from 1 to 3", "least_factors", "Must be from 1 to 3."),
            ("session_minutes must be from 10 to 720", "session_minutes", "Must be from 10 to 720."),
            ("out_of_band.digits must be from 6 to 8", "sent_digits", "Must be from 6 to 8."),
            ("custom_controls.claims holds at most 20 claims", "control_claims", "Holds at most 20 claims."),
            ("kinds must name at least one kind of proof", "kinds", "Must name at least one kind of proof."),
        ] {
            assert_eq!(field_of(why), (field.to_owned(), text.to_owned()));
        }
        let wrong = Sent([("most_factors".to_owned(), "many".to_owned())].into()).settings(&Settings::default());
        assert_eq!(wrong.map(|_| ()), Err(("most_factors".to_owned(), "Must be a whole number.".to_owned())));
    }
}
