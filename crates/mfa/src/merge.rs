//! Two accounts of one person: somebody who was deleted in Entra and made again has another object id, and so another
//! account here. What they prove themselves with is moved to the account that is in use.
//!
//! | of the former account | becomes |
//! |---|---|
//! | passkeys, tokens, recovery codes | the other account's; a passkey goes on to know its person by the former handle; a code that begins as one of the other account's waits for the way back |
//! | temporary codes, factors that were never confirmed | worth nothing |
//! | remembered browsers, browsers that are asked, sessions | forgotten |
//! | its attempts | stay in its name |
//!
//! Whoever the directory still has in use is nobody's former self. It can be undone for thirty days: what is still there goes
//! back. What it deliberately does not do: guess who is who; names are shown, and an administrator decides.

use std::time::Duration;

use kernel::{May, Timestamp, id_type};
use serde::{Deserialize, Serialize};
use signals::Entry;
use store::Tx;
use tenants::TenantId;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::accounts::{AccountView, TWO_PERSONS, is_privileged, reason_of, suspended, user_of};
use crate::error::MfaError;
use crate::events::object;
use crate::factors::FactorView;
use crate::factors::model::Factor;
use crate::model::{Account, AccountId, FactorId, FactorKind, FactorState};
use crate::notices::{News, Notice};
use crate::permissions::{MergeAccounts, ReadMfa};
use crate::readiness::walk::Groups;
use crate::service::Mfa;
use crate::store::{accounts, devices, factors, merges as rows, portal, pushes};

/// How long it can be undone.
const RETENTION: Duration = Duration::from_hours(24 * 30);
/// People, or accounts of one, that are listed at most.
const SHOWN: usize = 50;

id_type!(
    /// Two accounts that became one.
    MergeId
);

/// Accounts that bear one name.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaDuplicates)]
pub struct Duplicates {
    /// What all of them are called.
    pub label: String,
    /// The accounts, oldest first.
    pub accounts: Vec<AccountView>,
}

/// Which account is to be emptied.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaMergeRequest)]
pub struct MergeRequest {
    /// The account that is to be emptied.
    pub former: AccountId,
    /// Why. Logged, and shown to the person. A preview needs none.
    #[serde(default)]
    pub reason: String,
}

/// What would follow.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaMergePreview)]
pub struct MergePreview {
    /// The account that would be emptied.
    pub former: AccountView,
    /// The account that would have it all.
    pub account: AccountView,
    /// What would be moved.
    pub moved: Vec<FactorView>,
    /// What would be worth nothing.
    pub dropped: Vec<FactorView>,
    /// Browsers that would be forgotten.
    pub browsers: u64,
    /// Recovery codes that would not count as long as they are merged: the other account has codes that begin alike.
    pub codes_left_behind: u64,
    /// Whether both bear the same name.
    pub same_label: bool,
    /// Why it cannot be done; null where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
}

/// How a merge is undone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct MergeUndo {
    /// Whether the account in use may be left without any factor.
    pub leave_without: bool,
}

/// Two accounts that became one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaMerge)]
pub struct Merge {
    /// Its id.
    pub id: MergeId,
    /// Whose organisation.
    #[serde(skip)]
    pub organisation: kernel::OrganisationId,
    /// The tenant.
    pub provider: TenantId,
    /// The account that was emptied.
    pub former: AccountId,
    /// What it was called.
    pub former_label: String,
    /// The account that has it all.
    pub account: AccountId,
    /// The factors that were moved.
    pub factors: Vec<FactorId>,
    /// Why.
    pub reason: String,
    /// When.
    pub merged_at: Timestamp,
    /// By whom.
    pub merged_by: String,
    /// Until when it can be undone.
    pub undo_until: Timestamp,
    /// When it was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_at: Option<Timestamp>,
}

/// Until when a merge can be undone.
pub(crate) fn undo_until(merged_at: Timestamp) -> Timestamp {
    merged_at.plus(RETENTION)
}

/// Both accounts, and what stands against it.
struct Pair {
    former: Account,
    account: Account,
    blocked: Option<String>,
}

/// Whether a factor is one that can be moved: it was confirmed, and is the person's own.
fn is_movable(factor: &Factor) -> bool {
    factor.state != FactorState::Pending && factor.kind != FactorKind::Temporary
}

impl Mfa {
    /// Accounts of a tenant that bear one name, by name.
    pub async fn list_duplicates(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Vec<Duplicates>, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let accounts = rows::same_label(&mut tx, provider.tenant, SHOWN).await?;
        drop(tx);
        let mut all: Vec<Duplicates> = Vec::new();
        for view in self.account_views(accounts).await? {
            let label = view.label.to_lowercase();
            match all.iter_mut().find(|known| known.label == label) {
                Some(known) => known.accounts.push(view),
                None => all.push(Duplicates { label, accounts: vec![view] }),
            }
        }
        Ok(all)
    }

