//! Every call of a bulk request has one step, and carried out in that order no call waits for what is not there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim::bulk::{BulkRequest, BulkResult, Created, Method, Step, response};
use scim::json::{Limits, read};

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = read(bytes, &Limits::default()) else { return };
    let Ok(request) = BulkRequest::parse(body, 100) else { return };
    let count = request.operations.len();
    let (mut created, mut steps) = (Created::new(), vec![0; count]);
    let mut results: Vec<Option<BulkResult>> = vec![None; count];
    for step in request.plan() {
        let index = match &step {
            Step::Refuse(index, error) => {
                results[*index] = Some(BulkResult::failed(error, None));
                *index
            }
            Step::Run(index) | Step::RunBeforeLinks(index) => {
                let operation = &request.operations[*index];
                let call = operation.call.as_ref().expect("what cannot be read is refused");
                let _ = call.target(&created);
                let _ = call.data(&created);
                let before = call.data_before_links(&created);
                assert!(matches!(step, Step::Run(_)) || before.is_ok(), "without its links it can be created");
                if call.method == Method::Post {
                    let name = operation.bulk_id.clone().expect("a POST has a name");
                    assert!(created.insert(name, format!("id{index}")).is_none());
                }
                *index
            }
            Step::Link(index) => {
                assert_eq!(steps[*index], 1, "it was created before");
                let call = request.operations[*index].call.as_ref().expect("what was created could be read");
                let _ = call.links(&created);
                continue;
            }
        };
        steps[index] += 1;
    }
    assert!(steps.iter().all(|times| *times == 1), "each has one step");
    let _ = response(&request, &results);
});
