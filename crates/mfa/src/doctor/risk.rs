//! How people's risk is known, as a line: whether that is granted, whether it is read, and whether a policy asks for what
//! nobody reads. Pure; what it is told was kept by the reading.

use kernel::Timestamp;
use tenants::checklist::Line;

use super::line::{fail, ok, skipped, warn};
use crate::policy::{Policy, WhenUnknown};
use crate::risk::{Reading, RiskUnknown};

const NAME: &str = "risk";

/// What there is to be looked at.
pub(super) struct Standing<'a> {
    /// The policies in force.
    pub policies: &'a [Policy],
    /// Why risks of the tenant are not even asked for; nothing where they may be.
    pub closed: Option<RiskUnknown>,
    /// The reading; nothing before the first try.
    pub reading: Option<&'a Reading>,
    pub now: Timestamp,
}

/// The line.
pub(super) fn line(standing: &Standing<'_>) -> Line {
    let asks = |policy: &&Policy| policy.enabled && policy.whom.risk.is_some();
    let asking: Vec<&Policy> = standing.policies.iter().filter(asks).collect();
    let Some(why) = unknown(standing) else { return known(standing) };
    if asking.is_empty() && why == RiskUnknown::NotChosen {
        return skipped(NAME, "nobody has chosen that risks are read, and no policy asks for them");
    }
    let read = standing.reading.and_then(|reading| reading.read_at);
    let read = read.map_or_else(|| "they were never read".to_owned(), |at| format!("they were last read {at}"));
    let said = standing.reading.and_then(|reading| reading.detail.as_deref());
    let said = said.map(|said| format!("; Graph said: {said}")).unwrap_or_default();
    let detail = format!("{}: {read}{said}", told(why));
    if asking.is_empty() {
        return warn(NAME, format!("{detail}; no policy asks for risks"), why.mend());
    }
    fail(NAME, format!("{detail}; {}", consequences(&asking)), why.mend())
}

/// Why it is not known who has come to be at risk. What is chosen or granted by now counts before the next read does.
fn unknown(standing: &Standing<'_>) -> Option<RiskUnknown> {
    let unread = standing.reading.map_or(Some(RiskUnknown::NotChosen), |reading| reading.unknown(standing.now));
    standing.closed.filter(|_| unread.is_some()).or(unread.map(RiskUnknown::once_chosen))
}

/// It is known; a try that failed since is told while it still is.
fn known(standing: &Standing<'_>) -> Line {
    let Some(reading) = standing.reading else { return skipped(NAME, "nothing was read") };
    let read = reading.read_at.map(|at| at.to_string()).unwrap_or_default();
    match reading.trouble {
        None => ok(NAME, format!("it is known who is at risk: read {read}")),
        Some(why) => {
            let said = reading.detail.as_deref().map(|said| format!(" ({said})")).unwrap_or_default();
            let detail = format!(
                "the last try, {}, failed: {}{said}; what was read {read} counts for now",
                reading.tried_at,
                told(why)
            );
            warn(NAME, detail, why.mend())
        }
    }
}

fn told(why: RiskUnknown) -> &'static str {
    match why {
        RiskUnknown::NotChosen => "nobody has chosen that risks are read",
        RiskUnknown::NotRead => "the first read is still to come",
        RiskUnknown::NotGranted => "reading risks is not granted in Entra",
        RiskUnknown::NotLicensed => "the tenant's plan has no risks",
        RiskUnknown::Unanswered => "Graph does not answer as it should",
        RiskUnknown::Stale => "the last read is too long ago",
        RiskUnknown::Hidden => "Entra does not say how high risks are",
    }
}

/// What policies that ask make of it.
fn consequences(asking: &[&Policy]) -> String {
    let names = |when: WhenUnknown| {
        let some = asking.iter().filter(|policy| policy.whom.risk.is_some_and(|risk| risk.when_unknown == when));
        some.map(|policy| format!("{:?}", policy.name)).collect::<Vec<_>>().join(", ")
    };
    let (nobody, everybody) = (names(WhenUnknown::PassOver), names(WhenUnknown::Apply));
    let nobody = (!nobody.is_empty()).then(|| format!("meets nobody whose risk is not known: {nobody}"));
    let everybody = (!everybody.is_empty()).then(|| format!("meets everybody whose risk is not known: {everybody}"));
    [nobody, everybody].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
