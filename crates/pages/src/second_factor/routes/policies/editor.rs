//! One policy: its form, what it sends, and what is wrong with it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use mfa::permissions::{ChangePolicies, ReadMfa};
use mfa::policy::{
    AtRisk, Door, Enrolment, LockoutLevel, LockoutRule, People, Policy, PolicyId, Rules, WhenUnknown, Whom,
};
use mfa::risk::RiskLevel;
use mfa::settings::{Attestation, AttestationMode, Devices};
use mfa::{FactorKind, MfaError};
use tenants::TenantId;
use uuid::Uuid;
use web::{Form, Path, Problem};

use super::{board, prepared, save_draft, whose};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::routes::pick::{Wanted, look_for, named};
use crate::flash::Done;
use crate::form::Picks;
use crate::layout::Section;
use crate::render::{page_with, sentence};
use crate::second_factor::policies::editor::{EditorPage, PolicyForm};
use crate::second_factor::policies::words as policy_words;
use crate::second_factor::provider::href;
use crate::second_factor::words;

/// A field and what is wrong with it.
type Wrong = (String, String);

/// `GET /second-factor/providers/{id}/policies/new`.
pub async fn new(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    desk.may(ChangePolicies { tenant: id })?;
    let board = board(&desk, &rooms, id).await?;
    let fresh = Policy {
        id: PolicyId(Uuid::nil()),
        name: String::new(),
        enabled: true,
        whom: Whom::default(),
        rules: Rules::default(),
    };
    let sent = Sent { id: String::new(), ..Sent::of(&fresh, board.draft_version) };
    editor(&desk, &rooms, id, &sent, None, StatusCode::OK).await
}

/// `GET /second-factor/providers/{id}/policies/{policy}/edit`.
pub async fn edit(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, policy)): Path<(TenantId, PolicyId)>,
) -> Result<Response, Problem> {
    desk.may(ChangePolicies { tenant: id })?;
    let board = board(&desk, &rooms, id).await?;
    match prepared(&board).iter().find(|known| known.id == policy) {
        Some(found) => editor(&desk, &rooms, id, &Sent::of(found, board.draft_version), None, StatusCode::OK).await,
        None => Ok(done(href(&id.to_string(), "/policies"), Done::Stale)),
    }
}

/// `POST /second-factor/providers/{id}/policies/find`: looks for a group by name where no script does; nothing is saved.
pub async fn find(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    desk.may(ChangePolicies { tenant: id })?;
    editor(&desk, &rooms, id, &Sent::read(pairs), None, StatusCode::OK).await
}

