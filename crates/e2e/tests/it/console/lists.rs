//! Every list of the console pages, sorts, searches and exports.

use std::collections::BTreeMap;

use e2e::World;
use e2e::world::text;
use reqwest::Client;
use store::Backend;

use super::accessible::connected;
use super::roles;

/// The first cell of a row of a list; tables inside a row have none.
const ROW: &str = " first\" data-label=\"";
/// What no row says.
const NOWHERE: &str = "zzz-nowhere";

struct Reader<'a> {
    world: &'a World,
    client: Client,
    faults: Vec<String>,
}

impl Reader<'_> {
    async fn read(&self, address: &str) -> (String, String) {
        let request = self.client.get(format!("{}{address}", self.world.node.url));
        let answer = request.bearer_auth(&self.world.token).header("accept", "text/html").send().await.unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        assert!(answer.status().is_success(), "{address}: {}", answer.status());
        (kind.unwrap_or_default(), answer.text().await.unwrap())
    }

    fn must(&mut self, list: &str, what: &str, holds: bool) {
        if !holds {
            self.faults.push(format!("{list}: {what}"));
        }
    }

    /// Looks at one list, which has at least one row.
    async fn look(&mut self, list: &str) {
        let with = |more: &str| format!("{list}{}{more}", if list.contains('?') { '&' } else { '?' });
        let (_, html) = self.read(list).await;
        let rows = rows(&html);
        self.must(list, "has no rows, so that nothing can be said of it", rows > 0);
        self.must(list, "cannot be searched", html.contains("name=\"q\" value"));
        self.must(list, "cannot be sorted", html.contains("<nav class=\"orders\""));
        let (_, nothing) = self.read(&with(&format!("q={NOWHERE}"))).await;
        self.must(list, "finds what is not there", self::rows(&nothing) == 0 && nothing.contains("class=\"empty\""));
        self.must(list, "keeps no way back from an empty search", nothing.contains(">Clear"));
        if rows > 1 {
            let (_, page) = self.read(&with("limit=1")).await;
            self.must(list, "cannot be paged", self::rows(&page) == 1 && page.contains(">Next<"));
        }
        let Some(sort) = link(&html, "sort=") else { return };
        let (_, turned) = self.read(&sort).await;
        self.must(list, &format!("is another list when it is sorted by {sort}"), self::rows(&turned) == rows);
        self.must(list, "does not say how it is sorted", turned.contains("aria-sort=\""));
        match link(&html, "/export") {
            Some(file) => {
                let (kind, lines) = self.read(&file).await;
                let written = kind.starts_with("text/csv") || kind.contains("json");
                self.must(list, &format!("exports {kind}"), written && lines.lines().count() > 1);
                let empty = format!("{file}{}q={NOWHERE}", if file.contains('?') { '&' } else { '?' });
                let (_, lines) = self.read(&empty).await;
                self.must(list, "exports more than it shows", lines.lines().count() <= 1);
            }
            None => self.must(list, "cannot be exported", false),
        }
    }
}

/// Rows of the list that the page's search narrows: the search says which it is.
fn rows(html: &str) -> usize {
    let target = html.split_once("hx-target=\"#").and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id);
    let lists = html.split("<div class=\"list\" id=\"").skip(1);
    let found =
        lists.filter(|list| target.is_none_or(|id| list.strip_prefix(id).is_some_and(|rest| rest.starts_with('"'))));
    found.map(|list| list.matches(ROW).count()).sum()
}

/// The first link with a text in it.
fn link(html: &str, inside: &str) -> Option<String> {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let found = links.filter(|link| link.starts_with('/')).find(|link| link.contains(inside))?;
    Some(found.replace("&amp;", "&").replace("&#38;", "&"))
}

/// The pages of one thing that are lists too.
async fn of_one_thing(world: &World) -> BTreeMap<&'static str, String> {
    let first = async |path: &str| text(&world.get(path).await["items"][0]["id"]);
    BTreeMap::from([
        ("user", first("directory/users?q=p2").await),
        ("group", first("directory/groups").await),
        ("run", first("dirsync/runs?state=done").await),
        ("plan", first("dirsync/runs?state=held").await),
        ("hold", first("provisioning/holds").await),
    ])
}

#[tokio::test]
async fn every_list_pages_sorts_searches_and_exports() {
    World::on(Backend::Sqlite, 40, async |world| {
        roles::furnished(world).await;
        connected(world).await;
        let id = of_one_thing(world).await;
        let mut lists = [
            "/directory/users",
            "/directory/groups",
            "/dirsync/runs",
            "/dirsync/plans",
            "/dirsync/plans?state=decided",
            "/dirsync/conflicts",
            "/dirsync/exceptions",
            "/dirsync/additions",
            "/provisioning/connections",
            "/provisioning/calls",
            "/provisioning/holds",
            "/provisioning/groups",
            "/tenants",
            "/signals/audit",
            "/signals/webhooks",
            "/operators",
            "/operators/tokens",
            "/server/jobs?state=queued",
        ]
        .map(str::to_owned)
        .to_vec();
        lists.extend([
            format!("/directory/users/{}/groups", id["user"]),
            format!("/directory/groups/{}", id["group"]),
            format!("/dirsync/runs/{}", id["run"]),
            format!("/dirsync/plans/{}", id["plan"]),
            format!("/provisioning/holds/{}", id["hold"]),
            format!("/provisioning/groups/{}", id["group"]),
        ]);
        let mut reader = Reader { world, client: e2e::http::client(), faults: Vec::new() };
        for list in lists {
            reader.look(&list).await;
        }
        assert!(reader.faults.is_empty(), "{}", reader.faults.join("\n"));
    })
    .await;
}
