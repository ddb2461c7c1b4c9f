//! Looking at a tenant: what works, what is granted, when credentials end; and what follows from it.

use std::time::Duration;

use graph::resources::{Application, Organization};
use graph::{Client, GraphError, Limits, Query, RetryPolicy};
use kernel::{Actor, May, OrganisationId, RequestId, Timestamp};
use serde_json::json;
use signals::Entry;
use store::Tx;
use store::queue::{self, NewJob};

use crate::connect::object_of;
use crate::expiry::{due_warning, registered};
use crate::grants::{self, Grant};
use crate::model::{CredentialKind, CredentialRecord, ExpirySource, Health, Slot, Tenant, TenantId};
use crate::permissions::ProbeTenant;
use crate::status::{Evidence, Failure, Fault, Severity, Verdict, classify};
use crate::store::{credentials, tenants as rows};
use crate::{Feature, Status, Tenants, TenantsError, jobs};

/// What was seen.
#[derive(Default)]
struct Seen {
    roles: Option<Vec<String>>,
    failure: Option<Failure>,
    organization: Option<Organization>,
    domains: Vec<String>,
    application: Option<Application>,
}

/// A probe is asked for again soon: it need not be patient.
pub(crate) const BRISK: RetryPolicy =
    RetryPolicy { attempts: 2, first_wait: Duration::from_millis(500), patience: Duration::from_secs(5) };

impl Tenants {
    /// Looks at a tenant now.
    pub async fn probe_tenant(&self, may: &May<ProbeTenant>) -> Result<Tenant, TenantsError> {
        let tenant = self.find(may.actor().organisation, may.tenant).await?;
        self.probe(&tenant).await?;
        self.find(tenant.organisation, tenant.id).await
    }

    /// Looks at a tenant and writes down what follows. Entra's and Graph's failures are a result, not an error.
    pub(crate) async fn probe(&self, tenant: &Tenant) -> Result<Verdict, TenantsError> {
        let seen = self.look(tenant).await?;
        if seen.roles.as_ref().is_some_and(|roles| *roles != tenant.health.roles)
            && let Ok((client, _)) = self.client_of(tenant).await
        {
            // Others still hold a token with the old permissions.
            client.forget_token();
        }
        let mut tx = self.store.begin().await?;
        let now = self.env.now();
        if !rows::note_probed(&mut tx, tenant.organisation, tenant.id, now).await? {
            return Err(TenantsError::NoSuchTenant(tenant.id));
        }
        let ends = self.follow_expiry(&mut tx, tenant, seen.application.as_ref(), now).await?;
        let verdict = classify(&Evidence {
            features: &tenant.features,
            roles: seen.roles.as_deref(),
            roles_seen: &tenant.health.roles_seen,
            failure: seen.failure.as_ref(),
            credential_ends: ends,
            now,
        });
        if let Some(roles) = &seen.roles {
            rows::set_roles(&mut tx, tenant.organisation, tenant.id, roles, &union(&tenant.health.roles_seen, roles))
                .await?;
        }
        if !seen.domains.is_empty() {
            let primary = primary_domain(&seen).or_else(|| tenant.primary_domain.clone());
            rows::set_domains(&mut tx, tenant.organisation, tenant.id, primary.as_deref(), &seen.domains).await?;
        }
        self.judge(&mut tx, tenant, &verdict).await?;
        tx.commit().await?;
        Ok(verdict)
    }

    /// Asks Entra and Graph, with a token that is as new as the question.
    async fn look(&self, tenant: &Tenant) -> Result<Seen, TenantsError> {
        let (_, http) = self.client_of(tenant).await?;
        let client = self.fresh_client(tenant, http, BRISK)?;
        let mut seen = Seen::default();
        let claims = match client.token_claims().await {
            Ok(claims) => claims,
            Err(error) => {
                seen.failure = Failure::of(&error);
                return Ok(seen);
            }
        };
        if claims.tid.as_deref().is_some_and(|tid| tid != tenant.entra_id.to_string()) {
            let detail = "Entra gave a token for another tenant".to_owned();
            seen.failure = Some(Failure { fault: Fault::Refused, detail, code: None, feature: None });
            return Ok(seen);
        }
        let has = |name: &str| grants::GRANTS.iter().any(|grant| grant.name == name && grant.is_met_by(&claims.roles));
        seen.failure = self.try_features(&client, tenant, &claims.roles).await;
        if seen.failure.is_none() && has("Organization.Read.All") {
            self.read_details(&client, &claims.roles, &mut seen).await;
        }
        if seen.failure.is_none() && has("Application.Read.All") {
            seen.application = client.application(tenant.client_id).await.ok().flatten();
        }
        seen.roles = Some(claims.roles);
        Ok(seen)
    }

