//! Attempts as lines: comma-separated (RFC 4180) or JSON.

use directory::service::ExportFormat;
use web::csv;

use super::Attempt;

const HEAD: [&str; 18] = [
    "at",
    "id",
    "provider",
    "account",
    "label",
    "outcome",
    "reason",
    "detail",
    "factor_kind",
    "factor_name",
    "address",
    "user_agent",
    "correlation_id",
    "custom_control",
    "risk",
    "risk_unknown",
    "policies",
    "policy_revision",
];

/// What stands before the lines.
pub(super) fn head(format: ExportFormat, first: bool) -> String {
    if first && format == ExportFormat::Csv { csv::record(HEAD) } else { String::new() }
}

/// One line.
pub(super) fn line(format: ExportFormat, attempt: &Attempt) -> String {
    if format == ExportFormat::JsonLines {
        return serde_json::to_string(attempt).expect("invariant: an attempt is plain data") + "\n";
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let ruled = attempt.ruled.as_ref();
    let risk = ruled.and_then(|ruled| ruled.risk.as_ref());
    csv::record([
        attempt.at.to_string(),
        attempt.id.to_string(),
        attempt.provider.to_string(),
        attempt.account.map(|id| id.to_string()).unwrap_or_default(),
        text(&attempt.label),
        attempt.outcome.to_string(),
        attempt.reason.clone(),
        text(&attempt.detail),
        attempt.factor_kind.map(|kind| kind.to_string()).unwrap_or_default(),
        text(&attempt.factor_name),
        text(&attempt.origin.address),
        text(&attempt.origin.user_agent),
        text(&attempt.origin.correlation_id),
        attempt.origin.custom_control.to_string(),
        risk.and_then(|risk| risk.level).map(|level| level.to_string()).unwrap_or_default(),
        risk.and_then(|risk| risk.unknown).map(|why| why.to_string()).unwrap_or_default(),
        ruled.map(|ruled| ruled.names().join(", ")).unwrap_or_default(),
        ruled.map(|ruled| ruled.revision.to_string()).unwrap_or_default(),
    ])
}

#[cfg(test)]
mod tests;
