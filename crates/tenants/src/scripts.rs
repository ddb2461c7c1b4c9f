//! Ready scripts that register the application, grant what is needed and consent to it.
//!
//! Only literal text and the values of our own tables go in: nothing that a caller typed becomes a command.

use std::fmt::Write as _;

use graph::GRAPH_APP_ID;
use oidc::{Certificate, Cloud};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::grants::Grant;

/// The scripts. Each prints tenant id, client id and, where it makes one, the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Scripts {
    /// For PowerShell with the Microsoft Graph module.
    pub powershell: String,
    /// For a shell with the Azure CLI.
    pub az: String,
}

/// What a script is for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The tenant's cloud.
    pub cloud: &'a Cloud,
    /// What to grant.
    pub grants: &'a [&'static Grant],
    /// The application, where it exists already.
    pub client_id: Option<Uuid>,
    /// The certificate to upload instead of making a secret.
    pub certificate: Option<&'a Certificate>,
}

/// Writes both scripts.
pub fn scripts(wanted: &Wanted<'_>) -> Scripts {
    Scripts { powershell: powershell(wanted), az: az(wanted) }
}

fn powershell(wanted: &Wanted<'_>) -> String {
    let environment = match wanted.cloud {
        Cloud::UsGovernment => " -Environment USGov",
        Cloud::China => " -Environment China",
        Cloud::Global | Cloud::Custom { .. } => "",
    };
    let mut text = format!(
        "# Run as Privileged Role Administrator; needs: Install-Module Microsoft.Graph -Scope CurrentUser\n\
         $ErrorActionPreference = 'Stop'\n\
         Connect-MgGraph{environment} -NoWelcome -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'\n\
         $graph = Get-MgServicePrincipal -Filter \"appId eq '{GRAPH_APP_ID}'\"\n\
         $access = @(\n"
    );
    for grant in wanted.grants {
        let _ = writeln!(text, "    @{{ Id = '{}'; Type = 'Role' }} # {}", grant.app_role_id, grant.name);
    }
    let required = format!("@(@{{ ResourceAppId = '{GRAPH_APP_ID}'; ResourceAccess = $access }})");
    let _ = match wanted.client_id {
        None => write!(
            text,
            ")\n$app = New-MgApplication -DisplayName 'Vestibule' -SignInAudience 'AzureADMyOrg' -RequiredResourceAccess {required}\n\
             $principal = New-MgServicePrincipal -AppId $app.AppId\n$granted = @()\n"
        ),
        Some(client_id) => write!(
            text,
            ")\n$app = Get-MgApplication -Filter \"appId eq '{client_id}'\"\n\
             Update-MgApplication -ApplicationId $app.Id -RequiredResourceAccess {required}\n\
             $principal = Get-MgServicePrincipal -Filter \"appId eq '{client_id}'\"\n\
             $granted = (Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id).AppRoleId\n"
        ),
    };
    text.push_str(
        "foreach ($role in $access | Where-Object { $_.Id -notin $granted }) {\n    \
         New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -PrincipalId $principal.Id `\n        \
         -ResourceId $graph.Id -AppRoleId $role.Id | Out-Null\n}\n",
    );
    powershell_credential(&mut text, wanted);
    text.push_str("\"Tenant id:     $((Get-MgContext).TenantId)\"\n\"Client id:     $($app.AppId)\"\n");
    text
}

fn powershell_credential(text: &mut String, wanted: &Wanted<'_>) {
    if let Some(certificate) = wanted.certificate {
        let _ = write!(
            text,
            "# Replaces the certificates of the application by this one, {}.\n\
             Update-MgApplication -ApplicationId $app.Id -KeyCredentials @(@{{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'\n    \
             Key = [Convert]::FromBase64String('{}') }})\n",
            certificate.thumbprint(),
            certificate.base64_der(),
        );
    } else if wanted.client_id.is_none() {
        text.push_str(
            "$secret = Add-MgApplicationPassword -ApplicationId $app.Id -PasswordCredential @{ DisplayName = 'Vestibule'; \
             EndDateTime = (Get-Date).AddMonths(12) }\n\
             \"Client secret: $($secret.SecretText)  (ends $($secret.EndDateTime))\"\n",
        );
    }
}

fn az(wanted: &Wanted<'_>) -> String {
    let cloud = match wanted.cloud {
        Cloud::UsGovernment => "az cloud set --name AzureUSGovernment\n",
        Cloud::China => "az cloud set --name AzureChinaCloud\n",
        Cloud::Global | Cloud::Custom { .. } => "",
    };
    let graph = wanted.cloud.graph().trim_end_matches('/');
    let mut text = format!(
        "#!/bin/sh\n# Run as Privileged Role Administrator, signed in to the tenant.\nset -eu\n\
         {cloud}az login --allow-no-subscriptions --output none\n"
    );
    let _ = match wanted.client_id {
        None => writeln!(
            text,
            "APP=$(az ad app create --display-name Vestibule --sign-in-audience AzureADMyOrg --query appId --output tsv)\n\
             az ad sp create --id \"$APP\" --output none"
        ),
        Some(client_id) => writeln!(text, "APP={client_id}"),
    };
    let _ = writeln!(
        text,
        "PRINCIPAL=$(az ad sp show --id \"$APP\" --query id --output tsv)\n\
         GRAPH=$(az ad sp show --id {GRAPH_APP_ID} --query id --output tsv)\n\
         grant() {{ # $1: the id of the permission\n  \
         az ad app permission add --id \"$APP\" --api {GRAPH_APP_ID} --api-permissions \"$1=Role\" --output none\n  \
         az rest --method post --output none --uri \"{graph}/v1.0/servicePrincipals/$PRINCIPAL/appRoleAssignments\" \\\n    \
         --body \"{{\\\"principalId\\\":\\\"$PRINCIPAL\\\",\\\"resourceId\\\":\\\"$GRAPH\\\",\\\"appRoleId\\\":\\\"$1\\\"}}\"\n}}"
    );
    for grant in wanted.grants {
        let _ = writeln!(text, "grant {} # {}", grant.app_role_id, grant.name);
    }
    az_credential(&mut text, wanted);
    text.push_str("echo \"Tenant id: $(az account show --query tenantId --output tsv)\"\necho \"Client id: $APP\"\n");
    text
}

fn az_credential(text: &mut String, wanted: &Wanted<'_>) {
    if let Some(certificate) = wanted.certificate {
        let _ = writeln!(
            text,
            "# The certificate {}.\naz ad app credential reset --id \"$APP\" --append --output none --cert '{}'",
            certificate.thumbprint(),
            certificate.base64_der(),
        );
    } else if wanted.client_id.is_none() {
        text.push_str(
            "echo \"Client secret: $(az ad app credential reset --id \"$APP\" --append --display-name Vestibule --years 1 \
             --query password --output tsv)\"\n",
        );
    }
}

#[cfg(test)]
mod tests;