    /// Other accounts of the tenant that may have been this person's, oldest first, however many names are borne twice: of the
    /// same name, now or before, or of somebody not in use with the same mail address, user name or id on premises.
    pub async fn list_namesakes(&self, may: &May<ReadMfa>, id: AccountId) -> Result<Vec<AccountView>, MfaError> {
        let mut tx = self.store().read().await?;
        let found = accounts::get(&mut tx, may.actor().organisation, id).await?;
        let account = found.ok_or(MfaError::NotFound("account"))?;
        let people = match user_of(&mut tx, account.provider, account.object_id).await? {
            Some(user) => directory::read::former_selves(&mut tx, &user, SHOWN).await?,
            None => Vec::new(),
        };
        let people: Vec<Uuid> = people.iter().map(|user| user.object_id).collect();
        let others = rows::namesakes(&mut tx, &account, &people, SHOWN).await?;
        drop(tx);
        self.account_views(others).await
    }

    /// What would follow if the credentials of another account were moved to this one. Nothing is.
    pub async fn preview_merge(
        &self,
        may: &May<MergeAccounts>,
        request: &MergeRequest,
    ) -> Result<MergePreview, MfaError> {
        let mut tx = self.store().read().await?;
        let (organisation, missing) = (may.actor().organisation, || MfaError::NotFound("account"));
        let former = accounts::get(&mut tx, organisation, request.former).await?.ok_or_else(missing)?;
        let account = accounts::get(&mut tx, organisation, may.account).await?.ok_or_else(missing)?;
        drop(tx);
        let groups = self.privileged_of(may).await?;
        let mut tx = self.store().read().await?;
        let pair = self.pair(&mut tx, former, account, &groups).await?;
        let of_former = factors::of(&mut tx, pair.former.id).await?;
        let (moved, dropped): (Vec<Factor>, Vec<Factor>) = of_former.into_iter().partition(is_movable);
        let browsers = devices::of(&mut tx, pair.former.id).await?.len();
        let codes_left_behind = rows::colliding_codes(&mut tx, pair.former.id, pair.account.id).await?;
        let same_label = pair.former.label.eq_ignore_ascii_case(&pair.account.label);
        drop(tx);
        let mut both = self.account_views(vec![pair.former, pair.account]).await?.into_iter();
        let shown = |all: Vec<Factor>| all.into_iter().map(|factor| factor.view(None)).collect();
        Ok(MergePreview {
            former: both.next().ok_or_else(missing)?,
            account: both.next().ok_or_else(missing)?,
            moved: shown(moved),
            dropped: shown(dropped),
            browsers: u64::try_from(browsers).unwrap_or(u64::MAX),
            codes_left_behind,
            same_label,
            blocked: pair.blocked,
        })
    }

    /// Moves what a person proves themselves with from a former account of theirs to the one in use, and tells them.
    pub async fn merge_accounts(&self, may: &May<MergeAccounts>, request: &MergeRequest) -> Result<Merge, MfaError> {
        let reason = reason_of(&request.reason)?;
        if reason.is_empty() {
            return Err(MfaError::Invalid("reason must not be empty".to_owned()));
        }
        let (actor, now) = (may.actor(), self.env().now());
        let groups = self.privileged_of(may).await?;
        let mut tx = self.store().begin().await?;
        let (former, account) = self.both(&mut tx, actor.organisation, request.former, may.account).await?;
        let Pair { former, account, blocked } = self.pair(&mut tx, former, account, &groups).await?;
        if let Some(why) = blocked {
            return Err(MfaError::Conflict(why));
        }
        let (moved, dropped): (Vec<Factor>, Vec<Factor>) =
            factors::of(&mut tx, former.id).await?.into_iter().partition(is_movable);
        for factor in dropped {
            factors::delete(&mut tx, factor.id).await?;
        }
        self.hand_over(&mut tx, &former, &account, &moved).await?;
        let merge = Merge {
            id: self.env().new_id(),
            organisation: account.organisation,
            provider: account.provider,
            former: former.id,
            former_label: former.label.clone(),
            account: account.id,
            factors: moved.iter().map(|factor| factor.id).collect(),
            reason: reason.to_owned(),
            merged_at: now,
            merged_by: actor.label(),
            undo_until: undo_until(now),
            undone_at: None,
        };
        rows::insert(&mut tx, &merge).await?;
        let entry = Entry::act("mfa.accounts_merged").object(object(&account)).reason(reason).after(&merge);
        self.tell(&mut tx, actor, entry).await?;
        self.notify(&mut tx, &account, Notice::new(News::FactorAdded, now).by_administrator(reason)).await?;
        tx.commit().await?;
        Ok(merge)
    }

    /// What was merged into an account, newest first.
    pub async fn list_merges(&self, may: &May<ReadMfa>, account: AccountId) -> Result<Vec<Merge>, MfaError> {
        let mut tx = self.store().read().await?;
        let found = accounts::get(&mut tx, may.actor().organisation, account).await?;
        let account = found.ok_or(MfaError::NotFound("account"))?;
        Ok(rows::of(&mut tx, account.id).await?)
    }

