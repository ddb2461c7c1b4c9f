//! Somebody who registered an app, guessed too often and is locked: for journeys that look at it from elsewhere.

use std::time::Duration;

use e2e::World;

use super::stage::Stage;
use super::walker::Walker;

/// More wrong codes than lock anybody.
const MOST: usize = 40;

/// Has somebody register an authenticator app within a sign-in, and then guess until no code is looked at any more. Both sides
/// are introduced to each other, where they were not yet. Days may pass.
pub async fn somebody_is_locked(world: &World, who: &str) {
    let stage = Stage::new(world).await;
    let mut walker = Walker::new();
    stage.enrol_app(&mut walker, who).await;
    for _ in 0..MOST {
        world.advance(Duration::from_mins(10));
        walker.forget();
        let page = stage.to_our_page(&mut walker, who).await;
        if !page.html.contains("/code\"") {
            break;
        }
        walker.post(&page.form("/code").with("code", "000000")).await;
    }
    let locked = world.get("mfa/accounts?locked=true").await;
    assert_eq!(locked["items"].as_array().map(Vec::len), Some(1), "{locked:#}");
}
