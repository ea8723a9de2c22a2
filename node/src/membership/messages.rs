//! What a machine that joins and a node say to each other, as bytes: a format number, then postcard.
//!
//! Fields are never reordered and numbers of enums are append-only; a change gets a new format. `messages/tests.rs` holds the
//! bytes. Refuses to know what the words lead to.

use super::{address, authority};
use corridor_domain::limits;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// The format of both messages. A node answers an unknown one in this one.
pub const FORMAT: u8 = 1;

/// A machine asks to be let in. No `Debug`: it carries the secret.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// Which invitation.
    pub token_id: [u8; 8],
    /// What shows that it was given.
    pub secret: [u8; 16],
    /// The node's public key, as SubjectPublicKeyInfo DER. The private one stays where it is.
    pub public_key: Vec<u8>,
    /// `HOST:PORT` under which the other nodes reach it.
    pub peer_address: String,
    /// The URL under which clients reach it.
    pub client_url: String,
    /// The version of the program that asks.
    pub program: String,
}

impl Drop for JoinRequest {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// What a node says to that.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinAnswer {
    /// Come in.
    Welcome(Box<Welcome>),
    /// Not let in, or maybe let in, as the code says.
    Refused {
        /// Which kind of refusal.
        code: RefusalCode,
        /// A sentence.
        detail: String,
    },
}

/// Everything that makes a machine a node. No `Debug`: it carries keys.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Which cluster.
    pub cluster: [u8; 16],
    /// Which node of it; never used before and never again.
    pub node: u64,
    /// The authority's certificate, as DER.
    pub authority: Vec<u8>,
    /// The authority's key, as PKCS #8 DER: every node can renew certificates and let others in.
    pub authority_key: Vec<u8>,
    /// The node's certificate, as DER.
    pub certificate: Vec<u8>,
    /// The key that seals content, the same on all nodes.
    pub workspace_key: [u8; 32],
    /// The nodes that are there.
    pub peers: Vec<PeerAddress>,
}

impl Drop for Welcome {
    fn drop(&mut self) {
        self.authority_key.zeroize();
        self.workspace_key.zeroize();
    }
}

/// A node and where it is dialled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerAddress {
    /// Which.
    pub node: u64,
    /// `HOST:PORT`.
    pub address: String,
}

/// Why somebody is not let in. Append-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalCode {
    /// The request has a format that this node does not know.
    Format,
    /// The request makes no sense.
    Invalid,
    /// The invitation is not good, or too many wrong ones came.
    Invitation,
    /// The invitation is still good: the cluster certainly did not let anybody in.
    NotAdmitted,
    /// Maybe let in: the invitation is used, and the node id may be taken.
    InDoubt,
}

impl RefusalCode {
    /// All of them.
    #[cfg(test)]
    pub const ALL: [Self; 5] = [
        Self::Format,
        Self::Invalid,
        Self::Invitation,
        Self::NotAdmitted,
        Self::InDoubt,
    ];
}

/// Why bytes are not the message that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Made by another version.
    #[error(
        "the two programs are of versions that do not understand each other; use the same version on both machines"
    )]
    Format,
    /// Damaged, or something else altogether.
    #[error("what was said is not what a corridor node says")]
    Damaged,
    /// This cannot be said.
    #[error("the message cannot be written")]
    Unwritable,
}

impl JoinRequest {
    /// As bytes.
    pub fn encode(&self) -> Result<Vec<u8>, MessageError> {
        encode(self)
    }

    /// From bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        decode(bytes)
    }

    /// What is wrong with it, as a sentence. Looked at before the invitation is: nothing is used up by nonsense.
    pub fn check(&self) -> Result<(), String> {
        if !authority::is_public_key(&self.public_key) {
            return Err("the public key is not one of the curve P-256".to_owned());
        }
        if self.program.len() > limits::PROGRAM_VERSION_SIZE_BYTES_MAX {
            return Err("no program has such a long version".to_owned());
        }
        address::check(&self.peer_address)?;
        address::check_url(&self.client_url)
    }
}

impl JoinAnswer {
    /// As bytes.
    pub fn encode(&self) -> Result<Vec<u8>, MessageError> {
        encode(self)
    }

    /// From bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        decode(bytes)
    }
}

fn encode(message: &impl Serialize) -> Result<Vec<u8>, MessageError> {
    match postcard::to_extend(message, vec![FORMAT]) {
        Ok(bytes) if bytes.len() <= limits::JOIN_MESSAGE_SIZE_BYTES_MAX => Ok(bytes),
        Ok(_) | Err(_) => Err(MessageError::Unwritable),
    }
}

fn decode<Message: DeserializeOwned>(bytes: &[u8]) -> Result<Message, MessageError> {
    match bytes.split_first() {
        _ if bytes.len() > limits::JOIN_MESSAGE_SIZE_BYTES_MAX => Err(MessageError::Damaged),
        Some((&FORMAT, body)) => match postcard::take_from_bytes(body) {
            Ok((message, [])) => Ok(message),
            Ok(_) | Err(_) => Err(MessageError::Damaged),
        },
        Some(_) => Err(MessageError::Format),
        None => Err(MessageError::Damaged),
    }
}

#[cfg(test)]
mod tests;
