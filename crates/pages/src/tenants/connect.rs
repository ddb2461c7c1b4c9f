//! `GET /tenants/connect…`: the wizard: choose a way, consent or enter, test, look at the first preview.

use askama::Template;

use super::tenant::credential_fields;
use crate::form::{self, Choice, Field};
use crate::layout::Frame;
use crate::parts::{Action, Callout, Checklist, Code, PageHead, Steps, Tone};

const BY_CONSENT: &[&str] = &["Choose a way", "Consent", "Test", "First preview"];
const BY_HAND: &[&str] = &["Choose a way", "Registration", "Test", "First preview"];

/// A permission that will be asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub name: String,
    pub why: String,
}

/// What the registration form holds.
#[derive(Debug, Clone, Default)]
pub struct RegistrationForm {
    pub name: String,
    pub cloud: String,
    pub tenant: String,
    pub client_id: String,
    pub login_url: String,
    pub graph_url: String,
    pub tenant_error: String,
    pub client_error: String,
    pub credential_error: String,
}

/// Where the wizard stands.
#[derive(Debug)]
pub enum Step {
    /// Choose between consent and an app registration of one's own.
    Choose { consent_possible: bool },
    /// Before Entra: what will be asked, and why. A link, because a form may not lead to another server (CSP form-action).
    Consent { asked: Vec<Asked>, start: String },
    /// Back from Entra without consent.
    Refused { title: String, text: String, code: String, again: String },
    /// Back from Entra with consent, which takes a while to arrive.
    Settling { here: String, detail: String },
    /// One's own registration: scripts that make it, and its ids.
    Register { form: RegistrationForm, powershell: String, az: String },
    /// The connection test.
    Test { checks: Checklist, passed: bool, tenant_href: String, source: String, by_consent: bool },
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "tenants/connect.html")]
pub struct ConnectPage {
    frame: Frame,
    head: PageHead,
    steps: Steps,
    step: Step,
}

impl ConnectPage {
    /// The wizard at a step.
    pub fn new(frame: Frame, step: Step) -> Self {
        let head = PageHead::new("Connect a tenant").crumb("Tenants", "/tenants");
        let steps = match &step {
            Step::Choose { .. } => Steps::new(BY_CONSENT, 0),
            Step::Consent { .. } | Step::Refused { .. } | Step::Settling { .. } => Steps::new(BY_CONSENT, 1),
            Step::Register { .. } => Steps::new(BY_HAND, 1),
            Step::Test { by_consent, .. } => Steps::new(if *by_consent { BY_CONSENT } else { BY_HAND }, 2),
        };
        Self { frame, head, steps, step }
    }

    fn ways(consent_possible: bool) -> Field {
        let consent = Choice::new("consent", "Admin consent")
            .hint("An administrator of the tenant signs in at Microsoft and agrees. The quickest way.");
        let own = Choice::new("register", "I registered the app myself")
            .hint("You make the app registration with a script of ours and enter its ids and credential. Nothing needs to reach this server from outside.");
        let ways = if consent_possible { vec![consent, own] } else { vec![own] };
        Field::radio("way", "How", ways).value(if consent_possible { "consent" } else { "register" }).cards()
    }

    fn registration(form: &RegistrationForm) -> Vec<Field> {
        registration_fields(form)
    }

    fn custom(form: &RegistrationForm) -> Vec<Field> {
        vec![
            Field::text("login_url", "Login address")
                .value(&form.login_url)
                .optional()
                .attribute("placeholder", "https://login.example"),
            Field::text("graph_url", "Graph address")
                .value(&form.graph_url)
                .optional()
                .attribute("placeholder", "https://graph.example/v1.0"),
        ]
    }

    fn credential(form: &RegistrationForm) -> Vec<Field> {
        credential_fields(&form.credential_error)
    }

    fn errors(form: &RegistrationForm) -> Vec<(String, String)> {
        let fields: Vec<Field> =
            registration_fields(form).into_iter().chain(credential_fields(&form.credential_error)).collect();
        form::summary(&fields.iter().collect::<Vec<_>>())
    }

