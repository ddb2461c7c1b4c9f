//! Organisations: the isolation boundary inside one server. An owner sees their own and those made from it.

use std::time::Duration;

use kernel::{May, OrganisationId, Page, PageRequest};
use signals::{Entry, Object};
use store::Tx;

use crate::permissions::{CreateOrganisation, ReadOrganisations, RenameOrganisation};
use crate::store::organisations;
use crate::{Link, Operators, OperatorsError, OrganisationView, rules};

/// What the first organisation is called until its owner renames it.
const FIRST_NAME: &str = "My organisation";

impl Operators {
    /// The first organisation, made when there is none. Several nodes starting at once make one.
    pub async fn ensure_organisation(&self) -> Result<OrganisationView, OperatorsError> {
        let mut tx = self.store.begin().await?;
        let organisation = self.first_organisation(&mut tx).await?;
        tx.commit().await?;
        Ok(organisation)
    }

    /// Every organisation of the server: for the tasks that serve them all, never for a caller.
    pub async fn all_organisations(&self) -> Result<Vec<OrganisationView>, OperatorsError> {
        let mut tx = self.store.read().await?;
        Ok(organisations::all(&mut tx).await?)
    }

    /// The caller's organisation and those made from it.
    pub async fn list_organisations(
        &self,
        may: &May<ReadOrganisations>,
        page: &PageRequest,
    ) -> Result<Page<OrganisationView>, OperatorsError> {
        let mut tx = self.store.read().await?;
        Ok(organisations::list(&mut tx, may.actor().organisation, page).await?)
    }

    /// The caller's own organisation.
    pub async fn organisation(&self, id: OrganisationId) -> Result<OrganisationView, OperatorsError> {
        let mut tx = self.store.read().await?;
        organisations::find(&mut tx, id).await?.ok_or(OperatorsError::NoSuchOrganisation(id))
    }

    /// Makes a further organisation, and the link by which its first owner sets it up.
    pub async fn create_organisation(
        &self,
        may: &May<CreateOrganisation>,
        name: &str,
    ) -> Result<(OrganisationView, Link), OperatorsError> {
        let actor = may.actor();
        let name = rules::label("name", name, 120)?;
        let organisation = OrganisationView { id: self.env.new_id(), name, created_at: self.env.now() };
        let mut tx = self.store.begin().await?;
        organisations::insert(&mut tx, &organisation, Some(actor.organisation)).await?;
        let link = self.set_up_link(&mut tx, organisation.id).await?;
        let entry = Entry::act("operators.organisation_created").object(object_of(&organisation)).after(&organisation);
        self.note(&mut tx, actor, entry).await?;
        tx.commit().await?;
        Ok((organisation, link))
    }

    /// Renames the caller's organisation or one made from it.
    pub async fn rename_organisation(
        &self,
        may: &May<RenameOrganisation>,
        name: &str,
    ) -> Result<OrganisationView, OperatorsError> {
        let actor = may.actor();
        let name = rules::label("name", name, 120)?;
        let mut tx = self.store.begin().await?;
        let found = organisations::find_within(&mut tx, actor.organisation, may.organisation).await?;
        let before = found.ok_or(OperatorsError::NoSuchOrganisation(may.organisation))?;
        let after = OrganisationView { name, ..before.clone() };
        organisations::rename(&mut tx, after.id, &after.name).await?;
        let entry = Entry::act("operators.organisation_renamed").object(object_of(&after));
        self.note(&mut tx, actor, entry.change_of(Some(&before), Some(&after))).await?;
        tx.commit().await?;
        Ok(after)
    }

    pub(crate) async fn first_organisation(&self, tx: &mut Tx) -> Result<OrganisationView, OperatorsError> {
        // A lease row as a lock until the unit of work ends: nodes that start at once go through one by one.
        store::lease::acquire(tx, "operators.first_start", "first start", self.env.now(), Duration::ZERO).await?;
        if let Some(first) = organisations::first(tx).await? {
            return Ok(first);
        }
        let organisation =
            OrganisationView { id: self.env.new_id(), name: FIRST_NAME.to_owned(), created_at: self.env.now() };
        organisations::insert(tx, &organisation, None).await?;
        Ok(organisation)
    }
}

fn object_of(organisation: &OrganisationView) -> Object {
    Object::new("organisation", organisation.id, &organisation.name)
}
