//! Models of security keys: metadata that an authority of ours signs, keys that prove their model by it.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use passkeys::double::{Double, Maker};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, HERE, origin};
use crate::MfaError;
use crate::factors::FactorView;
use crate::models::{MetadataView, NewMetadata};
use crate::permissions::{ImportMetadata, ReadMfa};
use crate::settings::{Attestation, AttestationMode};

const ORIGIN: &str = "https://hall.example";
const KEY_5: Uuid = Uuid::from_u128(0x5005);

/// A metadata service of our own.
struct Service {
    issuer: CertifiedIssuer<'static, KeyPair>,
    leaf: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Service {
    fn new() -> Self {
        let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["mds.fidoalliance.org".to_owned()]).unwrap();
        let leaf = params.signed_by(&key, &issuer).unwrap().der().to_vec();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).unwrap();
        Self { issuer, leaf, key }
    }

    /// A blob about one model.
    fn about(&self, number: u64, maker: &Maker, status: &str) -> NewMetadata {
        let header = json!({ "alg": "ES256", "x5c": [STANDARD.encode(&self.leaf)] });
        let payload = json!({ "no": number, "nextUpdate": "2026-12-01", "entries": [{
            "aaguid": maker.aaguid, "statusReports": [{ "status": status }],
            "metadataStatement": {
                "description": "Example Key 5", "attestationRootCertificates": [STANDARD.encode(&maker.root)],
            },
        }]});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&payload));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let blob = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
        NewMetadata { blob, root: Some(self.issuer.pem()) }
    }
}

async fn import(desk: &Desk, new: &NewMetadata) -> Result<MetadataView, MfaError> {
    desk.hall.mfa.import_metadata(&desk.may(ImportMetadata {}), new).await
}

/// Mia registers a key.
async fn register(desk: &Desk, mut key: Double) -> Result<FactorView, MfaError> {
    let (mfa, provider) = (&desk.hall.mfa, desk.provider().await);
    let holder = Uuid::from_u128(0x401de);
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let (ceremony, options) = mfa.begin_enrol_passkey(&mut tx, &provider, &desk.mia, holder).await?;
    let answer = key.register(&options);
    let made =
        mfa.finish_enrol_passkey(&mut tx, &provider, &desk.mia, holder, ceremony, answer, "Key", &origin(HERE)).await;
    tx.commit().await.unwrap();
    made.map(|made| made.factor)
}

fn key() -> (Maker, Double) {
    (Maker::new(KEY_5), Double::new(ORIGIN))
}

#[tokio::test]
async fn a_key_that_proves_its_model_is_kept_with_its_name_and_others_are_as_the_tenant_wants() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        let service = Service::new();
        let (maker, double) = key();
        let view = import(&desk, &service.about(1, &maker, "FIDO_CERTIFIED")).await.unwrap();
        assert_eq!((view.number, view.models, view.flawed), (1, 1, 0));
        desk.settings.attestation.mode = AttestationMode::Required;
        let taken = register(&desk, double.made_by(maker)).await.unwrap().passkey.unwrap();
        assert_eq!((taken.aaguid, taken.attested), (Some(KEY_5), true));
        assert_eq!(taken.model.as_deref(), Some("Example Key 5"));

        let (forger, double) = key();
        let forged = register(&desk, double.made_by(forger)).await;
        assert!(matches!(forged, Err(MfaError::WrongModel("not_attested"))), "{forged:?}");
        let silent = register(&desk, Double::new(ORIGIN)).await;
        assert!(matches!(silent, Err(MfaError::WrongModel("not_attested"))), "{silent:?}");
        assert_eq!(desk.events().await.iter().filter(|event| *event == "mfa.key_refused").count(), 2);

        desk.settings.attestation.mode = AttestationMode::Wanted;
        let silent = register(&desk, Double::new(ORIGIN)).await.unwrap().passkey.unwrap();
        assert!(!silent.attested);
        let models = desk.hall.mfa.models_in_use(&desk.may(ReadMfa {})).await.unwrap();
        assert_eq!(models.len(), 2);
        let known = models.iter().find(|model| model.aaguid == KEY_5).unwrap();
        assert_eq!((known.name.as_str(), known.keys, known.attested), ("Example Key 5", 1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_model_that_is_denied_not_allowed_or_reported_is_not_taken() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        let service = Service::new();
        let other = vec![Uuid::from_u128(7)];
        let (mode, none) = (AttestationMode::Wanted, Vec::new);
        let cases = [
            (Attestation { mode, allow: none(), deny: vec![KEY_5] }, "FIDO_CERTIFIED", "denied"),
            (Attestation { mode, allow: other, deny: none() }, "FIDO_CERTIFIED", "not_allowed"),
            (Attestation { mode, allow: none(), deny: none() }, "REVOKED", "flawed"),
            (Attestation { mode, allow: none(), deny: none() }, "USER_KEY_REMOTE_COMPROMISE", "flawed"),
        ];
        for (number, (attestation, status, why)) in (1..).zip(cases) {
            let (maker, double) = key();
            import(&desk, &service.about(number, &maker, status)).await.unwrap();
            desk.settings.attestation = attestation;
            match register(&desk, double.made_by(maker)).await {
                Err(MfaError::WrongModel(found)) => assert_eq!(found, why),
                other => panic!("{why}: {other:?}"),
            }
        }
        desk.settings.attestation = Attestation::default();
        register(&desk, Double::new(ORIGIN)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn metadata_never_go_back_and_count_only_where_they_are_signed() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (service, maker) = (Service::new(), Maker::new(KEY_5));
        let may = desk.may(ReadMfa {});
        assert_eq!(desk.hall.mfa.get_metadata(&may).await.unwrap(), None);
        let newer = service.about(5, &maker, "FIDO_CERTIFIED");
        import(&desk, &newer).await.unwrap();
        import(&desk, &newer).await.unwrap();
        let older = import(&desk, &service.about(4, &maker, "FIDO_CERTIFIED")).await;
        assert!(matches!(older, Err(MfaError::Conflict(_))), "{older:?}");
        let usual = NewMetadata { root: None, ..service.about(6, &maker, "FIDO_CERTIFIED") };
        let stranger = import(&desk, &usual).await;
        assert!(matches!(stranger, Err(MfaError::Invalid(_))), "{stranger:?}");
        assert_eq!(desk.hall.mfa.get_metadata(&may).await.unwrap().unwrap().number, 5);
    })
    .await;
}

#[tokio::test]
async fn where_a_model_must_be_proved_nobody_registers_a_key_before_the_metadata_are_here() {
    on_each_database(async |db| {
        let mut desk = Desk::new(db).await;
        desk.settings.attestation.mode = AttestationMode::Required;
        let refused = register(&desk, Double::new(ORIGIN)).await;
        assert!(matches!(refused, Err(MfaError::Conflict(_))), "{refused:?}");
    })
    .await;
}
