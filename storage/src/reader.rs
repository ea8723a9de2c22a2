//! Reading applied state outside of apply: for the edge, which was granted a look, and for actors, which rebuild themselves.
//!
//! Nothing here asks whether one may: content is read only with a [`Grant`] from a committed access record, and bodies stay
//! sealed until [`crate::content::ContentKeys`] opens them.

mod audit;
mod own;
mod restriction;
mod tasks;

pub use audit::{AuditFilter, AuditLine};
pub use tasks::Pinned;

use crate::backend::Direction;
use crate::keys::{self, MetaName, Table};
use crate::load::Onlooker;
use crate::planted::{self, Mistake};
use crate::records::{Progress, StoredVersion};
use crate::state::{Records, State};
use corridor_domain::care::Care;
use corridor_domain::conversation::{Conversation, Membership, Side};
use corridor_domain::coverage::{Cover, Coverage, StandIn};
use corridor_domain::event::Event;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, SessionId};
use corridor_domain::outcome::Grant;
use corridor_domain::person::{Person, Site};
use corridor_domain::private::Private;
use corridor_domain::scheduled::Scheduled;
use corridor_domain::session::Session;
use corridor_domain::settings::Settings;
use corridor_domain::timer::Timer;
use corridor_domain::view::Readable;
use std::io;

/// Reads the applied state of a workspace.
#[derive(Clone)]
pub struct Reader {
    state: State,
}

impl Reader {
    /// A reader of this state.
    pub fn new(state: State) -> Self {
        Self { state }
    }

    /// How far the state has come.
    pub fn progress(&self) -> io::Result<Progress> {
        Ok(self.state.record(&keys::meta(MetaName::Progress))?.unwrap_or_default())
    }

    /// The clinic's name; none before it was founded.
    pub fn workspace_name(&self) -> io::Result<Option<Private>> {
        self.state.record(&keys::meta(MetaName::WorkspaceName))
    }

    /// A person.
    pub fn person(&self, person: PersonId) -> io::Result<Option<Person>> {
        self.state.record(&keys::person(person))
    }

    /// Who signs in by that name.
    pub fn person_by_login(&self, login: &str) -> io::Result<Option<Person>> {
        let fingerprint = self.state.fingerprint(Table::Login, login);
        match self.state.id(&keys::login(&fingerprint))? {
            Some(id) => self.person(PersonId::from_bytes(id)),
            None => Ok(None),
        }
    }

    /// All people, as they come; stops when `take` says so.
    pub fn people(&self, mut take: impl FnMut(Person) -> bool) -> io::Result<()> {
        let (from, to) = keys::range_of(&keys::table(Table::Person));
        for pair in self.state.scan(&from, &to, Direction::Forward) {
            if !take(crate::records::decode(&pair?.1)?) {
                break;
            }
        }
        Ok(())
    }

    /// The proxies of a patient.
    pub fn proxies_of(&self, patient: PersonId) -> io::Result<Vec<PersonId>> {
        Ok(self
            .state
            .ids(&keys::proxies_of(patient), usize::MAX / 2)?
            .into_iter()
            .map(PersonId::from_bytes)
            .collect())
    }

    /// All locations.
    pub fn sites(&self) -> io::Result<Vec<Site>> {
        let pairs = self.state.prefix(&keys::table(Table::Site), usize::MAX / 2)?;
        pairs.iter().map(|(_, bytes)| crate::records::decode(bytes)).collect()
    }

    /// A sign-in.
    pub fn session(&self, session: SessionId) -> io::Result<Option<Session>> {
        self.state.record(&keys::session(session))
    }

    /// The head of a conversation.
    pub fn conversation(&self, conversation: ConversationId) -> io::Result<Option<Conversation>> {
        self.state.record(&keys::conversation(conversation))
    }

    /// The responsibility for a patient conversation; none if nobody has touched it.
    pub fn care(&self, conversation: ConversationId) -> io::Result<Option<Care>> {
        self.state.record(&keys::care(conversation))
    }

    /// A coverage.
    pub fn coverage(&self, coverage: CoverageId) -> io::Result<Option<Coverage>> {
        self.state.record(&keys::coverage(coverage))
    }

