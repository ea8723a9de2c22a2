//! Load, decide, **write**: an outcome's changes become records and indexes, in the order the domain gave them.

mod tasks;
mod waiting;

use crate::keys::{self, MetaName, Table};
use crate::records::{Progress, StoredAnswer, StoredVersion};
use crate::state::Records;
use crate::transaction::Transaction;
use corridor_domain::audit::{Action, AuditRecord, Basis};
use corridor_domain::command::{Acting, Envelope};
use corridor_domain::conversation::{Conversation, Kind};
use corridor_domain::event::Event;
use corridor_domain::ids::{ConversationId, PersonId};
use corridor_domain::outcome::{Answer, Change};
use corridor_domain::person::{Person, PersonKind};
use std::io;

/// Writes one change with its indexes.
pub(crate) fn write_change(batch: &mut Transaction<'_>, change: &Change) -> io::Result<()> {
    match change {
        Change::WorkspaceName(name) => batch.put(keys::meta(MetaName::WorkspaceName), name),
        Change::Site(site) => batch.put(keys::site(site.id), site),
        Change::Person(person) => write_person(batch, person),
        Change::Session(session) => {
            batch.put_bytes(keys::person_session(session.person, session.id), Vec::new());
            batch.put(keys::session(session.id), session.as_ref())
        }
        Change::Conversation(conversation) => write_conversation(batch, conversation),
        Change::Membership(membership) => {
            let index = keys::person_conversation(membership.person, membership.conversation);
            let indexed = batch.bytes(&index)?.is_some();
            match membership.is_current() {
                true if !indexed => batch.put_bytes(index, Vec::new()),
                false if indexed => batch.remove(index),
                _ => {}
            }
            batch.put(
                keys::membership(membership.conversation, membership.person),
                membership.as_ref(),
            )
        }
        Change::Event { conversation, event } => write_event(batch, *conversation, event),
        Change::Version {
            conversation,
            seq,
            version,
            at_ms,
            content,
        } => {
            let stored = StoredVersion {
                at_ms: *at_ms,
                content: content.clone(),
            };
            batch.put(keys::version(*conversation, *seq, *version), &stored)
        }
        Change::BreakGlass(grant) => batch.put(keys::break_glass(grant.person, grant.conversation), grant),
        Change::Care(care) => batch.put(keys::care(care.conversation), care.as_ref()),
        Change::Confirmed(confirmed) => batch.put(keys::confirmed(confirmed.person, confirmed.conversation), confirmed),
        Change::Settings(settings) => batch.put(keys::settings(), settings.as_ref()),
        Change::ChartLink(link) => batch.put(keys::chart_link(), link),
        Change::Policies(policies) => batch.put(keys::policies(), policies),
        Change::Threads {
            person,
            conversation,
            threads,
        } => batch.put(keys::threads(*person, *conversation), threads),
        Change::Available { person, available } => {
            set(batch, keys::unavailable(*person), !*available);
            Ok(())
        }
        Change::Attention { attention, .. } => waiting::write_attention(batch, attention),
        Change::Scheduled(scheduled) => waiting::write_scheduled(batch, scheduled),
        Change::ScheduledOver { scheduled, .. } => {
            waiting::remove_scheduled(batch, scheduled);
            Ok(())
        }
        Change::Pin(pin) => {
            let from = pin.conversation.to_bytes().to_vec();
            batch.put_bytes(keys::patient_pin(pin.patient, pin.at_ms, pin.id), from);
            batch.put(keys::pin(pin.id), pin.as_ref())
        }
        Change::Task(task) => tasks::write_task(batch, task),
        Change::ReadBy(read_by) => tasks::write_read_by(batch, read_by),
        Change::ReadByOver(read_by) => {
            tasks::remove_read_by(batch, read_by);
            Ok(())
        }
        Change::Coverage(coverage) => waiting::write_coverage(batch, coverage),
        Change::StandIn(stand_in) => waiting::write_stand_in(batch, stand_in),
        Change::Restriction(restriction) => batch.put(keys::restriction(restriction.conversation), restriction),
        Change::CoversLabelled(coverage) => {
            set(batch, keys::covers_labelled(*coverage), true);
            Ok(())
        }
        Change::Invitation(invitation) => batch.put(keys::invitation(invitation.person), invitation),
        Change::InvitationOver(person) => {
            batch.remove(keys::invitation(*person));
            Ok(())
        }
        Change::IdentityCheck(check) => batch.put(keys::identity_check(check.conversation), check),
        Change::Safeguards(safeguards) => batch.put(keys::safeguards(), safeguards),
        Change::Template(template) => {
            batch.put_bytes(keys::owner_template(template.owner, template.id), Vec::new());
            batch.put(keys::template(template.id), template.as_ref())
        }
        Change::TemplateOver(template) => {
            batch.remove(keys::owner_template(template.owner, template.id));
            batch.remove(keys::template(template.id));
            Ok(())
        }
        Change::RefusesOnBehalf { person, refuses } => {
            set(batch, keys::refuses_on_behalf(*person), *refuses);
            Ok(())
        }
    }
}

