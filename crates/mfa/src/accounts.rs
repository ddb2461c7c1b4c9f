//! People who prove themselves here: one account for a tenant and an object id, whatever they are called.
//!
//! Whether a person may use their factors is asked of the directory each time: who is disabled or deleted there keeps their
//! factors and cannot use them until they are back.

mod open;
mod privileged;
mod views;

use std::collections::{HashMap, hash_map};
use std::ops::Deref;

use directory::permissions::ReadDirectory;
use directory::{ConflictCause, ExcludedBecause, Source, SourceId, SourceKind, State, User};
use kernel::{ErrorKind, Kinded as _, May, OrganisationId, Page, PageRequest};
use signals::Entry;
use store::Tx;
use tenants::{TenantId, TenantsError, UserIdAttribute};
use uuid::Uuid;

pub use open::NewAccount;
pub(crate) use privileged::{TWO_PERSONS, is_privileged};
pub use views::{AccountDetails, AccountFilter, AccountView, FailureSource, Suspended};

use crate::error::MfaError;
use crate::events::object;
use crate::lists;
use crate::model::{Account, AccountId, Person, Provider};
use crate::notices::{News, Notice};
use crate::permissions::{ReadMfa, RemoveFactor, Unlock};
use crate::service::Mfa;
use crate::store::{accounts as rows, devices, factors, failures, portal, providers, pushes};

/// The longest reason of an administrator's, in characters: it is logged, and the person reads it.
const LONGEST_REASON: usize = 300;

/// An account whose turn a unit of work has taken: what it says of failures and locks stays so until that ends.
#[derive(Debug)]
pub(crate) struct InTurn(Account);

impl Deref for InTurn {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

impl Mfa {
    /// The account of whom a checked hint names: made when it is new, called what the person is called now.
    pub(crate) async fn account_of(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        person: &Person,
    ) -> Result<Account, MfaError> {
        let user = user_of(tx, provider.tenant, person.object_id).await?;
        let guest = user.map_or(person.guest, |user| is_guest(&user));
        let Some(mut account) = rows::find(tx, provider.tenant, person.object_id).await? else {
            return self.make_account(tx, provider, &Person { guest, ..person.clone() }).await;
        };
        let name = person.name.clone().or_else(|| account.name.clone());
        if account.label != person.label || account.name != name || account.guest != guest {
            (account.label, account.name, account.guest) = (person.label.clone(), name, guest);
            rows::rename(tx, &account).await?;
        }
        Ok(account)
    }

    pub(crate) async fn make_account(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        person: &Person,
    ) -> Result<Account, MfaError> {
        let account = Account {
            id: self.env().new_id(),
            organisation: provider.organisation,
            provider: provider.tenant,
            object_id: person.object_id,
            label: person.label.clone(),
            name: person.name.clone(),
            handle: self.env().rng.bytes::<16>().to_vec(),
            guest: person.guest,
            created_at: self.env().now(),
            last_proved_at: None,
            failures: 0,
            locked_at: None,
            version: 1,
        };
        rows::insert(tx, &account).await?;
        // Another node may have been quicker.
        rows::find(tx, provider.tenant, person.object_id).await?.ok_or(MfaError::NotFound("account"))
    }

    /// Takes the person's turn until the unit of work ends: on every node, one thing at a time happens to their factors.
    pub(crate) async fn turn_of(&self, tx: &mut Tx, account: AccountId) -> Result<InTurn, MfaError> {
        rows::lock_row(tx, account).await?.map(InTurn).ok_or(MfaError::NotFound("account"))
    }

    /// One page of accounts, by label.
    pub async fn list_accounts(
        &self,
        may: &May<ReadMfa>,
        filter: &AccountFilter,
        page: &PageRequest,
    ) -> Result<Page<AccountView>, MfaError> {
        let after = lists::after(page)?;
        let named = self.known_as(may, filter).await?;
        let mut tx = self.store().read().await?;
        let found = rows::list(&mut tx, may.actor().organisation, filter, &named, page.limit, after).await?;
        drop(tx);
        let page = Page::from_rows(found, page.limit, |account| (account.label.clone(), Uuid::from(account.id)));
        let items = self.account_views(page.items).await?;
        Ok(Page { items, next: page.next })
    }