    /// Coverages that are not over: those that one person is part of, or all.
    pub fn coverages(&self, person: Option<PersonId>) -> io::Result<Vec<Coverage>> {
        crate::load::coverages(&self.state, person)
    }

    /// For whom somebody covers, now or later.
    pub fn covers(&self, person: PersonId) -> io::Result<Vec<Cover>> {
        crate::load::covers_of(&self.state, person)
    }

    /// What somebody came to in a conversation by a coverage.
    pub fn stand_in(&self, conversation: ConversationId, covering: PersonId) -> io::Result<Option<StandIn>> {
        self.state.record(&keys::stand_in(conversation, covering))
    }

    /// What anybody came to in a conversation by coverage.
    pub fn stand_ins(&self, conversation: ConversationId) -> io::Result<Vec<StandIn>> {
        let pairs = self.state.prefix(&keys::stand_ins_in(conversation), usize::MAX / 2)?;
        pairs.iter().map(|(_, bytes)| crate::records::decode(bytes)).collect()
    }

    /// All that somebody has to be sent later, and what could not be.
    pub fn scheduled(&self, author: PersonId) -> io::Result<Vec<Scheduled>> {
        crate::load::scheduled_of(&self.state, author)
    }

    /// What was due by then, the earliest first, at most `limit`.
    pub fn timers_due(&self, now_ms: u64, limit: usize) -> io::Result<Vec<Timer>> {
        let (from, end) = keys::range_of(&keys::table(Table::Timer));
        let to = keys::due_after(now_ms).min(end);
        let pairs = self.state.scan(&from, &to, Direction::Forward).take(limit);
        let mut timers = Vec::new();
        for pair in pairs {
            timers.extend(keys::timer_of(&pair?.0).map(|(_, timer)| timer));
        }
        Ok(timers)
    }

    /// Whether anything waits for its time.
    pub fn has_timers(&self) -> io::Result<bool> {
        Ok(!self.state.prefix(&keys::table(Table::Timer), 1)?.is_empty())
    }

    /// What the clinic sets for itself.
    pub fn settings(&self) -> io::Result<Settings> {
        Ok(self.state.record(&keys::settings())?.unwrap_or_default())
    }

    /// Whether somebody takes new conversations of patients.
    pub fn is_available(&self, person: PersonId) -> io::Result<bool> {
        Ok(self.state.bytes(&keys::unavailable(person))?.is_none())
    }

    /// Whether nobody replies for a person.
    pub fn refuses_on_behalf(&self, person: PersonId) -> io::Result<bool> {
        Ok(self.state.bytes(&keys::refuses_on_behalf(person))?.is_some())
    }

    /// A conversation as one reader needs it judged.
    pub fn readable(&self, reader: &Person, conversation: ConversationId) -> io::Result<Readable> {
        crate::load::readable(&self.state, Some(&Onlooker::new(reader)), conversation)
    }

    /// Conversations as one reader needs them judged, in this order.
    pub fn readables(
        &self,
        reader: &Person,
        conversations: impl IntoIterator<Item = ConversationId>,
    ) -> io::Result<Vec<Readable>> {
        let onlooker = Onlooker::new(reader);
        let judged = |id| crate::load::readable(&self.state, Some(&onlooker), id);
        conversations.into_iter().map(judged).collect()
    }

    /// A membership, past ones too.
    pub fn membership(&self, conversation: ConversationId, person: PersonId) -> io::Result<Option<Membership>> {
        self.state.record(&keys::membership(conversation, person))
    }

    /// All memberships of a conversation, past ones too.
    pub fn memberships(&self, conversation: ConversationId) -> io::Result<Vec<Membership>> {
        let pairs = self.state.prefix(&keys::memberships_of(conversation), usize::MAX / 2)?;
        pairs.iter().map(|(_, bytes)| crate::records::decode(bytes)).collect()
    }

    /// Where a person is a member now.
    pub fn conversations_of(&self, person: PersonId) -> io::Result<Vec<ConversationId>> {
        let ids = self.state.ids(&keys::conversations_of(person), usize::MAX / 2)?;
        Ok(ids.into_iter().map(ConversationId::from_bytes).collect())
    }

