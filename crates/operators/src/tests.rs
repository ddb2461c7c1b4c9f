//! The room against a real database of each kind.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod accounts;
mod links;
mod routes;
mod sessions;
mod sign_in;
mod tokens;

use kernel::{Actor, ActorKind, Env, OrganisationId, PageRequest, Permission, RequestId, Role, Secret, Timestamp};
use signals::Logged;
use testkit::Db;
use uuid::Uuid;
use web::{Authenticate as _, AuthenticateError, Credentials, RequestContext};

use crate::permissions::CreateOperator;
use crate::{Config, NewOperator, OperatorView, Operators, OperatorsError, Origin};

const PASSWORD: &str = "correct horse battery";

/// A room with its first owner, `ada`.
struct House {
    operators: Operators,
    organisation: OrganisationId,
    ada: OperatorView,
    db: Db,
}

impl House {
    async fn new(db: Db) -> Self {
        let operators = Operators::new(db.store.clone(), db.env.clone(), Config::default());
        let organisation = operators.ensure_organisation().await.unwrap().id;
        let system = Actor::system("test", organisation, RequestId(Uuid::from_u128(1)));
        let may = system.may(CreateOperator {}).unwrap();
        let ada = operators.create_owner(&may, "Ada", &secret(PASSWORD)).await.unwrap();
        Self { operators, organisation, ada, db }
    }

    /// Somebody of a role who signs in with `PASSWORD` changed once.
    async fn add(&self, user_name: &str, role: Role) -> OperatorView {
        let new = NewOperator {
            user_name: user_name.to_owned(),
            display_name: None,
            email: None,
            role,
            password: Some(secret("first password only")),
        };
        self.operators.create_operator(&self.may(&self.ada, CreateOperator {}), new).await.unwrap();
        let session = self.sign_in(user_name, "first password only").await.unwrap();
        let origin = Origin { session: Some(session.token), ..origin() };
        let current = secret("first password only");
        self.operators.change_password(&current, &secret(PASSWORD), &origin).await.unwrap().operator
    }

    async fn sign_in(&self, user_name: &str, password: &str) -> Result<crate::Session, OperatorsError> {
        self.operators.sign_in(user_name, &secret(password), &origin()).await
    }

    fn actor(&self, operator: &OperatorView) -> Actor {
        let kind = ActorKind::Operator { id: operator.id, name: operator.user_name.clone() };
        let request_id = RequestId(Uuid::from_u128(2));
        Actor { kind, organisation: self.organisation, role: operator.role, request_id, address: None }
    }

    fn may<P: Permission>(&self, operator: &OperatorView, subject: P) -> kernel::May<P> {
        self.actor(operator).may(subject).unwrap()
    }

    async fn knock(&self, credentials: Credentials) -> Result<Actor, &'static str> {
        self.operators.authenticate(credentials, &context(&self.db.env)).await.map_err(|error| match error {
            AuthenticateError::Refused => "refused",
            AuthenticateError::Restricted { code, .. } => code,
            AuthenticateError::Unavailable(_) => "unavailable",
        })
    }

    async fn knock_with(&self, token: &Secret<String>) -> Result<Actor, &'static str> {
        self.knock(Credentials::Session(token.clone())).await
    }

    async fn log(&self) -> Vec<Logged> {
        let mut tx = self.db.store.read().await.unwrap();
        signals::oldest_first(&mut tx, self.organisation, &signals::Filter::default(), 0, 1_000).await.unwrap()
    }

    /// The names of the newest entries, oldest of them first.
    async fn newest(&self, count: usize) -> Vec<String> {
        let log = self.log().await;
        log[log.len() - count..].iter().map(|entry| entry.name.trim_start_matches("operators.").to_owned()).collect()
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::from(text)
}

fn origin() -> Origin {
    Origin {
        request_id: RequestId(Uuid::from_u128(3)),
        address: Some([192, 0, 2, 9].into()),
        user_agent: Some("a browser".to_owned()),
        session: None,
    }
}

fn context(env: &Env) -> RequestContext {
    RequestContext {
        request_id: env.new_id(),
        address: Some([192, 0, 2, 9].into()),
        secure: true,
        uri: "/".parse().unwrap(),
        closing: <_>::default(),
    }
}

fn page() -> PageRequest {
    PageRequest::default()
}

fn minutes(count: u64) -> std::time::Duration {
    std::time::Duration::from_mins(count)
}

fn now(house: &House) -> Timestamp {
    house.db.env.now()
}
