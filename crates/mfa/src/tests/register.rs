//! People are registered in Entra on their behalf, and taken out again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use directory::State;
use kernel::{PageRequest, Role};
use serde_json::{Value, json};
use store::args;
use tenants::Feature;
use tenants::connect::TenantUpdate;
use tenants::permissions::{ProbeTenant, UpdateTenant};
use testkit::{Db, on_each_database, operator};
use uuid::Uuid;

use super::entra::{APP, Contacts};
use super::post::PostOffice;
use crate::MfaError;
use crate::model::Person;
use crate::permissions::{ReadMfa, RegisterPeople};
use crate::register::{NewRegistration, RegisteredState, Registration, RegistrationState};

const METHOD: &str = "6f1c8a52-0000-4000-8000-00000000abcd";

/// Who is registered in Entra, and how it answers.
#[derive(Default)]
pub(crate) struct Registry {
    /// Our discovery document, once the method is there.
    pub(crate) discovery: Option<String>,
    /// By person: the registration, and for which method.
    pub(crate) registered: BTreeMap<Uuid, (String, String)>,
    /// Who cannot be registered.
    pub(crate) refused: BTreeSet<Uuid>,
    /// Whom the application may not touch: those of restricted management units.
    pub(crate) restricted: BTreeSet<Uuid>,
    /// What every call of a batch is answered with: status and message.
    pub(crate) trouble: Option<(u16, &'static str)>,
    /// The next batch that asks for something is done, and its answer is lost.
    pub(crate) loses_answer: bool,
    made: u32,
}

impl Registry {
    fn methods(&self) -> Value {
        let method = self.discovery.as_ref().map(|discovery| {
            json!({
                "@odata.type": "#microsoft.graph.externalAuthenticationMethodConfiguration", "id": METHOD,
                "displayName": "Vestibule", "state": "enabled", "appId": APP,
                "openIdConnectSetting": { "clientId": "entra-42", "discoveryUrl": discovery },
            })
        });
        json!({ "value": method.into_iter().collect::<Vec<_>>() })
    }

    /// One call inside a batch: status and body.
    fn call(&mut self, request: &Value) -> (u16, Value) {
        if let Some((status, message)) = self.trouble {
            return (status, json!({ "error": { "code": "Forbidden", "message": message } }));
        }
        let text = |name: &str| request[name].as_str().unwrap();
        let parts: Vec<&str> = text("url").split('/').collect();
        let person: Uuid = parts[2].parse().unwrap();
        if self.restricted.contains(&person) {
            return (403, json!({ "error": { "code": "Authorization_RequestDenied", "message": "restricted" } }));
        }
        let shown = |(id, configuration): &(String, String)| json!({ "id": id, "configurationId": configuration });
        match text("method") {
            "GET" => (200, json!({ "value": self.registered.get(&person).map(shown).into_iter().collect::<Vec<_>>() })),
            "POST" if self.refused.contains(&person) => {
                (400, json!({ "error": { "code": "badRequest", "message": "not this one" } }))
            }
            "POST" => {
                self.made += 1;
                let configuration = request["body"]["configurationId"].as_str().unwrap().to_owned();
                let made = (format!("registration-{}", self.made), configuration);
                let answer = shown(&made);
                assert!(self.registered.insert(person, made).is_none(), "{person} is registered twice");
                (201, answer)
            }
            "DELETE" => {
                let known = self.registered.get(&person).is_some_and(|(id, _)| *id == parts[5]);
                self.registered.retain(|other, _| !known || *other != person);
                let missing = json!({ "error": { "code": "resourceNotFound", "message": "gone" } });
                if known { (204, Value::Null) } else { (404, missing) }
            }
            other => panic!("{other}"),
        }
    }

