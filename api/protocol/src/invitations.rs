//! Codes by which people sign in for the first time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A code by which somebody signs in for the first time.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// To be handed over so that nobody else sees it; good once.
    pub code: String,
    /// Until when.
    pub expires_at_ms: u64,
}

/// What somebody says who was given a code.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// The code.
    pub code: String,
    /// By which name one signs in from now on; empty: by the one that the clinic gave.
    #[serde(default)]
    pub login: String,
    /// One's password.
    pub password: String,
    /// What the device calls itself.
    #[serde(default)]
    pub device_name: String,
}
