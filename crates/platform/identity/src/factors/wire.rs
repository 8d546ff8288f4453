//! Wire types of factors.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_kernel::{PasskeyId, Timestamp, TrustedDeviceId};
use utoipa::ToSchema;

use super::{FactorsView, StepUp};
use crate::{http::Me, model::SecurityEvent, service::Second, staff::resets::FactorReset};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondMethod {
    /// A code of the authenticator application.
    Totp,
    RecoveryCode,
}

impl From<SecondMethod> for Second {
    fn from(method: SecondMethod) -> Self {
        match method {
            SecondMethod::Totp => Self::Totp,
            SecondMethod::RecoveryCode => Self::RecoveryCode,
        }
    }
}

/// Who has just signed in, or what is still asked for: one of the two.
#[derive(Serialize, ToSchema)]
pub struct SignInAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub me: Option<Me>,
    /// The person asked to be erased and is so then, unless they take it back (`identity.cancel_erasure`).
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erasure_due_at: Option<Timestamp>,
    /// Nobody is signed in yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<SecondFactor>,
}

#[derive(Serialize, ToSchema)]
pub struct SecondFactor {
    pub methods: Vec<SecondMethod>,
    /// A passkey would do instead of everything.
    pub passkeys: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorForm {
    pub method: SecondMethod,
    #[schema(max_length = 40)]
    pub code: String,
    /// Do not ask on this device for thirty days; by a code of the authenticator only.
    #[serde(default)]
    #[schema(default = false)]
    pub trust_device: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeRequest {
    /// Where the code goes: the account's address, or its telephone.
    #[schema(format = Email, max_length = 254)]
    pub email: Option<String>,
    /// As people write it: `064/123-45-67`, `+381641234567`.
    #[schema(max_length = 40)]
    pub phone: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeForm {
    #[schema(max_length = 40)]
    pub code: String,
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub remember: bool,
}

const fn yes() -> bool {
    true
}

/// The beginning of a ceremony of the browser.
#[derive(Serialize, ToSchema)]
pub struct Ceremony {
    /// What `navigator.credentials` takes, its bytes in base64url (WebAuthn Level 3, §5.1.8 and §5.1.9).
    #[schema(value_type = Object)]
    pub options: Value,
    /// Goes back with the browser's answer.
    pub state: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyForm {
    pub state: String,
    /// The browser's answer (WebAuthn Level 3, §5.1, `toJSON`).
    #[schema(value_type = Object)]
    pub credential: Value,
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub remember: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyForm {
    pub state: String,
    /// The browser's answer (WebAuthn Level 3, §5.1, `toJSON`).
    #[schema(value_type = Object)]
    pub credential: Value,
    /// What its owner calls it.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyPatch {
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
}

#[derive(Serialize, ToSchema)]
pub struct PasskeyCreated {
    pub id: PasskeyId,
}

#[derive(Serialize, ToSchema)]
pub struct PasskeyView {
    pub id: PasskeyId,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
pub struct TrustedDeviceView {
    pub id: TrustedDeviceId,
    pub device: String,
    pub ip_prefix: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub last_used_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
pub struct ResetAsked {
    /// As support wrote it.
    pub reason: String,
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

impl From<FactorReset> for ResetAsked {
    fn from(reset: FactorReset) -> Self {
        let FactorReset { reason, asked_at, expires_at, .. } = reset;
        Self { reason, asked_at, expires_at }
    }
}

/// The ways into the account.
#[derive(Serialize, ToSchema)]
pub struct Factors {
    pub password: bool,
    /// Since when an authenticator application is asked for its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub totp_since: Option<Timestamp>,
    pub passkeys: Vec<PasskeyView>,
    pub recovery_codes_left: i64,
    /// The telephone that a code may go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where the second factor is not asked.
    pub trusted_devices: Vec<TrustedDeviceView>,
    /// Support was asked to take the second factors away; who did not ask refuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<ResetAsked>,
    /// The person was proven recently: ways in may be changed without a step-up.
    pub confirmed: bool,
}

impl From<FactorsView> for Factors {
    fn from(view: FactorsView) -> Self {
        let FactorsView { password, totp_since, passkeys, recovery_codes_left, phone, devices, reset, confirmed } =
            view;
        Self {
            password,
            totp_since,
            passkeys: passkeys
                .into_iter()
                .map(|key| PasskeyView {
                    id: PasskeyId::from_uuid(key.id),
                    name: key.name,
                    created_at: key.created_at,
                    last_used_at: key.last_used_at,
                })
                .collect(),
            recovery_codes_left,
            phone,
            trusted_devices: devices
                .into_iter()
                .map(|one| TrustedDeviceView {
                    id: TrustedDeviceId::from_uuid(one.id),
                    device: one.device,
                    ip_prefix: one.network,
                    created_at: one.created_at,
                    last_used_at: one.last_used_at,
                    expires_at: one.expires_at,
                })
                .collect(),
            reset: reset.map(Into::into),
            confirmed,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct SecurityEventView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `signed_in`, `password_changed`, `totp_added`, …
    pub kind: String,
    /// Done by the account itself.
    pub own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_prefix: Option<String>,
}

impl From<SecurityEvent> for SecurityEventView {
    fn from(SecurityEvent { at, kind, own, device, network }: SecurityEvent) -> Self {
        Self { at, kind, own, device, ip_prefix: network }
    }
}

#[derive(Serialize, ToSchema)]
pub struct SecurityEventList {
    pub items: Vec<SecurityEventView>,
}

#[derive(Serialize, ToSchema)]
pub struct TotpOfferView {
    /// In base32, to be typed into the authenticator.
    pub secret: String,
    /// To be shown as a square code: `otpauth://totp/…`.
    pub uri: String,
    /// Goes back with the first code.
    pub state: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpForm {
    pub state: String,
    #[schema(max_length = 40)]
    pub code: String,
}

/// Shown once: only their hashes are kept.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

/// One way of proving it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "method", rename_all = "snake_case")]
pub enum StepUpForm {
    /// For accounts without an authenticator.
    Password {
        password: String,
    },
    /// A code that went to the address; for accounts without an authenticator.
    Mail {
        code: String,
    },
    Totp {
        code: String,
    },
    RecoveryCode {
        code: String,
    },
    Passkey {
        state: String,
        #[schema(value_type = Object)]
        credential: Value,
    },
}

impl From<StepUpForm> for StepUp {
    fn from(form: StepUpForm) -> Self {
        match form {
            StepUpForm::Password { password } => Self::Password(password),
            StepUpForm::Mail { code } => Self::Mail(code),
            StepUpForm::Totp { code } => Self::Second(Second::Totp, code),
            StepUpForm::RecoveryCode { code } => Self::Second(Second::RecoveryCode, code),
            StepUpForm::Passkey { state, credential } => Self::Passkey { state, credential },
        }
    }
}
