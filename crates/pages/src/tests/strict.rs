//! What every page must keep to: well-formed, nothing inline, everything named.

use std::collections::BTreeSet;

/// Elements that have no end tag (HTML §13.1.2).
const VOID: [&str; 8] = ["meta", "link", "input", "img", "br", "hr", "col", "wbr"];

struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
    closes: bool,
    empty: bool,
}

impl<'a> Tag<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }
}

/// Everything that is wrong with a page.
pub fn faults(html: &str) -> Vec<String> {
    let (tags, mut faults) = tags(html);
    faults.extend(nesting(&tags));
    faults.extend(inline(&tags));
    faults.extend(names(&tags, html));
    if tags.first().is_some_and(|tag| tag.name == "html") {
        faults.extend(structure(&tags));
    }
    for leftover in ["{{", "{%", "None", "Some("] {
        if html.contains(leftover) {
            faults.push(format!("contains {leftover}"));
        }
    }
    faults
}

fn tags(html: &str) -> (Vec<Tag<'_>>, Vec<String>) {
    let (mut tags, mut faults) = (Vec::new(), Vec::new());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with("!doctype") {
            continue;
        }
        let Some(end) = end_of_tag(rest) else {
            faults.push(format!("a tag does not end: {}", rest.chars().take(40).collect::<String>()));
            break;
        };
        tags.push(tag(&rest[..end], &mut faults));
        rest = &rest[end + 1..];
    }
    (tags, faults)
}

fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (index, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, '>') => return Some(index),
            _ => {}
        }
    }
    None
}

fn tag<'a>(text: &'a str, faults: &mut Vec<String>) -> Tag<'a> {
    let closes = text.starts_with('/');
    let empty = text.ends_with('/');
    let text = text.trim_start_matches('/').trim_end_matches('/').trim();
    let (name, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut attributes: Vec<(&str, &str)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
        let key = &rest[..end];
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let quote = after.chars().next().unwrap_or(' ');
            if quote != '"' && quote != '\'' {
                faults.push(format!("attribute {key} of {name} is not quoted"));
                break;
            }
            let close = after[1..].find(quote).unwrap_or(after.len() - 1);
            value = &after[1..=close];
            rest = after.get(close + 2..).unwrap_or("");
        }
        if attributes.iter().any(|(other, _)| *other == key) {
            faults.push(format!("attribute {key} of {name} stands twice"));
        }
        attributes.push((key, value));
    }
    Tag { name, attributes, closes, empty }
}

fn nesting(tags: &[Tag<'_>]) -> Vec<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut faults = Vec::new();
    for tag in tags {
        if tag.closes {
            match open.pop() {
                Some(name) if name == tag.name => {}
                other => {
                    faults.push(format!("</{}> closes {other:?}", tag.name));
                    return faults;
                }
            }
        } else if !tag.empty && !VOID.contains(&tag.name) {
            let inner = open.last().copied().unwrap_or_default();
            if inner == "p" && ["div", "ul", "ol", "p", "table", "section", "dl"].contains(&tag.name) {
                faults.push(format!("<{}> inside <p>", tag.name));
            }
            if tag.name == "form" && open.contains(&"form") {
                faults.push("a form inside a form".to_owned());
            }
            if ["a", "button"].contains(&tag.name) && open.iter().any(|name| ["a", "button"].contains(name)) {
                faults.push(format!("<{}> inside a link or button", tag.name));
            }
            open.push(tag.name);
        }
    }
    faults.extend(open.iter().map(|name| format!("<{name}> is not closed")));
    faults
}

/// The content security policy allows nothing inline.
fn inline(tags: &[Tag<'_>]) -> Vec<String> {
    let mut faults = Vec::new();
    for tag in tags.iter().filter(|tag| !tag.closes) {
        if tag.name == "style" || (tag.name == "script" && tag.get("src").is_none()) {
            faults.push(format!("inline <{}>", tag.name));
        }
        for (name, value) in &tag.attributes {
            if *name == "style" || name.starts_with("on") || name.starts_with("hx-on") {
                faults.push(format!("inline attribute {name}"));
            }
            if value.trim_start().starts_with("javascript:") || value.trim_start().starts_with("js:") {
                faults.push(format!("script in attribute {name}"));
            }
        }
    }
    faults
}

fn names(tags: &[Tag<'_>], html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|tag| tag.get("id")) {
        if !ids.insert(id) {
            faults.push(format!("id {id} stands twice"));
        }
    }
    let labelled: BTreeSet<_> = tags.iter().filter_map(|tag| tag.get("for")).collect();
    let mut in_label = false;
    for tag in tags {
        match tag.name {
            "label" => in_label = !tag.closes,
            "input" | "select" | "textarea" if !tag.closes => {
                let named = in_label
                    || tag.get("type") == Some("hidden")
                    || tag.get("hidden").is_some()
                    || tag.get("aria-label").is_some()
                    || tag.get("id").is_some_and(|id| labelled.contains(id));
                if !named {
                    faults.push(format!("field {:?} has no label", tag.get("name")));
                }
            }
            "img" if tag.get("alt").is_none() => faults.push("an image has no alt".to_owned()),
            "a" if !tag.closes && tag.get("href").is_none_or(str::is_empty) => {
                faults.push("a link leads nowhere".to_owned());
            }
            _ => {}
        }
        for reference in ["aria-describedby", "aria-labelledby", "form", "for"] {
            for id in tag.get(reference).into_iter().flat_map(str::split_whitespace) {
                if !ids.contains(id) {
                    faults.push(format!("{reference} names {id}, which is not there"));
                }
            }
        }
        if let Some(target) = tag.get("href").and_then(|href| href.strip_prefix('#'))
            && !target.is_empty()
            && !ids.contains(target)
        {
            faults.push(format!("a link to #{target}, which is not there"));
        }
    }
    let tables = html.matches("<table").count();
    if tables != html.matches("<caption").count() {
        faults.push("a table has no caption".to_owned());
    }
    faults
}

fn structure(tags: &[Tag<'_>]) -> Vec<String> {
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name && !tag.closes).count();
    let mut faults = Vec::new();
    for (name, wanted) in [("h1", 1), ("main", 1), ("head", 1)] {
        if count(name) != wanted {
            faults.push(format!("{} of <{name}>, not {wanted}", count(name)));
        }
    }
    for form in tags.iter().filter(|tag| tag.name == "form" && tag.get("method") == Some("post")) {
        if form.get("action").is_none() {
            faults.push("a form posts to where it happens to be".to_owned());
        }
    }
    // Whoever proves themselves has a cookie of that one sign-in, and other origins' forms are refused before anything else.
    let needs_token = |tag: &&Tag<'_>| !tag.get("action").is_some_and(|to| to.starts_with("/mfa/"));
    let guarded = tags.iter().filter(|tag| tag.name == "form" && tag.get("method") == Some("post"));
    let guarded = guarded.filter(needs_token).count();
    let tokens = tags.iter().filter(|tag| tag.get("name") == Some("csrf")).count();
    if guarded != tokens {
        faults.push(format!("{guarded} forms that post, {tokens} CSRF tokens"));
    }
    faults
}
