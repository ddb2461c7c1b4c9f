//! Models of security keys: metadata are imported, and a tenant says which models it takes.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use e2e::World;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use store::Backend;

use super::{at, open, refusals_are_noted, told};
use crate::console::page::Page;
use crate::mfa::stage::Stage;

const MODEL: &str = "2fc0579f-8113-47ea-b116-000000005005";

/// A blob about a model that was reported, and the root of who signed it.
fn blob() -> (String, String) {
    blob_about(MODEL, ("Example Key 3", "REVOKED"), None)
}

/// A blob about one model as a metadata service of one's own signs it (FIDO Metadata Service §3.1.7), and its root. Where it
/// names no certificate (DER) that the model's proofs lead to, none does.
pub(in crate::mfa) fn blob_about(
    model: &str,
    (name, status): (&str, &str),
    trusted: Option<&[u8]>,
) -> (String, String) {
    let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["mds.fidoalliance.org".to_owned()]).unwrap();
    let leaf = STANDARD.encode(leaf.signed_by(&key, &issuer).unwrap().der());
    let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).unwrap();
    let header = json!({ "alg": "ES256", "x5c": [&leaf] });
    let trusted = trusted.map_or_else(|| leaf.clone(), |der| STANDARD.encode(der));
    let payload = json!({ "no": 1, "nextUpdate": "2099-12-01", "entries": [{
        "aaguid": model, "statusReports": [{ "status": status }],
        "metadataStatement": { "description": name, "attestationRootCertificates": [trusted] },
    }]});
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&payload));
    let signature = signer.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    (format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())), issuer.pem())
}

#[tokio::test]
async fn metadata_are_imported_and_a_tenant_says_which_models_it_takes() {
    World::on(Backend::Sqlite, 2, async |world| {
        let stage = Stage::new(world).await;
        let Some(page) = open(world).await else { return };
        metadata_count_only_where_they_are_signed(&page).await;
        models_are_denied_at_the_tenant(&page).await;
        let attestation = world.get(&stage.here()).await["settings"]["attestation"].clone();
        assert_eq!(attestation, json!({ "mode": "required", "allow": [], "deny": [MODEL] }));
        page.close().await;
    })
    .await;
}

async fn metadata_count_only_where_they_are_signed(page: &Page<'_>) {
    page.go("/second-factor/key-models").await;
    assert!(page.text("main").await.contains("No metadata are imported"));
    page.press(".page-head a[href$='/import']").await;
    page.until("the form", "document.querySelector('#f-blob')").await;
    page.fill("#f-blob", "e30.e30.AA").await;
    page.press(".form-foot .button.primary").await;
    page.until("why not", "document.querySelector('#f-blob-error')").await;
    refusals_are_noted(page).await;
    assert_eq!(page.world.ask("GET", "mfa/key-metadata", Value::Null).await.status, 404, "nothing was taken");
    let (blob, root) = blob();
    page.eval(&format!("(document.querySelector('#f-blob').value = {})", json!(blob))).await;
    page.eval(&format!("(document.querySelector('#f-root').value = {})", json!(root))).await;
    page.press(".form-foot .button.primary").await;
    page.until("the list", "location.pathname === '/second-factor/key-models'").await;
    told(page, "The metadata are imported").await;
    let shown = page.text("main").await;
    assert!(shown.contains("Metadata number 1") && shown.contains("1 of them not to be trusted"), "{shown}");
    assert!(shown.contains("No key tells its model"), "{shown}");
}

async fn models_are_denied_at_the_tenant(page: &Page<'_>) {
    page.go(&at(page, "/settings")).await;
    page.eval("(document.querySelector('[name=attestation_mode][value=required]').checked = true)").await;
    page.fill("#f-attestation_deny", "Example Key 3").await;
    page.press(".form-foot .button.primary").await;
    page.until("what is wrong", "document.querySelector('#f-attestation_deny-error')").await;
    refusals_are_noted(page).await;
    assert!(page.text("#f-attestation_deny-error").await.contains("is no id"));
    page.eval(&format!("(document.querySelector('#f-attestation_deny').value = '{MODEL}')")).await;
    page.press(".form-foot .button.primary").await;
    told(page, "Saved").await;
}
