//! The slice of state that one command needs, loaded before anything is decided. A field that a command does not need is empty.

use crate::attention::{Attention, Threads};
use crate::care::Care;
use crate::conversation::{Conversation, Membership};
use crate::coverage::{Cover, Coverage, StandIn};
use crate::event::Event;
use crate::identity_check::IdentityCheck;
use crate::ids::{ConversationId, SiteId};
use crate::invitation::Invitation;
use crate::on_behalf::Confirmed;
use crate::person::{Person, Site};
use crate::private::Private;
use crate::restriction::{Restriction, Safeguards};
use crate::scheduled::Scheduled;
use crate::session::{BreakGlass, Session};
use crate::settings::{Policies, Settings, Switches};
use crate::task::{ReadBy, Task};
use crate::template::Template;

/// One conversation as one reader needs it judged.
#[derive(Debug, Clone, Default)]
pub struct Readable {
    /// Its head; none if there is no such conversation.
    pub conversation: Option<Conversation>,
    /// The reader's own membership, past ones too.
    pub own: Option<Membership>,
    /// It came by a coverage: it holds only as long as one is in force that opens the conversation.
    pub own_is_by_coverage: bool,
    /// The patient of the conversation.
    pub patient: Option<Person>,
    /// The reader's broken glass on it.
    pub break_glass: Option<BreakGlass>,
    /// The responsibility for it; none if nobody has touched it, or if it is no patient's.
    pub care: Option<Care>,
    /// The person who holds it.
    pub holder: Option<Person>,
    /// What restricts it; none if nothing ever did.
    pub restriction: Option<Restriction>,
    /// Which modules are on.
    pub switches: Switches,
    /// What the clinic allows its people to do with words that were written.
    pub policies: Policies,
    /// For whom the reader covers; only where they do not belong to it, or take it over.
    pub covers: Vec<Cover>,
}

impl Readable {
    /// The reader's membership, if they belong to it at that time: one by coverage ends with it, whether or not anybody noticed.
    pub fn own_at(&self, now_ms: u64) -> Option<&Membership> {
        let holds = !self.own_is_by_coverage || self.cover(now_ms).is_some();
        self.own.as_ref().filter(|own| own.is_current() && holds)
    }

    /// The coverage that opens it to the reader at that time. Who answers for it by a coverage is inside as long as any is in force.
    pub fn cover(&self, now_ms: u64) -> Option<&Cover> {
        let patient = self.patient.as_ref()?;
        let holder = self.care.as_ref().and_then(|care| care.holder);
        let is_theirs = self.own.as_ref().is_some_and(|own| Some(own.person) == holder);
        let is_labelled = self.is_labelled();
        let opens = |cover: &&Cover| {
            cover.opens(patient, holder, is_labelled, now_ms) || is_theirs && cover.holds(is_labelled, now_ms)
        };
        self.covers.iter().find(opens)
    }

    /// Whether it has a label, whichever.
    pub fn is_labelled(&self) -> bool {
        self.restriction.is_some_and(|known| known.sensitivity.is_some())
    }

    /// Whether it is kept from those who act for the patient.
    pub fn is_confidential(&self) -> bool {
        self.restriction.is_some_and(|known| known.confidential)
    }

    /// The responsibility for it, of patient conversations.
    pub fn care(&self) -> Option<Care> {
        let conversation = self.conversation.as_ref().filter(|found| found.kind.is_patient())?;
        let untouched = || Care::untouched(conversation.id, conversation.created_at_ms);
        Some(self.care.clone().unwrap_or_else(untouched))
    }
}

/// A conversation in which somebody stood in, when the coverage is over.
#[derive(Debug, Clone)]
pub struct Substituted {
    /// What they came to.
    pub stand_in: StandIn,
    /// The conversation, with the membership of the one who covered.
    pub about: Readable,
    /// Who was covered.
    pub covered: Option<Person>,
    /// They belong to it.
    pub covered_is_member: bool,
}