    async fn try_features(&self, client: &Client, tenant: &Tenant, roles: &[String]) -> Option<Failure> {
        let granted = |grant: &&&Grant| grant.is_met_by(roles);
        let chosen = grants::needed(&tenant.features);
        for grant in chosen.iter().filter(granted) {
            let tried = match grant.feature {
                Feature::Users => try_users(client).await,
                Feature::Groups => try_groups(client).await,
                _ => Ok(()),
            };
            if let Err(error) = tried
                && let Some(failure) = Failure::of(&error)
            {
                return Some(failure.while_trying(grant.feature));
            }
        }
        None
    }

    async fn read_details(&self, client: &Client, roles: &[String], seen: &mut Seen) {
        if roles.iter().any(|role| role == "Domain.Read.All") {
            let domains = client.domains().await.unwrap_or_default();
            seen.domains = domains.into_iter().filter(|domain| domain.is_verified).map(|domain| domain.id).collect();
        }
        seen.organization = client.organization().await.ok().flatten();
        if let Some(organization) = seen.organization.as_ref().filter(|_| seen.domains.is_empty()) {
            seen.domains = organization.verified_domains.iter().map(|domain| domain.name.clone()).collect();
        }
    }

    /// Writes a verdict down; an entry only when the word changes.
    async fn judge(&self, tx: &mut Tx, tenant: &Tenant, verdict: &Verdict) -> Result<(), TenantsError> {
        let Some(before) = rows::find(tx, tenant.organisation, tenant.id).await? else { return Ok(()) };
        rows::set_status(tx, tenant.organisation, tenant.id, verdict, self.env.now()).await?;
        let is_well = f64::from(u8::from(verdict.status.severity() != Severity::Bad));
        metrics::gauge!("tenants_healthy", "tenant" => tenant.id.to_string()).set(is_well);
        if before.health.status == verdict.status {
            return Ok(());
        }
        let noted = |status: Status, detail: &str, code: &Option<String>, stopped: &[Feature]| json!({ "status": status, "detail": detail, "code": code, "stopped": stopped });
        let Health { status, detail, code, stopped, .. } = &before.health;
        let entry =
            Entry::act("tenants.status_changed").object(object_of(tenant)).reason(verdict.detail.clone()).change_of(
                Some(&noted(*status, detail, code, stopped)),
                Some(&noted(verdict.status, &verdict.detail, &verdict.code, &verdict.stopped)),
            );
        signals::append(tx, &self.env, &self.prober(tenant.organisation), vec![entry]).await?;
        Ok(())
    }

