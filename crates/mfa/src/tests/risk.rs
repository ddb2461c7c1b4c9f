//! Risks: read out of Entra where that is granted, kept, asked for by policies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use axum::{Json, Router};
use directory::State;
use kernel::{PageRequest, Role, Timestamp};
use serde_json::{Value, json};
use store::worker::Worker;
use tenants::Feature;
use tenants::connect::TenantUpdate;
use tenants::permissions::{ProbeTenant, UpdateTenant};
use testkit::{Db, on_each_database, operator};
use url::form_urlencoded;
use uuid::Uuid;

use super::desk::Desk;
use super::entra::{Contacts, MIA};
use super::policies::{Author, last_attempt, no_app, policy, signs_in};
use crate::devices::Device;
use crate::permissions::ReadMfa;
use crate::policy::{AtRisk, Policy, WhenUnknown};
use crate::risk::{RiskLevel, RiskState, RiskUnknown, RiskView, RiskyPerson};
use crate::store::devices;

/// What Graph says of risks, or refuses everything with.
#[derive(Default)]
pub(crate) struct Protection {
    pub(crate) users: Vec<Value>,
    pub(crate) refusal: Option<(u16, &'static str)>,
    /// Whether lists leave everybody out.
    pub(crate) forgetful: bool,
    /// The queries so far.
    pub(crate) asked: Vec<String>,
}

impl Protection {
    fn refused(&self) -> Option<(StatusCode, Json<Value>)> {
        let (status, message) = self.refusal?;
        let error = json!({ "error": { "code": "Forbidden", "message": message } });
        Some((StatusCode::from_u16(status).unwrap(), Json(error)))
    }

    /// Who has changed since the moment that a filter names.
    fn list(&self, query: &str) -> Value {
        let filter = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "$filter");
        let since = filter.map(|(_, filter)| Timestamp::parse(filter.rsplit_once(" ge ").unwrap().1).unwrap());
        let at = |user: &Value| Timestamp::parse(user["riskLastUpdatedDateTime"].as_str().unwrap()).unwrap();
        let named = |user: &&Value| !self.forgetful && since.is_none_or(|since| at(user) >= since);
        let found = self.users.iter().filter(named);
        json!({ "value": found.collect::<Vec<_>>() })
    }
}

/// Graph's side.
pub(super) fn graph(contacts: &Arc<Mutex<Contacts>>) -> Router {
    let (all, one) = (contacts.clone(), contacts.clone());
    let list = async move |uri: Uri| {
        let protection = &mut all.lock().unwrap().protection;
        let query = uri.query().unwrap_or_default().to_owned();
        protection.asked.push(query.clone());
        protection.refused().unwrap_or_else(|| (StatusCode::OK, Json(protection.list(&query))))
    };
    let find = async move |Path(person): Path<Uuid>| {
        let protection = &mut one.lock().unwrap().protection;
        protection.asked.push(person.to_string());
        let found = protection.users.iter().find(|user| user["id"] == json!(person)).cloned();
        let missing = || (StatusCode::NOT_FOUND, Json(json!({ "error": { "code": "NotFound", "message": "never" } })));
        protection.refused().unwrap_or_else(|| found.map_or_else(missing, |user| (StatusCode::OK, Json(user))))
    };
    Router::new()
        .route("/v1.0/identityProtection/riskyUsers", get(list))
        .route("/v1.0/identityProtection/riskyUsers/{person}", get(find))
}

/// A desk where risks may be read.
struct Watch(Desk);

impl Watch {
    async fn new(db: Db) -> Self {
        let watch = Self(Desk::new(db).await);
        watch.choose(vec![Feature::Users, Feature::Groups, Feature::Risk]).await;
        watch.grant(&["IdentityRiskyUser.Read.All"]).await;
        watch
    }

    async fn choose(&self, features: Vec<Feature>) {
        let (hall, owner) = (&self.0.hall, operator(self.0.hall.db.organisation, Role::Owner));
        let (tenants, tenant) = (&hall.mfa.parts.tenants, hall.tenant);
        let version = tenants.find(hall.db.organisation, tenant).await.unwrap().version;
        let update = TenantUpdate { version, features: Some(features), ..TenantUpdate::default() };
        tenants.update_tenant(&owner.may(UpdateTenant { tenant }).unwrap(), &update).await.unwrap();
    }

