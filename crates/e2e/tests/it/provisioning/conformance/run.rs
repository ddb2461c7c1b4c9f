//! Runs cases through HTTP and says what is not as it must be.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::case::{Case, Step};
use super::expect::{at, differs, manners};
use super::raw::{Answer, Request, send};
use super::stage::{Pushing, Stage};

pub const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// The connections of a table: one that its cases push to, and another of the same organisation.
pub struct Table<'s> {
    stage: &'s Stage,
    own: Pushing,
    other: Pushing,
}

/// One case while it runs.
struct Run<'s> {
    stage: &'s Stage,
    own: &'s Pushing,
    variables: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl<'s> Table<'s> {
    pub async fn new(stage: &'s Stage, name: &str) -> Self {
        let (own, other) = (stage.connect(name).await, stage.connect(&format!("not {name}")).await);
        Self { stage, own, other }
    }

    /// Runs one case with nothing in either connection; returns what is wrong.
    pub async fn run(&self, case: &Case, given: &BTreeMap<String, Step>) -> Vec<String> {
        let mut run = self.begin();
        for name in &case.given {
            let step = given.get(name).unwrap_or_else(|| panic!("{name} is not in given.yaml"));
            let step = Step { keep: BTreeMap::from([(name.clone(), "id".to_owned())]), ..step.clone() };
            run.step(&step, name).await;
        }
        for (index, step) in case.steps.iter().enumerate() {
            run.step(step, &format!("step {}", index + 1)).await;
        }
        for pushing in [&self.own, &self.other] {
            self.stage.empty(pushing).await;
        }
        run.faults
    }

    fn begin(&self) -> Run<'_> {
        let (stage, own) = (self.stage, &self.own);
        let (key, secret) = own.token.split_once(':').expect("a token is a key and a secret");
        let variables = [
            ("base", stage.base()),
            ("path", stage.path()),
            ("host", stage.address.to_string()),
            ("org", stage.organisation.clone()),
            ("token", own.token.clone()),
            ("key", key.to_owned()),
            ("secret", secret.to_owned()),
            ("otherToken", self.other.token.clone()),
            ("ent", ENTERPRISE.to_owned()),
            ("core", CORE.to_owned()),
            ("groupUrn", GROUP.to_owned()),
            ("nobody", "01890000-0000-7000-8000-000000000000".to_owned()),
        ];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Run { stage, own, variables, faults: Vec::new() }
    }
}

