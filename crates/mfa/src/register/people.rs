//! Whom a run is for, and what a preview says of them.

use std::collections::HashSet;

use directory::User;
use graph::{BatchCall, Client, GraphError};
use kernel::{May, OrganisationId};
use serde::{Deserialize, Serialize};
use tenants::{Feature, TenantId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NewRegistration, WRITER};
use crate::accounts::is_guest;
use crate::error::MfaError;
use crate::method::{self, Method};
use crate::model::{AccountId, Provider};
use crate::permissions::RegisterPeople;
use crate::policy::Door;
use crate::policy::decide::{self, Subject};
use crate::readiness::walk::{Place, is_in_use};
use crate::service::Mfa;
use crate::store::readiness;

/// So many people are asked for in Entra for a preview: the others are counted when it is their turn.
const ASKED: usize = 400;
/// So many are shown by name.
const SHOWN: usize = 20;

/// Somebody who would be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRegistrationCandidate)]
pub struct Candidate {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// The account.
    pub account: AccountId,
    /// What people call them.
    pub name: String,
    /// The user principal name.
    pub upn: String,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRegistrationPreview)]
pub struct RegistrationPreview {
    /// The method's name: what the registration would be called.
    pub method: String,
    /// Whether people are offered the method.
    pub enabled: bool,
    /// People who can pass here, and would be registered where they are not.
    pub people: u64,
    /// Who of those asked for could not pass here: they are left alone.
    pub without: u64,
    /// How many of the people were looked up in Entra.
    pub asked: u64,
    /// Who of those is registered already.
    pub already: u64,
    /// The first who would be registered.
    pub first: Vec<Candidate>,
}

/// Whom a run is for.
pub(super) struct Found {
    pub people: Vec<Candidate>,
    /// Who could not pass.
    pub without: u64,
}

/// A registration as Graph shows it (Graph: externalAuthenticationMethod).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registered {
    pub id: String,
    #[serde(default)]
    pub configuration_id: String,
}

#[derive(Deserialize)]
struct All {
    value: Vec<Registered>,
}

/// Where somebody's registrations are.
pub(super) fn at(person: Uuid) -> String {
    format!("/users/{person}/authentication/externalAuthenticationMethods")
}

/// What Entra has of each of these people for a method; nothing where there is none.
pub(super) async fn registered(
    client: &Client,
    configuration: &str,
    people: &[Uuid],
) -> Result<Vec<Result<Option<String>, GraphError>>, GraphError> {
    let calls: Vec<BatchCall> = people.iter().map(|person| BatchCall::get(at(*person))).collect();
    let of = |all: All| {
        let ours = all.value.into_iter().find(|one| one.configuration_id.eq_ignore_ascii_case(configuration));
        ours.map(|one| one.id)
    };
    Ok(client.batch(&calls).await?.iter().map(|answer| answer.json::<All>().map(&of)).collect())
}

impl Mfa {
    /// What a run would do. Nothing is.
    pub async fn preview_registration(
        &self,
        may: &May<RegisterPeople>,
        new: &NewRegistration,
    ) -> Result<RegistrationPreview, MfaError> {
        let (provider, client) = self.register_at(may.actor().organisation, may.tenant).await?;
        let method = self.method_there(&provider, &client).await?;
        let found = self.candidates(&provider, new.group).await?;
        let some: Vec<&Candidate> = found.people.iter().take(ASKED).collect();
        let ids: Vec<Uuid> = some.iter().map(|one| one.object_id).collect();
        let answers = registered(&client, &method.id, &ids).await.map_err(|error| refused(&error))?;
        // Refusals of single people are told when it is their turn.
        if let Some(Err(error)) = answers.iter().find(|answer| answer.as_ref().is_err_and(GraphError::is_forbidden))
            && !answers.iter().any(Result::is_ok)
            && !is_granted(&client).await
        {
            return Err(refused(error));
        }
        let already: HashSet<Uuid> =
            ids.iter().zip(&answers).filter(|(_, answer)| matches!(answer, Ok(Some(_)))).map(|(id, _)| *id).collect();
        let first = some.into_iter().filter(|one| !already.contains(&one.object_id)).take(SHOWN).cloned();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Ok(RegistrationPreview {
            method: method.name,
            enabled: method.enabled,
            people: count(found.people.len()),
            without: found.without,
            asked: count(ids.len()),
            already: count(already.len()),
            first: first.collect(),
        })
    }

