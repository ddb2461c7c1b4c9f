//! `codes.md`: what words and numbers mean that administrators meet, from the tables the server itself explains them by.

use std::fmt::Write as _;

use oidc::explain::known_codes;
use pages::REASONS;
use tenants::Status;

use super::{NOTICE, cell, fresh};

const INTRO: &str = "# Codes\n\nWhat the console says beside each of them. Problem codes of the API, and what to do about the \
                     common ones, are in\n[Troubleshooting](../guides/troubleshooting.md).\n";

#[test]
fn fresh_codes() {
    let mut page = format!("{NOTICE}{INTRO}");
    statuses(&mut page);
    numbers(&mut page);
    reasons(&mut page);
    fresh("codes.md", &page);
}

fn statuses(page: &mut String) {
    page.push_str("\n## How a tenant is\n\n| status | do |\n|---|---|\n");
    for status in Status::ALL {
        writeln!(page, "| `{}` | {} |", status.as_str(), cell(status.mend())).unwrap();
    }
}

/// Sorted by what they mean, so that numbers with one meaning stand in one line.
fn numbers(page: &mut String) {
    page.push_str("\n## Entra's numbers (AADSTS)\n\nWhen Vestibule asks for a token, or an administrator consents. ");
    page.push_str(
        "What people see while they sign in is in [the second factor](../guides/mfa.md#when-something-is-wrong).\n",
    );
    page.push_str("\n| number | means | do |\n|---|---|---|\n");
    let mut lines: Vec<((&str, &str), Vec<String>)> = Vec::new();
    for code in known_codes() {
        let meaning = oidc::explain(code);
        match lines.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, codes)) => codes.push(code.to_string()),
            None => lines.push((meaning, vec![code.to_string()])),
        }
    }
    for ((what, mend), codes) in lines {
        writeln!(page, "| {} | {} | {} |", codes.join(", "), cell(what), cell(mend)).unwrap();
    }
}

fn reasons(page: &mut String) {
    page.push_str("\n## Why an attempt of the second factor ended\n\n| reason | means | do |\n|---|---|---|\n");
    for reason in REASONS {
        let mend = if reason.mend.is_empty() { "–" } else { reason.mend };
        writeln!(page, "| `{}` | {} | {} |", reason.code, cell(reason.text), cell(mend)).unwrap();
    }
}
