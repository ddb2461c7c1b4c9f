//! A desk whose people are written to.

use directory::{Act, Cause, Change, ObjectKind, Source, SourceId, SourceKind, State, UserAttributes};
use kernel::Role;
use store::worker::Worker;
use testkit::{Db, MailServer, operator};
use uuid::Uuid;

use super::desk::Desk;
use super::reach::post_by;

/// The desk, and who takes its letters.
pub(super) struct PostOffice {
    pub(super) desk: Desk,
    pub(super) mail: MailServer,
}

impl PostOffice {
    pub(super) async fn new(db: Db) -> Self {
        let mut desk = Desk::new(db).await;
        let mail = MailServer::start().await.unwrap();
        desk.hall.mfa = desk.hall.mfa.clone().with_post(post_by(&mail));
        Self { desk, mail }
    }

    /// The directory has somebody from now on.
    pub(super) async fn knows(&self, person: Uuid, mail: Option<&str>, language: Option<&str>, state: State) {
        let (hall, own) = (&self.desk.hall, |text: &str| text.to_owned());
        let id = SourceId(hall.tenant.into());
        let source = Source { organisation: hall.db.organisation, kind: SourceKind::Graph, id };
        let attributes = Box::new(UserAttributes {
            user_principal_name: Some(format!("{person}@contoso.example")),
            mail: mail.map(own),
            preferred_language: language.map(own),
            ..UserAttributes::default()
        });
        let mut tx = hall.db.store.begin().await.unwrap();
        let known = directory::read::users_by_object_ids(&mut tx, id, &[person]).await.unwrap().pop();
        let change = Change {
            kind: ObjectKind::User,
            object_id: person,
            name: person.to_string(),
            act: Act::PutUser { attributes, state },
            cause: Cause::ChangedInSource,
            base: known.map(|user| user.revision),
        };
        let actor = operator(hall.db.organisation, Role::Owner);
        let origin = directory::Origin { kind: "run", id: None };
        directory::apply(&mut tx, &hall.db.env, &actor, source, &[change], origin).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Does every job that is due.
    pub(super) async fn work(&self) {
        let hall = &self.desk.hall;
        let (store, env) = (hall.db.store.clone(), hall.db.env.clone());
        Worker::new(store, env, "node-1".to_owned(), hall.mfa.handlers()).run_due().await.unwrap();
    }

    /// What the letters so far say, with their heads, in lines as they were written.
    pub(super) fn letters(&self) -> Vec<String> {
        let plain = |raw: &str| raw.replace("=\r\n", "").replace("\r\n", "\n");
        self.mail.arrived().iter().map(|letter| plain(&letter.raw)).collect()
    }

    /// What the letters so far are about.
    pub(super) fn subjects(&self) -> Vec<String> {
        let subject = |text: &String| {
            let line = text.lines().find_map(|line| line.strip_prefix("Subject: "));
            line.unwrap_or_default().to_owned()
        };
        self.letters().iter().map(subject).collect()
    }

    /// How many events of a name there are.
    pub(super) async fn count(&self, name: &str) -> usize {
        self.desk.events().await.iter().filter(|event| *event == name).count()
    }
}
