//! Everybody is offered only what they may do: every page that links lead to opens, and nothing that a page offers to send is
//! refused for the role of who sends it.

use std::collections::{BTreeMap, BTreeSet};

use e2e::World;
use kernel::Role;
use reqwest::Client;
use serde_json::json;
use store::Backend;

use crate::mfa::locked::somebody_is_locked;

/// How many pages of one kind are looked at.
const OF_A_KIND: usize = 3;
/// What is not part of the walk: it ends the walk, changes the walker, is no page, or is about one's own sessions and
/// tokens, which a token has none of.
const NOT_WALKED: [&str; 8] = [
    "/sign-out",
    "/operators/sessions",
    "/operators/tokens",
    "/assets/",
    "/api/",
    "/metrics",
    "/theme",
    "/change-password",
];

/// What a page leads to and offers to send.
#[derive(Default)]
struct Offers {
    links: Vec<String>,
    sends: Vec<String>,
}

/// The values of an attribute that are addresses of ours.
fn addresses(html: &str, attribute: &str) -> Vec<String> {
    let begin = format!("{attribute}=\"");
    let parts = html.split(begin.as_str()).skip(1);
    let values =
        parts.filter_map(|rest| rest.split('"').next()).map(|value| value.replace("&amp;", "&").replace("&#38;", "&"));
    values.filter(|value| value.starts_with('/') && !NOT_WALKED.iter().any(|not| value.starts_with(not))).collect()
}

fn offers(html: &str) -> Offers {
    let mut sends = addresses(html, " formaction");
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let (tag, inside) = form.split_once('>').unwrap_or((form, ""));
        if tag.contains("method=\"post\"") && inside.contains("<button class=\"button primary") {
            sends.extend(addresses(tag, " action"));
        }
    }
    Offers { links: addresses(html, " href"), sends }
}

/// An address without what differs between pages of one kind.
pub(super) fn kind(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let part =
        |part: &str| if part.chars().any(|letter| letter.is_ascii_digit()) { "*".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

struct Walk<'a> {
    world: &'a World,
    client: Client,
    token: String,
    refused: Vec<String>,
    pages: usize,
}

impl Walk<'_> {
    async fn ask(&self, method: reqwest::Method, path: &str) -> (u16, String) {
        let request = self.client.request(method.clone(), format!("{}{path}", self.world.node.url));
        let request = request.bearer_auth(&self.token).header("accept", "text/html");
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let request =
            if method == reqwest::Method::POST { request.header(form[0].0, form[0].1).body("") } else { request };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }

    async fn go(&mut self) {
        let (mut open, mut seen, mut kinds) = (vec!["/".to_owned()], BTreeSet::new(), BTreeMap::<String, usize>::new());
        let mut sends = BTreeMap::new();
        while let Some(path) = open.pop() {
            let count = kinds.entry(kind(&path)).or_default();
            if !seen.insert(path.clone()) || *count >= OF_A_KIND || path.contains("/export") {
                continue;
            }
            *count += 1;
            let (status, html) = self.ask(reqwest::Method::GET, &path).await;
            self.pages += 1;
            if status == 403 || status >= 500 {
                self.refused.push(format!("GET {path}: {status}"));
            }
            let Offers { links, sends: more } = offers(&html);
            open.extend(links);
            for send in more {
                sends.entry(kind(&send)).or_insert((send, path.clone()));
            }
        }
        for (send, page) in sends.into_values() {
            let (status, _) = self.ask(reqwest::Method::POST, &send).await;
            if status == 403 || status >= 500 {
                self.refused.push(format!("POST {send}, offered by {page}: {status}"));
            }
        }
    }
}

/// Something of everything: a held plan, conflicts, somebody deleted, an exception, an addition.
pub(super) async fn furnished(world: &World) {
    world.filled().await;
    world.entra.delete("p1").await;
    world.delta().await;
    let body = json!({
        "kind": "user", "value": world.entra.id("p4").await, "label": "p4", "owner": "ada", "reason": "contractor",
    });
    world.post(&format!("dirsync/sources/{}/exceptions", world.tenant), body).await;
    world.work().await;
    let body = json!({ "email": "new.hire@contoso.com", "reason": "starts on Monday" });
    world.post(&format!("dirsync/sources/{}/additions", world.tenant), body).await;
    for number in 5..=9 {
        world.entra.delete(&format!("p{number}")).await;
    }
    assert_eq!(world.run("delta").await["state"], "held");
}

#[tokio::test]
async fn nobody_is_offered_what_they_may_not_do() {
    World::on(Backend::Sqlite, 12, async |world| {
        furnished(world).await;
        somebody_is_locked(world, "p11").await;
        for role in [Role::Auditor, Role::Helpdesk, Role::Administrator] {
            let token = world.token_for(role).await;
            let client = e2e::http::client();
            let mut walk = Walk { world, client, token, refused: Vec::new(), pages: 0 };
            walk.go().await;
            assert!(walk.pages > 40, "{role} sees {} pages", walk.pages);
            assert_eq!(walk.refused, Vec::<String>::new(), "{role}");
        }
    })
    .await;
}
