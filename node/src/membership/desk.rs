//! What the operators of a cluster ask of the node that runs: `corridor cluster …`, by way of the control socket.
//!
//! Stands behind the control socket, in front of the invitations and the group. Refuses to know how answers are shown.

use super::Waiting;
use super::invitation::{Invitations, InviteError};
use super::status::ClusterStatus;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Why something was not done, or maybe done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Stable; `outcome_unknown` if it was maybe done.
    pub code: &'static str,
    /// A sentence.
    pub detail: String,
}

impl Refused {
    /// With this code and sentence.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }

    /// A node without others.
    pub fn alone() -> Self {
        Self::new(
            "alone",
            "This node is alone: its configuration has no [cluster]. Add it, with the address at which other machines reach \
             this one, and start the node again.",
        )
    }
}

/// What the group knows of its members, and may be told.
pub trait Members: Send + Sync {
    /// How each of them is doing.
    fn status(&self) -> Waiting<'_, Result<ClusterStatus, Refused>>;

    /// Whether one is gone, so that another may take its place: a refusal if it is not one of them, or answers.
    fn check_gone(&self, node: u64) -> Waiting<'_, Result<(), Refused>>;

    /// Takes one out for ever.
    fn remove(&self, node: u64) -> Waiting<'_, Result<(), Refused>>;
}

/// An invitation, and the one command that uses it. No `Debug`: it carries the token.
#[derive(Serialize, Deserialize)]
pub struct Invited {
    /// Where the new machine asks: `https://HOST:PORT`.
    pub url: String,
    /// What it shows.
    pub token: String,
    /// For how long.
    pub valid_minutes: u64,
    /// What to type there.
    pub command: String,
}

/// The desk of a node that is not alone.
pub struct Desk {
    /// Those that this node gave.
    pub invitations: Arc<Invitations>,
    /// The group.
    pub members: Arc<dyn Members>,
    /// The SHA-256 of the authority's certificate.
    pub authority: [u8; 32],
    /// `HOST:PORT` at which other machines dial this node.
    pub address: String,
}

impl Desk {
    /// A new invitation.
    pub fn invite(&self, valid_minutes: u64) -> Result<Invited, Refused> {
        self.invite_instead_of(None, valid_minutes)
    }

    /// A new invitation for a machine in the place of one that is gone; that one stays a member until it is used.
    pub async fn replace(&self, node: u64, valid_minutes: u64) -> Result<Invited, Refused> {
        self.members.check_gone(node).await?;
        self.invite_instead_of(Some(node), valid_minutes)
    }

    fn invite_instead_of(&self, instead_of: Option<u64>, valid_minutes: u64) -> Result<Invited, Refused> {
        let invited = self
            .invitations
            .invite(valid_minutes.saturating_mul(60_000), self.authority, instead_of);
        let token = invited.map_err(|error| match error {
            InviteError::Validity => Refused::new("invalid", sentence(&error)),
            InviteError::TooMany => Refused::new("too_many", sentence(&error)),
        })?;
        let (url, token) = (format!("https://{}", self.address), token.to_text());
        Ok(Invited {
            command: format!("corridor join {url} --token {token}"),
            url,
            token,
            valid_minutes,
        })
    }
}

/// "… so." instead of "… so": as all details on the control socket.
fn sentence(error: &InviteError) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{ClusterStatus, Desk, Invitations, Members, Refused};
    use crate::membership::Waiting;
    use crate::membership::token::Token;
    use corridor_storage::world::TestWorld;
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;

    /// A cluster of one node, in which node 9 can be taken out.
    struct MadeUp;

    impl Members for MadeUp {
        fn status(&self) -> Waiting<'_, Result<ClusterStatus, Refused>> {
            let status = ClusterStatus {
                cluster: "0".repeat(32),
                nodes: Vec::new(),
            };
            Box::pin(std::future::ready(Ok(status)))
        }

        fn check_gone(&self, node: u64) -> Waiting<'_, Result<(), Refused>> {
            self.remove(node)
        }

        fn remove(&self, node: u64) -> Waiting<'_, Result<(), Refused>> {
            let unknown = Refused::new("not_found", format!("There is no node {node}."));
            Box::pin(std::future::ready(if node == 9 { Ok(()) } else { Err(unknown) }))
        }
    }

    /// A desk over made-up members.
    pub(crate) fn desk() -> Desk {
        Desk {
            invitations: Arc::new(Invitations::new(Arc::new(TestWorld::new(0, 3)))),
            members: Arc::new(MadeUp),
            authority: [7; 32],
            address: "one:7443".to_owned(),
        }
    }

    #[test]
    fn an_invitation_is_one_command_that_works() {
        let desk = desk();
        let invited = desk.invite(60).unwrap_or_else(|refused| panic!("{refused:?}"));
        let token = invited
            .command
            .strip_prefix("corridor join https://one:7443 --token ")
            .unwrap();
        assert_eq!(
            (token, invited.url.as_str()),
            (invited.token.as_str(), "https://one:7443")
        );
        let token = Token::parse(token).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(token.authority, [7; 32]);
        let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(desk.invitations.redeem(&token.id, &token.secret, from).is_ok());
    }

    #[test]
    fn a_refusal_is_a_sentence() {
        let refused = desk().invite(u64::MAX).err().unwrap();
        assert_eq!(refused.code, "invalid");
        assert_eq!(
            refused.detail,
            "An invitation is good for at least 1 minute and at most 1440 minutes."
        );
        let desk = desk();
        while desk.invite(1).is_ok() {}
        assert_eq!(desk.invite(1).err().unwrap().code, "too_many");
    }
}