    /// Moves back what is still there. Where that leaves the account in use without any factor it is refused, unless that is
    /// said to be meant.
    pub async fn undo_merge(&self, may: &May<MergeAccounts>, id: MergeId, undo: MergeUndo) -> Result<Merge, MfaError> {
        let (actor, now) = (may.actor(), self.env().now());
        let mut tx = self.store().begin().await?;
        let found = rows::find(&mut tx, actor.organisation, id).await?;
        let merge = found.filter(|merge| merge.account == may.account).ok_or(MfaError::NotFound("merge"))?;
        if merge.undo_until <= now {
            return Err(MfaError::Conflict("it is too long ago to be undone".to_owned()));
        }
        let (former, account) = self.both(&mut tx, actor.organisation, merge.former, merge.account).await?;
        if !rows::undo(&mut tx, id, now).await? {
            return Err(MfaError::Conflict("it was undone already".to_owned()));
        }
        if let Some(later) = rows::emptied_since(&mut tx, &merge).await? {
            let why = format!(
                "{} was itself merged into another account at {}: undo that first",
                account.label, later.merged_at
            );
            return Err(MfaError::Conflict(why));
        }
        let all = factors::of(&mut tx, account.id).await?;
        let (moved, kept): (Vec<Factor>, Vec<Factor>) =
            all.into_iter().partition(|factor| merge.factors.contains(&factor.id));
        if !undo.leave_without && !moved.is_empty() && !kept.iter().any(is_movable) {
            return Err(MfaError::LeavesWithout(account.label));
        }
        self.hand_over(&mut tx, &account, &former, &moved).await?;
        let merge = Merge { undone_at: Some(now), ..merge };
        let entry = Entry::act("mfa.merge_undone").object(object(&account)).after(&merge);
        self.tell(&mut tx, actor, entry).await?;
        tx.commit().await?;
        Ok(merge)
    }

    /// Moves factors between two accounts, and ends what is open in the name of either.
    async fn hand_over(&self, tx: &mut Tx, from: &Account, to: &Account, moved: &[Factor]) -> Result<(), MfaError> {
        for factor in moved {
            if factor.kind == FactorKind::Passkey {
                rows::keep_handle(tx, factor.id, from.handle.clone()).await?;
            }
            rows::move_factor(tx, factor.id, from.id, to.id).await?;
        }
        devices::delete_all(tx, from.id).await?;
        pushes::delete_all(tx, from.id).await?;
        portal::delete_all(tx, from.id).await?;
        portal::delete_all(tx, to.id).await?;
        Ok(())
    }

    /// Both accounts, whose turns are taken in one order on every node.
    async fn both(
        &self,
        tx: &mut Tx,
        organisation: kernel::OrganisationId,
        former: AccountId,
        account: AccountId,
    ) -> Result<(Account, Account), MfaError> {
        if former < account {
            let first = self.own_account(tx, organisation, former).await?;
            Ok((first, self.own_account(tx, organisation, account).await?))
        } else {
            let first = self.own_account(tx, organisation, account).await?;
            Ok((self.own_account(tx, organisation, former).await?, first))
        }
    }

    /// The privileged groups of the tenant of an account.
    async fn privileged_of(&self, may: &May<MergeAccounts>) -> Result<Groups, MfaError> {
        let mut tx = self.store().read().await?;
        let found = accounts::get(&mut tx, may.actor().organisation, may.account).await?;
        let account = found.ok_or(MfaError::NotFound("account"))?;
        let provider = self.provider(&mut tx, account.provider).await?;
        drop(tx);
        self.groups_named(&provider, provider.settings.privileged_groups.iter().copied()).await
    }

    async fn pair(&self, tx: &mut Tx, former: Account, account: Account, groups: &Groups) -> Result<Pair, MfaError> {
        if former.id == account.id || former.provider != account.provider {
            return Err(MfaError::Invalid("former must be another account of the same tenant".to_owned()));
        }
        let old = user_of(tx, former.provider, former.object_id).await?;
        let new = user_of(tx, account.provider, account.object_id).await?;
        let blocked = if old.is_some_and(|user| suspended(&user).is_none()) {
            let why = "the directory has the former account in use: delete or disable it in Entra first, then sync";
            Some(why.to_owned())
        } else if new.as_ref().is_some_and(|user| suspended(user).is_some()) {
            Some("the directory has the account disabled or deleted that would have it all".to_owned())
        } else {
            let provider = self.provider(tx, account.provider).await?;
            is_privileged(&provider, groups, new.as_ref()).then(|| format!("{} {TWO_PERSONS}", account.label))
        };
        Ok(Pair { former, account, blocked })
    }

    /// What a passkey knows its person by: the account's own handle, or that of an account that it came from.
    pub(crate) async fn handle_of(&self, tx: &mut Tx, account: &Account, factor: FactorId) -> Result<Uuid, MfaError> {
        let kept = rows::handle(tx, factor).await?.unwrap_or_else(|| account.handle.clone());
        Uuid::from_slice(&kept).map_err(|_| store::StoreError::Corrupt { column: "handle".to_owned() }.into())
    }
}