/// What a decision looks at.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The command's revision.
    pub revision: u64,
    /// The leader's time.
    pub now_ms: u64,
    /// Whether the workspace was founded.
    pub founded: bool,
    /// Who acts.
    pub actor: Option<Person>,
    /// By which sign-in.
    pub session: Option<Session>,
    /// The conversation the command is about.
    pub about: Readable,
    /// What the clinic sets for itself; none: nothing yet.
    pub settings: Option<Settings>,
    /// Where the clinic's own charts are found.
    pub chart_link: Option<Private>,
    /// What the clinic does against words that reach the wrong reader.
    pub safeguards: Option<Safeguards>,
    /// The code that the person it is done to was given.
    pub invitation: Option<Invitation>,
    /// The last check of who writes from the patient's account.
    pub identity_check: Option<IdentityCheck>,
    /// The template it is about, as it is kept.
    pub template: Option<Template>,
    /// How many templates its owner has.
    pub templates_count: usize,
    /// The site it is about, as it is.
    pub site: Option<Site>,
    /// All sites.
    pub sites: Vec<SiteId>,
    /// That person takes no new conversations of patients.
    pub subject_is_unavailable: bool,
    /// The actor's own view of it.
    pub attention: Option<Attention>,
    /// What the actor said of its threads.
    pub threads: Threads,
    /// The message that is to be sent later.
    pub scheduled: Option<Scheduled>,
    /// How many the actor has waiting.
    pub scheduled_count: usize,
    /// The task it is about.
    pub task: Option<Task>,
    /// How many open ones the conversation has.
    pub open_tasks_count: usize,
    /// What its patient must read by a time, and has not.
    pub read_bys: Vec<ReadBy>,
    /// From which conversations the pins of the patient's chart are, each once, that of the last pin first.
    pub chart: Vec<ConversationId>,
    /// Those of them that have a label.
    pub labelled: Vec<ConversationId>,
    /// The messages that are to be pinned.
    pub pinned: Vec<Event>,
    /// There is a pin of that name.
    pub pin_exists: bool,
    /// How many pins the patient's chart has.
    pub pins_count: usize,
    /// What happened in it lately that the actor has not seen.
    pub unseen: Vec<Event>,
    /// The membership of the one for whom the actor would come in.
    pub covered_membership: Option<Membership>,
    /// What the actor came to in it by a coverage.
    pub stand_in: Option<StandIn>,
    /// What the one who answers for it did.
    pub holder_stand_in: Option<StandIn>,
    /// For whom the person it is done to covers.
    pub subject_covers: Vec<Cover>,
    /// The coverage it is about; for a new one the open ones of both who are part of it.
    pub coverages: Vec<Coverage>,
    /// Conversations in which somebody stood in by that coverage.
    pub substituted: Vec<Substituted>,
    /// There are more of them.
    pub more_substituted: bool,
    /// The conversations to be read, in the order they were asked for.
    pub pages: Vec<Readable>,
    /// The person it is done to.
    pub subject: Option<Person>,
    /// Others may not reply for that person.
    pub subject_refuses_on_behalf: bool,
    /// What the actor confirmed in the conversation last.
    pub confirmed: Option<Confirmed>,
    /// The membership of that person in the conversation.
    pub subject_membership: Option<Membership>,
    /// For joining with a date: the first event at or after it, as (seq, shared_seq).
    pub since: Option<(u64, u64)>,
    /// The event the command points at.
    pub target: Option<Event>,
    /// The people named: members to be added, the care team, a patient's proxies, people mentioned.
    pub people: Vec<Person>,
    /// The memberships of those people in the conversations of [`View::conversations`].
    pub memberships: Vec<Membership>,
    /// The patient conversations that a change of care team or proxies touches.
    pub conversations: Vec<Conversation>,
    /// Those of them that are kept from who acts for the patient, or were once: nobody comes to them by themselves.
    pub confidential: Vec<ConversationId>,
    /// The sessions of the subject, or of the one who signs in; live and ended ones.
    pub sessions: Vec<Session>,
    /// Somebody else signs in by that name.
    pub login_taken: bool,
    /// A channel of that name exists.
    pub name_taken: bool,
    /// The direct conversation that these two have already.
    pub existing_direct: Option<ConversationId>,
}
