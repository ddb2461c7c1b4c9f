//! Resource units: what a call costs and, when the quota is enforced, whether the caller may still afford it.
//!
//! Graph, throttling limits, identity and access: a token bucket per application and tenant, by tenant size.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use kernel::Timestamp;
use uuid::Uuid;

use super::error::GraphError;
use super::options::Options;
use crate::World;
use crate::auth::AppToken;
use crate::directory::Kind;
use crate::switches::Switches;

/// Reads and writes together refill over this many seconds.
const READ_SECONDS: f64 = 10.0;
/// Writes refill over this many seconds.
const WRITE_SECONDS: f64 = 150.0;
/// Writes per application and tenant.
const WRITES: f64 = 3_000.0;

/// What one call costs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Charge {
    units: u32,
    writes: u32,
    /// How much of the quota is used, 1.0 being all.
    used: f64,
}

impl Charge {
    /// The cost of a call by its path and options.
    pub fn of(method: &Method, path: &str, options: &Options) -> Self {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let base: i32 = match (parts.first().copied(), parts.get(2).copied()) {
            (
                Some("users"),
                None | Some("memberOf" | "transitiveMemberOf" | "getMemberGroups" | "getMemberObjects"),
            ) => 2,
            (Some("groups"), Some("members")) | (Some("directoryObjects"), None) => 3,
            (_, Some("checkMemberGroups" | "checkMemberObjects")) => 4,
            (Some("groups"), Some("transitiveMembers")) => 5,
            _ => 1,
        };
        let write = u32::from(*method != Method::GET);
        let discount = i32::from(options.select.is_some()) + i32::from(options.top.is_some_and(|top| top < 20));
        let units = (base + i32::from(options.expand.is_some()) - discount).max(1);
        Self { units: units.unsigned_abs(), writes: write, used: 0.0 }
    }

    /// The headers that tell of the cost.
    pub fn put_headers(&self, headers: &mut HeaderMap) {
        headers.insert("x-ms-resource-unit", HeaderValue::from(self.units));
        if self.used > 0.8
            && let Ok(value) = HeaderValue::from_str(&format!("{:.1}", self.used.min(1.8)))
        {
            headers.insert("x-ms-throttle-limit-percentage", value);
        }
    }
}

/// How much was used lately; it drains as time passes.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    used: f64,
    written: f64,
    at: Timestamp,
}

/// The buckets of every application in every tenant.
#[derive(Debug, Default)]
pub(crate) struct Quota(Mutex<HashMap<(Uuid, Uuid), Bucket>>);

impl Quota {
    /// Takes the cost of a call; refuses it when the quota is enforced and used up.
    pub fn charge(
        &self,
        world: &World,
        caller: &AppToken,
        switches: &Switches,
        charge: Charge,
    ) -> Result<Charge, GraphError> {
        if !switches.enforce_quota {
            return Ok(charge);
        }
        let users = caller.tenant.directory().live(Kind::User).len();
        let limit = match users {
            0..50 => 3_500.0,
            50..=500 => 5_000.0,
            _ => 8_000.0,
        };
        let now = world.clock.now();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket =
            buckets.entry((caller.tenant.id, caller.app_id)).or_insert(Bucket { used: 0.0, written: 0.0, at: now });
        let passed = now.since(bucket.at).as_secs_f64();
        bucket.at = now;
        // Requests sent while throttled keep counting, up to a bound so that waiting always helps.
        bucket.used = (bucket.used - passed * limit / READ_SECONDS).max(0.0) + f64::from(charge.units);
        bucket.written = (bucket.written - passed * WRITES / WRITE_SECONDS).max(0.0) + f64::from(charge.writes);
        bucket.used = bucket.used.min(limit * 1.8);
        bucket.written = bucket.written.min(WRITES * 1.8);
        let used = (bucket.used / limit).max(bucket.written / WRITES);
        if used <= 1.0 {
            return Ok(Charge { used, ..charge });
        }
        let wait = ((bucket.used / limit - 1.0) * READ_SECONDS).max((bucket.written / WRITES - 1.0) * WRITE_SECONDS);
        let written_out = bucket.written > WRITES;
        Err(refusal(caller, switches, Charge { used, ..charge }, wait, written_out))
    }
}

fn refusal(caller: &AppToken, switches: &Switches, charge: Charge, wait: f64, writes: bool) -> GraphError {
    let mut error = GraphError::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Please retry again later.");
    let mut headers = HeaderMap::new();
    charge.put_headers(&mut headers);
    let limit = if writes { "Write" } else { "ReadWrite" };
    let scope = format!("Tenant_Application/{limit}/{}/{}", caller.app_id, caller.tenant.id);
    if let Ok(scope) = HeaderValue::from_str(&scope) {
        headers.insert("x-ms-throttle-scope", scope);
    }
    let information = if writes { "WriteLimitExceeded" } else { "ResourceUnitLimitExceeded" };
    headers.insert("x-ms-throttle-information", HeaderValue::from_static(information));
    if switches.retry_after {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a wait of at most minutes")]
        let seconds = wait.ceil().max(1.0) as u64;
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    for (name, value) in headers {
        if let Some(name) = name {
            error = error.with_header(name, value);
        }
    }
    error
}
