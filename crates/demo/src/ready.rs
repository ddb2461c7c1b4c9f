//! What people and tools are told once all is serving.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use crate::Demo;

/// The ready-file: keys are only ever added.
pub fn json(demo: &Demo) -> Value {
    let (emulator, factor) = (&demo.emulator, &demo.second_factor);
    json!({
        "server": {
            "url": demo.url,
            "operator": { "username": demo.username, "password": demo.password },
            "api_token": demo.api_token,
            "organisation": demo.organisation,
            "tenant": demo.tenant,
            "ca_file": demo.ca_file,
        },
        "emulator": {
            "url": emulator.base_url,
            "authority": format!("{}/{}", emulator.base_url, emulator.tenant_id),
            "graph": format!("{}/v1.0", emulator.base_url),
            "tenant_id": emulator.tenant_id,
            "client_id": emulator.client_id,
            "client_secret": emulator.client_secret,
            "admin_url": emulator.admin_url,
            "ca_file": demo.ca_file,
        },
        "scim": {
            "base_url": demo.scim_url,
            "token": demo.second.token,
            "organisation": demo.second.organisation,
            "operator": { "username": demo.second.username, "password": demo.second.password },
            "ca_file": demo.ca_file,
        },
        "mfa": {
            "issuer": factor.provider.issuer,
            "discovery_url": factor.provider.discovery_url,
            "authorization_endpoint": factor.provider.authorization_endpoint,
            "client_id": factor.provider.client_id,
            "app_id": factor.provider.app_id,
            "redirect_uri": factor.provider.redirect_uri,
            "tenant": factor.provider.tenant,
            "sample_url": factor.sample_url,
            "portal_url": factor.portal_url,
            "person": {
                "oid": factor.person.oid,
                "upn": factor.person.upn,
                "password": factor.password,
                "totp_secret": factor.person.totp_secret,
            },
            "ca_file": demo.ca_file,
        },
    })
}

/// Where to look.
pub fn banner(demo: &Demo) -> String {
    let trust = demo.ca_file.as_ref().map_or_else(String::new, |file| {
        format!("\n  Both speak HTTPS; trust {} or accept the browser's warning.\n", file.display())
    });
    format!(
        "
  Vestibule is ready: {users} people of a made-up organisation are in.

    Console     {url}
    Sign in     {username}
    Password    {password}

    A second organisation, which the local Entra pushes to
                {url}, as {second} with {second_password}
                {scim}

    An application that asks for a second factor: sign in as anybody, register
    it on the way, and land with it in the token
                {sample}, for instance as {person} with {first_factor}
    Their own portal, to see and change what they registered
                {portal}

    The local Entra, to change things and see them arrive
                {emulator}/

    From the command line
                export VESTIBULE_URL={url}
                export VESTIBULE_TOKEN={token}
                vestibule dirsync runs
{trust}
  {kept}Stop with Ctrl-C.
",
        users = demo.user_count,
        url = demo.url,
        username = demo.username,
        password = demo.password,
        emulator = demo.emulator.base_url,
        token = demo.api_token,
        second = demo.second.username,
        second_password = demo.second.password,
        scim = demo.scim_url,
        sample = demo.second_factor.sample_url,
        portal = demo.second_factor.portal_url,
        person = demo.second_factor.person.upn,
        first_factor = demo.second_factor.password,
        kept = if demo.is_kept() { "" } else { "Everything is gone when you stop it; --data DIR keeps it. " },
    )
}

/// Prints a text and ends the line.
pub fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Tells how far something is, apart from what is printed for good.
pub(crate) fn note(text: &str) {
    // There is nowhere left to complain to.
    let _ = writeln!(io::stderr().lock(), "  {text}");
}
