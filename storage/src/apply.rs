//! Step 6 of a message's way: a committed command becomes state. **Load** what it needs, let the domain **decide**, **write** one
//! batch: records, indexes, the answer for retries, the audit line, and how far the state has come.
//!
//! Deterministic: the same commands give the same records on every node, and the same rolling hash. Knows no sockets and no
//! Raft; it is driven through [`ReplicatedState`].

use crate::keys::{self, MetaName};
use crate::landmarks::Landmarks;
use crate::load::load;
use crate::metrics;
use crate::planted::{self, Mistake};
use crate::records::{self, Progress, StoredAnswer};
use crate::replicated::{CommittedCommand, LOWEST_COMMAND_VERSION, ReplicatedState, StateSnapshot};
use crate::state::{Records, State};
use crate::transaction::Transaction;
use crate::write::{write_answer, write_audit, write_change};
use corridor_domain::audit::Range;
use corridor_domain::command::{Acting, Command, Envelope};
use corridor_domain::conversation::Side;
use corridor_domain::decide::decide;
use corridor_domain::outcome::{Answer, Change, Outcome};
use corridor_domain::refusal::Refusal;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What one command changed, for those who tell the living: events in order, memberships, sessions.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Its revision.
    pub revision: u64,
    /// The leader's time.
    pub at_ms: u64,
    /// What was written.
    pub changes: Vec<Change>,
}

/// Told about every applied batch, in order, after it was written and before anybody is answered. May wait for room: that
/// holds the log back instead of memory growing.
pub type Listener = Box<dyn Fn(Vec<Applied>) + Send + Sync>;

/// The applied state of one workspace.
pub struct AppliedState {
    state: State,
    /// Held while a batch is applied.
    progress: Mutex<Progress>,
    /// That of the progress, for whoever must not wait for it.
    time_ms: AtomicU64,
    /// The highest version of a command that was applied.
    level: AtomicU8,
    listener: Listener,
    /// Another state has taken the place of this one: whoever listened has missed what lies between, and hears no more.
    was_replaced: AtomicBool,
    landmarks: Arc<Landmarks>,
}

impl AppliedState {
    /// Takes up the state where its last batch left it.
    pub fn open(state: State, listener: Listener) -> io::Result<Self> {
        if planted::is(Mistake::AnswersOnlyInMemory) {
            let answers = state.prefix(&keys::table(keys::Table::Answer), usize::MAX / 2)?;
            state.write(answers.into_iter().map(|(key, _)| (key, None)).collect())?;
        }
        let progress: Progress = state.record(&keys::meta(MetaName::Progress))?.unwrap_or_default();
        Ok(Self {
            level: AtomicU8::new(level_of(&state)?),
            state,
            time_ms: AtomicU64::new(progress.at_ms),
            progress: Mutex::new(progress),
            listener,
            was_replaced: AtomicBool::new(false),
            landmarks: Arc::new(Landmarks::new()),
        })
    }

    /// The hashes by which nodes compare their states.
    pub fn landmarks(&self) -> Arc<Landmarks> {
        Arc::clone(&self.landmarks)
    }

