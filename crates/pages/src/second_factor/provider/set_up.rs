//! The way from nothing to a second factor: registration, method, policy, step by step.

use askama::Template;

use super::{ProviderPage, ProviderView, href};
use crate::doors::Offers as _;
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::Frame;
use crate::list::FormPage;
use crate::parts::{Action, Badge, Callout, Cell, Code, Facts, PageHead, Tone};

/// What the first form holds.
#[derive(Debug, Clone, Default)]
pub struct BeginForm {
    pub id: String,
    pub tenant: String,
    pub app_id: String,
    /// What Entra's plan means for this, where it could be read: how good, and a sentence.
    pub licence: Option<(Tone, String)>,
    pub error: String,
}

/// `GET /second-factor/providers/{tenant}/begin`.
pub fn begin(frame: Frame, form: &BeginForm) -> FormPage {
    let head = PageHead::new(format!("Set up a second factor for {}", form.tenant))
        .crumb("Second factor", "/second-factor")
        .lead("Makes an issuer and a first key for this tenant. Nobody is asked before you have switched it on.");
    let field = Field::text("app_id", "App ID")
        .value(&form.app_id)
        .error(&form.error)
        .mono()
        .optional()
        .hint("The application in Entra that stands for this server in the method. You can register and enter it in the next step.");
    FormPage::new(frame, head, href(&form.id, ""), "/second-factor")
        .callout(limits(form.licence.as_ref()))
        .field(field)
        .submit("Set up")
        .sent_to(&href(&form.id, "/save"))
}

/// What the tenant's plan lacks, and what Entra does not let any such provider do.
fn limits(licence: Option<&(Tone, String)>) -> Callout {
    let (tone, plan) = licence.map_or((Tone::Info, ""), |(tone, text)| (*tone, text.as_str()));
    let (tone, title) = match tone {
        Tone::Warn => (Tone::Warn, "The tenant’s plan is not enough"),
        _ => (Tone::Info, "Before you begin: the plan, and the limits that Entra sets"),
    };
    let limits = [
        "Entra waits five minutes for the second factor, then the sign-in begins anew.",
        "An authentication strength is never satisfied by it: policies have to require multifactor authentication.",
        "Entra does not say which application is signed in to: ask for it in Conditional Access.",
        "Entra reads keys about once a day: another one is published two days before it signs.",
        "Registering people on their behalf is offered in the global cloud alone.",
    ];
    Callout::new(tone, title, plan).items(limits.map(str::to_owned).to_vec())
}

/// What the tab shows besides the provider.
#[derive(Debug, Clone, Default)]
pub struct SetUpView {
    /// What is wrong with the ids that were typed.
    pub error: String,
    /// Why Entra did not take what was to be added.
    pub refused: String,
    pub applications: Vec<ApplicationView>,
    /// Scripts that see to it.
    pub powershell: String,
    pub az: String,
}

/// What an application in Entra must hold.
#[derive(Debug, Clone, Default)]
pub struct ApplicationView {
    pub app_id: String,
    pub of_method: bool,
    /// Whether people's portal signs them in by it.
    pub of_portal: bool,
    pub reply_urls: Vec<String>,
    /// The optional claims, as the manifest has them; empty for none.
    pub claims: String,
}

impl ApplicationView {
    /// What it is for.
    pub(super) fn title(&self) -> &'static str {
        match (self.of_method, self.of_portal) {
            (true, true) => "The tenant’s own application, for the method and for people’s portal",
            (true, false) => "The application of the method",
            _ => "The tenant’s own application, for people’s portal",
        }
    }

    fn boxes(&self, number: usize) -> Vec<Code> {
        let id = |name: &str, index: usize| match (number, index) {
            (0, 0) => name.to_owned(),
            _ => format!("{name}-{number}-{index}"),
        };
        let urls = self.reply_urls.iter().enumerate();
        let mut boxes: Vec<Code> =
            urls.map(|(index, url)| Code::new(id("reply-url", index), "Reply URL to add (Web)", url).wrap()).collect();
        if !self.claims.is_empty() {
            let label = "Optional claim of the ID token, in the manifest";
            boxes.push(Code::new(id("optional-claims", 0), label, &self.claims).wrap());
        }
        boxes
    }
}

impl ProviderPage {
    /// 1. What the applications must hold: what each is for, its App ID, what is copied.
    pub(super) fn applications(view: &SetUpView) -> Vec<(&'static str, &str, Vec<Code>)> {
        let all = view.applications.iter().enumerate();
        all.map(|(number, one)| (one.title(), one.app_id.as_str(), one.boxes(number))).collect()
    }

    /// Why it could not be added by Graph.
    pub(super) fn refused(view: &SetUpView) -> Option<Callout> {
        (!view.refused.is_empty()).then(|| Callout::new(Tone::Bad, "Nothing was added in Entra", &view.refused))
    }

    /// Other ways than by hand.
    pub(super) fn application_actions(&self) -> Vec<Action> {
        let add = Action::post("Add by Microsoft Graph", self.href("/applications")).icon(Icon::Play);
        [add].into_iter().filter(|action| action.is_for(self.frame.role())).collect()
    }

    /// The same as scripts.
    pub(super) fn scripts(view: &SetUpView) -> [Code; 2] {
        [
            Code::new("powershell", "Microsoft Graph PowerShell", &view.powershell),
            Code::new("az", "Azure CLI", &view.az),
        ]
    }

