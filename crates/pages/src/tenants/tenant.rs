//! `GET /tenants/{id}`: one tenant: its test, credentials, permissions and settings.

use askama::Template;
use kernel::Timestamp;

use super::settings::TenantForm;
use super::user_ids::UserIds;

use crate::doors::Offers as _;
use crate::form::{self, Field};
use crate::icon::Icon;
use crate::layout::Frame;

use crate::parts::{
    Action, Badge, Callout, Cell, Check, Checklist, Code, Facts, Meter, PageHead, Tab, Tabs, Tone, When,
};
use crate::table::{Column, Empty, Row, Table};

/// What every tab shows.
#[derive(Debug, Clone)]
pub struct TenantView {
    pub id: String,
    pub name: String,
    pub status: Badge,
    /// Why the status is what it is; empty when all is well.
    pub status_reason: String,
    pub tenant_id: String,
    pub domain: String,
    pub domains: Vec<String>,
    pub client_id: String,
    pub cloud: String,
    /// Admin consent, or an app registration of one's own.
    pub way: String,
    pub connected: Timestamp,
    pub last_sync: Option<Timestamp>,
    pub paused: bool,
    /// The alarm about old data, while it lasts.
    pub stale: Option<Callout>,
}

/// A secret or certificate; its value never comes here.
#[derive(Debug, Clone)]
pub struct CredentialRow {
    pub id: String,
    /// Secret, certificate.
    pub kind: String,
    /// The secret's hint or the certificate's thumbprint.
    pub hint: String,
    pub description: String,
    /// In use, staged, expired, retired.
    pub status: Badge,
    pub added: Timestamp,
    pub expires: Option<Timestamp>,
    /// Read from Entra, or entered.
    pub expiry_source: String,
    pub staged: bool,
    pub retired: bool,
}

/// An application permission.
#[derive(Debug, Clone)]
pub struct PermissionRow {
    pub name: String,
    /// What it is for, and what fails without it.
    pub why: String,
    pub needed: bool,
    /// Sync goes on without it.
    pub optional: bool,
    /// Unknown before the first token.
    pub present: Option<bool>,
}

/// The tab that is open.
#[derive(Debug)]
pub enum Open {
    /// The connection test: the lines of the last test, when it was and who asked for it.
    Test { checks: Checklist, at: Option<(Timestamp, String)> },
    /// Secrets and certificates, and what is wrong with the one that was to be added.
    Credentials { rows: Vec<CredentialRow>, error: String },
    /// Needed and present, with scripts that grant what is missing.
    Permissions { rows: Vec<PermissionRow>, powershell: String, az: String },
    /// Names, and what another User ID attribute would do where that was asked.
    Settings { form: TenantForm, user_ids: Option<UserIds> },
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "tenants/tenant.html")]
pub struct TenantPage {
    frame: Frame,
    head: PageHead,
    tabs: Tabs,
    tenant: TenantView,
    notice: Option<Callout>,
    open: Open,
}

impl TenantPage {
    /// One tenant with one tab open.
    pub fn new(frame: Frame, tenant: TenantView, open: Open) -> Self {
        let at = |tab: &str| format!("/tenants/{}{tab}", tenant.id);
        let tabs = vec![
            Tab::new("Test", at("")),
            Tab::new("Credentials", at("/credentials")),
            Tab::new("Permissions", at("/permissions")),
            Tab::new("Settings", at("/settings")),
        ];
        let current = match &open {
            Open::Test { .. } => 0,
            Open::Credentials { .. } => 1,
            Open::Permissions { .. } => 2,
            Open::Settings { .. } => 3,
        };
        let tabs = Tabs::new(format!("About {}", tenant.name), tabs, current);
        let role = frame.role();
        let tenant = TenantView { stale: tenant.stale.only_for(role), ..tenant };
        Self { head: head(&tenant).only_for(role), notice: notice(&tenant).only_for(role), frame, tabs, tenant, open }
    }

    fn facts(&self) -> Facts {
        let tenant = &self.tenant;
        let domains = tenant.domains.iter().map(Cell::text).collect();
        Facts::new()
            .with("Tenant id", Cell::Copy(tenant.tenant_id.clone()))
            .with("Application id", Cell::Copy(tenant.client_id.clone()))
            .text("Cloud", &tenant.cloud)
            .text("Connected by", &tenant.way)
            .with("Since", Cell::at(tenant.connected))
            .with("Verified domains", Cell::Lines(domains))
            .with("Last sync", Cell::ago_or(tenant.last_sync, self.frame.now, "Never"))
    }

