//! A person at the room's inner door: shown codes and keys directly, each in a unit of work of its own.

use std::time::Duration;

use directory::{
    Act, Cause, Change, Member, MemberKind, ObjectKind, Source, SourceId, SourceKind, State, UserAttributes,
};
use kernel::{May, Permission, Role, Secret};
use signals::Logged;
use store::{Settings as StoreSettings, Store};
use testkit::{Db, operator};
use uuid::Uuid;

use super::entra::MIA;
use super::hall::Hall;
use super::passing::App;
use crate::factors::{Proof, Refusal, Shown, Verdict};
use crate::model::{Account, Origin, Person, Provider};
use crate::readiness::{Unready, UnreadyFilter};
use crate::settings::Settings;

/// Where the tests' people sit.
pub(super) const HERE: &str = "192.0.2.7";

/// The room, and Mia before it.
pub(super) struct Desk {
    pub(super) hall: Hall,
    pub(super) mia: Account,
    pub(super) settings: Settings,
}

pub(super) fn origin(address: &str) -> Origin {
    Origin { address: Some(address.to_owned()), ..Origin::default() }
}

impl Desk {
    pub(super) async fn new(db: Db) -> Self {
        let hall = Hall::new(db).await;
        let mut tx = hall.db.store.begin().await.unwrap();
        let provider = hall.mfa.provider(&mut tx, hall.tenant).await.unwrap();
        let person = Person {
            object_id: MIA,
            label: "mia@contoso.example".to_owned(),
            name: Some("Mia".to_owned()),
            guest: false,
        };
        let mia = hall.mfa.account_of(&mut tx, &provider, &person).await.unwrap();
        tx.commit().await.unwrap();
        Self { hall, mia, settings: provider.settings }
    }

    pub(super) fn may<P: Permission>(&self, subject: P) -> May<P> {
        operator(self.hall.db.organisation, Role::Administrator).may(subject).unwrap()
    }

    /// The tenant's provider, with the settings of the test.
    pub(super) async fn provider(&self) -> Provider {
        let mut tx = self.hall.db.store.read().await.unwrap();
        let provider = self.hall.mfa.provider(&mut tx, self.hall.tenant).await.unwrap();
        Provider { settings: self.settings.clone(), ..provider }
    }

    /// Another person of the tenant.
    pub(super) async fn somebody(&self, number: u128) -> Account {
        let provider = self.provider().await;
        let mut tx = self.hall.db.store.begin().await.unwrap();
        let label = format!("person{number}@contoso.example");
        let person = Person { object_id: Uuid::from_u128(number), label, name: None, guest: false };
        let account = self.hall.mfa.account_of(&mut tx, &provider, &person).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.hall.db.hand.advance(Duration::from_secs(seconds));
    }

    /// Shows something for somebody, from an address, on a node.
    pub(super) async fn show_as(&self, store: &Store, account: &Account, shown: &Shown, address: &str) -> Verdict {
        let provider = self.provider().await;
        let mut tx = store.begin().await.unwrap();
        let account = self.hall.mfa.turn_of(&mut tx, account.id).await.unwrap();
        let verdict = self.hall.mfa.verify(&mut tx, &provider, &account, shown, &origin(address)).await.unwrap();
        tx.commit().await.unwrap();
        verdict
    }

    /// Mia enters a code.
    pub(super) async fn show(&self, code: &str) -> Verdict {
        self.show_as(&self.hall.db.store, &self.mia, &Shown::Code(code.into()), HERE).await
    }

    pub(super) async fn refusal(&self, code: &str) -> Refusal {
        refused(self.show(code).await)
    }

    /// Mia registers an authenticator app; its first code is used up.
    pub(super) async fn app(&self) -> App {
        let provider = self.provider().await;
        let mfa = &self.hall.mfa;
        let mut tx = self.hall.db.store.begin().await.unwrap();
        let pending = mfa.begin_enrol_totp(&mut tx, &provider, &self.mia).await.unwrap();
        let app = App::of(pending.secret.expose());
        let code = app.code(self.hall.db.env.now());
        let verdict = mfa.confirm_totp(&mut tx, &provider, &self.mia, pending.factor, &code, &origin(HERE)).await;
        tx.commit().await.unwrap();
        proven(verdict.unwrap());
        app
    }

    /// Mia asks for recovery codes.
    pub(super) async fn recovery_codes(&self) -> Vec<Secret<String>> {
        let mut tx = self.hall.db.store.begin().await.unwrap();
        let codes = self.hall.mfa.issue_recovery_codes(&mut tx, &self.mia, &origin(HERE)).await.unwrap();
        tx.commit().await.unwrap();
        codes
    }

    /// Another node on the same database.
    pub(super) async fn other_node(&self) -> Store {
        Store::open(&StoreSettings { outlives_power_loss: false, ..StoreSettings::new(&self.hall.db.url) })
            .await
            .unwrap()
    }

    /// The directory has Mia in a state from now on, and in a group where one is named.
    pub(super) async fn directory_says(&self, state: State, group: Option<Uuid>) {
        let id = SourceId(self.hall.tenant.into());
        let source = Source { organisation: self.hall.db.organisation, kind: SourceKind::Graph, id };
        let upn = Some(self.mia.label.clone());
        let attributes = Box::new(UserAttributes { user_principal_name: upn, ..UserAttributes::default() });
        let mut tx = self.hall.db.store.begin().await.unwrap();
        let known = directory::read::users_by_object_ids(&mut tx, id, &[MIA]).await.unwrap().pop();
        let change = |kind, object_id, act, base| {
            let cause = Cause::ChangedInSource;
            Change { kind, object_id, name: "Mia".to_owned(), act, cause, base }
        };
        let base = known.map(|user| user.revision);
        let mut changes = vec![change(ObjectKind::User, MIA, Act::PutUser { attributes, state }, base)];
        if let Some(group) = group {
            let act = Act::PutGroup { attributes: Box::default(), state: State::Active };
            changes.push(change(ObjectKind::Group, group, act, None));
            let added = vec![Member { object_id: MIA, kind: MemberKind::User }];
            changes.push(change(ObjectKind::Group, group, Act::Members { added, removed: Vec::new() }, None));
        }
        let actor = operator(self.hall.db.organisation, Role::Owner);
        let origin = directory::Origin { kind: "run", id: None };
        directory::apply(&mut tx, &self.hall.db.env, &actor, source, &changes, origin).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Who could not pass, as last counted.
    pub(super) async fn unready(&self) -> Vec<Unready> {
        let filter = UnreadyFilter::default();
        let mut tx = self.hall.db.store.read().await.unwrap();
        crate::store::readiness::list(&mut tx, self.hall.tenant, &filter, 10_000, None).await.unwrap()
    }

    /// The names of what the log has about the second factor.
    pub(super) async fn events(&self) -> Vec<String> {
        self.log().await.into_iter().map(|entry| entry.name).filter(|name| name.starts_with("mfa.")).collect()
    }

    pub(super) async fn log(&self) -> Vec<Logged> {
        let mut tx = self.hall.db.store.read().await.unwrap();
        signals::oldest_first(&mut tx, self.hall.db.organisation, &signals::Filter::default(), 0, 1_000).await.unwrap()
    }
}

pub(super) fn proven(verdict: Verdict) -> Proof {
    match verdict {
        Verdict::Proven(proof) => proof,
        Verdict::Refused(refusal) => panic!("refused: {refusal:?}"),
    }
}

pub(super) fn refused(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Refused(refusal) => refusal,
        Verdict::Proven(proof) => panic!("proven by {proof:?}"),
    }
}
