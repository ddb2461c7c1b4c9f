//! A maker of authenticators that prove their model, as the format `packed` has it (W3C WebAuthn §8.2). For tests.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use serde_cbor_2::Value as Cbor;
use uuid::Uuid;

/// The extension in which a certificate names the model (§8.2.1).
const MODEL: [u64; 9] = [1, 3, 6, 1, 4, 1, 45_724, 1, 1];
const WORKS: &str = "invariant: a certificate can be made";

/// A maker of one model.
pub struct Maker {
    /// The model.
    pub aaguid: Uuid,
    /// The certificate that its attestations lead to, as DER.
    pub root: Vec<u8>,
    leaf: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Maker {
    /// A maker with an authority of its own.
    pub fn new(aaguid: Uuid) -> Self {
        let mut root = named("Example Attestation Root");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(root, KeyPair::generate().expect(WORKS)).expect(WORKS);
        let mut leaf = named("Example Key 5");
        leaf.is_ca = IsCa::ExplicitNoCa;
        let mut content = vec![0x04, 0x10];
        content.extend(aaguid.as_bytes());
        let oid: Vec<u64> = MODEL.into_iter().chain([4]).collect();
        leaf.custom_extensions = vec![CustomExtension::from_oid_content(&oid, content)];
        let key = KeyPair::generate().expect(WORKS);
        let leaf = leaf.signed_by(&key, &issuer).expect(WORKS);
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key.serialize_der()).expect(WORKS);
        Self { aaguid, root: issuer.der().to_vec(), leaf: leaf.der().to_vec(), key }
    }

    /// What proves the model of whoever made this credential.
    pub(crate) fn statement(&self, data: &[u8], client: &[u8]) -> BTreeMap<Cbor, Cbor> {
        let signed = [data, digest(&SHA256, client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("invariant: a key signs");
        BTreeMap::from([
            (Cbor::Text("alg".to_owned()), Cbor::Integer(-7)),
            (Cbor::Text("sig".to_owned()), Cbor::Bytes(signature.as_ref().to_vec())),
            (Cbor::Text("x5c".to_owned()), Cbor::Array(vec![Cbor::Bytes(self.leaf.clone())])),
        ])
    }
}

/// Named as such a certificate has to be (§8.2.1).
fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).expect(WORKS);
    params.distinguished_name.push(DnType::CountryName, "SE");
    params.distinguished_name.push(DnType::OrganizationName, "Example");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