    async fn grant(&self, roles: &[&str]) {
        let (hall, owner) = (&self.0.hall, operator(self.0.hall.db.organisation, Role::Owner));
        hall.entra.contacts.lock().unwrap().roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let may = owner.may(ProbeTenant { tenant: hall.tenant }).unwrap();
        hall.mfa.parts.tenants.probe_tenant(&may).await.unwrap();
    }

    fn protection<T>(&self, look: impl FnOnce(&mut Protection) -> T) -> T {
        look(&mut self.0.hall.entra.contacts.lock().unwrap().protection)
    }

    /// Entra says of somebody, from now on.
    fn says(&self, person: Uuid, level: &str, state: &str) {
        let user = json!({
            "id": person, "isDeleted": false, "isProcessing": false, "riskLevel": level, "riskState": state,
            "riskDetail": "none", "riskLastUpdatedDateTime": self.0.hall.db.env.now(),
        });
        self.protection(|protection| {
            protection.users.retain(|known| known["id"] != json!(person));
            protection.users.push(user);
        });
    }

    /// What the timer and its job do.
    async fn read(&self) {
        let hall = &self.0.hall;
        hall.mfa.read_risks().await.unwrap();
        let (store, env) = (hall.db.store.clone(), hall.db.env.clone());
        Worker::new(store, env, "node-1".to_owned(), hall.mfa.handlers()).run_due().await.unwrap();
    }

    async fn view(&self) -> RiskView {
        self.0.hall.mfa.get_risk(&self.0.may(ReadMfa {}), self.0.hall.tenant).await.unwrap()
    }

    async fn people(&self, least: Option<RiskLevel>) -> Vec<RiskyPerson> {
        let page = PageRequest::first(10);
        let found = self.0.hall.mfa.list_risky(&self.0.may(ReadMfa {}), self.0.hall.tenant, least, &page).await;
        found.unwrap().items
    }

