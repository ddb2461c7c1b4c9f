//! Plans of bulk requests: every call once, and nothing before what it refers to.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::bulk::{BulkRequest, Created, Step};

proptest! {
    #[test]
    fn every_call_is_made_once_with_what_it_needs(references in prop::collection::vec(prop::collection::vec(0_usize..8, 0..4), 1..8)) {
        let operations: Vec<Value> = references.iter().enumerate().map(|(index, members)| {
            let members: Vec<Value> = members.iter().map(|member| json!({ "value": format!("bulkId:{member}") })).collect();
            json!({ "method": "POST", "path": "/Groups", "bulkId": index.to_string(),
                    "data": { "displayName": "g", "members": members } })
        }).collect();
        let body = json!({ "Operations": operations });
        let request = BulkRequest::parse(body.as_object().unwrap().clone(), 100).unwrap();
        let plan = request.plan();
        let mut created = Created::new();
        let mut made = Vec::new();
        for step in &plan {
            let call = |index: &usize| request.operations[*index].call.as_ref().unwrap();
            let known = |index: &usize| references[*index].iter().all(|member| *member < references.len());
            match step {
                Step::Run(index) => {
                    prop_assert_eq!(call(index).data(&created).is_ok(), known(index), "{:?}", plan);
                    created.insert(index.to_string(), format!("id-{index}"));
                    made.push(*index);
                }
                Step::RunBeforeLinks(index) => {
                    prop_assert!(call(index).data_before_links(&created).is_ok());
                    created.insert(index.to_string(), format!("id-{index}"));
                    made.push(*index);
                }
                Step::Link(index) => prop_assert_eq!(call(index).links(&created).is_ok(), known(index)),
                Step::Refuse(..) => prop_assert!(false, "{:?}", plan),
            }
        }
        made.sort_unstable();
        prop_assert_eq!(made, (0..references.len()).collect::<Vec<_>>());
    }
}