    /// One account, with where its failures came from.
    pub async fn get_account(&self, may: &May<ReadMfa>, id: AccountId) -> Result<AccountDetails, MfaError> {
        let mut tx = self.store().read().await?;
        let account = rows::get(&mut tx, may.actor().organisation, id).await?.ok_or(MfaError::NotFound("account"))?;
        let sources = failures::of(&mut tx, id)
            .await?
            .into_iter()
            .map(|(source, failures, last_at, waits_until)| FailureSource { source, failures, last_at, waits_until });
        let sources = sources.collect();
        drop(tx);
        let account = self.account_views(vec![account]).await?.pop().ok_or(MfaError::NotFound("account"))?;
        Ok(AccountDetails { account, sources })
    }

    /// The people whose user id the wanted text is, by the attribute that each tenant knows its users by.
    async fn known_as(&self, may: &May<ReadMfa>, filter: &AccountFilter) -> Result<Vec<Uuid>, MfaError> {
        let actor = may.actor();
        let (Some(text), Ok(reads)) = (&filter.text, actor.may(ReadDirectory {})) else { return Ok(Vec::new()) };
        let providers = providers::list(&mut self.store().read().await?, actor.organisation).await?;
        let mut named = Vec::new();
        for provider in providers.iter().filter(|one| filter.provider.is_none_or(|wanted| wanted == one.tenant)) {
            let Some(attribute) = self.user_ids_of(actor.organisation, provider.tenant).await? else { continue };
            let id = SourceId(provider.tenant.into());
            let source = Source { organisation: actor.organisation, kind: SourceKind::Graph, id };
            match self.parts.directory.find_users_by_attribute(&reads, source, attribute.as_str(), text).await {
                Ok(found) => named.extend(found.into_iter().map(|user| user.object_id)),
                // What nobody can be called finds nobody.
                Err(error) if error.kind() == ErrorKind::Invalid => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(named)
    }

    /// By which attribute a tenant knows its users; none where it is connected no more.
    async fn user_ids_of(
        &self,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<Option<UserIdAttribute>, MfaError> {
        match self.parts.tenants.find(organisation, tenant).await {
            Ok(tenant) => Ok(Some(tenant.user_id_attribute)),
            Err(TenantsError::NoSuchTenant(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Accounts as operators see them, with what the directory says of their people.
    pub(crate) async fn account_views(&self, accounts: Vec<Account>) -> Result<Vec<AccountView>, MfaError> {
        let mut attributes = HashMap::new();
        for account in &accounts {
            if let hash_map::Entry::Vacant(unknown) = attributes.entry(account.provider) {
                unknown.insert(self.user_ids_of(account.organisation, account.provider).await?);
            }
        }
        views(&mut self.store().read().await?, accounts, &attributes).await
    }

    /// Forgets a person's failures: they can try again.
    pub async fn unlock(&self, may: &May<Unlock>) -> Result<(), MfaError> {
        let mut tx = self.store().begin().await?;
        let account = self.own_account(&mut tx, may.actor().organisation, may.account).await?;
        forget_failures(&mut tx, account.id).await?;
        let entry = Entry::act("mfa.unlocked").object(object(&account));
        self.tell(&mut tx, may.actor(), entry).await?;
        Ok(tx.commit().await?)
    }

    /// Takes everything from a person: every factor, code, remembered browser and session. They begin anew.
    pub async fn reset(&self, may: &May<RemoveFactor>, reason: &str) -> Result<(), MfaError> {
        let reason = reason_of(reason)?;
        let mut tx = self.store().begin().await?;
        let account = self.own_account(&mut tx, may.actor().organisation, may.account).await?;
        for factor in factors::of(&mut tx, account.id).await? {
            factors::delete(&mut tx, factor.id).await?;
        }
        devices::delete_all(&mut tx, account.id).await?;
        pushes::delete_all(&mut tx, account.id).await?;
        portal::delete_all(&mut tx, account.id).await?;
        forget_failures(&mut tx, account.id).await?;
        let entry = Entry::act("mfa.reset").object(object(&account)).reason(reason);
        self.tell(&mut tx, may.actor(), entry).await?;
        let news = Notice::new(News::Reset, self.env().now()).by_administrator(reason);
        self.notify(&mut tx, &account, news).await?;
        Ok(tx.commit().await?)
    }

    /// An account of the organisation, whose turn is taken.
    pub(crate) async fn own_account(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        id: AccountId,
    ) -> Result<Account, MfaError> {
        let InTurn(account) = self.turn_of(tx, id).await?;
        if account.organisation == organisation { Ok(account) } else { Err(MfaError::NotFound("account")) }
    }
}

/// Why an administrator does something, within its bounds.
pub(crate) fn reason_of(text: &str) -> Result<&str, MfaError> {
    let reason = text.trim();
    if reason.chars().count() > LONGEST_REASON {
        return Err(MfaError::Invalid(format!("reason has at most {LONGEST_REASON} characters")));
    }
    Ok(reason)
}

pub(crate) async fn forget_failures(tx: &mut Tx, account: AccountId) -> Result<(), MfaError> {
    rows::unlock(tx, account).await?;
    Ok(failures::forget(tx, account).await?)
}

async fn views(
    tx: &mut Tx,
    accounts: Vec<Account>,
    attributes: &HashMap<TenantId, Option<UserIdAttribute>>,
) -> Result<Vec<AccountView>, MfaError> {
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let counts = factors::counts(tx, &ids).await?;
    let mut known: HashMap<(TenantId, Uuid), User> = HashMap::new();
    for tenant in attributes.keys().copied() {
        let own = accounts.iter().filter(|account| account.provider == tenant);
        let own: Vec<Uuid> = own.map(|account| account.object_id).collect();
        let users = directory::read::users_by_object_ids(tx, SourceId(tenant.into()), &own).await?;
        known.extend(users.into_iter().map(|user| ((tenant, user.object_id), user)));
    }
    let mut views = Vec::with_capacity(accounts.len());
    for account in accounts {
        let user = known.get(&(account.provider, account.object_id));
        let attribute = attributes.get(&account.provider).copied().flatten();
        views.push(AccountView {
            user_id: attribute.zip(user).and_then(|(attribute, user)| user_id_of(attribute, user)),
            factors: counts.get(&account.id).copied().unwrap_or(0),
            id: account.id,
            provider: account.provider,
            object_id: account.object_id,
            label: account.label,
            name: account.name,
            guest: account.guest,
            created_at: account.created_at,
            last_proved_at: account.last_proved_at,
            failures: account.failures,
            locked_at: account.locked_at,
            suspended: user.and_then(suspended),
        });
    }
    Ok(views)
}

/// What the tenant knows a user by: a label and a way to look them up, never a key.
fn user_id_of(attribute: UserIdAttribute, user: &User) -> Option<String> {
    let own = &user.attributes;
    tenants::user_id(attribute, &|name| match name {
        "userPrincipalName" => own.user_principal_name.clone(),
        "mail" => own.mail.clone(),
        "mailNickname" => own.mail_nickname.clone(),
        "onPremisesSamAccountName" => own.on_premises_sam_account_name.clone(),
        "employeeId" => own.employee_id.clone(),
        extension => own.on_premises_extension_attributes.get(extension).cloned(),
    })
}

/// Whether the directory says that the person may not be let in. Somebody it does not know may: not every tenant is synced.
pub(crate) async fn suspension(tx: &mut Tx, account: &Account) -> Result<Option<Suspended>, MfaError> {
    let user = user_of(tx, account.provider, account.object_id).await?;
    Ok(user.and_then(|user| suspended(&user)))
}

/// A user as the tenant's own sync knows them: its source has the tenant's id.
pub(crate) async fn user_of(tx: &mut Tx, tenant: TenantId, object_id: Uuid) -> Result<Option<User>, MfaError> {
    let users = directory::read::users_by_object_ids(tx, SourceId(tenant.into()), &[object_id]).await?;
    Ok(users.into_iter().next())
}

/// What keeps a user out of the directory by our settings alone keeps nobody from proving themselves.
pub(crate) fn suspended(user: &User) -> Option<Suspended> {
    if user.attributes.account_enabled == Some(false) {
        return Some(Suspended::Disabled);
    }
    match &user.state {
        State::Disabled | State::Excluded { because: ExcludedBecause::Disabled } => Some(Suspended::Disabled),
        State::Deleted { .. } => Some(Suspended::Deleted),
        State::Conflict(conflict) => match conflict.cause {
            ConflictCause::Deleted => Some(Suspended::Deleted),
            ConflictCause::Disabled => Some(Suspended::Disabled),
            _ => None,
        },
        State::Active | State::Excluded { .. } => None,
    }
}

/// Whether a name is a guest's: a principal name that says so, or an address of none of the tenant's verified domains, as
/// Entra tells guests' (eam.md §3, `preferred_username`). Where no domain is known nobody is taken for a guest by it.
pub(crate) fn names_a_guest(label: &str, domains: &[String]) -> bool {
    let foreign = |domain: &str| !domains.iter().any(|own| own.eq_ignore_ascii_case(domain));
    let address = label.rsplit_once('@').filter(|_| !domains.is_empty());
    label.contains("#EXT#") || address.is_some_and(|(_, domain)| foreign(domain))
}

pub(crate) fn is_guest(user: &User) -> bool {
    user.attributes.user_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("guest"))
}
