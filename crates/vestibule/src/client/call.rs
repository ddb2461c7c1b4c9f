//! Sends the request and prints the answer.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::ArgMatches;
use graph::{HttpSettings, http_client};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde_json::{Map, Value, json};

use super::description::{Field, Kind};
use super::{Operation, names, operations, show};
use crate::commands::{FAILED, HELD, WRONG_USAGE};
use crate::output;

/// How often a run is looked at while waiting for it.
const LOOK: Duration = Duration::from_secs(1);

struct Server {
    client: Client,
    url: Url,
    token: String,
}

/// Calls one operation with what the command line says.
pub(super) async fn run(operation: &'static Operation, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let server = Server::of(matches)?;
    let path = path(operation, matches);
    let query = query(operation, matches)?;
    let body = if operation.has_body { Some(body(&server, operation, matches).await?) } else { None };
    let as_json = matches.get_flag("json");
    let answer = server.send(operation.method, &path, &query, body.as_ref()).await?;
    if let Some(failed) = refused(&answer) {
        return problem(answer, failed).await;
    }
    if !is_json(&answer) {
        return raw(answer).await;
    }
    let mut value: Value = answer.json().await.context("the answer is not JSON")?;
    if operation.paged && matches.get_flag("all") {
        value = server.rest_of(&path, query, value).await?;
    }
    if operation.follow.is_some() && matches.get_flag("wait") {
        value = server.wait(operation, value).await?;
    }
    let text = if as_json { output::json(&value) } else { show::text(operation, &value) };
    output::say(&text)?;
    if !as_json && let Some(next) = value["next"].as_str() {
        output::note(&format!("there is more: --after {next}, or --all"));
    }
    Ok(if value["state"] == "held" { ExitCode::from(HELD) } else { ExitCode::SUCCESS })
}

impl Server {
    fn of(matches: &ArgMatches) -> anyhow::Result<Self> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let url = text("server").context("say which server: --server URL, or VESTIBULE_URL")?;
        let url: Url = url.parse().with_context(|| format!("{url} is not a URL"))?;
        let token = match (text("token-file"), text("token")) {
            (Some(file), _) => fs::read_to_string(&file).with_context(|| format!("{file} cannot be read"))?,
            (None, Some(token)) => token,
            (None, None) => bail!("say who calls: --token-file FILE, or VESTIBULE_TOKEN"),
        };
        let read = |file: String| fs::read_to_string(&file).with_context(|| format!("{file} cannot be read"));
        let extra_ca_pem = text("ca-file").map(read).transpose()?;
        let client = http_client(&HttpSettings { extra_ca_pem, ..HttpSettings::default() })?;
        Ok(Self { client, url, token: token.trim().to_owned() })
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        query: &[(String, String)],
        body: Option<&Value>,
    ) -> anyhow::Result<Response> {
        let url = self.url.join(path).context("the path does not fit the server's URL")?;
        let method = Method::from_bytes(method.as_bytes())?;
        let mut request = self.client.request(method, url).bearer_auth(&self.token).header(ACCEPT, "*/*").query(query);
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.with_context(|| format!("{} cannot be reached", self.url))
    }

    /// The body before flags: what is there now, or what is usual.
    async fn beginning(&self, operation: &Operation, matches: &ArgMatches) -> anyhow::Result<Map<String, Value>> {
        let mut body = names::usual_body(&operation.id);
        let Some(base) = names::base(&operation.id) else { return Ok(body) };
        let reads =
            operations().iter().find(|other| other.id == base.reads).context("there is nothing to begin from")?;
        let answer = self.send("GET", &path(reads, matches), &[], None).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            // What is set up for the first time begins from nothing; whatever else is missing, the server says so.
            return Ok(body);
        }
        let now: Value = answer.error_for_status()?.json().await?;
        let now = now.pointer(base.at).and_then(Value::as_object).context("there is nothing to begin from")?;
        let wanted = |name: &&String| base.fields.is_empty() || base.fields.contains(&name.as_str());
        body.extend(now.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.clone(), value.clone())));
        Ok(body)
    }

    /// Follows `next` until the end; the answer is one page with everything.
    async fn rest_of(&self, path: &str, query: Vec<(String, String)>, first: Value) -> anyhow::Result<Value> {
        let mut items = first["items"].as_array().cloned().unwrap_or_default();
        let mut next = first["next"].as_str().map(str::to_owned);
        while let Some(after) = next {
            let mut query: Vec<_> = query.iter().filter(|(name, _)| name != "after").cloned().collect();
            query.push(("after".to_owned(), after));
            let answer = self.send("GET", path, &query, None).await?.error_for_status()?;
            let page: Value = answer.json().await?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            next = page["next"].as_str().map(str::to_owned);
        }
        Ok(json!({ "items": items }))
    }

    /// Looks until what was begun has an end, or waits for a person.
    async fn wait(&self, operation: &Operation, mut value: Value) -> anyhow::Result<Value> {
        let follow = operations().iter().find(|other| Some(other.id.as_str()) == operation.follow);
        let follow = follow.context("there is no way to follow this")?;
        let id = value["id"].as_str().context("the answer does not say what was begun")?.to_owned();
        let parameter = follow.path_parameters.first().context("there is nothing to follow it by")?;
        let path = follow.path.replace(&parameter.placeholder(), &id);
        while !show::has_ended(&value) {
            pause().await;
            value = self.send("GET", &path, &[], None).await?.error_for_status()?.json().await?;
        }
        Ok(value)
    }
}

