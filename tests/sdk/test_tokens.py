"""MSAL and azure-identity get tokens by secret and by certificate, and show Entra's own errors when they may not."""

import base64
import json

import azure.identity.aio
import msal
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential

from conftest import SCOPE, graph_client


def _application(emulator, credential):
    return msal.ConfidentialClientApplication(
        emulator.client_id, authority=emulator.authority, client_credential=credential, instance_discovery=False
    )


def _claims(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def _check(emulator, token: str, proof: str):
    claims = _claims(token)
    assert claims["aud"] in ("https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000", emulator.graph)
    assert claims["tid"] == emulator.tenant_id
    assert claims["appid"] == emulator.client_id
    assert claims["idtyp"] == "app"
    assert claims["appidacr"] == proof
    assert "User.Read.All" in claims["roles"] or "User.ReadWrite.All" in claims["roles"]


def test_msal_by_secret(emulator):
    application = _application(emulator, emulator.client_secret)
    answer = application.acquire_token_for_client([SCOPE])
    assert answer["token_source"] == "identity_provider"
    assert answer["token_type"] == "Bearer"
    assert 3000 < answer["expires_in"] < 6000
    _check(emulator, answer["access_token"], proof="1")
    again = application.acquire_token_for_client([SCOPE])
    assert again["token_source"] == "cache"
    assert again["access_token"] == answer["access_token"]


def test_msal_by_certificate_named_by_sha256(emulator, certificate):
    credential = {"private_key": certificate.key_pem, "public_certificate": certificate.public_pem}
    answer = _application(emulator, credential).acquire_token_for_client([SCOPE])
    _check(emulator, answer["access_token"], proof="2")


def test_msal_by_certificate_named_by_sha1(emulator, certificate):
    credential = {"private_key": certificate.key_pem, "thumbprint": certificate.thumbprint}
    answer = _application(emulator, credential).acquire_token_for_client([SCOPE])
    _check(emulator, answer["access_token"], proof="2")


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"secret": "not the secret"}, "invalid_client", 7000215),
        ({"client_id": "11111111-2222-4333-8444-555555555555"}, "unauthorized_client", 700016),
        ({"scope": "User.Read.All"}, "invalid_scope", 1002012),
    ],
)
def test_msal_shows_the_error_of_entra(emulator, change, error, code):
    application = msal.ConfidentialClientApplication(
        change.get("client_id", emulator.client_id),
        authority=emulator.authority,
        client_credential=change.get("secret", emulator.client_secret),
        instance_discovery=False,
    )
    answer = application.acquire_token_for_client([change.get("scope", SCOPE)])
    assert answer["error"] == error
    assert answer["error_codes"] == [code]
    assert answer["error_description"].startswith(f"AADSTS{code}: ")
    assert answer["correlation_id"] in answer["error_description"]


def test_msal_refuses_an_authority_without_that_tenant(emulator):
    stranger = emulator.authority_host + "/99999999-2222-4333-8444-555555555555"
    with pytest.raises(ValueError):
        msal.ConfidentialClientApplication(
            emulator.client_id, authority=stranger, client_credential="x", instance_discovery=False
        )


def test_azure_identity_by_secret(emulator, credential):
    token = credential.get_token(SCOPE)
    _check(emulator, token.token, proof="1")
    assert credential.get_token(SCOPE).token == token.token


def test_azure_identity_by_certificate(emulator, certificate):
    pem = (certificate.key_pem + certificate.public_pem).encode()
    with CertificateCredential(
        emulator.tenant_id,
        emulator.client_id,
        certificate_data=pem,
        authority=emulator.authority_host,
        disable_instance_discovery=True,
    ) as credential:
        _check(emulator, credential.get_token(SCOPE).token, proof="2")


async def test_azure_identity_without_blocking(emulator):
    async with azure.identity.aio.ClientSecretCredential(
        emulator.tenant_id,
        emulator.client_id,
        emulator.client_secret,
        authority=emulator.authority_host,
        disable_instance_discovery=True,
    ) as credential:
        _check(emulator, (await credential.get_token(SCOPE)).token, proof="1")


def test_azure_identity_shows_the_error_of_entra(emulator):
    with ClientSecretCredential(
        emulator.tenant_id,
        emulator.client_id,
        "not the secret",
        authority=emulator.authority_host,
        disable_instance_discovery=True,
    ) as credential:
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
            credential.get_token(SCOPE)


async def test_a_certificate_opens_graph(emulator, certificate):
    pem = (certificate.key_pem + certificate.public_pem).encode()
    with CertificateCredential(
        emulator.tenant_id,
        emulator.client_id,
        certificate_data=pem,
        authority=emulator.authority_host,
        disable_instance_discovery=True,
    ) as credential:
        organisations = await graph_client(emulator, credential).organization.get()
    assert [found.id for found in organisations.value] == [emulator.tenant_id]
