//! What the edge can do, whoever asks: HTTP handlers, sockets and the demo's founding all go through here.
//!
//! It makes envelopes (ids, salt, fingerprint, sealed content), hands them to the actors and turns answers into objects of the
//! wire. It decides nothing: the verdict is made at apply.

mod accounts;
mod audit;
mod commands;
mod coverage;
mod identity;
mod invitations;
mod lists;
mod on_behalf;
mod pages;
mod password;
mod people;
mod pins;
mod profiles;
mod queue;
mod safeguards;
mod sessions;
mod settings;
mod tasks;
mod templates;
mod threads;
mod timeline;
mod waiting;

pub use lists::{InboxFilter, Scope};
pub use pages::Turn;
pub use password::Passwords;
pub use queue::QueueQuestion;
pub use sessions::Caller;
pub(crate) use sessions::workspace_of;
pub use tasks::{TaskFilter, TaskScope};

use crate::failure::{Failure, Outcome};
use crate::freshness::Freshness;
use crate::metrics::Timed;
use crate::names::Names;
use corridor_actors::Actors;
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::ids::CommandId;
use corridor_domain::outcome::Answer;
use corridor_protocol as wire;
use corridor_storage::content::ContentKeys;
use corridor_storage::reader::Reader;
use corridor_storage::world::World;
use std::sync::Arc;

/// What the edge is built from.
pub struct Needs {
    /// Reads what was applied.
    pub reader: Reader,
    /// The living.
    pub actors: Actors,
    /// Seals and opens content.
    pub keys: ContentKeys,
    /// Labels of people.
    pub names: Arc<Names>,
    /// Clock and randomness.
    pub world: Arc<dyn World>,
    /// Whether what is read is current.
    pub freshness: Arc<Freshness>,
    /// Where clients find the nodes.
    pub places: Places,
    /// The number of its workspace.
    pub workspace: u64,
    /// Told of everybody who comes with a live session.
    pub on_caller: Box<dyn Fn() + Send + Sync>,
    /// Hashes passwords, for all workspaces of the node.
    pub passwords: Passwords,
}

/// Where clients find the nodes.
pub struct Places {
    /// The one that this is.
    pub node: u64,
    /// All of them that are known, by number.
    pub all: Box<dyn Fn() -> Vec<(u64, String)> + Send + Sync>,
}

/// The edge's deeds. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    reader: Reader,
    actors: Actors,
    keys: ContentKeys,
    names: Arc<Names>,
    world: Arc<dyn World>,
    freshness: Arc<Freshness>,
    places: Places,
    workspace: u64,
    on_caller: Box<dyn Fn() + Send + Sync>,
    passwords: Passwords,
    failures: sessions::Failures,
}

/// What a command did.
#[derive(Debug, Clone)]
pub struct Done {
    /// The revision of the change.
    pub revision: u64,
    /// The leader's time.
    pub at_ms: u64,
    /// Where.
    pub conversation: Option<corridor_domain::ids::ConversationId>,
    /// The event's place in the asking person's numbering; 0: there was none.
    pub seq: u64,
    /// The messages up to it, in the same numbering.
    pub number: u64,
    /// Who was added.
    pub person: Option<corridor_domain::ids::PersonId>,
    /// What is left unread.
    pub unread: u64,
}

impl Service {
    /// An edge over these.
    pub fn new(needs: Needs) -> Self {
        Self {
            inner: Arc::new(Inner {
                reader: needs.reader,
                actors: needs.actors,
                keys: needs.keys,
                names: needs.names,
                world: needs.world,
                freshness: needs.freshness,
                places: needs.places,
                workspace: needs.workspace,
                on_caller: needs.on_caller,
                passwords: needs.passwords,
                failures: sessions::Failures::new(),
            }),
        }
    }

    /// The number of its workspace.
    pub(crate) fn workspace(&self) -> u64 {
        self.inner.workspace
    }

    /// The living.
    pub fn actors(&self) -> &Actors {
        &self.inner.actors
    }

    /// Reads what was applied.
    pub fn reader(&self) -> &Reader {
        &self.inner.reader
    }

    /// Where clients find the nodes, so that they go on at another when one ends.
    pub(crate) fn nodes(&self) -> wire::NodeList {
        let places = &self.inner.places;
        let place = |(node, url)| wire::NodePlace {
            node,
            url,
            is_this: node == places.node,
        };
        wire::NodeList {
            nodes: (places.all)().into_iter().map(place).collect(),
        }
    }

    pub(crate) fn keys(&self) -> &ContentKeys {
        &self.inner.keys
    }

    pub(crate) fn names(&self) -> &Names {
        &self.inner.names
    }

