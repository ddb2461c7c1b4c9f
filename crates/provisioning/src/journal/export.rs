//! Calls as lines: CSV after RFC 4180, safe to open in a spreadsheet, or one JSON object a line.

use directory::service::ExportFormat;
use web::csv;

use super::CallView;

const HEAD: [&str; 16] = [
    "id",
    "at",
    "connection_id",
    "method",
    "path",
    "query",
    "operation",
    "resource_id",
    "resource_name",
    "status",
    "scim_type",
    "detail",
    "dialect",
    "milliseconds",
    "conclusion",
    "entra_log_code",
];

/// Calls as lines, with a head line before the first.
pub(super) fn lines(format: ExportFormat, head: bool, calls: &[CallView]) -> String {
    match format {
        ExportFormat::JsonLines => {
            let line = |call| serde_json::to_string(call).expect("invariant: a call is plain data") + "\n";
            calls.iter().map(line).collect()
        }
        ExportFormat::Csv => {
            let head = if head { csv::record(HEAD) } else { String::new() };
            head + &calls.iter().map(record).collect::<String>()
        }
    }
}

fn record(call: &CallView) -> String {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds for people")]
    let milliseconds = call.micros as f64 / 1_000.0;
    csv::record([
        call.id.to_string(),
        call.at.to_string(),
        call.connection_id.to_string(),
        call.method.clone(),
        call.path.clone(),
        call.query.clone(),
        call.operation.to_string(),
        call.resource_id.map(|id| id.to_string()).unwrap_or_default(),
        or_empty(&call.resource_name),
        call.status.to_string(),
        or_empty(&call.scim_type),
        or_empty(&call.detail),
        or_empty(&call.dialect),
        format!("{milliseconds:.1}"),
        call.conclusion.sentence.clone(),
        call.conclusion.log_code.unwrap_or_default().to_owned(),
    ])
}
