//! How a machine becomes a node, on both sides: [`Registrar`] lets in who shows a good invitation, [`ask`] asks.
//!
//! Knows what is said and in which order; the bytes travel by a function that it is given, and who agrees on a new member is an
//! [`Admission`]. Refuses to know files and sockets.

use super::Waiting;
use super::authority::{self, Authority, is_for};
use super::invitation::Invitations;
use super::messages::{JoinAnswer, JoinRequest, MessageError, PeerAddress, RefusalCode, Welcome};
use super::token::Token;
use corridor_storage::sealing::StorageKey;
use corridor_storage::world::World;
use rcgen::{KeyPair, PublicKeyData};
use std::net::IpAddr;
use std::sync::Arc;

/// The cluster's word on a new member, by what is certain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// Certainly not a member.
    #[error("{0}")]
    Refused(String),
    /// Maybe a member by now.
    #[error("{0}")]
    InDoubt(String),
}

/// Who agrees on new members.
pub trait Admission: Send + Sync {
    /// Makes a machine a member that learns, and a voter once it has caught up, which is not waited for. The answer is its node
    /// id, from the index of the log entry: never used before, never again. `instead_of`: a node that is gone, and is taken out
    /// for it.
    fn admit<'a>(
        &'a self,
        peer_address: &'a str,
        client_url: &'a str,
        instead_of: Option<u64>,
    ) -> Waiting<'a, Result<u64, NotAdmitted>>;

    /// The members there are, and where they are dialled.
    fn peers(&self) -> Vec<PeerAddress>;
}

/// Lets machines in.
pub struct Registrar {
    /// Issues the newcomer's certificate, and goes along.
    pub authority: Arc<Authority>,
    /// The key that seals content.
    pub workspace: StorageKey,
    /// Who may come.
    pub invitations: Arc<Invitations>,
    /// Who agrees.
    pub admission: Arc<dyn Admission>,
    /// The time and the dice.
    pub world: Arc<dyn World>,
}

impl Registrar {
    /// Answers what somebody at this address said.
    pub async fn answer(&self, request: &[u8], from: IpAddr) -> Vec<u8> {
        let answer = match JoinRequest::decode(request) {
            Ok(request) => self.consider(request, from).await,
            Err(error @ MessageError::Format) => refused(RefusalCode::Format, error.to_string()),
            Err(error) => refused(RefusalCode::Invalid, error.to_string()),
        };
        if let JoinAnswer::Refused { code, detail } = &answer {
            tracing::info!(%from, ?code, detail, "a machine that asked to join was refused");
        }
        // An answer too long to be written: somebody may be in by now. An empty one is as much in doubt for who reads it.
        let too_long = || refused(RefusalCode::InDoubt, "the answer is too long".to_owned()).encode();
        answer.encode().or_else(|_| too_long()).unwrap_or_default()
    }

    async fn consider(&self, request: JoinRequest, from: IpAddr) -> JoinAnswer {
        if let Err(why) = request.check() {
            return refused(RefusalCode::Invalid, why);
        }
        let redeemed = match self.invitations.redeem(&request.token_id, &request.secret, from) {
            Ok(redeemed) => redeemed,
            Err(why) => return refused(RefusalCode::Invitation, why.to_string()),
        };
        let admitted = self
            .admission
            .admit(&request.peer_address, &request.client_url, redeemed.instead_of());
        let node = match admitted.await {
            Ok(node) => node,
            Err(NotAdmitted::Refused(why)) => {
                self.invitations.hand_back(redeemed);
                return refused(RefusalCode::NotAdmitted, why);
            }
            Err(NotAdmitted::InDoubt(why)) => return refused(RefusalCode::InDoubt, why),
        };
        // From here on the node id is taken, whatever comes.
        match self.authority.issue(node, &request.public_key, self.world.as_ref()) {
            Ok(certificate) => {
                tracing::info!(
                    node,
                    address = request.peer_address,
                    program = request.program,
                    "a node joined"
                );
                JoinAnswer::Welcome(Box::new(self.welcome(node, certificate)))
            }
            Err(error) => refused(RefusalCode::InDoubt, format!("node {node} has no certificate: {error}")),
        }
    }