    /// An application of the method's own, as a script (Microsoft Graph's delegated `openid` and `profile`). It is ready to
    /// be the portal's as well.
    pub(super) fn registration(view: &SetUpView) -> Code {
        let replies = view.applications.iter().flat_map(|one| &one.reply_urls).map(|url| format!("'{url}'"));
        let replies = replies.collect::<Vec<_>>().join(" ");
        let claims = view.applications.iter().map(|one| one.claims.as_str()).find(|claims| !claims.is_empty());
        let claims = claims.unwrap_or_default();
        let script = format!(
            "APP=$(az ad app create --display-name 'Vestibule External MFA' --sign-in-audience AzureADMyOrg \\\n  \
             --web-redirect-uris {replies} \\\n  --optional-claims '{claims}' --query appId --output tsv)\n\
             az ad sp create --id $APP\n\
             az ad app permission add --id $APP --api 00000003-0000-0000-c000-000000000000 --api-permissions \\\n  \
             37f7f235-527c-4136-accd-4a02d197296e=Scope 14dad69e-099b-42c9-810b-d002981feec1=Scope\n\
             az ad app permission admin-consent --id $APP\n\
             echo $APP"
        );
        Code::new("registration", "Azure CLI", script)
    }

    /// 2. What Entra answered.
    pub(super) fn ids(&self, error: &str) -> [Field; 2] {
        [
            Field::text("app_id", "App ID")
                .value(&self.provider.app_id)
                .error(error)
                .mono()
                .attribute("required", "")
                .hint("Application (client) ID of the registration. Entra’s questions are meant for it."),
            Field::text("client_id", "Client ID")
                .value(&self.provider.client_id)
                .mono()
                .attribute("required", "")
                .hint(
                    "What we call Entra; our answers are meant for it. Leave it unless another method uses it already.",
                ),
        ]
    }

    /// 3. What to enter in Entra.
    pub(super) fn method(&self) -> Vec<Code> {
        let provider = &self.provider;
        let boxes = [
            ("method-name", "Name", &provider.name),
            ("client-id", "Client ID", &provider.client_id),
            ("discovery-endpoint", "Discovery Endpoint", &provider.discovery_url),
            ("app-id", "App ID", &provider.app_id),
        ];
        boxes.map(|(id, label, text)| Code::new(id, label, text).wrap()).into()
    }

    /// Other ways than typing.
    pub(super) fn method_actions(&self) -> Vec<Action> {
        let all = [
            Action::go("Make it by Microsoft Graph", self.href("/method")).icon(Icon::Play),
            Action::go("Settings file", self.href("/settings.json")).icon(Icon::Download),
            Action::go("Signed settings file", self.href("/settings.jwt")).icon(Icon::Download),
        ];
        all.into_iter().filter(|action| action.is_for(self.frame.role())).collect()
    }

    pub(super) fn about(&self) -> Facts {
        let provider = &self.provider;
        Facts::new()
            .with("Tenant", Cell::link(&provider.tenant, format!("/tenants/{}", provider.id)))
            .with("Issuer", Cell::Copy(provider.issuer.clone()))
            .with("Answers are posted to", Cell::Copy(provider.redirect_uri.clone()))
            .with("People", Cell::link("Who has what", format!("/second-factor/people?provider={}", provider.id)))
    }
}

/// The method in Entra, as Microsoft Graph shows it.
#[derive(Debug, Clone, Default)]
pub struct MethodView {
    /// Its state, where there is one: on or off.
    pub on: Option<bool>,
    pub name: String,
    /// For whom it is, in words.
    pub targets: String,
    /// What would be sent.
    pub body: String,
    /// Why nothing can be done from here; empty when it can.
    pub blocked: String,
    pub error: String,
    /// What was typed.
    pub group: String,
    pub whom: String,
}

/// `GET /second-factor/providers/{tenant}/method`: make it, switched off; then switch it on for a pilot group.
#[derive(Debug, Template)]
#[template(path = "second_factor/method.html")]
pub struct MethodPage {
    frame: Frame,
    head: PageHead,
    callouts: Vec<Callout>,
    action: String,
    cancel: String,
    method: MethodView,
}

impl MethodPage {
    /// The page, whatever Graph says.
    pub fn new(frame: Frame, provider: &ProviderView, method: MethodView) -> Self {
        let badge = match method.on {
            None => Badge::label("Not there"),
            Some(false) => Badge::off("Disabled"),
            Some(true) => Badge::ok("Enabled"),
        };
        let cancel = href(&provider.id, "");
        let head = PageHead::new("The method in Entra")
            .crumb("Second factor", "/second-factor")
            .crumb(&provider.tenant, cancel.clone())
            .badge(badge)
            .only_for(frame.role());
        let callouts = [
            (!method.error.is_empty()).then(|| Callout::new(Tone::Bad, "Entra refused", &method.error)),
            (!method.blocked.is_empty()).then(|| {
                let text = format!(
                    "{} Enter the four values in Entra by hand instead; the set-up has copy boxes.",
                    method.blocked
                );
                Callout::new(Tone::Warn, "It cannot be made from here", text)
                    .action(Action::go("Set up", cancel.clone()))
            }),
        ];
        let callouts = callouts.into_iter().flatten().collect();
        Self { frame, head, callouts, action: href(&provider.id, "/method"), cancel, method }
    }

    fn body(&self) -> Code {
        Code::new("body", "What is sent to Microsoft Graph", &self.method.body)
    }

    fn fields(&self) -> Vec<Field> {
        let whom = [("group", "A pilot group"), ("all", "Everybody")];
        vec![
            Field::radio("whom", "For whom", whom.map(|(value, name)| Choice::new(value, name)).into())
                .value(if self.method.whom.is_empty() { "group" } else { &self.method.whom }),
            Field::text("group", "Object id of the group").value(&self.method.group).mono().optional().hint(
                "On the group’s page in Entra, or here under Groups. Everybody comes later, when the pilot went well.",
            ),
        ]
    }
}