    /// What is about a patient: topics and care rooms.
    pub fn conversations_about(&self, patient: PersonId) -> io::Result<Vec<ConversationId>> {
        let ids = self.state.ids(&keys::conversations_about(patient), usize::MAX / 2)?;
        Ok(ids.into_iter().map(ConversationId::from_bytes).collect())
    }

    /// Everything about any patient, at most `limit`.
    pub fn patient_conversations(&self, limit: usize) -> io::Result<Vec<ConversationId>> {
        let ids = self.state.ids(&keys::table(Table::PatientConversation), limit)?;
        Ok(ids.into_iter().map(ConversationId::from_bytes).collect())
    }

    /// All channels.
    pub fn channels(&self) -> io::Result<Vec<ConversationId>> {
        let ids = self.state.ids(&keys::table(Table::Channel), usize::MAX / 2)?;
        Ok(ids.into_iter().map(ConversationId::from_bytes).collect())
    }

    /// One event, in the team's numbering.
    pub fn event(&self, conversation: ConversationId, seq: u64) -> io::Result<Option<Event>> {
        self.state.record(&keys::event(conversation, seq))
    }

    /// One event, in the numbering of a side.
    pub fn event_for(&self, conversation: ConversationId, side: Side, seq: u64) -> io::Result<Option<Event>> {
        match side {
            Side::Team => self.event(conversation, seq),
            Side::Patient => match self.state.number(&keys::shared_seq(conversation, seq))? {
                Some(seq) => self.event(conversation, seq),
                None => Ok(None),
            },
        }
    }

    /// The events of a stretch in the team's numbering, ascending. For actors, which know who may see what.
    pub fn events(
        &self,
        conversation: ConversationId,
        from_seq: u64,
        to_seq: u64,
        limit: usize,
    ) -> io::Result<Vec<Event>> {
        let from = keys::event(conversation, from_seq);
        let to = keys::event(conversation, to_seq.saturating_add(1));
        let pairs = self.state.scan(&from, &to, Direction::Forward).take(limit);
        pairs.map(|pair| crate::records::decode(&pair?.1)).collect()
    }

    /// The events of a granted stretch, ascending, in the numbering of the grant's side.
    pub fn granted(&self, grant: &Grant) -> io::Result<Vec<Event>> {
        match grant.side {
            Side::Team => self.events(grant.conversation, grant.from_seq, grant.to_seq, usize::MAX / 2),
            Side::Patient => {
                let from = keys::shared_seq(grant.conversation, grant.from_seq);
                let to = keys::shared_seq(grant.conversation, grant.to_seq.saturating_add(1));
                let mut events = Vec::new();
                for pair in self.state.scan(&from, &to, Direction::Forward) {
                    let (_, seq) = pair?;
                    let seq = <[u8; 8]>::try_from(seq.as_slice())
                        .map_err(|_| crate::state::damaged("a seq is not eight bytes long"))?;
                    events.extend(self.event(grant.conversation, u64::from_be_bytes(seq))?);
                }
                Ok(events)
            }
        }
    }

    /// The first seq, in a side's numbering, whose event lies above a revision; one past the end if none does. Revisions rise
    /// with seq, so halving finds it.
    pub fn first_seq_above(&self, head: &Conversation, side: Side, revision: u64) -> io::Result<u64> {
        let revision = revision + u64::from(planted::is(Mistake::ResumeOneTooHigh));
        let (mut low, mut high) = (1, head.last.seq_for(side) + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.event_for(head.id, side, middle)? {
                Some(event) if event.revision > revision => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(low)
    }

    /// A message's earlier bodies, oldest first.
    pub fn versions(&self, conversation: ConversationId, seq: u64) -> io::Result<Vec<StoredVersion>> {
        let pairs = self
            .state
            .prefix(&keys::versions_of(conversation, seq), usize::MAX / 2)?;
        pairs.iter().map(|(_, bytes)| crate::records::decode(bytes)).collect()
    }

    /// Bytes on disk.
    pub fn size_bytes(&self) -> u64 {
        self.state.store().size_bytes()
    }
}
