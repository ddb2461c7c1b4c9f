//! Which roles a door of the console opens for, so that a page offers only what its reader may do.
//!
//! What it deliberately does not do: decide. The services decide by permission; here stands, by the same permissions, what is
//! not shown because it would only be refused.

use directory::permissions::ReadDirectory;
use dirsync::permissions::{ChangeSettings, DecideConflicts, DecideRun, EditLists, ReadSync, StartRun, SyncOne, Undo};
use kernel::{Permission, Role};
use mfa::permissions::{
    ChangePolicies, ChangeProvider, ImportFactors, ImportMetadata, IssueCode, MergeAccounts, OpenAccount,
    RegisterPeople, RemoveBrowser, RemoveFactor, RotateKeys, SendCampaign, Unlock,
};
use operators::permissions::{
    CreateOperator, CreateToken, DisableOperator, ReadOperators, ReadTokens, RemoveOperator, ResetPassword,
    RevokeToken, SignOutOperator, UnlockOperator, UpdateOperator,
};
use provisioning::permissions::{
    ControlJob, CreateConnection, CreateKey, DecideHold, DeleteConnection, RevokeKey, UpdateConnection,
};
use signals::permissions::{CreateWebhook, ManageWebhook, ReadAudit, ReadWebhooks};
use tenants::permissions::{ConnectTenant, DeleteTenant, ProbeTenant, PromoteCredential, PutCredential, UpdateTenant};

/// A path, in which `*` stands for one part, and who may go there. The first that fits counts; others open for everybody.
type Door = (&'static str, &'static [Role]);

/// Jobs are the binary's; it lets the same people in.
const CHANGE_JOBS: &[Role] = &[Role::Owner, Role::Administrator];

