//! `GET /second-factor/providers/{tenant}`: the second factor of one tenant: set-up, settings, keys, doctor, readiness.

mod ask;
mod campaign;
mod concern;
mod doctor;
mod keys;
mod readiness;
pub mod registration;
mod set_up;
mod settings;

use askama::Template;

pub use self::ask::{ask_off, ask_replace};
pub use self::campaign::{CampaignForm, CampaignPage, CampaignPreview, CampaignRow};
pub use self::concern::{Concern, ConcernedView, concerned};
pub use self::doctor::DoctorView;
pub use self::keys::KeysView;
pub use self::readiness::{PolicyRow, ReadinessView, WITHOUT, WithoutRow};
pub use self::set_up::{ApplicationView, BeginForm, MethodPage, MethodView, SetUpView, begin};
pub use self::settings::{DeliveryView, SettingsForm, levels};
use crate::doors::Offers as _;
use crate::icon::Icon;
use crate::layout::Frame;
use crate::parts::{Action, Badge, Callout, PageHead, Tab, Tabs, Tone};

/// What every tab shows.
#[derive(Debug, Clone)]
pub struct ProviderView {
    /// The tenant's id here.
    pub id: String,
    pub tenant: String,
    pub on: bool,
    /// What people see in Entra's choice of methods.
    pub name: String,
    pub client_id: String,
    pub app_id: String,
    pub discovery_url: String,
    pub issuer: String,
    pub redirect_uri: String,
    pub version: i64,
}

/// The tab that is open.
#[derive(Debug)]
pub enum Open {
    SetUp(Box<SetUpView>),
    Settings(Box<SettingsForm>),
    Keys(KeysView),
    Doctor(DoctorView),
    Readiness(Box<ReadinessView>),
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "second_factor/provider.html")]
pub struct ProviderPage {
    frame: Frame,
    head: PageHead,
    tabs: Tabs,
    callouts: Vec<Callout>,
    provider: ProviderView,
    open: Open,
}

impl ProviderPage {
    /// One tenant's second factor with one tab open.
    pub fn new(frame: Frame, provider: ProviderView, open: Open) -> Self {
        let current = match &open {
            Open::SetUp(_) => 0,
            Open::Settings(_) => 1,
            Open::Keys(_) => 2,
            Open::Doctor(_) => 3,
            Open::Readiness(_) => 4,
        };
        let tabs = tabs(&provider.id, &provider.tenant, current);
        let role = frame.role();
        let callouts = off(&provider).into_iter().collect::<Vec<_>>().only_for(role);
        Self { head: head(&provider).only_for(role), callouts, frame, tabs, provider, open }
    }

    fn href(&self, tail: &str) -> String {
        href(&self.provider.id, tail)
    }
}

/// The views of a tenant's second factor, the open one counted from zero.
pub fn tabs(id: &str, tenant: &str, current: usize) -> Tabs {
    let tabs = [
        ("Set up", ""),
        ("Settings", "/settings"),
        ("Keys", "/keys"),
        ("Doctor", "/doctor"),
        ("Readiness", "/readiness"),
        ("Policies", "/policies"),
    ];
    let tabs = tabs.map(|(name, tail)| Tab::new(name, href(id, tail)));
    Tabs::new(format!("Second factor of {tenant}"), tabs.into(), current)
}

/// Where a tenant's second factor is.
pub fn href(id: &str, tail: &str) -> String {
    format!("/second-factor/providers/{id}{tail}")
}

fn head(provider: &ProviderView) -> PageHead {
    let at = |verb: &str| href(&provider.id, verb);
    let state = if provider.on { Badge::ok("On") } else { Badge::off("Off") };
    let head = PageHead::new(&provider.tenant)
        .crumb("Second factor", "/second-factor")
        .badge(state)
        .action(Action::go("Import tokens", at("/import")).icon(Icon::Add))
        .action(Action::go("Attempts", format!("/second-factor/attempts?provider={}", provider.id)).icon(Icon::Audit));
    if provider.on { head.action(Action::ask("Switch off", at("/off")).icon(Icon::Off)) } else { head }
}

fn off(provider: &ProviderView) -> Option<Callout> {
    let on = Action::post("Switch on", href(&provider.id, "/on")).primary();
    let text = "Requests of Entra’s are refused, and nobody is asked. Nothing is lost: factors and keys stay.";
    (!provider.on).then(|| Callout::new(Tone::Info, "Switched off", text).action(on))
}

#[cfg(test)]
pub mod samples;
