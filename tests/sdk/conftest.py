"""The emulator of the session, its certificate authority, and Microsoft's clients pointed at it.

Deliberately changes nothing inside the clients: addresses, trust and credentials are what they let everyone configure.
"""

import base64
import datetime
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

import pytest
import requests
from azure.identity import ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient

USERS = 230
SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True)
class Emulator:
    """What the ready file says."""

    url: str
    authority: str
    graph: str
    tenant_id: str
    client_id: str
    client_secret: str
    admin_url: str
    ca_file: str

    @property
    def authority_host(self) -> str:
        """The authority without its tenant, as azure-identity wants it."""
        return self.authority.rsplit("/", 1)[0]


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key."""

    public: x509.Certificate
    public_pem: str
    key_pem: str

    @property
    def thumbprint(self) -> str:
        """SHA-1 of the DER form, as MSAL wants it."""
        return self.public.fingerprint(hashes.SHA1()).hex()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    """A running emulator that the process trusts; gone when the tests are."""
    folder = tmp_path_factory.mktemp("emulator")
    ready = folder / "ready.json"
    ca_file = folder / "ca.pem"
    command = [os.environ["VESTIBULE_EMULATOR"], "serve", "--listen", "127.0.0.1:0", "--tls"]
    command += ["--users", str(USERS), "--seed", "7", "--ready-file", str(ready), "--ca-file", str(ca_file)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            found = _wait_for(ready, process)
            # requests reads the one, httpx and aiohttp the other.
            os.environ["REQUESTS_CA_BUNDLE"] = found.ca_file
            os.environ["SSL_CERT_FILE"] = found.ca_file
            yield found
        finally:
            process.terminate()


def _wait_for(ready: Path, process: subprocess.Popen) -> Emulator:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.exit(f"the emulator ended with {process.returncode}", returncode=1)
        if ready.exists() and (text := ready.read_text()):
            said = json.loads(text)["emulator"]
            return Emulator(**{name: _filled(said, name) for name in Emulator.__dataclass_fields__})
        time.sleep(0.02)
    pytest.exit("the emulator is not ready after a minute", returncode=1)


def _filled(said: dict, name: str) -> str:
    return said[name].replace("{tenant}", said["tenant_id"])


@pytest.fixture(scope="session")
def credential(emulator):
    """azure-identity with the prepared application's secret."""
    with ClientSecretCredential(
        emulator.tenant_id,
        emulator.client_id,
        emulator.client_secret,
        authority=emulator.authority_host,
        disable_instance_discovery=True,
    ) as credential:
        yield credential


@pytest.fixture(scope="session")
def graph(emulator, credential):
    """msgraph-sdk with its own middleware, pointed at the emulator."""
    return graph_client(emulator, credential)


def graph_client(emulator: Emulator, credential) -> GraphServiceClient:
    """A client of the emulator's Graph."""
    host = urlparse(emulator.graph).hostname
    adapter = GraphRequestAdapter(
        AzureIdentityAuthenticationProvider(credential, scopes=[SCOPE], allowed_hosts=[host])
    )
    adapter.base_url = emulator.graph
    return GraphServiceClient(request_adapter=adapter)


@pytest.fixture(scope="session")
def token(credential):
    """An access token for calls past the SDK."""
    return credential.get_token(SCOPE).token


@pytest.fixture(scope="session")
def certificate(emulator, token):
    """A certificate that the prepared application knows."""
    made = _self_signed()
    der = made.public.public_bytes(serialization.Encoding.DER)
    headers = {"Authorization": f"Bearer {token}"}
    found = requests.get(
        f"{emulator.graph}/applications", params={"$filter": f"appId eq '{emulator.client_id}'"}, headers=headers
    )
    found.raise_for_status()
    application = found.json()["value"][0]
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(der).decode()}
    known = application.get("keyCredentials", []) + [key]
    requests.patch(
        f"{emulator.graph}/applications/{application['id']}", json={"keyCredentials": known}, headers=headers
    ).raise_for_status()
    return made


def _self_signed() -> Certificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vestibule")])
    now = datetime.datetime.now(datetime.timezone.utc)
    public = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(public, public.public_bytes(serialization.Encoding.PEM).decode(), private.decode())