    /// Writes down what the registration says about our credentials, warns where due; when the last one ends.
    async fn follow_expiry(
        &self,
        tx: &mut Tx,
        tenant: &Tenant,
        application: Option<&Application>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, TenantsError> {
        let mut last = None;
        let mut all_known = !tenant.shared_app;
        for (mut record, sealed) in credentials::usable(tx, tenant.organisation, tenant.id).await? {
            let secret = (record.kind == CredentialKind::Secret)
                .then(|| self.sealer.open_text(credentials::place(record.id), &sealed))
                .transpose()?;
            let found = application.and_then(|application| registered(application, &record, secret.as_ref()));
            if let Some(found) = found.filter(|found| record.expires_at != Some(found.ends)) {
                let source = ExpirySource::Entra;
                credentials::set_expiry(tx, tenant.organisation, record.id, found.key_id, Some(found.ends), source)
                    .await?;
                record = CredentialRecord { expires_at: Some(found.ends), warned_days: None, ..record };
            }
            self.warn(tx, tenant, &record, now).await?;
            measure(tenant, &record, now);
            let counts = record.slot == Slot::Primary || record.worked_at.is_some() || record.refused_at.is_none();
            match record.expires_at {
                Some(end) if counts => last = last.max(Some(end)),
                Some(_) => {}
                None => all_known = false,
            }
        }
        Ok(last.filter(|_| all_known))
    }

    async fn warn(
        &self,
        tx: &mut Tx,
        tenant: &Tenant,
        record: &CredentialRecord,
        now: Timestamp,
    ) -> Result<(), TenantsError> {
        let Some(end) = record.expires_at else { return Ok(()) };
        let Some(days) = due_warning(end, now, record.warned_days) else { return Ok(()) };
        if !credentials::note_warned(tx, tenant.organisation, record.id, days).await? {
            return Ok(());
        }
        let what = json!({
            "credential": record.id, "label": record.label, "kind": record.kind, "expires_at": end, "days": days,
        });
        let reason = if end <= now { "it has ended".to_owned() } else { format!("{days} days or less are left") };
        let entry = Entry::act("tenants.credential_expiring").object(object_of(tenant)).reason(reason).after(&what);
        signals::append(tx, &self.env, &self.prober(tenant.organisation), vec![entry]).await?;
        Ok(())
    }

    /// Tells what was met in a tenant, so that its status follows at once and not with the next probe.
    pub async fn report(
        &self,
        organisation: OrganisationId,
        tenant: TenantId,
        error: &GraphError,
    ) -> Result<(), TenantsError> {
        let Some(failure) = Failure::of(error) else { return Ok(()) };
        let tenant = self.find(organisation, tenant).await?;
        let verdict = classify(&Evidence {
            features: &tenant.features,
            // An empty list is what is known after a withdrawal; before the first probe nothing is known.
            roles: Some(tenant.health.roles.as_slice())
                .filter(|roles| !roles.is_empty() || tenant.health.status == Status::ConsentWithdrawn),
            roles_seen: &tenant.health.roles_seen,
            failure: Some(&failure),
            credential_ends: None,
            now: self.env.now(),
        });
        let wait = match failure.fault {
            Fault::Throttled | Fault::Unreachable => Duration::from_mins(1),
            _ => Duration::ZERO,
        };
        let mut tx = self.store.begin().await?;
        rows::note_probed(&mut tx, organisation, tenant.id, self.env.now()).await?;
        self.judge(&mut tx, &tenant, &verdict).await?;
        queue::enqueue(&mut tx, &self.env, self.recheck_job(&tenant, wait)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tells that a tenant worked: one that was throttled or out of reach is looked at again at once.
    pub async fn worked(&self, organisation: OrganisationId, tenant: TenantId) -> Result<(), TenantsError> {
        let tenant = self.find(organisation, tenant).await?;
        if matches!(tenant.health.status, Status::Throttled | Status::Unreachable | Status::NeverProbed) {
            self.probe(&tenant).await?;
        }
        Ok(())
    }

    pub(crate) fn recheck_job(&self, tenant: &Tenant, wait: Duration) -> NewJob {
        NewJob {
            organisation: tenant.organisation,
            kind: jobs::RECHECK,
            unique_key: Some(tenant.id.to_string()),
            payload: json!({ "tenant": tenant.id }),
            run_at: self.env.now().plus(wait),
            max_attempts: 3,
        }
    }

    fn prober(&self, organisation: OrganisationId) -> Actor {
        Actor::system("tenant probe", organisation, self.env.new_id::<RequestId>())
    }
}

/// For those who watch by metrics: how long each credential lasts.
fn measure(tenant: &Tenant, record: &CredentialRecord, now: Timestamp) {
    if let Some(end) = record.expires_at {
        let labels = [("tenant", tenant.id.to_string()), ("slot", record.slot.to_string())];
        metrics::gauge!("tenants_credential_seconds_left", &labels).set(end.since(now).as_secs_f64());
    }
}

/// One user page; the number of users sets the budget to the tenant's size.
async fn try_users(client: &Client) -> Result<(), GraphError> {
    client.users(&Query::new().select(["id"]).top(1)).next_page().await?;
    if let Ok(count) = client.user_count(None).await {
        client.budget().set_limits(Limits::for_users(count));
    }
    Ok(())
}

async fn try_groups(client: &Client) -> Result<(), GraphError> {
    client.groups(&Query::new().select(["id"]).top(1)).next_page().await.map(drop)
}

fn primary_domain(seen: &Seen) -> Option<String> {
    let organization = seen.organization.as_ref()?;
    organization.verified_domains.iter().find(|domain| domain.is_default).map(|domain| domain.name.clone())
}

fn union(before: &[String], now: &[String]) -> Vec<String> {
    let mut all: Vec<String> = before.iter().chain(now).cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}