/// A key that says something by being there.
fn set(batch: &mut Transaction<'_>, key: keys::Key, is_so: bool) {
    match is_so {
        true => batch.put_bytes(key, Vec::new()),
        false => batch.remove(key),
    }
}

fn write_person(batch: &mut Transaction<'_>, person: &Person) -> io::Result<()> {
    let before: Option<Person> = batch.record(&keys::person(person.id))?;
    let login = person.login.expose();
    let before_login = before.as_ref().map_or("", |before| before.login.expose());
    if before_login != login {
        if !before_login.is_empty() {
            let fingerprint = batch.fingerprint(Table::Login, before_login);
            batch.remove(keys::login(&fingerprint));
        }
        if !login.is_empty() {
            let fingerprint = batch.fingerprint(Table::Login, login);
            batch.put_bytes(keys::login(&fingerprint), person.id.to_bytes().to_vec());
        }
    }
    if person.kind == PersonKind::Proxy {
        for gone in before
            .iter()
            .flat_map(|before| &before.proxy_for)
            .filter(|patient| !person.proxy_for.contains(patient))
        {
            batch.remove(keys::proxy(*gone, person.id));
        }
        for patient in &person.proxy_for {
            batch.put_bytes(keys::proxy(*patient, person.id), Vec::new());
        }
    }
    batch.put(keys::person(person.id), person)
}

fn write_conversation(batch: &mut Transaction<'_>, head: &Conversation) -> io::Result<()> {
    // A conversation begins with its first event and never has one event again.
    let is_new = head.last.seq == 1;
    if is_new && let Some(patient) = head.kind.patient() {
        batch.put_bytes(keys::patient_conversation(patient, head.id), Vec::new());
    }
    if matches!(head.kind, Kind::Channel { .. }) {
        let name = batch.fingerprint(Table::ChannelName, head.topic.expose());
        if is_new {
            batch.put_bytes(keys::channel(head.id), Vec::new());
        }
        let before: Option<Conversation> = if is_new {
            None
        } else {
            batch.record(&keys::conversation(head.id))?
        };
        let renamed = before.filter(|before| before.topic != head.topic);
        if let Some(before) = &renamed {
            let old = batch.fingerprint(Table::ChannelName, before.topic.expose());
            batch.remove(keys::channel_name(&old));
        }
        if is_new || renamed.is_some() {
            batch.put_bytes(keys::channel_name(&name), head.id.to_bytes().to_vec());
        }
    }
    batch.put(keys::conversation(head.id), head)?;
    if is_new && head.kind == Kind::Direct {
        write_direct_pair(batch, head.id)?;
    }
    Ok(())
}

/// A direct conversation is found by its two people; their memberships were written before the head.
fn write_direct_pair(batch: &mut Transaction<'_>, conversation: ConversationId) -> io::Result<()> {
    let members = batch.ids(&keys::memberships_of(conversation), 2)?;
    if let [one, other] = members.as_slice() {
        let (one, other) = (PersonId::from_bytes(*one), PersonId::from_bytes(*other));
        batch.put_bytes(keys::direct_pair(one, other), conversation.to_bytes().to_vec());
    }
    Ok(())
}

fn write_event(batch: &mut Transaction<'_>, conversation: ConversationId, event: &Event) -> io::Result<()> {
    if event.shared {
        let index = keys::shared_seq(conversation, event.place.shared_seq);
        batch.put_bytes(index, event.place.seq.to_be_bytes().to_vec());
    }
    batch.put(keys::event(conversation, event.place.seq), event)
}

/// One line of the record, found again by its people and its conversations.
pub(crate) fn write_audit(batch: &mut Transaction<'_>, progress: &mut Progress, audit: &AuditRecord) -> io::Result<()> {
    let leaf = progress.audit_count;
    progress.audit_count += 1;
    // Whoever is covered finds who looked for them. Other deeds for somebody are found by who did them, as they always were.
    let by_coverage = audit.basis == Some(Basis::Coverage) || is_about_coverage(audit.action);
    let covered = audit.on_behalf_of.filter(|_| by_coverage);
    for person in [audit.actor, audit.subject, covered].into_iter().flatten() {
        batch.put_bytes(keys::audit_person(person, leaf), Vec::new());
    }
    for range in &audit.ranges {
        batch.put_bytes(keys::audit_conversation(range.conversation, leaf), Vec::new());
    }
    batch.put(keys::audit(leaf), audit)
}

fn is_about_coverage(action: Action) -> bool {
    matches!(
        action,
        Action::GrantCoverage | Action::EndCoverage | Action::BeginCoverage | Action::FinishCoverage
    )
}

/// What a retry will be told.
pub(crate) fn write_answer(batch: &mut Transaction<'_>, envelope: &Envelope, answer: &Answer) -> io::Result<()> {
    let Acting::Person { person, .. } = envelope.acting else {
        return Ok(());
    };
    if !envelope.command.is_answered_once() {
        return Ok(());
    }
    let stored = StoredAnswer {
        fingerprint: envelope.fingerprint,
        answer: answer.clone(),
    };
    batch.put(keys::answer(person, envelope.command_id), &stored)
}
