//! Screenshots of every page of a running server: `./dev shots --ready-file F [--out DIR] [PATH…]`.
//!
//! Drives headless Chromium through its WebDriver: signs in as the operator of the demo, visits each page at desktop and
//! phone width, light and dark, and reports what the browser complained about. Then it signs in to the portal as the person
//! of the demo. With `--portal` it does only that.
#![expect(clippy::print_stdout, reason = "a tool that prints where its pictures are")]

#[path = "shots/driver.rs"]
mod driver;
#[path = "shots/portal.rs"]
mod portal;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use driver::Driver;
use serde_json::Value;

/// Every page that can be reached without an id; pages with one are found by following links.
const PAGES: &[&str] = &[
    "/",
    "/directory/users",
    "/directory/groups",
    "/search?q=an",
    "/dirsync/runs",
    "/dirsync/plans",
    "/dirsync/conflicts",
    "/dirsync/exceptions",
    "/dirsync/additions",
    "/dirsync/settings",
    "/provisioning/connections",
    "/provisioning/connections/new",
    "/provisioning/calls",
    "/provisioning/holds",
    "/provisioning/groups",
    "/second-factor",
    "/second-factor/people",
    "/second-factor/attempts",
    "/second-factor/messages",
    "/tenants",
    "/tenants/connect",
    "/signals/audit",
    "/signals/webhooks",
    "/signals/webhooks/new",
    "/operators",
    "/operators/tokens",
    "/operators/sessions",
    "/server/jobs",
    "/server/health",
];

/// Lists whose first entry has a page too.
const LISTS: &[&str] = &[
    "/tenants",
    "/directory/users",
    "/directory/groups",
    "/dirsync/settings",
    "/dirsync/runs",
    "/provisioning/connections",
    "/provisioning/calls",
    "/provisioning/holds",
    "/provisioning/groups",
    "/second-factor",
    "/second-factor/people",
    "/second-factor/attempts",
    "/signals/webhooks",
];

/// A look: name, width, height, dark.
const LOOKS: &[(&str, u32, u32, bool)] = &[
    ("desktop-light", 1440, 1000, false),
    ("desktop-dark", 1440, 1000, true),
    ("phone-light", 390, 844, false),
    ("phone-dark", 390, 844, true),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let ready = std::fs::read_to_string(value(&args, "--ready-file").context("--ready-file F is missing")?)?;
    let ready: Value = serde_json::from_str(&ready)?;
    let out = PathBuf::from(value(&args, "--out").unwrap_or_else(|| "target/shots".to_owned()));
    std::fs::create_dir_all(&out)?;
    let server = &ready["server"];
    let base = server["url"].as_str().context("server.url")?.to_owned();
    let driver = Driver::start().await?;
    let flags: Vec<_> = args.iter().enumerate().filter(|(_, arg)| arg.starts_with("--")).map(|(at, _)| at).collect();
    let is_value = |at: usize| at > 0 && flags.contains(&(at - 1));
    let asked = args.iter().enumerate().filter(|(at, arg)| arg.starts_with('/') && !is_value(*at));
    let asked: Vec<String> = asked.map(|(_, page)| page.clone()).collect();
    let only_portal = args.iter().any(|arg| arg == "--portal");
    let everything = asked.is_empty();
    let outcome = if only_portal { Ok(()) } else { shoot(&driver, server, &base, &out, asked).await };
    let outcome = match outcome {
        Ok(()) if only_portal || everything => portal::shoot(&driver, &ready["mfa"], &base, &out).await,
        outcome => outcome,
    };
    driver.stop().await;
    outcome
}

fn value(args: &[String], name: &str) -> Option<String> {
    let place = args.iter().position(|arg| arg == name)?;
    args.get(place + 1).cloned()
}

async fn shoot(driver: &Driver, server: &Value, base: &str, out: &Path, asked: Vec<String>) -> anyhow::Result<()> {
    driver.go(&format!("{base}/sign-in")).await?;
    driver.picture(&out.join("sign-in.png")).await?;
    sign_in(driver, &server["operator"]).await?;
    let mut pages = asked;
    if pages.is_empty() {
        pages = PAGES.iter().map(|page| (*page).to_owned()).collect();
        for list in LISTS {
            driver.go(&format!("{base}{list}")).await?;
            pages.extend(driver.first_link_below(list).await?);
        }
    }
    for (look, width, height, dark) in LOOKS {
        driver.look(*width, *height, *dark).await?;
        for page in &pages {
            // `/path@selector`: what is there after that has been pressed.
            let (address, pressed) = page.split_once('@').map_or((page.as_str(), None), |(page, at)| (page, Some(at)));
            driver.go(&format!("{base}{address}")).await?;
            if let Some(selector) = pressed {
                driver.press(selector).await?;
            }
            let name = named(address);
            let name = if pressed.is_some() { format!("{name}-pressed") } else { name };
            driver.picture(&out.join(format!("{name}-{look}.png"))).await?;
        }
    }
    for complaint in driver.complaints().await? {
        println!("the browser says: {complaint}");
    }
    println!("{} pages in {} looks are in {}", pages.len(), LOOKS.len(), out.display());
    Ok(())
}

/// What a page's picture is called.
fn named(address: &str) -> String {
    let name = address.split(['?', '#']).next().unwrap_or("").trim_matches('/').replace('/', "-");
    if name.is_empty() { "overview".to_owned() } else { name }
}

async fn sign_in(driver: &Driver, operator: &Value) -> anyhow::Result<()> {
    let text = |name: &str| operator[name].as_str().unwrap_or_default().to_owned();
    driver.fill("input[autocomplete~=username]", &text("username")).await?;
    driver.fill("input[type=password]", &text("password")).await?;
    driver.press("main form button").await?;
    anyhow::ensure!(!driver.address().await?.contains("sign-in"), "the sign-in was refused");
    Ok(())
}