    fn batch(&mut self, body: &Value) -> (StatusCode, Json<Value>) {
        let answer = |request: &Value| {
            let (status, body) = self.call(request);
            json!({ "id": request["id"], "status": status, "body": body })
        };
        let requests = body["requests"].as_array().unwrap();
        let responses: Vec<Value> = requests.iter().map(answer).collect();
        if self.loses_answer && requests.iter().any(|request| request["method"] == "POST") {
            self.loses_answer = false;
            let error = json!({ "error": { "code": "UnknownError", "message": "lost" } });
            return (StatusCode::INTERNAL_SERVER_ERROR, Json(error));
        }
        (StatusCode::OK, Json(json!({ "responses": responses })))
    }
}

/// Graph's side.
pub(super) fn graph(contacts: &Arc<Mutex<Contacts>>) -> Router {
    let (all, some) = (contacts.clone(), contacts.clone());
    let methods = async move || Json(all.lock().unwrap().registry.methods());
    let batch = async move |Json(body): Json<Value>| some.lock().unwrap().registry.batch(&body);
    Router::new()
        .route("/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations", get(methods))
        .route("/v1.0/$batch", post(batch))
}

/// So many people who can pass, by number; the registry knows our method.
struct Clerk(PostOffice);

fn person(number: u128) -> Uuid {
    Uuid::from_u128(0x5000 + number)
}

impl Clerk {
    async fn new(db: Db, count: u128) -> Self {
        let clerk = Self(PostOffice::new(db).await);
        for number in 0..count {
            clerk.0.knows(person(number), None, None, State::Active).await;
            clerk.has_a_key(number).await;
        }
        clerk
    }

