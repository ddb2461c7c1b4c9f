//! A tenant whose sign-ins ask us for the second factor, and people who have passwords.

use aws_lc_rs::hmac;
use e2e::{World, http};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::walker::{Form, Page, Walker};

/// Both sides, introduced to each other.
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    pub(super) provider: Value,
    pub(super) method: String,
}

impl<'a> Stage<'a> {
    /// Sets both sides up for everybody, and asks for a second factor before the sample application.
    pub(super) async fn new(world: &'a World) -> Self {
        let app_id = Uuid::from_u128(0xa99);
        let path = format!("mfa/providers/{}", world.tenant);
        let body = json!({ "state": "on", "app_id": app_id });
        let provider = http::good(&path, world.ask("PUT", &path, body).await);
        let entra = &world.entra;
        let sample = entra.call("GET", "tenants/default/sample", Value::Null).await;
        let order = json!({
            "display_name": "Vestibule", "client_id": provider["client_id"], "app_id": app_id,
            "discovery_url": provider["discovery_url"], "reply_urls": [provider["authorization_endpoint"]],
        });
        let method = entra.call("POST", "tenants/default/external-methods", order).await;
        let policy = json!({
            "display_name": "Second factor", "state": "enabled", "apps": [sample["client_id"]], "grant": ["mfa"],
            "operator": "OR",
        });
        entra.call("POST", "tenants/default/policies", policy).await;
        let method = method["id"].as_str().expect("a method has an id").to_owned();
        Self { world, provider, method }
    }

    /// Where the API has the tenant's second factor.
    pub(super) fn here(&self) -> String {
        format!("mfa/providers/{}", self.world.tenant)
    }

    /// Changes the settings.
    pub(super) async fn set(&self, change: impl FnOnce(&mut Value)) {
        let path = format!("mfa/providers/{}", self.world.tenant);
        let mut settings = self.world.get(&path).await["settings"].clone();
        change(&mut settings);
        http::good(&path, self.world.ask("PUT", &path, json!({ "settings": settings })).await);
    }

    /// Entra's request about somebody, spoilt as told.
    pub(super) async fn request(&self, user: &str, quirks: Value) -> Form {
        let path = format!("tenants/default/external-methods/{}/request", self.method);
        let body = json!({ "user": e2e::entra::address(user), "quirks": quirks });
        let made = self.world.entra.call("POST", &path, body).await;
        let field = |pair: &Value| match pair {
            Value::Array(pair) => (text(&pair[0]), text(&pair[1])),
            other => (text(&other["name"]), text(&other["value"])),
        };
        let fields = match &made["fields"] {
            Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            list => list.as_array().expect("fields").iter().map(field).collect(),
        };
        Form { action: Url::parse(&text(&made["action"])).expect("an address"), fields }
    }

    /// The last attempt in our log.
    pub(super) async fn last_attempt(&self) -> Value {
        self.world.get("mfa/attempts?limit=1").await["items"][0].clone()
    }

    /// From the sample application past the password, to our page.
    pub(super) async fn to_our_page(&self, walker: &mut Walker, user: &str) -> Page {
        let running = &self.world.entra.running;
        let start = format!("{}/sample/sign-in?tenant={}", running.base_url, running.tenant_id);
        let mut page = walker.open(&start).await;
        let address = e2e::entra::address(user);
        for _ in 0..6 {
            if page.url.path().starts_with("/mfa/prove/") {
                return page;
            }
            let form = page.form("");
            let form = if form.get("passwd").is_some() {
                form.with("login", &address).with("passwd", "Passw0rd!").with("decision", "sign-in")
            } else if page.html.contains("name=\"method\"") {
                form.with("method", &page.between("name=\"method\" value=\"", "\""))
            } else if page.html.contains("value=\"accept\"") {
                form.with("decision", "accept")
            } else {
                form
            };
            page = walker.post(&form).await;
        }
        panic!("our page is never reached: {page:#?}");
    }

    /// Registers an authenticator app within a sign-in, from which it does not come back to Entra; returns the app's key.
    pub(super) async fn enrol_app(&self, walker: &mut Walker, user: &str) -> String {
        let page = self.to_our_page(walker, user).await;
        let scan = walker.post(&page.form("/enrol/totp")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        let confirmed = walker.post(&scan.form("/confirm").with("code", &self.code(&key))).await;
        assert!(confirmed.form("externalauthprovider").get("id_token").is_some());
        key
    }

    /// What an authenticator app shows now.
    pub(super) fn code(&self, key: &str) -> String {
        code(key, self.world.now().seconds())
    }

    /// What the sample application was told.
    pub(super) async fn claims(&self, walker: &mut Walker) -> Value {
        let page = walker.open(&format!("{}/sample/claims", self.world.entra.running.base_url)).await;
        serde_json::from_str(&page.html).unwrap_or_else(|_| panic!("no claims: {}", page.html))
    }
}

/// How the person proved themselves, as the sample application was told.
pub(super) fn amr(claims: &Value) -> Vec<&str> {
    claims["id_token"]["amr"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The code of an authenticator app (RFC 6238: SHA-1, 30 s, six digits).
pub(super) fn code(key: &str, seconds: i64) -> String {
    let values = key.chars().filter_map(|letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter));
    let bits = values.map(|value| format!("{value:05b}")).collect::<Vec<_>>().concat();
    let seed: Vec<u8> =
        bits.as_bytes().chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all * 2 + (bit - b'0'))).collect();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &seed), &(seconds / 30).to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word = tag.as_ref()[at..at + 4].iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