    fn welcome(&self, node: u64, certificate: Vec<u8>) -> Welcome {
        let mut peers = self.admission.peers();
        peers.retain(|peer| peer.node != node);
        peers.truncate(corridor_domain::limits::JOIN_PEERS_COUNT_MAX);
        Welcome {
            cluster: self.authority.cluster().0,
            node,
            authority: self.authority.certificate().to_vec(),
            authority_key: self.authority.key().to_vec(),
            certificate,
            workspace_key: *self.workspace.to_bytes(),
            peers,
        }
    }
}

fn refused(code: RefusalCode, detail: String) -> JoinAnswer {
    JoinAnswer::Refused { code, detail }
}

/// Why no answer came, by what is certain. Each is a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WayError {
    /// Certainly nobody took the request: no node is there, or not one of the cluster that was meant, or it takes none now.
    #[error("{0}")]
    NotTaken(String),
    /// Maybe it was taken.
    #[error("{0}")]
    Lost(String),
}

/// Why a machine did not become a node, by what is certain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Certainly not let in.
    #[error("{0}")]
    Refused(String),
    /// Maybe let in, and the invitation is used: somebody has to look.
    #[error(
        "{0}; the invitation may be used up: look at `corridor cluster status` on a node that runs, take a node that is not here \
         out with `corridor cluster remove`, then invite again"
    )]
    InDoubt(String),
}

/// What a machine that asks says of itself.
pub struct Introduction<'a> {
    /// The invitation.
    pub token: &'a Token,
    /// `HOST:PORT` under which the other nodes reach it.
    pub peer_address: &'a str,
    /// The URL under which clients reach it.
    pub client_url: &'a str,
}

/// Asks to be let in, by the way that is given, and looks whether the answer is what it should be.
pub async fn ask(
    introduction: Introduction<'_>,
    key: &KeyPair,
    way: impl AsyncFnOnce(Vec<u8>) -> Result<Vec<u8>, WayError>,
) -> Result<Welcome, JoinError> {
    let request = JoinRequest {
        token_id: introduction.token.id,
        secret: *introduction.token.secret,
        public_key: key.subject_public_key_info(),
        peer_address: introduction.peer_address.to_owned(),
        client_url: introduction.client_url.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
    };
    request.check().map_err(JoinError::Refused)?;
    let bytes = request
        .encode()
        .map_err(|error| JoinError::Refused(error.to_string()))?;
    let answer = way(bytes).await.map_err(|error| match error {
        WayError::Lost(why) => JoinError::InDoubt(why),
        WayError::NotTaken(why) => JoinError::Refused(why),
    })?;
    match JoinAnswer::decode(&answer) {
        Ok(JoinAnswer::Welcome(welcome)) => {
            let sound = check_welcome(&welcome, introduction.token, key);
            sound.map_err(|why| JoinError::InDoubt(why.to_owned()))?;
            Ok(*welcome)
        }
        Ok(JoinAnswer::Refused { code, detail }) => Err(match code {
            RefusalCode::InDoubt => JoinError::InDoubt(detail),
            RefusalCode::Format | RefusalCode::Invalid | RefusalCode::Invitation | RefusalCode::NotAdmitted => {
                JoinError::Refused(detail)
            }
        }),
        Err(error) => Err(JoinError::InDoubt(error.to_string())),
    }
}

/// Whether the papers are those of the cluster that invited, and for this machine.
fn check_welcome(welcome: &Welcome, token: &Token, key: &KeyPair) -> Result<(), &'static str> {
    if authority::fingerprint(&welcome.authority) != token.authority {
        return Err("the answer is not of the cluster that the token is for");
    }
    let cluster = authority::ClusterId(welcome.cluster);
    if Authority::from_parts(cluster, welcome.authority.clone(), &welcome.authority_key).is_err() {
        return Err("the answer's authority does not belong to its key");
    }
    let name = authority::node_name(cluster, welcome.node);
    let has_name = welcome
        .certificate
        .windows(name.len())
        .any(|part| part == name.as_bytes());
    if !has_name || !is_for(&welcome.certificate, key) {
        return Err("the answer's certificate is not for this machine");
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