impl Run<'_> {
    async fn step(&mut self, step: &Step, label: &str) {
        let request = self.request(step);
        let place = format!("{label}: {} {}", request.method, shorten(&request.target));
        let resource = self.target(step.r#do.split_once(' ').map_or("", |(_, path)| path), None);
        let resource = resource.split('?').next().unwrap_or_default().to_owned();
        let before = if step.untouched { Some(self.look(&resource).await) } else { None };
        let answer = send(self.stage.address, &request).await;
        let mut faults = manners(&request, &answer, &self.stage.base());
        self.compare(step, &answer, &mut faults);
        if let Some(before) = before {
            let after = self.look(&resource).await;
            if before.text != after.text || before.status != after.status {
                faults.push(format!("something changed: {} became {}", before.text, after.text));
            }
        }
        if !step.becomes.is_empty() {
            let body = self.look(&resource).await.json();
            faults.extend(self.body_faults(&step.becomes, &body, "afterwards "));
        }
        if !faults.is_empty() {
            let told = format!("{place}\n      {} {}", answer.status, shorten(&answer.text));
            self.faults.push(format!("    {told}\n      - {}", faults.join("\n      - ")));
        }
        for (name, path) in &step.keep {
            let value = at(&answer.json(), &self.filled(path)).unwrap_or_default();
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.variables.insert(name.clone(), text);
        }
    }

    fn compare(&self, step: &Step, answer: &Answer, faults: &mut Vec<String>) {
        let wanted = step.status.clone().unwrap_or_else(|| json!([200, 201, 204]));
        let fits = match &wanted {
            Value::Array(many) => many.contains(&json!(answer.status)),
            one => *one == json!(answer.status),
        };
        if !fits {
            faults.push(format!("expected status {wanted}, found {}", answer.status));
        }
        let body = answer.json();
        if let Some(word) = &step.scim_type
            && body["scimType"] != word.as_str()
        {
            faults.push(format!("expected scimType {word}, found {}", body["scimType"]));
        }
        for (name, expected) in &step.answers {
            let found = answer.header(&name.to_ascii_lowercase()).map(Value::from);
            let fault = differs(&self.filled_value(expected), found.as_ref(), false);
            faults.extend(fault.map(|fault| format!("header {name}: {fault}")));
        }
        faults.extend(self.body_faults(&step.has, &body, ""));
        if let Some(names) = step.finds.as_ref().or(step.lists.as_ref()) {
            let ids: Vec<Value> = names.iter().map(|name| self.filled(&format!("{{{name}}}")).into()).collect();
            let found = at(&body, "Resources/*/id");
            let fault = differs(&Value::Array(ids), found.as_ref(), step.finds.is_some());
            faults.extend(fault.map(|fault| format!("the list: {fault}")));
            if step.finds.is_some() && body["totalResults"] != names.len() {
                faults.push(format!("expected {} totalResults, found {}", names.len(), body["totalResults"]));
            }
        }
    }

    fn body_faults(&self, expected: &BTreeMap<String, Value>, body: &Value, when: &str) -> Vec<String> {
        let fault = |(path, expected): (&String, &Value)| {
            let path = self.filled(path);
            let found = at(body, &path);
            differs(&self.filled_value(expected), found.as_ref(), path.contains('*'))
                .map(|fault| format!("{when}{path}: {fault}"))
        };
        expected.iter().filter_map(fault).collect()
    }

    async fn look(&self, target: &str) -> Answer {
        self.stage.ask(self.own, "GET", target, None).await
    }

    // --- The request -----------------------------------------------------------------------------------------------

    fn request(&self, step: &Step) -> Request {
        let (method, path) = step.r#do.split_once(' ').unwrap_or_else(|| panic!("no method in {:?}", step.r#do));
        let body = self.body(step);
        let mut headers = BTreeMap::from([
            ("host".to_owned(), self.stage.address.to_string()),
            ("authorization".to_owned(), format!("Bearer {}", self.own.token)),
        ]);
        if let Some(body) = &body {
            headers.insert("content-type".to_owned(), "application/scim+json".to_owned());
            headers.insert("content-length".to_owned(), body.len().to_string());
        }
        if let Some(auth) = &step.auth {
            headers.insert("authorization".to_owned(), self.filled(auth));
        }
        headers.extend(step.headers.iter().map(|(name, value)| (name.to_lowercase(), self.filled(value))));
        let headers = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let target = self.target(path, step.filter.as_deref());
        Request { method: method.to_owned(), target, headers, body: body.unwrap_or_default() }
    }

    fn target(&self, path: &str, filter: Option<&str>) -> String {
        let path = self.filled(path);
        let path = path.strip_prefix('=').map_or_else(|| format!("{}{path}", self.stage.path()), str::to_owned);
        let Some(filter) = filter else { return path };
        let filter = self.filled(filter);
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{path}{mark}filter={}", utf8_percent_encode(&filter, NON_ALPHANUMERIC))
    }

    fn body(&self, step: &Step) -> Option<Vec<u8>> {
        let with = |schema: &str, body: &Value| {
            let mut body = body.clone();
            if body.get("schemas").is_none() {
                body["schemas"] = json!([schema]);
            }
            body
        };
        let value = match step {
            Step { hex: Some(hex), .. } => return Some(bytes(hex)),
            Step { raw: Some(raw), .. } => return Some(self.filled(raw).into_bytes()),
            Step { body: Some(body), .. } => body.clone(),
            Step { ops: Some(ops), .. } => json!({ "schemas": [PATCH], "Operations": ops }),
            Step { bulk: Some(operations), .. } => json!({ "schemas": [BULK], "Operations": operations }),
            Step { user: Some(user), .. } => with(CORE, user),
            Step { group: Some(group), .. } => with(GROUP, group),
            _ => return None,
        };
        Some(self.filled_value(&value).to_string().into_bytes())
    }

    // --- Variables -------------------------------------------------------------------------------------------------

    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.variables {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        repeated(text)
    }

    fn filled_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.filled(text)),
            Value::Array(values) => values.iter().map(|value| self.filled_value(value)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (self.filled(name), self.filled_value(value))).collect()
            }
            other => other.clone(),
        }
    }
}

/// `<<x*9>>` is nine times x.
fn repeated(mut text: String) -> String {
    while let Some((before, rest)) = text.split_once("<<") {
        let Some((inner, after)) = rest.split_once(">>") else { return text };
        let (what, times) = inner.rsplit_once('*').expect("a text, a star, a number");
        let times: usize = times.parse().expect("a number");
        text = format!("{before}{}{after}", what.repeat(times));
    }
    text
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).expect("two digits");
    digits.chunks(2).map(byte).collect()
}

fn shorten(text: &str) -> String {
    text.chars().take(400).collect()
}