    /// A browser of Mia's is remembered.
    async fn remember(&self) {
        let (hall, mia) = (&self.0.hall, &self.0.mia);
        let now = hall.db.env.now();
        let device = Device {
            id: hall.db.env.new_id(),
            organisation: mia.organisation,
            account: mia.id,
            name: "Firefox".to_owned(),
            public_key: vec![4; 65],
            created_at: now,
            last_used_at: now,
            expires_at: now.plus(Duration::from_hours(24 * 365)),
        };
        let mut tx = hall.db.store.begin().await.unwrap();
        devices::insert(&mut tx, &device).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn remembered(&self) -> usize {
        devices::of(&mut self.0.hall.db.store.read().await.unwrap(), self.0.mia.id).await.unwrap().len()
    }

    async fn count(&self, event: &str) -> usize {
        self.0.events().await.iter().filter(|name| *name == event).count()
    }
}

fn at_high(when_unknown: WhenUnknown) -> Policy {
    let mut policy = policy("At risk", &[], no_app());
    policy.whom.risk = Some(AtRisk { at_least: RiskLevel::High, when_unknown });
    policy
}

#[tokio::test]
async fn risks_are_read_where_that_is_granted_and_end_by_entras_word_alone() {
    on_each_database(async |db| {
        let watch = Watch(Desk::new(db).await);
        let zoe = Uuid::from_u128(0x20e);
        watch.says(MIA, "high", "atRisk");
        watch.says(zoe, "low", "confirmedCompromised");
        watch.read().await;
        assert_eq!(watch.view().await.unknown, Some(RiskUnknown::NotChosen));
        watch.choose(vec![Feature::Users, Feature::Groups, Feature::Risk]).await;
        watch.read().await;
        let view = watch.view().await;
        assert_eq!((view.unknown, view.permission), (Some(RiskUnknown::NotGranted), "IdentityRiskyUser.Read.All"));
        assert!(view.consent_url.contains("adminconsent") && !view.mend.is_empty(), "{view:?}");
        assert!(watch.protection(|protection| protection.asked.is_empty()), "nobody is asked without leave");

        watch.grant(&["IdentityRiskyUser.Read.All"]).await;
        watch.read().await;
        let view = watch.view().await;
        assert_eq!((view.unknown, view.high, view.low, view.medium), (None, 1, 1, 0));
        let found = watch.people(None).await;
        assert_eq!(found.len(), 2);
        let of = |person: Uuid| found.iter().find(|one| one.object_id == person).unwrap();
        assert_eq!((of(MIA).account, of(MIA).level), (Some(watch.0.mia.id), Some(RiskLevel::High)));
        assert_eq!((of(zoe).account, of(zoe).state), (None, RiskState::ConfirmedCompromised));
        assert_eq!(watch.people(Some(RiskLevel::Medium)).await.len(), 1);

        watch.0.pass(300);
        watch.says(zoe, "none", "dismissed");
        watch.read().await;
        let last = watch.protection(|protection| protection.asked.last().cloned()).unwrap();
        assert!(last.contains("filter"), "only what changed is asked for: {last}");
        assert_eq!((watch.view().await.low, watch.view().await.high), (0, 1), "dismissed is over");

        // A list without her proves nothing; Graph is asked for her by name.
        watch.protection(|protection| protection.users.retain(|user| user["id"] != json!(MIA)));
        watch.0.pass(300);
        watch.read().await;
        assert_eq!(watch.view().await.high, 1, "who is not named stays at risk");
        watch.0.pass(24 * 3_600);
        watch.read().await;
        assert_eq!(watch.view().await.high, 0, "Graph knows of no risk of hers");
        assert!(watch.protection(|protection| protection.asked.contains(&MIA.to_string())));

        watch.says(MIA, "high", "atRisk");
        watch.read().await;
        watch.choose(vec![Feature::Users]).await;
        watch.read().await;
        let view = watch.view().await;
        assert_eq!((view.unknown, view.high), (Some(RiskUnknown::NotChosen), 0), "what is not chosen is forgotten");
    })
    .await;
}

#[tokio::test]
async fn those_whom_a_whole_list_leaves_out_are_asked_for_in_turn() {
    on_each_database(async |db| {
        let watch = Watch::new(db).await;
        let people: Vec<Uuid> = (1..=6).map(Uuid::from_u128).collect();
        for person in &people {
            watch.says(*person, "low", "atRisk");
        }
        watch.read().await;
        watch.protection(|protection| protection.forgetful = true);
        for _ in 0..2 {
            watch.0.pass(24 * 3_600);
            watch.read().await;
        }
        let asked = watch.protection(|protection| protection.asked.clone());
        let times = |person: &Uuid| asked.iter().filter(|asked| **asked == person.to_string()).count();
        assert_eq!(people.iter().map(times).collect::<Vec<_>>(), [1; 6], "{asked:?}");
        assert_eq!(watch.view().await.low, 6, "they are at risk still");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_takes_no_risk_away() {
    on_each_database(async |db| {
        let watch = Watch::new(db).await;
        watch.says(MIA, "high", "atRisk");
        watch.read().await;
        for (refusal, why) in [
            ((500, "An error occurred."), RiskUnknown::Unanswered),
            ((403, "Your tenant is not licensed for this feature."), RiskUnknown::NotLicensed),
            (
                (403, "You cannot perform the requested operation, required scopes are missing."),
                RiskUnknown::NotGranted,
            ),
        ] {
            watch.protection(|protection| protection.refusal = Some(refusal));
            watch.0.pass(300);
            watch.read().await;
            assert_eq!((watch.view().await.unknown, watch.view().await.high), (None, 1), "one bad read: {why}");
            watch.0.pass(6 * 3_600);
            watch.read().await;
            let view = watch.view().await;
            assert_eq!((view.unknown, view.high), (Some(why), 1), "{why}");
            assert!(!view.mend.is_empty() && view.detail.is_some(), "{why}");
            watch.protection(|protection| protection.refusal = None);
            watch.read().await;
            assert_eq!(watch.view().await.unknown, None, "read again after {why}");
        }
        assert_eq!((watch.count("mfa.risk_unread").await, watch.count("mfa.risk_read").await), (3, 3));
        // Where changes cannot be asked for by time, everybody is read.
        watch.protection(|protection| protection.users.clear());
        watch.says(MIA, "low", "atRisk");
        watch.protection(|protection| protection.refusal = Some((400, "Invalid filter clause")));
        watch.read().await;
        watch.protection(|protection| {
            let [.., by_time, whole] = protection.asked.as_slice() else { panic!("too few calls") };
            assert!(by_time.contains("filter") && !whole.contains("filter"), "{by_time}, {whole}");
        });
    })
    .await;
}

#[tokio::test]
async fn who_is_newly_at_high_risk_loses_remembered_browsers() {
    on_each_database(async |db| {
        let watch = Watch::new(db).await;
        watch.remember().await;
        watch.says(MIA, "medium", "atRisk");
        watch.read().await;
        assert_eq!((watch.remembered().await, watch.count("mfa.risk_changed").await), (1, 1));
        watch.0.pass(300);
        watch.says(MIA, "high", "atRisk");
        watch.read().await;
        assert_eq!((watch.remembered().await, watch.count("mfa.devices_forgotten").await), (0, 1));
        let log = watch.0.log().await;
        let entry = log.iter().find(|entry| entry.name == "mfa.devices_forgotten").unwrap();
        assert_eq!((entry.reason.as_deref(), entry.actor_name.as_str()), (Some("risk"), "reading risks"));
        watch.remember().await;
        watch.0.pass(300);
        watch.says(MIA, "high", "confirmedCompromised");
        watch.read().await;
        assert_eq!(
            (watch.remembered().await, watch.count("mfa.risk_changed").await),
            (1, 3),
            "she was at high already"
        );
    })
    .await;
}

#[tokio::test]
async fn a_policy_by_risk_counts_while_the_risk_lasts_and_the_log_says_what_was_known() {
    on_each_database(async |db| {
        let watch = Watch::new(db).await;
        let (desk, author) = (&watch.0, Author(&watch.0));
        desk.directory_says(State::Active, None).await;
        let app = desk.app().await;
        author.save(vec![at_high(WhenUnknown::PassOver)], None).await.unwrap();
        let figures = author.preview(None).await.figures;
        let risk = figures.risk.expect("a policy asks for it");
        assert_eq!((risk.unknown, risk.why, figures.loses_last), (1, Some(RiskUnknown::NotChosen), 0));
        author.enforce(vec![at_high(WhenUnknown::PassOver)]).await;
        assert!(signs_in(desk, &app, "n-1").await, "what is not known is passed over");
        let known = async || last_attempt(&desk.hall).await.ruled.and_then(|ruled| ruled.risk).unwrap();
        assert_eq!((known().await.level, known().await.unknown), (None, Some(RiskUnknown::NotChosen)));

        watch.read().await;
        assert!(signs_in(desk, &app, "n-2").await);
        assert_eq!((known().await.level, known().await.unknown), (None, None), "she is known to be at none");
        author.save(vec![at_high(WhenUnknown::Apply)], None).await.unwrap();
        let figures = author.preview(None).await.figures;
        let risk = figures.risk.unwrap();
        assert_eq!((risk.high, risk.unknown, risk.stuck_if_high, figures.loses_last), (0, 0, 1, 0));

        watch.says(MIA, "high", "atRisk");
        watch.read().await;
        assert!(!signs_in(desk, &app, "n-3").await, "only passkeys count now");
        let ruled = last_attempt(&desk.hall).await.ruled.unwrap();
        assert_eq!((ruled.given[0].name.as_str(), ruled.risk.unwrap().level), ("At risk", Some(RiskLevel::High)));
        let rules = desk.hall.mfa.get_rules(&desk.may(ReadMfa {}), desk.mia.id).await.unwrap();
        assert_eq!(rules.risk.unwrap().level, Some(RiskLevel::High));

        desk.pass(300);
        watch.says(MIA, "none", "remediated");
        watch.read().await;
        assert!(signs_in(desk, &app, "n-4").await, "what is remediated counts no more");
        author.enforce(vec![at_high(WhenUnknown::Apply)]).await;
        assert!(signs_in(desk, &app, "n-5").await, "it is known that she is at none");
        desk.pass(7 * 3_600);
        assert!(!signs_in(desk, &app, "n-6").await, "it is not known any more, and this policy is for that, too");
        assert_eq!(known().await.unknown, Some(RiskUnknown::Stale));
    })
    .await;
}