    /// The last revision applied, the time of it, and the rolling hash.
    pub fn progress(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Bytes of a command for the log.
pub fn encode_command(envelope: &Envelope) -> io::Result<bytes::Bytes> {
    // The first byte is the version of the form; an unknown one stops the node instead of being guessed at. Each command has the lowest
    // version that can say it, so that an older program in the group holds back only what it does not know.
    let mut bytes = Vec::with_capacity(COMMAND_SIZE_EXPECTED);
    bytes.push(envelope.command.version());
    let bytes =
        postcard::to_extend(envelope, bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(bytes.into())
}

/// The highest version of commands that this program applies. Every node tells the others.
pub const COMMAND_VERSION: u8 = 7;
/// Most commands are a short message; longer ones grow.
const COMMAND_SIZE_EXPECTED: usize = 512;
/// Of answers on their way to the node whose client asked.
const ANSWER_VERSION: u8 = 1;

fn decode_command(bytes: &[u8]) -> io::Result<Envelope> {
    let invalid = |what| io::Error::new(io::ErrorKind::InvalidData, what);
    match bytes.split_first() {
        Some((&version, body)) if (LOWEST_COMMAND_VERSION..=COMMAND_VERSION).contains(&version) => records::whole(body)
            .filter(|envelope: &Envelope| envelope.command.version() == version)
            .ok_or_else(|| invalid("a committed command is damaged")),
        _ => Err(invalid(
            "a committed command is of a version that this program does not know",
        )),
    }
}

fn level_of(state: &State) -> io::Result<u8> {
    let kept = state.bytes(&keys::meta(MetaName::Level))?;
    Ok(kept
        .and_then(|kept| kept.first().copied())
        .unwrap_or(LOWEST_COMMAND_VERSION))
}

/// Applies one command to a batch. Says what to answer, and what changed.
fn apply_one(
    batch: &mut Transaction<'_>,
    progress: &mut Progress,
    command: &CommittedCommand,
) -> io::Result<(Answer, Vec<Change>)> {
    let envelope = decode_command(&command.command)?;
    progress.revision = command.revision;
    // Whatever a leader's clock says, time in the state does not go backwards.
    progress.at_ms = match () {
        () if planted::is(Mistake::ClockInApply) => batch.now_ms(),
        () if planted::is(Mistake::TimeGoesBack) => command.at_ms,
        () => progress.at_ms.max(command.at_ms),
    };
    let earlier = earlier_answer(batch, &envelope)?;
    if let Some(earlier) = &earlier
        && (earlier.fingerprint == envelope.fingerprint || planted::is(Mistake::OtherWordsTaken))
    {
        return Ok((earlier.answer.clone(), Vec::new()));
    }
    let view = load(batch, command.revision, progress.at_ms, &envelope)?;
    let mut outcome = decide(&view, &envelope);
    if earlier.is_some() && outcome.audit.refusal != Some(Refusal::NotSignedIn) {
        // The same id for something else: nothing happens, and that is on the record.
        refuse(&mut outcome, command.revision, Refusal::IdempotencyConflict);
    } else if !outcome.changes.is_empty() && names_what_exists(batch, &envelope.command)? {
        // Ids are drawn by the node that took the command: one that exists would write over what is there.
        refuse(&mut outcome, command.revision, Refusal::Invalid);
    }
    if planted::is(Mistake::OrderOfAHashMap) {
        let changes: std::collections::HashMap<_, _> = outcome.changes.drain(..).enumerate().collect();
        outcome.changes.extend(changes.into_values());
    }
    for change in &outcome.changes {
        write_change(batch, change)?;
    }
    if earlier.is_none() && kept_for_retries(&outcome.answer) {
        write_answer(batch, &envelope, &outcome.answer)?;
    }
    write_audit(batch, progress, &outcome.audit)?;
    Ok((outcome.answer, outcome.changes))
}

/// Turns what would have been done into a refusal: no changes, and a record that claims no place.
fn refuse(outcome: &mut Outcome, revision: u64, refusal: Refusal) {
    outcome.changes.clear();
    outcome.answer = Answer::Refused { revision, refusal };
    outcome.audit.refusal = Some(refusal);
    outcome.audit.basis = None;
    for range in &mut outcome.audit.ranges {
        *range = Range {
            basis: None,
            side: Side::Team,
            from_seq: 0,
            to_seq: 0,
            ..*range
        };
    }
}

/// Whether something new would get the id of something that is there.
fn names_what_exists(batch: &Transaction<'_>, command: &Command) -> io::Result<bool> {
    let exists = |key: keys::Key| Ok::<bool, io::Error>(batch.bytes(&key)?.is_some());
    Ok(match command {
        Command::FoundWorkspace { administrator, .. } => exists(keys::person(administrator.id))?,
        Command::AddSite { site } => exists(keys::site(site.id))?,
        Command::AddPerson { person, general } => {
            let mut found = exists(keys::person(person.id))?;
            if let Some(general) = general {
                found |= exists(keys::conversation(general.id))?;
            }
            found
        }
        Command::CreateConversation(new)
        | Command::BeginThread { new, .. }
        | Command::BeginConfidential { new, .. } => exists(keys::conversation(new.id))?,
        Command::SignIn { session, .. } => exists(keys::session(session.id))?,
        Command::GrantCoverage { coverage } | Command::GrantCoverageOfLabelled { coverage } => {
            exists(keys::coverage(coverage.id))?
        }
        Command::Schedule { scheduled, .. } => exists(keys::scheduled(scheduled.id))?,
        _ => false,
    })
}

/// A session that ended says nothing about the command: after signing in anew the same id may be tried again.
fn kept_for_retries(answer: &Answer) -> bool {
    !matches!(
        answer,
        Answer::Refused {
            refusal: Refusal::NotSignedIn,
            ..
        }
    )
}

/// Whoever retries must be signed in as the one who asked: the answer is found by person and id.
fn earlier_answer(batch: &Transaction<'_>, envelope: &Envelope) -> io::Result<Option<StoredAnswer>> {
    match envelope.acting {
        Acting::Person { person, .. } if envelope.command.is_answered_once() => {
            batch.record(&keys::answer(person, envelope.command_id))
        }
        _ => Ok(None),
    }
}

impl ReplicatedState for AppliedState {
    type Answer = Answer;

    const COMMAND_VERSION: u8 = COMMAND_VERSION;

    fn command_version(command: &[u8]) -> u8 {
        // Nothing at all is damaged, and no node takes it.
        command.first().copied().unwrap_or(u8::MAX)
    }

    fn applied_version(&self) -> u8 {
        self.level.load(Ordering::Acquire)
    }

    fn encode_answer(answer: &Answer) -> io::Result<bytes::Bytes> {
        let bytes = postcard::to_extend(answer, vec![ANSWER_VERSION]);
        bytes
            .map(Into::into)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn decode_answer(bytes: &[u8]) -> io::Result<Answer> {
        let unknown = "the answer of another node is damaged, or of a version that this program does not know";
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, unknown);
        match bytes.split_first() {
            Some((&ANSWER_VERSION, body)) => records::whole(body).ok_or_else(invalid),
            _ => Err(invalid()),
        }
    }

    fn time_ms(&self) -> u64 {
        self.time_ms.load(Ordering::Acquire)
    }

    fn marker(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.state.bytes(&keys::meta(MetaName::Marker))?.map(Vec::from))
    }

    fn apply(&self, commands: Vec<CommittedCommand>, marker: Vec<u8>) -> io::Result<Vec<Answer>> {
        let began_ns = self.state.store().monotonic_ns();
        let mut current = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let mut progress = current.clone();
        let mut batch = Transaction::new(&self.state, &progress.hash);
        let mut answers = Vec::with_capacity(commands.len());
        let mut applied = Vec::with_capacity(commands.len());
        let mut passed = Vec::new();
        for command in &commands {
            let before = progress.revision;
            let (answer, changes) = apply_one(&mut batch, &mut progress, command)?;
            progress.hash = batch.roll_hash();
            if Landmarks::is_one(before, progress.revision) {
                passed.push((progress.revision, progress.hash));
            }
            answers.push(answer);
            applied.push(Applied {
                revision: command.revision,
                at_ms: progress.at_ms,
                changes,
            });
        }
        if planted::is(Mistake::PositionBesideTheBatch) {
            std::mem::replace(&mut batch, Transaction::new(&self.state, &progress.hash)).commit()?;
        }
        batch.put_local(keys::meta(MetaName::Marker), marker);
        batch.put_local(keys::meta(MetaName::Progress), records::encode(&progress)?);
        let highest = commands
            .iter()
            .map(|command| Self::command_version(&command.command))
            .max();
        let raised = highest.filter(|highest| *highest > self.applied_version());
        if let Some(level) = raised {
            batch.put_local(keys::meta(MetaName::Level), vec![level]);
        }
        batch.commit()?;
        self.level.fetch_max(raised.unwrap_or_default(), Ordering::AcqRel);
        self.time_ms.store(progress.at_ms, Ordering::Release);
        *current = progress;
        drop(current);
        passed.into_iter().for_each(|landmark| self.landmarks.note(landmark));
        metrics::APPLY_BATCH_SECONDS.note_time(&[], began_ns, self.state.store().monotonic_ns());
        if !self.was_replaced.load(Ordering::Acquire) {
            (self.listener)(applied);
        }
        Ok(answers)
    }

    fn persist(&self) -> io::Result<()> {
        self.state.store().persist()
    }

    fn snapshot(&self) -> io::Result<StateSnapshot> {
        // Held so that the view and its marker are of one moment.
        let _applying = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let marker = self.marker()?.unwrap_or_default();
        let view = self.state.store().view();
        Ok(StateSnapshot::new(marker, move || {
            let is_answer = |key: &[u8]| key.first() == Some(&(keys::Table::Answer as u8));
            Box::new(view().filter(move |record| {
                !planted::is(Mistake::SnapshotWithoutAnswers) || record.as_ref().is_ok_and(|(key, _)| !is_answer(key))
            }))
        }))
    }

    fn install(&self, snapshot: StateSnapshot) -> io::Result<()> {
        let mut current = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let marker_key = keys::meta(MetaName::Marker);
        // First in key order, as it is: the meta table is the first, and the marker its first name.
        let marker = std::iter::once(Ok((marker_key.clone(), snapshot.marker().to_vec())));
        let others = snapshot
            .records()
            .filter(|record| !matches!(record, Ok((key, _)) if *key == marker_key));
        self.state.recent().clear();
        self.state.store().replace(marker.chain(others))?;
        *current = self.state.record(&keys::meta(MetaName::Progress))?.unwrap_or_default();
        self.time_ms.store(current.at_ms, Ordering::Release);
        self.level.store(level_of(&self.state)?, Ordering::Release);
        self.was_replaced.store(true, Ordering::Release);
        self.landmarks.forget();
        Ok(())
    }
}
