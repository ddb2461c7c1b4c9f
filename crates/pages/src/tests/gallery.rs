//! The samples of every page by name.

use std::path::Path;

use askama::Template;

use crate::{
    directory, dirsync, me, mfa, operators, overview, provisioning, render, second_factor, server, signals, tenants,
};

/// Pages with their names.
#[derive(Default)]
pub struct Gallery(Vec<(String, String)>);

impl Gallery {
    /// Every page there is.
    pub fn full() -> Self {
        let mut gallery = Self::default();
        super::design::add(&mut gallery);
        operators::gate::samples::add(&mut gallery);
        operators::operator::samples::add(&mut gallery);
        operators::list::samples::add(&mut gallery);
        operators::tokens::samples::add(&mut gallery);
        operators::sessions::samples::add(&mut gallery);
        overview::samples::add(&mut gallery);
        tenants::list::samples::add(&mut gallery);
        tenants::tenant::samples::add(&mut gallery);
        tenants::former::samples::add(&mut gallery);
        tenants::connect::samples::add(&mut gallery);
        directory::users::samples::add(&mut gallery);
        directory::user::samples::add(&mut gallery);
        directory::groups::samples::add(&mut gallery);
        directory::group::samples::add(&mut gallery);
        directory::search::samples::add(&mut gallery);
        dirsync::settings::samples::add(&mut gallery);
        dirsync::preview::samples::add(&mut gallery);
        dirsync::runs::samples::add(&mut gallery);
        dirsync::run::samples::add(&mut gallery);
        dirsync::undo::samples::add(&mut gallery);
        dirsync::plans::samples::add(&mut gallery);
        dirsync::plan::samples::add(&mut gallery);
        dirsync::exceptions::samples::add(&mut gallery);
        dirsync::additions::samples::add(&mut gallery);
        dirsync::conflicts::samples::add(&mut gallery);
        mfa::samples::add(&mut gallery);
        mfa::samples_ends::add(&mut gallery);
        provisioning::connections::samples::add(&mut gallery);
        provisioning::connection::samples::add(&mut gallery);
        provisioning::job::samples::add(&mut gallery);
        provisioning::calls::samples::add(&mut gallery);
        provisioning::call::samples::add(&mut gallery);
        provisioning::holds::samples::add(&mut gallery);
        provisioning::hold::samples::add(&mut gallery);
        provisioning::groups::samples::add(&mut gallery);
        provisioning::group::samples::add(&mut gallery);
        second_factor::providers::samples::add(&mut gallery);
        second_factor::provider::samples::add(&mut gallery);
        second_factor::people::samples::add(&mut gallery);
        second_factor::person::samples::add(&mut gallery);
        second_factor::browsers::samples::add(&mut gallery);
        second_factor::attempts::samples::add(&mut gallery);
        second_factor::attempt::samples::add(&mut gallery);
        second_factor::import::samples::add(&mut gallery);
        second_factor::controls::samples::add(&mut gallery);
        second_factor::gateway::samples::add(&mut gallery);
        second_factor::messages::samples::add(&mut gallery);
        second_factor::merge::samples::add(&mut gallery);
        second_factor::models::samples::add(&mut gallery);
        second_factor::policies::samples::add(&mut gallery);
        signals::audit::samples::add(&mut gallery);
        signals::entry::samples::add(&mut gallery);
        signals::webhooks::list::samples::add(&mut gallery);
        signals::webhooks::form::samples::add(&mut gallery);
        signals::webhooks::webhook::samples::add(&mut gallery);
        signals::webhooks::delivery::samples::add(&mut gallery);
        signals::webhooks::ask::samples::add(&mut gallery);
        me::samples::add(&mut gallery);
        server::health::samples::add(&mut gallery);
        server::jobs::samples::add(&mut gallery);
        render::samples::add(&mut gallery);
        gallery
    }

    /// Renders a page into the gallery.
    pub fn add(&mut self, name: &str, page: &impl Template) {
        let html = page.render().unwrap_or_else(|error| panic!("{name} does not render: {error}"));
        self.0.push((name.to_owned(), html));
    }

    /// The pages.
    pub fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, html)| (name.as_str(), html.as_str()))
    }

    /// Writes the pages where somebody wants to look at them.
    pub fn write_if_asked(&self) {
        let Ok(folder) = std::env::var("VESTIBULE_GALLERY") else {
            return;
        };
        let folder = Path::new(&folder);
        std::fs::create_dir_all(folder).unwrap();
        for (name, html) in self.pages() {
            std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
        }
        let links: Vec<_> = self.pages().map(|(name, _)| format!("<li><a href=\"{name}.html\">{name}</a>")).collect();
        let links = links.concat();
        std::fs::write(folder.join("index.html"), format!("<!doctype html><title>Gallery</title><ul>{links}</ul>"))
            .unwrap();
    }
}