    fn script(id: &str, label: &str, text: &str) -> Code {
        Code::new(id, label, text)
    }

    fn settling(detail: &str, here: &str) -> Callout {
        let text = format!("{detail} Consent takes seconds to minutes to arrive; Vestibule keeps asking.");
        Callout::new(Tone::Busy, "Waiting for Entra", text.trim()).action(Action::go("Look again", here).primary())
    }

    fn refused(title: &str, text: &str, code: &str, again: &str) -> Callout {
        let text = if code.is_empty() { text.to_owned() } else { format!("{text} (code {code})") };
        Callout::new(Tone::Bad, title, text)
            .action(Action::go("Try again", again).primary())
            .action(Action::go("Choose another way", "/tenants/connect"))
    }
}

fn registration_fields(form: &RegistrationForm) -> Vec<Field> {
    let clouds = [
        ("global", "Global"),
        ("us_government", "US Government"),
        ("china", "China (21Vianet)"),
        ("custom", "Custom addresses"),
    ];
    let clouds = clouds.map(|(value, name)| Choice::new(value, name)).into();
    vec![
        Field::text("name", "Friendly name")
            .value(&form.name)
            .hint("How this tenant is called here.")
            .attribute("required", "")
            .attribute("maxlength", "100"),
        Field::select("cloud", "Cloud", clouds).value(&form.cloud),
        Field::text("tenant", "Tenant id or domain")
            .mono()
            .value(&form.tenant)
            .error(&form.tenant_error)
            .attribute("required", ""),
        Field::text("client_id", "Application (client) id")
            .mono()
            .value(&form.client_id)
            .error(&form.client_error)
            .attribute("required", ""),
    ]
}

#[cfg(test)]
pub mod samples {
    //! What the wizard looks like.

    use super::{Asked, ConnectPage, RegistrationForm, Step};
    use crate::layout::Section;
    use crate::tenants::tenant::samples::checks;
    use crate::tests::{Gallery, frame};

    pub fn add(gallery: &mut Gallery) {
        let page = |step| ConnectPage::new(frame("Connect a tenant", Section::Tenants), step);
        gallery.add("connect", &page(Step::Choose { consent_possible: true }));
        let asked = |name: &str, why: &str| Asked { name: name.into(), why: why.into() };
        let asked = vec![
            asked("User.Read.All", "Reads people. Without it nothing can be synced."),
            asked("GroupMember.Read.All", "Reads groups and who is in them. Without it groups are not known."),
            asked("Organization.Read.All", "Reads the verified domains. Without it every domain counts as foreign."),
        ];
        gallery.add("connect-consent", &page(Step::Consent { asked, start: "https://login.example/consent".into() }));
        let refused = Step::Refused {
            title: "Consent was refused".into(),
            text: "The administrator pressed Cancel. Nothing was connected.".into(),
            code: "access_denied".into(),
            again: "/tenants/connect/consent".into(),
        };
        gallery.add("connect-refused", &page(refused));
        let settling = Step::Settling {
            here: "/tenants/connect/consent/1".into(),
            detail: "Entra does not know the application yet.".into(),
        };
        gallery.add("connect-settling", &page(settling));
        let form = RegistrationForm {
            name: "Contoso".into(),
            cloud: "global".into(),
            tenant: "contoso".into(),
            tenant_error: "No tenant has this id or domain in this cloud.".into(),
            ..RegistrationForm::default()
        };
        let register = Step::Register {
            form,
            powershell: "Connect-MgGraph -Scopes Application.ReadWrite.All\nNew-MgApplication -DisplayName Vestibule"
                .into(),
            az: "az ad app create --display-name Vestibule".into(),
        };
        gallery.add("connect-register", &page(register));
        let test = |failed: bool| Step::Test {
            checks: checks(failed),
            passed: !failed,
            tenant_href: "/tenants/t1".into(),
            source: "t1".into(),
            by_consent: true,
        };
        gallery.add("connect-test", &page(test(false)));
        gallery.add("connect-test-failed", &page(test(true)));
    }
}