    async fn has_a_key(&self, number: u128) {
        let hall = &self.0.desk.hall;
        let mut tx = hall.db.store.begin().await.unwrap();
        let provider = hall.mfa.provider(&mut tx, hall.tenant).await.unwrap();
        let who = Person {
            object_id: person(number),
            label: format!("person{number}@contoso.example"),
            name: Some(format!("Person {number}")),
            guest: false,
        };
        let account = hall.mfa.account_of(&mut tx, &provider, &who).await.unwrap();
        tx.execute(
            "INSERT INTO mfa_factors (id, organisation, account, kind, name, state, secret, details, last_step, drift,
                 created_at, version)
             VALUES ($1, $2, $3, 'hotp', 'Token', 'active', $4, '{}', 0, 0, 0, 1)",
            args![Uuid::from_u128(0x9000 + number), account.organisation, account.id, vec![0_u8]],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    /// The feature is chosen, an administrator consents, and the method is there.
    async fn grant(&self) {
        let (hall, owner) = (&self.0.desk.hall, operator(self.0.desk.hall.db.organisation, Role::Owner));
        {
            let mut contacts = hall.entra.contacts.lock().unwrap();
            contacts.roles = vec!["UserAuthMethod-External.ReadWrite.All".to_owned()];
            let discovery = format!("{}/.well-known/openid-configuration", hall.mfa.issuer(hall.tenant));
            contacts.registry.discovery = Some(discovery);
        }
        let (tenants, tenant) = (&hall.mfa.parts.tenants, hall.tenant);
        let version = tenants.find(hall.db.organisation, tenant).await.unwrap().version;
        let features = Some(vec![Feature::Users, Feature::Registration]);
        let update = TenantUpdate { version, features, ..TenantUpdate::default() };
        tenants.update_tenant(&owner.may(UpdateTenant { tenant }).unwrap(), &update).await.unwrap();
        tenants.probe_tenant(&owner.may(ProbeTenant { tenant }).unwrap()).await.unwrap();
    }

    fn registry<T>(&self, look: impl FnOnce(&mut Registry) -> T) -> T {
        look(&mut self.0.desk.hall.entra.contacts.lock().unwrap().registry)
    }

    fn roles(&self, roles: &[&str]) {
        let mut contacts = self.0.desk.hall.entra.contacts.lock().unwrap();
        contacts.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    }

    fn may(&self) -> kernel::May<RegisterPeople> {
        self.0.desk.may(RegisterPeople { tenant: self.0.desk.hall.tenant })
    }

    async fn start(&self) -> Result<Registration, MfaError> {
        self.0.desk.hall.mfa.start_registration(&self.may(), &NewRegistration::default()).await
    }

    /// Begins, and does all the work.
    async fn register(&self) -> Registration {
        self.start().await.unwrap();
        self.0.work().await;
        self.last().await
    }

    async fn last(&self) -> Registration {
        let hall = &self.0.desk.hall;
        hall.mfa.list_registrations(&self.0.desk.may(ReadMfa {}), hall.tenant).await.unwrap().remove(0)
    }

    async fn people(&self, run: &Registration, state: RegisteredState) -> Vec<(Uuid, Option<String>)> {
        let hall = &self.0.desk.hall;
        let page = PageRequest::first(100);
        let which = (hall.tenant, run.id);
        let found = hall.mfa.list_registered(&self.0.desk.may(ReadMfa {}), which, Some(state), &page).await.unwrap();
        found.items.into_iter().map(|one| (one.object_id, one.code)).collect()
    }
}

#[tokio::test]
async fn who_can_pass_is_registered_once_and_what_was_made_is_taken_back_alone() {
    on_each_database(async |db| {
        let clerk = Clerk::new(db, 45).await;
        clerk.0.knows(person(90), None, None, State::Active).await;
        let mfa = &clerk.0.desk.hall.mfa;
        let early = mfa.preview_registration(&clerk.may(), &NewRegistration::default()).await;
        assert!(matches!(&early, Err(MfaError::Conflict(why)) if why.contains("feature registration")), "{early:?}");
        clerk.grant().await;
        clerk.registry(|registry| {
            registry.registered.insert(person(1), ("own".to_owned(), METHOD.to_owned()));
            registry.refused.insert(person(3));
        });
        let preview = mfa.preview_registration(&clerk.may(), &NewRegistration::default()).await.unwrap();
        assert_eq!((preview.people, preview.without, preview.asked, preview.already), (45, 1, 45, 1));
        assert_eq!((preview.method.as_str(), preview.enabled, preview.first.len()), ("Vestibule", true, 20));
        assert_eq!(clerk.registry(|registry| registry.registered.len()), 1, "a preview registers nobody");
        let unknown = NewRegistration { group: Some(Uuid::from_u128(5)), reason: None };
        let refused = mfa.preview_registration(&clerk.may(), &unknown).await;
        assert!(matches!(refused, Err(MfaError::Invalid(_))), "{refused:?}");

        let run = clerk.register().await;
        assert_eq!((run.state, run.people), (RegistrationState::Done, 45));
        assert_eq!((run.registered, run.already, run.failed), (43, 1, 1));
        assert_eq!(clerk.people(&run, RegisteredState::Already).await, [(person(1), None)]);
        assert_eq!(clerk.people(&run, RegisteredState::Failed).await, [(person(3), Some("badRequest".to_owned()))]);
        assert_eq!(clerk.registry(|registry| registry.registered.len()), 44);
        assert_eq!(clerk.0.count("mfa.person_registered").await, 43);

        // Somebody has lost theirs meanwhile: that is gone already.
        clerk.registry(|registry| registry.registered.remove(&person(7)));
        mfa.undo_registration(&clerk.may(), run.id).await.unwrap();
        let twice = mfa.undo_registration(&clerk.may(), run.id).await;
        assert!(matches!(twice, Err(MfaError::Conflict(_))), "{twice:?}");
        clerk.0.work().await;
        let undone = clerk.last().await;
        assert_eq!((undone.state, undone.registered, undone.removed), (RegistrationState::Undone, 0, 43));
        let left: Vec<Uuid> = clerk.registry(|registry| registry.registered.keys().copied().collect());
        assert_eq!(left, [person(1)], "what was there before stays");
        let events = clerk.0.desk.events().await;
        for name in ["mfa.registration_started", "mfa.registration_ended", "mfa.registration_undone"] {
            assert_eq!(events.iter().filter(|event| *event == name).count(), 1, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_registers_nobody_twice_and_trouble_is_waited_out() {
    on_each_database(async |db| {
        let clerk = Clerk::new(db, 3).await;
        clerk.grant().await;
        clerk.registry(|registry| registry.loses_answer = true);
        let waits = clerk.register().await;
        assert_eq!((waits.state, waits.registered), (RegistrationState::Running, 0));
        assert!(waits.trouble.is_some(), "the page says why");
        assert_eq!(clerk.people(&waits, RegisteredState::Asked).await.len(), 3);
        assert!(matches!(clerk.start().await, Err(MfaError::Conflict(_))), "one at a time");
        clerk.registry(|registry| registry.trouble = Some((403, "Request Authorization failed")));
        clerk.roles(&[]);
        // The token ends, and with it what was consented to.
        clerk.0.desk.pass(3_601);
        clerk.0.work().await;
        let why = clerk.last().await.trouble.unwrap();
        assert!(why.contains("UserAuthMethod-External.ReadWrite.All"), "{why}");
        clerk.registry(|registry| registry.trouble = None);
        clerk.roles(&["UserAuthMethod-External.ReadWrite.All"]);
        clerk.0.desk.pass(301);
        clerk.0.work().await;
        let done = clerk.last().await;
        assert_eq!((done.state, done.registered, done.already), (RegistrationState::Done, 3, 0), "they were ours");
        assert_eq!(clerk.registry(|registry| registry.made), 3);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_be_touched_is_told_and_stops_nobody_else() {
    for people in [25, 1] {
        on_each_database(async |db| {
            let clerk = Clerk::new(db, people).await;
            clerk.grant().await;
            clerk.registry(|registry| registry.restricted.insert(person(0)));
            let mfa = &clerk.0.desk.hall.mfa;
            let preview = mfa.preview_registration(&clerk.may(), &NewRegistration::default()).await.unwrap();
            assert_eq!((u128::from(preview.people), preview.already), (people, 0));
            let run = clerk.register().await;
            assert_eq!((run.state, run.failed, run.trouble.clone()), (RegistrationState::Done, 1, None), "{run:?}");
            assert_eq!(u128::from(run.registered), people - 1);
            let code = Some("Authorization_RequestDenied".to_owned());
            assert_eq!(clerk.people(&run, RegisteredState::Failed).await, [(person(0), code)]);
            if people == 1 {
                return;
            }
            clerk.registry(|registry| registry.restricted.insert(person(2)));
            mfa.undo_registration(&clerk.may(), run.id).await.unwrap();
            clerk.0.work().await;
            let undone = clerk.last().await;
            assert_eq!((undone.state, undone.kept), (RegistrationState::Undone, 1), "{undone:?}");
            assert_eq!(u128::from(undone.removed), people - 2);
        })
        .await;
    }
}

#[tokio::test]
async fn people_are_registered_for_no_other_servers_method() {
    on_each_database(async |db| {
        let clerk = Clerk::new(db, 1).await;
        clerk.grant().await;
        clerk.registry(|registry| registry.discovery = Some("https://test.example/d".to_owned()));
        let refused = clerk.start().await;
        assert!(matches!(&refused, Err(MfaError::Conflict(why)) if why.contains("not in Entra")), "{refused:?}");
        let state = clerk.0.desk.hall.mfa.get_method(&clerk.0.desk.may(ReadMfa {}), clerk.0.desk.hall.tenant).await;
        assert_eq!(state.unwrap().method, None);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_stopped_registers_nobody_more() {
    on_each_database(async |db| {
        let clerk = Clerk::new(db, 2).await;
        clerk.grant().await;
        let run = clerk.start().await.unwrap();
        let mfa = &clerk.0.desk.hall.mfa;
        mfa.stop_registration(&clerk.may(), run.id).await.unwrap();
        clerk.0.work().await;
        let stopped = clerk.last().await;
        assert_eq!((stopped.state, stopped.registered), (RegistrationState::Stopped, 0));
        assert!(clerk.registry(|registry| registry.registered.is_empty()));
        assert!(matches!(mfa.stop_registration(&clerk.may(), run.id).await, Err(MfaError::Conflict(_))));
        assert!(matches!(mfa.undo_registration(&clerk.may(), run.id).await, Err(MfaError::Conflict(_))));
        let other = operator(kernel::OrganisationId(Uuid::from_u128(0xbad)), Role::Owner);
        let tenant = clerk.0.desk.hall.tenant;
        let foreign = mfa.stop_registration(&other.may(RegisterPeople { tenant }).unwrap(), run.id).await;
        assert!(matches!(foreign, Err(MfaError::NotFound(_))), "{foreign:?}");
        // Runs are listed by time.
        clerk.0.desk.pass(1);
        assert_eq!(clerk.register().await.registered, 2, "begun anew");
    })
    .await;
}