#[expect(clippy::disallowed_methods, reason = "a command line has nothing else to do between two looks")]
async fn pause() {
    tokio::time::sleep(LOOK).await;
}

fn path(operation: &Operation, matches: &ArgMatches) -> String {
    let mut path = operation.path.clone();
    for parameter in &operation.path_parameters {
        let value = matches.get_one::<String>(&parameter.id).map(String::as_str).unwrap_or_default();
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        path = path.replace(&parameter.placeholder(), &value.replace('+', "%20"));
    }
    path
}

fn query(operation: &Operation, matches: &ArgMatches) -> anyhow::Result<Vec<(String, String)>> {
    let mut query = Vec::new();
    for field in &operation.query {
        for text in matches.get_many::<String>(&field.id).into_iter().flatten() {
            query.push((field.path.concat(), contents(text)?));
        }
    }
    Ok(query)
}

async fn body(server: &Server, operation: &Operation, matches: &ArgMatches) -> anyhow::Result<Value> {
    let mut body = match matches.get_one::<String>("body") {
        Some(file) => {
            let text = contents(&format!("@{file}"))?;
            serde_json::from_str(&text).with_context(|| format!("{file} is not JSON"))?
        }
        None => Value::Object(server.beginning(operation, matches).await?),
    };
    for field in &operation.fields {
        let texts: Vec<&String> = matches.get_many::<String>(&field.id).into_iter().flatten().collect();
        if texts.is_empty() {
            continue;
        }
        let values = texts.into_iter().map(|text| value(field, text)).collect::<anyhow::Result<Vec<_>>>()?;
        let value =
            if field.repeats { Value::Array(values) } else { values.into_iter().next_back().unwrap_or_default() };
        put(&mut body, &field.path, value);
    }
    Ok(body)
}

/// Puts a value where its path leads; what is in the way is replaced. An object is laid over one that is there: what it leaves
/// out stays as it is.
fn put(body: &mut Value, path: &[String], value: Value) {
    let mut place = body;
    for name in path {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[name.as_str()];
    }
    lay_over(place, value);
}

fn lay_over(place: &mut Value, value: Value) {
    match (place, value) {
        (Value::Object(there), Value::Object(new)) => {
            for (name, value) in new {
                lay_over(there.entry(name).or_insert(Value::Null), value);
            }
        }
        (place, value) => *place = value,
    }
}

fn value(field: &Field, text: &str) -> anyhow::Result<Value> {
    let text = contents(text)?;
    match field.kind {
        Kind::Text => Ok(Value::String(text)),
        Kind::Number | Kind::Boolean | Kind::Json => serde_json::from_str(&text)
            .with_context(|| format!("--{}: {text:?} is not {}", field.flag, field.value_name())),
    }
}

/// `@file` stands for a file's contents and `@-` for standard input, so that secrets stay out of the process list.
fn contents(text: &str) -> anyhow::Result<String> {
    let Some(file) = text.strip_prefix('@') else { return Ok(text.to_owned()) };
    let mut read = String::new();
    if file == "-" {
        std::io::stdin().read_to_string(&mut read).context("standard input cannot be read")?;
    } else {
        read = fs::read_to_string(file).with_context(|| format!("{file} cannot be read"))?;
    }
    Ok(read.trim_end_matches(['\r', '\n']).to_owned())
}

fn refused(answer: &Response) -> Option<StatusCode> {
    let status = answer.status();
    (!status.is_success()).then_some(status)
}

fn is_json(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/json")
}

/// Prints an answer that is not JSON as it comes: exports may be long.
async fn raw(mut answer: Response) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    while let Some(chunk) = answer.chunk().await? {
        out.write_all(&chunk)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn problem(answer: Response, status: StatusCode) -> anyhow::Result<ExitCode> {
    let value: Value = answer.json().await.unwrap_or_default();
    let detail = value["detail"].as_str().map_or_else(|| format!("the server answered {status}"), str::to_owned);
    let code = value["code"].as_str().map(|code| format!(" ({code})")).unwrap_or_default();
    output::note(&format!("error: {detail}{code}"));
    for field in value["errors"].as_array().into_iter().flatten() {
        let text = |name: &str| field[name].as_str().unwrap_or_default();
        output::note(&format!("  {}: {}", text("field"), text("message")));
    }
    if let Some(id) = value["request_id"].as_str() {
        output::note(&format!("  request {id}"));
    }
    Ok(ExitCode::from(if status == StatusCode::BAD_REQUEST { WRONG_USAGE } else { FAILED }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::put;

    #[test]
    fn an_object_changes_what_it_names_and_leaves_the_rest() {
        let mut body =
            json!({ "settings": { "out_of_band": { "daily_spend": 100, "countries": ["SE"] }, "kinds": ["totp"] } });
        let at = |name: &str| ["settings".to_owned(), name.to_owned()];
        put(&mut body, &at("out_of_band"), json!({ "countries": ["DE"] }));
        put(&mut body, &at("lockout"), json!({ "lock_after": 5 }));
        put(&mut body, &at("kinds"), json!(["passkey"]));
        let expected = json!({ "settings": {
            "out_of_band": { "daily_spend": 100, "countries": ["DE"] }, "kinds": ["passkey"], "lockout": { "lock_after": 5 },
        } });
        assert_eq!(body, expected);
    }
}