    fn href(&self, tail: &str) -> String {
        format!("/tenants/{}{tail}", self.tenant.id)
    }

    fn tested(&self) -> Option<When> {
        match &self.open {
            Open::Test { at: Some((at, _)), .. } => Some(When::relative(*at, self.frame.now)),
            _ => None,
        }
    }

    fn tested_by(&self) -> &str {
        match &self.open {
            Open::Test { at: Some((_, by)), .. } => by,
            _ => "",
        }
    }

    fn credentials(&self, rows: &[CredentialRow]) -> Table {
        let now = self.frame.now;
        let lines = rows.iter().map(|row| {
            let at = |verb: &str| format!("/tenants/{}/credentials/{}/{verb}", self.tenant.id, row.id);
            let mut actions = Vec::new();
            if row.staged {
                actions.push(Action::post("Use now", at("promote")).small().about(&row.description));
            }
            if !row.retired {
                actions.push(Action::ask("Remove", at("remove")).small().about(&row.description));
            }
            Row::new(vec![
                Cell::name(&row.description, format!("{} {}", row.kind, row.hint)),
                Cell::badge(row.status.clone()),
                Cell::ago(row.added, now),
                Cell::ago_or(row.expires, now, "Unknown"),
                Cell::Muted(row.expiry_source.clone()),
                Cell::Actions(actions),
            ])
        });
        let columns = ["Credential", "State", "Added", "Expires", "Known"]
            .map(Column::new)
            .into_iter()
            .chain([Column::actions()]);
        Table::new("credentials", "Credentials", columns.collect(), lines.collect())
            .empty(Empty::new("No credential", "Nothing can be read from the tenant without one."))
            .only_for(self.frame.role())
    }

    /// How much of its life each credential has left.
    fn expiry(&self, rows: &[CredentialRow]) -> Vec<(Meter, String)> {
        let now = self.frame.now;
        let dated = rows.iter().filter(|row| !row.retired).filter_map(|row| Some((row, row.expires?)));
        let meter = |(row, expires): (&CredentialRow, Timestamp)| {
            let day = 86_400;
            let (whole, left) = (expires.since(row.added).as_secs() / day, expires.since(now).as_secs() / day);
            let tone = match left {
                0..=7 => Tone::Bad,
                8..=30 => Tone::Warn,
                _ => Tone::Ok,
            };
            let note =
                if left == 0 { "Expired".to_owned() } else { format!("Expires on {}", crate::format::day(expires)) };
            (Meter::new(tone, format!("{}: days left", row.description), left, whole.max(left)), note)
        };
        dated.map(meter).collect()
    }

    fn credential_form(error: &str) -> Vec<Field> {
        credential_fields(error)
    }

    fn permissions(rows: &[PermissionRow]) -> Table {
        let lines = rows.iter().map(|row| {
            let status = match (row.needed, row.present) {
                (false, _) => Badge::warn("Not needed"),
                (true, Some(true)) => Badge::ok("Granted"),
                (true, Some(false)) if row.optional => Badge::off("Optional, not granted"),
                (true, Some(false)) => Badge::bad("Missing"),
                (true, None) => Badge::off("Not known yet"),
            };
            Row::new(vec![Cell::Copy(row.name.clone()), Cell::badge(status), Cell::text(&row.why)])
        });
        Table::new(
            "permissions",
            "Permissions",
            vec![Column::new("Application permission"), Column::new("State"), Column::new("What for")],
            lines.collect(),
        )
    }

    fn permission_note(rows: &[PermissionRow]) -> Callout {
        let missing: Vec<String> = rows
            .iter()
            .filter(|row| row.needed && !row.optional && row.present == Some(false))
            .map(|row| row.name.clone())
            .collect();
        let extra: Vec<String> = rows.iter().filter(|row| !row.needed).map(|row| row.name.clone()).collect();
        if !missing.is_empty() {
            let text = "What needs it stands still; everything else goes on. Grant it with one of the scripts below.";
            Callout::new(
                Tone::Bad,
                format!(
                    "{} missing",
                    crate::format::plural(
                        u64::try_from(missing.len()).unwrap_or(0),
                        "permission is",
                        "permissions are"
                    )
                ),
                text,
            )
            .items(missing)
        } else if extra.is_empty() {
            Callout::new(
                Tone::Ok,
                "Exactly what is needed",
                "The token carries every permission that the chosen features need, and no other.",
            )
        } else {
            Callout::new(Tone::Warn, "More than is needed", "These can be removed without loss.").items(extra)
        }
    }