    fn failures(&self) -> &sessions::Failures {
        &self.inner.failures
    }

    fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    /// Whether what is read is current.
    pub(crate) fn freshness(&self) -> &Freshness {
        &self.inner.freshness
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.inner.world.now_ms()
    }

    /// The time at which rights end: this node's, or the workspace's where that is ahead, as after a clock was wrong. The verdict at apply
    /// goes by the workspace's alone.
    pub(crate) fn time_of_rights_ms(&self) -> u64 {
        let of_workspace = self.reader().progress().map_or(0, |progress| progress.at_ms);
        self.now_ms().max(of_workspace)
    }

    /// For durations.
    pub(crate) fn monotonic_ns(&self) -> u64 {
        self.inner.world.monotonic_ns()
    }

    /// A command was taken: from now on it is waited for.
    pub(crate) fn timed(&self, command: &wire::Command) -> Timed {
        Timed::begin(Arc::clone(&self.inner.world), command)
    }

    /// A fresh 128-bit id: 48 bits of time, so that neighbours in time are neighbours on disk, and 80 of randomness.
    pub(crate) fn draw_id(&self) -> u128 {
        let mut random = [0_u8; 16];
        self.inner.world.fill_random(&mut random[6..]);
        (u128::from(self.now_ms()) << 80) | u128::from_be_bytes(random)
    }

    /// A command id for what nobody will retry: reads and sign-ins.
    pub fn draw_command_id(&self) -> CommandId {
        let mut random = [0_u8; 16];
        self.inner.world.fill_random(&mut random);
        CommandId(u128::from_be_bytes(random))
    }

    /// An id made of the command, so that whoever asks again at whichever node means the same one.
    pub(crate) fn id_made_of(&self, what: &str, caller: &Caller, command_id: CommandId) -> [u8; 16] {
        let named = [what.as_bytes(), &caller.person.id.to_bytes(), &command_id.to_bytes()];
        self.keys().fingerprint(&named.concat())
    }

    /// The envelope of a command. `asked` is what the client asked for, as it came: it tells a retry from a conflict.
    pub(crate) fn envelope(&self, acting: Acting, command_id: CommandId, asked: &[u8], command: Command) -> Envelope {
        let mut salt = [0_u8; 16];
        self.inner.world.fill_random(&mut salt);
        let fingerprint = self.inner.keys.fingerprint(asked);
        Envelope {
            command_id,
            fingerprint,
            acting,
            on_behalf_of: None,
            salt,
            command,
        }
    }

    /// Sends a command on its way and waits for what it did.
    pub(crate) async fn run(&self, envelope: &Envelope) -> Outcome<Done> {
        done(self.inner.actors.gateway().submit(envelope).await?)
    }

    /// Has a look recorded, and says what may be shown.
    pub(crate) async fn ask(
        &self,
        caller: &Caller,
        command: Command,
    ) -> Outcome<(u64, Vec<corridor_domain::outcome::Grant>)> {
        let envelope = self.envelope(caller.acting(), self.draw_command_id(), b"", command);
        match self.inner.actors.gateway().submit(&envelope).await? {
            Answer::Granted { revision, grants } => Ok((revision, grants)),
            Answer::Refused { refusal, .. } => Err(Failure::Refused(refusal)),
            Answer::Done { .. } => Err(Failure::Internal(std::io::Error::other(
                "a look was answered like a deed",
            ))),
        }
    }
}

/// What the answer to a deed says.
pub(crate) fn done(answer: Answer) -> Outcome<Done> {
    match answer {
        Answer::Done {
            revision,
            at_ms,
            conversation,
            place,
            side,
            person,
            unread,
        } => Ok(Done {
            revision,
            at_ms,
            conversation,
            seq: place.seq_for(side),
            number: place.number_for(side),
            person,
            unread,
        }),
        Answer::Refused { refusal, .. } => Err(Failure::Refused(refusal)),
        Answer::Granted { .. } => Err(Failure::Internal(std::io::Error::other(
            "a deed was answered like a look",
        ))),
    }
}

impl Done {
    /// As most routes answer.
    pub fn changed(&self) -> wire::Changed {
        wire::Changed {
            revision: self.revision,
            seq: (self.seq > 0).then_some(self.seq),
            at_ms: self.at_ms,
        }
    }

    /// As the socket answers.
    pub fn succeeded(&self) -> wire::Succeeded {
        wire::Succeeded {
            revision: self.revision,
            conversation_id: self.conversation.map(|id| id.to_string()),
            seq: (self.seq > 0).then_some(self.seq),
            number: (self.seq > 0).then_some(self.number),
            at_ms: self.at_ms,
            unread: Some(self.unread),
        }
    }
}
