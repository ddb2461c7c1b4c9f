//! Comma-separated values (RFC 4180) that are safe to open in a spreadsheet: the one place that writes them.
//!
//! Deliberately reads none, and knows nothing of lists: what the cells are is their room's matter.

#[cfg(test)]
mod tests;

/// One record with the end of its line; the head line is a record too.
pub fn record<C: AsRef<str>>(cells: impl IntoIterator<Item = C>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(text.as_ref())).collect();
    cells.join(",") + "\r\n"
}

/// A cell after RFC 4180 §2. Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
/// injection).
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
