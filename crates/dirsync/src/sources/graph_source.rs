//! Microsoft Entra ID, read through Microsoft Graph.

use std::collections::BTreeMap;

use async_trait::async_trait;
use directory::{GroupAttributes, Member, MemberKind, ObjectKind, UserAttributes};
use graph::{
    Client, DeltaGroup, DeltaReader, DeltaUser, Existence, Field, GraphError, Next, Query, RemovedReason, Start, User,
};
use uuid::Uuid;

use super::{After, From, Item, Look, Looked, Page, Pages, SeenGroup, SeenUser, Source};

/// Microsoft Entra ID.
pub struct GraphSource {
    client: Client,
}

impl GraphSource {
    /// Reads through a client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

fn start(from: From, select: &[&str], relation: &str) -> Start {
    match from {
        From::Everything => Start::full(select.iter().copied().chain([relation])),
        From::Link(delta_link) => Start::From { delta_link },
        From::Next(next_link) => Start::Resume { next_link },
    }
}

#[async_trait]
impl Source for GraphSource {
    async fn users(&self, from: From) -> Result<Box<dyn Pages<SeenUser>>, GraphError> {
        let start = start(from, User::SYNC_SELECT, "manager");
        Ok(Box::new(UserPages(self.client.delta_users(&start)?)))
    }

    async fn groups(&self, from: From) -> Result<Box<dyn Pages<SeenGroup>>, GraphError> {
        let start = start(from, graph::Group::SYNC_SELECT, "members");
        Ok(Box::new(GroupPages(self.client.delta_groups(&start)?)))
    }

    async fn look(&self, kind: ObjectKind, ids: &[Uuid]) -> Result<Vec<Look>, GraphError> {
        match kind {
            ObjectKind::User => self.look_at_users(ids).await,
            ObjectKind::Group => self.look_at_groups(ids).await,
        }
    }

    async fn find_by_address(&self, address: &str) -> Result<Option<(Uuid, SeenUser)>, GraphError> {
        let quoted = address.replace('\'', "''");
        let filter = format!(
            "userPrincipalName eq '{quoted}' or mail eq '{quoted}' or proxyAddresses/any(p:p eq 'smtp:{quoted}')"
        );
        let query = Query::new().select(User::SYNC_SELECT.iter().copied().chain(["id"])).filter(&filter).top(2);
        let page = self.client.users(&query).next_page().await?;
        let found = page.and_then(|page| page.items.into_iter().next());
        Ok(found.map(|user| (user.id, seen_user(user, Field::Absent))))
    }

    async fn members(&self, group: Uuid) -> Result<Vec<Member>, GraphError> {
        let mut list = self.client.members(group);
        let mut members = Vec::new();
        while let Some(page) = list.next_page().await? {
            members.extend(page.items.iter().map(|item| Member { object_id: item.id, kind: member_kind(item.kind) }));
        }
        Ok(members)
    }

    async fn groups_of(&self, user: Uuid) -> Result<Vec<Uuid>, GraphError> {
        let mut list = self.client.member_of(user);
        let mut groups = Vec::new();
        while let Some(page) = list.next_page().await? {
            let found = page.items.iter().filter(|item| item.kind == graph::ObjectKind::Group);
            groups.extend(found.map(|item| item.id));
        }
        Ok(groups)
    }

    async fn user_count(&self) -> Result<Option<u64>, GraphError> {
        self.client.user_count(None).await.map(Some)
    }
}

impl GraphSource {
    async fn look_at_users(&self, ids: &[Uuid]) -> Result<Vec<Look>, GraphError> {
        let select: Vec<_> = User::SYNC_SELECT.iter().copied().chain(["id"]).collect();
        let found = self.client.users_by_ids(ids, &select).await?;
        Ok(found
            .into_iter()
            .map(|existence| match existence {
                Existence::Found(user) => Look::There(Looked::User(Box::new(seen_user(*user, Field::Absent)))),
                Existence::SoftDeleted(_) | Existence::Gone => Look::Gone,
            })
            .collect())
    }

