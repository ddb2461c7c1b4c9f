//! A file past 500 lines or a function past 60 usually has two subjects; name the second one.

use super::Breach;
use crate::repository::Repository;

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 60;

/// Files that are too long.
pub fn files(repository: &Repository) -> Vec<Breach> {
    let lengths = repository.rust().map(|(path, text)| (path, text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > FILE_LINES);
    long.map(|(path, lines)| Breach::new(path, format!("{lines} lines"))).collect()
}

/// Functions that are too long; a test may be a long table. Relies on the formatter: the end has the indent of the
/// beginning.
pub fn functions(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in repository.rust().filter(|(path, _)| !path.contains("/tests/") && !path.ends_with("tests.rs")) {
        let lines: Vec<&str> = text.lines().collect();
        for (first, line) in lines.iter().enumerate() {
            let Some(name) = function_name(line) else { continue };
            let indent = line.len() - line.trim_start().len();
            let length = lines[first..].iter().position(|line| ends(line, indent)).map_or(0, |last| last + 1);
            if length > FUNCTION_LINES {
                breaches.push(Breach::new(format!("{path} {name}"), format!("{length} lines")));
            }
        }
    }
    breaches
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for word in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    rest.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// Whether a function whose first line has `indent` ends here: by its brace, or by `;` when it has no body.
fn ends(line: &str, indent: usize) -> bool {
    let body_end = line.len() == indent + 1 && line.ends_with('}');
    let no_body = line.ends_with(';') && line.len() - line.trim_start().len() == indent;
    body_end || no_body || (function_name(line).is_some() && line.ends_with('}'))
}
