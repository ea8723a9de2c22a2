//! What follows from a command: changes to write, one answer, one audit record. Values only; `storage` writes them in one batch.

use crate::attention::{Attention, Threads};
use crate::audit::{AuditRecord, Basis};
use crate::care::Care;
use crate::conversation::{Conversation, Membership, Place, Side};
use crate::coverage::{Coverage, StandIn};
use crate::event::Event;
use crate::identity_check::IdentityCheck;
use crate::ids::{ConversationId, CoverageId, PersonId};
use crate::invitation::Invitation;
use crate::on_behalf::Confirmed;
use crate::person::{Person, Site};
use crate::pin::Pin;
use crate::private::{Private, Sealed};
use crate::refusal::Refusal;
use crate::restriction::{Restriction, Safeguards};
use crate::scheduled::Scheduled;
use crate::session::{BreakGlass, Session};
use crate::settings::{Policies, Settings};
use crate::task::{ReadBy, Task};
use crate::template::Template;
use serde::{Deserialize, Serialize};

/// One record to write. Records are whole: there is no partial update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The clinic's name.
    WorkspaceName(Private),
    /// A site.
    Site(Site),
    /// A person, new or changed.
    Person(Box<Person>),
    /// A session, new or ended.
    Session(Box<Session>),
    /// The head of a conversation, new or changed.
    Conversation(Box<Conversation>),
    /// A membership, new or changed.
    Membership(Box<Membership>),
    /// An event, new or (a message's) changed.
    Event {
        /// Where.
        conversation: ConversationId,
        /// What.
        event: Box<Event>,
    },
    /// A message's earlier version, kept.
    Version {
        /// Where.
        conversation: ConversationId,
        /// The message.
        seq: u64,
        /// Which version.
        version: u32,
        /// When it was written.
        at_ms: u64,
        /// Its body.
        content: Sealed,
    },
    /// A broken glass.
    BreakGlass(BreakGlass),
    /// The responsibility for a patient conversation.
    Care(Box<Care>),
    /// What somebody confirmed, or has sent.
    Confirmed(Confirmed),
    /// Somebody's own view of a conversation.
    Attention {
        /// What it is now.
        attention: Attention,
        /// What they said of its threads: told with it, and written by [`Change::Threads`] alone.
        threads: Threads,
        /// Its time has come.
        reminded: bool,
    },
    /// What somebody said of the threads of a conversation.
    Threads {
        /// Who.
        person: PersonId,
        /// Of which.
        conversation: ConversationId,
        /// All of it.
        threads: Threads,
    },
    /// A message that is to be sent later, new or refused.
    Scheduled(Box<Scheduled>),
    /// It waits no longer.
    ScheduledOver {
        /// What it was.
        scheduled: Box<Scheduled>,
        /// Where it stands, in the numbering of its author; none: it was taken back.
        sent_seq: Option<u64>,
    },
    /// A task, new or changed.
    Task(Box<Task>),
    /// A message that a patient must read by a time, or has not read by it.
    ReadBy(ReadBy),
    /// They have read it, or need not any more.
    ReadByOver(ReadBy),
    /// What was put to a patient's chart.
    Pin(Box<Pin>),
    /// What the clinic sets for itself.
    Settings(Box<Settings>),
    /// Where the clinic's own charts are found.
    ChartLink(Private),
    /// What the clinic allows its people to do with words that were written.
    Policies(Policies),
    /// Whether somebody takes new conversations of patients.
    Available {
        /// Who.
        person: PersonId,
        /// They do.
        available: bool,
    },
    /// A coverage.
    Coverage(Box<Coverage>),
    /// What somebody came to by coverage, as it is now; nothing, if it is over.
    StandIn(StandIn),
    /// What restricts a conversation.
    Restriction(Restriction),
    /// That a coverage is of conversations with a label too.
    CoversLabelled(CoverageId),
    /// The code that somebody was given to sign in for the first time.
    Invitation(Invitation),
    /// It is used.
    InvitationOver(PersonId),
    /// The last check of who writes from a patient's account.
    IdentityCheck(IdentityCheck),
    /// What the clinic does against words that reach the wrong reader.
    Safeguards(Safeguards),
    /// A template, new or changed.
    Template(Box<Template>),
    /// There is none any more.
    TemplateOver(Box<Template>),
    /// Whether others may reply for somebody.
    RefusesOnBehalf {
        /// For whom.
        person: PersonId,
        /// They may not.
        refuses: bool,
    },
}

/// What somebody may be shown of one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Where.
    pub conversation: ConversationId,
    /// In which numbering.
    pub side: Side,
    /// On which basis.
    pub basis: Basis,
    /// The first event, in that numbering.
    pub from_seq: u64,
    /// The last event, in that numbering; below `from_seq`: nothing.
    pub to_seq: u64,
}

/// The answer to a command. Stored, so that a retry gets the same one. Numbers and order are for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Not done, and why.
    Refused {
        /// The revision at which it was refused.
        revision: u64,
        /// Why.
        refusal: Refusal,
    },
    /// Done.
    Done {
        /// The revision of the change.
        revision: u64,
        /// The leader's time.
        at_ms: u64,
        /// The conversation it happened in, or that was created.
        conversation: Option<ConversationId>,
        /// The place of the event, all zero if there was none.
        place: Place,
        /// The numbering of the one who asked.
        side: Side,
        /// The person who was added.
        person: Option<PersonId>,
        /// What is left unread, for marks.
        unread: u64,
    },
    /// May be read: the record of it is safe.
    Granted {
        /// The revision of the access record.
        revision: u64,
        /// What may be shown.
        grants: Vec<Grant>,
    },
}

impl Answer {
    /// The revision of the command.
    pub fn revision(&self) -> u64 {
        match self {
            Self::Refused { revision, .. } | Self::Done { revision, .. } | Self::Granted { revision, .. } => *revision,
        }
    }
}

/// Everything that follows from one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What to write.
    pub changes: Vec<Change>,
    /// What to say.
    pub answer: Answer,
    /// What to record.
    pub audit: AuditRecord,
}
