//! Whether custom controls are answered, as a line. Pure (eam.md §7).

use tenants::checklist::Line;

use super::line::{ok, warn};
use crate::settings::CustomControls;

/// Whether custom controls are answered: the way back from them is forgotten otherwise.
pub(super) fn line(controls: &CustomControls) -> Line {
    if !controls.enabled {
        return ok("old_way", "custom controls are not answered here, only External MFA");
    }
    let claims = controls.claims.join(", ");
    let detail = format!("custom controls are answered here too, with {claims}; they prove no second factor to Entra");
    let mend = "leave them by the plan under Second factor > Set up > Leave a custom control, then switch them off in the settings";
    warn("old_way", detail, mend)
}

#[cfg(test)]
mod tests {
    use tenants::checklist::LineResult;

    use super::line;
    use crate::settings::CustomControls;

    #[test]
    fn it_is_said_that_custom_controls_are_answered() {
        assert_eq!(line(&CustomControls::default()).result, LineResult::Ok);
        let on = line(&CustomControls { enabled: true, claims: vec!["OldMfa=MfaDone".to_owned()] });
        assert_eq!(on.result, LineResult::Warn);
        assert!(on.detail.contains("OldMfa=MfaDone") && on.mend.is_some(), "{on:?}");
    }
}
