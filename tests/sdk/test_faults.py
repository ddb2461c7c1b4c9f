"""The clients' own retries get through throttling, and what they cannot get through they report."""

import pytest
import requests
from msgraph.generated.models.o_data_errors.o_data_error import ODataError


@pytest.fixture
def fault(emulator):
    """Makes a fault; all faults end with the test."""

    def make(**rule):
        requests.post(f"{emulator.admin_url}/faults", json=rule).raise_for_status()

    yield make
    requests.delete(f"{emulator.admin_url}/faults").raise_for_status()


async def test_a_throttled_client_waits_and_gets_through(graph, fault):
    fault(fault={"kind": "throttle", "retry_after_seconds": 1}, path="/v1.0/organization", count=1)
    assert (await graph.organization.get()).value


async def test_a_refusal_is_reported_with_its_code(graph, fault):
    fault(fault={"kind": "forbidden"}, path="/v1.0/organization")
    with pytest.raises(ODataError) as refused:
        await graph.organization.get()
    assert refused.value.response_status_code == 403
    assert refused.value.error.code == "Authorization_RequestDenied"
