//! The pages that people see for themselves: their portal, and agreeing in another browser.

use std::path::Path;

use anyhow::Context as _;
use aws_lc_rs::hmac;
use kernel::Clock;
use serde_json::Value;

use crate::driver::Driver;
use crate::{LOOKS, named};

/// Pages of the portal beside those of single factors.
const PAGES: &[&str] = &["/me", "/me/devices", "/me/codes", "/me/activity", "/mfa/approve"];
/// How often the local Entra is asked to go on, at most.
const STEPS: usize = 6;

/// Takes the pictures as the person of the demo.
pub async fn shoot(driver: &Driver, told: &Value, base: &str, out: &Path) -> anyhow::Result<()> {
    picture(driver, base, "/me", "me-door", out).await?;
    come_in(driver, told, out).await?;
    let mut pages: Vec<String> = PAGES.iter().map(|page| (*page).to_owned()).collect();
    driver.go(&format!("{base}/me")).await?;
    pages.extend(driver.first_link_below("/me/factors").await?);
    for page in &pages {
        picture(driver, base, page, &named(page), out).await?;
    }
    println!("{} pages of the portal are in {}", pages.len() + 2, out.display());
    Ok(())
}

async fn picture(driver: &Driver, base: &str, page: &str, name: &str, out: &Path) -> anyhow::Result<()> {
    for (look, width, height, dark) in LOOKS {
        driver.look(*width, *height, *dark).await?;
        driver.go(&format!("{base}{page}")).await?;
        driver.picture(&out.join(format!("{name}-{look}.png"))).await?;
    }
    Ok(())
}

/// Past the local Entra, and past the proof by an authenticator app.
async fn come_in(driver: &Driver, told: &Value, out: &Path) -> anyhow::Result<()> {
    let person = &told["person"];
    let text = |name: &str| person[name].as_str().unwrap_or_default().to_owned();
    driver.go(told["portal_url"].as_str().context("mfa.portal_url")?).await?;
    driver.press("a.primary").await?;
    for _ in 0..STEPS {
        if driver.fill("input[name=passwd]", &text("password")).await.is_ok() {
            driver.fill("input[name=login]", &text("upn")).await?;
            driver.press("button[value=sign-in]").await?;
        } else if driver.press("button[value=accept]").await.is_err() {
            break;
        }
    }
    for (look, width, height, dark) in LOOKS {
        driver.look(*width, *height, *dark).await?;
        driver.picture(&out.join(format!("me-prove-{look}.png"))).await?;
    }
    driver.fill("form[action='/me/prove/code'] input[name=code]", &code(&text("totp_secret"))).await?;
    driver.press("form[action='/me/prove/code'] button").await
}

/// What an authenticator app shows now (RFC 6238, with the defaults of RFC 4226).
fn code(key: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(key));
    let step = Clock::system().now().seconds() / 30;
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 0xf);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// RFC 4648 §6; whatever is no letter of it is left out.
fn base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for value in
        text.bytes().filter_map(|letter| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|one| *one == letter))
    {
        held = (held << 5) | u32::try_from(value).unwrap_or(0);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).unwrap_or(0));
        }
    }
    bytes
}