const DOORS: &[Door] = &[
    ("/dirsync/sources/*/sync", StartRun::ROLES),
    ("/dirsync/sources/*/preview", StartRun::ROLES),
    ("/dirsync/runs/*/cancel", DecideRun::ROLES),
    ("/dirsync/runs/*/undo", Undo::ROLES),
    ("/dirsync/runs/*/do", Undo::ROLES),
    ("/dirsync/changes/*/undo", Undo::ROLES),
    ("/dirsync/conflicts/export-selected", ReadSync::ROLES),
    ("/dirsync/conflicts/confirm", DecideConflicts::ROLES),
    ("/dirsync/exceptions/new", EditLists::ROLES),
    ("/dirsync/exceptions/ask-end", EditLists::ROLES),
    ("/dirsync/additions/new", EditLists::ROLES),
    ("/dirsync/additions/*/withdraw", EditLists::ROLES),
    ("/dirsync/settings/save", ChangeSettings::ROLES),
    ("/directory/users/*/sync", SyncOne::ROLES),
    ("/directory/groups/*/sync", SyncOne::ROLES),
    ("/directory/users/*/restore", Undo::ROLES),
    ("/directory/groups/*/restore", Undo::ROLES),
    ("/directory/users", ReadDirectory::ROLES),
    ("/provisioning/connections/new", CreateConnection::ROLES),
    ("/provisioning/connections/*/pause", UpdateConnection::ROLES),
    ("/provisioning/connections/*/resume", UpdateConnection::ROLES),
    ("/provisioning/connections/*/save", UpdateConnection::ROLES),
    ("/provisioning/connections/*/delete", DeleteConnection::ROLES),
    ("/provisioning/connections/*/add-key", CreateKey::ROLES),
    ("/provisioning/connections/*/keys/*/revoke", RevokeKey::ROLES),
    ("/provisioning/connections/*/job/start", ControlJob::ROLES),
    ("/provisioning/holds/*/allow", DecideHold::ROLES),
    ("/provisioning/holds/*/reject", DecideHold::ROLES),
    ("/provisioning/holds/*/ask-allow-these", DecideHold::ROLES),
    ("/provisioning/holds/*/ask-allow-others", DecideHold::ROLES),
    ("/second-factor/providers/*/begin", ChangeProvider::ROLES),
    ("/second-factor/providers/*/save", ChangeProvider::ROLES),
    ("/second-factor/providers/*/applications", ChangeProvider::ROLES),
    ("/second-factor/providers/*/on", ChangeProvider::ROLES),
    ("/second-factor/providers/*/off", ChangeProvider::ROLES),
    ("/second-factor/providers/*/method", ChangeProvider::ROLES),
    ("/second-factor/providers/*/gateways/*/remove", ChangeProvider::ROLES),
    ("/second-factor/providers/*/gateways/*/receipt-address", ChangeProvider::ROLES),
    ("/second-factor/providers/*/rotate", RotateKeys::ROLES),
    ("/second-factor/providers/*/replace-keys", RotateKeys::ROLES),
    ("/second-factor/providers/*/import", ImportFactors::ROLES),
    ("/second-factor/providers/*/readiness/count", ChangeProvider::ROLES),
    ("/second-factor/providers/*/policies/preview", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/new", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/save", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/discard", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/apply", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/undo", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/*/edit", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/*/up", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/*/down", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/*/switch", ChangePolicies::ROLES),
    ("/second-factor/providers/*/policies/*/remove", ChangePolicies::ROLES),
    ("/second-factor/providers/*/registrations/preview", RegisterPeople::ROLES),
    ("/second-factor/providers/*/registrations/*/stop", RegisterPeople::ROLES),
    ("/second-factor/providers/*/registrations/*/undo", RegisterPeople::ROLES),
    ("/second-factor/providers/*/campaign", SendCampaign::ROLES),
    ("/second-factor/providers/*/campaign/*/stop", SendCampaign::ROLES),
    ("/second-factor/key-models/import", ImportMetadata::ROLES),
    ("/second-factor/people/of/*/*", OpenAccount::ROLES),
    ("/second-factor/people/*/merge", MergeAccounts::ROLES),
    ("/second-factor/people/*/merges/*/undo", MergeAccounts::ROLES),
    ("/second-factor/people/*/unlock", Unlock::ROLES),
    ("/second-factor/people/*/reset", RemoveFactor::ROLES),
    ("/second-factor/people/*/factors/*/remove", RemoveFactor::ROLES),
    ("/second-factor/people/*/browsers/*/remove", RemoveBrowser::ROLES),
    ("/second-factor/people/*/code", IssueCode::ROLES),
    ("/second-factor/people/*/codes/*/approve", IssueCode::ROLES),
    ("/tenants/connect", ConnectTenant::ROLES),
    ("/tenants/former/*/adopt", DecideConflicts::ROLES),
    ("/tenants/former/*/ask-adopt", DecideConflicts::ROLES),
    ("/tenants/*/test", ProbeTenant::ROLES),
    ("/tenants/*/pause", UpdateTenant::ROLES),
    ("/tenants/*/save", UpdateTenant::ROLES),
    ("/tenants/*/add-credential", PutCredential::ROLES),
    ("/tenants/*/credentials/*/promote", PromoteCredential::ROLES),
    ("/tenants/*/credentials/*/remove", PromoteCredential::ROLES),
    ("/tenants/*/remove", DeleteTenant::ROLES),
    ("/tenants/*/remove/preview", StartRun::ROLES),
    ("/signals/audit", ReadAudit::ROLES),
    ("/signals/audit/verify", ReadAudit::ROLES),
    ("/signals/webhooks", ReadWebhooks::ROLES),
    ("/signals/webhooks/new", CreateWebhook::ROLES),
    ("/signals/webhooks/*/edit", ManageWebhook::ROLES),
    ("/signals/webhooks/*/enable", ManageWebhook::ROLES),
    ("/signals/webhooks/*/disable", ManageWebhook::ROLES),
    ("/signals/webhooks/*/rotate", ManageWebhook::ROLES),
    ("/signals/webhooks/*/remove", ManageWebhook::ROLES),
    ("/signals/webhooks/*/test", ManageWebhook::ROLES),
    ("/signals/webhooks/*/replay", ManageWebhook::ROLES),
    ("/signals/webhooks/*/retry-dead", ManageWebhook::ROLES),
    ("/operators", ReadOperators::ROLES),
    ("/operators/new", CreateOperator::ROLES),
    ("/operators/tokens", ReadTokens::ROLES),
    ("/operators/tokens/new", CreateToken::ROLES),
    ("/operators/tokens/*/revoke", RevokeToken::ROLES),
    ("/operators/*/save", UpdateOperator::ROLES),
    ("/operators/*/sign-out", SignOutOperator::ROLES),
    ("/operators/*/reset", ResetPassword::ROLES),
    ("/operators/*/disable", DisableOperator::ROLES),
    ("/operators/*/enable", DisableOperator::ROLES),
    ("/operators/*/unlock", UnlockOperator::ROLES),
    ("/operators/*/remove", RemoveOperator::ROLES),
    ("/server/jobs/retry", CHANGE_JOBS),
    ("/server/jobs/discard", CHANGE_JOBS),
    ("/server/jobs/*/retry", CHANGE_JOBS),
    ("/server/jobs/*/discard", CHANGE_JOBS),
];

/// Whether the door behind an address opens for a role.
pub fn opens(role: Role, href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let door = DOORS.iter().find(|(pattern, _)| fits(pattern, path));
    door.is_none_or(|(_, roles)| roles.contains(&role))
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == "*" || wanted == part => {}
            _ => return false,
        }
    }
}

/// A part of a page that offers something to do.
pub trait Offers: Sized {
    /// The same without what a role may not do.
    #[must_use]
    fn only_for(self, role: Option<Role>) -> Self;
}

impl<T: Offers> Offers for Option<T> {
    fn only_for(self, role: Option<Role>) -> Self {
        self.map(|part| part.only_for(role))
    }
}

impl<T: Offers> Offers for Vec<T> {
    fn only_for(self, role: Option<Role>) -> Self {
        self.into_iter().map(|part| part.only_for(role)).collect()
    }
}

#[cfg(test)]
mod tests;
