//! Entra's form, an old custom control, a policy, a telephone number: read or refused, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mfa::outofband::address::{masked_mail, masked_number, number};
use mfa::readiness::policy::Policy;
use mfa::request::AuthorizeRequest;

fuzz_target!(|bytes: &[u8]| {
    match AuthorizeRequest::parse(bytes) {
        Ok(request) => {
            let _ = request.check_shape();
            assert!(request.client_request_id.is_none_or(|id| id.len() <= 64));
        }
        Err(fault) => assert!(!fault.code().is_empty()),
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(view) = mfa::controls::read(text) {
        assert!(!view.controls.is_empty());
    }
    if let Ok(value) = serde_json::from_str(text)
        && let Some(policy) = Policy::read(&value)
    {
        let _ = (policy.asks(), policy.whom().gaps(&|_| false), policy.whom().all_groups().count());
    }
    if let Some(dialled) = number(text) {
        assert_eq!(number(&dialled).as_ref(), Some(&dialled));
        assert!(!masked_number(&dialled).contains(&dialled[dialled.len() - 5..]));
    }
    let _ = (masked_number(text), masked_mail(text));
});
