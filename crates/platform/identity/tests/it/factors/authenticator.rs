//! An authenticator in software (WebAuthn Level 3, §6), as honest or as crooked as a test wants it.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const ORIGIN: &str = "http://localhost:8080";
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

pub struct Authenticator {
    pkcs8: Vec<u8>,
    pub id: Vec<u8>,
    pub user: Vec<u8>,
    pub counter: u32,
    /// What the browser says of where it is, and whether the person was verified.
    pub origin: String,
    pub verifies: bool,
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unb64(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

/// The head of a CBOR item (RFC 8949 §3).
fn head(major: u8, length: usize) -> Vec<u8> {
    match length {
        0..24 => vec![major << 5 | length as u8],
        24..256 => vec![major << 5 | 24, length as u8],
        _ => [vec![major << 5 | 25], (length as u16).to_be_bytes().to_vec()].concat(),
    }
}

fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len()), value.to_vec()].concat()
}

fn text(value: &str) -> Vec<u8> {
    [head(3, value.len()), value.as_bytes().to_vec()].concat()
}

impl Authenticator {
    pub fn new() -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
        Self {
            pkcs8: pkcs8.as_ref().to_vec(),
            id: rand::random::<[u8; 32]>().to_vec(),
            user: Vec::new(),
            counter: 0,
            origin: ORIGIN.to_owned(),
            verifies: true,
        }
    }

    /// Somebody has read the key out.
    pub fn copy(&self) -> Self {
        let Self { pkcs8, id, user, counter, origin, verifies } = self;
        Self {
            pkcs8: pkcs8.clone(),
            id: id.clone(),
            user: user.clone(),
            counter: *counter,
            origin: origin.clone(),
            verifies: *verifies,
        }
    }

    fn pair(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.pkcs8).unwrap()
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string().into()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        [Sha256::digest("localhost").as_slice(), &[USER_PRESENT | verified | more], &self.counter.to_be_bytes()]
            .concat()
    }

    /// `navigator.credentials.create`.
    pub fn create(&mut self, ceremony: &Value) -> Value {
        let options = &ceremony["options"]["publicKey"];
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        self.user = unb64(&options["user"]["id"]);
        let pair = self.pair();
        let point = pair.public_key().as_ref();
        // COSE_Key of ES256 (RFC 9053 §2.1): kty EC2, alg -7, crv P-256, x, y.
        let key = [
            head(5, 5),
            vec![0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21],
            bytes(&point[1..33]),
            vec![0x22],
            bytes(&point[33..65]),
        ]
        .concat();
        let attested = [&[0; 16], (self.id.len() as u16).to_be_bytes().as_slice(), &self.id, &key].concat();
        let data = [self.data(ATTESTED), attested].concat();
        let attestation =
            [head(5, 3), text("fmt"), text("none"), text("attStmt"), head(5, 0), text("authData"), bytes(&data)]
                .concat();
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": { "clientDataJSON": b64(&client_data), "attestationObject": b64(&attestation) },
        })
    }

    /// `navigator.credentials.get`.
    pub fn get(&mut self, ceremony: &Value) -> Value {
        self.counter += 1;
        let data = self.data(0);
        let client_data = self.client_data("webauthn.get", &ceremony["options"]["publicKey"]["challenge"]);
        let signed = [data.as_slice(), Sha256::digest(&client_data).as_slice()].concat();
        let signature = self.pair().sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(&client_data), "authenticatorData": b64(&data),
                "signature": b64(signature.as_ref()), "userHandle": b64(&self.user),
            },
        })
    }
}