    /// The tenant's second factor and its Graph, where people may be registered.
    pub(super) async fn register_at(
        &self,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<(Provider, Client), MfaError> {
        let provider = self.own_provider(&mut self.store().read().await?, organisation, tenant).await?;
        let connected = self.parts.tenants.find(organisation, tenant).await?;
        if !connected.features.contains(&Feature::Registration) {
            let why = format!(
                "it is not chosen for the tenant: add the feature registration to it, add the permission {WRITER} to its \
                 application, and have an administrator of the tenant consent"
            );
            return Err(MfaError::Conflict(why));
        }
        Ok((provider, self.parts.tenants.client(organisation, tenant).await?))
    }

    /// Our method in Entra: people are registered for it and no other.
    pub(super) async fn method_there(&self, provider: &Provider, client: &Client) -> Result<Method, MfaError> {
        method::roles(client, &[WRITER]).await.map_err(|error| refused(&error))?;
        let all = method::methods(client).await.map_err(|error| MfaError::Conflict(told_of_methods(&error)))?;
        let found = method::ours(&all, &self.wanted(provider)).cloned();
        found.ok_or_else(|| MfaError::Conflict("the method is not in Entra: make it first".to_owned()))
    }

    /// Who can pass here, of a group or of everybody. Break-glass accounts are left alone.
    pub(super) async fn candidates(&self, provider: &Provider, group: Option<Uuid>) -> Result<Found, MfaError> {
        let named = provider.policies.iter().flat_map(|policy| policy.whom.all_groups()).chain(group);
        let groups = self.groups_named(provider, named).await?;
        if group.is_some_and(|group| !groups.knows(group)) {
            return Err(MfaError::Invalid("group is none that the directory holds".to_owned()));
        }
        let wanted = |user: &User| {
            is_in_use(user)
                && group.is_none_or(|group| groups.holds(group, user))
                && !provider.settings.break_glass.contains(&user.object_id)
        };
        let (mut found, mut place) = (Found { people: Vec::new(), without: 0 }, Place::default());
        loop {
            let mut tx = self.store().read().await?;
            let Some(users) = self.next_people(&mut tx, provider, &mut place).await? else { return Ok(found) };
            let ids: Vec<Uuid> = users.iter().map(|user| user.object_id).collect();
            let means = readiness::means(&mut tx, provider, &ids).await?;
            let risks = self.risks_asked(&mut tx, provider.tenant, &provider.policies, &ids).await?;
            drop(tx);
            for user in users.iter().filter(|user| wanted(user)) {
                let is_in = |group: Uuid| groups.holds(group, user);
                let risk = risks.as_ref().map(|risks| risks.of(user.object_id)).unwrap_or_default();
                let (object_id, guest) = (user.object_id, is_guest(user));
                let subject = Subject { object_id, guest, door: Door::Entra, is_in: &is_in, risk: &risk };
                let hits = decide::hits(&provider.policies, &provider.settings, &subject);
                let means = means.get(&user.object_id).cloned().unwrap_or_default();
                let passes = means.lack(&decide::counts(&provider.settings, &hits)).is_none();
                match means.account.filter(|_| passes) {
                    Some(account) => found.people.push(candidate(user, account)),
                    None => found.without += 1,
                }
            }
        }
    }
}

fn candidate(user: &User, account: AccountId) -> Candidate {
    let upn = user.attributes.user_principal_name.clone().unwrap_or_default();
    Candidate { object_id: user.object_id, account, name: user.name(), upn }
}

/// Whether the application may register people at all.
pub(super) async fn is_granted(client: &Client) -> bool {
    method::roles(client, &[WRITER]).await.is_ok_and(|roles| roles.iter().any(|role| role == WRITER))
}

/// What Graph said.
pub(super) fn message(error: &GraphError) -> String {
    let said = error.refusal().map(|refusal| refusal.message.clone()).filter(|text| !text.is_empty());
    said.unwrap_or_else(|| error.to_string())
}

/// What Graph said, and the permission where that is what is missing.
pub(super) fn said(error: &GraphError) -> String {
    let said = message(error);
    if error.is_forbidden() { format!("{said} ({WRITER} is missing)") } else { said }
}

pub(super) fn refused(error: &GraphError) -> MfaError {
    MfaError::Conflict(format!("Entra refused: {}", said(error)))
}

fn told_of_methods(error: &GraphError) -> String {
    format!("the methods in Entra cannot be read: {}", method::told(error))
}