    fn settings(form: &TenantForm) -> Vec<Field> {
        form.fields()
    }

    fn features(form: &TenantForm) -> Vec<Field> {
        form.features()
    }

    fn errors(form: &TenantForm) -> Vec<(String, String)> {
        let fields: Vec<Field> = form.fields().into_iter().chain(form.features()).collect();
        form::summary(&fields.iter().collect::<Vec<_>>())
    }

    fn script(id: &str, label: &str, text: &str) -> Code {
        Code::new(id, label, text)
    }
}

/// The fields for a secret or a certificate; also in the wizard.
pub fn credential_fields(error: &str) -> Vec<Field> {
    vec![
        Field::area("certificate", "Certificate and private key (PEM)", 4)
            .mono()
            .hint("Preferred. The certificate alone goes to Entra; the key is sealed here and never shown again.")
            .error(error)
            .optional()
            .attribute("autocomplete", "off"),
        Field::password("secret", "Or a client secret")
            .hint("The value, not its id.")
            .optional()
            .attribute("autocomplete", "off"),
        Field::text("description", "Description").optional().attribute("maxlength", "100"),
        Field::date("expires", "Expires")
            .hint("Only needed for a secret, and only where it cannot be read from Entra.")
            .optional(),
    ]
}

fn head(tenant: &TenantView) -> PageHead {
    PageHead::new(&tenant.name)
        .crumb("Tenants", "/tenants")
        .lead(&tenant.domain)
        .badge(tenant.status.clone())
        .action(Action::post("Test", format!("/tenants/{}/test", tenant.id)).icon(Icon::Pulse))
        .action(pause(tenant))
        .action(Action::post("Sync now", format!("/dirsync/sources/{}/sync", tenant.id)).icon(Icon::Sync))
}

fn pause(tenant: &TenantView) -> Action {
    let (label, icon) = if tenant.paused { ("Go on", Icon::Play) } else { ("Pause", Icon::Stop) };
    Action::post(label, format!("/tenants/{}/pause", tenant.id)).icon(icon)
}

fn notice(tenant: &TenantView) -> Option<Callout> {
    let wrong = !tenant.status_reason.is_empty();
    wrong.then(|| Callout::new(Tone::Warn, "Not everything works", &tenant.status_reason))
}

/// A test with nothing run yet.
pub fn not_tested() -> Checklist {
    Checklist::new(vec![Check::new(Tone::Off, "Not tested yet", "Press Test to try the connection line by line.")])
}

#[cfg(test)]
pub mod samples {
    //! What a tenant looks like.

    use std::time::Duration;

    use tenants::Feature;

    use super::{CredentialRow, Open, PermissionRow, TenantPage, TenantView, not_tested};
    use crate::layout::Section;
    use crate::parts::{Badge, Check, Checklist, Tone};
    use crate::tenants::disconnect::ask;
    use crate::tenants::settings::TenantForm;
    use crate::tenants::words::features;
    use crate::tests::{DAY, Gallery, MINUTE, ago, ahead, frame};

    pub fn tenant() -> TenantView {
        TenantView {
            id: "t1".into(),
            name: "Contoso".into(),
            status: Badge::ok("Healthy"),
            status_reason: String::new(),
            tenant_id: "72f988bf-86f1-41af-91ab-2d7cd011db47".into(),
            domain: "contoso.example".into(),
            domains: vec!["contoso.example".into(), "contoso.onmicrosoft.example".into()],
            client_id: "1b730954-1685-4b74-9bfd-dac224a7b894".into(),
            cloud: "Global".into(),
            way: "Admin consent".into(),
            connected: ago(210 * DAY),
            last_sync: Some(ago(4 * MINUTE)),
            paused: false,
            stale: None,
        }
    }

    pub fn checks(failed: bool) -> Checklist {
        let took = Duration::from_millis;
        let mut checks = vec![
            Check::new(Tone::Ok, "Name resolution", "login.microsoftonline.com and graph.microsoft.com are known.")
                .took(took(12)),
            Check::new(Tone::Ok, "TLS", "Both certificates are trusted.").took(took(48)),
            Check::new(Tone::Ok, "Clock", "0.2 s apart."),
        ];
        if failed {
            checks.push(
                Check::new(Tone::Bad, "Token", "Every client secret of the application has expired.")
                    .code("AADSTS7000222")
                    .mend("Create a new client secret on the app registration (Certificates & secrets) and add its value under Credentials.")
                    .took(took(210)),
            );
            checks.push(Check::new(Tone::Off, "Permissions", "Not run, because there is no token."));
            return Checklist::new(checks);
        }
        checks.extend([
            Check::new(Tone::Ok, "Token", "Issued for 60 min.").took(took(210)),
            Check::new(Tone::Warn, "Permissions", "All needed are there, one more than needed.")
                .code("Directory.Read.All")
                .mend("Remove Directory.Read.All from the app registration."),
            Check::new(Tone::Ok, "Read people", "One page of 5.").took(took(180)),
            Check::new(Tone::Ok, "Read groups", "One page of 5.").took(took(140)),
            Check::new(Tone::Ok, "Delta", "A delta link was given.").took(took(320)),
            Check::new(Tone::Ok, "Throttling", "Nobody asked us to wait."),
        ]);
        Checklist::new(checks)
    }