/// `POST /second-factor/providers/{id}/policies/save`.
pub async fn save(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    desk.may(ChangePolicies { tenant: id })?;
    let sent = Sent::read(pairs);
    let here = href(&id.to_string(), "/policies");
    let wrong = match sent.policy() {
        Err(wrong) => wrong,
        Ok(policy) => {
            let mut policies = prepared(&board(&desk, &rooms, id).await?).to_vec();
            match policies.iter_mut().find(|known| known.id == policy.id) {
                Some(known) => *known = policy,
                None => policies.push(policy),
            }
            match save_draft(&desk, &rooms, id, policies, sent.version).await? {
                Ok(()) => return Ok(done(here, Done::PolicyDraftSaved)),
                Err(MfaError::Stale) => return Ok(done(here, Done::Stale)),
                Err(error @ MfaError::Invalid(_)) => field_of(&error.public_detail()),
                Err(error) => return Err(error.into()),
            }
        }
    };
    editor(&desk, &rooms, id, &sent, Some(wrong), StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn editor(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    sent: &Sent,
    wrong: Option<Wrong>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let kind = |kind: &FactorKind| {
        let (name, about) = words::kind_of(*kind);
        (kind.as_str().to_owned(), name, about)
    };
    let may = desk.may(ReadMfa {})?;
    let risk = rooms.mfa.get_risk(&may, id).await?;
    let form = PolicyForm {
        id: sent.id.clone(),
        values: sent.values.clone(),
        groups: picks(desk, rooms, id, sent, "groups").await?,
        except_groups: picks(desk, rooms, id, sent, "except_groups").await?,
        kinds: FactorKind::ALL.iter().map(kind).collect(),
        wrong,
        has_metadata: rooms.mfa.get_metadata(&may).await?.is_some(),
        risk_unknown: risk.unknown.map(policy_words::unknown).unwrap_or_default().to_owned(),
        version: sent.version,
    };
    let whose = whose(desk, rooms, id).await?;
    let title = if form.id.is_empty() { "New policy" } else { "Policy" };
    Ok(page_with(status, &EditorPage::new(desk.frame(title, Section::SecondFactor), whose, form)))
}

/// The groups that were chosen, by name, and those that a search found.
async fn picks(desk: &Desk, rooms: &Rooms, id: TenantId, sent: &Sent, field: &str) -> Result<Picks, Problem> {
    let source = id.0.into();
    let wanted: Vec<_> = sent.picked(field).filter_map(Wanted::parse).map(|one| Wanted::group(one.id)).collect();
    let chosen = named(desk, rooms, source, &wanted).await?;
    let text = sent.get(&format!("find_{field}")).to_owned();
    let asked = sent.get("find") == field && !text.is_empty();
    let found = if asked {
        let found = look_for(desk, rooms, Some(source), "groups", &text).await?;
        Some((text, found))
    } else {
        None
    };
    Ok(Picks { chosen, found })
}

/// What the form sent, or holds.
#[derive(Debug, Clone, Default)]
struct Sent {
    id: String,
    version: i64,
    values: BTreeMap<String, String>,
    /// Chosen groups, by the name of their field.
    picked: Vec<(String, String)>,
}

impl Sent {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let is_pick = |name: &str| name == "groups" || name == "except_groups";
        let (picked, values): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| is_pick(name));
        let values: BTreeMap<String, String> = values.into_iter().collect();
        let text = |name: &str| values.get(name).map_or("", |text| text.trim()).to_owned();
        Self { id: text("id"), version: text("version").parse().unwrap_or(0), picked, values }
    }

    /// A policy by the names of the form's fields.
    fn of(policy: &Policy, version: i64) -> Self {
        let (whom, rules) = (&policy.whom, &policy.rules);
        let mut values = BTreeMap::new();
        let mut say = |name: &str, value: String| drop(values.insert(name.to_owned(), value));
        let yes = |is: bool| if is { "yes".to_owned() } else { String::new() };
        say("name", policy.name.clone());
        say("enabled", yes(policy.enabled));
        say("people", whom.people.to_string());
        for door in Door::ALL {
            say(&format!("door_{door}"), yes(whom.doors.is_empty() || whom.doors.contains(door)));
        }
        say("risk", whom.risk.map(|asked| asked.at_least.to_string()).unwrap_or_default());
        say("risk_unknown", yes(whom.risk.is_some_and(|asked| asked.when_unknown == WhenUnknown::Apply)));
        say("rule_kinds", yes(rules.kinds.is_some()));
        for kind in rules.kinds.iter().flatten() {
            say(&format!("kind_{kind}"), yes(true));
        }
        let models = rules.attestation.as_ref();
        let lines = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join("\n");
        say("attestation_mode", models.map(|models| models.mode.to_string()).unwrap_or_default());
        say("attestation_allow", models.map(|models| lines(&models.allow)).unwrap_or_default());
        say("attestation_deny", models.map(|models| lines(&models.deny)).unwrap_or_default());
        let devices = rules.devices;
        let numbers = [
            ("most_factors", rules.most_factors),
            ("least_factors", rules.least_factors),
            ("window", rules.window),
            ("device_days", devices.map(|devices| devices.days)),
            ("device_idle_days", devices.map(|devices| devices.idle_days)),
            ("session_minutes", rules.session_minutes),
        ];
        for (name, number) in numbers {
            say(name, number.map(|number| number.to_string()).unwrap_or_default());
        }
        let enrolment = rules.enrolment.as_ref();
        let way = enrolment.map(|enrolment| if enrolment.inline { "inline" } else { "outside" });
        say("enrolment", way.unwrap_or_default().to_owned());
        say("enrol_message", enrolment.and_then(|enrolment| enrolment.message.clone()).unwrap_or_default());
        say("guests", yes(enrolment.is_none_or(|enrolment| enrolment.guests)));
        match rules.lockout {
            None => say("lockout", String::new()),
            Some(LockoutRule::Level { level }) => say("lockout", level.to_string()),
            Some(LockoutRule::Own { lock_after, wait_after, longest_wait_seconds }) => {
                say("lockout", "own".to_owned());
                say("lock_after", lock_after.to_string());
                say("wait_after", wait_after.to_string());
                say("longest_wait_seconds", longest_wait_seconds.to_string());
            }
        }
        let picks = |field: &str, groups: &[Uuid]| -> Vec<(String, String)> {
            groups.iter().map(|group| (field.to_owned(), format!("group:{group}"))).collect()
        };
        let picked = [picks("groups", &whom.groups), picks("except_groups", &whom.except_groups)].concat();
        Self { id: policy.id.to_string(), version, values, picked }
    }

    fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |text| text.trim())
    }

    fn is(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    fn picked(&self, field: &str) -> impl Iterator<Item = &str> {
        self.picked.iter().filter(move |(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    fn groups(&self, field: &str) -> Result<Vec<Uuid>, Wrong> {
        let wrong = || (field.to_owned(), "One of those chosen is no group.".to_owned());
        self.picked(field).map(|value| Wanted::parse(value).map(|one| one.id).ok_or_else(wrong)).collect()
    }

    /// A number, or nothing where nothing is said.
    fn number(&self, name: &str) -> Result<Option<u32>, Wrong> {
        let wrong = |_| (name.to_owned(), "Must be a whole number, or empty.".to_owned());
        Some(self.get(name)).filter(|text| !text.is_empty()).map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// Which models of security keys are taken, or nothing where nothing is said.
    fn models(&self) -> Result<Option<Attestation>, Wrong> {
        let ids = |name: &str| -> Result<Vec<Uuid>, Wrong> {
            let parts = self.get(name).split([',', ' ', '\n', '\r']).filter(|part| !part.is_empty());
            parts.map(|part| part.parse().map_err(|_| (name.to_owned(), format!("{part} is no id.")))).collect()
        };
        let (allow, deny) = (ids("attestation_allow")?, ids("attestation_deny")?);
        match AttestationMode::parse(self.get("attestation_mode")) {
            Some(mode) => Ok(Some(Attestation { mode, allow, deny })),
            None if allow.is_empty() && deny.is_empty() => Ok(None),
            None => Err(("attestation_mode".to_owned(), "Must be said too, where models are listed.".to_owned())),
        }
    }

    fn needed(&self, name: &str) -> Result<u32, Wrong> {
        self.number(name)?.ok_or_else(|| (name.to_owned(), "Must be said too.".to_owned()))
    }

    fn policy(&self) -> Result<Policy, Wrong> {
        let id = if self.id.is_empty() { Ok(PolicyId(Uuid::nil())) } else { self.id.parse() };
        Ok(Policy {
            id: id.map_err(|_| ("policy".to_owned(), "The policy’s id is no id.".to_owned()))?,
            name: self.get("name").to_owned(),
            enabled: self.is("enabled"),
            whom: self.whom()?,
            rules: self.rules()?,
        })
    }

    fn whom(&self) -> Result<Whom, Wrong> {
        let doors: Vec<Door> = Door::ALL.iter().copied().filter(|door| self.is(&format!("door_{door}"))).collect();
        if doors.is_empty() {
            return Err(("doors".to_owned(), "Must be one of the two, or both.".to_owned()));
        }
        Ok(Whom {
            groups: self.groups("groups")?,
            except_groups: self.groups("except_groups")?,
            people: People::parse(self.get("people")).unwrap_or(People::All),
            doors: if doors.len() == Door::ALL.len() { Vec::new() } else { doors },
            risk: self.risk(),
        })
    }

    fn risk(&self) -> Option<AtRisk> {
        let when_unknown = if self.is("risk_unknown") { WhenUnknown::Apply } else { WhenUnknown::PassOver };
        RiskLevel::parse(self.get("risk")).map(|at_least| AtRisk { at_least, when_unknown })
    }

    fn rules(&self) -> Result<Rules, Wrong> {
        let kinds = FactorKind::ALL.iter().copied().filter(|kind| self.is(&format!("kind_{kind}")));
        let days = (self.number("device_days")?, self.number("device_idle_days")?);
        let devices = match days {
            (None, None) => None,
            _ => Some(Devices { days: self.needed("device_days")?, idle_days: self.needed("device_idle_days")? }),
        };
        let enrolment = Some(self.get("enrolment")).filter(|way| !way.is_empty()).map(|way| Enrolment {
            inline: way == "inline",
            message: Some(self.get("enrol_message").to_owned()).filter(|text| !text.is_empty()),
            guests: self.is("guests"),
        });
        Ok(Rules {
            kinds: self.is("rule_kinds").then(|| kinds.collect()),
            attestation: self.models()?,
            most_factors: self.number("most_factors")?,
            least_factors: self.number("least_factors")?,
            enrolment,
            lockout: self.lockout()?,
            window: self.number("window")?,
            devices,
            session_minutes: self.number("session_minutes")?,
        })
    }

    fn lockout(&self) -> Result<Option<LockoutRule>, Wrong> {
        let said = self.get("lockout");
        if said == "own" {
            return Ok(Some(LockoutRule::Own {
                lock_after: self.needed("lock_after")?,
                wait_after: self.needed("wait_after")?,
                longest_wait_seconds: self.needed("longest_wait_seconds")?,
            }));
        }
        Ok(LockoutLevel::parse(said).map(|level| LockoutRule::Level { level }))
    }
}

/// Which field a refusal of the room's is about: it names the setting first, behind the policy where it is about one.
fn field_of(why: &str) -> Wrong {
    let rest = why.strip_prefix("policy ").and_then(|rest| rest.split_once("\": ")).map_or(why, |(_, rest)| rest);
    let name = rest.split([' ', ':']).next().unwrap_or_default();
    let said = rest.strip_prefix(name).unwrap_or(rest).trim_start_matches(':').trim();
    let field = match name {
        "devices.days" => "device_days",
        "devices.idle_days" => "device_idle_days",
        "attestation.mode" => "attestation_mode",
        "attestation.allow" => "attestation_allow",
        "attestation.deny" => "attestation_deny",
        other => other.rsplit('.').next().unwrap_or_default(),
    };
    (field.to_owned(), sentence(said))
}

#[cfg(test)]
mod tests {
    use mfa::FactorKind;
    use mfa::policy::{
        AtRisk, Door, Enrolment, LockoutLevel, LockoutRule, People, Policy, PolicyId, Rules, WhenUnknown, Whom,
    };
    use mfa::risk::RiskLevel;
    use mfa::settings::{Attestation, AttestationMode, Devices};
    use uuid::Uuid;

    use super::{Sent, field_of};

    fn policy() -> Policy {
        Policy {
            id: PolicyId(Uuid::from_u128(7)),
            name: "Managers".to_owned(),
            enabled: true,
            whom: Whom::default(),
            rules: Rules { kinds: Some(vec![FactorKind::Passkey]), ..Rules::default() },
        }
    }

    #[test]
    fn a_policy_comes_back_from_its_form_as_it_was() {
        let own = LockoutRule::Own { lock_after: 7, wait_after: 2, longest_wait_seconds: 30 };
        let whole = Rules {
            kinds: Some(vec![FactorKind::Passkey, FactorKind::Recovery]),
            attestation: Some(Attestation {
                mode: AttestationMode::Required,
                allow: vec![Uuid::from_u128(501), Uuid::from_u128(502)],
                deny: vec![Uuid::from_u128(503)],
            }),
            most_factors: Some(3),
            least_factors: Some(2),
            enrolment: Some(Enrolment { inline: false, message: Some("Ask at the desk.".to_owned()), guests: false }),
            lockout: Some(own),
            window: Some(0),
            devices: Some(Devices { days: 0, idle_days: 1 }),
            session_minutes: Some(30),
        };
        let whom = Whom {
            groups: vec![Uuid::from_u128(1), Uuid::from_u128(2)],
            except_groups: vec![Uuid::from_u128(3)],
            people: People::Members,
            doors: vec![Door::Portal],
            risk: Some(AtRisk { at_least: RiskLevel::Medium, when_unknown: WhenUnknown::Apply }),
        };
        let level = Some(LockoutRule::Level { level: LockoutLevel::High });
        let all = [
            policy(),
            Policy { whom, rules: whole, enabled: false, ..policy() },
            Policy { rules: Rules { lockout: level, ..Rules::default() }, ..policy() },
        ];
        for policy in all {
            let sent = Sent::of(&policy, 4);
            assert_eq!((sent.version, sent.policy()), (4, Ok(policy)));
        }
    }

    #[test]
    fn what_is_said_by_half_is_refused_at_its_field() {
        type Case<'a> = (&'a str, &'a str, &'a str);
        let cases: [Case<'_>; 6] = [
            ("device_days", "30", "device_idle_days"),
            ("attestation_allow", "2fc0579f-8113-47ea-b116-bb5a8db9202a", "attestation_mode"),
            ("attestation_deny", "Key 5", "attestation_deny"),
            ("most_factors", "many", "most_factors"),
            ("lockout", "own", "lock_after"),
            ("door_entra", "", "doors"),
        ];
        for (name, value, field) in cases {
            let mut sent = Sent::of(&policy(), 0);
            sent.values.insert("door_portal".to_owned(), String::new());
            sent.values.insert(name.to_owned(), value.to_owned());
            assert_eq!(sent.policy().map_err(|(field, _)| field), Err(field.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_refusal_stands_at_its_field() {
        for (why, field, text) in [
            ("policy \"Managers\": most_factors must be from 1 to 5", "most_factors", "Must be from 1 to 5."),
            ("policy \"A: b\": devices.days must be from 0 to 730", "device_days", "Must be from 0 to 730."),
            ("policy \"x\": lockout.lock_after must be from 3 to 100", "lock_after", "Must be from 3 to 100."),
            (
                "policy \"x\": attestation.mode must be wanted where models are listed",
                "attestation_mode",
                "Must be wanted where models are listed.",
            ),
            ("policy \"x\": groups: one of them is left out again", "groups", "One of them is left out again."),
            ("name: two policies are called \"x\"", "name", "Two policies are called \"x\"."),
        ] {
            assert_eq!(field_of(why), (field.to_owned(), text.to_owned()));
        }
    }
}
