//! Every connected tenant's own test: token, each permission, clock.

use kernel::{Env, Rng};
use store::Store;
use tenants::checklist::{Line, LineResult};
use tenants::{Parts, Tenant, Tenants};

use super::{Finding, Verdict, chain};
use crate::config::Config;
use crate::keys::Ring;

pub(super) async fn examine(config: &Config, env: &Env) -> Vec<Finding> {
    // What stops us here has a line of its own already.
    if config.store.file().is_some_and(|file| !file.exists()) {
        return Vec::new();
    }
    let (Ok(ring), Ok(settings), Ok(http)) =
        (Ring::load(config, &Rng::system()), config.store.settings(), config.graph.settings())
    else {
        return Vec::new();
    };
    let Ok(store) = Store::open(&settings).await else { return Vec::new() };
    let parts = Parts {
        store: store.clone(),
        env: env.clone(),
        sealer: ring.sealer,
        config: config.tenants.clone(),
        http,
        pace: graph::Pace::real(),
    };
    let findings = match Tenants::new(parts) {
        Ok(tenants) => every(&tenants).await,
        Err(error) => vec![Finding::bad("tenants", chain(&error), "check [graph] and [tenants]")],
    };
    store.close().await;
    findings
}

async fn every(tenants: &Tenants) -> Vec<Finding> {
    match tenants.doctor().await {
        Ok(tested) if tested.is_empty() => vec![Finding::good("tenants", "none is connected yet")],
        Ok(tested) => {
            tested.iter().flat_map(|(tenant, list)| list.lines.iter().map(|line| finding(tenant, line))).collect()
        }
        Err(error) => vec![Finding::bad("tenants", chain(&error), "run `vestibule migrate`")],
    }
}

fn finding(tenant: &Tenant, line: &Line) -> Finding {
    let code = line.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    Finding {
        check: format!("{}: {}", tenant.name, line.name),
        verdict: match line.result {
            LineResult::Ok | LineResult::Skipped => Verdict::Good,
            LineResult::Warn => Verdict::Warning,
            LineResult::Fail => Verdict::Bad,
        },
        result: format!("{}{code}", line.detail),
        mend: line.mend.clone(),
    }
}