    fn credentials() -> Open {
        let row = |kind: &str, hint: &str, description: &str, status, added, expires, in_use: bool| CredentialRow {
            id: hint.into(),
            kind: kind.into(),
            hint: hint.into(),
            description: description.into(),
            status,
            added: ago(added),
            expires: Some(ahead(expires)),
            expiry_source: "read from Entra".into(),
            staged: !in_use,
            retired: false,
        };
        let rows = vec![
            row("Secret", "Qx8…", "First secret", Badge::ok("In use"), 167 * DAY, 13 * DAY, true),
            row("Certificate", "9F:1C:77…", "Certificate 2027", Badge::accent("Staged"), DAY, 364 * DAY, false),
        ];
        Open::Credentials { rows, error: String::new() }
    }

    pub fn permissions(missing: bool) -> Open {
        let row = |name: &str, why: &str, needed, present| PermissionRow {
            name: name.into(),
            why: why.into(),
            needed,
            optional: false,
            present: Some(present),
        };
        Open::Permissions {
            rows: vec![
                row("User.Read.All", "Reads people. Without it nothing can be synced.", true, true),
                row("GroupMember.Read.All", "Reads groups and who is in them. Without it groups stay as they are.", true, !missing),
                row("Organization.Read.All", "Reads the verified domains.", true, true),
                row("Directory.Read.All", "No chosen feature needs it.", false, true),
            ],
            powershell: "Connect-MgGraph -Scopes Application.ReadWrite.All, AppRoleAssignment.ReadWrite.All\n$app = Get-MgServicePrincipal -Filter \"appId eq '1b730954-1685-4b74-9bfd-dac224a7b894'\"".into(),
            az: "az ad app permission add --id 1b730954-1685-4b74-9bfd-dac224a7b894 \\\n  --api 00000003-0000-0000-c000-000000000000".into(),
        }
    }

    pub fn add(gallery: &mut Gallery) {
        let page = |tenant, open| TenantPage::new(frame("Contoso", Section::Tenants), tenant, open);
        let test = |failed, at| Open::Test { checks: checks(failed), at };
        gallery.add("tenant", &page(tenant(), test(false, Some((ago(4 * MINUTE), "ada.lovelace".into())))));
        let broken = TenantView {
            status: Badge::bad("Secret expired"),
            status_reason: "Every client secret has expired. Removals are frozen until a new one works.".into(),
            ..tenant()
        };
        gallery.add("tenant-broken", &page(broken, test(true, Some((ago(MINUTE), "ada.lovelace".into())))));
        gallery.add("tenant-untested", &page(tenant(), Open::Test { checks: not_tested(), at: None }));
        gallery.add("tenant-credentials", &page(tenant(), credentials()));
        gallery.add("tenant-permissions", &page(tenant(), permissions(false)));
        gallery.add("tenant-permissions-missing", &page(tenant(), permissions(true)));
        let form = TenantForm {
            version: 3,
            name: "Contoso".into(),
            user_id_attribute: "mail".into(),
            features: features(&[Feature::Users, Feature::Groups, Feature::SecondFactor]),
            ..TenantForm::default()
        };
        gallery.add("tenant-settings", &page(tenant(), Open::Settings { form: form.clone(), user_ids: None }));
        let wrong = TenantForm {
            features: features(&[]),
            features_error: "Tick users, groups, or both.".into(),
            ..form.clone()
        };
        gallery.add("tenant-settings-wrong", &page(tenant(), Open::Settings { form: wrong, user_ids: None }));
        let user_ids = Some(crate::tenants::user_ids::samples::user_ids());
        gallery.add("tenant-user-ids", &page(tenant(), Open::Settings { form, user_ids }));
        gallery.add("tenant-remove", &ask(frame("Disconnect", Section::Tenants), &tenant(), (1_962, 150), 7));
    }
}