    async fn look_at_groups(&self, ids: &[Uuid]) -> Result<Vec<Look>, GraphError> {
        let select: Vec<_> = graph::Group::SYNC_SELECT.iter().copied().chain(["id"]).collect();
        let mut looks = Vec::with_capacity(ids.len());
        for id in ids {
            looks.push(match self.client.group(*id, &select).await? {
                Some(group) => Look::There(Looked::Group(Box::new(seen_group(group)))),
                None => Look::Gone,
            });
        }
        Ok(looks)
    }
}

struct UserPages(DeltaReader<DeltaUser>);

#[async_trait]
impl Pages<SeenUser> for UserPages {
    async fn next(&mut self) -> Result<Option<Page<SeenUser>>, GraphError> {
        let Some(page) = self.0.next_page().await? else { return Ok(None) };
        let items = page.items.into_iter().map(|item| {
            let manager = item.manager();
            let seen = item.removed.is_none();
            Item {
                object_id: item.user.id,
                for_good: item.removed == Some(RemovedReason::Deleted),
                seen: seen.then(|| seen_user(item.user, manager)),
                members: Vec::new(),
            }
        });
        Ok(Some(Page { items: items.collect(), after: after(page.next) }))
    }
}

struct GroupPages(DeltaReader<DeltaGroup>);

#[async_trait]
impl Pages<SeenGroup> for GroupPages {
    async fn next(&mut self) -> Result<Option<Page<SeenGroup>>, GraphError> {
        let Some(page) = self.0.next_page().await? else { return Ok(None) };
        let items = page.items.into_iter().map(|item| {
            let members = item
                .member_changes
                .iter()
                .map(|change| (Member { object_id: change.id, kind: member_kind(change.kind) }, change.removed));
            Item {
                object_id: item.group.id,
                for_good: item.removed == Some(RemovedReason::Deleted),
                members: members.collect(),
                seen: item.removed.is_none().then(|| seen_group(item.group)),
            }
        });
        Ok(Some(Page { items: items.collect(), after: after(page.next) }))
    }
}

fn after(next: Next) -> After {
    match next {
        Next::More(link) => After::Next(link),
        Next::Done(link) => After::Link(link),
    }
}

const fn member_kind(kind: graph::ObjectKind) -> MemberKind {
    match kind {
        graph::ObjectKind::User => MemberKind::User,
        graph::ObjectKind::Group => MemberKind::Group,
        graph::ObjectKind::Device => MemberKind::Device,
        graph::ObjectKind::ServicePrincipal => MemberKind::ServicePrincipal,
        _ => MemberKind::Other,
    }
}

/// Graph's user in our words. Every user has a user principal name: an item without one tells only its manager.
fn seen_user(user: User, manager: Field<Uuid>) -> SeenUser {
    let attributes_told = user.user_principal_name.text().is_some();
    let moment = |field: Field<kernel::Timestamp>| field.into_value().map(|moment| moment.to_string());
    let organisation = user.employee_org_data.into_value().unwrap_or_default();
    let org_data = [("costCenter", organisation.cost_center), ("division", organisation.division)];
    let attributes = UserAttributes {
        user_principal_name: user.user_principal_name.into_value(),
        display_name: user.display_name.into_value(),
        given_name: user.given_name.into_value(),
        surname: user.surname.into_value(),
        mail: user.mail.into_value(),
        mail_nickname: user.mail_nickname.into_value(),
        user_type: user.user_type.into_value(),
        creation_type: user.creation_type.into_value(),
        external_user_state: user.external_user_state.into_value(),
        job_title: user.job_title.into_value(),
        department: user.department.into_value(),
        company_name: user.company_name.into_value(),
        office_location: user.office_location.into_value(),
        employee_id: user.employee_id.into_value(),
        employee_type: user.employee_type.into_value(),
        mobile_phone: user.mobile_phone.into_value(),
        fax_number: user.fax_number.into_value(),
        city: user.city.into_value(),
        state: user.state.into_value(),
        country: user.country.into_value(),
        postal_code: user.postal_code.into_value(),
        street_address: user.street_address.into_value(),
        usage_location: user.usage_location.into_value(),
        preferred_language: user.preferred_language.into_value(),
        created_date_time: moment(user.created_date_time),
        employee_hire_date: moment(user.employee_hire_date),
        on_premises_immutable_id: user.on_premises_immutable_id.into_value(),
        on_premises_distinguished_name: user.on_premises_distinguished_name.into_value(),
        on_premises_domain_name: user.on_premises_domain_name.into_value(),
        on_premises_sam_account_name: user.on_premises_sam_account_name.into_value(),
        on_premises_security_identifier: user.on_premises_security_identifier.into_value(),
        on_premises_user_principal_name: user.on_premises_user_principal_name.into_value(),
        on_premises_last_sync_date_time: moment(user.on_premises_last_sync_date_time),
        security_identifier: user.security_identifier.into_value(),
        age_group: user.age_group.into_value(),
        account_enabled: user.account_enabled.into_value(),
        on_premises_sync_enabled: user.on_premises_sync_enabled.into_value(),
        show_in_address_list: user.show_in_address_list.into_value(),
        other_mails: user.other_mails.into_value().unwrap_or_default(),
        proxy_addresses: user.proxy_addresses.into_value().unwrap_or_default(),
        im_addresses: user.im_addresses.into_value().unwrap_or_default(),
        business_phones: user.business_phones.into_value().unwrap_or_default(),
        assigned_licenses: user
            .assigned_licenses
            .into_value()
            .unwrap_or_default()
            .into_iter()
            .filter_map(|licence| licence.sku_id.map(|id| id.to_string()))
            .collect(),
        on_premises_extension_attributes: user
            .on_premises_extension_attributes
            .into_value()
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        employee_org_data: org_data
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect::<BTreeMap<_, _>>(),
        manager: manager.value().copied(),
        external_id: None,
    };
    SeenUser { attributes, manager_told: !manager.is_absent(), attributes_told }
}

fn seen_group(group: graph::Group) -> SeenGroup {
    let attributes_told = group.display_name.text().is_some();
    let attributes = GroupAttributes {
        display_name: group.display_name.into_value(),
        description: group.description.into_value(),
        mail: group.mail.into_value(),
        mail_nickname: group.mail_nickname.into_value(),
        mail_enabled: group.mail_enabled.into_value(),
        security_enabled: group.security_enabled.into_value(),
        group_types: group.group_types.into_value().unwrap_or_default(),
        membership_rule: group.membership_rule.into_value(),
        visibility: group.visibility.into_value(),
        is_assignable_to_role: group.is_assignable_to_role.into_value(),
        created_date_time: group.created_date_time.into_value().map(|moment| moment.to_string()),
        proxy_addresses: group.proxy_addresses.into_value().unwrap_or_default(),
        security_identifier: group.security_identifier.into_value(),
        on_premises_sync_enabled: group.on_premises_sync_enabled.into_value(),
        on_premises_security_identifier: group.on_premises_security_identifier.into_value(),
        on_premises_sam_account_name: group.on_premises_sam_account_name.into_value(),
        external_id: None,
    };
    SeenGroup { attributes, attributes_told }
}
